//! A storm: spawns all tasks of a plan on one world, cancels some, and waits for the others.

use core::future::Future;
use core::sync::atomic::Ordering::SeqCst;
use core::time::Duration;
use std::sync::Arc;

use anywake::{Runtime, Task, TaskError};

use crate::plan::Close;
use crate::rng::Rng;
use crate::roles::{
    BUILDERS, FORCERS, Presence, anchor, answerer, breaker, builder, buyer, canceller, carrier, clerk,
    client, consumer, follower, forcer, ghost, herald, keeper, librarian, listener, member, partner,
    producer, publisher, pulser, reader, runner, saboteur, seller, sleeper, survive, viewer, visitor,
    watcher,
};
use crate::sabotage;
use crate::world::World;

/// The tasks of a storm.
struct Crew<R> {
    runtime: R,
    /// The tasks that must complete.
    steady: Vec<Task<()>>,
    /// The tasks that may be cancelled.
    expendable: Vec<Task<()>>,
}

impl<R: Runtime> Crew<R> {
    fn spawn(&mut self, expendable: bool, role: impl Future<Output = ()> + Send + 'static) {
        let task = self.runtime.spawn(role);
        if expendable { self.expendable.push(task) } else { self.steady.push(task) }
    }

    fn spawn_all(world: &Arc<World>) -> Self {
        let mut crew = Self { runtime: R::default(), steady: Vec::new(), expendable: Vec::new() };
        let plan = &world.plan;
        let mut sequences = 2..;
        let mut rng = || Rng::new(plan.seed, sequences.next().unwrap_or_default());
        let here = || Presence::new(world);

        // The producers are counted before any task runs that closes the queue when no producer is left.
        let makers: Vec<_> = (0..plan.producers).map(|_| Presence::of_producer(world)).collect();
        for (name, maker) in makers.into_iter().enumerate() {
            crew.spawn(true, producer::<R>(maker, name, rng()));
        }
        for number in 0..plan.consumers {
            crew.spawn(number > 0, consumer::<R>(here(), rng()));
        }
        for number in 0..plan.buyers {
            crew.spawn(number > 0, buyer::<R>(here(), rng()));
        }
        for _ in 0..plan.sellers {
            crew.spawn(false, seller::<R>(here(), rng()));
        }
        for name in 1..=plan.visitors {
            crew.spawn(true, visitor::<R>(here(), name, rng()));
        }
        for _ in 0..plan.sleepers {
            crew.spawn(true, sleeper::<R>(here(), rng()));
        }
        for _ in 0..plan.buyers {
            crew.spawn(true, carrier::<R>(here(), rng()));
        }
        for _ in 0..plan.sleepers {
            crew.spawn(true, listener::<R>(here(), rng()));
        }
        for _ in 0..plan.consumers + 2 {
            crew.spawn(true, clerk::<R>(here(), rng()));
        }
        for _ in 0..world.laps.runners {
            crew.spawn(true, runner::<R>(here(), rng()));
        }
        for _ in 0..plan.buyers {
            crew.spawn(true, member::<R>(here(), rng()));
        }
        for _ in 0..plan.saboteurs {
            crew.spawn(true, saboteur::<R>(here(), rng()));
        }
        for _ in 0..plan.parties + 2 {
            crew.spawn(true, partner::<R>(here(), rng()));
        }
        crew.spawn(false, breaker::<R>(here(), rng()));
        crew.spawn(false, herald::<R>(here(), rng()));
        crew.spawn(false, pulser::<R>(here(), rng()));
        crew.spawn(false, ghost::<R>(here(), rng()));
        for number in 0..BUILDERS {
            crew.spawn(number > 0, builder::<R>(here(), rng()));
        }
        for number in 0..FORCERS {
            crew.spawn(number > 0, forcer::<R>(here(), rng()));
        }
        // As many as of the sellers and buyers.
        for _ in 0..plan.sellers {
            crew.spawn(false, canceller::<R>(here(), rng()));
        }
        for _ in 0..plan.buyers {
            crew.spawn(true, follower::<R>(here(), rng()));
        }
        crew.spawn(false, anchor::<R>(here(), rng()));
        for _ in 0..plan.librarians {
            crew.spawn(true, viewer::<R>(here(), rng()));
        }
        for _ in 0..plan.librarians {
            crew.spawn(true, librarian::<R>(here(), rng()));
            crew.spawn(true, reader::<R>(here(), rng()));
        }
        for _ in 0..plan.sellers {
            crew.spawn(true, publisher::<R>(here(), rng()));
        }
        for _ in 0..plan.buyers {
            crew.spawn(true, client::<R>(here(), rng()));
            crew.spawn(true, answerer::<R>(here(), rng()));
            crew.spawn(true, watcher::<R>(here(), rng()));
        }
        for _ in 0..plan.sellers {
            crew.spawn(true, keeper::<R>(here(), rng()));
        }
        crew
    }

    /// Waits for all tasks.
    async fn join(self) {
        for task in self.steady {
            task.await.expect("the task is not cancelled and does not panic");
        }
        for task in self.expendable {
            match task.await {
                Ok(()) | Err(TaskError::Cancelled) => {}
                // A cancelled task hands its guard or permit to a waiter, whose waker may panic.
                Err(TaskError::Panicked(panic)) => {
                    sabotage::is_complete(Err(panic.into_payload()));
                }
            }
        }
    }
}

/// Runs all tasks of the plan until only the caller refers to the world.
pub(crate) async fn storm<R: Runtime>(world: &Arc<World>) {
    let crew = Crew::<R>::spawn_all(world);
    cancel_and_close(world, &crew).await;
    crew.join().await;
    // A cancelled task may have started a job on another thread that is still running.
    while Arc::strong_count(world) > 1 {
        R::default().sleep(Duration::from_micros(100)).await;
    }
}

/// Cancels tasks and closes the queue and the semaphore, each after a random number of steps.
async fn cancel_and_close<R: Runtime>(world: &World, crew: &Crew<R>) {
    let plan = &world.plan;
    let mut rng = Rng::new(plan.seed, 1);
    let all = plan.steps * (plan.visitors + plan.producers + plan.sellers + plan.sleepers);
    let mut cancels: Vec<_> =
        (0..plan.cancels).map(|_| (rng.below(all), rng.below(crew.expendable.len()))).collect();
    let mut close = (plan.close != Close::Never).then(|| rng.below(all));

    while world.present.load(SeqCst) > 0 && (close.is_some() || !cancels.is_empty()) {
        let done = world.steps.load(SeqCst);
        cancels.retain(|&(due, victim)| {
            if due <= done {
                world.cancelled.fetch_add(1, SeqCst);
                crew.expendable[victim].cancel();
            }
            due > done
        });
        if close.take_if(|due| *due <= done).is_some() {
            survive(world, async { _ = world.semaphore.close() }).await;
            survive(world, async {
                if plan.close == Close::EarlyAndNow {
                    world.queue.close_now();
                } else {
                    world.queue.close();
                }
            })
            .await;
        }
        R::default().sleep(Duration::from_micros(100)).await;
    }
}
