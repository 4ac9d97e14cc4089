//! The model of [`Signal`], and its scenario.

use core::task::{Context, Poll};

use anywake_core::Signal;
use futures_util::FutureExt as _;

use super::{BoxedWait, Disagreement, Given, Model, Scenario, Wakes, run_bytes};

/// How a wait begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignalKind {
    /// With its first poll.
    Polled,
    /// When it is made, by `enable`.
    Enabled,
}

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignalOperation {
    /// `signal(value)`, with the next value.
    Signal(u8),
    /// `try_take()`.
    TryTake,
    /// `reset()`.
    Reset,
}

/// The observable state of a signal.
#[derive(Debug, PartialEq, Eq)]
pub struct SignalSeen {
    waiters: usize,
    is_set: bool,
}

/// The specified behaviour of a signal: the value, the wait that it is promised to, and the line of waiters.
#[derive(Debug, Default)]
pub struct SignalModel {
    next: u8,
    value: Option<u8>,
    promised: Option<usize>,
    waiting: Vec<usize>,
}

impl SignalModel {
    fn is_free(&self) -> bool {
        self.value.is_some() && self.promised.is_none()
    }

    /// Promises a free value to the first in line.
    fn promise(&mut self, wakes: &mut Wakes) {
        if self.is_free() && !self.waiting.is_empty() {
            let first = self.waiting.remove(0);
            self.promised = Some(first);
            wakes.wake(first);
        }
    }

    fn try_take(&mut self) -> Option<u8> {
        if self.is_free() { self.value.take() } else { None }
    }
}

impl Model for SignalModel {
    type Kind = SignalKind;
    type Operation = SignalOperation;
    /// The value that was taken or displaced.
    type Outcome = Option<u8>;
    type Seen = SignalSeen;

    fn kinds(&self, _: Option<usize>) -> Vec<SignalKind> {
        vec![SignalKind::Polled, SignalKind::Enabled]
    }

    fn operations(&self) -> Vec<SignalOperation> {
        vec![SignalOperation::Signal(self.next), SignalOperation::TryTake, SignalOperation::Reset]
    }

    fn begin(&mut self, slot: usize, kind: SignalKind) {
        if kind == SignalKind::Polled {
            return;
        }
        if self.is_free() {
            self.promised = Some(slot);
        } else {
            self.waiting.push(slot);
        }
    }

    fn poll(&mut self, slot: usize, _: &mut Wakes) -> Poll<Option<u8>> {
        if self.promised == Some(slot) {
            self.promised = None;
            return Poll::Ready(self.value.take());
        }
        if self.waiting.contains(&slot) {
            return Poll::Pending;
        }
        match self.try_take() {
            Some(value) => Poll::Ready(Some(value)),
            None => {
                self.waiting.push(slot);
                Poll::Pending
            }
        }
    }

    fn drop(&mut self, slot: usize, wakes: &mut Wakes) {
        self.waiting.retain(|waiter| *waiter != slot);
        if self.promised == Some(slot) {
            self.promised = None;
            self.promise(wakes);
        }
    }

    fn operate(&mut self, operation: SignalOperation, wakes: &mut Wakes) -> Option<u8> {
        match operation {
            SignalOperation::Signal(value) => {
                self.next = value.wrapping_add(1);
                let displaced = self.value.replace(value);
                self.promise(wakes);
                displaced
            }
            SignalOperation::TryTake | SignalOperation::Reset => self.try_take(),
        }
    }

    fn is_due(&self, slot: usize) -> bool {
        self.promised == Some(slot)
    }

    fn seen(&self) -> SignalSeen {
        SignalSeen { waiters: self.waiting.len(), is_set: self.is_free() }
    }
}

/// A signal.
#[derive(Clone, Copy, Debug)]
pub struct SignalScenario;

impl Scenario for SignalScenario {
    type Model = SignalModel;
    type Shared = Signal<u8>;
    type Wait<'a> = BoxedWait<'a, Self>;
    type Held<'a> = ();

    fn model(self) -> SignalModel {
        SignalModel::default()
    }

    fn shared(self) -> Signal<u8> {
        Signal::new()
    }

    fn begin<'a>(signal: &'a Signal<u8>, kind: SignalKind, _: Option<()>) -> BoxedWait<'a, Self> {
        let mut wait = Box::pin(signal.wait());
        if kind == SignalKind::Enabled {
            wait.as_mut().enable();
        }
        Box::pin(wait.map(|value| (Some(value), None)))
    }

    fn poll<'a>(wait: &mut Self::Wait<'a>, context: &mut Context<'_>) -> Poll<Given<'a, Self>> {
        wait.as_mut().poll(context)
    }

    fn operate(signal: &Signal<u8>, operation: SignalOperation) -> Option<u8> {
        match operation {
            SignalOperation::Signal(value) => signal.signal(value),
            SignalOperation::TryTake => signal.try_take(),
            SignalOperation::Reset => signal.reset(),
        }
    }

    fn seen(signal: &Signal<u8>) -> SignalSeen {
        SignalSeen { waiters: signal.waiters(), is_set: signal.is_set() }
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
    run_bytes(SignalScenario, super::SLOTS, bytes)
}

/// As [`check`], for a fuzzer.
///
/// # Panics
/// If primitive and model disagree.
pub fn run(bytes: &[u8]) {
    check(bytes).unwrap();
}
