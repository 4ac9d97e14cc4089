//! Whether a wait closes a circle of tasks that wait for each other.
//!
//! A task is *blocked* by a set of tasks if each of its waits is: what the wait asks for is held by those tasks, in such a way
//! that the wait ends only if one of them gives it back. The largest set in which each task is blocked by the set is
//! found by beginning with all tasks that the wait leads to, and taking out those that are not blocked, until none is.
//! What is not certain counts as not blocked. So a circle may be missed, and none is reported that is not there:
//! * a semaphore blocks only if too few permits are left when those of the set are taken off, and there would be enough;
//! * a holder that may have sent its guard to another task, and one that is not known, block nobody;
//! * a task that waits for anything else that is known here, which the set does not hold, is not blocked.

use super::holders::{Holders, Record};
use super::{Entry, Registry};
use crate::diagnose::{Standing, TaskId};
use crate::wait::trace::Claim;

/// How many tasks are followed from a wait.
const MOST_TASKS: usize = 16;

/// Some tasks.
#[derive(Clone, Copy)]
struct Tasks([Option<TaskId>; MOST_TASKS]);

impl Tasks {
    fn has(&self, task: Option<TaskId>) -> bool {
        task.is_some() && self.0.contains(&task)
    }

    /// Returns whether the task is new, and there is room for it.
    fn add(&mut self, task: TaskId) -> bool {
        let free = if self.has(Some(task)) { None } else { self.0.iter_mut().find(|slot| slot.is_none()) };
        free.map(|slot| *slot = Some(task)).is_some()
    }

    fn remove(&mut self, task: TaskId) {
        self.0.iter_mut().filter(|slot| **slot == Some(task)).for_each(|slot| *slot = None);
    }
}

/// Whether this holder keeps the wait from what it asks for, as long as it holds it. Permits are counted elsewhere.
fn keeps_out(wait: Claim, holder: Claim, behind_a_writer: bool) -> bool {
    match wait {
        Claim::Read => behind_a_writer || holder == Claim::Write,
        Claim::UpgradableRead => behind_a_writer || holder != Claim::Read,
        Claim::Write | Claim::Lock | Claim::Initialise => true,
        // Others may make room.
        Claim::Slot => false,
        Claim::Permits(_) => true,
    }
}

/// Whether those of these tasks that are not the waiter's own keep the wait from what it asks for.
fn is_blocked(entry: &Entry, holders: &Holders, tasks: &Tasks, behind_a_writer: bool) -> bool {
    let Some(claim) = entry.wait.claim else { return false };
    let by_them = |record: &&Record| {
        // mistake a_guard_that_was_sent_on_closes_a_circle: !record.may_move ~> true
        !record.may_move
            && record.holder.task != entry.wait.task
            && tasks.has(record.holder.task)
            && keeps_out(claim, record.holder.claim, behind_a_writer)
    };
    let mut blocking = holders.of(entry.wait.primitive_number).filter(by_them);
    let Claim::Permits(wanted) = claim else { return blocking.next().is_some() };
    let taken: usize = blocking.map(|record| record.count()).sum();
    // mistake permits_that_others_hold_close_a_circle: permits - taken.min(permits) < wanted ~> taken > 0
    entry.permits.is_some_and(|permits| wanted <= permits && permits - taken.min(permits) < wanted)
}

impl Record {
    fn count(&self) -> usize {
        if let Claim::Permits(n) = self.holder.claim { n } else { 1 }
    }
}

impl Registry {
    /// Whether a writer waits before this wait, so that a reader is kept out by other readers.
    pub(super) fn is_behind_a_writer(&mut self, wait: &Entry) -> bool {
        self.entries().any(|(entry, standing)| {
            standing == Standing::Queued
                && entry.wait.primitive_number == wait.wait.primitive_number
                && entry.wait.claim == Some(Claim::Write)
                && entry.wait.number < wait.wait.number
        })
    }

    /// Whether each wait of this task is blocked by these tasks, and there is one.
    fn task_is_blocked(&mut self, task: TaskId, tasks: &Tasks) -> bool {
        let mut last = 0;
        let mut waits = false;
        loop {
            let of_it = |(entry, standing): &(Entry, Standing)| {
                entry.wait.task == Some(task) && *standing == Standing::Queued && entry.wait.number > last
            };
            let Some((entry, _)) = self.entries().find(of_it) else { return waits };
            last = entry.wait.number;
            waits = true;
            let behind = self.is_behind_a_writer(&entry);
            if !is_blocked(&entry, &self.holders, tasks, behind) {
                return false;
            }
        }
    }

    /// Takes out those that are not blocked by the others, until all are.
    fn settle(&mut self, tasks: &mut Tasks) {
        let mut is_settled = false;
        while !is_settled {
            is_settled = true;
            for task in tasks.0.into_iter().flatten() {
                if !self.task_is_blocked(task, tasks) {
                    tasks.remove(task);
                    is_settled = false;
                }
            }
        }
    }

    /// All tasks that the waits of this one lead to, as many as there is room for, and itself.
    fn reach(&mut self, task: TaskId) -> Tasks {
        let mut tasks = Tasks([None; MOST_TASKS]);
        tasks.add(task);
        let mut grows = true;
        while grows {
            grows = false;
            let mut last = 0;
            loop {
                let of_them =
                    |(entry, _): &(Entry, Standing)| entry.wait.number > last && tasks.has(entry.wait.task);
                let Some((entry, _)) = self.entries().find(of_them) else { break };
                last = entry.wait.number;
                for record in self.holders.of(entry.wait.primitive_number) {
                    grows |= record.holder.task.is_some_and(|task| tasks.add(task));
                }
            }
        }
        tasks
    }

    /// Whether this wait closes a circle: its task is blocked, and would not be if the circle were open here.
    pub(super) fn closes_a_circle(&mut self, wait: &Entry) -> bool {
        let Some(task) = wait.wait.task else { return false };
        if wait.wait.claim.is_none() {
            return false;
        }
        let mut blocked = self.reach(task);
        self.settle(&mut blocked);
        if !blocked.has(Some(task)) {
            return false;
        }
        // mistake a_task_behind_a_circle_is_reported: others.remove(task); ~>
        let mut others = blocked;
        others.remove(task);
        self.settle(&mut others);
        // Without it, all those that keep it out would go on.
        let behind = self.is_behind_a_writer(wait);
        !is_blocked(wait, &self.holders, &others, behind)
    }
}
