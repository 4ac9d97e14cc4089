//! Semaphores, their permits and their waits.

use anywake_tests::Arc;

use anywake::semaphore::{
    AcquireFuture, AcquireManyFuture, Bypass, Fifo, OwnedAcquireFuture, OwnedAcquireManyFuture,
    PartAcquireFuture, Permits, Priorities, PrioritySemaphore,
};
use anywake::{
    AcquireError, MergeError, OwnedPermit, Permit, ReleaseError, Semaphore, TooManyPermits, TryAcquireError,
};

use crate::probe::Row;

pub(crate) fn rows() -> Vec<Row> {
    let mut table = rows! {
        PartAcquireFuture: PartAcquireFuture<P> => "SY- --- --- --- SY-";
        MergeError: MergeError<P> => "SYU S-U --U -YU SY-";
    };
    table.extend(plain_rows! {
        Semaphore: Semaphore => "SYU";
        AcquireFuture: AcquireFuture<'static> => "SY-";
        AcquireManyFuture: AcquireManyFuture<'static> => "SY-";
        OwnedAcquireFuture: OwnedAcquireFuture => "SY-";
        OwnedAcquireManyFuture: OwnedAcquireManyFuture => "SY-";
        Permit: Permit<'static> => "SYU";
        Permits: Permits<Arc<Semaphore>> => "SYU";
        Semaphore: Semaphore<Bypass> => "SYU";
        AcquireFuture: AcquireFuture<'static, Bypass> => "SY-";
        OwnedAcquireManyFuture: OwnedAcquireManyFuture<Bypass> => "SY-";
        Permit: Permit<'static, Bypass> => "SYU";
        PrioritySemaphore: PrioritySemaphore<3> => "SYU";
        AcquireManyFuture: AcquireManyFuture<'static, Priorities<3>> => "SY-";
        OwnedAcquireManyFuture: OwnedAcquireManyFuture<Priorities<3>> => "SY-";
        Permit: Permit<'static, Priorities<3>> => "SYU";
        OwnedPermit: OwnedPermit<Priorities<3>> => "SYU";
        OwnedPermit: OwnedPermit<Bypass> => "SYU";
        // The modes have no values.
        Bypass: Bypass => "SYU";
        Fifo: Fifo => "SYU";
        Priorities: Priorities<3> => "SYU";
        OwnedPermit: OwnedPermit => "SYU";
        AcquireError: AcquireError => "SYU";
        ReleaseError: ReleaseError => "SYU";
        TooManyPermits: TooManyPermits => "SYU";
        TryAcquireError: TryAcquireError => "SYU";
    });
    table
}
