//! Promise 4: what a wait costs does not depend on how many others wait.

use core::future::Future;
use core::pin::Pin;

use anywake_tests::{finishes, poll_once};

/// So many that walking the list for each cancel would take minutes: 10^10 steps.
const MANY: usize = if cfg!(miri) { 200 } else { 200_000 };

/// Lets very many wait at a primitive where they have to, and cancels them from the middle outwards.
///
/// There is no clock in it: the list being walked shows by its never coming to an end.
pub(crate) fn cancelling_is_constant<W, F>(subject: impl FnOnce() -> W + Send + 'static)
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
