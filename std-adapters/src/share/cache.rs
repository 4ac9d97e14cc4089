//! [`Cache`]: values that are loaded once, however many ask.
//!
//! Each key has a slot with a lock of its own. The holder of the lock loads; the others wait for it, and then find the
//! value, or load themselves if there is none: because the load failed, or because its task was dropped. So no loader is
//! special, and none is waited for in vain.
//!
//! A removed slot never comes back to the map. A task that loads there keeps its value for itself, and the tasks that
//! wait there begin anew. So a value that was loaded before a removal does not come back after it.
//!
//! Under the mutex keys are compared, and no other code of the caller runs: hashes are computed before, and keys and
//! values are cloned and dropped outside.

use core::fmt;
use core::future::Future;
use core::hash::{BuildHasher, Hash};
use core::mem;
use core::time::Duration;
use std::collections::HashMap;
use std::hash::RandomState;
use std::sync::Arc;
use std::time::Instant;

use anywake_core::Lock;

use super::exclusive::Exclusive;
use crate::runtime::Runtime;

/// A cache for tasks: one load per key at a time, and values that expire.
///
/// Values are cloned out of it; large ones belong in an `Arc`.
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
    slots: Exclusive<Slots<K, V>>,
    hasher: RandomState,
    lifetime: Option<Duration>,
    runtime: R,
}

/// What the cache knows of a key.
struct Slot<K, V> {
    key: K,
    /// Held by the task that loads. It also tells this slot from a later one for the same key.
    loading: Arc<Lock<()>>,
    /// How many tasks load, or wait for a load.
    users: usize,
    /// Behind an `Arc`, so that it is cloned and dropped outside of the mutex.
    value: Option<Arc<Value<V>>>,
}

struct Value<V> {
    value: V,
    until: Option<Instant>,
}

impl<V> Value<V> {
    fn is_fresh(&self, now: Instant) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

impl<K, V, R: Runtime> Cache<K, V, R> {
    /// An empty cache whose values do not expire; the runtime is for its clock.
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
        let slots = Exclusive::new(Slots(HashMap::new()));
        Self { slots, hasher: RandomState::new(), lifetime: None, runtime }
    }

    /// Lets each value expire when `lifetime` has passed since it was put in.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{Cache, Runtime, test_util::{Simulated, Simulation}};
    /// use std::time::Duration;
    ///
    /// Simulation::new().run(async {
    ///     let cache = Cache::new(Simulated).expiring(Duration::from_secs(60));
    ///     cache.insert("key", 1);
    ///     Simulated.sleep(Duration::from_secs(60)).await;
    ///     assert_eq!(cache.get(&"key"), None);
    /// });
    /// ```
    #[must_use]
    pub fn expiring(self, lifetime: Duration) -> Self {
        Self { lifetime: Some(lifetime), ..self }
    }
}

impl<K: Eq + Hash + Clone, V: Clone, R: Runtime> Cache<K, V, R> {
    /// The value of `key`, if it is there and has not expired; does not wait for one that is being loaded.
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
        let hash = self.hasher.hash_one(key);
        let value = self.slots.lock().find(hash, |slot| slot.key == *key)?.value.clone();
        self.fresh(value)
    }

    /// Puts a value in, in place of the one that was there.
    ///
    /// A load that is going on will replace it. To keep `value` all the same, [`remove`](Cache::remove) the key first.
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
        let value = Some(self.value(value));
        let hash = self.hasher.hash_one(&key);
        let mut slots = self.slots.lock();
        let replaced = match slots.find(hash, |slot| slot.key == key) {
            Some(slot) => mem::replace(&mut slot.value, value),
            None => {
                slots.add(hash, Slot { key, loading: Arc::default(), users: 0, value });
                return;
            }
        };
        drop(slots);
        drop(replaced);
    }

    /// The value of `key`; if there is none, what `load` makes of it.
    ///
    /// While one caller loads, others who ask for the same key wait; those who ask for other keys do not.
    ///
    /// # Cancel safety
    ///
    /// If the one who loads is dropped, so is its load, and the next one who waits begins another.
    ///
    /// # Errors
    ///
    /// That of `load`. It is not kept: of those who wait the next one tries again.
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
        loop {
            let turn = self.turn(&key);
            let _loading = turn.loading.lock().await;
            // The slot was removed meanwhile. Nobody would find a value there.
            let Some(value) = turn.slot(|slot| slot.value.clone()) else { continue };
            if let Some(value) = self.fresh(value) {
                return Ok(value);
            }
            let value = load().await?;
            // What it replaces, or the value itself if the slot was removed, is dropped outside of the mutex.
            let mut loaded = Some(self.value(value.clone()));
            // mistake a_load_leaves_what_was_inserted_meanwhile: turn.slot(|slot| mem::swap(&mut slot.value, &mut loaded)); ~>
            //     turn.slot(|slot| if slot.value.is_none() { mem::swap(&mut slot.value, &mut loaded) });
            turn.slot(|slot| mem::swap(&mut slot.value, &mut loaded));
            return Ok(value);
        }
    }

    /// Forgets the value of `key`, and returns it if it had not expired.
    ///
    /// A load that began before does not bring the value back: its caller gets the value, the cache does not. Callers that
    /// wait for that load begin another one when it ends. Callers that come later begin one at once.
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
    ///         cache.remove(&"key"); // It changed while it was being loaded.
    ///         Ok::<_, ()>("stale")
    ///     };
    ///     assert_eq!(cache.get_or_load("key", stale).await, Ok("stale"));
    ///     assert_eq!(cache.get(&"key"), None);
    /// });
    /// # }
    /// ```
    pub fn remove(&self, key: &K) -> Option<V> {
        let hash = self.hasher.hash_one(key);
        let removed = self.slots.lock().take(hash, |slot| slot.key == *key)?;
        self.fresh(removed.value)
    }

    /// Forgets all values that have expired, so that their memory is free before somebody asks for them.
    ///
    /// # Examples
    ///
    /// ```
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
    /// ```
    pub fn prune(&self) {
        let now = self.runtime.now();
        let is_fresh = |slot: &Slot<K, V>| slot.value.as_ref().is_some_and(|value| value.is_fresh(now));
        // mistake a_stale_slot_in_use_is_pruned: slot.users == 0 && !is_fresh(slot) ~> !is_fresh(slot)
        let pruned = self.slots.lock().take_all(|slot| slot.users == 0 && !is_fresh(slot));
        drop(pruned);
    }

    /// How many keys have a value, those that have expired and were not pruned among them.
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
        self.slots.lock().iter().filter(|slot| slot.value.is_some()).count()
    }

    /// Whether no key has a value.
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

    fn value(&self, value: V) -> Arc<Value<V>> {
        let until = self.lifetime.and_then(|lifetime| self.runtime.now().checked_add(lifetime));
        Arc::new(Value { value, until })
    }

    fn fresh(&self, value: Option<Arc<Value<V>>>) -> Option<V> {
        let value = value?;
        value.is_fresh(self.runtime.now()).then(|| value.value.clone())
    }

    /// A turn at the slot of the key, which is made if there is none.
    fn turn(&self, key: &K) -> Turn<'_, K, V, R> {
        let hash = self.hasher.hash_one(key);
        let new = Slot { key: key.clone(), loading: Arc::default(), users: 1, value: None };
        let loading = Arc::clone(&new.loading);
        let mut slots = self.slots.lock();
        let loading = match slots.find(hash, |slot| slot.key == *key) {
            Some(slot) => {
                // mistake users_of_a_slot_are_not_counted: slot.users += 1; ~>
                slot.users += 1;
                Arc::clone(&slot.loading)
            }
            None => {
                slots.add(hash, new);
                loading
            }
        };
        Turn { cache: self, hash, loading }
    }
}

/// The slots by the hashes of their keys; hardly ever do two have the same.
struct Slots<K, V>(HashMap<u64, Vec<Slot<K, V>>>);

impl<K, V> Slots<K, V> {
    fn find(&mut self, hash: u64, is_it: impl Fn(&Slot<K, V>) -> bool) -> Option<&mut Slot<K, V>> {
        self.0.get_mut(&hash)?.iter_mut().find(|slot| is_it(slot))
    }

    fn add(&mut self, hash: u64, slot: Slot<K, V>) {
        self.0.entry(hash).or_default().push(slot);
    }

    fn take(&mut self, hash: u64, is_it: impl Fn(&Slot<K, V>) -> bool) -> Option<Slot<K, V>> {
        let slots = self.0.get_mut(&hash)?;
        let slot = slots.iter().position(is_it).map(|index| slots.swap_remove(index));
        if slots.is_empty() {
            self.0.remove(&hash);
        }
        slot
    }

    fn take_all(&mut self, is_one: impl Fn(&Slot<K, V>) -> bool) -> Vec<Slot<K, V>> {
        let mut taken = Vec::new();
        self.0.retain(|_, slots| {
            while let Some(index) = slots.iter().position(&is_one) {
                taken.push(slots.swap_remove(index));
            }
            !slots.is_empty()
        });
        taken
    }

    fn iter(&self) -> impl Iterator<Item = &Slot<K, V>> {
        self.0.values().flatten()
    }
}

/// A use of a slot, which does not stay behind without a value.
struct Turn<'a, K, V, R> {
    cache: &'a Cache<K, V, R>,
    hash: u64,
    loading: Arc<Lock<()>>,
}

impl<K, V, R> Turn<'_, K, V, R> {
    fn is_at(&self, slot: &Slot<K, V>) -> bool {
        Arc::ptr_eq(&slot.loading, &self.loading)
    }

    /// What `look` makes of the slot, unless the slot was removed.
    fn slot<O>(&self, look: impl FnOnce(&mut Slot<K, V>) -> O) -> Option<O> {
        self.cache.slots.lock().find(self.hash, |slot| self.is_at(slot)).map(look)
    }
}

impl<K, V, R> Drop for Turn<'_, K, V, R> {
    fn drop(&mut self) {
        let mut slots = self.cache.slots.lock();
        let Some(slot) = slots.find(self.hash, |slot| self.is_at(slot)) else { return };
        slot.users -= 1;
        // mistake a_slot_in_use_is_removed: slot.users == 0 && slot.value.is_none() ~> slot.value.is_none()
        let unused = slot.users == 0 && slot.value.is_none();
        let removed = if unused { slots.take(self.hash, |slot| self.is_at(slot)) } else { None };
        drop(slots);
        drop(removed);
    }
}

impl<K, V, R> fmt::Debug for Cache<K, V, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Before the caller's formatter runs.
        let keys = self.slots.lock().iter().count();
        f.debug_struct("Cache").field("keys", &keys).finish_non_exhaustive()
    }
}
