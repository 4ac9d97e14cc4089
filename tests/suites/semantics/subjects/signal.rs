//! The waits for the value of a signal.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

use anywake_core::Signal;
use anywake_core::signal::SignalFuture;
use anywake_tests::leak;

use super::{Subject, poll_and_drop};

/// A signal whose value says how many waits it has yet to end: each passes it on when its output is dropped.
pub(crate) struct SignalWait(Signal<usize>);

impl SignalWait {
    fn pass_on(&self, left: usize) {
        if let Some(displaced) = (left > 0).then(|| self.0.signal(left)).flatten() {
            self.0.signal(left + displaced);
        }
    }
}

/// The output of a wait.
pub(crate) struct Baton(&'static SignalWait, usize);

impl Drop for Baton {
    fn drop(&mut self) {
        self.0.pass_on(self.1 - 1);
    }
}

/// A wait whose output passes the signal on.
pub(crate) struct Signalled(Pin<Box<SignalFuture<'static, usize>>>, &'static SignalWait);

impl Future for Signalled {
    type Output = Baton;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Baton> {
        let subject = self.1;
        self.0.as_mut().poll(context).map(|left| Baton(subject, left))
    }
}

impl Subject for SignalWait {
    type Wait = Signalled;

    fn closed() -> &'static Self {
        leak(Self(Signal::new()))
    }

    fn wait(&'static self) -> Signalled {
        Signalled(Box::pin(self.0.wait()), self)
    }

    fn enable(mut wait: Pin<&mut Signalled>) -> bool {
        wait.0.as_mut().enable()
    }

    fn waiters(&self) -> usize {
        self.0.waiters()
    }

    fn open(&'static self, n: usize) {
        self.pass_on(n);
    }

    fn touch(&'static self) {
        self.0.waiters();
        if self.0.waiters() > 0 {
            // Nothing is there to be taken.
            poll_and_drop(self.0.wait());
        }
    }
}
