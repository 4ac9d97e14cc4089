//! [`Barrier`]: tasks that wait for each other.
//!
//! Each round has an event of its own, which the last to arrive sets and replaces. So those who come while others still
//! leave are in the next round already and need not wait. A task that has met the others is in a list until it has left.
//! A `wait` that wakes up and is not in that list was broken.

use core::fmt;
use core::mem;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anywake_core::Event;

/// A meeting point for a fixed number of tasks, over and over: `asyncio.Barrier`.
///
/// Each [`wait`](Barrier::wait) that completes a round gets an index from 0 to `parties - 1`, in the order of arrival,
/// no two the same (in asyncio two can be, after a waiter was cancelled).
///
/// # Examples
///
/// ```
/// use anywake::{Barrier, blocking};
/// use futures_util::future::join;
///
/// let barrier = Barrier::new(2);
/// assert_eq!(blocking::wait(join(barrier.wait(), barrier.wait())), (Ok(0), Ok(1)));
/// ```
pub struct Barrier {
    parties: usize,
    state: Mutex<State>,
}

struct State {
    /// Set when the round that is being filled is complete, or broken.
    round: Arc<Event>,
    /// Who waits in this round, in the order of arrival.
    waiting: Vec<u64>,
    /// The tasks that have met and not left, with their indices: their `wait` was woken and has not run since.
    leaving: BTreeMap<u64, usize>,
    next_ticket: u64,
    broken: bool,
}

impl Barrier {
    /// A barrier for `parties` tasks.
    ///
    /// # Panics
    ///
    /// If `parties` is none.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::Barrier;
    ///
    /// assert_eq!(Barrier::new(3).parties(), 3);
    /// ```
    #[must_use]
    pub fn new(parties: usize) -> Self {
        assert!(parties > 0, "a barrier has at least one party");
        let state = State {
            round: Arc::default(),
            waiting: Vec::new(),
            leaving: BTreeMap::new(),
            next_ticket: 0,
            broken: false,
        };
        Self { parties, state: Mutex::new(state) }
    }

    /// Waits until `parties` tasks do, and returns the caller's index among them; the last one does not wait.
    ///
    /// # Cancel safety
    ///
    /// A waiter that is dropped has not arrived; the others wait for another one, and the barrier is not broken. If its
    /// round was complete already, it stays so, and its index is nobody's.
    ///
    /// # Errors
    ///
    /// [`BrokenBarrier`] after an [`abort`](Barrier::abort), and if the barrier is aborted or [`reset`](Barrier::reset)
    /// before this returns; see there.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{Barrier, blocking};
    /// use futures_util::future::join3;
    ///
    /// let barrier = Barrier::new(3);
    /// let indices = blocking::wait(join3(barrier.wait(), barrier.wait(), barrier.wait()));
    /// assert_eq!(indices, (Ok(0), Ok(1), Ok(2)));
    /// ```
    pub async fn wait(&self) -> Result<usize, BrokenBarrier> {
        let (round, arrival) = match self.arrive()? {
            Arrived::Last(index) => return Ok(index),
            Arrived::Waits(round, arrival) => (round, arrival),
        };
        round.wait().await;
        self.state().leaving.remove(&arrival.ticket).ok_or(BrokenBarrier)
    }

    fn arrive(&self) -> Result<Arrived<'_>, BrokenBarrier> {
        let mut state = self.state();
        if state.broken {
            return Err(BrokenBarrier);
        }
        let index = state.waiting.len();
        if index + 1 == self.parties {
            let met = mem::take(&mut state.waiting);
            state.leaving.extend(met.into_iter().zip(0..));
            Self::end_round(state);
            return Ok(Arrived::Last(index));
        }
        let ticket = state.next_ticket;
        state.next_ticket += 1;
        state.waiting.push(ticket);
        Ok(Arrived::Waits(Arc::clone(&state.round), Arrival { barrier: self, ticket }))
    }

    /// Breaks a round: its tasks get an error, and the barrier stays usable.
    ///
    /// As in asyncio it is the round that tasks are leaving, if there is one. A task is leaving if its round is complete,
    /// so that its `wait` was woken, and that `wait` has not run since. The tasks that wait for the next round go on
    /// waiting then. If no task is leaving, the tasks that wait get the error.
    ///
    /// A `wait` that is kept without being polled counts as leaving until it is dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{Barrier, BrokenBarrier, blocking};
    /// use futures_util::future::join;
    ///
    /// let barrier = Barrier::new(2);
    /// let resets = async { barrier.reset() };
    /// assert_eq!(blocking::wait(join(barrier.wait(), resets)).0, Err(BrokenBarrier));
    /// assert!(!barrier.is_broken());
    /// ```
    pub fn reset(&self) {
        let mut state = self.state();
        state.broken = false;
        if state.leaving.is_empty() {
            Self::break_round(state);
        } else {
            state.leaving.clear();
        }
    }

    /// Breaks the barrier: all tasks that wait or are leaving get an error, and all that come later, until a
    /// [`reset`](Barrier::reset).
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{Barrier, BrokenBarrier, blocking};
    ///
    /// let barrier = Barrier::new(2);
    /// barrier.abort();
    /// assert_eq!(blocking::wait(barrier.wait()), Err(BrokenBarrier));
    /// ```
    pub fn abort(&self) {
        let mut state = self.state();
        state.broken = true;
        // mistake an_abort_spares_those_who_leave: state.leaving.clear(); ~>
        state.leaving.clear();
        Self::break_round(state);
    }

    fn break_round(mut state: MutexGuard<'_, State>) {
        state.waiting.clear();
        Self::end_round(state);
    }

    /// Wakes the tasks of this round, and begins the next.
    fn end_round(mut state: MutexGuard<'_, State>) {
        let over = mem::take(&mut state.round);
        drop(state);
        over.set();
    }

    /// How many tasks it takes.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::Barrier;
    ///
    /// assert_eq!(Barrier::new(2).parties(), 2);
    /// ```
    #[must_use]
    pub fn parties(&self) -> usize {
        self.parties
    }

    /// How many tasks wait.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{Barrier, assert_pending, test_util::Probe};
    ///
    /// let barrier = Barrier::new(2);
    /// let mut wait = Probe::new(barrier.wait());
    /// assert_pending!(wait.poll());
    /// assert_eq!(barrier.waiting(), 1);
    /// ```
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.state().waiting.len()
    }

    /// Whether it was [aborted](Barrier::abort).
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::Barrier;
    ///
    /// let barrier = Barrier::new(2);
    /// barrier.abort();
    /// assert!(barrier.is_broken());
    /// barrier.reset();
    /// assert!(!barrier.is_broken());
    /// ```
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.state().broken
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How a task has arrived.
enum Arrived<'a> {
    /// As the last one, with this index.
    Last(usize),
    Waits(Arc<Event>, Arrival<'a>),
}

/// A place in the round, given up by being dropped.
struct Arrival<'a> {
    barrier: &'a Barrier,
    ticket: u64,
}

impl Drop for Arrival<'_> {
    fn drop(&mut self) {
        let mut state = self.barrier.state();
        // mistake an_arrival_that_was_dropped_stays: state.waiting.retain(|&ticket| ticket != self.ticket); ~>
        state.waiting.retain(|&ticket| ticket != self.ticket);
        // mistake those_who_leave_are_never_forgotten: state.leaving.remove(&self.ticket); ~>
        state.leaving.remove(&self.ticket);
    }
}

impl fmt::Debug for Barrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Before the caller's formatter runs.
        let (waiting, broken) = (self.waiting(), self.is_broken());
        f.debug_struct("Barrier")
            .field("parties", &self.parties)
            .field("waiting", &waiting)
            .field("broken", &broken)
            .finish()
    }
}

/// The barrier was aborted, or reset while the caller waited or left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BrokenBarrier;

impl fmt::Display for BrokenBarrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the barrier is broken")
    }
}

impl core::error::Error for BrokenBarrier {}
