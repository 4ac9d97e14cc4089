//! Notifying one and all, and waiting for it.

use core::pin::pin;
use core::task::Poll;

use anywake_core::Notify;

use crate::trial::{A, B, Case, Trial};

pub(crate) const CASES: &[Case] = &[
    ("notify-wait", wait_enqueue),
    ("notify-wait-waiters", wait_against_pulse),
    ("notify-take", take_against_notify),
    ("notify-one-one", notify_against_notify),
    ("notify-one-waiters", notify_against_pulse),
    ("notify-waiters-one", pulse_against_notify),
    ("notify-cancel", cancel_against_notify),
    ("notify-cancel-granted", cancel_of_a_notified_wait),
    ("notify-enable-drop", enable_and_drop),
];

static NOTIFY: Notify = Notify::new();

fn notify_one() -> u32 {
    NOTIFY.notify_one();
    0
}

fn notify_waiters() -> u32 {
    NOTIFY.notify_waiters();
    0
}

/// The number of stored notifications. Takes them.
fn stored() -> u32 {
    let mut count = 0;
    while A.poll(pin!(NOTIFY.notified())).is_ready() {
        count += 1;
    }
    assert_eq!(NOTIFY.waiters(), 0);
    count
}

fn wait_enqueue(trial: &mut Trial) {
    let mut wait = pin!(NOTIFY.notified());
    let (first, _) = trial.run(notify_one, || A.poll(wait.as_mut()));
    A.finish(first, wait.as_mut());
    assert_eq!(stored(), 0);
}

fn wait_against_pulse(trial: &mut Trial) {
    let mut wait = pin!(NOTIFY.notified());
    let (first, _) = trial.run(notify_waiters, || A.poll(wait.as_mut()));
    assert!(first.is_pending(), "a pulse is not stored");
    // The pulse woke the wait if it was queued by then.
    if !A.take() {
        NOTIFY.notify_waiters();
        assert!(A.take());
    }
    assert!(A.poll(wait.as_mut()).is_ready());
    assert_eq!(stored(), 0);
}

fn take_against_notify(trial: &mut Trial) {
    NOTIFY.notify_one();
    let mut wait = pin!(NOTIFY.notified());
    let (first, _) = trial.run(notify_one, || A.poll(wait.as_mut()));
    assert!(first.is_ready());
    // The handler's came before the first was taken, and changed nothing, or after it.
    assert!(stored() <= 1);
}

fn notify_against_notify(trial: &mut Trial) {
    let (mut first, mut second) = (pin!(NOTIFY.notified()), pin!(NOTIFY.notified()));
    assert!(A.poll(first.as_mut()).is_pending());
    assert!(B.poll(second.as_mut()).is_pending());
    trial.run(notify_one, || NOTIFY.notify_one());
    A.finish(Poll::Pending, first);
    B.finish(Poll::Pending, second);
    assert_eq!(stored(), 0);
}

fn notify_against_pulse(trial: &mut Trial) {
    let (mut first, mut second) = (pin!(NOTIFY.notified()), pin!(NOTIFY.notified()));
    assert!(A.poll(first.as_mut()).is_pending());
    assert!(B.poll(second.as_mut()).is_pending());
    trial.run(notify_waiters, || NOTIFY.notify_one());
    A.finish(Poll::Pending, first);
    B.finish(Poll::Pending, second);
    // Stored if the pulse came first.
    assert!(stored() <= 1);
}

fn pulse_against_notify(trial: &mut Trial) {
    let (mut first, mut second) = (pin!(NOTIFY.notified()), pin!(NOTIFY.notified()));
    assert!(A.poll(first.as_mut()).is_pending());
    assert!(B.poll(second.as_mut()).is_pending());
    trial.run(notify_one, || NOTIFY.notify_waiters());
    A.finish(Poll::Pending, first);
    B.finish(Poll::Pending, second);
    assert!(stored() <= 1);
}

fn cancel_against_notify(trial: &mut Trial) {
    let mut first = pin!(Some(NOTIFY.notified()));
    let mut second = pin!(NOTIFY.notified());
    assert!(A.poll(first.as_mut().as_pin_mut().unwrap()).is_pending());
    assert!(B.poll(second.as_mut()).is_pending());
    trial.run(notify_one, || first.set(None));
    A.take();
    B.finish(Poll::Pending, second.as_mut());
    assert_eq!(stored(), 0);
}

fn cancel_of_a_notified_wait(trial: &mut Trial) {
    let mut first = pin!(Some(NOTIFY.notified()));
    assert!(A.poll(first.as_mut().as_pin_mut().unwrap()).is_pending());
    NOTIFY.notify_one();
    assert!(A.take());
    trial.run(notify_one, || first.set(None));
    // Its notification and that of the handler become one.
    assert_eq!(stored(), 1);
}

fn enable_and_drop(trial: &mut Trial) {
    trial.run(notify_one, || {
        pin!(NOTIFY.notified()).enable();
    });
    assert_eq!(stored(), 1);
}
