//! Cells: one task initialises, and all others have its value.

use core::future::{Future, pending};

use super::contender;
use crate::executor::yield_now;
use crate::harness::Contender;

/// The value that every initialiser makes.
pub const VALUE: u64 = 7;

/// A cell of one library.
pub trait OnceCell: Contender + 'static {
    /// Makes an empty one.
    fn new() -> Self;
    /// The value, if it is there.
    fn get(&self) -> Option<&u64>;
    /// The value, by an initialiser that is ready at once.
    fn init_now(&self) -> impl Future<Output = &u64>;
    /// The value, by an initialiser that yields once.
    fn init_later(&self) -> impl Future<Output = &u64>;
    /// The value, by an initialiser that is never ready.
    fn init_never(&self) -> impl Future<Output = &u64>;
}

/// Calls `f` with every cell.
macro_rules! each_once_cell {
    ($f:ident($($argument:expr),*)) => {{
        use $crate::contenders::once_cell::*;
        $f::<Anywake>($($argument),*);
        $f::<Tokio>($($argument),*);
        $f::<AsyncLock>($($argument),*);
        $f::<Asyncband>($($argument),*);
    }};
}
pub(crate) use each_once_cell;

/// Implements the trait for a library. All four spell the methods alike.
macro_rules! once_cell {
    ($type:ident, $cell:ty, $name:literal $(, $item:ident = $value:ident)*) => {
        contender!($type, $name $(, $item = $value)*);

        impl OnceCell for $type {
            fn new() -> Self {
                Self(<$cell>::new())
            }

            #[inline]
            fn get(&self) -> Option<&u64> {
                self.0.get()
            }

            #[inline]
            fn init_now(&self) -> impl Future<Output = &u64> {
                self.0.get_or_init(async || VALUE)
            }

            #[inline]
            fn init_later(&self) -> impl Future<Output = &u64> {
                self.0.get_or_init(async || {
                    yield_now().await;
                    VALUE
                })
            }

            #[inline]
            fn init_never(&self) -> impl Future<Output = &u64> {
                self.0.get_or_init(async || pending().await)
            }
        }
    };
}

/// anywake.
pub struct Anywake(anywake_core::OnceCell<u64>);
once_cell!(Anywake, anywake_core::OnceCell<u64>, "anywake", kind = Ours, order = Fifo);

/// tokio, whose cell contains its semaphore.
pub struct Tokio(tokio::sync::OnceCell<u64>);
once_cell!(Tokio, tokio::sync::OnceCell<u64>, "tokio", order = Fifo);

/// async-lock, whose cell contains two events of event-listener.
pub struct AsyncLock(async_lock::OnceCell<u64>);
once_cell!(AsyncLock, async_lock::OnceCell<u64>, "async-lock");

/// asyncband, whose cell contains its semaphore.
pub struct Asyncband(asyncband::once::OnceCell<u64>);
once_cell!(Asyncband, asyncband::once::OnceCell<u64>, "asyncband", order = Fifo);
