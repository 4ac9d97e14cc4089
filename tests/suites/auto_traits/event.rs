//! Events and their waits.

use anywake::Event;
use anywake::event::{EventFuture, OwnedEventFuture};

use crate::probe::Row;

pub(crate) fn rows() -> Vec<Row> {
    plain_rows! {
        Event: Event => "SYU";
        OwnedEventFuture: OwnedEventFuture => "SY-";
        EventFuture: EventFuture<'static> => "SY-";
    }
}
