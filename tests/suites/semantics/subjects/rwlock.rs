//! The waits for a `RwLock`. (Of upgrades there is one at a time, so they are no subject.)

use core::pin::Pin;
use std::sync::{Mutex, PoisonError};

use anywake_core::rwlock::{
    ReadFuture, RwLock, UpgradableGuard, UpgradableReadFuture, WriteFuture, WriteGuard,
};
use anywake_tests::leak;

use super::{Subject, poll_and_drop};

/// Declares the waits for a lock that somebody holds.
macro_rules! waits_while_held {
    ($($(#[$doc:meta])* $subject:ident: $held:ident by $take:ident, $wait:ident => $future:ident;)+) => {$(
        $(#[$doc])*
        pub(crate) struct $subject {
            lock: &'static RwLock<()>,
            held: Mutex<Option<$held<'static, ()>>>,
        }

        impl Subject for $subject {
            type Wait = $future<'static, ()>;

            fn closed() -> &'static Self {
                let lock = leak(RwLock::new(()));
                leak(Self { lock, held: Mutex::new(lock.$take()) })
            }

            fn wait(&'static self) -> Self::Wait {
                self.lock.$wait()
            }

            fn enable(wait: Pin<&mut Self::Wait>) -> bool {
                wait.enable()
            }

            fn waiters(&self) -> usize {
                self.lock.waiters()
            }

            fn open(&'static self, _: usize) {
                let held = self.held.lock().unwrap_or_else(PoisonError::into_inner).take();
                drop(held);
            }

            fn touch(&'static self) {
                self.lock.waiters();
                poll_and_drop(self.lock.$wait());
                poll_and_drop(self.lock.write());
            }
        }
    )+};
}

waits_while_held! {
    /// The waits to read while a writer is inside. All of them go in together.
    ReadWait: WriteGuard by try_write, read => ReadFuture;
    /// The waits to write while a writer is inside.
    WriteWait: WriteGuard by try_write, write => WriteFuture;
    /// The waits to read upgradably while an upgradable reader is inside.
    UpgradableWait: UpgradableGuard by try_upgradable_read, upgradable_read => UpgradableReadFuture;
}
