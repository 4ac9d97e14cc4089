//! What a condition is made of: the tasks that wait, each with the address of its lock.
//!
//! # Problem
//! Waking n waiters that all want the same lock makes n tasks run, of which n - 1 find the lock taken. It is better to
//! wake each when it *owns* the lock, by moving it to the lock's queue. But no wait may depend on a stranger's poll, and
//! a wait that borrows its lock can be forgotten and the lock freed, while its node is still linked here: a pointer to
//! the lock would dangle.
//!
//! # Rejected
//! * To follow a pointer to the lock when a waiter is notified: it may dangle.
//! * To wake only the first notified waiter, which has its lock at hand and brings the others along. If that waiter is
//!   kept aside unpolled, all others sleep, with whatever lock.
//!
//! # Chosen
//! A notified waiter is woken, and asks for its lock when it is polled. A notifier that holds the lock's *guard* may
//! pass that along: then the lock exists and is owned, and the waiters that carry its address are requeued to it without
//! a wake. The address is compared, never followed.
//!
//! # Invariants
//! * C1. The internal lock of a condition is taken before that of a lock, never the other way round.
//! * C2. The word is true while anybody waits, and changes under the internal lock. `notify` may read it without the
//!   lock: a waiter that it must reach stored `true` before it released the user's lock, and the notifier, or the
//!   thread that made it notify, acquired that lock since. Without such an order the notification might as well have
//!   come first.
//! * C3. A waiter is requeued only to a lock whose guard the notifier holds, and whose address it carries.
//! * C4. A notification from `notify(n)` is forwarded if its wait is dropped before the end. One from `notify_all` is
//!   not: it reached everybody.
//! * C5. One notification is under way at a time. A later one first serves the waiters that it still owes.
//!
//! # Why a notification ends the one that is under way
//! 1. Thread A notifies all. Those who wait are more than a batch. A wakes the first of them, without the lock.
//! 2. Thread B begins to wait, and thread C notifies one.
//! 3. The first in the list is a waiter of A. If it took C's notification, it would be notified twice and B not at all.

use crate::lock::{LOCKERS, LockCore};
use crate::sys::atomic::{AtomicBool, Ordering, const_fn};
use crate::sys::on_drop::OnDrop;
use crate::wait::list::List;
use crate::wait::queue::{Core, Locked, WaitQueue};
use crate::wait::status::{Generation, Verdict};
use crate::wait::waiter::ListOf;
use crate::wait::wake::Served;

/// The waiters, each with the address of its lock.
// SAFETY: W6, it is the only list of a `ConditionCore`, and its requests are addresses.
pub(super) const WAITING: ListOf<usize> = unsafe { ListOf::new(0) };

/// What the lock guards.
#[derive(Debug)]
pub(crate) struct State {
    /// Waiters that enter now are of this generation.
    next: Generation,
    /// How many waiters the notification under way owes at most, of which cohort, and whether it forwards.
    owed: u32,
    cohort: Generation,
    forwards: bool,
}

/// Whether anybody waits, and the queue.
#[derive(Debug)]
pub(crate) struct ConditionCore {
    pub(super) queue: WaitQueue<Self>,
}

impl Core for ConditionCore {
    type Word = AtomicBool;
    type State = State;
    type Lists = [List; 1];

    #[inline]
    fn queue(&self) -> &WaitQueue<Self> {
        &self.queue
    }

    #[inline]
    fn generation(state: &State) -> Generation {
        state.next
    }
}

impl ConditionCore {
    const_fn! {
        pub(super) const fn new() -> Self {
            let state = State { next: Generation::new(), owed: 0, cohort: Generation::new(), forwards: false };
            Self { queue: WaitQueue::new(AtomicBool::new(false), state, [const { List::new() }; 1]) }
        }
    }

    pub(super) fn waiters(&self) -> usize {
        self.queue.lock().count()
    }

    /// Notifies up to `n` waiters. Those of `lock`, which the caller owns, are requeued to it.
    #[inline]
    pub(super) fn notify(&self, n: usize, forwards: bool, lock: Option<&LockCore>) -> usize {
        // Ordering: Relaxed, by C2.
        if self.queue.word.load(Ordering::Relaxed) { self.notify_queued(n, forwards, lock) } else { 0 }
    }

    #[inline(never)]
    fn notify_queued(&self, n: usize, forwards: bool, lock: Option<&LockCore>) -> usize {
        let mut locked = self.queue.lock();
        // mistake a_notification_goes_to_one_that_has_been_notified: owes(&locked) ~> false
        if owes(&locked) {
            let mut reached = 0;
            // Even if the waker of a waiter that is owed panics.
            let then = OnDrop(|| reached = self.notify_queued(n, forwards, lock));
            // Woken and not requeued: the caller owns a lock, but the notification is not the caller's.
            locked.wake_loop(|locked| if owes(locked) { serve_owed(locked, None) } else { Served::Nobody });
            drop(then);
            return reached;
        }
        let reached = n.min(locked.count());
        let state = locked.state_mut();
        let cohort = state.next.begin(reached);
        // Waiters are counted in 32 bits.
        (state.owed, state.cohort, state.forwards) = (reached as u32, cohort, forwards);
        locked.wake_loop(|locked| {
            // Another notification may be under way by now, if others have served all of this one.
            let mine = locked.state().cohort == cohort;
            if mine && owes(locked) { serve_owed(locked, lock) } else { Served::Nobody }
        });
        reached
    }
}

/// Whether the notification under way owes the first waiter (C5).
#[inline]
fn owes(locked: &Locked<'_, ConditionCore>) -> bool {
    locked.state().owed > 0 && locked.front_is_of(WAITING, locked.state().cohort)
}

/// Serves the first waiter, whom the notification under way owes.
#[inline]
fn serve_owed(locked: &mut Locked<'_, ConditionCore>, lock: Option<&LockCore>) -> Served {
    locked.state_mut().owed -= 1;
    let forwards = locked.state().forwards;
    let served = notify_front(locked, forwards, lock);
    // mistake a_notification_forgets_the_others: locked.retract_if_nobody_waits(); ~>
    //     crate::wait::word::WaitersBit::retract(locked.word());
    locked.retract_if_nobody_waits();
    served
}

fn notify_front(locked: &mut Locked<'_, ConditionCore>, forwards: bool, lock: Option<&LockCore>) -> Served {
    match lock {
        // mistake a_waiter_is_requeued_to_the_wrong_lock: locked.front_request(WAITING) == Some(&lock.address()) ~>
        //     locked.front_request(WAITING).is_some()
        Some(lock) if locked.front_request(WAITING) == Some(&lock.address()) => {
            locked.requeue(WAITING, &mut lock.receive(), LOCKERS, forwards);
            Served::One(None)
        }
        _ if forwards => Served::One(locked.grant_forwarding(WAITING)),
        _ => Served::One(locked.decide(WAITING, Verdict::Granted)),
    }
}
