//! Tests on plain threads.

use core::future::Future;
use core::panic::AssertUnwindSafe;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::panic::{catch_unwind, resume_unwind};
use std::sync::{Arc, mpsc};
use std::task::Wake;
use std::thread::Thread;

use crate::flavour::{Carried, Sendable};

/// The time after which a test is taken for a deadlock. No test takes that long, even on a loaded machine, so only a
/// failing test waits for it. Miri's clock counts steps, hence the larger figure there.
const HANGS: Duration = Duration::from_secs(if cfg!(miri) { 3_600 } else { 60 });

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Runs a future to its end on this thread, which is parked while the future waits.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        std::thread::park();
    }
}

/// Runs `body` on a new thread, so that a deadlock fails the test instead of hanging it. Returns the value of `body`.
///
/// # Panics
/// If `body` panics, or does not finish.
#[track_caller]
pub fn finishes<R: Sendable + 'static>(body: impl FnOnce() -> R + Sendable + 'static) -> R {
    let (sender, receiver) = mpsc::channel();
    let body = Carried::new(body);
    std::thread::spawn(move || sender.send(Carried::new(catch_unwind(AssertUnwindSafe(|| body.get()())))));
    match receiver.recv_timeout(HANGS) {
        Ok(outcome) => outcome.get().unwrap_or_else(|panic| resume_unwind(panic)),
        Err(_) => panic!("the test does not finish"),
    }
}
