//! The API of [async-lock](https://docs.rs/async-lock/3.5) 3.5.
//!
//! | here | async-lock 3.5 |
//! |---|---|
//! | A `Mutex` and a `Semaphore` let up to [`BYPASS`] tasks overtake the first waiter; then it is handed what it waits for. | Anybody overtakes. A waiter of a `Mutex` that was overtaken for 500 µs is preferred from then on. |
//! | An `RwLock` is first come, first served: a reader does not overtake a writer that waits, and readers that wait together are let in together. | Writers are preferred. A writer that comes later may overtake readers that wait. |
//! | A wait that was granted and is not polled keeps what it was granted, until it is polled or dropped. | The notification stays with it. The lock stays free. |
//! | [`Barrier::wait`] that is dropped before its round is complete takes its arrival back. | It counts as arrived. |
//! | [`OnceCell`]: the role of the initialiser passes from waiter to waiter in order. | All waiters wake and race for it. |
//! | [`OnceCell`]'s `Debug` says the value or that there is none. | It also says that an initialiser is at work. |
//! | More permits than [`anywake_core::Semaphore::MAX_PERMITS`] panic. | The count wraps. |
//! | Read guards are invariant in the type of the value. | They are covariant. |
//! | No wait allocates. | One that has to wait allocates. |
//! | A `OnceCell` has no `get_unchecked`, which is unsafe. | It has. |
//! | The methods that end in `_blocking` exist on all targets with `std`. | They don't on WebAssembly. |
//! | `no_std` and `loom` are not supported. | They are. |

mod barrier;
mod mutex;
mod once_cell;
mod rwlock;
mod semaphore;

pub use barrier::{Barrier, BarrierWaitResult};
pub use mutex::{Mutex, MutexGuard, MutexGuardArc};
pub use once_cell::OnceCell;
pub use rwlock::{
    RwLock, RwLockReadGuard, RwLockReadGuardArc, RwLockUpgradableReadGuard, RwLockUpgradableReadGuardArc,
    RwLockWriteGuard, RwLockWriteGuardArc,
};
pub use semaphore::{Semaphore, SemaphoreGuard, SemaphoreGuardArc};

/// How many tasks may overtake the first waiter of a [`Mutex`] or a [`Semaphore`].
pub const BYPASS: u16 = 16;

/// The futures of the locks.
pub mod futures {
    pub use super::barrier::BarrierWait;
    pub use super::mutex::{Lock, LockArc};
    pub use super::rwlock::{
        Read, ReadArc, UpgradableRead, UpgradableReadArc, Upgrade, UpgradeArc, Write, WriteArc,
    };
    pub use super::semaphore::{Acquire, AcquireArc};
}
