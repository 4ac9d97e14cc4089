//! What keys can do to a `KeyedLock`, when they are hashed, compared, cloned and dropped.

use core::hash::{BuildHasherDefault, Hash, Hasher};
use core::sync::atomic::{AtomicBool, Ordering};
use std::hash::DefaultHasher;
use std::sync::{Mutex, OnceLock, PoisonError};

use anywake::test_util::Probe;
use anywake::{KeyedLock, assert_pending, assert_ready};

use crate::support::{finishes, panic_of};

#[test]
fn keys_with_one_hash_have_different_locks() {
    #[derive(Clone, PartialEq, Eq)]
    struct Same(u8);
    impl Hash for Same {
        fn hash<H: Hasher>(&self, _: &mut H) {}
    }
    let locks = KeyedLock::new();
    let guards: Vec<_> = (0..4).map(|n| locks.try_lock(Same(n)).unwrap()).collect();
    assert_eq!(locks.len(), 4);
    assert!((0..4).all(|n| locks.try_lock(Same(n)).is_none()));
    drop(guards);
    assert!(locks.is_empty());
}

/// A key that looks at its `KeyedLock`, and locks another key of it, whenever it is hashed, cloned and dropped.
struct Nosy(u8);

static NOSY: OnceLock<KeyedLock<Nosy>> = OnceLock::new();
static LOOKS: AtomicBool = AtomicBool::new(true);

impl Nosy {
    fn look() {
        let locks = NOSY.get().unwrap();
        assert!(locks.len() < 9);
        if LOOKS.swap(false, Ordering::Relaxed) {
            drop(locks.try_lock(Self(9)));
            LOOKS.store(true, Ordering::Relaxed);
        }
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
fn keys_that_use_their_locks_do_not_deadlock() {
    finishes(|| {
        let locks = NOSY.get_or_init(KeyedLock::new);
        let guard = locks.try_lock(Nosy(1)).unwrap();
        let mut waits = Probe::new(locks.lock(Nosy(1)));
        assert_pending!(waits.poll());
        let mut dropped = Probe::new(locks.lock(Nosy(1)));
        assert_pending!(dropped.poll());
        assert!(locks.try_lock(Nosy(1)).is_none());
        drop(dropped);
        drop(guard);
        drop(assert_ready!(waits.poll()));
        assert!(locks.is_empty());
    });
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Deed {
    Hash,
    Compare,
    Clone,
    Drop,
}

/// What a `Bad` key does next that panics.
static NEXT: Mutex<Option<Deed>> = Mutex::new(None);

#[derive(Debug)]
struct Bad;

impl Bad {
    fn does(deed: Deed) {
        let mut next = NEXT.lock().unwrap_or_else(PoisonError::into_inner);
        if *next == Some(deed) {
            *next = None;
            drop(next);
            panic!("{deed:?}");
        }
    }
}

impl PartialEq for Bad {
    fn eq(&self, _: &Self) -> bool {
        Self::does(Deed::Compare);
        true
    }
}

impl Eq for Bad {}

impl Hash for Bad {
    fn hash<H: Hasher>(&self, _: &mut H) {
        Self::does(Deed::Hash);
    }
}

impl Clone for Bad {
    fn clone(&self) -> Self {
        Self::does(Deed::Clone);
        Self
    }
}

impl Drop for Bad {
    fn drop(&mut self) {
        Self::does(Deed::Drop);
    }
}

#[test]
fn key_that_panics_leaves_its_locks_usable() {
    finishes(|| {
        let locks = KeyedLock::new();
        for deed in [Deed::Hash, Deed::Compare, Deed::Clone, Deed::Drop] {
            let guard = locks.try_lock(Bad).unwrap();
            let panics = || *NEXT.lock().unwrap_or_else(PoisonError::into_inner) = Some(deed);
            panics();
            assert_eq!(panic_of(|| drop(locks.try_lock(Bad))), format!("{deed:?}"));
            let mut waits = Probe::new(locks.lock(Bad));
            panics();
            // The first key that is dropped is the clone that was not needed.
            assert_eq!(panic_of(|| drop(waits.poll())), format!("{deed:?}"));
            assert_eq!(
                panic_of(|| drop(waits.poll())),
                "a wait for a `KeyedLock` was polled after it had completed"
            );
            assert_eq!(locks.len(), 1, "{deed:?}");
            drop(guard);
            assert!(locks.is_empty(), "{deed:?}");
        }
        // The key of the last user: its guard, and its slot, are gone all the same.
        let guard = locks.try_lock(Bad).unwrap();
        *NEXT.lock().unwrap_or_else(PoisonError::into_inner) = Some(Deed::Drop);
        assert_eq!(panic_of(|| drop(guard)), "Drop");
        assert!(locks.is_empty());
        drop(locks.try_lock(Bad).unwrap());
    });
}

static COMPARED: KeyedLock<Compared, BuildHasherDefault<DefaultHasher>> =
    KeyedLock::with_hasher(BuildHasherDefault::new());

/// A key that looks at its `KeyedLock` when it is compared.
#[derive(Clone)]
struct Compared;

impl Hash for Compared {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl Eq for Compared {}

impl PartialEq for Compared {
    fn eq(&self, _: &Self) -> bool {
        !COMPARED.is_empty()
    }
}

#[test]
fn comparison_of_keys_that_uses_their_locks_is_a_panic_that_says_so() {
    finishes(|| {
        let guard = COMPARED.try_lock(Compared).unwrap();
        let message = panic_of(|| drop(COMPARED.try_lock(Compared)));
        assert_eq!(message, "a comparison or a hash uses the collection that it is made for");
        drop(guard);
        assert!(COMPARED.is_empty());
    });
}
