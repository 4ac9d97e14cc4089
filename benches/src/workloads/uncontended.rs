//! The cost of operations without contention, which never wait.
//!
//! The operations are awaited in one task, as in a real program. The floors are loops over the bare atomic operations.

use core::future::Future;
use core::hint::black_box;
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Instant;

use crate::contenders::condition::{Condition, each_condition};
use crate::contenders::contender;
use crate::contenders::event::{Event, Level, MaitakeWaitQueue, each_level_event};
use crate::contenders::lock::{Lock, each_lock};
use crate::contenders::queue::{Item, Queue, Shape, each_queue};
use crate::contenders::semaphore::{ManyPermits, Semaphore, each_many_permits, each_semaphore};
use crate::executor::run_one;
use crate::harness::{Basis, Run, Suite, Workload, bytes_of};

pub(super) fn add(suite: &mut Suite) {
    let workload = |name, operation| Workload::new(format!("uncontended/{name}"), operation, Basis::Min);

    let mut w = workload("lock", "lock and unlock");
    floor_of_lock(&mut w);
    each_lock!(lock(&mut w));
    suite.add(w);

    let mut w = workload("try_lock", "try_lock and unlock");
    floor_of_lock(&mut w);
    each_lock!(try_lock(&mut w));
    suite.add(w);

    let mut w = workload("semaphore/acquire", "acquire and release");
    floor_of_lock(&mut w);
    each_semaphore!(acquire(&mut w));
    suite.add(w);

    let mut w = workload("semaphore/try_acquire", "try_acquire and release");
    floor_of_lock(&mut w);
    each_semaphore!(try_acquire(&mut w));
    suite.add(w);

    let mut w = workload("semaphore/acquire_many", "acquire 3 permits and release them");
    floor_of_lock(&mut w);
    each_many_permits!(acquire_many(&mut w));
    suite.add(w);

    let mut w = workload("event/wait when set", "wait");
    each_level_event!(wait_when_set(&mut w));
    suite.add(w);

    // Only events that stay set: the others have no flag to clear, and do half of the work. They are in the next row.
    let mut w = workload("event/set nobody waits", "set and clear");
    each_level_event!(set_and_clear(&mut w));
    suite.add(w);

    let mut w = workload("condition/notify_all nobody waits", "notify_all");
    each_condition!(notify_nobody(&mut w));
    wake_nobody::<MaitakeWaitQueue>(&mut w);
    suite.add(w);

    let mut w = workload("queue/push+pop", "push and pop");
    floor_of_queue(&mut w);
    each_queue!(64, push_pop(&mut w));
    suite.add(w);

    let mut w = workload("queue/try_push+try_pop", "try_push and try_pop");
    floor_of_queue(&mut w);
    each_queue!(64, try_push_try_pop(&mut w));
    suite.add(w);
}

/// Measures a task that does `n` operations and never waits.
fn timed(n: u64, task: impl Future<Output = ()>) -> Run {
    run_one(async {
        let start = Instant::now();
        task.await;
        Run::new(n, start.elapsed())
    })
}

struct TwoExchanges;
contender!(TwoExchanges, "floor: two read-modify-writes", kind = Floor);

fn floor_of_lock(w: &mut Workload) {
    w.enter::<TwoExchanges>(None, |n| {
        let word = AtomicU32::new(0);
        timed(n, async {
            for _ in 0..n {
                assert!(word.compare_exchange(0, 1, Ordering::Acquire, Ordering::Relaxed).is_ok());
                assert_eq!(word.swap(0, Ordering::Release), 1);
            }
        })
    });
}

struct TwoShortLocks;
contender!(TwoShortLocks, "floor: two short locks", kind = Floor);

fn floor_of_queue(w: &mut Workload) {
    w.enter::<TwoShortLocks>(None, |n| {
        let (lock, slot) = (AtomicBool::new(false), AtomicU64::new(0));
        timed(n, async {
            for item in 0..n {
                assert!(!lock.swap(true, Ordering::Acquire));
                slot.store(item, Ordering::Relaxed);
                lock.store(false, Ordering::Release);
                assert!(!lock.swap(true, Ordering::Acquire));
                assert_eq!(slot.load(Ordering::Relaxed), item);
                lock.store(false, Ordering::Release);
            }
        })
    });
}

fn lock<L: Lock>(w: &mut Workload) {
    w.enter::<L>(bytes_of(L::new().lock()), |n| {
        let lock = L::new();
        timed(n, async {
            for _ in 0..n {
                *lock.lock().await += 1;
            }
            assert_eq!(*lock.lock().await, n);
        })
    });
}

fn try_lock<L: Lock>(w: &mut Workload) {
    w.enter::<L>(None, |n| {
        let lock = L::new();
        timed(n, async {
            for _ in 0..n {
                *lock.try_lock().expect("the lock is free") += 1;
            }
        })
    });
}

fn acquire<S: Semaphore>(w: &mut Workload) {
    w.enter::<S>(bytes_of(S::new(4).acquire()), |n| {
        let semaphore = S::new(4);
        timed(n, async {
            for _ in 0..n {
                drop(black_box(semaphore.acquire().await));
            }
        })
    });
}

fn try_acquire<S: Semaphore>(w: &mut Workload) {
    w.enter::<S>(None, |n| {
        let semaphore = S::new(4);
        timed(n, async {
            for _ in 0..n {
                assert!(semaphore.try_acquire());
            }
        })
    });
}

fn acquire_many<S: ManyPermits>(w: &mut Workload) {
    w.enter::<S>(bytes_of(S::new(8).acquire_many(3)), |n| {
        let semaphore = S::new(8);
        timed(n, async {
            for _ in 0..n {
                drop(black_box(semaphore.acquire_many(3).await));
            }
        })
    });
}

fn wait_when_set<E: Level>(w: &mut Workload) {
    w.enter::<E>(bytes_of(E::new().wait()), |n| {
        let event = E::new();
        event.set();
        timed(n, async {
            for _ in 0..n {
                black_box(&event).wait().await;
            }
        })
    });
}

fn set_and_clear<E: Level>(w: &mut Workload) {
    w.enter::<E>(None, |n| {
        let event = E::new();
        timed(n, async {
            for _ in 0..n {
                black_box(&event).set();
                black_box(&event).reset();
            }
        })
    });
}

fn notify_nobody<C: Condition>(w: &mut Workload) {
    w.enter::<C>(None, |n| {
        let condition = C::new();
        timed(n, async {
            for _ in 0..n {
                black_box(&condition).notify_all();
            }
        })
    });
}

fn wake_nobody<E: Event>(w: &mut Workload) {
    w.enter::<E>(None, |n| {
        let event = E::new();
        timed(n, async {
            for _ in 0..n {
                black_box(&event).set();
            }
        })
    });
}

const PRIVATE: Shape = Shape { senders: 1, receivers: 1, capacity: 64 };

fn push_pop<Q: Queue>(w: &mut Workload) {
    let Some(mut ends) = Q::ends(PRIVATE) else { return };
    w.enter::<Q>(bytes_of(Q::pop(&mut ends.receivers[0])), |n| {
        let mut ends = Q::ends(PRIVATE).expect("the library has a queue of this shape");
        let (sender, receiver) = (&mut ends.senders[0], &mut ends.receivers[0]);
        timed(n, async {
            for item in 0..n {
                let _ = Q::push(sender, item).await;
                assert_eq!(Q::pop(receiver).await.item(), item);
            }
        })
    });
}

fn try_push_try_pop<Q: Queue>(w: &mut Workload) {
    if Q::ends(PRIVATE).is_none() {
        return;
    }
    w.enter::<Q>(None, |n| {
        let mut ends = Q::ends(PRIVATE).expect("the library has a queue of this shape");
        let (sender, receiver) = (&mut ends.senders[0], &mut ends.receivers[0]);
        timed(n, async {
            for item in 0..n {
                assert!(Q::try_push(sender, item));
                assert_eq!(Q::try_pop(receiver), Some(item));
            }
        })
    });
}
