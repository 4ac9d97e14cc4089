//! Why there is no connection.

use core::error::Error;
use core::fmt;

/// Why a [`Pool`](super::Pool) did not return a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PoolError<E> {
    /// The pool is closed, or the runtime ended while a connection was being made.
    Closed,
    /// The checkout took longer than `checkout_timeout`.
    TimedOut,
    /// The last attempt to connect took longer than `connect_timeout`.
    ConnectTimedOut,
    /// The last attempt to connect failed.
    Connection(E),
}

impl<E: fmt::Display> fmt::Display for PoolError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PoolError::Closed => f.write_str("the pool is closed"),
            PoolError::TimedOut => f.write_str("no connection came free in time"),
            PoolError::ConnectTimedOut => f.write_str("connecting took too long"),
            PoolError::Connection(error) => error.fmt(f),
        }
    }
}

impl<E: Error + 'static> Error for PoolError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            // The message is that of the error itself already.
            PoolError::Connection(error) => error.source(),
            PoolError::Closed | PoolError::TimedOut | PoolError::ConnectTimedOut => None,
        }
    }
}
