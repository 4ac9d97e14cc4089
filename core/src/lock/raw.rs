//! A lock without the data: what guards, waits and conditions work on, whatever the data is.
//!
//! # The word
//!
//! | bits | name       | meaning                                                                              |
//! |------|------------|--------------------------------------------------------------------------------------|
//! | 0    | `LOCKED`   | the lock is owned, or was handed to a waiter that has not run yet                     |
//! | 1    | `WAITERS`  | the list is not empty (W5)                                                           |
//! | 2    | `WOKEN`    | the first waiter was woken to try, and has not looked yet; the lock was left free     |
//! | 3..  | overtaken  | how often others took the lock before its first waiter (K4)                          |
//!
//! # Invariants
//! * K1. Without bypass the lock is never free while anybody waits: an unlock hands it over, and `LOCKED` stays.
//! * K2. With bypass the lock may be free while others wait. Then `WOKEN` is set, and overtaken is below the limit. Each
//!   task that takes it before the first waiter counts one; an unlock that finds the limit reached hands the lock over.
//! * K3. `WOKEN` is set exactly while the first waiter's waker is out. When the first waiter changes, the bit is cleared
//!   or the new first waiter is woken, in the critical section of that change.
//! * K4. Overtaken never undercounts. It is reset by a hand-over, when the first waiter takes the lock, and when a
//!   woken first waiter is dropped before it looks. If it is dropped after it looked, its successor inherits the count,
//!   and gets the lock the sooner. At its maximum the count stays; only a bypass without a limit goes so far.
//! * K5. Only the owner of the lock, and the holder of the internal lock on its behalf, clears `LOCKED`. So while the
//!   lock is owned nobody but the owner hands it over.

use core::task::Waker;

use crate::sys::atomic::{AtomicU16, Ordering, const_fn};
use crate::wait::list::List;
use crate::wait::queue::{Core, Locked, WaitQueue};
use crate::wait::status::Verdict;
use crate::wait::waiter::{ListOf, NodePtr};

const LOCKED: u16 = 1;
const WAITERS: u16 = 2;
const WOKEN: u16 = 4;
const OVERTAKEN: u16 = 8;

/// The highest limit that the word can count to.
pub(super) const MAX_LIMIT: u16 = u16::MAX / OVERTAKEN;
/// No limit. The count never reaches it.
pub(super) const NO_LIMIT: u16 = u16::MAX;

/// The waiters of a lock, and those that a condition has requeued to it.
// SAFETY: W6, it is the only list of a `LockCore`, and its requests are `()`.
pub(crate) const LOCKERS: ListOf<()> = unsafe { ListOf::new(0) };

/// The atomic word, and beside it the constant bypass limit.
#[derive(Debug)]
pub(crate) struct Word {
    state: AtomicU16,
    limit: u16,
}

/// The word, and the queue of the waiters.
#[derive(Debug)]
pub(crate) struct LockCore {
    pub(super) queue: WaitQueue<Self>,
}

impl Core for LockCore {
    type Word = Word;
    type State = ();
    type Lists = [List; 1];

    #[inline]
    fn queue(&self) -> &WaitQueue<Self> {
        &self.queue
    }
}

/// The word after the lock was taken before its first waiter.
#[inline]
fn overtaking(word: u16) -> u16 {
    let taken = word | LOCKED;
    // mistake a_bypass_without_limit_overflows: word / OVERTAKEN < MAX_LIMIT ~> true
    if word / OVERTAKEN < MAX_LIMIT { taken + OVERTAKEN } else { taken }
}

impl LockCore {
    const_fn! {
        pub(super) const fn new(limit: u16) -> Self {
            Self { queue: WaitQueue::new(Word { state: AtomicU16::new(0), limit }, (), [const { List::new() }; 1]) }
        }
    }

    #[inline]
    fn word(&self) -> &AtomicU16 {
        &self.queue.word.state
    }

    pub(crate) fn waiters(&self) -> usize {
        self.queue.lock().count()
    }

    pub(crate) fn is_locked(&self) -> bool {
        // Ordering: Relaxed, the answer may be old as soon as it is returned; it orders nothing.
        self.word().load(Ordering::Relaxed) & LOCKED != 0
    }

    #[inline]
    pub(crate) fn try_lock(&self) -> bool {
        // Ordering: Acquire synchronizes with the Release of the unlock that freed it, in `unlock`,
        // `unlock_contended` or `pass_on`.
        match self.word().compare_exchange(0, LOCKED, Ordering::Acquire, Ordering::Relaxed) {
            Ok(_) => true,
            Err(word) => word & LOCKED == 0 && self.barge(word),
        }
    }

    /// Takes a lock that is free although others wait for it: only with bypass, and counted.
    #[cold]
    fn barge(&self, mut word: u16) -> bool {
        while word & LOCKED == 0 {
            let taken = if word & WAITERS == 0 { LOCKED } else { overtaking(word) };
            // Ordering: Acquire as in `try_lock`.
            match self.word().compare_exchange_weak(word, taken, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(now) => word = now,
            }
        }
        false
    }

    #[inline]
    pub(crate) fn unlock(&self) {
        // Ordering: Release synchronizes with the Acquire of the next owner, in `try_lock`, `barge`, `announce` or
        // `retry`.
        if self.word().compare_exchange(LOCKED, 0, Ordering::Release, Ordering::Relaxed).is_err() {
            self.unlock_contended();
        }
    }

    #[inline(never)]
    fn unlock_contended(&self) {
        // Ordering: Relaxed, the exchange below checks it.
        let mut word = self.word().load(Ordering::Relaxed);
        // The first waiter is on its way already, and may still be overtaken: leave the lock to both.
        while word & WOKEN != 0 && self.may_be_overtaken(word) {
            let free = word & !LOCKED;
            // Ordering: Release as in `unlock`.
            match self.word().compare_exchange_weak(word, free, Ordering::Release, Ordering::Relaxed) {
                Ok(_) => return,
                Err(now) => word = now,
            }
        }
        let mut locked = self.queue.lock();
        let first = self.pass_on(&mut locked);
        locked.wake(first);
    }

    fn may_be_overtaken(&self, word: u16) -> bool {
        // mistake one_bypass_too_many: word / OVERTAKEN < self.queue.word.limit ~>
        //     word / OVERTAKEN <= self.queue.word.limit && self.queue.word.limit > 0
        word / OVERTAKEN < self.queue.word.limit
    }

    /// The owner hands the lock to the first waiter, or leaves it free for the first waiter to take.
    fn pass_on(&self, locked: &mut Locked<'_, Self>) -> Option<Waker> {
        // Ordering: Relaxed. `LOCKED` is the caller's (K5), so nobody counts an overtaking, and the other bits change
        // under the internal lock. So the word stands still, and plain stores will do.
        let word = self.word().load(Ordering::Relaxed);
        if locked.is_empty(LOCKERS) {
            // The last waiter has been cancelled meanwhile. Ordering: Release as in `unlock`.
            self.word().store(0, Ordering::Release);
            None
        } else if self.may_be_overtaken(word) {
            // Ordering: Release as in `unlock`.
            self.word().store((word | WOKEN) & !LOCKED, Ordering::Release);
            locked.take_front_waker(LOCKERS)
        } else {
            let last = locked.count() == 1;
            // mistake a_hand_over_forgets_the_others: if last { 0 } else { WAITERS } ~> 0
            // Before the waiter is granted the lock, and owns the word. Ordering: Relaxed, the new owner learns of it
            // through its status, and a later exchange of the word by another thread needs only the unlock's Release.
            self.word().store(LOCKED | if last { 0 } else { WAITERS }, Ordering::Relaxed);
            locked.decide(LOCKERS, Verdict::Granted)
        }
    }

    /// Takes the lock, or sets `WAITERS`. One exchange does either, so no unlock slips between the two (W5).
    #[inline]
    pub(crate) fn announce(&self) -> bool {
        // Ordering: Relaxed, the exchange below checks it.
        let mut word = self.word().load(Ordering::Relaxed);
        loop {
            let next = match word & (LOCKED | WAITERS) {
                0 => LOCKED,
                // mistake a_bypass_that_waits_is_not_counted: overtaking(word) ~> word | LOCKED
                WAITERS => overtaking(word),
                LOCKED => word | WAITERS,
                // `WAITERS` is already set, and the lock is taken: queue behind the others.
                _ => return false,
            };
            // Ordering: Acquire as in `try_lock`, for the case that the lock was free.
            match self.word().compare_exchange_weak(word, next, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return word & LOCKED == 0,
                Err(now) => word = now,
            }
        }
    }

    /// Whether the first waiter was woken, has not looked yet, and the lock is taken again.
    #[inline]
    pub(super) fn retry_will_fail(&self) -> bool {
        // Ordering: Relaxed, it decides only whether a waker is cloned before the internal lock is taken, or between.
        self.word().load(Ordering::Relaxed) & (WOKEN | LOCKED) == WOKEN | LOCKED
    }

    /// A queued waiter is polled, with bypass: takes the lock if it is free. A first waiter that finds the lock taken
    /// asks to be woken again. Any other waiter that takes it overtakes the first one.
    pub(super) fn retry(&self, locked: &mut Locked<'_, Self>, waiter: NodePtr) -> bool {
        if self.queue.word.limit == 0 {
            return false;
        }
        let first = locked.front(LOCKERS) == Some(waiter);
        let alone = locked.count() == 1;
        // Ordering: Relaxed, the exchange below checks it.
        let mut word = self.word().load(Ordering::Relaxed);
        loop {
            let free = word & LOCKED == 0;
            let next = match (free, first) {
                (true, true) => LOCKED | if alone { 0 } else { WAITERS },
                // mistake a_bypass_in_the_queue_is_not_counted: overtaking(word) ~> word | LOCKED
                (true, false) => overtaking(word),
                (false, true) => word & !WOKEN,
                (false, false) => return false,
            };
            // Ordering: Acquire as in `try_lock`, for the case that the lock was free.
            match self.word().compare_exchange_weak(word, next, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return free,
                Err(now) => word = now,
            }
        }
    }

    /// A waiter has left the list undecided: keeps the word true to the list, and wakes the first waiter of a free lock.
    #[inline]
    pub(super) fn after_cancel(&self, mut locked: Locked<'_, Self>) {
        // Ordering: Relaxed, the exchange below checks it.
        let mut word = self.word().load(Ordering::Relaxed);
        // mistake a_woken_waiter_takes_its_wake_along: word & WOKEN != 0 && locked.front_is_asleep(LOCKERS) ~> false
        // The first waiter was woken and left: the one behind it has neither been woken nor overtaken as the first.
        let first_left = word & WOKEN != 0 && locked.front_is_asleep(LOCKERS);
        loop {
            let next = match (locked.is_empty(LOCKERS), first_left) {
                (true, _) => word & LOCKED,
                (false, true) if word & LOCKED == 0 => WAITERS | WOKEN,
                (false, true) => WAITERS | LOCKED,
                (false, false) => return,
            };
            // Ordering: Relaxed, this neither takes nor frees the lock. As a read-modify-write it carries the Release
            // of an earlier unlock on to a later Acquire.
            match self.word().compare_exchange_weak(word, next, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => break,
                Err(now) => word = now,
            }
        }
        let first = if first_left && word & LOCKED == 0 { locked.take_front_waker(LOCKERS) } else { None };
        locked.wake(first);
    }

    /// The internal lock, for a condition that requeues waiters. The caller owns the lock, so nobody takes it or hands
    /// it over meanwhile (K5), and `WAITERS` stays set until the lock is unlocked.
    pub(crate) fn receive(&self) -> Locked<'_, Self> {
        let locked = self.queue.lock();
        // mistake a_requeue_is_not_announced: self.word().fetch_or(WAITERS, Ordering::Relaxed); ~>
        // Ordering: Relaxed, the owner looks at the word again when it unlocks, and others under the internal lock.
        self.word().fetch_or(WAITERS, Ordering::Relaxed);
        locked
    }

    /// What tells this lock from all others that exist.
    pub(crate) fn address(&self) -> usize {
        core::ptr::from_ref(self).addr()
    }
}
