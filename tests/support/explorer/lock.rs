//! The model of [`Lock`], which that of the condition uses too, and its scenario.

use core::task::{Context, Poll};
use std::sync::Arc;

use anywake_core::{Lock, LockGuard, OwnedLockGuard};
use futures_util::FutureExt as _;

use super::{BoxedWait, Disagreement, Given, Model, Scenario, Wakes, run_bytes};

/// One lock, as a flag and a line of those who wait.
#[derive(Debug)]
pub struct LockState {
    limit: u16,
    locked: bool,
    /// Who waits, longest first.
    line: Vec<usize>,
    /// To whom it was handed, who have not looked yet.
    granted: Vec<usize>,
    /// The first in line was woken to try, and has not looked yet.
    notified: bool,
    /// How often the lock was taken over the heads of those in line, since one of them last got it.
    overtaken: u16,
}

impl LockState {
    /// A free lock.
    #[must_use]
    pub fn new(limit: u16) -> Self {
        Self { limit, locked: false, line: Vec::new(), granted: Vec::new(), notified: false, overtaken: 0 }
    }

    /// Whether somebody owns it.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.locked
    }

    /// How many are in line.
    #[must_use]
    pub fn waiters(&self) -> usize {
        self.line.len()
    }

    /// Takes it if it is free; over the heads of those in line, if there are any.
    pub fn try_lock(&mut self) -> bool {
        if self.locked {
            return false;
        }
        if !self.line.is_empty() {
            self.overtaken += 1;
            assert!(self.overtaken <= self.limit, "it must not be free for an arrival any more");
        }
        self.locked = true;
        true
    }

    /// Takes it if it is free, and else joins the line.
    pub fn arrive(&mut self, slot: usize) -> bool {
        let taken = self.try_lock();
        if !taken {
            self.line.push(slot);
        }
        taken
    }

    /// Its owner moves this waiter, which stands in another line, to the end of this one.
    pub fn requeue(&mut self, slot: usize) {
        assert!(self.locked, "only an owner requeues");
        self.line.push(slot);
    }

    /// Somebody in line looks; gives whether the lock is now its own.
    pub fn look(&mut self, slot: usize) -> bool {
        if let Some(at) = self.granted.iter().position(|granted| *granted == slot) {
            self.granted.remove(at);
            return true;
        }
        if self.limit == 0 {
            return false;
        }
        if self.line[0] != slot {
            // Not its turn, but it may overtake like an arrival.
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

    /// Whether somebody in line would have the lock if it looked now.
    #[must_use]
    pub fn is_due(&self, slot: usize) -> bool {
        self.granted.contains(&slot) || !self.locked && self.line.first() == Some(&slot)
    }

    /// The owner gives it back.
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

    /// Somebody goes away who was in line, or to whom it was handed.
    pub fn leave(&mut self, slot: usize, wakes: &mut Wakes) {
        if self.look_away(slot) {
            self.unlock(wakes);
            return;
        }
        self.line.retain(|waiter| *waiter != slot);
        match self.line.first() {
            None => (self.notified, self.overtaken) = (false, 0),
            // The one that had been woken has gone: its turn, and nothing of its past, goes to the next.
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

    /// Forgets that it was handed to somebody, if it was.
    fn look_away(&mut self, slot: usize) -> bool {
        let before = self.granted.len();
        self.granted.retain(|granted| *granted != slot);
        self.granted.len() < before
    }

    /// The first leaves the line, with the lock.
    fn advance(&mut self) {
        self.line.remove(0);
        (self.notified, self.overtaken) = (false, 0);
    }
}

/// How a lock is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockKind {
    /// `lock()`.
    Lock,
    /// `lock_owned()`.
    LockOwned,
    /// `try_lock()`.
    TryLock,
}

/// What can be seen of a lock.
#[derive(Debug, PartialEq, Eq)]
pub struct LockSeen {
    is_locked: bool,
    waiters: usize,
}

/// What a lock should do.
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
        let locked = match self.waits[slot].expect("somebody waits there") {
            Waits::Idle(LockKind::TryLock) => {
                let locked = self.lock.try_lock();
                self.waits[slot] = locked.then_some(Waits::Holds);
                return Poll::Ready(locked);
            }
            Waits::Idle(_) => self.lock.arrive(slot),
            Waits::InLine => self.lock.look(slot),
            Waits::Holds => unreachable!("it has ended"),
        };
        self.waits[slot] = Some(if locked { Waits::Holds } else { Waits::InLine });
        if locked { Poll::Ready(true) } else { Poll::Pending }
    }

    fn drop(&mut self, slot: usize, wakes: &mut Wakes) {
        match self.waits[slot].take().expect("there is something to drop") {
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
    /// What programs begin.
    pub kinds: &'static [LockKind],
}

impl LockScenario {
    /// All kinds of waits.
    pub const ALL: &'static [LockKind] = &[LockKind::Lock, LockKind::TryLock, LockKind::LockOwned];
}

/// A guard, of either type.
#[derive(Debug)]
pub enum HeldLock<'a> {
    /// By reference.
    Borrowed(LockGuard<'a, ()>),
    /// By `Arc`.
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

/// Runs the program in `bytes`, of which the first chooses the bypass limit.
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
