//! [`Pool`]: connections that many tasks share.

// Three semaphores and a stack:
//
// * `slots` has a permit per connection that may exist. It is taken before a connection is made, and is free again when the
//   connection is gone: so the server never sees more than `size`.
// * `idle`, in the state, holds the connections that no task uses. The connection that was used last is on top.
// * `ready` has a permit per idle connection that was not promised to a checkout. All checkouts wait there, first come
//   first served. A checkout that waits also takes a slot if there is one, and has a connection made. It gets the
//   connection that is there first.
// * `work` has as many permits as `slots`, and one goes with each slot. `close` takes them all. Once it waits for them, no
//   other task gets a permit. When it has them, all connections are gone.
//
// | file | what is there |
// |---|---|
// | `checkout` | how a checkout comes to its connection |
// | `attempt` | connecting, in tasks of the pool |
// | `idle` | the connections that no task uses |
// | `closing`, `reaper` | how connections end, and when |
//
// # Invariants
//
// 1. While the pool is open there are at least as many idle connections as permits of `ready`, free or taken. A connection is
//    put there before its permit, and leaves after it.
// 2. A permit of `work` is free before its permit of `slots`: a slot is never granted in an open pool without one.

use core::fmt;
use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::Poll;
use core::time::Duration;
use std::sync::{Arc, Mutex};

use anywake_core::{CapacityError, OwnedPermit, Semaphore};

use crate::runtime::Runtime;
use crate::task::TaskError;
use crate::wait::timeout;

mod attempt;
mod checkout;
mod closing;
mod config;
mod connection;
mod error;
mod idle;
mod reaper;
mod record;

pub use config::{Manager, PoolConfig};
pub use connection::Pooled;
pub use error::PoolError;
use idle::State;
pub use record::PoolStats;
use record::{Counters, Event};

/// A pool of connections: made when they are needed, used again, checked before that, replaced when they are broken.
///
/// A [`Pooled`] connection goes back when it is dropped. The connection that was used last is the next to be used, so
/// connections that are not needed stay idle and can be [closed](PoolConfig::idle_timeout). A checkout that finds no
/// connection waits, first come first served. Clones refer to the same pool. With the feature `tracing` the events of the
/// pool go to the target `anywake::pool`.
///
/// Attempts to connect belong to the pool. A checkout that waits for a new connection takes a connection that comes back,
/// if that is earlier. If the checkout gives up, the attempt goes on: the next checkout takes the attempt over, or the
/// connection becomes idle.
///
/// # The end of the runtime
///
/// When the last clone and the last connection are dropped, idle connections are dropped too, without
/// [`Manager::close`]; call [`close`](Pool::close) before. Connections are closed in tasks. A runtime that ends drops its
/// tasks, and the connections with them; [`PoolStats::not_closed`] counts these.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "smol")] {
/// use anywake::{Pool, Runtime, Smol, pool::{Manager, PoolConfig}};
///
/// struct Memory;
/// impl Manager for Memory {
///     type Connection = Vec<&'static str>;
///     type Error = std::io::Error;
///     async fn connect(&self) -> Result<Self::Connection, Self::Error> {
///         Ok(Vec::new())
///     }
/// }
///
/// Smol.block_on(async {
///     let pool = Pool::new(Smol, Memory, PoolConfig { size: 1, ..PoolConfig::default() }).unwrap();
///     pool.get().await.unwrap().push("row");
///     assert_eq!(*pool.get().await.unwrap(), ["row"]);
///     pool.close().await;
///     assert!(pool.get().await.is_err());
/// });
/// # }
/// ```
pub struct Pool<M: Manager, R: Runtime> {
    shared: Arc<Shared<M, R>>,
}

struct Shared<M: Manager, R: Runtime> {
    manager: M,
    runtime: R,
    config: PoolConfig,
    slots: Arc<Semaphore>,
    work: Arc<Semaphore>,
    ready: Semaphore,
    state: Mutex<State<M, R>>,
    /// For the reaper.
    news: Arc<crate::Event>,
    counters: Counters,
}

/// The right to have one connection.
struct Slot {
    /// Dropped before the slot: when the slot is granted, this permit must be free.
    _work: OwnedPermit,
    _slot: OwnedPermit,
}

impl<M: Manager, R: Runtime> Pool<M, R> {
    /// Returns a pool without connections; [`warm`](Pool::warm) makes some in advance.
    ///
    /// # Errors
    ///
    /// [`CapacityError`] if the size is zero, or more than there can be.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// # use anywake::{Pool, Runtime, Smol, pool::{Manager, PoolConfig}};
    /// # struct Memory;
    /// # impl Manager for Memory {
    /// #     type Connection = Vec<&'static str>;
    /// #     type Error = std::convert::Infallible;
    /// #     async fn connect(&self) -> Result<Self::Connection, Self::Error> {
    /// #         Ok(Vec::new())
    /// #     }
    /// # }
    /// # Smol.block_on(async {
    /// let config = PoolConfig { size: 0, ..PoolConfig::default() };
    /// assert!(Pool::new(Smol, Memory, config).is_err());
    /// assert!(Pool::new(Smol, Memory, PoolConfig::default()).is_ok());
    /// # });
    /// # }
    /// ```
    pub fn new(runtime: R, manager: M, config: PoolConfig) -> Result<Self, CapacityError> {
        if config.size == 0 {
            return Err(CapacityError::Zero);
        }
        let semaphore = || Semaphore::try_new(config.size).map(Arc::new).map_err(|_| CapacityError::TooLarge);
        let (slots, work) = (semaphore()?, semaphore()?);
        let shared = Shared {
            manager,
            runtime,
            config,
            slots,
            work,
            ready: Semaphore::new(0),
            state: Mutex::new(State::new()),
            news: Arc::default(),
            counters: Counters::default(),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Returns an idle connection that passes its health check, or a new connection. Waits while `size` are in use.
    ///
    /// A checkout holds a place in a queue. If it was granted a connection and is not polled, as in a branch of a `select!`
    /// that another branch keeps waiting, it keeps that connection from all others. A task that holds such a checkout and
    /// waits for another connection of the same pool may wait until that times out. Poll it, drop it, or spawn it. The same
    /// goes for a connection that is held across an [`emit`](crate::stream::Emitter::emit).
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, a connection that it was granted goes to the next checkout. An attempt to connect goes
    /// on. An idle connection whose check was under way is closed.
    ///
    /// # Errors
    ///
    /// [`PoolError`]: the pool is closed, it took too long, or no attempt to connect succeeded.
    ///
    /// # Panics
    ///
    /// If [`Manager::connect`], [`Manager::check`] or, before another one is made, [`Manager::close`] does.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// # use anywake::{Pool, Runtime, Smol, pool::{Manager, PoolConfig}};
    /// # struct Memory;
    /// # impl Manager for Memory {
    /// #     type Connection = Vec<&'static str>;
    /// #     type Error = std::convert::Infallible;
    /// #     async fn connect(&self) -> Result<Self::Connection, Self::Error> {
    /// #         Ok(Vec::new())
    /// #     }
    /// # }
    /// # Smol.block_on(async {
    /// let pool = Pool::new(Smol, Memory, PoolConfig::default()).unwrap();
    /// pool.get().await.unwrap().push("row");
    /// assert_eq!(*pool.get().await.unwrap(), ["row"]);
    /// # });
    /// # }
    /// ```
    pub async fn get(&self) -> Result<Pooled<M, R>, PoolError<M::Error>> {
        let shared = &self.shared;
        let got = shared.limit(shared.config.checkout_timeout, shared.check_out()).await;
        let got = got.unwrap_or(Err(PoolError::TimedOut));
        shared.record(match &got {
            Ok(pooled) => Event::CheckedOut { reused: pooled.is_reused() },
            Err(error) => Event::NotCheckedOut { error },
        });
        shared.replenish();
        got
    }

    /// Makes connections in advance, at the same time, until there are `count`, or `size` if that is less.
    ///
    /// Connections in use count, and so do connections that are being made. The call waits for neither of them, nor for
    /// a free place. It returns when the connections that it began to make are there.
    ///
    /// # Cancel safety
    ///
    /// The attempts that have begun go on, and their connections stay in the pool.
    ///
    /// # Errors
    ///
    /// The error of the first connection that cannot be made. The others are made all the same.
    ///
    /// # Panics
    ///
    /// If [`Manager::connect`] does.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// # use anywake::{Pool, Runtime, Smol, pool::{Manager, PoolConfig}};
    /// # struct Memory;
    /// # impl Manager for Memory {
    /// #     type Connection = u8;
    /// #     type Error = std::io::Error;
    /// #     async fn connect(&self) -> Result<u8, Self::Error> {
    /// #         Ok(0)
    /// #     }
    /// # }
    /// Smol.block_on(async {
    ///     let pool = Pool::new(Smol, Memory, PoolConfig::default()).unwrap();
    ///     pool.warm(2).await.unwrap();
    ///     assert_eq!(pool.stats().idle, 2);
    ///     pool.close().await;
    /// });
    /// # }
    /// ```
    pub async fn warm(&self, count: usize) -> Result<(), PoolError<M::Error>> {
        let Shared { slots, config, .. } = &*self.shared;
        if self.is_closed() {
            return Err(PoolError::Closed);
        }
        let mut attempts = Vec::new();
        while config.size - slots.available_permits() < count.min(config.size) {
            let Some(attempt) = self.shared.begin_idle() else { break };
            attempts.push(attempt);
        }
        for attempt in attempts {
            attempt::ended(attempt.await)?;
        }
        self.shared.replenish();
        Ok(())
    }

    /// Closes each idle connection for which `keep` returns `false`. Returns how many it closes.
    ///
    /// `keep` is called with each connection and how long it has been idle, the longest first. No checkout gets these
    /// connections meanwhile. `keep` is not called for connections in use, or promised to a checkout.
    ///
    /// # Panics
    ///
    /// If `keep` panics. The connection that it was called with is closed then.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// # use anywake::{Pool, Runtime, Smol, pool::{Manager, PoolConfig}};
    /// # struct Memory;
    /// # impl Manager for Memory {
    /// #     type Connection = u8;
    /// #     type Error = std::io::Error;
    /// #     async fn connect(&self) -> Result<u8, Self::Error> {
    /// #         Ok(0)
    /// #     }
    /// # }
    /// Smol.block_on(async {
    ///     let pool = Pool::new(Smol, Memory, PoolConfig::default()).unwrap();
    ///     pool.warm(2).await.unwrap();
    ///     // After the server has moved, for example.
    ///     assert_eq!(pool.retain(|_, _| false), 2);
    ///     assert_eq!(pool.stats().idle, 0);
    ///     pool.close().await;
    /// });
    /// # }
    /// ```
    pub fn retain(&self, mut keep: impl FnMut(&mut M::Connection, Duration) -> bool) -> usize {
        let mut all = self.shared.take_all();
        all.iter_mut().for_each(|pooled| pooled.trust(true));
        let before = all.len();
        all.retain_mut(|pooled| {
            pooled.trust(false);
            let idle_time = pooled.idle_time();
            let kept = keep(pooled, idle_time);
            pooled.trust(kept);
            if !kept {
                self.shared.record(Event::Retired);
            }
            kept
        });
        before - all.len()
    }

    /// Closes the pool, and returns when all connections are closed.
    ///
    /// Checkouts that wait return an error, and attempts to connect are dropped. Connections in use are waited for.
    ///
    /// A checkout that has its connection and is not polled counts as one in use.
    ///
    /// # Cancel safety
    ///
    /// The pool stays closed, and the connections that it began to close are closed. The next call waits for them.
    ///
    /// # Panics
    ///
    /// If [`Manager::close`] panics for a connection that was idle. The next call waits for the others.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// # use anywake::{Pool, PoolError, Runtime, Smol, pool::{Manager, PoolConfig}};
    /// # struct Memory;
    /// # impl Manager for Memory {
    /// #     type Connection = Vec<&'static str>;
    /// #     type Error = std::convert::Infallible;
    /// #     async fn connect(&self) -> Result<Self::Connection, Self::Error> {
    /// #         Ok(Vec::new())
    /// #     }
    /// # }
    /// # Smol.block_on(async {
    /// let pool = Pool::new(Smol, Memory, PoolConfig::default()).unwrap();
    /// pool.close().await;
    /// assert_eq!(pool.get().await.unwrap_err(), PoolError::Closed);
    /// # });
    /// # }
    /// ```
    pub async fn close(&self) {
        let Shared { work, config, .. } = &*self.shared;
        for closed in self.shared.shut() {
            if let Err(TaskError::Panicked(panic)) = closed.await {
                panic.resume();
            }
        }
        // An error says that another call has come to the end.
        if Arc::clone(work).acquire_many_owned(config.size).await.is_ok() {
            work.close();
        }
    }

    /// Returns whether the pool was closed.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// # use anywake::{Pool, Runtime, Smol, pool::{Manager, PoolConfig}};
    /// # struct Memory;
    /// # impl Manager for Memory {
    /// #     type Connection = Vec<&'static str>;
    /// #     type Error = std::convert::Infallible;
    /// #     async fn connect(&self) -> Result<Self::Connection, Self::Error> {
    /// #         Ok(Vec::new())
    /// #     }
    /// # }
    /// # Smol.block_on(async {
    /// let pool = Pool::new(Smol, Memory, PoolConfig::default()).unwrap();
    /// assert!(!pool.is_closed());
    /// pool.close().await;
    /// assert!(pool.is_closed());
    /// # });
    /// # }
    /// ```
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.shared.slots.is_closed()
    }

    /// Returns the numbers of connections now, and counts of what has happened so far.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// # use anywake::{Pool, Runtime, Smol, pool::{Manager, PoolConfig}};
    /// # struct Memory;
    /// # impl Manager for Memory {
    /// #     type Connection = Vec<&'static str>;
    /// #     type Error = std::convert::Infallible;
    /// #     async fn connect(&self) -> Result<Self::Connection, Self::Error> {
    /// #         Ok(Vec::new())
    /// #     }
    /// # }
    /// # Smol.block_on(async {
    /// let pool = Pool::new(Smol, Memory, PoolConfig::default()).unwrap();
    /// let connection = pool.get().await.unwrap();
    /// assert_eq!((pool.stats().size, pool.stats().in_use), (10, 1));
    /// drop(connection);
    /// assert_eq!(pool.stats().idle, 1);
    /// # });
    /// # }
    /// ```
    #[must_use]
    pub fn stats(&self) -> PoolStats {
        let Shared { work, ready, config, counters, .. } = &*self.shared;
        let idle = self.shared.state().idle.len();
        let in_use = (config.size - work.available_permits()).saturating_sub(idle);
        counters.read(config.size, idle, in_use, ready.waiters())
    }
}

impl<M: Manager, R: Runtime> Shared<M, R> {
    /// Returns the output of `future`, unless that takes too long.
    async fn limit<F: Future>(&self, limit: Option<Duration>, future: F) -> Option<F::Output> {
        let mut future = pin!(future);
        // Mostly the future does not wait, and needs no timer.
        if let Poll::Ready(output) = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await {
            return Some(output);
        }
        match limit {
            Some(limit) => timeout(self.runtime, limit, future).await.ok(),
            None => Some(future.await),
        }
    }

    fn record(&self, event: Event<'_, M::Error>) {
        self.counters.record(event);
    }
}

impl<M: Manager, R: Runtime> Drop for Shared<M, R> {
    fn drop(&mut self) {
        self.news.set();
    }
}

impl<M: Manager, R: Runtime> Clone for Pool<M, R> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<M: Manager, R: Runtime> fmt::Debug for Pool<M, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("stats", &self.stats()).field("closed", &self.is_closed()).finish()
    }
}
