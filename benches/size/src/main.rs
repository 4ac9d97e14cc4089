//! A program that uses only the primitives that its features name. The code that they add is their size.

#![allow(dead_code, unused_imports, reason = "without features it is empty")]

use core::future::{Future, IntoFuture as _};
use core::hint::black_box;
use core::pin::pin;
use core::task::{Context, Poll, Waker};

fn poll<F: Future>(future: F) -> Poll<F::Output> {
    pin!(future).poll(&mut Context::from_waker(black_box(Waker::noop())))
}

fn main() {
    #[cfg(feature = "lock")]
    lock();
    #[cfg(feature = "semaphore")]
    semaphore();
    #[cfg(feature = "event")]
    event();
    #[cfg(feature = "barrier")]
    barrier();
    #[cfg(feature = "broadcast")]
    broadcast();
    #[cfg(feature = "condition")]
    condition();
    #[cfg(feature = "queue")]
    queue();
    #[cfg(feature = "notify")]
    notify();
    #[cfg(feature = "once_cell")]
    once_cell();
    #[cfg(feature = "oneshot")]
    oneshot();
    #[cfg(feature = "signal")]
    signal();
    #[cfg(feature = "latch")]
    latch();
    #[cfg(feature = "wait_group")]
    wait_group();
    #[cfg(feature = "cancellation_token")]
    cancellation_token();
    #[cfg(feature = "rwlock")]
    rwlock();
    #[cfg(feature = "watch")]
    watch();
    #[cfg(feature = "one_type")]
    contend(0_u32);
    #[cfg(feature = "five_types")]
    {
        contend([0_u64; 5]);
        contend(String::new());
        contend(None::<Box<u8>>);
        contend((0_u8, Vec::<u16>::new()));
    }
}

#[cfg(feature = "cancellation_token")]
fn cancellation_token() {
    let token = black_box(anywake_core::CancellationToken::new());
    let child = black_box(token.child_token());
    black_box(poll(child.cancelled()).is_pending());
    black_box(poll(child.run_until_cancelled(core::future::pending::<()>())).is_pending());
    token.cancel();
    black_box(child.is_cancelled());
}

/// Uses all of a contended lock: enqueues a wait, polls it again, hands over, and cancels. Uses its guards too.
#[cfg(feature = "one_type")]
fn contend<T>(value: T) {
    let lock = black_box(anywake_core::Lock::new(value));
    let held = lock.try_lock();
    black_box(poll(lock.lock()).is_pending());
    let mut waits = pin!(lock.lock());
    let mut context = Context::from_waker(black_box(Waker::noop()));
    black_box(waits.as_mut().poll(&mut context).is_pending());
    black_box(waits.as_mut().poll(&mut context).is_pending());
    drop(held);
    if let Poll::Ready(mut guard) = waits.poll(&mut context) {
        black_box(&mut *guard);
    }
}

#[cfg(feature = "lock")]
fn lock() {
    static LOCK: anywake_core::Lock<u32> = anywake_core::Lock::new(0);
    let held = poll(LOCK.lock());
    black_box(poll(LOCK.lock()).is_pending());
    drop(held);
    black_box(LOCK.try_lock().is_some());
}

#[cfg(feature = "semaphore")]
fn semaphore() {
    static SEMAPHORE: anywake_core::Semaphore = anywake_core::Semaphore::new(2);
    let held = poll(SEMAPHORE.acquire());
    black_box(poll(SEMAPHORE.acquire_many(black_box(2))).is_pending());
    drop(held);
    black_box(SEMAPHORE.try_acquire().is_ok());
    black_box(SEMAPHORE.release(1).is_ok());
    SEMAPHORE.close();
}

#[cfg(feature = "event")]
fn event() {
    static EVENT: anywake_core::Event = anywake_core::Event::new();
    black_box(poll(EVENT.wait()).is_pending());
    EVENT.set();
    black_box(EVENT.is_set());
    EVENT.clear();
}

#[cfg(feature = "barrier")]
fn barrier() {
    static BARRIER: anywake_core::Barrier = anywake_core::Barrier::new(2);
    black_box(poll(BARRIER.wait()).is_pending());
    black_box(poll(BARRIER.wait()).is_ready());
    BARRIER.abort();
    BARRIER.reset();
}

#[cfg(feature = "condition")]
fn condition() {
    static LOCK: anywake_core::Lock<u32> = anywake_core::Lock::new(0);
    static CONDITION: anywake_core::Condition = anywake_core::Condition::new();
    if let Poll::Ready(guard) = poll(LOCK.lock()) {
        black_box(poll(CONDITION.wait(guard)).is_pending());
    }
    black_box(CONDITION.notify_one());
    black_box(CONDITION.notify_all());
}

#[cfg(feature = "queue")]
fn queue() {
    static QUEUE: anywake_core::StaticQueue<u32, 4> = anywake_core::StaticQueue::new();
    black_box(poll(QUEUE.push(1)).is_ready());
    black_box(poll(QUEUE.pop()).is_pending());
    black_box(QUEUE.try_push(2).is_ok());
    black_box(QUEUE.try_pop().is_ok());
    QUEUE.close();
}

#[cfg(feature = "oneshot")]
fn oneshot() {
    let mut slot = black_box(anywake_core::Oneshot::<u32>::new());
    let (sender, mut receiver) = black_box(&mut slot).split();
    black_box(poll(receiver.recv()).is_pending());
    black_box(poll(sender.closed()).is_pending());
    black_box(sender.send(1).is_ok());
    black_box(poll(receiver.into_future()).is_ready());
    drop(black_box(slot.split()));
}

#[cfg(feature = "signal")]
fn signal() {
    static SIGNAL: anywake_core::Signal<u32> = anywake_core::Signal::new();
    black_box(poll(SIGNAL.wait()).is_pending());
    black_box(SIGNAL.signal(1));
    black_box(SIGNAL.try_take());
}

#[cfg(feature = "broadcast")]
fn broadcast() {
    static NEWS: anywake_core::Broadcast<u32, 4> = anywake_core::Broadcast::new();
    let (mut receiver, mut other) = (NEWS.receiver(), NEWS.receiver());
    black_box(poll(receiver.recv()).is_pending());
    black_box(poll(NEWS.publish(1)).is_ready());
    black_box(NEWS.publish_now(2).is_ok());
    black_box(other.try_recv().is_ok());
    NEWS.close();
}

#[cfg(feature = "notify")]
fn notify() {
    static NOTIFY: anywake_core::Notify = anywake_core::Notify::new();
    black_box(poll(NOTIFY.notified()).is_pending());
    NOTIFY.notify_one();
    NOTIFY.notify_waiters();
}

#[cfg(feature = "once_cell")]
fn once_cell() {
    static CELL: anywake_core::OnceCell<u32> = anywake_core::OnceCell::new();
    black_box(poll(CELL.wait()).is_pending());
    black_box(poll(CELL.get_or_try_init(async || black_box(Err(())))).is_pending());
    black_box(poll(CELL.get_or_init(async || black_box(1))).is_ready());
    black_box(CELL.set(2).is_ok());
    black_box(CELL.get());
}

#[cfg(feature = "latch")]
fn latch() {
    static LATCH: anywake_core::Latch = anywake_core::Latch::new(3);
    black_box(poll(LATCH.wait()).is_pending());
    let guard = LATCH.guard();
    black_box(LATCH.count_down(black_box(2)).is_ok());
    drop(guard);
    black_box(LATCH.remaining());
}

#[cfg(feature = "wait_group")]
fn wait_group() {
    static GROUP: anywake_core::WaitGroup = anywake_core::WaitGroup::new();
    let token = GROUP.add();
    black_box(poll(GROUP.wait()).is_pending());
    drop(token);
    GROUP.close();
    black_box(GROUP.count());
}

#[cfg(feature = "watch")]
fn watch() {
    static WATCH: anywake_core::Watch<u32> = anywake_core::Watch::new(0);
    let mut receiver = WATCH.receiver();
    black_box(poll(receiver.changed()).is_pending());
    black_box(poll(receiver.wait_for(|value| *value == black_box(1))).is_pending());
    black_box(WATCH.send(1).is_ok());
    black_box(*receiver.borrow_and_update());
    black_box(WATCH.send_if_modified(|value| *value == black_box(2)).is_ok());
    WATCH.close();
}

#[cfg(feature = "rwlock")]
fn rwlock() {
    static LOCK: anywake_core::RwLock<u32> = anywake_core::RwLock::new(0);
    let held = poll(LOCK.read());
    black_box(poll(LOCK.write()).is_pending());
    black_box(LOCK.try_write().is_some());
    drop(held);
    if let Poll::Ready(guard) = poll(LOCK.upgradable_read()) {
        black_box(poll(anywake_core::UpgradableGuard::upgrade(guard)).is_ready());
    }
    if let Poll::Ready(guard) = poll(LOCK.write()) {
        black_box(*anywake_core::WriteGuard::downgrade(guard));
    }
    black_box(LOCK.try_read().is_some());
}
