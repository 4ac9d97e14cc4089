//! [`Cache`]: values that are loaded once, however many ask.
//!
//! Each key has an entry with a lock of its own. Whoever holds it loads; the others wait for the lock, and then find
//! the value, or load themselves if there is none: because the load failed, or because its task went away. So no
//! loader is special, and none is waited for in vain.

use core::fmt;
use core::future::Future;
use core::hash::Hash;
use core::time::Duration;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use anywake_core::Lock;

use crate::runtime::Runtime;

/// A cache for tasks: one load per key at a time, and values that expire.
///
/// Values are cloned out of it; large ones belong in an `Arc`.
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
    entries: Mutex<HashMap<K, Arc<Entry<V>>>>,
    lifetime: Option<Duration>,
    runtime: R,
}

struct Entry<V> {
    /// Held by the one who loads.
    loading: Lock<()>,
    /// Behind an `Arc`, so that it is cloned and dropped outside of the lock.
    value: Mutex<Option<Arc<Value<V>>>>,
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
        Self { entries: Mutex::default(), lifetime: None, runtime }
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
        let entry = Arc::clone(self.entries().get(key)?);
        self.fresh(&entry)
    }

    /// Puts a value in, in place of the one that was there. A load that is going on will replace it.
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
        let entry = self.entry(key);
        self.store(&entry, value);
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
        let entry = Tidied { cache: self, entry: self.entry(key.clone()), key };
        let _loading = entry.entry.loading.lock().await;
        if let Some(value) = self.fresh(&entry.entry) {
            return Ok(value);
        }
        let value = load().await?;
        self.store(&entry.entry, value.clone());
        Ok(value)
    }

    /// Forgets the value of `key`, and returns it if it had not expired.
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
    /// assert_eq!(cache.get(&"key"), None);
    /// # }
    /// ```
    pub fn remove(&self, key: &K) -> Option<V> {
        let entry = Arc::clone(self.entries().get(key)?);
        let value = self.fresh(&entry);
        let removed = entry.value().take();
        drop(removed);
        self.tidy(key, &entry);
        value
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
        let mut pruned = Vec::new();
        self.entries().retain(|_, entry| {
            let fresh = entry.value().as_ref().is_some_and(|value| value.is_fresh(now));
            let used = Arc::strong_count(entry) > 1;
            if !fresh && !used {
                pruned.push(Arc::clone(entry));
            }
            fresh || used
        });
        // The values are dropped here, not under the lock.
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
        self.entries().values().filter(|entry| entry.value().is_some()).count()
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

    fn entry(&self, key: K) -> Arc<Entry<V>> {
        let empty = || Arc::new(Entry { loading: Lock::new(()), value: Mutex::new(None) });
        Arc::clone(self.entries().entry(key).or_insert_with(empty))
    }

    fn fresh(&self, entry: &Entry<V>) -> Option<V> {
        let value = entry.value().clone()?;
        value.is_fresh(self.runtime.now()).then(|| value.value.clone())
    }

    fn store(&self, entry: &Entry<V>, value: V) {
        let until = self.lifetime.and_then(|lifetime| self.runtime.now().checked_add(lifetime));
        let replaced = entry.value().replace(Arc::new(Value { value, until }));
        drop(replaced);
    }
}

impl<K: Eq + Hash, V, R> Cache<K, V, R> {
    /// Removes an entry that has no value, unless somebody else is at it.
    fn tidy(&self, key: &K, entry: &Arc<Entry<V>>) {
        let mut entries = self.entries();
        // Two: the map's own, and the caller's. It can only grow under the lock.
        let unused = Arc::strong_count(entry) == 2 && entry.value().is_none();
        let removed = if unused { entries.remove_entry(key) } else { None };
        drop(entries);
        drop(removed);
    }
}

impl<K, V, R> Cache<K, V, R> {
    fn entries(&self) -> MutexGuard<'_, HashMap<K, Arc<Entry<V>>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<V> Entry<V> {
    fn value(&self) -> MutexGuard<'_, Option<Arc<Value<V>>>> {
        self.value.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An entry in use, which does not stay behind empty.
struct Tidied<'a, K: Eq + Hash, V, R> {
    cache: &'a Cache<K, V, R>,
    entry: Arc<Entry<V>>,
    key: K,
}

impl<K: Eq + Hash, V, R> Drop for Tidied<'_, K, V, R> {
    fn drop(&mut self) {
        self.cache.tidy(&self.key, &self.entry);
    }
}

impl<K, V, R> fmt::Debug for Cache<K, V, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").field("keys", &self.entries().len()).finish_non_exhaustive()
    }
}
