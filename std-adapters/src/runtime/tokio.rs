//! [`Tokio`] and [`TokioLocal`]: the adapters for tokio.

use core::future::Future;
use core::panic::AssertUnwindSafe;
use core::time::Duration;
use std::panic::{catch_unwind, resume_unwind};
use std::sync::LazyLock;
use std::time::Instant;

use ::tokio::runtime::{self, Handle, RuntimeFlavor};
use ::tokio::task::coop::{self, Unconstrained};
use ::tokio::task::{self, LocalSet};
use ::tokio::time;
use anywake_core::Timer;

use super::{BlockOn, Executor, Spawn, SpawnBlocking, SpawnLocal, local_methods, methods};

/// The [tokio](https://docs.rs/tokio) runtime: the one that the caller is in, or else a multi-thread runtime that
/// belongs to the process and starts at the first use.
///
/// So `Tokio` can be used from anywhere, as the other runtimes can, and its tasks outlive a
/// [`block_on`](BlockOn::block_on). Inside a runtime that the program has built, that runtime is used. It needs its
/// timer (`enable_time`) for [`sleep`](Timer::sleep).
#[derive(Clone, Copy, Debug, Default)]
pub struct Tokio;

methods!(Tokio);

impl Executor for Tokio {
    fn name(self) -> &'static str {
        "tokio"
    }

    fn yield_now(self) -> impl Future<Output = ()> + Send + 'static {
        task::yield_now()
    }
}

impl BlockOn for Tokio {
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
}

impl Spawn for Tokio {
    fn spawn_detached<F: Future<Output = ()> + Send + 'static>(self, future: F) {
        drop(handle().spawn(future));
    }
}

impl SpawnBlocking for Tokio {
    fn spawn_blocking_detached<F: FnOnce() + Send + 'static>(self, job: F) {
        drop(handle().spawn_blocking(job));
    }
}

impl Timer for Tokio {
    type Instant = Instant;
    type Sleep = Unconstrained<time::Sleep>;

    fn now(&self) -> Instant {
        // Stands still where tokio's clock is paused.
        time::Instant::now().into_std()
    }

    fn sleep(&self, duration: Duration) -> Self::Sleep {
        let handle = handle();
        let _inside = handle.enter();
        // A deadline is polled after the work that it limits. If that has used up the task's budget, a timer that
        // needs some of it would never fire.
        coop::unconstrained(time::sleep(duration))
    }
}

/// tokio on one thread, with tasks that need not be `Send`: the [`LocalSet`] that the caller is in.
///
/// [`block_on`](BlockOn::block_on) runs a current-thread runtime and a `LocalSet` in it. Its tasks belong to the call, and
/// are dropped when it returns. In a program that has a `LocalSet` of its own, or a `LocalRuntime`,
/// [`spawn_local`](SpawnLocal::spawn_local) uses that one. A task of [`spawn`](Spawn::spawn) goes to the runtime around it,
/// as with [`Tokio`].
#[derive(Clone, Copy, Debug, Default)]
pub struct TokioLocal;

methods!(TokioLocal);
local_methods!(TokioLocal);

impl Executor for TokioLocal {
    fn name(self) -> &'static str {
        "tokio local"
    }

    fn yield_now(self) -> impl Future<Output = ()> + Send + 'static {
        task::yield_now()
    }
}

impl BlockOn for TokioLocal {
    /// # Panics
    ///
    /// If `future` panics, or inside of a tokio runtime.
    fn block_on<F: Future>(self, future: F) -> F::Output {
        let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("a tokio runtime");
        LocalSet::new().block_on(&runtime, future)
    }
}

impl Spawn for TokioLocal {
    fn spawn_detached<F: Future<Output = ()> + Send + 'static>(self, future: F) {
        Tokio.spawn_detached(future);
    }
}

impl SpawnLocal for TokioLocal {
    fn spawn_local_detached<F: Future<Output = ()> + 'static>(self, future: F) {
        drop(task::spawn_local(future));
    }
}

impl SpawnBlocking for TokioLocal {
    fn spawn_blocking_detached<F: FnOnce() + Send + 'static>(self, job: F) {
        Tokio.spawn_blocking_detached(job);
    }
}

impl Timer for TokioLocal {
    type Instant = Instant;
    type Sleep = Unconstrained<time::Sleep>;

    fn now(&self) -> Instant {
        Tokio.now()
    }

    fn sleep(&self, duration: Duration) -> Self::Sleep {
        Tokio.sleep(duration)
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
