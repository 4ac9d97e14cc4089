//! The model of [`Notify`], and its scenario.

use core::task::{Context, Poll};

use anywake_core::Notify;
use futures_util::FutureExt as _;

use super::{BoxedWait, Disagreement, Given, Model, Scenario, Wakes, run_bytes};

/// How a wait begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotifyKind {
    /// With its first poll.
    Polled,
    /// When it is made, by `enable`.
    Enabled,
}

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotifyOperation {
    /// `notify_one()`.
    One,
    /// `notify_waiters()`.
    Waiters,
}

/// The specified behaviour of a notify: whether a notification is stored, the line of waiters, and those that were
/// notified and have not been polled since.
#[derive(Debug, Default)]
pub struct NotifyModel {
    stored: bool,
    waiting: Vec<usize>,
    notified: Vec<(usize, NotifyOperation)>,
}

impl NotifyModel {
    fn notify_one(&mut self, wakes: &mut Wakes) {
        if self.waiting.is_empty() {
            self.stored = true;
        } else {
            let first = self.waiting.remove(0);
            wakes.wake(first);
            self.notified.push((first, NotifyOperation::One));
        }
    }

    /// Removes what has reached this wait.
    fn taken(&mut self, slot: usize) -> Option<NotifyOperation> {
        let at = self.notified.iter().position(|(notified, _)| *notified == slot)?;
        Some(self.notified.remove(at).1)
    }

    /// Begins a wait. Returns whether it took the stored notification.
    fn enter(&mut self, slot: usize) -> bool {
        let stored = core::mem::take(&mut self.stored);
        if !stored {
            self.waiting.push(slot);
        }
        stored
    }
}

impl Model for NotifyModel {
    type Kind = NotifyKind;
    type Operation = NotifyOperation;
    type Outcome = ();
    type Seen = usize;

    fn kinds(&self, _: Option<usize>) -> Vec<NotifyKind> {
        vec![NotifyKind::Polled, NotifyKind::Enabled]
    }

    fn operations(&self) -> Vec<NotifyOperation> {
        vec![NotifyOperation::One, NotifyOperation::Waiters]
    }

    fn begin(&mut self, slot: usize, kind: NotifyKind) {
        if kind == NotifyKind::Enabled && self.enter(slot) {
            self.notified.push((slot, NotifyOperation::One));
        }
    }

    fn poll(&mut self, slot: usize, _: &mut Wakes) -> Poll<()> {
        if self.waiting.contains(&slot) {
            return Poll::Pending;
        }
        if self.taken(slot).is_some() || self.enter(slot) { Poll::Ready(()) } else { Poll::Pending }
    }

    fn drop(&mut self, slot: usize, wakes: &mut Wakes) {
        self.waiting.retain(|waiter| *waiter != slot);
        if self.taken(slot) == Some(NotifyOperation::One) {
            self.notify_one(wakes);
        }
    }

    fn operate(&mut self, operation: NotifyOperation, wakes: &mut Wakes) {
        match operation {
            NotifyOperation::One => self.notify_one(wakes),
            NotifyOperation::Waiters => {
                for slot in self.waiting.drain(..) {
                    wakes.wake(slot);
                    self.notified.push((slot, NotifyOperation::Waiters));
                }
            }
        }
    }

    fn is_due(&self, slot: usize) -> bool {
        self.notified.iter().any(|(notified, _)| *notified == slot)
    }

    fn seen(&self) -> usize {
        self.waiting.len()
    }
}

/// A notify.
#[derive(Clone, Copy, Debug)]
pub struct NotifyScenario;

impl Scenario for NotifyScenario {
    type Model = NotifyModel;
    type Shared = Notify;
    type Wait<'a> = BoxedWait<'a, Self>;
    type Held<'a> = ();

    fn model(self) -> NotifyModel {
        NotifyModel::default()
    }

    fn shared(self) -> Notify {
        Notify::new()
    }

    fn begin<'a>(notify: &'a Notify, kind: NotifyKind, _: Option<()>) -> BoxedWait<'a, Self> {
        let mut wait = Box::pin(notify.notified());
        if kind == NotifyKind::Enabled {
            wait.as_mut().enable();
        }
        Box::pin(wait.map(|()| ((), None)))
    }

    fn poll<'a>(wait: &mut Self::Wait<'a>, context: &mut Context<'_>) -> Poll<Given<'a, Self>> {
        wait.as_mut().poll(context)
    }

    fn operate(notify: &Notify, operation: NotifyOperation) {
        match operation {
            NotifyOperation::One => notify.notify_one(),
            NotifyOperation::Waiters => notify.notify_waiters(),
        }
    }

    fn seen(notify: &Notify) -> usize {
        notify.waiters()
    }

    fn idle_counts(self) -> bool {
        true
    }
}

/// Runs the program in `bytes`.
///
/// # Errors
/// If primitive and model disagree.
pub fn check(bytes: &[u8]) -> Result<(), Disagreement> {
    run_bytes(NotifyScenario, super::SLOTS, bytes)
}

/// As [`check`], for a fuzzer.
///
/// # Panics
/// If primitive and model disagree.
pub fn run(bytes: &[u8]) {
    check(bytes).unwrap();
}
