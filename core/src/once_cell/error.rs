//! Why a value could not be set. The error returns the value.

use core::fmt;

use crate::closed::messages;

/// Why [`OnceCell::set`](super::OnceCell::set) failed; the value comes back.
// Exhaustive: the value is there, or an initialiser is at work.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum SetError<T> {
    /// The cell has a value.
    Initialized(T),
    /// An initialiser is at work. The cell has no value yet, and will have none if the initialiser fails.
    Initializing(T),
}

messages! {
    [T] SetError<T> {
        Self::Initialized(_) => "the cell has a value already",
        Self::Initializing(_) => "the cell is being initialised",
    }
}

impl<T> SetError<T> {
    /// The value that was not set.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let cell = anywake::OnceCell::with_value("first");
    /// assert_eq!(cell.set("second").unwrap_err().into_inner(), "second");
    /// ```
    pub fn into_inner(self) -> T {
        match self {
            Self::Initialized(value) | Self::Initializing(value) => value,
        }
    }
}

// By hand, so that `unwrap` does not ask the value to be `Debug`.
impl<T> fmt::Debug for SetError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Initialized(_) => "Initialized(..)",
            Self::Initializing(_) => "Initializing(..)",
        })
    }
}
