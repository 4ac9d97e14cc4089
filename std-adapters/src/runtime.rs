//! [`Runtime`] and its parts: what anywake needs of a runtime.
//!
//! Each tool asks for the parts that it uses: a deadline for a [`Timer`], a group of tasks for [`Spawn`] or
//! [`SpawnLocal`]. So a page, a thread-per-core runtime and a microcontroller have the tools that they can have.

use core::fmt;
use core::future::Future;
use core::mem;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::time::Instant;

use anywake_core::Timer;

use crate::task::{self, Task};

#[cfg(feature = "async-std")]
pub(crate) mod async_std;
#[cfg(feature = "futures-executor")]
mod clock;
#[cfg(feature = "futures-executor")]
pub(crate) mod futures_executor;
#[cfg(feature = "smol")]
pub(crate) mod smol;
#[cfg(feature = "tokio")]
pub(crate) mod tokio;

/// A runtime that has everything: tasks that may change threads, timers, a pool for blocking functions, and `block_on`.
///
/// This is the only part that is written once per runtime, and the rest of this crate is written over it. It is no trait to
/// be implemented: whatever implements its parts is a runtime. A part has one method without a body, and those for users,
/// such as [`spawn`](Spawn::spawn), come with it.
///
/// A runtime is a value without state, such as `Tokio`, and stands for the runtime of the process or of the thread. Tools
/// take it as their first argument: `task_group(Tokio, ..)`, `timeout(Tokio, ..)`, `wait.within(Tokio, ..)`. Where the
/// runtime is known, write `Tokio.spawn(future)`, which needs no import. In code that is generic over it, `R::default()`
/// is the value.
///
/// # Examples
///
/// A runtime that runs each task on a thread of its own:
///
/// ```
/// use anywake::{BlockOn, Executor, Runtime, Spawn, SpawnBlocking, Timer, blocking};
/// use std::{future::Future, pin::Pin, thread, time::{Duration, Instant}};
///
/// #[derive(Clone, Copy, Debug, Default)]
/// struct Threads;
///
/// impl Executor for Threads {
///     fn name(self) -> &'static str {
///         "threads"
///     }
/// }
/// impl BlockOn for Threads {
///     fn block_on<F: Future>(self, future: F) -> F::Output {
///         blocking::wait(future)
///     }
/// }
/// impl Spawn for Threads {
///     fn spawn_detached<F: Future<Output = ()> + Send + 'static>(self, future: F) {
///         thread::spawn(|| blocking::wait(future));
///     }
/// }
/// impl SpawnBlocking for Threads {
///     fn spawn_blocking_detached<F: FnOnce() + Send + 'static>(self, job: F) {
///         thread::spawn(job);
///     }
/// }
/// impl Timer for Threads {
///     type Instant = Instant;
///     type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;
///
///     fn now(&self) -> Instant {
///         Instant::now()
///     }
///     fn sleep(&self, duration: Duration) -> Self::Sleep {
///         let timer = self.spawn_blocking(move || thread::sleep(duration));
///         Box::pin(async move { drop(timer.await) })
///     }
/// }
///
/// fn is_a_runtime<R: Runtime>(runtime: R) {
///     let task = runtime.spawn(async { 6 * 7 });
///     assert_eq!(runtime.block_on(task).unwrap(), 42);
/// }
/// is_a_runtime(Threads);
/// ```
pub trait Runtime: Timer<Instant = Instant, Sleep: Send + 'static> + Spawn + SpawnBlocking + BlockOn {}

impl<R> Runtime for R where
    R: Timer<Instant = Instant, Sleep: Send + 'static> + Spawn + SpawnBlocking + BlockOn
{
}

/// What runs tasks, of whatever kind.
///
/// It is a value without state, which stands for the executor of the process or of the thread. The traits [`Spawn`],
/// [`SpawnLocal`], [`SpawnBlocking`] and [`BlockOn`] say what it can do.
///
/// # Examples
///
/// See [`Runtime`].
pub trait Executor: Copy + Default + fmt::Debug + Send + Sync + 'static {
    /// Returns the name of the executor as its own documentation writes it, in lower case.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// assert_eq!(anywake::Smol.name(), "smol");
    /// # }
    /// ```
    fn name(self) -> &'static str;

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
    /// use anywake::{Event, test_util::{Simulated, Simulation}};
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
    fn yield_now(self) -> impl Future<Output = ()> + Send + 'static {
        YieldNow { yielded: false }
    }
}

/// An executor of tasks that are `Send`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not run tasks that are `Send` on any thread",
    note = "a runtime whose tasks stay on one thread has `SpawnLocal`: use `spawn_local`"
)]
pub trait Spawn: Executor {
    /// Runs `future` as a task without a handle. [`spawn`](Spawn::spawn) is built on this method.
    ///
    /// # Panics
    ///
    /// Where there is no executor to run it, as the adapter says. Most have one for the whole process. One whose tasks all
    /// belong to one thread refuses the task on any other thread.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Event, Smol, Spawn, blocking};
    ///
    /// static DONE: Event = Event::new();
    ///
    /// Smol.spawn_detached(async { DONE.set() });
    /// blocking::wait(DONE.wait());
    /// assert!(DONE.is_set());
    /// # }
    /// ```
    fn spawn_detached<F: Future<Output = ()> + Send + 'static>(self, future: F);

    /// Starts `future` as a task beside the caller and returns the handle to it.
    ///
    /// The handle has the same type and the same rules on every runtime. Awaiting it returns the output.
    /// [`cancel`](Task::cancel) stops the task at its next suspension. Dropping the handle lets the task run on. The
    /// task runs in a copy of the caller's [context](crate::ContextVar), taken at the time of this call.
    ///
    /// # Panics
    ///
    /// As [`spawn_detached`](Spawn::spawn_detached) does.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::Smol;
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
}

/// An executor of tasks that stay on the thread that spawns them, and need not be `Send`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` moves its tasks between threads",
    note = "a task that is not `Send` needs a runtime that keeps it on its thread, such as `TokioLocal` or `LocalPool`"
)]
pub trait SpawnLocal: Executor {
    /// Runs `future` as a task without a handle, on this thread. [`spawn_local`](SpawnLocal::spawn_local) is built on this
    /// method.
    ///
    /// # Panics
    ///
    /// On a thread that does not run this executor.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "futures-executor")] {
    /// use anywake::{Event, LocalPool, SpawnLocal};
    /// use std::rc::Rc;
    ///
    /// LocalPool.block_on(async {
    ///     let done = Rc::new(Event::new());
    ///     let ends = Rc::clone(&done);
    ///     LocalPool.spawn_local_detached(async move { ends.set() });
    ///     done.wait().await;
    ///     assert!(done.is_set());
    /// });
    /// # }
    /// ```
    fn spawn_local_detached<F: Future<Output = ()> + 'static>(self, future: F);

    /// Starts `future` as a task beside the caller, on the caller's thread, and returns the handle to it. The handle has
    /// the rules of one of [`Spawn::spawn`].
    ///
    /// # Panics
    ///
    /// As [`spawn_local_detached`](SpawnLocal::spawn_local_detached) does.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "futures-executor")] {
    /// use anywake::{LocalPool, SpawnLocal};
    /// use std::rc::Rc;
    ///
    /// LocalPool.block_on(async {
    ///     let local = Rc::new(20);
    ///     let task = LocalPool.spawn_local(async move { Rc::new(*local + 1) });
    ///     assert_eq!(*task.await.unwrap(), 21);
    /// });
    /// # }
    /// ```
    #[doc(alias = "LocalSet")]
    fn spawn_local<F>(self, future: F) -> Task<F::Output>
    where
        F: Future + 'static,
    {
        let (task, job) = task::pair(future);
        self.spawn_local_detached(job);
        task
    }
}

/// An executor with threads for functions that block.
pub trait SpawnBlocking: Executor {
    /// Runs `job` on a thread where blocking is allowed. [`spawn_blocking`](SpawnBlocking::spawn_blocking) is built on this
    /// method.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Event, Smol, SpawnBlocking, blocking};
    ///
    /// static DONE: Event = Event::new();
    ///
    /// Smol.spawn_blocking_detached(|| DONE.set());
    /// blocking::wait(DONE.wait());
    /// assert!(DONE.is_set());
    /// # }
    /// ```
    fn spawn_blocking_detached<F: FnOnce() + Send + 'static>(self, job: F);

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
    /// use anywake::Smol;
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

/// An executor that a thread can run, and wait for.
pub trait BlockOn: Executor {
    /// Runs `future` on the calling thread and returns its output. The thread blocks until then.
    ///
    /// Tasks that are spawned meanwhile run beside it. Tasks that still run when `future` returns are not stopped, unless
    /// the adapter says that they belong to the thread.
    ///
    /// # Panics
    ///
    /// If `future` panics, or if it is called in a task: the worker that it would block may be the one that `future`
    /// needs. In a task, use `.await`. (Only tokio can recognise the tasks that its own function has spawned; the other
    /// adapters recognise those of [`spawn`](Spawn::spawn).)
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// assert_eq!(anywake::Smol.block_on(async { 6 * 7 }), 42);
    /// # }
    /// ```
    fn block_on<F: Future>(self, future: F) -> F::Output;
}

/// The future of [`Executor::yield_now`], where an executor has none of its own: wakes itself, and is ready when it is
/// polled again.
struct YieldNow {
    yielded: bool,
}

impl Future for YieldNow {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if mem::replace(&mut self.yielded, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// The methods of the parts, for a value that is known: they need no import.
#[cfg(any(
    feature = "tokio",
    feature = "async-std",
    feature = "smol",
    feature = "futures-executor",
    feature = "test-util",
    test
))]
macro_rules! methods {
    ($runtime:ident) => {
        impl $runtime {
            /// [`Executor::name`](crate::Executor::name).
            ///
            /// # Examples
            ///
            /// ```
            /// # #[cfg(feature = "smol")] {
            /// assert_eq!(anywake::Smol.name(), "smol");
            /// # }
            /// ```
            #[must_use]
            pub fn name(self) -> &'static str {
                crate::Executor::name(self)
            }

            /// [`Executor::yield_now`](crate::Executor::yield_now).
            ///
            /// # Examples
            ///
            /// ```
            /// # #[cfg(feature = "smol")] {
            /// use anywake::Smol;
            ///
            /// assert_eq!(Smol.block_on(Smol.yield_now()), ());
            /// # }
            /// ```
            pub fn yield_now(self) -> impl Future<Output = ()> + Send + 'static {
                crate::Executor::yield_now(self)
            }

            /// [`BlockOn::block_on`](crate::BlockOn::block_on).
            ///
            /// # Panics
            ///
            /// If `future` panics, or if it is called in a task, as the trait says.
            ///
            /// # Examples
            ///
            /// ```
            /// # #[cfg(feature = "smol")] {
            /// assert_eq!(anywake::Smol.block_on(async { 6 * 7 }), 42);
            /// # }
            /// ```
            pub fn block_on<F: Future>(self, future: F) -> F::Output {
                crate::BlockOn::block_on(self, future)
            }

            /// [`Spawn::spawn`](crate::Spawn::spawn).
            ///
            /// # Examples
            ///
            /// ```
            /// # #[cfg(feature = "smol")] {
            /// use anywake::Smol;
            ///
            /// assert_eq!(Smol.block_on(Smol.spawn(async { "output" })).unwrap(), "output");
            /// # }
            /// ```
            #[doc(alias = "create_task")]
            pub fn spawn<F>(self, future: F) -> crate::Task<F::Output>
            where
                F: Future<Output: Send> + Send + 'static,
            {
                crate::Spawn::spawn(self, future)
            }

            /// [`SpawnBlocking::spawn_blocking`](crate::SpawnBlocking::spawn_blocking).
            ///
            /// # Examples
            ///
            /// ```
            /// # #[cfg(feature = "smol")] {
            /// use anywake::Smol;
            ///
            /// let sum = Smol.block_on(Smol.spawn_blocking(|| (1..=100).sum::<u32>()));
            /// assert_eq!(sum.unwrap(), 5050);
            /// # }
            /// ```
            #[doc(alias("run_in_executor", "to_thread"))]
            pub fn spawn_blocking<F, T>(self, function: F) -> crate::Task<T>
            where
                F: FnOnce() -> T + Send + 'static,
                T: Send + 'static,
            {
                crate::SpawnBlocking::spawn_blocking(self, function)
            }

            /// [`Timer::now`](crate::Timer::now): the time by the clock that sleeps use, which is the system's, unless the
            /// runtime has one of its own for tests.
            ///
            /// # Examples
            ///
            /// ```
            /// use anywake::test_util::{Simulated, Simulation};
            /// use std::time::Duration;
            ///
            /// Simulation::new().run(async {
            ///     let begun = Simulated.now();
            ///     Simulated.sleep(Duration::from_secs(3600)).await;
            ///     assert_eq!(Simulated.now() - begun, Duration::from_secs(3600));
            /// });
            /// ```
            #[must_use]
            pub fn now(self) -> std::time::Instant {
                crate::Timer::now(&self)
            }

            /// [`Timer::sleep`](crate::Timer::sleep): waits until `duration` has passed since the call.
            ///
            /// A `duration` of zero may complete at once. To let other tasks run, use `yield_now`.
            ///
            /// # Cancel safety
            ///
            /// Dropping the future cancels the sleep.
            ///
            /// # Examples
            ///
            /// ```
            /// # #[cfg(feature = "smol")] {
            /// use anywake::Smol;
            /// use std::time::Duration;
            ///
            /// Smol.block_on(async {
            ///     let begun = Smol.now();
            ///     Smol.sleep(Duration::from_millis(5)).await;
            ///     assert!(Smol.now() - begun >= Duration::from_millis(5));
            /// });
            /// # }
            /// ```
            pub fn sleep(self, duration: core::time::Duration) -> <Self as crate::Timer>::Sleep {
                crate::Timer::sleep(&self, duration)
            }
        }
    };
}
#[cfg(any(
    feature = "tokio",
    feature = "async-std",
    feature = "smol",
    feature = "futures-executor",
    feature = "test-util",
    test
))]
pub(crate) use methods;

/// The methods of a runtime whose tasks may stay on their thread.
#[cfg(any(feature = "tokio", feature = "futures-executor"))]
macro_rules! local_methods {
    ($runtime:ident) => {
        impl $runtime {
            /// [`SpawnLocal::spawn_local`](crate::SpawnLocal::spawn_local).
            ///
            /// # Panics
            ///
            /// On a thread that does not run this executor.
            ///
            /// # Examples
            ///
            /// ```
            /// # #[cfg(feature = "futures-executor")] {
            /// use anywake::LocalPool;
            /// use std::rc::Rc;
            ///
            /// let local = Rc::new(20);
            /// let output = LocalPool.block_on(async { LocalPool.spawn_local(async move { *local + 1 }).await });
            /// assert_eq!(output.unwrap(), 21);
            /// # }
            /// ```
            pub fn spawn_local<F>(self, future: F) -> crate::Task<F::Output>
            where
                F: Future + 'static,
            {
                crate::SpawnLocal::spawn_local(self, future)
            }
        }
    };
}
#[cfg(any(feature = "tokio", feature = "futures-executor"))]
pub(crate) use local_methods;
