//! The reader-writer lock. The header of `core/src/rwlock/guard.rs` says why its guards have just these traits.

use anywake_tests::Arc;

use anywake::rwlock::{
    Guard, OwnedReadFuture, OwnedUpgradableReadFuture, OwnedWriteFuture, PartReadFuture,
    PartUpgradableReadFuture, PartWriteFuture, Read, ReadFuture, RwLockRef, Upgradable, UpgradableReadFuture,
    UpgradeFuture, Write, WriteFuture,
};

use anywake::*;

use crate::probe::Row;

/// How a guard of a lock in a larger value holds it.
type Part<S, T> = ArcPart<S, RwLock<T>>;

pub(crate) fn rows() -> Vec<Row> {
    let mut table = rows! {
        // The payload.                                                 u32 Cell Rc MutexGuard
        // Readers share `&P`, and writers take `&mut P` from thread to thread: `P: Send + Sync`.
        RwLock: RwLock<P>                                            => "SYU S-U --U --U SY-";
        ReadFuture: ReadFuture<'static, P>                           => "SY- --- --- --- SY-";
        WriteFuture: WriteFuture<'static, P>                         => "SY- --- --- --- SY-";
        UpgradableReadFuture: UpgradableReadFuture<'static, P>       => "SY- --- --- --- SY-";
        UpgradeFuture: UpgradeFuture<&'static RwLock<P>>             => "SY- --- --- --- SY-";
        UpgradeFuture: UpgradeFuture<Arc<RwLock<P>>>                 => "SY- --- --- --- SY-";
        OwnedReadFuture: OwnedReadFuture<P>                          => "SY- --- --- --- SY-";
        OwnedWriteFuture: OwnedWriteFuture<P>                        => "SY- --- --- --- SY-";
        OwnedUpgradableReadFuture: OwnedUpgradableReadFuture<P>      => "SY- --- --- --- SY-";
        PartReadFuture: PartReadFuture<u32, P>                       => "SY- --- --- --- SY-";
        PartReadFuture: PartReadFuture<P, u32>                       => "SY- --- --- --- SY-";
        PartWriteFuture: PartWriteFuture<u32, P>                     => "SY- --- --- --- SY-";
        PartWriteFuture: PartWriteFuture<P, u32>                     => "SY- --- --- --- SY-";
        PartUpgradableReadFuture: PartUpgradableReadFuture<u32, P>   => "SY- --- --- --- SY-";
        PartUpgradableReadFuture: PartUpgradableReadFuture<P, u32>   => "SY- --- --- --- SY-";

        // A reader is a `&P`, and no more: `P: Sync`.
        ReadGuard: ReadGuard<'static, P>                             => "SYU --U --U SYU SYU";
        // These may write where they are sent to, and others read beside them when they are downgraded.
        UpgradableGuard: UpgradableGuard<'static, P>                 => "SYU --U --U -YU SYU";
        WriteGuard: WriteGuard<'static, P>                           => "SYU --U --U -YU SYU";
        // An owned one may drop the value as well, and a shared reader makes one more by `share`.
        OwnedReadGuard: OwnedReadGuard<P>                            => "SYU --U --U --U SYU";
        OwnedUpgradableGuard: OwnedUpgradableGuard<P>                => "SYU --U --U --U SYU";
        OwnedWriteGuard: OwnedWriteGuard<P>                          => "SYU --U --U --U SYU";
        Guard: Guard<Part<P, u32>, Read>                             => "SYU --U --U --U SYU";
        Guard: Guard<Part<u32, P>, Read>                             => "SYU --U --U --U SYU";
        Guard: Guard<Part<P, u32>, Upgradable>                       => "SYU --U --U --U SYU";
        Guard: Guard<Part<u32, P>, Write>                            => "SYU --U --U --U SYU";

        // The part decides, and not the whole value, whose type the guard does not name.
        MappedReadGuard: MappedReadGuard<'static, P>                 => "SYU --U --U SYU SYU";
        MappedWriteGuard: MappedWriteGuard<'static, P>               => "SYU S-U --U -YU SYU";
        OwnedMappedReadGuard: OwnedMappedReadGuard<u32, P>           => "SYU --U --U SYU SYU";
        OwnedMappedReadGuard: OwnedMappedReadGuard<P, u32>           => "SYU --U --U --U SYU";
        OwnedMappedWriteGuard: OwnedMappedWriteGuard<u32, P>         => "SYU S-U --U -YU SYU";
        OwnedMappedWriteGuard: OwnedMappedWriteGuard<P, u32>         => "SYU --U --U --U SYU";
    };
    table.extend(plain_rows! {
        RwLockRef: RwLockRef<'static>                                => "SYU";
        Read: Read                                                   => "SYU";
        Upgradable: Upgradable                                       => "SYU";
        Write: Write                                                 => "SYU";
    });
    table
}
