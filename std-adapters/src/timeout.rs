//! Deadlines: [`Wait::within`] and [`Wait::until`].

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;

use anywake_core::{
    AcquireFuture, AcquireManyFuture, ConditionForFuture, ConditionFuture, ConditionUntilFuture, EventFuture,
    JoinFuture, LockFuture, LockHandle, OwnedAcquireFuture, OwnedAcquireManyFuture, OwnedLockFuture,
    PopFuture, PushFuture, Slots,
};
use futures_core::FusedFuture;
use pin_project_lite::pin_project;

use crate::{Cooperative, Runtime, Task, cooperative};

/// A wait that can be given up at a deadline: every future of the core, `&mut Task`, and a wait that has a deadline
/// already.
///
/// The wait is polled before its deadline. If it is granted by then, the grant wins; if the deadline fires while the
/// grant is on its way, the grant is passed on to the next waiter. It is never lost, and neither is the item of a
/// `push`: [`Elapsed`] gives it back, unless it was taken at the last moment, and then the push has succeeded. A
/// condition's wait that is given up does not take its lock again; `Condition::wait_until` is the one that does.
///
/// The runtime of the timer is a type parameter, so that code that is generic over [`Runtime`] reads the same.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "smol")] {
/// use anywake::{Lock, Queue, PushError, Runtime, Smol, Wait};
/// use std::time::Duration;
///
/// Smol.block_on(async {
///     let lock = Lock::new(1);
///     let held = lock.lock().within::<Smol>(Duration::from_secs(1)).await.unwrap();
///     assert!(lock.lock().within::<Smol>(Duration::ZERO).await.is_err());
///
///     let queue = Queue::with_capacity(1).unwrap();
///     queue.try_push("first").unwrap();
///     let late = queue.push("second").within::<Smol>(Duration::ZERO).await;
///     assert_eq!(late.unwrap_err().0, "second");
/// });
/// # }
/// ```
pub trait Wait: Future + Sized {
    /// What an elapsed wait gives back: the item of a `push`, `()` for all others.
    type Returned;

    /// Ends a wait that is pending: with its output after all, if it was decided meanwhile, or with what it gives
    /// back. The wait is not polled afterwards.
    ///
    /// # Errors
    ///
    /// The wait was not over, and has left the queue.
    fn give_up(self: Pin<&mut Self>) -> Result<Self::Output, Self::Returned>;

    /// Gives the wait up when `duration` has passed since this call.
    ///
    /// # Cancel safety
    ///
    /// That of the wait itself.
    fn within<R: Runtime>(
        self,
        duration: Duration,
    ) -> Until<Self, impl Future<Output = ()> + Send + 'static> {
        self.until(R::default().sleep(duration))
    }

    /// Gives the wait up when `deadline`, any future, completes; its output is dropped.
    ///
    /// # Cancel safety
    ///
    /// That of the wait itself.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{Event, Wait, blocking};
    ///
    /// let (ready, stop) = (Event::new(), Event::new());
    /// stop.set();
    /// assert!(blocking::wait(ready.wait().until(stop.wait())).is_err());
    /// ready.set();
    /// assert!(blocking::wait(ready.wait().until(stop.wait())).is_ok());
    /// ```
    fn until<D: Future>(self, deadline: D) -> Until<Self, D> {
        Until { state: State::Waiting { wait: self, deadline } }
    }

    /// Lets others run now and then, in a loop whose waits may all be granted at once; see
    /// [`cooperative`].
    ///
    /// # Cancel safety
    ///
    /// That of the wait itself.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{Queue, Wait, blocking};
    ///
    /// let queue = Queue::with_capacity(1).unwrap();
    /// queue.try_push(3).unwrap();
    /// assert_eq!(blocking::wait(queue.pop().cooperative()), Ok(3));
    /// ```
    fn cooperative(self) -> Cooperative<Self> {
        cooperative(self)
    }
}

impl<T, S: Slots> Wait for PushFuture<'_, T, S> {
    type Returned = T;

    fn give_up(self: Pin<&mut Self>) -> Result<Self::Output, T> {
        self.cancel().map_or(Ok(Ok(())), Err)
    }
}

macro_rules! returns_nothing {
    ($([$($generics:tt)*] $wait:ty;)*) => {$(
        impl<$($generics)*> Wait for $wait {
            type Returned = ();

            fn give_up(self: Pin<&mut Self>) -> Result<Self::Output, ()> {
                Err(())
            }
        }
    )*};
}

returns_nothing! {
    [T: ?Sized] LockFuture<'_, T>;
    [T: ?Sized] OwnedLockFuture<T>;
    [] AcquireFuture<'_>;
    [] OwnedAcquireFuture;
    [] AcquireManyFuture<'_>;
    [] OwnedAcquireManyFuture;
    [] EventFuture<'_>;
    [H: LockHandle] ConditionFuture<'_, H>;
    [H: LockHandle, P: FnMut(&mut H::Value) -> bool] ConditionForFuture<'_, H, P>;
    [H: LockHandle, C: Future] ConditionUntilFuture<'_, H, C>;
    [T, S: Slots] PopFuture<'_, T, S>;
    [T, S: Slots] JoinFuture<'_, T, S>;
}

impl<T> Wait for &mut Task<T> {
    type Returned = ();

    fn give_up(self: Pin<&mut Self>) -> Result<Self::Output, ()> {
        self.forget_waker();
        Err(())
    }
}

/// The deadline came first. Holds what the wait gives back: the item of a `push`.
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

pin_project! {
    /// A wait with a deadline, made by [`Wait::within`] and [`Wait::until`].
    ///
    /// Wait and deadline are dropped as soon as one of them is over, not when this future is: a wait that timed out
    /// holds no place in any queue.
    ///
    /// # Panics
    ///
    /// Polled again after it has completed, it panics.
    #[must_use = "a wait does nothing unless it is awaited"]
    pub struct Until<F, D> {
        #[pin]
        state: State<F, D>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<F, D> {
        Waiting { #[pin] wait: F, #[pin] deadline: D },
        Done,
    }
}

const COMPLETED: &str = "`Until` polled after it had completed";

impl<F: Wait, D: Future> Future for Until<F, D> {
    type Output = Result<F::Output, Elapsed<F::Returned>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        let StateProjection::Waiting { mut wait, deadline } = state.as_mut().project() else {
            panic!("{COMPLETED}")
        };
        let outcome = if let Poll::Ready(output) = wait.as_mut().poll(cx) {
            Ok(output)
        } else if deadline.poll(cx).is_ready() {
            wait.give_up().map_err(Elapsed)
        } else {
            return Poll::Pending;
        };
        state.set(State::Done);
        Poll::Ready(outcome)
    }
}

/// A deadline around a deadline: the one that fires reports it.
impl<F: Wait, D: Future> Wait for Until<F, D> {
    type Returned = F::Returned;

    fn give_up(self: Pin<&mut Self>) -> Result<Self::Output, F::Returned> {
        let mut state = self.project().state;
        let StateProjection::Waiting { wait, .. } = state.as_mut().project() else { panic!("{COMPLETED}") };
        let decided = wait.give_up();
        state.set(State::Done);
        decided.map(Ok)
    }
}

impl<F: Wait, D: Future> FusedFuture for Until<F, D> {
    fn is_terminated(&self) -> bool {
        matches!(self.state, State::Done)
    }
}

impl<F, D> fmt::Debug for Until<F, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let done = matches!(self.state, State::Done);
        f.debug_struct("Until").field("done", &done).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
