//! How to wait for a lock.

#[cfg(feature = "alloc")]
use crate::sys::Arc;

#[cfg(feature = "alloc")]
use super::OwnedLockGuard;
use super::raw::{LOCKERS, LockCore};
use super::{Guard, Lock, LockGuard};
use crate::wait::future::{Wait, wait_futures};
#[cfg(feature = "alloc")]
use crate::wait::handle::ArcPart;
use crate::wait::policy::{Look, Policy};
use crate::wait::queue::Locked;
use crate::wait::status::Verdict;
use crate::wait::trace::Claim;
use crate::wait::waiter::{ListOf, Waiter};

/// Asks for the ownership of a lock.
pub(crate) enum LockWait {}

// SAFETY: `LOCKERS` is the one list of a `LockCore` (W6); `look` returns the `Locked` that it was given, and neither it
// nor `after_cancel` takes the lock again; `retry` returns true only after it has taken the lock.
unsafe impl Policy for LockWait {
    type Core = LockCore;
    type Request = ();
    type Grant = ();

    const LIST: ListOf<()> = LOCKERS;
    const RETRIES: bool = true;

    #[inline]
    fn try_now(core: &LockCore, (): &()) -> Option<()> {
        core.try_lock().then_some(())
    }

    #[inline]
    fn look<'q>(core: &LockCore, locked: Locked<'q, LockCore>, (): &()) -> Look<'q, LockCore> {
        if core.announce() { Look::Done(Verdict::Granted) } else { Look::Wait(locked) }
    }

    #[inline]
    fn take(_: &LockCore, _: Verdict, (): &()) {}

    #[inline]
    fn give_back(core: &LockCore, (): &()) {
        core.unlock();
    }

    #[inline]
    fn after_cancel(core: &LockCore, locked: Locked<'_, LockCore>, (): &()) {
        core.after_cancel(locked);
    }

    fn retry(core: &LockCore, locked: &mut Locked<'_, LockCore>, waiter: &Waiter<()>) -> bool {
        core.retry(locked, waiter.node_ptr())
    }

    fn claim((): &()) -> Option<Claim> {
        Some(Claim::Lock)
    }

    #[inline]
    fn retry_will_fail(core: &LockCore) -> bool {
        core.retry_will_fail()
    }
}

wait_futures! {
    /// The future of [`Lock::lock`]: waits until the lock is the caller's, and returns the guard.
    pub struct LockFuture['a, T: ?Sized]['a, T] waits as Wait<&'a Lock<T>, LockWait>
    => LockGuard<'a, T>, |lock, (), taker| Guard::new(lock, taker);
}

#[cfg(feature = "alloc")]
wait_futures! {
    /// The future of [`Lock::lock_owned`]: waits until the lock is the caller's, and returns a guard that keeps the lock
    /// alive.
    pub struct OwnedLockFuture[T: ?Sized][T] waits as Wait<Arc<Lock<T>>, LockWait>
    => OwnedLockGuard<T>, |lock, (), taker| Guard::new(lock, taker);

    /// The future of [`ArcPart::lock`]: waits until a lock that lies in a larger value is the caller's, and returns a
    /// guard that keeps the whole value alive.
    pub struct PartLockFuture[S: ?Sized, T: ?Sized][S, T] waits as Wait<ArcPart<S, Lock<T>>, LockWait>
    => Guard<ArcPart<S, Lock<T>>>, |lock, (), taker| Guard::new(lock, taker);
}
