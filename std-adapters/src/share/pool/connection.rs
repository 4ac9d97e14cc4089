//! A connection and the slot that goes with it.

use core::fmt;
use core::ops::{Deref, DerefMut};
use core::time::Duration;
use std::sync::Arc;

use super::idle::Held;
use super::record::Event;
use super::{Manager, Shared, Slot};
use crate::runtime::Runtime;
use crate::task::Task;

/// A connection in use. It goes back to its [`Pool`](super::Pool) when it is dropped.
///
/// If the connection is broken, [`discard`](Pooled::discard) it. The next checkout makes a new connection in its place.
pub struct Pooled<M: Manager, R: Runtime> {
    shared: Arc<Shared<M, R>>,
    /// There until it is dropped or closed.
    held: Option<Held<M::Connection>>,
    /// Whether it may be used again.
    trusted: bool,
    /// Whether a caller of the pool has or had it.
    used: bool,
    reused: bool,
}

const IN_USE: &str = "there until it is dropped";

impl<M: Manager, R: Runtime> Pooled<M, R> {
    pub(super) fn fresh(shared: &Arc<Shared<M, R>>, held: Held<M::Connection>) -> Self {
        Self { shared: Arc::clone(shared), held: Some(held), trusted: true, used: false, reused: false }
    }

    /// One that was idle. It is closed when it is dropped, until it is found to be usable.
    pub(super) fn idle(shared: &Arc<Shared<M, R>>, held: Held<M::Connection>) -> Self {
        Self { shared: Arc::clone(shared), held: Some(held), trusted: false, used: false, reused: true }
    }

    pub(super) fn begin_use(&mut self) {
        (self.trusted, self.used) = (true, true);
    }

    /// Whether it is to be put back as it was.
    pub(super) fn trust(&mut self, trusted: bool) {
        self.trusted = trusted;
    }

    pub(super) fn is_too_old(&self) -> bool {
        self.shared.is_too_old(self.held())
    }

    /// Returns how long it has been idle.
    pub(super) fn idle_time(&self) -> Duration {
        self.shared.runtime.now().saturating_duration_since(self.held().since)
    }

    fn held(&self) -> &Held<M::Connection> {
        self.held.as_ref().expect(IN_USE)
    }

    /// Returns whether the connection has been used before, or was made in advance.
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

    /// Returns how long ago the connection was made.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "test-util")] {
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
    /// # }
    /// ```
    #[must_use]
    pub fn age(&self) -> Duration {
        self.shared.runtime.now().saturating_duration_since(self.held().made)
    }

    /// Closes the connection, which does not go back to the pool. For a connection that is broken.
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

    /// Closes the connection, and returns its slot for another connection.
    pub(super) fn close(mut self) -> Task<Slot> {
        let held = self.held.take().expect(IN_USE);
        self.shared.begin_close(held)
    }
}

impl<M: Manager, R: Runtime> Drop for Pooled<M, R> {
    fn drop(&mut self) {
        let Some(mut held) = self.held.take() else { return };
        // mistake a_broken_connection_comes_back: !self.trusted ~> false
        if !self.trusted {
            return self.shared.retire(held);
        }
        if self.used {
            held.since = self.shared.runtime.now();
            self.shared.record(Event::Returned);
        }
        self.shared.give_back(held);
    }
}

impl<M: Manager, R: Runtime> Deref for Pooled<M, R> {
    type Target = M::Connection;

    fn deref(&self) -> &M::Connection {
        &self.held().connection
    }
}

impl<M: Manager, R: Runtime> DerefMut for Pooled<M, R> {
    fn deref_mut(&mut self) -> &mut M::Connection {
        &mut self.held.as_mut().expect(IN_USE).connection
    }
}

impl<M: Manager<Connection: fmt::Debug>, R: Runtime> fmt::Debug for Pooled<M, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pooled").field(&**self).finish()
    }
}
