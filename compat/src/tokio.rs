//! The API of [`tokio::sync`](https://docs.rs/tokio/1.54/tokio/sync) of tokio 1.54: `use anywake_compat::tokio as sync`.
//!
//! | here | tokio 1.54 |
//! |---|---|
//! | A wait that is granted at once does not yield: nothing here knows the runtime's *cooperative budget*. A loop over such waits starves its neighbours; `tokio::task::coop::cooperative` around it cures that. | Some 128 operations end a poll. |
//! | A method of a name with `blocking` waits, wherever it is called. Inside of a runtime it may wait for ever. | It panics inside of a runtime. |
//! | Waits do not allocate, except for those that are polled as methods or are `Unpin`: [`mpsc::Receiver::poll_recv`] and an [`oneshot::Receiver`], once each. | They do not allocate. |
//! | [`Semaphore::available_permits`] counts the permits that nobody has, although a large request waits for them. | A request takes what there is while it waits, and that counts as taken. |
//! | [`Notify`] has no `notify_last`. | It has. |
//! | A message or a place that was granted before the channel was closed stays good: a wait for it succeeds. | A wait for a place fails once the channel is closed. |
//! | A bounded channel of [`mpsc`] allocates room for its messages when it is made. | It allocates block by block. |
//! | [`mpsc::Sender`] has no `reserve_many`, and no `send_timeout`, which needs a clock. Weak senders are not counted, and do not come back to a channel that was closed by hand. | It has, and they are. |
//! | [`mpsc::Sender::capacity`] is the capacity without the messages in the channel; what is reserved is not known. | What is reserved counts as used. |
//! | [`oneshot::Receiver`] has no `is_empty`. | It has. |
//! | [`watch`]: readers do not block the sender and see the value that they borrowed. Therefore `send_modify`, `send_if_modified` and `send_replace` ask for `T: Clone`. The first two change a copy, may call their closure again if another value is sent meanwhile, and change nothing if it panics. If another task reads the old value while two senders send, `send_replace` may return one that is older. | A reader that keeps its borrow blocks the sender. What a closure that panics has changed stays changed. |
//! | [`watch::Sender`] has no `sender_count`. | It has. |
//! | Not here: `broadcast`, `SetOnce`, `RwLock`, `OnceCell`, `Barrier`. Those of [`anywake_core`] are alike, and have no `SetOnce`: its `OnceCell` can be set and waited for. | |

mod mutex;
mod notify;
mod semaphore;

pub mod mpsc;
pub mod oneshot;
pub mod watch;

pub use mutex::{MappedMutexGuard, Mutex, MutexGuard, OwnedMappedMutexGuard, OwnedMutexGuard, TryLockError};
pub use notify::Notify;
pub use semaphore::{AcquireError, OwnedSemaphorePermit, Semaphore, SemaphorePermit, TryAcquireError};

/// The futures of [`Notify`].
pub mod futures {
    pub use super::notify::{Notified, OwnedNotified};
}

/// A message, and that it is an error.
macro_rules! errors {
    ($([$($declared:tt)*] $error:ty { $($pattern:pat => $message:literal),+ $(,)? })+) => {$(
        impl<$($declared)*> core::fmt::Display for $error {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(match self { $($pattern => $message),+ })
            }
        }

        impl<$($declared)*> core::error::Error for $error {}
    )+};
}

/// Shown without its value.
macro_rules! shown {
    ($([$($declared:tt)*] $type:ty as $name:expr;)+) => {$(
        impl<$($declared)*> core::fmt::Debug for $type {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_struct($name).finish_non_exhaustive()
            }
        }
    )+};
}

use {errors, shown};
