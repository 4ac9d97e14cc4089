//! The end of a group that children learn of: tokens, and a time to end by themselves before they are cancelled.

use core::future::poll_fn;
use core::task::Poll;
use core::time::Duration;
use std::sync::Arc;

use anywake_core::CancellationToken;

use super::{Shared, TaskGroup};
use crate::runtime::Runtime;
use crate::task::catch;

impl<R, E> TaskGroup<R, E> {
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
    pub fn set_grace(&self, grace: Duration) {
        let mut state = self.shared.state();
        if state.open {
            state.grace = grace;
        }
    }
}

impl<E> Shared<E> {
    /// How long the children of an aborted group go on, if they do.
    fn grace_of_an_aborted_group(&self) -> Option<Duration> {
        let state = self.state();
        (!state.open && !state.grace.is_zero()).then_some(state.grace)
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
pub(super) async fn emptied<R: Runtime, E>(runtime: R, shared: &Shared<E>) {
    let mut timer = None;
    let mut over = false;
    poll_fn(|cx| {
        if shared.occupants.poll_empty(cx).is_ready() {
            return Poll::Ready(());
        }
        if let Some(grace) = shared.grace_of_an_aborted_group().filter(|_| !over) {
            let timer = timer.get_or_insert_with(|| Box::pin(runtime.sleep(grace)));
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
pub(super) fn leave_behind<R: Runtime, E: Send + 'static>(runtime: R, shared: &Arc<Shared<E>>) {
    if shared.grace_of_an_aborted_group().is_none() || shared.state().children.is_empty() {
        return;
    }
    let group = Arc::clone(shared);
    // A runtime that has ended may refuse the task by a panic.
    if catch(|| runtime.spawn_detached(async move { emptied(runtime, &group).await })).is_err() {
        shared.cancel_children();
    }
}
