//! Panics of user code that must not take anything else along.

use core::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

use super::error::Panic;

/// Calls `function`, and returns its panic as a value.
pub(crate) fn catch<T>(function: impl FnOnce() -> T) -> Result<T, Panic> {
    catch_unwind(AssertUnwindSafe(function)).map_err(Panic::from)
}
