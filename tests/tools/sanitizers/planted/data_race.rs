//! Two threads count without a lock. The barrier makes them run at once: otherwise the start of the second thread could
//! order it after the first.

use std::cell::UnsafeCell;
use std::sync::{Arc, Barrier};
use std::thread;

struct Count(UnsafeCell<u64>);

// SAFETY: unsound. This is the bug.
unsafe impl Sync for Count {}

fn main() {
    let shared = Arc::new((Count(UnsafeCell::new(0)), Barrier::new(2)));
    let threads = [(); 2].map(|()| {
        let shared = Arc::clone(&shared);
        thread::spawn(move || {
            let (count, both) = &*shared;
            both.wait();
            for _ in 0..1_000 {
                // SAFETY: unsound, as above.
                unsafe { *count.0.get() += 1 };
                thread::yield_now();
            }
        })
    });
    for thread in threads {
        thread.join().expect("the thread does not panic");
    }
}
