//! `RwLock`.

use core::fmt;
use core::marker::PhantomData;
use std::sync::Arc;

use anywake_core::ArcPart;
use anywake_core::rwlock::{
    Guard, PartReadFuture, PartUpgradableReadFuture, PartWriteFuture, ReadFuture, ReadGuard,
    RwLock as CoreRwLock, Upgradable, UpgradableGuard, UpgradableReadFuture, UpgradeFuture, WriteFuture,
    WriteGuard,
};

use crate::block_on::block_on;
use crate::wrap::{With, futures, guard_of_value};

type Part<T> = ArcPart<RwLock<T>, CoreRwLock<T>>;
type Borrow<'a> = PhantomData<&'a ()>;

/// Many tasks read the value, or one writes it.
pub struct RwLock<T: ?Sized>(CoreRwLock<T>);

impl<T> RwLock<T> {
    /// An unlocked lock.
    pub const fn new(t: T) -> Self {
        Self(CoreRwLock::new(t))
    }

    /// The value.
    pub fn into_inner(self) -> T {
        self.0.into_inner()
    }
}

impl<T: ?Sized> RwLock<T> {
    fn part(self: &Arc<Self>) -> Part<T> {
        ArcPart::new(Arc::clone(self), |lock| &lock.0)
    }

    /// The value; owning the lock is enough.
    pub fn get_mut(&mut self) -> &mut T {
        self.0.get_mut()
    }
}

/// The operations of one kind: borrowed and owned, each for tasks, for threads, and without waiting.
macro_rules! operations {
    ($kind:literal: $read:ident, $blocking:ident, $try:ident -> $Read:ident, $Guard:ident;
     $read_arc:ident, $arc_blocking:ident, $try_arc:ident -> $ReadArc:ident, $GuardArc:ident) => {
        impl<T: ?Sized> RwLock<T> {
            #[doc = concat!("Waits for ", $kind, " access.")]
            #[inline]
            pub fn $read(&self) -> $Read<'_, T> {
                $Read { wait: self.0.$read() }
            }

            #[doc = concat!("As [`", stringify!($read), "`](Self::", stringify!($read), "), for a thread.")]
            pub fn $blocking(&self) -> $Guard<'_, T> {
                self.$try().unwrap_or_else(|| block_on(self.$read()))
            }

            #[doc = concat!("Takes ", $kind, " access if that is possible at once.")]
            #[inline]
            pub fn $try(&self) -> Option<$Guard<'_, T>> {
                self.0.$try().map($Guard)
            }
        }

        impl<T: ?Sized> RwLock<T> {
            #[doc = concat!("As [`", stringify!($read), "`](Self::", stringify!($read),
                "), with a guard that keeps the lock alive.")]
            #[inline]
            pub fn $read_arc<'a>(self: &'a Arc<Self>) -> $ReadArc<'a, T> {
                $ReadArc { wait: With::new(self.part().$read(), PhantomData) }
            }

            #[doc = concat!("As [`", stringify!($read_arc), "`](Self::", stringify!($read_arc), "), for a thread.")]
            pub fn $arc_blocking(self: &Arc<Self>) -> $GuardArc<T> {
                self.$try_arc().unwrap_or_else(|| block_on(self.$read_arc()))
            }

            #[doc = concat!("As [`", stringify!($try), "`](Self::", stringify!($try),
                "), with a guard that keeps the lock alive.")]
            #[inline]
            pub fn $try_arc(self: &Arc<Self>) -> Option<$GuardArc<T>> {
                self.part().$try().map($GuardArc)
            }
        }
    };
}

operations! { "shared":
read, read_blocking, try_read -> Read, RwLockReadGuard;
read_arc, read_arc_blocking, try_read_arc -> ReadArc, RwLockReadGuardArc }
operations! { "upgradable":
upgradable_read, upgradable_read_blocking, try_upgradable_read -> UpgradableRead, RwLockUpgradableReadGuard;
upgradable_read_arc, upgradable_read_arc_blocking, try_upgradable_read_arc -> UpgradableReadArc, RwLockUpgradableReadGuardArc }
operations! { "exclusive":
write, write_blocking, try_write -> Write, RwLockWriteGuard;
write_arc, write_arc_blocking, try_write_arc -> WriteArc, RwLockWriteGuardArc }

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.try_read() {
            Some(guard) => f.debug_struct("RwLock").field("value", &&*guard).finish(),
            None => f.debug_struct("RwLock").field("value", &format_args!("<locked>")).finish(),
        }
    }
}

impl<T> From<T> for RwLock<T> {
    fn from(t: T) -> Self {
        Self::new(t)
    }
}

impl<T: Default> Default for RwLock<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

/// Shared access to the value of an [`RwLock`] that it borrows.
#[must_use = "a guard that is dropped at once unlocks at once"]
pub struct RwLockReadGuard<'a, T: ?Sized>(ReadGuard<'a, T>);

/// Upgradable access to the value of an [`RwLock`] that it borrows.
#[must_use = "a guard that is dropped at once unlocks at once"]
pub struct RwLockUpgradableReadGuard<'a, T: ?Sized>(UpgradableGuard<'a, T>);

/// Exclusive access to the value of an [`RwLock`] that it borrows.
#[must_use = "a guard that is dropped at once unlocks at once"]
pub struct RwLockWriteGuard<'a, T: ?Sized>(WriteGuard<'a, T>);

/// Shared access to the value of an [`RwLock`] that it keeps alive.
#[must_use = "a guard that is dropped at once unlocks at once"]
pub struct RwLockReadGuardArc<T: ?Sized>(Guard<Part<T>, anywake_core::rwlock::Read>);

/// Upgradable access to the value of an [`RwLock`] that it keeps alive.
#[must_use = "a guard that is dropped at once unlocks at once"]
pub struct RwLockUpgradableReadGuardArc<T: ?Sized>(Guard<Part<T>, Upgradable>);

/// Exclusive access to the value of an [`RwLock`] that it keeps alive.
#[must_use = "a guard that is dropped at once unlocks at once"]
pub struct RwLockWriteGuardArc<T: ?Sized>(Guard<Part<T>, anywake_core::rwlock::Write>);

guard_of_value! {
    RwLockReadGuard['a, T: ?Sized]['a, T];
    RwLockUpgradableReadGuard['a, T: ?Sized]['a, T];
    RwLockWriteGuard['a, T: ?Sized]['a, T] and DerefMut;
    RwLockReadGuardArc[T: ?Sized][T];
    RwLockUpgradableReadGuardArc[T: ?Sized][T];
    RwLockWriteGuardArc[T: ?Sized][T] and DerefMut;
}

impl<'a, T: ?Sized> RwLockUpgradableReadGuard<'a, T> {
    /// Others may upgrade from now on.
    pub fn downgrade(guard: Self) -> RwLockReadGuard<'a, T> {
        RwLockReadGuard(Guard::<_, Upgradable>::downgrade(guard.0))
    }

    /// Makes the access exclusive if there is no other reader.
    ///
    /// # Errors
    /// The guard, if there is another reader.
    pub fn try_upgrade(guard: Self) -> Result<RwLockWriteGuard<'a, T>, Self> {
        Guard::try_upgrade(guard.0).map(RwLockWriteGuard).map_err(Self)
    }

    /// Waits until the access is exclusive.
    pub fn upgrade(guard: Self) -> Upgrade<'a, T> {
        Upgrade { wait: Guard::upgrade(guard.0) }
    }

    /// As [`upgrade`](Self::upgrade), for a thread.
    pub fn upgrade_blocking(guard: Self) -> RwLockWriteGuard<'a, T> {
        block_on(Self::upgrade(guard))
    }
}

impl<T: ?Sized> RwLockUpgradableReadGuardArc<T> {
    /// Others may upgrade from now on.
    pub fn downgrade(guard: Self) -> RwLockReadGuardArc<T> {
        RwLockReadGuardArc(Guard::<_, Upgradable>::downgrade(guard.0))
    }

    /// Makes the access exclusive if there is no other reader.
    ///
    /// # Errors
    /// The guard, if there is another reader.
    pub fn try_upgrade(guard: Self) -> Result<RwLockWriteGuardArc<T>, Self> {
        Guard::try_upgrade(guard.0).map(RwLockWriteGuardArc).map_err(Self)
    }

    /// Waits until the access is exclusive.
    pub fn upgrade(guard: Self) -> UpgradeArc<T> {
        UpgradeArc { wait: Guard::upgrade(guard.0) }
    }

    /// As [`upgrade`](Self::upgrade), for a thread.
    pub fn upgrade_blocking(guard: Self) -> RwLockWriteGuardArc<T> {
        block_on(Self::upgrade(guard))
    }
}

impl<'a, T: ?Sized> RwLockWriteGuard<'a, T> {
    /// Lets other readers in.
    pub fn downgrade(guard: Self) -> RwLockReadGuard<'a, T> {
        RwLockReadGuard(Guard::<_, anywake_core::rwlock::Write>::downgrade(guard.0))
    }

    /// Lets other readers in, and may be upgraded again.
    pub fn downgrade_to_upgradable(guard: Self) -> RwLockUpgradableReadGuard<'a, T> {
        RwLockUpgradableReadGuard(Guard::downgrade_to_upgradable(guard.0))
    }
}

impl<T: ?Sized> RwLockWriteGuardArc<T> {
    /// Lets other readers in.
    pub fn downgrade(guard: Self) -> RwLockReadGuardArc<T> {
        RwLockReadGuardArc(Guard::<_, anywake_core::rwlock::Write>::downgrade(guard.0))
    }

    /// Lets other readers in, and may be upgraded again.
    pub fn downgrade_to_upgradable(guard: Self) -> RwLockUpgradableReadGuardArc<T> {
        RwLockUpgradableReadGuardArc(Guard::downgrade_to_upgradable(guard.0))
    }
}

futures! {
    /// The future of [`RwLock::read`].
    Read['a, T: ?Sized]['a, T](ReadFuture<'a, T>) -> RwLockReadGuard<'a, T>, RwLockReadGuard;
    /// The future of [`RwLock::read_arc`].
    ReadArc['a, T: ?Sized]['a, T](With<PartReadFuture<RwLock<T>, T>, Borrow<'a>>) -> RwLockReadGuardArc<T>,
        |(guard, _)| RwLockReadGuardArc(guard);
    /// The future of [`RwLock::upgradable_read`].
    UpgradableRead['a, T: ?Sized]['a, T](UpgradableReadFuture<'a, T>) -> RwLockUpgradableReadGuard<'a, T>,
        RwLockUpgradableReadGuard;
    /// The future of [`RwLock::upgradable_read_arc`].
    UpgradableReadArc['a, T: ?Sized]['a, T](With<PartUpgradableReadFuture<RwLock<T>, T>, Borrow<'a>>)
        -> RwLockUpgradableReadGuardArc<T>, |(guard, _)| RwLockUpgradableReadGuardArc(guard);
    /// The future of [`RwLock::write`].
    Write['a, T: ?Sized]['a, T](WriteFuture<'a, T>) -> RwLockWriteGuard<'a, T>, RwLockWriteGuard;
    /// The future of [`RwLock::write_arc`].
    WriteArc['a, T: ?Sized]['a, T](With<PartWriteFuture<RwLock<T>, T>, Borrow<'a>>) -> RwLockWriteGuardArc<T>,
        |(guard, _)| RwLockWriteGuardArc(guard);
    /// The future of [`RwLockUpgradableReadGuard::upgrade`].
    Upgrade['a, T: ?Sized]['a, T](UpgradeFuture<&'a CoreRwLock<T>>) -> RwLockWriteGuard<'a, T>, RwLockWriteGuard;
    /// The future of [`RwLockUpgradableReadGuardArc::upgrade`].
    UpgradeArc[T: ?Sized][T](UpgradeFuture<Part<T>>) -> RwLockWriteGuardArc<T>, RwLockWriteGuardArc;
}
