//! Children of other kinds: those that say when they are ready, and functions that block.

use core::fmt;
use core::future::{Future, pending};

use anywake_core::{Closed, oneshot};

use super::TaskGroup;
use crate::runtime::{Spawn, SpawnBlocking};
use crate::task::{Task, TaskError};

/// With this a child says that it is ready, and returns something to who has started it; see [`TaskGroup::start`].
#[doc(alias("TaskStatus", "task_status"))]
#[must_use = "the child counts as not started when this is dropped"]
pub struct Started<V> {
    sender: oneshot::Sender<V>,
}

impl<V> Started<V> {
    /// Says that the child is ready. If nobody waits for that any more, `value` is dropped.
    ///
    /// # Examples
    ///
    /// See [`TaskGroup::start`].
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Smol, task_group};
    ///
    /// let port = Smol.block_on(task_group(Smol, |group| async move {
    ///     let (port, _server) = group.start(|started| async move {
    ///         started.ready(8080);
    ///         Ok::<_, ()>(())
    ///     }).await.unwrap();
    ///     Ok(port)
    /// }));
    /// assert_eq!(port.unwrap(), 8080);
    /// # }
    /// ```
    pub fn ready(self, value: V) {
        drop(self.sender.send(value));
    }
}

impl<V> fmt::Debug for Started<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Started").finish_non_exhaustive()
    }
}

/// The child has ended, or dropped its [`Started`], without saying that it is ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotStarted;

impl fmt::Display for NotStarted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the task ended before it was ready")
    }
}

impl core::error::Error for NotStarted {}

impl<R: Spawn, E: Send + 'static> TaskGroup<R, E> {
    /// Runs a child and waits until it says that it is ready: trio's and anyio's `start`.
    ///
    /// `function` makes the child out of a [`Started`]. What the child passes to [`ready`](Started::ready), the port of a
    /// server for example, is returned with its handle.
    ///
    /// # Cancel safety
    ///
    /// If this is dropped before it has returned, the child is cancelled.
    ///
    /// # Errors
    ///
    /// [`NotStarted`] if the child has dropped its [`Started`], at the latest by its end, or if the group is closed or
    /// aborted. The child stays one of the group: if it fails, that is a failure of the group, as always, and if it runs, it
    /// goes on.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Event, Smol, task_group};
    ///
    /// let served = Smol.block_on(task_group(Smol, |group| async move {
    ///     let (port, server) = group.start(|started| async move {
    ///         // Bind first, then serve.
    ///         started.ready(8080);
    ///         Ok::<_, ()>("served")
    ///     }).await.unwrap();
    ///     assert_eq!(port, 8080);
    ///     Ok(server.await.unwrap())
    /// }));
    /// assert_eq!(served.unwrap(), "served");
    /// # }
    /// ```
    pub async fn start<V, F, T>(
        &self,
        function: impl FnOnce(Started<V>) -> F,
    ) -> Result<(V, Task<T>), NotStarted>
    where
        V: Send + 'static,
        F: Future<Output = Result<T, E>> + Send + 'static,
        T: Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        let child = self.spawn(function(Started { sender })).cancel_on_drop();
        let value = receiver.await;
        let child = child.detach();
        Ok((value.map_err(|Closed| NotStarted)?, child))
    }
}

impl<R: Spawn + SpawnBlocking, E: Send + 'static> TaskGroup<R, E> {
    /// Calls `function` on a thread where blocking is allowed, as a child of the group.
    ///
    /// A function that has begun cannot be stopped, so a group that is aborted waits for its end. Give it a
    /// [`token`](TaskGroup::token) to look at, if it takes long. One that has not begun is never called then.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Smol, task_group};
    ///
    /// let sum = Smol.block_on(task_group(Smol, |group| async move {
    ///     let sum = group.spawn_blocking(|| Ok::<_, ()>((1..=100).sum::<u32>()));
    ///     Ok(sum.await.unwrap())
    /// }));
    /// assert_eq!(sum.unwrap(), 5050);
    /// # }
    /// ```
    #[doc(alias("to_thread", "run_sync"))]
    pub fn spawn_blocking<F, T>(&self, function: F) -> Task<T>
    where
        F: FnOnce() -> Result<T, E> + Send + 'static,
        T: Send + 'static,
    {
        let runtime = self.runtime;
        self.spawn(async move {
            // If this child is cancelled, the group waits for the function, since it is dropped in the group.
            // mistake a_group_leaves_its_function_behind: runtime.spawn_blocking(function).cancel_on_drop().await ~>
            //     runtime.spawn_blocking(function).await
            match runtime.spawn_blocking(function).cancel_on_drop().await {
                Ok(result) => result,
                Err(TaskError::Panicked(panic)) => panic.resume(),
                // The runtime is ending, and this child with it.
                Err(TaskError::Cancelled) => pending().await,
            }
        })
    }
}
