// The auto traits must not forbid sending a guard over a Cell, or sharing a guard over an integer.

use std::cell::Cell;
use std::sync::Arc;
use std::thread;

use anywake_core::{Lock, LockGuard, MappedGuard, OwnedLockGuard, lock::LockFuture};

fn send<T: Send>() {}
fn sync<T: Sync>() {}

fn main() {
    send::<Lock<Cell<u8>>>();
    sync::<Lock<Cell<u8>>>();
    send::<LockGuard<'static, Cell<u8>>>();
    sync::<LockGuard<'static, u8>>();
    sync::<OwnedLockGuard<u8>>();
    send::<MappedGuard<'static, Cell<u8>>>();
    sync::<MappedGuard<'static, u8>>();
    send::<LockFuture<'static, Cell<u8>>>();

    let guard = Arc::new(Lock::new(Cell::new(1))).try_lock_owned();
    thread::spawn(move || drop(guard));
}
