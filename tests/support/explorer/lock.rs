//! The model of [`Lock`], which the model of the condition uses too, and its scenario.

use crate::Arc;
use core::task::{Context, Poll};

use anywake_core::{Lock, LockGuard, OwnedLockGuard};
use futures_util::FutureExt as _;

use super::{BoxedWait, Disagreement, Given, Model, Scenario, Wakes, run_bytes};

/// One lock: a flag and a line of waiters.
#[derive(Debug)]
pub struct LockState {
    limit: u16,
    locked: bool,
    /// The waiters, the longest-waiting first.
    line: Vec<usize>,
    /// The waiters that the lock was handed to and that were not polled since.
    granted: Vec<usize>,
    /// Whether the first waiter was woken to try the lock and was not polled since.
    notified: bool,
    /// How often the lock was taken past the waiters in line, since a waiter last got it.
    overtaken: u16,
}

impl LockState {
    /// A free lock.
    #[must_use]
    pub fn new(limit: u16) -> Self {
        Self { limit, locked: false, line: Vec::new(), granted: Vec::new(), notified: false, overtaken: 0 }
    }

    /// Whether the lock has an owner.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.locked
    }

    /// The number of waiters in line.
    #[must_use]
    pub fn waiters(&self) -> usize {
        self.line.len()
    }

    /// Takes the lock if it is free, even if there are waiters in line.
    pub fn try_lock(&mut self) -> bool {
        if self.locked {
            return false;
        }
        if !self.line.is_empty() {
            self.overtaken += 1;
            assert!(self.overtaken <= self.limit, "above the limit the lock is never free for an arrival");
        }
        self.locked = true;
        true
    }

    /// Takes the lock if it is free; otherwise joins the line. Returns whether the lock was taken.
    pub fn arrive(&mut self, slot: usize) -> bool {
        let taken = self.try_lock();
        if !taken {
            self.line.push(slot);
        }
        taken
    }

    /// Moves a waiter from another line to the end of this one. Only the owner of the lock does so.
    pub fn requeue(&mut self, slot: usize) {
        assert!(self.locked, "only an owner requeues");
        self.line.push(slot);
    }

    /// Polls a waiter. Returns whether it now owns the lock.
    pub fn poll(&mut self, slot: usize) -> bool {
        if let Some(at) = self.granted.iter().position(|granted| *granted == slot) {
            self.granted.remove(at);
            return true;
        }
        if self.limit == 0 {
            return false;
        }
        if self.line[0] != slot {
            // It is not this waiter's turn, but it may overtake, as an arrival may.
            let taken = self.try_lock();
            self.line.retain(|waiter| !taken || *waiter != slot);
            return taken;
        }
        self.notified = false;
        if !self.locked {
            self.advance();
            self.locked = true;
        }
        self.line.first() != Some(&slot)
    }

    /// Whether this waiter would get the lock if it were polled now.
    #[must_use]
    pub fn is_due(&self, slot: usize) -> bool {
        self.granted.contains(&slot) || !self.locked && self.line.first() == Some(&slot)
    }

    /// Releases the lock.
    pub fn unlock(&mut self, wakes: &mut Wakes) {
        match self.line.first() {
            None => self.locked = false,
            Some(&first) if self.overtaken < self.limit => {
                self.locked = false;
                self.notified = true;
                wakes.wake(first);
            }
            Some(&first) => {
                self.advance();
                self.granted.push(first);
                wakes.wake(first);
            }
        }
    }

    /// Drops a waiter that was in line, or that the lock was handed to.
    pub fn leave(&mut self, slot: usize, wakes: &mut Wakes) {
        if self.take_back(slot) {
            self.unlock(wakes);
            return;
        }
        self.line.retain(|waiter| *waiter != slot);
        match self.line.first() {
            None => (self.notified, self.overtaken) = (false, 0),
            // The waiter that was woken is dropped. The next one gets its turn, but not its count.
            Some(&first) if self.notified && wakes.is_asleep(first) => {
                self.overtaken = 0;
                self.notified = !self.locked;
                if self.notified {
                    wakes.wake(first);
                }
            }
            Some(_) => {}
        }
    }

    /// Takes the lock back from a waiter that it was handed to. Returns whether that was so.
    fn take_back(&mut self, slot: usize) -> bool {
        let before = self.granted.len();
        self.granted.retain(|granted| *granted != slot);
        self.granted.len() < before
    }

    /// Removes the first waiter from the line. It gets the lock.
    fn advance(&mut self) {
        self.line.remove(0);
        (self.notified, self.overtaken) = (false, 0);
    }
}

/// A way to acquire a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockKind {
    /// `lock()`.
    Lock,
    /// `lock_owned()`.
    LockOwned,
    /// `try_lock()`.
    TryLock,
}

/// The observable state of a lock.
#[derive(Debug, PartialEq, Eq)]
pub struct LockSeen {
    is_locked: bool,
    waiters: usize,
}

/// The specified behaviour of a lock.
#[derive(Debug)]
pub struct LockModel {
    lock: LockState,
    kinds: &'static [LockKind],
    waits: Vec<Option<Waits>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Waits {
    Idle(LockKind),
    InLine,
    Holds,
}

impl LockModel {
    fn wait(&mut self, slot: usize) -> &mut Option<Waits> {
        if self.waits.len() <= slot {
            self.waits.resize(slot + 1, None);
        }
        &mut self.waits[slot]
    }
}

impl Model for LockModel {
    type Kind = LockKind;
    type Operation = core::convert::Infallible;
    type Outcome = bool;
    type Seen = LockSeen;

    fn kinds(&self, holding: Option<usize>) -> Vec<LockKind> {
        if holding.is_none() { self.kinds.to_vec() } else { Vec::new() }
    }

    fn operations(&self) -> Vec<Self::Operation> {
        Vec::new()
    }

    fn begin(&mut self, slot: usize, kind: LockKind) {
        *self.wait(slot) = Some(Waits::Idle(kind));
    }

    fn poll(&mut self, slot: usize, _: &mut Wakes) -> Poll<bool> {
        let locked = match self.waits[slot].expect("the slot has a wait") {
            Waits::Idle(LockKind::TryLock) => {
                let locked = self.lock.try_lock();
                self.waits[slot] = locked.then_some(Waits::Holds);
                return Poll::Ready(locked);
            }
            Waits::Idle(_) => self.lock.arrive(slot),
            Waits::InLine => self.lock.poll(slot),
            Waits::Holds => unreachable!("the wait in slot {slot} has ended"),
        };
        self.waits[slot] = Some(if locked { Waits::Holds } else { Waits::InLine });
        if locked { Poll::Ready(true) } else { Poll::Pending }
    }

    fn drop(&mut self, slot: usize, wakes: &mut Wakes) {
        match self.waits[slot].take().expect("the slot has something to drop") {
            Waits::Idle(_) => {}
            Waits::InLine => self.lock.leave(slot, wakes),
            Waits::Holds => self.lock.unlock(wakes),
        }
    }

    fn operate(&mut self, operation: Self::Operation, _: &mut Wakes) -> bool {
        match operation {}
    }

    fn is_due(&self, slot: usize) -> bool {
        self.lock.is_due(slot)
    }

    fn seen(&self) -> LockSeen {
        LockSeen { is_locked: self.lock.is_locked(), waiters: self.lock.waiters() }
    }
}

/// A lock whose first waiter may be overtaken up to `limit` times.
#[derive(Clone, Copy, Debug)]
pub struct LockScenario {
    /// The bypass limit.
    pub limit: u16,
    /// The kinds of wait in the programs.
    pub kinds: &'static [LockKind],
}

impl LockScenario {
    /// All kinds of wait.
    pub const ALL: &'static [LockKind] = &[LockKind::Lock, LockKind::TryLock, LockKind::LockOwned];
}

/// A guard of either type.
#[derive(Debug)]
pub enum HeldLock<'a> {
    /// A guard that borrows the lock.
    Borrowed(LockGuard<'a, ()>),
    /// A guard that holds an `Arc`.
    Owned(OwnedLockGuard<()>),
}

impl Scenario for LockScenario {
    type Model = LockModel;
    type Shared = Arc<Lock<()>>;
    type Wait<'a> = BoxedWait<'a, Self>;
    type Held<'a> = HeldLock<'a>;

    fn model(self) -> LockModel {
        LockModel { lock: LockState::new(self.limit), kinds: self.kinds, waits: Vec::new() }
    }

    fn shared(self) -> Arc<Lock<()>> {
        Arc::new(Lock::with_bypass((), self.limit))
    }

    fn begin<'a>(lock: &'a Arc<Lock<()>>, kind: LockKind, _: Option<HeldLock<'a>>) -> BoxedWait<'a, Self> {
        match kind {
            LockKind::Lock => Box::pin(lock.lock().map(|guard| (true, Some(HeldLock::Borrowed(guard))))),
            LockKind::LockOwned => {
                Box::pin(Arc::clone(lock).lock_owned().map(|guard| (true, Some(HeldLock::Owned(guard)))))
            }
            LockKind::TryLock => Box::pin(async {
                let guard = lock.try_lock().map(HeldLock::Borrowed);
                (guard.is_some(), guard)
            }),
        }
    }

    fn poll<'a>(wait: &mut Self::Wait<'a>, context: &mut Context<'_>) -> Poll<Given<'a, Self>> {
        wait.as_mut().poll(context)
    }

    fn operate(_: &Arc<Lock<()>>, operation: core::convert::Infallible) -> bool {
        match operation {}
    }

    fn seen(lock: &Arc<Lock<()>>) -> LockSeen {
        LockSeen { is_locked: lock.is_locked(), waiters: lock.waiters() }
    }
}

/// Runs the program in `bytes`. The first byte selects the bypass limit.
///
/// # Errors
/// If primitive and model disagree.
pub fn check(bytes: &[u8]) -> Result<(), Disagreement> {
    let Some((first, rest)) = bytes.split_first() else { return Ok(()) };
    run_bytes(LockScenario { limit: u16::from(first % 4), kinds: LockScenario::ALL }, super::SLOTS, rest)
}

/// As [`check`], for a fuzzer.
///
/// # Panics
/// If primitive and model disagree.
pub fn run(bytes: &[u8]) {
    check(bytes).unwrap();
}
