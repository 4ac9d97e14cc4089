//! The model of [`Condition`] with one or two locks, and its scenario.
//!
//! A notified waiter is woken, and asks for its lock when it looks. If the notifier passes the guard of that lock along,
//! the waiter is moved to the lock's line instead, asleep.

use core::cell::Cell;
use core::fmt;
use core::future::{Future, poll_fn};
use core::task::{Context, Poll};

use anywake_core::{Condition, Lock, LockGuard};
use futures_util::FutureExt as _;

use super::lock::LockState;
use super::{BoxedWait, Disagreement, Given, Model, Scenario, Wakes, run_bytes};

/// What is waited for; the number says with which lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConditionKind {
    /// `lock()`.
    Lock(usize),
    /// `wait(guard)`.
    Wait(usize),
    /// `wait_for(guard, ..)` a stock above zero, which is then reduced by one.
    WaitFor(usize),
    /// `wait_until(guard, ..)` an operation [`Stop`](ConditionOperation::Stop).
    WaitUntil(usize),
}

impl ConditionKind {
    fn lock(self) -> usize {
        let (Self::Lock(lock) | Self::Wait(lock) | Self::WaitFor(lock) | Self::WaitUntil(lock)) = self;
        lock
    }
}

/// What can be done besides waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConditionOperation {
    /// `notify(n)`.
    Notify(usize),
    /// `notify_all()`.
    NotifyAll,
    /// `notify_with(n, guard)`, with the guard of this lock, if it is free.
    NotifyWith(usize, usize),
    /// `notify_all_with(guard)`, with the guard of this lock, if it is free.
    NotifyAllWith(usize),
    /// Adds one to the stock behind this lock, if it is free.
    Stock(usize),
    /// Ends every `wait_until`, from now on.
    Stop,
}

/// What waits and operations give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConditionOutcome {
    /// The lock.
    Locked,
    /// The lock, and whether it was notified.
    LockedUntil(bool),
    /// How many were notified.
    Notified(usize),
    /// How many were notified, if the lock was free.
    NotifiedWith(Option<usize>),
    /// The stock now, if the lock was free.
    Stocked(Option<u32>),
    /// It has no result.
    Done,
}

/// What can be seen of a condition and its locks.
#[derive(Debug, PartialEq, Eq)]
pub struct ConditionSeen {
    waiters: usize,
    /// Of each lock: whether it is locked, and how many wait for it.
    locks: Vec<(bool, usize)>,
}

/// The number of locks, and their bypass limit.
#[derive(Clone, Copy, Debug)]
pub struct ConditionScenario {
    /// How many locks share the condition.
    pub locks: usize,
    /// How often the first waiter of each may be overtaken.
    pub limit: u16,
    /// What programs begin.
    pub kinds: &'static [ConditionKind],
    /// What programs do.
    pub operations: &'static [ConditionOperation],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Made, and not polled: a wait for the condition owns its lock.
    Idle,
    /// Waits for the condition.
    Waiting,
    /// Notified and woken; it has not looked yet.
    Notified,
    /// In line for the lock, or has been given it.
    AtLock,
    /// Owns the lock, as a guard.
    Holds,
}

#[derive(Clone, Copy, Debug)]
struct Wait {
    kind: ConditionKind,
    place: Place,
    /// It was notified by a `notify(n)`: if it goes away, it notifies another one.
    owes: bool,
    /// `Stop` has been seen, and is not looked at again.
    stopped: bool,
    /// Stopped before it was notified.
    in_vain: bool,
}

/// What a condition should do.
#[derive(Debug)]
pub struct ConditionModel {
    scenario: ConditionScenario,
    locks: Vec<LockState>,
    stock: Vec<u32>,
    waiting: Vec<usize>,
    stop: bool,
    waits: Vec<Option<Wait>>,
}

impl ConditionModel {
    fn wait(&mut self, slot: usize) -> &mut Wait {
        self.waits[slot].as_mut().expect("there is something in the slot")
    }

    fn lock_of(&self, slot: usize) -> usize {
        self.waits[slot].expect("there is something in the slot").kind.lock()
    }

    /// Notifies up to `n`; those of the lock that the notifier owns, if it does, are requeued to it.
    fn notify(&mut self, n: usize, owes: bool, owned: Option<usize>, wakes: &mut Wakes) -> usize {
        let n = n.min(self.waiting.len());
        for slot in self.waiting.drain(..n).collect::<Vec<_>>() {
            let lock = self.lock_of(slot);
            let wait = self.wait(slot);
            wait.owes = owes;
            if owned == Some(lock) {
                wait.place = Place::AtLock;
                self.locks[lock].requeue(slot);
            } else {
                wait.place = Place::Notified;
                wakes.wake(slot);
            }
        }
        n
    }

    fn notify_with(&mut self, n: usize, owes: bool, lock: usize, wakes: &mut Wakes) -> ConditionOutcome {
        let free = self.locks[lock].try_lock();
        ConditionOutcome::NotifiedWith(free.then(|| {
            let n = self.notify(n, owes, Some(lock), wakes);
            self.locks[lock].unlock(wakes);
            n
        }))
    }

    /// Polls a wait for the condition; gives whether it has the lock again.
    fn look(&mut self, slot: usize, wakes: &mut Wakes) -> bool {
        let lock = self.lock_of(slot);
        match self.wait(slot).place {
            Place::Idle => {
                self.wait(slot).place = Place::Waiting;
                self.waiting.push(slot);
                self.locks[lock].unlock(wakes);
            }
            Place::Notified => {
                self.wait(slot).place = Place::AtLock;
                return self.locks[lock].arrive(slot);
            }
            _ => {}
        }
        self.wait(slot).place == Place::AtLock && self.locks[lock].look(slot)
    }

    /// Passes on the news that a wait had received and will not use.
    fn pass_on(&mut self, wait: Wait, wakes: &mut Wakes) {
        if wait.owes {
            self.notify(1, true, None, wakes);
        }
    }
}

impl Model for ConditionModel {
    type Kind = ConditionKind;
    type Operation = ConditionOperation;
    type Outcome = ConditionOutcome;
    type Seen = ConditionSeen;

    /// A wait for the condition begins with a guard: of a lock that is free, or the one in the slot.
    fn kinds(&self, holding: Option<usize>) -> Vec<ConditionKind> {
        let allowed = |kind: &ConditionKind| match (kind, holding) {
            (ConditionKind::Lock(_), _) => holding.is_none(),
            (_, Some(slot)) => kind.lock() == self.lock_of(slot),
            (_, None) => !self.locks[kind.lock()].is_locked(),
        };
        self.scenario.kinds.iter().copied().filter(allowed).collect()
    }

    fn operations(&self) -> Vec<ConditionOperation> {
        self.scenario.operations.to_vec()
    }

    fn begin(&mut self, slot: usize, kind: ConditionKind) {
        if self.waits.len() <= slot {
            self.waits.resize(slot + 1, None);
        }
        let holds = self.waits[slot].is_some();
        if !holds && !matches!(kind, ConditionKind::Lock(_)) {
            assert!(self.locks[kind.lock()].try_lock(), "it was free");
        }
        let wait = Wait { kind, place: Place::Idle, owes: false, stopped: false, in_vain: false };
        self.waits[slot] = Some(wait);
    }

    fn poll(&mut self, slot: usize, wakes: &mut Wakes) -> Poll<ConditionOutcome> {
        let Wait { kind, place, in_vain, .. } = *self.wait(slot);
        let lock = kind.lock();
        let mut outcome = ConditionOutcome::Locked;
        let has_lock = match kind {
            ConditionKind::Lock(_) if place == Place::Idle => {
                self.wait(slot).place = Place::AtLock;
                self.locks[lock].arrive(slot)
            }
            ConditionKind::Lock(_) => self.locks[lock].look(slot),
            ConditionKind::Wait(_) => self.look(slot, wakes),
            ConditionKind::WaitFor(_) => {
                if place == Place::Idle || self.look(slot, wakes) {
                    // It owns the lock, and looks at the stock.
                    let enough = self.stock[lock] > 0;
                    if enough {
                        self.stock[lock] -= 1;
                    } else {
                        (self.wait(slot).place, self.wait(slot).owes) = (Place::Idle, false);
                        self.look(slot, wakes);
                    }
                    enough
                } else {
                    false
                }
            }
            ConditionKind::WaitUntil(_) if in_vain => {
                outcome = ConditionOutcome::LockedUntil(false);
                self.locks[lock].look(slot)
            }
            ConditionKind::WaitUntil(_) => {
                outcome = ConditionOutcome::LockedUntil(true);
                let mut has_lock = self.look(slot, wakes);
                if !has_lock && self.stop && !self.wait(slot).stopped {
                    self.wait(slot).stopped = true;
                    if self.wait(slot).place == Place::Waiting {
                        self.waiting.retain(|waiter| *waiter != slot);
                        (self.wait(slot).place, self.wait(slot).in_vain) = (Place::AtLock, true);
                        outcome = ConditionOutcome::LockedUntil(false);
                        has_lock = self.locks[lock].arrive(slot);
                    }
                }
                has_lock
            }
        };
        if !has_lock {
            return Poll::Pending;
        }
        self.wait(slot).place = Place::Holds;
        Poll::Ready(outcome)
    }

    fn drop(&mut self, slot: usize, wakes: &mut Wakes) {
        let wait = self.waits[slot].take().expect("there is something to drop");
        let lock = wait.kind.lock();
        match wait.place {
            Place::Idle if matches!(wait.kind, ConditionKind::Lock(_)) => {}
            Place::Idle | Place::Holds => self.locks[lock].unlock(wakes),
            Place::Waiting | Place::Notified => {
                self.waiting.retain(|waiter| *waiter != slot);
                self.pass_on(wait, wakes);
            }
            Place::AtLock => {
                self.locks[lock].leave(slot, wakes);
                self.pass_on(wait, wakes);
            }
        }
    }

    fn operate(&mut self, operation: ConditionOperation, wakes: &mut Wakes) -> ConditionOutcome {
        match operation {
            ConditionOperation::Notify(n) => ConditionOutcome::Notified(self.notify(n, true, None, wakes)),
            ConditionOperation::NotifyAll => {
                ConditionOutcome::Notified(self.notify(self.waiting.len(), false, None, wakes))
            }
            ConditionOperation::NotifyWith(n, lock) => self.notify_with(n, true, lock, wakes),
            ConditionOperation::NotifyAllWith(lock) => {
                self.notify_with(self.waiting.len(), false, lock, wakes)
            }
            ConditionOperation::Stock(lock) => {
                let free = self.locks[lock].try_lock();
                ConditionOutcome::Stocked(free.then(|| {
                    self.stock[lock] += 1;
                    self.locks[lock].unlock(wakes);
                    self.stock[lock]
                }))
            }
            ConditionOperation::Stop => {
                self.stop = true;
                ConditionOutcome::Done
            }
        }
    }

    fn is_due(&self, slot: usize) -> bool {
        let notified = self.waits[slot].is_some_and(|wait| wait.place == Place::Notified);
        notified || self.locks[self.lock_of(slot)].is_due(slot)
    }

    fn seen(&self) -> ConditionSeen {
        ConditionSeen {
            waiters: self.waiting.len(),
            locks: self.locks.iter().map(|lock| (lock.is_locked(), lock.waiters())).collect(),
        }
    }
}

/// A condition, and its locks with a stock behind each.
pub struct Shop {
    condition: Condition,
    locks: Vec<Lock<u32>>,
    stop: Cell<bool>,
}

impl fmt::Debug for Shop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shop").field("condition", &self.condition).finish_non_exhaustive()
    }
}

impl Scenario for ConditionScenario {
    type Model = ConditionModel;
    type Shared = Shop;
    type Wait<'a> = BoxedWait<'a, Self>;
    type Held<'a> = LockGuard<'a, u32>;

    fn model(self) -> ConditionModel {
        ConditionModel {
            scenario: self,
            locks: (0..self.locks).map(|_| LockState::new(self.limit)).collect(),
            stock: vec![0; self.locks],
            waiting: Vec::new(),
            stop: false,
            waits: Vec::new(),
        }
    }

    fn shared(self) -> Shop {
        Shop {
            condition: Condition::new(),
            locks: (0..self.locks).map(|_| Lock::with_bypass(0, self.limit)).collect(),
            stop: Cell::new(false),
        }
    }

    fn begin<'a>(
        Shop { condition, locks, stop }: &'a Shop,
        kind: ConditionKind,
        held: Option<LockGuard<'a, u32>>,
    ) -> BoxedWait<'a, Self> {
        let lock = &locks[kind.lock()];
        if let ConditionKind::Lock(_) = kind {
            return boxed(lock.lock(), |guard| (ConditionOutcome::Locked, guard));
        }
        let guard = held.or_else(|| lock.try_lock()).expect("the lock is free");
        match kind {
            ConditionKind::WaitFor(_) => boxed(condition.wait_for(guard, |stock| *stock > 0), |mut guard| {
                *guard -= 1;
                (ConditionOutcome::Locked, guard)
            }),
            ConditionKind::WaitUntil(_) => {
                let stopped = poll_fn(|_| if stop.get() { Poll::Ready(()) } else { Poll::Pending });
                boxed(condition.wait_until(guard, stopped), |(guard, notified)| {
                    (ConditionOutcome::LockedUntil(notified), guard)
                })
            }
            ConditionKind::Lock(_) | ConditionKind::Wait(_) => {
                boxed(condition.wait(guard), |guard| (ConditionOutcome::Locked, guard))
            }
        }
    }

    fn poll<'a>(wait: &mut Self::Wait<'a>, context: &mut Context<'_>) -> Poll<Given<'a, Self>> {
        wait.as_mut().poll(context)
    }

    fn operate(shop: &Shop, operation: ConditionOperation) -> ConditionOutcome {
        match operation {
            ConditionOperation::Notify(1) => ConditionOutcome::Notified(shop.condition.notify_one()),
            ConditionOperation::Notify(n) => ConditionOutcome::Notified(shop.condition.notify(n)),
            ConditionOperation::NotifyAll => ConditionOutcome::Notified(shop.condition.notify_all()),
            ConditionOperation::NotifyWith(n, lock) => ConditionOutcome::NotifiedWith(
                shop.locks[lock].try_lock().map(|guard| shop.condition.notify_with(n, &guard)),
            ),
            ConditionOperation::NotifyAllWith(lock) => ConditionOutcome::NotifiedWith(
                shop.locks[lock].try_lock().map(|guard| shop.condition.notify_all_with(&guard)),
            ),
            ConditionOperation::Stock(lock) => {
                ConditionOutcome::Stocked(shop.locks[lock].try_lock().map(|mut stock| {
                    *stock += 1;
                    *stock
                }))
            }
            ConditionOperation::Stop => {
                shop.stop.set(true);
                ConditionOutcome::Done
            }
        }
    }

    fn seen(shop: &Shop) -> ConditionSeen {
        ConditionSeen {
            waiters: shop.condition.waiters(),
            locks: shop.locks.iter().map(|lock| (lock.is_locked(), lock.waiters())).collect(),
        }
    }

    /// An idle wait owns the lock.
    fn idle_counts(self) -> bool {
        true
    }
}

fn boxed<'a, F: Future + 'a>(
    wait: F,
    outcome: impl FnOnce(F::Output) -> (ConditionOutcome, LockGuard<'a, u32>) + 'a,
) -> BoxedWait<'a, ConditionScenario> {
    Box::pin(wait.map(|output| {
        let (outcome, guard) = outcome(output);
        (outcome, Some(guard))
    }))
}

/// Runs the program in `bytes`, of which the first chooses the locks.
///
/// # Errors
/// If primitive and model disagree.
pub fn check(bytes: &[u8]) -> Result<(), Disagreement> {
    use ConditionKind::{Lock, Wait, WaitFor, WaitUntil};
    use ConditionOperation::{Notify, NotifyAll, NotifyAllWith, NotifyWith, Stock, Stop};

    let Some((first, rest)) = bytes.split_first() else { return Ok(()) };
    let limit = u16::from(first / 2 % 4);
    let scenario = if first % 2 == 0 {
        ConditionScenario {
            locks: 1,
            limit,
            kinds: &[Wait(0), Lock(0), WaitFor(0), WaitUntil(0)],
            operations: &[
                Notify(1),
                NotifyAll,
                Stock(0),
                Notify(3),
                Notify(0),
                Stop,
                NotifyAllWith(0),
                NotifyWith(1, 0),
            ],
        }
    } else {
        ConditionScenario {
            locks: 2,
            limit,
            kinds: &[Wait(0), Wait(1), Lock(0), Lock(1), WaitFor(0), WaitUntil(1)],
            operations: &[
                Notify(1),
                NotifyAll,
                Stock(0),
                Stock(1),
                Notify(3),
                Stop,
                NotifyAllWith(0),
                NotifyWith(2, 1),
            ],
        }
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
