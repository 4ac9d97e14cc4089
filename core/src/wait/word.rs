//! The "waiters exist" bit of a primitive's word, set and cleared here and nowhere else.
//!
//! The bit is true exactly while a waiter is in any list of the primitive, and changes under the internal lock only (W5).
//! A waiter sets it *before* it looks at the word for the last time. So a releaser that changes the word without the lock
//! either is seen by that look, or sees the bit and comes to the lock. There is no third case, and no fence: both sides
//! use read-modify-write operations on the same word, which are in one order.
//!
//! [`Lock`](crate::Lock) alone sets its bit in a file of its own, because the exchange that sets it may also take the
//! lock. A queue, a barrier and a watch have no word, since all that they do is under the lock.

use super::queue::{Core, Locked};
use crate::sys::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};

/// A word with a bit that says whether anybody waits.
pub(crate) trait WaitersBit {
    /// What the word held.
    type Seen;

    /// Sets the bit, and looks.
    fn announce(&self) -> Self::Seen;
    /// Looks only.
    fn look(&self) -> Self::Seen;
    /// Clears the bit.
    fn retract(&self);
}

/// The bit of the words that are numbers.
pub(crate) const WAITERS: u8 = 1;

macro_rules! numbers {
    ($($word:ty: $number:ty;)+) => {$(
        impl WaitersBit for $word {
            type Seen = $number;

            #[inline]
            fn announce(&self) -> $number {
                // mistake a_look_comes_before_its_announcement: self.fetch_or(WAITERS.into(), Ordering::Acquire) ~>
                //     { let seen = self.load(Ordering::Acquire);
                //     self.fetch_or(WAITERS.into(), Ordering::Acquire); seen }
                // Ordering: Acquire synchronizes with the Release of the release or `set` that this look finds.
                self.fetch_or(WAITERS.into(), Ordering::Acquire)
            }

            #[inline]
            fn look(&self) -> $number {
                // Ordering: Relaxed. Behind other waiters only a bit that changes under the lock counts, and the lock is held.
                self.load(Ordering::Relaxed)
            }

            #[inline]
            fn retract(&self) {
                // Ordering: Relaxed, a thread that finds the bit set looks again under the lock.
                self.fetch_and(!<$number>::from(WAITERS), Ordering::Relaxed);
            }
        }
    )+};
}

numbers! {
    AtomicU8: u8;
    AtomicUsize: usize;
}

/// A word that holds nothing else.
impl WaitersBit for AtomicBool {
    type Seen = ();

    #[inline]
    fn announce(&self) {
        // Ordering: Relaxed, the condition says what orders it (C2).
        self.store(true, Ordering::Relaxed);
    }

    #[inline]
    fn look(&self) {}

    #[inline]
    fn retract(&self) {
        // Ordering: Relaxed, as in `announce`.
        self.store(false, Ordering::Relaxed);
    }
}

impl<C: Core<Word: WaitersBit>> Locked<'_, C> {
    /// A waiter is about to enter a list: sets the bit if nobody waits yet. Returns what the word holds.
    #[inline]
    pub(crate) fn announce(&self) -> <C::Word as WaitersBit>::Seen {
        if self.nobody_waits() { self.word().announce() } else { self.word().look() }
    }

    /// Waiters have left their lists: clears the bit if nobody is left in any.
    #[inline]
    pub(crate) fn retract_if_nobody_waits(&self) {
        if self.nobody_waits() {
            self.word().retract();
        }
    }
}
