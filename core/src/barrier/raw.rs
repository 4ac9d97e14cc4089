//! What a barrier is made of: the tasks that have arrived, and the number of the round that they fill.
//!
//! There is no word: all is done under the lock. And the arrivals are not counted: they are the waiters of the list that
//! have not been let go. So a wait that is cancelled takes its arrival back by leaving the list, and a wait that does not
//! enter the list leaves no trace.
//!
//! # Rounds
//! A round ends in one critical section, by the last arrival or by an `abort` or a `reset`. Its waiters are *leaving* from
//! then on. They are served in batches, and meanwhile others arrive behind them:
//!
//! ```text
//!   list:   leaving, of this round or that          arrived in `round`
//!           ├── round 7 ──┼────── round 8 ──────┤├──── round 9 ────
//!            `serving`, `index`: what the first one gets
//! ```
//!
//! Each waiter carries the number of its round in its [`Place`], until it is decided. The index is the place among those
//! of the round that are served, so cancelling costs nothing and the later ones move up.
//!
//! # Why a reset lets those who leave go first
//! A round that is complete stays so for all of its tasks, even if the next one is broken. But between two batches of the
//! complete round, the tasks that wait for the next one stand behind it. If a `reset` ended their round at once, the list
//! could hold any number of rounds, complete and broken in turn, and the barrier would have to remember which is which.
//! Therefore a `reset` first serves those who leave, and then breaks the round, if the same round is still being filled.
//! (If it was completed meanwhile, nobody of it waits any more.) So a broken round is always the first in the list, and
//! one flag tells it from the others.
//!
//! # Invariants
//! * M1. A [`Place`] is touched by its future's owner while the waiter is in no list, and by the holder of the lock while it
//!   is linked. It holds the number of the round until the waiter is decided, and the index if it is granted.
//! * M2. While the lock is free, the first `leaving` waiters of the list are those of rounds that have ended, in the order of
//!   their rounds. The others are those of `round`, and they are fewer than `parties`.
//! * M3. Only the first round of those that leave may be a broken one: `serving`, if `refused` says so.
//! * M4. While the barrier is broken nobody arrives, and a task that waits is refused by the `abort` that is under way.
//!
//! # The number of a round wraps, and that does no harm
//! It has 32 bits. Every end of a round serves at least the first of those who leave, in the same critical section. So a
//! waiter that is not served while 2^31 rounds end stood behind 2^31 others, whose futures take more than 48 bytes each, or 24
//! on a machine of 32 bits: more memory than there is. A wake loop that is interrupted for so long may stop too early, or go
//! on for longer than it needs to. By then its own round is served, and a task that still leaves is served by the loop of the round
//! in question.

use core::panic::RefUnwindSafe;

use crate::sys::atomic::{UnsafeCell, const_fn};
use crate::wait::list::List;
use crate::wait::policy::Look;
use crate::wait::queue::{Core, Locked, WaitQueue};
use crate::wait::status::Verdict;
use crate::wait::waiter::ListOf;
use crate::wait::wake::Served;

/// The first round. Under test close to where the numbers wrap, so that the tests pass that point.
const FIRST: u32 = if cfg!(test) { u32::MAX - 1 } else { 0 };

/// What a waiter says to the thread that serves it, and is told by it: the number of its round, and then its index.
pub(crate) struct Place(UnsafeCell<u32>);

crate::sys::shared! {
    // SAFETY: M1, one thread at a time reaches the number, and never through two shared references at once.
    unsafe impl Sync for Place {}
}
// A number is never half changed.
impl RefUnwindSafe for Place {}

impl Place {
    const_fn! {
        #[inline]
        pub(super) const fn new() -> Self {
            Self(UnsafeCell::new(0))
        }
    }

    /// # Safety
    /// The caller owns the future and the waiter is in no list, or it is linked and the caller holds the lock (M1).
    #[inline]
    pub(super) unsafe fn get(&self) -> u32 {
        // SAFETY: M1, as the caller promises.
        self.0.with(|number| unsafe { *number })
    }

    /// # Safety
    /// The caller owns the future and the waiter is in no list, or it is linked and the caller holds the lock (M1).
    #[inline]
    unsafe fn set(&self, to: u32) {
        // SAFETY: M1, as the caller promises.
        self.0.with_mut(|number| unsafe { *number = to });
    }
}

// SAFETY: W6, it is the only list of a `BarrierCore`, and its requests are `Place`s.
pub(super) const WAITING: ListOf<Place> = unsafe { ListOf::new(0) };

/// What the lock guards.
#[derive(Debug)]
pub(crate) struct State {
    /// The round that is being filled.
    round: u32,
    /// How many waiters of the list are of earlier rounds.
    leaving: u32,
    /// The round of the waiter that was served last, or of the first one that leaves.
    serving: u32,
    /// How many of that round were served.
    index: u32,
    /// Whether that round was broken.
    refused: bool,
    /// Whether arrivals fail.
    broken: bool,
}

/// The tasks that wait, and how many have to.
#[derive(Debug)]
pub(crate) struct BarrierCore {
    pub(super) queue: WaitQueue<Self>,
    pub(super) parties: usize,
}

impl Core for BarrierCore {
    type Word = ();
    type State = State;
    type Lists = [List; 1];

    #[inline]
    fn queue(&self) -> &WaitQueue<Self> {
        &self.queue
    }
}

impl State {
    /// Ends the round: the `waiting` tasks that have arrived in it leave.
    fn end_round(&mut self, waiting: usize, refused: bool) {
        if self.leaving == 0 {
            (self.serving, self.index, self.refused) = (self.round, 0, refused);
        }
        // Waiters are counted in 32 bits.
        self.leaving += waiting as u32;
        self.round = self.round.wrapping_add(1);
    }

    /// A waiter of this round was cancelled before it was served. One that has arrived in the present round is not counted.
    pub(super) fn left(&mut self, round: u32) {
        // mistake one_who_leaves_is_taken_off_the_next_round: self.leaving -= 1; ~>
        if round != self.round {
            self.leaving -= 1;
        }
    }
}

/// How many have arrived in the present round (M2).
#[inline]
fn arrived(locked: &Locked<'_, BarrierCore>) -> usize {
    locked.count() - locked.state().leaving as usize
}

impl BarrierCore {
    const_fn! {
        pub(super) const fn new(parties: usize) -> Self {
            assert!(parties > 0, "a barrier has at least one party");
            let state =
                State { round: FIRST, leaving: 0, serving: FIRST, index: 0, refused: false, broken: false };
            Self { queue: WaitQueue::new((), state, [const { List::new() }; 1]), parties }
        }
    }

    /// Waits, or completes the round and lets the others go. Only a wait that enters the list has arrived.
    ///
    /// # Safety
    /// The caller owns the future of `place`, which is in no list (M1).
    #[inline]
    pub(super) unsafe fn arrive<'q>(&self, mut locked: Locked<'q, Self>, place: &Place) -> Look<'q, Self> {
        let (arrived, round) = (arrived(&locked), locked.state().round);
        if locked.state().broken {
            return Look::Done(Verdict::Refused);
        }
        // mistake a_round_is_complete_too_soon: arrived + 1 < self.parties ~> arrived + 2 < self.parties
        if arrived + 1 < self.parties {
            // SAFETY: M1, as the caller promises.
            unsafe { place.set(round) };
            return Look::Wait(locked);
        }
        // SAFETY: M1, as the caller promises. Waiters are counted in 32 bits.
        unsafe { place.set(arrived as u32) };
        if arrived > 0 {
            locked.state_mut().end_round(arrived, false);
            locked.wake_loop(|locked| Self::serve(locked, round));
        }
        Look::Done(Verdict::Granted)
    }

    /// Lets the first one go of those that leave, if it is of this round or an earlier one.
    fn serve(locked: &mut Locked<'_, Self>, last: u32) -> Served {
        let (state, first) = (locked.state(), locked.front_request(WAITING));
        // mistake a_round_takes_late_comers_along: state.leaving > 0 ~> true
        let Some(place) = first.filter(|_| state.leaving > 0) else { return Served::Nobody };
        // SAFETY: M1, the waiter is linked, and the lock is held.
        let round = unsafe { place.get() };
        // On the circle of numbers. The loops of later rounds serve those.
        // mistake a_round_takes_late_comers_along: (round.wrapping_sub(last) as i32) > 0 ~> false
        if (round.wrapping_sub(last) as i32) > 0 {
            return Served::Nobody;
        }
        // mistake an_index_goes_on_into_the_next_round: round == state.serving ~> true
        let (index, refused) = if round == state.serving { (state.index, state.refused) } else { (0, false) };
        // SAFETY: M1, the waiter is still linked, and the lock is held. It is decided below, so the number of its round
        // is not needed any more.
        unsafe { place.set(index) };
        let state = locked.state_mut();
        (state.serving, state.index, state.refused) = (round, index + 1, refused);
        state.leaving -= 1;
        let verdict = if refused { Verdict::Refused } else { Verdict::Granted };
        Served::One(locked.decide(WAITING, verdict))
    }

    /// Breaks the round that is being filled, and the barrier until a reset.
    pub(super) fn abort(&self) {
        let mut locked = self.queue.lock();
        // Before those who leave are let go: nobody arrives from now on (M4).
        // mistake an_aborted_barrier_is_filled_up: locked.state_mut().broken = true; ~>
        locked.state_mut().broken = true;
        Self::break_round(locked, |_| {});
    }

    /// Breaks the round that is being filled, and mends the barrier.
    pub(super) fn reset(&self) {
        // mistake a_reset_mends_nothing: state.broken = false ~> state.broken = state.broken
        Self::break_round(self.queue.lock(), |state| state.broken = false);
    }

    fn break_round(locked: Locked<'_, Self>, finally: fn(&mut State)) {
        let round = locked.state().round;
        let mut broken = false;
        locked.wake_loop(|locked| {
            let waiting = arrived(locked);
            let state = locked.state_mut();
            // mistake a_reset_tears_a_complete_round: state.leaving == 0 ~> true
            // Once there is nobody of an earlier round (M3). If this round was completed or broken meanwhile, it is over.
            if !broken && (state.leaving == 0 || state.round != round) {
                broken = true;
                finally(state);
                if state.round == round && waiting > 0 {
                    state.end_round(waiting, true);
                }
            }
            Self::serve(locked, round)
        });
    }

    pub(super) fn waiters(&self) -> usize {
        arrived(&self.queue.lock())
    }

    pub(super) fn is_broken(&self) -> bool {
        self.queue.lock().state().broken
    }

    /// How many wait, and whether the barrier is broken, at one moment.
    pub(super) fn seen(&self) -> (usize, bool) {
        let locked = self.queue.lock();
        (arrived(&locked), locked.state().broken)
    }
}

#[cfg(all(test, not(loom)))]
mod tests;
