//! [`Embassy`]: embassy's executor, on a thread of the host.

use core::future::Future;
use core::pin::Pin;
use core::time::Duration;
use std::sync::{LazyLock, mpsc};
use std::thread;
use std::time::Instant;

use anywake::{BlockOn, Executor, Spawn, SpawnBlocking, Timer, blocking};
use embassy_executor::SendSpawner;

/// [embassy](https://docs.rs/embassy-executor) with the platform of the host: one executor of the process on a thread of its
/// own, and `embassy-time`. The programs on boards are in `tests/machines/firmware`.
///
/// Tasks of embassy live in statics, so their number is bounded. Here each is a box.
#[derive(Clone, Copy, Debug, Default)]
pub struct Embassy;

static SPAWNER: LazyLock<SendSpawner> = LazyLock::new(|| {
    let (tells, told) = mpsc::channel();
    thread::spawn(move || {
        let executor = Box::leak(Box::new(embassy_executor::Executor::new()));
        executor.run(|spawner| tells.send(spawner.make_send()).expect("the spawner is awaited"))
    });
    told.recv().expect("the executor starts")
});

#[embassy_executor::task(pool_size = 2048)]
async fn run(future: Pin<Box<dyn Future<Output = ()> + Send>>) {
    future.await;
}

impl Executor for Embassy {
    fn name(self) -> &'static str {
        "embassy"
    }
}

impl BlockOn for Embassy {
    fn block_on<F: Future>(self, future: F) -> F::Output {
        blocking::wait(future)
    }
}

impl Spawn for Embassy {
    fn spawn_detached<F: Future<Output = ()> + Send + 'static>(self, future: F) {
        SPAWNER.spawn(run(Box::pin(future)).expect("a place for the task"));
    }
}

impl SpawnBlocking for Embassy {
    fn spawn_blocking_detached<F: FnOnce() + Send + 'static>(self, job: F) {
        thread::spawn(job);
    }
}

impl Timer for Embassy {
    type Instant = Instant;
    type Sleep = embassy_time::Timer;

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, duration: Duration) -> embassy_time::Timer {
        // Rounded up, and bounded, since its sums must not overflow.
        let microseconds = duration.min(Duration::from_secs(1 << 32)).as_micros() as u64 + 1;
        embassy_time::Timer::after_micros(microseconds)
    }
}
