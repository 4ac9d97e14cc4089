//! Reader-writer locks around a `u64`. futures-util and futures-intrusive have none.

use core::future::Future;
use core::ops::{Deref, DerefMut};

use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;

use super::contender;
use crate::harness::Contender;

/// A reader-writer lock of one library.
pub trait RwLock: Contender + Send + Sync + 'static {
    /// A reader inside.
    type Read<'a>: Deref<Target = u64> + Send;
    /// The writer inside.
    type Write<'a>: DerefMut<Target = u64> + Send;
    /// Makes a lock that nobody holds.
    fn new() -> Self;
    /// Waits to read.
    fn read(&self) -> impl Future<Output = Self::Read<'_>> + Send;
    /// Waits to write.
    fn write(&self) -> impl Future<Output = Self::Write<'_>> + Send;
    /// Reads if that is possible at once.
    fn try_read(&self) -> Option<Self::Read<'_>>;
    /// Writes if that is possible at once.
    fn try_write(&self) -> Option<Self::Write<'_>>;
}

/// A lock with a reader that can become a writer.
pub trait Upgradable: RwLock {
    /// The upgradable reader inside.
    type Upgradable<'a>: Deref<Target = u64> + Send;
    /// Waits to read upgradably.
    fn upgradable_read(&self) -> impl Future<Output = Self::Upgradable<'_>> + Send;
    /// Waits to become the writer.
    fn upgrade(guard: Self::Upgradable<'_>) -> impl Future<Output = Self::Write<'_>> + Send;
}

/// Calls `f` with every reader-writer lock.
macro_rules! each_rwlock {
    ($f:ident($($argument:expr),*)) => {{
        use $crate::contenders::rwlock::*;
        each_queueing_rwlock!($f($($argument),*));
        $f::<Embassy>($($argument),*);
    }};
}
pub(crate) use each_rwlock;

/// Calls `f` with every reader-writer lock that has a queue of waiters. embassy-sync keeps one waker, and a new waiter
/// evicts it.
macro_rules! each_queueing_rwlock {
    ($f:ident($($argument:expr),*)) => {{
        use $crate::contenders::rwlock::*;
        $f::<Anywake>($($argument),*);
        $f::<Tokio>($($argument),*);
        $f::<AsyncLock>($($argument),*);
        $f::<Maitake>($($argument),*);
        $f::<Asyncband>($($argument),*);
    }};
}
pub(crate) use each_queueing_rwlock;

/// Calls `f` with every reader-writer lock that has upgrades.
macro_rules! each_upgradable {
    ($f:ident($($argument:expr),*)) => {{
        use $crate::contenders::rwlock::*;
        $f::<Anywake>($($argument),*);
        $f::<AsyncLock>($($argument),*);
    }};
}
pub(crate) use each_upgradable;

/// Declares an adapter: `adapter!(documentation, Name("name in tables", ..), type, guards, constructor)`.
macro_rules! adapter {
    ($(#[$doc:meta])* $adapter:ident, $name:literal $(, $item:ident = $value:ident)*;
     $lock:ty, $read:ident, $write:ident, $new:expr) => {
        $(#[$doc])*
        pub struct $adapter($lock);
        contender!($adapter, $name $(, $item = $value)*);

        impl RwLock for $adapter {
            type Read<'a> = $read<'a>;
            type Write<'a> = $write<'a>;

            fn new() -> Self {
                Self($new)
            }

            #[inline]
            fn read(&self) -> impl Future<Output = Self::Read<'_>> + Send {
                self.0.read()
            }

            #[inline]
            fn write(&self) -> impl Future<Output = Self::Write<'_>> + Send {
                self.0.write()
            }

            #[inline]
            fn try_read(&self) -> Option<Self::Read<'_>> {
                // Some libraries return an `Option`, others a `Result`.
                self.0.try_read().into_iter().next()
            }

            #[inline]
            fn try_write(&self) -> Option<Self::Write<'_>> {
                self.0.try_write().into_iter().next()
            }
        }
    };
}

type AnywakeRead<'a> = anywake_core::ReadGuard<'a, u64>;
type AnywakeWrite<'a> = anywake_core::WriteGuard<'a, u64>;
type TokioRead<'a> = tokio::sync::RwLockReadGuard<'a, u64>;
type TokioWrite<'a> = tokio::sync::RwLockWriteGuard<'a, u64>;
type AsyncLockRead<'a> = async_lock::RwLockReadGuard<'a, u64>;
type AsyncLockWrite<'a> = async_lock::RwLockWriteGuard<'a, u64>;
type MaitakeRead<'a> = maitake_sync::RwLockReadGuard<'a, u64>;
type MaitakeWrite<'a> = maitake_sync::RwLockWriteGuard<'a, u64>;
type AsyncbandRead<'a> = asyncband::rwlock::RwLockReadGuard<'a, u64>;
type AsyncbandWrite<'a> = asyncband::rwlock::RwLockWriteGuard<'a, u64>;
type EmbassyRead<'a> = embassy_sync::rwlock::RwLockReadGuard<'a, CriticalSectionRawMutex, u64>;
type EmbassyWrite<'a> = embassy_sync::rwlock::RwLockWriteGuard<'a, CriticalSectionRawMutex, u64>;

adapter! {
    /// anywake: phase-fair. It is not FIFO, since readers go in together, and is compared with every rival.
    Anywake, "anywake", kind = Ours;
    anywake_core::RwLock<u64>, AnywakeRead, AnywakeWrite, anywake_core::RwLock::new(0)
}

adapter! {
    /// tokio: a fair semaphore, of which a writer takes all permits.
    Tokio, "tokio", order = Fifo;
    tokio::sync::RwLock<u64>, TokioRead, TokioWrite, tokio::sync::RwLock::const_new(0)
}

adapter! {
    /// async-lock (also smol's): writers first.
    AsyncLock, "async-lock";
    async_lock::RwLock<u64>, AsyncLockRead, AsyncLockWrite, async_lock::RwLock::new(0)
}

adapter! {
    /// maitake-sync: a fair semaphore, on its default spin lock.
    Maitake, "maitake-sync", order = Fifo;
    maitake_sync::RwLock<u64>, MaitakeRead, MaitakeWrite, maitake_sync::RwLock::new(0)
}

adapter! {
    /// asyncband, formerly mea: a fair semaphore.
    Asyncband, "asyncband", order = Fifo;
    asyncband::rwlock::RwLock<u64>, AsyncbandRead, AsyncbandWrite, asyncband::rwlock::RwLock::new(0)
}

adapter! {
    /// embassy-sync on its only raw mutex that threads may share: one waker, and readers first.
    Embassy, "embassy-sync";
    embassy_sync::rwlock::RwLock<CriticalSectionRawMutex, u64>, EmbassyRead, EmbassyWrite,
    embassy_sync::rwlock::RwLock::new(0)
}

impl Upgradable for Anywake {
    type Upgradable<'a> = anywake_core::UpgradableGuard<'a, u64>;

    #[inline]
    fn upgradable_read(&self) -> impl Future<Output = Self::Upgradable<'_>> + Send {
        self.0.upgradable_read()
    }

    #[inline]
    fn upgrade(guard: Self::Upgradable<'_>) -> impl Future<Output = Self::Write<'_>> + Send {
        anywake_core::UpgradableGuard::upgrade(guard)
    }
}

impl Upgradable for AsyncLock {
    type Upgradable<'a> = async_lock::RwLockUpgradableReadGuard<'a, u64>;

    #[inline]
    fn upgradable_read(&self) -> impl Future<Output = Self::Upgradable<'_>> + Send {
        self.0.upgradable_read()
    }

    #[inline]
    fn upgrade(guard: Self::Upgradable<'_>) -> impl Future<Output = Self::Write<'_>> + Send {
        async_lock::RwLockUpgradableReadGuard::upgrade(guard)
    }
}
