// Pinning must not forbid moving and sending futures that have not been polled.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};
use std::thread;

use anywake_core::{Event, Lock, StaticQueue};

fn main() {
    let (lock, event, queue) = (Lock::new(1), Event::new(), StaticQueue::<u8, 1>::new());
    let futures = (lock.lock(), event.wait(), queue.push(1));
    thread::scope(|scope| {
        scope.spawn(move || {
            let (lock, event, push) = futures;
            let mut context = Context::from_waker(Waker::noop());
            assert!(pin!(lock).poll(&mut context).is_ready());
            assert!(pin!(event).poll(&mut context).is_pending());
            assert!(pin!(push).poll(&mut context).is_ready());
        });
    });
}
