//! The model of [`Watch`] and of its receivers, and its scenario.

use core::cell::RefCell;
use core::task::{Context, Poll};
use std::rc::Rc;

use anywake_core::watch::{ModifyError, Ref, SendError, StaticReceiver, WatchRef};
use anywake_core::{Closed, Watch};
use futures_util::FutureExt as _;

use super::{BoxedWait, Content, Disagreement, Given, Model, Scenario, Wakes, run_bytes};

/// A wait, or an attempt that never waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WatchKind {
    /// `borrow()`, which is ready at once.
    Borrow,
    /// `receiver()`, which is ready at once.
    Receiver,
    /// `receiver()` and `mark_changed()`.
    Unseen,
    /// `changed()` of the receiver in the slot, which the wait returns.
    Changed,
    /// `wait_for()` of a new receiver, for a value with an even number; returns the value.
    WaitFor,
    /// `borrow_and_update()` of the receiver in the slot, which is dropped.
    Update,
    /// `closed()`.
    Closed,
}

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WatchOperation {
    /// `send(value)`, with the next number.
    Send,
    /// `send_if_modified`, which makes the next number of the value.
    Modify,
    /// `close()`.
    Close,
}

/// The result of a wait or an operation, with numbers for the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WatchOutcome {
    /// A value that is read, and its version.
    Read(u32, u64),
    /// A receiver, and whether there is a change for it.
    Receiver(bool),
    /// The result of `changed`.
    Changed(Result<(), Closed>),
    /// `wait_for` failed.
    Over,
    /// The result of `send`: what was displaced.
    Sent(Result<Option<u32>, u32>),
    /// The result of `send_if_modified`, and the number that it began with.
    Modified(Result<bool, ModifyError>, Option<u32>),
    /// The wait or operation has no result, or one that says whether it was the first.
    Done(bool),
}

/// The observable state of a watch.
#[derive(Debug, PartialEq, Eq)]
pub struct WatchSeen {
    version: u64,
    now: u32,
    receivers: usize,
    waiters: usize,
    is_closed: bool,
    /// The numbers of all values that exist.
    alive: Vec<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Idle,
    InLine,
    /// Woken. Polled now, it returns, or looks at a value.
    Due,
}

/// What a slot of the program has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Has {
    /// A wait of this kind; what its receiver has seen, if it has one, and what its predicate has looked at.
    Wait(WatchKind, Place, u64),
    /// A value that is read, by its version, and perhaps its receiver.
    Value(u64),
    /// A receiver, and what it has seen.
    Receiver(u64),
}

/// The specified behaviour of a watch: all values by version, and who reads which.
///
/// It knows no slots. A value can be read if it is the newest, unless two versions are read already: then the newer of
/// them stays the one that is read until one of the two is read no more.
#[derive(Debug)]
pub struct WatchModel {
    kinds: &'static [WatchKind],
    operations: &'static [WatchOperation],
    /// The number of the value with each version that somebody may still read.
    values: Vec<(u64, u32)>,
    newest: u64,
    visible: u64,
    is_closed: bool,
    line: Vec<usize>,
    listeners: Vec<usize>,
    slots: Vec<Option<Has>>,
    next: u32,
}

impl WatchModel {
    fn is_read(&self, version: u64) -> bool {
        self.slots.contains(&Some(Has::Value(version)))
    }

    fn number(&self, version: u64) -> u32 {
        let found = self.values.iter().find(|(of, _)| *of == version);
        found.expect("the value is needed").1
    }

    fn receivers(&self) -> usize {
        let has_a_receiver = |has: &&Option<Has>| {
            matches!(has, Some(Has::Receiver(_) | Has::Wait(WatchKind::Changed | WatchKind::Update, ..)))
                || matches!(has, Some(Has::Wait(WatchKind::WaitFor, ..)))
        };
        self.slots.iter().filter(has_a_receiver).count()
    }

    /// Makes the newest value visible if the rule lets it be, and forgets values that nobody needs. Returns the number of
    /// the last one that was forgotten.
    fn settle(&mut self, wakes: &mut Wakes) -> Option<u32> {
        let read: Vec<u64> = (1..=self.newest).filter(|version| self.is_read(*version)).collect();
        let is_hidden = read.len() >= 2 && read.contains(&self.visible);
        if self.visible < self.newest && !is_hidden {
            self.visible = self.newest;
        }
        let is_needed = |(version, _): &(u64, u32)| {
            *version == self.newest || *version == self.visible || read.contains(version)
        };
        let (needed, forgotten): (Vec<_>, Vec<_>) = self.values.iter().copied().partition(is_needed);
        self.values = needed;
        self.wake_due(wakes);
        forgotten.last().map(|(_, number)| *number)
    }

    fn is_news(&self, seen: u64) -> bool {
        seen < self.visible || (self.is_closed && self.visible == self.newest)
    }

    fn wake_due(&mut self, wakes: &mut Wakes) {
        for slot in core::mem::take(&mut self.line) {
            match self.slots[slot] {
                Some(Has::Wait(kind, _, seen)) if self.is_news(seen) => {
                    self.slots[slot] = Some(Has::Wait(kind, Place::Due, seen));
                    wakes.wake(slot);
                }
                _ => self.line.push(slot),
            }
        }
        if self.is_closed {
            self.end_listeners(wakes);
        }
    }

    fn end_listeners(&mut self, wakes: &mut Wakes) {
        for slot in core::mem::take(&mut self.listeners) {
            self.slots[slot] = Some(Has::Wait(WatchKind::Closed, Place::Due, 0));
            wakes.wake(slot);
        }
    }

    /// A receiver has gone.
    fn left(&mut self, wakes: &mut Wakes) {
        if self.receivers() == 0 {
            self.end_listeners(wakes);
        }
    }

    /// Makes a value of this number the newest.
    fn put(&mut self, number: u32, wakes: &mut Wakes) -> Option<u32> {
        self.newest += 1;
        self.values.push((self.newest, number));
        self.settle(wakes)
    }

    fn read(&mut self, slot: usize) -> WatchOutcome {
        self.slots[slot] = Some(Has::Value(self.visible));
        WatchOutcome::Read(self.number(self.visible), self.visible)
    }
}

impl Model for WatchModel {
    type Kind = WatchKind;
    type Operation = WatchOperation;
    type Outcome = WatchOutcome;
    type Seen = WatchSeen;

    fn kinds(&self, holding: Option<usize>) -> Vec<WatchKind> {
        let consumes = |kind: &WatchKind| matches!(kind, WatchKind::Changed | WatchKind::Update);
        let kinds = self.kinds.iter().copied();
        let held = holding.and_then(|slot| self.slots[slot]);
        kinds
            .filter(|kind| match held {
                None => !consumes(kind),
                Some(Has::Receiver(_)) => consumes(kind),
                Some(_) => false,
            })
            .collect()
    }

    fn operations(&self) -> Vec<WatchOperation> {
        self.operations.to_vec()
    }

    fn begin(&mut self, slot: usize, kind: WatchKind) {
        if self.slots.len() <= slot {
            self.slots.resize(slot + 1, None);
        }
        let seen = match self.slots[slot] {
            Some(Has::Receiver(seen)) => seen,
            _ => 0,
        };
        self.slots[slot] = Some(Has::Wait(kind, Place::Idle, seen));
    }

    fn poll(&mut self, slot: usize, wakes: &mut Wakes) -> Poll<WatchOutcome> {
        let Some(Has::Wait(kind, place, seen)) = self.slots[slot] else {
            unreachable!("the slot has a wait")
        };
        match kind {
            WatchKind::Borrow => Poll::Ready(self.read(slot)),
            WatchKind::Update => {
                let read = self.read(slot);
                self.left(wakes);
                Poll::Ready(read)
            }
            WatchKind::Receiver | WatchKind::Unseen => {
                let seen = if kind == WatchKind::Unseen { 0 } else { self.visible };
                self.slots[slot] = Some(Has::Receiver(seen));
                Poll::Ready(WatchOutcome::Receiver(seen < self.visible))
            }
            WatchKind::Changed | WatchKind::WaitFor if place == Place::InLine => Poll::Pending,
            WatchKind::Changed if seen < self.visible => {
                self.slots[slot] = Some(Has::Receiver(self.visible));
                Poll::Ready(WatchOutcome::Changed(Ok(())))
            }
            WatchKind::Changed if self.is_news(seen) => {
                self.slots[slot] = Some(Has::Receiver(seen));
                Poll::Ready(WatchOutcome::Changed(Err(Closed)))
            }
            WatchKind::WaitFor if seen < self.visible && is_even(self.number(self.visible)) => {
                let read = self.read(slot);
                self.left(wakes);
                Poll::Ready(read)
            }
            // The last value is looked at before the end.
            WatchKind::WaitFor if self.is_closed && self.visible == self.newest => {
                self.slots[slot] = None;
                self.left(wakes);
                Poll::Ready(WatchOutcome::Over)
            }
            WatchKind::Changed | WatchKind::WaitFor => {
                self.slots[slot] = Some(Has::Wait(kind, Place::InLine, self.visible));
                self.line.push(slot);
                Poll::Pending
            }
            WatchKind::Closed if place == Place::InLine => Poll::Pending,
            WatchKind::Closed if place == Place::Due || self.is_closed || self.receivers() == 0 => {
                self.slots[slot] = None;
                Poll::Ready(WatchOutcome::Done(true))
            }
            WatchKind::Closed => {
                self.slots[slot] = Some(Has::Wait(kind, Place::InLine, 0));
                self.listeners.push(slot);
                Poll::Pending
            }
        }
    }

    fn drop(&mut self, slot: usize, wakes: &mut Wakes) {
        self.line.retain(|waiter| *waiter != slot);
        self.listeners.retain(|waiter| *waiter != slot);
        let before = self.receivers();
        let dropped = self.slots[slot].take();
        if let Some(Has::Value(_)) = dropped {
            self.settle(wakes);
        }
        if self.receivers() < before {
            self.left(wakes);
        }
    }

    fn operate(&mut self, operation: WatchOperation, wakes: &mut Wakes) -> WatchOutcome {
        match operation {
            WatchOperation::Send => {
                self.next += 1;
                let number = self.next;
                WatchOutcome::Sent(if self.is_closed { Err(number) } else { Ok(self.put(number, wakes)) })
            }
            WatchOperation::Modify if self.is_closed => {
                WatchOutcome::Modified(Err(ModifyError::Closed), None)
            }
            WatchOperation::Modify => {
                let before = self.number(self.newest);
                self.next += 1;
                self.put(self.next, wakes);
                WatchOutcome::Modified(Ok(true), Some(before))
            }
            WatchOperation::Close => {
                let first = !core::mem::replace(&mut self.is_closed, true);
                self.wake_due(wakes);
                WatchOutcome::Done(first)
            }
        }
    }

    fn is_due(&self, slot: usize) -> bool {
        matches!(self.slots[slot], Some(Has::Wait(_, Place::Due, _)))
    }

    fn seen(&self) -> WatchSeen {
        let mut alive: Vec<u32> = self.values.iter().map(|(_, number)| *number).collect();
        alive.sort_unstable();
        WatchSeen {
            version: self.visible,
            now: self.number(self.visible),
            receivers: self.receivers(),
            waiters: self.line.len() + self.listeners.len(),
            is_closed: self.is_closed,
            alive,
        }
    }
}

/// What `wait_for` waits for.
fn is_even(number: u32) -> bool {
    number & 1 == 0
}

/// The numbers of the values that exist.
#[derive(Debug, Default)]
struct Ledger {
    alive: RefCell<Vec<u32>>,
    next: RefCell<u32>,
}

/// A value that is entered in the ledger as long as it exists.
#[derive(Debug)]
pub struct Entry {
    number: u32,
    ledger: Rc<Ledger>,
}

impl Entry {
    fn new(ledger: &Rc<Ledger>) -> Self {
        *ledger.next.borrow_mut() += 1;
        Self::numbered(*ledger.next.borrow(), ledger)
    }

    fn numbered(number: u32, ledger: &Rc<Ledger>) -> Self {
        ledger.alive.borrow_mut().push(number);
        Self { number, ledger: Rc::clone(ledger) }
    }

    /// Makes it the next value.
    fn renumber(&mut self) {
        let next = Self::new(&self.ledger);
        *self = next;
    }
}

impl Clone for Entry {
    fn clone(&self) -> Self {
        Self::numbered(self.number, &self.ledger)
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let mut alive = self.ledger.alive.borrow_mut();
        let place = alive.iter().position(|number| *number == self.number);
        alive.swap_remove(place.expect("it is dropped once"));
    }
}

/// A watch, and the ledger of its values.
#[derive(Debug)]
pub struct Kept {
    // Before the ledger's last use.
    watch: Watch<Entry>,
    ledger: Rc<Ledger>,
}

/// A watch, with these kinds of waits and these operations.
#[derive(Clone, Copy, Debug)]
pub struct WatchScenario {
    /// The waits that programs make.
    pub kinds: &'static [WatchKind],
    /// The operations that programs carry out.
    pub operations: &'static [WatchOperation],
}

/// What a slot keeps.
#[derive(Debug)]
pub enum WatchHeld<'a> {
    /// A value that is read.
    Value(WatchRef<'a, Entry>),
    /// A receiver.
    Receiver(StaticReceiver<'a, Entry>),
}

fn read<'a>(value: WatchRef<'a, Entry>) -> Given<'a, WatchScenario> {
    (WatchOutcome::Read(value.number, Ref::version(&value)), Some(WatchHeld::Value(value)))
}

impl Scenario for WatchScenario {
    type Model = WatchModel;
    type Shared = Kept;
    type Wait<'a> = BoxedWait<'a, Self>;
    type Held<'a> = WatchHeld<'a>;

    fn model(self) -> WatchModel {
        WatchModel {
            kinds: self.kinds,
            operations: self.operations,
            values: vec![(1, 1)],
            newest: 1,
            visible: 1,
            is_closed: false,
            line: Vec::new(),
            listeners: Vec::new(),
            slots: Vec::new(),
            next: 1,
        }
    }

    fn shared(self) -> Kept {
        let ledger = Rc::default();
        Kept { watch: Watch::new(Entry::new(&ledger)), ledger }
    }

    fn begin<'a>(kept: &'a Kept, kind: WatchKind, held: Option<WatchHeld<'a>>) -> BoxedWait<'a, Self> {
        let watch = &kept.watch;
        let held = held.map(|held| match held {
            WatchHeld::Receiver(receiver) => receiver,
            WatchHeld::Value(_) => unreachable!("a value waits for nothing"),
        });
        match (kind, held) {
            (WatchKind::Changed, Some(receiver)) => {
                Box::pin(receiver.changed_owned().map(|(receiver, changed)| {
                    (WatchOutcome::Changed(changed), Some(WatchHeld::Receiver(receiver)))
                }))
            }
            (WatchKind::Update, Some(mut receiver)) => Box::pin(async move {
                drop(receiver.borrow_and_update());
                assert!(!receiver.has_changed());
                read(receiver.borrow_owned())
            }),
            (WatchKind::Borrow, _) => Box::pin(async move { read(watch.borrow()) }),
            (WatchKind::Receiver | WatchKind::Unseen, _) => Box::pin(async move {
                let mut receiver = watch.receiver();
                if kind == WatchKind::Unseen {
                    receiver.mark_changed();
                }
                (WatchOutcome::Receiver(receiver.has_changed()), Some(WatchHeld::Receiver(receiver)))
            }),
            (WatchKind::WaitFor, _) => {
                let mut receiver = watch.receiver();
                Box::pin(async move {
                    let found = receiver.wait_for(|value| is_even(value.number)).await.is_ok();
                    // The value that was found can still be read: no send came between.
                    if found { read(receiver.borrow_owned()) } else { (WatchOutcome::Over, None) }
                })
            }
            (WatchKind::Closed, _) => Box::pin(watch.closed().map(|()| (WatchOutcome::Done(true), None))),
            (WatchKind::Changed | WatchKind::Update, None) => unreachable!("these waits have a receiver"),
        }
    }

    fn poll<'a>(wait: &mut Self::Wait<'a>, context: &mut Context<'_>) -> Poll<Given<'a, Self>> {
        wait.as_mut().poll(context)
    }

    fn take(content: Content<'_, Self>) -> WatchOutcome {
        drop(content);
        unreachable!("a watch has nothing to take")
    }

    fn operate(kept: &Kept, operation: WatchOperation) -> WatchOutcome {
        match operation {
            WatchOperation::Send => {
                let sent = kept.watch.send(Entry::new(&kept.ledger));
                let sent = sent.map(|displaced| displaced.map(|value| value.number));
                WatchOutcome::Sent(sent.map_err(|SendError(value)| value.number))
            }
            WatchOperation::Modify => {
                let mut before = None;
                let modified = kept.watch.send_if_modified(|value| {
                    before = Some(value.number);
                    value.renumber();
                    true
                });
                WatchOutcome::Modified(modified, before)
            }
            WatchOperation::Close => WatchOutcome::Done(kept.watch.close()),
        }
    }

    fn seen(kept: &Kept) -> WatchSeen {
        let watch = &kept.watch;
        let mut alive = kept.ledger.alive.borrow().clone();
        alive.sort_unstable();
        WatchSeen {
            version: watch.version(),
            now: watch.borrow().number,
            receivers: watch.receiver_count(),
            waiters: watch.waiters(),
            is_closed: watch.is_closed(),
            alive,
        }
    }
}

/// Runs the program in `bytes`. The first byte says whether the watch may be closed.
///
/// # Errors
/// If primitive and model disagree.
pub fn check(bytes: &[u8]) -> Result<(), Disagreement> {
    use WatchKind::{Borrow, Changed, Closed, Receiver, Unseen, Update, WaitFor};
    use WatchOperation::{Close, Modify, Send};

    const KINDS: &[WatchKind] =
        &[Borrow, Receiver, Changed, Changed, Unseen, WaitFor, Update, Closed, Receiver, Changed];
    const OPERATIONS: &[WatchOperation] = &[Send, Send, Modify, Close];

    let Some((first, rest)) = bytes.split_first() else { return Ok(()) };
    // Little happens after a close, so most programs have none.
    let operations = &OPERATIONS[..OPERATIONS.len() - usize::from(*first < 192)];
    run_bytes(WatchScenario { kinds: KINDS, operations }, super::SLOTS, rest)
}

/// As [`check`], for a fuzzer.
///
/// # Panics
/// If primitive and model disagree.
pub fn run(bytes: &[u8]) {
    check(bytes).unwrap();
}
