//! The model of [`Oneshot`](anywake_core::Oneshot), and its scenario: both ends, and new ones when they are used up.

use core::cell::RefCell;
use core::fmt;
use core::future::IntoFuture as _;
use core::task::{Context, Poll};

use anywake_core::Closed;
use anywake_core::oneshot::{Receiver, Sender, TryRecvError, channel};

use super::{BoxedWait, Disagreement, Given, Model, Scenario, Wakes, run_bytes};

/// A kind of wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OneshotKind {
    /// `recv(&mut self)`. The receiver is there again when it ends.
    Recv,
    /// The receiver is awaited, and used up.
    Await,
    /// `closed()`. The sender stays as long as such a wait is there.
    Closed,
}

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OneshotOperation {
    /// `send(value)`, with the next value.
    Send(u8),
    /// Drops the sender.
    DropSender,
    /// `try_recv()`.
    TryRecv,
    /// `close()`.
    Close,
    /// Drops the receiver.
    DropReceiver,
    /// New ends, when both are gone.
    Renew,
}

/// The result of a wait or an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OneshotOutcome {
    /// There is no result.
    Done,
    /// The value that a `send` returned.
    Returned(u8),
    /// What was received.
    Received(Result<u8, Closed>),
    /// Nothing was sent yet.
    Empty,
}

use OneshotOutcome::{Done, Empty, Received, Returned};

/// What a sender sees, if it is there.
#[derive(Debug, PartialEq, Eq)]
pub struct OneshotSeen(Option<(usize, bool)>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// It can be used.
    Here,
    /// A wait has it.
    Lent,
    Gone,
}

/// The specified behaviour of a oneshot: which ends are there, the value, and two lines of waiters.
#[derive(Debug)]
pub struct OneshotModel {
    next: u8,
    sender: bool,
    receiver: End,
    value: Option<u8>,
    closed: bool,
    /// The kinds of the waits that are there, whether they have begun or not.
    kinds: Vec<Option<OneshotKind>>,
    receiving: Option<usize>,
    listening: Vec<usize>,
}

impl OneshotModel {
    fn new() -> Self {
        Self {
            next: 0,
            sender: true,
            receiver: End::Here,
            value: None,
            closed: false,
            kinds: Vec::new(),
            receiving: None,
            listening: Vec::new(),
        }
    }

    fn kind(&self, slot: usize) -> OneshotKind {
        self.kinds[slot].expect("the slot is in use")
    }

    fn close(&mut self, wakes: &mut Wakes) {
        self.closed = true;
        self.listening.drain(..).for_each(|slot| wakes.wake(slot));
    }

    /// The sender goes, with a value in the slot or without.
    fn sender_goes(&mut self, wakes: &mut Wakes) {
        self.sender = false;
        if let Some(slot) = self.receiving.take() {
            wakes.wake(slot);
        }
    }

    fn receiver_goes(&mut self, wakes: &mut Wakes) {
        self.receiver = End::Gone;
        self.value = None;
        self.close(wakes);
    }

    fn receive(&mut self) -> OneshotOutcome {
        match self.value.take() {
            Some(value) => Received(Ok(value)),
            None if !self.sender || self.closed => Received(Err(Closed)),
            None => Empty,
        }
    }

    /// A wait of this kind is over, or dropped.
    fn end(&mut self, slot: usize, wakes: &mut Wakes) {
        let kind = self.kind(slot);
        self.kinds[slot] = None;
        match kind {
            OneshotKind::Recv => self.receiver = End::Here,
            OneshotKind::Await => self.receiver_goes(wakes),
            OneshotKind::Closed => {}
        }
    }
}

impl Model for OneshotModel {
    type Kind = OneshotKind;
    type Operation = OneshotOperation;
    type Outcome = OneshotOutcome;
    type Seen = OneshotSeen;

    fn kinds(&self, _: Option<usize>) -> Vec<OneshotKind> {
        let mut kinds = Vec::new();
        if self.receiver == End::Here {
            kinds.extend([OneshotKind::Recv, OneshotKind::Await]);
        }
        if self.sender {
            kinds.push(OneshotKind::Closed);
        }
        kinds
    }

    fn operations(&self) -> Vec<OneshotOperation> {
        let mut operations = Vec::new();
        if self.sender && !self.kinds.contains(&Some(OneshotKind::Closed)) {
            operations.extend([OneshotOperation::Send(self.next), OneshotOperation::DropSender]);
        }
        if self.receiver == End::Here {
            operations.extend([
                OneshotOperation::TryRecv,
                OneshotOperation::Close,
                OneshotOperation::DropReceiver,
            ]);
        }
        if !self.sender && self.receiver == End::Gone {
            operations.push(OneshotOperation::Renew);
        }
        operations
    }

    fn begin(&mut self, slot: usize, kind: OneshotKind) {
        if self.kinds.len() <= slot {
            self.kinds.resize(slot + 1, None);
        }
        self.kinds[slot] = Some(kind);
        if kind != OneshotKind::Closed {
            self.receiver = End::Lent;
        }
    }

    fn poll(&mut self, slot: usize, wakes: &mut Wakes) -> Poll<OneshotOutcome> {
        let outcome = if self.kind(slot) != OneshotKind::Closed {
            self.receive()
        } else if self.closed {
            Done
        } else {
            Empty
        };
        if outcome != Empty {
            self.end(slot, wakes);
            return Poll::Ready(outcome);
        }
        if self.kind(slot) != OneshotKind::Closed {
            self.receiving = Some(slot);
        } else if !self.listening.contains(&slot) {
            self.listening.push(slot);
        }
        Poll::Pending
    }

    fn drop(&mut self, slot: usize, wakes: &mut Wakes) {
        self.listening.retain(|waiter| *waiter != slot);
        self.receiving = self.receiving.filter(|waiter| *waiter != slot);
        self.end(slot, wakes);
    }

    fn operate(&mut self, operation: OneshotOperation, wakes: &mut Wakes) -> OneshotOutcome {
        match operation {
            OneshotOperation::Send(value) => {
                self.next = value.wrapping_add(1);
                if self.closed {
                    self.sender_goes(wakes);
                    return Returned(value);
                }
                self.value = Some(value);
                self.sender_goes(wakes);
            }
            OneshotOperation::DropSender => self.sender_goes(wakes),
            OneshotOperation::TryRecv => return self.receive(),
            OneshotOperation::Close => self.close(wakes),
            OneshotOperation::DropReceiver => self.receiver_goes(wakes),
            OneshotOperation::Renew => {
                (self.sender, self.receiver, self.value, self.closed) = (true, End::Here, None, false);
            }
        }
        Done
    }

    fn is_due(&self, slot: usize) -> bool {
        match self.kind(slot) {
            OneshotKind::Closed => self.closed,
            _ => self.value.is_some() || !self.sender || self.closed,
        }
    }

    fn seen(&self) -> OneshotSeen {
        let waiters = self.listening.len() + usize::from(self.receiving.is_some());
        OneshotSeen(self.sender.then_some((waiters, self.closed)))
    }
}

/// The ends that no wait has.
pub struct Ends {
    sender: RefCell<Option<Sender<u8>>>,
    receiver: RefCell<Option<Receiver<u8>>>,
}

impl fmt::Debug for Ends {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ends").finish_non_exhaustive()
    }
}

impl Ends {
    fn renew(&self) {
        let (sender, receiver) = channel();
        *self.sender.borrow_mut() = Some(sender);
        *self.receiver.borrow_mut() = Some(receiver);
    }
}

/// A receiver that a wait borrows. It is put back when the wait is over.
struct Lent<'a> {
    ends: &'a Ends,
    receiver: Option<Receiver<u8>>,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        *self.ends.receiver.borrow_mut() = self.receiver.take();
    }
}

/// A oneshot with its ends.
#[derive(Clone, Copy, Debug)]
pub struct OneshotScenario;

impl Scenario for OneshotScenario {
    type Model = OneshotModel;
    type Shared = Ends;
    type Wait<'a> = BoxedWait<'a, Self>;
    type Held<'a> = ();

    fn model(self) -> OneshotModel {
        OneshotModel::new()
    }

    fn shared(self) -> Ends {
        let ends = Ends { sender: RefCell::new(None), receiver: RefCell::new(None) };
        ends.renew();
        ends
    }

    fn begin<'a>(ends: &'a Ends, kind: OneshotKind, _: Option<()>) -> BoxedWait<'a, Self> {
        if kind == OneshotKind::Closed {
            let sender = ends.sender.borrow();
            return Box::pin(async move {
                sender.as_ref().expect("the sender is there").closed().await;
                (Done, None)
            });
        }
        let receiver = ends.receiver.borrow_mut().take();
        if kind == OneshotKind::Await {
            let wait = receiver.expect("the receiver is there").into_future();
            return Box::pin(async move { (Received(wait.await), None) });
        }
        let mut lent = Lent { ends, receiver };
        Box::pin(async move {
            // The whole is captured, with its drop.
            let lent = &mut lent;
            let received = lent.receiver.as_mut().expect("the receiver is there").recv().await;
            (Received(received), None)
        })
    }

    fn poll<'a>(wait: &mut Self::Wait<'a>, context: &mut Context<'_>) -> Poll<Given<'a, Self>> {
        wait.as_mut().poll(context)
    }

    fn operate(ends: &Ends, operation: OneshotOperation) -> OneshotOutcome {
        let (sender, receiver) = (&ends.sender, &ends.receiver);
        match operation {
            OneshotOperation::Send(value) => {
                let sender = sender.borrow_mut().take().expect("the sender is there");
                return sender.send(value).map_or_else(|error| Returned(error.into_inner()), |()| Done);
            }
            OneshotOperation::DropSender => drop(sender.borrow_mut().take()),
            OneshotOperation::TryRecv => {
                let mut receiver = receiver.borrow_mut();
                return match receiver.as_mut().expect("the receiver is there").try_recv() {
                    Ok(value) => Received(Ok(value)),
                    Err(TryRecvError::Closed) => Received(Err(Closed)),
                    Err(TryRecvError::Empty) => Empty,
                };
            }
            OneshotOperation::Close => {
                receiver.borrow_mut().as_mut().expect("the receiver is there").close();
            }
            OneshotOperation::DropReceiver => drop(receiver.borrow_mut().take()),
            OneshotOperation::Renew => ends.renew(),
        }
        Done
    }

    fn seen(ends: &Ends) -> OneshotSeen {
        OneshotSeen(ends.sender.borrow().as_ref().map(|sender| (sender.waiters(), sender.is_closed())))
    }
}

/// Runs the program in `bytes`.
///
/// # Errors
/// If primitive and model disagree.
pub fn check(bytes: &[u8]) -> Result<(), Disagreement> {
    run_bytes(OneshotScenario, super::SLOTS, bytes)
}

/// As [`check`], for a fuzzer.
///
/// # Panics
/// If primitive and model disagree.
pub fn run(bytes: &[u8]) {
    check(bytes).unwrap();
}
