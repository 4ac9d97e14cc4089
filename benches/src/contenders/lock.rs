//! Locks around a `u64`.

use core::future::Future;
use core::ops::DerefMut;
use std::sync::Arc;

use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;

use super::contender;
use crate::harness::Contender;

/// A lock of one library.
pub trait Lock: Contender + Send + Sync + 'static {
    /// Holds the lock while it lives.
    type Guard<'a>: DerefMut<Target = u64> + Send;
    /// Makes an unlocked one.
    fn new() -> Self;
    /// Waits for the lock.
    fn lock(&self) -> impl Future<Output = Self::Guard<'_>> + Send;
    /// Locks if the lock is free.
    fn try_lock(&self) -> Option<Self::Guard<'_>>;
}

/// A lock with waits and guards that keep it alive.
pub trait OwnedLock: Contender {
    /// The library's own lock.
    type Lock: Send + Sync + 'static;
    /// An unlocked one.
    fn new_owned() -> Arc<Self::Lock>;
    /// Waits for the lock.
    fn lock_owned(lock: &Arc<Self::Lock>) -> impl Future<Output: DerefMut<Target = u64> + Send> + Send;
}

/// Calls `f` with every lock.
macro_rules! each_lock {
    ($f:ident($($argument:expr),*)) => {{
        use $crate::contenders::lock::*;
        each_queueing_lock!($f($($argument),*));
        $f::<Embassy>($($argument),*);
    }};
}
pub(crate) use each_lock;

/// Calls `f` with every lock that has a queue of waiters. embassy-sync keeps one waker: a new waiter evicts it.
macro_rules! each_queueing_lock {
    ($f:ident($($argument:expr),*)) => {{
        use $crate::contenders::lock::*;
        $f::<Anywake>($($argument),*);
        $f::<AnywakeBypass>($($argument),*);
        $f::<Tokio>($($argument),*);
        $f::<AsyncLock>($($argument),*);
        $f::<FuturesUtil>($($argument),*);
        $f::<FuturesIntrusiveFair>($($argument),*);
        $f::<FuturesIntrusive>($($argument),*);
        $f::<Maitake>($($argument),*);
        $f::<Asyncband>($($argument),*);
    }};
}
pub(crate) use each_queueing_lock;

/// Calls `f` with every lock that has owned waits.
macro_rules! each_owned_lock {
    ($f:ident($($argument:expr),*)) => {{
        use $crate::contenders::lock::*;
        $f::<Anywake>($($argument),*);
        $f::<Tokio>($($argument),*);
        $f::<AsyncLock>($($argument),*);
        $f::<FuturesUtil>($($argument),*);
        $f::<Maitake>($($argument),*);
        $f::<Asyncband>($($argument),*);
    }};
}
pub(crate) use each_owned_lock;

/// Declares an adapter for a lock: `adapter!(documentation, Name("name in tables", ..), type, guard, constructor)`.
macro_rules! adapter {
    ($(#[$doc:meta])* $adapter:ident, $name:literal $(, $item:ident = $value:ident)*;
     $lock:ty, $guard:ident, $new:expr) => {
        $(#[$doc])*
        pub struct $adapter($lock);
        contender!($adapter, $name $(, $item = $value)*);

        impl Lock for $adapter {
            type Guard<'a> = $guard<'a>;

            fn new() -> Self {
                Self($new)
            }

            #[inline]
            fn lock(&self) -> impl Future<Output = Self::Guard<'_>> + Send {
                self.0.lock()
            }

            #[inline]
            fn try_lock(&self) -> Option<Self::Guard<'_>> {
                // Some libraries return an `Option`, others a `Result`.
                self.0.try_lock().into_iter().next()
            }
        }
    };
}

/// The bypass limit of our barging lock. async-lock lets others pass for 500 µs, which is about a hundred acquisitions
/// of 5 µs each, so that the two have similar bounds.
pub const BYPASS: u16 = 100;

type AnywakeGuard<'a> = anywake_core::LockGuard<'a, u64>;
type TokioGuard<'a> = tokio::sync::MutexGuard<'a, u64>;
type AsyncLockGuard<'a> = async_lock::MutexGuard<'a, u64>;
type FuturesUtilGuard<'a> = futures_util::lock::MutexGuard<'a, u64>;
type FuturesIntrusiveGuard<'a> = futures_intrusive::sync::MutexGuard<'a, u64>;
type MaitakeGuard<'a> = maitake_sync::MutexGuard<'a, u64>;
type EmbassyGuard<'a> = embassy_sync::mutex::MutexGuard<'a, CriticalSectionRawMutex, u64>;
type AsyncbandGuard<'a> = asyncband::mutex::MutexGuard<'a, u64>;

adapter! {
    /// anywake, first come first served.
    Anywake, "anywake", kind = Ours, order = Fifo;
    anywake_core::Lock<u64>, AnywakeGuard, anywake_core::Lock::new(0)
}

adapter! {
    /// anywake, throughput mode with its bound.
    AnywakeBypass, "anywake bypass", kind = Ours;
    anywake_core::Lock<u64>, AnywakeGuard, anywake_core::Lock::with_bypass(0, BYPASS)
}

adapter! {
    /// tokio: a fair semaphore of one permit.
    Tokio, "tokio", order = Fifo;
    tokio::sync::Mutex<u64>, TokioGuard, tokio::sync::Mutex::const_new(0)
}

adapter! {
    /// async-lock (also smol's and async-std's): barging until a waiter has starved for half a millisecond.
    AsyncLock, "async-lock";
    async_lock::Mutex<u64>, AsyncLockGuard, async_lock::Mutex::new(0)
}

adapter! {
    /// futures-util: a slab of waiters, barging, no order.
    FuturesUtil, "futures-util";
    futures_util::lock::Mutex<u64>, FuturesUtilGuard, futures_util::lock::Mutex::new(0)
}

adapter! {
    /// futures-intrusive in its fair mode, on parking_lot's raw mutex (its default for threads).
    FuturesIntrusiveFair, "futures-intrusive fair", order = Fifo;
    futures_intrusive::sync::Mutex<u64>, FuturesIntrusiveGuard, futures_intrusive::sync::Mutex::new(0, true)
}

adapter! {
    /// futures-intrusive in its barging mode.
    FuturesIntrusive, "futures-intrusive";
    futures_intrusive::sync::Mutex<u64>, FuturesIntrusiveGuard, futures_intrusive::sync::Mutex::new(0, false)
}

adapter! {
    /// maitake-sync on its default spin lock, which is faster than its other raw mutexes (std's, a critical section).
    Maitake, "maitake-sync", order = Fifo;
    maitake_sync::Mutex<u64>, MaitakeGuard, maitake_sync::Mutex::new(0)
}

adapter! {
    /// embassy-sync on its only raw mutex that threads may share.
    Embassy, "embassy-sync";
    embassy_sync::mutex::Mutex<CriticalSectionRawMutex, u64>, EmbassyGuard, embassy_sync::mutex::Mutex::new(0)
}

adapter! {
    /// asyncband, formerly mea.
    Asyncband, "asyncband", order = Fifo;
    asyncband::mutex::Mutex<u64>, AsyncbandGuard, asyncband::mutex::Mutex::new(0)
}

/// Gives a contender its owned waits: `owned!(Name, type, |lock| the wait)`.
macro_rules! owned {
    ($adapter:ident, $lock:ty, |$it:ident| $wait:expr) => {
        impl OwnedLock for $adapter {
            type Lock = $lock;

            fn new_owned() -> Arc<$lock> {
                Arc::new(Self::new().0)
            }

            #[inline]
            fn lock_owned($it: &Arc<$lock>) -> impl Future<Output: DerefMut<Target = u64> + Send> + Send {
                $wait
            }
        }
    };
}

owned!(Anywake, anywake_core::Lock<u64>, |lock| Arc::clone(lock).lock_owned());
owned!(Tokio, tokio::sync::Mutex<u64>, |lock| Arc::clone(lock).lock_owned());
owned!(AsyncLock, async_lock::Mutex<u64>, |lock| lock.lock_arc());
owned!(FuturesUtil, futures_util::lock::Mutex<u64>, |lock| Arc::clone(lock).lock_owned());
owned!(Maitake, maitake_sync::Mutex<u64>, |lock| Arc::clone(lock).lock_owned());
owned!(Asyncband, asyncband::mutex::Mutex<u64>, |lock| Arc::clone(lock).lock_owned());
