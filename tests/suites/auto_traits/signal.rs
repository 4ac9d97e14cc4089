//! Signals and their waits. A value goes from thread to thread, and is never shared.

use anywake::Signal;
use anywake::signal::{OwnedSignalFuture, SignalFuture};

use crate::probe::Row;

pub(crate) fn rows() -> Vec<Row> {
    rows! {
        Signal: Signal<P> => "SYU SYU --U --U SY-";
        SignalFuture: SignalFuture<'static, P> => "SY- SY- --- --- SY-";
        OwnedSignalFuture: OwnedSignalFuture<P> => "SY- SY- --- --- SY-";
    }
}
