//! Counting semaphores.

use core::future::Future;

use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_sync::semaphore::{self as embassy, Semaphore as _, SemaphoreReleaser};

use super::contender;
use crate::harness::Contender;

/// A semaphore of one library. A permit is released when it is dropped.
pub trait Semaphore: Contender + Send + Sync + 'static {
    /// The output of `acquire`: a permit, as the library returns it.
    type Permit<'a>: Send;
    /// Makes a semaphore with `permits` permits.
    fn new(permits: usize) -> Self;
    /// Waits for a permit.
    fn acquire(&self) -> impl Future<Output = Self::Permit<'_>> + Send;
    /// Acquires a permit if one is available, and releases it.
    fn try_acquire(&self) -> bool;
}

/// A semaphore with requests for several permits.
pub trait ManyPermits: Semaphore {
    /// Waits for `n` permits.
    fn acquire_many(&self, n: u16) -> impl Future<Output: Send> + Send;
}

/// Calls `f` with every semaphore.
macro_rules! each_semaphore {
    ($f:ident($($argument:expr),*)) => {{
        use $crate::contenders::semaphore::*;
        each_many_permits!($f($($argument),*));
        $f::<AsyncLock>($($argument),*);
    }};
}
pub(crate) use each_semaphore;

/// Calls `f` with every semaphore that has `acquire_many`.
macro_rules! each_many_permits {
    ($f:ident($($argument:expr),*)) => {{
        use $crate::contenders::semaphore::*;
        each_queueing!($f($($argument),*));
        $f::<EmbassyGreedy>($($argument),*);
        $f::<EmbassyFair>($($argument),*);
    }};
}
pub(crate) use each_many_permits;

/// Calls `f` with every semaphore that has `acquire_many` and an unbounded queue. embassy-sync has none or a fixed one.
macro_rules! each_queueing {
    ($f:ident($($argument:expr),*)) => {{
        use $crate::contenders::semaphore::*;
        $f::<Anywake>($($argument),*);
        $f::<Tokio>($($argument),*);
        $f::<FuturesIntrusiveFair>($($argument),*);
        $f::<FuturesIntrusive>($($argument),*);
        $f::<Maitake>($($argument),*);
        $f::<Asyncband>($($argument),*);
    }};
}
pub(crate) use each_queueing;

/// anywake.
pub struct Anywake(anywake_core::Semaphore);
contender!(Anywake, "anywake", kind = Ours, order = Fifo);

impl Semaphore for Anywake {
    type Permit<'a> = Result<anywake_core::Permit<'a>, anywake_core::Closed>;

    fn new(permits: usize) -> Self {
        Self(anywake_core::Semaphore::new(permits))
    }

    #[inline]
    fn acquire(&self) -> impl Future<Output = Self::Permit<'_>> + Send {
        self.0.acquire()
    }

    #[inline]
    fn try_acquire(&self) -> bool {
        self.0.try_acquire().is_ok()
    }
}

impl ManyPermits for Anywake {
    #[inline]
    fn acquire_many(&self, n: u16) -> impl Future<Output: Send> + Send {
        self.0.acquire_many(n.into())
    }
}

/// tokio.
pub struct Tokio(tokio::sync::Semaphore);
contender!(Tokio, "tokio", order = Fifo);

impl Semaphore for Tokio {
    type Permit<'a> = Result<tokio::sync::SemaphorePermit<'a>, tokio::sync::AcquireError>;

    fn new(permits: usize) -> Self {
        Self(tokio::sync::Semaphore::const_new(permits))
    }

    #[inline]
    fn acquire(&self) -> impl Future<Output = Self::Permit<'_>> + Send {
        self.0.acquire()
    }

    #[inline]
    fn try_acquire(&self) -> bool {
        self.0.try_acquire().is_ok()
    }
}

impl ManyPermits for Tokio {
    #[inline]
    fn acquire_many(&self, n: u16) -> impl Future<Output: Send> + Send {
        self.0.acquire_many(n.into())
    }
}

/// async-lock: barging, and without `acquire_many`.
pub struct AsyncLock(async_lock::Semaphore);
contender!(AsyncLock, "async-lock");

impl Semaphore for AsyncLock {
    type Permit<'a> = async_lock::SemaphoreGuard<'a>;

    fn new(permits: usize) -> Self {
        Self(async_lock::Semaphore::new(permits))
    }

    #[inline]
    fn acquire(&self) -> impl Future<Output = Self::Permit<'_>> + Send {
        self.0.acquire()
    }

    #[inline]
    fn try_acquire(&self) -> bool {
        self.0.try_acquire().is_some()
    }
}

/// futures-intrusive, in either mode.
pub struct FuturesIntrusiveMode<const FAIR: bool>(futures_intrusive::sync::Semaphore);
/// futures-intrusive in its fair mode.
pub type FuturesIntrusiveFair = FuturesIntrusiveMode<true>;
/// futures-intrusive in its barging mode.
pub type FuturesIntrusive = FuturesIntrusiveMode<false>;
contender!(FuturesIntrusiveFair, "futures-intrusive fair", order = Fifo);
contender!(FuturesIntrusive, "futures-intrusive");

impl<const FAIR: bool> Semaphore for FuturesIntrusiveMode<FAIR>
where
    Self: Contender,
{
    type Permit<'a> = futures_intrusive::sync::SemaphoreReleaser<'a>;

    fn new(permits: usize) -> Self {
        Self(futures_intrusive::sync::Semaphore::new(FAIR, permits))
    }

    #[inline]
    fn acquire(&self) -> impl Future<Output = Self::Permit<'_>> + Send {
        self.0.acquire(1)
    }

    #[inline]
    fn try_acquire(&self) -> bool {
        self.0.try_acquire(1).is_some()
    }
}

impl<const FAIR: bool> ManyPermits for FuturesIntrusiveMode<FAIR>
where
    Self: Contender,
{
    #[inline]
    fn acquire_many(&self, n: u16) -> impl Future<Output: Send> + Send {
        self.0.acquire(n.into())
    }
}

/// maitake-sync.
pub struct Maitake(maitake_sync::Semaphore);
contender!(Maitake, "maitake-sync", order = Fifo);

impl Semaphore for Maitake {
    type Permit<'a> = Result<maitake_sync::semaphore::Permit<'a>, maitake_sync::Closed>;

    fn new(permits: usize) -> Self {
        Self(maitake_sync::Semaphore::new(permits))
    }

    #[inline]
    fn acquire(&self) -> impl Future<Output = Self::Permit<'_>> + Send {
        self.0.acquire(1)
    }

    #[inline]
    fn try_acquire(&self) -> bool {
        self.0.try_acquire(1).is_ok()
    }
}

impl ManyPermits for Maitake {
    #[inline]
    fn acquire_many(&self, n: u16) -> impl Future<Output: Send> + Send {
        self.0.acquire(n.into())
    }
}

/// embassy-sync's greedy semaphore, with one place for a waker and no queue.
pub struct EmbassyGreedy(embassy::GreedySemaphore<CriticalSectionRawMutex>);
contender!(EmbassyGreedy, "embassy-sync greedy");

impl Semaphore for EmbassyGreedy {
    type Permit<'a> = Result<
        SemaphoreReleaser<'a, embassy::GreedySemaphore<CriticalSectionRawMutex>>,
        core::convert::Infallible,
    >;

    fn new(permits: usize) -> Self {
        Self(embassy::GreedySemaphore::new(permits))
    }

    #[inline]
    fn acquire(&self) -> impl Future<Output = Self::Permit<'_>> + Send {
        self.0.acquire(1)
    }

    #[inline]
    fn try_acquire(&self) -> bool {
        self.0.try_acquire(1).is_some()
    }
}

impl ManyPermits for EmbassyGreedy {
    #[inline]
    fn acquire_many(&self, n: u16) -> impl Future<Output: Send> + Send {
        self.0.acquire(n.into())
    }
}

/// The length of the queue of embassy-sync's fair semaphore: the largest number of waiters in these workloads.
const WAITERS: usize = 64;

type FairSemaphore = embassy::FairSemaphore<CriticalSectionRawMutex, WAITERS>;

/// embassy-sync's fair semaphore.
pub struct EmbassyFair(FairSemaphore);
contender!(EmbassyFair, "embassy-sync fair", order = Fifo);

impl Semaphore for EmbassyFair {
    type Permit<'a> = Result<SemaphoreReleaser<'a, FairSemaphore>, embassy::WaitQueueFull>;

    fn new(permits: usize) -> Self {
        Self(FairSemaphore::new(permits))
    }

    #[inline]
    fn acquire(&self) -> impl Future<Output = Self::Permit<'_>> + Send {
        self.0.acquire(1)
    }

    #[inline]
    fn try_acquire(&self) -> bool {
        self.0.try_acquire(1).is_some()
    }
}

impl ManyPermits for EmbassyFair {
    #[inline]
    fn acquire_many(&self, n: u16) -> impl Future<Output: Send> + Send {
        self.0.acquire(n.into())
    }
}

/// asyncband.
pub struct Asyncband(asyncband::semaphore::Semaphore);
contender!(Asyncband, "asyncband", order = Fifo);

impl Semaphore for Asyncband {
    type Permit<'a> = asyncband::semaphore::SemaphorePermit<'a>;

    fn new(permits: usize) -> Self {
        Self(asyncband::semaphore::Semaphore::new(permits))
    }

    #[inline]
    fn acquire(&self) -> impl Future<Output = Self::Permit<'_>> + Send {
        self.0.acquire(1)
    }

    #[inline]
    fn try_acquire(&self) -> bool {
        self.0.try_acquire(1).is_some()
    }
}

impl ManyPermits for Asyncband {
    #[inline]
    fn acquire_many(&self, n: u16) -> impl Future<Output: Send> + Send {
        self.0.acquire(n.into())
    }
}
