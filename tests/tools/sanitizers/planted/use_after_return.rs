//! The stack frame of a waiting future ends while its node is still in the queue.

use std::future::Future;
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::task::{Context, Waker};

use anywake_core::Lock;

#[inline(never)]
fn wait_in_vain(lock: &Lock<()>) {
    let mut wait = lock.lock();
    // SAFETY: unsound. The guarantee of `Pin` is broken: the frame ends, and the future is not dropped.
    let pinned = unsafe { Pin::new_unchecked(black_box(&mut wait)) };
    assert!(pinned.poll(&mut Context::from_waker(Waker::noop())).is_pending());
    std::mem::forget(wait);
}

fn main() {
    let lock = Lock::new(());
    let _owner = lock.try_lock();
    wait_in_vain(&lock);
    assert!(pin!(lock.lock()).poll(&mut Context::from_waker(Waker::noop())).is_pending());
}
