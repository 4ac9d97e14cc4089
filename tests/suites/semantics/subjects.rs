//! The waits of all primitives behind one trait, for the hazards that they share. Those for a `CancellationToken` are in
//! a file of their own.

mod barrier;
mod broadcast;
mod cancellation_token;
mod latch;
mod notify;
mod once_cell;
mod oneshot;
mod queue;
mod rwlock;
mod signal;
mod wait_group;
mod watch;

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
    semaphore::{AcquireFuture, Bypass, Fifo, Mode, Priorities},
};
use anywake_tests::{Portable, Sendable, leak, poll_once};

pub(crate) use barrier::{WaitAtBarrier, WaitAtBrokenBarrier};
pub(crate) use broadcast::{PublishWait, RecvWait};
pub(crate) use cancellation_token::CancelledWait;
pub(crate) use latch::LatchWait;
pub(crate) use notify::{WaitAtNotify, WaitersAtNotify};
pub(crate) use once_cell::{RoleWait, ValueWait};
pub(crate) use oneshot::{EndOfReceiverWait, ReceiveWait};
pub(crate) use queue::{KeyedPopWait, KeyedPushWait, SlackPopWait, SlackPushWait, UnboundedPopWait};
pub(crate) use rwlock::{ReadWait, UpgradableWait, WriteWait};
pub(crate) use signal::SignalWait;
pub(crate) use wait_group::WaitGroupWait;
pub(crate) use watch::{ChangedWait, WatchClosedWait};

/// The capacity of the queues, and the largest number of waiters that can be let through.
pub(crate) const ROOM: usize = 64;

/// One kind of wait, at a primitive that is never dropped, so that wakers can re-enter it.
pub(crate) trait Subject: Portable + Sized + 'static {
    /// The future of the wait. Dropping its output releases what the wait acquired.
    type Wait: Future<Output: Sendable> + Sendable;

    /// Whether a wait that was granted forwards its grant if it is dropped before it is polled.
    const FORWARDS: bool = true;

    /// Whether `open` is stored for a wait that begins later.
    const STORES: bool = true;

    /// A primitive at which every wait is pending.
    fn closed() -> &'static Self;

    fn wait(&'static self) -> Self::Wait;

    /// Queues the wait without a waker. Returns whether it is decided already.
    fn enable(wait: Pin<&mut Self::Wait>) -> bool;

    fn waiters(&self) -> usize;

    /// Lets `n` waiters through: all at once, or one after another as each drops its output.
    fn open(&'static self, n: usize);

    /// Takes the internal lock in several ways, one of them a cancelled wait, and changes nothing.
    fn touch(&'static self);
}

/// Takes all `n` steps, even if one panics, and then resumes the panic.
fn each(n: usize, mut step: impl FnMut(usize)) {
    let mut panic = None;
    for number in 0..n {
        panic = catch_unwind(AssertUnwindSafe(|| step(number))).err().or(panic);
    }
    if let Some(panic) = panic {
        resume_unwind(panic);
    }
}

/// Polls a wait once, and drops it and its output.
fn poll_and_drop(wait: impl Future) {
    drop(poll_once(pin!(wait)));
}

/// The waits for a lock that has an owner.
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
        poll_and_drop(self.lock.lock());
    }
}

/// The waits for a permit.
pub(crate) struct AcquireWait<M: Mode = Fifo>(Semaphore<M>);

/// The modes of semaphores, with a constructor.
pub(crate) trait TestedMode: Mode {
    fn empty() -> Semaphore<Self>;
}

impl TestedMode for Fifo {
    fn empty() -> Semaphore {
        Semaphore::new(0)
    }
}

impl TestedMode for Bypass {
    fn empty() -> Semaphore<Self> {
        Semaphore::with_bypass(0, 3)
    }
}

impl TestedMode for Priorities<3> {
    fn empty() -> Semaphore<Self> {
        Semaphore::with_priorities(0, 3)
    }
}

impl<M: TestedMode> Subject for AcquireWait<M> {
    type Wait = AcquireFuture<'static, M>;

    fn closed() -> &'static Self {
        leak(Self(M::empty()))
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
        self.0.release(n).expect("the semaphore has no bound");
    }

    fn touch(&'static self) {
        self.0.release(0).expect("zero permits can be released");
        poll_and_drop(self.0.acquire_many(2));
    }
}

/// The waits for an event.
pub(crate) struct EventWait(Event);

impl Subject for EventWait {
    type Wait = EventFuture<'static>;

    const FORWARDS: bool = false;

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
        poll_and_drop(self.0.wait());
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
        self.condition.wait(self.lock.try_lock().expect("no wait keeps the lock"))
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
            poll_and_drop(self.condition.wait(guard));
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
        poll_and_drop(self.0.join());
    }
}

/// The waits for room. An item enters the queue without its push being polled again.
pub(crate) struct PushWait(Queue);

impl Subject for PushWait {
    type Wait = PushFuture<'static, Queue>;

    const FORWARDS: bool = false;

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
        poll_and_drop(self.0.join());
    }
}

/// The waits for the end of all work.
pub(crate) struct JoinWait(Queue);

impl Subject for JoinWait {
    type Wait = JoinFuture<'static, Queue>;

    const FORWARDS: bool = false;

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
        self.0.task_done().expect("one item is unfinished");
    }

    fn touch(&'static self) {
        self.0.len();
        poll_and_drop(self.0.join());
    }
}
