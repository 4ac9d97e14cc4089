//! How to wait for a condition: first in its own queue, to be notified, and then in the lock's.

#[cfg(feature = "alloc")]
use crate::sys::Arc;
use core::pin::Pin;
use core::task::{Context, Poll, ready};

use super::Condition;
use super::raw::{ConditionCore, WAITING};
use crate::lock::{Guard, LockCore, LockHandle, LockWait};
use crate::sys::on_drop::OnDrop;
use crate::wait::handle::{Handle, Primitive};
use crate::wait::policy::{Look, Policy};
use crate::wait::poll::{Cancelled, cancel, enable, is_decided, poll, polled_again};
use crate::wait::queue::Locked;
use crate::wait::status::Verdict;
use crate::wait::waiter::{ListOf, Phase, Waiter};

/// Asks to be notified. The lock is asked for afterwards, by a [`LockWait`] with the same waiter.
enum NotificationWait {}

// SAFETY: `WAITING` is the one list of a `ConditionCore` (W6); `look` returns the `Locked` that it was given, and
// neither it nor `after_cancel` takes the lock again; waiters may be requeued to a lock, and `REQUEUES` says so.
unsafe impl Policy for NotificationWait {
    type Core = ConditionCore;
    /// The address of the lock.
    type Request = usize;
    type Grant = ();

    const LIST: ListOf<usize> = WAITING;
    const HANDS_OVER: bool = false;
    const IS_KEPT_WAITING: bool = false;
    const REQUEUES: bool = true;

    #[inline]
    fn try_now(_: &ConditionCore, _: &usize) -> Option<()> {
        None
    }

    #[inline]
    fn look<'q>(_: &ConditionCore, locked: Locked<'q, ConditionCore>, _: &usize) -> Look<'q, ConditionCore> {
        locked.announce();
        Look::Wait(locked)
    }

    #[inline]
    fn take(_: &ConditionCore, _: Verdict, _: &usize) {}

    /// The future forwards a notification itself, when it has left the lock's queue, too.
    fn give_back(_: &ConditionCore, _: &usize) {}

    #[inline]
    fn after_cancel(_: &ConditionCore, locked: Locked<'_, ConditionCore>, _: &usize) {
        locked.retract_if_nobody_waits();
    }
}

/// A wait for a condition: owns the lock until its first poll, then waits in the condition's queue, then in the lock's.
pub(super) struct TwoQueueWait<C: Handle<Target = Condition>, H: LockHandle> {
    condition: C,
    /// Taken out for the guard.
    lock: Option<H>,
    waiter: Waiter<usize>,
}

impl<C: Handle<Target = Condition>, H: LockHandle> TwoQueueWait<C, H> {
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub(super) fn new(condition: C, guard: Guard<H>) -> Self {
        let address = Guard::core(&guard).address();
        Self { condition, lock: Some(guard.into_handle()), waiter: Waiter::new(address) }
    }

    fn lock(&self) -> &LockCore {
        self.lock.as_ref().unwrap_or_else(|| polled_again()).core()
    }

    /// Whether the notification has come, and the waiter waits in the lock's queue, or is about to enter it.
    fn is_notified(&self) -> bool {
        self.waiter.status().is_requeued()
    }

    fn has_not_begun(&self) -> bool {
        self.waiter.phase() == Phase::Idle && !self.is_notified()
    }

    pub(super) fn phase(&self) -> Phase {
        self.waiter.phase()
    }

    /// Unlike the lock's waits, this one is decided by a notification already: the next poll asks for the lock.
    pub(super) fn is_decided(&self) -> bool {
        if self.is_notified() { is_decided::<LockWait>(self.waiter.without_request()) } else { false }
    }

    pub(super) fn poll(self: Pin<&mut Self>, context: &Context<'_>) -> Poll<Guard<H>> {
        // SAFETY: nothing pinned is moved: the waiter is reached by shared reference only (W3).
        let this = unsafe { self.get_unchecked_mut() };
        ready!(this.poll_notification(context));
        // SAFETY: pinned with the future, whose drop cancels (W1); a notified waiter belongs to the lock's queue (W6).
        ready!(unsafe { poll::<LockWait>(this.lock(), this.waiter.without_request(), context) });
        let taker = this.waiter.taker(context);
        Poll::Ready(Guard::new(this.lock.take().unwrap_or_else(|| polled_again()), taker))
    }

    fn poll_notification(&self, context: &Context<'_>) -> Poll<()> {
        if self.is_notified() {
            return Poll::Ready(());
        }
        let first_poll = self.has_not_begun();
        // mistake a_wait_unlocks_before_it_queues: + if mistaken!() && first_poll { self.lock().unlock(); }
        // SAFETY: pinned with the future, whose drop cancels (W1); not requeued, so of the condition's queue (W6).
        let notified = unsafe { poll::<NotificationWait>(self.condition.core(), &self.waiter, context) };
        if first_poll {
            // mistake a_wait_unlocks_before_it_queues: self.lock().unlock(); ~>
            // After the wait has begun, so that no notification of the next owner is missed.
            self.lock().unlock();
        }
        ready!(notified);
        self.go_on();
        Poll::Ready(())
    }

    /// The notification is acknowledged: goes on to the lock, unless the notifier has requeued the waiter already.
    fn go_on(&self) {
        if !self.is_notified() {
            // SAFETY: this owns the waiter (W3). It is decided and not requeued, so it is in no list (W1).
            unsafe { self.waiter.restart() };
        }
    }

    pub(super) fn enable(self: Pin<&mut Self>) -> bool {
        if self.has_not_begun() {
            // SAFETY: pinned with the future, whose drop cancels (W1); of the condition's queue (W6).
            unsafe { enable::<NotificationWait>(self.condition.core(), &self.waiter) };
            self.lock().unlock();
        }
        self.is_decided()
    }

    /// Ends a wait that has begun, if no notification has reached it. Returns the handle of the lock, which it does not
    /// own.
    pub(super) fn withdraw(self: Pin<&mut Self>) -> Option<H> {
        // SAFETY: nothing pinned is moved: the waiter is reached by shared reference only (W3).
        let this = unsafe { self.get_unchecked_mut() };
        if this.is_notified() {
            return None;
        }
        // SAFETY: this owns the waiter (W3), which is not requeued, so of the condition's queue (W6).
        match unsafe { cancel::<NotificationWait>(this.condition.core(), &this.waiter) } {
            Cancelled::Withdrawn => this.lock.take(),
            Cancelled::Decided(_) => {
                // mistake wait_until_drops_its_notification: this.go_on(); None ~> this.lock.take()
                this.go_on();
                None
            }
            Cancelled::Idle => None,
        }
    }

    /// Leaves both queues, and unlocks if the lock was granted.
    fn leave(&self, lock: &LockCore) {
        if !self.is_notified() {
            // SAFETY: this owns the waiter (W3), which is not requeued, so of the condition's queue (W6).
            unsafe { cancel::<NotificationWait>(self.condition.core(), &self.waiter) };
        }
        if self.is_notified() {
            // SAFETY: this owns the waiter (W3), which is requeued, so of the lock's queue (W6).
            let cancelled = unsafe { cancel::<LockWait>(lock, self.waiter.without_request()) };
            if cancelled == Cancelled::Decided(Verdict::Granted) {
                // mistake a_dropped_wait_keeps_the_lock: lock.unlock(); ~>
                lock.unlock();
            }
        }
    }
}

impl<C: Handle<Target = Condition>, H: LockHandle> Drop for TwoQueueWait<C, H> {
    fn drop(&mut self) {
        let Some(lock) = self.lock.as_ref().map(|lock| lock.core()) else { return };
        if self.has_not_begun() {
            return lock.unlock();
        }
        // C4. Last, and even if a waker panics in the unlock.
        let _forward = OnDrop(|| {
            if self.waiter.status().forwards() {
                // mistake a_notification_dies_with_its_waiter: self.condition.notify_one(); ~>
                self.condition.notify_one();
            }
        });
        self.leave(lock);
    }
}

/// Stamps a public future over a [`TwoQueueWait`], as `wait_futures` does for waits of one queue.
macro_rules! condition_futures {
    ($(
        $(#[$meta:meta])*
        pub struct $name:ident[$($lifetime:lifetime)?] over $handle:ty;
    )+) => {$(
        $(#[$meta])*
        ///
        /// It owns the lock until it is first polled, waits in the condition's queue, then in the lock's.
        ///
        /// # Panics
        /// If it is polled again after it has returned its output.
        #[must_use = "a wait does nothing unless it is awaited"]
        pub struct $name<$($lifetime,)? H: LockHandle> {
            wait: TwoQueueWait<$handle, H>,
        }

        #[allow(single_use_lifetimes, reason = "the macro declares what its caller names")]
        impl<$($lifetime,)? H: LockHandle> $name<$($lifetime,)? H> {
            #[cfg_attr(feature = "diagnose", track_caller)]
            pub(super) fn new(condition: $handle, guard: Guard<H>) -> Self {
                Self { wait: TwoQueueWait::new(condition, guard) }
            }

            fn project(self: Pin<&mut Self>) -> Pin<&mut TwoQueueWait<$handle, H>> {
                // SAFETY: the wait is pinned with this (W1): it is never moved out, and there is no other field.
                unsafe { self.map_unchecked_mut(|this| &mut this.wait) }
            }

            /// Begins the wait now, without a waker: enters the condition's queue and unlocks. Returns whether the next
            /// poll returns the guard.
            ///
            /// # Panics
            /// If the future has returned its output.
            ///
            /// # Examples
            /// ```
            /// # use anywake_core as anywake;
            /// let (lock, changed) = (anywake::Lock::new(()), anywake::Condition::new());
            /// let mut wait = core::pin::pin!(changed.wait(lock.try_lock().unwrap()));
            /// assert!(!wait.as_mut().enable());
            /// assert!(!lock.is_locked() && changed.waiters() == 1);
            /// ```
            pub fn enable(self: Pin<&mut Self>) -> bool {
                self.project().enable()
            }

            /// Whether the next poll returns the guard for certain: the waiter was requeued to the lock, and owns it. A
            /// waiter that was notified otherwise asks for the lock at its next poll. The waker stays as it is.
            ///
            /// # Examples
            /// ```
            /// # use anywake_core as anywake;
            /// let (lock, changed) = (anywake::Lock::new(()), anywake::Condition::new());
            /// let mut wait = core::pin::pin!(changed.wait(lock.try_lock().unwrap()));
            /// wait.as_mut().enable();
            /// changed.notify_one_with(&lock.try_lock().unwrap());
            /// assert!(wait.is_decided());
            /// ```
            pub fn is_decided(&self) -> bool {
                self.wait.is_decided()
            }
        }

        #[allow(single_use_lifetimes, reason = "the macro declares what its caller names")]
        impl<$($lifetime,)? H: LockHandle> Future for $name<$($lifetime,)? H> {
            type Output = Guard<H>;

            fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Guard<H>> {
                self.project().poll(context)
            }
        }

        #[cfg(feature = "futures")]
        #[cfg_attr(docsrs, doc(cfg(feature = "futures")))]
        #[allow(single_use_lifetimes, reason = "the macro declares what its caller names")]
        impl<$($lifetime,)? H: LockHandle> futures_core::FusedFuture for $name<$($lifetime,)? H> {
            fn is_terminated(&self) -> bool {
                self.wait.phase() == Phase::Done
            }
        }

        #[allow(single_use_lifetimes, reason = "the macro declares what its caller names")]
        impl<$($lifetime,)? H: LockHandle> core::fmt::Debug for $name<$($lifetime,)? H> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_struct(stringify!($name)).field("phase", &self.wait.phase()).finish_non_exhaustive()
            }
        }
    )+};
}

condition_futures! {
    /// The future of [`Condition::wait`]: waits to be notified, and returns the guard of the lock.
    pub struct ConditionFuture['c] over &'c Condition;
}

#[cfg(feature = "alloc")]
condition_futures! {
    /// The future of [`Condition::wait_owned`]: as [`ConditionFuture`], and keeps the condition alive.
    pub struct OwnedConditionFuture[] over Arc<Condition>;
}
