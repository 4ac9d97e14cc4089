//! [`Condition`]: tasks wait until another task says that what a lock protects has changed.
//!
//! # Problem
//! Waking n waiters that all want the same lock makes n tasks run of which n - 1 go back to sleep. Better to
//! wake each when it *owns* the lock. So a notified waiter moves to the lock's queue, without waking.
//!
//! # Rejected
//! To move it when it is notified, through a pointer to its lock: a future that borrows the lock may be
//! forgotten, and the lock freed, while its node is still linked here. The pointer would dangle.
//!
//! # Chosen
//! Two lists. `notify` moves waiters from `waiting` to `told`, and wakes the first of the told. That one, when
//! it is polled, has its lock at hand, and brings along to the lock's queue all the told that stand for the same
//! lock: they carry its address, which is compared, never followed. So n notified waiters are polled n times,
//! or n + 1 if the lock was still held when the first one ran.
//!
//! # Invariants
//! 1. If anybody is told, the first of them has been woken and has not looked yet: whoever changes the first takes
//!    out the new one's waker, before the lock is given back or by the end of the wake loop.
//! 2. A told waiter that goes away owes the news to another if it came from `notify(n)`; `notify_all` reached
//!    everybody, so there is nobody left to tell.
//! 3. The word says whether anybody waits, and changes under the lock. A `notify` that finds nobody goes without
//!    the lock: a waiter that it must reach had entered before it unlocked the user's lock, and the notifier, or
//!    whoever told it to notify, had that lock since; so the word is seen. Without such an order a notification
//!    may come too early in any case.
//! 4. The lock of the condition is taken before that of a [`Lock`], never the other way round.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};

use crate::lock::{Guard, LockCore, LockHandle, LockPolicy};
use crate::loom::{AtomicBool, Ordering, const_fn};
use crate::on_drop::OnDrop;
use crate::wait_queue::{Cancelled, Locked, Policy, Served, WaitQueue, cancel, poll};
use crate::waiter::{Generation, Phase, Verdict, WaitList, Waiter};

mod composed;

pub use composed::{ConditionForFuture, ConditionUntilFuture};

/// What the lock guards.
#[derive(Debug)]
struct State {
    /// Those who were not notified.
    waiting: WaitList<usize>,
    /// Those who were, and have not gone to their lock yet.
    told: WaitList<usize>,
    generation: Generation,
}

/// A condition variable for use with [`Lock`](crate::Lock), with the rules of `asyncio.Condition`.
///
/// A task that owns a lock waits for others to change what it protects: [`wait`](Self::wait) gives the lock
/// back, and has it again when it returns. Notifications are not stored: they reach who waits, or nobody.
/// A condition neither allocates nor grows, and lives in a `static`. Waits with different locks may share one.
///
/// Unlike in asyncio, the lock need not be owned to notify, and there are no spurious wake-ups: only a wait
/// that had *received* a notification passes it on when it is cancelled.
///
/// # Fairness
/// First come, first notified, and in this order they get the lock. Each notified waiter is woken once, owning
/// the lock; they do not fight for it.
///
/// # Interrupt handlers
/// With the feature `critical-section`, the `notify` methods may be called from one.
///
/// # Examples
/// ```
/// # async fn example() {
/// use anywake_core::{Condition, Lock};
///
/// static STOCK: Lock<u32> = Lock::new(3);
/// static CHANGED: Condition = Condition::new();
///
/// let mut stock = CHANGED.wait_for(STOCK.lock().await, |stock| *stock > 0).await;
/// *stock -= 1;
/// assert_eq!(CHANGED.notify_one(), 0, "nobody waits");
/// # }
/// # anywake_core::doctest::block_on(example());
/// ```
pub struct Condition {
    queue: WaitQueue<AtomicBool, State>,
}

impl Condition {
    const_fn! {
        /// A condition that nobody waits for.
        #[must_use]
        pub const fn new() -> Self {
            let state =
                State { waiting: WaitList::new(), told: WaitList::new(), generation: Generation::new() };
            Self { queue: WaitQueue::new(AtomicBool::new(false), state) }
        }
    }

    /// Gives the lock back and waits to be notified; returns with the lock.
    ///
    /// The lock is given back at the first poll, after the wait has begun: a `notify` by its next owner is not
    /// missed. Until that poll the future owns the lock.
    ///
    /// # Cancel safety
    /// Dropping the future ends the wait *without* the lock (use [`wait_until`](Self::wait_until) to have it
    /// again after a cancellation, as asyncio does). A notification that it had received goes to the next waiter.
    pub fn wait<H: LockHandle>(&self, guard: Guard<H>) -> ConditionFuture<'_, H> {
        let lock = LockPolicy::new(guard.into_lock());
        let address = lock.core().address();
        ConditionFuture { condition: self, lock, waiter: Waiter::new(address) }
    }

    /// Waits until `predicate` holds, which is looked at under the lock: at first, and after each notification.
    ///
    /// # Cancel safety
    /// As for [`wait`](Self::wait).
    ///
    /// # Panics
    /// A panic in the predicate unlocks and goes on to the caller.
    pub fn wait_for<H, F>(&self, guard: Guard<H>, predicate: F) -> ConditionForFuture<'_, H, F>
    where
        H: LockHandle,
        F: FnMut(&mut H::Value) -> bool,
    {
        ConditionForFuture::new(self, guard, predicate)
    }

    /// Waits to be notified or until `cancel` is ready, and owns the lock again in either case; tells whether
    /// it was notified. This is asyncio's rule for a cancelled wait.
    ///
    /// # Cancel safety
    /// As for [`wait`](Self::wait). A notification that came before `cancel` was seen counts: the answer is
    /// `true`, and nothing is passed on.
    ///
    /// # Examples
    /// ```
    /// # async fn example() {
    /// let (lock, condition) = (anywake_core::Lock::new(()), anywake_core::Condition::new());
    /// let at_once = core::future::ready(());
    /// let (_guard, notified) = condition.wait_until(lock.lock().await, at_once).await;
    /// assert!(!notified && lock.is_locked());
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    pub fn wait_until<H, C>(&self, guard: Guard<H>, cancel: C) -> ConditionUntilFuture<'_, H, C>
    where
        H: LockHandle,
        C: Future,
    {
        ConditionUntilFuture::new(self, guard, cancel)
    }

    /// Notifies the longest waiter; gives 1, or 0 if nobody waits.
    #[inline]
    pub fn notify_one(&self) -> usize {
        self.notify(1)
    }

    /// Notifies up to `n` waiters, longest first; gives how many.
    ///
    /// Only those that wait already: nobody who comes while they are being notified, and nobody later.
    #[inline]
    pub fn notify(&self, n: usize) -> usize {
        self.tell(n, true)
    }

    /// Notifies all who wait; gives how many.
    #[inline]
    pub fn notify_all(&self) -> usize {
        self.tell(usize::MAX, false)
    }

    /// How many wait, those that are notified and on their way to the lock included.
    pub fn waiters(&self) -> usize {
        self.queue.lock().waiters.count()
    }

    #[inline]
    fn tell(&self, n: usize, owes: bool) -> usize {
        // Ordering: Relaxed, by invariant 3.
        if self.queue.word.load(Ordering::Relaxed) { self.tell_waiters(n, owes) } else { 0 }
    }

    #[inline(never)]
    fn tell_waiters(&self, n: usize, owes: bool) -> usize {
        let mut told = 0;
        let locked = self.queue.lock();
        let cohort = locked.state.generation.turn();
        self.queue.wake_loop(locked, |locked| {
            let State { waiting, told: list, .. } = &mut *locked.state;
            if told == n || waiting.front_of(cohort).is_none() {
                return Served::Nobody;
            }
            locked.waiters.tell(waiting, list, owes);
            told += 1;
            Served::One(list.take_front_waker())
        });
        told
    }

    /// Brings the told that stand for this lock to its queue, up to the first one that stands for another.
    fn bring_to(&self, lock: &LockCore) {
        self.queue.wake_loop(self.queue.lock(), |locked| {
            match lock.adopt(locked.waiters, &mut locked.state.told) {
                Served::Nobody => {
                    self.first_told(locked).map_or(Served::Nobody, |first| Served::One(Some(first)))
                }
                one => one,
            }
        });
    }

    /// Invariants 1 and 3, after waiters have moved or left: whom to wake.
    #[inline]
    fn first_told(&self, locked: &mut Locked<'_, State>) -> Option<Waker> {
        if locked.waiters.is_none() {
            // Ordering: Relaxed, by invariant 3.
            self.queue.word.store(false, Ordering::Relaxed);
        }
        locked.state.told.take_front_waker()
    }
}

impl Default for Condition {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Condition").field("waiters", &self.waiters()).finish()
    }
}

/// Asks to be notified. What follows, the lock, is asked for by a [`LockPolicy`] with the same waiter.
#[derive(Debug)]
struct ConditionPolicy<'c>(&'c Condition);

impl Policy for ConditionPolicy<'_> {
    type Word = AtomicBool;
    type State = State;
    type Request = usize;
    type Grant = ();
    type Output = ();

    #[inline]
    fn queue(&self) -> &WaitQueue<AtomicBool, State> {
        &self.0.queue
    }

    #[inline]
    fn list<'s>(state: &'s mut State, waiter: &Waiter<usize>) -> &'s mut WaitList<usize> {
        if waiter.is_told() { &mut state.told } else { &mut state.waiting }
    }

    #[inline]
    fn try_now(&self, _: &usize) -> Option<()> {
        None
    }

    #[inline]
    fn try_locked<'q>(&self, locked: Locked<'q, State>, _: &usize) -> Result<(), Locked<'q, State>> {
        // Ordering: Relaxed, by invariant 3 of the condition.
        self.queue().word.store(true, Ordering::Relaxed);
        Err(locked)
    }

    fn stamp(state: &State) -> Generation {
        state.generation
    }

    /// Whatever becomes of it in the lock's queue, here it is over.
    fn verdict(status: u32) -> Option<Verdict> {
        Verdict::of(status).map(|_| Verdict::Moved)
    }

    fn settle(&self, _: Verdict, _: &usize) {}

    fn revoke(&self, _: Verdict, _: &usize) {}

    #[inline]
    fn serve(&self, mut locked: Locked<'_, State>) {
        let first = self.0.first_told(&mut locked);
        locked.wake(first);
    }

    fn output(&mut self, (): (), _: &usize) {}
}

/// The future of [`Condition::wait`].
///
/// It owns the lock until it is first polled, waits in the condition's queue, then in the lock's.
#[must_use = "a wait does nothing unless it is awaited"]
pub struct ConditionFuture<'c, H: LockHandle> {
    condition: &'c Condition,
    lock: LockPolicy<H>,
    /// Asks for the lock with this address.
    waiter: Waiter<usize>,
}

impl<H: LockHandle> ConditionFuture<'_, H> {
    /// Ends a wait that has begun, if no notification has reached it, and gives the lock, which it does not own.
    fn withdraw(self: Pin<&mut Self>) -> Option<H> {
        // SAFETY: nothing pinned is moved: the waiter is reached by shared reference only.
        let this = unsafe { self.get_unchecked_mut() };
        if this.waiter.is_told() || this.waiter.has_left() {
            return None;
        }
        match cancel(&ConditionPolicy(this.condition), &this.waiter) {
            Cancelled::Withdrawn => {
                this.pass_on();
                this.lock.take()
            }
            Cancelled::Idle | Cancelled::Decided(_) => None,
        }
    }

    /// Invariant 2 of the condition.
    fn pass_on(&self) {
        if self.waiter.owes() {
            self.condition.notify_one();
        }
    }
}

impl<H: LockHandle> Future for ConditionFuture<'_, H> {
    type Output = Guard<H>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // SAFETY: nothing pinned is moved: the waiter is reached by shared reference only.
        let this = unsafe { self.get_unchecked_mut() };
        let idle = this.waiter.phase() == Phase::Idle;
        // Twice: it may be told just before the waker is replaced, and then the wake went to the old one.
        for _ in 0..2 {
            if this.waiter.is_told() {
                this.condition.bring_to(this.lock.core());
            }
            if this.waiter.has_left() {
                break;
            }
            // SAFETY: pinned with the future, whose drop cancels.
            let waits = unsafe { poll(&mut ConditionPolicy(this.condition), &this.waiter, context) };
            if idle {
                this.lock.core().unlock();
                return Poll::Pending;
            }
            if waits.is_pending() && !this.waiter.is_told() {
                return Poll::Pending;
            }
        }
        if !this.waiter.has_left() {
            // Told, but behind somebody who stands for another lock.
            return Poll::Pending;
        }
        // SAFETY: as above.
        unsafe { poll(&mut this.lock, this.waiter.without_request(), context) }
    }
}

impl<H: LockHandle> Drop for ConditionFuture<'_, H> {
    fn drop(&mut self) {
        match self.waiter.phase() {
            Phase::Idle => self.lock.core().unlock(),
            Phase::Queued => {
                // Last, and even if a waker panics in the unlock.
                let _news = OnDrop(|| self.pass_on());
                let left = cancel(&ConditionPolicy(self.condition), &self.waiter) != Cancelled::Withdrawn;
                if left && cancel(&self.lock, self.waiter.without_request()) != Cancelled::Withdrawn {
                    self.lock.core().unlock();
                }
            }
            Phase::Done => {}
        }
    }
}

#[cfg(feature = "futures")]
impl<H: LockHandle> futures_core::FusedFuture for ConditionFuture<'_, H> {
    fn is_terminated(&self) -> bool {
        self.waiter.phase() == Phase::Done
    }
}

impl<H: LockHandle> fmt::Debug for ConditionFuture<'_, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConditionFuture").field("waiter", &self.waiter).finish_non_exhaustive()
    }
}
