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

/// Longer than any test here takes, even on a loaded machine; only a test that fails waits for it.
/// An interpreter has a clock of its own, which counts steps.
const HANGS: Duration = Duration::from_secs(if cfg!(miri) { 3_600 } else { 60 });

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits for a future on this thread, parking it meanwhile.
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

/// Runs `body` on a thread of its own, so that a deadlock fails the test instead of hanging it.
///
/// # Panics
/// If `body` panics, or does not come to an end.
#[track_caller]
pub fn finishes<R: Send + 'static>(body: impl FnOnce() -> R + Send + 'static) -> R {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(catch_unwind(AssertUnwindSafe(body))));
    match receiver.recv_timeout(HANGS) {
        Ok(outcome) => outcome.unwrap_or_else(|panic| resume_unwind(panic)),
        Err(_) => panic!("this does not come to an end"),
    }
}
