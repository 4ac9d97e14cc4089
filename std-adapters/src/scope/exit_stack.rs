//! [`ExitStack`]: clean-up that runs however its scope ends.
//!
//! The clean-ups of a stack run in a task of their own, however it comes to it: so they are not cut short when the future
//! that waits for them is dropped, and a stack that is itself dropped needs no other way. The task has a [`Stay`] in the
//! scope around: if nobody waits for the task, that scope does, and gets the failures.

use core::any::Any;
use core::fmt;
use core::future::{Future, poll_fn};
use core::mem;
use core::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use crate::runtime::Spawn;
use crate::task::enclosing::{self, Enclosing, Occupants, Stay, adopted};
use crate::task::{Failure, GroupError, Panic, Task, catch};

/// Runs `body`, and then what it has pushed onto the stack, the last one first: `async with AsyncExitStack()`.
///
/// The clean-ups run if `body` returns, fails, panics, or is dropped. One that fails or panics does not stop the others.
/// They begin when all that was begun in `body` has ended: they wait for what a [`task_group`](crate::task_group) leaves
/// that was dropped there.
///
/// # The end of the runtime
///
/// A tokio runtime that shuts down, and a simulation, drop their tasks. A clean-up that has begun is then dropped where it
/// waits. Each of those that have not begun is polled once, in the place where it is dropped, and dropped if it is not
/// ready then. So clean-ups that do not wait are done. Each clean-up that was cut short is a [`Failure::Cancelled`] in the
/// scope around, if that is still awaited, and a warning with the feature `tracing`. When the process ends, nothing runs
/// any more; smol and async-std end in no other way. So let the future that [`BlockOn::block_on`](crate::BlockOn::block_on) runs wait for its scopes
/// before it returns.
///
/// # Cancel safety
///
/// If the future is dropped, `body` is dropped, and the clean-ups run in a task of their own, to their end. The
/// [`task_group`](crate::task_group) or `exit_stack` in which the drop happens waits for them, and gets their failures. If
/// there is none, nobody waits for them and nobody learns of their failures.
///
/// # Errors
///
/// [`GroupError`], with the failure of `body`, a panic too, those of the scopes that were dropped in it, and those of the
/// clean-ups.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "smol")] {
/// use anywake::{Queue, Runtime, Smol, exit_stack};
/// use std::sync::Arc;
///
/// let log = Arc::new(Queue::with_capacity(4).unwrap());
/// let result = Smol.block_on(exit_stack(Smol, |stack| {
///     let log = Arc::clone(&log);
///     async move {
///         for name in ["file", "connection"] {
///             let log = Arc::clone(&log);
///             stack.push(async move { log.try_push(name).map_err(|_| "no room") });
///         }
///         Err::<(), _>("in between")
///     }
/// }));
/// assert_eq!(result.unwrap_err().to_string(), "in between");
/// assert_eq!([log.try_pop(), log.try_pop()], [Ok("connection"), Ok("file")]);
/// # }
/// ```
pub async fn exit_stack<R, T, E, B, F>(runtime: R, body: B) -> Result<T, GroupError<E>>
where
    R: Spawn,
    E: Send + 'static,
    B: FnOnce(ExitStack<R, E>) -> F,
    F: Future<Output = Result<T, E>>,
{
    let stack = ExitStack::new(runtime);
    let occupants = Arc::new(StackScope(Occupants::default()));
    let scope = UnwindOnDrop { stack: stack.clone(), occupants };
    let inside: Arc<dyn Enclosing> = Arc::<StackScope<E>>::clone(&scope.occupants);
    let ended = match enclosing::body(inside, || body(stack)) {
        Ok(mut body) => {
            let ended = body.as_mut().await.map_err(Panic::from);
            catch(|| drop(body)).and(ended)
        }
        Err(panic) => Err(panic),
    };
    let (value, failure, exit) = match ended {
        Ok(Ok(value)) => (Some(value), None, Exit::Completed),
        Ok(Err(error)) => (None, Some(Failure::Error(error)), Exit::Failed),
        Err(panic) => (None, Some(Failure::Panicked(panic)), Exit::Panicked),
    };
    let mut failures = Vec::from_iter(failure);
    failures.extend(scope.unwind(exit).await);
    match value {
        Some(value) if failures.is_empty() => return Ok(value),
        value => failures.extend(catch(|| drop(value)).err().map(Failure::Panicked)),
    }
    Err(GroupError::new(failures))
}

/// What is to be done at the end: `contextlib.AsyncExitStack`.
///
/// [`exit_stack`] makes one for a scope. One that is made by [`new`](ExitStack::new) is [closed](ExitStack::close) by
/// its owner. If it is not, its clean-ups run in a task of their own when its last clone is dropped; if that happens in a
/// scope, the scope waits for them. (A clean-up that owns a clone of its stack keeps that from happening.)
#[doc(alias("AsyncExitStack", "defer"))]
pub struct ExitStack<R: Spawn, E: Send + 'static> {
    shared: Arc<Shared<R, E>>,
}

/// Why a clean-up runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The scope returned, or the stack was closed.
    Completed,
    /// The scope returned an error.
    Failed,
    /// The scope panicked.
    Panicked,
    /// The scope or the stack was dropped.
    Cancelled,
}

impl<R: Spawn, E: Send + 'static> ExitStack<R, E> {
    /// An empty stack.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{ExitStack, Smol};
    ///
    /// let stack = ExitStack::<_, ()>::new(Smol);
    /// assert!(stack.is_empty());
    /// # }
    /// ```
    #[must_use]
    pub fn new(runtime: R) -> Self {
        Self { shared: Arc::new(Shared { cleanups: Arc::new(Cleanups(Mutex::default())), runtime }) }
    }

    /// Adds a clean-up; it runs before those that are there already.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{ExitStack, Runtime, Smol};
    ///
    /// Smol.block_on(async {
    ///     let stack = ExitStack::new(Smol);
    ///     stack.push(async { Err("the file is gone") });
    ///     assert_eq!(stack.close().await.unwrap_err().to_string(), "the file is gone");
    /// });
    /// # }
    /// ```
    pub fn push(&self, cleanup: impl Future<Output = Result<(), E>> + Send + 'static) {
        self.push_exit(|_| cleanup);
    }

    /// Adds a clean-up that depends on why it runs: to commit or to roll back, for example.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Runtime, Smol, exit_stack, scope::Exit};
    ///
    /// let result = Smol.block_on(exit_stack(Smol, |stack| async move {
    ///     stack.push_exit(|exit| async move {
    ///         if exit == Exit::Completed { Ok(()) } else { Err("rolled back") }
    ///     });
    ///     Err::<(), _>("failed")
    /// }));
    /// assert_eq!(result.unwrap_err().to_string(), "2 failures: failed; rolled back");
    /// # }
    /// ```
    pub fn push_exit<F>(&self, cleanup: impl FnOnce(Exit) -> F + Send + 'static)
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
    {
        self.shared.cleanups.lock().push(Box::new(|exit| Box::pin(cleanup(exit))));
    }

    /// Keeps `value`, a guard for example, until its turn comes, and drops it then.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{ExitStack, Lock, Runtime, Smol};
    /// use std::sync::Arc;
    ///
    /// Smol.block_on(async {
    ///     let lock = Arc::new(Lock::new(()));
    ///     let stack = ExitStack::<_, ()>::new(Smol);
    ///     stack.keep(Arc::clone(&lock).lock_owned().await);
    ///     assert!(lock.is_locked());
    ///     stack.close().await.unwrap();
    ///     assert!(!lock.is_locked());
    /// });
    /// # }
    /// ```
    pub fn keep(&self, value: impl Send + 'static) {
        self.push(async move {
            drop(value);
            Ok(())
        });
    }

    /// Moves all clean-ups to a new stack: for a scope whose resources are to outlive it after all.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Runtime, Smol, exit_stack};
    ///
    /// Smol.block_on(async {
    ///     let kept = exit_stack(Smol, |stack| async move {
    ///         stack.push(async { Err("closed") });
    ///         Ok(stack.pop_all())
    ///     });
    ///     let kept = kept.await.unwrap();
    ///     assert_eq!(kept.close().await.unwrap_err().to_string(), "closed");
    /// });
    /// # }
    /// ```
    #[must_use = "the clean-ups run otherwise"]
    pub fn pop_all(&self) -> Self {
        let moved = Self::new(self.shared.runtime);
        *moved.shared.cleanups.lock() = self.shared.cleanups.take();
        moved
    }

    /// Runs the clean-ups, the last one first.
    ///
    /// # Cancel safety
    ///
    /// They run to their end, even if the future is dropped.
    ///
    /// # Errors
    ///
    /// [`GroupError`], with every failure in the order in which they occurred.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{ExitStack, Runtime, Smol};
    ///
    /// Smol.block_on(async {
    ///     let stack = ExitStack::new(Smol);
    ///     stack.push(async { Err("first in") });
    ///     stack.push(async { Err("last in") });
    ///     let error = stack.close().await.unwrap_err();
    ///     assert_eq!(error.to_string(), "2 failures: last in; first in");
    /// });
    /// # }
    /// ```
    pub async fn close(self) -> Result<(), GroupError<E>> {
        let failures = self.unwind(Exit::Completed).await;
        if failures.is_empty() { Ok(()) } else { Err(GroupError::new(failures)) }
    }

    /// How many clean-ups there are.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{ExitStack, Smol};
    ///
    /// let stack = ExitStack::<_, ()>::new(Smol);
    /// stack.keep("a guard");
    /// assert_eq!(stack.len(), 1);
    /// # }
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.shared.cleanups.lock().len()
    }

    /// Whether there are no clean-ups.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{ExitStack, Smol};
    ///
    /// let stack = ExitStack::<_, ()>::new(Smol);
    /// stack.keep("a guard");
    /// assert!(!stack.is_empty());
    /// # }
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    async fn unwind(&self, exit: Exit) -> Vec<Failure<E>> {
        failures_of(self.shared.unwind(exit, None)).await
    }
}

impl<R: Spawn, E: Send + 'static> Clone for ExitStack<R, E> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<R: Spawn, E: Send + 'static> fmt::Debug for ExitStack<R, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExitStack").field("cleanups", &self.len()).finish()
    }
}

type Cleanup<E> = Box<dyn FnOnce(Exit) -> BoxFuture<'static, Result<(), E>> + Send>;

struct Shared<R: Spawn, E: Send + 'static> {
    cleanups: Arc<Cleanups<E>>,
    runtime: R,
}

struct Cleanups<E>(Mutex<Vec<Cleanup<E>>>);

impl<E> Cleanups<E> {
    fn lock(&self) -> MutexGuard<'_, Vec<Cleanup<E>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Vec<Cleanup<E>> {
        mem::take(&mut *self.lock())
    }
}

impl<R: Spawn, E: Send + 'static> Shared<R, E> {
    /// Begins to run all clean-ups, after the occupants of the scope have left, if there is anything to do.
    fn unwind(&self, exit: Exit, occupants: Option<&Arc<StackScope<E>>>) -> Option<Task<Unwound<E>>> {
        // All at once: another one who unwinds at the same time finds nothing, and does not run what is below first.
        let cleanups = self.cleanups.take();
        let occupants = occupants.filter(|occupants| !occupants.0.is_unoccupied());
        if cleanups.is_empty() && occupants.is_none() {
            return None;
        }
        let unwinding = Unwinding {
            cleanups,
            pushed: Arc::clone(&self.cleanups),
            exit,
            occupants: occupants.cloned(),
            in_progress: false,
            unwound: Some(Unwound { failures: Vec::new(), stay: Stay::here() }),
        };
        Some(self.runtime.spawn(unwinding.run()))
    }
}

impl<R: Spawn, E: Send + 'static> Drop for Shared<R, E> {
    fn drop(&mut self) {
        drop(self.unwind(Exit::Cancelled, None));
    }
}

/// The scope of [`exit_stack`], for the scopes in its body.
struct StackScope<E>(Occupants<E>);

impl<E: Send + 'static> Enclosing for StackScope<E> {
    fn enter(&self) -> bool {
        self.0.enter()
    }

    fn leave(&self) {
        self.0.leave();
    }

    fn fail(&self, failure: Failure<Box<dyn Any + Send>>) {
        self.0.fail(adopted(failure));
    }
}

/// Of the scope's own future. Its stack may have clones that live on, so that it cannot leave it to them.
struct UnwindOnDrop<R: Spawn, E: Send + 'static> {
    stack: ExitStack<R, E>,
    occupants: Arc<StackScope<E>>,
}

impl<R: Spawn, E: Send + 'static> UnwindOnDrop<R, E> {
    async fn unwind(&self, exit: Exit) -> Vec<Failure<E>> {
        failures_of(self.stack.shared.unwind(exit, Some(&self.occupants))).await
    }
}

impl<R: Spawn, E: Send + 'static> Drop for UnwindOnDrop<R, E> {
    fn drop(&mut self) {
        drop(self.stack.shared.unwind(Exit::Cancelled, Some(&self.occupants)));
    }
}

async fn failures_of<E: Send + 'static>(unwinding: Option<Task<Unwound<E>>>) -> Vec<Failure<E>> {
    match unwinding {
        Some(unwinding) => match unwinding.await {
            Ok(mut unwound) => mem::take(&mut unwound.failures),
            Err(error) => vec![error.into()],
        },
        None => Vec::new(),
    }
}

/// How the clean-ups went. If nobody wants to know, the scope around does.
struct Unwound<E: Send + 'static> {
    failures: Vec<Failure<E>>,
    stay: Option<Stay>,
}

impl<E: Send + 'static> Drop for Unwound<E> {
    fn drop(&mut self) {
        if let Some(stay) = &self.stay {
            self.failures.drain(..).for_each(|failure| stay.fail(failure));
        }
    }
}

/// Clean-ups that are being run.
struct Unwinding<E: Send + 'static> {
    cleanups: Vec<Cleanup<E>>,
    pushed: Arc<Cleanups<E>>,
    exit: Exit,
    occupants: Option<Arc<StackScope<E>>>,
    /// Whether a clean-up has begun and not ended.
    in_progress: bool,
    /// `None` once it has been returned.
    unwound: Option<Unwound<E>>,
}

impl<E: Send + 'static> Unwinding<E> {
    async fn run(mut self) -> Unwound<E> {
        if let Some(occupants) = self.occupants.take() {
            poll_fn(|cx| occupants.0.poll_empty(cx)).await;
            self.failed(occupants.0.take_failures());
        }
        while let Some(cleanup) = self.next() {
            self.in_progress = true;
            let failure = run(cleanup, self.exit).await;
            self.in_progress = false;
            self.failed(failure);
        }
        self.unwound.take().expect("returned once")
    }

    fn next(&mut self) -> Option<Cleanup<E>> {
        // A clean-up may push another.
        self.cleanups.extend(self.pushed.take());
        self.cleanups.pop()
    }

    fn failed(&mut self, failures: impl IntoIterator<Item = Failure<E>>) {
        self.unwound.as_mut().expect("not returned yet").failures.extend(failures);
    }
}

impl<E: Send + 'static> Drop for Unwinding<E> {
    /// If there is something left, the runtime has ended.
    fn drop(&mut self) {
        if self.unwound.is_none() {
            return;
        }
        let mut cut_short = usize::from(self.in_progress);
        while let Some(cleanup) = self.next() {
            match run(cleanup, self.exit).now_or_never() {
                Some(failure) => self.failed(failure),
                None => cut_short += 1,
            }
        }
        if cut_short > 0 {
            tell_cut_short(cut_short);
            self.failed((0..cut_short).map(|_| Failure::Cancelled));
        }
    }
}

/// Returns how it failed, if it did.
async fn run<E>(cleanup: Cleanup<E>, exit: Exit) -> Option<Failure<E>> {
    // The call is inside, as it may panic too.
    match AssertUnwindSafe(async { cleanup(exit).await }).catch_unwind().await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(Failure::Error(error)),
        Err(payload) => Some(Failure::Panicked(payload.into())),
    }
}

#[cfg(not(feature = "tracing"))]
fn tell_cut_short(_: usize) {}

#[cfg(feature = "tracing")]
fn tell_cut_short(count: usize) {
    tracing::warn!(target: "anywake::exit_stack", count, "clean-ups cut short by the end of their runtime");
}
