//! Signalling a value, and waiting for it.

use core::pin::pin;

use anywake_core::Signal;

use crate::trial::{A, B, Case, Trial};

pub(crate) const CASES: &[Case] = &[
    ("signal-wait", wait_enqueue),
    ("signal-take", take_against_signal),
    ("signal-poll", poll_of_a_promised_wait),
    ("signal-signal", signal_against_signal),
    ("signal-try", try_against_wait),
    ("signal-cancel", cancel_against_signal),
    ("signal-cancel-granted", cancel_of_a_promised_wait),
    ("signal-enable-drop", enable_and_drop),
];

static SIGNAL: Signal<u32> = Signal::new();
/// Stands for a value that displaced none.
const NONE: u32 = 0;

/// Signals 7, and returns what was displaced.
fn signal() -> u32 {
    SIGNAL.signal(7).unwrap_or(NONE)
}

fn try_take() -> u32 {
    SIGNAL.try_take().unwrap_or(NONE)
}

fn is_empty() -> bool {
    SIGNAL.waiters() == 0 && SIGNAL.try_take().is_none()
}

fn wait_enqueue(trial: &mut Trial) {
    let mut wait = pin!(SIGNAL.wait());
    let (first, displaced) = trial.run(signal, || A.poll(wait.as_mut()));
    assert_eq!((A.finish(first, wait.as_mut()), displaced), (7, NONE));
    assert!(is_empty());
}

fn take_against_signal(trial: &mut Trial) {
    SIGNAL.signal(1);
    let mut wait = pin!(SIGNAL.wait());
    let (first, displaced) = trial.run(signal, || A.poll(wait.as_mut()));
    let taken = A.finish(first, wait.as_mut());
    let left = try_take();
    // The older one is taken and the newer one left, or the older one is displaced and the newer one taken.
    assert!((taken, displaced, left) == (1, NONE, 7) || (taken, displaced, left) == (7, 1, NONE));
    assert!(is_empty());
}

fn poll_of_a_promised_wait(trial: &mut Trial) {
    let mut wait = pin!(SIGNAL.wait());
    assert!(A.poll(wait.as_mut()).is_pending());
    SIGNAL.signal(1);
    assert!(A.take());
    let (first, displaced) = trial.run(signal, || A.poll(wait.as_mut()));
    let taken = A.finish(first, wait.as_mut());
    let left = try_take();
    assert!((taken, displaced, left) == (1, NONE, 7) || (taken, displaced, left) == (7, 1, NONE));
    assert!(is_empty());
}

fn signal_against_signal(trial: &mut Trial) {
    let (mut first, mut second) = (pin!(Some(SIGNAL.wait())), pin!(SIGNAL.wait()));
    assert!(A.poll(first.as_mut().as_pin_mut().unwrap()).is_pending());
    assert!(B.poll(second.as_mut()).is_pending());
    let (other, displaced) = trial.run(signal, || SIGNAL.signal(1).unwrap_or(NONE));
    assert!((other, displaced) == (7, NONE) || (other, displaced) == (NONE, 1));
    // One value is left, for the first. It goes on to the second.
    assert!(A.take() && !B.take());
    first.set(None);
    assert!(B.take());
    assert!(B.poll(second).is_ready());
    assert!(is_empty());
}

fn try_against_wait(trial: &mut Trial) {
    SIGNAL.signal(1);
    let mut wait = pin!(SIGNAL.wait());
    let (first, tried) = trial.run(try_take, || A.poll(wait.as_mut()));
    assert_eq!(first.is_ready(), tried == NONE);
    if first.is_pending() {
        SIGNAL.signal(2);
        assert_eq!(A.finish(first, wait.as_mut()), 2);
    }
    assert!(is_empty());
}

fn cancel_against_signal(trial: &mut Trial) {
    let (mut first, mut second) = (pin!(Some(SIGNAL.wait())), pin!(SIGNAL.wait()));
    assert!(A.poll(first.as_mut().as_pin_mut().unwrap()).is_pending());
    assert!(B.poll(second.as_mut()).is_pending());
    trial.run(signal, || first.set(None));
    A.take();
    assert!(B.take());
    assert!(B.poll(second).is_ready());
    assert!(is_empty());
}

fn cancel_of_a_promised_wait(trial: &mut Trial) {
    let mut first = pin!(Some(SIGNAL.wait()));
    assert!(A.poll(first.as_mut().as_pin_mut().unwrap()).is_pending());
    SIGNAL.signal(1);
    assert!(A.take());
    let ((), displaced) = trial.run(signal, || first.set(None));
    assert_eq!((displaced, try_take()), (1, 7));
    assert!(is_empty());
}

fn enable_and_drop(trial: &mut Trial) {
    let ((), displaced) = trial.run(signal, || {
        pin!(SIGNAL.wait()).enable();
    });
    assert_eq!((displaced, try_take()), (NONE, 7));
    assert!(is_empty());
}
