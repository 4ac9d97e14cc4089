//! A connection and the slot that goes with it.

use core::fmt;
use core::ops::{Deref, DerefMut};
use core::time::Duration;
use std::sync::Arc;
use std::time::Instant;

use super::record::Event;
use super::{Manager, PoolError, Shared, Slot};
use crate::runtime::Runtime;
use crate::task::{Task, TaskError};

/// A connection that nobody uses.
pub(super) struct Idle<C> {
    connection: C,
    made: Instant,
}

impl<C> Idle<C> {
    pub(super) fn new(connection: C, made: Instant) -> Self {
        Self { connection, made }
    }

    pub(super) fn into_inner(self) -> C {
        self.connection
    }
}

/// A connection in use; it goes back to its [`Pool`](super::Pool) when it is dropped.
///
/// If it is found to be broken, [`discard`](Pooled::discard) it: the next checkout makes a new one in its place.
pub struct Pooled<M: Manager, R: Runtime> {
    shared: Arc<Shared<M, R>>,
    /// Both are there until it is dropped or closed.
    connection: Option<Idle<M::Connection>>,
    slot: Option<Slot>,
    /// Whether it may be used again.
    trusted: bool,
    reused: bool,
}

const IN_USE: &str = "there until it is dropped";

impl<M: Manager, R: Runtime> Pooled<M, R> {
    /// One that was idle is closed when it is dropped, until it is found to be usable.
    pub(super) fn new(
        shared: &Arc<Shared<M, R>>,
        connection: Idle<M::Connection>,
        slot: Slot,
        reused: bool,
    ) -> Self {
        let shared = Arc::clone(shared);
        Self { shared, connection: Some(connection), slot: Some(slot), trusted: !reused, reused }
    }

    pub(super) fn trust(&mut self) {
        self.trusted = true;
    }

    /// Whether it has been used before.
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
    /// assert!(!pool.get().await.unwrap().is_reused());
    /// assert!(pool.get().await.unwrap().is_reused());
    /// # });
    /// # }
    /// ```
    #[must_use]
    pub fn is_reused(&self) -> bool {
        self.reused
    }

    /// How long ago it was made.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anywake::{Pool, Runtime, pool::{Manager, PoolConfig}, test_util::{Simulated, Simulation}};
    /// # use std::time::Duration;
    /// # struct Memory;
    /// # impl Manager for Memory {
    /// #     type Connection = Vec<&'static str>;
    /// #     type Error = std::convert::Infallible;
    /// #     async fn connect(&self) -> Result<Self::Connection, Self::Error> {
    /// #         Ok(Vec::new())
    /// #     }
    /// # }
    /// # Simulation::new().run(async {
    /// let pool = Pool::new(Simulated, Memory, PoolConfig::default()).unwrap();
    /// let connection = pool.get().await.unwrap();
    /// Simulated.sleep(Duration::from_secs(60)).await;
    /// assert_eq!(connection.age(), Duration::from_secs(60));
    /// # });
    /// ```
    #[must_use]
    pub fn age(&self) -> Duration {
        let made = self.connection.as_ref().expect(IN_USE).made;
        self.shared.runtime.now().saturating_duration_since(made)
    }

    /// Closes the connection instead of giving it back: for one that is broken.
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
    /// pool.get().await.unwrap().discard();
    /// assert!(!pool.get().await.unwrap().is_reused());
    /// # });
    /// # }
    /// ```
    pub fn discard(mut self) {
        self.trusted = false;
        self.shared.record(Event::Broken { error: None });
    }
}

impl<M: Manager, R: Runtime> Pooled<M, R> {
    /// Closes it, and gives the slot for another one.
    pub(super) async fn close(mut self) -> Result<Slot, PoolError<M::Error>> {
        match self.begin_close().await {
            Ok(slot) => Ok(slot),
            Err(TaskError::Panicked(panic)) => panic.resume(),
            Err(TaskError::Cancelled) => Err(PoolError::Closed),
        }
    }

    fn begin_close(&mut self) -> Task<Slot> {
        let connection = self.connection.take().expect(IN_USE);
        self.shared.close_holding(connection, self.slot.take().expect(IN_USE))
    }
}

impl<M: Manager, R: Runtime> Drop for Pooled<M, R> {
    fn drop(&mut self) {
        if self.connection.is_none() {
            return;
        }
        if self.trusted {
            let idle = self.connection.take().expect(IN_USE);
            self.shared.record(Event::Returned);
            // The slot is given back after this, with the fields.
            let put = self.shared.idle.try_push(idle);
            assert!(put.is_ok(), "there is room for as many as there are slots");
        } else {
            drop(self.begin_close());
        }
    }
}

impl<M: Manager, R: Runtime> Deref for Pooled<M, R> {
    type Target = M::Connection;

    fn deref(&self) -> &M::Connection {
        &self.connection.as_ref().expect(IN_USE).connection
    }
}

impl<M: Manager, R: Runtime> DerefMut for Pooled<M, R> {
    fn deref_mut(&mut self) -> &mut M::Connection {
        &mut self.connection.as_mut().expect(IN_USE).connection
    }
}

impl<M: Manager<Connection: fmt::Debug>, R: Runtime> fmt::Debug for Pooled<M, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pooled").field(&**self).finish()
    }
}
