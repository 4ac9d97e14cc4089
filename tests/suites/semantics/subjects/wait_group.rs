//! The waits for an empty group.

use core::pin::Pin;
use std::sync::{Mutex, PoisonError};

use anywake_core::{WaitGroup, WaitToken, wait_group::WaitGroupFuture};
use anywake_tests::leak;

use super::{Subject, poll_and_drop};

pub(crate) struct WaitGroupWait {
    group: &'static WaitGroup,
    token: Mutex<Option<WaitToken<'static>>>,
}

impl Subject for WaitGroupWait {
    type Wait = WaitGroupFuture<'static>;

    const FORWARDS: bool = false;

    fn closed() -> &'static Self {
        let group: &'static WaitGroup = leak(WaitGroup::new());
        leak(Self { group, token: Mutex::new(group.add().ok()) })
    }

    fn wait(&'static self) -> Self::Wait {
        self.group.wait()
    }

    fn enable(wait: Pin<&mut Self::Wait>) -> bool {
        wait.enable()
    }

    fn waiters(&self) -> usize {
        self.group.waiters()
    }

    fn open(&'static self, _: usize) {
        let token = self.token.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(token);
    }

    fn touch(&'static self) {
        self.group.waiters();
        poll_and_drop(self.group.wait());
    }
}
