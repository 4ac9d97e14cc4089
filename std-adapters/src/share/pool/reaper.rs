//! The retirement of connections that are idle for too long, or too old.
//!
//! A task, the reaper, is there while an idle connection has a limit. It sleeps until the first of them is due.

use core::time::Duration;
use std::sync::{Arc, Weak};
use std::time::Instant;

use super::idle::State;
use super::record::Event;
use super::{Manager, Shared};
use crate::runtime::Runtime;
use crate::wait::Wait as _;

/// The pause before the reaper looks again for a connection that is due, but was promised to a checkout.
const PROMISED: Duration = Duration::from_secs(1);

impl<M: Manager, R: Runtime> Shared<M, R> {
    /// Sees to it that the reaper looks in time.
    pub(super) fn mind_the_reaper(self: &Arc<Self>) {
        let mut state = self.state();
        let Some((due, _)) = self.first_due(&state) else { return };
        let planned = state.reaping;
        state.reaping = Some(planned.map_or(due, |planned| planned.min(due)));
        drop(state);
        match planned {
            None => drop(self.runtime.spawn(Reaper { pool: Arc::downgrade(self), ended: false }.run())),
            Some(planned) if due < planned => self.news.set(),
            Some(_) => {}
        }
    }

    /// The place of the idle connection that is due first, and when; those that `min_idle` protects only for their age.
    fn first_due(&self, state: &State<M, R>) -> Option<(Instant, usize)> {
        let config = &self.config;
        if state.closed || config.max_age.is_none() && config.idle_timeout.is_none() {
            return None;
        }
        let beyond = state.idle.len().saturating_sub(config.min_idle);
        let due = state.idle.iter().enumerate().filter_map(|(place, held)| {
            let of_age = config.max_age.and_then(|age| held.made.checked_add(age));
            let idle = config.idle_timeout.filter(|_| place < beyond);
            let of_idleness = idle.and_then(|limit| held.since.checked_add(limit));
            Some((of_age.into_iter().chain(of_idleness).min()?, place))
        });
        due.min()
    }

    /// Retires all that are due. Returns the pause until the next one is, or `None` if the reaper is to end.
    fn reap(self: &Arc<Self>) -> Option<Duration> {
        loop {
            let now = self.runtime.now();
            let mut state = self.state();
            state.reaping = self.first_due(&state).map(|(due, _)| due);
            let rest = state.reaping?.saturating_duration_since(now);
            drop(state);
            if rest > Duration::ZERO {
                return Some(rest);
            }
            if !self.retire_first() {
                return Some(PROMISED);
            }
        }
    }

    /// Retires the connection that is due first. `false` if all that are there were promised to checkouts.
    fn retire_first(self: &Arc<Self>) -> bool {
        // With its permit: so each permit that is out finds a connection.
        let Ok(permit) = self.ready.try_acquire() else { return false };
        let now = self.runtime.now();
        let mut state = self.state();
        let due = self.first_due(&state).filter(|&(due, _)| due <= now);
        let Some(held) = due.and_then(|(_, place)| state.idle.remove(place)) else { return true };
        drop(state);
        permit.forget();
        self.record(if self.is_too_old(&held) { Event::Recycled } else { Event::Retired });
        self.retire(held);
        true
    }
}

struct Reaper<M: Manager, R: Runtime> {
    /// It does not keep the pool.
    pool: Weak<Shared<M, R>>,
    ended: bool,
}

impl<M: Manager, R: Runtime> Reaper<M, R> {
    async fn run(mut self) {
        while let Some(shared) = self.pool.upgrade() {
            let news = Arc::clone(&shared.news);
            news.clear();
            let Some(pause) = shared.reap() else {
                self.ended = true;
                return;
            };
            let sleep = shared.runtime.sleep(pause);
            drop(shared);
            // The news are that the pool is gone or closed, or that another connection is due earlier.
            _ = news.wait().until(sleep).await;
        }
    }
}

impl<M: Manager, R: Runtime> Drop for Reaper<M, R> {
    /// If its runtime has ended, the next connection that comes back gets another one.
    fn drop(&mut self) {
        if let (false, Some(shared)) = (self.ended, self.pool.upgrade()) {
            shared.state().reaping = None;
        }
    }
}
