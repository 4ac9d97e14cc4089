//! [`Event`]: a flag that tasks wait for.
//!
//! # The word
//!
//! | bit | name      | meaning                                                        |
//! |-----|-----------|----------------------------------------------------------------|
//! | 0   | `SET`     | the flag                                                       |
//! | 1   | `WAITERS` | the list is not empty (invariant 5 of the wait queue)          |
//!
//! # Why `set` takes the lock before it sets the flag, when somebody waits
//! 1. Thread A sets the flag, sees waiters, and is on its way to the lock.
//! 2. Thread B clears the flag again. 3. Thread C finds it clear and enters the queue.
//! 4. Thread A takes the lock and wakes C, which waited for a later `set`.
//!
//! With the lock taken first, flag and cohort change in one step.

use core::fmt;

use crate::loom::{AtomicU8, Ordering, const_fn};
use crate::wait_future::WaitFuture;
use crate::wait_queue::{Locked, Policy, WaitQueue};
use crate::waiter::{Generation, Verdict, WaitList, Waiter};

const SET: u8 = 1;
const WAITERS: u8 = 2;

/// What the lock guards.
#[derive(Debug)]
pub struct State {
    list: WaitList<()>,
    generation: Generation,
}

/// A flag that any number of tasks can wait for, with the rules of `asyncio.Event`.
///
/// Clear at first. [`set`](Self::set) wakes all who wait, and waits end at once until [`clear`](Self::clear).
/// It takes up to four words, neither allocates nor grows, and lives in a `static`.
///
/// A `set` reaches exactly the waits that had begun (had been polled) when it was called: each of them ends,
/// even if `clear` follows at once, and a wait that begins after the `clear` is not ended by it.
///
/// What was written before a `set` is seen after the `wait` that it ended, also by a `set` that finds the flag
/// set already; and what was written before a `set` that a `clear` took back is seen after that `clear`.
///
/// # Interrupt handlers
/// With the feature `critical-section`, all methods may be called from one; only `wait` must be awaited elsewhere.
///
/// # Examples
/// ```
/// # async fn example() {
/// static READY: anywake_core::Event = anywake_core::Event::new();
///
/// READY.set();
/// READY.wait().await;
/// READY.clear();
/// assert!(!READY.is_set());
/// # }
/// # anywake_core::doctest::block_on(example());
/// ```
pub struct Event {
    queue: WaitQueue<AtomicU8, State>,
}

impl Event {
    const_fn! {
        /// An event that is clear.
        #[must_use]
        pub const fn new() -> Self {
            let state = State { list: WaitList::new(), generation: Generation::new() };
            Self { queue: WaitQueue::new(AtomicU8::new(0), state) }
        }
    }

    /// Sets the flag and wakes all who wait. If it is set already, that changes nothing.
    ///
    /// Waiters are taken out in batches; between two batches the internal lock is free, and wakers run.
    #[inline]
    pub fn set(&self) {
        // Ordering: Relaxed, the exchange below checks it.
        let mut word = self.queue.word.load(Ordering::Relaxed);
        while word & WAITERS == 0 {
            // Ordering: Release synchronizes with the Acquire in `is_set`, `clear` and `try_locked`. Done even
            // if the flag is set, so that this caller's writes are published too.
            match self.queue.word.compare_exchange_weak(
                word,
                word | SET,
                Ordering::Release,
                Ordering::Relaxed,
            ) {
                Ok(_) => return,
                Err(now) => word = now,
            }
        }
        self.broadcast();
    }

    #[inline(never)]
    fn broadcast(&self) {
        let locked = self.queue.lock();
        let cohort = locked.state.generation.turn();
        // Ordering: Release as in `set`.
        self.queue.word.fetch_or(SET, Ordering::Release);
        self.queue.wake_loop(locked, |locked| {
            let served = locked.waiters.decide_of(&mut locked.state.list, cohort, Verdict::Granted);
            self.show_waiters(locked);
            served
        });
    }

    /// Clears the flag: waits that begin from now on wait for the next [`set`](Self::set).
    pub fn clear(&self) {
        // Ordering: Acquire synchronizes with the Release of the `set` that it takes back: clear, look at what
        // the event stands for, then wait, is a loop that misses nothing. Release synchronizes with the Acquire in
        // `is_set`: who sees that it is clear sees what was before.
        self.queue.word.fetch_and(!SET, Ordering::AcqRel);
    }

    /// Whether the flag is set.
    ///
    /// Who sees it set, or is woken for it, sees what was done before the [`set`](Self::set); who sees it clear again, what was
    /// done before the [`clear`](Self::clear).
    #[inline]
    pub fn is_set(&self) -> bool {
        // Ordering: Acquire synchronizes with the Release in `set` and `broadcast`.
        self.queue.word.load(Ordering::Acquire) & SET != 0
    }

    /// Waits until the flag is set, or was set since the wait began.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing.
    #[inline]
    pub fn wait(&self) -> EventFuture<'_> {
        WaitFuture::new(EventPolicy(self), ())
    }

    /// How many wait.
    pub fn waiters(&self) -> usize {
        self.queue.lock().waiters.count()
    }

    /// Keeps the word true to the list.
    fn show_waiters(&self, locked: &Locked<'_, State>) {
        if locked.state.list.is_empty() {
            // Ordering: Relaxed, who relies on the flag looks at it under the lock.
            self.queue.word.fetch_and(!WAITERS, Ordering::Relaxed);
        }
    }
}

impl Default for Event {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event").field("set", &self.is_set()).field("waiters", &self.waiters()).finish()
    }
}

/// The future of [`Event::wait`].
pub type EventFuture<'a> = WaitFuture<EventPolicy<'a>>;

/// Asks for the flag of an event.
#[derive(Debug)]
pub struct EventPolicy<'a>(&'a Event);

impl Policy for EventPolicy<'_> {
    type Word = AtomicU8;
    type State = State;
    type Request = ();
    type Grant = ();
    type Output = ();

    #[inline]
    fn queue(&self) -> &WaitQueue<AtomicU8, State> {
        &self.0.queue
    }

    fn list<'s>(state: &'s mut State, _: &Waiter<()>) -> &'s mut WaitList<()> {
        &mut state.list
    }

    #[inline]
    fn try_now(&self, (): &()) -> Option<()> {
        self.0.is_set().then_some(())
    }

    #[inline]
    fn try_locked<'q>(&self, locked: Locked<'q, State>, (): &()) -> Result<(), Locked<'q, State>> {
        let word = &self.queue().word;
        let first = locked.state.list.is_empty();
        // From here on a `set` comes to the lock; if others wait, that is so already.
        // Ordering: Acquire as in `is_set`; Relaxed, with waiters there it is set under this lock.
        let seen =
            if first { word.fetch_or(WAITERS, Ordering::Acquire) } else { word.load(Ordering::Relaxed) };
        if seen & SET == 0 {
            return Err(locked);
        }
        if first {
            // Ordering: Relaxed, as in `show_waiters`.
            word.fetch_and(!WAITERS, Ordering::Relaxed);
        }
        Ok(())
    }

    fn stamp(state: &State) -> Generation {
        state.generation
    }

    #[inline]
    fn settle(&self, _: Verdict, (): &()) {}

    fn revoke(&self, _: Verdict, (): &()) {}

    #[inline]
    fn serve(&self, locked: Locked<'_, State>) {
        self.0.show_waiters(&locked);
    }

    #[inline]
    fn output(&mut self, (): (), (): &()) {}
}
