//! The guards of a [`KeyedLock`]. The one that borrows and the one that owns are the same type.

use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::ops::Deref;
use std::hash::RandomState;
use std::sync::Arc;

use anywake_core::lock::OwnedLockGuard;

use super::KeyedLock;
use crate::share::keyed::Turn;

/// A reference to a [`KeyedLock`]: `&KeyedLock<K, S>` or `Arc<KeyedLock<K, S>>`. Sealed.
#[allow(private_bounds, reason = "sealed")]
pub trait KeyedLockHandle:
    Deref<Target = KeyedLock<<Self as KeyedLockHandle>::Key, <Self as KeyedLockHandle>::Hasher>> + Sealed
{
    /// What has a lock.
    type Key;
    /// What makes the hashers of the keys.
    type Hasher;
}

trait Sealed {}

impl<K, S> Sealed for &KeyedLock<K, S> {}
impl<K, S> Sealed for Arc<KeyedLock<K, S>> {}

impl<K, S> KeyedLockHandle for &KeyedLock<K, S> {
    type Key = K;
    type Hasher = S;
}

impl<K, S> KeyedLockHandle for Arc<KeyedLock<K, S>> {
    type Key = K;
    type Hasher = S;
}

/// Ownership of the lock of a key; unlocks when it is dropped.
///
/// A [`KeyedLockGuard`] holds the [`KeyedLock`] by reference, an [`OwnedKeyedLockGuard`] by `Arc`.
#[must_use = "a guard that is dropped at once unlocks at once"]
pub struct KeyedGuard<H: KeyedLockHandle> {
    // Dropped in this order: the lock is passed on before the turn ends, and user code, the key's, comes last.
    _lock: OwnedLockGuard<()>,
    _turn: Turn<H>,
    key: H::Key,
}

/// The guard of [`KeyedLock::lock`].
pub type KeyedLockGuard<'a, K, S = RandomState> = KeyedGuard<&'a KeyedLock<K, S>>;

/// A [`KeyedLockGuard`] that keeps its [`KeyedLock`] alive.
pub type OwnedKeyedLockGuard<K, S = RandomState> = KeyedGuard<Arc<KeyedLock<K, S>>>;

impl<H: KeyedLockHandle> KeyedGuard<H> {
    pub(super) const fn new(lock: OwnedLockGuard<()>, turn: Turn<H>, key: H::Key) -> Self {
        Self { _lock: lock, _turn: turn, key }
    }

    /// The guard, if the lock of the key is free.
    pub(super) fn try_new(locks: H, key: H::Key) -> Option<Self>
    where
        H::Key: Eq + Hash + Clone,
        H::Hasher: BuildHasher,
    {
        let turn = KeyedLock::turn(locks, &key);
        let lock = Arc::clone(turn.gate()).try_lock_owned()?;
        Some(Self::new(lock, turn, key))
    }

    /// Returns the key whose lock this is: the one that the caller asked for.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::KeyedLock;
    ///
    /// let locks = KeyedLock::new();
    /// let guard = locks.try_lock("key").unwrap();
    /// assert_eq!(*guard.key(), "key");
    /// ```
    pub const fn key(&self) -> &H::Key {
        &self.key
    }
}

impl<H: KeyedLockHandle<Key: fmt::Debug>> fmt::Debug for KeyedGuard<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyedGuard").field("key", &self.key).finish_non_exhaustive()
    }
}
