//! The flavour for one thread, and embassy-sync with the raw mutex for one executor, which leaves interrupts alone too.
//! Their types cannot be shared, so they are no contenders of the comparison.

use core::hint::black_box;
use core::pin::pin;

use anywake_local::{Event, Lock, Semaphore, StaticQueue};
use embassy_sync::blocking_mutex::raw::NoopRawMutex;

use super::{Probe, done, now, repeat, waits};
use crate::harness::Kind;

const CAPACITY: usize = 16;

/// A probe: runs an operation on a primitive of its own, `n` times.
macro_rules! probe {
    ($probes:ident, $contender:literal, $kind:ident, $operation:literal, $new:expr, |$it:ident, $cx:ident| $body:expr) => {
        $probes.push(Probe {
            operation: $operation,
            contender: $contender,
            kind: Kind::$kind,
            run: |n| {
                let primitive = $new;
                repeat(n, |$cx| {
                    let $it = black_box(&primitive);
                    $body
                });
            },
        });
    };
}

/// The operations of both, by the names of the operations of the contenders.
pub(super) fn all(probes: &mut Vec<Probe>) {
    ours(probes);
    embassy(probes);
}

fn ours(probes: &mut Vec<Probe>) {
    probe!(probes, "anywake local", Ours, "lock", Lock::new(0_u64), |lock, cx| *now(lock.lock(), cx) += 1);
    probe!(probes, "anywake local", Ours, "try_lock", Lock::new(0_u64), |lock, _cx| {
        *lock.try_lock().expect("the lock is free") += 1;
    });
    probe!(probes, "anywake local", Ours, "lock, one waits, hand over", Lock::new(0_u64), |lock, cx| {
        let held = now(lock.lock(), cx);
        let mut waiter = pin!(lock.lock());
        waits(waiter.as_mut(), cx);
        drop(held);
        *done(waiter, cx) += 1;
    });
    probe!(probes, "anywake local", Ours, "acquire", Semaphore::new(4), |semaphore, cx| {
        drop(black_box(now(semaphore.acquire(), cx)));
    });
    probe!(
        probes,
        "anywake local",
        Ours,
        "acquire, one waits, hand over",
        Semaphore::new(1),
        |semaphore, cx| {
            let held = now(semaphore.acquire(), cx);
            let mut waiter = pin!(semaphore.acquire());
            waits(waiter.as_mut(), cx);
            drop(held);
            drop(done(waiter, cx));
        }
    );
    probe!(probes, "anywake local", Ours, "event, one waits, set", Event::new(), |event, cx| {
        event.clear();
        let mut waiter = pin!(event.wait());
        waits(waiter.as_mut(), cx);
        event.set();
        done(waiter, cx);
    });
    probe!(probes, "anywake local", Ours, "push+pop", StaticQueue::<u64, CAPACITY>::new(), |queue, cx| {
        now(queue.push(7), cx).expect("the queue is open");
        assert_eq!(now(queue.pop(), cx), Ok(7));
    });
    probe!(
        probes,
        "anywake local",
        Ours,
        "try_push+try_pop",
        StaticQueue::<u64, CAPACITY>::new(),
        |queue, _cx| {
            queue.try_push(7).expect("the queue has room");
            assert_eq!(queue.try_pop(), Ok(7));
        }
    );
    probe!(
        probes,
        "anywake local",
        Ours,
        "pop waits, push",
        StaticQueue::<u64, CAPACITY>::new(),
        |queue, cx| {
            let mut pop = pin!(queue.pop());
            waits(pop.as_mut(), cx);
            now(queue.push(7), cx).expect("the queue is open");
            assert_eq!(done(pop, cx), Ok(7));
        }
    );
}

fn embassy(probes: &mut Vec<Probe>) {
    use embassy_sync::channel::Channel;
    use embassy_sync::mutex::Mutex;
    use embassy_sync::semaphore::{FairSemaphore, Semaphore as _};
    use embassy_sync::signal::Signal;

    type Locked = Mutex<NoopRawMutex, u64>;
    type Permits = FairSemaphore<NoopRawMutex, 4>;
    type Raised = Signal<NoopRawMutex, ()>;
    type Items = Channel<NoopRawMutex, u64, CAPACITY>;

    probe!(probes, "embassy noop", Rival, "lock", Locked::new(0), |lock, cx| *now(lock.lock(), cx) += 1);
    probe!(probes, "embassy noop", Rival, "try_lock", Locked::new(0), |lock, _cx| {
        *lock.try_lock().expect("the lock is free") += 1;
    });
    probe!(probes, "embassy noop", Rival, "acquire", Permits::new(4), |semaphore, cx| {
        drop(black_box(now(semaphore.acquire(1), cx)));
    });
    probe!(probes, "embassy noop", Rival, "event, one waits, set", Raised::new(), |signal, cx| {
        let mut waiter = pin!(signal.wait());
        waits(waiter.as_mut(), cx);
        signal.signal(());
        done(waiter, cx);
    });
    probe!(probes, "embassy noop", Rival, "push+pop", Items::new(), |queue, cx| {
        now(queue.send(7), cx);
        assert_eq!(now(queue.receive(), cx), 7);
    });
    probe!(probes, "embassy noop", Rival, "try_push+try_pop", Items::new(), |queue, _cx| {
        queue.try_send(7).expect("the queue has room");
        assert_eq!(queue.try_receive(), Ok(7));
    });
    probe!(probes, "embassy noop", Rival, "pop waits, push", Items::new(), |queue, cx| {
        let mut pop = pin!(queue.receive());
        waits(pop.as_mut(), cx);
        now(queue.send(7), cx);
        assert_eq!(done(pop, cx), 7);
    });
}
