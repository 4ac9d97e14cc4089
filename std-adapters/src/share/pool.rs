//! [`Pool`]: a fixed number of connections, shared by many tasks; how it makes them, and what it counts.

// Two semaphores and a queue:
//
// * `slots` has a permit per connection that may exist. Who has one takes an idle connection or makes one.
// * `idle` holds the connections that nobody uses. Each was put there by somebody who gave his slot back *afterwards*,
//   so slots in use and idle connections together are never more than `size`, and there is always room in the queue.
// * `work` has as many permits; one goes with each slot in use. `close` takes them all, and by the rule
//   that nobody is overtaken no further checkout gets one, while those that have one finish.
//
// A connection that is to go is closed in a task that holds its slot meanwhile, or its permit of `work` if the pool is
// being closed: the server never sees more than `size`, and whoever gets all of `work` knows that all are gone.

use core::fmt;
use core::future::{Future, ready};
use core::time::Duration;
use std::sync::Arc;

use anywake_core::{CapacityError, Closed, OwnedPermit, Queue, Semaphore};

use crate::runtime::Runtime;
use crate::task::{Task, TaskError};
use crate::wait::timeout;

mod config;
mod connection;
mod error;
mod record;

pub use config::{Manager, PoolConfig};
use connection::Idle;
pub use connection::Pooled;
pub use error::PoolError;
pub use record::PoolStats;
use record::{Counters, Event};

/// A pool of connections: made when they are needed, used again, checked before that, replaced when they are broken.
///
/// A [`Pooled`] connection goes back when it is dropped. Whoever asks while all are in use waits its turn; nobody is
/// overtaken. Clones are the same pool. With the feature `tracing` its events go to the target `anywake::pool`.
///
/// When the last clone and the last connection are dropped, idle connections are dropped too, without
/// [`Manager::close`]; call [`close`](Pool::close) before.
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
    idle: Queue<Idle<M::Connection>>,
    counters: Counters,
}

/// The right to have a connection.
struct Slot {
    /// Before `slot`: who gets that must find this free.
    _work: OwnedPermit,
    _slot: OwnedPermit,
}

impl<M: Manager, R: Runtime> Pool<M, R> {
    /// A pool without connections; [`warm`](Pool::warm) makes some in advance.
    ///
    /// # Errors
    ///
    /// [`CapacityError`] if the size is none, or more than there can be.
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
        let semaphore = || Semaphore::try_new(config.size).map(Arc::new).map_err(|_| CapacityError::TooLarge);
        let (slots, work, idle) = (semaphore()?, semaphore()?, Queue::with_capacity(config.size)?);
        let counters = Counters::default();
        Ok(Self { shared: Arc::new(Shared { manager, runtime, config, slots, work, idle, counters }) })
    }

    /// A connection: an idle one that passes its health check, or a new one.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the slot goes to the next. An idle connection whose check was under way is closed.
    ///
    /// # Errors
    ///
    /// [`PoolError`]: the pool is closed, it took too long, or no attempt to connect succeeded.
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
        self.check_out(Arc::clone(&self.shared.slots).acquire_owned()).await
    }

    async fn check_out(
        &self,
        slot: impl Future<Output = Result<OwnedPermit, Closed>>,
    ) -> Result<Pooled<M, R>, PoolError<M::Error>> {
        let shared = &self.shared;
        let checkout = async { shared.connection(slot.await.map_err(|_| PoolError::Closed)?).await };
        let got = shared.limit(shared.config.checkout_timeout, checkout).await;
        let got = got.unwrap_or(Err(PoolError::TimedOut));
        shared.record(match &got {
            Ok(pooled) => Event::CheckedOut { reused: pooled.is_reused() },
            Err(error) => Event::NotCheckedOut { error },
        });
        got
    }

    /// Makes connections in advance, so that `count` of them are there, or `size` if that is less.
    ///
    /// It checks out as many: those that are in use are waited for.
    ///
    /// # Cancel safety
    ///
    /// Those that have been made stay in the pool.
    ///
    /// # Errors
    ///
    /// That of the first one that cannot be made.
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
    /// pool.warm(3).await.unwrap();
    /// assert_eq!(pool.stats().idle, 3);
    /// # });
    /// # }
    /// ```
    pub async fn warm(&self, count: usize) -> Result<(), PoolError<M::Error>> {
        let Shared { slots, config, .. } = &*self.shared;
        // All at once: two who do this could each have a part, and wait for the rest.
        let all = Arc::clone(slots).acquire_many_owned(count.min(config.size));
        let all = self.shared.limit(config.checkout_timeout, all).await.ok_or(PoolError::TimedOut)?;
        let mut all = all.map_err(|_| PoolError::Closed)?;
        let mut held = Vec::new();
        while let Some(slot) = all.split(1) {
            held.push(self.check_out(ready(Ok(slot))).await?);
        }
        Ok(())
    }

    /// Closes the pool: whoever waits for a connection gets an error, those that are in use are waited for, and all
    /// are closed.
    ///
    /// # Cancel safety
    ///
    /// The pool is closed in any case, and what it has begun to close is; the next call waits for that, and goes on
    /// where this one was left.
    ///
    /// # Panics
    ///
    /// If [`Manager::close`] does; the next call goes on here too.
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
        let Shared { slots, work, idle, config, .. } = &*self.shared;
        slots.close();
        let Ok(mut all) = Arc::clone(work).acquire_many_owned(config.size).await else { return };
        let mut closing = Vec::new();
        while let Ok(connection) = idle.try_pop() {
            let part = all.split(1).expect("there are not more than `size`");
            closing.push(self.shared.close_holding(connection, part));
        }
        for closed in closing {
            if let Err(TaskError::Panicked(panic)) = closed.await {
                panic.resume();
            }
        }
        work.close();
    }

    /// Whether it was closed.
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

    /// What has happened so far, and how things are.
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
        let Shared { slots, work, idle, config, counters, .. } = &*self.shared;
        counters.read(config.size, idle.len(), config.size - work.available_permits(), slots.waiters())
    }
}

impl<M: Manager, R: Runtime> Shared<M, R> {
    async fn connection(self: &Arc<Self>, slot: OwnedPermit) -> Result<Pooled<M, R>, PoolError<M::Error>> {
        let work = Arc::clone(&self.work).try_acquire_owned().map_err(|_| PoolError::Closed)?;
        let mut slot = Slot { _work: work, _slot: slot };
        while let Ok(idle) = self.idle.try_pop() {
            let mut pooled = Pooled::new(self, idle, slot, true);
            if self.is_usable(&mut pooled).await {
                pooled.trust();
                return Ok(pooled);
            }
            slot = pooled.close().await?;
        }
        let connection = self.connect().await?;
        Ok(Pooled::new(self, Idle::new(connection, self.runtime.now()), slot, false))
    }

    async fn is_usable(&self, pooled: &mut Pooled<M, R>) -> bool {
        if self.config.max_age.is_some_and(|max_age| pooled.age() >= max_age) {
            self.record(Event::Recycled);
            return false;
        }
        let error = match self.limit(self.config.connect_timeout, self.manager.check(pooled)).await {
            Some(Ok(())) => return true,
            Some(Err(error)) => PoolError::Connection(error),
            None => PoolError::ConnectTimedOut,
        };
        self.record(Event::Broken { error: Some(&error) });
        false
    }

    async fn connect(&self) -> Result<M::Connection, PoolError<M::Error>> {
        let mut pause = self.config.backoff;
        let mut attempt = 1;
        loop {
            let error = match self.limit(self.config.connect_timeout, self.manager.connect()).await {
                Some(Ok(connection)) => {
                    self.record(Event::Connected { attempt });
                    return Ok(connection);
                }
                Some(Err(error)) => PoolError::Connection(error),
                None => PoolError::ConnectTimedOut,
            };
            self.record(Event::NotConnected { attempt, error: &error });
            if attempt > self.config.retries {
                return Err(error);
            }
            attempt += 1;
            self.runtime.sleep(pause.min(self.config.max_backoff)).await;
            pause = pause.saturating_mul(2);
        }
    }

    /// Closes a connection, in a task that holds `right` until it is gone, whoever waits for that or not.
    fn close_holding<T: Send + 'static>(
        self: &Arc<Self>,
        connection: Idle<M::Connection>,
        right: T,
    ) -> Task<T> {
        let shared = Arc::clone(self);
        self.runtime.spawn(async move {
            shared.manager.close(connection.into_inner()).await;
            shared.record(Event::Closed);
            right
        })
    }

    /// The output of `future`, unless it takes too long.
    async fn limit<F: Future>(&self, limit: Option<Duration>, future: F) -> Option<F::Output> {
        match limit {
            Some(limit) => timeout(self.runtime, limit, future).await.ok(),
            None => Some(future.await),
        }
    }

    fn record(&self, event: Event<'_, M::Error>) {
        self.counters.record(event);
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
