//! [`shield`]: work that is completed although nobody waits for it any more.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

use futures_core::FusedFuture;

use crate::runtime::Spawn;
use crate::task::{Task, TaskError};

/// Runs `future` to its end, whatever becomes of the caller: `asyncio.shield`.
///
/// It begins at once, in a task of its own, and what this returns waits for it. If that is dropped, by a deadline, a
/// cancelled task or an aborted [`task_group`](crate::task_group), the work goes on, and nobody waits for it. So it
/// outlives the group, as any task of [`Spawn::spawn`] does: keep it short, and independent of what its caller borrows
/// or holds. Work that a group should wait for is a clean-up, of an [`exit_stack`](crate::exit_stack()).
///
/// Only the end of the runtime can stop it: tokio and a simulation drop their tasks then.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "smol")] {
/// use anywake::{Event, Runtime, Smol, shield};
/// use std::sync::Arc;
///
/// Smol.block_on(async {
///     let saved = Arc::new(Event::new());
///     let saves = Arc::clone(&saved);
///     drop(shield(Smol, async move { saves.set() }));
///     saved.wait().await;
///     assert!(saved.is_set());
/// });
/// # }
/// ```
pub fn shield<R: Spawn, F>(runtime: R, future: F) -> Shield<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    Shield { task: runtime.spawn(future) }
}

/// The waiting side of [`shield`]: a [`Task`] that cannot be cancelled.
///
/// # Cancel safety
///
/// The work goes on; its output is lost.
#[derive(Debug)]
pub struct Shield<T> {
    task: Task<T>,
}

impl<T> Future for Shield<T> {
    type Output = Result<T, TaskError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.task).poll(cx)
    }
}

impl<T> FusedFuture for Shield<T> {
    fn is_terminated(&self) -> bool {
        self.task.is_terminated()
    }
}
