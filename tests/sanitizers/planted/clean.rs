//! No bug: a sanitizer that reports something here would cry wolf everywhere.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::thread;

use anywake_core::Lock;

fn main() {
    let lock = Arc::new(Lock::new(0));
    let threads = [(); 2].map(|()| {
        let lock = Arc::clone(&lock);
        thread::spawn(move || {
            for _ in 0..10_000 {
                let mut wait = pin!(lock.lock());
                loop {
                    let polled = wait.as_mut().poll(&mut Context::from_waker(Waker::noop()));
                    if let Poll::Ready(mut sum) = polled {
                        *sum += 1;
                        break;
                    }
                    thread::yield_now();
                }
            }
        })
    });
    for thread in threads {
        thread.join().expect("it does not panic");
    }
    assert_eq!(lock.try_lock().map(|sum| *sum), Some(20_000));
}
