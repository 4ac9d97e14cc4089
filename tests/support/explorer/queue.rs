//! The model of [`QueueOf`] and of its ends, and its scenario.

use core::cell::{Cell, RefCell};
use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::rc::Rc;

use anywake_core::{
    Closed, Keyed, LifoQueue, Queue, StaticPriorityQueue, StaticQueue, TryPopError, TryPushError,
    channel::{ReceiverOf, SenderOf},
    queue::{PushFuture, QueueOf, Slot},
};
use futures_util::FutureExt as _;

mod explored;

pub use explored::{Explored, Order};

use super::{BoxedWait, Content, Disagreement, Given, Model, Scenario, Wakes, run_bytes};

/// A kind of wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueKind {
    /// `push(item)`, with the next item.
    Push,
    /// `pop()`.
    Pop,
    /// `join()`.
    Join,
    /// `reserve()`, whose slot is then dropped, or takes the next item.
    Reserve,
    /// `closed()`.
    Closed,
    /// `split()`, which is ready at once.
    Split,
    /// Drops the receiver of what a `Split` returned, and keeps the sender.
    KeepSender,
    /// Drops the sender of what a `Split` returned, and keeps the receiver.
    KeepReceiver,
}

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueOperation {
    /// `try_push(item)`, with the next item.
    TryPush,
    /// `try_pop()`.
    TryPop,
    /// `force_push(item)`, with the next item.
    ForcePush,
    /// `task_done()`.
    TaskDone,
    /// `close()`.
    Close,
    /// `close_now()`.
    CloseNow,
}

/// The result of a wait or an operation, with numbers for the items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueOutcome {
    /// The result of `push`.
    Pushed(Result<(), u32>),
    /// The result of `pop`.
    Popped(Result<u32, Closed>),
    /// The result of `PushFuture::cancel`.
    Cancelled(Option<u32>),
    /// Whether `reserve` returned a slot.
    Reserved(Result<(), Closed>),
    /// The result of `Slot::send`.
    Sent(Result<(), u32>),
    /// The result of `try_push`.
    TriedPush(Result<(), TryPushError<u32>>),
    /// The result of `try_pop`.
    TriedPop(Result<u32, TryPopError>),
    /// The result of `force_push`.
    Forced(Result<Option<u32>, TryPushError<u32>>),
    /// Whether a `task_done` was allowed.
    TaskDone(bool),
    /// The wait or operation has no result.
    Done,
}

/// The observable state of a queue.
#[derive(Debug, PartialEq, Eq)]
pub struct QueueSeen {
    len: usize,
    is_empty: bool,
    is_full: bool,
    unfinished: usize,
    is_closed: bool,
    waiters: usize,
    /// The numbers of all items that exist, in the queue or outside.
    alive: Vec<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gate {
    Open,
    Draining,
    Discarding,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Idle,
    InLine,
    Granted,
    Refused,
}

/// What a wait returned, and a slot of the program keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Slot,
    Both,
    Sender,
    Receiver,
}

/// The specified behaviour of a queue: the items, the claims on them, the room that is reserved, the ends, and four lines
/// of waiters.
#[derive(Debug)]
pub struct QueueModel {
    scenario: (&'static [QueueKind], &'static [QueueOperation]),
    /// `usize::MAX` without a bound.
    capacity: usize,
    /// How many promised items do not count against the capacity.
    slack: usize,
    order: Order,
    /// In the order in which they come out.
    items: Vec<u32>,
    /// The number of items that are granted to pops which were not polled since.
    claimed: usize,
    reserved: usize,
    unfinished: usize,
    gate: Gate,
    senders: usize,
    receivers: usize,
    pushers: Vec<usize>,
    poppers: Vec<usize>,
    joiners: Vec<usize>,
    listeners: Vec<usize>,
    held: Vec<Option<Kind>>,
    /// For each slot the wait, the item that it still holds, and its state.
    waits: Vec<Option<(QueueKind, Option<u32>, Place)>>,
    next_item: u32,
}

impl QueueModel {
    fn wait(&mut self, slot: usize) -> &mut (QueueKind, Option<u32>, Place) {
        self.waits[slot].as_mut().expect("the slot has a wait")
    }

    fn decide(&mut self, slot: usize, place: Place, wakes: &mut Wakes) {
        self.wait(slot).2 = place;
        wakes.wake(slot);
    }

    fn new_item(&mut self) -> u32 {
        self.next_item += 1;
        self.next_item
    }

    fn is_open(&self) -> bool {
        self.gate == Gate::Open
    }

    /// Whether no `pop` without a claim can get an item any more.
    fn is_over(&self) -> bool {
        match self.gate {
            Gate::Open => false,
            Gate::Draining => self.items.is_empty() && self.reserved == 0,
            Gate::Discarding => true,
        }
    }

    fn is_full(&self) -> bool {
        self.items.len() - self.claimed.min(self.slack) + self.reserved >= self.capacity
    }

    /// Puts an item in its place.
    fn insert(&mut self, item: u32) {
        let place = match self.order {
            Order::Oldest => self.items.len(),
            Order::Newest => 0,
            Order::ByKey => self.items.partition_point(|other| key(*other) <= key(item)),
        };
        self.items.insert(place, item);
    }

    /// Removes the item that has to go for a new one.
    fn displace(&mut self) -> u32 {
        match self.order {
            Order::Oldest => self.items.remove(0),
            Order::Newest | Order::ByKey => self.items.pop().expect("there is an item to displace"),
        }
    }

    fn add(&mut self, item: u32, wakes: &mut Wakes) {
        self.insert(item);
        self.unfinished += 1;
        self.decide_due(wakes);
    }

    /// Removes the first item, unless all are claimed.
    fn take_free(&mut self, wakes: &mut Wakes) -> Option<u32> {
        if self.items.len() == self.claimed || self.gate == Gate::Discarding {
            return None;
        }
        let item = self.items.remove(0);
        self.decide_due(wakes);
        Some(item)
    }

    /// Grants room to the waiting pushes, or refuses them; then grants items to the waiting pops, or refuses them.
    fn decide_due(&mut self, wakes: &mut Wakes) {
        loop {
            // An item that is promised may make room for the next push.
            if let Some(&slot) = self.pushers.first() {
                if !self.is_open() {
                    self.pushers.remove(0);
                    self.decide(slot, Place::Refused, wakes);
                    continue;
                }
                if !self.is_full() {
                    self.pushers.remove(0);
                    if let Some(item) = self.wait(slot).1.take() {
                        self.insert(item);
                        self.unfinished += 1;
                    } else {
                        self.reserved += 1;
                    }
                    self.decide(slot, Place::Granted, wakes);
                    continue;
                }
            }
            if self.poppers.is_empty() || !(self.items.len() > self.claimed || self.is_over()) {
                break;
            }
            let slot = self.poppers.remove(0);
            if self.items.len() > self.claimed {
                self.claimed += 1;
                self.decide(slot, Place::Granted, wakes);
            } else {
                self.decide(slot, Place::Refused, wakes);
            }
        }
        if !self.is_open() {
            for slot in core::mem::take(&mut self.listeners) {
                self.decide(slot, Place::Granted, wakes);
            }
        }
    }

    fn close(&mut self, wakes: &mut Wakes) {
        if self.is_open() {
            self.gate = Gate::Draining;
        }
        self.decide_due(wakes);
    }

    fn close_now(&mut self, wakes: &mut Wakes) {
        self.gate = Gate::Discarding;
        self.discard(wakes);
        self.decide_due(wakes);
    }

    fn drop_sender(&mut self, wakes: &mut Wakes) {
        self.senders -= 1;
        if self.senders == 0 {
            self.close(wakes);
        }
    }

    fn drop_receiver(&mut self, wakes: &mut Wakes) {
        self.receivers -= 1;
        if self.receivers == 0 {
            self.close_now(wakes);
        }
    }

    /// Drops what a slot of the program keeps.
    fn release(&mut self, held: Kind, wakes: &mut Wakes) {
        match held {
            Kind::Slot => {
                self.reserved -= 1;
                self.decide_due(wakes);
            }
            Kind::Both => {
                self.drop_sender(wakes);
                self.drop_receiver(wakes);
            }
            Kind::Sender => self.drop_sender(wakes),
            Kind::Receiver => self.drop_receiver(wakes),
        }
    }

    /// Drops the unclaimed items, if the queue was closed by `close_now`.
    fn discard(&mut self, wakes: &mut Wakes) {
        while self.gate == Gate::Discarding && self.items.len() > self.claimed {
            self.items.pop();
            self.finish_one(wakes);
        }
    }

    fn finish_one(&mut self, wakes: &mut Wakes) {
        self.unfinished = self.unfinished.saturating_sub(1);
        if self.unfinished == 0 {
            for slot in core::mem::take(&mut self.joiners) {
                self.decide(slot, Place::Granted, wakes);
            }
        }
    }

    /// The result of a wait at its first poll, or `None` if it has to wait.
    fn ask(&mut self, slot: usize, wakes: &mut Wakes) -> Option<QueueOutcome> {
        let wait = *self.wait(slot);
        match wait {
            (QueueKind::Push, Some(item), _) if !self.is_open() => Some(QueueOutcome::Pushed(Err(item))),
            (QueueKind::Reserve, ..) if !self.is_open() => Some(QueueOutcome::Reserved(Err(Closed))),
            (QueueKind::Push | QueueKind::Reserve, ..) if self.is_full() => {
                self.pushers.push(slot);
                None
            }
            (QueueKind::Reserve, ..) => {
                self.reserved += 1;
                self.held[slot] = Some(Kind::Slot);
                Some(QueueOutcome::Reserved(Ok(())))
            }
            (QueueKind::Push, item, _) => {
                self.add(item.expect("a new push has an item"), wakes);
                Some(QueueOutcome::Pushed(Ok(())))
            }
            (QueueKind::Pop, ..) => match self.take_free(wakes) {
                Some(item) => Some(QueueOutcome::Popped(Ok(item))),
                None if self.is_over() => Some(QueueOutcome::Popped(Err(Closed))),
                None => {
                    self.poppers.push(slot);
                    None
                }
            },
            (QueueKind::Join, ..) if self.unfinished > 0 => {
                self.joiners.push(slot);
                None
            }
            (QueueKind::Closed, ..) if self.is_open() => {
                self.listeners.push(slot);
                None
            }
            (QueueKind::Join | QueueKind::Closed, ..) => Some(QueueOutcome::Done),
            (QueueKind::Split, ..) => {
                self.senders += 1;
                self.receivers += 1;
                self.held[slot] = Some(Kind::Both);
                Some(QueueOutcome::Done)
            }
            (QueueKind::KeepSender, ..) => {
                self.held[slot] = Some(Kind::Sender);
                self.drop_receiver(wakes);
                Some(QueueOutcome::Done)
            }
            (QueueKind::KeepReceiver, ..) => {
                self.held[slot] = Some(Kind::Receiver);
                self.drop_sender(wakes);
                Some(QueueOutcome::Done)
            }
        }
    }

    /// The result of a wait that was decided.
    fn result(&mut self, slot: usize, granted: bool, wakes: &mut Wakes) -> QueueOutcome {
        match *self.wait(slot) {
            (QueueKind::Push, item, _) => QueueOutcome::Pushed(item.map_or(Ok(()), Err)),
            (QueueKind::Pop, ..) if granted => {
                self.claimed -= 1;
                let item = self.items.remove(0);
                self.decide_due(wakes);
                QueueOutcome::Popped(Ok(item))
            }
            (QueueKind::Pop, ..) => QueueOutcome::Popped(Err(Closed)),
            (QueueKind::Reserve, ..) if granted => {
                self.held[slot] = Some(Kind::Slot);
                QueueOutcome::Reserved(Ok(()))
            }
            (QueueKind::Reserve, ..) => QueueOutcome::Reserved(Err(Closed)),
            _ => QueueOutcome::Done,
        }
    }

    /// Drops a wait, and returns the item that it still held.
    fn end(&mut self, slot: usize, wakes: &mut Wakes) -> Option<u32> {
        let (kind, item, place) = self.waits[slot].take().expect("the slot has a wait to end");
        for line in [&mut self.pushers, &mut self.poppers, &mut self.joiners, &mut self.listeners] {
            line.retain(|waiter| *waiter != slot);
        }
        match (kind, place) {
            (QueueKind::Pop, Place::Granted) => {
                self.claimed -= 1;
                self.decide_due(wakes);
                self.discard(wakes);
            }
            (QueueKind::Reserve, Place::Granted) => self.release(Kind::Slot, wakes),
            // A wait that was never polled still owns both ends.
            (QueueKind::KeepSender | QueueKind::KeepReceiver, _) => self.release(Kind::Both, wakes),
            _ => {}
        }
        item
    }
}

impl Model for QueueModel {
    type Kind = QueueKind;
    type Operation = QueueOperation;
    type Outcome = QueueOutcome;
    type Seen = QueueSeen;

    fn kinds(&self, holding: Option<usize>) -> Vec<QueueKind> {
        let consumes = |kind: &QueueKind| matches!(kind, QueueKind::KeepSender | QueueKind::KeepReceiver);
        let held = holding.and_then(|slot| self.held[slot]);
        let kinds = self.scenario.0.iter().copied();
        kinds
            .filter(|kind| match held {
                None => !consumes(kind),
                Some(Kind::Both) => consumes(kind),
                Some(_) => false,
            })
            .collect()
    }

    fn operations(&self) -> Vec<QueueOperation> {
        self.scenario.1.to_vec()
    }

    fn can_take(&self, slot: usize) -> bool {
        self.held[slot] == Some(Kind::Slot)
            || self.waits[slot].is_some_and(|(kind, ..)| kind == QueueKind::Push)
    }

    fn begin(&mut self, slot: usize, kind: QueueKind) {
        let item = (kind == QueueKind::Push).then(|| self.new_item());
        if self.waits.len() <= slot {
            self.waits.resize(slot + 1, None);
            self.held.resize(slot + 1, None);
        }
        self.held[slot] = None;
        self.waits[slot] = Some((kind, item, Place::Idle));
    }

    fn poll(&mut self, slot: usize, wakes: &mut Wakes) -> Poll<QueueOutcome> {
        let outcome = match self.wait(slot).2 {
            Place::Idle => match self.ask(slot, wakes) {
                Some(outcome) => outcome,
                None => {
                    self.wait(slot).2 = Place::InLine;
                    return Poll::Pending;
                }
            },
            Place::InLine => return Poll::Pending,
            Place::Granted => self.result(slot, true, wakes),
            Place::Refused => self.result(slot, false, wakes),
        };
        self.waits[slot] = None;
        Poll::Ready(outcome)
    }

    fn drop(&mut self, slot: usize, wakes: &mut Wakes) {
        match self.held[slot].take() {
            Some(held) => self.release(held, wakes),
            None => _ = self.end(slot, wakes),
        }
    }

    /// Cancels a push, or sends the next item into a slot.
    fn take(&mut self, slot: usize, wakes: &mut Wakes) -> QueueOutcome {
        if self.held[slot].take().is_none() {
            return QueueOutcome::Cancelled(self.end(slot, wakes));
        }
        let item = self.new_item();
        self.reserved -= 1;
        if self.gate == Gate::Discarding {
            return QueueOutcome::Sent(Err(item));
        }
        self.add(item, wakes);
        QueueOutcome::Sent(Ok(()))
    }

    fn operate(&mut self, operation: QueueOperation, wakes: &mut Wakes) -> QueueOutcome {
        match operation {
            QueueOperation::TryPush => {
                let item = self.new_item();
                QueueOutcome::TriedPush(if !self.is_open() {
                    Err(TryPushError::Closed(item))
                } else if self.is_full() {
                    Err(TryPushError::Full(item))
                } else {
                    self.add(item, wakes);
                    Ok(())
                })
            }
            QueueOperation::TryPop => {
                let error = if self.is_over() { TryPopError::Closed } else { TryPopError::Empty };
                QueueOutcome::TriedPop(self.take_free(wakes).ok_or(error))
            }
            QueueOperation::ForcePush => {
                let item = self.new_item();
                if !self.is_open() {
                    return QueueOutcome::Forced(Err(TryPushError::Closed(item)));
                }
                if self.is_full() && self.items.is_empty() {
                    return QueueOutcome::Forced(Err(TryPushError::Full(item)));
                }
                let was_full = self.is_full();
                if was_full {
                    self.unfinished = self.unfinished.saturating_sub(1);
                }
                if was_full && self.order != Order::ByKey {
                    let displaced = self.displace();
                    self.add(item, wakes);
                    return QueueOutcome::Forced(Ok(Some(displaced)));
                }
                // The last of all goes, the new one included.
                self.insert(item);
                let displaced = was_full.then(|| self.displace());
                self.unfinished += 1;
                self.decide_due(wakes);
                QueueOutcome::Forced(Ok(displaced))
            }
            QueueOperation::TaskDone => {
                let allowed = self.unfinished > 0;
                if allowed {
                    self.finish_one(wakes);
                }
                QueueOutcome::TaskDone(allowed)
            }
            QueueOperation::Close => {
                self.close(wakes);
                QueueOutcome::Done
            }
            QueueOperation::CloseNow => {
                self.close_now(wakes);
                QueueOutcome::Done
            }
        }
    }

    fn is_due(&self, slot: usize) -> bool {
        self.waits[slot].is_some_and(|(.., place)| matches!(place, Place::Granted | Place::Refused))
    }

    fn seen(&self) -> QueueSeen {
        let unsent = self.waits.iter().flatten().filter_map(|(_, item, _)| *item);
        let mut alive: Vec<u32> = self.items.iter().copied().chain(unsent).collect();
        alive.sort_unstable();
        QueueSeen {
            len: self.items.len(),
            is_empty: self.items.is_empty(),
            is_full: self.is_full(),
            unfinished: self.unfinished,
            is_closed: !self.is_open(),
            waiters: self.pushers.len() + self.poppers.len() + self.joiners.len() + self.listeners.len(),
            alive,
        }
    }
}

/// The items that exist. It detects an item that is dropped twice or never.
#[derive(Debug, Default)]
pub struct Ledger {
    made: Cell<u32>,
    alive: RefCell<Vec<u32>>,
}

/// What is in a ledger as long as it exists.
#[derive(Debug)]
pub struct Listed {
    number: u32,
    ledger: Rc<Ledger>,
}

/// An item. It has a key in all queues, whatever their order.
pub type Entry = Keyed<Listed, u8>;

/// The key of the item with this number: small and large ones, and the same one again.
const fn key(number: u32) -> u8 {
    [1, 0, 2][number as usize % 3]
}

fn entry(ledger: &Rc<Ledger>) -> Entry {
    let number = ledger.made.get() + 1;
    ledger.made.set(number);
    ledger.alive.borrow_mut().push(number);
    Keyed { key: key(number), item: Listed { number, ledger: Rc::clone(ledger) } }
}

impl Drop for Listed {
    fn drop(&mut self) {
        let mut alive = self.ledger.alive.borrow_mut();
        let at = alive.iter().position(|number| *number == self.number);
        alive.remove(at.expect("no item is dropped twice"));
    }
}

/// A queue, and the ledger of its items.
#[derive(Debug)]
pub struct Kept<S: Explored> {
    /// Taken by `drop`, which checks the ledger after the queue is dropped.
    queue: Option<QueueOf<Entry, S>>,
    ledger: Rc<Ledger>,
}

impl<S: Explored> Kept<S> {
    fn queue(&self) -> &QueueOf<Entry, S> {
        self.queue.as_ref().expect("only `drop` takes the queue")
    }
}

impl<S: Explored> Drop for Kept<S> {
    fn drop(&mut self) {
        self.queue = None;
        if !std::thread::panicking() {
            assert_eq!(*self.ledger.alive.borrow(), [0_u32; 0], "all items are dropped with the queue");
        }
    }
}

/// A queue.
pub struct QueueScenario<S: Explored> {
    /// Makes an empty queue.
    pub make: fn() -> QueueOf<Entry, S>,
    /// The kinds of wait in the programs.
    pub kinds: &'static [QueueKind],
    /// The operations in the programs.
    pub operations: &'static [QueueOperation],
}

impl<S: Explored> Clone for QueueScenario<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: Explored> Copy for QueueScenario<S> {}

impl<S: Explored> fmt::Debug for QueueScenario<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueueScenario").field("bounds", &S::bounds(&(self.make)())).finish_non_exhaustive()
    }
}

/// What a wait for a queue returned.
#[derive(Debug)]
pub enum QueueHeld<'a, S: Explored + 'static> {
    /// Room, and the ledger for its item.
    Slot(Slot<&'a QueueOf<Entry, S>>, Rc<Ledger>),
    /// Both ends.
    Both(SenderOf<&'a QueueOf<Entry, S>>, ReceiverOf<&'a QueueOf<Entry, S>>),
    /// An end that sends.
    Sender(SenderOf<&'a QueueOf<Entry, S>>),
    /// An end that receives.
    Receiver(ReceiverOf<&'a QueueOf<Entry, S>>),
}

/// A wait for a queue. A push is separate, since it can be cancelled.
pub enum QueueWait<'a, S: Explored + 'static> {
    /// A `push`.
    Push(Pin<Box<PushFuture<'a, QueueOf<Entry, S>>>>),
    /// Any other.
    Other(BoxedWait<'a, QueueScenario<S>>),
}

impl<S: Explored + 'static> fmt::Debug for QueueWait<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if matches!(self, Self::Push(_)) { "Push" } else { "Other" })
    }
}

impl<S: Explored + 'static> Scenario for QueueScenario<S> {
    type Model = QueueModel;
    type Shared = Kept<S>;
    type Wait<'a> = QueueWait<'a, S>;
    type Held<'a> = QueueHeld<'a, S>;

    fn model(self) -> QueueModel {
        QueueModel {
            scenario: (self.kinds, self.operations),
            capacity: S::bounds(&(self.make)()).0,
            slack: S::bounds(&(self.make)()).1,
            order: S::ORDER,
            items: Vec::new(),
            claimed: 0,
            reserved: 0,
            unfinished: 0,
            gate: Gate::Open,
            senders: 0,
            receivers: 0,
            pushers: Vec::new(),
            poppers: Vec::new(),
            joiners: Vec::new(),
            listeners: Vec::new(),
            held: Vec::new(),
            waits: Vec::new(),
            next_item: 0,
        }
    }

    fn shared(self) -> Kept<S> {
        Kept { queue: Some((self.make)()), ledger: Rc::default() }
    }

    fn begin<'a>(kept: &'a Kept<S>, kind: QueueKind, held: Option<QueueHeld<'a, S>>) -> QueueWait<'a, S> {
        let queue = kept.queue();
        let at_once = |keep: Box<dyn FnOnce() -> QueueHeld<'a, S> + 'a>| {
            QueueWait::Other(Box::pin(async move { (QueueOutcome::Done, Some(keep())) }))
        };
        match kind {
            QueueKind::Push => QueueWait::Push(Box::pin(S::push(queue, entry(&kept.ledger)))),
            QueueKind::Pop => QueueWait::Other(Box::pin(
                queue.pop().map(|popped| (QueueOutcome::Popped(popped.map(|item| item.item.number)), None)),
            )),
            QueueKind::Join => QueueWait::Other(Box::pin(queue.join().map(|()| (QueueOutcome::Done, None)))),
            QueueKind::Closed => {
                QueueWait::Other(Box::pin(queue.closed().map(|()| (QueueOutcome::Done, None))))
            }
            QueueKind::Reserve => {
                let ledger = Rc::clone(&kept.ledger);
                QueueWait::Other(Box::pin(S::reserve(queue).map(|reserved| match reserved {
                    Ok(slot) => (QueueOutcome::Reserved(Ok(())), Some(QueueHeld::Slot(slot, ledger))),
                    Err(error) => (QueueOutcome::Reserved(Err(error)), None),
                })))
            }
            QueueKind::Split => at_once(Box::new(|| {
                let (sender, receiver) = queue.split();
                QueueHeld::Both(sender, receiver)
            })),
            QueueKind::KeepSender | QueueKind::KeepReceiver => {
                let Some(QueueHeld::Both(sender, receiver)) = held else {
                    unreachable!("one of two ends is kept")
                };
                let both = (sender, receiver);
                at_once(Box::new(move || {
                    // Captured as a whole: a wait that is never polled drops the sender first, as the model does. Ends
                    // that are captured one by one are dropped in the order in which the closure mentions them.
                    let (sender, receiver) = { both };
                    if kind == QueueKind::KeepSender {
                        drop(receiver);
                        QueueHeld::Sender(sender)
                    } else {
                        drop(sender);
                        QueueHeld::Receiver(receiver)
                    }
                }))
            }
        }
    }

    fn poll<'a>(wait: &mut Self::Wait<'a>, context: &mut Context<'_>) -> Poll<Given<'a, Self>> {
        match wait {
            QueueWait::Push(push) => push.as_mut().poll(context).map(|pushed| {
                (QueueOutcome::Pushed(pushed.map_err(|error| error.into_inner().item.number)), None)
            }),
            QueueWait::Other(other) => other.as_mut().poll(context),
        }
    }

    fn take(content: Content<'_, Self>) -> QueueOutcome {
        match content {
            Content::Waiting(QueueWait::Push(mut push)) => {
                QueueOutcome::Cancelled(push.as_mut().cancel().map(|item| item.item.number))
            }
            Content::Holding(QueueHeld::Slot(slot, ledger)) => {
                let sent = slot.send(entry(&ledger));
                QueueOutcome::Sent(sent.map_err(|error| error.into_inner().item.number))
            }
            _ => unreachable!("only a push or a slot is taken"),
        }
    }

    fn operate(kept: &Kept<S>, operation: QueueOperation) -> QueueOutcome {
        let queue = kept.queue();
        let item = || entry(&kept.ledger);
        match operation {
            QueueOperation::TryPush => QueueOutcome::TriedPush(queue.try_push(item()).map_err(numbered)),
            QueueOperation::TryPop => QueueOutcome::TriedPop(queue.try_pop().map(|item| item.item.number)),
            QueueOperation::ForcePush => QueueOutcome::Forced(
                S::force_push(queue, item())
                    .map(|displaced| displaced.map(|item| item.item.number))
                    .map_err(numbered),
            ),
            QueueOperation::TaskDone => QueueOutcome::TaskDone(queue.task_done().is_ok()),
            QueueOperation::Close => {
                queue.close();
                QueueOutcome::Done
            }
            QueueOperation::CloseNow => {
                queue.close_now();
                QueueOutcome::Done
            }
        }
    }

    fn seen(kept: &Kept<S>) -> QueueSeen {
        let queue = kept.queue();
        let mut alive = kept.ledger.alive.borrow().clone();
        alive.sort_unstable();
        QueueSeen {
            len: queue.len(),
            is_empty: queue.is_empty(),
            is_full: S::is_full(queue),
            unfinished: queue.unfinished(),
            is_closed: queue.is_closed(),
            waiters: queue.waiters(),
            alive,
        }
    }
}

/// The error, with the number of its item.
fn numbered(error: TryPushError<Entry>) -> TryPushError<u32> {
    match error {
        TryPushError::Full(item) => TryPushError::Full(item.item.number),
        TryPushError::Closed(item) => TryPushError::Closed(item.item.number),
    }
}

/// Runs the program in `bytes`. The first byte selects the queue.
///
/// # Errors
/// If primitive and model disagree.
pub fn check(bytes: &[u8]) -> Result<(), Disagreement> {
    use QueueKind::{Closed, Join, KeepReceiver, KeepSender, Pop, Push, Reserve, Split};
    use QueueOperation::{Close, CloseNow, ForcePush, TaskDone, TryPop, TryPush};

    const KINDS: &[QueueKind] =
        &[Push, Pop, Push, Pop, Join, Reserve, Closed, Split, Split, KeepSender, KeepReceiver];
    const OPERATIONS: &[QueueOperation] =
        &[TryPush, TryPop, ForcePush, TaskDone, TryPop, TaskDone, Close, CloseNow];

    let Some((first, rest)) = bytes.split_first() else { return Ok(()) };
    // A queue without a bound has no waits for room, and nothing to displace.
    const UNBOUNDED_KINDS: &[QueueKind] = &[Pop, Pop, Join, Closed, Split, Split, KeepSender, KeepReceiver];
    const UNBOUNDED_OPERATIONS: &[QueueOperation] =
        &[TryPush, TryPush, TryPop, TaskDone, TryPush, TaskDone, Close, CloseNow];

    // Little happens after a close, so most programs have none.
    let closes = *first >= 192;
    let operations_of = |all: &'static [QueueOperation]| &all[..all.len() - if closes { 0 } else { 2 }];
    let kinds_of = |all: &'static [QueueKind]| &all[..all.len() - if closes { 0 } else { 4 }];
    macro_rules! run_with {
        ($make:expr) => {
            run_with!($make, KINDS, OPERATIONS)
        };
        ($make:expr, $kinds:expr, $operations:expr) => {{
            let (kinds, operations) = (kinds_of($kinds), operations_of($operations));
            run_bytes(QueueScenario { make: || $make, kinds, operations }, super::SLOTS, rest)
        }};
    }
    match first % 10 {
        0 => run_with!(StaticQueue::<Entry, 1>::new()),
        1 => run_with!(StaticQueue::<Entry, 3>::new()),
        2 => run_with!(Queue::with_capacity(2).expect("there is memory for two items")),
        3 => run_with!(Queue::with_capacity(20).expect("there is memory for twenty items")),
        4 => run_with!(Queue::with_slack(1, 1).expect("there is memory for two items")),
        5 => run_with!(Queue::with_slack(2, 3).expect("there is memory for five items")),
        6 => run_with!(Queue::with_slack(1, 20).expect("there is memory for some items")),
        7 => run_with!(StaticPriorityQueue::<_, 3, u8>::new()),
        8 => run_with!(LifoQueue::with_capacity(2).expect("there is memory for two items")),
        _ => run_with!(Queue::unbounded(), UNBOUNDED_KINDS, UNBOUNDED_OPERATIONS),
    }
}

/// As [`check`], for a fuzzer.
///
/// # Panics
/// If primitive and model disagree.
pub fn run(bytes: &[u8]) {
    check(bytes).unwrap();
}
