//! Notifies and their waits.

use anywake::Notify;
use anywake::notify::{NotifiedFuture, OwnedNotifiedFuture};

use crate::probe::Row;

pub(crate) fn rows() -> Vec<Row> {
    plain_rows! {
        Notify: Notify => "SYU";
        OwnedNotifiedFuture: OwnedNotifiedFuture => "SY-";
        NotifiedFuture: NotifiedFuture<'static> => "SY-";
    }
}
