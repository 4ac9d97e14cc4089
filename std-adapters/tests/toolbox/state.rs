//! `SafeCounter`, `Cache` and `SharedState`.

use core::fmt::{self, Write as _};
use core::future::{Future, pending};
use core::hash::{Hash, Hasher};
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use core::time::Duration;
use std::sync::{Arc, OnceLock};

use anywake::test_util::{Probe, Simulated, Simulation};
use anywake::{Cache, Runtime, SafeCounter, SharedState, assert_pending, assert_ready, gather};
use futures_util::FutureExt as _;

use crate::support::{event, finishes, panic_of};

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
        let mut fails = Probe::new(cache.get_or_load("key", async || {
            go.wait().await;
            Err("failed")
        }));
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
        let mut loads = Probe::new(cache.get_or_load(1, async || {
            go.wait().await;
            Ok::<_, ()>(1)
        }));
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
        let mut loads = Probe::new(cache.get_or_load(1, async || {
            go.wait().await;
            Ok::<_, ()>(1)
        }));
        assert_pending!(loads.poll());
        cache.prune();
        let mut waits = Probe::new(cache.get_or_load(1, pending::<Result<_, ()>>));
        assert_pending!(waits.poll());
        go.set();
        assert_eq!(assert_ready!(loads.poll()), Ok(1));
        assert_eq!(assert_ready!(waits.poll()), Ok(1), "it was the same load");
    });
}

#[test]
fn removal_wins_over_a_load_that_began_before_it() {
    Simulation::new().run(async {
        let cache = Cache::new(Simulated);
        let go = event();
        let mut old = Probe::new(cache.get_or_load(1, async || {
            go.wait().await;
            Ok::<_, ()>("old")
        }));
        assert_pending!(old.poll());
        let mut waits = Probe::new(cache.get_or_load(1, load("loaded anew by who waited")));
        assert_pending!(waits.poll());
        assert_eq!(cache.remove(&1), None);
        assert_eq!(now(cache.get_or_load(1, load("new"))), Ok("new"), "it does not wait for the old load");
        go.set();
        assert_eq!(assert_ready!(old.poll()), Ok("old"), "it asked before");
        assert_eq!(cache.get(&1), Some("new"));
        assert_eq!(waits.wakes(), 1);
        assert_eq!(assert_ready!(waits.poll()), Ok("new"));
        assert_eq!(cache.len(), 1);
    });
}

#[test]
fn who_waited_for_a_load_whose_key_was_removed_loads_anew() {
    Simulation::new().run(async {
        let cache = Cache::new(Simulated);
        let go = event();
        let mut old = Probe::new(cache.get_or_load(1, async || {
            go.wait().await;
            Ok::<_, ()>("old")
        }));
        assert_pending!(old.poll());
        let mut waits = Probe::new(cache.get_or_load(1, load("new")));
        assert_pending!(waits.poll());
        cache.remove(&1);
        go.set();
        assert_eq!(assert_ready!(old.poll()), Ok("old"));
        assert_eq!(cache.get(&1), None, "it was removed");
        assert_eq!(assert_ready!(waits.poll()), Ok("new"));
        assert_eq!(cache.get(&1), Some("new"));
    });
}

#[test]
fn value_inserted_after_a_removal_is_not_replaced_by_a_load_from_before() {
    Simulation::new().run(async {
        let cache = Cache::new(Simulated);
        let go = event();
        let mut old = Probe::new(cache.get_or_load(1, async || {
            go.wait().await;
            Ok::<_, ()>("loaded")
        }));
        assert_pending!(old.poll());
        cache.remove(&1);
        cache.insert(1, "inserted");
        go.set();
        assert_eq!(assert_ready!(old.poll()), Ok("loaded"));
        assert_eq!(cache.get(&1), Some("inserted"));
    });
}

#[test]
fn load_replaces_what_was_inserted_meanwhile() {
    Simulation::new().run(async {
        let cache = Cache::new(Simulated);
        let go = event();
        let mut loads = Probe::new(cache.get_or_load(1, async || {
            go.wait().await;
            Ok::<_, ()>("loaded")
        }));
        assert_pending!(loads.poll());
        cache.insert(1, "inserted");
        assert_eq!(cache.get(&1), Some("inserted"));
        go.set();
        assert_eq!(assert_ready!(loads.poll()), Ok("loaded"));
        assert_eq!(cache.get(&1), Some("loaded"));
    });
}

#[test]
fn value_inserted_during_a_load_that_fails_stays() {
    Simulation::new().run(async {
        let cache = Cache::new(Simulated);
        let go = event();
        let mut fails = Probe::new(cache.get_or_load(1, async || {
            go.wait().await;
            Err("failed")
        }));
        assert_pending!(fails.poll());
        cache.insert(1, "inserted");
        go.set();
        assert_eq!(assert_ready!(fails.poll()), Err("failed"));
        assert_eq!(cache.get(&1), Some("inserted"));
    });
}

/// Removes itself from its cache when it is cloned, the first time.
struct RemovedByClone(AtomicBool);

static CLONED: OnceLock<Cache<u8, RemovedByClone, Simulated>> = OnceLock::new();

impl Clone for RemovedByClone {
    fn clone(&self) -> Self {
        if self.0.swap(false, Ordering::Relaxed) {
            assert!(CLONED.get().unwrap().remove(&1).is_some());
        }
        Self(AtomicBool::new(false))
    }
}

#[test]
fn removal_that_meets_a_get_leaves_no_entry_without_a_value() {
    Simulation::new().run(async {
        let cache = CLONED.get_or_init(|| Cache::new(Simulated));
        cache.insert(1, RemovedByClone(AtomicBool::new(true)));
        assert!(cache.get(&1).is_some());
        assert_eq!(format!("{cache:?}"), "Cache { keys: 0, .. }");
    });
}

/// A key, and a value, that looks at its cache whenever it is hashed, cloned or dropped.
struct Nosy(u8);

static NOSY: OnceLock<Cache<Nosy, Nosy, Simulated>> = OnceLock::new();

impl Nosy {
    fn look() {
        assert!(NOSY.get().unwrap().len() < 9);
    }
}

impl PartialEq for Nosy {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Nosy {}

impl Hash for Nosy {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Self::look();
        self.0.hash(state);
    }
}

impl Clone for Nosy {
    fn clone(&self) -> Self {
        Self::look();
        Self(self.0)
    }
}

impl Drop for Nosy {
    fn drop(&mut self) {
        Self::look();
    }
}

#[test]
fn keys_and_values_that_look_at_their_cache_do_not_deadlock() {
    finishes(|| {
        Simulation::new().run(async {
            let cache = NOSY.get_or_init(|| Cache::new(Simulated).expiring(Duration::from_secs(1)));
            (0..5).for_each(|key| cache.insert(Nosy(key), Nosy(key)));
            cache.insert(Nosy(0), Nosy(6));
            assert!(now(cache.get_or_load(Nosy(0), load(Nosy(7)))).is_ok_and(|value| value.0 == 6));
            assert!(now(cache.get_or_load(Nosy(7), async || Err("failed"))).is_err());
            assert!(cache.remove(&Nosy(4)).is_some());
            // A value that is replaced by a load, and one that is loaded in vain.
            for removed in [1, 8] {
                let go = event();
                let mut loads = Probe::new(cache.get_or_load(Nosy(8), async || {
                    go.wait().await;
                    Ok::<_, ()>(Nosy(8))
                }));
                assert_pending!(loads.poll());
                cache.insert(Nosy(8), Nosy(0));
                assert!(cache.remove(&Nosy(removed)).is_some());
                go.set();
                assert!(assert_ready!(loads.poll()).is_ok());
                drop(cache.remove(&Nosy(8)));
            }
            Simulated.sleep(Duration::from_secs(2)).await;
            cache.prune();
            assert!(cache.is_empty());
        });
    });
}

static COMPARED: OnceLock<Cache<Compared, u8, Simulated>> = OnceLock::new();

/// A key that looks at its cache whenever it is compared and dropped.
#[derive(Clone)]
struct Compared;

impl PartialEq for Compared {
    fn eq(&self, _: &Self) -> bool {
        COMPARED.get().unwrap().is_empty()
    }
}

impl Eq for Compared {}

impl Hash for Compared {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl Drop for Compared {
    fn drop(&mut self) {
        _ = COMPARED.get().unwrap().is_empty();
    }
}

#[test]
fn comparison_of_keys_that_uses_the_cache_is_a_panic_that_says_so() {
    finishes(|| {
        Simulation::new().run(async {
            let cache = COMPARED.get_or_init(|| Cache::new(Simulated));
            cache.insert(Compared, 1);
            let message = panic_of(|| cache.insert(Compared, 2));
            assert_eq!(message, "a comparison or a hash uses the collection that it is made for");
            assert_eq!(cache.len(), 1);
        });
    });
}

#[test]
fn keys_with_one_hash_are_different_keys() {
    #[derive(Clone, PartialEq, Eq)]
    struct Same(u8);
    impl Hash for Same {
        fn hash<H: Hasher>(&self, _: &mut H) {}
    }
    Simulation::new().run(async {
        let cache = Cache::new(Simulated).expiring(Duration::from_secs(1));
        (0..4).for_each(|key| cache.insert(Same(key), key));
        let mut loads = Probe::new(cache.get_or_load(Same(9), pending::<Result<_, ()>>));
        assert_pending!(loads.poll());
        assert_eq!((cache.remove(&Same(1)), cache.len()), (Some(1), 3));
        assert_eq!([0, 1, 2, 3].map(|key| cache.get(&Same(key))), [Some(0), None, Some(2), Some(3)]);
        Simulated.sleep(Duration::from_secs(1)).await;
        cache.insert(Same(2), 5);
        cache.prune();
        assert_eq!([0, 1, 2, 3].map(|key| cache.get(&Same(key))), [None, None, Some(5), None]);
        drop(loads);
        assert_eq!(format!("{cache:?}"), "Cache { keys: 1, .. }");
    });
}

/// An output for text that looks at the cache for each piece.
struct Looks<'a>(&'a Cache<u8, u8, Simulated>);

impl fmt::Write for Looks<'_> {
    fn write_str(&mut self, _: &str) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { Err(fmt::Error) }
    }
}

#[test]
fn formatter_may_look_at_the_cache_that_it_is_given() {
    finishes(|| {
        let cache = Cache::new(Simulated);
        write!(Looks(&cache), "{cache:?}").unwrap();
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
