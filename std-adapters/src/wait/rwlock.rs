//! Deadlines for the waits of a reader-writer lock.

use core::pin::Pin;

use anywake_core::rwlock::{
    Guard, OwnedReadFuture, OwnedUpgradableReadFuture, OwnedWriteFuture, PartReadFuture,
    PartUpgradableReadFuture, PartWriteFuture, ReadFuture, RwLockHandle, Upgradable, UpgradableReadFuture,
    UpgradeFuture, WriteFuture,
};

use super::Wait;

returns_nothing! {
    [T: ?Sized] ReadFuture<'_, T>;
    [T: ?Sized] WriteFuture<'_, T>;
    [T: ?Sized] UpgradableReadFuture<'_, T>;
    [T: ?Sized] OwnedReadFuture<T>;
    [T: ?Sized] OwnedWriteFuture<T>;
    [T: ?Sized] OwnedUpgradableReadFuture<T>;
    [S: ?Sized, T: ?Sized] PartReadFuture<S, T>;
    [S: ?Sized, T: ?Sized] PartWriteFuture<S, T>;
    [S: ?Sized, T: ?Sized] PartUpgradableReadFuture<S, T>;
}

/// An upgrade that elapses returns the guard of the upgradable reader.
impl<H: RwLockHandle> Wait for UpgradeFuture<H> {
    type Returned = Guard<H, Upgradable>;

    fn give_up(self: Pin<&mut Self>) -> Result<Self::Output, Self::Returned> {
        Err(self.cancel().expect("a wait that is given up is pending"))
    }
}

#[cfg(test)]
mod tests {
    use anywake_core::rwlock::{RwLock, UpgradableGuard};
    use core::future::ready;

    use crate::{Wait, blocking};

    #[test]
    fn an_upgrade_that_elapses_returns_the_guard_of_the_upgradable_reader() {
        let lock = RwLock::new(1);
        let reader = lock.try_read();
        let guard = lock.try_upgradable_read().unwrap();
        let elapsed = blocking::wait(UpgradableGuard::upgrade(guard).until(ready(()))).unwrap_err();
        assert_eq!((*elapsed.0, lock.readers(), lock.waiters()), (1, 2, 0));
        drop(reader);
        let writer = blocking::wait(UpgradableGuard::upgrade(elapsed.0).until(ready(())));
        assert!(writer.is_ok(), "a grant wins over a deadline");
    }

    #[test]
    fn reads_and_writes_have_deadlines() {
        let lock = RwLock::new(());
        let inside = lock.try_write();
        assert!(blocking::wait(lock.read().until(ready(()))).is_err());
        assert!(blocking::wait(lock.write().until(ready(()))).is_err());
        assert!(blocking::wait(lock.upgradable_read().until(ready(()))).is_err());
        assert_eq!(lock.waiters(), 0);
        drop(inside);
        assert!(blocking::wait(lock.write().until(ready(()))).is_ok());
    }
}
