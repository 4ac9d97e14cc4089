//! A `Cache` with a capacity: which value is evicted, and what an eviction leaves alone.

use core::convert::Infallible;
use core::future::{Future, pending, ready};
use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};

use anywake::test_util::{Probe, Simulated, Simulation};
use anywake::{Cache, Runtime, assert_pending, assert_ready, gather};
use futures_util::FutureExt as _;

use crate::support::{after, event, finishes};

fn now<F: Future>(future: F) -> F::Output {
    future.now_or_never().expect("it does not wait")
}

async fn bound_holds_while_tasks_load_and_invalidate<R: Runtime>(rt: R) {
    const CAPACITY: usize = 3;
    let cache = Arc::new(Cache::new(rt).bounded(CAPACITY));
    let loading: Arc<[AtomicUsize; 8]> = Arc::default();
    let tasks = (0..24_usize).map(|task| {
        let (cache, loading) = (Arc::clone(&cache), Arc::clone(&loading));
        rt.spawn(async move {
            for round in 0..10 {
                let key = (task * 5 + round * 3) % 8;
                if (task + round) % 7 == 0 {
                    cache.remove(&key);
                }
                let load = async || {
                    loading[key].fetch_add(1, Ordering::Relaxed);
                    rt.yield_now().await;
                    loading[key].fetch_sub(1, Ordering::Relaxed);
                    Ok::<_, Infallible>(key)
                };
                assert_eq!(cache.get_or_load(key, load).await, Ok(key));
                assert!(cache.len() <= CAPACITY);
            }
        })
    });
    gather(tasks).await.unwrap();
    assert_eq!(cache.len(), CAPACITY);
    assert_eq!(format!("{cache:?}"), "Cache { keys: 3, .. }");
    cache.invalidate_all();
    assert_eq!(format!("{cache:?}"), "Cache { keys: 0, .. }");
}

on_each_runtime! {
    bound_holds_while_tasks_load_and_invalidate
}

#[test]
fn least_recently_used_value_is_evicted() {
    let cache = Cache::new(Simulated).bounded(3);
    (0..3).for_each(|key| cache.insert(key, key));
    // The uses: a `get`, a `get_or_load` that finds the value, and an `insert`.
    assert_eq!(cache.get(&0), Some(0));
    assert_eq!(now(cache.get_or_load(1, pending::<Result<_, ()>>)), Ok(1));
    cache.insert(3, 3);
    assert_eq!(cache.get(&2), None, "nobody used it");
    cache.insert(0, 10);
    cache.insert(4, 4);
    assert_eq!(cache.get(&1), None);
    assert_eq!([0, 3, 4].map(|key| cache.get(&key)), [Some(10), Some(3), Some(4)]);
    assert_eq!(cache.len(), 3);
    // One that is not there is not used.
    assert_eq!(cache.get(&9), None);
    assert_eq!(cache.remove(&3), Some(3));
    cache.insert(5, 5);
    assert_eq!([0, 4, 5].map(|key| cache.get(&key)), [Some(10), Some(4), Some(5)]);
}

/// The same operations on a cache and on a list, which is ordered by use.
#[test]
fn evictions_are_those_of_a_list_in_the_order_of_use() {
    const CAPACITY: usize = 4;
    let cache = Cache::new(Simulated).bounded(CAPACITY);
    let mut list = VecDeque::<(u8, u64)>::new();
    let mut random = 1_u64;
    for _ in 0..5_000 {
        random = random.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        let key = (random >> 33) as u8 % 8;
        let at = list.iter().position(|entry| entry.0 == key);
        let had = at.and_then(|at| list.remove(at)).map(|entry| entry.1);
        match random >> 40 & 7 {
            0 => assert_eq!(cache.remove(&key), had),
            1 | 2 => {
                cache.insert(key, random);
                list.push_back((key, random));
            }
            3 | 4 => {
                let value = now(cache.get_or_load(key, || ready(Ok::<_, ()>(random))));
                assert_eq!(value, Ok(had.unwrap_or(random)));
                list.push_back((key, had.unwrap_or(random)));
            }
            _ => {
                assert_eq!(cache.get(&key), had);
                list.extend(had.map(|value| (key, value)));
            }
        }
        list.drain(..list.len().saturating_sub(CAPACITY));
        assert_eq!(cache.len(), list.len());
    }
    assert!(list.iter().all(|(key, value)| cache.get(key) == Some(*value)));
}

#[test]
fn key_whose_value_is_evicted_while_it_is_loaded_anew_is_loaded_once() {
    Simulation::new().run(async {
        let cache = Cache::new(Simulated).bounded(1).expiring(Duration::from_secs(1));
        cache.insert(1, "expired");
        Simulated.sleep(Duration::from_secs(1)).await;
        let go = event();
        let mut loads = Probe::new(cache.get_or_load(1, || after(&go, Ok::<_, ()>("loaded"))));
        assert_pending!(loads.poll());
        cache.insert(2, "other");
        assert_eq!(cache.len(), 1, "the expired value is evicted");
        let mut waits = Probe::new(cache.get_or_load(1, pending::<Result<_, ()>>));
        assert_pending!(waits.poll(), "the key is being loaded");
        go.set();
        assert_eq!(assert_ready!(loads.poll()), Ok("loaded"));
        assert_eq!(assert_ready!(waits.poll()), Ok("loaded"));
        assert_eq!((cache.get(&1), cache.get(&2), cache.len()), (Some("loaded"), None, 1));
    });
}

#[test]
fn keys_that_are_being_loaded_do_not_count() {
    Simulation::new().run(async {
        let cache = Cache::new(Simulated).bounded(2);
        (0..2).for_each(|key| cache.insert(key, key));
        let mut loads = [2, 3, 4].map(|key| Probe::new(cache.get_or_load(key, pending::<Result<_, ()>>)));
        loads.iter_mut().for_each(|load| assert_pending!(load.poll()));
        assert_eq!([0, 1].map(|key| cache.get(&key)), [Some(0), Some(1)]);
        drop(loads);
        assert_eq!(format!("{cache:?}"), "Cache { keys: 2, .. }");
    });
}

#[test]
fn expired_value_is_not_used_by_those_who_ask_for_it() {
    Simulation::new().run(async {
        let cache = Cache::new(Simulated).bounded(2);
        cache.insert("stays", 0);
        let cache = cache.expiring(Duration::from_secs(1));
        cache.insert("expires", 1);
        assert_eq!(cache.get(&"stays"), Some(0));
        Simulated.sleep(Duration::from_secs(1)).await;
        assert_eq!(cache.get(&"expires"), None);
        cache.insert("new", 2);
        assert_eq!((cache.get(&"stays"), cache.get(&"new"), cache.len()), (Some(0), Some(2), 2));
    });
}

#[test]
fn cache_without_room_keeps_nothing_and_loads_one_after_the_other() {
    Simulation::new().run(async {
        let cache = Cache::new(Simulated).bounded(0);
        let go = event();
        let mut first = Probe::new(cache.get_or_load(1, || after(&go, Ok::<_, ()>("first"))));
        let mut second = Probe::new(cache.get_or_load(1, || ready(Ok::<_, ()>("second"))));
        assert_pending!(first.poll());
        assert_pending!(second.poll());
        go.set();
        assert_eq!(assert_ready!(first.poll()), Ok("first"));
        assert_eq!(assert_ready!(second.poll()), Ok("second"));
        cache.insert(2, "inserted");
        assert_eq!((cache.get(&2), cache.len()), (None, 0));
        assert_eq!(format!("{cache:?}"), "Cache { keys: 0, .. }");
    });
}

#[test]
fn bound_evicts_what_was_there_before() {
    let cache = Cache::new(Simulated);
    (0..10).for_each(|key| cache.insert(key, key));
    assert_eq!(cache.len(), 10);
    let cache = cache.bounded(3);
    assert_eq!(cache.len(), 3);
    assert!((7..10).all(|key| cache.get(&key) == Some(key)));
}

static LOOKED_AT: OnceLock<Cache<u8, Nosy, Simulated>> = OnceLock::new();

/// A value that puts another one in when it is dropped.
#[derive(Clone)]
struct Nosy(u8);

impl Drop for Nosy {
    fn drop(&mut self) {
        let cache = LOOKED_AT.get().unwrap();
        assert!(cache.len() <= 2);
        if let Some(rest) = self.0.checked_sub(1) {
            cache.insert(100 + rest, Self(0));
        }
    }
}

#[test]
fn evicted_value_that_uses_the_cache_does_not_deadlock() {
    finishes(|| {
        let cache = LOOKED_AT.get_or_init(|| Cache::new(Simulated).bounded(2));
        (0..6).for_each(|key| cache.insert(key, Nosy(key)));
        let loaded = now(cache.get_or_load(50, || ready(Ok::<_, ()>(Nosy(3))))).unwrap();
        core::mem::forget(loaded);
        assert_eq!(cache.len(), 2);
    });
}
