//! Waits for a change of a watch, and for the end of its receivers.

use core::pin::{Pin, pin};
use std::sync::{Mutex, PoisonError};

use anywake_core::Watch;
use anywake_core::watch::{ClosedFuture, OwnedChangedFuture, StaticReceiver};
use anywake_tests::leak;

use super::{Subject, poll_and_drop};

/// Each wait has a receiver of its own.
pub(crate) struct ChangedWait(Watch<usize>);

impl Subject for ChangedWait {
    type Wait = OwnedChangedFuture<&'static Watch<usize>>;

    const FORWARDS: bool = false;

    fn closed() -> &'static Self {
        leak(Self(Watch::new(0)))
    }

    fn wait(&'static self) -> Self::Wait {
        self.0.receiver().changed_owned()
    }

    fn enable(wait: Pin<&mut Self::Wait>) -> bool {
        wait.enable()
    }

    fn waiters(&self) -> usize {
        self.0.waiters()
    }

    fn open(&'static self, n: usize) {
        assert!(self.0.send(n).is_ok());
    }

    fn touch(&'static self) {
        drop(self.0.borrow());
        let mut receiver = self.0.receiver();
        pin!(receiver.changed()).enable();
        poll_and_drop(receiver.wait_for(|_| false));
    }
}

/// The waits for the end of the receivers.
pub(crate) struct WatchClosedWait {
    watch: &'static Watch<()>,
    receiver: Mutex<Option<StaticReceiver<'static, ()>>>,
}

impl Subject for WatchClosedWait {
    type Wait = ClosedFuture<'static, ()>;

    const FORWARDS: bool = false;

    fn closed() -> &'static Self {
        let watch = leak(Watch::new(()));
        leak(Self { watch, receiver: Mutex::new(Some(watch.receiver())) })
    }

    fn wait(&'static self) -> Self::Wait {
        self.watch.closed()
    }

    fn enable(wait: Pin<&mut Self::Wait>) -> bool {
        wait.enable()
    }

    fn waiters(&self) -> usize {
        self.watch.waiters()
    }

    fn open(&'static self, _: usize) {
        let receiver = self.receiver.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(receiver);
    }

    fn touch(&'static self) {
        // Not a receiver: if the last one is gone, another would come and go.
        drop(self.watch.borrow());
        poll_and_drop(self.watch.closed());
    }
}
