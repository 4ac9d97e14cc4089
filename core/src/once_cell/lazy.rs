//! [`Lazy`]: a cell that knows its initialiser, and keeps the initialiser's progress.
//!
//! It is a [`OnceCell`] whose role is the permission to poll one stored future. The future lies in the `Lazy` and not in
//! the waits, so the progress of a wait that is dropped stays: the next owner of the role polls on.
//!
//! # Invariant
//! * Z1. The work is touched by the owner of the role only, or through exclusive access to the `Lazy`.

use core::fmt;
use core::future::{Future, IntoFuture};
use core::panic::{RefUnwindSafe, UnwindSafe};
use core::pin::Pin;
use core::task::{Context, Poll};

use super::OnceCell;
use super::init::{Init, init_futures, never_fails, unfailing};
use crate::sys::atomic::{UnsafeCell, const_fn};
use crate::wait::trace::{self, named};

/// The future of a [`Lazy`] in a `static`, where the type of an `async` block cannot be named.
pub type BoxedInit<T> = Pin<crate::sys::BoxedFuture<T>>;

/// A value that the first task which asks for it begins to compute, and any task goes on with.
///
/// The future that computes the value lies in the `Lazy`. [`force`](Self::force) polls it, and if the task that polls
/// it is cancelled, the next one in line polls on from where it stands. So a value that takes longer than the patience of
/// each of its users is computed all the same, and the work is done once. With [`OnceCell::get_or_init`] each user brings
/// an initialiser of its own, and its progress ends with that user.
///
/// The future is [`Unpin`] and so usually boxed: with the default parameters, `Lazy<T>` takes a function that returns a
/// [`BoxedInit`], and can be named in a `static`. The box is allocated by the first [`force`](Self::force), and dropped
/// as soon as the value is there.
///
/// # Panics of the initialiser
/// A panic goes to the task that polled. The future is dropped, and the next task in line begins anew with a future that
/// the function returns. There is no poisoning.
///
/// # A wait that is not polled
/// One task polls the future at a time. If its wait is alive but not polled, for example because a `select!` loop keeps it
/// aside, the future stands still, and all others wait. Drop what you do not poll, or give it a task of its own.
///
/// An initialiser that forces its own `Lazy` waits for itself, for ever.
///
/// # Examples
/// ```
/// # use anywake_core as anywake;
/// # async fn example() {
/// use anywake::Lazy;
///
/// static CONFIG: Lazy<String> = Lazy::new(|| Box::pin(async { "from a slow disk".to_owned() }));
///
/// assert_eq!(CONFIG.get(), None);
/// assert_eq!(CONFIG.force().await, "from a slow disk");
/// assert_eq!(CONFIG.get().map(String::as_str), Some("from a slow disk"));
/// # }
/// # anywake_core::doctest::block_on(example());
/// ```
#[doc(alias("LazyCell", "LazyLock", "AsyncLazy"))]
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
pub struct Lazy<T, Fut = BoxedInit<T>, F = fn() -> Fut> {
    cell: OnceCell<T>,
    work: UnsafeCell<Work<Fut, F>>,
}

/// How the value is computed, and how far that has come.
struct Work<Fut, F> {
    begin: F,
    under_way: Option<Fut>,
}

crate::sys::shared! {
    // mistake a_lazy_shares_its_future_unsent: Fut: Send, F: Send> Sync ~> Fut, F: Send> Sync
    // SAFETY: Z1. The function and its future are used by one thread after another, which is sending. The value is shared, and
    // may be made on one thread and dropped on another, so it has to be both, as in a `OnceCell`.
    unsafe impl<T: Send + Sync, Fut: Send, F: Send> Sync for Lazy<T, Fut, F> {}
}
// A future that panicked is dropped, and never seen again. The value follows the rule of a `OnceCell`.
impl<T: UnwindSafe, Fut, F: UnwindSafe> UnwindSafe for Lazy<T, Fut, F> {}
impl<T: UnwindSafe + RefUnwindSafe, Fut, F: UnwindSafe> RefUnwindSafe for Lazy<T, Fut, F> {}

impl<T, Fut: Future<Output = T> + Unpin, F: FnMut() -> Fut> Lazy<T, Fut, F> {
    const_fn! {
        /// A value that the future of `begin` will compute.
        ///
        /// # Examples
        /// ```
        /// # use anywake_core as anywake;
        /// static ANSWER: anywake::Lazy<u32> = anywake::Lazy::new(|| Box::pin(async { 42 }));
        /// assert!(!ANSWER.is_initialized());
        /// assert_eq!(anywake_core::doctest::block_on(ANSWER.force()), &42);
        /// ```
        #[must_use]
        pub const fn new(begin: F) -> Self {
            Self { cell: OnceCell::new(), work: UnsafeCell::new(Work { begin, under_way: None }) }
        }
    }

    named! { cell.core.queue }

    /// Waits until the value is there, and takes a part in computing it. Returns a reference to it.
    ///
    /// One task polls the stored future at a time. The others wait in line for its role, and are woken when it is theirs,
    /// or when the value is there.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing. The stored future stays as it is, and the next task in line polls on.
    ///
    /// # Panics
    /// If the function or its future panics while this task polls it.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// use core::future::ready;
    ///
    /// let lazy = anywake::Lazy::new(|| ready(7));
    /// assert_eq!(lazy.force().await, &7);
    /// assert_eq!((&lazy).await, &7);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn force(&self) -> LazyFuture<'_, T, Fut, F> {
        LazyFuture::over(Init::new(&self.cell, self, Resume))
    }
}

impl<T, Fut, F> Lazy<T, Fut, F> {
    /// The value, if it is there. Reads one word, and never waits.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let lazy = anywake::Lazy::new(|| core::future::ready(7));
    /// assert_eq!(lazy.get(), None);
    /// anywake_core::doctest::block_on(lazy.force());
    /// assert_eq!(lazy.get(), Some(&7));
    /// ```
    #[inline]
    pub fn get(&self) -> Option<&T> {
        self.cell.get()
    }

    /// Exclusive access to the value, if it is there.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let mut lazy = anywake::Lazy::new(|| core::future::ready(7));
    /// anywake_core::doctest::block_on(lazy.force());
    /// *lazy.get_mut().unwrap() += 1;
    /// assert_eq!(lazy.get(), Some(&8));
    /// ```
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.cell.get_mut()
    }

    /// The value, if it is there. The stored future is dropped.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let lazy = anywake::Lazy::new(|| core::future::ready(7));
    /// anywake_core::doctest::block_on(lazy.force());
    /// assert_eq!(lazy.into_inner(), Some(7));
    /// ```
    pub fn into_inner(self) -> Option<T> {
        self.cell.into_inner()
    }

    /// Whether the value is there.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let lazy = anywake::Lazy::new(|| core::future::ready(7));
    /// assert!(!lazy.is_initialized());
    /// anywake_core::doctest::block_on(lazy.force());
    /// assert!(lazy.is_initialized());
    /// ```
    #[inline]
    pub fn is_initialized(&self) -> bool {
        self.cell.is_initialized()
    }

    /// How many tasks wait for the value. The task that polls the stored future is not counted.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let lazy = anywake::Lazy::new(|| core::future::pending::<u32>());
    /// let mut waits = [(); 3].map(|()| Box::pin(lazy.force()));
    /// waits.iter_mut().for_each(|wait| drop(wait.as_mut().enable()));
    /// assert_eq!(lazy.waiters(), 2);
    /// ```
    pub fn waiters(&self) -> usize {
        self.cell.waiters()
    }
}

/// Polls the future of a `Lazy`. It exists only while its wait owns the role (I2).
pub(super) struct Resume<'a, T, Fut, F>(&'a Lazy<T, Fut, F>);

impl<T, Fut, F> Future for Resume<'_, T, Fut, F>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = T> + Unpin,
{
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        // SAFETY: Z1. This is polled only while its wait owns the role (I2), and the reference ends with this call. An
        // initialiser that comes back here through its own `Lazy` finds the role taken, and waits.
        let work = self.0.work.with_mut(|work| unsafe { &mut *work });
        let begin = &mut work.begin;
        let ending = Ending(&mut work.under_way);
        let future = ending.0.get_or_insert_with(begin);
        let polled = Pin::new(future).poll(context);
        // mistake a_lazy_forgets_its_progress: polled.is_pending() ~> false
        if polled.is_pending() {
            core::mem::forget(ending);
        }
        polled
    }
}

/// Drops the stored future, if it is ready or has panicked.
struct Ending<'w, Fut>(&'w mut Option<Fut>);

impl<Fut> Drop for Ending<'_, Fut> {
    fn drop(&mut self) {
        *self.0 = None;
    }
}

/// A wait for the role, and then the polls of the stored future.
type Turn<'a, T, Fut, F> = Init<&'a OnceCell<T>, &'a Lazy<T, Fut, F>, Resume<'a, T, Fut, F>>;

init_futures! {
    /// The future of [`Lazy::force`]: polls the stored future when it is this task's turn, and waits in line until then.
    /// Returns a reference to the value.
    pub struct LazyFuture['a, T, Fut, F]['a, T, Fut, F]
    is Turn<'a, T, Fut, F>
    => &'a T where [][F: FnMut() -> Fut, Fut: Future<Output = T> + Unpin,],
    never_fails, |ended| unfailing(ended);
}

impl<'a, T, Fut, F> IntoFuture for &'a Lazy<T, Fut, F>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = T> + Unpin,
{
    type Output = &'a T;
    type IntoFuture = LazyFuture<'a, T, Fut, F>;

    #[cfg_attr(feature = "diagnose", track_caller)]
    fn into_future(self) -> LazyFuture<'a, T, Fut, F> {
        self.force()
    }
}

impl<T: fmt::Debug, Fut, F> fmt::Debug for Lazy<T, Fut, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lazy")
            .field("value", &self.get())
            .field("waiters", &trace::listed(&self.cell.core.queue, self.waiters()))
            .finish_non_exhaustive()
    }
}
