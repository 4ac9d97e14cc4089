//! The model of [`Condition`] with one or two locks, and its scenario.
//!
//! A notified waiter is woken, and asks for its lock when it is polled. If the notifier passes the guard of that lock,
//! the waiter is requeued to the lock instead and not woken.

use core::cell::Cell;
use core::fmt;
use core::future::{Future, poll_fn};
use core::task::{Context, Poll};

use anywake_core::{Condition, Lock, LockGuard};
use futures_util::FutureExt as _;

use super::lock::LockState;
use super::{BoxedWait, Disagreement, Given, Model, Scenario, Wakes, run_bytes};

/// A kind of wait. The number selects the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConditionKind {
    /// `lock()`.
    Lock(usize),
    /// `wait(guard)`.
    Wait(usize),
    /// `wait_for(guard, ..)`, until the stock is above zero. The stock is then reduced by one.
    WaitFor(usize),
    /// `wait_until(guard, ..)`, until a notification or the operation [`Stop`](ConditionOperation::Stop).
    WaitUntil(usize),
}

impl ConditionKind {
    fn lock(self) -> usize {
        let (Self::Lock(lock) | Self::Wait(lock) | Self::WaitFor(lock) | Self::WaitUntil(lock)) = self;
        lock
    }
}

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConditionOperation {
    /// `notify(n)`.
    Notify(usize),
    /// `notify_all()`.
    NotifyAll,
    /// `notify_with(n, guard)`, with the guard of this lock, if the lock is free.
    NotifyWith(usize, usize),
    /// `notify_all_with(guard)`, with the guard of this lock, if the lock is free.
    NotifyAllWith(usize),
    /// Adds one to the stock behind this lock, if the lock is free.
    Stock(usize),
    /// Ends every `wait_until` from now on.
    Stop,
}

/// The result of a wait or an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConditionOutcome {
    /// The wait acquired the lock.
    Locked,
    /// The wait acquired the lock; whether it was notified.
    LockedUntil(bool),
    /// The number of waiters notified.
    Notified(usize),
    /// The number of waiters notified, if the lock was free.
    NotifiedWith(Option<usize>),
    /// The new stock, if the lock was free.
    Stocked(Option<u32>),
    /// The operation has no result.
    Done,
}

/// The observable state of a condition and its locks.
#[derive(Debug, PartialEq, Eq)]
pub struct ConditionSeen {
    waiters: usize,
    /// For each lock whether it is locked, and the number of its waiters.
    locks: Vec<(bool, usize)>,
}

/// A condition with some locks.
#[derive(Clone, Copy, Debug)]
pub struct ConditionScenario {
    /// The number of locks that share the condition.
    pub locks: usize,
    /// The bypass limit of the locks.
    pub limit: u16,
    /// The kinds of wait in the programs.
    pub kinds: &'static [ConditionKind],
    /// The operations in the programs.
    pub operations: &'static [ConditionOperation],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Not polled yet. A wait for the condition owns its lock.
    Idle,
    /// Queued at the condition.
    Waiting,
    /// Notified and woken, and not polled since.
    Notified,
    /// Queued at the lock, or granted it.
    AtLock,
    /// Complete: the slot holds the guard.
    Holds,
}

#[derive(Clone, Copy, Debug)]
struct Wait {
    kind: ConditionKind,
    place: Place,
    /// Notified by a `notify(n)`: if the wait is dropped, the notification is forwarded to another waiter.
    forwards: bool,
    /// The wait has seen `Stop`, and does not check it again.
    stopped: bool,
    /// The wait was stopped before it was notified.
    in_vain: bool,
}

/// The specified behaviour of a condition.
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
        self.waits[slot].as_mut().expect("the slot has a wait")
    }

    fn lock_of(&self, slot: usize) -> usize {
        self.waits[slot].expect("the slot has a wait").kind.lock()
    }

    /// Notifies up to `n` waiters. If the notifier owns a lock, the waiters of that lock are requeued to it.
    fn notify(&mut self, n: usize, forwards: bool, owned: Option<usize>, wakes: &mut Wakes) -> usize {
        let n = n.min(self.waiting.len());
        for slot in self.waiting.drain(..n).collect::<Vec<_>>() {
            let lock = self.lock_of(slot);
            let wait = self.wait(slot);
            wait.forwards = forwards;
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

    fn notify_with(&mut self, n: usize, forwards: bool, lock: usize, wakes: &mut Wakes) -> ConditionOutcome {
        let free = self.locks[lock].try_lock();
        ConditionOutcome::NotifiedWith(free.then(|| {
            let n = self.notify(n, forwards, Some(lock), wakes);
            self.locks[lock].unlock(wakes);
            n
        }))
    }

    /// Polls a wait for the condition. Returns whether it has reacquired the lock.
    fn poll_wait(&mut self, slot: usize, wakes: &mut Wakes) -> bool {
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
        self.wait(slot).place == Place::AtLock && self.locks[lock].poll(slot)
    }

    /// Forwards the notification of a wait that is dropped.
    fn forward(&mut self, wait: Wait, wakes: &mut Wakes) {
        if wait.forwards {
            self.notify(1, true, None, wakes);
        }
    }
}

impl Model for ConditionModel {
    type Kind = ConditionKind;
    type Operation = ConditionOperation;
    type Outcome = ConditionOutcome;
    type Seen = ConditionSeen;

    /// A wait for the condition needs a guard: of a free lock, or the guard in the slot.
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
            assert!(self.locks[kind.lock()].try_lock(), "the lock was free");
        }
        let wait = Wait { kind, place: Place::Idle, forwards: false, stopped: false, in_vain: false };
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
            ConditionKind::Lock(_) => self.locks[lock].poll(slot),
            ConditionKind::Wait(_) => self.poll_wait(slot, wakes),
            ConditionKind::WaitFor(_) => {
                if place == Place::Idle || self.poll_wait(slot, wakes) {
                    // The wait owns the lock, and checks the stock.
                    let enough = self.stock[lock] > 0;
                    if enough {
                        self.stock[lock] -= 1;
                    } else {
                        (self.wait(slot).place, self.wait(slot).forwards) = (Place::Idle, false);
                        self.poll_wait(slot, wakes);
                    }
                    enough
                } else {
                    false
                }
            }
            ConditionKind::WaitUntil(_) if in_vain => {
                outcome = ConditionOutcome::LockedUntil(false);
                self.locks[lock].poll(slot)
            }
            ConditionKind::WaitUntil(_) => {
                outcome = ConditionOutcome::LockedUntil(true);
                let mut has_lock = self.poll_wait(slot, wakes);
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
        let wait = self.waits[slot].take().expect("the slot has something to drop");
        let lock = wait.kind.lock();
        match wait.place {
            Place::Idle if matches!(wait.kind, ConditionKind::Lock(_)) => {}
            Place::Idle | Place::Holds => self.locks[lock].unlock(wakes),
            Place::Waiting | Place::Notified => {
                self.waiting.retain(|waiter| *waiter != slot);
                self.forward(wait, wakes);
            }
            Place::AtLock => {
                self.locks[lock].leave(slot, wakes);
                self.forward(wait, wakes);
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

/// A condition and its locks, with a stock behind each.
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

    /// A wait that was never polled owns the lock.
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

/// Runs the program in `bytes`. The first byte selects the number of locks and the bypass limit.
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
