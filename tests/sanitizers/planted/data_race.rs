//! Two threads that count without any lock.

use std::cell::UnsafeCell;
use std::sync::Arc;
use std::thread;

struct Count(UnsafeCell<u64>);

// SAFETY: none. That is the bug.
unsafe impl Sync for Count {}

fn main() {
    let count = Arc::new(Count(UnsafeCell::new(0)));
    let threads = [(); 2].map(|()| {
        let count = Arc::clone(&count);
        thread::spawn(move || {
            for _ in 0..10_000 {
                // SAFETY: none, as above.
                unsafe { *count.0.get() += 1 };
            }
        })
    });
    for thread in threads {
        thread.join().expect("it does not panic");
    }
}
