//! [`StaticQueue`], [`Queue`], the queues with slack and without a bound, and those in another order: items, waits on both sides, closing, and unfinished work.

mod api;
mod by_key;
mod cancel;
mod close;
mod close_now;
mod fairness;
mod force_push;
mod join;
mod newest;
mod panics;
mod reserve;
mod slack;
mod stream;
mod unbounded;

use core::num::NonZeroU8;
use core::pin::pin;

use anywake_core::{
    CapacityError, Closed, Keyed, LifoQueue, PushError, Queue, StaticPriorityQueue, StaticQueue,
    TaskDoneError, TryPopError, TryPushError,
    queue::{QueueOf, Slots, Storage},
};
use anywake_tests::{
    Call, CountingWaker, Drops, Item, Task, assert_pending, leak, panic_of, queue_up, queued, run_woken,
};
use futures_util::future::FusedFuture;
use futures_util::stream::{FusedStream, StreamExt};

use crate::cost;

/// A full queue with the items `0..N`.
fn full<const N: usize>() -> StaticQueue<usize, N> {
    let queue = StaticQueue::new();
    for item in 0..N {
        queue.try_push(item).unwrap();
    }
    queue
}

/// Pops all items that are available.
fn drain<T, S: Storage<T>>(queue: &QueueOf<T, S>) -> Vec<T> {
    core::iter::from_fn(|| queue.try_pop().ok()).collect()
}

/// The observable state of a queue, to assert that nothing has changed.
fn state<T, S: Storage<T>>(queue: &QueueOf<T, S>) -> (usize, usize, usize, bool) {
    (queue.len(), queue.unfinished(), queue.waiters(), queue.is_closed())
}
