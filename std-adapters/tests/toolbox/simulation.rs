//! The test kit itself.

use core::future::pending;
use core::panic::AssertUnwindSafe;
use core::time::Duration;
use std::panic::catch_unwind;
use std::sync::Arc;

use anywake::test_util::{Simulated, Simulation, Wakes};
use anywake::{Lock, TaskError, assert_pending, assert_ready, gather, timeout};

use crate::support::{Live, Log, event};

const DAY: Duration = Duration::from_secs(86_400);

fn panic_message(run: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(run)).unwrap_err();
    payload
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| payload.downcast_ref::<&str>().map(|&s| s.into()))
        .unwrap()
}

#[test]
fn time_passes_only_when_all_wait() {
    let begun = std::time::Instant::now();
    Simulation::new().run(async {
        let before = Simulated.now();
        let sleeper = Simulated.spawn(Simulated.sleep(DAY));
        for _ in 0..1000 {
            Simulated.yield_now().await;
        }
        assert_eq!(Simulated.elapsed(), Duration::ZERO);
        Simulated.sleep(3 * DAY).await;
        assert!(sleeper.is_finished());
        assert_eq!(Simulated.elapsed(), 3 * DAY);
        assert_eq!(Simulated.now() - before, 3 * DAY);
    });
    assert!(begun.elapsed() < DAY);
}

#[test]
fn without_a_seed_tasks_run_in_the_order_of_asyncio() {
    let log = Log::default();
    Simulation::new().run(async {
        let tasks = (0..3).map(|task| {
            let log = log.clone();
            Simulated.spawn(async move {
                for step in 0..2 {
                    log.add(format!("{task}.{step}"));
                    Simulated.yield_now().await;
                }
            })
        });
        gather(tasks).await.unwrap();
    });
    assert_eq!(log.lines(), ["0.0", "1.0", "2.0", "0.1", "1.1", "2.1"]);
}

fn order(seed: u64) -> Vec<String> {
    let log = Log::default();
    Simulation::seeded(seed).run(async {
        let tasks = (0..8).map(|task| {
            let log = log.clone();
            Simulated.spawn(async move {
                for _ in 0..8 {
                    log.add(task);
                    Simulated.yield_now().await;
                }
            })
        });
        gather(tasks).await.unwrap();
    });
    log.lines()
}

#[test]
fn seed_decides_the_order() {
    assert_eq!(order(1), order(1));
    let orders: std::collections::BTreeSet<_> = (0..10).map(order).collect();
    assert_eq!(orders.len(), 10);
}

/// A race that one order hides: read, wait, write.
#[test]
fn seeds_find_a_lost_update() {
    let update = |seed| {
        Simulation::seeded(seed).run(async {
            let count = Arc::new(Lock::new(0));
            let tasks = [(); 2].map(|()| {
                let count = Arc::clone(&count);
                Simulated.spawn(async move {
                    let old = *count.lock().await;
                    Simulated.yield_now().await;
                    *count.lock().await = old + 1;
                })
            });
            gather(tasks).await.unwrap();
            *count.lock().await
        })
    };
    let counts: Vec<_> = (0..32).map(update).collect();
    assert!(counts.contains(&1) && counts.contains(&2), "{counts:?}");
}

#[test]
fn timers_of_one_moment_fire_in_their_order_and_dropped_ones_do_not() {
    let log = Log::default();
    Simulation::new().run(async {
        drop(Simulated.sleep(DAY));
        let tasks = (0..3).map(|task| {
            let log = log.clone();
            Simulated.spawn(async move {
                Simulated.sleep(DAY / 2).await;
                log.add(task);
            })
        });
        gather(tasks).await.unwrap();
        assert_eq!(Simulated.elapsed(), DAY / 2);
    });
    assert_eq!(log.lines(), ["0", "1", "2"]);
}

#[test]
fn deadlock_is_a_panic_that_says_so() {
    let message = panic_message(|| {
        Simulation::new().run(async {
            drop(Simulated.spawn(pending::<()>()));
            // The end of time does not come either.
            Simulated.sleep(Duration::MAX).await;
        });
    });
    assert_eq!(message, "deadlock: nothing can wake the future of the simulation, nor any of 1 tasks");
}

#[test]
fn sleep_beyond_the_range_of_the_clock_does_not_end_and_does_no_harm() {
    Simulation::new().run(async {
        for far in [Duration::MAX, Duration::MAX - DAY, Duration::from_secs(u64::MAX / 2)] {
            assert_eq!(timeout(Simulated, far, Simulated.sleep(DAY)).await, Ok(()));
            assert!(timeout(Simulated, DAY, Simulated.sleep(far)).await.is_err());
        }
        let before = Simulated.now();
        Simulated.sleep(DAY).await;
        assert_eq!(Simulated.now() - before, DAY);
    });
    let message = panic_message(|| {
        Simulation::new().run(async {
            Simulated.sleep(Duration::MAX - DAY).await;
            _ = Simulated.now();
        });
    });
    assert!(message.starts_with("deadlock"), "{message}");
}

#[test]
fn tasks_are_counted_and_dropped_at_the_end() {
    let live = Live::default();
    let mut kept = None;
    Simulation::new().run(async {
        assert_eq!(Simulated.live_tasks(), 0);
        drop(Simulated.spawn(live.forever::<()>()));
        let task = Simulated.spawn(live.forever::<()>());
        assert_eq!(Simulated.live_tasks(), 2);
        let ended = Simulated.spawn(async {});
        ended.await.unwrap();
        assert_eq!(Simulated.live_tasks(), 2);
        kept = Some(task);
    });
    assert_eq!(live.count(), 0);
    assert!(matches!(anywake::blocking::wait(kept.unwrap()), Err(TaskError::Cancelled)));
}

#[test]
fn task_may_spawn_and_sleep_while_it_is_dropped() {
    struct SpawnOnDrop(Arc<()>);
    impl Drop for SpawnOnDrop {
        fn drop(&mut self) {
            let token = Arc::clone(&self.0);
            let sleep = Simulated.sleep(DAY);
            drop(Simulated.spawn(async move {
                sleep.await;
                drop(token);
            }));
        }
    }
    let live = Live::default();
    Simulation::new().run(async {
        let bomb = SpawnOnDrop(live.token());
        drop(Simulated.spawn(async move {
            let _bomb = bomb;
            pending::<()>().await
        }));
    });
    assert_eq!(live.count(), 0);
}

#[test]
fn future_that_panics_ends_the_simulation_and_the_next_one_runs() {
    let live = Live::default();
    let message = panic_message(|| {
        Simulation::seeded(7).run(async {
            drop(Simulated.spawn(live.forever::<()>()));
            panic!("by itself");
        });
    });
    assert_eq!((message.as_str(), live.count()), ("by itself", 0));
    assert_eq!(Simulated.block_on(async { Simulated.spawn_blocking(|| 3).await }).unwrap(), 3);
}

#[test]
fn simulations_do_not_nest_and_there_is_none_outside() {
    let nested = panic_message(|| Simulated.block_on(async { Simulated.block_on(async {}) }));
    assert_eq!(nested, "a simulation cannot run within a simulation");
    let outside = panic_message(|| drop(Simulated.spawn(async {})));
    assert_eq!(outside, "there is no simulation on this thread");
}

#[test]
fn nothing_of_a_simulation_is_left() {
    // The waker that a task leaves behind is the last that could hold it.
    let (left, held) = (event(), Arc::new(()));
    Simulation::new().run(async {
        let (left, held) = (Arc::clone(&left), Arc::clone(&held));
        drop(Simulated.spawn(async move {
            let _held = held;
            left.wait().await;
        }));
        Simulated.yield_now().await;
    });
    assert_eq!((Arc::strong_count(&held), left.waiters()), (1, 0));
}

#[test]
fn asserts_on_polls_have_messages() {
    use core::task::Poll;
    assert_pending!(Poll::<()>::Pending);
    assert_eq!(assert_ready!(Poll::Ready(3), "number {}", 3), 3);
    assert_eq!(panic_message(|| assert_pending!(Poll::Ready(()), "round {}", 2)), "round 2");
    assert_eq!(panic_message(|| assert_ready!(Poll::<()>::Pending)), "it is pending");
}

#[test]
fn wakes_are_counted() {
    let (wakes, waker) = Wakes::new();
    waker.wake_by_ref();
    waker.wake();
    assert_eq!(wakes.count(), 2);
}
