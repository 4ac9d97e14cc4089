//! The connections that no task uses, and how they are put there and taken.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Instant;

use anywake_core::Permit;

use super::attempt::Entry;
use super::record::Event;
use super::{Manager, Pooled, Shared, Slot};
use crate::runtime::Runtime;
use crate::task::Task;

/// A connection with the right to exist, on its way from one user to the next.
pub(super) struct Held<C> {
    /// Before the slot: that is free when the connection is gone.
    pub(super) connection: C,
    pub(super) slot: Slot,
    pub(super) made: Instant,
    /// When it was used last.
    pub(super) since: Instant,
}

/// What changes in a pool. No user code runs while it is locked.
pub(super) struct State<M: Manager, R: Runtime> {
    /// For good.
    pub(super) closed: bool,
    /// The connection that was used last is at the back.
    pub(super) idle: VecDeque<Held<M::Connection>>,
    /// The attempts to connect that are under way.
    pub(super) attempts: BTreeMap<u64, Entry<M, R>>,
    pub(super) last_attempt: u64,
    /// When the reaper looks next, if there is one.
    pub(super) reaping: Option<Instant>,
}

impl<M: Manager, R: Runtime> State<M, R> {
    pub(super) fn new() -> Self {
        Self {
            closed: false,
            idle: VecDeque::new(),
            attempts: BTreeMap::new(),
            last_attempt: 0,
            reaping: None,
        }
    }
}

impl<M: Manager, R: Runtime> Shared<M, R> {
    pub(super) fn state(&self) -> MutexGuard<'_, State<M, R>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The connection that was used last, for a permit of `ready`. `None` if the pool was closed meanwhile.
    pub(super) fn take(self: &Arc<Self>, permit: Permit<'_>) -> Option<Pooled<M, R>> {
        permit.forget();
        let held = self.state().idle.pop_back()?;
        Some(Pooled::idle(self, held))
    }

    /// All connections that are idle and not promised to a checkout. The connection that was used last is at the end.
    pub(super) fn take_all(self: &Arc<Self>) -> Vec<Pooled<M, R>> {
        let mut all = Vec::new();
        while let Ok(permit) = self.ready.try_acquire() {
            permit.forget();
            let Some(held) = self.state().idle.pop_front() else { break };
            all.push(Pooled::idle(self, held));
        }
        all
    }

    /// Puts a connection where the next checkout finds it, or ends it if the pool does not keep it.
    pub(super) fn give_back(self: &Arc<Self>, held: Held<M::Connection>) {
        let surplus = match self.put(held) {
            Ok(()) => {
                // No checkout waits any more if the pool was closed meanwhile.
                _ = self.ready.release(1);
                return self.mind_the_reaper();
            }
            Err(surplus) => surplus,
        };
        if !surplus.closed {
            let too_old = self.is_too_old(&surplus.held);
            self.record(if too_old { Event::Recycled } else { Event::Retired });
        }
        self.retire(surplus.held);
    }

    fn put(&self, held: Held<M::Connection>) -> Result<(), Surplus<M::Connection>> {
        // Connections that were promised to a checkout are not idle any more.
        let full = self.ready.waiters() == 0 && self.ready.available_permits() >= self.config.most_idle();
        let too_old = self.is_too_old(&held);
        let mut state = self.state();
        if state.closed || full || too_old {
            return Err(Surplus { closed: state.closed, held });
        }
        // At the end, except for one that was only looked at.
        let place = state.idle.partition_point(|other| other.since <= held.since);
        state.idle.insert(place, held);
        Ok(())
    }

    pub(super) fn is_too_old(&self, held: &Held<M::Connection>) -> bool {
        let age = || self.runtime.now().saturating_duration_since(held.made);
        self.config.max_age.is_some_and(|max_age| age() >= max_age)
    }

    /// Closes the pool: no checkout gets a connection from here on. Returns the ends of those that were idle.
    pub(super) fn shut(self: &Arc<Self>) -> Vec<Task<Slot>> {
        let mut state = self.state();
        state.closed = true;
        let idle = core::mem::take(&mut state.idle);
        let attempts = core::mem::take(&mut state.attempts);
        drop(state);
        self.slots.close();
        self.ready.close();
        self.news.set();
        attempts.into_values().for_each(Entry::cancel);
        idle.into_iter().map(|held| self.begin_close(held)).collect()
    }
}

/// A connection that was not put back.
struct Surplus<C> {
    /// Because the pool is closed.
    closed: bool,
    held: Held<C>,
}
