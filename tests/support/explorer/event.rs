//! The model of [`Event`], and its scenario.

use core::task::{Context, Poll};

use anywake_core::Event;
use futures_util::FutureExt as _;

use super::{BoxedWait, Disagreement, Given, Model, Scenario, Wakes, run_bytes};

/// The one way to wait for an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitForIt;

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventOperation {
    /// `set()`.
    Set,
    /// `clear()`.
    Clear,
}

/// The observable state of an event.
#[derive(Debug, PartialEq, Eq)]
pub struct EventSeen {
    is_set: bool,
    waiters: usize,
}

/// The specified behaviour of an event: a flag, the waiters, and the waiters whose wait a `set` has ended.
#[derive(Debug, Default)]
pub struct EventModel {
    is_set: bool,
    waiting: Vec<usize>,
    reached: Vec<usize>,
}

impl Model for EventModel {
    type Kind = WaitForIt;
    type Operation = EventOperation;
    type Outcome = ();
    type Seen = EventSeen;

    fn kinds(&self, _: Option<usize>) -> Vec<WaitForIt> {
        vec![WaitForIt]
    }

    fn operations(&self) -> Vec<EventOperation> {
        vec![EventOperation::Set, EventOperation::Clear]
    }

    fn begin(&mut self, _: usize, _: WaitForIt) {}

    fn poll(&mut self, slot: usize, _: &mut Wakes) -> Poll<()> {
        if self.waiting.contains(&slot) {
            return Poll::Pending;
        }
        if let Some(at) = self.reached.iter().position(|reached| *reached == slot) {
            self.reached.remove(at);
        } else if !self.is_set {
            self.waiting.push(slot);
            return Poll::Pending;
        }
        Poll::Ready(())
    }

    fn drop(&mut self, slot: usize, _: &mut Wakes) {
        self.waiting.retain(|waiter| *waiter != slot);
        self.reached.retain(|waiter| *waiter != slot);
    }

    fn operate(&mut self, operation: EventOperation, wakes: &mut Wakes) {
        self.is_set = operation == EventOperation::Set;
        if self.is_set {
            for slot in self.waiting.drain(..) {
                wakes.wake(slot);
                self.reached.push(slot);
            }
        }
    }

    fn is_due(&self, slot: usize) -> bool {
        self.reached.contains(&slot)
    }

    fn seen(&self) -> EventSeen {
        EventSeen { is_set: self.is_set, waiters: self.waiting.len() }
    }
}

/// An event.
#[derive(Clone, Copy, Debug)]
pub struct EventScenario;

impl Scenario for EventScenario {
    type Model = EventModel;
    type Shared = Event;
    type Wait<'a> = BoxedWait<'a, Self>;
    type Held<'a> = ();

    fn model(self) -> EventModel {
        EventModel::default()
    }

    fn shared(self) -> Event {
        Event::new()
    }

    fn begin<'a>(event: &'a Event, _: WaitForIt, _: Option<()>) -> BoxedWait<'a, Self> {
        Box::pin(event.wait().map(|()| ((), None)))
    }

    fn poll<'a>(wait: &mut Self::Wait<'a>, context: &mut Context<'_>) -> Poll<Given<'a, Self>> {
        wait.as_mut().poll(context)
    }

    fn operate(event: &Event, operation: EventOperation) {
        match operation {
            EventOperation::Set => event.set(),
            EventOperation::Clear => event.clear(),
        }
    }

    fn seen(event: &Event) -> EventSeen {
        EventSeen { is_set: event.is_set(), waiters: event.waiters() }
    }
}

/// Runs the program in `bytes`.
///
/// # Errors
/// If primitive and model disagree.
pub fn check(bytes: &[u8]) -> Result<(), Disagreement> {
    run_bytes(EventScenario, super::SLOTS, bytes)
}

/// As [`check`], for a fuzzer.
///
/// # Panics
/// If primitive and model disagree.
pub fn run(bytes: &[u8]) {
    check(bytes).unwrap();
}
