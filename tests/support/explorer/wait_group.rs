//! The model of [`WaitGroup`], and its scenario.

use core::task::{Context, Poll};

use anywake_core::{AddError, WaitGroup, WaitToken};
use futures_util::FutureExt as _;

use super::{BoxedWait, Disagreement, Given, Model, Scenario, Wakes, run_bytes};

/// A wait, or an attempt that never waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupKind {
    /// `wait()`.
    Wait,
    /// `add()`.
    Add,
    /// Clones a token, and drops the original.
    Replace,
}

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupOperation {
    /// `close()`.
    Close,
}

/// The result of a wait or an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupOutcome {
    /// No token is left.
    Empty,
    /// A token.
    Added,
    /// No token.
    Refused(AddError),
    /// The operation has no result.
    Done,
}

/// The observable state of a group.
#[derive(Debug, PartialEq, Eq)]
pub struct GroupSeen {
    count: usize,
    waiters: usize,
    is_closed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Idle,
    Waiting,
    Reached,
    Holds,
}

/// The specified behaviour of a group: who holds a token, a line of waiters, and whether it is closed.
#[derive(Debug, Default)]
pub struct GroupModel {
    closed: bool,
    line: Vec<usize>,
    places: Vec<Option<(GroupKind, Place)>>,
}

impl GroupModel {
    fn place(&self, slot: usize) -> (GroupKind, Place) {
        self.places[slot].expect("the slot has a request")
    }

    fn set_place(&mut self, slot: usize, place: Place) {
        let (kind, _) = self.place(slot);
        self.places[slot] = Some((kind, place));
    }

    /// What is to replace a token still has it.
    fn count(&self) -> usize {
        let holds = |place: &(GroupKind, Place)| {
            place.1 == Place::Holds || *place == (GroupKind::Replace, Place::Idle)
        };
        self.places.iter().flatten().filter(|place| holds(place)).count()
    }
}

impl Model for GroupModel {
    type Kind = GroupKind;
    type Operation = GroupOperation;
    type Outcome = GroupOutcome;
    type Seen = GroupSeen;

    fn kinds(&self, holding: Option<usize>) -> Vec<GroupKind> {
        if holding.is_none() { vec![GroupKind::Wait, GroupKind::Add] } else { vec![GroupKind::Replace] }
    }

    /// Little happens after a close, so there is one at the most.
    fn operations(&self) -> Vec<GroupOperation> {
        if self.closed { Vec::new() } else { vec![GroupOperation::Close] }
    }

    fn begin(&mut self, slot: usize, kind: GroupKind) {
        if self.places.len() <= slot {
            self.places.resize(slot + 1, None);
        }
        self.places[slot] = Some((kind, Place::Idle));
    }

    fn poll(&mut self, slot: usize, _: &mut Wakes) -> Poll<GroupOutcome> {
        match self.place(slot) {
            (GroupKind::Add, _) if self.closed => {
                self.places[slot] = None;
                Poll::Ready(GroupOutcome::Refused(AddError::Closed))
            }
            (GroupKind::Add | GroupKind::Replace, _) => {
                self.set_place(slot, Place::Holds);
                Poll::Ready(GroupOutcome::Added)
            }
            (GroupKind::Wait, Place::Idle) if self.count() > 0 => {
                self.line.push(slot);
                self.set_place(slot, Place::Waiting);
                Poll::Pending
            }
            (GroupKind::Wait, Place::Waiting) => Poll::Pending,
            (GroupKind::Wait, _) => {
                self.places[slot] = None;
                Poll::Ready(GroupOutcome::Empty)
            }
        }
    }

    fn drop(&mut self, slot: usize, wakes: &mut Wakes) {
        let before = self.count();
        let (_, place) = self.places[slot].take().expect("the slot has something to drop");
        if place == Place::Waiting {
            self.line.retain(|waiter| *waiter != slot);
        }
        if before > 0 && self.count() == 0 {
            for slot in core::mem::take(&mut self.line) {
                self.set_place(slot, Place::Reached);
                wakes.wake(slot);
            }
        }
    }

    fn operate(&mut self, GroupOperation::Close: GroupOperation, _: &mut Wakes) -> GroupOutcome {
        self.closed = true;
        GroupOutcome::Done
    }

    fn is_due(&self, slot: usize) -> bool {
        self.place(slot).1 == Place::Reached
    }

    fn seen(&self) -> GroupSeen {
        GroupSeen { count: self.count(), waiters: self.line.len(), is_closed: self.closed }
    }
}

/// A group.
#[derive(Clone, Copy, Debug)]
pub struct GroupScenario;

impl Scenario for GroupScenario {
    type Model = GroupModel;
    type Shared = WaitGroup;
    type Wait<'a> = BoxedWait<'a, Self>;
    type Held<'a> = WaitToken<'a>;

    fn model(self) -> GroupModel {
        GroupModel::default()
    }

    fn shared(self) -> WaitGroup {
        WaitGroup::new()
    }

    fn begin<'a>(group: &'a WaitGroup, kind: GroupKind, held: Option<WaitToken<'a>>) -> BoxedWait<'a, Self> {
        match kind {
            GroupKind::Wait => Box::pin(group.wait().map(|()| (GroupOutcome::Empty, None))),
            GroupKind::Add => Box::pin(async move {
                match group.add() {
                    Ok(token) => (GroupOutcome::Added, Some(token)),
                    Err(error) => (GroupOutcome::Refused(error), None),
                }
            }),
            GroupKind::Replace => Box::pin(async move {
                let another = held.clone();
                drop(held);
                (GroupOutcome::Added, another)
            }),
        }
    }

    fn poll<'a>(wait: &mut Self::Wait<'a>, context: &mut Context<'_>) -> Poll<Given<'a, Self>> {
        wait.as_mut().poll(context)
    }

    fn operate(group: &WaitGroup, GroupOperation::Close: GroupOperation) -> GroupOutcome {
        group.close();
        GroupOutcome::Done
    }

    fn seen(group: &WaitGroup) -> GroupSeen {
        GroupSeen { count: group.count(), waiters: group.waiters(), is_closed: group.is_closed() }
    }
}

/// Runs the program in `bytes`.
///
/// # Errors
/// If primitive and model disagree.
pub fn check(bytes: &[u8]) -> Result<(), Disagreement> {
    run_bytes(GroupScenario, super::SLOTS, bytes)
}

/// As [`check`], for a fuzzer.
///
/// # Panics
/// If primitive and model disagree.
pub fn run(bytes: &[u8]) {
    check(bytes).unwrap();
}
