//! Locks, their guards and their waits.

use anywake::lock::{LockFuture, LockRef, OwnedLockFuture, PartLockFuture};
use anywake::{Lock, LockGuard, MappedGuard, OwnedLockGuard, OwnedMappedGuard};

use crate::probe::Row;

pub(crate) fn rows() -> Vec<Row> {
    let mut table = rows! {
        // A lock hands out `&mut P` to one thread after another, and never `&P` to two at once: `P: Send` is enough.
        Lock: Lock<P> => "SYU SYU --U --U SY-";
        LockFuture: LockFuture<'static, P> => "SY- SY- --- --- SY-";
        PartLockFuture: PartLockFuture<u32, P> => "SY- SY- --- --- SY-";
        PartLockFuture: PartLockFuture<P, u32> => "SY- --- --- --- SY-";
        OwnedLockFuture: OwnedLockFuture<P> => "SY- SY- --- --- SY-";
        // A guard gives `&mut P`, so sending it requires `P: Send`. A shared guard gives `&P` and the lock.
        LockGuard: LockGuard<'static, P> => "SYU S-U --U --U SYU";
        OwnedLockGuard: OwnedLockGuard<P> => "SYU S-U --U --U SYU";
        // The part decides, and not the whole value, whose type the guard does not name.
        MappedGuard: MappedGuard<'static, P> => "SYU S-U --U -YU SYU";
        OwnedMappedGuard: OwnedMappedGuard<P, P> => "SYU S-U --U --U SYU";
        OwnedMappedGuard: OwnedMappedGuard<u32, P> => "SYU S-U --U -YU SYU";
        OwnedMappedGuard: OwnedMappedGuard<P, u32> => "SYU SYU --U --U SYU";
    };
    table.extend(plain_rows! {
        LockRef: LockRef<'static> => "SYU";
    });
    table
}
