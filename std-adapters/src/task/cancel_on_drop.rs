//! [`CancelOnDrop`]: a handle that does not let its task run on.

use core::fmt;
use core::future::Future;
use core::ops::{Deref, DerefMut};
use core::pin::Pin;
use core::task::{Context, Poll};

use futures_core::FusedFuture;

use super::enclosing::Stay;
use super::{Task, TaskError};

impl<T> Task<T> {
    /// Turns the handle into one that [cancels](Task::cancel) the task when it is dropped.
    ///
    /// This is what a deadline needs to end the task and not only the wait for it.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Runtime, Smol, timeout};
    /// use std::{future, sync::Arc, time::Duration};
    ///
    /// Smol.block_on(async {
    ///     let owned = Arc::new(());
    ///     let inside = Arc::clone(&owned);
    ///     let task = Smol.spawn(async move { future::pending::<Arc<()>>().await; drop(inside) });
    ///     assert!(timeout(Smol, Duration::from_millis(1), task.cancel_on_drop()).await.is_err());
    ///     while Arc::strong_count(&owned) > 1 {
    ///         Smol.yield_now().await;
    ///     }
    /// });
    /// # }
    /// ```
    pub fn cancel_on_drop(self) -> CancelOnDrop<T> {
        CancelOnDrop { task: Some(self) }
    }
}

/// A [`Task`] that is cancelled when its handle is dropped, made by [`Task::cancel_on_drop`].
///
/// It is awaited as the task itself is, and has its methods. A drop cannot wait: the task's future is gone when its
/// runtime has polled it once more. The [`task_group`](crate::task_group) or [`exit_stack`](crate::exit_stack()) in which
/// the drop happens waits for that. To wait for it elsewhere, [`cancel`](Task::cancel) the task and await it.
///
/// # Cancel safety
///
/// If it is dropped, the task is cancelled, and its output lost. Awaiting `&mut handle` may be given up and begun again.
///
/// # Panics
///
/// Polling it again after it has returned the outcome panics.
#[must_use = "the task is cancelled otherwise"]
pub struct CancelOnDrop<T> {
    /// `None` once it is detached.
    task: Option<Task<T>>,
}

const DETACHED: &str = "`detach` takes the handle away";

impl<T> CancelOnDrop<T> {
    /// The plain handle, which lets the task run on when it is dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Event, Runtime, Smol};
    ///
    /// static DONE: Event = Event::new();
    ///
    /// Smol.block_on(async {
    ///     let task = Smol.spawn(async { DONE.set() }).cancel_on_drop();
    ///     drop(task.detach());
    ///     DONE.wait().await;
    ///     assert!(DONE.is_set());
    /// });
    /// # }
    /// ```
    pub fn detach(mut self) -> Task<T> {
        self.task.take().expect(DETACHED)
    }
}

impl<T> Deref for CancelOnDrop<T> {
    type Target = Task<T>;

    fn deref(&self) -> &Task<T> {
        self.task.as_ref().expect(DETACHED)
    }
}

impl<T> DerefMut for CancelOnDrop<T> {
    fn deref_mut(&mut self) -> &mut Task<T> {
        self.task.as_mut().expect(DETACHED)
    }
}

impl<T> Drop for CancelOnDrop<T> {
    fn drop(&mut self) {
        let Some(task) = self.task.as_ref().filter(|task| !task.is_finished()) else { return };
        // The scope in which this happens waits for its end.
        if let Some(stay) = Stay::here() {
            task.keep(stay);
        }
        task.cancel();
    }
}

impl<T> Future for CancelOnDrop<T> {
    type Output = Result<T, TaskError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut **self).poll(cx)
    }
}

impl<T> FusedFuture for CancelOnDrop<T> {
    fn is_terminated(&self) -> bool {
        (**self).is_terminated()
    }
}

impl<T> fmt::Debug for CancelOnDrop<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CancelOnDrop").field(&**self).finish()
    }
}
