//! A spin lock without ordering: it excludes other threads, but the next owner need not see the previous one's writes.
//! No run on this machine shows the bug, only the sanitizer does.

use std::cell::UnsafeCell;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Barrier};
use std::thread;

struct Count {
    taken: AtomicBool,
    count: UnsafeCell<u64>,
}

// SAFETY: unsound. This is the bug: the operations on `taken` would have to be `Acquire` and `Release`.
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
                // SAFETY: unsound, as above.
                unsafe { *count.get() += 1 };
                taken.store(false, Relaxed);
                thread::yield_now();
            }
        })
    });
    for thread in threads {
        thread.join().expect("the thread does not panic");
    }
}
