//! Barriers: the last of a number of tasks lets the others go.

use core::future::Future;

use super::contender;
use crate::harness::Contender;

/// A barrier of one library.
pub trait Barrier: Contender + Send + Sync + 'static {
    /// What a wait returns.
    type Pass: Send;
    /// Makes one for a number of tasks.
    fn new(parties: usize) -> Self;
    /// Arrives, and waits for the others.
    fn wait(&self) -> impl Future<Output = Self::Pass> + Send;
    /// Whether the caller is the leader of its round.
    fn leads(pass: Self::Pass) -> bool;
}

/// Calls `f` with every barrier.
macro_rules! each_barrier {
    ($f:ident($($argument:expr),*)) => {{
        use $crate::contenders::barrier::*;
        $f::<Anywake>($($argument),*);
        $f::<Tokio>($($argument),*);
        $f::<AsyncLock>($($argument),*);
        $f::<Asyncband>($($argument),*);
    }};
}
pub(crate) use each_barrier;

/// anywake.
pub struct Anywake(anywake_core::Barrier);
contender!(Anywake, "anywake", kind = Ours, order = Fifo);

impl Barrier for Anywake {
    type Pass = Result<anywake_core::BarrierPass, anywake_core::BrokenBarrier>;

    fn new(parties: usize) -> Self {
        Self(anywake_core::Barrier::new(parties))
    }

    #[inline]
    fn wait(&self) -> impl Future<Output = Self::Pass> + Send {
        self.0.wait()
    }

    #[inline]
    fn leads(pass: Self::Pass) -> bool {
        pass.is_ok_and(|pass| pass.is_leader())
    }
}

/// tokio. A dropped wait still counts as an arrival.
pub struct Tokio(tokio::sync::Barrier);
contender!(Tokio, "tokio");

impl Barrier for Tokio {
    type Pass = tokio::sync::BarrierWaitResult;

    fn new(parties: usize) -> Self {
        Self(tokio::sync::Barrier::new(parties))
    }

    #[inline]
    fn wait(&self) -> impl Future<Output = Self::Pass> + Send {
        self.0.wait()
    }

    #[inline]
    fn leads(pass: Self::Pass) -> bool {
        pass.is_leader()
    }
}

/// async-lock. A dropped wait still counts as an arrival.
pub struct AsyncLock(async_lock::Barrier);
contender!(AsyncLock, "async-lock");

impl Barrier for AsyncLock {
    type Pass = async_lock::BarrierWaitResult;

    fn new(parties: usize) -> Self {
        Self(async_lock::Barrier::new(parties))
    }

    #[inline]
    fn wait(&self) -> impl Future<Output = Self::Pass> + Send {
        self.0.wait()
    }

    #[inline]
    fn leads(pass: Self::Pass) -> bool {
        pass.is_leader()
    }
}

/// asyncband. A dropped wait still counts as an arrival.
pub struct Asyncband(asyncband::barrier::Barrier);
contender!(Asyncband, "asyncband");

impl Barrier for Asyncband {
    type Pass = asyncband::barrier::BarrierWaitResult;

    fn new(parties: usize) -> Self {
        Self(asyncband::barrier::Barrier::new(u32::try_from(parties).expect("the parties can be counted")))
    }

    #[inline]
    fn wait(&self) -> impl Future<Output = Self::Pass> + Send {
        self.0.wait()
    }

    #[inline]
    fn leads(pass: Self::Pass) -> bool {
        pass.is_leader()
    }
}
