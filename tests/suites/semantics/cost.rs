//! Promise 4: the cost of a wait does not depend on the number of other waiters.

use core::future::Future;
use core::pin::Pin;

use anywake_tests::{Sendable, finishes, poll_once};

/// The number of waiters. Walking the list at each cancel would take minutes: 10^10 steps.
const MANY: usize = if cfg!(miri) { 200 } else { 200_000 };

/// Queues very many waits at a primitive, and cancels them from the middle outwards.
///
/// The test reads no clock. If cancelling walked the list, the test would run into the time limit of [`finishes`].
pub(crate) fn cancelling_is_constant<W, F>(subject: impl FnOnce() -> W + Sendable + 'static)
where
    W: Fn() -> F,
    F: Future + 'static,
{
    finishes(move || {
        let wait = subject();
        let mut tasks: Vec<Pin<Box<F>>> = (0..MANY).map(|_| Box::pin(wait())).collect();
        for task in &mut tasks {
            assert!(poll_once(task.as_mut()).is_pending());
        }
        let mut behind = tasks.split_off(MANY / 2);
        behind.reverse();
        while let (Some(before), Some(after)) = (tasks.pop(), behind.pop()) {
            drop((before, after));
        }
    });
}
