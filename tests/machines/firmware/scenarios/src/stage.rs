//! Helpers of several scenarios.

use core::future::Future;
use core::pin::Pin;
use core::sync::atomic::{AtomicUsize, Ordering};
use core::task::Poll;

use embassy_futures::yield_now;

/// Yields to the other tasks until `condition` holds.
pub(crate) async fn until(condition: impl Fn() -> bool) {
    while !condition() {
        yield_now().await;
    }
}

/// Polls a future once, and returns whether it is pending.
pub(crate) async fn is_pending<F: Future>(mut future: Pin<&mut F>) -> bool {
    core::future::poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_pending())).await
}

/// The order of events. It is for tasks of one executor only, since its changes are not atomic.
pub(crate) struct Trace<const N: usize> {
    len: AtomicUsize,
    steps: [AtomicUsize; N],
}

impl<const N: usize> Trace<N> {
    pub(crate) const fn new() -> Self {
        Self { len: AtomicUsize::new(0), steps: [const { AtomicUsize::new(0) }; N] }
    }

    /// Appends a step.
    pub(crate) fn mark(&self, step: usize) {
        // Ordering: Relaxed, here and below, since the tasks of one executor never run at once.
        let len = self.len.load(Ordering::Relaxed);
        self.steps[len].store(step, Ordering::Relaxed);
        self.len.store(len + 1, Ordering::Relaxed);
    }

    pub(crate) fn len(&self) -> usize {
        self.len.load(Ordering::Relaxed)
    }

    /// Asserts that exactly these steps happened, in this order.
    pub(crate) fn assert(&self, steps: [usize; N]) {
        assert_eq!(self.len(), N);
        assert_eq!(self.steps.each_ref().map(|step| step.load(Ordering::Relaxed)), steps);
    }
}

/// A number for tasks of one executor only, since its changes are not atomic.
pub(crate) struct Count(AtomicUsize);

impl Count {
    pub(crate) const fn new() -> Self {
        Self(AtomicUsize::new(0))
    }

    pub(crate) fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn set(&self, value: usize) {
        self.0.store(value, Ordering::Relaxed);
    }
}
