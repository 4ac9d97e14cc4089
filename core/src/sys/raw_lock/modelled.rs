//! The engine's own mutex: a thread that spins has no bound that a model could explore. The spin lock has models of its own.

use crate::sys::engine::sync::{Mutex, MutexGuard};

/// The lock of a wait queue.
#[derive(Debug)]
pub(crate) struct RawLock {
    mutex: Mutex<()>,
}

/// Proof that the lock is held; releases it when dropped.
#[derive(Debug)]
pub(crate) struct RawGuard<'a> {
    _held: MutexGuard<'a, ()>,
}

impl RawLock {
    pub(crate) fn new() -> Self {
        Self { mutex: Mutex::new(()) }
    }

    pub(crate) fn lock(&self) -> RawGuard<'_> {
        // A model that panics poisons its mutex; the destructors that follow must not panic again.
        RawGuard { _held: self.mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) }
    }
}
