//! [`Timer`]: a clock and its sleeps; [`Wait`]: the waits that a deadline can end; [`sleep_until`], [`interval`].
//!
//! Nothing here knows a runtime, allocates, or needs `std`. A program names its timer once, as a value, and hands it in:
//! `queue.push(item).within(&timer, duration)`.
//!
//! # Invariants of [`Until`], for its unsafe code
//!
//! * D2. A wait with a deadline is pinned together with the wait and the deadline in it. Neither is moved from then on:
//!   there is no method that takes one of them out, `Until` has no destructor of its own, and both are dropped in place
//!   when the state is replaced.

use core::fmt;
use core::future::Future;
use core::ops::{Add, Sub};
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;

#[cfg(feature = "futures")]
use futures_core::FusedFuture;

mod interval;
mod waits;

pub use interval::{Interval, MissedTicks, interval};

/// A clock, and sleeps that it ends: all that a deadline needs.
///
/// It is implemented by the runtimes of the crate `anywake`, and in a few lines for any other clock, such as that of a
/// microcontroller. A reference to a timer is a timer.
///
/// # Examples
///
/// A clock that a timer interrupt advances by one millisecond at a time:
///
/// ```
/// # use anywake_core as anywake;
/// use anywake::{StaticQueue, Timer, Wait, timer::Elapsed};
/// use core::sync::atomic::{AtomicU32, Ordering};
/// use core::{future::Future, pin::Pin, task::{Context, Poll}, time::Duration};
///
/// static MILLISECONDS: AtomicU32 = AtomicU32::new(0);
///
/// #[derive(Clone, Copy)]
/// struct Ticks;
///
/// /// Here it is polled all the time. Elsewhere it waits for an `Event` that the interrupt handler sets.
/// struct Sleep(Duration);
///
/// impl Future for Sleep {
///     type Output = ();
///
///     fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
///         if Ticks.now() < self.0 { Poll::Pending } else { Poll::Ready(()) }
///     }
/// }
///
/// impl Timer for Ticks {
///     // The time since the start.
///     type Instant = Duration;
///     type Sleep = Sleep;
///
///     fn now(&self) -> Duration {
///         # MILLISECONDS.fetch_add(1, Ordering::Relaxed);
///         Duration::from_millis(MILLISECONDS.load(Ordering::Relaxed).into())
///     }
///     fn sleep(&self, duration: Duration) -> Sleep {
///         Sleep(self.now() + duration)
///     }
/// }
///
/// static QUEUE: StaticQueue<&str, 1> = StaticQueue::new();
///
/// # anywake::doctest::block_on(async {
/// assert_eq!(QUEUE.push("first").within(&Ticks, Duration::from_millis(5)).await, Ok(Ok(())));
/// // There is no room for a second one: the item comes back.
/// assert_eq!(QUEUE.push("second").within(&Ticks, Duration::from_millis(5)).await, Err(Elapsed("second")));
/// # });
/// ```
#[doc(alias("Clock", "Delay"))]
pub trait Timer {
    /// A point in time by this clock. Where the clock counts from its start, that is a [`Duration`].
    type Instant: Copy
        + Ord
        + fmt::Debug
        + Add<Duration, Output = Self::Instant>
        + Sub<Self::Instant, Output = Duration>;

    /// The future of [`sleep`](Timer::sleep).
    type Sleep: Future<Output = ()>;

    /// Returns the time by the clock that [`sleep`](Timer::sleep) uses.
    fn now(&self) -> Self::Instant;

    /// Waits until `duration` has passed since the call (not since the first poll). It may end later, but never earlier.
    /// A `duration` too long for the clock does not end.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future cancels the sleep.
    fn sleep(&self, duration: Duration) -> Self::Sleep;
}

impl<T: Timer + ?Sized> Timer for &T {
    type Instant = T::Instant;
    type Sleep = T::Sleep;

    fn now(&self) -> Self::Instant {
        (**self).now()
    }

    fn sleep(&self, duration: Duration) -> Self::Sleep {
        (**self).sleep(duration)
    }
}

/// Waits until `deadline`. If that has passed, the sleep is one of length zero.
///
/// # Cancel safety
///
/// Dropping the future cancels the sleep.
///
/// # Examples
///
/// ```
/// # use anywake_core as anywake;
/// # use anywake::doctest::Clock;
/// use anywake::{Timer, timer::sleep_until};
/// use core::time::Duration;
///
/// # anywake::doctest::block_on(async {
/// let deadline = Clock.now() + Duration::from_millis(5);
/// sleep_until(&Clock, deadline).await;
/// assert!(Clock.now() >= deadline);
/// # });
/// ```
pub fn sleep_until<T: Timer>(timer: T, deadline: T::Instant) -> T::Sleep {
    timer.sleep(time_left(&timer, deadline))
}

/// How long it is until `deadline`: zero if that has passed.
fn time_left<T: Timer>(timer: &T, deadline: T::Instant) -> Duration {
    let now = timer.now();
    if deadline > now { deadline - now } else { Duration::ZERO }
}

/// A wait that can be ended at a deadline: every future of this crate, and a wait that already has a deadline. The crate
/// `anywake` adds those of its own.
///
/// The wait is polled before its deadline, so a grant wins over a deadline that fires in the same poll. A grant that is
/// made after that poll is handed to the next waiter. No grant is lost, and no item: [`Elapsed`] returns the item of a
/// `push`, unless a consumer took it at the last moment, and then the push has succeeded. A condition's wait that ends
/// at its deadline does not acquire its lock again; [`Condition::wait_until`](crate::Condition::wait_until) does.
///
/// These are the waits that can be taken out of a queue. Any other future, an `async` block of your own for one, has
/// its deadline from `timeout` of the crate `anywake`, or by a `select`.
///
/// # Examples
///
/// ```
/// # use anywake_core as anywake;
/// # use anywake::doctest::Clock;
/// use anywake::{Lock, Wait};
/// use core::time::Duration;
///
/// # anywake::doctest::block_on(async {
/// let lock = Lock::new(1);
/// let held = lock.lock().within(Clock, Duration::from_secs(1)).await.unwrap();
/// assert!(lock.lock().within(Clock, Duration::ZERO).await.is_err());
/// # });
/// ```
#[doc(alias = "wait_for")]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a wait that can be given up",
    label = "not a wait of a primitive, nor `&mut Task`",
    note = "for any other future, such as an `async` block, use `anywake::timeout(runtime, duration, future)`"
)]
pub trait Wait: Future + Sized {
    /// What an elapsed wait returns: the item of a `push`, the value of a `publish`, the guard of an upgrade, and `()` for
    /// all other waits.
    type Returned;

    /// Ends a wait that is pending. Returns its output if the wait was decided in the meantime. The wait must not be
    /// polled afterwards.
    ///
    /// # Errors
    ///
    /// The wait was not decided. It has left its queue, or leaves it when it is dropped, and the error is what it returns
    /// to its caller.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::{StaticQueue, Wait};
    /// use core::{future::Future, pin::pin, task::{Context, Waker}};
    ///
    /// let queue = StaticQueue::<&str, 1>::new();
    /// queue.try_push("first").unwrap();
    /// let mut push = pin!(queue.push("second"));
    /// assert!(push.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    /// assert_eq!(push.as_mut().give_up(), Err("second"));
    /// ```
    fn give_up(self: Pin<&mut Self>) -> Result<Self::Output, Self::Returned>;

    /// Ends the wait with an error when `duration` has passed since this call.
    ///
    /// # Cancel safety
    ///
    /// That of the wait itself.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anywake_core as anywake;
    /// # use anywake::doctest::Clock;
    /// use anywake::{Event, Wait};
    /// use core::time::Duration;
    ///
    /// # anywake::doctest::block_on(async {
    /// let event = Event::new();
    /// assert!(event.wait().within(Clock, Duration::from_millis(1)).await.is_err());
    /// event.set();
    /// assert!(event.wait().within(Clock, Duration::from_millis(1)).await.is_ok());
    /// # });
    /// ```
    #[doc(alias("timeout", "wait_for", "with_timeout"))]
    fn within<T: Timer>(self, timer: T, duration: Duration) -> Until<Self, T::Sleep> {
        self.until(timer.sleep(duration))
    }

    /// Ends the wait with an error when the clock shows `deadline`.
    ///
    /// # Cancel safety
    ///
    /// That of the wait itself.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anywake_core as anywake;
    /// # use anywake::doctest::Clock;
    /// use anywake::{Event, Timer, Wait};
    /// use core::time::Duration;
    ///
    /// # anywake::doctest::block_on(async {
    /// let (first, second) = (Event::new(), Event::new());
    /// first.set();
    /// // One deadline for two waits.
    /// let deadline = Clock.now() + Duration::from_millis(5);
    /// assert!(first.wait().before(Clock, deadline).await.is_ok());
    /// assert!(second.wait().before(Clock, deadline).await.is_err());
    /// # });
    /// ```
    #[doc(alias("timeout_at", "with_deadline"))]
    fn before<T: Timer>(self, timer: T, deadline: T::Instant) -> Until<Self, T::Sleep> {
        self.until(sleep_until(timer, deadline))
    }

    /// Ends the wait with an error when `deadline` completes. `deadline` is any future; its output is dropped.
    ///
    /// # Cancel safety
    ///
    /// That of the wait itself.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::{Event, Wait};
    ///
    /// # anywake::doctest::block_on(async {
    /// let (ready, stop) = (Event::new(), Event::new());
    /// stop.set();
    /// assert!(ready.wait().until(stop.wait()).await.is_err());
    /// ready.set();
    /// assert!(ready.wait().until(stop.wait()).await.is_ok());
    /// # });
    /// ```
    #[doc(alias("CancellationToken", "select", "run_until_cancelled"))]
    fn until<D: Future>(self, deadline: D) -> Until<Self, D> {
        Until { state: State::Waiting { wait: self, deadline } }
    }
}

/// The deadline came first. Holds what the wait returns to its caller: the item of a `push`.
#[doc(alias = "TimeoutError")]
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Elapsed<R = ()>(pub R);

impl<R> fmt::Debug for Elapsed<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Elapsed")
    }
}

impl<R> fmt::Display for Elapsed<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the deadline has elapsed")
    }
}

impl<R> core::error::Error for Elapsed<R> {}

/// A wait with a deadline, made by [`Wait::within`], [`Wait::before`] and [`Wait::until`].
///
/// The wait and its deadline are dropped as soon as one of them completes, not when this future is dropped. So a
/// wait that has elapsed holds no place in any queue.
///
/// # Panics
///
/// If it is polled again after it has completed.
#[must_use = "a wait does nothing unless it is awaited"]
pub struct Until<F, D> {
    state: State<F, D>,
}

enum State<F, D> {
    Waiting { wait: F, deadline: D },
    Done,
}

impl<F, D> Until<F, D> {
    /// The wait and its deadline.
    fn project(self: Pin<&mut Self>) -> (Pin<&mut F>, Pin<&mut D>) {
        // SAFETY: D2. Nothing is moved out of the reference, here or by the caller, who gets it pinned again.
        let this = unsafe { self.get_unchecked_mut() };
        let State::Waiting { wait, deadline } = &mut this.state else {
            panic!("`Until` polled after it had completed")
        };
        // SAFETY: D2, the wait is pinned with `self`.
        let wait = unsafe { Pin::new_unchecked(wait) };
        // SAFETY: D2, the deadline is pinned with `self`.
        let deadline = unsafe { Pin::new_unchecked(deadline) };
        (wait, deadline)
    }

    fn complete(self: Pin<&mut Self>) {
        // SAFETY: D2. The assignment drops the wait and the deadline in their places. Nothing is moved out.
        let this = unsafe { self.get_unchecked_mut() };
        // mistake an_elapsed_wait_keeps_its_place: this.state = State::Done; ~> _ = this;
        this.state = State::Done;
    }
}

impl<F: Wait, D: Future> Future for Until<F, D> {
    type Output = Result<F::Output, Elapsed<F::Returned>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let (mut wait, deadline) = self.as_mut().project();
        let outcome = if let Poll::Ready(output) = wait.as_mut().poll(cx) {
            Ok(output)
        } else if deadline.poll(cx).is_ready() {
            wait.give_up().map_err(Elapsed)
        } else {
            return Poll::Pending;
        };
        self.complete();
        Poll::Ready(outcome)
    }
}

/// A deadline around a deadline: the one that fires reports it.
impl<F: Wait, D: Future> Wait for Until<F, D> {
    type Returned = F::Returned;

    fn give_up(mut self: Pin<&mut Self>) -> Result<Self::Output, F::Returned> {
        let decided = self.as_mut().project().0.give_up();
        self.complete();
        decided.map(Ok)
    }
}

impl<F, D> Until<F, D> {
    fn is_done(&self) -> bool {
        matches!(self.state, State::Done)
    }
}

#[cfg(feature = "futures")]
#[cfg_attr(docsrs, doc(cfg(feature = "futures")))]
impl<F: Wait, D: Future> FusedFuture for Until<F, D> {
    fn is_terminated(&self) -> bool {
        self.is_done()
    }
}

impl<F, D> fmt::Debug for Until<F, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Until").field("done", &self.is_done()).finish_non_exhaustive()
    }
}
