//! What happens in a pool: counted, and reported to `tracing` on request.

use core::fmt;
use core::sync::atomic::{AtomicU64, Ordering};

use super::PoolError;

/// The numbers of connections of a [`Pool`](super::Pool) now, and counts of what has happened in it so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolStats {
    /// How many connections there may be.
    pub size: usize,
    /// How many connections are idle.
    pub idle: usize,
    /// How many connections are in use, or being made, checked or closed.
    pub in_use: usize,
    /// How many tasks wait for a connection.
    pub waiting: usize,
    /// Checkouts that got a connection.
    pub checkouts: u64,
    /// Checkouts that got a connection that had been used before.
    pub reused: u64,
    /// Checkouts that ended with an error.
    pub failed: u64,
    /// Connections that were made.
    pub connected: u64,
    /// Attempts to connect that failed or took too long.
    pub not_connected: u64,
    /// Connections that were found to be broken, by a check or by their user.
    pub broken: u64,
    /// Connections that were replaced for their age.
    pub recycled: u64,
    /// Connections that were closed because they were idle for too long, or too many were.
    pub retired: u64,
    /// Connections that were closed, for any reason.
    pub closed: u64,
    /// Connections that were dropped without being closed: [`Manager::close`](super::Manager::close) took too long or
    /// panicked, or the runtime ended.
    pub not_closed: u64,
}

#[cfg_attr(not(feature = "tracing"), expect(dead_code, reason = "only `tracing` is told the details"))]
pub(super) enum Event<'a, E> {
    CheckedOut {
        reused: bool,
    },
    NotCheckedOut {
        error: &'a PoolError<E>,
    },
    Connected {
        attempt: u32,
    },
    NotConnected {
        attempt: u32,
        error: &'a PoolError<E>,
    },
    /// The error is that of the check; there is none if its user said so.
    Broken {
        error: Option<&'a PoolError<E>>,
    },
    Recycled,
    Retired,
    Returned,
    Closed,
    NotClosed,
}

#[derive(Default)]
pub(super) struct Counters {
    checkouts: AtomicU64,
    reused: AtomicU64,
    failed: AtomicU64,
    connected: AtomicU64,
    not_connected: AtomicU64,
    broken: AtomicU64,
    recycled: AtomicU64,
    retired: AtomicU64,
    closed: AtomicU64,
    not_closed: AtomicU64,
}

impl Counters {
    pub(super) fn record<E: fmt::Display>(&self, event: Event<'_, E>) {
        tell(&event);
        match event {
            Event::CheckedOut { reused } => {
                count(&self.checkouts);
                if reused {
                    count(&self.reused);
                }
            }
            Event::NotCheckedOut { .. } => count(&self.failed),
            Event::Connected { .. } => count(&self.connected),
            Event::NotConnected { .. } => count(&self.not_connected),
            Event::Broken { .. } => count(&self.broken),
            Event::Recycled => count(&self.recycled),
            Event::Retired => count(&self.retired),
            Event::Returned => {}
            Event::Closed => count(&self.closed),
            Event::NotClosed => count(&self.not_closed),
        }
    }

    pub(super) fn read(&self, size: usize, idle: usize, in_use: usize, waiting: usize) -> PoolStats {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        PoolStats {
            size,
            idle,
            in_use,
            waiting,
            checkouts: read(&self.checkouts),
            reused: read(&self.reused),
            failed: read(&self.failed),
            connected: read(&self.connected),
            not_connected: read(&self.not_connected),
            broken: read(&self.broken),
            recycled: read(&self.recycled),
            retired: read(&self.retired),
            closed: read(&self.closed),
            not_closed: read(&self.not_closed),
        }
    }
}

/// Ordering: Relaxed, as the counters say nothing about each other or anything else.
fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

#[cfg(not(feature = "tracing"))]
fn tell<E>(_: &Event<'_, E>) {}

#[cfg(feature = "tracing")]
fn tell<E: fmt::Display>(event: &Event<'_, E>) {
    use tracing::{debug, trace, warn};
    const TARGET: &str = "anywake::pool";
    match event {
        Event::CheckedOut { reused } => trace!(target: TARGET, reused, "checked out"),
        Event::NotCheckedOut { error } => warn!(target: TARGET, %error, "not checked out"),
        Event::Connected { attempt } => debug!(target: TARGET, attempt, "connected"),
        Event::NotConnected { attempt, error } => warn!(target: TARGET, attempt, %error, "not connected"),
        Event::Broken { error: Some(error) } => warn!(target: TARGET, %error, "broken"),
        Event::Broken { error: None } => warn!(target: TARGET, "discarded"),
        Event::Recycled => debug!(target: TARGET, "too old"),
        Event::Retired => debug!(target: TARGET, "not needed"),
        Event::Returned => trace!(target: TARGET, "returned"),
        Event::Closed => debug!(target: TARGET, "closed"),
        Event::NotClosed => warn!(target: TARGET, "dropped without being closed"),
    }
}
