//! What can go wrong in a `Cache`: removals that meet loads, and keys and values that look at the cache.

use core::fmt::Write as _;
use core::future::{Future, Ready, pending, ready};
use core::hash::{Hash, Hasher};
use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::sync::OnceLock;

use anywake::test_util::{Probe, Simulated, Simulation};
use anywake::{Cache, assert_pending, assert_ready};
use futures_util::FutureExt as _;

use crate::support::{Looks, after, event, finishes, panic_of};

fn load<T>(value: T) -> impl FnOnce() -> Ready<Result<T, &'static str>> {
    || ready(Ok(value))
}

fn now<F: Future>(future: F) -> F::Output {
    future.now_or_never().expect("it does not wait")
}

#[test]
fn removal_wins_over_a_load_that_began_before_it() {
    Simulation::new().run(async {
        let cache = Cache::new(Simulated);
        let go = event();
        let mut old = Probe::new(cache.get_or_load(1, || after(&go, Ok::<_, ()>("old"))));
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
        let mut old = Probe::new(cache.get_or_load(1, || after(&go, Ok::<_, ()>("old"))));
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
fn who_waits_for_a_load_that_is_invalidated_waits_for_it_no_longer() {
    Simulation::new().run(async {
        let cache = Cache::new(Simulated);
        let mut old = Probe::new(cache.get_or_load(1, pending::<Result<&str, ()>>));
        assert_pending!(old.poll());
        let go = event();
        let mut first = Probe::new(cache.get_or_load(1, || after(&go, Ok::<_, ()>("new"))));
        let mut second = Probe::new(cache.get_or_load(1, load("not loaded")));
        assert_pending!(first.poll());
        assert_pending!(second.poll());
        cache.invalidate(&1);
        assert_eq!((first.wakes(), second.wakes()), (1, 1), "the old load may never end");
        assert_pending!(first.poll());
        assert_pending!(second.poll(), "it waits for the new load");
        go.set();
        assert_eq!(assert_ready!(first.poll()), Ok("new"));
        assert_eq!(assert_ready!(second.poll()), Ok("new"));
        drop(old);
        assert_eq!(cache.get(&1), Some("new"));
    });
}

#[test]
fn invalidation_of_all_reaches_every_load() {
    Simulation::new().run(async {
        let cache = Cache::new(Simulated);
        cache.insert(0, "inserted");
        let go = event();
        let mut old = [1, 2].map(|key| Probe::new(cache.get_or_load(key, || after(&go, Ok::<_, ()>("old")))));
        old.iter_mut().for_each(|old| assert_pending!(old.poll()));
        let mut waits = Probe::new(cache.get_or_load(2, load("new")));
        assert_pending!(waits.poll());
        cache.invalidate_all();
        assert_eq!(format!("{cache:?}"), "Cache { keys: 0, .. }");
        assert_eq!(assert_ready!(waits.poll()), Ok("new"));
        go.set();
        old.iter_mut().for_each(|old| assert_eq!(assert_ready!(old.poll()), Ok("old")));
        assert_eq!([0, 1, 2].map(|key| cache.get(&key)), [None, None, Some("new")]);
    });
}

/// A task that was handed the permit, and did not run before the invalidation, is not the first of a new load.
#[test]
fn load_that_was_to_begin_begins_after_the_invalidation() {
    Simulation::new().run(async {
        let cache = Cache::new(Simulated);
        let mut fails = Probe::new(cache.get_or_load(1, pending::<Result<&str, ()>>));
        let mut granted = Probe::new(cache.get_or_load(1, load("granted")));
        assert_pending!(fails.poll());
        assert_pending!(granted.poll());
        drop(fails);
        assert_eq!(granted.wakes(), 1);
        cache.invalidate(&1);
        let go = event();
        let mut new = Probe::new(cache.get_or_load(1, || after(&go, Ok::<_, ()>("new"))));
        assert_pending!(new.poll());
        assert_pending!(granted.poll(), "one load at a time");
        go.set();
        assert_eq!(assert_ready!(new.poll()), Ok("new"));
        assert_eq!(assert_ready!(granted.poll()), Ok("new"));
    });
}

#[test]
fn load_whose_value_is_inserted_meanwhile_keeps_nobody_waiting() {
    Simulation::new().run(async {
        let cache = Cache::new(Simulated);
        let mut loads = Probe::new(cache.get_or_load(1, pending::<Result<&str, ()>>));
        assert_pending!(loads.poll());
        cache.insert(1, "inserted");
        assert_eq!(now(cache.get_or_load(1, load("loaded"))), Ok("inserted"));
    });
}

#[test]
fn value_inserted_after_a_removal_is_not_replaced_by_a_load_from_before() {
    Simulation::new().run(async {
        let cache = Cache::new(Simulated);
        let go = event();
        let mut old = Probe::new(cache.get_or_load(1, || after(&go, Ok::<_, ()>("loaded"))));
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
        let mut loads = Probe::new(cache.get_or_load(1, || after(&go, Ok::<_, ()>("loaded"))));
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
        let mut fails = Probe::new(cache.get_or_load(1, || after(&go, Err("failed"))));
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
            cache.invalidate(&Nosy(3));
            // A value that is replaced by a load, and one that is loaded in vain.
            for removed in [1, 8] {
                let go = event();
                let mut loads = Probe::new(cache.get_or_load(Nosy(8), || after(&go, Ok::<_, ()>(Nosy(8)))));
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
            cache.insert(Nosy(0), Nosy(0));
            cache.invalidate_all();
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

#[test]
fn formatter_may_look_at_the_cache_that_it_is_given() {
    finishes(|| {
        let cache = Cache::<u8, u8, _>::new(Simulated);
        write!(Looks(|| cache.is_empty()), "{cache:?}").unwrap();
    });
}
