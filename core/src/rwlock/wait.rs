//! How to wait for a reader-writer lock.

#[cfg(feature = "alloc")]
use crate::sys::Arc;
use core::marker::PhantomData;
use core::pin::Pin;

use super::RwLock;
use super::guard::{Guard, ReadGuard, RwLockHandle, UpgradableGuard, WriteGuard};
use super::guard::{Mode, Read, Upgradable, Write};
#[cfg(feature = "alloc")]
use super::guard::{OwnedReadGuard, OwnedUpgradableGuard, OwnedWriteGuard};
use super::raw::{Kind, RwLockCore};
use crate::wait::future::{Wait, wait_futures};
#[cfg(feature = "alloc")]
use crate::wait::handle::ArcPart;
use crate::wait::held::Held;
use crate::wait::policy::{Look, Policy};
use crate::wait::queue::Locked;
use crate::wait::status::Verdict;
use crate::wait::trace::Claim;
use crate::wait::waiter::ListOf;

/// Asks to go in, in this mode.
pub(crate) struct Enter<M>(PhantomData<M>);

// SAFETY: the list of each kind is one of a `RwLockCore` (W6), and no other kind enters it; `look` returns the `Locked`
// that it was given, and neither it nor `after_cancel` takes the lock again before it returns it.
unsafe impl<M: Mode> Policy for Enter<M> {
    type Core = RwLockCore;
    type Request = ();
    type Grant = ();

    const LIST: ListOf<()> = M::KIND.list();

    #[inline]
    fn try_now(core: &RwLockCore, (): &()) -> Option<()> {
        core.try_enter(M::KIND).then_some(())
    }

    #[inline]
    fn look<'q>(core: &RwLockCore, locked: Locked<'q, RwLockCore>, (): &()) -> Look<'q, RwLockCore> {
        if core.look(&locked, M::KIND) { Look::Done(Verdict::Granted) } else { Look::Wait(locked) }
    }

    #[inline]
    fn take(_: &RwLockCore, _: Verdict, (): &()) {}

    #[inline]
    fn give_back(core: &RwLockCore, (): &()) {
        M::done(core);
    }

    fn claim((): &()) -> Option<Claim> {
        Some(M::CLAIM)
    }

    #[inline]
    fn after_cancel(core: &RwLockCore, locked: Locked<'_, RwLockCore>, (): &()) {
        // mistake a_cancelled_writer_keeps_readers_out: core.serve_due(locked); ~>
        //     locked.retract_if_nobody_waits();
        core.serve_due(locked);
    }
}

/// The upgradable reader that a future holds asks to be a writer.
pub(crate) enum Upgrade {}

// SAFETY: as for `Enter` (W6).
unsafe impl Policy for Upgrade {
    type Core = RwLockCore;
    type Request = ();
    type Grant = ();

    const LIST: ListOf<()> = Kind::Upgrade.list();

    #[inline]
    fn try_now(core: &RwLockCore, (): &()) -> Option<()> {
        core.try_enter(Kind::Upgrade).then_some(())
    }

    #[inline]
    fn look<'q>(core: &RwLockCore, locked: Locked<'q, RwLockCore>, (): &()) -> Look<'q, RwLockCore> {
        if core.look(&locked, Kind::Upgrade) { Look::Done(Verdict::Granted) } else { Look::Wait(locked) }
    }

    #[inline]
    fn take(_: &RwLockCore, _: Verdict, (): &()) {}

    /// The future still holds the upgradable read, and gives it up, or back to its user.
    fn give_back(core: &RwLockCore, (): &()) {
        core.downgrade_to_upgradable();
    }

    fn claim((): &()) -> Option<Claim> {
        Some(Claim::Write)
    }

    #[inline]
    fn after_cancel(core: &RwLockCore, locked: Locked<'_, RwLockCore>, (): &()) {
        core.serve_due(locked);
    }
}

wait_futures! {
    /// The future of [`RwLock::read`]: waits until readers may go in, and returns a guard.
    pub struct ReadFuture['a, T: ?Sized]['a, T] waits as Wait<&'a RwLock<T>, Enter<Read>>
    => ReadGuard<'a, T>, |lock, (), taker| Guard::new(lock, taker);

    /// The future of [`RwLock::write`]: waits until the lock is the caller's alone, and returns a guard.
    pub struct WriteFuture['a, T: ?Sized]['a, T] waits as Wait<&'a RwLock<T>, Enter<Write>>
    => WriteGuard<'a, T>, |lock, (), taker| Guard::new(lock, taker);

    /// The future of [`RwLock::upgradable_read`]: waits until the caller may go in as the upgradable reader, and returns a
    /// guard.
    pub struct UpgradableReadFuture['a, T: ?Sized]['a, T] waits as Wait<&'a RwLock<T>, Enter<Upgradable>>
    => UpgradableGuard<'a, T>, |lock, (), taker| Guard::new(lock, taker);

    /// The future of [`Guard::upgrade`]: waits until the other readers have left, and returns the guard of a writer.
    ///
    /// If it is dropped, the upgradable read ends too. [`cancel`](Self::cancel) returns its guard.
    pub struct UpgradeFuture[H: RwLockHandle][H] waits as Wait<Held<H, Upgradable>, Upgrade>
    => Guard<H, Write>, |held, (), taker| Guard::new(held.into_inner(), taker);
}

impl<H: RwLockHandle> UpgradeFuture<H> {
    /// Ends the wait and returns the guard of the upgradable reader, unless the output was returned already.
    ///
    /// Nothing was written between: if the upgrade was granted already, it is downgraded again.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::RwLock;
    /// use anywake::rwlock::UpgradableGuard;
    ///
    /// let lock = RwLock::new(1);
    /// let reader = lock.try_read().unwrap();
    /// let mut upgrade = core::pin::pin!(UpgradableGuard::upgrade(lock.try_upgradable_read().unwrap()));
    /// assert!(!upgrade.as_mut().enable(), "there is another reader");
    /// let guard = upgrade.cancel().unwrap();
    /// assert_eq!(*guard, *reader);
    /// ```
    pub fn cancel(self: Pin<&mut Self>) -> Option<Guard<H, Upgradable>> {
        self.project().withdraw().0.map(Guard::of)
    }
}

#[cfg(feature = "alloc")]
wait_futures! {
    /// The future of [`RwLock::read_owned`]: as [`ReadFuture`], with a guard that keeps the lock alive.
    pub struct OwnedReadFuture[T: ?Sized][T] waits as Wait<Arc<RwLock<T>>, Enter<Read>>
    => OwnedReadGuard<T>, |lock, (), taker| Guard::new(lock, taker);

    /// The future of [`RwLock::write_owned`]: as [`WriteFuture`], with a guard that keeps the lock alive.
    pub struct OwnedWriteFuture[T: ?Sized][T] waits as Wait<Arc<RwLock<T>>, Enter<Write>>
    => OwnedWriteGuard<T>, |lock, (), taker| Guard::new(lock, taker);

    /// The future of [`RwLock::upgradable_read_owned`]: as [`UpgradableReadFuture`], with a guard that keeps the lock
    /// alive.
    pub struct OwnedUpgradableReadFuture[T: ?Sized][T] waits as Wait<Arc<RwLock<T>>, Enter<Upgradable>>
    => OwnedUpgradableGuard<T>, |lock, (), taker| Guard::new(lock, taker);

    /// The future of [`ArcPart::read`]: as [`ReadFuture`], for a lock that lies in a larger value.
    pub struct PartReadFuture[S: ?Sized, T: ?Sized][S, T] waits as Wait<ArcPart<S, RwLock<T>>, Enter<Read>>
    => Guard<ArcPart<S, RwLock<T>>, Read>, |lock, (), taker| Guard::new(lock, taker);

    /// The future of [`ArcPart::write`]: as [`WriteFuture`], for a lock that lies in a larger value.
    pub struct PartWriteFuture[S: ?Sized, T: ?Sized][S, T] waits as Wait<ArcPart<S, RwLock<T>>, Enter<Write>>
    => Guard<ArcPart<S, RwLock<T>>, Write>, |lock, (), taker| Guard::new(lock, taker);

    /// The future of [`ArcPart::upgradable_read`]: as [`UpgradableReadFuture`], for a lock that lies in a larger value.
    pub struct PartUpgradableReadFuture[S: ?Sized, T: ?Sized][S, T] waits as Wait<ArcPart<S, RwLock<T>>, Enter<Upgradable>>
    => Guard<ArcPart<S, RwLock<T>>, Upgradable>, |lock, (), taker| Guard::new(lock, taker);
}
