//! The model of [`Lazy`], and its scenario: callers come, are cancelled, and go on with what others have begun.

use core::future::{Future, poll_fn};
use core::pin::Pin;
use core::sync::atomic::{AtomicU8, AtomicUsize, Ordering::Relaxed};
use core::task::{Context, Poll, Waker};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anywake_core::Lazy;
use anywake_core::once_cell::{BoxedInit, LazyFuture};

use super::{BoxedWait, Disagreement, Model, Scenario, Wakes, run_bytes};

/// A wait for a lazy value. There is one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LazyKind {
    /// `force`.
    Force,
}

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LazyOperation {
    /// Lets the stored future make one of its steps, and wakes the waker that it has.
    Open,
    /// `get`.
    Get,
}

/// The result of a wait or an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LazyOutcome {
    /// This value, or none.
    Value(Option<u8>),
    /// The operation has no result.
    Done,
}

/// The steps of the stored future.
const STEPS: u8 = 2;
/// The value that it makes.
const VALUE: u8 = 7;

/// The observable state of a lazy value.
#[derive(Debug, PartialEq, Eq)]
pub struct LazySeen {
    value: Option<u8>,
    waiters: usize,
    /// How often the computation was begun.
    begun: u8,
    /// How many steps it has made.
    made: u8,
}

/// Who has the role of the initialiser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    Nobody,
    /// A wait that was handed the role and has not been polled since.
    Heir(usize),
    /// A wait that has polled the stored future.
    Running(usize),
}

/// The specified behaviour of a lazy value: one computation, an owner that polls it, and a line of waiters.
#[derive(Debug)]
pub struct LazyModel {
    scenario: LazyScenario,
    value: Option<u8>,
    owner: Owner,
    /// The wait whose waker the stored future has.
    registered: Option<usize>,
    /// The steps that the stored future may still make.
    open: u8,
    made: u8,
    begun: u8,
    line: Vec<usize>,
    /// The waits that the value has reached.
    reached: Vec<usize>,
}

impl LazyModel {
    /// The owner of the role polls the stored future.
    fn run(&mut self, slot: usize, wakes: &mut Wakes) -> Poll<LazyOutcome> {
        self.owner = Owner::Running(slot);
        self.begun = 1;
        while self.open > 0 {
            self.open -= 1;
            self.made += 1;
            if self.made == STEPS {
                return Poll::Ready(self.fill(wakes));
            }
        }
        self.registered = Some(slot);
        Poll::Pending
    }

    fn fill(&mut self, wakes: &mut Wakes) -> LazyOutcome {
        self.value = Some(VALUE);
        self.owner = Owner::Nobody;
        self.registered = None;
        self.line.iter().for_each(|slot| wakes.wake(*slot));
        self.reached.append(&mut self.line);
        LazyOutcome::Value(self.value)
    }
}

impl Model for LazyModel {
    type Kind = LazyKind;
    type Operation = LazyOperation;
    type Outcome = LazyOutcome;
    type Seen = LazySeen;

    fn kinds(&self, _: Option<usize>) -> Vec<LazyKind> {
        vec![LazyKind::Force]
    }

    fn operations(&self) -> Vec<LazyOperation> {
        self.scenario.operations.to_vec()
    }

    fn begin(&mut self, _: usize, _: LazyKind) {}

    fn poll(&mut self, slot: usize, wakes: &mut Wakes) -> Poll<LazyOutcome> {
        if self.line.contains(&slot) {
            return Poll::Pending;
        }
        if [Owner::Heir(slot), Owner::Running(slot)].contains(&self.owner) {
            return self.run(slot, wakes);
        }
        self.reached.retain(|reached| *reached != slot);
        if self.value.is_some() {
            return Poll::Ready(LazyOutcome::Value(self.value));
        }
        if self.owner == Owner::Nobody {
            return self.run(slot, wakes);
        }
        self.line.push(slot);
        Poll::Pending
    }

    fn drop(&mut self, slot: usize, wakes: &mut Wakes) {
        self.line.retain(|waiter| *waiter != slot);
        self.reached.retain(|waiter| *waiter != slot);
        self.registered = self.registered.filter(|registered| *registered != slot);
        if [Owner::Heir(slot), Owner::Running(slot)].contains(&self.owner) {
            // What the stored future has done stays.
            self.owner = Owner::Nobody;
            if !self.line.is_empty() {
                let heir = self.line.remove(0);
                self.owner = Owner::Heir(heir);
                wakes.wake(heir);
            }
        }
    }

    fn operate(&mut self, operation: LazyOperation, wakes: &mut Wakes) -> LazyOutcome {
        match operation {
            LazyOperation::Open => {
                self.open = STEPS.min(self.open + 1);
                if let Some(slot) = self.registered.take() {
                    wakes.wake(slot);
                }
                LazyOutcome::Done
            }
            LazyOperation::Get => LazyOutcome::Value(self.value),
        }
    }

    fn is_due(&self, slot: usize) -> bool {
        self.reached.contains(&slot)
            || self.owner == Owner::Heir(slot)
            || self.owner == Owner::Running(slot) && self.open > 0
    }

    fn seen(&self) -> LazySeen {
        LazySeen { value: self.value, waiters: self.line.len(), begun: self.begun, made: self.made }
    }
}

/// What the stored future waits for.
#[derive(Debug, Default)]
struct Gate {
    open: u8,
    /// The waker of the last poll, and the number of the call that polled.
    waker: Option<(usize, Waker)>,
}

/// What the stored future and the operations share.
#[derive(Debug, Default)]
struct Yard {
    gate: Mutex<Gate>,
    /// The number of the call that polls now.
    polling: AtomicUsize,
    begun: AtomicU8,
    made: AtomicU8,
}

impl Yard {
    fn gate(&self) -> MutexGuard<'_, Gate> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn compute(self: Arc<Self>) -> BoxedInit<u8> {
        self.begun.fetch_add(1, Relaxed);
        Box::pin(poll_fn(move |context| {
            let mut gate = self.gate();
            while gate.open > 0 {
                gate.open -= 1;
                if self.made.fetch_add(1, Relaxed) + 1 == STEPS {
                    gate.waker = None;
                    return Poll::Ready(VALUE);
                }
            }
            gate.waker = Some((self.polling.load(Relaxed), context.waker().clone()));
            Poll::Pending
        }))
    }
}

type Begin = Box<dyn FnMut() -> BoxedInit<u8> + Send>;

/// A lazy value, and the gate at which its stored future waits.
#[derive(Debug)]
pub struct GatedLazy {
    lazy: Lazy<u8, BoxedInit<u8>, Begin>,
    yard: Arc<Yard>,
    calls: AtomicUsize,
}

/// A call of `force` that takes its waker back from the stored future when it is cancelled. (The future itself keeps
/// whatever waker it was last polled with, as it has to.)
struct Call<'a> {
    force: Pin<Box<LazyFuture<'a, u8, BoxedInit<u8>, Begin>>>,
    yard: &'a Yard,
    number: usize,
}

impl Call<'_> {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<u8> {
        self.yard.polling.store(self.number, Relaxed);
        self.force.as_mut().poll(context).map(|value| *value)
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        let mut gate = self.yard.gate();
        if gate.waker.as_ref().is_some_and(|(by, _)| *by == self.number) {
            gate.waker = None;
        }
    }
}

/// A value that is not computed yet.
#[derive(Clone, Copy, Debug)]
pub struct LazyScenario {
    /// The operations in the programs.
    pub operations: &'static [LazyOperation],
}

impl Scenario for LazyScenario {
    type Model = LazyModel;
    type Shared = GatedLazy;
    type Wait<'a> = BoxedWait<'a, Self>;
    type Held<'a> = ();

    fn model(self) -> LazyModel {
        LazyModel {
            scenario: self,
            value: None,
            owner: Owner::Nobody,
            registered: None,
            open: 0,
            made: 0,
            begun: 0,
            line: Vec::new(),
            reached: Vec::new(),
        }
    }

    fn shared(self) -> GatedLazy {
        let yard = Arc::<Yard>::default();
        let begin = Arc::clone(&yard);
        let lazy = Lazy::new(Box::new(move || Arc::clone(&begin).compute()) as Begin);
        GatedLazy { lazy, yard, calls: AtomicUsize::new(0) }
    }

    fn begin<'a>(shared: &'a GatedLazy, LazyKind::Force: LazyKind, _: Option<()>) -> BoxedWait<'a, Self> {
        let number = shared.calls.fetch_add(1, Relaxed);
        let mut call = Call { force: Box::pin(shared.lazy.force()), yard: &shared.yard, number };
        Box::pin(poll_fn(move |context| {
            call.poll(context).map(|value| (LazyOutcome::Value(Some(value)), None))
        }))
    }

    fn poll<'a>(wait: &mut Self::Wait<'a>, context: &mut Context<'_>) -> Poll<super::Given<'a, Self>> {
        wait.as_mut().poll(context)
    }

    fn operate(shared: &GatedLazy, operation: LazyOperation) -> LazyOutcome {
        match operation {
            LazyOperation::Open => {
                let mut gate = shared.yard.gate();
                gate.open = STEPS.min(gate.open + 1);
                let waker = gate.waker.take();
                drop(gate);
                if let Some((_, waker)) = waker {
                    waker.wake();
                }
                LazyOutcome::Done
            }
            LazyOperation::Get => LazyOutcome::Value(shared.lazy.get().copied()),
        }
    }

    fn seen(shared: &GatedLazy) -> LazySeen {
        LazySeen {
            value: shared.lazy.get().copied(),
            waiters: shared.lazy.waiters(),
            begun: shared.yard.begun.load(Relaxed),
            made: shared.yard.made.load(Relaxed),
        }
    }
}

/// Runs the program in `bytes`. The first byte says how soon the value is there.
///
/// # Errors
/// If primitive and model disagree.
pub fn check(bytes: &[u8]) -> Result<(), Disagreement> {
    use LazyOperation::{Get, Open};

    let Some((first, rest)) = bytes.split_first() else { return Ok(()) };
    // Little happens after the value is there, so in most programs it comes late or never.
    let operations: &[_] =
        if first % 4 == 0 { &[Open, Get] } else { &[Get, Get, Get, Get, Get, Get, Get, Open] };
    run_bytes(LazyScenario { operations }, super::SLOTS, rest)
}

/// As [`check`], for a fuzzer.
///
/// # Panics
/// If primitive and model disagree.
pub fn run(bytes: &[u8]) {
    check(bytes).unwrap();
}
