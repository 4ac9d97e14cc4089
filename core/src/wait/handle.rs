//! How a primitive is held by its waits, guards and permits: by `&P` or by `Arc<P>`, once for all primitives.
//!
//! A guard or a future names its handle, and through it the primitive and `T`, only once. A type in which the same
//! lifetime or `T` stands twice, held across an `await`, makes a future that the compiler does not see to be `Send`
//! (rust-lang/rust#102211).
//!
//! # Invariant
//! * H1. A handle always dereferences to the same primitive, and the primitive stays where it is while the handle or a
//!   clone of it exists.

#[cfg(feature = "alloc")]
use crate::sys::Arc;
#[cfg(feature = "alloc")]
use core::fmt;
use core::ops::Deref;
#[cfg(feature = "alloc")]
use core::ptr::NonNull;

use super::queue::Core;

/// A way to hold a primitive `P`: `&P`, `Arc<P>`, or an [`ArcPart`] if `P` lies in a larger value. Sealed.
///
/// # Safety
/// `deref` always returns the same primitive, and the primitive stays where it is while the handle or a clone of it
/// exists (H1).
#[allow(private_bounds, reason = "sealed")]
pub unsafe trait Handle: Deref + Clone + Sealed {}

pub(crate) trait Sealed {
    /// Whether it owns a part of the primitive, so that what holds it need not stay in one task.
    const OWNED: bool;
}

/// What a wait holds its primitive by: a [`Handle`], or a claim on the primitive that ends with the wait.
///
/// # Safety
/// As for [`Handle`] (H1), but it need not be cloned.
pub(crate) unsafe trait Holds: Deref {}

// SAFETY: H1, as the handle promises.
unsafe impl<H: Handle> Holds for H {}

impl<P: ?Sized> Sealed for &P {
    const OWNED: bool = false;
}
// SAFETY: H1, a shared reference keeps what it refers to in its place.
unsafe impl<P: ?Sized> Handle for &P {}

#[cfg(feature = "alloc")]
impl<P: ?Sized> Sealed for Arc<P> {
    const OWNED: bool = true;
}
// SAFETY: H1, an `Arc` never moves its value while it is shared.
#[cfg(feature = "alloc")]
unsafe impl<P: ?Sized> Handle for Arc<P> {}

/// A primitive that lies in a larger value behind an `Arc`: an owned handle for waits, guards and permits.
///
/// It keeps the whole value alive. With it a struct that has a lock or a semaphore inside needs no `Arc` of its own
/// around that.
///
/// # Examples
/// ```
/// # use anywake_core as anywake;
/// use anywake::{ArcPart, Lock};
/// use std::sync::Arc;
///
/// struct App {
///     users: Lock<Vec<&'static str>>,
/// }
///
/// # async fn example() {
/// let app = Arc::new(App { users: Lock::new(vec![]) });
/// let mut guard = ArcPart::new(Arc::clone(&app), |app| &app.users).lock().await;
/// // The guard borrows nothing: it may go to another thread, or outlive this function.
/// std::thread::spawn(move || guard.push("ada")).join().unwrap();
/// assert_eq!(*app.users.lock().await, ["ada"]);
/// # }
/// # anywake_core::doctest::block_on(example());
/// ```
#[cfg(feature = "alloc")]
pub struct ArcPart<S: ?Sized, P: ?Sized> {
    owner: Arc<S>,
    part: NonNull<P>,
}

crate::sys::shared! {
    // mistake a_part_of_anything_is_sent: S: ?Sized + Send + Sync ~> S: ?Sized + Send
    // SAFETY: H1. It is an `Arc<S>` and a shared reference to a part `P` of the same value. So sending or sharing it takes
    // what those two take: `S: Send + Sync` for the `Arc`, and `P: Sync` for the reference.
    #[cfg(feature = "alloc")]
    unsafe impl<S: ?Sized + Send + Sync, P: ?Sized + Sync> Send for ArcPart<S, P> {}
    // SAFETY: H1, as for `Send`.
    #[cfg(feature = "alloc")]
    unsafe impl<S: ?Sized + Send + Sync, P: ?Sized + Sync> Sync for ArcPart<S, P> {}
}

#[cfg(feature = "alloc")]
impl<S: ?Sized, P: ?Sized> ArcPart<S, P> {
    /// Holds the part of `owner` that `part` returns.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::{ArcPart, Event};
    /// use std::sync::Arc;
    ///
    /// let pair = Arc::new((Event::new(), "name"));
    /// let event = ArcPart::new(Arc::clone(&pair), |pair| &pair.0);
    /// event.set();
    /// assert!(pair.0.is_set());
    /// ```
    pub fn new(owner: Arc<S>, part: impl FnOnce(&S) -> &P) -> Self {
        let part = NonNull::from(part(&owner));
        Self { owner, part }
    }

    /// Holds a part of the part instead, by the same owner.
    pub(crate) fn narrow<Q: ?Sized>(self, part: impl FnOnce(&P) -> &Q) -> ArcPart<S, Q> {
        let part = NonNull::from(part(&self));
        ArcPart { owner: self.owner, part }
    }

    /// The whole value.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::{ArcPart, Event};
    /// use std::sync::Arc;
    ///
    /// let event = ArcPart::new(Arc::new((Event::new(), "name")), |pair| &pair.0);
    /// assert_eq!(event.owner().1, "name");
    /// ```
    pub fn owner(&self) -> &Arc<S> {
        &self.owner
    }
}

#[cfg(feature = "alloc")]
impl<S: ?Sized, P: ?Sized> Deref for ArcPart<S, P> {
    type Target = P;

    fn deref(&self) -> &P {
        // SAFETY: H1. `part` was made from a reference that is valid as long as any reference to the value, since the
        // closures in `new` and `narrow` work for every lifetime; `owner` keeps the value alive and in its place.
        unsafe { self.part.as_ref() }
    }
}

#[cfg(feature = "alloc")]
impl<S: ?Sized, P: ?Sized> Clone for ArcPart<S, P> {
    fn clone(&self) -> Self {
        Self { owner: Arc::clone(&self.owner), part: self.part }
    }
}

#[cfg(feature = "alloc")]
impl<S: ?Sized, P: ?Sized + fmt::Debug> fmt::Debug for ArcPart<S, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

#[cfg(feature = "alloc")]
impl<S: ?Sized, P: ?Sized> Sealed for ArcPart<S, P> {
    const OWNED: bool = true;
}
// SAFETY: H1, the `Arc` inside never moves its value while it is shared, and the pointer to the part never changes.
#[cfg(feature = "alloc")]
unsafe impl<S: ?Sized, P: ?Sized> Handle for ArcPart<S, P> {}

/// A primitive as its users see it, and the core that its waits wait for.
pub(crate) trait Primitive {
    type Core: Core;

    /// Always the same core, and one that stays where the primitive is.
    fn core(&self) -> &Self::Core;
}
