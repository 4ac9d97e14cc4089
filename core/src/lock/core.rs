//! A lock without the data: what guards, futures and conditions work on, whatever the data is.
//!
//! # The word
//!
//! | bits | name       | meaning                                                                            |
//! |------|------------|------------------------------------------------------------------------------------|
//! | 0    | `LOCKED`   | somebody owns the lock, or it was handed to a waiter that has not run yet          |
//! | 1    | `WAITERS`  | the list is not empty (invariant 5 of the wait queue)                              |
//! | 2    | `NOTIFIED` | the first waiter was woken to try, and has not looked yet; the lock was left free  |
//! | 3..  | overtaken  | how many later arrivals took the lock before its first waiter (invariant 4)        |
//!
//! # Invariants
//! 1. Without bypass the lock is never free while anybody waits: an unlock hands it over, and `LOCKED` stays.
//! 2. With bypass it may be free while somebody waits; then `NOTIFIED` is set and overtaken is below the limit.
//!    Each arrival that takes it counts one; an unlock that finds the limit reached hands over.
//! 3. `NOTIFIED` is set exactly while the first waiter's waker is out. When the first waiter changes, the bit
//!    is cleared or the new one is woken, in the critical section of that change.
//! 4. Overtaken is at least how often the first waiter was overtaken as the first. It begins anew with a hand-over,
//!    when the first takes the lock, and when a first that was woken leaves before it looked; one that leaves later
//!    passes its count on, and the next is handed the lock the sooner.

use core::task::Waker;

use crate::loom::{AtomicU16, Ordering, const_fn};
use crate::wait_queue::{Locked, Served, WaitQueue};
use crate::waiter::{Ticket, Verdict, WaitList, Waiters};

const LOCKED: u16 = 1;
const WAITERS: u16 = 2;
const NOTIFIED: u16 = 4;
const OVERTAKEN: u16 = 8;

/// How far the word can count.
pub(super) const MAX_LIMIT: u16 = u16::MAX / OVERTAKEN;

/// What the word of a lock lies beside: how often its first waiter may be overtaken.
#[derive(Debug)]
pub struct Word {
    state: AtomicU16,
    limit: u16,
}

/// The word, and the queue of those who wait.
#[derive(Debug)]
pub(crate) struct LockCore {
    pub(super) queue: WaitQueue<Word, WaitList<()>>,
}

impl LockCore {
    const_fn! {
        pub(super) const fn new(limit: u16) -> Self {
            Self { queue: WaitQueue::new(Word { state: AtomicU16::new(0), limit }, WaitList::new()) }
        }
    }

    #[inline]
    fn word(&self) -> &AtomicU16 {
        &self.queue.word.state
    }

    pub(super) fn is_locked(&self) -> bool {
        // Ordering: Relaxed, the answer may be old as soon as it is given; it orders nothing.
        self.word().load(Ordering::Relaxed) & LOCKED != 0
    }

    #[inline]
    pub(super) fn try_lock(&self) -> bool {
        // Ordering: Acquire synchronizes with the Release of the unlock that freed it, in `unlock`,
        // `unlock_contended` or `serve`.
        match self.word().compare_exchange(0, LOCKED, Ordering::Acquire, Ordering::Relaxed) {
            Ok(_) => true,
            Err(word) => word & LOCKED == 0 && self.overtake(word),
        }
    }

    /// Takes a lock that is free although somebody waits for it: only with bypass, and counted.
    #[cold]
    fn overtake(&self, mut word: u16) -> bool {
        while word & LOCKED == 0 {
            let taken = if word & WAITERS == 0 { LOCKED } else { (word | LOCKED) + OVERTAKEN };
            // Ordering: as in `try_lock`.
            match self.word().compare_exchange_weak(word, taken, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(now) => word = now,
            }
        }
        false
    }

    #[inline]
    pub(crate) fn unlock(&self) {
        // Ordering: Release synchronizes with the Acquire of whoever takes it next, in `try_lock`, `overtake`,
        // `announce` or `retry`.
        if self.word().compare_exchange(LOCKED, 0, Ordering::Release, Ordering::Relaxed).is_err() {
            self.unlock_contended();
        }
    }

    #[inline(never)]
    fn unlock_contended(&self) {
        // Ordering: Relaxed, the exchange below checks it.
        let mut word = self.word().load(Ordering::Relaxed);
        // The first waiter is on its way already, and may still be overtaken: leave the lock to both.
        while word & NOTIFIED != 0 && self.may_be_overtaken(word) {
            // Ordering: as in `unlock`.
            let free = word & !LOCKED;
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
        word / OVERTAKEN < self.queue.word.limit
    }

    /// The owner gives the lock to the first waiter, or leaves it free for the first waiter to take.
    fn pass_on(&self, locked: &mut Locked<'_, WaitList<()>>) -> Option<Waker> {
        // Ordering: Relaxed. `LOCKED` is the caller's, so nobody counts an overtaking; the other bits change
        // under the lock. So the word stands still, and plain stores will do.
        let word = self.word().load(Ordering::Relaxed);
        if locked.state.is_empty() {
            // Whoever waited has been cancelled meanwhile. Ordering: Release as in `unlock`.
            self.word().store(0, Ordering::Release);
            None
        } else if self.may_be_overtaken(word) {
            // Ordering: Release as in `unlock`.
            self.word().store((word | NOTIFIED) & !LOCKED, Ordering::Release);
            locked.state.take_front_waker()
        } else {
            let last = locked.waiters.count() == 1;
            // Before the waiter is told, who then owns the word. Ordering: Relaxed, the new owner learns of it
            // through its status, and a later exchange of the word by another thread needs only the unlock's.
            self.word().store(LOCKED | if last { 0 } else { WAITERS }, Ordering::Relaxed);
            locked.waiters.decide(locked.state, Verdict::Granted)
        }
    }

    /// Takes the lock, or sets `WAITERS`; one exchange does either, so no unlock slips between them.
    #[inline]
    pub(super) fn announce(&self) -> bool {
        // Ordering: Relaxed, the exchange below checks it.
        let mut word = self.word().load(Ordering::Relaxed);
        loop {
            let next = match word & (LOCKED | WAITERS) {
                0 => LOCKED,
                WAITERS => (word | LOCKED) + OVERTAKEN,
                LOCKED => word | WAITERS,
                // Announced by an earlier waiter. Should the lock be free by now, then for the first of them.
                _ => return false,
            };
            // Ordering: Acquire as in `try_lock`, for the case that it was free.
            match self.word().compare_exchange_weak(word, next, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return word & LOCKED == 0,
                Err(now) => word = now,
            }
        }
    }

    /// Whether the first waiter was woken, has not looked yet, and the lock is taken again.
    #[inline]
    pub(super) fn outrun(&self) -> bool {
        // Ordering: Relaxed, it decides only whether a waker is cloned before the queue's lock is taken, or between.
        self.word().load(Ordering::Relaxed) & (NOTIFIED | LOCKED) == NOTIFIED | LOCKED
    }

    /// The first waiter, woken with the lock free: takes it, unless it was overtaken; then asks to be woken again.
    pub(super) fn retry(&self, locked: &mut Locked<'_, WaitList<()>>, waiter: Ticket) -> bool {
        if self.queue.word.limit == 0 || locked.state.front() != Some(waiter) {
            return false;
        }
        let alone = locked.waiters.count() == 1;
        // Ordering: Relaxed, the exchange below checks it.
        let mut word = self.word().load(Ordering::Relaxed);
        loop {
            let free = word & LOCKED == 0;
            let next = match (free, alone) {
                (true, true) => LOCKED,
                (true, false) => LOCKED | WAITERS,
                (false, _) => word & !NOTIFIED,
            };
            // Ordering: Acquire as in `try_lock`, for the case that it was free.
            match self.word().compare_exchange_weak(word, next, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return free,
                Err(now) => word = now,
            }
        }
    }

    /// A waiter has left: keeps the word true to the list, and a free lock in the sight of its first waiter.
    #[inline]
    pub(super) fn serve(&self, locked: Locked<'_, WaitList<()>>) {
        // Ordering: Relaxed, the exchange below checks it.
        let mut word = self.word().load(Ordering::Relaxed);
        // The first waiter was woken and left: the one behind it has neither been woken nor overtaken as first.
        let first_left = word & NOTIFIED != 0 && locked.state.front_is_asleep();
        loop {
            let next = match (locked.state.is_empty(), first_left) {
                (true, _) => word & LOCKED,
                (false, true) if word & LOCKED == 0 => WAITERS | NOTIFIED,
                (false, true) => WAITERS | LOCKED,
                (false, false) => return,
            };
            // Ordering: Relaxed, neither takes nor gives the lock; as a read-modify-write it carries on the
            // Release of an earlier unlock to a later Acquire.
            match self.word().compare_exchange_weak(word, next, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => break,
                Err(now) => word = now,
            }
        }
        let first = if first_left && word & LOCKED == 0 { locked.state.take_front_waker() } else { None };
        locked.wake(first);
    }

    /// Takes over, from a condition, the first waiter that was told if it stands for this lock: as the owner if the
    /// lock is free, else as the last in the queue. It is woken once, when it owns the lock.
    pub(crate) fn adopt(&self, waiters: &mut Waiters, told: &mut WaitList<usize>) -> Served {
        if told.front_request() != Some(&self.address()) {
            return Served::Nobody;
        }
        // A look, and not an attempt: of many that were told, all but the first find the lock taken.
        if !self.is_locked() && self.try_lock() {
            return Served::One(waiters.decide(told, Verdict::Granted));
        }
        let mut locked = self.queue.lock();
        Served::One(if self.announce() {
            waiters.decide(told, Verdict::Granted)
        } else {
            waiters.move_front(told, &mut locked);
            None
        })
    }

    /// What tells this lock from others as long as it lives.
    pub(crate) fn address(&self) -> usize {
        core::ptr::from_ref(self).addr()
    }
}
