// The auto traits must not forbid sending or sharing a guard where that is sound: a reader of a MutexGuard is a `&T`.

use std::cell::Cell;
use std::sync::{Arc, MutexGuard};
use std::thread;

use anywake_core::rwlock::{Guard, ReadFuture, UpgradeFuture};
use anywake_core::{
    MappedReadGuard, MappedWriteGuard, OwnedReadGuard, ReadGuard, RwLock, UpgradableGuard, WriteGuard,
};

fn send<T: Send>() {}
fn sync<T: Sync>() {}

type NotSend = MutexGuard<'static, u8>;

fn main() {
    send::<RwLock<Cell<u8>>>();
    sync::<RwLock<u8>>();
    send::<ReadGuard<'static, NotSend>>();
    sync::<ReadGuard<'static, NotSend>>();
    sync::<UpgradableGuard<'static, NotSend>>();
    sync::<WriteGuard<'static, NotSend>>();
    send::<WriteGuard<'static, u8>>();
    send::<OwnedReadGuard<u8>>();
    send::<MappedReadGuard<'static, NotSend>>();
    send::<MappedWriteGuard<'static, Cell<u8>>>();
    send::<ReadFuture<'static, u8>>();
    send::<UpgradeFuture<&'static RwLock<u8>>>();

    let lock = Arc::new(RwLock::new(1));
    let guard = Arc::clone(&lock).try_upgradable_read_owned().unwrap();
    thread::spawn(move || *Guard::try_upgrade(guard).unwrap() += 1).join().unwrap();
    let reader = lock.try_read().unwrap();
    thread::scope(|scope| scope.spawn(|| assert_eq!(*ReadGuard::share(&reader), 2)).join()).unwrap();
}
