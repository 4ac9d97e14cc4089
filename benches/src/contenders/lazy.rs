//! Lazy values: computed by whichever task asks first, and by the next one if it goes. A cell with an initialiser has no
//! progress to keep, and takes part as what programs use instead.

use core::future::Future;

use super::contender;
use crate::executor::yield_now;
use crate::harness::Contender;

/// The value.
pub const VALUE: u64 = 7;

/// A lazy value of one library.
pub trait Lazy: Contender + 'static {
    /// One whose computation is ready at its first poll.
    fn ready() -> Self;
    /// One whose computation is ready at its second poll.
    fn late() -> Self;
    /// Waits for the value, and computes it if nobody does.
    fn force(&self) -> impl Future<Output = &u64>;
}

/// Calls `f` with every lazy value.
macro_rules! each_lazy {
    ($f:ident($($argument:expr),*)) => {{
        use $crate::contenders::lazy::*;
        $f::<Anywake>($($argument),*);
        $f::<AsyncOnceCell>($($argument),*);
        $f::<Tokio>($($argument),*);
        $f::<AsyncLock>($($argument),*);
        $f::<Asyncband>($($argument),*);
    }};
}
pub(crate) use each_lazy;

/// Waits for a poll, if asked to, and makes the value.
async fn compute(late: bool) -> u64 {
    if late {
        yield_now().await;
    }
    VALUE
}

/// anywake, with its future in a box: as it is in a `static`.
pub struct Anywake(anywake_core::Lazy<u64>);
contender!(Anywake, "anywake", kind = Ours, order = Fifo);

impl Lazy for Anywake {
    fn ready() -> Self {
        Self(anywake_core::Lazy::new(|| Box::pin(compute(false))))
    }

    fn late() -> Self {
        Self(anywake_core::Lazy::new(|| Box::pin(compute(true))))
    }

    #[inline]
    fn force(&self) -> impl Future<Output = &u64> {
        self.0.force()
    }
}

/// async-once-cell, whose `Lazy` keeps the progress as well. Its future is in a box too.
pub struct AsyncOnceCell(async_once_cell::Lazy<u64, anywake_core::once_cell::BoxedInit<u64>>);
contender!(AsyncOnceCell, "async-once-cell");

impl Lazy for AsyncOnceCell {
    fn ready() -> Self {
        Self(async_once_cell::Lazy::new(Box::pin(compute(false))))
    }

    fn late() -> Self {
        Self(async_once_cell::Lazy::new(Box::pin(compute(true))))
    }

    #[inline]
    fn force(&self) -> impl Future<Output = &u64> {
        self.0.get_unpin()
    }
}

/// Implements the trait for a cell, with an initialiser for each call.
macro_rules! cell {
    ($(#[$doc:meta])* $type:ident, $cell:ty, $name:literal $(, $item:ident = $value:ident)*) => {
        $(#[$doc])*
        pub struct $type {
            cell: $cell,
            late: bool,
        }
        contender!($type, $name $(, $item = $value)*);

        impl Lazy for $type {
            fn ready() -> Self {
                Self { cell: <$cell>::new(), late: false }
            }

            fn late() -> Self {
                Self { cell: <$cell>::new(), late: true }
            }

            #[inline]
            fn force(&self) -> impl Future<Output = &u64> {
                self.cell.get_or_init(|| compute(self.late))
            }
        }
    };
}

cell! {
    /// tokio's cell.
    Tokio, tokio::sync::OnceCell<u64>, "tokio OnceCell", order = Fifo
}

cell! {
    /// async-lock's cell.
    AsyncLock, async_lock::OnceCell<u64>, "async-lock OnceCell"
}

cell! {
    /// asyncband's cell.
    Asyncband, asyncband::once::OnceCell<u64>, "asyncband OnceCell", order = Fifo
}
