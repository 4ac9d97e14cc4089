//! No bug. A report here would be a false alarm.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Barrier};
use std::task::{Context, Poll, Waker};
use std::thread;

use anywake_core::Lock;

fn main() {
    let shared = Arc::new((Lock::new(0), Barrier::new(2)));
    let threads = [(); 2].map(|()| {
        let shared = Arc::clone(&shared);
        thread::spawn(move || {
            let (lock, both) = &*shared;
            both.wait();
            for _ in 0..1_000 {
                let mut wait = pin!(lock.lock());
                loop {
                    let polled = wait.as_mut().poll(&mut Context::from_waker(Waker::noop()));
                    if let Poll::Ready(mut sum) = polled {
                        *sum += 1;
                        break;
                    }
                    thread::yield_now();
                }
                thread::yield_now();
            }
        })
    });
    for thread in threads {
        thread.join().expect("the thread does not panic");
    }
    assert_eq!(shared.0.try_lock().map(|sum| *sum), Some(2_000));
}
