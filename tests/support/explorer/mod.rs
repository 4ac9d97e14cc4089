//! The explorer: runs programs of polls, drops and operations step by step on a primitive and on a plain model of it.
//!
//! # Problem
//! A bug in a primitive shows only after a certain sequence of steps: enqueue two waiters, grant the first, drop it
//! before it is polled, and see whether the second is woken. Tests written by hand cover only the sequences that their
//! authors thought of.
//!
//! # Chosen
//! One interpreter, independent of any primitive. It keeps futures in numbered slots and polls them by hand, with
//! wakers that report to it. After each step it compares everything observable with a sequential [`Model`]: the results
//! of polls and operations, the wakers that were woken and their order, and the counters of the primitive. The source
//! of the next step is exchangeable, so two drivers share the interpreter and the models:
//!
//! * [`explore`] runs *all* programs up to a number of steps, in a few slots;
//! * [`run_bytes`] runs the program that a string of bytes encodes, in enough slots for a broadcast to need several
//!   batches. Every string is a program, and a shorter string is a shorter program: property tests shrink it, and a
//!   fuzzer mutates it.
//!
//! # Checks
//! 1. Each poll and each operation returns the same as in the model.
//! 2. Each step wakes the same waiters as in the model, in the same order, by the waker of their *last* poll, and no
//!    waiter twice between two polls.
//! 3. No wake is lost: a waiter that would make progress, according to the model, has been woken since its last poll.
//! 4. All counters and flags agree after each step.
//! 5. A waker is dropped when its wait ends or when another waker replaces it.
//! 6. At the end the contents of all slots are dropped one by one and compared as before. Nothing is left then.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Wake;
use std::thread;

pub mod barrier;
pub mod broadcast;
pub mod cancellation_token;
pub mod condition;
pub mod event;
pub mod latch;
pub mod lazy;
pub mod lock;
pub mod notify;
pub mod once_cell;
pub mod oneshot;
pub mod queue;
pub mod rwlock;
pub mod semaphore;
pub mod signal;
pub mod wait_group;
pub mod watch;

/// The number of slots of the long programs: more than a batch of wakers holds.
const SLOTS: usize = 24;

/// The specified behaviour of a primitive, in plain sequential code.
///
/// The model identifies a wait by the number of its slot, and so the guard or permit that the wait returned.
pub trait Model {
    /// The kinds of wait. An attempt that never waits is a wait that is ready at its first poll.
    type Kind: Copy + fmt::Debug;
    /// The operations of the primitive that are not waits.
    type Operation: Copy + fmt::Debug;
    /// The result of a wait or an operation, as plain data.
    type Outcome: PartialEq + fmt::Debug;
    /// The counters and flags of the primitive.
    type Seen: PartialEq + fmt::Debug;

    /// The kinds of wait that may begin in an empty slot, or in a slot with a guard, which the wait then consumes.
    fn kinds(&self, holding: Option<usize>) -> Vec<Self::Kind>;
    /// The operations that are possible now.
    fn operations(&self) -> Vec<Self::Operation>;
    /// Whether [`take`](Model::take) is possible on this slot.
    fn can_take(&self, _slot: usize) -> bool {
        false
    }

    /// Makes a wait, without polling it.
    fn begin(&mut self, slot: usize, kind: Self::Kind);
    /// Polls a wait.
    fn poll(&mut self, slot: usize, wakes: &mut Wakes) -> Poll<Self::Outcome>;
    /// Drops a wait, or the guard or permit that it returned.
    fn drop(&mut self, slot: usize, wakes: &mut Wakes);
    /// Consumes a wait, or the guard or permit that it returned, by another method than its drop.
    fn take(&mut self, slot: usize, _wakes: &mut Wakes) -> Self::Outcome {
        unreachable!("slot {slot} cannot be taken")
    }
    /// Carries out an operation.
    fn operate(&mut self, operation: Self::Operation, wakes: &mut Wakes) -> Self::Outcome;

    /// Whether this wait, which was polled before, would make progress if it were polled now.
    fn is_due(&self, slot: usize) -> bool;
    /// The counters and flags.
    fn seen(&self) -> Self::Seen;
}

/// Connects the real primitive to the interpreter. A value of the type selects the primitive's parameters and the
/// steps of the programs.
pub trait Scenario: Copy + fmt::Debug + 'static {
    /// The model to compare with.
    type Model: Model;
    /// The primitive.
    type Shared: 'static;
    /// A wait of any kind.
    type Wait<'a>;
    /// A guard, a permit, or another value that a wait returns and that is released by its drop.
    type Held<'a>;

    /// Makes a new model.
    fn model(self) -> Self::Model;
    /// Makes a new primitive.
    fn shared(self) -> Self::Shared;
    /// Makes a wait, without polling it.
    fn begin<'a>(shared: &'a Self::Shared, kind: Kind<Self>, held: Option<Self::Held<'a>>) -> Self::Wait<'a>;
    /// Polls a wait.
    fn poll<'a>(wait: &mut Self::Wait<'a>, context: &mut Context<'_>) -> Poll<Given<'a, Self>>;
    /// Consumes a wait, or the guard or permit that it returned, by another method than its drop.
    fn take(content: Content<'_, Self>) -> Outcome<Self> {
        drop(content);
        unreachable!("this scenario takes nothing")
    }
    /// Carries out an operation.
    fn operate(shared: &Self::Shared, operation: Operation<Self>) -> Outcome<Self>;
    /// The counters and flags.
    fn seen(shared: &Self::Shared) -> <Self::Model as Model>::Seen;
    /// Whether programs also begin waits that they do not poll at once, because an unpolled wait has an effect.
    fn idle_counts(self) -> bool {
        false
    }
}

/// The kinds of wait of a scenario.
pub type Kind<S> = <<S as Scenario>::Model as Model>::Kind;
/// The operations of a scenario.
pub type Operation<S> = <<S as Scenario>::Model as Model>::Operation;
/// The outcomes of a scenario.
pub type Outcome<S> = <<S as Scenario>::Model as Model>::Outcome;
/// The output of a wait: the outcome to compare, and the value to keep in the slot.
pub type Given<'a, S> = (Outcome<S>, Option<<S as Scenario>::Held<'a>>);
/// A wait that is only polled and dropped.
pub type BoxedWait<'a, S> = Pin<Box<dyn Future<Output = Given<'a, S>> + 'a>>;

/// The content of a slot.
pub enum Content<'a, S: Scenario> {
    /// Nothing.
    Empty,
    /// A wait that is not complete.
    Waiting(S::Wait<'a>),
    /// The guard or permit that a wait returned.
    Holding(S::Held<'a>),
}

impl<S: Scenario> fmt::Debug for Content<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "Empty",
            Self::Waiting(_) => "Waiting",
            Self::Holding(_) => "Holding",
        })
    }
}

/// The model's account of wakers: which waiters sleep, and which were woken in this step.
#[derive(Debug)]
pub struct Wakes {
    asleep: Vec<bool>,
    log: Vec<usize>,
}

impl Wakes {
    /// Wakes this waiter, unless it was woken since its last poll: then its waker is used up, and no other wake is due.
    pub fn wake(&mut self, slot: usize) {
        if core::mem::take(&mut self.asleep[slot]) {
            self.log.push(slot);
        }
    }

    /// Whether this waiter waits and has not been woken since its last poll.
    #[must_use]
    pub fn is_asleep(&self, slot: usize) -> bool {
        self.asleep[slot]
    }
}

/// One step of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<K, O> {
    /// Makes a wait.
    Begin {
        /// The slot to use.
        slot: usize,
        /// The kind of wait.
        kind: K,
        /// Whether to poll it at once.
        poll: bool,
    },
    /// Polls a wait again.
    Poll {
        /// The slot of the wait.
        slot: usize,
        /// Whether to use a new waker, instead of the previous one.
        fresh: bool,
    },
    /// Drops a wait, or the guard or permit that it returned.
    Drop {
        /// The slot.
        slot: usize,
    },
    /// Consumes the content by another method than its drop: cancels a push, forgets a permit.
    Take {
        /// The slot.
        slot: usize,
    },
    /// Carries out an operation on the primitive.
    Operate(O),
}

type StepOf<S> = Step<Kind<S>, Operation<S>>;

/// A difference between the primitive and the model. Its `Debug` shows the difference and the program that led to it.
pub struct Disagreement(String);

impl fmt::Debug for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Returns an error, a [`String`], from the calling function unless the two values are equal.
macro_rules! same {
    ($real:expr, $model:expr, $($what:tt)+) => {
        match (&$real, &$model) {
            (real, model) if real == model => {}
            (real, model) => return Err(format!("{}: {real:?}, should be {model:?}", format_args!($($what)+))),
        }
    };
}

/// The steps that are possible now, by kind.
struct Possible<S: Scenario> {
    begin: Vec<StepOf<S>>,
    poll: Vec<StepOf<S>>,
    end: Vec<StepOf<S>>,
    operate: Vec<StepOf<S>>,
}

/// A source of steps.
trait Program<S: Scenario> {
    /// Returns one of the possible steps, or `None` at the end of the program.
    fn next(&mut self, scenario: S, possible: impl FnOnce() -> Possible<S>) -> Option<StepOf<S>>;
    /// Whether an earlier program began with the same steps, up to the latest one. Programs are deterministic, so this
    /// step need not be compared again.
    fn repeats(&self) -> bool {
        false
    }
}

/// Runs every program of at most `steps` steps in `slots` slots, and returns the number of programs.
///
/// Slots are interchangeable, so a wait begins only in the lowest empty slot. A wait that was just polled and not woken
/// is not polled again at once.
///
/// # Errors
/// Returns the first program at which primitive and model disagree.
pub fn explore<S: Scenario>(scenario: S, slots: usize, steps: usize) -> Result<u64, Disagreement> {
    let mut all = Exhaustive::<S> { path: Vec::new(), at: 0, steps };
    let mut programs = 0;
    loop {
        run(scenario, slots, &mut all)?;
        programs += 1;
        if !all.turn() {
            return Ok(programs);
        }
    }
}

/// Runs the program that the bytes encode, in `slots` slots.
///
/// # Errors
/// If primitive and model disagree.
pub fn run_bytes<S: Scenario>(scenario: S, slots: usize, bytes: &[u8]) -> Result<(), Disagreement> {
    run(scenario, slots, &mut Bytes(bytes.iter()))
}

/// Enumerates all programs as an odometer counts: the last choice changes first.
struct Exhaustive<S: Scenario> {
    /// For each step the remaining choices, the current one last. An empty list ends the program.
    path: Vec<Vec<StepOf<S>>>,
    at: usize,
    steps: usize,
}

impl<S: Scenario> Exhaustive<S> {
    /// Advances to the next program. Returns whether there is one.
    fn turn(&mut self) -> bool {
        self.at = 0;
        while let Some(choices) = self.path.last_mut() {
            if choices.pop().is_some() {
                return true;
            }
            self.path.pop();
        }
        false
    }
}

impl<S: Scenario> Program<S> for Exhaustive<S> {
    fn next(&mut self, scenario: S, possible: impl FnOnce() -> Possible<S>) -> Option<StepOf<S>> {
        if self.at == self.steps {
            return None;
        }
        if self.at == self.path.len() {
            let Possible { mut begin, poll, end, operate } = possible();
            if scenario.idle_counts() {
                let idle = begin.iter().map(|step| match *step {
                    Step::Begin { slot, kind, .. } => Step::Begin { slot, kind, poll: false },
                    other => other,
                });
                begin.extend(idle.collect::<Vec<_>>());
            }
            self.path.push([begin, poll, end, operate].concat());
        }
        let step = self.path[self.at].last().copied();
        self.at += 1;
        step
    }

    /// Only the last choice is new.
    fn repeats(&self) -> bool {
        self.at < self.path.len()
    }
}

/// A program in bytes. For each step one byte selects the kind of step, and one selects the step.
struct Bytes<'b>(core::slice::Iter<'b, u8>);

impl<S: Scenario> Program<S> for Bytes<'_> {
    fn next(&mut self, _: S, possible: impl FnOnce() -> Possible<S>) -> Option<StepOf<S>> {
        let possible = possible();
        loop {
            let (&what, &which) = (self.0.next()?, self.0.next()?);
            // The kinds are weighted so that the slots fill, and a broadcast finds more waiters than a batch holds.
            // The two high bits select variants of a step. Shrinking leads to zeros, which select the variants that
            // `explore` uses.
            let steps = match what % 16 {
                0..6 => &possible.begin,
                6..10 => &possible.poll,
                10..12 => &possible.end,
                _ => &possible.operate,
            };
            if steps.is_empty() {
                continue;
            }
            return Some(match steps[usize::from(which) % steps.len()] {
                Step::Begin { slot, kind, .. } => Step::Begin { slot, kind, poll: what < 192 },
                Step::Poll { slot, .. } => Step::Poll { slot, fresh: what < 128 },
                other => other,
            });
        }
    }
}

/// Runs one program, then drops what is left in the slots.
fn run<S: Scenario>(scenario: S, slots: usize, program: &mut impl Program<S>) -> Result<(), Disagreement> {
    let shared = scenario.shared();
    let mut world = World::new(scenario, &shared, slots);
    world.run(program).map_err(|difference| Disagreement(format!("{difference}\n{:?}", world.trace)))
}

/// A waker that reports to the interpreter. Each fresh waker has a serial number of its own.
#[derive(Debug)]
struct Bell {
    slot: usize,
    serial: u32,
    rung: Arc<Mutex<Vec<(usize, u32)>>>,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.rung.lock().unwrap_or_else(PoisonError::into_inner).push((self.slot, self.serial));
    }
}

struct Slot<'a, S: Scenario> {
    content: Content<'a, S>,
    /// The waker of the last poll.
    bell: Option<Arc<Bell>>,
}

impl<S: Scenario> Slot<'_, S> {
    /// Check 5: no other handle to the waker exists.
    fn retire_bell(&mut self) -> Result<(), String> {
        if let Some(bell) = self.bell.take() {
            same!(
                Arc::strong_count(&bell),
                1,
                "handles to the waker, when the wait in slot {} has ended",
                bell.slot
            );
        }
        Ok(())
    }
}

/// The primitive, its model, and the state of a run.
struct World<'a, S: Scenario> {
    shared: &'a S::Shared,
    model: S::Model,
    slots: Vec<Slot<'a, S>>,
    /// The wakes that the model expects.
    wakes: Wakes,
    /// The wakes that happened, as slot and serial number.
    rung: Arc<Mutex<Vec<(usize, u32)>>>,
    bells: u32,
    trace: Trace<S>,
}

impl<'a, S: Scenario> World<'a, S> {
    fn new(scenario: S, shared: &'a S::Shared, slots: usize) -> Self {
        Self {
            shared,
            model: scenario.model(),
            slots: (0..slots).map(|_| Slot { content: Content::Empty, bell: None }).collect(),
            wakes: Wakes { asleep: vec![false; slots], log: Vec::new() },
            rung: Arc::default(),
            bells: 0,
            trace: Trace { scenario, steps: Vec::new() },
        }
    }

    fn possible(&self) -> Possible<S> {
        let mut possible =
            Possible { begin: Vec::new(), poll: Vec::new(), end: Vec::new(), operate: Vec::new() };
        let mut room = true;
        for (slot, Slot { content, .. }) in self.slots.iter().enumerate() {
            let holding = match content {
                Content::Empty if !core::mem::take(&mut room) => continue,
                Content::Empty => None,
                Content::Waiting(_) => {
                    if !self.was_just_polled(slot) || !self.wakes.is_asleep(slot) {
                        possible.poll.push(Step::Poll { slot, fresh: true });
                    }
                    possible.end.push(Step::Drop { slot });
                    if self.model.can_take(slot) {
                        possible.end.push(Step::Take { slot });
                    }
                    continue;
                }
                Content::Holding(_) => {
                    possible.end.push(Step::Drop { slot });
                    if self.model.can_take(slot) {
                        possible.end.push(Step::Take { slot });
                    }
                    Some(slot)
                }
            };
            let kinds = self.model.kinds(holding).into_iter();
            possible.begin.extend(kinds.map(|kind| Step::Begin { slot, kind, poll: true }));
        }
        possible.operate.extend(self.model.operations().into_iter().map(Step::Operate));
        possible
    }

    fn was_just_polled(&self, slot: usize) -> bool {
        match self.trace.steps.last() {
            Some(Step::Begin { slot: last, poll, .. }) => *last == slot && *poll,
            Some(Step::Poll { slot: last, .. }) => *last == slot,
            _ => false,
        }
    }

    fn run(&mut self, program: &mut impl Program<S>) -> Result<(), String> {
        self.compare()?;
        while let Some(step) = program.next(self.trace.scenario, || self.possible()) {
            self.step(step)?;
            if program.repeats() {
                self.skip();
            } else {
                self.compare()?;
            }
        }
        for slot in 0..self.slots.len() {
            if !matches!(self.slots[slot].content, Content::Empty) {
                self.step(Step::Drop { slot })?;
                self.compare()?;
            }
        }
        Ok(())
    }

    fn step(&mut self, step: StepOf<S>) -> Result<(), String> {
        self.trace.steps.push(step);
        match step {
            Step::Begin { slot, kind, poll } => {
                let held = match core::mem::replace(&mut self.slots[slot].content, Content::Empty) {
                    Content::Holding(held) => Some(held),
                    _ => None,
                };
                self.model.begin(slot, kind);
                self.slots[slot].content = Content::Waiting(S::begin(self.shared, kind, held));
                if poll {
                    self.poll(slot, true)?;
                }
            }
            Step::Poll { slot, fresh } => self.poll(slot, fresh)?,
            Step::Drop { slot } => {
                self.model.drop(slot, &mut self.wakes);
                self.slots[slot].content = Content::Empty;
                self.end(slot)?;
            }
            Step::Take { slot } => {
                let content = core::mem::replace(&mut self.slots[slot].content, Content::Empty);
                same!(
                    S::take(content),
                    self.model.take(slot, &mut self.wakes),
                    "the result of taking from slot {slot}"
                );
                self.end(slot)?;
            }
            Step::Operate(operation) => {
                let real = S::operate(self.shared, operation);
                same!(real, self.model.operate(operation, &mut self.wakes), "the result of {operation:?}");
            }
        }
        Ok(())
    }

    fn poll(&mut self, slot: usize, fresh: bool) -> Result<(), String> {
        let rung = &self.rung;
        let Slot { content, bell } = &mut self.slots[slot];
        let Content::Waiting(wait) = content else { unreachable!("slot {slot} does not wait") };
        let new = || {
            self.bells += 1;
            Arc::new(Bell { slot, serial: self.bells, rung: Arc::clone(rung) })
        };
        let old = if fresh { bell.take() } else { None };
        let waker = Waker::from(Arc::clone(bell.get_or_insert_with(new)));

        let real = S::poll(wait, &mut Context::from_waker(&waker));
        drop(waker);
        if let Some(old) = old {
            same!(Arc::strong_count(&old), 1, "handles to the previous waker of slot {slot}");
        }
        let (real, held) = match real {
            Poll::Pending => (Poll::Pending, None),
            Poll::Ready((outcome, held)) => (Poll::Ready(outcome), held),
        };
        same!(real, self.model.poll(slot, &mut self.wakes), "the result of the wait in slot {slot}");
        self.wakes.asleep[slot] = real.is_pending();
        if real.is_ready() {
            *content = held.map_or(Content::Empty, Content::Holding);
            self.slots[slot].retire_bell()?;
        }
        Ok(())
    }

    fn end(&mut self, slot: usize) -> Result<(), String> {
        self.wakes.asleep[slot] = false;
        self.slots[slot].retire_bell()
    }

    fn rung(&self) -> Vec<(usize, u32)> {
        core::mem::take(&mut *self.rung.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Discards the wakes of a step that is not compared.
    fn skip(&mut self) {
        self.rung();
        self.wakes.log.clear();
    }

    /// Checks 2, 3 and 4.
    fn compare(&mut self) -> Result<(), String> {
        let rung = self.rung();
        for (slot, serial) in &rung {
            let current = self.slots[*slot].bell.as_ref().map(|bell| bell.serial);
            same!(Some(*serial), current, "the serial number of the waker that woke slot {slot}");
        }
        let woken: Vec<usize> = rung.into_iter().map(|(slot, _)| slot).collect();
        same!(woken, core::mem::take(&mut self.wakes.log), "the slots that were woken");
        same!(S::seen(self.shared), self.model.seen(), "the counters and flags");
        for (slot, Slot { content, bell }) in self.slots.iter().enumerate() {
            if matches!(content, Content::Waiting(_)) && bell.is_some() && self.model.is_due(slot) {
                same!(
                    self.wakes.is_asleep(slot),
                    false,
                    "whether slot {slot}, which would make progress, sleeps"
                );
            }
        }
        Ok(())
    }
}

/// The program so far.
struct Trace<S: Scenario> {
    scenario: S,
    steps: Vec<StepOf<S>>,
}

impl<S: Scenario> fmt::Debug for Trace<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "in {:?}, after", self.scenario)?;
        self.steps.iter().enumerate().try_for_each(|(number, step)| write!(f, "\n{:4}. {step:?}", number + 1))
    }
}

/// Shows the program if the primitive panics, since no [`Disagreement`] shows it then.
impl<S: Scenario> Drop for Trace<S> {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("{self:?}");
        }
    }
}
