//! The waiting side: the one `poll`, the one `enable` and the one `cancel`.

use core::task::{Context, Poll, Waker};

use super::policy::{Look, Policy};
use super::queue::{Core, Locked};
use super::status::{Status, Verdict};
use super::trace;
use super::waiter::{Phase, Waiter};
use crate::sys::raw_lock::{RawGuard, RawLock};

/// What is decided about a waiter of this kind, as far as its first queue is concerned.
#[inline]
fn decision<P: Policy>(status: Status) -> Option<Verdict> {
    // What becomes of a requeued waiter is decided elsewhere. Here its wait is over, and was not in vain.
    if P::REQUEUES && status.is_requeued() { Some(Verdict::Granted) } else { status.verdict() }
}

/// The future has learnt the decision. A requeued waiter goes on waiting in another queue.
///
/// # Safety
/// The caller owns the future (W3), and `decision` returned a verdict.
#[inline]
unsafe fn acknowledge<P: Policy>(waiter: &Waiter<P::Request>) {
    if !(P::REQUEUES && waiter.status().is_requeued()) {
        // SAFETY: the caller owns a decided waiter, which is in no list (W1).
        unsafe { waiter.finish() };
    }
}

/// Polls a wait.
///
/// # Safety
/// The caller owns the future. The waiter is pinned, is used with this policy and this core only (W6), and is
/// [cancelled](cancel) before it is dropped (W1).
#[cfg_attr(not(feature = "critical-section"), inline(always))]
#[cfg_attr(feature = "critical-section", inline)]
pub(crate) unsafe fn poll<P: Policy>(
    core: &P::Core,
    waiter: &Waiter<P::Request>,
    context: &Context<'_>,
) -> Poll<P::Grant> {
    let ended = match waiter.phase() {
        // SAFETY: idle, and the rest is as the caller promises (W1, W6).
        Phase::Idle => unsafe { begin::<P>(core, waiter, context) },
        Phase::Queued => {
            // SAFETY: queued, and the rest is as the caller promises (W1, W6).
            let verdict = unsafe { proceed::<P>(core, waiter, context) };
            verdict.map(|verdict| P::take(core, verdict, &waiter.request))
        }
        Phase::Done => polled_again(),
    };
    ended.map_or(Poll::Pending, Poll::Ready)
}

/// The first poll: takes what is asked for, or enters the queue.
///
/// # Safety
/// As for [`poll`] (W1, W6), and the waiter is idle.
// The fast path goes into the caller, or an uncontended lock costs twice as much. With critical sections flash is
// what counts, and a good part of a microcontroller's goes into copies of this.
#[cfg_attr(not(feature = "critical-section"), inline(always))]
#[cfg_attr(feature = "critical-section", inline)]
pub(super) unsafe fn begin<P: Policy>(
    core: &P::Core,
    waiter: &Waiter<P::Request>,
    context: &Context<'_>,
) -> Option<P::Grant> {
    // SAFETY: W1 and W6, as the caller promises.
    let now = P::try_now(core, &waiter.request).or_else(|| unsafe { enqueue::<P>(core, waiter, context) });
    if now.is_some() {
        // SAFETY: the caller owns the waiter, which has entered no list (W1).
        unsafe { waiter.finish() };
    }
    now
}

/// A later poll. After a decision the phase is `Done`, and the caller takes what was granted.
///
/// # Safety
/// As for [`poll`] (W1, W6), and the waiter has entered its queue.
#[cfg_attr(not(feature = "critical-section"), inline(always))]
#[cfg_attr(feature = "critical-section", inline)]
pub(super) unsafe fn proceed<P: Policy>(
    core: &P::Core,
    waiter: &Waiter<P::Request>,
    context: &Context<'_>,
) -> Option<Verdict> {
    let decided = decision::<P>(waiter.status()).or_else(|| {
        // SAFETY: queued, and W6, as the caller promises.
        unsafe { refresh::<P>(core, waiter, context) }
    });
    if decided.is_none() {
        trace::waits::<P>(core, waiter, Some(context));
    }
    if decided.is_some() {
        trace::settles::<P>(waiter, decided);
        // SAFETY: the caller owns the future (W3), and this is its decision.
        unsafe { acknowledge::<P>(waiter) };
    }
    decided
}

#[cold]
pub(crate) fn polled_again() -> ! {
    panic!("a future was polled after it had completed")
}

/// Enters the queue now, to be polled later. Returns whether the wait is decided already.
///
/// # Safety
/// As for [`poll`] (W1, W6).
pub(crate) unsafe fn enable<P: Policy>(core: &P::Core, waiter: &Waiter<P::Request>) -> bool {
    match waiter.phase() {
        Phase::Idle => {
            // SAFETY: W1 and W6, as the caller promises.
            let Some(verdict) = (unsafe { enter::<P>(core, waiter, None) }) else {
                trace::waits::<P>(core, waiter, None);
                return false;
            };
            // mistake an_enabled_wait_loses_its_grant: unsafe { waiter.decide_idle(verdict) }; ~> let _ = verdict;
            // SAFETY: the caller owns the waiter, which is still idle (W2).
            unsafe { waiter.decide_idle(verdict) };
            true
        }
        Phase::Queued => is_decided::<P>(waiter),
        Phase::Done => polled_again(),
    }
}

/// Whether the next poll of a wait will return its output. Leaves the waker alone.
#[inline]
pub(crate) fn is_decided<P: Policy>(waiter: &Waiter<P::Request>) -> bool {
    waiter.phase() == Phase::Queued && decision::<P>(waiter.status()).is_some()
}

/// Looks once more, under the lock, and enters the queue.
///
/// # Safety
/// As for [`poll`] (W1, W6), and the waiter is idle.
#[inline(never)]
unsafe fn enqueue<P: Policy>(
    core: &P::Core,
    waiter: &Waiter<P::Request>,
    context: &Context<'_>,
) -> Option<P::Grant> {
    let waker = context.waker().clone();
    // SAFETY: W1 and W6, as the caller promises.
    let verdict = unsafe { enter::<P>(core, waiter, Some(waker)) };
    if verdict.is_none() {
        trace::waits::<P>(core, waiter, Some(context));
    }
    verdict.map(|verdict| P::take(core, verdict, &waiter.request))
}

/// # Safety
/// As for [`enqueue`] (W1, W6).
#[inline(always)]
unsafe fn enter<P: Policy>(
    core: &P::Core,
    waiter: &Waiter<P::Request>,
    waker: Option<Waker>,
) -> Option<Verdict> {
    match P::look(core, core.queue().lock(), &waiter.request) {
        Look::Done(verdict) => Some(verdict),
        Look::Wait(mut locked) => {
            let list = P::list(&waiter.request);
            // mistake the_lock_is_free_before_the_waiter_is_linked: unsafe { locked.enter(list, waiter, waker) };
            //     ~>
            //     let mut locked = core::mem::ManuallyDrop::new(locked); drop(unsafe { core::ptr::read(&*locked) });
            //     unsafe { locked.enter(list, waiter, waker) };
            // mistake clone_under_the_lock: + let _clone = mistaken!().then(|| waker.clone());
            // SAFETY: pinned and idle, and cancelled before it is dropped (W1); the list is the policy's (W6).
            unsafe { locked.enter(list, waiter, waker) };
            None
        }
    }
}

/// Polled while queued: looks again, and sees to it that the waker of this poll is the one to be woken.
///
/// # Safety
/// As for [`poll`] (W1, W6), and the waiter has entered its queue.
#[inline(never)]
unsafe fn refresh<P: Policy>(
    core: &P::Core,
    waiter: &Waiter<P::Request>,
    context: &Context<'_>,
) -> Option<Verdict> {
    let queue = core.queue();
    let mut retry = |held| {
        // SAFETY: R1, `renew_waker` passes the guard of the lock that it was given, this queue's.
        let mut locked = unsafe { Locked::new(queue, held) };
        if !P::retry(core, &mut locked, waiter) {
            return Retried::Not(locked.into_held());
        }
        // SAFETY: undecided under the lock, so linked (W1), in the list of its policy (W6).
        let _waker = unsafe { locked.waiters_mut().withdraw(P::list(&waiter.request), waiter) };
        P::after_retry(core, locked, &waiter.request);
        Retried::Taken
    };
    let retry: Option<Retry<'_, '_>> = if P::RETRIES { Some(&mut retry) } else { None };
    let will_fail = P::RETRIES && P::retry_will_fail(core);
    renew_waker(queue.raw(), waiter.without_request(), decision::<P>, retry, will_fail, context)
}

enum Retried<'q> {
    /// The waiter has what it asked for, and has left the queue. The lock is given back.
    Taken,
    /// It goes on waiting. The lock is still held.
    Not(RawGuard<'q>),
}

type Retry<'r, 'q> = &'r mut dyn FnMut(RawGuard<'q>) -> Retried<'q>;

/// Returns the decision, if there is one by now. Otherwise stores the waker of this poll, if it is another than before.
///
/// The waker is cloned without the lock, and only if it changed; so the loop runs at most twice. A waiter that was
/// woken without a decision always needs a new one, because its old waker was consumed. If its retry is going to fail
/// it clones up front.
fn renew_waker<'q>(
    lock: &'q RawLock,
    waiter: &Waiter<()>,
    decision: fn(Status) -> Option<Verdict>,
    mut retry: Option<Retry<'_, 'q>>,
    retry_will_fail: bool,
    context: &Context<'_>,
) -> Option<Verdict> {
    let mut fresh = retry_will_fail.then(|| context.waker().clone());
    loop {
        let mut held = lock.lock();
        // mistake refresh_looks_once: decision(waiter.status()) ~> None
        if let Some(verdict) = decision(waiter.status()) {
            return Some(verdict);
        }
        if let Some(retry) = &mut retry {
            match retry(held) {
                Retried::Taken => return Some(Verdict::Granted),
                Retried::Not(guard) => held = guard,
            }
        }
        let fits =
            |stored: &mut Option<Waker>| stored.as_ref().is_some_and(|it| it.will_wake(context.waker()));
        // SAFETY: undecided under the lock, so linked, and the waker is guarded by the lock (W2).
        if unsafe { waiter.with_waker(fits) } {
            return None;
        }
        if let Some(fresh) = fresh.take() {
            // mistake refresh_keeps_the_old_waker: stored.replace(fresh) ~> Some(fresh)
            // SAFETY: W2, nobody has decided it since `fits`, because the lock is still held, which guards the waker.
            let _replaced = unsafe { waiter.with_waker(|stored| stored.replace(fresh)) };
            // mistake drop_a_replaced_waker_under_the_lock: drop(held); ~> drop(_replaced); drop(held);
            // Before the replaced waker is dropped, which runs user code (W4).
            drop(held);
            return None;
        }
        drop(held);
        fresh = Some(context.waker().clone());
    }
}

/// What a wait had come to when it was cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cancelled {
    /// It was not waiting: never polled, or over.
    Idle,
    /// It was queued, and has left the queue.
    Withdrawn,
    /// It had been decided. The caller gives the grant back, or goes on in the second queue.
    Decided(Verdict),
}

/// Ends a wait. Afterwards the waiter is in no list of this policy, even if a waker panics here.
///
/// # Safety
/// The caller owns the future, and polled the waiter with this policy and this core only (W6).
#[inline]
pub(crate) unsafe fn cancel<P: Policy>(core: &P::Core, waiter: &Waiter<P::Request>) -> Cancelled {
    match waiter.phase() {
        // SAFETY: queued, and W6, as the caller promises.
        Phase::Queued => unsafe { cancel_queued::<P>(core, waiter) },
        Phase::Idle | Phase::Done => Cancelled::Idle,
    }
}

/// # Safety
/// As for [`cancel`] (W6), and the waiter has entered its queue.
// Its caller is a function of its own already, so a call to it is one call too many.
#[cfg_attr(not(feature = "critical-section"), inline(always))]
#[cfg_attr(feature = "critical-section", inline)]
unsafe fn cancel_queued<P: Policy>(core: &P::Core, waiter: &Waiter<P::Request>) -> Cancelled {
    let mut locked = core.queue().lock();
    // mistake cancel_looks_once: decision::<P>(waiter.status()) ~> None
    if let Some(verdict) = decision::<P>(waiter.status()) {
        drop(locked);
        trace::gives_up::<P>(waiter);
        // SAFETY: the caller owns the future (W3), and this is its decision.
        unsafe { acknowledge::<P>(waiter) };
        return Cancelled::Decided(verdict);
    }
    let list = P::list(&waiter.request);
    // mistake drop_a_waker_under_the_lock: unsafe { locked.waiters_mut().withdraw(list, waiter) } ~>
    //     { drop(unsafe { locked.waiters_mut().withdraw(list, waiter) }); None::<Waker> }
    // SAFETY: undecided under the lock, so linked (W1), in the list of its policy (W6).
    let _waker = unsafe { locked.waiters_mut().withdraw(list, waiter) };
    // mistake cancel_serves_nobody: P::after_cancel(core, locked, &waiter.request) ~> drop(locked)
    // Waiters behind it may be due now.
    P::after_cancel(core, locked, &waiter.request);
    trace::gives_up::<P>(waiter);
    Cancelled::Withdrawn
}

/// Ends a wait in the queue, and gives back what it was granted.
///
/// # Safety
/// As for [`cancel`] (W6), and the waiter has entered its queue.
#[inline(never)]
pub(super) unsafe fn give_up<P: Policy>(core: &P::Core, waiter: &Waiter<P::Request>) {
    // SAFETY: queued, and W6, as the caller promises.
    if unsafe { cancel_queued::<P>(core, waiter) } == Cancelled::Decided(Verdict::Granted) {
        // mistake cancel_drops_the_grant: P::give_back(core, &waiter.request); ~>
        P::give_back(core, &waiter.request);
    }
}
