//! Waits for a broadcast: for a value, and for room.

use core::pin::Pin;
use std::sync::{Mutex, PoisonError};

use anywake_core::{
    Broadcast,
    broadcast::{PublishFuture, RecvFuture, StaticReceiver},
};
use anywake_tests::leak;

use super::{ROOM, Subject, each, poll_and_drop};

type Ring = Broadcast<usize, ROOM>;

/// The waits for a value, each by a receiver of its own, which is never dropped.
pub(crate) struct RecvWait(Ring);

impl Subject for RecvWait {
    type Wait = RecvFuture<'static, &'static Ring>;

    const FORWARDS: bool = false;

    fn closed() -> &'static Self {
        leak(Self(Ring::new()))
    }

    fn wait(&'static self) -> Self::Wait {
        let receiver: &'static mut _ = Box::leak(Box::new(self.0.receiver()));
        receiver.recv()
    }

    fn enable(wait: Pin<&mut Self::Wait>) -> bool {
        wait.enable()
    }

    fn waiters(&self) -> usize {
        self.0.waiters()
    }

    fn open(&'static self, _: usize) {
        _ = self.0.publish_now(0);
    }

    fn touch(&'static self) {
        self.0.len();
        poll_and_drop(self.0.receiver().recv());
    }
}

/// The waits for room. A value enters the broadcast without its publish being polled again.
pub(crate) struct PublishWait {
    ring: &'static Ring,
    slowest: Mutex<StaticReceiver<'static, usize, ROOM>>,
}

impl Subject for PublishWait {
    type Wait = PublishFuture<'static, Ring>;

    const FORWARDS: bool = false;

    fn closed() -> &'static Self {
        let ring: &'static Ring = leak(Ring::new());
        let slowest = Mutex::new(ring.receiver());
        each(ROOM, |value| ring.try_publish(value).expect("there is room"));
        leak(Self { ring, slowest })
    }

    fn wait(&'static self) -> Self::Wait {
        self.ring.publish(ROOM)
    }

    fn enable(wait: Pin<&mut Self::Wait>) -> bool {
        wait.enable()
    }

    fn waiters(&self) -> usize {
        self.ring.waiters()
    }

    fn open(&'static self, n: usize) {
        let mut slowest = self.slowest.lock().unwrap_or_else(PoisonError::into_inner);
        each(n, |_| assert!(slowest.try_recv().is_ok()));
    }

    fn touch(&'static self) {
        self.ring.len();
        poll_and_drop(self.ring.closed());
    }
}
