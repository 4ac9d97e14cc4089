//! The programs with several tasks, generic over the contender and the runtime.
//!
//! Each program checks its result at the end. A contender that loses an item or admits two tasks at once stops the
//! comparison.

use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::Arc;

use crate::contenders::condition::Condition;
use crate::contenders::lock::Lock;
use crate::contenders::queue::{Item, Queue, Shape};
use crate::contenders::semaphore::Semaphore;
use crate::executor::yield_now;
use crate::harness::Run;
use crate::runtimes::{Runtime, Task};

/// The work of a task while it holds the lock or permit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// A few instructions.
    Short,
    /// A yield, so that all other tasks run.
    Yields,
}

impl Section {
    async fn run(self) {
        if self == Self::Yields {
            yield_now().await;
        }
    }
}

/// `tasks` tasks acquire one lock, about `n` times in total.
pub fn lock<L: Lock>(runtime: impl Runtime, n: u64, tasks: u64, section: Section) -> Run {
    let each = (n / tasks).max(1);
    let lock = Arc::new(L::new());
    let task = |lock: Arc<L>| -> Task {
        Box::pin(async move {
            for _ in 0..each {
                let mut guard = lock.lock().await;
                let seen = *guard;
                section.run().await;
                *guard = seen + 1;
            }
        })
    };
    let elapsed = runtime.run((0..tasks).map(|_| task(lock.clone())).collect());
    assert_eq!(
        *lock.try_lock().expect("all tasks have ended"),
        each * tasks,
        "two tasks were in the critical section at once"
    );
    Run::new(each * tasks, elapsed)
}

/// `tasks` tasks acquire one of `permits` permits, about `n` times in total.
pub fn semaphore<S: Semaphore>(
    runtime: impl Runtime,
    n: u64,
    tasks: u64,
    permits: u64,
    section: Section,
) -> Run {
    let each = (n / tasks).max(1);
    let shared = Arc::new((S::new(permits as usize), AtomicU64::new(0), AtomicU64::new(0)));
    let task = |shared: Arc<(S, AtomicU64, AtomicU64)>| -> Task {
        Box::pin(async move {
            let (semaphore, inside, done) = &*shared;
            for _ in 0..each {
                let permit = semaphore.acquire().await;
                assert!(
                    inside.fetch_add(1, Relaxed) < permits,
                    "more tasks hold permits than there are permits"
                );
                section.run().await;
                inside.fetch_sub(1, Relaxed);
                drop(permit);
            }
            done.fetch_add(each, Relaxed);
        })
    };
    let elapsed = runtime.run((0..tasks).map(|_| task(shared.clone())).collect());
    assert_eq!(shared.2.load(Relaxed), each * tasks);
    Run::new(each * tasks, elapsed)
}

/// Two tasks take turns, about `n` times in total.
pub fn ping_pong<C: Condition>(runtime: impl Runtime, n: u64) -> Run {
    let turns = (n / 2).max(1);
    let condition = Arc::new(C::new());
    let task = |condition: Arc<C>, me: u64| -> Task {
        Box::pin(async move {
            for _ in 0..turns {
                let mut guard = condition.lock().await;
                while *guard % 2 != me {
                    guard = condition.wait(guard).await;
                }
                *guard += 1;
                condition.notify_one();
            }
        })
    };
    let elapsed = runtime.run(vec![task(condition.clone(), 0), task(condition, 1)]);
    Run::new(turns * 2, elapsed)
}

enum End<Q: Queue> {
    Push(Q::Sender),
    Pop(Q::Receiver),
}

/// Passes about `n` items through a queue of this shape. An operation is a push and a pop.
///
/// # Panics
///
/// If the library has no queue of this shape. Call `ends` first to check.
pub fn queue<Q: Queue>(runtime: impl Runtime, n: u64, shape: Shape) -> Run {
    let (senders, receivers) = (shape.senders as u64, shape.receivers as u64);
    let batch = senders * receivers;
    let items = (n / batch).max(1) * batch;
    let popped = Arc::new(AtomicU64::new(0));
    let ends = Q::ends(shape).expect("the library has a queue of this shape");
    let ends = ends.receivers.into_iter().map(End::<Q>::Pop).chain(ends.senders.into_iter().map(End::Push));
    let task = |(end, popped): (End<Q>, Arc<AtomicU64>)| -> Task {
        Box::pin(async move {
            match end {
                End::Push(mut sender) => {
                    for item in 1..=items / senders {
                        let _ = Q::push(&mut sender, item).await;
                    }
                }
                End::Pop(mut receiver) => {
                    let mut sum = 0;
                    for _ in 0..items / receivers {
                        sum += Q::pop(&mut receiver).await.item();
                    }
                    popped.fetch_add(sum, Relaxed);
                }
            }
        })
    };
    let elapsed = runtime.run(ends.map(|end| task((end, popped.clone()))).collect());
    let each = items / senders;
    assert_eq!(popped.load(Relaxed), senders * each * (each + 1) / 2, "items were lost or duplicated");
    Run::new(items, elapsed)
}
