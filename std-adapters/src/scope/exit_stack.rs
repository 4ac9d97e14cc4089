//! [`ExitStack`]: clean-up that runs whatever happens.
//!
//! The clean-ups of a stack run in a task of their own, however it comes to it: so they are not cut short when whoever
//! waits for them is dropped, and a stack that is itself dropped needs no other way.

use core::fmt;
use core::future::Future;
use core::mem;
use core::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use crate::runtime::Runtime;
use crate::task::{Failure, GroupError, Task};

/// Runs `body`, and then what it has pushed onto the stack, the last one first: `async with AsyncExitStack()`.
///
/// The clean-ups run if `body` returns, fails, panics, or is dropped. One that fails or panics does not stop the others.
///
/// # Cancel safety
///
/// If the future is dropped, `body` is dropped, and the clean-ups run in a task of their own, to their end; nobody
/// learns of their failures then.
///
/// # Errors
///
/// [`GroupError`], with the failure of `body`, a panic too, and those of the clean-ups, in the order in which they
/// occurred.
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
    R: Runtime,
    E: Send + 'static,
    B: FnOnce(ExitStack<R, E>) -> F,
    F: Future<Output = Result<T, E>>,
{
    let stack = ExitStack::new(runtime);
    let scope = UnwindOnDrop(stack.clone());
    let ended = AssertUnwindSafe(async { body(stack).await }).catch_unwind().await;
    let (ended, exit) = match ended {
        Ok(Ok(value)) => (Ok(value), Exit::Completed),
        Ok(Err(error)) => (Err(Failure::Error(error)), Exit::Failed),
        Err(payload) => (Err(Failure::Panicked(payload.into())), Exit::Panicked),
    };
    let mut failures = Vec::new();
    let value = ended.map_err(|failure| failures.push(failure));
    failures.extend(scope.0.unwind(exit).await);
    match value {
        Ok(value) if failures.is_empty() => Ok(value),
        _ => Err(GroupError::new(failures)),
    }
}

/// What is to be done at the end: `contextlib.AsyncExitStack`.
///
/// [`exit_stack`] makes one for a scope. One that is made by [`new`](ExitStack::new) is [closed](ExitStack::close) by
/// its owner. If it is not, its clean-ups run in a task of their own when its last clone is dropped. (A clean-up that
/// owns a clone of its stack keeps that from happening.)
#[doc(alias("AsyncExitStack", "defer"))]
pub struct ExitStack<R: Runtime, E: Send + 'static> {
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

impl<R: Runtime, E: Send + 'static> ExitStack<R, E> {
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
        match self.shared.unwind(exit) {
            Some(unwinding) => unwinding.await.unwrap_or_else(|error| vec![error.into()]),
            None => Vec::new(),
        }
    }
}

impl<R: Runtime, E: Send + 'static> Clone for ExitStack<R, E> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<R: Runtime, E: Send + 'static> fmt::Debug for ExitStack<R, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExitStack").field("cleanups", &self.len()).finish()
    }
}

type Cleanup<E> = Box<dyn FnOnce(Exit) -> BoxFuture<'static, Result<(), E>> + Send>;

struct Shared<R: Runtime, E: Send + 'static> {
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

impl<R: Runtime, E: Send + 'static> Shared<R, E> {
    /// Begins to run all clean-ups, if there are any.
    fn unwind(&self, exit: Exit) -> Option<Task<Vec<Failure<E>>>> {
        // All at once: another one who unwinds at the same time finds nothing, and does not run what is below first.
        let mut cleanups = self.cleanups.take();
        if cleanups.is_empty() {
            return None;
        }
        let pushed = Arc::clone(&self.cleanups);
        Some(self.runtime.spawn(async move {
            let mut failures = Vec::new();
            while let Some(cleanup) = cleanups.pop() {
                // The call is inside, as it may panic too.
                match AssertUnwindSafe(async { cleanup(exit).await }).catch_unwind().await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => failures.push(Failure::Error(error)),
                    Err(payload) => failures.push(Failure::Panicked(payload.into())),
                }
                // A clean-up may push another.
                cleanups.extend(pushed.take());
            }
            failures
        }))
    }
}

impl<R: Runtime, E: Send + 'static> Drop for Shared<R, E> {
    fn drop(&mut self) {
        drop(self.unwind(Exit::Cancelled));
    }
}

/// Of the scope's own future. Its stack may have clones that live on, so that it cannot leave it to them.
struct UnwindOnDrop<R: Runtime, E: Send + 'static>(ExitStack<R, E>);

impl<R: Runtime, E: Send + 'static> Drop for UnwindOnDrop<R, E> {
    fn drop(&mut self) {
        drop(self.0.shared.unwind(Exit::Cancelled));
    }
}
