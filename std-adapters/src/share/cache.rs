//! [`Cache`]: values that are loaded once for each key, however many tasks ask.
//!
//! Each key has a slot (`keyed.rs`), and the gate of the slot is a semaphore with one permit. The holder of the permit
//! loads. The other tasks wait for the permit. Then they find the value, or load it themselves if the load before failed
//! or was dropped. So no loader is special, and no task waits for one in vain.
//!
//! An invalidation removes the slot of its key. A removed slot never comes back to the map, so the slot itself is the
//! generation of its key: a task that loads there stores nothing. The invalidation closes the semaphore, so the tasks
//! that wait there begin anew at once.
//!
//! Under the mutex keys are compared, and no other code of the caller runs. Hashes are computed and the clock is read
//! before. Keys and values are cloned and dropped outside.

use core::fmt;
use core::future::Future;
use core::hash::{BuildHasher, Hash};
use core::time::Duration;
use std::hash::RandomState;
use std::sync::Arc;
use std::time::Instant;

use anywake_core::{Semaphore, Timer};

use super::exclusive::Exclusive;
use super::keyed::{Keyed, Slots, Turn};

mod shelf;

use shelf::{Shelf, SlotOf, Stored, Value};

/// A cache for tasks: one load for each key at a time, values that [expire](Cache::expiring), and a
/// [bound](Cache::bounded).
///
/// Each call that returns a value returns a clone of it. Large values belong in an `Arc`.
///
/// # A load that is not polled
///
/// The task that loads keeps all other tasks from loading the same key. If its future is alive and not polled, for
/// example in a branch of a `select!` loop, they wait until it is polled or dropped, or until the key is
/// [invalidated](Cache::invalidate). Drop a future that is not polled, or spawn it.
///
/// # Panics
///
/// If the comparison of two keys uses the cache that they are in.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "smol")] {
/// use anywake::{Cache, Runtime, Smol};
/// use std::{convert::Infallible, time::Duration};
///
/// Smol.block_on(async {
///     let cache = Cache::new(Smol).expiring(Duration::from_secs(60));
///     let length = cache.get_or_load("key", async || Ok::<_, Infallible>(3)).await;
///     assert_eq!(length, Ok(3));
///     assert_eq!(cache.get(&"key"), Some(3));
/// });
/// # }
/// ```
#[doc(alias("memoize", "singleflight"))]
pub struct Cache<K, V, R> {
    shelf: Exclusive<Shelf<K, V>>,
    hasher: RandomState,
    lifetime: Option<Duration>,
    runtime: R,
}

impl<K, V, R: Timer<Instant = Instant>> Cache<K, V, R> {
    /// Returns an empty cache without a bound, whose values do not expire. The runtime is for its clock.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Cache, Smol};
    ///
    /// let cache = Cache::<&str, u32, _>::new(Smol);
    /// assert!(cache.is_empty());
    /// # }
    /// ```
    #[must_use]
    pub fn new(runtime: R) -> Self {
        Self { shelf: Exclusive::new(Shelf::new()), hasher: RandomState::new(), lifetime: None, runtime }
    }

    /// Lets each value expire when `lifetime` has passed since it was put in.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "test-util")] {
    /// use anywake::{Cache, Runtime, test_util::{Simulated, Simulation}};
    /// use std::time::Duration;
    ///
    /// Simulation::new().run(async {
    ///     let cache = Cache::new(Simulated).expiring(Duration::from_secs(60));
    ///     cache.insert("key", 1);
    ///     Simulated.sleep(Duration::from_secs(60)).await;
    ///     assert_eq!(cache.get(&"key"), None);
    /// });
    /// # }
    /// ```
    #[must_use]
    pub fn expiring(self, lifetime: Duration) -> Self {
        Self { lifetime: Some(lifetime), ..self }
    }

    /// Limits the cache to `capacity` values. A value that would be one too many evicts the least recently used value.
    ///
    /// A value is used when it is put in, and each time that a caller gets it. With a bound each use takes time in
    /// proportion to the logarithm of the number of values.
    ///
    /// A value that has expired counts until it is evicted, replaced or [pruned](Cache::prune). A key that is being
    /// loaded does not count until it has its value. With a capacity of zero no value is kept: each caller loads, and the
    /// callers of one key load one after the other.
    ///
    /// A value may be evicted before the tasks that waited for its load have run. Then the next of them loads it again.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Cache, Smol};
    ///
    /// let cache = Cache::new(Smol).bounded(2);
    /// cache.insert("a", 1);
    /// cache.insert("b", 2);
    /// assert_eq!(cache.get(&"a"), Some(1));
    /// cache.insert("c", 3);
    /// assert_eq!(cache.get(&"b"), None, "it was not used for the longest time");
    /// assert_eq!((cache.get(&"a"), cache.get(&"c")), (Some(1), Some(3)));
    /// # }
    /// ```
    #[must_use]
    #[doc(alias("with_capacity", "max_capacity", "maxsize", "lru_cache", "LRU"))]
    pub fn bounded(self, capacity: usize) -> Self {
        let outdated = self.shelf.lock().limit(capacity);
        drop(outdated);
        self
    }
}

impl<K: Eq + Hash + Clone, V: Clone, R: Timer<Instant = Instant>> Cache<K, V, R> {
    /// Returns the value of `key`, if it is there and has not expired. Does not wait for a value that is being loaded.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Cache, Smol};
    ///
    /// let cache = Cache::new(Smol);
    /// cache.insert("key", 1);
    /// assert_eq!(cache.get(&"key"), Some(1));
    /// assert_eq!(cache.get(&"other"), None);
    /// # }
    /// ```
    #[must_use]
    pub fn get(&self, key: &K) -> Option<V> {
        self.get_hashed(self.hasher.hash_one(key), key)
    }

    /// Puts a value in, in place of the value that was there.
    ///
    /// If the key is being loaded, callers that come now get this value, and the load replaces it when it ends. To keep
    /// this value, [`invalidate`](Cache::invalidate) the key first.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Cache, Smol};
    ///
    /// let cache = Cache::new(Smol);
    /// cache.insert("key", 1);
    /// cache.insert("key", 2);
    /// assert_eq!(cache.get(&"key"), Some(2));
    /// # }
    /// ```
    pub fn insert(&self, key: K, value: V) {
        let hash = self.hasher.hash_one(&key);
        let value = self.value(value);
        let mut shelf = self.shelf.lock();
        let outdated = match shelf.store(hash, &value, |slot| slot.key == key) {
            Some(outdated) => outdated,
            None => shelf.add(hash, key, &value),
        };
        drop(shelf);
        drop(outdated);
    }

    /// Returns the value of `key`. If there is none, calls `load`, and returns and stores the value that it returns.
    ///
    /// While one caller loads, other callers with the same key wait, first come first served. Callers with other keys do
    /// not wait.
    ///
    /// # Cancel safety
    ///
    /// If a future that loads is dropped, its load is dropped with it, and the next caller that waits begins another
    /// load. A future that waits only loses its place in the queue.
    ///
    /// # Errors
    ///
    /// The error of `load`. It is not stored: the next caller that waits calls its own `load`.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Cache, Runtime, Smol};
    ///
    /// Smol.block_on(async {
    ///     let cache = Cache::new(Smol);
    ///     assert_eq!(cache.get_or_load("key", async || Err("offline")).await, Err("offline"));
    ///     assert_eq!(cache.get_or_load("key", async || Ok::<_, &str>(1)).await, Ok(1));
    ///     // It is there now, so nothing is loaded.
    ///     assert_eq!(cache.get_or_load("key", async || Err("offline")).await, Ok(1));
    /// });
    /// # }
    /// ```
    #[doc(alias("get_or_init", "get_or_insert_with"))]
    pub async fn get_or_load<F, E>(&self, key: K, load: impl FnOnce() -> F) -> Result<V, E>
    where
        F: Future<Output = Result<V, E>>,
    {
        let hash = self.hasher.hash_one(&key);
        loop {
            if let Some(value) = self.get_hashed(hash, &key) {
                return Ok(value);
            }
            let turn = Turn::begin(self, hash, &key, shelf::gate());
            // If the slot was removed meanwhile, no other task would find a value there.
            let Ok(_loading) = turn.gate().acquire().await else { continue };
            let now = self.now();
            let Some(found) = self.shelf.lock().use_value(hash, now, |slot| turn.is_at(slot)) else {
                continue;
            };
            if let Some(found) = found {
                return Ok(found.value.clone());
            }
            let value = load().await?;
            let loaded = self.value(value.clone());
            // mistake a_load_comes_back_after_an_invalidation: turn.is_at(slot) ~> slot.key == key
            // mistake a_load_leaves_what_was_inserted_meanwhile: turn.is_at(slot) ~>
            //     turn.is_at(slot) && slot.value.is_none()
            let is_here = |slot: &SlotOf<K, V>| turn.is_at(slot);
            let outdated = self.shelf.lock().store(hash, &loaded, is_here);
            drop(outdated);
            return Ok(value);
        }
    }

    /// Forgets the value of `key`, and the value that is being loaded for it.
    ///
    /// A load that began before goes on. Its caller gets the value, and the cache does not store it. Callers that wait for
    /// that load are woken, and the first of them begins another load at once, so no caller but the one that loads gets
    /// a value from before the invalidation. (After Go's `singleflight.Forget`, callers that wait already get that value.)
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Cache, Runtime, Smol};
    ///
    /// Smol.block_on(async {
    ///     let cache = Cache::new(Smol);
    ///     let stale = async || {
    ///         cache.invalidate(&"key"); // It changed while it was being loaded.
    ///         Ok::<_, ()>("stale")
    ///     };
    ///     assert_eq!(cache.get_or_load("key", stale).await, Ok("stale"));
    ///     assert_eq!(cache.get(&"key"), None);
    /// });
    /// # }
    /// ```
    #[doc(alias("forget", "cache_remove"))]
    pub fn invalidate(&self, key: &K) {
        drop(self.take(key));
    }

    /// Forgets all values, and all that are being loaded; see [`invalidate`](Cache::invalidate).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Cache, Smol};
    ///
    /// let cache = Cache::new(Smol);
    /// cache.insert("key", 1);
    /// cache.invalidate_all();
    /// assert!(cache.is_empty());
    /// # }
    /// ```
    #[doc(alias("clear", "cache_clear"))]
    pub fn invalidate_all(&self) {
        let removed = self.shelf.lock().remove_all(|_| true);
        removed.iter().for_each(|slot| _ = slot.gate.close());
    }

    /// Forgets the value of `key`, as [`invalidate`](Cache::invalidate) does, and returns it if it had not expired.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Cache, Smol};
    ///
    /// let cache = Cache::new(Smol);
    /// cache.insert("key", 1);
    /// assert_eq!(cache.remove(&"key"), Some(1));
    /// assert_eq!(cache.remove(&"key"), None);
    /// # }
    /// ```
    pub fn remove(&self, key: &K) -> Option<V> {
        let removed = self.take(key)?.value?.value;
        removed.is_fresh(self.now()).then(|| removed.value.clone())
    }

    /// Forgets all values that have expired. So their memory is free before a caller asks for them.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "test-util")] {
    /// use anywake::{Cache, Runtime, test_util::{Simulated, Simulation}};
    /// use std::time::Duration;
    ///
    /// Simulation::new().run(async {
    ///     let cache = Cache::new(Simulated).expiring(Duration::from_secs(60));
    ///     cache.insert("key", 1);
    ///     Simulated.sleep(Duration::from_secs(60)).await;
    ///     assert_eq!(cache.len(), 1);
    ///     cache.prune();
    ///     assert_eq!(cache.len(), 0);
    /// });
    /// # }
    /// ```
    pub fn prune(&self) {
        let now = self.now();
        let is_fresh =
            |slot: &SlotOf<K, V>| slot.value.as_ref().is_some_and(|stored| stored.value.is_fresh(now));
        // mistake a_stale_slot_in_use_is_pruned: slot.users == 0 && !is_fresh(slot) ~> !is_fresh(slot)
        let pruned = self.shelf.lock().remove_all(|slot| slot.users == 0 && !is_fresh(slot));
        drop(pruned);
    }

    /// Returns how many keys have a value. Values count that have expired and were not [pruned](Cache::prune).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Cache, Smol};
    ///
    /// let cache = Cache::new(Smol);
    /// cache.insert("key", 1);
    /// assert_eq!(cache.len(), 1);
    /// # }
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.shelf.lock().len()
    }

    /// Returns whether no key has a value.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Cache, Smol};
    ///
    /// let cache = Cache::new(Smol);
    /// cache.insert("key", 1);
    /// assert!(!cache.is_empty());
    /// # }
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn get_hashed(&self, hash: u64, key: &K) -> Option<V> {
        let now = self.now();
        let value = self.shelf.lock().use_value(hash, now, |slot| slot.key == *key)??;
        Some(value.value.clone())
    }

    /// Removes a slot. The tasks that wait there begin anew.
    fn take(&self, key: &K) -> Option<SlotOf<K, V>> {
        let hash = self.hasher.hash_one(key);
        let removed = self.shelf.lock().remove(hash, |slot| slot.key == *key)?;
        // mistake an_invalidation_does_not_reach_who_waits: removed.gate.close(); ~>
        removed.gate.close();
        Some(removed)
    }

    fn value(&self, value: V) -> Arc<Value<V>> {
        let until = self.lifetime.zip(self.now()).and_then(|(lifetime, now)| now.checked_add(lifetime));
        Arc::new(Value { value, until })
    }

    /// The time, if any value expires.
    fn now(&self) -> Option<Instant> {
        self.lifetime.map(|_| self.runtime.now())
    }
}

impl<K, V, R> Keyed for Cache<K, V, R> {
    type Key = K;
    type Gate = Semaphore;
    type Value = Stored<V>;

    fn with_slots<O>(&self, change: impl FnOnce(&mut Slots<K, Semaphore, Stored<V>>) -> O) -> O {
        change(self.shelf.lock().slots())
    }
}

impl<K, V, R> fmt::Debug for Cache<K, V, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Before the caller's formatter runs.
        let keys = self.shelf.lock().slots().len();
        f.debug_struct("Cache").field("keys", &keys).finish_non_exhaustive()
    }
}
