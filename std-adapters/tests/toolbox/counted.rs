//! Real runtimes, with a count of the tasks of each test.

use core::future::Future;
use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::sync::Arc;
use std::time::Instant;

use anywake::{BlockOn, ContextVar, Event, Executor, Runtime, Spawn, SpawnBlocking, Timer, Wait, timeout};

/// A test that takes longer hangs.
const LONG: Duration = Duration::from_secs(60);

/// Runs a test on a real runtime, with a bound on its time, and waits until all of its tasks have ended.
pub(crate) fn run<R: Runtime>(test: impl Future<Output = ()>) {
    run_within::<R>(LONG, test);
}

/// The limit is that of the tasks that are left.
fn run_within<R: Runtime>(limit: Duration, test: impl Future<Output = ()>) {
    let tasks = Arc::new(Tasks::default());
    R::default().block_on(TASKS.scope(Arc::clone(&tasks), async {
        assert!(timeout(R::default(), LONG, test).await.is_ok(), "the test hangs");
        while tasks.running.load(Ordering::Acquire) > 0 {
            let ended = tasks.ended.wait().within(R::default(), limit).await;
            assert!(ended.is_ok(), "{} tasks are left", tasks.running.load(Ordering::Relaxed));
            tasks.ended.clear();
        }
    }));
}

/// The tasks of a test that have not ended.
#[derive(Default)]
struct Tasks {
    running: AtomicUsize,
    ended: Event,
}

static TASKS: ContextVar<Arc<Tasks>> = ContextVar::new();

/// A runtime that knows which tasks of a test are there, those that a tool has spawned for itself too.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counted<R>(R);

struct Running(Option<Arc<Tasks>>);

impl Running {
    fn begin() -> Self {
        let tasks = TASKS.get();
        if let Some(tasks) = &tasks {
            tasks.running.fetch_add(1, Ordering::Relaxed);
        }
        Self(tasks)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(tasks) = &self.0 {
            tasks.running.fetch_sub(1, Ordering::Release);
            tasks.ended.set();
        }
    }
}

impl<R: Runtime> Executor for Counted<R> {
    fn name(self) -> &'static str {
        self.0.name()
    }

    fn yield_now(self) -> impl Future<Output = ()> + Send + 'static {
        self.0.yield_now()
    }
}

impl<R: Runtime> BlockOn for Counted<R> {
    fn block_on<F: Future>(self, future: F) -> F::Output {
        self.0.block_on(future)
    }
}

impl<R: Runtime> Spawn for Counted<R> {
    fn spawn_detached<F: Future<Output = ()> + Send + 'static>(self, future: F) {
        let running = Running::begin();
        self.0.spawn_detached(async move {
            future.await;
            drop(running);
        });
    }
}

impl<R: Runtime> SpawnBlocking for Counted<R> {
    fn spawn_blocking_detached<F: FnOnce() + Send + 'static>(self, job: F) {
        let running = Running::begin();
        self.0.spawn_blocking_detached(move || {
            job();
            drop(running);
        });
    }
}

impl<R: Runtime> Timer for Counted<R> {
    type Instant = Instant;
    type Sleep = R::Sleep;

    fn now(&self) -> Instant {
        self.0.now()
    }

    fn sleep(&self, duration: Duration) -> Self::Sleep {
        self.0.sleep(duration)
    }
}

/// That the count can fail: it is what says of all the others that they leave nothing behind.
mod tests {
    use core::future::pending;
    use std::panic::catch_unwind;

    use anywake::shield;

    use super::*;
    use crate::support::event;

    const SHORT: Duration = Duration::from_millis(20);

    fn left_tasks_are_seen<R: Runtime>() {
        let seen = catch_unwind(|| {
            let rt = Counted::<R>::default();
            run_within::<Counted<R>>(SHORT, async {
                let begun = event();
                let begins = Arc::clone(&begun);
                // A task without a handle, and one that a tool has spawned in it.
                let inner = async move {
                    begins.set();
                    pending::<()>().await;
                };
                drop(rt.spawn(async move { shield(rt, inner).await }));
                begun.wait().await;
            });
        });
        assert_eq!(*seen.unwrap_err().downcast::<String>().unwrap(), "2 tasks are left");
    }

    #[cfg(feature = "tokio")]
    #[test]
    fn left_tasks_are_seen_on_tokio() {
        left_tasks_are_seen::<anywake::Tokio>();
    }

    #[cfg(feature = "async-std")]
    #[test]
    fn left_tasks_are_seen_on_async_std() {
        left_tasks_are_seen::<anywake::AsyncStd>();
    }

    #[cfg(feature = "smol")]
    #[test]
    fn left_tasks_are_seen_on_smol() {
        left_tasks_are_seen::<anywake::Smol>();
    }
}
