//! Counting a latch down, by call and by guard, and waiting for it.

use core::pin::pin;
use core::task::Poll;

use anywake_core::Latch;

use crate::trial::{A, B, Case, Handed, Trial};

pub(crate) const CASES: &[Case] = &[
    ("latch-wait", wait_enqueue),
    ("latch-count-count", count_against_count),
    ("latch-last-last", last_against_last),
    ("latch-guard-count", guard_against_count),
    ("latch-guard-guard", guard_against_guard),
    ("latch-cancel", wait_cancel),
];

/// The latch of one trial, which opens it.
static GATE: Handed<&'static Latch> = Handed::new();

fn hand(gate: &Latch) {
    // SAFETY: the handler returns before the trial ends, and this latch is dropped only then.
    GATE.put(unsafe { &*(&raw const *gate) });
}

/// Returns whether there was one to count.
fn count_down() -> u32 {
    u32::from(GATE.take().unwrap().count_down(1).is_ok())
}

fn is_open(latch: &Latch) {
    assert_eq!((latch.remaining(), latch.waiters()), (0, 0));
    assert!(latch.count_down(1).is_err());
}

fn wait_enqueue(trial: &mut Trial) {
    let latch = Latch::new(1);
    hand(&latch);
    let mut wait = pin!(latch.wait());
    let (first, counted) = trial.run(count_down, || A.poll(wait.as_mut()));
    A.finish(first, wait.as_mut());
    assert_eq!(counted, 1);
    is_open(&latch);
}

fn count_against_count(trial: &mut Trial) {
    let latch = Latch::new(2);
    hand(&latch);
    let (mut first, mut second) = (pin!(latch.wait()), pin!(latch.wait()));
    assert!(A.poll(first.as_mut()).is_pending());
    assert!(B.poll(second.as_mut()).is_pending());
    let (here, there) = trial.run(count_down, || latch.count_down(1).is_ok());
    assert!(here && there == 1);
    A.finish(Poll::Pending, first);
    B.finish(Poll::Pending, second);
    is_open(&latch);
}

/// Both want the last count, and one of them gets it.
fn last_against_last(trial: &mut Trial) {
    let latch = Latch::new(1);
    hand(&latch);
    let mut wait = pin!(latch.wait());
    assert!(A.poll(wait.as_mut()).is_pending());
    let (here, there) = trial.run(count_down, || latch.count_down(1).is_ok());
    assert_eq!(u32::from(here) + there, 1);
    A.finish(Poll::Pending, wait.as_mut());
    is_open(&latch);
}

/// A guard is made and dropped, while the handler wants the count that the guard reserves.
fn guard_against_count(trial: &mut Trial) {
    let latch = Latch::new(1);
    hand(&latch);
    let mut wait = pin!(latch.wait());
    assert!(A.poll(wait.as_mut()).is_pending());
    let (here, there) = trial.run(count_down, || latch.guard().is_ok());
    assert_eq!(u32::from(here) + there, 1);
    A.finish(Poll::Pending, wait.as_mut());
    is_open(&latch);
}

fn guard_against_guard(trial: &mut Trial) {
    let latch = Latch::new(2);
    hand(&latch);
    let mut wait = pin!(latch.wait());
    assert!(A.poll(wait.as_mut()).is_pending());
    let handler = || u32::from(GATE.take().unwrap().guard().is_ok());
    let (here, there) = trial.run(handler, || latch.guard().is_ok());
    assert!(here && there == 1, "there is one for each");
    A.finish(Poll::Pending, wait.as_mut());
    is_open(&latch);
}

fn wait_cancel(trial: &mut Trial) {
    let latch = Latch::new(1);
    hand(&latch);
    let mut first = pin!(Some(latch.wait()));
    let mut second = pin!(latch.wait());
    assert!(A.poll(first.as_mut().as_pin_mut().unwrap()).is_pending());
    assert!(B.poll(second.as_mut()).is_pending());
    trial.run(count_down, || first.set(None));
    A.take();
    B.finish(Poll::Pending, second.as_mut());
    is_open(&latch);
}
