//! What stamps the types of this crate over those of the core.

use core::pin::Pin;
use core::task::{Context, Poll};

/// Futures that wait for a future of the core, and return its output as the layer names it:
///
/// ```text
/// futures! { /// The documentation.
///     Name[declared parameters][used parameters](future of the core) -> output, what makes the output; }
/// ```
macro_rules! futures {
    ($($(#[$attribute:meta])* $name:ident[$($declared:tt)*][$($used:tt)*]($wait:ty) -> $output:ty, $make:expr;)+) => {$(
        pin_project_lite::pin_project! {
            $(#[$attribute])*
            #[must_use = "futures do nothing unless they are awaited"]
            pub struct $name<$($declared)*> {
                #[pin]
                wait: $wait,
            }
        }

        #[allow(single_use_lifetimes, reason = "the macro declares what its caller names")]
        impl<$($declared)*> Future for $name<$($used)*> {
            type Output = $output;

            #[inline]
            fn poll(self: core::pin::Pin<&mut Self>, context: &mut core::task::Context<'_>) -> core::task::Poll<$output> {
                self.project().wait.poll(context).map($make)
            }
        }

        #[allow(single_use_lifetimes, reason = "the macro declares what its caller names")]
        impl<$($declared)*> core::fmt::Debug for $name<$($used)*> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )+};
}

/// What a guard passes on to the value.
macro_rules! guard_of_value {
    ($($guard:ident[$($declared:tt)*][$($used:tt)*] $(and $mutable:ident)?;)+) => {$(
        #[allow(single_use_lifetimes, reason = "the macro declares what its caller names")]
        impl<$($declared)*> core::ops::Deref for $guard<$($used)*> {
            type Target = T;

            #[inline]
            fn deref(&self) -> &T {
                &self.0
            }
        }

        guard_of_value!(@written $guard[$($declared)*][$($used)*] $($mutable)?);
        guard_of_value!(@shown Debug for $guard[$($declared)*][$($used)*]);
        guard_of_value!(@shown Display for $guard[$($declared)*][$($used)*]);
    )+};
    (@written $guard:ident[$($declared:tt)*][$($used:tt)*]) => {};
    (@written $guard:ident[$($declared:tt)*][$($used:tt)*] $mutable:ident) => {
        #[allow(single_use_lifetimes, reason = "the macro declares what its caller names")]
        impl<$($declared)*> core::ops::$mutable for $guard<$($used)*> {
            #[inline]
            fn deref_mut(&mut self) -> &mut T {
                &mut self.0
            }
        }
    };
    (@shown $trait:ident for $guard:ident[$($declared:tt)*][$($used:tt)*]) => {
        #[allow(single_use_lifetimes, reason = "the macro declares what its caller names")]
        impl<$($declared)*> core::fmt::$trait for $guard<$($used)*>
        where
            T: core::fmt::$trait,
        {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                (**self).fmt(f)
            }
        }
    };
}

pub(crate) use {futures, guard_of_value};

pin_project_lite::pin_project! {
    /// A future and what its output needs beside it, or the lifetime that the signature of the original asks for.
    pub(crate) struct With<F, W> {
        #[pin]
        future: F,
        with: W,
    }
}

impl<F, W> With<F, W> {
    #[inline]
    pub(crate) fn new(future: F, with: W) -> Self {
        Self { future, with }
    }
}

impl<F: Future, W: Copy> Future for With<F, W> {
    type Output = (F::Output, W);

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        this.future.poll(context).map(|output| (output, *this.with))
    }
}
