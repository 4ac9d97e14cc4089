//! Latches, their guards and their waits.

use anywake_tests::Arc;

use anywake::latch::{Guard, LatchFuture, OwnedLatchFuture};
use anywake::{ArcPart, CountTooHigh, Latch, LatchError, LatchGuard, OwnedLatchGuard};

use crate::probe::Row;

pub(crate) fn rows() -> Vec<Row> {
    let mut table = rows! {
        // A guard holds what its handle holds: RUSTSEC-2020-0059 and its kin are guards that promised more.
        Guard: Guard<ArcPart<P, Latch>> => "SYU --U --U --U SYU";
    };
    table.extend(plain_rows! {
        Latch: Latch => "SYU";
        LatchFuture: LatchFuture<'static> => "SY-";
        OwnedLatchFuture: OwnedLatchFuture => "SY-";
        LatchGuard: LatchGuard<'static> => "SYU";
        OwnedLatchGuard: OwnedLatchGuard => "SYU";
        Guard: Guard<Arc<Latch>> => "SYU";
        LatchError: LatchError => "SYU";
        CountTooHigh: CountTooHigh => "SYU";
    });
    table
}
