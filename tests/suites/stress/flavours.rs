//! The runtimes of the storms, by name.

use core::future::Future;
use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::Relaxed;
use core::time::Duration;
use std::sync::{Arc, Weak};
use std::time::Instant;

use anywake::{BlockOn, Executor, Runtime, Spawn, SpawnBlocking, Timer, blocking};
use anywake_tests::runtimes::{AsyncStd, Smol, Threads, TokioCurrentThread, TokioMultiThread};

use crate::plan::Plan;
use crate::seeded::Seeded;
use crate::storm::storm;
use crate::watchdog::Watchdog;
use crate::world::World;

/// A runtime, with its name on the command line.
pub(crate) struct Flavour {
    pub name: &'static str,
    block_on_storm: fn(&Arc<World>),
}

/// All runtimes.
pub(crate) const FLAVOURS: [Flavour; 7] = [
    flavour::<TokioCurrentThread>("tokio-current-thread"),
    flavour::<TokioMultiThread>("tokio"),
    flavour::<AsyncStd>("async-std"),
    flavour::<Smol>("smol"),
    flavour::<Threads>("threads"),
    flavour::<Mixed>("mixed"),
    Flavour {
        name: "seeded",
        block_on_storm: |world| {
            Seeded::run(world.plan.seed, storm::<Seeded>(world));
        },
    },
];

const fn flavour<R: Runtime>(name: &'static str) -> Flavour {
    Flavour { name, block_on_storm: |world| R::default().block_on(storm::<R>(world)) }
}

impl Flavour {
    /// Runs one storm and checks its laws. If it fails, prints the command that repeats it.
    pub(crate) fn run(&self, seed: u64) -> World {
        let command = format!(
            "cargo run -p anywake-tests --release --bin stress -- --seed {seed} --runtime {}",
            self.name
        );
        let world = Arc::new(World::new(Plan::of(seed)));
        let _watchdog = Watchdog::new(&world, command.clone());
        let _report = Report(command, Arc::downgrade(&world));
        (self.block_on_storm)(&world);
        world.check();
        Arc::into_inner(world).expect("no task refers to the world any more")
    }
}

/// Prints the state of a storm that failed, and the command that repeats it.
struct Report(String, Weak<World>);

impl Drop for Report {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("\nThis storm failed. To repeat it:\n\n    {}\n", self.0);
            if let Some(world) = self.1.upgrade() {
                eprintln!("{world:#?}");
            }
        }
    }
}

/// Spawns each task on another runtime than the previous one. All share the same primitives.
#[derive(Clone, Copy, Debug, Default)]
struct Mixed;

/// Selects the runtime of the next task.
static TURN: AtomicUsize = AtomicUsize::new(0);

impl Executor for Mixed {
    fn name(self) -> &'static str {
        "mixed"
    }

    /// Yields by smol, which only wakes the task.
    fn yield_now(self) -> impl Future<Output = ()> + Send + 'static {
        Smol.yield_now()
    }
}

impl BlockOn for Mixed {
    fn block_on<F: Future>(self, future: F) -> F::Output {
        blocking::wait(future)
    }
}

impl Spawn for Mixed {
    fn spawn_detached<F: Future<Output = ()> + Send + 'static>(self, future: F) {
        match TURN.fetch_add(1, Relaxed) % 4 {
            0 => TokioMultiThread.spawn_detached(future),
            1 => AsyncStd.spawn_detached(future),
            2 => Smol.spawn_detached(future),
            _ => Threads.spawn_detached(future),
        }
    }
}

impl SpawnBlocking for Mixed {
    fn spawn_blocking_detached<F: FnOnce() + Send + 'static>(self, job: F) {
        match TURN.fetch_add(1, Relaxed) % 3 {
            0 => TokioMultiThread.spawn_blocking_detached(job),
            1 => AsyncStd.spawn_blocking_detached(job),
            _ => Smol.spawn_blocking_detached(job),
        }
    }
}

impl Timer for Mixed {
    type Instant = Instant;
    type Sleep = <Smol as Timer>::Sleep;

    fn now(&self) -> Instant {
        Instant::now()
    }

    /// Sleeps by smol, whose timer thread serves every task.
    fn sleep(&self, duration: Duration) -> Self::Sleep {
        Smol.sleep(duration)
    }
}
