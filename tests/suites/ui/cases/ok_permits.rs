// Permits can be split, merged, forgotten and sent to other threads.

use std::sync::Arc;
use std::thread;

use anywake_core::Semaphore;

fn main() {
    let semaphore = Arc::new(Semaphore::new(3));
    let mut permit = semaphore.try_acquire_many(3).unwrap();
    let part = permit.split(1).unwrap();
    permit.merge(part).unwrap();
    permit.forget();

    let owned = Arc::clone(&semaphore).try_acquire_owned();
    thread::spawn(move || drop(owned));
}
