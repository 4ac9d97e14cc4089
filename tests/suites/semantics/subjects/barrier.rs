//! The waits at a barrier.

use core::pin::Pin;

use anywake_core::Barrier;
use anywake_core::barrier::BarrierFuture;
use anywake_tests::leak;

use super::{ROOM, Subject, poll_and_drop};

/// The waits at a barrier whose round is completed.
pub(crate) struct WaitAtBarrier(Barrier);

impl Subject for WaitAtBarrier {
    type Wait = BarrierFuture<'static>;

    const FORWARDS: bool = false;
    const STORES: bool = false;

    fn closed() -> &'static Self {
        leak(Self(Barrier::new(ROOM + 1)))
    }

    fn wait(&'static self) -> Self::Wait {
        self.0.wait()
    }

    fn enable(wait: Pin<&mut Self::Wait>) -> bool {
        wait.enable()
    }

    fn waiters(&self) -> usize {
        self.0.waiters()
    }

    /// As many tasks arrive as are missing.
    fn open(&'static self, _: usize) {
        let mut missing: Vec<_> = (self.0.waiters()..ROOM).map(|_| Box::pin(self.0.wait())).collect();
        assert!(!missing.iter_mut().any(|wait| wait.as_mut().enable()));
        poll_and_drop(self.0.wait());
    }

    fn touch(&'static self) {
        self.0.is_broken();
        poll_and_drop(self.0.wait());
    }
}

/// The waits at a barrier that is aborted.
pub(crate) struct WaitAtBrokenBarrier(Barrier);

impl Subject for WaitAtBrokenBarrier {
    type Wait = BarrierFuture<'static>;

    const FORWARDS: bool = false;

    fn closed() -> &'static Self {
        leak(Self(Barrier::new(ROOM + 1)))
    }

    fn wait(&'static self) -> Self::Wait {
        self.0.wait()
    }

    fn enable(wait: Pin<&mut Self::Wait>) -> bool {
        wait.enable()
    }

    fn waiters(&self) -> usize {
        self.0.waiters()
    }

    fn open(&'static self, _: usize) {
        self.0.abort();
    }

    fn touch(&'static self) {
        self.0.is_broken();
        poll_and_drop(self.0.wait());
    }
}
