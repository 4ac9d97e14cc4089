//! What anywake needs of a runtime.

use core::fmt;
use core::future::Future;
use core::time::Duration;
use std::time::Instant;

use crate::task::{self, Task};

/// An executor with timers and a pool for blocking functions: the one thing that is written once per runtime.
///
/// A runtime is a value without state, such as `Tokio`, that stands for whatever the process runs:
/// `Tokio.spawn(future)` where the runtime is known, `R::default().spawn(future)` in code that is generic over it.
/// All the rest of this crate is written over this trait, so a program can add a runtime of its own by implementing
/// the six raw parts; [`spawn`](Runtime::spawn) and [`spawn_blocking`](Runtime::spawn_blocking) come with them.
///
/// # Examples
///
/// A runtime that gives each task a thread:
///
/// ```
/// use anywake::{Runtime, blocking};
/// use std::future::{Future, poll_fn};
/// use std::{mem, task::Poll, thread, time::Duration};
///
/// #[derive(Clone, Copy, Debug, Default)]
/// struct Threads;
///
/// impl Runtime for Threads {
///     fn name(self) -> &'static str {
///         "threads"
///     }
///     fn block_on<F: Future>(self, future: F) -> F::Output {
///         blocking::wait(future)
///     }
///     fn spawn_detached<F: Future<Output = ()> + Send + 'static>(self, future: F) {
///         thread::spawn(|| blocking::wait(future));
///     }
///     fn spawn_blocking_detached<F: FnOnce() + Send + 'static>(self, job: F) {
///         thread::spawn(job);
///     }
///     fn sleep(self, duration: Duration) -> impl Future<Output = ()> + Send + 'static {
///         let timer = self.spawn_blocking(move || thread::sleep(duration));
///         async move { drop(timer.await) }
///     }
///     fn yield_now(self) -> impl Future<Output = ()> + Send + 'static {
///         let mut yielded = false;
///         poll_fn(move |cx| {
///             if mem::replace(&mut yielded, true) {
///                 return Poll::Ready(());
///             }
///             cx.waker().wake_by_ref();
///             Poll::Pending
///         })
///     }
/// }
///
/// let task = Threads.spawn(async { 6 * 7 });
/// assert_eq!(Threads.block_on(task).unwrap(), 42);
/// ```
pub trait Runtime: Copy + Default + fmt::Debug + Send + Sync + 'static {
    /// The runtime's name as its own documentation writes it, in lower case.
    fn name(self) -> &'static str;

    /// Runs `future` on the calling thread, which waits for it, and returns its output.
    ///
    /// Tasks spawned meanwhile run beside it; those still running when it returns are not stopped.
    ///
    /// # Panics
    ///
    /// If `future` panics, and if it is called in a task: the worker that it would block may be the one that `future`
    /// needs. `.await` is for tasks. (Only tokio can say so of tasks that its own function has spawned; the other
    /// adapters know those of [`spawn`](Runtime::spawn).)
    fn block_on<F: Future>(self, future: F) -> F::Output;

    /// Runs `future` as a task to which there is no handle: the raw part of [`spawn`](Runtime::spawn).
    fn spawn_detached<F: Future<Output = ()> + Send + 'static>(self, future: F);

    /// Runs `job` on a thread where blocking is allowed: the raw part of [`spawn_blocking`](Runtime::spawn_blocking).
    fn spawn_blocking_detached<F: FnOnce() + Send + 'static>(self, job: F);

    /// Waits until `duration` has passed since the call (not since the first poll).
    ///
    /// One of zero may be over at once; to let others run, use [`yield_now`](Runtime::yield_now).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future forgets the timer.
    fn sleep(self, duration: Duration) -> impl Future<Output = ()> + Send + 'static;

    /// Suspends the caller once, so that other tasks that are ready run first.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    fn yield_now(self) -> impl Future<Output = ()> + Send + 'static;

    /// The clock that [`sleep`](Runtime::sleep) goes by: the system's, unless the runtime has one of its own for tests.
    fn now(self) -> Instant {
        Instant::now()
    }

    /// Runs `future` as a task beside the caller, beginning at once, and returns the handle to it.
    ///
    /// The handle is the same type on every runtime, with the same rules: awaiting it gives the output,
    /// [`cancel`](Task::cancel) stops the task at its next suspension, dropping it lets the task run on.
    /// The task runs in the caller's [context](crate::ContextVar), as it is now.
    fn spawn<F>(self, future: F) -> Task<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let (task, job) = task::pair(future);
        self.spawn_detached(job);
        task
    }

    /// Runs `function` on a thread where blocking is allowed and returns the handle to it.
    ///
    /// As with asyncio's `run_in_executor`, a function that has begun cannot be stopped: after a
    /// [`cancel`](Task::cancel) it runs to its end, and awaiting the handle waits for that and gives its result.
    /// One that is cancelled while it is still queued for a thread is never called: it is dropped, and its task over, at
    /// once. It is called in the caller's [context](crate::ContextVar), as with asyncio's `to_thread`.
    fn spawn_blocking<F, T>(self, function: F) -> Task<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let (task, queued) = task::queued(function, ());
        self.spawn_blocking_detached(move || queued.run());
        task
    }
}
