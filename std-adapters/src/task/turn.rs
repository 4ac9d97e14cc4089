//! What a thread knows about the poll that it is in: a task's turn, what it may do in it, and how much.
//!
//! A task that is polled must come back soon, for two reasons that both are kept here. It must not block the thread,
//! which is a worker that others need. And it must not go on and on where each wait is granted at once, since timers,
//! siblings and a cancel come to their turn only when it suspends. So each turn has a budget of such waits, for those
//! that ask for it: [`cooperative`](crate::cooperative).
//!
//! Futures that no [`Job`](super::Job) polls, such as that of a `block_on`, share the budget that belongs to the
//! thread. It is renewed by each yield, not by each turn, which nobody here can see.

use core::cell::Cell;
#[cfg(feature = "tokio")]
use core::future::Future;
#[cfg(feature = "tokio")]
use core::pin::pin;
use core::task::{Context, Poll};

#[derive(Clone, Copy)]
struct Turn {
    /// Whether the thread is polling a task.
    of_a_task: bool,
    /// How many waits may still begin before one has to yield.
    budget: u8,
}

/// As many as tokio allows.
const BUDGET: u8 = 128;

thread_local! {
    static TURN: Cell<Turn> = const { Cell::new(Turn { of_a_task: false, budget: BUDGET }) };
}

/// A task is polled until this is dropped.
pub(crate) fn of_a_task() -> Before {
    Before::replaced_by(Turn { of_a_task: true, budget: BUDGET })
}

/// A function that may block is called until this is dropped.
pub(crate) fn of_a_blocking_function() -> Before {
    Before::replaced_by(Turn { of_a_task: false, budget: BUDGET })
}

pub(crate) const REFUSED: &str = "a task must not block its worker, which others need, perhaps what it waits for: \
                                  `.await` it, or wait in a function of `spawn_blocking`";

/// Code in the poll of a task must not block.
///
/// # Panics
///
/// In the poll of a task that [`Spawn::spawn`](crate::Spawn::spawn) has spawned.
pub(crate) fn refuse_in_a_task() {
    let is_of_a_task = TURN.try_with(Cell::get).is_ok_and(|turn| turn.of_a_task);
    assert!(!is_of_a_task, "{REFUSED}");
}

/// What comes back when the turn is over: turns are nested where a poll polls other tasks.
pub(crate) struct Before(Option<Turn>);

impl Before {
    /// (A thread that is being torn down has no turn any more.)
    fn replaced_by(turn: Turn) -> Self {
        Self(TURN.try_with(|current| current.replace(turn)).ok())
    }
}

impl Drop for Before {
    fn drop(&mut self) {
        if let Some(before) = self.0 {
            _ = TURN.try_with(|turn| turn.set(before));
        }
    }
}

/// Takes one from the budget. When there is none left, the caller has to suspend, and is woken at once.
pub(crate) fn poll_proceed(cx: &mut Context<'_>) -> Poll<()> {
    #[cfg(feature = "tokio")]
    if poll_budget_of_tokio(cx).is_pending() {
        set_budget(BUDGET);
        return Poll::Pending;
    }
    let budget = TURN.try_with(Cell::get).map_or(BUDGET, |turn| turn.budget);
    if let Some(rest) = budget.checked_sub(1) {
        // mistake a_budget_never_ends: set_budget(rest); ~>
        set_budget(rest);
        return Poll::Ready(());
    }
    set_budget(BUDGET);
    cx.waker().wake_by_ref();
    Poll::Pending
}

/// Takes one from the budget that tokio sets for each poll of its tasks; elsewhere there is always one.
#[cfg(feature = "tokio")]
fn poll_budget_of_tokio(cx: &mut Context<'_>) -> Poll<()> {
    pin!(::tokio::task::coop::consume_budget()).poll(cx)
}

fn set_budget(budget: u8) {
    _ = TURN.try_with(|turn| turn.set(Turn { budget, ..turn.get() }));
}
