//! The locks of keys, their guards and their waits.

use anywake::KeyedLock;
use anywake::keyed_lock::{KeyedLockFuture, KeyedLockGuard, OwnedKeyedLockFuture, OwnedKeyedLockGuard};

use crate::probe::Row;

pub(crate) fn rows() -> Vec<Row> {
    rows! {
        // A key is compared by one thread after another, under a mutex, and dropped by any: `P: Send` is enough.
        KeyedLock: KeyedLock<P> => "SYU SYU --U --U SY-";
        // Several threads make hashers at once.
        KeyedLock: KeyedLock<u32, P> => "SYU S-U --U -YU SY-";
        // A guard has a key of its own, which a shared guard shows.
        KeyedLockGuard: KeyedLockGuard<'static, P> => "SYU S-U --U --U SY-";
        OwnedKeyedLockGuard: OwnedKeyedLockGuard<P> => "SYU S-U --U --U SY-";
        KeyedLockFuture: KeyedLockFuture<'static, P> => "SY- S-- --- --- SY-";
        OwnedKeyedLockFuture: OwnedKeyedLockFuture<P> => "SY- S-- --- --- SY-";
    }
}
