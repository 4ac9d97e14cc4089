//! Waits for a notification, by either kind.

use core::pin::Pin;

use anywake_core::{Notify, notify::NotifiedFuture};
use anywake_tests::leak;

use super::{Subject, each};

/// Takes the internal lock, and waits in vain. A stored notification is taken, and stored again.
fn touch(notify: &Notify) {
    notify.waiters();
    Box::pin(notify.notified()).as_mut().enable();
}

/// The waits that `notify_one` ends.
pub(crate) struct WaitAtNotify(Notify);

impl Subject for WaitAtNotify {
    type Wait = NotifiedFuture<'static>;

    fn closed() -> &'static Self {
        leak(Self(Notify::new()))
    }

    fn wait(&'static self) -> Self::Wait {
        self.0.notified()
    }

    fn enable(wait: Pin<&mut Self::Wait>) -> bool {
        wait.enable()
    }

    fn waiters(&self) -> usize {
        self.0.waiters()
    }

    fn open(&'static self, n: usize) {
        each(n, |_| self.0.notify_one());
    }

    fn touch(&'static self) {
        touch(&self.0);
    }
}

/// The waits that `notify_waiters` ends.
pub(crate) struct WaitersAtNotify(Notify);

impl Subject for WaitersAtNotify {
    type Wait = NotifiedFuture<'static>;

    const FORWARDS: bool = false;
    const STORES: bool = false;

    fn closed() -> &'static Self {
        leak(Self(Notify::new()))
    }

    fn wait(&'static self) -> Self::Wait {
        self.0.notified()
    }

    fn enable(wait: Pin<&mut Self::Wait>) -> bool {
        wait.enable()
    }

    fn waiters(&self) -> usize {
        self.0.waiters()
    }

    fn open(&'static self, _: usize) {
        self.0.notify_waiters();
    }

    fn touch(&'static self) {
        touch(&self.0);
    }
}
