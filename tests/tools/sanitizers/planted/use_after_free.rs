//! The memory of a waiting future is freed while its node is still in the queue. The next waiter then follows the
//! dangling pointer.

use std::alloc::{Layout, dealloc};
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Waker};

use anywake_core::Lock;

fn main() {
    let lock = Lock::new(());
    let _owner = lock.try_lock();
    let context = &mut Context::from_waker(Waker::noop());

    let wait = Box::into_raw(Box::new(lock.lock()));
    // SAFETY: the future is on the heap, and valid until it is freed below.
    let pinned = unsafe { Pin::new_unchecked(&mut *wait) };
    assert!(pinned.poll(context).is_pending());
    // SAFETY: unsound. The guarantee of `Pin` is broken: the future is not dropped before its memory is freed.
    unsafe { dealloc(wait.cast(), Layout::for_value(&*wait)) };

    assert!(pin!(lock.lock()).poll(context).is_pending());
}
