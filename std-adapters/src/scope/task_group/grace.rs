//! The end of a group that children learn of: tokens, and a time to end by themselves before they are cancelled.

use core::future::poll_fn;
use core::mem;
use core::task::Poll;
use core::time::Duration;
use std::sync::Arc;

use anywake_core::{CancellationToken, Event, Timer};
use futures_util::future::BoxFuture;

use super::{Shared, TaskGroup};
use crate::runtime::{Executor, Spawn, SpawnLocal};
use crate::task::catch;

/// The time that the children of an aborted group have, and how the group's runtime keeps it.
pub(super) struct Grace {
    sleep: Box<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>,
    /// Runs what sees to the end of a group whose future is dropped.
    spawn: Box<dyn Fn(BoxFuture<'static, ()>) + Send + Sync>,
}

impl<R: Executor, E> TaskGroup<R, E> {
    /// Returns a new token that is cancelled as soon as the group is aborted, by a failure, by
    /// [`cancel`](TaskGroup::cancel) or by the drop of its future, and also when the group has ended.
    ///
    /// A child that looks at it, or waits for it, learns that it should end. Unless the group has a
    /// [grace](TaskGroup::set_grace), it is dropped at its next suspension nevertheless; then the token is of use for what
    /// the group cannot drop, such as a function on a thread of its own.
    ///
    /// Each call returns a token of its own, which the group cancels. To cancel the token ends neither the group nor
    /// another child.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Runtime, Smol, task_group};
    ///
    /// let token = Smol.block_on(task_group(Smol, |group| async move {
    ///     let token = group.token();
    ///     assert!(!token.is_cancelled());
    ///     Ok::<_, ()>(token)
    /// }));
    /// assert!(token.unwrap().is_cancelled(), "the group has ended");
    /// # }
    /// ```
    #[must_use]
    pub fn token(&self) -> CancellationToken {
        self.shared.token().child_token()
    }

    /// Gives the children that are there when the group is aborted a time to end by themselves. Those that are left then
    /// are dropped where they wait, as all are without a grace. It counts from when the group's future learns that it is
    /// aborted. If all end earlier, so does the group.
    ///
    /// A child learns by a [`token`](TaskGroup::token) that it should end; one that does not, works on until the time is
    /// over. `body` has no grace: it is dropped as soon as the group is aborted, and no child can be spawned any more. A
    /// failure in this time is reported with the others. If the group's future is dropped, the time begins at the drop, a
    /// task of the group's runtime sees to its end, and the group or `exit_stack` in which the drop happens waits for the
    /// children. So a [`timeout`](crate::timeout()) around a group gives the children their time, too. The children of
    /// a group inside a child have the time of that group, from when the child is dropped.
    ///
    /// In a group that is aborted, this changes nothing.
    ///
    /// # Examples
    ///
    /// A worker that flushes what it has before it ends:
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Runtime, Smol, task_group};
    /// use std::time::Duration;
    ///
    /// let worker = Smol.block_on(task_group(Smol, |group| async move {
    ///     group.set_grace(Duration::from_secs(5));
    ///     let stop = group.token();
    ///     let worker = group.spawn(async move {
    ///         stop.cancelled().await;
    ///         // Clean-up may await.
    ///         Smol.sleep(Duration::from_millis(1)).await;
    ///         Ok::<_, ()>("flushed")
    ///     });
    ///     group.cancel();
    ///     Ok(worker)
    /// }));
    /// assert_eq!(Smol.block_on(worker.unwrap()).unwrap(), "flushed");
    /// # }
    /// ```
    #[doc(alias("graceful_shutdown", "shutdown_timeout"))]
    pub fn set_grace(&self, grace: Duration)
    where
        R: Timer<Sleep: Send + 'static> + Spawn,
    {
        let runtime = self.runtime;
        self.shared.set_grace((!grace.is_zero()).then(|| Grace {
            sleep: Box::new(move || Box::pin(runtime.sleep(grace))),
            spawn: Box::new(move |end| runtime.spawn_detached(end)),
        }));
    }

    /// [`set_grace`](TaskGroup::set_grace) on a runtime whose timers stay on its thread.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "futures-executor")] {
    /// use anywake::{LocalPool, task_group};
    /// use std::time::Duration;
    ///
    /// let worker = LocalPool.block_on(async {
    ///     let group = task_group(LocalPool, |group| async move {
    ///         group.set_grace_local(Duration::from_secs(5));
    ///         let stop = group.token();
    ///         let worker = group.spawn_local(async move {
    ///             stop.cancelled().await;
    ///             LocalPool.yield_now().await;
    ///             Ok::<_, ()>("flushed")
    ///         });
    ///         group.cancel();
    ///         Ok(worker)
    ///     });
    ///     group.await.unwrap().await
    /// });
    /// assert_eq!(worker.unwrap(), "flushed");
    /// # }
    /// ```
    pub fn set_grace_local(&self, grace: Duration)
    where
        R: Timer<Sleep: 'static> + SpawnLocal,
    {
        let runtime = self.runtime;
        self.shared.set_grace((!grace.is_zero()).then(|| Grace {
            // The group may be told of the end on any thread.
            sleep: Box::new(move || {
                let over = Arc::new(Event::new());
                let ends = Arc::clone(&over);
                let timer = runtime.sleep(grace);
                let timer = runtime.spawn_local(async move {
                    timer.await;
                    ends.set();
                });
                let timer = timer.cancel_on_drop();
                Box::pin(async move {
                    over.wait().await;
                    drop(timer);
                })
            }),
            spawn: Box::new(move |end| runtime.spawn_local_detached(end)),
        }));
    }
}

impl<E> Shared<E> {
    fn set_grace(&self, grace: Option<Grace>) {
        let mut grace = grace.map(Arc::new);
        let mut state = self.state();
        if state.open {
            mem::swap(&mut state.grace, &mut grace);
        }
        drop(state);
        drop(grace);
    }

    /// The time that the children of an aborted group have, if they have any.
    fn grace_of_an_aborted_group(&self) -> Option<Arc<Grace>> {
        let state = self.state();
        state.grace.as_ref().filter(|_| !state.open).map(Arc::clone)
    }

    /// The parent of the group's tokens.
    fn token(&self) -> CancellationToken {
        let mut state = self.state();
        let token = state.token.get_or_insert_default().clone();
        let open = state.open;
        drop(state);
        if !open {
            token.cancel();
        }
        token
    }
}

/// Waits until nothing is left in the group. From the first poll on that finds the group aborted, its children have the
/// time that the group gives them; those that are left then are cancelled.
pub(super) async fn emptied<E>(shared: &Shared<E>) {
    let mut timer = None;
    let mut over = false;
    poll_fn(|cx| {
        if shared.occupants.poll_empty(cx).is_ready() {
            return Poll::Ready(());
        }
        if let Some(grace) = shared.grace_of_an_aborted_group().filter(|_| !over) {
            let timer = timer.get_or_insert_with(|| (grace.sleep)());
            over = timer.as_mut().poll(cx).is_ready();
            if over {
                // mistake a_grace_has_no_end: shared.cancel_children(); ~>
                shared.cancel_children();
            }
        }
        Poll::Pending
    })
    .await;
}

/// The group's future is being dropped, and its children still have their time: a task of its own sees to its end.
pub(super) fn leave_behind<E: Send + 'static>(shared: &Arc<Shared<E>>) {
    let Some(grace) = shared.grace_of_an_aborted_group() else { return };
    if shared.state().children.is_empty() {
        return;
    }
    let group = Arc::clone(shared);
    // A runtime that has ended may refuse the task by a panic.
    if catch(|| (grace.spawn)(Box::pin(async move { emptied(&group).await }))).is_err() {
        shared.cancel_children();
    }
}
