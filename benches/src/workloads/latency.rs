//! The time from the release of a lock to the next owner, and the fairness among waiters.
//!
//! Sixteen tasks on two workers (or two threads) share a lock. Each keeps it for a microsecond and across a yield, so
//! that others wait.
//!
//! - *Latency*: the time from just before the drop of the guard until the next owner runs, if that one had to wait.
//! - *Longest wait*: the longest time from the request to the ownership of the lock.
//! - *Overtakes*: the number of tasks that asked later and had the lock sooner. A task takes a ticket just before it
//!   asks. If it loses its core in between, it is overtaken by tasks that ask meanwhile, so a strict FIFO lock shows a
//!   few.

use core::future::{Future, poll_fn};
use core::pin::pin;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use core::time::Duration;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use crate::contenders::lock::{Lock, each_lock};
use crate::executor::yield_now;
use crate::harness::{Basis, Fold, Run, Suite, Workload};
use crate::runtimes::{AsyncStd, Runtime, Smol, Task, Threads, TokioThreads, WORKERS};

const TASKS: usize = 16;
const HOLD: Duration = Duration::from_micros(1);
const NOT_WAITING: u64 = u64::MAX;

pub(super) fn add(suite: &mut Suite) {
    add_runtime(suite, TokioThreads, TASKS);
    add_runtime(suite, AsyncStd, TASKS);
    add_runtime(suite, Smol, TASKS);
    add_runtime(suite, Threads, WORKERS);
}

fn add_runtime<R: Runtime>(suite: &mut Suite, runtime: R, tasks: usize) {
    let name = format!("latency/{}/lock", R::NAME);
    let mut w = Workload::new(name, "from release to the woken task running (p50)", Basis::Median);
    each_lock!(lock(&mut w, runtime, tasks));
    suite.add(w);
}

fn lock<L: Lock>(w: &mut Workload, runtime: impl Runtime, tasks: usize) {
    w.enter::<L>(None, move |n| {
        let each = (n as usize).div_ceil(tasks);
        let watch = Arc::new(Watch::<L>::new());
        let task = |me| -> Task { Box::pin(task(watch.clone(), me, each)) };
        let elapsed = runtime.run((0..tasks).map(task).collect());
        watch.summary(Run::new((each * tasks) as u64, elapsed))
    });
}

async fn task<L: Lock>(watch: Arc<Watch<L>>, me: usize, each: usize) {
    let mut seen = Seen { latencies: Vec::with_capacity(each), ..Seen::default() };
    for _ in 0..each {
        watch.take(me, &mut seen).await;
    }
    watch.seen.lock().expect("no task panicked").push(seen);
}

/// The observations of one task.
#[derive(Default)]
struct Seen {
    latencies: Vec<u64>,
    longest_wait: u64,
    overtakes: u64,
}

/// The lock and its records. Relaxed atomics are enough for values that are written under the lock.
struct Watch<L> {
    lock: L,
    origin: Instant,
    released: AtomicU64,
    tickets: AtomicU64,
    served: AtomicU64,
    waiting: [AtomicU64; TASKS],
    seen: Mutex<Vec<Seen>>,
}

impl<L: Lock> Watch<L> {
    fn new() -> Self {
        Self {
            lock: L::new(),
            origin: Instant::now(),
            released: AtomicU64::new(0),
            tickets: AtomicU64::new(0),
            served: AtomicU64::new(0),
            waiting: [const { AtomicU64::new(NOT_WAITING) }; TASKS],
            seen: Mutex::new(Vec::new()),
        }
    }

    fn now(&self) -> u64 {
        self.origin.elapsed().as_nanos() as u64
    }

    async fn take(&self, me: usize, seen: &mut Seen) {
        let ticket = self.tickets.fetch_add(1, Relaxed);
        self.waiting[me].store(ticket, Relaxed);
        let asked = self.now();
        let mut future = pin!(self.lock.lock());
        let mut waited = false;
        let guard = poll_fn(|cx| {
            let poll = future.as_mut().poll(cx);
            waited |= poll.is_pending();
            poll
        })
        .await;
        let now = self.now();
        if waited {
            seen.latencies.push(now - self.released.load(Relaxed));
        }
        seen.longest_wait = seen.longest_wait.max(now - asked);
        self.waiting[me].store(NOT_WAITING, Relaxed);
        // `served` tasks had the lock already. Those of them with a lower ticket are all lower tickets except those
        // that still wait.
        let served = self.served.fetch_add(1, Relaxed);
        let before_me = self.waiting.iter().filter(|other| other.load(Relaxed) < ticket).count() as u64;
        seen.overtakes = seen.overtakes.max((served + before_me).saturating_sub(ticket));
        let held = Instant::now();
        while held.elapsed() < HOLD {
            core::hint::spin_loop();
        }
        yield_now().await;
        self.released.store(self.now(), Relaxed);
        drop(guard);
    }

    fn summary(&self, run: Run) -> Run {
        let seen = self.seen.lock().expect("no task panicked");
        let mut latencies: Vec<_> =
            seen.iter().flat_map(|seen| &seen.latencies).map(|&ns| ns as f64).collect();
        latencies.sort_by(f64::total_cmp);
        let share = latencies.len() as f64 / run.operations as f64;
        // If no task waited in a run as short as this, there is no figure rather than a flattering one.
        let quantile = |q: f64| {
            latencies.get(((latencies.len() as f64 - 1.0) * q) as usize).copied().unwrap_or(f64::NAN)
        };
        let longest = seen.iter().map(|seen| seen.longest_wait).max().unwrap_or(0) as f64;
        let overtakes = seen.iter().map(|seen| seen.overtakes).max().unwrap_or(0) as f64;
        Run { figure: Some(quantile(0.5)), ..run }
            .with("p99", quantile(0.99), Fold::Median)
            .with("max", quantile(1.0), Fold::Max)
            .with("longest wait, µs", longest / 1e3, Fold::Max)
            .with("most overtakes", overtakes, Fold::Max)
            .with("waited, %", share * 100.0, Fold::Median)
    }
}
