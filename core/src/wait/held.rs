//! What a guard holds its primitive by, and the duty that its drop does. Written once for all guards.
//!
//! The permits of a semaphore are not among them: their duty is a number that `split`, `merge` and `forget` change.
//!
//! # Invariant
//! * D1. A [`Held`] exists for each duty that is owed to a core, and for no other: one for each reader that is inside, or
//!   for the one owner. So what contains a `Held` may do what the duty stands for, until it is dropped.

#[cfg(feature = "alloc")]
use crate::sys::Arc;
use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::ops::Deref;

#[cfg(feature = "alloc")]
use super::handle::ArcPart;
use super::handle::{Handle, Holds, Primitive};
use super::queue::Core;
use super::trace::{self, Claim, Taker, Ticket};

/// What a guard reaches the core of its primitive by: a handle, or a reference that does not know the type of the value.
pub(crate) trait Reach {
    type Core;

    /// Always the same core.
    fn core(&self) -> &Self::Core;
}

impl<H: Handle<Target: Primitive>> Reach for H {
    type Core = <H::Target as Primitive>::Core;

    #[inline]
    fn core(&self) -> &Self::Core {
        (**self).core()
    }
}

/// A primitive whose guards can be mapped, and a reference to it that does not know the type of its value.
pub(crate) trait Guarded: Primitive {
    type Ref<'a>
    where
        Self: 'a;

    fn reference(&self) -> Self::Ref<'_>;
}

/// A handle that becomes what a mapped guard holds its primitive by: as little as possible.
pub(crate) trait IntoOwner {
    type Into;

    fn into_owner(self) -> Self::Into;
}

impl<'a, P: ?Sized + Guarded> IntoOwner for &'a P {
    type Into = P::Ref<'a>;

    #[inline]
    fn into_owner(self) -> P::Ref<'a> {
        self.reference()
    }
}

#[cfg(feature = "alloc")]
impl<P: ?Sized> IntoOwner for Arc<P> {
    type Into = Self;

    #[inline]
    fn into_owner(self) -> Self {
        self
    }
}

#[cfg(feature = "alloc")]
impl<S: ?Sized, P: ?Sized> IntoOwner for ArcPart<S, P> {
    type Into = Self;

    #[inline]
    fn into_owner(self) -> Self {
        self
    }
}

/// What is owed to the core while something is held.
pub(crate) trait Duty {
    type Core: Core;

    /// What is held until it is done.
    const CLAIM: Claim;

    fn done(core: &Self::Core);
}

/// A primitive that is held, and the duty that ends that. The only thing that does it.
pub(crate) struct Held<O: Reach<Core = D::Core>, D: Duty> {
    by: O,
    ticket: Ticket,
    _duty: PhantomData<fn() -> D>,
}

impl<H: Handle<Target: Primitive<Core = D::Core>>, D: Duty> Held<H, D> {
    /// The caller owes the duty, and gives it away.
    #[inline]
    pub(crate) fn new(by: H, taker: Taker) -> Self {
        let ticket = trace::holds(&by, taker, D::CLAIM);
        Self { by, ticket, _duty: PhantomData }
    }
}

impl<O: Reach<Core = D::Core>, D: Duty> Held<O, D> {
    /// What the primitive is held by.
    #[inline]
    pub(crate) fn by(&self) -> &O {
        &self.by
    }

    /// Gives up the duty; the caller takes it over.
    #[inline]
    pub(crate) fn into_inner(self) -> O {
        let held = ManuallyDrop::new(self);
        // SAFETY: D1, the original is never used or dropped again, so its record goes.
        trace::releases(&mut unsafe { core::ptr::read(&raw const held.ticket) });
        // SAFETY: D1, as above, so the duty moves to the caller.
        unsafe { core::ptr::read(&raw const held.by) }
    }

    /// The same duty, or the one that it has become, owed by another reference to the same core.
    #[inline]
    pub(crate) fn convert<P: Reach<Core = E::Core>, E: Duty>(
        self,
        change: impl FnOnce(O) -> P,
    ) -> Held<P, E> {
        let held = ManuallyDrop::new(self);
        // SAFETY: D1, the original is never used or dropped again, so its record moves to the new one.
        let ticket = unsafe { core::ptr::read(&raw const held.ticket) };
        trace::changes(&ticket, E::CLAIM);
        // SAFETY: D1, as above, and so does the duty.
        let by = change(unsafe { core::ptr::read(&raw const held.by) });
        Held { by, ticket, _duty: PhantomData }
    }
}

impl<O: Reach<Core = D::Core>, D: Duty> Drop for Held<O, D> {
    #[inline]
    fn drop(&mut self) {
        trace::releases(&mut self.ticket);
        D::done(self.by.core());
    }
}

/// A wait can hold its primitive by the duty, too.
impl<H: Handle<Target: Primitive<Core = D::Core>>, D: Duty> Deref for Held<H, D> {
    type Target = H::Target;

    #[inline]
    fn deref(&self) -> &H::Target {
        &self.by
    }
}

// SAFETY: H1, as its handle promises.
unsafe impl<H: Handle<Target: Primitive<Core = D::Core>>, D: Duty> Holds for Held<H, D> {}

/// Stamps the traits of the handles of a primitive with a value, and the reference that its mapped guards hold.
///
/// ```text
/// guard_handles! {
///     Primitive, PrimitiveCore;
///     the trait of its handles, the trait of what a mapped guard holds, the reference
/// }
/// ```
macro_rules! guard_handles {
    ($primitive:ident, $core:ident; $handle:ident, $owner:ident, $reference:ident) => {
        #[doc = concat!(
            "A [`Handle`](crate::Handle) of a lock: `&", stringify!($primitive), "<T>`, `Arc<", stringify!($primitive),
            "<T>>`, or a part of a larger value. Sealed."
        )]
        #[allow(private_bounds, reason = "sealed")]
        pub trait $handle:
            $crate::wait::handle::Handle<Target = $primitive<<Self as $handle>::Value>>
            + $crate::wait::held::IntoOwner<Into = <Self as $handle>::Owner>
        {
            /// What the lock protects.
            type Value: ?Sized;
            /// What a [`Mapped`] guard holds the lock by: as little as possible.
            type Owner: $owner;
        }

        impl<'a, T: ?Sized> $handle for &'a $primitive<T> {
            type Value = T;
            type Owner = $reference<'a>;
        }

        #[cfg(feature = "alloc")]
        impl<T: ?Sized> $handle for crate::sys::Arc<$primitive<T>> {
            type Value = T;
            type Owner = Self;
        }

        #[cfg(feature = "alloc")]
        impl<S: ?Sized, T: ?Sized> $handle for $crate::wait::handle::ArcPart<S, $primitive<T>> {
            type Value = T;
            type Owner = Self;
        }

        #[doc = concat!("What a mapped guard holds its lock by: a [`", stringify!($handle), "`], or a [`",
            stringify!($reference), "`]. Sealed.")]
        #[allow(private_bounds, reason = "sealed")]
        pub trait $owner: $crate::wait::held::Reach<Core = $core> {}

        impl<H: $handle> $owner for H {}
        impl $owner for $reference<'_> {}

        /// A lock by reference, without the type of its value.
        #[derive(Clone, Copy, Debug)]
        pub struct $reference<'a>(&'a $core);

        impl $crate::wait::held::Reach for $reference<'_> {
            type Core = $core;

            #[inline]
            fn core(&self) -> &$core {
                self.0
            }
        }

        impl<T: ?Sized> $crate::wait::held::Guarded for $primitive<T> {
            type Ref<'a>
                = $reference<'a>
            where
                Self: 'a;

            #[inline]
            fn reference(&self) -> $reference<'_> {
                $reference($crate::wait::handle::Primitive::core(self))
            }
        }
    };
}
pub(crate) use guard_handles;

/// Stamps `Debug` and `Display` of guards, which are those of the values behind them.
macro_rules! formats_as_its_value {
    ($([$($generics:tt)*] $guard:ty, $value:ty;)+) => {$(
        impl<$($generics)*> core::fmt::Debug for $guard where $value: core::fmt::Debug {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                (**self).fmt(f)
            }
        }

        impl<$($generics)*> core::fmt::Display for $guard where $value: core::fmt::Display {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                (**self).fmt(f)
            }
        }
    )+};
}
pub(crate) use formats_as_its_value;
