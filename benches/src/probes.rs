//! The operations of the micro-benchmarks and of the instruction counts. Each is polled by hand, so that it contains
//! the code of the contender only.

mod notify;

mod once_cell;

mod oneshot;
mod priorities;
mod signal;

mod barrier;

mod broadcast;

mod latch;
mod lazy;
mod local;
mod wait_group;

mod rwlock;

mod unbounded;

use core::future::Future;
use core::hint::black_box;
use core::pin::{Pin, pin};
use core::task::{Context, Poll};

use crate::contenders::condition::{Condition, each_condition};
use crate::contenders::event::{EarlyWait, Event, Level, each_early_wait, each_event, each_level_event};
use crate::contenders::lock::{Lock, OwnedLock, each_lock, each_owned_lock, each_queueing_lock};
use crate::contenders::queue::{Item, Queue, Shape, each_queue};
use crate::contenders::semaphore::{
    ManyPermits, Semaphore, each_many_permits, each_queueing, each_semaphore,
};
use crate::executor::CountingWaker;
use crate::harness::{Contender, Kind};

mod cancellation_token;

mod watch;

/// One operation of one contender.
#[derive(Clone, Copy, Debug)]
pub struct Probe {
    /// The operation.
    pub operation: &'static str,
    /// The name of the contender.
    pub contender: &'static str,
    /// The side of the contender.
    pub kind: Kind,
    /// Runs the operation a number of times.
    pub run: fn(u64),
}

/// Every operation of every contender.
pub fn all() -> Vec<Probe> {
    let mut probes = Vec::new();
    let p = &mut probes;
    each_lock!(lock(p));
    each_lock!(try_lock(p));
    each_queueing_lock!(lock_hand_over(p));
    each_queueing_lock!(lock_cancel(p));
    each_owned_lock!(owned_lock_hand_over(p));
    each_semaphore!(acquire(p));
    each_many_permits!(acquire_many(p));
    each_queueing!(acquire_hand_over(p));
    each_queueing!(acquire_cancel(p));
    each_level_event!(wait_when_set(p));
    each_event!(set_wakes_one(p));
    each_event!(event_cancel(p));
    each_early_wait!(enable_and_set(p));
    barrier::all(p);
    broadcast::all(p);
    latch::all(p);
    wait_group::all(p);
    each_condition!(notify_nobody(p));
    each_condition!(notify_wakes_one(p));
    each_condition!(owner_notifies_one(p));
    each_condition!(condition_cancel(p));
    once_cell::add(p);
    oneshot::all(p);
    signal::all(p);
    lazy::add(p);
    each_queue!(16, push_pop(p));
    each_queue!(16, try_push_try_pop(p));
    each_queue!(16, pop_waits_for_push(p));
    each_queue!(16, pop_cancel(p));
    notify::all(p);
    cancellation_token::all(p);
    rwlock::all(p);
    priorities::all(p);
    unbounded::all(p);
    watch::all(p);
    local::all(p);
    probes
}

fn add<C: Contender>(probes: &mut Vec<Probe>, operation: &'static str, run: fn(u64)) {
    probes.push(Probe { operation, contender: C::NAME, kind: C::KIND, run });
}

/// Runs an operation `n` times, with a context for its polls.
fn repeat(n: u64, mut operation: impl FnMut(&mut Context<'_>)) {
    let (waker, _) = CountingWaker::pair();
    let mut cx = Context::from_waker(&waker);
    for _ in 0..n {
        operation(&mut cx);
    }
}

/// Polls a future that is ready at once. Always inlined, as `done` and `waits` are, so that no contender pays for a
/// call.
#[inline(always)]
fn now<F: Future>(future: F, cx: &mut Context<'_>) -> F::Output {
    done(pin!(future), cx)
}

/// Polls a future that waited and is ready now.
#[inline(always)]
fn done<F: Future>(future: Pin<&mut F>, cx: &mut Context<'_>) -> F::Output {
    match future.poll(cx) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the future should be ready"),
    }
}

/// Polls a future that has to wait.
#[inline(always)]
fn waits<F: Future>(future: Pin<&mut F>, cx: &mut Context<'_>) {
    assert!(future.poll(cx).is_pending(), "the future should wait");
}

fn lock<L: Lock>(probes: &mut Vec<Probe>) {
    add::<L>(probes, "lock", |n| {
        let lock = L::new();
        repeat(n, |cx| *now(black_box(&lock).lock(), cx) += 1);
    });
}

fn try_lock<L: Lock>(probes: &mut Vec<Probe>) {
    add::<L>(probes, "try_lock", |n| {
        let lock = L::new();
        repeat(n, |_| *black_box(&lock).try_lock().expect("the lock is free") += 1);
    });
}

fn lock_hand_over<L: Lock>(probes: &mut Vec<Probe>) {
    add::<L>(probes, "lock, one waits, hand over", |n| {
        let lock = L::new();
        repeat(n, |cx| {
            let held = now(lock.lock(), cx);
            let mut waiter = pin!(lock.lock());
            waits(waiter.as_mut(), cx);
            drop(held);
            *done(waiter, cx) += 1;
        });
    });
}

fn lock_cancel<L: Lock>(probes: &mut Vec<Probe>) {
    add::<L>(probes, "lock, wait and give up", |n| {
        let lock = L::new();
        let _held = lock.try_lock().expect("the lock is free");
        repeat(n, |cx| waits(pin!(lock.lock()), cx));
    });
}

fn owned_lock_hand_over<L: OwnedLock>(probes: &mut Vec<Probe>) {
    add::<L>(probes, "owned lock, one waits, hand over", |n| {
        let lock = L::new_owned();
        repeat(n, |cx| {
            let held = now(L::lock_owned(&lock), cx);
            let mut waiter = pin!(L::lock_owned(&lock));
            waits(waiter.as_mut(), cx);
            drop(held);
            *done(waiter, cx) += 1;
        });
    });
}

fn acquire<S: Semaphore>(probes: &mut Vec<Probe>) {
    add::<S>(probes, "acquire", |n| {
        let semaphore = S::new(4);
        repeat(n, |cx| drop(black_box(now(black_box(&semaphore).acquire(), cx))));
    });
}

fn acquire_many<S: ManyPermits>(probes: &mut Vec<Probe>) {
    add::<S>(probes, "acquire_many", |n| {
        let semaphore = S::new(8);
        repeat(n, |cx| drop(black_box(now(black_box(&semaphore).acquire_many(3), cx))));
    });
}

fn acquire_hand_over<S: Semaphore>(probes: &mut Vec<Probe>) {
    add::<S>(probes, "acquire, one waits, hand over", |n| {
        let semaphore = S::new(1);
        repeat(n, |cx| {
            let held = now(semaphore.acquire(), cx);
            let mut waiter = pin!(semaphore.acquire());
            waits(waiter.as_mut(), cx);
            drop(held);
            drop(done(waiter, cx));
        });
    });
}

fn acquire_cancel<S: Semaphore>(probes: &mut Vec<Probe>) {
    add::<S>(probes, "acquire, wait and give up", |n| {
        let semaphore = S::new(0);
        repeat(n, |cx| waits(pin!(semaphore.acquire()), cx));
    });
}

fn wait_when_set<E: Level>(probes: &mut Vec<Probe>) {
    add::<E>(probes, "event, wait when set", |n| {
        let event = E::new();
        event.set();
        repeat(n, |cx| {
            now(black_box(&event).wait(), cx);
        });
    });
}

fn set_wakes_one<E: Event>(probes: &mut Vec<Probe>) {
    add::<E>(probes, "event, one waits, set", |n| {
        let event = E::new();
        repeat(n, |cx| {
            event.reset();
            let mut waiter = pin!(event.wait());
            waits(waiter.as_mut(), cx);
            event.set();
            done(waiter, cx);
        });
    });
}

fn event_cancel<E: Event>(probes: &mut Vec<Probe>) {
    add::<E>(probes, "event, wait and give up", |n| {
        let event = E::new();
        repeat(n, |cx| waits(pin!(event.wait()), cx));
    });
}

fn enable_and_set<E: EarlyWait>(probes: &mut Vec<Probe>) {
    add::<E>(probes, "event, one is enabled, then waits, set", |n| {
        let event = E::new();
        repeat(n, |cx| {
            event.reset();
            let mut waiter = pin!(event.named_wait());
            E::enable(waiter.as_mut());
            waits(waiter.as_mut(), cx);
            event.set();
            done(waiter, cx);
        });
    });
}

fn notify_nobody<C: Condition>(probes: &mut Vec<Probe>) {
    add::<C>(probes, "notify_one, nobody waits", |n| {
        let condition = C::new();
        repeat(n, |_| black_box(&condition).notify_one());
    });
}

fn notify_wakes_one<C: Condition>(probes: &mut Vec<Probe>) {
    add::<C>(probes, "condition, one waits, notify", |n| {
        let condition = C::new();
        repeat(n, |cx| {
            let guard = now(condition.lock(), cx);
            let mut waiter = pin!(condition.wait(guard));
            waits(waiter.as_mut(), cx);
            condition.notify_one();
            drop(done(waiter, cx));
        });
    });
}

fn owner_notifies_one<C: Condition>(probes: &mut Vec<Probe>) {
    add::<C>(probes, "condition, one waits, the owner of the lock notifies", |n| {
        let condition = C::new();
        repeat(n, |cx| {
            let guard = now(condition.lock(), cx);
            let mut waiter = pin!(condition.wait(guard));
            waits(waiter.as_mut(), cx);
            let guard = now(condition.lock(), cx);
            condition.notify_one_with(&guard);
            drop(guard);
            drop(done(waiter, cx));
        });
    });
}

fn condition_cancel<C: Condition>(probes: &mut Vec<Probe>) {
    add::<C>(probes, "condition, wait and give up", |n| {
        let condition = C::new();
        repeat(n, |cx| {
            let guard = now(condition.lock(), cx);
            waits(pin!(condition.wait(guard)), cx);
        });
    });
}

const PRIVATE: Shape = Shape { senders: 1, receivers: 1, capacity: 16 };

fn push_pop<Q: Queue>(probes: &mut Vec<Probe>) {
    if Q::ends(PRIVATE).is_none() {
        return;
    }
    add::<Q>(probes, "push+pop", |n| {
        let mut ends = Q::ends(PRIVATE).expect("the library has a queue of this shape");
        let (sender, receiver) = (&mut ends.senders[0], &mut ends.receivers[0]);
        repeat(n, |cx| {
            now(Q::push(black_box(&mut *sender), 7), cx);
            assert_eq!(now(Q::pop(black_box(&mut *receiver)), cx).item(), 7);
        });
    });
}

fn try_push_try_pop<Q: Queue>(probes: &mut Vec<Probe>) {
    if Q::ends(PRIVATE).is_none() {
        return;
    }
    add::<Q>(probes, "try_push+try_pop", |n| {
        let mut ends = Q::ends(PRIVATE).expect("the library has a queue of this shape");
        let (sender, receiver) = (&mut ends.senders[0], &mut ends.receivers[0]);
        repeat(n, |_| {
            assert!(Q::try_push(black_box(&mut *sender), 7));
            assert_eq!(Q::try_pop(black_box(&mut *receiver)), Some(7));
        });
    });
}

fn pop_waits_for_push<Q: Queue>(probes: &mut Vec<Probe>) {
    if Q::ends(PRIVATE).is_none() {
        return;
    }
    add::<Q>(probes, "pop waits, push", |n| {
        let mut ends = Q::ends(PRIVATE).expect("the library has a queue of this shape");
        let (sender, receiver) = (&mut ends.senders[0], &mut ends.receivers[0]);
        repeat(n, |cx| {
            let mut pop = pin!(Q::pop(receiver));
            waits(pop.as_mut(), cx);
            now(Q::push(sender, 7), cx);
            assert_eq!(done(pop, cx).item(), 7);
        });
    });
}

fn pop_cancel<Q: Queue>(probes: &mut Vec<Probe>) {
    if Q::ends(PRIVATE).is_none() {
        return;
    }
    add::<Q>(probes, "pop, wait and give up", |n| {
        let mut ends = Q::ends(PRIVATE).expect("the library has a queue of this shape");
        let receiver = &mut ends.receivers[0];
        repeat(n, |cx| waits(pin!(Q::pop(receiver)), cx));
    });
}
