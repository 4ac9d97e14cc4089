//! A value that is read, and its owned form, which is the same type.

#[cfg(feature = "alloc")]
use crate::sys::Arc;
use core::mem::ManuallyDrop;
use core::ops::Deref;

use super::Watch;
use super::raw::Pinned;
use crate::wait::handle::Handle;
use crate::wait::held::formats_as_its_value;

/// A [`Handle`] of a watch: `&Watch<T>`, `Arc<Watch<T>>`, or a part of a larger value. Sealed.
pub trait WatchHandle: Handle<Target = Watch<<Self as WatchHandle>::Value>> {
    /// What is watched.
    type Value;
}

impl<T, H: Handle<Target = Watch<T>>> WatchHandle for H {
    type Value = T;
}

/// A value of a [`Watch`] that is read: it stays as it is until this is dropped, whatever is sent meanwhile.
///
/// It may be held across an `.await` and sent to another thread. It keeps neither senders nor other readers waiting.
///
/// `H` is how the watch is held: by reference in a [`WatchRef`], by `Arc` in an `OwnedWatchRef`.
///
/// # One that is kept
/// Its value takes one of the three slots. While values of *two* versions are held, the newest value that is sent cannot be
/// read yet, and [`borrow`](Watch::borrow) returns the newer of the two; see [`Watch`]. One that is forgotten holds its value
/// for ever. To keep a value for long, clone it, or watch an `Arc` of it.
#[must_use = "a value that is not read need not be borrowed"]
pub struct Ref<H: WatchHandle> {
    watch: H,
    pinned: Pinned,
}

/// A value that is read, of a watch that is borrowed.
pub type WatchRef<'a, T> = Ref<&'a Watch<T>>;

/// A [`WatchRef`] that keeps its watch alive.
#[cfg(feature = "alloc")]
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
pub type OwnedWatchRef<T> = Ref<Arc<Watch<T>>>;

impl<H: WatchHandle> Ref<H> {
    /// # Safety
    /// The caller is counted as a reader of this slot of this watch, and hands that on (V1, V3).
    #[inline]
    pub(super) unsafe fn new(watch: H, pinned: Pinned) -> Self {
        Self { watch, pinned }
    }

    #[inline]
    pub(super) fn pin(watch: H) -> Self {
        let pinned = watch.core.lock().state_mut().pin();
        Self { watch, pinned }
    }

    /// The version of the value: see [`Watch::version`].
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::Watch;
    /// use anywake::watch::Ref;
    ///
    /// let watch = Watch::new("first");
    /// let first = watch.borrow();
    /// watch.send("second").unwrap();
    /// assert!(Ref::version(&first) < watch.version());
    /// ```
    pub fn version(this: &Self) -> u64 {
        this.pinned.version
    }
}

impl<T> Ref<&Watch<T>> {
    /// The caller becomes the reader in place of this.
    #[inline]
    pub(super) fn into_pinned(this: Self) -> Pinned {
        ManuallyDrop::new(this).pinned
    }
}

impl<H: WatchHandle> Deref for Ref<H> {
    type Target = H::Value;

    #[inline]
    fn deref(&self) -> &H::Value {
        // SAFETY: V3, this is counted as a reader of the slot as long as it exists.
        unsafe { self.watch.slots.get(self.pinned.slot) }
    }
}

impl<H: WatchHandle> Drop for Ref<H> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: V3, this was counted as a reader of the slot until now.
        unsafe { self.watch.release(self.pinned.slot) };
    }
}

formats_as_its_value! {
    [H: WatchHandle] Ref<H>, H::Value;
}
