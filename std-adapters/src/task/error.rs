//! Why a task has no output.

use core::any::Any;
use core::fmt;
use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};

/// Why a [`Task`](crate::Task) has no output.
#[doc(alias("JoinError", "CancelledError"))]
#[derive(Debug)]
pub enum TaskError {
    /// The task was cancelled, or its runtime shut down before the task ended.
    Cancelled,
    /// The task panicked, or the destructor of its future did.
    Panicked(Panic),
}

impl fmt::Display for TaskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TaskError::Cancelled => f.write_str("the task was cancelled"),
            TaskError::Panicked(panic) => write!(f, "the task panicked: {panic}"),
        }
    }
}

impl core::error::Error for TaskError {}

/// The panic that ended a [`Task`](crate::Task); its `Display` is the panic's message.
pub struct Panic {
    /// In a mutex because an error should be `Sync`, and the payload is not. Nobody contends for it.
    payload: Mutex<Box<dyn Any + Send>>,
}

impl Panic {
    /// Returns what was passed to `panic!`, a `&'static str` or a `String`, or to `panic_any`.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Runtime, Smol, TaskError};
    ///
    /// let Err(TaskError::Panicked(panic)) = Smol.block_on(Smol.spawn(async { panic!("oh") })) else {
    ///     unreachable!()
    /// };
    /// assert_eq!(panic.into_payload().downcast_ref(), Some(&"oh"));
    /// # }
    /// ```
    #[must_use]
    pub fn into_payload(self) -> Box<dyn Any + Send> {
        self.payload.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Continues the panic in the caller, without a second message on stderr.
    ///
    /// # Panics
    ///
    /// Always.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::task::Panic;
    /// use std::panic::catch_unwind;
    ///
    /// let panic = Panic::from(catch_unwind(|| std::panic::resume_unwind(Box::new("oh"))).unwrap_err());
    /// let again = catch_unwind(|| panic.resume()).unwrap_err();
    /// assert_eq!(again.downcast_ref(), Some(&"oh"));
    /// ```
    pub fn resume(self) -> ! {
        resume_unwind(self.into_payload())
    }
}

impl From<Box<dyn Any + Send>> for Panic {
    fn from(payload: Box<dyn Any + Send>) -> Self {
        Self { payload: Mutex::new(payload) }
    }
}

impl fmt::Display for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let payload = self.payload.lock().unwrap_or_else(PoisonError::into_inner);
        let message = payload
            .downcast_ref::<&'static str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        f.write_str(message.unwrap_or("no message"))
    }
}

impl fmt::Debug for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Panic({:?})", self.to_string())
    }
}
