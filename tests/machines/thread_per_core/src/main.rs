//! The scenarios of the conformance suite for tasks that stay on their thread, on a runtime with a thread per core.
//!
//! `cargo run` here. monoio takes io_uring where the kernel has it, and epoll elsewhere; the first line says which.

use core::future::{Future, poll_fn};
use core::mem;
use core::task::Poll;
use core::time::Duration;
use std::time::Instant;

use anywake::{BlockOn, Executor, Spawn, SpawnLocal, Timer, task_group};

#[path = "../../../suites/conformance/local.rs"]
#[macro_use]
#[allow(missing_docs)]
mod local;

/// [monoio](https://docs.rs/monoio): the runtime that the thread is in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Monoio;

impl Executor for Monoio {
    fn name(self) -> &'static str {
        "monoio"
    }

    fn yield_now(self) -> impl Future<Output = ()> + Send + 'static {
        let mut yielded = false;
        poll_fn(move |cx| {
            if mem::replace(&mut yielded, true) {
                return Poll::Ready(());
            }
            // The future of `block_on` is polled again at once if it wakes itself. So a task wakes it.
            let waker = cx.waker().clone();
            drop(monoio::spawn(async move { waker.wake() }));
            Poll::Pending
        })
    }
}

impl BlockOn for Monoio {
    fn block_on<F: Future>(self, future: F) -> F::Output {
        let builder = monoio::RuntimeBuilder::<monoio::FusionDriver>::new();
        builder.enable_timer().build().expect("a monoio runtime").block_on(future)
    }
}

impl Spawn for Monoio {
    fn spawn_detached<F: Future<Output = ()> + Send + 'static>(self, future: F) {
        drop(monoio::spawn(future));
    }
}

impl SpawnLocal for Monoio {
    fn spawn_local_detached<F: Future<Output = ()> + 'static>(self, future: F) {
        drop(monoio::spawn(future));
    }
}

impl Timer for Monoio {
    type Instant = Instant;
    type Sleep = monoio::time::Sleep;

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, duration: Duration) -> monoio::time::Sleep {
        monoio::time::sleep(duration)
    }
}

macro_rules! run {
    ($($scenario:ident)*) => {$(
        Monoio.block_on(local::$scenario(Monoio));
        println!("test {} ... ok", stringify!($scenario));
    )*};
}

fn main() {
    println!("driver: {}", if monoio::utils::detect_uring() { "io_uring" } else { "epoll" });
    each_local_scenario!(run);
    // A program of several cores: one runtime on each, and one queue between them.
    let queue = std::sync::Arc::new(anywake::Queue::with_capacity(2).expect("memory for two items"));
    let cores = [1, 2, 3].map(|core| {
        let queue = std::sync::Arc::clone(&queue);
        std::thread::spawn(move || {
            Monoio.block_on(task_group(Monoio, |group| async move {
                for n in 0..100 {
                    let queue = std::sync::Arc::clone(&queue);
                    group.spawn_local(async move { queue.push(core * 1000 + n).await });
                }
                Ok(())
            }))
        })
    });
    let sum: u32 = Monoio.block_on(async {
        let mut sum = 0;
        for _ in 0..300 {
            sum += queue.pop().await.expect("the queue is open");
        }
        sum
    });
    assert_eq!(sum, 600_000 + 3 * 4950);
    for core in cores {
        core.join().expect("no core panics").expect("the queue is open");
    }
    println!("test one queue between four cores ... ok");
}
