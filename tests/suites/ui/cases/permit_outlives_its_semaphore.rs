// error: E0597
// A permit goes back to its semaphore when it is dropped.

use anywake_core::Semaphore;

fn main() {
    let permit;
    {
        let semaphore = Semaphore::new(1);
        permit = semaphore.try_acquire().unwrap();
    }
    drop(permit);
}
