//! The scenarios that run on every board and under every executor.
//!
//! All primitives are `static`s. An executor runs [`PLAYERS`] tasks, each a [`player`] with another role. The board
//! calls [`on_tick`] from a timer interrupt. A failure panics, or hangs until the time limit of the script that started
//! the program: no lost wake is made good by a later one.
//!
//! Every scenario is an `async fn` of a role. A scenario ends when all its roles have ended.

#![no_std]

use core::fmt;

use anywake_core::{Condition, Event, Lock};

mod barrier;
mod broadcast;
mod cancel;
mod condition;
mod event;
mod latch;
mod lock;
mod notify;
mod once_cell;
mod oneshot;
mod queue;
mod rwlock;
mod semaphore;
mod signal;
mod stage;
mod timer;
mod wait_group;
mod watch;

pub use timer::{Ticks, on_tick, sleep, timeout};

/// The number of tasks that an executor has to run.
pub const PLAYERS: usize = 4;

/// The output of a program.
pub trait Board {
    /// Prints a line.
    fn print(line: fmt::Arguments<'_>);
}

/// Set when every scenario has passed.
pub static FINISHED: Event = Event::new();

/// The task with this role, below [`PLAYERS`].
pub async fn player<B: Board>(role: usize) {
    macro_rules! play {
        ($($scenario:path: $name:literal,)+) => {$(
            $scenario(role).await;
            if all_done().await {
                B::print(format_args!("test {} ... ok", $name));
            }
        )+};
    }
    play! {
        lock::hand_off: "lock: ownership goes to the longest waiter, and no attempt overtakes",
        lock::exclusion: "lock: one owner at a time",
        semaphore::limit: "semaphore: never more holders than permits",
        semaphore::many: "semaphore: a request for many is not starved by small ones",
        semaphore::bound_and_close: "semaphore: a bound is kept, and closing ends the waits",
        semaphore::levels: "semaphore: the most urgent level is served first, and nobody starves",
        event::cohort: "event: set and clear reach exactly the queued waiters",
        notify::turns: "notify: a stored notification, turns, and one that is passed on",
        notify::pulse: "notify: a pulse reaches exactly the queued waiters, in one step",
        barrier::rounds: "barrier: rounds, indices in the order of arrival, and one leader each",
        barrier::breaking: "barrier: an arrival taken back, abort and reset",
        latch::countdown: "latch: the last count ends all waits, and a guard holds one",
        wait_group::members: "wait group: the last token ends the wait, and a close refuses more",
        condition::order: "condition: wait, notify_one, notify and notify_all, in order",
        condition::predicate: "condition: wait_for, one notification for each step",
        condition::until_notified_or_cancelled: "condition: wait_until owns the lock again, notified or not",
        once_cell::initialisers: "once_cell: failures hand the role on, and all have the value",
        oneshot::rounds: "oneshot: one slot for all, round after round, and the end of either side",
        signal::newest: "signal: the newest value, in the order of the waits",
        queue::work: "queue: push, pop, task_done and join",
        queue::order: "queue: waiting pushes and pops are granted in order",
        queue::by_key: "queue: items come out by their keys, and equal ones in order",
        queue::closing: "queue: close drains, and a push then returns its item",
        broadcast::all: "broadcast: every receiver has every value, and a publish waits for the slowest",
        broadcast::lag: "broadcast: a displaced value is counted, and a receiver that leaves releases its own",
        rwlock::phases: "rwlock: readers go in together, and a writer behind them",
        rwlock::upgrade: "rwlock: an upgrade goes first, and a phase of readers follows",
        rwlock::cancelled_writer: "rwlock: a writer that gives up lets in the readers behind it",
        watch::changes: "watch: receivers see rising values, and the last one before the end",
        watch::pending: "watch: with two versions held, the newest is visible when one is dropped",
        cancel::either_or: "cancel: the loser of a select leaves no trace",
        cancel::granted: "cancel: the grant of a dropped wait goes to the next",
        timer::timeouts: "cancel: by a timeout, from an interrupt",
        timer::deadlines: "deadline: an elapsed push returns its item, and ticks keep their rhythm",
    }
    if role == 0 {
        FINISHED.set();
    }
}

/// Waits at the end of a scenario for the other players. Returns whether the caller is the last one.
async fn all_done() -> bool {
    static DONE: Lock<usize> = Lock::new(0);
    static ALL: Condition = Condition::new();

    let mut done = DONE.lock().await;
    *done += 1;
    let all = done.next_multiple_of(PLAYERS);
    if *done < all {
        drop(ALL.wait_for(done, |done| *done >= all).await);
        return false;
    }
    ALL.notify_all();
    true
}
