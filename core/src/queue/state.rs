//! What the lock of a queue guards: the ring, who waits, and how much is promised.
//!
//! # Invariants, outside the lock
//! 1. Claims ≤ items in the ring. What is free to be taken is the difference.
//! 2. If a `pop` waits, nothing is free to be taken. If a `push` waits, the ring is full.
//! 3. `unfinished` = pushed - done. Items that `close_now` drops are done, displaced ones were never pushed.
//! 4. Once closed, no item enters and nobody waits to push; once [over](State::is_over), nobody waits to pop.

use core::fmt;

use super::Slots;
use super::ring::Ring;
use crate::loom::{UnsafeCell, const_fn};
use crate::wait_queue::{Locked, Served};
use crate::waiter::{Generation, Verdict, WaitList};

/// How far a queue is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gate {
    Open,
    /// Nothing enters; what is there may be taken.
    Draining,
    /// Nothing enters; what is there, claims apart, is dropped.
    Discarding,
}

/// What the lock guards.
pub struct State<T, S: Slots> {
    pub(super) ring: Ring<S::Of<T>>,
    pub(super) claims: usize,
    pub(super) unfinished: usize,
    pub(super) pushers: WaitList<Parcel<T>>,
    pub(super) poppers: WaitList<()>,
    pub(super) joiners: WaitList<()>,
    pub(super) generation: Generation,
    pub(super) gate: Gate,
}

/// The item of a waiting `push`, until it is in the ring.
pub(super) type Parcel<T> = UnsafeCell<Option<T>>;

impl<T, S: Slots> State<T, S> {
    const_fn! {
        pub(super) const fn new(slots: S::Of<T>) -> Self {
            Self {
                ring: Ring::new(slots),
                claims: 0,
                unfinished: 0,
                pushers: WaitList::new(),
                poppers: WaitList::new(),
                joiners: WaitList::new(),
                generation: Generation::new(),
                gate: Gate::Open,
            }
        }
    }

    #[inline]
    pub(super) fn push(&mut self, item: T) -> Result<(), T> {
        self.ring.push_back(item)?;
        self.unfinished += 1;
        Ok(())
    }

    /// Whether no `pop` will ever get an item again, but for those that hold claims. Until a queue that drains is
    /// empty, a claim may be given up and its item go to another.
    #[inline]
    pub(super) fn is_over(&self) -> bool {
        match self.gate {
            Gate::Open => false,
            Gate::Draining => self.ring.len() == 0,
            Gate::Discarding => true,
        }
    }

    /// Takes the first item if not all are claimed. Those that hold claims take what is first when they run.
    #[inline]
    pub(super) fn take_free(&mut self) -> Option<T> {
        if self.ring.len() > self.claims && self.gate != Gate::Discarding {
            self.ring.pop_front()
        } else {
            None
        }
    }

    /// Serves the next of those whom invariants 2 and 4 do not let wait.
    pub(super) fn serve(locked: &mut Locked<'_, Self>) -> Served {
        let Locked { state, waiters, .. } = locked;
        let (open, over) = (state.gate == Gate::Open, state.is_over());
        let State { ring, claims, unfinished, pushers, poppers, .. } = &mut **state;
        match pushers.front_request() {
            Some(_) if !open => return Served::One(waiters.decide(pushers, Verdict::Refused)),
            Some(parcel) if ring.len() < ring.capacity() => {
                // SAFETY: the parcel of a linked waiter is touched under the lock only, which is held.
                if let Some(item) = parcel.with_mut(|item| unsafe { (*item).take() }) {
                    // There is room, and a waiting push has its item.
                    let _ = ring.push_back(item);
                    *unfinished += 1;
                }
                return Served::One(waiters.decide(pushers, Verdict::Granted));
            }
            _ => {}
        }
        if poppers.is_empty() {
            return Served::Nobody;
        }
        let verdict = if ring.len() > *claims {
            *claims += 1;
            Verdict::Granted
        } else if over {
            Verdict::Refused
        } else {
            return Served::Nobody;
        };
        Served::One(waiters.decide(poppers, verdict))
    }
}

impl<T, S: Slots> Drop for State<T, S> {
    fn drop(&mut self) {
        struct Rest<'a, T, S: Slots>(&'a mut State<T, S>);
        impl<T, S: Slots> Drop for Rest<'_, T, S> {
            fn drop(&mut self) {
                while self.0.ring.pop_front().is_some() {}
            }
        }
        // Should the drop of an item panic, the others are dropped while the panic unwinds.
        let rest = Rest(self);
        while rest.0.ring.pop_front().is_some() {}
    }
}

impl<T, S: Slots> fmt::Debug for State<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("len", &self.ring.len()).finish_non_exhaustive()
    }
}
