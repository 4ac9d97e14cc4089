//! Notifications, and the lock of the waits.

use core::pin::pin;
use core::task::Poll;

use anywake_core::Condition;

use crate::lock::{LOCK, is_free, owned_elsewhere, unlock};
use crate::trial::{A, B, Case, Trial};

pub(crate) const CASES: &[Case] = &[
    ("condition-wait", condition_enqueue),
    ("condition-unlocks", condition_unlocks),
    ("condition-relock", condition_relock),
    ("condition-notify", notify_against_notify),
    ("condition-notify_all", notify_all_against_notify),
    ("condition-requeue", condition_requeue),
    ("condition-cancel", condition_cancel),
];

static CHANGED: Condition = Condition::new();

fn notify_one() -> u32 {
    CHANGED.notify_one() as u32
}

fn condition_is_idle() {
    assert_eq!(CHANGED.waiters(), 0);
    is_free(&LOCK);
}

fn condition_enqueue(trial: &mut Trial) {
    let mut wait = pin!(CHANGED.wait(LOCK.try_lock().unwrap()));
    let (first, notified) = trial.run(notify_one, || A.poll(wait.as_mut()));
    assert!(first.is_pending());
    if notified == 0 {
        assert!(!A.take());
        assert_eq!(CHANGED.notify_one(), 1);
    }
    drop(A.finish(Poll::Pending, wait.as_mut()));
    condition_is_idle();
}

fn condition_unlocks(trial: &mut Trial) {
    // The handler tries the lock, which the first poll of the wait releases.
    let handler = || {
        LOCK.try_lock().map_or(0, |value| {
            assert_eq!(CHANGED.notify_one(), 1, "the wait is queued before the lock is released");
            drop(value);
            1
        })
    };
    let mut wait = pin!(CHANGED.wait(LOCK.try_lock().unwrap()));
    let (first, notified) = trial.run(handler, || A.poll(wait.as_mut()));
    assert!(first.is_pending());
    if notified == 0 {
        assert_eq!(CHANGED.notify_one(), 1);
    }
    drop(A.finish(Poll::Pending, wait.as_mut()));
    condition_is_idle();
}

fn condition_relock(trial: &mut Trial) {
    // The notified wait asks for the lock, which the handler releases meanwhile.
    let mut wait = pin!(CHANGED.wait(LOCK.try_lock().unwrap()));
    assert!(A.poll(wait.as_mut()).is_pending());
    owned_elsewhere(&LOCK);
    assert_eq!(CHANGED.notify_one(), 1);
    assert!(A.take());
    let (first, _) = trial.run(unlock, || A.poll(wait.as_mut()));
    drop(A.finish(first, wait.as_mut()));
    condition_is_idle();
}

fn notify_against_notify(trial: &mut Trial) {
    let mut first = pin!(CHANGED.wait(LOCK.try_lock().unwrap()));
    assert!(A.poll(first.as_mut()).is_pending());
    let mut second = pin!(CHANGED.wait(LOCK.try_lock().unwrap()));
    assert!(B.poll(second.as_mut()).is_pending());
    let (by_code, by_handler) = trial.run(notify_one, || CHANGED.notify_one());
    assert_eq!((by_code, by_handler), (1, 1));
    drop(A.finish(Poll::Pending, first.as_mut()));
    drop(B.finish(Poll::Pending, second.as_mut()));
    condition_is_idle();
}

fn notify_all_against_notify(trial: &mut Trial) {
    let mut first = pin!(CHANGED.wait(LOCK.try_lock().unwrap()));
    assert!(A.poll(first.as_mut()).is_pending());
    let mut second = pin!(CHANGED.wait(LOCK.try_lock().unwrap()));
    assert!(B.poll(second.as_mut()).is_pending());
    let (by_code, by_handler) = trial.run(notify_one, || CHANGED.notify_all());
    assert_eq!(by_code as u32 + by_handler, 2);
    drop(A.finish(Poll::Pending, first.as_mut()));
    drop(B.finish(Poll::Pending, second.as_mut()));
    condition_is_idle();
}

fn condition_requeue(trial: &mut Trial) {
    // The owner of the lock requeues both waits, unless the handler notifies one of them before that.
    let mut first = pin!(CHANGED.wait(LOCK.try_lock().unwrap()));
    assert!(A.poll(first.as_mut()).is_pending());
    let mut second = pin!(CHANGED.wait(LOCK.try_lock().unwrap()));
    assert!(B.poll(second.as_mut()).is_pending());
    let owner = LOCK.try_lock().unwrap();
    let by_owner = || {
        let requeued = CHANGED.notify_all_with(&owner);
        drop(owner);
        requeued
    };
    let (by_owner, by_handler) = trial.run(notify_one, by_owner);
    assert_eq!(by_owner as u32 + by_handler, 2);
    if first.is_decided() {
        drop(A.finish(Poll::Pending, first.as_mut()));
        drop(B.finish(Poll::Pending, second.as_mut()));
    } else {
        drop(B.finish(Poll::Pending, second.as_mut()));
        drop(A.finish(Poll::Pending, first.as_mut()));
    }
    condition_is_idle();
}

fn condition_cancel(trial: &mut Trial) {
    let mut first = pin!(Some(CHANGED.wait(LOCK.try_lock().unwrap())));
    assert!(A.poll(first.as_mut().as_pin_mut().unwrap()).is_pending());
    let mut second = pin!(CHANGED.wait(LOCK.try_lock().unwrap()));
    assert!(B.poll(second.as_mut()).is_pending());
    let ((), notified) = trial.run(notify_one, || first.set(None));
    assert_eq!(notified, 1);
    A.take();
    drop(B.finish(Poll::Pending, second.as_mut()));
    condition_is_idle();
}
