//! Sending, receiving and leaving, at each end of a oneshot.

use core::future::IntoFuture as _;
use core::pin::pin;

use anywake_core::Oneshot;
use anywake_core::oneshot::{BorrowedReceiver, BorrowedSender};

use crate::trial::{A, B, Case, Handed, Trial};

pub(crate) const CASES: &[Case] = &[
    ("oneshot-wait-send", wait_against_send),
    ("oneshot-wait-gone", wait_against_end_of_sender),
    ("oneshot-try-send", try_against_send),
    ("oneshot-close-send", close_against_send),
    ("oneshot-drop-send", end_of_receiver_against_send),
    ("oneshot-cancel-send", cancel_against_send),
    ("oneshot-closed-gone", closed_against_end_of_receiver),
    ("oneshot-send-gone", send_against_end_of_receiver),
    ("oneshot-closed-cancel", cancel_of_closed_against_end_of_receiver),
];

type Sender = BorrowedSender<'static, u32>;
type Receiver = BorrowedReceiver<'static, u32>;

/// The end that the handler uses up.
static SENDER: Handed<Sender> = Handed::new();
static RECEIVER: Handed<Receiver> = Handed::new();

fn split(slot: &mut Oneshot<u32>) -> (Sender, Receiver) {
    // SAFETY: both ends are used up before the trial ends, and the slot is dropped only then.
    unsafe { &mut *(&raw mut *slot) }.split()
}

/// Returns whether the value was sent.
fn send() -> u32 {
    u32::from(SENDER.take().unwrap().send(7).is_ok())
}

fn leave_sender() -> u32 {
    drop(SENDER.take().unwrap());
    0
}

fn leave_receiver() -> u32 {
    drop(RECEIVER.take().unwrap());
    0
}

fn wait_against_send(trial: &mut Trial) {
    let mut slot = Oneshot::new();
    let (sender, receiver) = split(&mut slot);
    SENDER.put(sender);
    let mut wait = pin!(receiver.into_future());
    let (first, sent) = trial.run(send, || A.poll(wait.as_mut()));
    assert_eq!((A.finish(first, wait.as_mut()), sent), (Ok(7), 1));
}

fn wait_against_end_of_sender(trial: &mut Trial) {
    let mut slot = Oneshot::new();
    let (sender, receiver) = split(&mut slot);
    SENDER.put(sender);
    let mut wait = pin!(receiver.into_future());
    let (first, _) = trial.run(leave_sender, || A.poll(wait.as_mut()));
    assert!(A.finish(first, wait.as_mut()).is_err());
}

fn try_against_send(trial: &mut Trial) {
    let mut slot = Oneshot::new();
    let (sender, mut receiver) = split(&mut slot);
    SENDER.put(sender);
    let (tried, sent) = trial.run(send, || receiver.try_recv());
    assert_eq!((tried.or_else(|_| receiver.try_recv()), sent), (Ok(7), 1));
}

fn close_against_send(trial: &mut Trial) {
    let mut slot = Oneshot::new();
    let (sender, mut receiver) = split(&mut slot);
    SENDER.put(sender);
    let ((), sent) = trial.run(send, || receiver.close());
    assert_eq!(u32::from(receiver.try_recv().is_ok()), sent);
}

fn end_of_receiver_against_send(trial: &mut Trial) {
    let mut slot = Oneshot::new();
    let (sender, receiver) = split(&mut slot);
    SENDER.put(sender);
    trial.run(send, || drop(receiver));
}

fn cancel_against_send(trial: &mut Trial) {
    let mut slot = Oneshot::new();
    let (sender, mut receiver) = split(&mut slot);
    SENDER.put(sender);
    let sent = {
        let mut wait = pin!(Some(receiver.recv()));
        assert!(A.poll(wait.as_mut().as_pin_mut().unwrap()).is_pending());
        let ((), sent) = trial.run(send, || wait.set(None));
        sent
    };
    A.take();
    assert_eq!((receiver.try_recv(), sent), (Ok(7), 1));
}

fn closed_against_end_of_receiver(trial: &mut Trial) {
    let mut slot = Oneshot::new();
    let (sender, receiver) = split(&mut slot);
    RECEIVER.put(receiver);
    let mut closed = pin!(sender.closed());
    let (first, _) = trial.run(leave_receiver, || A.poll(closed.as_mut()));
    A.finish(first, closed.as_mut());
    assert!(sender.is_closed());
}

fn send_against_end_of_receiver(trial: &mut Trial) {
    let mut slot = Oneshot::new();
    let (sender, receiver) = split(&mut slot);
    RECEIVER.put(receiver);
    let (sent, _) = trial.run(leave_receiver, || sender.send(7));
    assert!(sent.is_ok() || sent.is_err_and(|error| error.into_inner() == 7));
}

fn cancel_of_closed_against_end_of_receiver(trial: &mut Trial) {
    let mut slot = Oneshot::new();
    let (sender, receiver) = split(&mut slot);
    RECEIVER.put(receiver);
    let mut first = pin!(Some(sender.closed()));
    let mut second = pin!(sender.closed());
    assert!(A.poll(first.as_mut().as_pin_mut().unwrap()).is_pending());
    assert!(B.poll(second.as_mut()).is_pending());
    trial.run(leave_receiver, || first.set(None));
    A.take();
    assert!(B.take() && B.poll(second).is_ready());
    assert_eq!(sender.waiters(), 0);
}
