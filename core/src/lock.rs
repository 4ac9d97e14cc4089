//! [`Lock`]: mutual exclusion, first come, first served.
//!
//! # The word
//!
//! | bits | name       | meaning                                                                            |
//! |------|------------|------------------------------------------------------------------------------------|
//! | 0    | `LOCKED`   | somebody owns the lock, or it was handed to a waiter that has not run yet          |
//! | 1    | `WAITERS`  | the list is not empty (invariant 5 of the wait queue)                              |
//! | 2    | `NOTIFIED` | the first waiter was woken to try, and has not looked yet; the lock was left free  |
//! | 3..  | overtaken  | how many later arrivals took the lock since its first waiter became the first      |
//!
//! # Invariants
//! 1. Without bypass the lock is never free while anybody waits: an unlock hands it over, and `LOCKED` stays.
//! 2. With bypass it may be free while somebody waits; then `NOTIFIED` is set and overtaken is below the limit.
//!    Each arrival that takes it counts one; an unlock that finds the limit reached hands over.
//! 3. `NOTIFIED` is set exactly while the first waiter's waker is out. When the first waiter changes, the bit
//!    is cleared or the new one is woken, in the critical section of that change.

#[cfg(feature = "alloc")]
use alloc::sync::Arc;
use core::fmt;
use core::marker::PhantomData;
use core::ops::Deref;

use crate::loom::{AtomicU16, Ordering, UnsafeCell, const_fn};
use crate::wait_queue::{Locked, Policy, Ticket, Verdict, WaitFuture, WaitList, WaitQueue, Waiter, Waiters};
use crate::wake_batch::WakeBatch;

mod guard;

pub use guard::{LockGuard, MappedLockGuard};
#[cfg(feature = "alloc")]
pub use guard::{OwnedLockGuard, OwnedMappedLockGuard};

const LOCKED: u16 = 1;
const WAITERS: u16 = 2;
const NOTIFIED: u16 = 4;
const OVERTAKEN: u16 = 8;

/// What the word of a lock lies beside: how often its first waiter may be overtaken.
#[derive(Debug)]
pub struct Word {
    state: AtomicU16,
    limit: u16,
}

/// A lock without the data: what guards, futures and conditions work on, whatever `T` is.
#[derive(Debug)]
pub(crate) struct LockCore {
    queue: WaitQueue<Word, WaitList<()>>,
}

impl LockCore {
    const_fn! {
        const fn new(limit: u16) -> Self {
            Self { queue: WaitQueue::new(Word { state: AtomicU16::new(0), limit }, WaitList::new()) }
        }
    }

    #[inline(always)]
    fn word(&self) -> &AtomicU16 {
        &self.queue.word.state
    }

    #[inline(always)]
    fn try_lock(&self) -> bool {
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

    #[inline(always)]
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
        // One round: at most one is woken, and a batch has room for more than one.
        self.queue.wake_loop(self.queue.lock(), |locked, batch| self.pass_on(locked, batch));
    }

    fn may_be_overtaken(&self, word: u16) -> bool {
        word / OVERTAKEN < self.queue.word.limit
    }

    /// The owner gives the lock to the first waiter, or leaves it free for the first waiter to take.
    fn pass_on(&self, locked: &mut Locked<'_, WaitList<()>>, batch: &mut WakeBatch) {
        // Ordering: Relaxed. `LOCKED` is the caller's, so nobody counts an overtaking; the other bits change
        // under the lock. So the word stands still, and plain stores will do.
        let word = self.word().load(Ordering::Relaxed);
        if locked.state.is_empty() {
            // Whoever waited has been cancelled meanwhile. Ordering: Release as in `unlock`.
            self.word().store(0, Ordering::Release);
        } else if self.may_be_overtaken(word) {
            // Ordering: Release as in `unlock`.
            self.word().store((word | NOTIFIED) & !LOCKED, Ordering::Release);
            if let Some(waker) = locked.state.take_front_waker() {
                batch.push(waker);
            }
        } else {
            let last = locked.waiters.count() == 1;
            // Before the waiter is told: it may unlock at once. Ordering: Relaxed, the new owner learns of it
            // through its status, and a later exchange of the word by another thread needs only the unlock's.
            self.word().store(LOCKED | if last { 0 } else { WAITERS }, Ordering::Relaxed);
            locked.waiters.decide(locked.state, Verdict::Granted, batch);
        }
    }

    /// Takes the lock, or sets `WAITERS`; one exchange does either, so no unlock slips between them.
    fn announce(&self) -> bool {
        // Ordering: Relaxed, the exchange below checks it.
        let mut word = self.word().load(Ordering::Relaxed);
        loop {
            let next = match word & (LOCKED | WAITERS) {
                0 => LOCKED,
                WAITERS => (word | LOCKED) + OVERTAKEN,
                _ => word | WAITERS,
            };
            // Ordering: Acquire as in `try_lock`, for the case that it was free.
            match self.word().compare_exchange_weak(word, next, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return word & LOCKED == 0,
                Err(now) => word = now,
            }
        }
    }

    /// The first waiter, woken with the lock free: takes it, unless it was overtaken; then asks to be woken again.
    fn retry(&self, locked: &mut Locked<'_, WaitList<()>>, waiter: Ticket) -> bool {
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
    fn serve(&self, locked: &mut Locked<'_, WaitList<()>>, batch: &mut WakeBatch) {
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
        if first_left && word & LOCKED == 0 {
            if let Some(waker) = locked.state.take_front_waker() {
                batch.push(waker);
            }
        }
    }

    /// Takes over, from a condition, the first waiters that were told and stand for this lock: one as the owner
    /// if the lock is free, the others as the last in the queue. Each is woken once, when it owns the lock.
    pub(crate) fn adopt(&self, waiters: &mut Waiters, told: &mut WaitList<usize>, batch: &mut WakeBatch) {
        let mut locked = self.queue.lock();
        while !batch.is_full() && told.front_request() == Some(&self.address()) {
            if self.announce() {
                waiters.decide(told, Verdict::Granted, batch);
            } else {
                waiters.move_front(told, &mut locked);
                batch.count_one();
            }
        }
    }

    /// What tells this lock from others as long as it lives.
    pub(crate) fn address(&self) -> usize {
        core::ptr::from_ref(self).addr()
    }
}

/// An asynchronous mutual exclusion lock around a value.
///
/// Either unlocked, or owned by one [`LockGuard`]; waiters stand in a queue inside their own futures, so a
/// lock neither allocates nor grows. It takes up to four words beside the value, and lives in a `static`.
///
/// There is no poisoning: a panic in a critical section unlocks, and the value is as the panic left it.
///
/// # Fairness
/// [`new`](Self::new): ownership is handed to the longest waiter; nobody overtakes, and a lock that is waited
/// for is never seen free. As in asyncio, an owner that unlocks and locks again goes to the back.
///
/// [`with_bypass`](Self::with_bypass): the lock is left free for whoever is running, which saves a task switch
/// per critical section, but the first waiter is overtaken at most `limit` times before it is handed over.
/// No clock is involved, so the bound holds without an operating system too.
///
/// A queued future that is alive but not polled (kept aside in a `select!` loop, say) is given the lock like
/// any other, and then keeps everybody out until it is polled or dropped. Drop what you do not poll.
///
/// # Interrupt handlers
/// With the feature `critical-section`, [`try_lock`](Self::try_lock) may be called from one, and the guard
/// dropped there.
///
/// # Examples
/// ```
/// # use anywake_core as anywake;
/// # async fn example() {
/// static VISITS: anywake::Lock<u32> = anywake::Lock::new(0);
///
/// *VISITS.lock().await += 1;
/// assert_eq!(*VISITS.lock().await, 1);
/// # }
/// # anywake_core::doctest::block_on(example());
/// ```
pub struct Lock<T: ?Sized> {
    core: LockCore,
    value: UnsafeCell<T>,
}

// SAFETY: the lock hands `&mut T` to one thread after another, never `&T` to two at once, and drops the value
// on the last: all of that is sending, so `T: Send` is what it takes, and enough.
unsafe impl<T: ?Sized + Send> Sync for Lock<T> {}

impl<T> Lock<T> {
    const_fn! {
        /// An unlocked lock that is handed over first come, first served.
        #[must_use]
        pub const fn new(value: T) -> Self {
            Self { core: LockCore::new(0), value: UnsafeCell::new(value) }
        }
    }

    const_fn! {
        /// An unlocked lock whose first waiter may be overtaken up to `limit` times; 0 is as [`new`](Self::new).
        ///
        /// # Panics
        /// If `limit` is above [`MAX_BYPASS`](Self::MAX_BYPASS); in a `static` or `const` it does not compile.
        #[must_use]
        pub const fn with_bypass(value: T, limit: u16) -> Self {
            assert!(limit <= Self::MAX_BYPASS, "the bypass limit of a Lock is at most Lock::MAX_BYPASS (8191)");
            Self { core: LockCore::new(limit), value: UnsafeCell::new(value) }
        }
    }

    /// The value, without locking: owning the lock shows that nobody else uses it.
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl Lock<()> {
    const LIMIT: u16 = u16::MAX / OVERTAKEN;
}

impl<T: ?Sized> Lock<T> {
    /// The highest bypass limit.
    pub const MAX_BYPASS: u16 = Lock::LIMIT;

    /// Waits until the lock is the caller's.
    ///
    /// # Cancel safety
    /// Dropping the future gives up its place in the queue; if the lock had been handed to it, the next waiter
    /// gets it. Nothing else is lost.
    ///
    /// # Fairness
    /// See [`Lock`]. The place in the queue is taken at the first poll.
    ///
    /// # Examples
    /// ```
    /// # async fn example() {
    /// let lock = anywake_core::Lock::new(vec![1]);
    /// lock.lock().await.push(2);
    /// assert_eq!(lock.into_inner(), [1, 2]);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[inline(always)]
    pub fn lock(&self) -> LockFuture<'_, T> {
        WaitFuture::new(LockPolicy::new(self), ())
    }

    /// Takes the lock if it is free, without waiting. Does not overtake a waiter, or not beyond the bypass limit.
    ///
    /// May be called from an interrupt handler with the feature `critical-section`.
    ///
    /// # Examples
    /// ```
    /// let lock = anywake_core::Lock::new(5);
    /// let guard = lock.try_lock().expect("nobody has it");
    /// assert!(lock.try_lock().is_none());
    /// assert_eq!(*guard, 5);
    /// ```
    #[inline]
    pub fn try_lock(&self) -> Option<LockGuard<'_, T>> {
        self.core.try_lock().then(|| LockGuard::new(self))
    }

    /// The value, without locking: the exclusive reference shows that nobody else uses it.
    pub fn get_mut(&mut self) -> &mut T {
        // SAFETY: `&mut self`, so no guard is alive.
        self.value.with_mut(|value| unsafe { &mut *value })
    }

    /// Whether somebody owns it. True while it is handed over, so it does not flicker while others wait.
    pub fn is_locked(&self) -> bool {
        // Ordering: Relaxed, the answer may be old as soon as it is given; it orders nothing.
        self.core.word().load(Ordering::Relaxed) & LOCKED != 0
    }

    /// How many wait for it.
    pub fn waiters(&self) -> usize {
        self.core.queue.lock().waiters.count()
    }

    /// Waits like [`lock`](Self::lock), for a guard that keeps the lock alive and may go anywhere.
    ///
    /// # Cancel safety
    /// As for [`lock`](Self::lock).
    ///
    /// # Examples
    /// ```
    /// # use std::sync::Arc;
    /// # async fn example() {
    /// let lock = Arc::new(anywake_core::Lock::new(1));
    /// let guard = Arc::clone(&lock).lock_owned().await;
    /// std::thread::spawn(move || drop(guard)).join().unwrap();
    /// assert!(!lock.is_locked());
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg(feature = "alloc")]
    pub fn lock_owned(self: Arc<Self>) -> OwnedLockFuture<T> {
        WaitFuture::new(LockPolicy::new(self), ())
    }

    /// As [`try_lock`](Self::try_lock), for a guard that keeps the lock alive.
    #[cfg(feature = "alloc")]
    pub fn try_lock_owned(self: Arc<Self>) -> Option<OwnedLockGuard<T>> {
        self.core.try_lock().then(|| LockGuard::new(self))
    }
}

impl<T: Default> Default for Lock<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> From<T> for Lock<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Lock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lock = f.debug_struct("Lock");
        match self.try_lock() {
            Some(guard) => lock.field("value", &&*guard),
            None => lock.field("value", &format_args!("<locked>")),
        };
        lock.field("waiters", &self.waiters()).finish()
    }
}

/// The future of [`Lock::lock`].
pub type LockFuture<'a, T> = WaitFuture<LockPolicy<'a, T, &'a Lock<T>>>;
/// The future of [`Lock::lock_owned`].
#[cfg(feature = "alloc")]
pub type OwnedLockFuture<T> = WaitFuture<LockPolicy<'static, T, Arc<Lock<T>>>>;

/// Asks for the ownership of a lock, held as `H`.
#[derive(Debug)]
pub struct LockPolicy<'a, T: ?Sized, H: Deref<Target = Lock<T>>> {
    lock: Option<H>,
    borrowed: PhantomData<&'a ()>,
}

impl<T: ?Sized, H: Deref<Target = Lock<T>>> LockPolicy<'_, T, H> {
    #[inline(always)]
    pub(crate) fn new(lock: H) -> Self {
        Self { lock: Some(lock), borrowed: PhantomData }
    }

    /// The lock, for another way of asking for it.
    pub(crate) fn take(&mut self) -> Option<H> {
        self.lock.take()
    }

    #[inline(always)]
    pub(crate) fn core(&self) -> &LockCore {
        // Only `output` takes it, and a wait gives its output once.
        &self.lock.as_ref().expect("asked again after the output").core
    }
}

impl<'a, T: ?Sized, H: Deref<Target = Lock<T>>> Policy for LockPolicy<'a, T, H> {
    type Word = Word;
    type State = WaitList<()>;
    type Request = ();
    type Grant = ();
    type Output = LockGuard<'a, T, H>;

    #[inline(always)]
    fn queue(&self) -> &WaitQueue<Word, WaitList<()>> {
        &self.core().queue
    }

    fn list<'s>(state: &'s mut WaitList<()>, _: &Waiter<()>) -> &'s mut WaitList<()> {
        state
    }

    #[inline(always)]
    fn try_now(&self, (): &()) -> Option<()> {
        self.core().try_lock().then_some(())
    }

    fn try_locked<'q>(
        &self,
        locked: Locked<'q, WaitList<()>>,
        (): &(),
    ) -> Result<(), Locked<'q, WaitList<()>>> {
        if self.core().announce() { Ok(()) } else { Err(locked) }
    }

    fn retry(&self, locked: &mut Locked<'_, WaitList<()>>, waiter: Ticket) -> bool {
        self.core().retry(locked, waiter)
    }

    #[inline(always)]
    fn settle(&self, _: Verdict, (): &()) {}

    fn revoke(&self, _: Verdict, (): &()) {
        self.core().unlock();
    }

    fn serve(&self, locked: &mut Locked<'_, WaitList<()>>, batch: &mut WakeBatch) {
        self.core().serve(locked, batch);
    }

    #[inline(always)]
    fn output(&mut self, (): (), (): &()) -> LockGuard<'a, T, H> {
        LockGuard::new(self.lock.take().expect("asked again after the output"))
    }
}
