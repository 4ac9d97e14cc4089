//! The machine the core runs on: atomics, cells and pauses, real or modelled.
//!
//! The only file that knows of `portable-atomic` and `core::cell::UnsafeCell`. Everything else imports from here, so that
//! a model checks the very code that ships. What models run on is in `engine.rs`.

#![allow(clippy::disallowed_types, reason = "this file is where they come from")]

/// Declares a `const fn` that is an ordinary one under loom, whose atomics cannot be made in a `const`.
macro_rules! const_fn {
    ($(#[$meta:meta])* $vis:vis const fn $($rest:tt)*) => {
        #[cfg(not(loom))]
        $(#[$meta])* $vis const fn $($rest)*
        #[cfg(loom)]
        $(#[$meta])* $vis fn $($rest)*
    };
}
pub(crate) use const_fn;

#[cfg(not(loom))]
pub(crate) use real::*;

#[cfg(loom)]
pub(crate) use modelled::*;

#[cfg(not(loom))]
mod real {
    #[cfg(not(feature = "critical-section"))]
    pub(crate) use core::hint::spin_loop;
    pub(crate) use core::sync::atomic::Ordering;

    #[cfg(not(feature = "portable-atomic"))]
    pub(crate) use core::sync::atomic::{AtomicBool, AtomicU8, AtomicU16, AtomicU32, AtomicUsize};
    #[cfg(feature = "portable-atomic")]
    pub(crate) use portable_atomic::{AtomicBool, AtomicU8, AtomicU16, AtomicU32, AtomicUsize};

    /// A cell whose every access is a closure, as loom wants it; here it costs nothing.
    #[derive(Debug)]
    pub(crate) struct UnsafeCell<T: ?Sized>(core::cell::UnsafeCell<T>);

    impl<T> UnsafeCell<T> {
        pub(crate) const fn new(value: T) -> Self {
            Self(core::cell::UnsafeCell::new(value))
        }

        pub(crate) fn into_inner(self) -> T {
            self.0.into_inner()
        }
    }

    impl<T: ?Sized> UnsafeCell<T> {
        /// Shared access: the caller sees to it that nobody writes meanwhile.
        #[inline(always)]
        pub(crate) fn with<R>(&self, access: impl FnOnce(*const T) -> R) -> R {
            access(self.0.get())
        }

        /// Exclusive access: the caller sees to it that nobody else reads or writes meanwhile.
        #[inline(always)]
        pub(crate) fn with_mut<R>(&self, access: impl FnOnce(*mut T) -> R) -> R {
            access(self.0.get())
        }
    }

    /// Lets other threads run for a while, where there is an operating system to ask.
    #[cfg(not(feature = "critical-section"))]
    pub(crate) fn yield_now() {
        #[cfg(feature = "std")]
        std::thread::yield_now();
        #[cfg(not(feature = "std"))]
        spin_loop();
    }
}

#[cfg(loom)]
mod modelled {
    pub(crate) use crate::sys::engine::cell::UnsafeCell;
    pub(crate) use crate::sys::engine::hint::spin_loop;
    pub(crate) use crate::sys::engine::sync::atomic::Ordering;
    #[cfg(shuttle)]
    pub(crate) use crate::sys::engine::sync::atomic::{
        AtomicBool, AtomicU8, AtomicU16, AtomicU32, AtomicUsize,
    };
    pub(crate) use crate::sys::engine::thread::yield_now;

    /// Wraps an atomic of loom, for the sake of `load`.
    ///
    /// loom 0.7 remembers one last access of each atomic, and takes two loads for independent of each other. So if
    /// a thread looks and another one looks and then exchanges, the second look hides the first: that the exchange
    /// might come before it is never tried. Here each look is also an event that depends on all other looks.
    #[cfg(not(shuttle))]
    macro_rules! atomics {
        ($($name:ident($value:ty)),*) => {$(
            #[derive(Debug)]
            pub(crate) struct $name {
                value: loom::sync::atomic::$name,
                looks: loom::sync::Condvar,
            }

            #[allow(dead_code, reason = "each is used by some primitive, or by a model")]
            impl $name {
                #[track_caller]
                pub(crate) fn new(value: $value) -> Self {
                    Self { value: loom::sync::atomic::$name::new(value), looks: loom::sync::Condvar::new() }
                }

                #[track_caller]
                pub(crate) fn load(&self, order: Ordering) -> $value {
                    // Nobody waits for it, so it orders nothing. (A `Notify` would: it takes every thread that is about
                    // to notify, too, for one that waits, and lets it see all that the notifier did.)
                    self.looks.notify_one();
                    self.value.load(order)
                }
            }

            impl core::ops::Deref for $name {
                type Target = loom::sync::atomic::$name;

                fn deref(&self) -> &Self::Target {
                    &self.value
                }
            }
        )*};
    }

    #[cfg(not(shuttle))]
    atomics!(AtomicBool(bool), AtomicU8(u8), AtomicU16(u16), AtomicU32(u32), AtomicUsize(usize));

    #[cfg(not(shuttle))]
    impl AtomicBool {
        /// Where it would change nothing, it stores nothing. loom 0.7 does not keep an exchange next to the store that
        /// it read from: one that puts `true` over `true` might come *after* the plain store that gives the lock
        /// back, and undo it.
        #[track_caller]
        pub(crate) fn swap(&self, value: bool, order: Ordering) -> bool {
            self.value.compare_exchange(!value, value, order, Ordering::Relaxed).unwrap_or_else(|same| same)
        }
    }
}
