//! The model of [`Semaphore`], and its scenario.

use core::task::{Context, Poll};

use anywake_core::semaphore::{AcquireManyFuture, Bypass, Fifo, Mode, Priorities};
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
    /// `acquire_at(n, level)`.
    At(usize, usize),
    /// `try_acquire_at(n, level)`.
    TryAt(usize, usize),
}

/// The levels of a semaphore with priorities.
const LEVELS: usize = 3;

impl SemaphoreKind {
    fn count(self) -> usize {
        match self {
            Self::One => 1,
            Self::Many(n) | Self::Try(n) | Self::At(n, _) | Self::TryAt(n, _) => n,
        }
    }

    /// The least urgent one, if it says none.
    fn level(self) -> usize {
        match self {
            Self::One | Self::Many(_) | Self::Try(_) => LEVELS - 1,
            Self::At(_, level) | Self::TryAt(_, level) => level,
        }
    }

    fn tries(self) -> bool {
        matches!(self, Self::Try(_) | Self::TryAt(..))
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
    kinds: &'static [SemaphoreKind],
    operations: &'static [SemaphoreOperation],
    /// How often the first waiter may be overtaken.
    limit: u16,
    /// How often the first waiter in line was overtaken since it is the first.
    overtaken: u16,
    /// How often the first waiter of a level may be overtaken by more urgent ones. 0 without priorities.
    level_limit: u16,
    /// How often the first waiter of each level was overtaken since it is the first.
    passed: [u16; LEVELS],
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

    fn may_overtake(&self) -> bool {
        self.overtaken < self.limit
    }

    /// Takes permits past the first waiter. If that was the last time, the first waiter owns what is left for it.
    fn overtake(&mut self, n: usize, wakes: &Wakes) {
        self.available -= n as isize;
        self.overtaken = self.overtaken.saturating_add(1);
        let first = self.line[0];
        let wanted = self.wait(first).0.count();
        if !self.may_overtake() && self.can_take(wanted) {
            assert!(!wakes.is_asleep(first), "a waiter that permits suffice for was woken");
            self.available -= wanted as isize;
            self.set_place(first, Place::Granted);
            self.leave(first);
        }
    }

    fn first_of(&self, level: usize) -> Option<usize> {
        self.line.iter().copied().find(|slot| self.wait(*slot).0.level() == level)
    }

    /// The level whose turn it is by the limit, if there is one.
    fn due_level(&self) -> Option<usize> {
        let due = |level: &usize| self.first_of(*level).is_some() && self.passed[*level] >= self.level_limit;
        if self.level_limit == 0 { None } else { (0..LEVELS).rev().find(due) }
    }

    /// The waiter to be served next.
    fn first(&self) -> Option<usize> {
        if self.level_limit == 0 {
            return self.line.first().copied();
        }
        let of_levels = || (0..LEVELS).find_map(|level| self.first_of(level));
        self.due_level().map_or_else(of_levels, |level| self.first_of(level))
    }

    /// Whether a request of this level comes before all waiters.
    fn is_before_all(&self, level: usize) -> bool {
        let is_less_urgent = |slot: &usize| self.wait(*slot).0.level() > level;
        self.level_limit > 0 && self.due_level().is_none() && self.line.iter().all(is_less_urgent)
    }

    /// Permits are taken for a request of this level.
    fn count_served(&mut self, level: usize) {
        for less_urgent in level + 1..LEVELS {
            if self.first_of(less_urgent).is_some() {
                self.passed[less_urgent] += 1;
                assert!(self.passed[less_urgent] <= self.level_limit, "nobody is overtaken once too often");
            }
        }
    }

    /// Removes a waiter from the line. A new first waiter has not been overtaken.
    fn leave(&mut self, slot: usize) {
        let level = self.wait(slot).0.level();
        if self.first_of(level) == Some(slot) {
            self.passed[level] = 0;
        }
        if self.line[0] == slot {
            self.overtaken = 0;
        }
        self.line.retain(|waiter| *waiter != slot);
    }

    /// The waiters that the permits suffice for, the longest-waiting first.
    fn suffices_for(&self) -> usize {
        let mut left = self.available;
        let met = |slot: &&usize| {
            left -= self.wait(**slot).0.count() as isize;
            left >= 0
        };
        self.line.iter().take_while(met).count()
    }

    /// Decides waiters in strict order: a waiter that cannot be granted yet holds up the waiters behind it. With a bypass
    /// the permits stay free, and the waiters that they suffice for are woken.
    fn decide_due(&mut self, wakes: &mut Wakes) {
        while let Some(first) = self.first() {
            let (kind, _) = self.wait(first);
            let n = kind.count();
            if self.closed || self.is_too_many(kind) {
                self.set_place(first, Place::Refused);
            } else if self.can_take(n) {
                if self.may_overtake() {
                    for &slot in &self.line[..self.suffices_for()] {
                        wakes.wake(slot);
                    }
                    return;
                }
                self.available -= n as isize;
                self.set_place(first, Place::Granted);
            } else {
                return;
            }
            self.leave(first);
            if self.level_limit > 0 && self.wait(first).1 == Place::Granted {
                self.count_served(kind.level());
            }
            wakes.wake(first);
        }
    }

    fn give_back(&mut self, n: usize, wakes: &mut Wakes) {
        self.available += n as isize;
        self.decide_due(wakes);
    }

    /// The immediate result of a request, or `None` if it has to wait.
    fn ask(&mut self, kind: SemaphoreKind, wakes: &mut Wakes) -> Option<Result<(), AcquireError>> {
        if self.closed || self.is_too_many(kind) {
            return Some(Err(self.error()));
        }
        let n = kind.count();
        if n == 0 || self.line.is_empty() && self.can_take(n) {
            self.available -= n as isize;
        } else if !self.line.is_empty() && self.can_take(n) && self.may_overtake() {
            self.overtake(n, wakes);
            self.decide_due(wakes);
        } else if self.can_take(n) && self.is_before_all(kind.level()) {
            self.available -= n as isize;
            self.count_served(kind.level());
            // One that asks for less may be due now.
            self.decide_due(wakes);
        } else {
            return None;
        }
        Some(Ok(()))
    }

    /// A waiter in line is polled. Returns whether it now has its permits.
    fn retry(&mut self, slot: usize, wakes: &mut Wakes) -> bool {
        let n = self.wait(slot).0.count();
        if self.limit == 0 || !self.can_take(n) {
            return false;
        }
        if self.line[0] == slot {
            self.available -= n as isize;
        } else if self.may_overtake() {
            self.overtake(n, wakes);
        } else {
            return false;
        }
        self.leave(slot);
        // The waiter that is the first now may ask for more than there can be.
        self.decide_due(wakes);
        true
    }
}

impl Model for SemaphoreModel {
    type Kind = SemaphoreKind;
    type Operation = SemaphoreOperation;
    type Outcome = SemaphoreOutcome;
    type Seen = SemaphoreSeen;

    fn kinds(&self, holding: Option<usize>) -> Vec<SemaphoreKind> {
        if holding.is_none() { self.kinds.to_vec() } else { Vec::new() }
    }

    fn operations(&self) -> Vec<SemaphoreOperation> {
        self.operations.to_vec()
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

    fn poll(&mut self, slot: usize, wakes: &mut Wakes) -> Poll<SemaphoreOutcome> {
        let (kind, place) = self.wait(slot);
        let result = match place {
            Place::Idle => match self.ask(kind, wakes) {
                Some(result) => result,
                None if kind.tries() => {
                    self.waits[slot] = None;
                    return Poll::Ready(SemaphoreOutcome::NotNow(TryAcquireError::NoPermits));
                }
                None => {
                    self.line.push(slot);
                    self.set_place(slot, Place::InLine);
                    return Poll::Pending;
                }
            },
            Place::InLine if self.retry(slot, wakes) => Ok(()),
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
                    SemaphoreKind::Many(_) | SemaphoreKind::At(..) => SemaphoreOutcome::NotMany(error),
                    SemaphoreKind::Try(_) | SemaphoreKind::TryAt(..) => {
                        SemaphoreOutcome::NotNow(error.into())
                    }
                }
            }
        })
    }

    fn drop(&mut self, slot: usize, wakes: &mut Wakes) {
        let (kind, place) = self.waits[slot].take().expect("the slot has something to drop");
        match place {
            Place::Idle | Place::Refused => {}
            Place::InLine => {
                self.waits[slot] = Some((kind, place));
                self.leave(slot);
                self.waits[slot] = None;
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
        match self.wait(slot).1 {
            Place::Granted | Place::Refused => true,
            Place::InLine => self.limit > 0 && self.line[..self.suffices_for()].contains(&slot),
            Place::Idle | Place::Holds => false,
        }
    }

    fn seen(&self) -> SemaphoreSeen {
        SemaphoreSeen {
            available: self.available.max(0).unsigned_abs(),
            waiters: self.line.len(),
            is_closed: self.closed,
        }
    }
}

/// A mode, and how to make a semaphore with it.
pub trait TestedMode: Mode + Copy + core::fmt::Debug {
    /// How often the first waiter may be overtaken: nothing, or a number.
    type Past: Copy + Into<Option<u16>> + core::fmt::Debug;

    /// Makes a semaphore.
    fn semaphore(permits: usize, bounded: bool, limit: Self::Past) -> Semaphore<Self>;

    /// Whether the limit is that of the levels.
    const HAS_LEVELS: bool = false;

    /// Waits for permits at a level.
    fn acquire_at(_: &Semaphore<Self>, _: usize, _: usize) -> AcquireManyFuture<'_, Self> {
        unreachable!("its programs have no levels")
    }

    /// Takes permits at a level.
    ///
    /// # Errors
    /// As the semaphore's method.
    fn try_acquire_at(_: &Semaphore<Self>, _: usize, _: usize) -> Result<Permit<'_, Self>, TryAcquireError> {
        unreachable!("its programs have no levels")
    }
}

impl TestedMode for Priorities<LEVELS> {
    type Past = u16;

    const HAS_LEVELS: bool = true;

    fn semaphore(permits: usize, bounded: bool, limit: u16) -> Semaphore<Self> {
        if bounded {
            Semaphore::bounded_with_priorities(permits, limit)
        } else {
            Semaphore::with_priorities(permits, limit)
        }
    }

    fn acquire_at(semaphore: &Semaphore<Self>, n: usize, level: usize) -> AcquireManyFuture<'_, Self> {
        semaphore.acquire_at(n, level)
    }

    fn try_acquire_at(
        semaphore: &Semaphore<Self>,
        n: usize,
        level: usize,
    ) -> Result<Permit<'_, Self>, TryAcquireError> {
        semaphore.try_acquire_at(n, level)
    }
}

/// No limit, because nobody overtakes.
#[derive(Clone, Copy, Debug)]
pub struct Nobody;

impl From<Nobody> for Option<u16> {
    fn from(Nobody: Nobody) -> Self {
        None
    }
}

/// The limit of a bypass without a limit.
pub const UNBOUNDED: u16 = u16::MAX;

impl TestedMode for Fifo {
    type Past = Nobody;

    fn semaphore(permits: usize, bounded: bool, Nobody: Nobody) -> Semaphore {
        if bounded { Semaphore::bounded(permits) } else { Semaphore::new(permits) }
    }
}

impl TestedMode for Bypass {
    type Past = u16;

    fn semaphore(permits: usize, bounded: bool, limit: u16) -> Semaphore<Self> {
        match (bounded, limit) {
            (false, UNBOUNDED) => Semaphore::with_unbounded_bypass(permits),
            (false, _) => Semaphore::with_bypass(permits, limit),
            (true, UNBOUNDED) => Semaphore::bounded_with_unbounded_bypass(permits),
            (true, _) => Semaphore::bounded_with_bypass(permits, limit),
        }
    }
}

/// A semaphore with some permits.
#[derive(Clone, Copy, Debug)]
pub struct SemaphoreScenario<M: TestedMode = Fifo> {
    /// The number of permits.
    pub permits: usize,
    /// Whether this number is also the bound.
    pub bounded: bool,
    /// How often the first waiter may be overtaken.
    pub limit: M::Past,
    /// The kinds of wait in the programs.
    pub kinds: &'static [SemaphoreKind],
    /// The operations in the programs.
    pub operations: &'static [SemaphoreOperation],
}

impl<M: TestedMode> Scenario for SemaphoreScenario<M> {
    type Model = SemaphoreModel;
    type Shared = Semaphore<M>;
    type Wait<'a> = BoxedWait<'a, Self>;
    type Held<'a> = Permit<'a, M>;

    fn model(self) -> SemaphoreModel {
        let limit = self.limit.into().unwrap_or(0);
        SemaphoreModel {
            kinds: self.kinds,
            operations: self.operations,
            limit: if M::HAS_LEVELS { 0 } else { limit },
            overtaken: 0,
            level_limit: if M::HAS_LEVELS { limit } else { 0 },
            passed: [0; LEVELS],
            available: self.permits as isize,
            total: self.permits as isize,
            bound: self.bounded.then_some(self.permits),
            closed: false,
            line: Vec::new(),
            waits: Vec::new(),
        }
    }

    fn shared(self) -> Semaphore<M> {
        M::semaphore(self.permits, self.bounded, self.limit)
    }

    fn begin<'a>(
        semaphore: &'a Semaphore<M>,
        kind: SemaphoreKind,
        _: Option<Permit<'a, M>>,
    ) -> BoxedWait<'a, Self> {
        match kind {
            SemaphoreKind::One => {
                Box::pin(semaphore.acquire().map(|permit| given(permit, |Closed| SemaphoreOutcome::Closed)))
            }
            SemaphoreKind::Many(n) => {
                Box::pin(semaphore.acquire_many(n).map(|permit| given(permit, SemaphoreOutcome::NotMany)))
            }
            SemaphoreKind::At(n, level) => Box::pin(
                M::acquire_at(semaphore, n, level).map(|permit| given(permit, SemaphoreOutcome::NotMany)),
            ),
            SemaphoreKind::TryAt(n, level) => {
                Box::pin(
                    async move { given(M::try_acquire_at(semaphore, n, level), SemaphoreOutcome::NotNow) },
                )
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

    fn operate(semaphore: &Semaphore<M>, operation: SemaphoreOperation) -> SemaphoreOutcome {
        match operation {
            SemaphoreOperation::Release(n) => SemaphoreOutcome::Released(semaphore.release(n).is_ok()),
            SemaphoreOperation::Reduce(n) => SemaphoreOutcome::Reduced(semaphore.reduce(n)),
            SemaphoreOperation::Close => {
                semaphore.close();
                SemaphoreOutcome::Done
            }
        }
    }

    fn seen(semaphore: &Semaphore<M>) -> SemaphoreSeen {
        SemaphoreSeen {
            available: semaphore.available_permits(),
            waiters: semaphore.waiters(),
            is_closed: semaphore.is_closed(),
        }
    }
}

fn given<M: Mode, E>(
    permit: Result<Permit<'_, M>, E>,
    error: impl FnOnce(E) -> SemaphoreOutcome,
) -> (SemaphoreOutcome, Option<Permit<'_, M>>) {
    match permit {
        Ok(permit) => (SemaphoreOutcome::Acquired(permit.count()), Some(permit)),
        Err(reason) => (error(reason), None),
    }
}

/// The semaphore that a byte selects, except for its mode.
fn selected<M: TestedMode>(byte: u8, limit: M::Past) -> SemaphoreScenario<M> {
    use SemaphoreKind::{Many, One, Try};
    use SemaphoreOperation::{Close, Reduce, Release};

    const OPERATIONS: &[SemaphoreOperation] =
        &[Release(1), Reduce(1), Release(2), Reduce(2), Release(20), Release(1), Release(0), Close];

    // Little happens after a close, so most programs have none.
    let closes = byte >= 192;
    SemaphoreScenario {
        permits: usize::from(byte % 8),
        bounded: byte & 8 != 0,
        limit,
        kinds: &[One, Many(2), Try(1), Many(3), Many(0), Try(2), Many(1)],
        operations: &OPERATIONS[..OPERATIONS.len() - usize::from(!closes)],
    }
}

/// The semaphore with priorities that a byte selects.
fn with_levels(byte: u8) -> SemaphoreScenario<Priorities<LEVELS>> {
    use SemaphoreKind::{At, Many, One, TryAt};

    let limit = if byte & 4 == 0 { 1 } else { 2 };
    SemaphoreScenario {
        kinds: &[At(1, 0), At(2, 1), One, At(2, 0), TryAt(1, 1), At(1, 1), Many(3), At(3, 0), At(0, 0)],
        permits: usize::from(byte % 4),
        ..selected(byte, limit)
    }
}

/// Runs the program in `bytes`. The first byte selects the semaphore.
///
/// # Errors
/// If primitive and model disagree.
pub fn check(bytes: &[u8]) -> Result<(), Disagreement> {
    let Some((&first, rest)) = bytes.split_first() else { return Ok(()) };
    match first / 16 % 4 {
        0 => run_bytes(selected::<Fifo>(first, Nobody), super::SLOTS, rest),
        1 => run_bytes(with_levels(first), super::SLOTS, rest),
        2 => run_bytes(selected::<Bypass>(first, 2), super::SLOTS, rest),
        _ => run_bytes(selected::<Bypass>(first, UNBOUNDED), super::SLOTS, rest),
    }
}

/// As [`check`], for a fuzzer.
///
/// # Panics
/// If primitive and model disagree.
pub fn run(bytes: &[u8]) {
    check(bytes).unwrap();
}
