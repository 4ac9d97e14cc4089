//! The model of [`Latch`], and its scenario.

use core::task::{Context, Poll};

use anywake_core::{Latch, LatchGuard};
use futures_util::FutureExt as _;

use super::{BoxedWait, Disagreement, Given, Model, Scenario, Wakes, run_bytes};

/// A wait, or an attempt that never waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LatchKind {
    /// `wait()`.
    Wait,
    /// `guard()`.
    Guard,
}

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LatchOperation {
    /// `count_down(n)`.
    CountDown(usize),
}

/// The result of a wait or an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LatchOutcome {
    /// The count is zero.
    Open,
    /// A guard.
    Guarded,
    /// It was counted down.
    Counted,
    /// This much could have been counted down.
    TooFar(usize),
}

/// The observable state of a latch.
#[derive(Debug, PartialEq, Eq)]
pub struct LatchSeen {
    remaining: usize,
    waiters: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Idle,
    Waiting,
    Reached,
    Holds,
}

/// The specified behaviour of a latch: the counts that are free, those that guards hold, and a line of waiters.
#[derive(Debug)]
pub struct LatchModel {
    free: usize,
    held: usize,
    line: Vec<usize>,
    places: Vec<Option<(LatchKind, Place)>>,
}

impl LatchModel {
    fn place(&self, slot: usize) -> (LatchKind, Place) {
        self.places[slot].expect("the slot has a request")
    }

    fn set_place(&mut self, slot: usize, place: Place) {
        let (kind, _) = self.place(slot);
        self.places[slot] = Some((kind, place));
    }

    fn remaining(&self) -> usize {
        self.free + self.held
    }

    /// A count has been taken: if it was the last, all waits end.
    fn counted(&mut self, wakes: &mut Wakes) {
        if self.remaining() == 0 {
            for slot in core::mem::take(&mut self.line) {
                self.set_place(slot, Place::Reached);
                wakes.wake(slot);
            }
        }
    }
}

impl Model for LatchModel {
    type Kind = LatchKind;
    type Operation = LatchOperation;
    type Outcome = LatchOutcome;
    type Seen = LatchSeen;

    fn kinds(&self, holding: Option<usize>) -> Vec<LatchKind> {
        if holding.is_none() { vec![LatchKind::Wait, LatchKind::Guard] } else { Vec::new() }
    }

    fn operations(&self) -> Vec<LatchOperation> {
        vec![LatchOperation::CountDown(1), LatchOperation::CountDown(2)]
    }

    fn begin(&mut self, slot: usize, kind: LatchKind) {
        if self.places.len() <= slot {
            self.places.resize(slot + 1, None);
        }
        self.places[slot] = Some((kind, Place::Idle));
    }

    fn poll(&mut self, slot: usize, _: &mut Wakes) -> Poll<LatchOutcome> {
        match self.place(slot) {
            (LatchKind::Guard, _) if self.free == 0 => {
                self.places[slot] = None;
                Poll::Ready(LatchOutcome::TooFar(0))
            }
            (LatchKind::Guard, _) => {
                self.free -= 1;
                self.held += 1;
                self.set_place(slot, Place::Holds);
                Poll::Ready(LatchOutcome::Guarded)
            }
            (LatchKind::Wait, Place::Idle) if self.remaining() > 0 => {
                self.line.push(slot);
                self.set_place(slot, Place::Waiting);
                Poll::Pending
            }
            (LatchKind::Wait, Place::Waiting) => Poll::Pending,
            (LatchKind::Wait, _) => {
                self.places[slot] = None;
                Poll::Ready(LatchOutcome::Open)
            }
        }
    }

    fn drop(&mut self, slot: usize, wakes: &mut Wakes) {
        match self.places[slot].take().expect("the slot has something to drop").1 {
            Place::Idle | Place::Reached => {}
            Place::Waiting => self.line.retain(|waiter| *waiter != slot),
            Place::Holds => {
                self.held -= 1;
                self.counted(wakes);
            }
        }
    }

    fn operate(&mut self, LatchOperation::CountDown(n): LatchOperation, wakes: &mut Wakes) -> LatchOutcome {
        if n > self.free {
            return LatchOutcome::TooFar(self.free);
        }
        self.free -= n;
        self.counted(wakes);
        LatchOutcome::Counted
    }

    fn is_due(&self, slot: usize) -> bool {
        self.place(slot).1 == Place::Reached
    }

    fn seen(&self) -> LatchSeen {
        LatchSeen { remaining: self.remaining(), waiters: self.line.len() }
    }
}

/// A latch with this count.
#[derive(Clone, Copy, Debug)]
pub struct LatchScenario {
    /// The count.
    pub count: usize,
}

impl Scenario for LatchScenario {
    type Model = LatchModel;
    type Shared = Latch;
    type Wait<'a> = BoxedWait<'a, Self>;
    type Held<'a> = LatchGuard<'a>;

    fn model(self) -> LatchModel {
        LatchModel { free: self.count, held: 0, line: Vec::new(), places: Vec::new() }
    }

    fn shared(self) -> Latch {
        Latch::new(self.count)
    }

    fn begin<'a>(latch: &'a Latch, kind: LatchKind, _: Option<LatchGuard<'a>>) -> BoxedWait<'a, Self> {
        match kind {
            LatchKind::Wait => Box::pin(latch.wait().map(|()| (LatchOutcome::Open, None))),
            LatchKind::Guard => Box::pin(async move {
                match latch.guard() {
                    Ok(guard) => (LatchOutcome::Guarded, Some(guard)),
                    Err(error) => (LatchOutcome::TooFar(error.remaining()), None),
                }
            }),
        }
    }

    fn poll<'a>(wait: &mut Self::Wait<'a>, context: &mut Context<'_>) -> Poll<Given<'a, Self>> {
        wait.as_mut().poll(context)
    }

    fn operate(latch: &Latch, LatchOperation::CountDown(n): LatchOperation) -> LatchOutcome {
        match latch.count_down(n) {
            Ok(()) => LatchOutcome::Counted,
            Err(error) => LatchOutcome::TooFar(error.remaining()),
        }
    }

    fn seen(latch: &Latch) -> LatchSeen {
        LatchSeen { remaining: latch.remaining(), waiters: latch.waiters() }
    }
}

/// Runs the program in `bytes`. The first byte is the count.
///
/// # Errors
/// If primitive and model disagree.
pub fn check(bytes: &[u8]) -> Result<(), Disagreement> {
    let Some((first, rest)) = bytes.split_first() else { return Ok(()) };
    run_bytes(LatchScenario { count: usize::from(*first) }, super::SLOTS, rest)
}

/// As [`check`], for a fuzzer.
///
/// # Panics
/// If primitive and model disagree.
pub fn run(bytes: &[u8]) {
    check(bytes).unwrap();
}
