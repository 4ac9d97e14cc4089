//! What the mutex of a queue guards: the items, and how much of the work is done.
//!
//! # Invariants, outside the mutex
//! 1. Free places + items = capacity. A place is free while its permit is in `room`, or held by a `push`.
//! 2. Each item has one permit of `ready`, released when the item is in. A granted permit is a promise of *an* item: the
//!    one that comes next when the `pop` runs.
//! 3. `ready` is closed once the queue is [over](State::is_over) or discards. Until then a promise may be given up, and
//!    its item goes to another waiter.
//! 4. No waiter is woken under the mutex, or before the state is whole: a waker may panic, or come back to the queue.

use std::sync::Arc;

use anywake_core::Event;

use super::Order;

/// What the mutex guards.
pub(super) struct State<O> {
    pub(super) items: O,
    pub(super) unfinished: usize,
    /// Set when nothing is unfinished, for the joins that wait then. The first of them makes it.
    pub(super) finished: Option<Arc<Event>>,
    pub(super) gate: Gate,
    /// How many permits of `ready` are left from items that were discarded.
    pub(super) discarded: usize,
}

/// How far a queue is closed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Gate {
    Open,
    /// No item enters. Items that are there may be taken.
    Draining,
    /// No item enters. Items that are there and not promised are dropped. `ready` was closed before.
    Discarding,
}

impl<O: Order> State<O> {
    pub(super) fn new() -> Self {
        Self { items: O::default(), unfinished: 0, finished: None, gate: Gate::Open, discarded: 0 }
    }

    /// Returns whether no item will be promised again.
    pub(super) fn is_over(&self) -> bool {
        self.gate != Gate::Open && self.items.count() == 0
    }
}
