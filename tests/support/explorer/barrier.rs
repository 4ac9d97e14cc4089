//! The model of [`Barrier`], and its scenario.

use core::task::{Context, Poll};

use anywake_core::{Barrier, BrokenBarrier};
use futures_util::FutureExt as _;

use super::{BoxedWait, Disagreement, Given, Model, Scenario, Wakes, run_bytes};

/// The one way to wait at a barrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitForAll;

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BarrierOperation {
    /// `abort()`.
    Abort,
    /// `reset()`.
    Reset,
}

/// The index of a pass, and whether it is the leader's.
pub type Pass = Result<(usize, bool), BrokenBarrier>;

/// The observable state of a barrier.
#[derive(Debug, PartialEq, Eq)]
pub struct BarrierSeen {
    waiters: usize,
    is_broken: bool,
}

/// The specified behaviour of a barrier: those who wait, in the order of arrival, and what those get whose wait is over.
#[derive(Debug)]
pub struct BarrierModel {
    parties: usize,
    is_broken: bool,
    waiting: Vec<usize>,
    over: Vec<(usize, Pass)>,
}

impl BarrierModel {
    fn refuse(&mut self, wakes: &mut Wakes) {
        for slot in self.waiting.drain(..) {
            wakes.wake(slot);
            self.over.push((slot, Err(BrokenBarrier)));
        }
    }
}

impl Model for BarrierModel {
    type Kind = WaitForAll;
    type Operation = BarrierOperation;
    /// An operation returns nothing.
    type Outcome = Option<Pass>;
    type Seen = BarrierSeen;

    fn kinds(&self, _: Option<usize>) -> Vec<WaitForAll> {
        vec![WaitForAll]
    }

    fn operations(&self) -> Vec<BarrierOperation> {
        vec![BarrierOperation::Abort, BarrierOperation::Reset]
    }

    fn begin(&mut self, _: usize, _: WaitForAll) {}

    fn poll(&mut self, slot: usize, wakes: &mut Wakes) -> Poll<Option<Pass>> {
        if let Some(at) = self.over.iter().position(|(over, _)| *over == slot) {
            return Poll::Ready(Some(self.over.remove(at).1));
        }
        if self.waiting.contains(&slot) {
            return Poll::Pending;
        }
        if self.is_broken {
            return Poll::Ready(Some(Err(BrokenBarrier)));
        }
        if self.waiting.len() + 1 < self.parties {
            self.waiting.push(slot);
            return Poll::Pending;
        }
        for (index, slot) in self.waiting.drain(..).enumerate() {
            wakes.wake(slot);
            self.over.push((slot, Ok((index, false))));
        }
        Poll::Ready(Some(Ok((self.parties - 1, true))))
    }

    fn drop(&mut self, slot: usize, _: &mut Wakes) {
        self.waiting.retain(|waiter| *waiter != slot);
        self.over.retain(|(over, _)| *over != slot);
    }

    fn operate(&mut self, operation: BarrierOperation, wakes: &mut Wakes) -> Option<Pass> {
        self.is_broken = operation == BarrierOperation::Abort;
        self.refuse(wakes);
        None
    }

    fn is_due(&self, slot: usize) -> bool {
        self.over.iter().any(|(over, _)| *over == slot)
    }

    fn seen(&self) -> BarrierSeen {
        BarrierSeen { waiters: self.waiting.len(), is_broken: self.is_broken }
    }
}

/// A barrier for a number of tasks.
#[derive(Clone, Copy, Debug)]
pub struct BarrierScenario {
    /// How many complete a round.
    pub parties: usize,
}

impl Scenario for BarrierScenario {
    type Model = BarrierModel;
    type Shared = Barrier;
    type Wait<'a> = BoxedWait<'a, Self>;
    type Held<'a> = ();

    fn model(self) -> BarrierModel {
        BarrierModel { parties: self.parties, is_broken: false, waiting: Vec::new(), over: Vec::new() }
    }

    fn shared(self) -> Barrier {
        Barrier::new(self.parties)
    }

    fn begin<'a>(barrier: &'a Barrier, _: WaitForAll, _: Option<()>) -> BoxedWait<'a, Self> {
        let passed = |pass: anywake_core::BarrierPass| (pass.index(), pass.is_leader());
        Box::pin(barrier.wait().map(move |pass| (Some(pass.map(passed)), None)))
    }

    fn poll<'a>(wait: &mut Self::Wait<'a>, context: &mut Context<'_>) -> Poll<Given<'a, Self>> {
        wait.as_mut().poll(context)
    }

    fn operate(barrier: &Barrier, operation: BarrierOperation) -> Option<Pass> {
        match operation {
            BarrierOperation::Abort => barrier.abort(),
            BarrierOperation::Reset => barrier.reset(),
        }
        None
    }

    fn seen(barrier: &Barrier) -> BarrierSeen {
        BarrierSeen { waiters: barrier.waiters(), is_broken: barrier.is_broken() }
    }
}

/// Runs the program in `bytes`. The first byte selects the number of parties, up to more than a batch of waiters.
///
/// # Errors
/// If primitive and model disagree.
pub fn check(bytes: &[u8]) -> Result<(), Disagreement> {
    let [parties, program @ ..] = bytes else { return Ok(()) };
    run_bytes(BarrierScenario { parties: 1 + usize::from(*parties) % super::SLOTS }, super::SLOTS, program)
}

/// As [`check`], for a fuzzer.
///
/// # Panics
/// If primitive and model disagree.
pub fn run(bytes: &[u8]) {
    check(bytes).unwrap();
}
