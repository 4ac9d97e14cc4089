//! [`OnceCell`]: a value that is initialised once, by whichever task comes first. Its futures, and [`Lazy`].

#[cfg(feature = "alloc")]
use crate::sys::Arc;
use core::fmt;
use core::future::Future;
use core::mem::{self, MaybeUninit};
use core::panic::{RefUnwindSafe, UnwindSafe};

use crate::sys::atomic::{UnsafeCell, const_fn};
use crate::wait::future::Wait;
use crate::wait::handle::Primitive;
use crate::wait::trace::{self, Taker, named};

#[forbid(unsafe_code)]
mod error;
mod init;
#[cfg(feature = "alloc")]
mod lazy;
#[cfg(feature = "alloc")]
mod part;
mod raw;
mod role;
mod wait;

pub use error::SetError;
use init::Init;
pub use init::{GetOrInitFuture, GetOrTryInitFuture};
#[cfg(feature = "alloc")]
pub use init::{OwnedGetOrInitFuture, OwnedGetOrTryInitFuture, PartGetOrInitFuture, PartGetOrTryInitFuture};
#[cfg(feature = "alloc")]
pub use lazy::{BoxedInit, Lazy, LazyFuture};
use raw::{Claim, OnceCore};
use role::Role;
pub use wait::OnceCellFuture;
#[cfg(feature = "alloc")]
pub use wait::{OwnedOnceCellFuture, PartOnceCellFuture};

/// A value that is initialised at most once, by an asynchronous initialiser, and then read without a lock.
///
/// It is empty at first. The first task that calls [`get_or_init`](Self::get_or_init) runs its initialiser, and all
/// others that call it meanwhile wait. When the value is there, [`get`](Self::get) reads one word. A cell takes up to four
/// words beside the value, neither allocates nor grows, and lives in a `static`.
///
/// # Who initialises
/// The *role* of the initialiser belongs to one task at a time. If its initialiser returns an error, panics, or is dropped
/// at any `.await`, the role goes to the task that has waited longest in `get_or_init` or
/// [`get_or_try_init`](Self::get_or_try_init), which then runs an initialiser of its own. The cell is as empty as before,
/// and no other task is woken. (Spin locks that trusted the state of a failed initialisation: RUSTSEC-2023-0031,
/// RUSTSEC-2019-0017.) A task in [`wait`](Self::wait) only waits for the value: it is never given the role, and is woken
/// once.
///
/// The progress of an initialiser ends with the future that contains it. `Lazy`, with the feature `alloc`, keeps it.
///
/// # What can wait for ever
/// The cell is not reentrant: an initialiser that awaits its own cell waits for itself, for ever. So do two initialisers
/// that await each other's cells. A task in `wait` waits until some task initialises the cell.
///
/// # A wait that is not polled
/// A queued `get_or_init` that is alive but not polled, for example one that a `select!` loop keeps aside, may be handed
/// the role, and keeps it until it is polled or dropped. So does an initialiser that is under way and not polled. All
/// others wait meanwhile. Drop what you do not poll, or give it a task of its own. A `wait` that is not polled holds
/// nothing up.
///
/// # Memory ordering
/// What was done before the value was set, or by the initialiser, is visible to every thread that sees the value. An
/// initialiser sees what the failed ones before it did.
///
/// # Interrupt handlers
/// With the feature `critical-section`, all methods may be called from one, except that the futures are awaited elsewhere.
/// `get` needs no feature: it is one load.
///
/// # Examples
/// ```
/// # use anywake_core as anywake;
/// # async fn example() {
/// static CONFIG: anywake::OnceCell<String> = anywake::OnceCell::new();
///
/// let config = CONFIG.get_or_init(async || "read from a slow disk".to_owned()).await;
/// assert_eq!(config, "read from a slow disk");
/// assert_eq!(CONFIG.get(), Some(config));
/// # }
/// # anywake_core::doctest::block_on(example());
/// ```
#[doc(alias("OnceLock", "SetOnce", "once"))]
pub struct OnceCell<T> {
    core: OnceCore,
    value: UnsafeCell<MaybeUninit<T>>,
}

crate::sys::shared! {
    // mistake a_cell_of_anything_is_sync: T: Send + Sync> Sync for OnceCell ~> T: Sync> Sync for OnceCell
    // SAFETY: O2. A full cell hands out `&T` to all threads, so `T: Sync` is needed. A value may also be set by one thread, through
    // a shared reference, and dropped or taken out by another, so `T: Send` is needed as well: leaving it out was
    // RUSTSEC-2020-0101. Nothing else of the value is shared.
    unsafe impl<T: Send + Sync> Sync for OnceCell<T> {}
}
// A cell has no guard: it hands out `&T`, so it follows its value, as `std::sync::OnceLock` does. (`UnwindSafe` does so by
// itself.) A panic of an initialiser leaves the cell empty.
impl<T: UnwindSafe + RefUnwindSafe> RefUnwindSafe for OnceCell<T> {}

impl<T> OnceCell<T> {
    const_fn! {
        /// An empty cell.
        ///
        /// # Examples
        /// ```
        /// # use anywake_core as anywake;
        /// static NAME: anywake::OnceCell<String> = anywake::OnceCell::new();
        /// assert_eq!(NAME.get(), None);
        /// ```
        #[must_use]
        pub const fn new() -> Self {
            Self { core: OnceCore::new(), value: UnsafeCell::new(MaybeUninit::uninit()) }
        }
    }

    named! { core.queue }

    const_fn! {
        /// A cell that has this value already.
        ///
        /// # Examples
        /// ```
        /// # use anywake_core as anywake;
        /// static LIMIT: anywake::OnceCell<u32> = anywake::OnceCell::with_value(10);
        /// assert_eq!(LIMIT.get(), Some(&10));
        /// ```
        #[must_use]
        pub const fn with_value(value: T) -> Self {
            Self { core: OnceCore::full(), value: UnsafeCell::new(MaybeUninit::new(value)) }
        }
    }

    /// The value, if it is there. Reads one word, and never waits.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let cell = anywake::OnceCell::new();
    /// assert_eq!(cell.get(), None);
    /// cell.set(1).unwrap();
    /// assert_eq!(cell.get(), Some(&1));
    /// ```
    #[inline]
    pub fn get(&self) -> Option<&T> {
        if !self.is_initialized() {
            return None;
        }
        // SAFETY: O2, `is_initialized` has seen `FULL`.
        Some(unsafe { self.get_unchecked() })
    }

    /// Whether the value is there.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let cell = anywake::OnceCell::new();
    /// assert!(!cell.is_initialized());
    /// cell.set(1).unwrap();
    /// assert!(cell.is_initialized());
    /// ```
    #[inline]
    pub fn is_initialized(&self) -> bool {
        self.core.is_full()
    }

    /// Makes `value` the value of the cell, if the cell is empty and no initialiser is at work. Never waits.
    ///
    /// While an initialiser is at work, `set` changes nothing: the initialiser goes on, and the task that runs it gets the
    /// value that it has computed. To be sure that the cell has a value afterwards, use
    /// [`get_or_init`](Self::get_or_init). Of two calls of `set` at once, one wins; to the other, the first may look like
    /// an initialiser at work.
    ///
    /// May be called from an interrupt handler with the feature `critical-section`.
    ///
    /// # Errors
    /// [`SetError::Initialized`] if the cell has a value, and [`SetError::Initializing`] if an initialiser is at work. Both
    /// return `value`.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::SetError;
    ///
    /// let cell = anywake::OnceCell::new();
    /// let mut initialiser = Box::pin(cell.get_or_init(async || 1));
    /// assert!(initialiser.as_mut().enable(), "it has the role of the initialiser");
    /// assert_eq!(cell.set(2), Err(SetError::Initializing(2)));
    /// drop(initialiser);
    /// assert_eq!(cell.set(2), Ok(()));
    /// assert_eq!(cell.set(3), Err(SetError::Initialized(3)));
    /// ```
    pub fn set(&self, value: T) -> Result<(), SetError<T>> {
        match self.core.claim() {
            Claim::Taken => {
                Role::new(self, Taker::here()).fill(value);
                Ok(())
            }
            Claim::Full => Err(SetError::Initialized(value)),
            Claim::Running => Err(SetError::Initializing(value)),
        }
    }

    /// Waits until the value is there, and initialises the cell if no other task does. Returns a reference to the value.
    ///
    /// If the cell is empty, this task becomes the initialiser: it calls `init` and polls the future that `init` returns.
    /// Otherwise it waits, and becomes the initialiser when all that came before it have failed. `init` is not called if
    /// another task initialises the cell.
    ///
    /// # Cancel safety
    /// Dropping the future gives up the place in the queue. If this task is the initialiser, the future of `init` is
    /// dropped with its progress, and the next in line becomes the initialiser. The cell is as empty as before.
    ///
    /// # Fairness
    /// The role of the initialiser goes to the longest waiter. Nobody overtakes.
    ///
    /// # Panics
    /// If `init` or its future panics. The next in line becomes the initialiser. An `init` that awaits the same cell does
    /// not panic: it waits for ever.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let cell = anywake::OnceCell::new();
    /// assert_eq!(cell.get_or_init(async || 1).await, &1);
    /// assert_eq!(cell.get_or_init(async || unreachable!()).await, &1);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn get_or_init<F, Fut>(&self, init: F) -> GetOrInitFuture<'_, T, F, Fut>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = T>,
    {
        GetOrInitFuture::over(Init::new(self, init, |init| init()))
    }

    /// As [`get_or_init`](Self::get_or_init), with an initialiser that may fail.
    ///
    /// # Errors
    /// That of this task's own initialiser. The cell stays empty, and the next in line becomes the initialiser.
    ///
    /// # Cancel safety
    /// Dropping the future gives up the place in the queue. If this task is the initialiser, the future of `init` is
    /// dropped with its progress, and the next in line becomes the initialiser. The cell is as empty as before.
    ///
    /// # Fairness
    /// The role of the initialiser goes to the longest waiter. Nobody overtakes.
    ///
    /// # Panics
    /// If `init` or its future panics. The next in line becomes the initialiser. An `init` that awaits the same cell does
    /// not panic: it waits for ever.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let cell = anywake::OnceCell::new();
    /// assert_eq!(cell.get_or_try_init(async || Err("offline")).await, Err("offline"));
    /// assert_eq!(cell.get_or_try_init(async || Ok::<_, &str>(1)).await, Ok(&1));
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn get_or_try_init<E, F, Fut>(&self, init: F) -> GetOrTryInitFuture<'_, T, F, Fut>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        GetOrTryInitFuture::over(Init::new(self, init, |init| init()))
    }

    /// Waits until the value is there, and leaves it to others to initialise the cell. Returns a reference to the value.
    ///
    /// The task is woken once, when the value is there, and never because an initialiser has failed.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let cell = anywake::OnceCell::new();
    /// let mut wait = core::pin::pin!(cell.wait());
    /// assert!(!wait.as_mut().enable(), "the cell is empty");
    /// cell.set(1).unwrap();
    /// assert_eq!(wait.await, &1);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn wait(&self) -> OnceCellFuture<'_, T> {
        OnceCellFuture::over(Wait::new(self, ()))
    }

    /// As [`get_or_init`](Self::get_or_init), with a future that keeps the cell alive. Returns a handle of the value, which
    /// keeps the cell alive, too.
    ///
    /// For a cell that lies in a larger value behind an `Arc`, see [`ArcPart`](crate::ArcPart).
    ///
    /// # Cancel safety
    /// As for [`get_or_init`](Self::get_or_init): if this task is the initialiser, its progress is lost, and the next in
    /// line becomes the initialiser.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// # async fn example() {
    /// let cell = Arc::new(anywake::OnceCell::new());
    /// let value = cell.get_or_init_owned(async || "value").await;
    /// assert_eq!(std::thread::spawn(move || value.len()).join().unwrap(), 5);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn get_or_init_owned<F, Fut>(self: Arc<Self>, init: F) -> OwnedGetOrInitFuture<T, F, Fut>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = T>,
    {
        OwnedGetOrInitFuture::over(Init::new(self, init, |init| init()))
    }

    /// As [`get_or_try_init`](Self::get_or_try_init), with a future that keeps the cell alive. Returns a handle of the
    /// value, which keeps the cell alive, too.
    ///
    /// # Errors
    /// That of this task's own initialiser.
    ///
    /// # Cancel safety
    /// As for [`get_or_try_init`](Self::get_or_try_init): if this task is the initialiser, its progress is lost, and the
    /// next in line becomes the initialiser.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// # async fn example() {
    /// let cell = Arc::new(anywake::OnceCell::<u32>::new());
    /// let failed = Arc::clone(&cell).get_or_try_init_owned(async || Err("offline")).await;
    /// assert_eq!(failed.unwrap_err(), "offline");
    /// assert_eq!(*cell.get_or_try_init_owned(async || Ok::<_, ()>(1)).await.unwrap(), 1);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn get_or_try_init_owned<E, F, Fut>(self: Arc<Self>, init: F) -> OwnedGetOrTryInitFuture<T, F, Fut>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        OwnedGetOrTryInitFuture::over(Init::new(self, init, |init| init()))
    }

    /// As [`wait`](Self::wait), with a future that keeps the cell alive. Returns a handle of the value, which keeps the cell
    /// alive, too.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use std::sync::Arc;
    /// # async fn example() {
    /// let cell = Arc::new(anywake::OnceCell::new());
    /// let wait = Arc::clone(&cell).wait_owned();
    /// cell.set("value").unwrap();
    /// drop(cell);
    /// assert_eq!(*wait.await, "value");
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn wait_owned(self: Arc<Self>) -> OwnedOnceCellFuture<T> {
        OwnedOnceCellFuture::over(Wait::new(self, ()))
    }

    /// Exclusive access to the value, if it is there.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let mut cell = anywake::OnceCell::with_value(1);
    /// *cell.get_mut().unwrap() += 1;
    /// assert_eq!(cell.get(), Some(&2));
    /// ```
    pub fn get_mut(&mut self) -> Option<&mut T> {
        if !self.core.is_full() {
            return None;
        }
        // SAFETY: O2, the cell is full, and borrowed exclusively.
        Some(self.value.with_mut(|value| unsafe { &mut *value.cast::<T>() }))
    }

    /// Takes the value out, if it is there. The cell is empty afterwards, and can be initialised again.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let mut cell = anywake::OnceCell::with_value(1);
    /// assert_eq!(cell.take(), Some(1));
    /// assert_eq!(cell.take(), None);
    /// assert_eq!(cell.set(2), Ok(()));
    /// ```
    pub fn take(&mut self) -> Option<T> {
        // A new core and not only a cleared bit: if an initialiser was forgotten, its role is still taken, and forgotten
        // waits are still in the lists. Nobody polls or drops them any more, since their borrows have ended.
        let core = mem::replace(&mut self.core, OnceCore::new());
        if !core.is_full() {
            return None;
        }
        // SAFETY: O2, the value is there, and the new core says that it is not, so it is moved out once.
        Some(self.value.with_mut(|value| unsafe { value.cast::<T>().read() }))
    }

    /// The value, if it is there.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// assert_eq!(anywake::OnceCell::with_value(1).into_inner(), Some(1));
    /// assert_eq!(anywake::OnceCell::<u32>::new().into_inner(), None);
    /// ```
    pub fn into_inner(mut self) -> Option<T> {
        self.take()
    }

    /// How many tasks wait, for the role of the initialiser or for the value. The initialiser itself is not counted.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let cell = anywake::OnceCell::<u32>::new();
    /// let mut wait = core::pin::pin!(cell.wait());
    /// wait.as_mut().enable();
    /// assert_eq!(cell.waiters(), 1);
    /// ```
    pub fn waiters(&self) -> usize {
        self.core.waiters()
    }

    /// # Safety
    /// The cell is full, and this thread knows it by an Acquire (O2).
    #[inline]
    unsafe fn get_unchecked(&self) -> &T {
        // SAFETY: O2, the value was written before this thread saw that the cell is full, and is not written again while
        // the cell is borrowed.
        self.value.with(|value| unsafe { &*value.cast::<T>() })
    }

    /// # Safety
    /// The caller owns the role (O1), and the cell is not full yet (O2).
    #[inline]
    unsafe fn write(&self, value: T) {
        // SAFETY: nobody else writes (O1), and nobody reads before the cell is full (O2). There is no old value to drop.
        self.value.with_mut(|place| unsafe { place.cast::<T>().write(value) });
    }
}

impl<T> Drop for OnceCell<T> {
    #[inline]
    fn drop(&mut self) {
        // mistake a_cell_leaks_its_value: self.core.is_full() ~> false
        if self.core.is_full() {
            // SAFETY: O2, the value is there, and the cell is not used again.
            self.value.with_mut(|value| unsafe { value.cast::<T>().drop_in_place() });
        }
    }
}

impl<T> Primitive for OnceCell<T> {
    type Core = OnceCore;

    #[inline]
    fn core(&self) -> &OnceCore {
        &self.core
    }
}

impl<T> Default for OnceCell<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> From<T> for OnceCell<T> {
    fn from(value: T) -> Self {
        Self::with_value(value)
    }
}

/// The clone has a clone of the value, or is empty. Its initialiser and its waiters are its own.
impl<T: Clone> Clone for OnceCell<T> {
    fn clone(&self) -> Self {
        self.get().cloned().map_or_else(Self::new, Self::with_value)
    }
}

/// Compares the values. Two empty cells are equal.
impl<T: PartialEq> PartialEq for OnceCell<T> {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<T: Eq> Eq for OnceCell<T> {}

impl<T: fmt::Debug> fmt::Debug for OnceCell<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnceCell")
            .field("value", &self.get())
            .field("initializing", &self.core.is_running())
            .field("waiters", &trace::listed(&self.core.queue, self.waiters()))
            .finish()
    }
}
