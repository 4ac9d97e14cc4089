//! Tools for tests of asynchronous code; with the feature `test-util`.
//!
//! | to | use |
//! |---|---|
//! | run a program with a clock of its own, in an order that a seed decides | [`Simulation`], [`Simulated`] |
//! | poll a future by hand, and count how often it is woken | [`Probe`], [`Wakes`] |
//! | assert what a poll returns | [`assert_pending!`](crate::assert_pending), [`assert_ready!`](crate::assert_ready) |

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::sync::atomic::{AtomicUsize, Ordering};
use core::task::{Context, Poll, Waker};
use std::sync::Arc;
use std::task::Wake;

mod simulation;

pub use simulation::{Simulated, Simulation, Sleep};

/// Asserts that a [`Poll`] is pending.
///
/// # Examples
///
/// ```
/// use anywake::{Event, assert_pending, assert_ready, test_util::Probe};
///
/// let event = Event::new();
/// let mut wait = Probe::new(event.wait());
/// assert_pending!(wait.poll());
/// event.set();
/// assert_eq!(wait.wakes(), 1);
/// assert_ready!(wait.poll());
/// ```
#[macro_export]
macro_rules! assert_pending {
    ($poll:expr $(,)?) => {
        $crate::assert_pending!($poll, "it is ready")
    };
    ($poll:expr, $($message:tt)+) => {
        assert!(::core::task::Poll::is_pending(&$poll), $($message)+)
    };
}

/// Asserts that a [`Poll`] is ready, and returns its value.
///
/// # Examples
///
/// ```
/// use anywake::{assert_ready, test_util::Probe};
///
/// assert_eq!(assert_ready!(Probe::new(async { 4 }).poll()), 4);
/// ```
#[macro_export]
macro_rules! assert_ready {
    ($poll:expr $(,)?) => {
        $crate::assert_ready!($poll, "it is pending")
    };
    ($poll:expr, $($message:tt)+) => {
        match $poll {
            ::core::task::Poll::Ready(output) => output,
            ::core::task::Poll::Pending => panic!($($message)+),
        }
    };
}

/// Polls `future` once, with a waker that does nothing.
///
/// # Examples
///
/// ```
/// use anywake::{assert_pending, assert_ready, test_util::poll};
/// use std::{future, pin::pin};
///
/// assert_pending!(poll(pin!(future::pending::<()>())));
/// assert_eq!(assert_ready!(poll(pin!(async { 4 }))), 4);
/// ```
pub fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Counts how often its waker is woken.
#[derive(Debug, Default)]
pub struct Wakes(AtomicUsize);

impl Wakes {
    /// Returns a count and the waker whose wakes it counts.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::test_util::Wakes;
    ///
    /// let (wakes, waker) = Wakes::new();
    /// waker.wake_by_ref();
    /// assert_eq!(wakes.count(), 1);
    /// ```
    #[must_use]
    pub fn new() -> (Arc<Self>, Waker) {
        let wakes = Arc::new(Self::default());
        (Arc::clone(&wakes), Waker::from(wakes))
    }

    /// Returns how often the waker was woken.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::test_util::Wakes;
    ///
    /// let (wakes, waker) = Wakes::new();
    /// assert_eq!(wakes.count(), 0);
    /// waker.wake();
    /// assert_eq!(wakes.count(), 1);
    /// ```
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// A future that is polled by hand, with a waker that counts.
pub struct Probe<F> {
    future: Pin<Box<F>>,
    wakes: Arc<Wakes>,
    waker: Waker,
}

impl<F: Future> Probe<F> {
    /// Takes `future` without polling it.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{Event, test_util::Probe};
    ///
    /// let event = Event::new();
    /// let wait = Probe::new(event.wait());
    /// assert_eq!(wait.wakes(), 0);
    /// ```
    #[must_use]
    pub fn new(future: F) -> Self {
        let (wakes, waker) = Wakes::new();
        Self { future: Box::pin(future), wakes, waker }
    }

    /// Polls the future once.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::test_util::Probe;
    ///
    /// assert!(Probe::new(async {}).poll().is_ready());
    /// ```
    pub fn poll(&mut self) -> Poll<F::Output> {
        self.future.as_mut().poll(&mut Context::from_waker(&self.waker))
    }

    /// Returns the future, so that its other methods can be called.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{Queue, assert_pending, test_util::Probe};
    ///
    /// let queue = Queue::with_capacity(1).unwrap();
    /// queue.try_push("first").unwrap();
    /// let mut push = Probe::new(queue.push("second"));
    /// assert_pending!(push.poll());
    /// assert_eq!(push.as_mut().cancel(), Some("second"));
    /// ```
    pub fn as_mut(&mut self) -> Pin<&mut F> {
        self.future.as_mut()
    }

    /// Returns how often the future was woken.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{Event, test_util::Probe};
    ///
    /// let event = Event::new();
    /// let mut wait = Probe::new(event.wait());
    /// assert!(wait.poll().is_pending());
    /// event.set();
    /// assert_eq!(wait.wakes(), 1);
    /// ```
    #[must_use]
    pub fn wakes(&self) -> usize {
        self.wakes.count()
    }
}

impl<F> fmt::Debug for Probe<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Probe").field("wakes", &self.wakes.count()).finish_non_exhaustive()
    }
}
