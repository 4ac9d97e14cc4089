//! The storages whose queues are explored, and what only those with a bound can do.

use anywake_core::TryPushError;
use anywake_core::queue::{
    Blocks, Boxed, ByKey, InArray, Newest, PushFuture, QueueOf, ReserveFuture, Storage, WithSlack,
};

use super::Entry;

/// Which item comes out first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The one that went in first.
    Oldest,
    /// The one that went in last.
    Newest,
    /// The one of the smallest key, and of equal keys the oldest.
    ByKey,
}

/// A storage, with the operations that depend on whether it has a bound.
pub trait Explored: Storage<Entry> + Sized {
    /// Which item comes out first.
    const ORDER: Order;

    /// The capacity, or `usize::MAX`, and the slack.
    fn bounds(queue: &QueueOf<Entry, Self>) -> (usize, usize);
    /// Whether there is no room.
    fn is_full(queue: &QueueOf<Entry, Self>) -> bool;
    /// Waits for room.
    fn push(queue: &QueueOf<Entry, Self>, item: Entry) -> PushFuture<'_, QueueOf<Entry, Self>>;
    /// Waits for room, without an item.
    fn reserve(queue: &QueueOf<Entry, Self>) -> ReserveFuture<'_, QueueOf<Entry, Self>>;
    /// Displaces an item if there is no room.
    ///
    /// # Errors
    /// As the operation of the queue.
    fn force_push(queue: &QueueOf<Entry, Self>, item: Entry) -> Result<Option<Entry>, TryPushError<Entry>>;
}

macro_rules! bounded {
    ($([$($generics:tt)*] $storage:ty, $order:ident, $slack:expr;)+) => {$(
        impl<$($generics)*> Explored for $storage {
            const ORDER: Order = Order::$order;

            fn bounds(queue: &QueueOf<Entry, Self>) -> (usize, usize) {
                let slack: fn(&QueueOf<Entry, Self>) -> usize = $slack;
                (queue.capacity(), slack(queue))
            }

            fn is_full(queue: &QueueOf<Entry, Self>) -> bool {
                queue.is_full()
            }

            fn push(queue: &QueueOf<Entry, Self>, item: Entry) -> PushFuture<'_, QueueOf<Entry, Self>> {
                queue.push(item)
            }

            fn reserve(queue: &QueueOf<Entry, Self>) -> ReserveFuture<'_, QueueOf<Entry, Self>> {
                queue.reserve()
            }

            fn force_push(
                queue: &QueueOf<Entry, Self>,
                item: Entry,
            ) -> Result<Option<Entry>, TryPushError<Entry>> {
                queue.force_push(item)
            }
        }
    )+};
}

bounded! {
    [const N: usize] InArray<N>, Oldest, |_| 0;
    [] Boxed, Oldest, |_| 0;
    [] WithSlack, Oldest, |queue| queue.slack();
    [] Newest, Newest, |_| 0;
    [const N: usize] ByKey<N>, ByKey, |_| 0;
}

impl Explored for Blocks {
    const ORDER: Order = Order::Oldest;

    fn bounds(_: &QueueOf<Entry, Self>) -> (usize, usize) {
        (usize::MAX, 0)
    }

    fn is_full(_: &QueueOf<Entry, Self>) -> bool {
        false
    }

    fn push(_: &QueueOf<Entry, Self>, _: Entry) -> PushFuture<'_, QueueOf<Entry, Self>> {
        unreachable!("its programs wait for no room")
    }

    fn reserve(_: &QueueOf<Entry, Self>) -> ReserveFuture<'_, QueueOf<Entry, Self>> {
        unreachable!("its programs wait for no room")
    }

    fn force_push(_: &QueueOf<Entry, Self>, _: Entry) -> Result<Option<Entry>, TryPushError<Entry>> {
        unreachable!("its programs displace nothing")
    }
}
