//! The item of a push, where the thread that makes room finds it. The invariant Q5 is that of [`raw`](super).

use crate::sys::atomic::{UnsafeCell, const_fn};

/// The item of a waiting `push`, until it is in the queue. A wait without one asks for the room alone.
pub(crate) struct PushSlot<T>(UnsafeCell<Option<T>>);

// SAFETY: Q5. The item is reached by one thread at a time, never through two shared references at once. So sharing the
// slot only moves the item between threads, and that takes `T: Send`.
unsafe impl<T: Send> Sync for PushSlot<T> {}

impl<T> PushSlot<T> {
    const_fn! {
        #[inline]
        pub(in crate::queue) const fn new(item: Option<T>) -> Self {
            Self(UnsafeCell::new(item))
        }
    }

    /// # Safety
    /// The caller owns the future and the waiter is in no list, or it is linked and the caller holds the lock (Q5).
    #[inline]
    pub(in crate::queue) unsafe fn take(&self) -> Option<T> {
        // SAFETY: Q5, as the caller promises.
        self.0.with_mut(|item| unsafe { (*item).take() })
    }
}
