//! How to initialise a cell: a wait for the role, then the caller's future, with the role beside it.
//!
//! # Invariants
//! * I1. The stage is pinned with its future. The wait and the caller's future in it are not moved out: they are dropped
//!   in their place when the next stage is stored. The rest (the closure, the role) is never pinned.
//! * I2. The caller's future is polled only while the role is beside it. It is dropped before the role is passed on, so
//!   that no two initialisers of one cell exist at once.

#[cfg(feature = "alloc")]
use crate::sys::Arc;
use core::convert::Infallible;
use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, ready};

use super::OnceCell;
use super::role::{CellHandle, Role};
use super::wait::{RoleOrValue, RoleWait};
use crate::wait::future::Wait;
#[cfg(feature = "alloc")]
use crate::wait::handle::ArcPart;
use crate::wait::poll::polled_again;
use crate::wait::trace;
#[cfg(feature = "futures")]
use crate::wait::waiter::Phase;

/// The caller's closure, and the function that makes a future of it.
///
/// The function is stored, so that what polls an [`Init`] need not know that `F` returns `Fut`. With that in the bounds of
/// the `impl`, a generic helper around the future of an `async fn` with a lifetime cannot be spawned
/// (rust-lang/rust#102211).
struct Start<F, Fut> {
    init: F,
    call: fn(F) -> Fut,
}

/// How far an initialisation has come.
#[cfg_attr(feature = "diagnose", allow(clippy::large_enum_variant, reason = "a trace is large"))]
enum Stage<H: CellHandle, F, Fut> {
    /// Waits for the role or the value. The closure is taken out and called when the role is there.
    Waiting {
        wait: Wait<H, RoleWait>,
        start: Option<Start<F, Fut>>,
    },
    /// Owns the role, and runs the caller's future. Dropped in this order (I2).
    Running {
        future: Fut,
        role: Option<Role<H>>,
    },
    Done,
}

/// Ends an initialisation when it is dropped: the caller's future goes, and the role with it.
struct Ending<'s, H: CellHandle, F, Fut>(&'s mut Stage<H, F, Fut>);

impl<H: CellHandle, F, Fut> Drop for Ending<'_, H, F, Fut> {
    #[inline]
    fn drop(&mut self) {
        // mistake a_panic_keeps_the_role: *self.0 = Stage::Done; ~>
        //     #[cfg(feature = "std")] if !std::thread::panicking() { *self.0 = Stage::Done; }
        *self.0 = Stage::Done;
    }
}

/// The future behind all that initialise a cell.
pub(super) struct Init<H: CellHandle, F, Fut> {
    stage: Stage<H, F, Fut>,
}

impl<H: CellHandle, F, Fut> Init<H, F, Fut> {
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub(super) fn new(cell: H, init: F, call: fn(F) -> Fut) -> Self {
        let start = Some(Start { init, call });
        Self { stage: Stage::Waiting { wait: Wait::new(cell, ()), start } }
    }

    #[cfg(feature = "futures")]
    pub(super) fn is_terminated(&self) -> bool {
        match &self.stage {
            // `Done` without a next stage: the closure panicked.
            Stage::Waiting { wait, .. } => wait.phase() == Phase::Done,
            Stage::Running { .. } => false,
            Stage::Done => true,
        }
    }

    pub(super) fn is_decided(&self) -> bool {
        matches!(&self.stage, Stage::Waiting { wait, .. } if wait.is_decided())
    }

    pub(super) fn enable(self: Pin<&mut Self>) -> bool {
        // SAFETY: I1, nothing is moved out.
        match unsafe { &mut self.get_unchecked_mut().stage } {
            // SAFETY: I1, the wait is pinned with this.
            Stage::Waiting { wait, .. } => unsafe { Pin::new_unchecked(wait) }.enable(),
            Stage::Running { .. } => true,
            Stage::Done => polled_again(),
        }
    }

    pub(super) fn stage_name(&self) -> &'static str {
        match &self.stage {
            Stage::Waiting { .. } => "waiting",
            Stage::Running { .. } => "running",
            Stage::Done => "done",
        }
    }
}

impl<H: CellHandle, F, Fut: Future> Init<H, F, Fut> {
    /// Polls. `result` says what the output of the caller's future means.
    #[inline]
    pub(super) fn poll<E>(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        result: impl FnOnce(Fut::Output) -> Result<H::Value, E>,
    ) -> Poll<Result<H::Ref, E>> {
        // SAFETY: I1, nothing pinned is moved out below.
        let stage = unsafe { &mut self.get_unchecked_mut().stage };
        if let Stage::Waiting { wait, start } = stage {
            // SAFETY: I1, the wait is pinned with this.
            let (cell, granted) = ready!(unsafe { Pin::new_unchecked(&mut *wait) }.poll(context));
            match granted {
                RoleOrValue::Value => {
                    *stage = Stage::Done;
                    // SAFETY: O2, the wait has ended with the value, so the cell is full.
                    return Poll::Ready(Ok(unsafe { cell.into_ref() }));
                }
                RoleOrValue::Role => {
                    // Before the closure is called, so that a panic in it passes the role on.
                    let role = Role::new(cell, wait.taker(context));
                    let Start { init, call } = start.take().unwrap_or_else(|| polled_again());
                    let future = call(init);
                    *stage = Stage::Running { future, role: Some(role) };
                }
            }
        }
        Self::run(stage, context, result)
    }

    /// Polls the caller's future. Fills the cell with its value, or passes the role on.
    fn run<E>(
        stage: &mut Stage<H, F, Fut>,
        context: &mut Context<'_>,
        result: impl FnOnce(Fut::Output) -> Result<H::Value, E>,
    ) -> Poll<Result<H::Ref, E>> {
        // If the caller's future panics, it goes at once, and the role is passed on.
        let ending = Ending(stage);
        let Stage::Running { future, role } = &mut *ending.0 else { polled_again() };
        let core = role.as_ref().map(Role::core);
        // SAFETY: I1, the future is pinned with the stage.
        let future = unsafe { Pin::new_unchecked(future) };
        let Poll::Ready(output) = trace::initialises(core, context, |context| future.poll(context)) else {
            core::mem::forget(ending);
            return Poll::Pending;
        };
        let role = role.take();
        // The caller's future ends before the next initialiser can begin, and before anybody has the value (I2).
        drop(ending);
        let role = role.unwrap_or_else(|| polled_again());
        Poll::Ready(match result(output) {
            // SAFETY: O2, `fill` has just made the cell full.
            Ok(value) => Ok(unsafe { role.fill(value).into_ref() }),
            Err(error) => {
                drop(role);
                Err(error)
            }
        })
    }
}

/// Stamps a public future over an [`Init`], with a name and an output of its own.
macro_rules! init_futures {
    ($(
        $(#[$meta:meta])*
        pub struct $name:ident[$($declared:tt)*][$($used:tt)*] is $init:ty
        => $output:ty where [$($extra:tt)*][$($bounds:tt)*], $result:expr, |$ended:ident| $make:expr;
    )+) => {$(
        $(#[$meta])*
        ///
        /// The future is lazy: it asks for nothing until it is first polled, and takes its place in the queue then.
        /// Dropping it at any point is safe. If it owns the role of the initialiser, the role goes to the next in line.
        ///
        /// # Panics
        /// If it is polled again after it has returned its output, or after a panic of the initialiser.
        #[must_use = "an initialisation does nothing unless it is awaited"]
        pub struct $name<$($declared)*> {
            init: $init,
        }

        #[allow(single_use_lifetimes, reason = "the macro declares what its caller names")]
        impl<$($declared)*> $name<$($used)*> {
            #[inline]
            pub(super) fn over(init: $init) -> Self {
                Self { init }
            }

            #[inline]
            fn project(self: core::pin::Pin<&mut Self>) -> core::pin::Pin<&mut $init> {
                // SAFETY: I1, the one field is pinned with this, and never moved out.
                unsafe { self.map_unchecked_mut(|this| &mut this.init) }
            }

            /// Asks for the role now, without a waker: takes it if it is free, or the place in the queue. Returns whether
            /// that is decided, so that the next poll runs the initialiser or returns the value.
            ///
            /// A future that was enabled and owns the role keeps it until it is polled to its end, or dropped.
            ///
            /// # Panics
            /// If the future has returned its output.
            ///
            /// # Examples
            /// With a cell, for example:
            /// ```
            /// # use anywake_core as anywake;
            /// let cell = anywake::OnceCell::new();
            /// let mut first = core::pin::pin!(cell.get_or_init(async || 1));
            /// let mut second = Box::pin(cell.get_or_init(async || 2));
            /// assert!(first.as_mut().enable() && !second.as_mut().enable());
            /// drop(second);
            /// assert_eq!(anywake_core::doctest::block_on(first), &1);
            /// ```
            pub fn enable(self: core::pin::Pin<&mut Self>) -> bool {
                self.project().enable()
            }

            /// Whether the role or the value has come, and the next poll takes it. False before the first poll or
            /// [`enable`](Self::enable), while the initialiser runs, and after the output is returned. The waker stays as
            /// it is.
            ///
            /// # Examples
            /// With a cell, for example:
            /// ```
            /// # use anywake_core as anywake;
            /// let cell = anywake::OnceCell::new();
            /// let mut first = Box::pin(cell.get_or_init(async || 1));
            /// let mut second = core::pin::pin!(cell.get_or_init(async || 2));
            /// first.as_mut().enable();
            /// second.as_mut().enable();
            /// assert!(!second.is_decided());
            /// drop(first);
            /// assert!(second.is_decided(), "the role has come");
            /// ```
            pub fn is_decided(&self) -> bool {
                self.init.is_decided()
            }
        }

        impl<$($declared)* $($extra)*> core::future::Future for $name<$($used)*>
        where
            $($bounds)*
        {
            type Output = $output;

            #[inline]
            fn poll(
                self: core::pin::Pin<&mut Self>,
                context: &mut core::task::Context<'_>,
            ) -> core::task::Poll<$output> {
                self.project().poll(context, $result).map(|$ended| $make)
            }
        }

        #[cfg(feature = "futures")]
        #[cfg_attr(docsrs, doc(cfg(feature = "futures")))]
        #[allow(single_use_lifetimes, reason = "the macro declares what its caller names")]
        impl<$($declared)* $($extra)*> futures_core::FusedFuture for $name<$($used)*>
        where
            $($bounds)*
        {
            fn is_terminated(&self) -> bool {
                self.init.is_terminated()
            }
        }

        #[allow(single_use_lifetimes, reason = "the macro declares what its caller names")]
        impl<$($declared)*> core::fmt::Debug for $name<$($used)*> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_struct(stringify!($name)).field("stage", &self.init.stage_name()).finish_non_exhaustive()
            }
        }
    )+};
}
#[cfg(feature = "alloc")]
pub(super) use init_futures;

/// The value of an initialiser that cannot fail.
#[inline]
pub(super) fn never_fails<T>(value: T) -> Result<T, Infallible> {
    Ok(value)
}

/// The output of an initialisation that cannot fail.
#[inline]
pub(super) fn unfailing<T>(ended: Result<T, Infallible>) -> T {
    match ended {
        Ok(value) => value,
        Err(never) => match never {},
    }
}

init_futures! {
    /// The future of [`OnceCell::get_or_init`]: waits for the value, or for the role of the initialiser and then for the
    /// initialiser. Returns a reference to the value.
    pub struct GetOrInitFuture['a, T, F, Fut]['a, T, F, Fut] is Init<&'a OnceCell<T>, F, Fut>
    => &'a T where [][Fut: Future<Output = T>,],
    never_fails, |ended| unfailing(ended);

    /// The future of [`OnceCell::get_or_try_init`]: waits for the value, or for the role of the initialiser and then for
    /// the initialiser. Returns a reference to the value, or the error of the initialiser.
    pub struct GetOrTryInitFuture['a, T, F, Fut]['a, T, F, Fut] is Init<&'a OnceCell<T>, F, Fut>
    => Result<&'a T, E> where [, E][Fut: Future<Output = Result<T, E>>,],
    |output| output, |ended| ended;
}

#[cfg(feature = "alloc")]
init_futures! {
    /// The future of [`OnceCell::get_or_init_owned`]: as [`GetOrInitFuture`], and returns a handle of the value, which
    /// keeps the cell alive.
    pub struct OwnedGetOrInitFuture[T, F, Fut][T, F, Fut] is Init<Arc<OnceCell<T>>, F, Fut>
    => ArcPart<OnceCell<T>, T> where [][Fut: Future<Output = T>,],
    never_fails, |ended| unfailing(ended);

    /// The future of [`OnceCell::get_or_try_init_owned`]: as [`GetOrTryInitFuture`], and returns a handle of the value,
    /// which keeps the cell alive.
    pub struct OwnedGetOrTryInitFuture[T, F, Fut][T, F, Fut] is Init<Arc<OnceCell<T>>, F, Fut>
    => Result<ArcPart<OnceCell<T>, T>, E>
    where [, E][Fut: Future<Output = Result<T, E>>,],
    |output| output, |ended| ended;

    /// The future of [`ArcPart::get_or_init`]: as [`GetOrInitFuture`], for a cell that lies in a larger value. Returns a
    /// handle of the value, which keeps the whole alive.
    pub struct PartGetOrInitFuture[S: ?Sized, T, F, Fut][S, T, F, Fut] is Init<ArcPart<S, OnceCell<T>>, F, Fut>
    => ArcPart<S, T> where [][Fut: Future<Output = T>,],
    never_fails, |ended| unfailing(ended);

    /// The future of [`ArcPart::get_or_try_init`]: as [`GetOrTryInitFuture`], for a cell that lies in a larger value.
    /// Returns a handle of the value, which keeps the whole alive.
    pub struct PartGetOrTryInitFuture[S: ?Sized, T, F, Fut][S, T, F, Fut] is Init<ArcPart<S, OnceCell<T>>, F, Fut>
    => Result<ArcPart<S, T>, E>
    where [, E][Fut: Future<Output = Result<T, E>>,],
    |output| output, |ended| ended;
}

impl<H: CellHandle, F, Fut> fmt::Debug for Init<H, F, Fut> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Init").field("stage", &self.stage_name()).finish_non_exhaustive()
    }
}
