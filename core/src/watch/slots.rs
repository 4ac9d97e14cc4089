//! The three slots for values, and how values move in and out. `raw.rs` says when; the invariants V1 to V5 are there.

use super::raw::{Newest, Pinned, Slot, WatchCore};
use super::{ModifyError, Ref, SendError, Watch};
use crate::sys::atomic::{UnsafeCell, const_fn};

pub(super) struct Slots<T>([UnsafeCell<Option<T>>; 3]);

impl<T> Slots<T> {
    const_fn! {
        /// With a value in slot A.
        pub(super) const fn new(value: T) -> Self {
            Self([UnsafeCell::new(Some(value)), UnsafeCell::new(None), UnsafeCell::new(None)])
        }
    }

    /// The value that is in a slot.
    ///
    /// # Safety
    /// The caller is counted as a reader of the slot as long as the reference exists (V1, V3).
    #[inline]
    pub(super) unsafe fn get(&self, slot: Slot) -> &T {
        // SAFETY: V3, nobody writes to a slot that is read.
        let value = self.0[slot as usize].with(|value| unsafe { &*value });
        // SAFETY: V1, a slot that is read has a value.
        unsafe { value.as_ref().unwrap_unchecked() }
    }

    /// Moves a value into a slot, or none. Returns what was in it, which is to be dropped without the lock.
    ///
    /// # Safety
    /// The caller holds the lock, and nobody reads the slot (V3).
    #[inline]
    unsafe fn replace(&self, slot: Slot, value: Option<T>) -> Option<T> {
        // SAFETY: V3, as the caller promises.
        self.0[slot as usize].with_mut(|place| core::mem::replace(unsafe { &mut *place }, value))
    }
}

/// A value that was not sent.
pub(super) enum NotSent<T> {
    /// The watch is closed.
    Closed(T),
    /// Another value has been sent since the one that this was made from.
    Outdated(T),
}

impl<T> Watch<T> {
    /// Sends a value; if there is a `base`, only while that is the newest version. Returns what it displaced.
    #[inline]
    pub(super) fn put(&self, value: T, base: Option<u64>) -> Result<Option<T>, NotSent<T>> {
        let mut locked = self.core.lock();
        let state = locked.state_mut();
        if state.is_closed() {
            return Err(NotSent::Closed(value));
        }
        // mistake a_modification_overwrites_another: base.is_some_and(|base| !state.is_newest(base)) ~> false
        if base.is_some_and(|base| !state.is_newest(base)) {
            return Err(NotSent::Outdated(value));
        }
        let slot = state.advance();
        // SAFETY: V3, the lock is held, and `advance` returns a slot that nobody reads.
        let displaced = unsafe { self.slots.replace(slot, Some(value)) };
        WatchCore::serve(locked);
        Ok(displaced)
    }

    /// A reader goes. The value goes with the last one if it is out of date.
    ///
    /// # Safety
    /// The caller was counted as a reader of this slot until now (V3).
    #[inline]
    pub(super) unsafe fn release(&self, slot: Slot) {
        let mut locked = self.core.lock();
        let Some(left) = locked.state_mut().unpin(slot) else { return };
        // SAFETY: V3, the lock is held, and `unpin` returns the slot if this was its last reader.
        let outdated = unsafe { self.slots.replace(left, None) };
        // mistake a_value_becomes_visible_and_wakes_nobody: WatchCore::serve(locked); ~> drop(locked);
        // mistake an_outdated_value_dies_under_the_lock: + if mistaken!() { drop(outdated); return drop(locked); }
        WatchCore::serve(locked);
        drop(outdated);
    }
}

/// The pending value, out of its slot to be copied. Its drop brings it back, also if the copying panics.
struct Taken<'a, T> {
    watch: &'a Watch<T>,
    version: u64,
    value: Option<T>,
}

impl<T> Drop for Taken<'_, T> {
    fn drop(&mut self) {
        let mut locked = self.watch.core.lock();
        // If a newer one was sent meanwhile, the value is dropped with this, after the lock is released.
        let Some(slot) = locked.state_mut().bring_back(self.version) else { return };
        // SAFETY: V3, the lock is held, and `bring_back` returns a slot that nobody reads.
        let displaced = unsafe { self.watch.slots.replace(slot, self.value.take()) };
        WatchCore::serve(locked);
        drop(displaced);
    }
}

impl<T: Clone> Watch<T> {
    /// A copy of the newest value, and its version.
    fn copy_newest(&self) -> Result<(T, u64), ModifyError> {
        let mut locked = self.core.lock();
        if locked.state().is_closed() {
            return Err(ModifyError::Closed);
        }
        match locked.state_mut().look_at_newest() {
            Newest::Front(pinned) => {
                drop(locked);
                // SAFETY: V1, V3, this is the reader that was counted.
                let value = unsafe { Ref::new(self, pinned) };
                Ok((T::clone(&value), pinned.version))
            }
            // The front is what all others read, and nobody could read this one beside two that are read already.
            Newest::Pending(Pinned { slot, version }) => {
                // SAFETY: V3, the lock is held, and nobody reads a pending value.
                let value = unsafe { self.slots.replace(slot, None) };
                drop(locked);
                let taken = Taken { watch: self, version, value };
                let copy = taken.value.clone();
                drop(taken);
                copy.map(|value| (value, version)).ok_or(ModifyError::Contended)
            }
            Newest::Taken => Err(ModifyError::Contended),
        }
    }

    /// [`Watch::send_if_modified`].
    pub(super) fn modify(&self, mut modify: impl FnMut(&mut T) -> bool) -> Result<bool, ModifyError> {
        loop {
            let (mut value, version) = self.copy_newest()?;
            if !modify(&mut value) {
                return Ok(false);
            }
            match self.put(value, Some(version)) {
                Ok(_displaced) => return Ok(true),
                Err(NotSent::Outdated(_)) => {}
                Err(NotSent::Closed(_)) => return Err(ModifyError::Closed),
            }
        }
    }
}

impl<T> From<NotSent<T>> for SendError<T> {
    fn from(error: NotSent<T>) -> Self {
        let (NotSent::Closed(value) | NotSent::Outdated(value)) = error;
        Self(value)
    }
}
