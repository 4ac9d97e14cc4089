//! [`Lock`]: mutual exclusion, first come, first served.
//!
//! The lock itself is in [`core`], its guards in [`guard`].

use ::core::fmt;
#[cfg(feature = "alloc")]
use alloc::sync::Arc;

use crate::loom::{UnsafeCell, const_fn};
use crate::wait_future::WaitFuture;
use crate::wait_queue::{Locked, Policy, WaitQueue, polled_again};
use crate::waiter::{Ticket, Verdict, WaitList, Waiter};

mod core;
mod guard;

pub use guard::{Guard, LockGuard, LockHandle, MappedGuard, MappedLockGuard};

pub(crate) use self::core::LockCore;
use self::core::{MAX_LIMIT, Word};
#[cfg(feature = "alloc")]
pub use guard::{OwnedLockGuard, OwnedMappedLockGuard};

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

impl<T: ?Sized> Lock<T> {
    /// The highest bypass limit.
    pub const MAX_BYPASS: u16 = MAX_LIMIT;

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
    #[inline]
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
        self.core.try_lock().then(|| Guard::new(self))
    }

    /// The value, without locking: the exclusive reference shows that nobody else uses it.
    pub fn get_mut(&mut self) -> &mut T {
        // SAFETY: `&mut self`, so no guard is alive.
        self.value.with_mut(|value| unsafe { &mut *value })
    }

    /// Whether somebody owns it. True while it is handed over, so it does not flicker while others wait.
    pub fn is_locked(&self) -> bool {
        self.core.is_locked()
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
        self.core.try_lock().then(|| Guard::new(self))
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
pub type LockFuture<'a, T> = WaitFuture<LockPolicy<&'a Lock<T>>>;
/// The future of [`Lock::lock_owned`].
#[cfg(feature = "alloc")]
pub type OwnedLockFuture<T> = WaitFuture<LockPolicy<Arc<Lock<T>>>>;

/// Asks for the ownership of a lock, held as `H`.
#[derive(Debug)]
pub struct LockPolicy<H> {
    lock: Option<H>,
}

impl<H: LockHandle> LockPolicy<H> {
    #[inline]
    pub(crate) fn new(lock: H) -> Self {
        Self { lock: Some(lock) }
    }

    /// The lock, for another way of asking for it.
    pub(crate) fn take(&mut self) -> Option<H> {
        self.lock.take()
    }

    #[inline]
    pub(crate) fn core(&self) -> &LockCore {
        // Only `output` takes it, and a wait gives its output once.
        &H::lock_of(self.lock.as_ref().unwrap_or_else(|| polled_again())).core
    }
}

impl<H: LockHandle> Policy for LockPolicy<H> {
    type Word = Word;
    type State = WaitList<()>;
    type Request = ();
    type Grant = ();
    type Output = Guard<H>;
    const RETRIES: bool = true;

    #[inline]
    fn queue(&self) -> &WaitQueue<Word, WaitList<()>> {
        &self.core().queue
    }

    fn list<'s>(state: &'s mut WaitList<()>, _: &Waiter<()>) -> &'s mut WaitList<()> {
        state
    }

    #[inline]
    fn try_now(&self, (): &()) -> Option<()> {
        self.core().try_lock().then_some(())
    }

    #[inline]
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

    #[inline]
    fn outrun(&self) -> bool {
        self.core().outrun()
    }

    #[inline]
    fn settle(&self, _: Verdict, (): &()) {}

    #[inline]
    fn revoke(&self, _: Verdict, (): &()) {
        self.core().unlock();
    }

    #[inline]
    fn serve(&self, locked: Locked<'_, WaitList<()>>) {
        self.core().serve(locked);
    }

    #[inline]
    fn output(&mut self, (): (), (): &()) -> Guard<H> {
        Guard::new(self.lock.take().unwrap_or_else(|| polled_again()))
    }
}
