//! Setting and clearing an event, and waiting for it.

use core::pin::pin;
use core::task::Poll;

use anywake_core::Event;

use crate::trial::{A, B, Case, Trial};

pub(crate) const CASES: &[Case] = &[
    ("event-wait", wait_enqueue),
    ("event-wait-pulse", wait_against_pulse),
    ("event-set-pulse", set_against_pulse),
    ("event-clear", clear_against_set),
    ("event-cancel", wait_cancel),
];

static FLAG: Event = Event::new();

fn set() -> u32 {
    FLAG.set();
    0
}

fn event_is_clear() {
    FLAG.clear();
    assert_eq!(FLAG.waiters(), 0);
}

fn wait_enqueue(trial: &mut Trial) {
    let mut wait = pin!(FLAG.wait());
    let (first, _) = trial.run(set, || A.poll(wait.as_mut()));
    A.finish(first, wait.as_mut());
    assert!(FLAG.is_set());
    event_is_clear();
}

fn wait_against_pulse(trial: &mut Trial) {
    let handler = || {
        FLAG.set();
        FLAG.clear();
        0
    };
    let mut wait = pin!(FLAG.wait());
    let (first, _) = trial.run(handler, || A.poll(wait.as_mut()));
    assert!(!FLAG.is_set());
    // The pulse woke the wait if it was queued by then. Otherwise it waits for the next set.
    if first.is_pending() && !A.take() {
        assert!(A.poll(wait.as_mut()).is_pending());
        FLAG.set();
        assert!(A.take());
    }
    if first.is_pending() {
        assert!(A.poll(wait.as_mut()).is_ready());
    }
    event_is_clear();
}

fn set_against_pulse(trial: &mut Trial) {
    let (mut first, mut second) = (pin!(FLAG.wait()), pin!(FLAG.wait()));
    assert!(A.poll(first.as_mut()).is_pending());
    assert!(B.poll(second.as_mut()).is_pending());
    let handler = || {
        FLAG.set();
        FLAG.clear();
        0
    };
    trial.run(handler, || FLAG.set());
    A.finish(Poll::Pending, first);
    B.finish(Poll::Pending, second);
    event_is_clear();
}

fn clear_against_set(trial: &mut Trial) {
    FLAG.set();
    let handler = || {
        let was_set = FLAG.is_set();
        FLAG.set();
        u32::from(was_set)
    };
    let ((), was_set) = trial.run(handler, || FLAG.clear());
    // If the handler found the flag clear, its set came after the clear, and the flag stays set.
    assert!(FLAG.is_set() || was_set == 1);
    event_is_clear();
}

fn wait_cancel(trial: &mut Trial) {
    let mut first = pin!(Some(FLAG.wait()));
    let mut second = pin!(FLAG.wait());
    assert!(A.poll(first.as_mut().as_pin_mut().unwrap()).is_pending());
    assert!(B.poll(second.as_mut()).is_pending());
    trial.run(set, || first.set(None));
    A.take();
    B.finish(Poll::Pending, second.as_mut());
    event_is_clear();
}
