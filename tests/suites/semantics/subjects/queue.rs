//! The waits for the other queues: with slack, and without a bound.

use core::pin::Pin;

use anywake_core::queue::{PopFuture, PushFuture, SlackQueue, UnboundedQueue};
use anywake_core::{Queue, StaticPriorityQueue};
use anywake_tests::leak;

use super::{ROOM, Subject, each, poll_and_drop};

/// The waits for an item of a queue without a bound.
pub(crate) struct UnboundedPopWait(UnboundedQueue<usize>);

impl Subject for UnboundedPopWait {
    type Wait = PopFuture<'static, UnboundedQueue<usize>>;

    fn closed() -> &'static Self {
        leak(Self(Queue::unbounded()))
    }

    fn wait(&'static self) -> Self::Wait {
        self.0.pop()
    }

    fn enable(wait: Pin<&mut Self::Wait>) -> bool {
        wait.enable()
    }

    fn waiters(&self) -> usize {
        self.0.waiters()
    }

    fn open(&'static self, n: usize) {
        each(n, |item| self.0.push_now(item).expect("there is memory"));
    }

    fn touch(&'static self) {
        self.0.len();
        poll_and_drop(self.0.join());
    }
}

/// The waits for an item of a queue whose slack takes all of them.
pub(crate) struct SlackPopWait(SlackQueue<usize>);

impl Subject for SlackPopWait {
    type Wait = PopFuture<'static, SlackQueue<usize>>;

    fn closed() -> &'static Self {
        leak(Self(Queue::with_slack(4, ROOM).expect("there is memory")))
    }

    fn wait(&'static self) -> Self::Wait {
        self.0.pop()
    }

    fn enable(wait: Pin<&mut Self::Wait>) -> bool {
        wait.enable()
    }

    fn waiters(&self) -> usize {
        self.0.waiters()
    }

    fn open(&'static self, n: usize) {
        each(n, |item| self.0.try_push(item).expect("there is room, or slack for what is promised"));
    }

    fn touch(&'static self) {
        self.0.len();
        poll_and_drop(self.0.join());
    }
}

/// The waits for room in a queue with slack, which nothing is promised in.
pub(crate) struct SlackPushWait(SlackQueue<usize>);

impl Subject for SlackPushWait {
    type Wait = PushFuture<'static, SlackQueue<usize>>;

    const FORWARDS: bool = false;

    fn closed() -> &'static Self {
        let queue = Queue::with_slack(ROOM, 2).expect("there is memory");
        (0..ROOM).for_each(|item| queue.try_push(item).expect("there is room"));
        leak(Self(queue))
    }

    fn wait(&'static self) -> Self::Wait {
        self.0.push(ROOM)
    }

    fn enable(wait: Pin<&mut Self::Wait>) -> bool {
        wait.enable()
    }

    fn waiters(&self) -> usize {
        self.0.waiters()
    }

    fn open(&'static self, n: usize) {
        each(n, |_| assert!(self.0.try_pop().is_ok()));
    }

    fn touch(&'static self) {
        self.0.len();
        poll_and_drop(self.0.join());
    }
}

type ByKey = StaticPriorityQueue<usize, ROOM>;

/// The waits for an item of a queue in the order of keys.
pub(crate) struct KeyedPopWait(ByKey);

impl Subject for KeyedPopWait {
    type Wait = PopFuture<'static, ByKey>;

    fn closed() -> &'static Self {
        leak(Self(ByKey::new()))
    }

    fn wait(&'static self) -> Self::Wait {
        self.0.pop()
    }

    fn enable(wait: Pin<&mut Self::Wait>) -> bool {
        wait.enable()
    }

    fn waiters(&self) -> usize {
        self.0.waiters()
    }

    fn open(&'static self, n: usize) {
        each(n, |item| self.0.try_push_at(item, item as u32 % 3).expect("there is room"));
    }

    fn touch(&'static self) {
        self.0.len();
        poll_and_drop(self.0.join());
    }
}

/// The waits for room in a queue in the order of keys.
pub(crate) struct KeyedPushWait(ByKey);

impl Subject for KeyedPushWait {
    type Wait = PushFuture<'static, ByKey>;

    const FORWARDS: bool = false;

    fn closed() -> &'static Self {
        let queue = ByKey::new();
        (0..ROOM).for_each(|item| queue.try_push_at(item, 1).expect("there is room"));
        leak(Self(queue))
    }

    fn wait(&'static self) -> Self::Wait {
        self.0.push_at(ROOM, 0)
    }

    fn enable(wait: Pin<&mut Self::Wait>) -> bool {
        wait.enable()
    }

    fn waiters(&self) -> usize {
        self.0.waiters()
    }

    fn open(&'static self, n: usize) {
        each(n, |_| assert!(self.0.try_pop().is_ok()));
    }

    fn touch(&'static self) {
        self.0.len();
        poll_and_drop(self.0.join());
    }
}
