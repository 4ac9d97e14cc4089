//! Acquiring and releasing permits, and waiting for them.

use core::pin::pin;
use core::task::Poll;

use anywake_core::Semaphore;
use anywake_core::semaphore::Bypass;

use crate::trial::{A, B, Case, Handed, Trial};

pub(crate) const CASES: &[Case] = &[
    ("acquire-release", acquire_release),
    ("acquire-try_acquire", acquire_against_try),
    ("acquire-enqueue", acquire_enqueue),
    ("acquire_many-enqueue", acquire_many_enqueue),
    ("acquire-cancel", acquire_cancel),
    ("acquire-close", acquire_close),
    ("release-release", release_against_release),
    ("release-try_acquire", release_against_try),
    ("close-release", close_against_release),
    ("permit-bypass-hand-off", bypass_hand_off),
    ("permit-bypass-retry", bypass_retry),
    ("permit-bypass-cancel", bypass_cancel),
];

static PERMITS: Semaphore = Semaphore::new(0);

fn release_one() -> u32 {
    PERMITS.release(1).unwrap();
    0
}

/// Asserts the number of available permits, and removes them.
fn permits_are(expected: usize) {
    assert_eq!((PERMITS.available_permits(), PERMITS.waiters()), (expected, 0));
    PERMITS.try_acquire_many(expected).unwrap().forget();
}

fn acquire_release(trial: &mut Trial) {
    PERMITS.release(1).unwrap();
    trial.run(release_one, || {
        let mut acquire = pin!(PERMITS.acquire());
        assert!(matches!(A.poll(acquire.as_mut()), Poll::Ready(Ok(_))));
    });
    permits_are(2);
}

fn acquire_against_try(trial: &mut Trial) {
    PERMITS.release(2).unwrap();
    let handler = || u32::from(PERMITS.try_acquire().is_ok());
    let (first, got) = trial.run(handler, || {
        let mut acquire = pin!(PERMITS.acquire());
        A.poll(acquire.as_mut()).is_ready()
    });
    assert!(first && got == 1, "there were permits for both");
    permits_are(2);
}

fn acquire_enqueue(trial: &mut Trial) {
    let mut acquire = pin!(PERMITS.acquire());
    let (first, _) = trial.run(release_one, || A.poll(acquire.as_mut()));
    drop(A.finish(first, acquire.as_mut()).unwrap());
    permits_are(1);
}

fn acquire_many_enqueue(trial: &mut Trial) {
    PERMITS.release(1).unwrap();
    let mut acquire = pin!(PERMITS.acquire_many(2));
    let (first, _) = trial.run(release_one, || A.poll(acquire.as_mut()));
    assert_eq!(A.finish(first, acquire.as_mut()).unwrap().count(), 2);
    permits_are(2);
}

fn acquire_cancel(trial: &mut Trial) {
    let mut first = pin!(Some(PERMITS.acquire()));
    let mut second = pin!(PERMITS.acquire());
    assert!(A.poll(first.as_mut().as_pin_mut().unwrap()).is_pending());
    assert!(B.poll(second.as_mut()).is_pending());
    trial.run(release_one, || first.set(None));
    A.take();
    drop(B.finish(Poll::Pending, second.as_mut()).unwrap());
    permits_are(1);
}

/// The semaphore of one trial, which closes it.
static GATE: Handed<&'static Semaphore> = Handed::new();

fn hand_gate(gate: &Semaphore) {
    // SAFETY: the handler returns before the trial ends, and this semaphore is dropped only then.
    GATE.put(unsafe { &*(&raw const *gate) });
}

fn acquire_close(trial: &mut Trial) {
    let gate = Semaphore::new(0);
    hand_gate(&gate);
    let handler = || {
        GATE.take().unwrap().close();
        0
    };
    let mut acquire = pin!(gate.acquire());
    let (first, _) = trial.run(handler, || A.poll(acquire.as_mut()));
    assert!(A.finish(first, acquire.as_mut()).is_err());
    assert_eq!(gate.waiters(), 0);
}

fn release_against_release(trial: &mut Trial) {
    let (mut first, mut second) = (pin!(PERMITS.acquire()), pin!(PERMITS.acquire()));
    assert!(A.poll(first.as_mut()).is_pending());
    assert!(B.poll(second.as_mut()).is_pending());
    trial.run(release_one, release_one);
    drop(A.finish(Poll::Pending, first.as_mut()).unwrap());
    drop(B.finish(Poll::Pending, second.as_mut()).unwrap());
    permits_are(2);
}

fn release_against_try(trial: &mut Trial) {
    let mut acquire = pin!(PERMITS.acquire());
    assert!(A.poll(acquire.as_mut()).is_pending());
    let handler = || u32::from(PERMITS.try_acquire().is_ok());
    let (_, got) = trial.run(handler, release_one);
    assert_eq!(got, 0, "the permit is never available in between");
    drop(A.finish(Poll::Pending, acquire.as_mut()).unwrap());
    permits_are(1);
}

fn close_against_release(trial: &mut Trial) {
    let gate = Semaphore::new(0);
    hand_gate(&gate);
    let handler = || u32::from(GATE.take().unwrap().release(1).is_ok());
    let mut acquire = pin!(gate.acquire());
    assert!(A.poll(acquire.as_mut()).is_pending());
    trial.run(handler, || gate.close());
    // The wait was granted before the close or refused by it. Either way it was woken.
    drop(A.finish(Poll::Pending, acquire.as_mut()));
    assert_eq!(gate.waiters(), 0);
}

/// A semaphore whose first waiter may be overtaken once.
static TURNSTILE: Semaphore<Bypass> = Semaphore::with_bypass(1, 1);

/// Takes the permit, if it is free, and returns it.
fn overtake() -> u32 {
    u32::from(TURNSTILE.try_acquire().is_ok())
}

fn turnstile_is_free() {
    assert_eq!((TURNSTILE.available_permits(), TURNSTILE.waiters()), (1, 0));
}

fn bypass_hand_off(trial: &mut Trial) {
    let permit = TURNSTILE.try_acquire().unwrap();
    let mut acquire = pin!(TURNSTILE.acquire());
    assert!(A.poll(acquire.as_mut()).is_pending());
    trial.run(overtake, || drop(permit));
    drop(A.finish(Poll::Pending, acquire.as_mut()).unwrap());
    turnstile_is_free();
}

fn bypass_retry(trial: &mut Trial) {
    let permit = TURNSTILE.try_acquire().unwrap();
    let mut acquire = pin!(TURNSTILE.acquire());
    assert!(A.poll(acquire.as_mut()).is_pending());
    drop(permit);
    assert!(A.take());
    let (first, _) = trial.run(overtake, || A.poll(acquire.as_mut()));
    assert!(first.is_ready(), "the handler has returned the permit");
    drop(first);
    turnstile_is_free();
}

fn bypass_cancel(trial: &mut Trial) {
    let permit = TURNSTILE.try_acquire().unwrap();
    let mut first = pin!(Some(TURNSTILE.acquire()));
    let mut second = pin!(TURNSTILE.acquire());
    assert!(A.poll(first.as_mut().as_pin_mut().unwrap()).is_pending());
    assert!(B.poll(second.as_mut()).is_pending());
    drop(permit);
    assert!(A.take());
    trial.run(overtake, || first.set(None));
    drop(B.finish(Poll::Pending, second.as_mut()).unwrap());
    turnstile_is_free();
}
