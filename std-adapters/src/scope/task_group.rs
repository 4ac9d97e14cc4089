//! [`task_group`]: tasks that belong together and end together.
//!
//! Each child is a job of its own inside a `Child`, which sees the job's end before anybody else, on whatever
//! thread that is: there it takes the value to the handle, or the failure to the group, which cancels the others at
//! once. So failures are kept in the order in which they occur, and the last child to report wakes the group. When a
//! child reports, its future is gone: that is what a job promises.
//!
//! # Invariants
//!
//! 1. A child is entered in the state, under the lock, while the group is open; it is taken out, under the lock, when
//!    it has ended. A group that is found empty is closed under the same lock. So none is missed.
//! 2. When the group is aborted, every entered child is cancelled; none is entered afterwards. One that was entered and
//!    has not reached its runtime yet finds the request when it does.

use core::fmt;
use core::future::{Future, poll_fn};
use core::mem;
use core::panic::AssertUnwindSafe;
use core::pin::pin;
use core::task::{Context, Poll};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::runtime::Runtime;
use crate::task::{self, AbortHandle, Failure, GroupError, Task};
use futures_util::FutureExt as _;
use futures_util::task::AtomicWaker;

mod child;

use child::child;

/// Runs `body` and the tasks that it spawns into the group, and returns when all have ended: `asyncio.TaskGroup`.
///
/// The group is closed when `body` and all children have ended; then the output of `body` is returned. Nothing
/// outlives it: a handle that is dropped does not detach its child, and a child can spawn others into the same group.
///
/// The first failure, an error or a panic of a child or of `body`, aborts the group: all other children are cancelled,
/// `body` is dropped where it waits, all are awaited, and every failure that occurred meanwhile is reported too. A child
/// that is cancelled by its handle is not a failure.
///
/// # Cancel safety
///
/// If the future is dropped, `body` is dropped and all children are cancelled, but a drop cannot wait: they are gone
/// when their runtime has polled them once more. Give the group something that ends it,
/// [`cancel`](TaskGroup::cancel) for one, to be able to wait for that.
///
/// # Errors
///
/// [`GroupError`], with every failure in the order in which they occurred, that of `body` last; without any if the
/// group was cancelled before `body` returned.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "smol")] {
/// use anywake::{Failure, Runtime, Smol, task_group};
///
/// let sum = Smol.block_on(task_group(Smol, |group| async move {
///     let halves = [group.spawn(async { Ok(20) }), group.spawn(async { Ok(22) })];
///     let mut sum = 0;
///     for half in halves {
///         sum += half.await.unwrap_or(0);
///     }
///     if sum > 0 { Ok(sum) } else { Err("nothing") }
/// }));
/// assert_eq!(sum.unwrap(), 42);
///
/// let failed = Smol.block_on(task_group(Smol, |group| async move {
///     group.spawn(async { Err::<(), _>("this ends the others") });
///     group.spawn(std::future::pending::<Result<(), _>>());
///     Ok(())
/// }));
/// assert!(matches!(failed.unwrap_err().failures(), [Failure::Error("this ends the others")]));
/// # }
/// ```
#[doc(alias("nursery", "scope", "JoinSet"))]
pub async fn task_group<R, T, E, B, F>(runtime: R, body: B) -> Result<T, GroupError<E>>
where
    R: Runtime,
    B: FnOnce(TaskGroup<R, E>) -> F,
    F: Future<Output = Result<T, E>>,
{
    let shared = Arc::new(Shared { state: Mutex::new(State::new()), group: AtomicWaker::new() });
    let group = TaskGroup { shared: Arc::clone(&shared), runtime };
    let scope = AbortOnDrop(shared);
    let ended = scope.0.run(AssertUnwindSafe(async { body(group).await }).catch_unwind()).await;
    let ended = match ended {
        Some(Ok(Ok(value))) => Some(Ok(value)),
        Some(Ok(Err(error))) => Some(Err(Failure::Error(error))),
        Some(Err(payload)) => Some(Err(Failure::Panicked(payload.into()))),
        None => None,
    };
    if matches!(ended, Some(Err(_))) {
        scope.0.abort();
    }
    poll_fn(|cx| scope.0.poll_empty(cx)).await;
    let mut failures = mem::take(&mut scope.0.state().failures);
    match ended {
        Some(Ok(value)) if failures.is_empty() => return Ok(value),
        Some(Err(failure)) => failures.push(failure),
        Some(Ok(_)) | None => {}
    }
    Err(GroupError::new(failures))
}

/// The handle to a group: a body gets it from [`task_group`] and may clone it for its children.
#[doc(alias("nursery", "JoinSet", "TaskTracker"))]
pub struct TaskGroup<R, E> {
    shared: Arc<Shared<E>>,
    runtime: R,
}

impl<R: Runtime, E: Send + 'static> TaskGroup<R, E> {
    /// Runs `future` as a task of the group.
    ///
    /// The handle may be awaited, cancelled or dropped; the group waits for the task in any case. It gives the value
    /// that the task returned. Of a task that failed it says [`Cancelled`](crate::TaskError::Cancelled), since the
    /// failure is the group's, and all are being cancelled for it.
    ///
    /// In a group that is closed or aborted, by a failure or by [`cancel`](TaskGroup::cancel), `future` is dropped
    /// and its task is cancelled from the start.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Runtime, Smol, task_group};
    ///
    /// let doubled = Smol.block_on(task_group(Smol, |group| async move {
    ///     let task = group.spawn(async { Ok::<_, ()>(21) });
    ///     Ok(task.await.unwrap() * 2)
    /// }));
    /// assert_eq!(doubled.unwrap(), 42);
    /// # }
    /// ```
    pub fn spawn<F, T>(&self, future: F) -> Task<T>
    where
        F: Future<Output = Result<T, E>> + Send + 'static,
        T: Send + 'static,
    {
        let (inner, job) = task::pair(future);
        let (task, promise) = task::promise(inner.abort_handle());
        if let Some(id) = self.shared.enter(inner.abort_handle()) {
            self.runtime.spawn_detached(child(job, inner, promise, Arc::clone(&self.shared), id));
        }
        task
    }
}

impl<R, E> TaskGroup<R, E> {
    /// Ends the group early: cancels all children and `body`. Idempotent.
    ///
    /// The group waits for them, and then returns its body's output if that had returned before, otherwise a
    /// [`GroupError`] with the failures that occurred, usually none.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Runtime, Smol, task_group};
    ///
    /// let cancelled = Smol.block_on(task_group(Smol, |group| async move {
    ///     let stop = group.clone();
    ///     group.spawn(std::future::pending::<Result<(), ()>>());
    ///     group.spawn(async move {
    ///         stop.cancel();
    ///         Ok(())
    ///     });
    ///     std::future::pending::<Result<(), ()>>().await
    /// }));
    /// assert!(cancelled.unwrap_err().is_cancelled());
    /// # }
    /// ```
    pub fn cancel(&self) {
        self.shared.abort();
    }

    /// How many children have not ended.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Runtime, Smol, task_group};
    ///
    /// let children = Smol.block_on(task_group(Smol, |group| async move {
    ///     let task = group.spawn(std::future::pending::<Result<(), ()>>());
    ///     let children = group.len();
    ///     task.cancel();
    ///     Ok(children)
    /// }));
    /// assert_eq!(children.unwrap(), 1);
    /// # }
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.shared.state().children.len()
    }

    /// Whether all children have ended.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Runtime, Smol, task_group};
    ///
    /// let empty = Smol.block_on(task_group(Smol, |group| async move { Ok::<_, ()>(group.is_empty()) }));
    /// assert!(empty.unwrap());
    /// # }
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<R: Copy, E> Clone for TaskGroup<R, E> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), runtime: self.runtime }
    }
}

impl<R, E> fmt::Debug for TaskGroup<R, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.shared.state();
        f.debug_struct("TaskGroup")
            .field("children", &state.children.len())
            .field("open", &state.open)
            .finish()
    }
}

struct Shared<E> {
    state: Mutex<State<E>>,
    /// The waker of the group's own future.
    group: AtomicWaker,
}

struct State<E> {
    /// Whether children may be entered.
    open: bool,
    children: BTreeMap<u64, AbortHandle>,
    next_id: u64,
    failures: Vec<Failure<E>>,
}

impl<E> State<E> {
    fn new() -> Self {
        Self { open: true, children: BTreeMap::new(), next_id: 0, failures: Vec::new() }
    }
}

impl<E> Shared<E> {
    /// No user code runs while this is held.
    fn state(&self) -> MutexGuard<'_, State<E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, abort: AbortHandle) -> Option<u64> {
        let mut state = self.state();
        if !state.open {
            return None;
        }
        let id = state.next_id;
        state.next_id += 1;
        state.children.insert(id, abort);
        Some(id)
    }

    fn leave(&self, id: u64, failure: Option<Failure<E>>) {
        let failed = failure.is_some();
        let mut state = self.state();
        state.failures.extend(failure);
        state.children.remove(&id);
        let last = state.children.is_empty();
        drop(state);
        if failed {
            self.abort();
        } else if last {
            self.group.wake();
        }
    }

    fn abort(&self) {
        let mut state = self.state();
        state.open = false;
        let children: Vec<_> = state.children.values().cloned().collect();
        drop(state);
        children.iter().for_each(AbortHandle::abort);
        self.group.wake();
    }

    /// Runs `body` to its end, or drops it when the group is aborted.
    async fn run<F: Future>(&self, body: F) -> Option<F::Output> {
        let mut body = pin!(body);
        poll_fn(|cx| {
            self.group.register(cx.waker());
            if self.state().open { body.as_mut().poll(cx).map(Some) } else { Poll::Ready(None) }
        })
        .await
    }

    fn poll_empty(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.group.register(cx.waker());
        let mut state = self.state();
        if !state.children.is_empty() {
            return Poll::Pending;
        }
        state.open = false;
        Poll::Ready(())
    }
}

/// Of the group's own future: whichever way it ends, no child remains.
struct AbortOnDrop<E>(Arc<Shared<E>>);

impl<E> Drop for AbortOnDrop<E> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
