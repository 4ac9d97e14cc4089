//! A spin lock that excludes, but orders nothing: what the last holder wrote is not seen by the next. No run on this
//! machine ever shows it; only the sanitizer does.

use std::cell::UnsafeCell;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;

struct Count {
    taken: AtomicBool,
    count: UnsafeCell<u64>,
}

// SAFETY: none. That is the bug: the lock's operations would have to be `Acquire` and `Release`.
unsafe impl Sync for Count {}

fn main() {
    let shared = Arc::new(Count { taken: AtomicBool::new(false), count: UnsafeCell::new(0) });
    let threads = [(); 2].map(|()| {
        let shared = Arc::clone(&shared);
        thread::spawn(move || {
            for _ in 0..10_000 {
                while shared.taken.swap(true, Relaxed) {
                    thread::yield_now();
                }
                // SAFETY: none, as above.
                unsafe { *shared.count.get() += 1 };
                shared.taken.store(false, Relaxed);
            }
        })
    });
    for thread in threads {
        thread.join().expect("it does not panic");
    }
}
