//! What the tools that run several tasks have to know about an end: was it a failure?

use core::any::Any;
use core::convert::Infallible;
use core::error::Error;
use core::fmt;
use std::sync::{Mutex, PoisonError};
use std::vec;

use super::error::{Panic, TaskError};

/// What a task may return where its failure matters: a `Result`, or a plain value, which cannot fail.
///
/// It is there for `()`, numbers, `bool`, `char`, `String`, `Vec` and references. A task that returns a type of the program's own
/// returns it in a `Result`, or the type implements this trait, of which only the first three items are needed.
///
/// # Examples
///
/// A type of one's own that says whether it failed:
///
/// ```
/// use anywake::task::Outcome;
///
/// enum Reply {
///     Text(String),
///     Status(u16),
/// }
///
/// impl Outcome for Reply {
///     type Value = String;
///     type Error = u16;
///
///     fn into_result(self) -> Result<String, u16> {
///         match self {
///             Reply::Text(text) => Ok(text),
///             Reply::Status(status) => Err(status),
///         }
///     }
///
///     fn is_failure(&self) -> bool {
///         matches!(self, Reply::Status(_))
///     }
/// }
///
/// assert!(Reply::Status(404).is_failure());
/// assert_eq!(Reply::Text("hello".into()).into_result(), Ok("hello".into()));
/// assert_eq!("cannot fail".to_owned().into_result(), Ok("cannot fail".into()));
/// ```
#[diagnostic::on_unimplemented(
    message = "a task that returns `{Self}` does not say whether it failed",
    note = "return a `Result`: `Ok::<_, std::convert::Infallible>(value)` if it cannot fail"
)]
pub trait Outcome {
    /// What there is if it succeeded.
    type Value;
    /// What there is if it failed.
    type Error;

    /// The one or the other.
    ///
    /// # Errors
    ///
    /// If it failed.
    fn into_result(self) -> Result<Self::Value, Self::Error>;

    /// Whether it failed.
    fn is_failure(&self) -> bool {
        false
    }
}

impl<T, E> Outcome for Result<T, E> {
    type Value = T;
    type Error = E;

    fn into_result(self) -> Self {
        self
    }

    fn is_failure(&self) -> bool {
        self.is_err()
    }
}

macro_rules! cannot_fail {
    ($([$($generics:tt)*] $value:ty;)*) => {$(
        impl<$($generics)*> Outcome for $value {
            type Value = Self;
            type Error = Infallible;

            fn into_result(self) -> Result<Self, Infallible> {
                Ok(self)
            }
        }
    )*};
}

cannot_fail! {
    [] (); [] bool; [] char; [] f32; [] f64;
    [] u8; [] u16; [] u32; [] u64; [] u128; [] usize;
    [] i8; [] i16; [] i32; [] i64; [] i128; [] isize;
    [] String; [T] Vec<T>; [T: ?Sized] &T;
}

/// How a task failed.
#[derive(Debug)]
pub enum Failure<E> {
    /// It returned this error.
    Error(E),
    /// It panicked.
    Panicked(Panic),
    /// It was cancelled, or its runtime shut down before it ended.
    Cancelled,
    /// A scope inside, whose errors are of another type, was dropped, and what was left of it failed.
    Foreign(ForeignError),
}

/// An error of another type than the scope's own: that of a [`task_group`](crate::task_group) or an
/// [`exit_stack`](crate::exit_stack()) inside, which was dropped before it could return it.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "smol")] {
/// use anywake::{Failure, GroupError, Runtime, Smol, exit_stack, task_group, timeout};
/// use std::{future::pending, time::Duration};
///
/// let failed: Result<(), GroupError<String>> = Smol.block_on(task_group(Smol, |_| async {
///     let inner = exit_stack(Smol, |stack| {
///         stack.push(async { Err(17) });
///         pending::<Result<(), i32>>()
///     });
///     assert!(timeout(Smol, Duration::ZERO, inner).await.is_err());
///     Ok(())
/// }));
/// let mut failures = failed.unwrap_err().into_iter();
/// let Some(Failure::Foreign(error)) = failures.next() else { panic!() };
/// assert_eq!(error.downcast::<i32>().unwrap(), 17);
/// # }
/// ```
pub struct ForeignError {
    /// Behind a mutex because an error should be `Sync`; nobody contends for it.
    error: Mutex<Box<dyn Any + Send>>,
}

impl ForeignError {
    pub(crate) fn new(error: Box<dyn Any + Send>) -> Self {
        Self { error: Mutex::new(error) }
    }

    /// Returns the error, if it is a `T`.
    ///
    /// # Errors
    ///
    /// The error is of another type.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Failure, GroupError, Smol, Runtime, exit_stack, task::ForeignError};
    /// use std::future::{pending, poll_fn};
    /// use std::{pin::pin, task::Poll};
    ///
    /// let failed: Result<(), GroupError<String>> = Smol.block_on(exit_stack(Smol, |_| async {
    ///     let inner = exit_stack(Smol, |stack| {
    ///         stack.push(async { Err(17) });
    ///         pending::<Result<(), i32>>()
    ///     });
    ///     // Begun, and dropped.
    ///     let mut inner = Box::pin(inner);
    ///     poll_fn(|cx| Poll::Ready(inner.as_mut().poll(cx).is_pending())).await;
    ///     drop(inner);
    ///     Ok(())
    /// }));
    /// let mut failures = failed.unwrap_err().into_iter();
    /// let Some(Failure::Foreign(error)) = failures.next() else { panic!() };
    /// let error: ForeignError = error.downcast::<String>().unwrap_err();
    /// assert_eq!(error.downcast::<i32>().unwrap(), 17);
    /// # }
    /// ```
    pub fn downcast<T: 'static>(self) -> Result<T, Self> {
        let error = self.error.into_inner().unwrap_or_else(PoisonError::into_inner);
        error.downcast().map(|error| *error).map_err(Self::new)
    }
}

impl fmt::Debug for ForeignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForeignError").finish_non_exhaustive()
    }
}

/// How a task ended, with both layers in one: what it returned, and whether it got that far.
pub(crate) fn flatten<O: Outcome>(ended: Result<O, TaskError>) -> Result<O::Value, Failure<O::Error>> {
    ended?.into_result().map_err(Failure::Error)
}

impl<E> Failure<E> {
    /// The error that the task returned, if that is how it failed.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::Failure;
    ///
    /// assert_eq!(Failure::Error("no").error(), Some(&"no"));
    /// assert_eq!(Failure::<&str>::Cancelled.error(), None);
    /// ```
    #[must_use]
    pub fn error(&self) -> Option<&E> {
        match self {
            Failure::Error(error) => Some(error),
            Failure::Panicked(_) | Failure::Cancelled | Failure::Foreign(_) => None,
        }
    }

    pub(crate) fn map<O>(self, function: impl FnOnce(E) -> O) -> Failure<O> {
        match self {
            Failure::Error(error) => Failure::Error(function(error)),
            Failure::Panicked(panic) => Failure::Panicked(panic),
            Failure::Cancelled => Failure::Cancelled,
            Failure::Foreign(error) => Failure::Foreign(error),
        }
    }
}

impl<E> From<TaskError> for Failure<E> {
    fn from(error: TaskError) -> Self {
        match error {
            TaskError::Cancelled => Failure::Cancelled,
            TaskError::Panicked(panic) => Failure::Panicked(panic),
        }
    }
}

impl<E: fmt::Display> fmt::Display for Failure<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Error(error) => error.fmt(f),
            Failure::Panicked(panic) => write!(f, "the task panicked: {panic}"),
            Failure::Cancelled => f.write_str("the task was cancelled"),
            Failure::Foreign(_) => f.write_str("a scope inside failed with an error of another type"),
        }
    }
}

impl<E: Error + 'static> Error for Failure<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        // The message is that of the error itself already.
        self.error().and_then(Error::source)
    }
}

/// Every failure of a group, in the order in which they occurred: what an `ExceptionGroup` is in Python.
///
/// Those of scopes inside that were dropped before they could return theirs are among them.
///
/// Without any, the group was [cancelled](crate::TaskGroup::cancel).
#[doc(alias = "ExceptionGroup")]
#[derive(Debug)]
pub struct GroupError<E> {
    failures: Vec<Failure<E>>,
}

impl<E> GroupError<E> {
    pub(crate) fn new(failures: Vec<Failure<E>>) -> Self {
        Self { failures }
    }

    /// The failures.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Failure, Runtime, Smol, task_group};
    ///
    /// let failed = Smol.block_on(task_group(Smol, |_| async { Err::<(), _>("no") })).unwrap_err();
    /// assert!(matches!(failed.failures(), [Failure::Error("no")]));
    /// # }
    /// ```
    #[must_use]
    pub fn failures(&self) -> &[Failure<E>] {
        &self.failures
    }

    /// Whether nothing failed, and the group was cancelled.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{Runtime, Smol, task_group};
    ///
    /// let failed = Smol.block_on(task_group(Smol, |_| async { Err::<(), _>("no") })).unwrap_err();
    /// assert!(!failed.is_cancelled());
    /// # }
    /// ```
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.failures.is_empty()
    }
}

impl<E> IntoIterator for GroupError<E> {
    type Item = Failure<E>;
    type IntoIter = vec::IntoIter<Failure<E>>;

    fn into_iter(self) -> Self::IntoIter {
        self.failures.into_iter()
    }
}

impl<E: fmt::Display> fmt::Display for GroupError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.failures {
            [] => f.write_str("the group was cancelled"),
            [only] => only.fmt(f),
            [first, others @ ..] => {
                write!(f, "{} failures: {first}", self.failures.len())?;
                others.iter().try_for_each(|failure| write!(f, "; {failure}"))
            }
        }
    }
}

impl<E: Error + 'static> Error for GroupError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &*self.failures {
            [only] => only.source(),
            _ => None,
        }
    }
}
