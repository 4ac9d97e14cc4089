//! A spin lock that excludes, but orders nothing: what the last holder wrote is not seen by the next. No run on this
//! machine ever shows it; only the sanitizer does.

use std::cell::UnsafeCell;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Barrier};
use std::thread;

struct Count {
    taken: AtomicBool,
    count: UnsafeCell<u64>,
}

// SAFETY: none. That is the bug: the lock's operations would have to be `Acquire` and `Release`.
unsafe impl Sync for Count {}

fn main() {
    let count = Count { taken: AtomicBool::new(false), count: UnsafeCell::new(0) };
    let shared = Arc::new((count, Barrier::new(2)));
    let threads = [(); 2].map(|()| {
        let shared = Arc::clone(&shared);
        thread::spawn(move || {
            let (Count { taken, count }, both) = &*shared;
            both.wait();
            for _ in 0..1_000 {
                while taken.swap(true, Relaxed) {
                    thread::yield_now();
                }
                // SAFETY: none, as above.
                unsafe { *count.get() += 1 };
                taken.store(false, Relaxed);
                thread::yield_now();
            }
        })
    });
    for thread in threads {
        thread.join().expect("it does not panic");
    }
}
