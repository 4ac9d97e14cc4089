//! The workloads, one file per family. [`all`] returns the whole comparison, in the order of the report.

mod across;
mod barrier;
mod broadcast;
mod cancel;
mod cancellation_token;
mod fan_out;
mod handoff;
mod latch;
mod latency;
mod lazy;
mod notify;
mod once_cell;
mod oneshot;
mod rwlock;
mod rwlock_latency;
mod signal;
mod threads;
mod unbounded;
mod uncontended;
mod wait_group;
mod watch;

use crate::contenders::queue::Shape;
use crate::harness::Suite;

/// Returns all workloads.
pub fn all() -> Suite {
    let mut suite = Suite::default();
    uncontended::add(&mut suite);
    handoff::add(&mut suite);
    threads::add(&mut suite);
    broadcast::add(&mut suite);
    fan_out::add(&mut suite);
    barrier::add(&mut suite);
    latch::add(&mut suite);
    wait_group::add(&mut suite);
    cancel::add(&mut suite);
    notify::add(&mut suite);
    cancellation_token::add(&mut suite);
    latency::add(&mut suite);
    rwlock::add(&mut suite);
    rwlock_latency::add(&mut suite);
    across::add(&mut suite);
    once_cell::add(&mut suite);
    unbounded::add(&mut suite);
    oneshot::add(&mut suite);
    signal::add(&mut suite);
    watch::add(&mut suite);
    lazy::add(&mut suite);
    suite
}

/// The numbers of tasks at the two ends of a queue.
const ENDS: [(usize, usize); 4] = [(1, 1), (8, 1), (1, 8), (8, 8)];

impl core::fmt::Display for Shape {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}x{}/cap{}", self.senders, self.receivers, self.capacity)
    }
}

#[cfg(test)]
mod tests {
    /// Each program checks its own result, so the test only runs them, with few operations.
    #[test]
    fn every_row_of_every_workload_runs_and_gets_its_result_right() {
        for workload in super::all().workloads.iter().filter(|workload| !workload.name.contains("100000")) {
            for row in &workload.rows {
                assert!(row.run(64).operations > 0, "{} · {}", workload.name, row.contender);
            }
        }
    }
}
