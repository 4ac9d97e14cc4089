//! Notifies and their waits.

use anywake::Notify;
use anywake::notify::{NotifiedFuture, OwnedNotifiedFuture, PartNotifiedFuture};

use crate::probe::Row;

pub(crate) fn rows() -> Vec<Row> {
    let mut table = rows! {
        PartNotifiedFuture: PartNotifiedFuture<P> => "SY- --- --- --- SY-";
    };
    table.extend(plain_rows! {
        Notify: Notify => "SYU";
        OwnedNotifiedFuture: OwnedNotifiedFuture => "SY-";
        NotifiedFuture: NotifiedFuture<'static> => "SY-";
    });
    table
}
