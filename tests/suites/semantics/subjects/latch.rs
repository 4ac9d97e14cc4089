//! The waits for an open latch.

use core::pin::Pin;

use anywake_core::{Latch, latch::LatchFuture};
use anywake_tests::leak;

use super::{Subject, poll_and_drop};

pub(crate) struct LatchWait(Latch);

impl Subject for LatchWait {
    type Wait = LatchFuture<'static>;

    const FORWARDS: bool = false;

    fn closed() -> &'static Self {
        leak(Self(Latch::new(1)))
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
        // It stays open.
        let _too_far = self.0.count_down(1);
    }

    fn touch(&'static self) {
        self.0.waiters();
        poll_and_drop(self.0.wait());
    }
}
