//! Cells with the methods of atomics. An order is accepted and ignored, since one thread sees what it did.

use core::cell::Cell;
pub(crate) use core::sync::atomic::Ordering;

/// Declares a `const fn`, as it stands.
macro_rules! const_fn {
    ($($function:tt)*) => {
        $($function)*
    };
}
pub(crate) use const_fn;

#[allow(clippy::disallowed_types, reason = "this file is where it comes from")]
mod cell {
    /// A cell whose every access is a closure, like that of the shared flavour.
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
        #[inline(always)]
        pub(crate) fn with<R>(&self, access: impl FnOnce(*const T) -> R) -> R {
            access(self.0.get())
        }

        #[inline(always)]
        pub(crate) fn with_mut<R>(&self, access: impl FnOnce(*mut T) -> R) -> R {
            access(self.0.get())
        }
    }
}
pub(crate) use cell::UnsafeCell;

macro_rules! cells {
    ($($name:ident($value:ty))*) => {$(
        #[derive(Debug)]
        pub(crate) struct $name(Cell<$value>);

        #[allow(dead_code, reason = "each has what one of them is used for")]
        impl $name {
            #[inline(always)]
            pub(crate) const fn new(value: $value) -> Self {
                Self(Cell::new(value))
            }

            #[inline(always)]
            pub(crate) fn load(&self, _: Ordering) -> $value {
                self.0.get()
            }

            #[inline(always)]
            pub(crate) fn store(&self, value: $value, _: Ordering) {
                self.0.set(value);
            }

            #[inline(always)]
            pub(crate) fn swap(&self, value: $value, _: Ordering) -> $value {
                self.0.replace(value)
            }

            #[inline(always)]
            pub(crate) fn compare_exchange(
                &self,
                current: $value,
                new: $value,
                _: Ordering,
                _: Ordering,
            ) -> Result<$value, $value> {
                let value = self.0.get();
                if value != current {
                    return Err(value);
                }
                self.0.set(new);
                Ok(value)
            }

            #[inline(always)]
            pub(crate) fn compare_exchange_weak(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                self.compare_exchange(current, new, success, failure)
            }

            #[inline(always)]
            pub(crate) fn fetch_or(&self, bits: $value, _: Ordering) -> $value {
                self.0.replace(self.0.get() | bits)
            }

            #[inline(always)]
            pub(crate) fn fetch_and(&self, bits: $value, _: Ordering) -> $value {
                self.0.replace(self.0.get() & bits)
            }

            #[inline(always)]
            pub(crate) fn fetch_xor(&self, bits: $value, _: Ordering) -> $value {
                self.0.replace(self.0.get() ^ bits)
            }
        }
    )*};
}

macro_rules! numbers {
    ($($name:ident($value:ty))*) => {$(
        #[allow(dead_code, reason = "each has what one of them is used for")]
        impl $name {
            #[inline(always)]
            pub(crate) fn fetch_add(&self, value: $value, _: Ordering) -> $value {
                self.0.replace(self.0.get().wrapping_add(value))
            }

            #[inline(always)]
            pub(crate) fn fetch_sub(&self, value: $value, _: Ordering) -> $value {
                self.0.replace(self.0.get().wrapping_sub(value))
            }

            #[inline(always)]
            pub(crate) fn fetch_update(
                &self,
                _: Ordering,
                _: Ordering,
                mut update: impl FnMut($value) -> Option<$value>,
            ) -> Result<$value, $value> {
                let value = self.0.get();
                self.0.set(update(value).ok_or(value)?);
                Ok(value)
            }
        }
    )*};
}

cells! { AtomicBool(bool) AtomicU8(u8) AtomicU16(u16) AtomicU32(u32) AtomicUsize(usize) }
numbers! { AtomicU8(u8) AtomicU16(u16) AtomicU32(u32) AtomicUsize(usize) }
