//! What a notify is made of: at most one stored notification, and the tasks that wait for one.
//!
//! # Problem
//! Two operations notify, and a wait that is dropped has to treat them differently. A notification by `notify_one` is
//! for one task: if the wait that it reached is dropped, it goes to another task. A notification by `notify_waiters` is
//! for every task that waits: it has reached all others already.
//!
//! # Rejected
//! A counter of broadcasts that each wait reads when it is made, as in tokio. Then a wait counts for one operation from
//! its making and for the other from its first poll, and both meet in one wait (tokio #7965, #5396, #4618). Here a wait
//! counts from the moment at which it enters the list, for both.
//!
//! # The word
//!
//! | bit | name      | meaning                        |
//! |-----|-----------|--------------------------------|
//! | 0   | `WAITERS` | the list is not empty (W5)     |
//! | 1   | `STORED`  | a notification is stored       |
//!
//! | word                | a wait that begins                 | `notify_one`                        | `notify_waiters` |
//! |---------------------|------------------------------------|-------------------------------------|------------------|
//! | 0                   | enters the list: `WAITERS`         | stores: `STORED`, without the lock  | nothing          |
//! | `STORED`            | takes the notification: 0          | nothing                             | nothing          |
//! | `WAITERS`           | enters the list                    | grants it to the first, by the lock | refuses all of the cohort, by the lock |
//! | `WAITERS`, `STORED` | waits for the lock                 | waits for the lock                  | waits for the lock |
//!
//! The last state lasts while one thread holds the lock: the look of a wait that found a stored notification.
//!
//! The verdict on a wait is how it was notified: `Granted` by `notify_one`, which has to be given back if it is not
//! taken, and `Refused` by `notify_waiters`, after which nothing has to be given back.
//!
//! # Invariants
//! * N1. While `WAITERS` is set, the word changes under the internal lock only.
//! * N2. While the internal lock is free, not both bits are set: nobody waits while a notification is stored.
//! * N3. A waiter of an older generation than the present one belongs to a broadcast that has not ended, and has been
//!   notified by it: only `notify_waiters` ends a generation, and it serves all waiters that it found.
//!
//! # Why `notify_one` serves the rest of a broadcast
//! 1. Thread A calls `notify_waiters`. The tasks that wait are more than a batch. A wakes the first of them, without
//!    the lock.
//! 2. Thread B begins to wait, and thread C calls `notify_one`.
//! 3. The first in the list is a waiter of the broadcast. If C's notification went to that waiter, the waiter would be
//!    notified twice and B not at all, although `notify_waiters` came first.
//!
//! So `notify_one` first serves the waiters that a broadcast still owes their notification (N3).

use crate::sys::atomic::{AtomicU8, Ordering, const_fn};
use crate::wait::list::List;
use crate::wait::queue::{Core, Locked, WaitQueue};
use crate::wait::status::{Generation, Verdict};
use crate::wait::waiter::ListOf;
use crate::wait::wake::Served;
use crate::wait::word::WAITERS;

pub(super) const STORED: u8 = 2;

// SAFETY: W6, it is the only list of a `NotifyCore`, and its requests are `()`.
pub(super) const WAITING: ListOf<()> = unsafe { ListOf::new(0) };

/// The stored notification, and the queue of the waiters. The state that the lock guards is the generation of the next
/// `notify_waiters`.
#[derive(Debug)]
pub(crate) struct NotifyCore {
    pub(super) queue: WaitQueue<Self>,
}

impl Core for NotifyCore {
    type Word = AtomicU8;
    type State = Generation;
    type Lists = [List; 1];

    #[inline]
    fn queue(&self) -> &WaitQueue<Self> {
        &self.queue
    }

    #[inline]
    fn generation(state: &Generation) -> Generation {
        *state
    }
}

impl NotifyCore {
    const_fn! {
        pub(super) const fn new() -> Self {
            Self { queue: WaitQueue::new(AtomicU8::new(0), Generation::new(), [const { List::new() }; 1]) }
        }
    }

    #[inline]
    pub(super) fn notify_one(&self) {
        let word = &self.queue.word;
        // Ordering: Relaxed, the exchange below checks it.
        let mut seen = word.load(Ordering::Relaxed);
        // mistake a_notification_is_stored_although_a_task_waits: seen & WAITERS == 0 ~> true
        while seen & WAITERS == 0 {
            // Ordering: Release synchronizes with the Acquire in `take_stored` and `WaitersBit::announce`. Done even if a
            // notification is stored, so that this caller's writes are published too.
            match word.compare_exchange_weak(seen, seen | STORED, Ordering::Release, Ordering::Relaxed) {
                Ok(_) => return,
                Err(now) => seen = now,
            }
        }
        self.notify_first();
    }

    /// Notifies the first waiter that no broadcast has notified, or stores the notification.
    #[inline(never)]
    fn notify_first(&self) {
        let mut over = false;
        self.queue.lock().wake_loop(|locked| {
            if over {
                return Served::Nobody;
            }
            // mistake a_notification_goes_to_a_waiter_of_a_broadcast: locked.front_is_overdue(WAITING) ~> false
            if locked.front_is_overdue(WAITING) {
                return serve_front(locked, Verdict::Refused);
            }
            over = true;
            if locked.is_empty(WAITING) {
                // mistake a_notification_for_a_waiter_that_left_is_lost:
                //     locked.word().fetch_or(STORED, Ordering::Release); ~>
                // Ordering: Release, as in `notify_one`.
                locked.word().fetch_or(STORED, Ordering::Release);
                return Served::Nobody;
            }
            serve_front(locked, Verdict::Granted)
        });
    }

    #[inline]
    pub(super) fn notify_waiters(&self) {
        // mistake a_broadcast_only_looks: self.queue.word.fetch_or(0, Ordering::Release) ~>
        //     self.queue.word.load(Ordering::Relaxed)
        // Ordering: Release synchronizes with the Acquire in `WaitersBit::announce`. A read-modify-write, although it
        // changes nothing: a wait that it does not see in the word begins after it in the order of the word, and then sees
        // what was done before the broadcast. So a task that enables a wait, then looks, and then waits misses nothing.
        if self.queue.word.fetch_or(0, Ordering::Release) & WAITERS != 0 {
            self.broadcast();
        }
    }

    #[inline(never)]
    fn broadcast(&self) {
        let mut locked = self.queue.lock();
        let waiters = locked.count();
        let cohort = locked.state_mut().begin(waiters);
        locked.wake_loop(|locked| {
            // mistake a_pulse_reaches_late_comers: locked.front_is_of(WAITING, cohort) ~>
            //     !locked.is_empty(WAITING) && { let _ = cohort; true }
            if locked.front_is_of(WAITING, cohort) {
                // mistake a_pulse_is_passed_on: Verdict::Refused ~> Verdict::Granted
                serve_front(locked, Verdict::Refused)
            } else {
                Served::Nobody
            }
        });
    }

    /// Takes the stored notification, unless somebody is at work on the list.
    #[inline]
    pub(super) fn take_stored(&self) -> bool {
        let word = &self.queue.word;
        // Ordering: Relaxed, the exchange checks it.
        word.load(Ordering::Relaxed) == STORED
            // Ordering: Acquire synchronizes with the Release in `notify_one`.
            && word.compare_exchange(STORED, 0, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    /// Whether a notification is stored, at this moment.
    pub(super) fn is_stored(&self) -> bool {
        // Ordering: Relaxed, for `Debug` only.
        self.queue.word.load(Ordering::Relaxed) & STORED != 0
    }

    pub(super) fn waiters(&self) -> usize {
        self.queue.lock().count()
    }
}

/// Notifies the first waiter. There is one.
#[inline]
fn serve_front(locked: &mut Locked<'_, NotifyCore>, verdict: Verdict) -> Served {
    let waker = locked.decide(WAITING, verdict);
    locked.retract_if_nobody_waits();
    Served::One(waker)
}
