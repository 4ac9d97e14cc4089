//! The trait [`Runtime`]: what anywake needs of a runtime.

use core::fmt;
use core::future::Future;
use core::time::Duration;
use std::time::Instant;

use crate::task::{self, Task};

#[cfg(feature = "async-std")]
pub(crate) mod async_std;
#[cfg(feature = "smol")]
pub(crate) mod smol;
#[cfg(feature = "tokio")]
pub(crate) mod tokio;

/// An executor with timers and a pool for blocking functions. This is the only part that is written once per runtime.
///
/// A runtime is a value without state, such as `Tokio`, and stands for the runtime of the process. Write
/// `Tokio.spawn(future)` where the runtime is known, and `R::default().spawn(future)` in code that is generic over it.
/// The rest of this crate is written over this trait. So a program can add a runtime of its own: it implements the six
/// methods without a body, and [`spawn`](Runtime::spawn) and [`spawn_blocking`](Runtime::spawn_blocking) come with
/// them.
///
/// # Examples
///
/// A runtime that runs each task on a thread of its own:
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
#[doc(alias("Executor", "Spawn", "Timer"))]
pub trait Runtime: Copy + Default + fmt::Debug + Send + Sync + 'static {
    /// Returns the name of the runtime as its own documentation writes it, in lower case.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Runtime, Smol};
    ///
    /// assert_eq!(Smol.name(), "smol");
    /// # }
    /// ```
    fn name(self) -> &'static str;

    /// Runs `future` on the calling thread and returns its output. The thread blocks until then.
    ///
    /// Tasks that are spawned meanwhile run beside it. Tasks that still run when `future` returns are not stopped.
    ///
    /// # Panics
    ///
    /// If `future` panics, or if it is called in a task: the worker that it would block may be the one that `future`
    /// needs. In a task, use `.await`. (Only tokio can recognise the tasks that its own function has spawned; the other
    /// adapters recognise those of [`spawn`](Runtime::spawn).)
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Runtime, Smol};
    ///
    /// assert_eq!(Smol.block_on(async { 6 * 7 }), 42);
    /// # }
    /// ```
    fn block_on<F: Future>(self, future: F) -> F::Output;

    /// Runs `future` as a task without a handle. [`spawn`](Runtime::spawn) is built on this method.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Event, Runtime, Smol, blocking};
    ///
    /// static DONE: Event = Event::new();
    ///
    /// Smol.spawn_detached(async { DONE.set() });
    /// blocking::wait(DONE.wait());
    /// assert!(DONE.is_set());
    /// # }
    /// ```
    fn spawn_detached<F: Future<Output = ()> + Send + 'static>(self, future: F);

    /// Runs `job` on a thread where blocking is allowed. [`spawn_blocking`](Runtime::spawn_blocking) is built on this
    /// method.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Event, Runtime, Smol, blocking};
    ///
    /// static DONE: Event = Event::new();
    ///
    /// Smol.spawn_blocking_detached(|| DONE.set());
    /// blocking::wait(DONE.wait());
    /// assert!(DONE.is_set());
    /// # }
    /// ```
    fn spawn_blocking_detached<F: FnOnce() + Send + 'static>(self, job: F);

    /// Waits until `duration` has passed since the call (not since the first poll).
    ///
    /// A `duration` of zero may complete at once. To let other tasks run, use [`yield_now`](Runtime::yield_now).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future cancels the timer.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Runtime, Smol};
    /// use std::time::Duration;
    ///
    /// Smol.block_on(async {
    ///     let begun = Smol.now();
    ///     Smol.sleep(Duration::from_millis(5)).await;
    ///     assert!(Smol.now() - begun >= Duration::from_millis(5));
    /// });
    /// # }
    /// ```
    fn sleep(self, duration: Duration) -> impl Future<Output = ()> + Send + 'static;

    /// Suspends the calling task once, so that other tasks that are ready run first.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "test-util")] {
    /// use anywake::{Event, Runtime, test_util::{Simulated, Simulation}};
    /// use std::sync::Arc;
    ///
    /// Simulation::new().run(async {
    ///     let ran = Arc::new(Event::new());
    ///     let runs = Arc::clone(&ran);
    ///     drop(Simulated.spawn(async move { runs.set() }));
    ///     Simulated.yield_now().await;
    ///     assert!(ran.is_set());
    /// });
    /// # }
    /// ```
    fn yield_now(self) -> impl Future<Output = ()> + Send + 'static;

    /// Returns the time by the clock that [`sleep`](Runtime::sleep) uses: the system's clock, unless the runtime has a
    /// clock of its own for tests.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "test-util")] {
    /// use anywake::{Runtime, test_util::{Simulated, Simulation}};
    /// use std::time::Duration;
    ///
    /// Simulation::new().run(async {
    ///     let begun = Simulated.now();
    ///     Simulated.sleep(Duration::from_secs(3600)).await;
    ///     assert_eq!(Simulated.now() - begun, Duration::from_secs(3600));
    /// });
    /// # }
    /// ```
    fn now(self) -> Instant {
        Instant::now()
    }

    /// Starts `future` as a task beside the caller and returns the handle to it.
    ///
    /// The handle has the same type and the same rules on every runtime. Awaiting it returns the output.
    /// [`cancel`](Task::cancel) stops the task at its next suspension. Dropping the handle lets the task run on. The
    /// task runs in a copy of the caller's [context](crate::ContextVar), taken at the time of this call.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Runtime, Smol};
    ///
    /// Smol.block_on(async {
    ///     let task = Smol.spawn(async { "output" });
    ///     assert_eq!(task.await.unwrap(), "output");
    /// });
    /// # }
    /// ```
    #[doc(alias = "create_task")]
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
    /// As with asyncio's `run_in_executor`, a function that has begun cannot be stopped. After a
    /// [`cancel`](Task::cancel) it runs to its end, and awaiting the handle waits for that and returns its result. A
    /// function that is cancelled while it is queued for a thread is never called: it is dropped, and its task over, at
    /// once. The function is called in the caller's [context](crate::ContextVar), as with asyncio's `to_thread`.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Runtime, Smol};
    ///
    /// let sum = Smol.block_on(Smol.spawn_blocking(|| (1..=100).sum::<u32>()));
    /// assert_eq!(sum.unwrap(), 5050);
    /// # }
    /// ```
    #[doc(alias("run_in_executor", "to_thread"))]
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
