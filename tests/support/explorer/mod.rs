//! The explorer: programs of polls, drops and operations, run step by step on a primitive and on a plain model of it.
//!
//! # Problem
//! The bugs of this field need a sequence: queue two, grant the first, drop it before it looks, and see whether the
//! second hears of it. Tests written by hand have the sequences that somebody thought of.
//!
//! # Chosen
//! One interpreter, which knows nothing of any primitive: it keeps futures in numbered slots, polls them by hand with
//! wakers that report to it, and after each step compares everything that can be seen with a sequential [`Model`]:
//! what a poll or an operation gave, which wakers were woken and in which order, the counters of the primitive. Where
//! the next step comes from is left open, so the same interpreter and the same models serve
//!
//! * [`explore`]: *all* programs up to a number of steps, in a few slots;
//! * [`run_bytes`]: the program that a string of bytes stands for, in so many slots that a broadcast takes several
//!   batches. Any bytes are a program, and a shorter string is a shorter program: property tests shrink it, and a
//!   fuzzer mutates it.
//!
//! # What is checked
//! 1. Each poll and each operation gives what the model gives.
//! 2. Each step wakes exactly the waiters that the model wakes, in its order, by the waker of their *last* poll, and
//!    nobody twice between two polls.
//! 3. No lost wake: whoever could go on, says the model, has been woken since it last looked.
//! 4. All counters and flags agree after each step.
//! 5. No waker outlives the wait that it was given to, or its replacement by another.
//! 6. In the end everything is dropped, one by one and compared as before; then nothing is left behind.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Wake;
use std::thread;

pub mod condition;
pub mod event;
pub mod lock;
pub mod queue;
pub mod rwlock;
pub mod semaphore;

/// How many slots the long programs have: more than one batch of wakers.
const SLOTS: usize = 24;

/// What a primitive should do, in plain sequential code.
///
/// A slot is the name of a wait, and then of what the wait gave; the model keeps account of who is where by it.
pub trait Model {
    /// The kinds of wait that can be begun. Attempts that do not wait are waits that are ready at once.
    type Kind: Copy + fmt::Debug;
    /// What can be done besides waiting.
    type Operation: Copy + fmt::Debug;
    /// What a wait or an operation gives, as plain data.
    type Outcome: PartialEq + fmt::Debug;
    /// The counters and flags of the primitive.
    type Seen: PartialEq + fmt::Debug;

    /// What may be begun in an empty slot, or in one that holds something, which is then used up.
    fn kinds(&self, holding: Option<usize>) -> Vec<Self::Kind>;
    /// What may be done now.
    fn operations(&self) -> Vec<Self::Operation>;
    /// Whether what is in the slot may be [taken](Model::take).
    fn can_take(&self, _slot: usize) -> bool {
        false
    }

    /// Makes a wait, without polling it.
    fn begin(&mut self, slot: usize, kind: Self::Kind);
    /// Polls a wait.
    fn poll(&mut self, slot: usize, wakes: &mut Wakes) -> Poll<Self::Outcome>;
    /// Drops a wait, or what it gave.
    fn drop(&mut self, slot: usize, wakes: &mut Wakes);
    /// Ends a wait, or what it gave, in the other way that it has.
    fn take(&mut self, slot: usize, _wakes: &mut Wakes) -> Self::Outcome {
        unreachable!("slot {slot} cannot be taken")
    }
    /// Carries out an operation.
    fn operate(&mut self, operation: Self::Operation, wakes: &mut Wakes) -> Self::Outcome;

    /// Whether this wait, polled before, could go on if it were polled now.
    fn is_due(&self, slot: usize) -> bool;
    /// The counters and flags.
    fn seen(&self) -> Self::Seen;
}

/// Brings the real primitive to the interpreter. Its value says which, and what the programs are made of.
pub trait Scenario: Copy + fmt::Debug + 'static {
    /// The model to compare with.
    type Model: Model;
    /// The primitive.
    type Shared: 'static;
    /// A wait of any kind.
    type Wait<'a>;
    /// A guard or a permit, or whatever a wait gives that must be given back.
    type Held<'a>;

    /// A fresh model.
    fn model(self) -> Self::Model;
    /// A fresh primitive.
    fn shared(self) -> Self::Shared;
    /// Makes a wait, without polling it.
    fn begin<'a>(shared: &'a Self::Shared, kind: Kind<Self>, held: Option<Self::Held<'a>>) -> Self::Wait<'a>;
    /// Polls a wait.
    fn poll<'a>(wait: &mut Self::Wait<'a>, context: &mut Context<'_>) -> Poll<Given<'a, Self>>;
    /// Ends a wait, or what it gave, in the other way that it has.
    fn take(content: Content<'_, Self>) -> Outcome<Self> {
        drop(content);
        unreachable!("nothing here can be taken")
    }
    /// Carries out an operation.
    fn operate(shared: &Self::Shared, operation: Operation<Self>) -> Outcome<Self>;
    /// The counters and flags.
    fn seen(shared: &Self::Shared) -> <Self::Model as Model>::Seen;
    /// Whether programs begin waits without polling them at once, because an idle one has an effect.
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
/// What a wait gives: what is compared, and what is kept in the slot.
pub type Given<'a, S> = (Outcome<S>, Option<<S as Scenario>::Held<'a>>);
/// A wait of which only the output matters.
pub type BoxedWait<'a, S> = Pin<Box<dyn Future<Output = Given<'a, S>> + 'a>>;

/// What is in a slot.
pub enum Content<'a, S: Scenario> {
    /// Nothing.
    Empty,
    /// A wait that has not ended.
    Waiting(S::Wait<'a>),
    /// What a wait gave.
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

/// Who sleeps, and who was woken in this step: the model's account of wakers.
#[derive(Debug)]
pub struct Wakes {
    asleep: Vec<bool>,
    log: Vec<usize>,
}

impl Wakes {
    /// Wakes this waiter, unless it was woken since it last looked: then it has no waker left, and needs none.
    pub fn wake(&mut self, slot: usize) {
        if core::mem::take(&mut self.asleep[slot]) {
            self.log.push(slot);
        }
    }

    /// Whether it has not been woken since it last looked.
    #[must_use]
    pub fn is_asleep(&self, slot: usize) -> bool {
        self.asleep[slot]
    }
}

/// One step of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<K, O> {
    /// Makes a wait of this kind, and polls it if so said.
    Begin {
        /// Where.
        slot: usize,
        /// Of this kind.
        kind: K,
        /// And at once.
        poll: bool,
    },
    /// Polls a wait again, with a new waker or with the one that it has.
    Poll {
        /// Which.
        slot: usize,
        /// With a new waker.
        fresh: bool,
    },
    /// Drops a wait, or what it gave.
    Drop {
        /// Which.
        slot: usize,
    },
    /// Ends it the other way: a push is cancelled, a permit forgotten.
    Take {
        /// Which.
        slot: usize,
    },
    /// An operation on the primitive.
    Operate(O),
}

type StepOf<S> = Step<Kind<S>, Operation<S>>;

/// Primitive and model disagree; shows in what, and the program that led there.
pub struct Disagreement(String);

impl fmt::Debug for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Goes back to the caller with a [`String`] unless two values are equal.
macro_rules! same {
    ($real:expr, $model:expr, $($what:tt)+) => {
        match (&$real, &$model) {
            (real, model) if real == model => {}
            (real, model) => return Err(format!("{}: {real:?}, should be {model:?}", format_args!($($what)+))),
        }
    };
}

/// The steps that are possible now, by what they do.
struct Possible<S: Scenario> {
    begin: Vec<StepOf<S>>,
    poll: Vec<StepOf<S>>,
    end: Vec<StepOf<S>>,
    operate: Vec<StepOf<S>>,
}

/// Where the next step comes from.
trait Program<S: Scenario> {
    /// One of the possible steps, or the end.
    fn next(&mut self, scenario: S, possible: impl FnOnce() -> Possible<S>) -> Option<StepOf<S>>;
    /// Whether all steps up to this one were taken before, by a program that began alike. Everything here is
    /// deterministic, so they need not be compared again.
    fn repeats(&self) -> bool {
        false
    }
}

/// Runs every program of at most `steps` steps in `slots` slots; gives how many there were.
///
/// Slots are alike, so a wait begins in the lowest empty one only; and nobody is polled twice in a row in vain.
///
/// # Errors
/// The first program that shows a disagreement.
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

/// Runs the program that these bytes stand for, in `slots` slots.
///
/// # Errors
/// If primitive and model disagree.
pub fn run_bytes<S: Scenario>(scenario: S, slots: usize, bytes: &[u8]) -> Result<(), Disagreement> {
    run(scenario, slots, &mut Bytes(bytes.iter()))
}

/// An odometer over the choices of one program after another. Its last digit turns first.
struct Exhaustive<S: Scenario> {
    /// What is left to choose at each step, the current choice last. With none left it is the end of the program.
    path: Vec<Vec<StepOf<S>>>,
    at: usize,
    steps: usize,
}

impl<S: Scenario> Exhaustive<S> {
    /// On to the next program.
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

    /// Only the last choice is a new one.
    fn repeats(&self) -> bool {
        self.at < self.path.len()
    }
}

/// A program in bytes: one for what to do, one for which of it.
struct Bytes<'b>(core::slice::Iter<'b, u8>);

impl<S: Scenario> Program<S> for Bytes<'_> {
    fn next(&mut self, _: S, possible: impl FnOnce() -> Possible<S>) -> Option<StepOf<S>> {
        let possible = possible();
        loop {
            let (&what, &which) = (self.0.next()?, self.0.next()?);
            // Weighed so that the slots fill, and a broadcast finds more waiters than a batch holds. The two high
            // bits vary how it is done; by zeros, which is where shrinking leads, it is done as `explore` does it.
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

/// Runs one program, and the end that belongs to every one.
fn run<S: Scenario>(scenario: S, slots: usize, program: &mut impl Program<S>) -> Result<(), Disagreement> {
    let shared = scenario.shared();
    let mut world = World::new(scenario, &shared, slots);
    world.run(program).map_err(|what| Disagreement(format!("{what}\n{:?}", world.trace)))
}

/// A waker that reports to the interpreter. Each poll with a fresh one has its own, told apart by the serial.
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
    /// Point 5 of what is checked: nobody but this slot has the waker.
    fn retire_bell(&mut self) -> Result<(), String> {
        if let Some(bell) = self.bell.take() {
            same!(Arc::strong_count(&bell), 1, "handles to the waker after the wait in slot {}", bell.slot);
        }
        Ok(())
    }
}

/// The primitive, its model, and what is under way.
struct World<'a, S: Scenario> {
    shared: &'a S::Shared,
    model: S::Model,
    slots: Vec<Slot<'a, S>>,
    /// What the model says about wakers.
    wakes: Wakes,
    /// What the primitive did with them.
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
                    "what was taken from slot {slot}"
                );
                self.end(slot)?;
            }
            Step::Operate(operation) => {
                let real = S::operate(self.shared, operation);
                same!(real, self.model.operate(operation, &mut self.wakes), "what {operation:?} gave");
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
            same!(Arc::strong_count(&old), 1, "handles to the waker that slot {slot} had before");
        }
        let (real, held) = match real {
            Poll::Pending => (Poll::Pending, None),
            Poll::Ready((outcome, held)) => (Poll::Ready(outcome), held),
        };
        same!(real, self.model.poll(slot, &mut self.wakes), "what the wait in slot {slot} gave");
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

    /// Leaves out a comparison.
    fn skip(&mut self) {
        self.rung();
        self.wakes.log.clear();
    }

    /// Points 2, 3 and 4 of what is checked.
    fn compare(&mut self) -> Result<(), String> {
        let rung = self.rung();
        for (slot, serial) in &rung {
            let current = self.slots[*slot].bell.as_ref().map(|bell| bell.serial);
            same!(Some(*serial), current, "the waker by which slot {slot} was woken");
        }
        let woken: Vec<usize> = rung.into_iter().map(|(slot, _)| slot).collect();
        same!(woken, core::mem::take(&mut self.wakes.log), "who was woken");
        same!(S::seen(self.shared), self.model.seen(), "what can be seen");
        for (slot, Slot { content, bell }) in self.slots.iter().enumerate() {
            if matches!(content, Content::Waiting(_)) && bell.is_some() && self.model.is_due(slot) {
                same!(self.wakes.is_asleep(slot), false, "whether slot {slot}, which could go on, sleeps");
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

/// A panic in the primitive has no [`Disagreement`] to show the program.
impl<S: Scenario> Drop for Trace<S> {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("{self:?}");
        }
    }
}
