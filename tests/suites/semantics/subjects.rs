//! The waits of all primitives as one trait, for hazards that all of them share.

use core::future::Future;
use core::panic::AssertUnwindSafe;
use core::pin::{Pin, pin};
use std::panic::{catch_unwind, resume_unwind};
use std::sync::{Mutex, PoisonError};

use anywake_core::{
    Condition, Event, Lock, LockGuard, Semaphore, StaticQueue,
    condition::ConditionFuture,
    event::EventFuture,
    lock::LockFuture,
    queue::{JoinFuture, PopFuture, PushFuture},
    semaphore::AcquireFuture,
};
use anywake_tests::{leak, poll_once};

/// How many items fit into the queues, and the most waiters that can be let through.
pub(crate) const ROOM: usize = 64;

/// One kind of wait, at a primitive that lives for ever, so that wakers can come back to it.
pub(crate) trait Subject: Sync + Sized + 'static {
    /// The future of the wait. Its output gives back what it got when it is dropped.
    type Wait: Future<Output: Send> + Send;

    /// Whether a wait that was let through still takes something when it is polled, so that it has something to
    /// pass on if it is dropped instead.
    const PASSES_ON: bool = true;

    /// Whether what lets a waiter through is kept for one that has yet to begin.
    const STORES: bool = true;

    /// A primitive at which everybody has to wait.
    fn closed() -> &'static Self;

    fn wait(&'static self) -> Self::Wait;

    /// Begins the wait without a waker. Whether it is decided then.
    fn enable(wait: Pin<&mut Self::Wait>) -> bool;

    fn waiters(&self) -> usize;

    /// Lets `n` waiters through: all at once, or one after the other as each gives back what it got.
    fn open(&'static self, n: usize);

    /// Takes the internal lock in several ways, a wait that is cancelled among them, and changes nothing.
    fn touch(&'static self);
}

/// Takes all `n` steps, even if one panics, and lets the panic go on then.
fn each(n: usize, mut step: impl FnMut(usize)) {
    let mut panic = None;
    for number in 0..n {
        panic = catch_unwind(AssertUnwindSafe(|| step(number))).err().or(panic);
    }
    if let Some(panic) = panic {
        resume_unwind(panic);
    }
}

/// Begins a wait and drops it, or what it gave.
fn come_and_go(wait: impl Future) {
    drop(poll_once(pin!(wait)));
}

/// The waits for a lock that somebody owns.
pub(crate) struct LockWait<const BYPASS: u16> {
    lock: &'static Lock<()>,
    owner: Mutex<Option<LockGuard<'static, ()>>>,
}

impl<const BYPASS: u16> Subject for LockWait<BYPASS> {
    type Wait = LockFuture<'static, ()>;

    fn closed() -> &'static Self {
        let lock = leak(Lock::with_bypass((), BYPASS));
        leak(Self { lock, owner: Mutex::new(lock.try_lock()) })
    }

    fn wait(&'static self) -> Self::Wait {
        self.lock.lock()
    }

    fn enable(wait: Pin<&mut Self::Wait>) -> bool {
        wait.enable()
    }

    fn waiters(&self) -> usize {
        self.lock.waiters()
    }

    fn open(&'static self, _: usize) {
        let owner = self.owner.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(owner);
    }

    fn touch(&'static self) {
        self.lock.waiters();
        come_and_go(self.lock.lock());
    }
}

/// The waits for a permit.
pub(crate) struct AcquireWait(Semaphore);

impl Subject for AcquireWait {
    type Wait = AcquireFuture<'static>;

    fn closed() -> &'static Self {
        leak(Self(Semaphore::new(0)))
    }

    fn wait(&'static self) -> Self::Wait {
        self.0.acquire()
    }

    fn enable(wait: Pin<&mut Self::Wait>) -> bool {
        wait.enable()
    }

    fn waiters(&self) -> usize {
        self.0.waiters()
    }

    fn open(&'static self, n: usize) {
        self.0.release(n).expect("few");
    }

    fn touch(&'static self) {
        self.0.release(0).expect("none");
        come_and_go(self.0.acquire_many(2));
    }
}

/// The waits for an event.
pub(crate) struct EventWait(Event);

impl Subject for EventWait {
    type Wait = EventFuture<'static>;

    const PASSES_ON: bool = false;

    fn closed() -> &'static Self {
        leak(Self(Event::new()))
    }

    fn wait(&'static self) -> Self::Wait {
        self.0.wait()
    }

    fn enable(wait: Pin<&mut Self::Wait>) -> bool {
        wait.enable()
    }

    fn waiters(&self) -> usize {
        self.0.waiters()
    }

    fn open(&'static self, _: usize) {
        self.0.set();
    }

    fn touch(&'static self) {
        self.0.waiters();
        come_and_go(self.0.wait());
    }
}

/// The waits for a notification.
pub(crate) struct NotifiedWait {
    lock: Lock<()>,
    condition: Condition,
}

impl Subject for NotifiedWait {
    type Wait = ConditionFuture<'static, &'static Lock<()>>;

    const STORES: bool = false;

    fn closed() -> &'static Self {
        leak(Self { lock: Lock::new(()), condition: Condition::new() })
    }

    fn wait(&'static self) -> Self::Wait {
        self.condition.wait(self.lock.try_lock().expect("nobody keeps it"))
    }

    fn enable(wait: Pin<&mut Self::Wait>) -> bool {
        wait.enable()
    }

    fn waiters(&self) -> usize {
        self.condition.waiters()
    }

    fn open(&'static self, n: usize) {
        self.condition.notify(n);
    }

    fn touch(&'static self) {
        self.condition.notify(0);
        if let Some(guard) = self.lock.try_lock() {
            come_and_go(self.condition.wait(guard));
        }
    }
}

type Queue = StaticQueue<usize, ROOM>;

/// The waits for an item.
pub(crate) struct PopWait(Queue);

impl Subject for PopWait {
    type Wait = PopFuture<'static, Queue>;

    fn closed() -> &'static Self {
        leak(Self(Queue::new()))
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
        each(n, |item| self.0.try_push(item).expect("there is room"));
    }

    fn touch(&'static self) {
        self.0.len();
        come_and_go(self.0.join());
    }
}

/// The waits for room. What is pushed enters without its push being polled again.
pub(crate) struct PushWait(Queue);

impl Subject for PushWait {
    type Wait = PushFuture<'static, Queue>;

    const PASSES_ON: bool = false;

    fn closed() -> &'static Self {
        let queue = Queue::new();
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
        come_and_go(self.0.join());
    }
}

/// The waits for the end of all work.
pub(crate) struct JoinWait(Queue);

impl Subject for JoinWait {
    type Wait = JoinFuture<'static, Queue>;

    const PASSES_ON: bool = false;

    fn closed() -> &'static Self {
        let queue = Queue::new();
        queue.try_push(0).expect("there is room");
        leak(Self(queue))
    }

    fn wait(&'static self) -> Self::Wait {
        self.0.join()
    }

    fn enable(wait: Pin<&mut Self::Wait>) -> bool {
        wait.enable()
    }

    fn waiters(&self) -> usize {
        self.0.waiters()
    }

    fn open(&'static self, _: usize) {
        self.0.task_done().expect("once");
    }

    fn touch(&'static self) {
        self.0.len();
        come_and_go(self.0.join());
    }
}
