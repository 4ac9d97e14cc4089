//! Barriers and their waits.

use anywake::barrier::{BarrierFuture, OwnedBarrierFuture};
use anywake::{Barrier, BarrierPass, BrokenBarrier};

use crate::probe::Row;

pub(crate) fn rows() -> Vec<Row> {
    plain_rows! {
        Barrier: Barrier => "SYU";
        BarrierFuture: BarrierFuture<'static> => "SY-";
        OwnedBarrierFuture: OwnedBarrierFuture => "SY-";
        BarrierPass: BarrierPass => "SYU";
        BrokenBarrier: BrokenBarrier => "SYU";
    }
}
