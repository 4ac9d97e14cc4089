//! What the five primitives are made to do on every board and under every executor.
//!
//! All primitives lie in `static`s. An executor runs [`PLAYERS`] tasks, each of them [`player`] with another role; the
//! board calls [`on_tick`] from a timer interrupt. Whatever goes wrong panics, or hangs until the clock of whoever
//! started the program strikes: no wait here has a second chance.
//!
//! Every scenario is an `async fn` of a role in a file of its theme, and ends when all its roles have.

#![no_std]

use core::fmt;

use anywake_core::{Condition, Event, Lock};

mod cancel;
mod condition;
mod event;
mod lock;
mod queue;
mod semaphore;
mod stage;
mod timer;

pub use timer::{on_tick, sleep, timeout};

/// How many tasks an executor has to run.
pub const PLAYERS: usize = 4;

/// Where a program reports to.
pub trait Board {
    /// Shows a line.
    fn print(line: fmt::Arguments<'_>);
}

/// Set when every scenario has passed.
pub static FINISHED: Event = Event::new();

/// The task with this role, below [`PLAYERS`].
pub async fn player<B: Board>(role: usize) {
    macro_rules! play {
        ($($scenario:path: $name:literal,)+) => {$(
            $scenario(role).await;
            if curtain().await {
                B::print(format_args!("test {} ... ok", $name));
            }
        )+};
    }
    play! {
        lock::hand_off: "lock: ownership goes to the longest waiter, and nobody overtakes",
        lock::exclusion: "lock: one owner at a time",
        semaphore::limit: "semaphore: never more holders than permits",
        semaphore::many: "semaphore: a request for many is not starved by small ones",
        semaphore::bound_and_close: "semaphore: a bound is kept, and closing ends the waits",
        event::cohort: "event: set and clear reach exactly those that waited",
        condition::order: "condition: wait, notify_one, notify and notify_all, in order",
        condition::predicate: "condition: wait_for, one notification for each step",
        condition::until_notified_or_cancelled: "condition: wait_until owns the lock again, notified or not",
        queue::work: "queue: push, pop, task_done and join",
        queue::order: "queue: waiting pushes and pops are served in order",
        queue::closing: "queue: close drains, then fails with the item given back",
        cancel::either_or: "cancel: the loser of a select leaves no trace",
        cancel::granted: "cancel: what was granted to a dropped wait goes to the next",
        timer::timeouts: "cancel: by a timeout, from an interrupt",
    }
    if role == 0 {
        FINISHED.set();
    }
}

/// The end of a scenario: waits for the other players. Whether the caller is the last one.
async fn curtain() -> bool {
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
