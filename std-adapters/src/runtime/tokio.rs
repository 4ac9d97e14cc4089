//! [`Tokio`]: the adapter for tokio.

use core::future::Future;
use core::panic::AssertUnwindSafe;
use core::time::Duration;
use std::panic::{catch_unwind, resume_unwind};
use std::sync::LazyLock;
use std::time::Instant;

use ::tokio::runtime::{self, Handle, RuntimeFlavor};
use ::tokio::task::coop;
use ::tokio::{task, time};

use super::Runtime;

/// The [tokio](https://docs.rs/tokio) runtime: the one that the caller is in, or else a multi-thread runtime that
/// belongs to the process and starts at the first use.
///
/// So `Tokio` can be used from anywhere, as the other runtimes can, and its tasks outlive a
/// [`block_on`](Runtime::block_on). Inside a runtime that the program has built, that runtime is used. It needs its
/// timer (`enable_time`) for [`sleep`](Runtime::sleep).
#[derive(Clone, Copy, Debug, Default)]
pub struct Tokio;

impl Runtime for Tokio {
    fn name(self) -> &'static str {
        "tokio"
    }

    /// # Panics
    ///
    /// If `future` panics; in a task of tokio's; inside of a current-thread runtime, by its `enter` or `block_on`, whose
    /// tasks would not run: only the `block_on` of the runtime itself drives it, and a thread that has entered one that
    /// another thread drives waits with [`blocking::wait`](crate::blocking::wait).
    fn block_on<F: Future>(self, future: F) -> F::Output {
        let handle = handle();
        // A task of its own is refused by tokio. A blocking function, which has a number too, may wait.
        let drives = handle.runtime_flavor() != RuntimeFlavor::CurrentThread || task::try_id().is_some();
        assert!(
            drives,
            "`Tokio.block_on` cannot drive the current-thread runtime that it is called in: `.await` the future, or \
             use the `block_on` of the runtime itself"
        );
        handle.block_on(future)
    }

    fn spawn_detached<F: Future<Output = ()> + Send + 'static>(self, future: F) {
        drop(handle().spawn(future));
    }

    fn spawn_blocking_detached<F: FnOnce() + Send + 'static>(self, job: F) {
        drop(handle().spawn_blocking(job));
    }

    fn sleep(self, duration: Duration) -> impl Future<Output = ()> + Send + 'static {
        let handle = handle();
        let _inside = handle.enter();
        // A deadline is polled after the work that it limits. If that has used up the task's budget, a timer that
        // needs some of it would never fire.
        coop::unconstrained(time::sleep(duration))
    }

    fn now(self) -> Instant {
        // Stands still where tokio's clock is paused.
        time::Instant::now().into_std()
    }

    fn yield_now(self) -> impl Future<Output = ()> + Send + 'static {
        task::yield_now()
    }
}

/// Whether the thread is inside of a tokio runtime: in a task, in a blocking function, or because it has entered it.
pub(crate) fn is_inside() -> bool {
    Handle::try_current().is_ok()
}

/// Calls `wait`, which blocks the thread. If it is a worker, another thread takes its place meanwhile.
///
/// `None` if it cannot be replaced.
pub(crate) fn block_in_place<O>(wait: impl FnOnce() -> O) -> Option<O> {
    let mut begun = false;
    // tokio answers whether it can by a panic, and by nothing else.
    let ended = catch_unwind(AssertUnwindSafe(|| {
        task::block_in_place(|| {
            begun = true;
            wait()
        })
    }));
    match ended {
        Ok(output) => Some(output),
        Err(_) if !begun => None,
        Err(payload) => resume_unwind(payload),
    }
}

/// Returns the caller's runtime, or the one of the process.
fn handle() -> Handle {
    static SHARED: LazyLock<runtime::Runtime> = LazyLock::new(|| {
        runtime::Builder::new_multi_thread().enable_all().build().expect("the threads of a tokio runtime")
    });
    Handle::try_current().unwrap_or_else(|_| SHARED.handle().clone())
}
