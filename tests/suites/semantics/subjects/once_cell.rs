//! The waits for a cell: for the role of its initialiser, and for its value.

use core::future::{Future, Ready, ready};
use core::panic::AssertUnwindSafe;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::panic::{catch_unwind, resume_unwind};
use std::sync::{Mutex, PoisonError};

use anywake_core::OnceCell;
use anywake_core::once_cell::{GetOrTryInitFuture, OnceCellFuture};
use anywake_tests::{leak, poll_once};
use futures_util::future::FusedFuture as _;

use super::{Subject, poll_and_drop};

type Attempt = GetOrTryInitFuture<'static, (), fn() -> Ready<Result<(), ()>>, Ready<Result<(), ()>>>;

fn attempt(cell: &'static OnceCell<()>) -> Attempt {
    cell.get_or_try_init(|| ready(Err(())))
}

/// A wait for the role, whose initialiser fails at once, so that the role goes on.
pub(crate) struct RoleFuture(Pin<Box<Attempt>>);

impl Future for RoleFuture {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let wait = self.0.as_mut();
        match catch_unwind(AssertUnwindSafe(|| wait.poll(context))) {
            Ok(polled) => polled.map(|outcome| assert_eq!(outcome, Err(()))),
            // The waker of the heir has panicked. The initialiser has failed before, and its wait is over.
            Err(_) if self.0.is_terminated() => Poll::Ready(()),
            Err(panic) => resume_unwind(panic),
        }
    }
}

/// The waits for the role of an initialiser that is at work.
pub(crate) struct RoleWait {
    cell: &'static OnceCell<()>,
    initialiser: Mutex<Option<Pin<Box<Attempt>>>>,
}

impl Subject for RoleWait {
    type Wait = RoleFuture;

    fn closed() -> &'static Self {
        let cell = leak(OnceCell::new());
        let mut initialiser = Box::pin(attempt(cell));
        assert!(initialiser.as_mut().enable(), "the role is free");
        leak(Self { cell, initialiser: Mutex::new(Some(initialiser)) })
    }

    fn wait(&'static self) -> RoleFuture {
        RoleFuture(Box::pin(attempt(self.cell)))
    }

    fn enable(mut wait: Pin<&mut RoleFuture>) -> bool {
        wait.0.as_mut().enable()
    }

    fn waiters(&self) -> usize {
        self.cell.waiters()
    }

    fn open(&'static self, _: usize) {
        let initialiser = self.initialiser.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(initialiser);
    }

    fn touch(&'static self) {
        self.cell.waiters();
        let mut wait = Box::pin(self.cell.wait());
        assert!(poll_once(wait.as_mut()).is_pending());
        poll_and_drop(attempt(self.cell));
    }
}

/// The waits for the value.
pub(crate) struct ValueWait(OnceCell<()>);

impl Subject for ValueWait {
    type Wait = OnceCellFuture<'static, ()>;

    const FORWARDS: bool = false;

    fn closed() -> &'static Self {
        leak(Self(OnceCell::new()))
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
        // From the second time on it is an error.
        let _ = self.0.set(());
    }

    fn touch(&'static self) {
        self.0.waiters();
        poll_and_drop(self.0.wait());
        poll_and_drop(self.0.get_or_try_init(|| ready(Err(()))));
    }
}
