//! [`Semaphore`]: a number of permits, handed out first come, first served.
//!
//! # The word
//!
//! | bits | name      | meaning                                                                            |
//! |------|-----------|------------------------------------------------------------------------------------|
//! | 0    | `WAITERS` | the list is not empty (invariant 5 of the wait queue)                              |
//! | 1    | `CLOSED`  | for good                                                                           |
//! | 2..  | permits   | available ones, *signed*: below zero is a debt that permits which come back pay    |
//!
//! # Invariants
//! 1. available + held = `total` ≤ `bound`. `bound` is what can ever be, [`MAX`] unless the semaphore is
//!    bounded; `bound - total` is what `release` may still bring. So a permit that is dropped never overflows.
//! 2. While `WAITERS` is set, permits are taken under the lock only, for the first waiter: it collects what
//!    comes back until its request is met, and smaller requests stay behind it.
//! 3. Both flags change under the lock only.
//! 4. Permits that come while somebody waits need not pass through the word: if it holds none, and the first waits for
//!    just so many, it is told, and owns them. Those behind it are no worse off than if it had taken them from the word.

#[cfg(feature = "alloc")]
use alloc::sync::Arc;
use core::fmt;
use core::task::Waker;

use crate::error::{ReleaseError, TooManyPermits, TryAcquireError};
use crate::loom::{AtomicUsize, Ordering, const_fn};
use crate::on_drop::OnDrop;
use crate::wait_future::WaitFuture;
use crate::wait_queue::{Locked, Served, WaitQueue};
use crate::waiter::{Verdict, WaitList};

mod permit;
mod policy;

#[cfg(feature = "alloc")]
pub use permit::OwnedPermit;
pub use permit::{Permit, Permits};
use policy::AcquirePolicy;
pub use policy::{AcquireFuture, AcquireManyFuture};
#[cfg(feature = "alloc")]
pub use policy::{OwnedAcquireFuture, OwnedAcquireManyFuture};

const WAITERS: usize = 1;
const CLOSED: usize = 2;
const ONE: usize = 4;
const MAX: usize = usize::MAX / (2 * ONE);

/// What the lock guards.
#[derive(Debug)]
pub struct State {
    list: WaitList<usize>,
    /// Available and held, debts taken off.
    total: isize,
    bound: usize,
}

/// An asynchronous counting semaphore.
///
/// Holds a number of permits. [`acquire`](Self::acquire) takes one and waits while there is none; the
/// [`Permit`] gives it back when it is dropped. Waiters stand in a queue inside their own futures, so a
/// semaphore neither allocates nor grows, and lives in a `static`.
///
/// A [`bounded`](Self::bounded) one, as asyncio's `BoundedSemaphore`, never holds more permits than it began
/// with: it counts those that are out, and [`release`](Self::release) gives back only what was forgotten.
///
/// # Fairness
/// First come, first served, by direct hand-over. A request for many waits at the front until all are there;
/// smaller ones queue behind it, so it is not starved. `try_acquire` fails while others queue.
///
/// # Interrupt handlers
/// With the feature `critical-section`, [`release`](Self::release) and the `try_` methods may be called from
/// one, and permits dropped there.
///
/// # Examples
/// ```
/// # async fn example() {
/// static FILES: anywake_core::Semaphore = anywake_core::Semaphore::new(2);
///
/// let one = FILES.acquire().await.unwrap();
/// let two = FILES.acquire().await.unwrap();
/// assert!(FILES.try_acquire().is_err());
/// drop((one, two));
/// assert_eq!(FILES.available_permits(), 2);
/// # }
/// # anywake_core::doctest::block_on(example());
/// ```
pub struct Semaphore {
    queue: WaitQueue<AtomicUsize, State>,
}

impl Semaphore {
    /// The most permits that a semaphore can count: an eighth of the address space.
    pub const MAX_PERMITS: usize = MAX;

    const_fn! {
        /// A semaphore with `permits` permits, to which [`release`](Self::release) may add.
        ///
        /// # Panics
        /// Above [`MAX_PERMITS`](Self::MAX_PERMITS); in a `static` or `const` it does not compile.
        /// [`try_new`](Self::try_new) gives an error instead.
        #[must_use]
        pub const fn new(permits: usize) -> Self {
            assert!(permits <= MAX, "more permits than Semaphore::MAX_PERMITS");
            Self::with(permits, MAX)
        }
    }

    const_fn! {
        /// A semaphore that never holds more than its first `permits` permits.
        ///
        /// # Panics
        /// Above [`MAX_PERMITS`](Self::MAX_PERMITS); in a `static` or `const` it does not compile.
        /// [`try_bounded`](Self::try_bounded) gives an error instead.
        #[must_use]
        pub const fn bounded(permits: usize) -> Self {
            assert!(permits <= MAX, "more permits than Semaphore::MAX_PERMITS");
            Self::with(permits, permits)
        }
    }

    const_fn! {
        const fn with(permits: usize, bound: usize) -> Self {
            let state = State { list: WaitList::new(), total: permits as isize, bound };
            Self { queue: WaitQueue::new(AtomicUsize::new(permits * ONE), state) }
        }
    }

    /// As [`new`](Self::new), for a number that comes from elsewhere.
    ///
    /// # Errors
    /// [`TooManyPermits`] above [`MAX_PERMITS`](Self::MAX_PERMITS).
    pub fn try_new(permits: usize) -> Result<Self, TooManyPermits> {
        if permits <= MAX { Ok(Self::new(permits)) } else { Err(TooManyPermits) }
    }

    /// As [`bounded`](Self::bounded), for a number that comes from elsewhere.
    ///
    /// # Errors
    /// [`TooManyPermits`] above [`MAX_PERMITS`](Self::MAX_PERMITS).
    pub fn try_bounded(permits: usize) -> Result<Self, TooManyPermits> {
        if permits <= MAX { Ok(Self::bounded(permits)) } else { Err(TooManyPermits) }
    }

    /// Waits for a permit.
    ///
    /// # Cancel safety
    /// Dropping the future gives up its place in the queue; if a permit had been handed to it, the next waiter
    /// gets it.
    ///
    /// # Errors
    /// [`Closed`](crate::Closed) if the semaphore is closed before a permit came.
    #[inline]
    pub fn acquire(&self) -> AcquireFuture<'_> {
        WaitFuture::new(AcquirePolicy::new(self), 1)
    }

    /// Waits for `n` permits, and takes them together.
    ///
    /// # Cancel safety
    /// As for [`acquire`](Self::acquire): a future that is dropped holds no part of its permits.
    ///
    /// # Errors
    /// [`AcquireError::TooMany`](crate::AcquireError::TooMany), at once, if `n` is more than the semaphore can ever hold (and later, if
    /// [`reduce`](Self::reduce) makes it so); [`AcquireError::Closed`](crate::AcquireError::Closed) if the semaphore is closed first.
    ///
    /// # Examples
    /// ```
    /// # async fn example() {
    /// use anywake_core::{AcquireError, Semaphore};
    ///
    /// let slots = Semaphore::bounded(4);
    /// assert_eq!(slots.acquire_many(3).await.unwrap().count(), 3);
    /// assert_eq!(slots.acquire_many(5).await.unwrap_err(), AcquireError::TooMany);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[inline]
    pub fn acquire_many(&self, n: usize) -> AcquireManyFuture<'_> {
        WaitFuture::new(AcquirePolicy::new(self), n)
    }

    /// Takes a permit if one is there and nobody queues for it.
    ///
    /// May be called from an interrupt handler with the feature `critical-section`.
    ///
    /// # Errors
    /// [`TryAcquireError::NoPermits`] or [`TryAcquireError::Closed`].
    #[inline]
    pub fn try_acquire(&self) -> Result<Permit<'_>, TryAcquireError> {
        self.try_acquire_many(1)
    }

    /// Takes `n` permits if they are there and nobody queues.
    ///
    /// # Errors
    /// Why not: see [`TryAcquireError`].
    #[inline]
    pub fn try_acquire_many(&self, n: usize) -> Result<Permit<'_>, TryAcquireError> {
        if self.try_take(n) { Ok(Permits::new(self, n)) } else { Err(self.why_not(n)) }
    }

    /// As [`acquire`](Self::acquire), for a permit that keeps the semaphore alive and may go anywhere.
    #[cfg(feature = "alloc")]
    pub fn acquire_owned(self: Arc<Self>) -> OwnedAcquireFuture {
        WaitFuture::new(AcquirePolicy::new(self), 1)
    }

    /// As [`acquire_many`](Self::acquire_many), for a permit that keeps the semaphore alive.
    #[cfg(feature = "alloc")]
    pub fn acquire_many_owned(self: Arc<Self>, n: usize) -> OwnedAcquireManyFuture {
        WaitFuture::new(AcquirePolicy::new(self), n)
    }

    /// As [`try_acquire`](Self::try_acquire), errors too, for a permit that keeps the semaphore alive.
    #[cfg(feature = "alloc")]
    pub fn try_acquire_owned(self: Arc<Self>) -> Result<OwnedPermit, TryAcquireError> {
        self.try_acquire_many_owned(1)
    }

    /// As [`try_acquire_many`](Self::try_acquire_many), errors too, for a permit that keeps the semaphore alive.
    #[cfg(feature = "alloc")]
    pub fn try_acquire_many_owned(self: Arc<Self>, n: usize) -> Result<OwnedPermit, TryAcquireError> {
        if self.try_take(n) { Ok(Permits::new(self, n)) } else { Err(self.why_not(n)) }
    }

    /// Brings `n` permits: new ones, or such as were [forgotten](Permit::forget).
    ///
    /// May be called from an interrupt handler with the feature `critical-section`.
    ///
    /// # Errors
    /// [`ReleaseError`], and nothing changes, if there would be more than the semaphore may ever have: its
    /// bound, or [`MAX_PERMITS`](Self::MAX_PERMITS). Permits that are out count, unlike in asyncio, whose
    /// `BoundedSemaphore` lets a release too many pass while another task holds a permit.
    ///
    /// # Examples
    /// ```
    /// # async fn example() {
    /// let turn = anywake_core::Semaphore::bounded(1);
    /// turn.acquire().await.unwrap().forget();
    /// assert!(turn.release(1).is_ok());
    /// assert!(turn.release(1).is_err());
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    pub fn release(&self, n: usize) -> Result<(), ReleaseError> {
        let locked = self.queue.lock();
        let room = locked.state.bound as isize - locked.state.total;
        if n > room as usize {
            return Err(ReleaseError);
        }
        locked.state.total += n as isize;
        self.give(locked, n);
        Ok(())
    }

    /// Takes `n` permits out of circulation: available ones now, the others as they come back. Gives how many
    /// that will be, which is fewer than `n` if there are fewer.
    ///
    /// The bound of a bounded semaphore sinks with them; who waits for more than that gets
    /// [`AcquireError::TooMany`](crate::AcquireError::TooMany).
    pub fn reduce(&self, n: usize) -> usize {
        let locked = self.queue.lock();
        let State { total, bound, .. } = &mut *locked.state;
        let n = if *bound == MAX {
            n.min((*total).max(0) as usize)
        } else {
            let n = n.min(*bound);
            *bound -= n;
            n
        };
        *total -= n as isize;
        // Ordering: Relaxed, it takes nothing that others left behind; it carries their Release on.
        self.queue.word.fetch_sub(n * ONE, Ordering::Relaxed);
        self.serve(locked);
        n
    }

    /// How many could be taken now, were nobody queueing.
    pub fn available_permits(&self) -> usize {
        // Ordering: Relaxed, the answer may be old as soon as it is given; it orders nothing.
        available(self.queue.word.load(Ordering::Relaxed))
    }

    /// How many requests wait.
    pub fn waiters(&self) -> usize {
        self.queue.lock().waiters.count()
    }

    /// Refuses all requests from now on, those that wait included. Permits that are out stay good.
    ///
    /// Whoever finds it closed, or is refused for it, sees what was done before.
    pub fn close(&self) {
        let locked = self.queue.lock();
        // Ordering: Release synchronizes with the Acquire in `is_closed` and of those who are refused.
        self.queue.word.fetch_or(CLOSED, Ordering::Release);
        self.serve(locked);
    }

    /// Whether [`close`](Self::close) was called.
    #[inline]
    pub fn is_closed(&self) -> bool {
        // Ordering: Acquire synchronizes with the Release in `close`.
        self.queue.word.load(Ordering::Acquire) & CLOSED != 0
    }

    /// Takes `n` permits if they are there, nobody queues, and it is open.
    #[inline]
    fn try_take(&self, n: usize) -> bool {
        // Ordering: Relaxed, the exchange below checks it.
        let mut word = self.queue.word.load(Ordering::Relaxed);
        loop {
            if word & (WAITERS | CLOSED) != 0 || available(word) < n {
                return false;
            }
            let taken = word - n * ONE;
            // Ordering: Acquire synchronizes with the Release in `put_back` and `release`: what was done
            // under a permit is seen by whoever has it next.
            match self.queue.word.compare_exchange_weak(word, taken, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(now) => word = now,
            }
        }
    }

    #[cold]
    fn why_not(&self, n: usize) -> TryAcquireError {
        if self.is_closed() {
            TryAcquireError::Closed
        } else if is_too_many(n, self.queue.lock().state.bound) {
            TryAcquireError::TooMany
        } else {
            TryAcquireError::NoPermits
        }
    }

    /// Permits come back. They cannot be too many (invariant 1).
    #[inline]
    fn put_back(&self, n: usize) {
        // Ordering: Relaxed, who sees the flag looks again under the lock.
        if self.queue.word.load(Ordering::Relaxed) & WAITERS != 0 {
            return self.give_waiters(n);
        }
        // Ordering: Release synchronizes with the Acquire in `try_take`, `try_locked` and `serve_first`.
        if self.queue.word.fetch_add(n * ONE, Ordering::Release) & WAITERS != 0 {
            self.serve_waiters();
        }
    }

    #[inline(never)]
    fn give_waiters(&self, n: usize) {
        self.give(self.queue.lock(), n);
    }

    #[inline(never)]
    fn serve_waiters(&self) {
        self.serve(self.queue.lock());
    }

    /// Permits come in: straight to the first waiter if it waits for just so many and there are no others, or into
    /// the word. Serves whoever is due then, and gives the lock back.
    #[inline]
    fn give(&self, mut locked: Locked<'_, State>, n: usize) {
        // Ordering: Relaxed, nothing is taken from the word: what was done under these permits comes to the waiter
        // with its status.
        let no_others = self.queue.word.load(Ordering::Relaxed) == WAITERS;
        if !no_others || locked.state.list.front_request() != Some(&n) {
            // Ordering: as in `put_back`.
            self.queue.word.fetch_add(n * ONE, Ordering::Release);
            return self.serve(locked);
        }
        let first = self.decide(&mut locked, Verdict::Granted);
        let State { list, bound, .. } = &*locked.state;
        // Nothing is left for the next, which may still be refused, or ask for nothing.
        if list.front_request().is_some_and(|&n| due(0, n, *bound).is_some()) {
            self.serve_after(locked, first);
        } else {
            locked.wake(first);
        }
    }

    #[cold]
    fn serve_after(&self, locked: Locked<'_, State>, first: Option<Waker>) {
        let _others = OnDrop(|| self.serve_waiters());
        locked.wake(first);
    }

    /// Keeps the word true to the list, which has become shorter.
    fn show_waiters(&self, locked: &Locked<'_, State>) {
        if locked.state.list.is_empty() {
            // Ordering: Relaxed, who relies on the flag looks at it under the lock.
            self.queue.word.fetch_and(!WAITERS, Ordering::Relaxed);
        }
    }

    /// Serves waiters from the front, as far as permits and bound allow, and gives the lock back.
    #[inline(never)]
    fn serve(&self, locked: Locked<'_, State>) {
        self.queue.wake_loop(locked, |locked| self.serve_first(locked));
    }

    fn serve_first(&self, locked: &mut Locked<'_, State>) -> Served {
        let Some((n, verdict)) = self.first_due(locked) else { return Served::Nobody };
        if verdict == Verdict::Granted {
            // Ordering: Relaxed, it follows the load above in the same thread; nobody else takes any
            // (invariant 2), so they are still there.
            self.queue.word.fetch_sub(n * ONE, Ordering::Relaxed);
        }
        Served::One(self.decide(locked, verdict))
    }

    /// What the first waiter asks for and is to hear, if it is not to wait.
    #[inline]
    fn first_due(&self, locked: &Locked<'_, State>) -> Option<(usize, Verdict)> {
        let &n = locked.state.list.front_request()?;
        // Ordering: Acquire as in `try_take`, on behalf of the waiter.
        let word = self.queue.word.load(Ordering::Acquire);
        due(word, n, locked.state.bound).map(|verdict| (n, verdict))
    }

    fn decide(&self, locked: &mut Locked<'_, State>, verdict: Verdict) -> Option<Waker> {
        let waker = locked.waiters.decide(&mut locked.state.list, verdict);
        self.show_waiters(locked);
        waker
    }
}

/// What a first waiter that asks for `n` is to hear, if it is not to wait.
#[inline]
fn due(word: usize, n: usize, bound: usize) -> Option<Verdict> {
    if word & CLOSED != 0 || is_too_many(n, bound) {
        Some(Verdict::Refused)
    } else {
        (available(word) >= n).then_some(Verdict::Granted)
    }
}

/// The permits in a word, a debt being none.
#[inline]
fn available(word: usize) -> usize {
    ((word as isize) >> ONE.trailing_zeros()).max(0) as usize
}

/// Whether so many can never be there. One permit may be waited for in any case: that `acquire` then never
/// returns is asyncio's rule, and its error says no more than [`Closed`](crate::Closed).
fn is_too_many(n: usize, bound: usize) -> bool {
    n > bound && n > 1
}

impl fmt::Debug for Semaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Semaphore")
            .field("available_permits", &self.available_permits())
            .field("waiters", &self.waiters())
            .field("closed", &self.is_closed())
            .finish()
    }
}
