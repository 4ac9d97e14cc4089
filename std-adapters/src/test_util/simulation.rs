//! [`Simulated`]: a runtime with a clock of its own, whose runs can be repeated.
//!
//! One thread runs one task at a time. A seeded generator chooses among the tasks that are ready. The clock stands
//! still while any task is ready, and then jumps to the next timer. So a run depends only on the program and the seed,
//! and simulated hours take no real time.

use core::future::Future;
use core::pin::pin;
use core::time::Duration;
use std::time::Instant;

use anywake_core::Timer;

use crate::runtime::{BlockOn, Executor, Spawn, SpawnBlocking, methods};

mod random;
mod sleep;
mod world;

pub use sleep::Sleep;
use world::World;

/// Runs a program on [`Simulated`], with an order of tasks that can be repeated.
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
    /// A simulation whose tasks run in the order in which they became ready, as in asyncio.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::test_util::Simulation;
    ///
    /// assert_eq!(Simulation::new().run(async { 1 }), 1);
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self { seed: None }
    }

    /// A simulation that runs a random one of the tasks that are ready. The same seed leads to the same order.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{Queue, Runtime, test_util::{Simulated, Simulation}};
    /// use std::sync::Arc;
    ///
    /// let order = |seed| {
    ///     Simulation::seeded(seed).run(async {
    ///         let queue = Arc::new(Queue::with_capacity(8).unwrap());
    ///         let tasks: Vec<_> = (0..8)
    ///             .map(|n| Simulated.spawn({ let queue = Arc::clone(&queue); async move { queue.push(n).await } }))
    ///             .collect();
    ///         for task in tasks {
    ///             task.await.unwrap().unwrap();
    ///         }
    ///         std::iter::from_fn(|| queue.try_pop().ok()).collect::<Vec<_>>()
    ///     })
    /// };
    /// assert_eq!(order(7), order(7));
    /// ```
    #[must_use]
    pub const fn seeded(seed: u64) -> Self {
        Self { seed: Some(seed) }
    }

    /// Runs `future` on the calling thread, and beside it the tasks that it spawns on [`Simulated`].
    ///
    /// Tasks that have not ended when `future` returns are dropped.
    ///
    /// # Panics
    ///
    /// If `future` panics, if it waits and nothing in the simulation can wake it any more, or if this is called inside
    /// a simulation. The seed is printed then.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{Runtime, test_util::{Simulated, Simulation}};
    /// use std::time::Duration;
    ///
    /// let elapsed = Simulation::new().run(async {
    ///     Simulated.sleep(Duration::from_secs(3600)).await;
    ///     Simulated.elapsed()
    /// });
    /// assert_eq!(elapsed, Duration::from_secs(3600));
    /// ```
    pub fn run<F: Future>(self, future: F) -> F::Output {
        let world = World::new(self.seed);
        let _here = world.enter();
        let _end = world.ends();
        world.run(pin!(future))
    }
}

/// The runtime inside of a [`Simulation`]. Its `block_on` starts a simulation without a seed.
///
/// Everything runs on one thread. A blocking function holds up all tasks, and the real time that it takes does not
/// count. A wake from another thread is noticed only while other tasks keep the simulation going. Outside of a
/// simulation, spawning a task and setting a timer panic. A sleep beyond the range of [`Instant`] does not end.
#[derive(Clone, Copy, Debug, Default)]
pub struct Simulated;

impl Simulated {
    /// Returns how much time has passed in the simulation.
    ///
    /// # Panics
    ///
    /// Outside of a simulation.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{Runtime, test_util::{Simulated, Simulation}};
    /// use std::time::Duration;
    ///
    /// Simulation::new().run(async {
    ///     assert_eq!(Simulated.elapsed(), Duration::ZERO);
    ///     Simulated.sleep(Duration::from_secs(1)).await;
    ///     assert_eq!(Simulated.elapsed(), Duration::from_secs(1));
    /// });
    /// ```
    #[must_use]
    pub fn elapsed(self) -> Duration {
        World::current().elapsed()
    }

    /// Returns how many spawned tasks have not been dropped. The future that the simulation runs is not among them.
    ///
    /// # Panics
    ///
    /// Outside of a simulation.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{Runtime, test_util::{Simulated, Simulation}};
    ///
    /// Simulation::new().run(async {
    ///     let task = Simulated.spawn(async {});
    ///     assert_eq!(Simulated.live_tasks(), 1);
    ///     task.await.unwrap();
    ///     assert_eq!(Simulated.live_tasks(), 0);
    /// });
    /// ```
    #[must_use]
    pub fn live_tasks(self) -> usize {
        World::current().live()
    }
}

methods!(Simulated);

impl Executor for Simulated {
    fn name(self) -> &'static str {
        "simulated"
    }
}

impl BlockOn for Simulated {
    fn block_on<F: Future>(self, future: F) -> F::Output {
        Simulation::new().run(future)
    }
}

impl Spawn for Simulated {
    fn spawn_detached<F: Future<Output = ()> + Send + 'static>(self, future: F) {
        World::current().spawn(Box::pin(future));
    }
}

impl SpawnBlocking for Simulated {
    fn spawn_blocking_detached<F: FnOnce() + Send + 'static>(self, job: F) {
        self.spawn_detached(async { job() });
    }
}

impl Timer for Simulated {
    type Instant = Instant;
    type Sleep = Sleep;

    fn now(&self) -> Instant {
        World::current().instant()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Sleep::new(duration)
    }
}
