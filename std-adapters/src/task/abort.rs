//! The request to stop a task.

use core::future::Future;
use core::pin::Pin;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll};
use std::sync::Arc;

use futures_util::task::AtomicWaker;

/// Asks a job to stop.
#[derive(Clone, Debug, Default)]
pub(crate) struct AbortHandle(Arc<Request>);

#[derive(Debug, Default)]
struct Request {
    made: AtomicBool,
    /// That of the job, between two of its polls.
    job: AtomicWaker,
}

impl AbortHandle {
    pub(crate) fn abort(&self) {
        // Ordering: Relaxed; `wake` and the `register` of the other side order it.
        self.0.made.store(true, Ordering::Relaxed);
        self.0.job.wake();
    }

    pub(crate) fn is_aborted(&self) -> bool {
        // Ordering: Relaxed, as in `abort`.
        self.0.made.load(Ordering::Relaxed)
    }
}

/// The job's end of the request.
///
/// When it is dropped, the job's waker is: a handle that is kept after the end does not keep memory of the runtime.
#[derive(Debug, Default)]
pub(super) struct Aborts(AbortHandle);

impl Aborts {
    pub(super) fn handle(&self) -> AbortHandle {
        self.0.clone()
    }

    /// Polls `future`, unless the job is to stop. `None` says that it is to stop.
    pub(super) fn poll<F: Future>(
        &self,
        future: Pin<&mut F>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<F::Output>> {
        if self.0.is_aborted() {
            return Poll::Ready(None);
        }
        if let Poll::Ready(output) = future.poll(cx) {
            return Poll::Ready(Some(output));
        }
        self.0.0.job.register(cx.waker());
        // Looked at once more: a request that came before the waker was there has woken nobody.
        if self.0.is_aborted() { Poll::Ready(None) } else { Poll::Pending }
    }
}

impl Drop for Aborts {
    fn drop(&mut self) {
        drop(self.0.0.job.take());
    }
}
