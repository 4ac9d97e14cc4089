//! Sending, borrowing and modifying a watch, and waiting for it.

use core::pin::pin;

use anywake_core::{Closed, Watch, WatchRef};

use crate::trial::{A, Case, Handed, Trial};

pub(crate) const CASES: &[Case] = &[
    ("watch-wait", wait_against_send),
    ("watch-changed", changed_against_send),
    ("watch-borrow", borrow_against_send),
    ("watch-send", send_against_send),
    ("watch-send-release", send_against_release),
    ("watch-release", release_against_send),
    ("watch-modify", modify_against_send),
    ("watch-cancel", cancel_against_send),
    ("watch-wait-for", wait_for_against_send),
    ("watch-close", wait_against_close),
];

static WATCH: Watch<u32> = Watch::new(0);
/// The watch of one trial, which closes it.
static GATE: Handed<&'static Watch<u32>> = Handed::new();
static READER: Handed<WatchRef<'static, u32>> = Handed::new();

fn send() -> u32 {
    u32::from(WATCH.send(1).is_ok())
}

fn release() -> u32 {
    drop(READER.take());
    0
}

/// Begins a trial with the value 0 that nobody reads.
fn begin() {
    assert!(WATCH.send(0).is_ok());
    assert_eq!((*WATCH.borrow(), WATCH.waiters(), WATCH.receiver_count()), (0, 0, 0));
}

fn wait_against_send(trial: &mut Trial) {
    begin();
    let mut receiver = WATCH.receiver();
    {
        let mut changed = pin!(receiver.changed());
        let (first, _) = trial.run(send, || A.poll(changed.as_mut()));
        assert_eq!(A.finish(first, changed.as_mut()), Ok(()));
    }
    assert_eq!((*receiver.borrow(), receiver.has_changed()), (1, false));
}

fn changed_against_send(trial: &mut Trial) {
    begin();
    let mut receiver = WATCH.receiver();
    receiver.mark_changed();
    let (first, _) = trial.run(send, || A.poll(pin!(receiver.changed())));
    assert!(first.is_ready());
    // The handler's value came before that was polled, or is another change.
    assert_eq!(*receiver.borrow_and_update(), 1);
    assert!(!receiver.has_changed());
}

fn borrow_against_send(trial: &mut Trial) {
    begin();
    let (seen, _) = trial.run(send, || {
        let value = WATCH.borrow();
        let first = *value;
        let again = *WATCH.borrow();
        assert!(*value == first && again >= first);
        first
    });
    assert!(seen <= 1);
    assert_eq!(*WATCH.borrow(), 1);
}

fn send_against_send(trial: &mut Trial) {
    begin();
    let mut receiver = WATCH.receiver();
    let mut changed = pin!(receiver.changed());
    assert!(A.poll(changed.as_mut()).is_pending());
    trial.run(send, || WATCH.send(2).is_ok());
    assert!(A.take());
    assert_eq!(A.poll(changed), core::task::Poll::Ready(Ok(())));
    assert!([1, 2].contains(&*WATCH.borrow()));
}

fn send_against_release(trial: &mut Trial) {
    begin();
    READER.put(WATCH.borrow());
    assert!(send() == 1);
    let one = WATCH.borrow();
    let mut receiver = WATCH.receiver();
    {
        let mut changed = pin!(receiver.changed());
        assert!(A.poll(changed.as_mut()).is_pending());
        trial.run(release, || WATCH.send(2).is_ok());
        assert!(A.take());
        assert!(A.poll(changed).is_ready());
    }
    assert_eq!((*one, *receiver.borrow()), (1, 2));
}

fn release_against_send(trial: &mut Trial) {
    begin();
    let mut zero = Some(WATCH.borrow());
    assert!(WATCH.send(5).is_ok());
    let five = WATCH.borrow();
    assert!(WATCH.send(6).is_ok());
    assert_eq!(*WATCH.borrow(), 5);
    trial.run(send, || zero = None);
    assert_eq!((*five, *WATCH.borrow()), (5, 1));
}

fn modify_against_send(trial: &mut Trial) {
    begin();
    let modified = trial.run(send, || {
        WATCH.send_if_modified(|value| {
            *value += 10;
            true
        })
    });
    assert_eq!(modified.0, Ok(true));
    // Before the modification, which has begun again then, or after it.
    assert!([11, 1].contains(&*WATCH.borrow()));
}

fn cancel_against_send(trial: &mut Trial) {
    begin();
    let mut receiver = WATCH.receiver();
    {
        let mut changed = pin!(Some(receiver.changed()));
        assert!(A.poll(changed.as_mut().as_pin_mut().unwrap()).is_pending());
        trial.run(send, || changed.set(None));
    }
    A.take();
    assert!(receiver.has_changed());
    assert_eq!(WATCH.waiters(), 0);
}

fn wait_for_against_send(trial: &mut Trial) {
    begin();
    let mut receiver = WATCH.receiver();
    let mut wait = pin!(receiver.wait_for(|value| *value == 1));
    let (first, _) = trial.run(send, || A.poll(wait.as_mut()));
    assert_eq!(A.finish(first, wait).map(|value| *value), Ok(1));
}

fn wait_against_close(trial: &mut Trial) {
    let gate = Watch::new(0);
    // SAFETY: the handler returns before the trial ends, and this watch is dropped only then.
    GATE.put(unsafe { &*(&raw const gate) });
    let handler = || GATE.take().map_or(0, |gate| u32::from(gate.close()));
    let mut receiver = gate.receiver();
    let mut changed = pin!(receiver.changed());
    let (first, closed) = trial.run(handler, || A.poll(changed.as_mut()));
    assert_eq!((A.finish(first, changed), closed), (Err(Closed), 1));
}
