//! What a waiter offers to the thread that decides it, such as the item of a push.

use crate::sys::atomic::{UnsafeCell, const_fn};

/// A value that waits for room, as the request of its waiter. A request without one asks for the room alone.
pub(crate) struct Offer<T>(UnsafeCell<Option<T>>);

crate::sys::shared! {
    // SAFETY: W8. The value is reached by one thread at a time, never through two shared references at once. So sharing the
    // offer only moves the value between threads, and that takes `T: Send`.
    unsafe impl<T: Send> Sync for Offer<T> {}
}

impl<T> Offer<T> {
    const_fn! {
        #[inline]
        pub(crate) const fn new(value: Option<T>) -> Self {
            Self(UnsafeCell::new(value))
        }
    }

    /// # Safety
    /// The caller owns the future and the waiter is in no list, or it is linked and the caller holds the lock (W8).
    #[inline]
    pub(crate) unsafe fn take(&self) -> Option<T> {
        // SAFETY: W8, as the caller promises.
        self.0.with_mut(|value| unsafe { (*value).take() })
    }
}
