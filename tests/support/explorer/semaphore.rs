//! The model of [`Semaphore`], and its scenario.

use core::task::{Context, Poll};

use anywake_core::{AcquireError, Closed, Permit, Semaphore, TryAcquireError};
use futures_util::FutureExt as _;

use super::{BoxedWait, Content, Disagreement, Given, Model, Scenario, Wakes, run_bytes};

/// A way to acquire permits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SemaphoreKind {
    /// `acquire()`.
    One,
    /// `acquire_many(n)`.
    Many(usize),
    /// `try_acquire_many(n)`.
    Try(usize),
}

impl SemaphoreKind {
    fn count(self) -> usize {
        match self {
            Self::One => 1,
            Self::Many(n) | Self::Try(n) => n,
        }
    }
}

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SemaphoreOperation {
    /// `release(n)`.
    Release(usize),
    /// `reduce(n)`.
    Reduce(usize),
    /// `close()`.
    Close,
}

/// The result of a wait or an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SemaphoreOutcome {
    /// This number of permits.
    Acquired(usize),
    /// The error of `acquire`.
    Closed,
    /// The error of `acquire_many`.
    NotMany(AcquireError),
    /// The error of `try_acquire_many`.
    NotNow(TryAcquireError),
    /// Whether a release was allowed.
    Released(bool),
    /// The number of permits removed.
    Reduced(usize),
    /// The operation has no result.
    Done,
}

/// The observable state of a semaphore.
#[derive(Debug, PartialEq, Eq)]
pub struct SemaphoreSeen {
    available: usize,
    waiters: usize,
    is_closed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Idle,
    InLine,
    Granted,
    Refused,
    Holds,
}

/// The specified behaviour of a semaphore: the available permits, their total, and a line of waiters.
#[derive(Debug)]
pub struct SemaphoreModel {
    scenario: SemaphoreScenario,
    /// The permits that can be acquired. If negative, that many released permits are absorbed first.
    available: isize,
    /// The permits available or held.
    total: isize,
    /// The largest total, if there is one.
    bound: Option<usize>,
    closed: bool,
    line: Vec<usize>,
    /// For each slot the request, and its state.
    waits: Vec<Option<(SemaphoreKind, Place)>>,
}

impl SemaphoreModel {
    fn wait(&self, slot: usize) -> (SemaphoreKind, Place) {
        self.waits[slot].expect("the slot has a request")
    }

    fn set_place(&mut self, slot: usize, place: Place) {
        let (kind, _) = self.wait(slot);
        self.waits[slot] = Some((kind, place));
    }

    fn can_take(&self, n: usize) -> bool {
        self.available.max(0).unsigned_abs() >= n
    }

    /// `acquire` is never refused as too many: it waits even if the bound is zero.
    fn is_too_many(&self, kind: SemaphoreKind) -> bool {
        kind != SemaphoreKind::One && self.bound.is_some_and(|bound| kind.count() > bound)
    }

    fn error(&self) -> AcquireError {
        if self.closed { AcquireError::Closed } else { AcquireError::TooMany }
    }

    /// Decides waiters in strict order: a waiter that cannot be granted yet holds up the waiters behind it.
    fn decide_due(&mut self, wakes: &mut Wakes) {
        while let Some(&first) = self.line.first() {
            let (kind, _) = self.wait(first);
            let n = kind.count();
            if self.closed || self.is_too_many(kind) {
                self.set_place(first, Place::Refused);
            } else if self.can_take(n) {
                self.available -= n as isize;
                self.set_place(first, Place::Granted);
            } else {
                return;
            }
            self.line.remove(0);
            wakes.wake(first);
        }
    }

    fn give_back(&mut self, n: usize, wakes: &mut Wakes) {
        self.available += n as isize;
        self.decide_due(wakes);
    }

    /// The immediate result of a request, or `None` if it has to wait.
    fn ask(&mut self, kind: SemaphoreKind) -> Option<Result<(), AcquireError>> {
        if self.closed || self.is_too_many(kind) {
            return Some(Err(self.error()));
        }
        let n = kind.count();
        (n == 0 || self.line.is_empty() && self.can_take(n)).then(|| {
            self.available -= n as isize;
            Ok(())
        })
    }
}

impl Model for SemaphoreModel {
    type Kind = SemaphoreKind;
    type Operation = SemaphoreOperation;
    type Outcome = SemaphoreOutcome;
    type Seen = SemaphoreSeen;

    fn kinds(&self, holding: Option<usize>) -> Vec<SemaphoreKind> {
        if holding.is_none() { self.scenario.kinds.to_vec() } else { Vec::new() }
    }

    fn operations(&self) -> Vec<SemaphoreOperation> {
        self.scenario.operations.to_vec()
    }

    fn can_take(&self, slot: usize) -> bool {
        self.wait(slot).1 == Place::Holds
    }

    fn begin(&mut self, slot: usize, kind: SemaphoreKind) {
        if self.waits.len() <= slot {
            self.waits.resize(slot + 1, None);
        }
        self.waits[slot] = Some((kind, Place::Idle));
    }

    fn poll(&mut self, slot: usize, _: &mut Wakes) -> Poll<SemaphoreOutcome> {
        let (kind, place) = self.wait(slot);
        let result = match place {
            Place::Idle => match self.ask(kind) {
                Some(result) => result,
                None if matches!(kind, SemaphoreKind::Try(_)) => {
                    self.waits[slot] = None;
                    return Poll::Ready(SemaphoreOutcome::NotNow(TryAcquireError::NoPermits));
                }
                None => {
                    self.line.push(slot);
                    self.set_place(slot, Place::InLine);
                    return Poll::Pending;
                }
            },
            Place::InLine => return Poll::Pending,
            Place::Granted => Ok(()),
            Place::Refused => Err(self.error()),
            Place::Holds => unreachable!("the request in slot {slot} has ended"),
        };
        Poll::Ready(match result {
            Ok(()) => {
                self.set_place(slot, Place::Holds);
                SemaphoreOutcome::Acquired(kind.count())
            }
            Err(error) => {
                self.waits[slot] = None;
                match kind {
                    SemaphoreKind::One => SemaphoreOutcome::Closed,
                    SemaphoreKind::Many(_) => SemaphoreOutcome::NotMany(error),
                    SemaphoreKind::Try(_) => SemaphoreOutcome::NotNow(error.into()),
                }
            }
        })
    }

    fn drop(&mut self, slot: usize, wakes: &mut Wakes) {
        let (kind, place) = self.waits[slot].take().expect("the slot has something to drop");
        match place {
            Place::Idle | Place::Refused => {}
            Place::InLine => {
                self.line.retain(|waiter| *waiter != slot);
                self.decide_due(wakes);
            }
            Place::Granted | Place::Holds => self.give_back(kind.count(), wakes),
        }
    }

    /// Forgets a permit.
    fn take(&mut self, slot: usize, _: &mut Wakes) -> SemaphoreOutcome {
        let (kind, _) = self.waits[slot].take().expect("the slot has a permit");
        self.total -= kind.count() as isize;
        SemaphoreOutcome::Done
    }

    fn operate(&mut self, operation: SemaphoreOperation, wakes: &mut Wakes) -> SemaphoreOutcome {
        match operation {
            SemaphoreOperation::Release(n) => {
                let allowed = self.bound.is_none_or(|bound| self.total + n as isize <= bound as isize);
                if allowed {
                    self.total += n as isize;
                    self.give_back(n, wakes);
                }
                SemaphoreOutcome::Released(allowed)
            }
            SemaphoreOperation::Reduce(n) => {
                let n = n.min(self.bound.unwrap_or(self.total.max(0).unsigned_abs()));
                self.bound = self.bound.map(|bound| bound - n);
                self.total -= n as isize;
                self.available -= n as isize;
                self.decide_due(wakes);
                SemaphoreOutcome::Reduced(n)
            }
            SemaphoreOperation::Close => {
                self.closed = true;
                self.decide_due(wakes);
                SemaphoreOutcome::Done
            }
        }
    }

    fn is_due(&self, slot: usize) -> bool {
        matches!(self.wait(slot).1, Place::Granted | Place::Refused)
    }

    fn seen(&self) -> SemaphoreSeen {
        SemaphoreSeen {
            available: self.available.max(0).unsigned_abs(),
            waiters: self.line.len(),
            is_closed: self.closed,
        }
    }
}

/// A semaphore with some permits.
#[derive(Clone, Copy, Debug)]
pub struct SemaphoreScenario {
    /// The number of permits.
    pub permits: usize,
    /// Whether this number is also the bound.
    pub bounded: bool,
    /// The kinds of wait in the programs.
    pub kinds: &'static [SemaphoreKind],
    /// The operations in the programs.
    pub operations: &'static [SemaphoreOperation],
}

impl Scenario for SemaphoreScenario {
    type Model = SemaphoreModel;
    type Shared = Semaphore;
    type Wait<'a> = BoxedWait<'a, Self>;
    type Held<'a> = Permit<'a>;

    fn model(self) -> SemaphoreModel {
        SemaphoreModel {
            scenario: self,
            available: self.permits as isize,
            total: self.permits as isize,
            bound: self.bounded.then_some(self.permits),
            closed: false,
            line: Vec::new(),
            waits: Vec::new(),
        }
    }

    fn shared(self) -> Semaphore {
        if self.bounded { Semaphore::bounded(self.permits) } else { Semaphore::new(self.permits) }
    }

    fn begin<'a>(
        semaphore: &'a Semaphore,
        kind: SemaphoreKind,
        _: Option<Permit<'a>>,
    ) -> BoxedWait<'a, Self> {
        match kind {
            SemaphoreKind::One => {
                Box::pin(semaphore.acquire().map(|permit| given(permit, |Closed| SemaphoreOutcome::Closed)))
            }
            SemaphoreKind::Many(n) => {
                Box::pin(semaphore.acquire_many(n).map(|permit| given(permit, SemaphoreOutcome::NotMany)))
            }
            SemaphoreKind::Try(n) => {
                Box::pin(async move { given(semaphore.try_acquire_many(n), SemaphoreOutcome::NotNow) })
            }
        }
    }

    fn poll<'a>(wait: &mut Self::Wait<'a>, context: &mut Context<'_>) -> Poll<Given<'a, Self>> {
        wait.as_mut().poll(context)
    }

    fn take(content: Content<'_, Self>) -> SemaphoreOutcome {
        let Content::Holding(permit) = content else { unreachable!("only a permit is forgotten") };
        permit.forget();
        SemaphoreOutcome::Done
    }

    fn operate(semaphore: &Semaphore, operation: SemaphoreOperation) -> SemaphoreOutcome {
        match operation {
            SemaphoreOperation::Release(n) => SemaphoreOutcome::Released(semaphore.release(n).is_ok()),
            SemaphoreOperation::Reduce(n) => SemaphoreOutcome::Reduced(semaphore.reduce(n)),
            SemaphoreOperation::Close => {
                semaphore.close();
                SemaphoreOutcome::Done
            }
        }
    }

    fn seen(semaphore: &Semaphore) -> SemaphoreSeen {
        SemaphoreSeen {
            available: semaphore.available_permits(),
            waiters: semaphore.waiters(),
            is_closed: semaphore.is_closed(),
        }
    }
}

fn given<'a, E>(
    permit: Result<Permit<'a>, E>,
    error: impl FnOnce(E) -> SemaphoreOutcome,
) -> (SemaphoreOutcome, Option<Permit<'a>>) {
    match permit {
        Ok(permit) => (SemaphoreOutcome::Acquired(permit.count()), Some(permit)),
        Err(reason) => (error(reason), None),
    }
}

/// Runs the program in `bytes`. The first byte selects the semaphore.
///
/// # Errors
/// If primitive and model disagree.
pub fn check(bytes: &[u8]) -> Result<(), Disagreement> {
    use SemaphoreKind::{Many, One, Try};
    use SemaphoreOperation::{Close, Reduce, Release};

    const OPERATIONS: &[SemaphoreOperation] =
        &[Release(1), Reduce(1), Release(2), Reduce(2), Release(20), Release(1), Release(0), Close];

    let Some((first, rest)) = bytes.split_first() else { return Ok(()) };
    // Little happens after a close, so most programs have none.
    let closes = *first >= 192;
    let scenario = SemaphoreScenario {
        permits: usize::from(first % 8),
        bounded: first & 8 != 0,
        kinds: &[One, Many(2), Try(1), Many(3), Many(0), Try(2), Many(1)],
        operations: &OPERATIONS[..OPERATIONS.len() - usize::from(!closes)],
    };
    run_bytes(scenario, super::SLOTS, rest)
}

/// As [`check`], for a fuzzer.
///
/// # Panics
/// If primitive and model disagree.
pub fn run(bytes: &[u8]) {
    check(bytes).unwrap();
}
