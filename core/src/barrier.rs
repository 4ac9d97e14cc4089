//! [`Barrier`]: tasks that wait for each other. And its futures.

#[cfg(feature = "alloc")]
use crate::sys::Arc;
use core::fmt;

use crate::sys::atomic::const_fn;
use crate::wait::future::Wait;
use crate::wait::handle::Primitive;
use crate::wait::trace::{self, named};

#[forbid(unsafe_code)]
mod pass;
mod raw;
mod wait;

pub use pass::{BarrierPass, BrokenBarrier};
use raw::{BarrierCore, Place};
pub use wait::BarrierFuture;
#[cfg(feature = "alloc")]
pub use wait::OwnedBarrierFuture;

/// A meeting point for a fixed number of tasks, round after round, with the rules of `asyncio.Barrier`.
///
/// A [`wait`](Self::wait) arrives when it is first polled or [enabled](BarrierFuture::enable). The last of `parties`
/// arrivals completes the round: it does not wait, and lets the others go. Each of them gets a [`BarrierPass`] with its
/// index, from 0 to `parties - 1` in the order of arrival. The barrier takes up to six words, neither allocates nor grows,
/// and lives in a `static`.
///
/// A round is complete in one step. A task that arrives after that belongs to the next round, which begins at once, even
/// while tasks of the last one have not run yet. (In asyncio it begins when they all have left.)
///
/// # A wait that is dropped
/// An arrival that is cancelled takes itself back: the round goes on to wait for `parties` tasks, and those that came later
/// move up. The barrier is not broken by it. Once its round is complete, a wait that is dropped changes nothing: its index
/// is used up, and the others have theirs. (More than 16 tasks are let go in batches. If a waker or another thread drops one
/// of them before its turn, those behind it move up, and an index just below the leader's is not used.)
///
/// # `abort` and `reset`
/// One rule holds for both: a round that is complete stays so, and tasks that wait for a round that is not complete get
/// [`BrokenBarrier`]. It does not matter whether the tasks of the complete round have run. `threading.Barrier` and Java's
/// `CyclicBarrier` have the same rule. It is not that of asyncio: there a `reset` while tasks are leaving breaks those and
/// spares the ones that wait, and an `abort` breaks both.
///
/// # Memory ordering
/// All that a task did before it arrived happens before each return of a pass of the same round.
///
/// # A wait that is not polled
/// It has arrived, and holds nobody up: the others go on when the round is complete.
///
/// # Interrupt handlers
/// With the feature `critical-section`, all methods may be called from one, except that `wait` is awaited elsewhere. A handler
/// can arrive as the last one, by [`enable`](BarrierFuture::enable).
///
/// # Examples
/// ```
/// # use anywake_core as anywake;
/// use anywake::{Barrier, BrokenBarrier};
/// use core::pin::pin;
///
/// # async fn example() {
/// static ROUND: Barrier = Barrier::new(2);
///
/// let mut first = pin!(ROUND.wait());
/// assert!(!first.as_mut().enable(), "it waits for another one");
/// let last = ROUND.wait().await.unwrap();
/// assert!(last.is_leader());
/// assert_eq!((first.await.unwrap().index(), last.index()), (0, 1));
///
/// ROUND.abort();
/// assert_eq!(ROUND.wait().await, Err(BrokenBarrier));
/// # }
/// # anywake_core::doctest::block_on(example());
/// ```
#[doc(alias("CyclicBarrier", "rendezvous", "phaser"))]
pub struct Barrier {
    core: BarrierCore,
}

impl Barrier {
    const_fn! {
        /// A barrier for `parties` tasks.
        ///
        /// # Panics
        /// If `parties` is zero, as in asyncio. In a `static` or a `const` that is an error of the compiler.
        ///
        /// # Examples
        /// ```
        /// # use anywake_core as anywake;
        /// static ROUND: anywake::Barrier = anywake::Barrier::new(3);
        /// assert_eq!(ROUND.parties(), 3);
        /// ```
        #[must_use]
        pub const fn new(parties: usize) -> Self {
            Self { core: BarrierCore::new(parties) }
        }
    }

    named! { core.queue }

    /// Waits until as many tasks have arrived as the barrier is for, and returns the caller's place among them. The last one
    /// does not wait.
    ///
    /// # Cancel safety
    /// Dropping the future before the round is complete takes the arrival back: the others wait for another task. If the
    /// round is complete, it stays complete, and the index of the dropped wait is not used.
    ///
    /// # Fairness
    /// Indices are in the order of arrival, and tasks are woken in that order.
    ///
    /// # Errors
    /// [`BrokenBarrier`] after an [`abort`](Self::abort), and if the barrier is aborted or [`reset`](Self::reset) while this
    /// waits. Never once the round is complete.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let barrier = anywake::Barrier::new(2);
    /// let mut first = core::pin::pin!(barrier.wait());
    /// first.as_mut().enable();
    /// assert_eq!(barrier.wait().await.unwrap().index(), 1);
    /// assert_eq!(first.await.unwrap().index(), 0);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn wait(&self) -> BarrierFuture<'_> {
        BarrierFuture::over(Wait::new(self, Place::new()))
    }

    /// As [`wait`](Self::wait), with a future that keeps the barrier alive: it can be stored in a struct and spawned.
    ///
    /// # Cancel safety
    /// Dropping the future before the round is complete takes the arrival back: the others wait for another task. If the
    /// round is complete, it stays complete, and the index of the dropped wait is not used.
    ///
    /// # Errors
    /// As [`wait`](Self::wait).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// # async fn example() {
    /// let barrier = Arc::new(anywake::Barrier::new(1));
    /// let wait = Arc::clone(&barrier).wait_owned();
    /// drop(barrier);
    /// assert!(wait.await.unwrap().is_leader());
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn wait_owned(self: Arc<Self>) -> OwnedBarrierFuture {
        OwnedBarrierFuture::over(Wait::new(self, Place::new()))
    }

    /// Breaks the barrier: tasks that wait get [`BrokenBarrier`], and so do all that come later, until a
    /// [`reset`](Self::reset).
    ///
    /// Tasks of a round that is complete keep their pass. If the barrier is broken already, nothing changes.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::{Barrier, BrokenBarrier};
    ///
    /// # async fn example() {
    /// let barrier = Barrier::new(2);
    /// let mut waits = core::pin::pin!(barrier.wait());
    /// waits.as_mut().enable();
    /// barrier.abort();
    /// assert_eq!(waits.await, Err(BrokenBarrier));
    /// assert_eq!(barrier.wait().await, Err(BrokenBarrier));
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    pub fn abort(&self) {
        self.core.abort();
    }

    /// Begins anew: tasks that wait get [`BrokenBarrier`], and the barrier is not broken any more.
    ///
    /// Tasks of a round that is complete keep their pass.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::{Barrier, BrokenBarrier};
    ///
    /// # async fn example() {
    /// let barrier = Barrier::new(2);
    /// let mut waits = core::pin::pin!(barrier.wait());
    /// waits.as_mut().enable();
    /// barrier.reset();
    /// assert_eq!(waits.await, Err(BrokenBarrier));
    /// assert!(!barrier.is_broken());
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    pub fn reset(&self) {
        self.core.reset();
    }

    /// How many tasks complete a round.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// assert_eq!(anywake::Barrier::new(2).parties(), 2);
    /// ```
    #[must_use]
    pub fn parties(&self) -> usize {
        self.core.parties
    }

    /// How many tasks wait for the round to be complete. Those whose round is complete do not count.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let barrier = anywake::Barrier::new(2);
    /// let mut wait = core::pin::pin!(barrier.wait());
    /// wait.as_mut().enable();
    /// assert_eq!(barrier.waiters(), 1);
    /// ```
    #[doc(alias("n_waiting", "waiting"))]
    pub fn waiters(&self) -> usize {
        self.core.waiters()
    }

    /// Whether the barrier was [aborted](Self::abort), and not [reset](Self::reset) since.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let barrier = anywake::Barrier::new(2);
    /// barrier.abort();
    /// assert!(barrier.is_broken());
    /// barrier.reset();
    /// assert!(!barrier.is_broken());
    /// ```
    pub fn is_broken(&self) -> bool {
        self.core.is_broken()
    }
}

impl Primitive for Barrier {
    type Core = BarrierCore;

    #[inline]
    fn core(&self) -> &BarrierCore {
        &self.core
    }
}

impl fmt::Debug for Barrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (waiters, broken) = self.core.seen();
        f.debug_struct("Barrier")
            .field("parties", &self.parties())
            .field("waiters", &trace::listed(&self.core.queue, waiters))
            .field("broken", &broken)
            .finish()
    }
}
