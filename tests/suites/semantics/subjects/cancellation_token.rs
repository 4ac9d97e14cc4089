//! The waits for a cancellation.

use core::pin::Pin;

use anywake_core::CancellationToken;
use anywake_core::cancellation_token::CancelledFuture;
use anywake_tests::leak;

use super::{Subject, poll_and_drop};

/// The waits for a token.
pub(crate) struct CancelledWait(CancellationToken);

impl Subject for CancelledWait {
    type Wait = CancelledFuture<'static>;

    const FORWARDS: bool = false;

    fn closed() -> &'static Self {
        leak(Self(CancellationToken::new()))
    }

    fn wait(&'static self) -> Self::Wait {
        self.0.cancelled()
    }

    fn enable(wait: Pin<&mut Self::Wait>) -> bool {
        wait.enable()
    }

    fn waiters(&self) -> usize {
        self.0.waiters()
    }

    fn open(&'static self, _: usize) {
        self.0.cancel();
    }

    fn touch(&'static self) {
        self.0.waiters();
        drop(self.0.child_token());
        poll_and_drop(self.0.cancelled());
    }
}
