//! The status of a wait: one word that the waiting side reads without a lock.
//!
//! # Layout
//!
//! | bits  | name         | meaning                                                                       |
//! |-------|--------------|-------------------------------------------------------------------------------|
//! | 0..2  | state        | a [`State`]                                                                   |
//! | 2     | `REQUEUED`   | the waiter has left its first queue for the second one of its wait            |
//! | 3     | `FORWARDS`   | if this wait is dropped, its notification goes to another waiter              |
//! | 4..32 | stamp        | the [`Generation`] in which the waiter entered its queue                      |
//!
//! The two flags belong to waits that pass through two queues, and outlive every change of the state.

use super::wake::BATCH;

/// Where a waiter that has been queued stands.
///
/// | state     | linked                  | who may touch the node       | left by                                     |
/// |-----------|-------------------------|------------------------------|---------------------------------------------|
/// | `Queued`  | yes, in the queue that `REQUEUED` names | the holder of that queue's lock | a decision, a requeue, or `cancel` |
/// | `Granted` | no                      | its future                   | `poll` takes the grant, `cancel` gives it back |
/// | `Refused` | no                      | its future                   | `poll` or `cancel`; there is nothing to give back |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum State {
    /// It waits.
    Queued = 0,
    /// It has been given what it asked for.
    Granted = 1,
    /// It will never be given what it asked for.
    Refused = 2,
}

/// How a wait was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The request is granted.
    Granted,
    /// The request will never be granted.
    Refused,
}

const STATE: u32 = 3;
const GRANTED: u32 = State::Granted as u32;
const REFUSED: u32 = State::Refused as u32;
const REQUEUED: u32 = 4;
const FORWARDS: u32 = 8;
const FLAGS: u32 = REQUEUED | FORWARDS;
/// The lowest bit of the stamp.
const STAMP: u32 = 16;
/// How many values a stamp has. Few under test, so that the tests pass the point where it wraps.
const STAMPS: u32 = if cfg!(test) { 16 } else { 1 << 28 };

/// The status of a waiter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Status(pub(super) u32);

impl Status {
    /// The status of a waiter that has not been queued.
    pub(super) const IDLE: Self = Self(0);

    /// An idle waiter enters a queue in this generation. Its flags stay; an idle one has no state and no stamp.
    #[must_use]
    #[inline]
    pub(super) fn enter(self, stamp: Generation) -> Self {
        // mistake the_locks_queue_forgets_to_forward: self.0 ~> self.0 & REQUEUED
        let flags = self.0;
        Self(flags | (stamp.stamp() * STAMP))
    }

    /// The waiter is decided. Its flags stay.
    #[must_use]
    #[inline]
    pub(super) fn decide(self, verdict: Verdict) -> Self {
        let state = match verdict {
            Verdict::Granted => State::Granted,
            Verdict::Refused => State::Refused,
        };
        Self((self.0 & !STATE) | state as u32)
    }

    /// The waiter goes on to the second queue of its wait.
    #[must_use]
    #[inline]
    pub(super) fn requeue(self) -> Self {
        Self((self.0 & FLAGS) | REQUEUED)
    }

    /// If the wait is dropped from now on, what reached it goes to another waiter.
    #[must_use]
    #[inline]
    pub(super) fn forward(self) -> Self {
        // mistake a_notification_is_not_forwarded: self.0 | FORWARDS ~> self.0
        Self(self.0 | FORWARDS)
    }

    #[inline]
    fn state(self) -> State {
        match self.0 & STATE {
            GRANTED => State::Granted,
            REFUSED => State::Refused,
            _ => State::Queued,
        }
    }

    /// The decision, if there is one.
    #[inline]
    pub(crate) fn verdict(self) -> Option<Verdict> {
        match self.state() {
            State::Queued => None,
            State::Granted => Some(Verdict::Granted),
            State::Refused => Some(Verdict::Refused),
        }
    }

    /// Whether the waiter has left the queue that it entered first.
    #[inline]
    pub(crate) fn is_requeued(self) -> bool {
        self.0 & REQUEUED != 0
    }

    /// Whether a notification has to be forwarded if the wait is dropped.
    pub(crate) fn forwards(self) -> bool {
        self.0 & FORWARDS != 0
    }

    /// Whether the waiter had entered when the broadcast to `cohort` began.
    #[inline]
    pub(super) fn is_of(self, cohort: Generation) -> bool {
        cohort.includes(self.0 / STAMP)
    }
}

/// Tells the waiters that were there when a broadcast began from those that came later.
///
/// Waiters are stamped with the generation in which they enter. A broadcast that may give the internal lock back before
/// it ends begins the next generation, and serves the waiters whose stamps are not younger than the one it ended.
///
/// # The stamp wraps, and that does no harm
/// A stamp has 28 bits, so it is right as long as the waiters of a list and the broadcasts in progress lie less than
/// 2^27 generations apart. A generation ends only with a broadcast that finds a full batch of waiters (16, or 8
/// with `critical-section`; see [`begin`](Self::begin)), and list order is order of entry. Hence:
/// * A waiter that stays queued for 2^27 generations stood behind 2^27 batches of waiters that were served before it,
///   at least 2^30 waiters at once. The future of each
///   takes 24 bytes or more: that is more memory than 32 bits address, and 48 GiB of futures in one queue on 64 bits.
/// * A broadcast that is interrupted for 2^27 generations notices: generations are counted in 32 bits beside the
///   stamps, and [`is_current`](Self::is_current) then ends it. Nobody is forgotten: those broadcasts served at least
///   2^30 waiters from the front of its list, where its own cohort stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Generation(u32);

impl Generation {
    pub(crate) const fn new() -> Self {
        Self(0)
    }

    /// Begins a broadcast to the `waiters` that are there now; returns their cohort.
    ///
    /// If they are fewer than a batch, one critical section serves all of them, so nobody can come later.
    #[inline]
    pub(crate) fn begin(&mut self, waiters: usize) -> Self {
        let cohort = *self;
        // mistake a_full_batch_begins_no_generation: waiters >= BATCH ~> waiters > BATCH
        if waiters >= BATCH {
            self.0 = self.0.wrapping_add(1);
        }
        cohort
    }

    /// Whether a broadcast to `cohort` still has waiters to look for, in this generation.
    #[inline]
    pub(crate) fn is_current(self, cohort: Self) -> bool {
        // mistake an_old_broadcast_goes_on_for_ever: self.0.wrapping_sub(cohort.0) < STAMPS / 2 ~> true
        self.0.wrapping_sub(cohort.0) < STAMPS / 2
    }

    #[inline]
    fn stamp(self) -> u32 {
        self.0 % STAMPS
    }

    /// Whether a waiter with this stamp is of this cohort: not younger, on the circle of stamps.
    #[inline]
    fn includes(self, stamp: u32) -> bool {
        // The difference, as a signed number as narrow as a stamp, in the highest bits of a word.
        let ahead = (self.0.wrapping_sub(stamp) << (u32::BITS - STAMPS.trailing_zeros())) as i32;
        // mistake a_broadcast_reaches_late_comers: ahead >= 0 ~> true
        // mistake a_broadcast_reaches_none_of_its_own: ahead >= 0 ~> ahead > 0
        ahead >= 0
    }
}

#[cfg(all(test, not(loom)))]
mod tests;
