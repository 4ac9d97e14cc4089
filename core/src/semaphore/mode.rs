//! Who goes first among those who wait for permits, and whether others may overtake them: a type parameter of the semaphore.
//!
//! The mode of a lock is a value. As a value of a semaphore it cost every program 660 bytes of flash, since a linker
//! cannot know which semaphores a program makes. As a type it costs nothing where it is not used.

use core::fmt;

use crate::sys::Sent;
use crate::wait::list::List;

/// In which order those who wait for permits are served: [`Fifo`], [`Bypass`] or [`Priorities`]. Sealed.
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

/// The mode of a [`PrioritySemaphore`](super::PrioritySemaphore): requests have one of `LEVELS` levels, and the more urgent
/// ones are served first.
#[derive(Clone, Copy, Debug)]
pub enum Priorities<const LEVELS: usize> {}

impl Mode for Fifo {}
impl Mode for Bypass {}
impl<const LEVELS: usize> Mode for Priorities<LEVELS> {}

/// What the core of a semaphore has to know about its mode.
pub(crate) trait Rules {
    const BYPASS: bool = false;
    /// How many levels of requests there are.
    const LEVELS: usize = 1;
    /// How often a waiter may be overtaken: the first one, with a bypass; the longest one of its level, with priorities.
    type Limit: Copy + fmt::Debug + Send;
    /// How urgent a request is.
    type Level: Copy + fmt::Debug + Send + Sync + Unpin;
    /// The level of a request that says none.
    const LEAST: Self::Level;
    /// A list for each level.
    type Lists: AsRef<[List]> + AsMut<[List]> + Sent + Unpin;
    const LISTS: Self::Lists;

    fn limit(limit: Self::Limit) -> u32;

    /// The place of a level among the lists. The most urgent one is the first.
    fn index(level: Self::Level) -> usize;
}

impl Rules for Fifo {
    type Limit = ();
    type Level = ();
    const LEAST: () = ();
    type Lists = [List; 1];
    const LISTS: [List; 1] = [List::new()];

    #[inline]
    fn limit((): ()) -> u32 {
        0
    }

    #[inline]
    fn index((): ()) -> usize {
        0
    }
}

impl Rules for Bypass {
    const BYPASS: bool = true;
    type Limit = u16;
    type Level = ();
    const LEAST: () = ();
    type Lists = [List; 1];
    const LISTS: [List; 1] = [List::new()];

    #[inline]
    fn limit(limit: u16) -> u32 {
        limit.into()
    }

    #[inline]
    fn index((): ()) -> usize {
        0
    }
}

impl<const LEVELS: usize> Rules for Priorities<LEVELS> {
    const LEVELS: usize = LEVELS;
    type Limit = u16;
    type Level = u8;
    // Not more levels than a `u8` has values: the constructor says so.
    const LEAST: u8 = (LEVELS - 1) as u8;
    type Lists = [List; LEVELS];
    const LISTS: [List; LEVELS] = [const { List::new() }; LEVELS];

    #[inline]
    fn limit(limit: u16) -> u32 {
        limit.into()
    }

    #[inline]
    fn index(level: u8) -> usize {
        level.into()
    }
}
