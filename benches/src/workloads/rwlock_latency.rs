//! How long readers and writers wait for a reader-writer lock that both want all the time.
//!
//! Sixteen tasks read and four write, on two workers, and each stays inside across a yield. The figure is the time from
//! the request until the task is inside, of one side. Whoever prefers readers has a short one here and a long one for
//! writers, so the two workloads have to be read together.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use crate::contenders::rwlock::{RwLock, each_queueing_rwlock};
use crate::executor::yield_now;
use crate::harness::{Basis, Fold, Run, Suite, Workload};
use crate::runtimes::{Runtime, Task, TokioThreads};

const READERS: u64 = 16;
const WRITERS: u64 = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Reader,
    Writer,
}

pub(super) fn add(suite: &mut Suite) {
    for (side, name) in [(Side::Reader, "a reader's wait"), (Side::Writer, "a writer's wait")] {
        let name = format!("latency/{}/rwlock/{name}", TokioThreads::NAME);
        let mut w = Workload::new(name, "from the request until inside (p50)", Basis::Median);
        each_queueing_rwlock!(wait(&mut w, side));
        suite.add(w);
    }
}

fn wait<L: RwLock>(w: &mut Workload, side: Side) {
    w.enter::<L>(None, move |n| {
        let each = (n / (READERS + WRITERS)).max(1);
        let lock = Arc::new(L::new());
        let waits = Arc::new(Mutex::new(Vec::new()));
        let readers =
            (0..READERS).map(|_| -> Task { Box::pin(read(lock.clone(), waits.clone(), each, side)) });
        let writers =
            (0..WRITERS).map(|_| -> Task { Box::pin(write(lock.clone(), waits.clone(), each, side)) });
        // A writer comes after each four readers.
        let (mut readers, mut tasks) = (readers, Vec::new());
        for writer in writers {
            tasks.extend(readers.by_ref().take((READERS / WRITERS) as usize));
            tasks.push(writer);
        }
        let elapsed = TokioThreads.run(tasks);
        assert_eq!(*lock.try_read().expect("all tasks have ended"), each * WRITERS);
        let mut waits = core::mem::take(&mut *waits.lock().expect("no task panicked"));
        waits.sort_by(f64::total_cmp);
        let quantile = |q: f64| waits[((waits.len() as f64 - 1.0) * q) as usize];
        Run { figure: Some(quantile(0.5)), ..Run::new(each * (READERS + WRITERS), elapsed) }
            .with("p99", quantile(0.99), Fold::Median)
            .with("max", quantile(1.0), Fold::Max)
    });
}

/// The waits of one task, which end up with those of the others of its side.
struct Waits {
    of_all: Arc<Mutex<Vec<f64>>>,
    mine: Vec<f64>,
    count: bool,
}

impl Waits {
    fn new(of_all: Arc<Mutex<Vec<f64>>>, each: u64, count: bool) -> Self {
        Self { of_all, mine: Vec::with_capacity(each as usize), count }
    }

    fn add(&mut self, since: Instant) {
        self.mine.push(since.elapsed().as_nanos() as f64);
    }
}

impl Drop for Waits {
    fn drop(&mut self) {
        if self.count {
            self.of_all.lock().expect("no task panicked").append(&mut self.mine);
        }
    }
}

async fn read<L: RwLock>(lock: Arc<L>, of_all: Arc<Mutex<Vec<f64>>>, each: u64, side: Side) {
    let mut waits = Waits::new(of_all, each, side == Side::Reader);
    let mut last = 0;
    for _ in 0..each {
        let asked = Instant::now();
        let guard = lock.read().await;
        waits.add(asked);
        let seen = *guard;
        yield_now().await;
        assert!(*guard == seen && seen >= last, "a writer was inside with a reader");
        last = seen;
    }
}

async fn write<L: RwLock>(lock: Arc<L>, of_all: Arc<Mutex<Vec<f64>>>, each: u64, side: Side) {
    let mut waits = Waits::new(of_all, each, side == Side::Writer);
    for _ in 0..each {
        let asked = Instant::now();
        let mut guard = lock.write().await;
        waits.add(asked);
        let seen = *guard;
        yield_now().await;
        *guard = seen + 1;
    }
}
