//! Deadlines: for the waits of this crate, for any future, and for a thread that blocks.
//!
//! [`Wait`], [`Until`] and [`Elapsed`] are those of the core, which need no runtime. The rest of this module does.

use core::hash::{BuildHasher, Hash};
use core::pin::Pin;

pub use anywake_core::timer::{Elapsed, Until, Wait};

use crate::share::keyed_lock::{KeyedLockFuture, OwnedKeyedLockFuture};
use crate::task::{CancelOnDrop, Task};

pub mod blocking;
mod cooperative;
mod timeout;

pub use cooperative::{Cooperative, WaitExt, cooperative};
pub use timeout::{Deadline, DeadlineOver, timeout, timeout_at, timeout_with};

macro_rules! returns_nothing {
    ($([$($generics:tt)*] $wait:ty;)*) => {$(
        impl<$($generics)*> Wait for $wait {
            type Returned = ();

            fn give_up(self: Pin<&mut Self>) -> Result<Self::Output, ()> {
                Err(())
            }
        }
    )*};
}

returns_nothing! {
    [K: Eq + Hash + Clone, S: BuildHasher] KeyedLockFuture<'_, K, S>;
    [K: Eq + Hash + Clone, S: BuildHasher] OwnedKeyedLockFuture<K, S>;
    // A deadline that elapses drops the handle, and so cancels the task.
    [T] CancelOnDrop<T>;
}

impl<T> Wait for &mut Task<T> {
    type Returned = ();

    fn give_up(self: Pin<&mut Self>) -> Result<Self::Output, ()> {
        // mistake a_wait_leaves_its_waker_in_the_task: self.forget_waker(); ~>
        self.forget_waker();
        Err(())
    }
}

#[cfg(test)]
mod tests;
