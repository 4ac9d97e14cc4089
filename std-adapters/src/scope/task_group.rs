//! [`task_group`]: tasks that belong together and end together.
//!
//! Each child is a job of its own inside a `Child`, which sees the job's end before anybody else, on whatever
//! thread that is: there it takes the value to the handle, or the failure to the group, which cancels the others at
//! once. So failures are kept in the order in which they occur, and the last child to report wakes the group. When a
//! child reports, its future is gone: that is what a job promises.
//!
//! # Invariants
//!
//! 1. A child is entered in the state, under its lock and while the group is open. It is an occupant too until it has
//!    ended. When the body is over, the group ends as soon as it has no occupants (see `enclosing`). So none is missed.
//! 2. When the group is aborted, every entered child is cancelled, at once or when its grace is over; none is entered
//!    afterwards. One that was entered and has not reached its runtime yet finds the request when it does.

use core::any::Any;
use core::fmt;
use core::future::{Future, poll_fn};
use core::task::Poll;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anywake_core::CancellationToken;

use crate::runtime::{Executor, Spawn, SpawnLocal};
use crate::task::enclosing::{self, Body, Enclosing, Inside, Occupants, adopted};
use crate::task::{self, AbortHandle, Failure, GroupError, Task, catch};

mod child;
mod grace;
mod start;

use child::{Child, child};
use grace::Grace;
pub use start::{NotStarted, Started};

/// Runs `body` and the tasks that it spawns into the group, and returns when all have ended: `asyncio.TaskGroup`.
///
/// The group is closed when `body` and all children have ended; then the output of `body` is returned. Nothing
/// outlives it: a handle that is dropped does not detach its child, and a child can spawn others into the same group.
///
/// The first failure, an error or a panic of a child or of `body`, aborts the group: all other children are cancelled,
/// `body` is dropped where it waits, all are awaited, and every failure that occurred meanwhile is reported too. A child
/// that is cancelled by its handle is not a failure.
///
/// What is cancelled is dropped where it waits, and so are groups and [`exit_stack`](crate::exit_stack())s in it, as they
/// are by a [`timeout`](crate::timeout()). The group around them waits for what they leave: for their children, and for
/// their clean-ups. The failures of these are failures of this group. It also waits for the tasks that a dropped
/// [`gather`](crate::gather) or one of its like cancels. So nothing that was begun in a group, at whatever
/// depth, is left when it returns. A [`shield`](crate::shield) is meant to outlive the group, and so may a task of
/// [`Spawn::spawn`], which belongs to nobody.
///
/// # Clean-up that awaits
///
/// A drop cannot wait. A child whose clean-up awaits something takes a [`token`](TaskGroup::token) of the group, and ends
/// by itself when the token is cancelled. [`set_grace`](TaskGroup::set_grace) gives all children a bounded time for that,
/// before those that are left are dropped. By default that time is zero.
///
/// # Cancel safety
///
/// If the future is dropped, `body` is dropped and all children are cancelled, but a drop cannot wait. The group or the
/// `exit_stack` in which the drop happens waits for them, and gets their failures. If there is none, they are gone when
/// their runtime has polled them once more, and their failures are lost. Give the outermost group something that ends
/// it, [`cancel`](TaskGroup::cancel) for one, to be able to wait for that.
///
/// # Errors
///
/// [`GroupError`], with every failure in the order in which they occurred, that of `body` last; without any if the
/// group was cancelled before `body` returned. A destructor of `body` or of its value that panics is a failure too.
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
    R: Executor,
    E: Send + 'static,
    B: FnOnce(TaskGroup<R, E>) -> F,
    F: Future<Output = Result<T, E>>,
{
    let shared = Arc::new(Shared { state: Mutex::new(State::new()), occupants: Occupants::default() });
    let group = TaskGroup { shared: Arc::clone(&shared), runtime };
    let mut scope = Running { shared, last: None };
    let inside: Arc<dyn Enclosing> = Arc::<Shared<E>>::clone(&scope.shared);
    let value = match enclosing::body(inside, || body(group)) {
        Ok(body) => scope.run(body).await,
        Err(panic) => scope.failed(Failure::Panicked(panic)),
    };
    grace::emptied(&scope.shared).await;
    let mut failures = scope.shared.occupants.take_failures();
    match value {
        Some(value) if failures.is_empty() && scope.last.is_none() => return Ok(value),
        value => failures.extend(catch(|| drop(value)).err().map(Failure::Panicked)),
    }
    failures.extend(scope.last.take());
    Err(GroupError::new(failures))
}

/// The handle to a group: a body gets it from [`task_group`] and may clone it for its children.
#[doc(alias("nursery", "JoinSet", "TaskTracker"))]
pub struct TaskGroup<R, E> {
    shared: Arc<Shared<E>>,
    runtime: R,
}

impl<R: Spawn, E: Send + 'static> TaskGroup<R, E> {
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
        let (task, child) = self.shared.child(future);
        if let Some(child) = child {
            self.runtime.spawn_detached(child);
        }
        task
    }
}

impl<R: SpawnLocal, E: Send + 'static> TaskGroup<R, E> {
    /// Runs `future`, which need not be `Send`, as a task of the group on this thread; otherwise as
    /// [`spawn`](TaskGroup::spawn).
    ///
    /// # Panics
    ///
    /// On a thread that does not run the group's runtime.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "futures-executor")] {
    /// use anywake::{LocalPool, task_group};
    /// use std::{cell::Cell, rc::Rc};
    ///
    /// let sum = LocalPool.block_on(task_group(LocalPool, |group| async move {
    ///     let sum = Rc::new(Cell::new(0));
    ///     for n in 1..=3 {
    ///         let sum = Rc::clone(&sum);
    ///         group.spawn_local(async move {
    ///             sum.set(sum.get() + n);
    ///             Ok::<_, ()>(())
    ///         }).await.unwrap();
    ///     }
    ///     Ok(sum.get())
    /// }));
    /// assert_eq!(sum.unwrap(), 6);
    /// # }
    /// ```
    pub fn spawn_local<F, T>(&self, future: F) -> Task<T>
    where
        F: Future<Output = Result<T, E>> + 'static,
        T: 'static,
    {
        let (task, child) = self.shared.child(future);
        if let Some(child) = child {
            self.runtime.spawn_local_detached(child);
        }
        task
    }
}

impl<R, E> TaskGroup<R, E> {
    /// Ends the group early: cancels all children and `body`. Idempotent. If the children have a
    /// [grace](TaskGroup::set_grace), they are cancelled when it is over.
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

/// What the runtime polls of a child with this future.
type ChildOf<F, T, E> = Child<Inside<F>, T, E>;

struct Shared<E> {
    state: Mutex<State>,
    occupants: Occupants<E>,
}

struct State {
    /// Whether children may be entered.
    open: bool,
    children: BTreeMap<u64, AbortHandle>,
    next_id: u64,
    /// How children go on after an abort, if they do.
    grace: Option<Arc<Grace>>,
    /// The parent of the tokens, once there is one. Cancelled after an abort.
    token: Option<CancellationToken>,
}

impl State {
    fn new() -> Self {
        Self { open: true, children: BTreeMap::new(), next_id: 0, grace: None, token: None }
    }
}

impl<E> Shared<E> {
    /// No user code runs while this is held.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, abort: AbortHandle) -> Option<u64> {
        let mut state = self.state();
        if !state.open || !self.occupants.enter() {
            return None;
        }
        let id = state.next_id;
        state.next_id += 1;
        state.children.insert(id, abort);
        Some(id)
    }

    fn leave(&self, id: u64) {
        let left = self.state().children.remove(&id);
        drop(left);
        self.occupants.leave();
    }

    fn fail(&self, failure: Failure<E>) {
        self.occupants.fail(failure);
        self.abort();
    }

    /// Closes the group, and tells its children to end. Without a grace they are cancelled at once, and before they could
    /// see it by a token.
    fn abort(&self) {
        let mut state = self.state();
        state.open = false;
        let (has_grace, token) = (state.grace.is_some(), state.token.clone());
        drop(state);
        if !has_grace {
            self.cancel_children();
        }
        self.occupants.wake();
        if let Some(token) = token {
            // mistake an_aborted_group_tells_nobody: token.cancel(); ~> drop(token);
            token.cancel();
        }
    }

    fn cancel_children(&self) {
        let children: Vec<_> = self.state().children.values().cloned().collect();
        children.iter().for_each(AbortHandle::abort);
    }
}

impl<E: Send + 'static> Shared<E> {
    /// The handle of a child, and what its runtime has to poll; nothing, if the group is closed.
    fn child<F, T>(self: &Arc<Self>, future: F) -> (Task<T>, Option<ChildOf<F, T, E>>)
    where
        F: Future<Output = Result<T, E>>,
    {
        let scope: Arc<dyn Enclosing> = Arc::<Self>::clone(self);
        let (inner, job) = task::pair(Inside::new(scope, future));
        let (task, promise) = task::promise(inner.abort_handle());
        let id = self.enter(inner.abort_handle());
        (task, id.map(|id| child(job, inner, promise, Arc::clone(self), id)))
    }
}

impl<E: Send + 'static> Enclosing for Shared<E> {
    fn enter(&self) -> bool {
        self.occupants.enter()
    }

    fn leave(&self) {
        self.occupants.leave();
    }

    fn fail(&self, failure: Failure<Box<dyn Any + Send>>) {
        self.fail(adopted(failure));
    }
}

/// Of the group's own future: whichever way it ends, no child remains.
struct Running<E: Send + 'static> {
    shared: Arc<Shared<E>>,
    /// The failure of the body, which is told after all others.
    last: Option<Failure<E>>,
}

impl<E: Send + 'static> Running<E> {
    /// Runs `body` to its end, or drops it when the group is aborted. A failure aborts the group.
    async fn run<T>(&mut self, mut body: Body<impl Future<Output = Result<T, E>>>) -> Option<T> {
        let ended = poll_fn(|cx| {
            self.shared.occupants.register(cx);
            // Looked at before the poll, not during it: the body may use the group.
            let open = self.shared.state().open;
            if open { body.as_mut().poll(cx).map(Some) } else { Poll::Ready(None) }
        })
        .await;
        let dropped = catch(|| drop(body));
        match (ended, dropped) {
            (Some(Ok(Ok(value))), Ok(())) => Some(value),
            (None, Ok(())) => None,
            (Some(Ok(Err(error))), _) => self.failed(Failure::Error(error)),
            (Some(Err(payload)), _) => self.failed(Failure::Panicked(payload.into())),
            (Some(Ok(Ok(_))) | None, Err(panic)) => self.failed(Failure::Panicked(panic)),
        }
    }

    fn failed<T>(&mut self, failure: Failure<E>) -> Option<T> {
        self.last = Some(failure);
        self.shared.abort();
        None
    }
}

impl<E: Send + 'static> Drop for Running<E> {
    fn drop(&mut self) {
        self.shared.abort();
        if let Some(failure) = self.last.take() {
            self.shared.occupants.fail(failure);
        }
        self.shared.occupants.bequeath();
        grace::leave_behind(&self.shared);
    }
}
