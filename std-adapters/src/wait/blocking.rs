//! Waiting from an ordinary thread, on the same objects that tasks use.
//!
//! A thread that is not part of any runtime locks, pushes, pops and waits as a task does, in the same queue and with
//! the same fairness; the other side need not know. Any future will do, a [`Task`](crate::Task) too.
//!
//! These functions block the thread. In a task that would hold up the whole worker, and if what is waited for is to
//! come from that worker, for ever. So in a task use `.await`, or let a function that blocks run in
//! [`spawn_blocking`](crate::SpawnBlocking::spawn_blocking). Where the caller turns out to be in a task, this happens:
//!
//! | the task is | a wait that is not granted at once |
//! |---|---|
//! | of tokio's multi-thread runtime | hands the worker over, as tokio's `block_in_place` does, and waits |
//! | of tokio's current-thread runtime, or in its `block_on` | panics |
//! | of an executor of futures, or in its `block_on`, with the feature `futures-executor` | panics |
//! | spawned by [`Spawn::spawn`](crate::Spawn::spawn) on any other runtime | panics |
//! | spawned by another runtime's own function, or in its `block_on` | cannot be seen: it blocks the worker |
//!
//! # Examples
//!
//! ```
//! use anywake::{Queue, blocking};
//! use std::{sync::Arc, thread};
//!
//! let queue = Arc::new(Queue::with_capacity(1).unwrap());
//! let producer = thread::spawn({
//!     let queue = Arc::clone(&queue);
//!     move || (0..3).try_for_each(|n| blocking::wait(queue.push(n)))
//! });
//! let popped: Vec<i32> = (0..3).map(|_| blocking::wait(queue.pop()).unwrap()).collect();
//! assert_eq!(popped, [0, 1, 2]);
//! producer.join().unwrap().unwrap();
//! ```

use core::future::Future;
use core::hint;
use core::pin::{Pin, pin};
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::sync::Arc;
use std::task::Wake;
use std::thread::{self, Thread};
use std::time::Instant;

use super::{Elapsed, Wait};
#[cfg(feature = "tokio")]
use crate::runtime::tokio;
use crate::task::turn;

/// Blocks the thread until `future` is complete and returns its output.
///
/// One that is ready at once allocates nothing.
///
/// # Panics
///
/// If `future` does, and if it would block a [task](self).
///
/// # Examples
///
/// ```
/// use anywake::{Lock, blocking};
///
/// let lock = Lock::new(1);
/// *blocking::wait(lock.lock()) += 1;
/// assert_eq!(*blocking::wait(lock.lock()), 2);
/// ```
#[doc(alias = "block_on")]
pub fn wait<F: Future>(future: F) -> F::Output {
    block(pin!(future), None).expect("without a deadline it ends with an output")
}

/// Blocks the thread until `wait` is granted, but not longer than `duration`.
///
/// A duration of zero tries once; one too long for the clock waits for ever.
///
/// # Errors
///
/// [`Elapsed`], with the item of a `push`, when the time is over; a grant that is on its way goes to the next waiter.
///
/// # Panics
///
/// If `wait` does, and if it would block a [task](self). A duration of zero blocks nothing.
///
/// # Examples
///
/// ```
/// use anywake::{Lock, blocking};
/// use std::time::Duration;
///
/// let lock = Lock::new(());
/// let held = blocking::wait_timeout(lock.lock(), Duration::ZERO).unwrap();
/// assert!(blocking::wait_timeout(lock.lock(), Duration::from_millis(1)).is_err());
/// ```
pub fn wait_timeout<F: Wait>(wait: F, duration: Duration) -> Result<F::Output, Elapsed<F::Returned>> {
    let mut wait = pin!(wait);
    let output = block(wait.as_mut(), Some(duration));
    output.map_or_else(|| wait.give_up().map_err(Elapsed), Ok)
}

/// Blocks the thread until `future`, any future, is complete, but not longer than `duration`; then it is dropped.
///
/// For the waits of this crate, [`wait_timeout`] loses less: it returns the item of a `push`. A duration of zero
/// polls once; one too long for the clock waits for ever.
///
/// # Errors
///
/// [`Elapsed`] when the time is over.
///
/// # Panics
///
/// If `future` does, and if it would block a [task](self). A duration of zero blocks nothing.
///
/// # Examples
///
/// ```
/// use anywake::blocking;
/// use std::{future, time::Duration};
///
/// assert_eq!(blocking::timeout(async { 3 }, Duration::ZERO), Ok(3));
/// assert!(blocking::timeout(future::pending::<()>(), Duration::from_millis(1)).is_err());
/// ```
pub fn timeout<F: Future>(future: F, duration: Duration) -> Result<F::Output, Elapsed> {
    block(pin!(future), Some(duration)).ok_or(Elapsed(()))
}

/// The output of `future`, or `None` when the time is over.
fn block<F: Future>(mut future: Pin<&mut F>, duration: Option<Duration>) -> Option<F::Output> {
    let deadline = duration.and_then(|duration| Instant::now().checked_add(duration));
    let is_over = || deadline.is_some_and(|deadline| deadline <= Instant::now());
    let mut parker = Parker::new();
    if let Poll::Ready(output) = parker.poll(future.as_mut()) {
        return Some(output);
    }
    if is_over() {
        return None;
    }
    where_blocking_is_allowed(|| {
        loop {
            parker.park(deadline);
            if let Poll::Ready(output) = parker.poll(future.as_mut()) {
                return Some(output);
            }
            if is_over() {
                return None;
            }
        }
    })
}

/// Calls `wait`, unless the thread is a worker that cannot be replaced.
fn where_blocking_is_allowed<O>(wait: impl FnOnce() -> O) -> O {
    #[cfg(feature = "tokio")]
    if tokio::is_inside() {
        return tokio::block_in_place(wait).expect(turn::REFUSED);
    }
    #[cfg(feature = "futures-executor")]
    assert!(futures_executor::enter().is_ok(), "{}", turn::REFUSED);
    turn::refuse_in_a_task();
    wait()
}

/// How often a parker looks for the wake before it goes to sleep, which costs some microseconds.
const SPINS: u32 = 100;

/// One call's way to sleep.
///
/// Each call has its own, so that a poll may block in its turn: the token that [`thread::park`] consumes belongs to
/// the whole thread, but the flag that a call waits for is its own. Likewise a stranger's unpark wakes nobody for long.
/// It may have been meant for the caller, who parks the thread by itself, so it is put back at the end.
struct Parker {
    /// `None` until a poll has been pending: a future that is ready at once needs no allocation.
    signal: Option<(Arc<Signal>, Waker)>,
    /// Whether the thread's token may have been consumed.
    slept: bool,
}

impl Parker {
    const fn new() -> Self {
        Self { signal: None, slept: false }
    }

    fn poll<F: Future>(&self, future: Pin<&mut F>) -> Poll<F::Output> {
        let waker = self.signal.as_ref().map_or(Waker::noop(), |(_, waker)| waker);
        future.poll(&mut Context::from_waker(waker))
    }

    /// Sleeps until the future that was polled last is woken, or until `deadline`.
    fn park(&mut self, deadline: Option<Instant>) {
        let Some((signal, _)) = &self.signal else {
            // That poll had no real waker. The one that the caller makes next has.
            let signal = Arc::new(Signal { thread: thread::current(), woken: AtomicBool::new(false) });
            let waker = Waker::from(Arc::clone(&signal));
            self.signal = Some((signal, waker));
            return;
        };
        for _ in 0..SPINS {
            if signal.take() {
                return;
            }
            hint::spin_loop();
        }
        while !signal.take() {
            self.slept = true;
            match deadline.map(|deadline| deadline.saturating_duration_since(Instant::now())) {
                None => thread::park(),
                Some(Duration::ZERO) => return,
                Some(rest) => thread::park_timeout(rest),
            }
        }
    }
}

/// Puts the token back, be it a stranger's or one of our own that came late: two unparks are one token, so nobody can
/// tell. One too many costs the caller a look, which it has to be prepared for; one too few would be its last sleep.
impl Drop for Parker {
    fn drop(&mut self) {
        if let (true, Some((signal, _))) = (self.slept, &self.signal) {
            // mistake a_token_is_eaten: signal.thread.unpark(); ~>
            signal.thread.unpark();
        }
    }
}

struct Signal {
    thread: Thread,
    woken: AtomicBool,
}

impl Signal {
    fn take(&self) -> bool {
        // Ordering: Acquire synchronizes with the Release in `wake_by_ref`, so that the next poll sees what the
        // waking side did.
        self.woken.swap(false, Ordering::Acquire)
    }
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // Ordering: Release, partner of the Acquire in `take`.
        if !self.woken.swap(true, Ordering::Release) {
            self.thread.unpark();
        }
    }
}

#[cfg(test)]
mod tests;
