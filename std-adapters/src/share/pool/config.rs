//! The configuration of a pool: how to connect, and within which bounds.

use core::fmt;
use core::future::Future;
use core::time::Duration;

/// How a [`Pool`](super::Pool) makes its connections, of whatever kind they are.
///
/// # Cancel safety
///
/// Each future may be dropped, by a timeout or by the end of the runtime, that of `connect` by the end of the pool too, and
/// that of `check` with the checkout that it is for. A connection whose `check` is dropped is not used again.
///
/// # Examples
///
/// A file server that hangs up on idle clients:
///
/// ```
/// # #[cfg(feature = "smol")] {
/// use anywake::{Pool, Runtime, Smol, pool::{Manager, PoolConfig}};
///
/// struct Server;
/// impl Manager for Server {
///     type Connection = &'static str;
///     type Error = &'static str;
///     async fn connect(&self) -> Result<&'static str, &'static str> {
///         Ok("connected")
///     }
///     async fn check(&self, _: &mut &'static str) -> Result<(), &'static str> {
///         Err("hung up")
///     }
///     async fn close(&self, connection: &'static str) {
///         assert_eq!(connection, "connected");
///     }
/// }
///
/// Smol.block_on(async {
///     let pool = Pool::new(Smol, Server, PoolConfig::default()).unwrap();
///     drop(pool.get().await.unwrap());
///     assert!(!pool.get().await.unwrap().is_reused());
///     assert_eq!(pool.stats().broken, 1);
/// });
/// # }
/// ```
pub trait Manager: Send + Sync + 'static {
    /// The type of the connections.
    type Connection: Send + 'static;
    /// The error of an attempt to connect, and of a health check.
    type Error: fmt::Display + Send + 'static;

    /// Makes and returns a connection.
    fn connect(&self) -> impl Future<Output = Result<Self::Connection, Self::Error>> + Send;

    /// Checks whether a connection that was idle can still be used. Without an implementation it always can.
    fn check(
        &self,
        connection: &mut Self::Connection,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send {
        _ = connection;
        async { Ok(()) }
    }

    /// Ends a connection. Without an implementation it is dropped.
    ///
    /// Its place in the pool is free when this is over, or has taken longer than [`PoolConfig::close_timeout`]. If the
    /// runtime ends before, the connection is only dropped; [`PoolStats::not_closed`](super::PoolStats::not_closed)
    /// counts both.
    fn close(&self, connection: Self::Connection) -> impl Future<Output = ()> + Send {
        async move { drop(connection) }
    }
}

/// What can be chosen about a [`Pool`](super::Pool).
///
/// Each wait of a pool has a limit by default, so that no connection that hangs keeps its place for good. `None` takes a
/// limit away.
#[derive(Clone, Debug)]
pub struct PoolConfig {
    /// How many connections there are at most. 10 by default.
    pub size: usize,
    /// How many idle connections the pool makes by itself. Zero by default.
    ///
    /// They are made from the first checkout or [`warm`](super::Pool::warm) on, within `size`. One that cannot be made is
    /// tried again at the next checkout.
    pub min_idle: usize,
    /// How many idle connections are kept. All by default; at least `min_idle`.
    pub max_idle: Option<usize>,
    /// How long a connection may be idle before it is closed. For ever by default; `min_idle` of them stay.
    pub idle_timeout: Option<Duration>,
    /// The age at which a connection is closed: while it is idle, when it comes back, or when it is checked out. Never by
    /// default.
    pub max_age: Option<Duration>,
    /// How long a checkout may take as a whole. 30 s by default.
    pub checkout_timeout: Option<Duration>,
    /// How long one attempt to connect, or one health check, may take. 10 s by default.
    pub connect_timeout: Option<Duration>,
    /// How long [`Manager::close`] may take; then the connection is dropped. 10 s by default.
    pub close_timeout: Option<Duration>,
    /// How often a failed attempt to connect is repeated. Not at all by default.
    pub retries: u32,
    /// The pause before the first repetition; each further one is twice as long. 100 ms by default.
    pub backoff: Duration,
    /// The longest pause. 10 s by default.
    pub max_backoff: Duration,
}

impl Default for PoolConfig {
    fn default() -> Self {
        Self {
            size: 10,
            min_idle: 0,
            max_idle: None,
            idle_timeout: None,
            max_age: None,
            checkout_timeout: Some(Duration::from_secs(30)),
            connect_timeout: Some(Duration::from_secs(10)),
            close_timeout: Some(Duration::from_secs(10)),
            retries: 0,
            backoff: Duration::from_millis(100),
            max_backoff: Duration::from_secs(10),
        }
    }
}

impl PoolConfig {
    pub(super) fn most_idle(&self) -> usize {
        self.max_idle.map_or(usize::MAX, |max_idle| max_idle.max(self.min_idle))
    }
}
