//! The model of [`OnceCell`], and its scenario.

use core::future::{Future, poll_fn, ready};
use core::task::{Context, Poll, Waker};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anywake_core::{OnceCell, SetError};

use super::{BoxedWait, Disagreement, Given, Model, Scenario, Wakes, run_bytes};

/// A wait for a cell, and its initialiser if it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnceCellKind {
    /// `get_or_try_init`, with an initialiser that waits until an operation ends it.
    Init,
    /// `get_or_init`, with an initialiser that is ready at once.
    InitNow,
    /// `get_or_try_init`, with an initialiser that fails at once.
    FailNow,
    /// `wait`.
    Wait,
}

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnceCellOperation {
    /// Lets the initialiser that waits succeed or fail, and wakes it.
    End {
        /// Whether it succeeds.
        well: bool,
    },
    /// `set`.
    Set,
}

/// The result of a wait or an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnceCellOutcome {
    /// This value.
    Value(u8),
    /// The error of the wait's own initialiser.
    Failed,
    /// The result of `set`.
    Set(Result<(), SetError<u8>>),
    /// The operation has no result.
    Done,
}

/// The value that an initialiser makes after a wait.
const LATE: u8 = 1;
/// The value that an initialiser makes at once.
const NOW: u8 = 2;
/// The value that is set.
const SET: u8 = 3;

/// The observable state of a cell.
#[derive(Debug, PartialEq, Eq)]
pub struct OnceCellSeen {
    value: Option<u8>,
    waiters: usize,
}

/// Who has the role of the initialiser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    Nobody,
    /// A wait that was handed the role and has not been polled since.
    Heir(usize),
    /// A wait whose initialiser waits.
    Running(usize),
}

/// The specified behaviour of a cell: a value, an owner of the role, and two lines of waiters.
#[derive(Debug)]
pub struct OnceCellModel {
    scenario: OnceCellScenario,
    value: Option<u8>,
    owner: Owner,
    /// How the running initialiser is to end, if an operation has said so.
    end: Option<bool>,
    roles: Vec<usize>,
    values: Vec<usize>,
    /// The waits that the value has reached.
    reached: Vec<usize>,
    kinds: Vec<OnceCellKind>,
}

impl OnceCellModel {
    fn fill(&mut self, value: u8, wakes: &mut Wakes) -> OnceCellOutcome {
        self.value = Some(value);
        self.owner = Owner::Nobody;
        let all: Vec<_> = self.roles.drain(..).chain(self.values.drain(..)).collect();
        all.iter().for_each(|slot| wakes.wake(*slot));
        self.reached.extend(all);
        OnceCellOutcome::Value(value)
    }

    fn pass_on(&mut self, wakes: &mut Wakes) {
        self.owner = Owner::Nobody;
        self.end = None;
        if !self.roles.is_empty() {
            let heir = self.roles.remove(0);
            self.owner = Owner::Heir(heir);
            wakes.wake(heir);
        }
    }

    fn fail(&mut self, wakes: &mut Wakes) -> OnceCellOutcome {
        self.pass_on(wakes);
        OnceCellOutcome::Failed
    }

    fn initialise(&mut self, slot: usize, wakes: &mut Wakes) -> Poll<OnceCellOutcome> {
        Poll::Ready(match self.kinds[slot] {
            OnceCellKind::InitNow => self.fill(NOW, wakes),
            OnceCellKind::FailNow => self.fail(wakes),
            OnceCellKind::Init => {
                self.owner = Owner::Running(slot);
                return Poll::Pending;
            }
            OnceCellKind::Wait => unreachable!("slot {slot} only waits"),
        })
    }
}

impl Model for OnceCellModel {
    type Kind = OnceCellKind;
    type Operation = OnceCellOperation;
    type Outcome = OnceCellOutcome;
    type Seen = OnceCellSeen;

    fn kinds(&self, _: Option<usize>) -> Vec<OnceCellKind> {
        self.scenario.kinds.to_vec()
    }

    fn operations(&self) -> Vec<OnceCellOperation> {
        self.scenario.operations.to_vec()
    }

    fn begin(&mut self, slot: usize, kind: OnceCellKind) {
        if self.kinds.len() <= slot {
            self.kinds.resize(slot + 1, kind);
        }
        self.kinds[slot] = kind;
    }

    fn poll(&mut self, slot: usize, wakes: &mut Wakes) -> Poll<OnceCellOutcome> {
        if self.roles.contains(&slot) || self.values.contains(&slot) {
            return Poll::Pending;
        }
        if self.owner == Owner::Running(slot) {
            return match self.end.take() {
                None => Poll::Pending,
                Some(true) => Poll::Ready(self.fill(LATE, wakes)),
                Some(false) => Poll::Ready(self.fail(wakes)),
            };
        }
        if self.owner == Owner::Heir(slot) {
            return self.initialise(slot, wakes);
        }
        self.reached.retain(|reached| *reached != slot);
        if let Some(value) = self.value {
            return Poll::Ready(OnceCellOutcome::Value(value));
        }
        if self.kinds[slot] == OnceCellKind::Wait {
            self.values.push(slot);
        } else if self.owner == Owner::Nobody {
            return self.initialise(slot, wakes);
        } else {
            self.roles.push(slot);
        }
        Poll::Pending
    }

    fn drop(&mut self, slot: usize, wakes: &mut Wakes) {
        for line in [&mut self.roles, &mut self.values, &mut self.reached] {
            line.retain(|waiter| *waiter != slot);
        }
        if [Owner::Heir(slot), Owner::Running(slot)].contains(&self.owner) {
            self.pass_on(wakes);
        }
    }

    fn operate(&mut self, operation: OnceCellOperation, wakes: &mut Wakes) -> OnceCellOutcome {
        match operation {
            OnceCellOperation::End { well } => {
                if let (Owner::Running(slot), None) = (self.owner, self.end) {
                    self.end = Some(well);
                    wakes.wake(slot);
                }
                OnceCellOutcome::Done
            }
            OnceCellOperation::Set => OnceCellOutcome::Set(if self.value.is_some() {
                Err(SetError::Initialized(SET))
            } else if self.owner != Owner::Nobody {
                Err(SetError::Initializing(SET))
            } else {
                self.fill(SET, wakes);
                Ok(())
            }),
        }
    }

    fn is_due(&self, slot: usize) -> bool {
        self.reached.contains(&slot)
            || self.owner == Owner::Heir(slot)
            || self.owner == Owner::Running(slot) && self.end.is_some()
    }

    fn seen(&self) -> OnceCellSeen {
        OnceCellSeen { value: self.value, waiters: self.roles.len() + self.values.len() }
    }
}

/// What the initialiser that waits, waits for.
#[derive(Debug, Default)]
struct Gate {
    waker: Option<Waker>,
    end: Option<bool>,
}

/// A cell, and the gate at which its initialiser waits.
#[derive(Debug, Default)]
pub struct GatedCell {
    cell: OnceCell<u8>,
    gate: Mutex<Gate>,
}

/// Leaves the gate when the initialiser ends.
struct AtTheGate<'a>(&'a GatedCell);

impl GatedCell {
    fn gate(&self) -> MutexGuard<'_, Gate> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn initialiser(&self) -> impl Future<Output = Result<u8, ()>> + '_ {
        let place = AtTheGate(self);
        poll_fn(move |context| {
            // The whole place is captured, with its drop.
            let AtTheGate(shared) = &place;
            let mut gate = shared.gate();
            if let Some(well) = gate.end.take() {
                return Poll::Ready(if well { Ok(LATE) } else { Err(()) });
            }
            gate.waker = Some(context.waker().clone());
            Poll::Pending
        })
    }
}

impl Drop for AtTheGate<'_> {
    fn drop(&mut self) {
        *self.0.gate() = Gate::default();
    }
}

/// An empty cell.
#[derive(Clone, Copy, Debug)]
pub struct OnceCellScenario {
    /// The kinds of wait in the programs.
    pub kinds: &'static [OnceCellKind],
    /// The operations in the programs.
    pub operations: &'static [OnceCellOperation],
}

impl Scenario for OnceCellScenario {
    type Model = OnceCellModel;
    type Shared = GatedCell;
    type Wait<'a> = BoxedWait<'a, Self>;
    type Held<'a> = ();

    fn model(self) -> OnceCellModel {
        OnceCellModel {
            scenario: self,
            value: None,
            owner: Owner::Nobody,
            end: None,
            roles: Vec::new(),
            values: Vec::new(),
            reached: Vec::new(),
            kinds: Vec::new(),
        }
    }

    fn shared(self) -> GatedCell {
        GatedCell::default()
    }

    fn begin<'a>(shared: &'a GatedCell, kind: OnceCellKind, _: Option<()>) -> BoxedWait<'a, Self> {
        let outcome = |result: Result<&u8, ()>| {
            (result.map_or(OnceCellOutcome::Failed, |value| OnceCellOutcome::Value(*value)), None)
        };
        let cell = &shared.cell;
        match kind {
            OnceCellKind::Init => {
                Box::pin(async move { outcome(cell.get_or_try_init(|| shared.initialiser()).await) })
            }
            OnceCellKind::InitNow => {
                Box::pin(async move { outcome(Ok(cell.get_or_init(|| ready(NOW)).await)) })
            }
            OnceCellKind::FailNow => {
                Box::pin(async move { outcome(cell.get_or_try_init(|| ready(Err(()))).await) })
            }
            OnceCellKind::Wait => Box::pin(async move { outcome(Ok(cell.wait().await)) }),
        }
    }

    fn poll<'a>(wait: &mut Self::Wait<'a>, context: &mut Context<'_>) -> Poll<Given<'a, Self>> {
        wait.as_mut().poll(context)
    }

    fn operate(shared: &GatedCell, operation: OnceCellOperation) -> OnceCellOutcome {
        match operation {
            OnceCellOperation::End { well } => {
                let mut gate = shared.gate();
                let waker = gate.waker.take();
                if waker.is_some() {
                    gate.end = Some(well);
                }
                drop(gate);
                if let Some(waker) = waker {
                    waker.wake();
                }
                OnceCellOutcome::Done
            }
            OnceCellOperation::Set => OnceCellOutcome::Set(shared.cell.set(SET)),
        }
    }

    fn seen(shared: &GatedCell) -> OnceCellSeen {
        OnceCellSeen { value: shared.cell.get().copied(), waiters: shared.cell.waiters() }
    }
}

/// Runs the program in `bytes`. The first byte says how the cell may be initialised.
///
/// # Errors
/// If primitive and model disagree.
pub fn check(bytes: &[u8]) -> Result<(), Disagreement> {
    use OnceCellKind::{FailNow, Init, InitNow, Wait};
    use OnceCellOperation::{End, Set};

    const KINDS: &[OnceCellKind] = &[Init, Wait, FailNow, Init, InitNow];
    const OPERATIONS: &[OnceCellOperation] =
        &[End { well: false }, End { well: false }, End { well: true }, Set];

    let Some((first, rest)) = bytes.split_first() else { return Ok(()) };
    // Little happens after the cell is full, so in most programs no more than one way leads there.
    let (kinds, operations) = match first % 4 {
        0 => (KINDS, OPERATIONS),
        1 => (&KINDS[..4], OPERATIONS),
        2 => (&KINDS[..4], &OPERATIONS[..3]),
        _ => (&KINDS[..4], &OPERATIONS[..2]),
    };
    run_bytes(OnceCellScenario { kinds, operations }, super::SLOTS, rest)
}

/// As [`check`], for a fuzzer.
///
/// # Panics
/// If primitive and model disagree.
pub fn run(bytes: &[u8]) {
    check(bytes).unwrap();
}
