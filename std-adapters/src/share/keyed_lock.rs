//! [`KeyedLock`]: a lock for each key. Its guards and its futures.

use core::borrow::Borrow;
use core::convert::Infallible;
use core::fmt;
use core::hash::{BuildHasher, Hash};
use std::hash::RandomState;
use std::sync::Arc;

use anywake_core::Lock;

use super::exclusive::Exclusive;
use super::keyed::{Keyed, Slots, Turn};

mod guard;
mod wait;

pub use guard::{KeyedGuard, KeyedLockGuard, KeyedLockHandle, OwnedKeyedLockGuard};
pub use wait::{KeyedLockFuture, OwnedKeyedLockFuture};

use wait::KeyedWait;

/// Mutual exclusion for each key: two tasks never hold the lock of the same key at once, and tasks with different keys
/// never wait for each other.
///
/// A key needs no preparation, and its entry goes with its last holder or waiter, whether that one returns, is dropped
/// or panics. So the memory is that of the keys that are in use. The lock of a key is a [`Lock`], without a value: what
/// it protects is elsewhere, such as a row of a table, a file, or the account of a user.
///
/// To load a value once for each key and keep it, use a [`Cache`](crate::Cache).
///
/// A key is cloned once for each call. Keys that are costly to clone belong in an `Arc`.
///
/// # Fairness
///
/// First come, first served for each key, as with [`Lock::new`]. A task that holds the lock of a key and awaits it again
/// waits for itself, for ever. Two tasks that take the locks of two keys in opposite orders wait for each other, for
/// ever; sort the keys to prevent that.
///
/// # A wait that is not polled
///
/// It keeps all others from its key once the lock was handed to it; see [`Lock`](Lock#a-wait-that-is-not-polled).
///
/// # Panics
///
/// If the comparison of two keys uses the `KeyedLock` that they are in, or drops a guard or a future of it. A key may use
/// it when it is hashed, cloned or dropped. A panic of a key leaves the `KeyedLock` usable.
///
/// # Examples
///
/// ```
/// use anywake::{KeyedLock, blocking};
///
/// let accounts = KeyedLock::new();
/// blocking::wait(async {
///     let alice = accounts.lock("alice").await;
///     assert!(accounts.try_lock("alice").is_none());
///     assert!(accounts.try_lock("bob").is_some(), "another key is not locked");
///     drop(alice);
///     assert!(accounts.is_empty(), "no entry stays behind");
/// });
/// ```
#[doc(alias("KeyedMutex", "LockMap", "lock striping"))]
pub struct KeyedLock<K, S = RandomState> {
    slots: Exclusive<Slots<K, Lock<()>, Infallible>>,
    hasher: S,
}

impl<K> KeyedLock<K> {
    /// Returns a lock for each key, none of which is locked.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::KeyedLock;
    ///
    /// let files = KeyedLock::<String>::new();
    /// assert!(files.is_empty());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::with_hasher(RandomState::new())
    }
}

impl<K, S> KeyedLock<K, S> {
    /// As [`new`](KeyedLock::new), with the hasher of the caller. In a `static` this may be a hasher whose keys are
    /// known when the program is compiled.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::KeyedLock;
    /// use std::hash::{BuildHasherDefault, DefaultHasher};
    ///
    /// static USERS: KeyedLock<u64, BuildHasherDefault<DefaultHasher>> =
    ///     KeyedLock::with_hasher(BuildHasherDefault::new());
    ///
    /// let guard = USERS.try_lock(7);
    /// assert!(guard.is_some() && USERS.try_lock(7).is_none());
    /// ```
    #[must_use]
    pub const fn with_hasher(hasher: S) -> Self {
        Self { slots: Exclusive::new(Slots::new()), hasher }
    }

    /// Returns how many keys are held or waited for. A key that is held and waited for counts once.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::KeyedLock;
    ///
    /// let locks = KeyedLock::new();
    /// let guards = [locks.try_lock(1), locks.try_lock(2), locks.try_lock(2)];
    /// assert_eq!(locks.len(), 2);
    /// drop(guards);
    /// assert_eq!(locks.len(), 0);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.lock().len()
    }

    /// Returns whether no key is held or waited for.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::KeyedLock;
    ///
    /// let locks = KeyedLock::new();
    /// let guard = locks.try_lock("key");
    /// assert!(!locks.is_empty());
    /// # drop(guard);
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<K: Eq + Hash + Clone, S: BuildHasher> KeyedLock<K, S> {
    /// Waits until the lock of `key` is the caller's, and returns its guard.
    ///
    /// # Cancel safety
    ///
    /// A future that is dropped gives up its place in the queue. If the lock had been handed to it, the next waiter of
    /// the key gets the lock. If no other task uses the key, its entry goes.
    ///
    /// # Fairness
    ///
    /// See [`KeyedLock`]. The future takes its place in the queue at its first poll.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "test-util")] {
    /// use anywake::{KeyedLock, assert_pending, assert_ready, blocking, test_util::Probe};
    ///
    /// let locks = KeyedLock::new();
    /// let held = blocking::wait(locks.lock("key"));
    /// let mut waits = Probe::new(locks.lock("key"));
    /// assert_pending!(waits.poll());
    /// drop(held);
    /// assert_eq!(*assert_ready!(waits.poll()).key(), "key");
    /// # }
    /// ```
    pub const fn lock(&self, key: K) -> KeyedLockFuture<'_, K, S> {
        KeyedLockFuture::over(KeyedWait::new(self, key))
    }

    /// Takes the lock of `key` if it is free, without waiting. Does not overtake a waiter.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::KeyedLock;
    ///
    /// let locks = KeyedLock::new();
    /// let guard = locks.try_lock("key").expect("it is free");
    /// assert!(locks.try_lock("key").is_none());
    /// # drop(guard);
    /// ```
    #[must_use = "a guard that is dropped at once unlocks at once"]
    pub fn try_lock(&self, key: K) -> Option<KeyedLockGuard<'_, K, S>> {
        KeyedGuard::try_new(self, key)
    }

    /// As [`lock`](Self::lock), but returns a guard that keeps the `KeyedLock` alive and may be sent to other threads.
    ///
    /// # Cancel safety
    ///
    /// As for [`lock`](Self::lock).
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{KeyedLock, blocking};
    /// use std::{sync::Arc, thread};
    ///
    /// let locks = Arc::new(KeyedLock::new());
    /// let guard = blocking::wait(Arc::clone(&locks).lock_owned("key"));
    /// assert!(locks.is_locked("key"));
    /// thread::spawn(move || drop(guard)).join().unwrap();
    /// assert!(!locks.is_locked("key"));
    /// ```
    #[doc(alias = "lock_arc")]
    pub const fn lock_owned(self: Arc<Self>, key: K) -> OwnedKeyedLockFuture<K, S> {
        OwnedKeyedLockFuture::over(KeyedWait::new(self, key))
    }

    /// As [`try_lock`](Self::try_lock), but returns a guard that keeps the `KeyedLock` alive.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::KeyedLock;
    /// use std::sync::Arc;
    ///
    /// let locks = Arc::new(KeyedLock::new());
    /// let guard = Arc::clone(&locks).try_lock_owned("key").expect("it is free");
    /// assert!(locks.try_lock_owned("key").is_none());
    /// # drop(guard);
    /// ```
    #[must_use = "a guard that is dropped at once unlocks at once"]
    #[doc(alias = "try_lock_arc")]
    pub fn try_lock_owned(self: Arc<Self>, key: K) -> Option<OwnedKeyedLockGuard<K, S>> {
        KeyedGuard::try_new(self, key)
    }

    /// Returns whether the lock of `key` is held. Stays true while the lock is handed from its holder to a waiter.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::KeyedLock;
    ///
    /// let files = KeyedLock::new();
    /// let guard = files.try_lock("a.txt".to_owned());
    /// assert!(files.is_locked("a.txt") && !files.is_locked("b.txt"));
    /// # drop(guard);
    /// ```
    #[must_use]
    pub fn is_locked<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        let hash = self.hasher.hash_one(key);
        let mut slots = self.slots.lock();
        slots.find(hash, |slot| slot.key.borrow() == key).is_some_and(|slot| slot.gate.is_locked())
    }

    /// A turn at the lock of the key.
    fn turn<H: KeyedLockHandle<Key = K, Hasher = S>>(locks: H, key: &K) -> Turn<H> {
        let hash = locks.hasher.hash_one(key);
        Turn::begin(locks, hash, key, Lock::new(()))
    }
}

impl<K, S> Keyed for KeyedLock<K, S> {
    type Key = K;
    type Gate = Lock<()>;
    type Value = Infallible;

    fn with_slots<O>(&self, change: impl FnOnce(&mut Slots<K, Lock<()>, Infallible>) -> O) -> O {
        change(&mut self.slots.lock())
    }
}

impl<K, S: Default> Default for KeyedLock<K, S> {
    fn default() -> Self {
        Self::with_hasher(S::default())
    }
}

impl<K, S> fmt::Debug for KeyedLock<K, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Before the caller's formatter runs.
        let keys = self.len();
        f.debug_struct("KeyedLock").field("keys", &keys).finish_non_exhaustive()
    }
}
