//! [`Simulated`]: a runtime with a clock of its own, whose runs can be repeated.
//!
//! One thread runs one task at a time; which one, of those that are ready, a seeded generator decides. The clock stands
//! still while any task is ready, and then jumps to the next timer. So a run depends on nothing but the program and the
//! seed, and hours pass in no time.

use core::future::Future;
use core::mem;
use core::pin::pin;
use core::task::Poll;
use core::time::Duration;
use std::time::Instant;

use crate::Runtime;

mod random;
mod sleep;
mod world;

use sleep::Sleep;
use world::World;

/// How a program is run on [`Simulated`].
///
/// # Examples
///
/// An hour passes, and every interleaving of two tasks is tried:
///
/// ```
/// use anywake::{Lock, Runtime, test_util::{Simulated, Simulation}};
/// use std::{sync::Arc, time::Duration};
///
/// for seed in 0..100 {
///     let count = Simulation::seeded(seed).run(async {
///         let count = Arc::new(Lock::new(0));
///         let tasks = [(); 2].map(|()| {
///             let count = Arc::clone(&count);
///             Simulated.spawn(async move {
///                 let mut count = count.lock().await;
///                 let old = *count;
///                 Simulated.sleep(Duration::from_secs(1800)).await;
///                 *count = old + 1;
///             })
///         });
///         for task in tasks {
///             task.await.unwrap();
///         }
///         assert_eq!(Simulated.elapsed(), Duration::from_secs(3600));
///         *count.lock().await
///     });
///     assert_eq!(count, 2);
/// }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Simulation {
    seed: Option<u64>,
}

impl Simulation {
    /// Tasks run in the order in which they became ready, as in asyncio.
    #[must_use]
    pub const fn new() -> Self {
        Self { seed: None }
    }

    /// Of the tasks that are ready a random one runs next; the same seed gives the same order.
    #[must_use]
    pub const fn seeded(seed: u64) -> Self {
        Self { seed: Some(seed) }
    }

    /// Runs `future` on the calling thread, and the tasks that it spawns on [`Simulated`] beside it.
    ///
    /// Tasks that are still there when it ends are dropped.
    ///
    /// # Panics
    ///
    /// If `future` panics; if it waits, and nothing in the simulation can wake it any more; within a simulation. If it
    /// panics, the seed is printed.
    pub fn run<F: Future>(self, future: F) -> F::Output {
        let world = World::new(self.seed);
        let _here = world.enter();
        let _end = world.ends();
        world.run(pin!(future))
    }
}

/// The runtime inside of a [`Simulation`]; on its own, `block_on` starts one without a seed.
///
/// Everything happens on one thread, blocking functions too: they hold up all tasks, and real time does not count. What
/// is woken from another thread is seen only while other tasks keep the simulation going. Outside of a simulation tasks
/// and timers are a panic. A sleep beyond the range of [`Instant`] does not end.
#[derive(Clone, Copy, Debug, Default)]
pub struct Simulated;

impl Simulated {
    /// How much time has passed in the simulation.
    ///
    /// # Panics
    ///
    /// Outside of a simulation.
    #[must_use]
    pub fn elapsed(self) -> Duration {
        World::current().elapsed()
    }

    /// How many tasks there are, besides the future that the simulation runs: what was spawned and has not been dropped.
    ///
    /// # Panics
    ///
    /// Outside of a simulation.
    #[must_use]
    pub fn live_tasks(self) -> usize {
        World::current().live()
    }
}

impl Runtime for Simulated {
    fn name(self) -> &'static str {
        "simulated"
    }

    fn block_on<F: Future>(self, future: F) -> F::Output {
        Simulation::new().run(future)
    }

    fn spawn_detached<F: Future<Output = ()> + Send + 'static>(self, future: F) {
        World::current().spawn(Box::pin(future));
    }

    fn spawn_blocking_detached<F: FnOnce() + Send + 'static>(self, job: F) {
        self.spawn_detached(async { job() });
    }

    fn sleep(self, duration: Duration) -> impl Future<Output = ()> + Send + 'static {
        Sleep::new(duration)
    }

    fn now(self) -> Instant {
        World::current().instant()
    }

    fn yield_now(self) -> impl Future<Output = ()> + Send + 'static {
        let mut yielded = false;
        core::future::poll_fn(move |cx| {
            if mem::replace(&mut yielded, true) {
                return Poll::Ready(());
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        })
    }
}
