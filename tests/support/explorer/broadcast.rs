//! The model of [`Broadcast`], and its scenarios.
//!
//! Receivers are not kept in slots, since a wait that is dropped gives its receiver back. They have numbers of their own.

use crate::Arc;
use core::cell::RefCell;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::collections::VecDeque;

use anywake_core::broadcast::{OwnedPublishFuture, ReceiverOf, RecvError, TryRecvError};
use anywake_core::{Broadcast, PublishError, TryPublishError};

use super::{BoxedWait, Content, Disagreement, Given, Model, Scenario, Wakes, run_bytes};

/// The number of receivers that there may be.
const RECEIVERS: usize = 3;

type Receiver<const N: usize> = ReceiverOf<Arc<Broadcast<u8, N>>>;

/// A wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BroadcastKind {
    /// `publish` of the next value.
    Publish(u8),
    /// `recv` by the receiver of this number.
    Recv(usize),
}

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BroadcastOperation {
    /// `try_publish` of the next value.
    TryPublish(u8),
    /// `publish_now` of the next value.
    PublishNow(u8),
    /// `try_recv` by the receiver of this number.
    TryRecv(usize),
    /// `receiver_owned`, for a number that is free.
    Subscribe(usize),
    /// `clone` of the receiver of this number, for the number after it, which is free.
    Clone(usize),
    /// Drops the receiver of this number.
    DropReceiver(usize),
    /// `close`.
    Close,
}

/// What a wait or an operation returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BroadcastOutcome {
    /// The value is published, and has displaced this one.
    Published(Option<u8>),
    /// There is no room.
    Full(u8),
    /// The broadcast is closed.
    Refused(u8),
    /// A receiver received this.
    Received(Result<u8, TryRecvError>),
    /// What a cancelled publish returned.
    Cancelled(Option<u8>),
    /// Whether the close was the first.
    Closed(bool),
    /// Nothing to compare.
    Done,
}

use BroadcastOutcome::{Cancelled, Closed, Done, Full, Published, Received, Refused};

/// A receiver in the model: its position, and whether a wait has it.
#[derive(Clone, Copy, Debug)]
struct Reader {
    position: u64,
    waits: bool,
}

/// The specified behaviour: the values that somebody has still to read, the receivers and their positions, and two lines.
#[derive(Debug)]
pub struct BroadcastModel {
    capacity: usize,
    values: VecDeque<u8>,
    /// The position of the first of them.
    first: u64,
    readers: [Option<Reader>; RECEIVERS],
    is_closed: bool,
    /// The waits by their slots: to publish, with their values; and to receive, with their readers.
    publishing: Vec<(usize, u8)>,
    receiving: Vec<(usize, usize)>,
    /// Waits that are decided: to publish, with what is left to return; and to receive.
    published: Vec<(usize, BroadcastOutcome, Option<u8>)>,
    due: Vec<usize>,
    /// The kinds of the waits that were made.
    kinds: Vec<(usize, BroadcastKind)>,
    made: u8,
}

impl BroadcastModel {
    fn new(capacity: usize) -> Self {
        Self {
            capacity,
            values: VecDeque::new(),
            first: 0,
            readers: [None; RECEIVERS],
            is_closed: false,
            publishing: Vec::new(),
            receiving: Vec::new(),
            published: Vec::new(),
            due: Vec::new(),
            kinds: Vec::new(),
            made: 0,
        }
    }

    fn end(&self) -> u64 {
        self.first + self.values.len() as u64
    }

    fn has_receivers(&self) -> bool {
        self.readers.iter().any(Option::is_some)
    }

    /// Drops the values that nobody has to read. Of a receiver that leaves only the first, if it is asked for one.
    fn release(&mut self, at_most: usize) -> bool {
        let slowest = self.readers.iter().flatten().map(|reader| reader.position).min();
        for _ in 0..at_most {
            if self.values.is_empty() || slowest.is_some_and(|slowest| slowest <= self.first) {
                return false;
            }
            self.values.pop_front();
            self.first += 1;
        }
        true
    }

    /// Decides the waits that are due: publishers first.
    fn serve(&mut self, wakes: &mut Wakes) {
        while let Some((slot, value)) = self.publishing.first().copied() {
            let decision = if self.is_closed {
                (slot, Refused(value), Some(value))
            } else if !self.has_receivers() {
                (slot, Published(None), Some(value))
            } else if self.values.len() < self.capacity {
                self.values.push_back(value);
                (slot, Published(None), None)
            } else {
                break;
            };
            self.publishing.remove(0);
            wakes.wake(slot);
            self.published.push(decision);
        }
        let end = self.end();
        let is_due = |reader: usize| {
            self.is_closed || self.readers[reader].is_some_and(|reader| reader.position < end)
        };
        let (due, receiving) = self.receiving.iter().partition(|(_, reader)| is_due(*reader));
        self.receiving = receiving;
        for (slot, _) in Vec::from_iter(due) {
            wakes.wake(slot);
            self.due.push(slot);
        }
    }

    /// What `try_publish` and the first poll of a publish do; `None` if there is no room.
    fn publish(&mut self, value: u8, wakes: &mut Wakes) -> Option<BroadcastOutcome> {
        if self.is_closed {
            return Some(Refused(value));
        }
        if !self.has_receivers() {
            return Some(Published(None));
        }
        if self.values.len() == self.capacity || !self.publishing.is_empty() {
            return None;
        }
        self.values.push_back(value);
        self.serve(wakes);
        Some(Published(None))
    }

    fn receive(&mut self, reader: usize, wakes: &mut Wakes) -> Result<u8, TryRecvError> {
        let (first, end) = (self.first, self.end());
        let position = &mut self.readers[reader].as_mut().expect("there is such a receiver").position;
        if *position >= end {
            return Err(if self.is_closed { TryRecvError::Closed } else { TryRecvError::Empty });
        }
        if *position < first {
            let missed = first - *position;
            *position = first;
            return Err(TryRecvError::Lagged(missed));
        }
        let value = self.values[(*position - first) as usize];
        *position += 1;
        self.release(usize::MAX);
        self.serve(wakes);
        Ok(value)
    }

    fn give_receiver_back(&mut self, reader: usize) {
        self.readers[reader].as_mut().expect("the wait had it").waits = false;
    }

    fn end_wait(&mut self, slot: usize) -> BroadcastKind {
        let at = self.kinds.iter().position(|(known, _)| *known == slot).expect("the wait was made");
        self.kinds.swap_remove(at).1
    }

    fn idle(&self) -> impl Iterator<Item = usize> {
        let is_idle = |number: &usize| self.readers[*number].is_some_and(|reader| !reader.waits);
        (0..RECEIVERS).filter(is_idle).collect::<Vec<_>>().into_iter()
    }
}

impl Model for BroadcastModel {
    type Kind = BroadcastKind;
    type Operation = BroadcastOperation;
    type Outcome = BroadcastOutcome;
    type Seen = (usize, usize, usize, bool, Vec<usize>);

    fn kinds(&self, _: Option<usize>) -> Vec<BroadcastKind> {
        let publish = BroadcastKind::Publish(self.made);
        [publish].into_iter().chain(self.idle().map(BroadcastKind::Recv)).collect()
    }

    fn operations(&self) -> Vec<BroadcastOperation> {
        use BroadcastOperation as Does;
        let free = |number: usize| number < RECEIVERS && self.readers[number].is_none();
        let mut all = vec![Does::TryPublish(self.made), Does::PublishNow(self.made), Does::Close];
        // Numbers are interchangeable.
        all.extend((0..RECEIVERS).find(|number| free(*number)).map(Does::Subscribe));
        for number in self.idle() {
            all.extend([Does::TryRecv(number), Does::DropReceiver(number)]);
            if free(number + 1) {
                all.push(Does::Clone(number));
            }
        }
        all
    }

    fn can_take(&self, slot: usize) -> bool {
        self.kinds.iter().any(|(known, kind)| *known == slot && matches!(kind, BroadcastKind::Publish(_)))
    }

    fn begin(&mut self, slot: usize, kind: BroadcastKind) {
        self.kinds.push((slot, kind));
        match kind {
            BroadcastKind::Publish(_) => self.made = self.made.wrapping_add(1),
            BroadcastKind::Recv(reader) => {
                self.readers[reader].as_mut().expect("an idle receiver").waits = true;
            }
        }
    }

    fn poll(&mut self, slot: usize, wakes: &mut Wakes) -> Poll<BroadcastOutcome> {
        let (_, kind) = *self.kinds.iter().find(|(known, _)| *known == slot).expect("the wait was made");
        let outcome = match kind {
            BroadcastKind::Publish(value) => {
                if self.publishing.iter().any(|(known, _)| *known == slot) {
                    return Poll::Pending;
                }
                if let Some(at) = self.published.iter().position(|(known, ..)| *known == slot) {
                    self.published.remove(at).1
                } else if let Some(outcome) = self.publish(value, wakes) {
                    outcome
                } else {
                    self.publishing.push((slot, value));
                    return Poll::Pending;
                }
            }
            BroadcastKind::Recv(reader) => {
                if self.receiving.iter().any(|(known, _)| *known == slot) {
                    return Poll::Pending;
                }
                self.due.retain(|known| *known != slot);
                match self.receive(reader, wakes) {
                    Err(TryRecvError::Empty) => {
                        self.receiving.push((slot, reader));
                        return Poll::Pending;
                    }
                    found => {
                        self.give_receiver_back(reader);
                        Received(found)
                    }
                }
            }
        };
        self.end_wait(slot);
        Poll::Ready(outcome)
    }

    fn drop(&mut self, slot: usize, _: &mut Wakes) {
        match self.end_wait(slot) {
            BroadcastKind::Publish(_) => {
                self.publishing.retain(|(known, _)| *known != slot);
                self.published.retain(|(known, ..)| *known != slot);
            }
            BroadcastKind::Recv(reader) => {
                self.receiving.retain(|(known, _)| *known != slot);
                self.due.retain(|known| *known != slot);
                self.give_receiver_back(reader);
            }
        }
    }

    fn take(&mut self, slot: usize, _: &mut Wakes) -> BroadcastOutcome {
        let BroadcastKind::Publish(value) = self.end_wait(slot) else {
            unreachable!("only a publish is taken")
        };
        self.publishing.retain(|(known, _)| *known != slot);
        match self.published.iter().position(|(known, ..)| *known == slot) {
            Some(at) => Cancelled(self.published.remove(at).2),
            None => Cancelled(Some(value)),
        }
    }

    fn operate(&mut self, operation: BroadcastOperation, wakes: &mut Wakes) -> BroadcastOutcome {
        use BroadcastOperation as Does;
        match operation {
            Does::TryPublish(value) => {
                self.made = self.made.wrapping_add(1);
                self.publish(value, wakes).unwrap_or(Full(value))
            }
            Does::PublishNow(value) => {
                self.made = self.made.wrapping_add(1);
                if self.is_closed {
                    return Refused(value);
                }
                if !self.has_receivers() {
                    return Published(None);
                }
                let mut displaced = None;
                if self.values.len() == self.capacity {
                    displaced = self.values.pop_front();
                    self.first += 1;
                }
                self.values.push_back(value);
                self.serve(wakes);
                Published(displaced)
            }
            Does::TryRecv(reader) => Received(self.receive(reader, wakes)),
            Does::Subscribe(number) => {
                self.readers[number] = Some(Reader { position: self.end(), waits: false });
                Done
            }
            Does::Clone(number) => {
                self.readers[number + 1] = self.readers[number];
                Done
            }
            Does::DropReceiver(number) => {
                self.readers[number] = None;
                // One value at a time is dropped without the lock.
                while self.release(1) {
                    self.serve(wakes);
                }
                self.serve(wakes);
                Done
            }
            Does::Close => {
                let was_open = !core::mem::replace(&mut self.is_closed, true);
                self.serve(wakes);
                Closed(was_open)
            }
        }
    }

    fn is_due(&self, slot: usize) -> bool {
        self.due.contains(&slot) || self.published.iter().any(|(known, ..)| *known == slot)
    }

    fn seen(&self) -> Self::Seen {
        let unread = |number: usize| {
            let position = self.readers[number].expect("an idle receiver").position;
            (self.end() - position.max(self.first)) as usize
        };
        (
            self.values.len(),
            self.readers.iter().flatten().count(),
            self.publishing.len() + self.receiving.len(),
            self.is_closed,
            self.idle().map(unread).collect(),
        )
    }
}

/// A broadcast for `N` values.
#[derive(Clone, Copy, Debug)]
pub struct BroadcastScenario<const N: usize>;

/// A broadcast, and its receivers that no wait has.
pub struct Stage<const N: usize> {
    broadcast: Arc<Broadcast<u8, N>>,
    receivers: RefCell<[Option<Receiver<N>>; RECEIVERS]>,
}

impl<const N: usize> core::fmt::Debug for Stage<N> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.broadcast.fmt(f)
    }
}

/// A receiver that a wait has. Its drop puts it back.
struct Lent<'a, const N: usize> {
    stage: &'a Stage<N>,
    number: usize,
    receiver: Option<Receiver<N>>,
}

impl<const N: usize> Drop for Lent<'_, N> {
    fn drop(&mut self) {
        self.stage.receivers.borrow_mut()[self.number] = self.receiver.take();
    }
}

/// A wait of either kind.
#[allow(missing_debug_implementations, reason = "a boxed future has none")]
pub enum BroadcastWait<'a, const N: usize> {
    /// For room.
    Publish(Pin<Box<OwnedPublishFuture<Broadcast<u8, N>>>>),
    /// For a value.
    Recv(BoxedWait<'a, BroadcastScenario<N>>),
}

fn published(result: Result<(), PublishError<u8>>) -> BroadcastOutcome {
    match result {
        Ok(()) => Published(None),
        Err(PublishError(value)) => Refused(value),
    }
}

impl<const N: usize> Scenario for BroadcastScenario<N> {
    type Model = BroadcastModel;
    type Shared = Stage<N>;
    type Wait<'a> = BroadcastWait<'a, N>;
    type Held<'a> = ();

    fn model(self) -> BroadcastModel {
        BroadcastModel::new(N)
    }

    fn shared(self) -> Stage<N> {
        Stage { broadcast: Arc::new(Broadcast::new()), receivers: RefCell::default() }
    }

    fn begin<'a>(stage: &'a Stage<N>, kind: BroadcastKind, _: Option<()>) -> BroadcastWait<'a, N> {
        match kind {
            BroadcastKind::Publish(value) => {
                BroadcastWait::Publish(Box::pin(Arc::clone(&stage.broadcast).publish_owned(value)))
            }
            BroadcastKind::Recv(number) => {
                let receiver = stage.receivers.borrow_mut()[number].take();
                let mut lent = Lent { stage, number, receiver };
                BroadcastWait::Recv(Box::pin(async move {
                    let received = lent.receiver.as_mut().expect("the receiver is idle").recv().await;
                    (Received(received.map_err(RecvError::into)), None)
                }))
            }
        }
    }

    fn poll<'a>(wait: &mut Self::Wait<'a>, context: &mut Context<'_>) -> Poll<Given<'a, Self>> {
        match wait {
            BroadcastWait::Publish(publish) => {
                publish.as_mut().poll(context).map(|result| (published(result), None))
            }
            BroadcastWait::Recv(recv) => recv.as_mut().poll(context),
        }
    }

    fn take(content: Content<'_, Self>) -> BroadcastOutcome {
        let Content::Waiting(BroadcastWait::Publish(mut publish)) = content else {
            unreachable!("only a publish is taken")
        };
        Cancelled(publish.as_mut().cancel())
    }

    fn operate(stage: &Stage<N>, operation: BroadcastOperation) -> BroadcastOutcome {
        use BroadcastOperation as Does;
        let receivers = &mut *stage.receivers.borrow_mut();
        match operation {
            Does::TryPublish(value) => match stage.broadcast.try_publish(value) {
                Ok(()) => Published(None),
                Err(TryPublishError::Full(value)) => Full(value),
                Err(TryPublishError::Closed(value)) => Refused(value),
            },
            Does::PublishNow(value) => match stage.broadcast.publish_now(value) {
                Ok(displaced) => Published(displaced),
                Err(PublishError(value)) => Refused(value),
            },
            Does::TryRecv(number) => {
                Received(receivers[number].as_mut().expect("the receiver is idle").try_recv())
            }
            Does::Subscribe(number) => {
                receivers[number] = Some(Arc::clone(&stage.broadcast).receiver_owned());
                Done
            }
            Does::Clone(number) => {
                receivers[number + 1] = receivers[number].clone();
                Done
            }
            Does::DropReceiver(number) => {
                receivers[number] = None;
                Done
            }
            Does::Close => Closed(stage.broadcast.close()),
        }
    }

    fn seen(stage: &Stage<N>) -> <BroadcastModel as Model>::Seen {
        let broadcast = &stage.broadcast;
        (
            broadcast.len(),
            broadcast.receiver_count(),
            broadcast.waiters(),
            broadcast.is_closed(),
            stage.receivers.borrow().iter().flatten().map(ReceiverOf::len).collect(),
        )
    }
}

/// Runs the program in `bytes`. Its first byte selects the capacity.
///
/// # Errors
/// If primitive and model disagree.
pub fn check(bytes: &[u8]) -> Result<(), Disagreement> {
    let Some((first, bytes)) = bytes.split_first() else { return Ok(()) };
    match first % 3 {
        0 => run_bytes(BroadcastScenario::<1>, super::SLOTS, bytes),
        1 => run_bytes(BroadcastScenario::<2>, super::SLOTS, bytes),
        _ => run_bytes(BroadcastScenario::<5>, super::SLOTS, bytes),
    }
}

/// As [`check`], for a fuzzer.
///
/// # Panics
/// If primitive and model disagree.
pub fn run(bytes: &[u8]) {
    check(bytes).unwrap();
}
