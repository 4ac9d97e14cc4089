//! [`Barrier`]: tasks that wait for each other.
//!
//! Each round is an object of its own, which the last to arrive opens and replaces. So those who come while others
//! still leave are in the next round already and need not wait, and nothing that happens to a waiter later, a drop
//! say, can disturb the rounds after it.

use core::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

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
    round: Arc<Round>,
    /// Who waits in this round, in the order of arrival.
    waiting: Vec<u64>,
    next_ticket: u64,
    broken: bool,
}

#[derive(Default)]
struct Round {
    over: Event,
    /// Set before the event: the tickets of those who met, or that the round was broken.
    result: OnceLock<Result<Vec<u64>, BrokenBarrier>>,
}

impl Round {
    fn end(&self, result: Result<Vec<u64>, BrokenBarrier>) {
        self.result.set(result).expect("a round ends once");
        self.over.set();
    }
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
        let state = State { round: Arc::default(), waiting: Vec::new(), next_ticket: 0, broken: false };
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
    /// [`BrokenBarrier`] after an [`abort`](Barrier::abort), and if the barrier is [`reset`](Barrier::reset) meanwhile.
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
        let (round, arrival) = self.arrive()?;
        round.over.wait().await;
        let result = round.result.get().expect("set before the event");
        match result {
            Ok(met) => Ok(met.binary_search(&arrival.ticket).expect("the tickets ascend")),
            Err(broken) => Err(*broken),
        }
    }

    fn arrive(&self) -> Result<(Arc<Round>, Arrival<'_>), BrokenBarrier> {
        let mut state = self.state();
        if state.broken {
            return Err(BrokenBarrier);
        }
        let ticket = state.next_ticket;
        state.next_ticket += 1;
        state.waiting.push(ticket);
        let round = Arc::clone(&state.round);
        if state.waiting.len() == self.parties {
            let met = state.next_round();
            drop(state);
            round.end(Ok(met));
        }
        Ok((round, Arrival { barrier: self, ticket }))
    }

    /// Sends all waiters away with an error, and keeps the barrier usable.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{Barrier, BrokenBarrier, assert_pending, assert_ready, test_util::Probe};
    ///
    /// let barrier = Barrier::new(2);
    /// let mut wait = Probe::new(barrier.wait());
    /// assert_pending!(wait.poll());
    /// barrier.reset();
    /// assert_eq!(assert_ready!(wait.poll()), Err(BrokenBarrier));
    /// assert!(!barrier.is_broken());
    /// ```
    pub fn reset(&self) {
        self.break_round(false);
    }

    /// Sends all waiters away with an error, and all who come later, until a [`reset`](Barrier::reset).
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
        self.break_round(true);
    }

    fn break_round(&self, broken: bool) {
        let mut state = self.state();
        state.broken = broken;
        let round = Arc::clone(&state.round);
        state.next_round();
        drop(state);
        round.end(Err(BrokenBarrier));
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

impl State {
    /// Begins a new round, and returns who waited in the one before.
    fn next_round(&mut self) -> Vec<u64> {
        self.round = Arc::default();
        core::mem::take(&mut self.waiting)
    }
}

/// A place in the round, given up by being dropped.
struct Arrival<'a> {
    barrier: &'a Barrier,
    ticket: u64,
}

impl Drop for Arrival<'_> {
    fn drop(&mut self) {
        // It is not among those who wait in a later round.
        self.barrier.state().waiting.retain(|&ticket| ticket != self.ticket);
    }
}

impl fmt::Debug for Barrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("Barrier")
            .field("parties", &self.parties)
            .field("waiting", &state.waiting.len())
            .field("broken", &state.broken)
            .finish()
    }
}

/// The barrier was aborted, or reset while the caller waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BrokenBarrier;

impl fmt::Display for BrokenBarrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the barrier is broken")
    }
}

impl core::error::Error for BrokenBarrier {}
