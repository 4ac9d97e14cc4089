//! Reader-writer locks: alone, with many readers and a writer, and who starves.
//!
//! The last two workloads count, beside the time. Their tasks run on one thread in a fixed order, so the counts are
//! exact, and the same on every machine:
//!
//! - *Longest wait*: the most turns, of all tasks together, from a request of the one task that is watched until it is
//!   inside.
//! - *Let in meanwhile*: the most other tasks that went in during one such wait.
//! - *Overtook*: those of them that asked later.
//!
//! Whoever waits for ever gets in at last, because the others end: after [`ROUNDS`] times each.

use core::future::Future;
use core::hint::black_box;
use core::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use core::time::Duration;
use std::sync::Arc;
use std::time::Instant;

use crate::contenders::rwlock::{RwLock, Upgradable, each_queueing_rwlock, each_rwlock, each_upgradable};
use crate::executor::{polls, run_one, yield_now};
use crate::harness::{Basis, Fold, Run, Suite, Workload, bytes_of};
use crate::runtimes::{Local, Runtime, Task, TokioThreads};

/// The tasks of the larger side.
const CROWD: usize = 16;
/// How often each of them goes in, where counts are compared.
const ROUNDS: usize = 100;

pub(super) fn add(suite: &mut Suite) {
    let mut w = Workload::new("uncontended/rwlock/read", "read and leave", Basis::Min);
    each_rwlock!(read(&mut w));
    suite.add(w);

    let mut w = Workload::new("uncontended/rwlock/write", "write and leave", Basis::Min);
    each_rwlock!(write(&mut w));
    suite.add(w);

    let mut w = Workload::new("uncontended/rwlock/upgrade", "read upgradably, upgrade and leave", Basis::Min);
    each_upgradable!(upgrade(&mut w));
    suite.add(w);

    let mut w = Workload::new("handoff/rwlock/16 readers 1 writer", "go in, yield inside, leave", Basis::Min);
    each_queueing_rwlock!(readers_and_a_writer(&mut w, Local, true));
    suite.add(w);

    for (yields, what) in [(false, "short section"), (true, "yield inside")] {
        let name = format!("threads/{}/rwlock/16 readers 1 writer/{what}", TokioThreads::NAME);
        let mut w = Workload::new(name, "go in and leave", Basis::Median);
        each_queueing_rwlock!(readers_and_a_writer(&mut w, TokioThreads, yields));
        suite.add(w);
    }

    let mut w =
        Workload::new("starvation/rwlock/1 writer 16 readers", "go in, yield inside, leave", Basis::Min);
    each_rwlock!(starvation(&mut w, Watched::Writer));
    suite.add(w);

    let mut w =
        Workload::new("starvation/rwlock/1 reader 16 writers", "go in, yield inside, leave", Basis::Min);
    each_rwlock!(starvation(&mut w, Watched::Reader));
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

fn read<L: RwLock>(w: &mut Workload) {
    w.enter::<L>(bytes_of(L::new().read()), |n| {
        let lock = L::new();
        timed(n, async {
            for _ in 0..n {
                assert_eq!(*black_box(&lock).read().await, 0);
            }
        })
    });
}

fn write<L: RwLock>(w: &mut Workload) {
    w.enter::<L>(bytes_of(L::new().write()), |n| {
        let lock = L::new();
        timed(n, async {
            for _ in 0..n {
                *lock.write().await += 1;
            }
            assert_eq!(*lock.read().await, n);
        })
    });
}

fn upgrade<L: Upgradable>(w: &mut Workload) {
    w.enter::<L>(bytes_of(L::new().upgradable_read()), |n| {
        let lock = L::new();
        timed(n, async {
            for _ in 0..n {
                let guard = lock.upgradable_read().await;
                *L::upgrade(guard).await += 1;
            }
            assert_eq!(*lock.read().await, n);
        })
    });
}

/// Sixteen tasks read and one writes, about `n` times in total.
fn readers_and_a_writer<L: RwLock>(w: &mut Workload, runtime: impl Runtime, yields: bool) {
    w.enter::<L>(None, move |n| {
        let each = (n / (CROWD as u64 + 1)).max(1);
        let lock = Arc::new(L::new());
        let reader = |lock: Arc<L>| -> Task {
            Box::pin(async move {
                let mut last = 0;
                for _ in 0..each {
                    let guard = lock.read().await;
                    let seen = *guard;
                    if yields {
                        yield_now().await;
                    }
                    assert!(*guard == seen && seen >= last, "a writer was inside with a reader");
                    last = seen;
                }
            })
        };
        let writer = |lock: Arc<L>| -> Task {
            Box::pin(async move {
                for _ in 0..each {
                    let mut guard = lock.write().await;
                    let seen = *guard;
                    if yields {
                        yield_now().await;
                    }
                    *guard = seen + 1;
                }
            })
        };
        let mut tasks: Vec<_> = (0..CROWD).map(|_| reader(lock.clone())).collect();
        tasks.push(writer(lock.clone()));
        let elapsed = runtime.run(tasks);
        assert_eq!(*lock.try_read().expect("all tasks have ended"), each);
        Run::new(each * (CROWD as u64 + 1), elapsed)
    });
}

/// The side that is one task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Watched {
    Writer,
    Reader,
}

/// What is counted. All tasks run on one thread.
#[derive(Debug, Default)]
struct Counts {
    tickets: AtomicU64,
    /// The ticket of the watched task while it waits, and zero else.
    waiting: AtomicU64,
    let_in: AtomicU64,
    overtook: AtomicU64,
    crowd: AtomicUsize,
    operations: AtomicU64,
    longest_wait: AtomicU64,
    most_let_in: AtomicU64,
    most_overtook: AtomicU64,
}

impl Counts {
    fn ticket(&self) -> u64 {
        self.tickets.fetch_add(1, Relaxed) + 1
    }

    /// A task of the crowd is inside.
    fn goes_in(&self, ticket: u64) {
        self.operations.fetch_add(1, Relaxed);
        let watched = self.waiting.load(Relaxed);
        if watched > 0 {
            self.let_in.fetch_add(1, Relaxed);
            self.overtook.fetch_add(u64::from(ticket > watched), Relaxed);
        }
    }

    /// The watched task waits with `wait`.
    async fn watch<G>(&self, wait: impl Future<Output = G>) -> G {
        self.let_in.store(0, Relaxed);
        self.overtook.store(0, Relaxed);
        self.waiting.store(self.ticket(), Relaxed);
        let asked = polls();
        let guard = wait.await;
        self.longest_wait.fetch_max(polls() - asked, Relaxed);
        self.waiting.store(0, Relaxed);
        self.most_let_in.fetch_max(self.let_in.load(Relaxed), Relaxed);
        self.most_overtook.fetch_max(self.overtook.load(Relaxed), Relaxed);
        self.operations.fetch_add(1, Relaxed);
        guard
    }
}

/// Keeps going in until the crowd has ended, and counts its waits.
async fn watched<L: RwLock>(lock: Arc<L>, counts: Arc<Counts>, watched: Watched) {
    while counts.crowd.load(Relaxed) > 0 {
        if watched == Watched::Writer {
            let mut guard = counts.watch(lock.write()).await;
            yield_now().await;
            *guard += 1;
        } else {
            let guard = counts.watch(lock.read()).await;
            yield_now().await;
            black_box(*guard);
        }
        // It comes back when others are inside.
        yield_now().await;
    }
}

/// Goes in again at once, so that readers overlap for ever, and writers queue up.
async fn one_of_the_crowd<L: RwLock>(lock: Arc<L>, counts: Arc<Counts>, watched: Watched) {
    for _ in 0..ROUNDS {
        let ticket = counts.ticket();
        if watched == Watched::Writer {
            let guard = lock.read().await;
            counts.goes_in(ticket);
            yield_now().await;
            black_box(*guard);
        } else {
            let mut guard = lock.write().await;
            counts.goes_in(ticket);
            yield_now().await;
            *guard += 1;
        }
    }
    counts.crowd.fetch_sub(1, Relaxed);
}

fn starvation<L: RwLock>(w: &mut Workload, who: Watched) {
    w.enter::<L>(None, move |n| {
        let (mut operations, mut elapsed) = (0, Duration::ZERO);
        loop {
            let (lock, counts) = (Arc::new(L::new()), Arc::new(Counts::default()));
            counts.crowd.store(CROWD, Relaxed);
            let mut tasks: Vec<Task> = (0..CROWD)
                .map(|_| -> Task { Box::pin(one_of_the_crowd(lock.clone(), counts.clone(), who)) })
                .collect();
            tasks.push(Box::pin(watched(lock, counts.clone(), who)));
            elapsed += Local.run(tasks);
            operations += counts.operations.load(Relaxed);
            if operations >= n {
                let count = |count: &AtomicU64| count.load(Relaxed) as f64;
                return Run::new(operations, elapsed)
                    .with("longest wait, turns", count(&counts.longest_wait), Fold::Max)
                    .with("let in meanwhile", count(&counts.most_let_in), Fold::Max)
                    .with("overtook", count(&counts.most_overtook), Fold::Max);
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count<L: RwLock>(who: Watched) -> [f64; 3] {
        let mut w = Workload::new("", "", Basis::Min);
        starvation::<L>(&mut w, who);
        let run = w.rows[0].run(1);
        [0, 1, 2].map(|at| run.extras[at].value)
    }

    #[test]
    fn nobody_overtakes_a_writer_or_a_reader_of_ours() {
        use crate::contenders::rwlock::Anywake;

        let [_, let_in, overtook] = count::<Anywake>(Watched::Writer);
        assert_eq!((let_in, overtook), (0.0, 0.0), "readers that come while a writer waits, wait");
        let [_, let_in, overtook] = count::<Anywake>(Watched::Reader);
        assert!(let_in <= 1.0 && overtook == 0.0, "a reader waits for one writer at most");
    }

    #[test]
    fn counts_are_exact() {
        use crate::contenders::rwlock::Tokio;

        for who in [Watched::Writer, Watched::Reader] {
            assert_eq!(count::<Tokio>(who), count::<Tokio>(who));
        }
    }
}
