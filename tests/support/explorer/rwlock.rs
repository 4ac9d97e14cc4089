//! The model of [`RwLock`], and its scenario.

use core::pin::Pin;
use core::task::{Context, Poll};

use anywake_core::rwlock::{ReadGuard, RwLock, UpgradableGuard, UpgradeFuture, WriteGuard};
use futures_util::FutureExt as _;

use super::{BoxedWait, Content, Disagreement, Given, Model, Scenario, Wakes, run_bytes};

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RwLockKind {
    /// `read()`.
    Read,
    /// `write()`.
    Write,
    /// `upgradable_read()`.
    Upgradable,
    /// `try_read()`.
    TryRead,
    /// `try_write()`.
    TryWrite,
    /// `try_upgradable_read()`.
    TryUpgradable,
    /// `upgrade()`, of an upgradable reader.
    Upgrade,
    /// `try_upgrade()`.
    TryUpgrade,
    /// `downgrade()`, of a writer or an upgradable reader.
    Downgrade,
    /// `downgrade_to_upgradable()`, of a writer.
    DowngradeToUpgradable,
    /// `share()`, of a reader.
    Share,
}

/// What is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    /// So many read guards.
    Read(usize),
    Upgradable,
    Write,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    Empty,
    /// A wait that has not been polled, with what it took over.
    Idle(RwLockKind, Option<Holds>),
    Waiting(RwLockKind),
    Holding(Holds),
}

/// What can be seen of the lock.
#[derive(Debug, PartialEq, Eq)]
pub struct RwLockSeen {
    readers: usize,
    is_locked: bool,
    waiters: usize,
}

/// What the lock should do.
#[derive(Debug)]
pub struct RwLockModel {
    kinds: &'static [RwLockKind],
    slots: Vec<Slot>,
    /// Readers inside, the upgradable one among them.
    readers: usize,
    upgradable: bool,
    writer: bool,
    /// The writer inside was the upgradable reader.
    upgraded: bool,
    /// A writer that was not upgraded has left, and the upgradable reader in line has had no room since.
    owed: bool,
    /// Who waits for what, longest first.
    line: Vec<(usize, RwLockKind)>,
    granted: Vec<usize>,
}

impl RwLockModel {
    fn waits(&self, kind: RwLockKind) -> bool {
        self.line.iter().any(|(_, waits)| *waits == kind)
    }

    /// Who comes now, and waits for nobody who is in line.
    fn arrives(&mut self, kind: RwLockKind) -> bool {
        use RwLockKind::{Read, TryUpgrade, Upgradable, Upgrade, Write};
        let barred = match kind {
            Read => self.line.iter().any(|(_, waits)| *waits != Upgradable),
            Upgrade | TryUpgrade => false,
            _ => !self.line.is_empty(),
        };
        let free = match kind {
            Read => !self.writer,
            Upgradable => !self.writer && !self.upgradable,
            Write => !self.writer && self.readers == 0,
            _ => self.readers == 1,
        };
        if !barred && free {
            self.go_in(kind);
        }
        !barred && free
    }

    fn go_in(&mut self, kind: RwLockKind) {
        match kind {
            RwLockKind::Read => self.readers += 1,
            RwLockKind::Upgradable => (self.readers, self.upgradable) = (self.readers + 1, true),
            RwLockKind::Write => self.writer = true,
            _ => (self.readers, self.upgradable, self.writer, self.upgraded) = (0, false, true, true),
        }
        assert!(!self.writer || self.readers == 0, "a writer is alone");
    }

    /// The first in line of this kind goes in.
    fn let_in(&mut self, kind: RwLockKind, wakes: &mut Wakes) -> bool {
        let Some(at) = self.line.iter().position(|(_, waits)| *waits == kind) else { return false };
        let (slot, _) = self.line.remove(at);
        self.go_in(kind);
        self.granted.push(slot);
        wakes.wake(slot);
        true
    }

    /// The first upgradable reader in line goes in, if no other is inside, and one is owed its turn or no writer waits.
    fn let_in_upgradable(&mut self, wakes: &mut Wakes) {
        if self.waits(RwLockKind::Upgrade) {
            return;
        }
        let fits = !self.writer && !self.upgradable;
        let due = self.owed || !self.waits(RwLockKind::Write);
        self.owed &= self.waits(RwLockKind::Upgradable) && !fits;
        if due && fits {
            self.let_in(RwLockKind::Upgradable, wakes);
        }
    }

    /// Lets in who is due.
    fn settle(&mut self, wakes: &mut Wakes) {
        self.let_in_upgradable(wakes);
        if self.writer {
            return;
        }
        if self.waits(RwLockKind::Upgrade) {
            if self.readers == 1 {
                self.let_in(RwLockKind::Upgrade, wakes);
            }
        } else if !self.waits(RwLockKind::Write) {
            while self.let_in(RwLockKind::Read, wakes) {}
        } else if self.readers == 0 {
            self.let_in(RwLockKind::Write, wakes);
        }
    }

    fn end_write(&mut self, left: Option<Holds>, wakes: &mut Wakes) {
        // Upgrades in a row keep no writer out.
        self.owed |= !core::mem::take(&mut self.upgraded);
        self.writer = false;
        self.readers = usize::from(left.is_some());
        self.upgradable = left == Some(Holds::Upgradable);
        self.let_in_upgradable(wakes);
        while self.let_in(RwLockKind::Read, wakes) {}
        self.settle(wakes);
    }

    fn leave(&mut self, holds: Holds, wakes: &mut Wakes) {
        match holds {
            Holds::Read(guards) => {
                for _ in 0..guards {
                    self.readers -= 1;
                    self.settle(wakes);
                }
            }
            Holds::Upgradable => {
                (self.readers, self.upgradable) = (self.readers - 1, false);
                self.settle(wakes);
            }
            Holds::Write => self.end_write(None, wakes),
        }
    }

    /// A wait that is in line, or was let in and has not looked, ends.
    fn give_up(&mut self, slot: usize, kind: RwLockKind, wakes: &mut Wakes) {
        let before = self.granted.len();
        self.granted.retain(|granted| *granted != slot);
        if self.granted.len() == before {
            self.line.retain(|(waiter, _)| *waiter != slot);
            self.settle(wakes);
        } else if kind == RwLockKind::Upgrade {
            self.end_write(Some(Holds::Upgradable), wakes);
        } else {
            self.leave(holds(kind), wakes);
            return;
        }
        if kind == RwLockKind::Upgrade {
            self.leave(Holds::Upgradable, wakes);
        }
    }

    /// What needs no waiting: what is held afterwards, and whether it was done.
    fn at_once(&mut self, kind: RwLockKind, held: Option<Holds>, wakes: &mut Wakes) -> (Option<Holds>, bool) {
        let tried = match kind {
            RwLockKind::TryRead => RwLockKind::Read,
            RwLockKind::TryWrite => RwLockKind::Write,
            RwLockKind::TryUpgradable => RwLockKind::Upgradable,
            RwLockKind::TryUpgrade => {
                let done = self.arrives(kind);
                return (if done { Some(Holds::Write) } else { held }, done);
            }
            RwLockKind::Share => {
                let Some(Holds::Read(guards)) = held else { unreachable!("a reader shares") };
                self.readers += 1;
                return (Some(Holds::Read(guards + 1)), true);
            }
            RwLockKind::Downgrade if held == Some(Holds::Upgradable) => {
                self.upgradable = false;
                self.settle(wakes);
                return (Some(Holds::Read(1)), true);
            }
            RwLockKind::Downgrade => {
                self.end_write(Some(Holds::Read(1)), wakes);
                return (Some(Holds::Read(1)), true);
            }
            _ => {
                self.end_write(Some(Holds::Upgradable), wakes);
                return (Some(Holds::Upgradable), true);
            }
        };
        let done = self.arrives(tried);
        (done.then(|| holds(tried)), done)
    }
}

fn waits(kind: RwLockKind) -> bool {
    matches!(kind, RwLockKind::Read | RwLockKind::Write | RwLockKind::Upgradable | RwLockKind::Upgrade)
}

/// What a wait of this kind gives.
fn holds(kind: RwLockKind) -> Holds {
    match kind {
        RwLockKind::Read => Holds::Read(1),
        RwLockKind::Upgradable => Holds::Upgradable,
        _ => Holds::Write,
    }
}

impl Model for RwLockModel {
    type Kind = RwLockKind;
    type Operation = core::convert::Infallible;
    type Outcome = bool;
    type Seen = RwLockSeen;

    fn kinds(&self, holding: Option<usize>) -> Vec<RwLockKind> {
        use RwLockKind::{Downgrade, DowngradeToUpgradable, Share, TryUpgrade, Upgrade};
        let held = holding.map(|slot| self.slots[slot]);
        let fits = |kind: &RwLockKind| match kind {
            Upgrade | TryUpgrade => held == Some(Slot::Holding(Holds::Upgradable)),
            Downgrade => matches!(held, Some(Slot::Holding(Holds::Upgradable | Holds::Write))),
            DowngradeToUpgradable => held == Some(Slot::Holding(Holds::Write)),
            Share => matches!(held, Some(Slot::Holding(Holds::Read(_)))),
            _ => held.is_none(),
        };
        self.kinds.iter().copied().filter(fits).collect()
    }

    fn operations(&self) -> Vec<Self::Operation> {
        Vec::new()
    }

    fn begin(&mut self, slot: usize, kind: RwLockKind) {
        if self.slots.len() <= slot {
            self.slots.resize(slot + 1, Slot::Empty);
        }
        let held = match self.slots[slot] {
            Slot::Holding(held) => Some(held),
            _ => None,
        };
        self.slots[slot] = Slot::Idle(kind, held);
    }

    fn poll(&mut self, slot: usize, wakes: &mut Wakes) -> Poll<bool> {
        let (kind, inside) = match self.slots[slot] {
            Slot::Idle(kind, _) if waits(kind) => {
                let inside = self.arrives(kind);
                if !inside {
                    self.line.push((slot, kind));
                }
                (kind, inside)
            }
            Slot::Idle(kind, held) => {
                let (held, done) = self.at_once(kind, held, wakes);
                self.slots[slot] = held.map_or(Slot::Empty, Slot::Holding);
                return Poll::Ready(done);
            }
            Slot::Waiting(kind) => {
                let before = self.granted.len();
                self.granted.retain(|granted| *granted != slot);
                (kind, self.granted.len() < before)
            }
            other => unreachable!("nobody waits: {other:?}"),
        };
        self.slots[slot] = if inside { Slot::Holding(holds(kind)) } else { Slot::Waiting(kind) };
        if inside { Poll::Ready(true) } else { Poll::Pending }
    }

    fn drop(&mut self, slot: usize, wakes: &mut Wakes) {
        match core::mem::replace(&mut self.slots[slot], Slot::Empty) {
            Slot::Empty | Slot::Idle(_, None) => {}
            Slot::Idle(_, Some(held)) | Slot::Holding(held) => self.leave(held, wakes),
            Slot::Waiting(kind) => self.give_up(slot, kind, wakes),
        }
    }

    fn can_take(&self, slot: usize) -> bool {
        self.slots.get(slot).is_some_and(|slot| {
            matches!(slot, Slot::Idle(RwLockKind::Upgrade, _) | Slot::Waiting(RwLockKind::Upgrade))
        })
    }

    fn take(&mut self, slot: usize, wakes: &mut Wakes) -> bool {
        self.drop(slot, wakes);
        true
    }

    fn operate(&mut self, operation: Self::Operation, _: &mut Wakes) -> bool {
        match operation {}
    }

    fn is_due(&self, slot: usize) -> bool {
        self.granted.contains(&slot)
    }

    fn seen(&self) -> RwLockSeen {
        RwLockSeen {
            readers: self.readers,
            is_locked: self.writer || self.readers > 0,
            waiters: self.line.len(),
        }
    }
}

/// A lock, and what programs ask of it.
#[derive(Clone, Copy, Debug)]
pub struct RwLockScenario {
    /// What programs begin.
    pub kinds: &'static [RwLockKind],
}

impl RwLockScenario {
    /// All that can be asked.
    pub const ALL: &'static [RwLockKind] = &[
        RwLockKind::Read,
        RwLockKind::Write,
        RwLockKind::Upgradable,
        RwLockKind::TryRead,
        RwLockKind::TryWrite,
        RwLockKind::TryUpgradable,
        RwLockKind::Upgrade,
        RwLockKind::TryUpgrade,
        RwLockKind::Downgrade,
        RwLockKind::DowngradeToUpgradable,
        RwLockKind::Share,
    ];
}

/// Guards.
#[derive(Debug)]
pub enum HeldRwLock<'a> {
    /// Of a reader, and those that share it.
    Read(Vec<ReadGuard<'a, ()>>),
    /// Of the upgradable reader.
    Upgradable(UpgradableGuard<'a, ()>),
    /// Of the writer.
    Write(WriteGuard<'a, ()>),
}

/// A wait.
#[expect(missing_debug_implementations, reason = "it holds any future")]
pub enum RwLockWait<'a> {
    /// One that can be cancelled.
    Upgrade(Pin<Box<UpgradeFuture<&'a RwLock<()>>>>),
    /// Any other.
    Other(BoxedWait<'a, RwLockScenario>),
}

/// What is done with a guard, or tried, at once.
fn at_once<'a>(
    lock: &'a RwLock<()>,
    kind: RwLockKind,
    held: Option<HeldRwLock<'a>>,
) -> (bool, Option<HeldRwLock<'a>>) {
    use HeldRwLock::{Read, Upgradable, Write};
    let held = match (kind, held) {
        (RwLockKind::TryRead, None) => lock.try_read().map(|guard| Read(vec![guard])),
        (RwLockKind::TryWrite, None) => lock.try_write().map(Write),
        (RwLockKind::TryUpgradable, None) => lock.try_upgradable_read().map(Upgradable),
        (RwLockKind::TryUpgrade, Some(Upgradable(guard))) => {
            return match UpgradableGuard::try_upgrade(guard) {
                Ok(guard) => (true, Some(Write(guard))),
                Err(guard) => (false, Some(Upgradable(guard))),
            };
        }
        (RwLockKind::Share, Some(Read(mut guards))) => {
            guards.push(ReadGuard::share(&guards[0]));
            Some(Read(guards))
        }
        (RwLockKind::Downgrade, Some(Upgradable(guard))) => {
            Some(Read(vec![UpgradableGuard::downgrade(guard)]))
        }
        (RwLockKind::Downgrade, Some(Write(guard))) => Some(Read(vec![WriteGuard::downgrade(guard)])),
        (RwLockKind::DowngradeToUpgradable, Some(Write(guard))) => {
            Some(Upgradable(WriteGuard::downgrade_to_upgradable(guard)))
        }
        (kind, held) => unreachable!("{kind:?} of {held:?}"),
    };
    (held.is_some(), held)
}

impl Scenario for RwLockScenario {
    type Model = RwLockModel;
    type Shared = RwLock<()>;
    type Wait<'a> = RwLockWait<'a>;
    type Held<'a> = HeldRwLock<'a>;

    fn model(self) -> RwLockModel {
        RwLockModel {
            kinds: self.kinds,
            slots: Vec::new(),
            readers: 0,
            upgradable: false,
            writer: false,
            upgraded: false,
            owed: false,
            line: Vec::new(),
            granted: Vec::new(),
        }
    }

    fn shared(self) -> RwLock<()> {
        RwLock::new(())
    }

    fn begin<'a>(lock: &'a RwLock<()>, kind: RwLockKind, held: Option<HeldRwLock<'a>>) -> RwLockWait<'a> {
        use HeldRwLock::{Read, Upgradable, Write};
        RwLockWait::Other(match (kind, held) {
            (RwLockKind::Upgrade, Some(Upgradable(guard))) => {
                return RwLockWait::Upgrade(Box::pin(UpgradableGuard::upgrade(guard)));
            }
            (RwLockKind::Read, _) => Box::pin(lock.read().map(|guard| (true, Some(Read(vec![guard]))))),
            (RwLockKind::Write, _) => Box::pin(lock.write().map(|guard| (true, Some(Write(guard))))),
            (RwLockKind::Upgradable, _) => {
                Box::pin(lock.upgradable_read().map(|guard| (true, Some(Upgradable(guard)))))
            }
            (kind, held) => Box::pin(async move { at_once(lock, kind, held) }),
        })
    }

    fn poll<'a>(wait: &mut Self::Wait<'a>, context: &mut Context<'_>) -> Poll<Given<'a, Self>> {
        match wait {
            RwLockWait::Upgrade(wait) => {
                wait.as_mut().poll(context).map(|guard| (true, Some(HeldRwLock::Write(guard))))
            }
            RwLockWait::Other(wait) => wait.as_mut().poll(context),
        }
    }

    fn take(content: Content<'_, Self>) -> bool {
        match content {
            Content::Waiting(RwLockWait::Upgrade(mut wait)) => wait.as_mut().cancel().is_some(),
            _ => unreachable!("only an upgrade is cancelled"),
        }
    }

    fn operate(_: &RwLock<()>, operation: core::convert::Infallible) -> bool {
        match operation {}
    }

    fn seen(lock: &RwLock<()>) -> RwLockSeen {
        RwLockSeen { readers: lock.readers(), is_locked: lock.is_locked(), waiters: lock.waiters() }
    }
}

/// Runs the program in `bytes`.
///
/// # Errors
/// If primitive and model disagree.
pub fn check(bytes: &[u8]) -> Result<(), Disagreement> {
    run_bytes(RwLockScenario { kinds: RwLockScenario::ALL }, super::SLOTS, bytes)
}

/// As [`check`], for a fuzzer.
///
/// # Panics
/// If primitive and model disagree.
pub fn run(bytes: &[u8]) {
    check(bytes).unwrap();
}
