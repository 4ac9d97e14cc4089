//! Tokens that come and go, and waits for none.

use core::pin::pin;
use core::task::Poll;

use anywake_core::{WaitGroup, WaitToken};

use crate::trial::{A, B, Case, Handed, Trial};

pub(crate) const CASES: &[Case] = &[
    ("group-wait", wait_enqueue),
    ("group-drop-drop", drop_against_drop),
    ("group-add-drop", add_against_drop),
    ("group-drop-add", drop_against_add),
    ("group-cancel", wait_cancel),
];

static GROUP: WaitGroup = WaitGroup::new();
/// A token that the handler drops.
static TOKEN: Handed<WaitToken<'static>> = Handed::new();

fn hand_token() {
    TOKEN.put(GROUP.add().unwrap());
}

fn drop_token() -> u32 {
    drop(TOKEN.take());
    0
}

fn is_empty() {
    assert_eq!((GROUP.count(), GROUP.waiters()), (0, 0));
}

fn wait_enqueue(trial: &mut Trial) {
    hand_token();
    let mut wait = pin!(GROUP.wait());
    let (first, _) = trial.run(drop_token, || A.poll(wait.as_mut()));
    A.finish(first, wait.as_mut());
    is_empty();
}

fn drop_against_drop(trial: &mut Trial) {
    hand_token();
    let token = GROUP.add().unwrap();
    let (mut first, mut second) = (pin!(GROUP.wait()), pin!(GROUP.wait()));
    assert!(A.poll(first.as_mut()).is_pending());
    assert!(B.poll(second.as_mut()).is_pending());
    trial.run(drop_token, || drop(token));
    A.finish(Poll::Pending, first);
    B.finish(Poll::Pending, second);
    is_empty();
}

/// A token is added and waited for, while the handler drops the last one of those before.
fn add_against_drop(trial: &mut Trial) {
    hand_token();
    let (mut early, mut late) = (pin!(GROUP.wait()), pin!(GROUP.wait()));
    assert!(A.poll(early.as_mut()).is_pending());
    let (token, _) = trial.run(drop_token, || {
        let token = GROUP.add().unwrap();
        assert!(B.poll(late.as_mut()).is_pending(), "the token is there");
        token
    });
    assert!(B.poll(late.as_mut()).is_pending(), "ended by a token that was dropped before this wait's");
    drop(token);
    A.finish(Poll::Pending, early);
    B.finish(Poll::Pending, late);
    is_empty();
}

/// The last token is dropped, while the handler adds one and drops it.
fn drop_against_add(trial: &mut Trial) {
    let token = GROUP.add().unwrap();
    let mut wait = pin!(GROUP.wait());
    assert!(A.poll(wait.as_mut()).is_pending());
    let handler = || u32::from(GROUP.add().is_ok());
    let ((), added) = trial.run(handler, || drop(token));
    assert_eq!(added, 1);
    A.finish(Poll::Pending, wait.as_mut());
    is_empty();
}

fn wait_cancel(trial: &mut Trial) {
    hand_token();
    let mut first = pin!(Some(GROUP.wait()));
    let mut second = pin!(GROUP.wait());
    assert!(A.poll(first.as_mut().as_pin_mut().unwrap()).is_pending());
    assert!(B.poll(second.as_mut()).is_pending());
    trial.run(drop_token, || first.set(None));
    A.take();
    B.finish(Poll::Pending, second.as_mut());
    is_empty();
}
