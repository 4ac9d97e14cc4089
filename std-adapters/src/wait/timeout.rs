//! [`timeout`]: a deadline for any piece of work, one that can be moved.

use core::fmt;
use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::Poll;
use core::time::Duration;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use anywake_core::Timer;
use anywake_core::timer::sleep_until;
use futures_util::future::OptionFuture;
use futures_util::task::AtomicWaker;

use super::Elapsed;

/// Runs `future`, but not longer than `duration`: `asyncio.wait_for` of a coroutine.
///
/// When the time is over, `future` is dropped where it waits. If it is ready in the same moment, its output counts. Of
/// timeouts within each other, only the one that fired says so.
///
/// A [`Task`](crate::Task) is a handle: dropped, it lets the task run on. To have the task cancelled, as `wait_for` does
/// with one, hand in [`task.cancel_on_drop()`](crate::Task::cancel_on_drop); to keep the handle, hand in `&mut task`.
///
/// For the waits of this crate, [`Wait::within`](crate::Wait::within) loses less: it returns the item of a `push`.
///
/// # Cancel safety
///
/// That of `future`.
///
/// # Errors
///
/// [`Elapsed`] if the time was over first.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "smol")] {
/// use anywake::{Elapsed, Runtime, Smol, timeout};
/// use std::{future, time::Duration};
///
/// Smol.block_on(async {
///     let late = timeout(Smol, Duration::from_millis(1), future::pending::<()>()).await;
///     assert_eq!(late, Err(Elapsed(())));
///     let in_time = timeout(Smol, Duration::ZERO, async { 3 }).await;
///     assert_eq!(in_time, Ok(3));
/// });
/// # }
/// ```
#[doc(alias = "wait_for")]
pub async fn timeout<R: Timer, F: Future>(
    runtime: R,
    duration: Duration,
    future: F,
) -> Result<F::Output, Elapsed> {
    at_most(runtime.sleep(duration), future).await
}

/// Runs `future`, but not longer than until `deadline`; otherwise as [`timeout`]. So one deadline can limit several
/// steps.
///
/// # Cancel safety
///
/// That of `future`.
///
/// # Errors
///
/// [`Elapsed`] if the time was over first.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "smol")] {
/// use anywake::{Elapsed, Smol, timeout_at};
/// use std::{future, time::Duration};
///
/// Smol.block_on(async {
///     let deadline = Smol.now() + Duration::from_millis(5);
///     assert_eq!(timeout_at(Smol, deadline, async { 3 }).await, Ok(3));
///     assert_eq!(timeout_at(Smol, deadline, future::pending::<()>()).await, Err(Elapsed(())));
///     assert!(Smol.now() >= deadline);
/// });
/// # }
/// ```
pub async fn timeout_at<R: Timer, F: Future>(
    runtime: R,
    deadline: R::Instant,
    future: F,
) -> Result<F::Output, Elapsed> {
    at_most(sleep_until(runtime, deadline), future).await
}

async fn at_most<F: Future>(timer: impl Future<Output = ()>, future: F) -> Result<F::Output, Elapsed> {
    let mut timer = pin!(timer);
    let mut future = pin!(future);
    poll_fn(|cx| {
        if let Poll::Ready(output) = future.as_mut().poll(cx) {
            return Poll::Ready(Ok(output));
        }
        timer.as_mut().poll(cx).map(|()| Err(Elapsed(())))
    })
    .await
}

/// Runs what `body` makes of a [`Deadline`], `duration` from now or never, that it can move: `asyncio.timeout`.
///
/// # Cancel safety
///
/// That of the future that `body` returns.
///
/// # Errors
///
/// [`Elapsed`] if the deadline came first.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "smol")] {
/// use anywake::{Runtime, Smol, timeout_with};
/// use std::time::Duration;
///
/// let sum = Smol.block_on(timeout_with(Smol, Some(Duration::from_secs(60)), |deadline| async move {
///     let mut sum = 0;
///     for step in 0..3 {
///         // Each step has its own minute.
///         deadline.reschedule(Some(Duration::from_secs(60))).unwrap();
///         sum += step;
///     }
///     sum
/// }));
/// assert_eq!(sum, Ok(3));
/// # }
/// ```
pub async fn timeout_with<R, B, F>(
    runtime: R,
    duration: Option<Duration>,
    body: B,
) -> Result<F::Output, Elapsed>
where
    R: Timer<Instant = Instant> + Clone,
    B: FnOnce(Deadline<R>) -> F,
    F: Future,
{
    let deadline = Deadline { shared: Arc::default(), runtime: runtime.clone() };
    deadline.shared.state().when = deadline.at(duration);
    let over = OverOnDrop(&deadline.shared);
    let mut body = pin!(body(deadline.clone()));
    loop {
        let (moves, when) = deadline.read();
        let rest = when.map(|when| when.saturating_duration_since(runtime.now()));
        let mut timer = pin!(OptionFuture::from(rest.map(|rest| runtime.sleep(rest))));
        let ended = poll_fn(|cx| {
            if let Poll::Ready(output) = body.as_mut().poll(cx) {
                return Poll::Ready(Some(Ok(output)));
            }
            deadline.shared.moved.register(cx.waker());
            if deadline.read().0 != moves {
                return Poll::Ready(None);
            }
            let elapsed = matches!(timer.as_mut().poll(cx), Poll::Ready(Some(())));
            if elapsed && over.0.expire(moves) {
                return Poll::Ready(Some(Err(Elapsed(()))));
            }
            Poll::Pending
        });
        if let Some(ended) = ended.await {
            return ended;
        }
    }
}

/// The deadline of a [`timeout_with`]; clones of it are the same deadline, and can be given to other tasks.
#[doc(alias = "Timeout")]
pub struct Deadline<R> {
    shared: Arc<Shared>,
    runtime: R,
}

impl<R: Timer<Instant = Instant>> Deadline<R> {
    /// Moves it to `duration` from now, earlier or later, or with `None` to never.
    ///
    /// # Errors
    ///
    /// [`DeadlineOver`] if it has fired, or the work it was for has ended.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Elapsed, Runtime, Smol, timeout_with};
    /// use std::{future, time::Duration};
    ///
    /// let late = Smol.block_on(timeout_with(Smol, None, |deadline| async move {
    ///     deadline.reschedule(Some(Duration::ZERO)).unwrap();
    ///     future::pending::<()>().await;
    /// }));
    /// assert_eq!(late, Err(Elapsed(())));
    /// # }
    /// ```
    pub fn reschedule(&self, duration: Option<Duration>) -> Result<(), DeadlineOver> {
        let when = self.at(duration);
        let mut state = self.shared.state();
        if state.phase != Phase::Active {
            return Err(DeadlineOver);
        }
        state.when = when;
        state.moves += 1;
        drop(state);
        self.shared.moved.wake();
        Ok(())
    }

    fn at(&self, duration: Option<Duration>) -> Option<Instant> {
        // What is too far away for the clock does not come.
        duration.and_then(|duration| self.runtime.now().checked_add(duration))
    }
}

impl<R> Deadline<R> {
    /// When it will fire, or would have fired; `None` for never.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Runtime, Smol, timeout_with};
    /// use std::time::Duration;
    ///
    /// Smol.block_on(timeout_with(Smol, None, |deadline| async move {
    ///     assert_eq!(deadline.when(), None);
    ///     deadline.reschedule(Some(Duration::from_secs(60))).unwrap();
    ///     assert!(deadline.when().is_some());
    /// }))
    /// .unwrap();
    /// # }
    /// ```
    #[must_use]
    pub fn when(&self) -> Option<Instant> {
        self.shared.state().when
    }

    /// Whether it has fired.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Runtime, Smol, timeout_with};
    /// use std::{cell::OnceCell, future, time::Duration};
    ///
    /// let kept = OnceCell::new();
    /// let late = Smol.block_on(timeout_with(Smol, Some(Duration::ZERO), |deadline| {
    ///     kept.set(deadline).unwrap();
    ///     future::pending::<()>()
    /// }));
    /// assert!(late.is_err());
    /// assert!(kept.get().unwrap().is_expired());
    /// # }
    /// ```
    #[must_use]
    pub fn is_expired(&self) -> bool {
        self.shared.state().phase == Phase::Expired
    }

    fn read(&self) -> (u64, Option<Instant>) {
        let state = self.shared.state();
        (state.moves, state.when)
    }
}

impl<R: Clone> Clone for Deadline<R> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), runtime: self.runtime.clone() }
    }
}

impl<R> fmt::Debug for Deadline<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.shared.state();
        f.debug_struct("Deadline").field("when", &state.when).field("phase", &state.phase).finish()
    }
}

/// A [`Deadline`] that has fired, or whose work has ended, cannot be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeadlineOver;

impl fmt::Display for DeadlineOver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the deadline is over")
    }
}

impl core::error::Error for DeadlineOver {}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// The waker of the work, for when the deadline is moved from elsewhere.
    moved: AtomicWaker,
}

#[derive(Default)]
struct State {
    when: Option<Instant>,
    phase: Phase,
    /// How often it has been moved: says whether a timer is still the right one.
    moves: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Active,
    Expired,
    Finished,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Unless it has been moved since.
    fn expire(&self, moves: u64) -> bool {
        let mut state = self.state();
        // mistake a_moved_deadline_expires: state.moves == moves ~> { let _ = moves; true }
        let expires = state.moves == moves;
        if expires {
            state.phase = Phase::Expired;
        }
        expires
    }
}

/// However the work ends, its deadline is over then.
struct OverOnDrop<'a>(&'a Shared);

impl Drop for OverOnDrop<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        if state.phase == Phase::Active {
            state.phase = Phase::Finished;
        }
        drop(state);
        // A clone of the deadline may outlive the work by far; it must not keep the work's waker alive.
        drop(self.0.moved.take());
    }
}

#[cfg(test)]
mod tests;
