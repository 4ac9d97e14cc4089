//! Deadlines: for the waits of this crate, for any future, and for a thread that blocks.

use core::fmt;
use core::future::Future;
use core::hash::{BuildHasher, Hash};
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;

use anywake_core::barrier::{BarrierFuture, OwnedBarrierFuture};
use anywake_core::broadcast::{AnyBroadcast, OwnedPublishFuture, PublishFuture};
use anywake_core::cancellation_token::{CancelledFuture, OwnedCancelledFuture};
use anywake_core::channel::RecvManyFuture;
use anywake_core::condition::{
    ConditionForFuture, ConditionFuture, ConditionUntilFuture, OwnedConditionFuture,
};
use anywake_core::event::{EventFuture, OwnedEventFuture};
use anywake_core::latch::{LatchFuture, OwnedLatchFuture};
use anywake_core::lock::{LockFuture, LockHandle, OwnedLockFuture, PartLockFuture};
use anywake_core::notify::{NotifiedFuture, OwnedNotifiedFuture, PartNotifiedFuture};
use anywake_core::once_cell::{
    GetOrInitFuture, GetOrTryInitFuture, LazyFuture, OnceCellFuture, OwnedGetOrInitFuture,
    OwnedGetOrTryInitFuture, OwnedOnceCellFuture, PartGetOrInitFuture, PartGetOrTryInitFuture,
    PartOnceCellFuture,
};
use anywake_core::oneshot::AnyOneshot;
use anywake_core::queue::{
    AnyQueue, ClosedFuture, JoinFuture, OwnedClosedFuture, OwnedJoinFuture, OwnedPopFuture, OwnedPushFuture,
    OwnedReserveFuture, PopFuture, PushFuture, QueueOf, ReserveFuture, Storage,
};
use anywake_core::semaphore::{
    AcquireFuture, AcquireManyFuture, Mode, OwnedAcquireFuture, OwnedAcquireManyFuture, PartAcquireFuture,
};
use anywake_core::signal::{OwnedSignalFuture, SignalFuture};
use anywake_core::wait_group::{OwnedWaitGroupFuture, WaitGroupFuture};
use anywake_core::{Handle, broadcast, oneshot};
use futures_core::FusedFuture;
use pin_project_lite::pin_project;

use crate::runtime::Runtime;
use crate::share::keyed_lock::{KeyedLockFuture, OwnedKeyedLockFuture};
use crate::task::{CancelOnDrop, Task};

pub mod blocking;
mod cooperative;
mod timeout;

pub use cooperative::{Cooperative, cooperative};
pub use timeout::{Deadline, DeadlineOver, timeout, timeout_with};

/// A wait that can be ended at a deadline: every future of the core, those of a [`KeyedLock`](crate::KeyedLock),
/// `&mut Task`, and a wait that already has a deadline.
///
/// The wait is polled before its deadline, so a grant wins over a deadline that fires in the same poll. A grant that is
/// made after that poll is handed to the next waiter. No grant is lost, and no item: [`Elapsed`] returns the item of a
/// `push`, unless a consumer took it at the last moment, and then the push has succeeded. A condition's wait that ends
/// at its deadline does not acquire its lock again; [`Condition::wait_until`](crate::Condition::wait_until) does.
///
/// These are the waits that can be taken out of a queue. Any other future, an `async` block of your own for one, has
/// its deadline from [`timeout`].
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
#[doc(alias = "wait_for")]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a wait that can be given up",
    label = "not a wait of a primitive, nor `&mut Task`",
    note = "for any other future, such as an `async` block, use `anywake::timeout(runtime, duration, future)`"
)]
pub trait Wait: Future + Sized {
    /// What an elapsed wait returns: the item of a `push`, the value of a `publish`, and `()` for all other waits.
    type Returned;

    /// Ends a wait that is pending. Returns its output if the wait was decided in the meantime. The wait must not be
    /// polled afterwards.
    ///
    /// # Errors
    ///
    /// The wait was not decided. It has left its queue, and the error is what it returns to its caller.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "test-util")] {
    /// use anywake::{Queue, Wait, assert_pending, test_util::Probe};
    ///
    /// let queue = Queue::with_capacity(1).unwrap();
    /// queue.try_push("first").unwrap();
    /// let mut push = Probe::new(queue.push("second"));
    /// assert_pending!(push.poll());
    /// assert_eq!(push.as_mut().give_up(), Err("second"));
    /// # }
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
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Event, Runtime, Smol, Wait};
    /// use std::time::Duration;
    ///
    /// Smol.block_on(async {
    ///     let event = Event::new();
    ///     assert!(event.wait().within::<Smol>(Duration::from_millis(1)).await.is_err());
    ///     event.set();
    ///     assert!(event.wait().within::<Smol>(Duration::from_millis(1)).await.is_ok());
    /// });
    /// # }
    /// ```
    #[doc(alias("timeout", "wait_for"))]
    fn within<R: Runtime>(
        self,
        duration: Duration,
    ) -> Until<Self, impl Future<Output = ()> + Send + 'static> {
        self.until(R::default().sleep(duration))
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
    /// use anywake::{Event, Wait, blocking};
    ///
    /// let (ready, stop) = (Event::new(), Event::new());
    /// stop.set();
    /// assert!(blocking::wait(ready.wait().until(stop.wait())).is_err());
    /// ready.set();
    /// assert!(blocking::wait(ready.wait().until(stop.wait())).is_ok());
    /// ```
    #[doc(alias("CancellationToken", "select", "run_until_cancelled"))]
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

macro_rules! returns_its_item {
    ($([$($generics:tt)*] $wait:ty => $item:ty;)*) => {$(
        impl<$($generics)*> Wait for $wait {
            type Returned = $item;

            fn give_up(self: Pin<&mut Self>) -> Result<Self::Output, $item> {
                self.cancel().map_or(Ok(Ok(())), Err)
            }
        }
    )*};
}

returns_its_item! {
    [Q: AnyQueue] PushFuture<'_, Q> => Q::Item;
    [Q: AnyQueue] OwnedPushFuture<Q> => Q::Item;
    [B: AnyBroadcast] PublishFuture<'_, B> => B::Value;
    [B: AnyBroadcast] OwnedPublishFuture<B> => B::Value;
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
    [M: Mode] AcquireFuture<'_, M>;
    [M: Mode] OwnedAcquireFuture<M>;
    [M: Mode] AcquireManyFuture<'_, M>;
    [M: Mode] OwnedAcquireManyFuture<M>;
    [] EventFuture<'_>;
    [] OwnedEventFuture;
    [] NotifiedFuture<'_>;
    [] OwnedNotifiedFuture;
    [S: ?Sized] PartNotifiedFuture<S>;
    [T] OnceCellFuture<'_, T>;
    [T] OwnedOnceCellFuture<T>;
    [T] SignalFuture<'_, T>;
    [T] OwnedSignalFuture<T>;
    [T] oneshot::RecvFuture<'_, T>;
    // A deadline that elapses drops the receiver.
    [H: Handle<Target: AnyOneshot>] oneshot::OwnedRecvFuture<H>;
    [T] oneshot::ClosedFuture<'_, T>;
    [H: Handle<Target: AnyOneshot>] oneshot::OwnedClosedFuture<H>;
    [S: ?Sized, T] PartOnceCellFuture<S, T>;
    // A deadline that elapses drops the initialiser, and so passes its role on.
    [T, F, Fut: Future<Output = T>] GetOrInitFuture<'_, T, F, Fut>;
    [T, F, Fut: Future<Output = T>] OwnedGetOrInitFuture<T, F, Fut>;
    [T, E, F, Fut: Future<Output = Result<T, E>>] GetOrTryInitFuture<'_, T, F, Fut>;
    [T, E, F, Fut: Future<Output = Result<T, E>>] OwnedGetOrTryInitFuture<T, F, Fut>;
    [S: ?Sized, T, F, Fut: Future<Output = T>] PartGetOrInitFuture<S, T, F, Fut>;
    [S: ?Sized, T, E, F, Fut: Future<Output = Result<T, E>>] PartGetOrTryInitFuture<S, T, F, Fut>;
    [T, F: FnMut() -> Fut, Fut: Future<Output = T> + Unpin] LazyFuture<'_, T, Fut, F>;
    [] BarrierFuture<'_>;
    [] OwnedBarrierFuture;
    [] LatchFuture<'_>;
    [] OwnedLatchFuture;
    [] WaitGroupFuture<'_>;
    [] OwnedWaitGroupFuture;
    [] CancelledFuture<'_>;
    [] OwnedCancelledFuture;
    [S: ?Sized, M: Mode] PartAcquireFuture<S, M>;
    [S: ?Sized, T: ?Sized] PartLockFuture<S, T>;
    [H: LockHandle] ConditionFuture<'_, H>;
    [H: LockHandle] OwnedConditionFuture<H>;
    [H: LockHandle, P: FnMut(&mut H::Value) -> bool] ConditionForFuture<'_, H, P>;
    [H: LockHandle, C: Future] ConditionUntilFuture<'_, H, C>;
    [Q: AnyQueue] PopFuture<'_, Q>;
    [Q: AnyQueue] OwnedPopFuture<Q>;
    [Q: AnyQueue] JoinFuture<'_, Q>;
    [Q: AnyQueue] OwnedJoinFuture<Q>;
    [Q: AnyQueue] ReserveFuture<'_, Q>;
    [Q: AnyQueue] OwnedReserveFuture<Q>;
    [Q: AnyQueue] ClosedFuture<'_, Q>;
    [Q: AnyQueue] OwnedClosedFuture<Q>;
    [T, S: Storage] RecvManyFuture<'_, QueueOf<T, S>>;
    [H: Handle<Target: AnyBroadcast<Value: Clone>>] broadcast::RecvFuture<'_, H>;
    [B: AnyBroadcast] broadcast::ClosedFuture<'_, B>;
    [B: AnyBroadcast] broadcast::OwnedClosedFuture<B>;
    [K: Eq + Hash + Clone, S: BuildHasher] KeyedLockFuture<'_, K, S>;
    [K: Eq + Hash + Clone, S: BuildHasher] OwnedKeyedLockFuture<K, S>;
    // A deadline that elapses drops the handle, and so cancels the task.
    [T] CancelOnDrop<T>;
}

// Below the macro that they use.
mod rwlock;
mod watch;

impl<T> Wait for &mut Task<T> {
    type Returned = ();

    fn give_up(self: Pin<&mut Self>) -> Result<Self::Output, ()> {
        // mistake a_wait_leaves_its_waker_in_the_task: self.forget_waker(); ~>
        self.forget_waker();
        Err(())
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

pin_project! {
    /// A wait with a deadline, made by [`Wait::within`] and [`Wait::until`].
    ///
    /// The wait and its deadline are dropped as soon as one of them completes, not when this future is dropped. So a
    /// wait that has elapsed holds no place in any queue.
    ///
    /// # Panics
    ///
    /// If it is polled again after it has completed.
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
