//! `SafeCounter`, `Cache` and `SharedState`.

use core::future::{Future, pending};
use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::sync::Arc;

use anywake::test_util::{Probe, Simulated, Simulation};
use anywake::{Cache, Runtime, SafeCounter, SharedState, assert_pending, assert_ready, gather};
use futures_util::FutureExt as _;

use crate::support::{after, event};

async fn updates_do_not_overlap<R: Runtime>(rt: R) {
    let counter = Arc::new(SafeCounter::new(0));
    let tasks = (0..20).map(|_| {
        let counter = Arc::clone(&counter);
        rt.spawn(async move {
            counter
                .update(async |count| {
                    rt.yield_now().await;
                    count + 1
                })
                .await;
            counter.increment().await;
        })
    });
    gather(tasks).await.unwrap();
    assert_eq!(counter.get().await, 40);
}

async fn one_loads_and_all_have_the_value<R: Runtime>(rt: R) {
    let (cache, loads) = (Arc::new(Cache::new(rt)), Arc::new(AtomicUsize::new(0)));
    let tasks = (0..20_usize).map(|n| {
        let (cache, loads) = (Arc::clone(&cache), Arc::clone(&loads));
        rt.spawn(async move {
            let load = async || {
                loads.fetch_add(1, Ordering::Relaxed);
                rt.yield_now().await;
                Ok::<_, ()>(n % 2)
            };
            cache.get_or_load(n % 2, load).await
        })
    });
    let values = gather(tasks).await.unwrap();
    assert!(values.iter().enumerate().all(|(n, &value)| value == n % 2));
    assert_eq!((loads.load(Ordering::Relaxed), cache.len()), (2, 2));
}

async fn consumers_take_whole_batches<R: Runtime>(rt: R) {
    let state = Arc::new(SharedState::new());
    let consumers = [5, 3, 2].map(|threshold| {
        let state = Arc::clone(&state);
        rt.spawn(async move { state.consume(threshold).await })
    });
    for n in 0..10 {
        state.produce(n).await;
        rt.yield_now().await;
    }
    let batches = gather(consumers).await.unwrap();
    assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), [5, 3, 2]);
    assert!(batches.iter().all(|batch| batch.windows(2).all(|pair| pair[0] + 1 == pair[1])));
    let mut all = batches.concat();
    all.sort_unstable();
    assert_eq!(all, (0..10).collect::<Vec<_>>());
    assert!(state.is_empty().await);
}

on_each_runtime! {
    updates_do_not_overlap
    one_loads_and_all_have_the_value
    consumers_take_whole_batches
}

#[test]
fn counter_stays_as_it_was_if_an_update_is_dropped_or_panics() {
    let counter = SafeCounter::new(i64::MAX);
    let mut dropped = Probe::new(counter.update(|_| pending()));
    assert_pending!(dropped.poll());
    drop(dropped);
    let overflow = core::panic::AssertUnwindSafe(counter.increment()).catch_unwind().now_or_never().unwrap();
    assert!(overflow.is_err());
    assert_eq!(counter.add(-1).now_or_never(), Some(i64::MAX - 1));
}

/// The one with the smallest threshold is served first: `[0, 1]`, `[2, 3, 4]`, `[5, 6, 7, 8, 9]`.
#[test]
fn thresholds_are_served_as_in_asyncio() {
    let batches = Simulation::new().run(async {
        let state = Arc::new(SharedState::new());
        let consumers = [5, 3, 2].map(|threshold| {
            let state = Arc::clone(&state);
            Simulated.spawn(async move { state.consume(threshold).await })
        });
        for n in 0..10 {
            Simulated.sleep(Duration::from_millis(500)).await;
            state.produce(n).await;
        }
        gather(consumers).await.unwrap()
    });
    assert_eq!(batches, [vec![5, 6, 7, 8, 9], vec![2, 3, 4], vec![0, 1]]);
}

#[test]
fn dropped_consumer_has_taken_nothing() {
    let state = SharedState::new();
    let mut consumer = Probe::new(state.consume(2));
    assert_pending!(consumer.poll());
    state.produce(1).now_or_never().unwrap();
    state.produce(2).now_or_never().unwrap();
    drop(consumer);
    assert_eq!(state.consume(2).now_or_never(), Some(vec![1, 2]));
    assert_eq!(state.consume(0).now_or_never(), Some(vec![]));
}

fn load<T>(value: T) -> impl FnOnce() -> core::future::Ready<Result<T, &'static str>> {
    || core::future::ready(Ok(value))
}

fn now<F: Future>(future: F) -> F::Output {
    future.now_or_never().expect("it does not wait")
}

#[test]
fn failed_load_is_not_kept_and_the_next_one_tries() {
    Simulation::new().run(async {
        let cache = Cache::new(Simulated);
        let go = event();
        let mut fails = Probe::new(cache.get_or_load("key", || after(&go, Err("failed"))));
        let mut waits = Probe::new(cache.get_or_load("key", load(2)));
        assert_pending!(fails.poll());
        assert_pending!(waits.poll());
        assert_eq!(cache.get(&"key"), None, "it is being loaded");
        assert_eq!(now(cache.get_or_load("other", load(9))), Ok(9), "another key does not wait");
        go.set();
        assert_eq!(assert_ready!(fails.poll()), Err("failed"));
        assert_eq!(waits.wakes(), 1);
        assert_eq!(assert_ready!(waits.poll()), Ok(2));
        assert_eq!(cache.get(&"key"), Some(2));
    });
}

#[test]
fn load_that_is_dropped_is_taken_over() {
    Simulation::new().run(async {
        let cache = Cache::new(Simulated);
        let mut loads = Probe::new(cache.get_or_load(1, pending::<Result<&str, ()>>));
        let mut waits = Probe::new(cache.get_or_load(1, async || Ok::<_, ()>("taken over")));
        assert_pending!(loads.poll());
        assert_pending!(waits.poll());
        drop(loads);
        assert_eq!(assert_ready!(waits.poll()), Ok("taken over"));
    });
}

#[test]
fn one_who_gives_up_waiting_lets_no_second_load_begin() {
    Simulation::new().run(async {
        let cache = Cache::new(Simulated);
        let go = event();
        let mut loads = Probe::new(cache.get_or_load(1, || after(&go, Ok::<_, ()>(1))));
        let mut gives_up = Probe::new(cache.get_or_load(1, load(2)));
        assert_pending!(loads.poll());
        assert_pending!(gives_up.poll());
        drop(gives_up);
        let mut waits = Probe::new(cache.get_or_load(1, load(3)));
        assert_pending!(waits.poll());
        go.set();
        assert_eq!(assert_ready!(loads.poll()), Ok(1));
        assert_eq!(assert_ready!(waits.poll()), Ok(1));
    });
}

#[test]
fn keys_without_values_do_not_stay() {
    Simulation::new().run(async {
        let cache = Cache::<_, u8, _>::new(Simulated);
        for key in 0..10 {
            assert!(now(cache.get_or_load(key, async || Err("failed"))).is_err());
            let mut dropped = Probe::new(cache.get_or_load(key, pending::<Result<_, ()>>));
            assert_pending!(dropped.poll());
        }
        assert_eq!(format!("{cache:?}"), "Cache { keys: 0, .. }");
    });
}

#[test]
fn values_expire() {
    const MINUTE: Duration = Duration::from_secs(60);
    Simulation::new().run(async {
        let cache = Cache::new(Simulated).expiring(MINUTE);
        assert_eq!(now(cache.get_or_load("a", load(1))), Ok(1));
        Simulated.sleep(MINUTE / 2).await;
        cache.insert("b", 2);
        assert_eq!(now(cache.get_or_load("a", load(9))), Ok(1), "still fresh");
        Simulated.sleep(MINUTE / 2).await;
        assert_eq!((cache.get(&"a"), cache.get(&"b"), cache.len()), (None, Some(2), 2));
        cache.prune();
        assert_eq!(cache.len(), 1);
        assert_eq!(now(cache.get_or_load("a", load(3))), Ok(3));
        assert_eq!((cache.remove(&"a"), cache.remove(&"a")), (Some(3), None));
        Simulated.sleep(MINUTE).await;
        assert_eq!(cache.remove(&"b"), None, "expired");
        assert!(cache.is_empty());
    });
}

#[test]
fn key_that_is_being_loaded_is_not_pruned() {
    Simulation::new().run(async {
        let cache = Cache::new(Simulated);
        let go = event();
        let mut loads = Probe::new(cache.get_or_load(1, || after(&go, Ok::<_, ()>(1))));
        assert_pending!(loads.poll());
        cache.prune();
        let mut waits = Probe::new(cache.get_or_load(1, pending::<Result<_, ()>>));
        assert_pending!(waits.poll());
        go.set();
        assert_eq!(assert_ready!(loads.poll()), Ok(1));
        assert_eq!(assert_ready!(waits.poll()), Ok(1), "it was the same load");
    });
}

/// A producer must tell all who wait: whom its item is enough for is not known to it.
#[test]
fn item_that_is_enough_for_a_later_consumer_is_not_told_to_the_first_only() {
    let state = SharedState::new();
    let mut needs_three = Probe::new(state.consume(3));
    let mut needs_one = Probe::new(state.consume(1));
    assert_pending!(needs_three.poll());
    assert_pending!(needs_one.poll());
    now(state.produce("item"));
    // In the order in which they were told.
    assert_pending!(needs_three.poll());
    assert_eq!(needs_one.wakes(), 1);
    assert_eq!(assert_ready!(needs_one.poll()), ["item"]);
}
