//! A child of a group: a job that reports.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::sync::Arc;

use futures_util::FutureExt as _;
use pin_project_lite::pin_project;

use super::Shared;
use crate::task::{self, Failure, Job, Promise, Task};

/// What the runtime has to poll: `job`, which tells its end to `inner`; from there it goes to the handle, through
/// `promise`, or to the group.
pub(super) fn child<F, T, E>(
    job: Job<F>,
    inner: Task<Result<T, E>>,
    promise: Promise<T>,
    group: Arc<Shared<E>>,
    id: u64,
) -> Child<F, T, E>
where
    F: Future<Output = Result<T, E>>,
{
    Child { job, report: Some(Report { inner, promise: Some(promise), group, id }) }
}

pin_project! {
    /// If the runtime drops it unfinished, the job goes first, as in the job itself.
    pub(super) struct Child<F: Future<Output = Result<T, E>>, T, E> {
        #[pin]
        job: Job<F>,
        report: Option<Report<T, E>>,
    }
}

impl<F: Future<Output = Result<T, E>>, T, E> Future for Child<F, T, E> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        let ended = this.job.poll(cx);
        if ended.is_ready() {
            *this.report = None;
        }
        ended
    }
}

/// The duty to tell the handle and the group how a child has ended, discharged by being dropped.
struct Report<T, E> {
    inner: Task<Result<T, E>>,
    /// Dropped with the report: that tells the handle `Cancelled`.
    promise: Option<Promise<T>>,
    group: Arc<Shared<E>>,
    id: u64,
}

impl<T, E> Drop for Report<T, E> {
    fn drop(&mut self) {
        let ended = (&mut self.inner).now_or_never().expect("the job is over");
        let mut leave = Leave { group: &self.group, id: self.id, failure: None };
        match task::flatten(ended) {
            // The handle first: when the group ends, all values have arrived.
            Ok(value) => self.promise.take().expect("reported once").fulfil(Ok(value)),
            Err(Failure::Cancelled) => self.promise = None,
            // The group first: nobody sees that child cancelled while the group is still open.
            Err(failure) => leave.failure = Some(failure),
        }
    }
}

/// So that a child leaves its group even if its value, which nobody wants, panics while it is dropped.
struct Leave<'a, E> {
    group: &'a Shared<E>,
    id: u64,
    failure: Option<Failure<E>>,
}

impl<E> Drop for Leave<'_, E> {
    fn drop(&mut self) {
        if let Some(failure) = self.failure.take() {
            self.group.fail(failure);
        }
        self.group.leave(self.id);
    }
}
