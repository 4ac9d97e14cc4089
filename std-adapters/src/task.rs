//! Tasks: the handle to one, how it ended, and the values that follow it.

// The runtimes' own handles disagree in all that matters: dropping smol's cancels, dropping the others detaches; a
// panic is an error on tokio and unwinds into the awaiting task on the others; cancelling is a request here, and a
// future that waits there. So a runtime is only asked to run a `Job`, which has no output, and the outcome
// travels through memory of our own:
//
// ```text
//   Task ── cancel ──> AbortHandle ──> Aborts ┐
//    │                                        ├ Job, owned by the runtime
//    └─ await <────── Shared <────── Promise  ┘
// ```
//
// Whatever happens to the job (its end, a panic, a cancel, a runtime that drops it at shutdown) its future is
// dropped first and its `Promise` last, and it is the promise's destructor that wakes the handle. So whoever
// sees the end of a task knows that everything the future owned is gone.

use core::fmt;
use core::future::Future;
use core::mem;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_core::FusedFuture;
use futures_util::task::AtomicWaker;
use pin_project_lite::pin_project;

mod abort;
mod cancel_on_drop;
pub mod context;
pub(crate) mod enclosing;
mod error;
mod outcome;
mod queued;
pub(crate) mod turn;
mod unwind;

pub(crate) use abort::AbortHandle;
use abort::Aborts;
pub use cancel_on_drop::CancelOnDrop;
use enclosing::Stay;
pub use error::{Panic, TaskError};
pub(crate) use outcome::flatten;
pub use outcome::{Failure, ForeignError, GroupError, Outcome};
pub(crate) use queued::queued;
pub(crate) use unwind::catch;

/// A running task: await it for the outcome, [`cancel`](Task::cancel) it, or drop it to let it run on by itself.
///
/// Returned by [`Spawn::spawn`](crate::Spawn::spawn) and
/// [`SpawnBlocking::spawn_blocking`](crate::SpawnBlocking::spawn_blocking). Its output is `Ok` with what the future returned, or
/// the [`TaskError`] that says why there is nothing. The task is over, and its future dropped, when the handle says so.
///
/// # Cancel safety
///
/// Awaiting `&mut task` may be given up and begun again; the outcome stays until it is taken.
///
/// # Panics
///
/// Polling it again after it has given the outcome panics. A panic *of the task* does not: it is a [`TaskError`].
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "smol")] {
/// use anywake::{Runtime, Smol, TaskError};
///
/// Smol.block_on(async {
///     let task = Smol.spawn(std::future::pending::<()>());
///     task.cancel();
///     assert!(matches!(task.await, Err(TaskError::Cancelled)));
/// });
/// # }
/// ```
#[doc(alias("JoinHandle", "AbortHandle"))]
pub struct Task<T> {
    shared: Arc<Shared<T>>,
    abort: AbortHandle,
}

impl<T> Task<T> {
    /// What [`cancel`](Task::cancel) asks through; it can outlive the handle.
    pub(crate) fn abort_handle(&self) -> AbortHandle {
        self.abort.clone()
    }

    /// Asks the task to stop; returns at once.
    ///
    /// Its future is dropped instead of being polled again; one that is being polled now finishes that poll first, and
    /// if it returns, its output counts. Await the task to learn which, and to know that the future is gone. Asking
    /// twice, or after the end, changes nothing.
    ///
    /// A blocking function that has not begun is dropped by this call, with what it owns, and the task is over.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Runtime, Smol, TaskError};
    ///
    /// Smol.block_on(async {
    ///     let task = Smol.spawn(std::future::pending::<()>());
    ///     task.cancel();
    ///     assert!(matches!(task.await, Err(TaskError::Cancelled)));
    /// });
    /// # }
    /// ```
    #[doc(alias = "abort")]
    pub fn cancel(&self) {
        self.abort.abort();
    }

    /// Whether the task is over, so that awaiting it would not wait.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Runtime, Smol};
    ///
    /// Smol.block_on(async {
    ///     let task = Smol.spawn(std::future::pending::<()>());
    ///     assert!(!task.is_finished());
    /// });
    /// # }
    /// ```
    #[must_use]
    pub fn is_finished(&self) -> bool {
        !matches!(*self.shared.state(), State::Running(_))
    }

    /// Makes a scope wait for the end of the task.
    pub(crate) fn keep(&self, stay: Stay) {
        let mut state = self.shared.state();
        if let State::Running(kept) = &mut *state {
            let replaced = kept.replace(stay);
            drop(state);
            drop(replaced);
        }
    }

    /// Nobody waits for the end any more. The task may go on for long; it must not keep the waiting side's waker alive,
    /// nor wake it.
    pub(crate) fn forget_waker(&self) {
        drop(self.shared.waiter.take());
    }

    /// Ready when the task is over; the outcome stays.
    pub(crate) fn poll_finished(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.shared.waiter.register(cx.waker());
        if self.is_finished() { Poll::Ready(()) } else { Poll::Pending }
    }

    /// Whether there is an outcome, and it is a failure; it stays.
    pub(crate) fn has_failed(&mut self) -> bool
    where
        T: Outcome,
    {
        let mut state = self.shared.state();
        let finished = match mem::replace(&mut *state, State::Taken) {
            State::Finished(outcome) => outcome,
            other => {
                *state = other;
                return false;
            }
        };
        // It is the user's code that looks: not while this is held.
        drop(state);
        let failed = catch(|| finished.as_ref().map_or(true, Outcome::is_failure));
        *self.shared.state() = State::Finished(finished);
        failed.unwrap_or_else(|panic| panic.resume())
    }
}

impl<T> Future for Task<T> {
    type Output = Result<T, TaskError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // Registered before the look: an end that comes in between finds the waker.
        self.shared.waiter.register(cx.waker());
        let mut state = self.shared.state();
        match mem::replace(&mut *state, State::Taken) {
            running @ State::Running(_) => {
                *state = running;
                Poll::Pending
            }
            State::Finished(outcome) => Poll::Ready(outcome),
            State::Taken => panic!("`Task` polled after it gave its outcome"),
        }
    }
}

impl<T> FusedFuture for Task<T> {
    fn is_terminated(&self) -> bool {
        matches!(*self.shared.state(), State::Taken)
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.forget_waker();
    }
}

impl<T> fmt::Debug for Task<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task")
            .field("finished", &self.is_finished())
            .field("cancel_asked", &self.abort.is_aborted())
            .finish()
    }
}

/// Where the outcome passes from the [`Promise`] to the [`Task`].
struct Shared<T> {
    state: Mutex<State<T>>,
    waiter: AtomicWaker,
}

enum State<T> {
    /// With the scope that waits for the end, if there is one.
    Running(Option<Stay>),
    Finished(Result<T, TaskError>),
    Taken,
}

impl<T> Shared<T> {
    /// No user code runs while this is held.
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The duty to tell the [`Task`] how it ended, discharged by being dropped.
pub(crate) struct Promise<T> {
    /// There until it is dropped.
    shared: Option<Arc<Shared<T>>>,
    outcome: Result<T, TaskError>,
}

impl<T> Promise<T> {
    /// Tells the handle that this is how it ended; a promise that is merely dropped says that it was cancelled.
    pub(crate) fn fulfil(mut self, outcome: Result<T, TaskError>) {
        self.outcome = outcome;
    }
}

impl<T> Drop for Promise<T> {
    fn drop(&mut self) {
        let Some(shared) = self.shared.take() else { return };
        let outcome = mem::replace(&mut self.outcome, Err(TaskError::Cancelled));
        let running = mem::replace(&mut *shared.state(), State::Finished(outcome));
        shared.waiter.wake();
        // If the handle is gone, the outcome is dropped here. A panic in its destructor is nobody's: it would hit
        // what the runtime runs next on this thread.
        drop(catch(|| drop(shared)));
        // Last: then nothing of the task is left for a scope to wait for.
        drop(running);
    }
}

pin_project! {
    /// What the runtime runs. The order of the fields is the order of their destructors.
    pub(crate) struct Job<F: Future> {
        #[pin]
        future: Option<F>,
        // `None` once the end has been told.
        promise: Option<Promise<F::Output>>,
        aborts: Aborts,
        // Whether a poll of it is the turn of a task. Otherwise it is part of the turn that it is polled in.
        has_turns: bool,
        // Of the spawning side, at the time of spawning.
        context: context::Context,
    }

    impl<F: Future> PinnedDrop for Job<F> {
        // By a runtime that ends, if the job has not ended.
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if this.future.is_none() {
                return;
            }
            let _entered = (this.context.enter(), enclosing::enter(None));
            let dropped = catch(|| this.future.set(None));
            if let (Err(panic), Some(promise)) = (dropped, this.promise.take()) {
                promise.fulfil(Err(TaskError::Panicked(panic)));
            }
        }
    }
}

impl<F: Future> Future for Job<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        let Some(future) = this.future.as_mut().as_pin_mut() else { return Poll::Ready(()) };
        let _entered = (this.context.enter(), enclosing::enter(None));
        let _turn = this.has_turns.then(turn::of_a_task);
        let outcome = match catch(|| this.aborts.poll(future, cx)) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(Some(output))) => Ok(output),
            Ok(Poll::Ready(None)) => Err(TaskError::Cancelled),
            Err(panic) => Err(TaskError::Panicked(panic)),
        };
        // As in asyncio, what goes wrong while cleaning up replaces the outcome.
        let dropped = catch(|| this.future.set(None));
        if let Some(promise) = this.promise.take() {
            promise.fulfil(dropped.map_err(TaskError::Panicked).and(outcome));
        }
        Poll::Ready(())
    }
}

/// A task that runs `future`, as its two ends: the handle, and what a runtime has to poll.
pub(crate) fn pair<F: Future>(future: F) -> (Task<F::Output>, Job<F>) {
    job(future, true)
}

fn job<F: Future>(future: F, has_turns: bool) -> (Task<F::Output>, Job<F>) {
    let aborts = Aborts::default();
    let (task, promise) = promise(aborts.handle());
    let (future, promise, context) = (Some(future), Some(promise), context::Context::current());
    (task, Job { future, promise, aborts, has_turns, context })
}

/// A handle whose outcome somebody promises to bring, and which asks for the end through `abort`.
pub(crate) fn promise<T>(abort: AbortHandle) -> (Task<T>, Promise<T>) {
    let shared = Arc::new(Shared { state: Mutex::new(State::Running(None)), waiter: AtomicWaker::new() });
    let promise = Promise { shared: Some(Arc::clone(&shared)), outcome: Err(TaskError::Cancelled) };
    (Task { shared, abort }, promise)
}

/// The handle of a task that is over.
pub(crate) fn ended<T>(outcome: Result<T, TaskError>) -> Task<T> {
    let (task, promise) = promise(AbortHandle::default());
    promise.fulfil(outcome);
    task
}

#[cfg(test)]
mod tests;
