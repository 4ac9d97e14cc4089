//! Whether others may overtake those who wait for permits: a type parameter of the semaphore.
//!
//! The mode of a lock is a value. As a value of a semaphore it cost every program 660 bytes of flash, since a linker
//! cannot know which semaphores a program makes. As a type it costs nothing where it is not used.

use core::fmt;

/// Whether others may overtake those who wait for permits: [`Fifo`] or [`Bypass`]. Sealed.
#[allow(private_bounds, reason = "sealed")]
pub trait Mode: Rules + Sized + 'static {}

/// The mode of a [`Semaphore`](crate::Semaphore) that serves first come, first served: nobody overtakes.
#[derive(Clone, Copy, Debug)]
pub enum Fifo {}

/// The mode of a [`Semaphore`](crate::Semaphore) whose first waiter may be overtaken, a limited number of times or any number
/// of times. See [`with_bypass`](crate::Semaphore::with_bypass) and
/// [`with_unbounded_bypass`](crate::Semaphore::with_unbounded_bypass).
///
/// # Examples
/// ```
/// # use anywake_core as anywake;
/// use anywake::{Semaphore, semaphore::Bypass};
///
/// struct Server {
///     connections: Semaphore<Bypass>,
/// }
///
/// let server = Server { connections: Semaphore::with_bypass(10, 100) };
/// assert_eq!(server.connections.available_permits(), 10);
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Bypass {}

impl Mode for Fifo {}
impl Mode for Bypass {}

/// What the core of a semaphore has to know about its mode.
pub(crate) trait Rules {
    const BYPASS: bool;
    /// How often the first waiter may be overtaken.
    type Limit: Copy + fmt::Debug + Send;

    fn limit(limit: Self::Limit) -> u32;
}

impl Rules for Fifo {
    const BYPASS: bool = false;
    type Limit = ();

    #[inline]
    fn limit((): ()) -> u32 {
        0
    }
}

impl Rules for Bypass {
    const BYPASS: bool = true;
    type Limit = u16;

    #[inline]
    fn limit(limit: u16) -> u32 {
        limit.into()
    }
}
