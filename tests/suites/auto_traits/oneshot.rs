//! Oneshots, their ends and their waits. A value goes from thread to thread, and is never shared.

use anywake_tests::Arc;

use anywake::Oneshot;
use anywake::oneshot::{
    BorrowedReceiver, BorrowedSender, ClosedFuture, OwnedClosedFuture, OwnedRecvFuture, Receiver, ReceiverOf,
    RecvFuture, SendError, Sender, SenderOf, TryRecvError,
};

use crate::probe::Row;

pub(crate) fn rows() -> Vec<Row> {
    let mut table = rows! {
        Oneshot: Oneshot<P> => "SYU SYU --U --U SY-";
        Sender: Sender<P> => "SYU SYU --U --U SYU";
        Receiver: Receiver<P> => "SYU SYU --U --U SYU";
        BorrowedSender: BorrowedSender<'static, P> => "SYU SYU --U --U SYU";
        BorrowedReceiver: BorrowedReceiver<'static, P> => "SYU SYU --U --U SYU";
        SenderOf: SenderOf<Arc<Oneshot<P>>> => "SYU SYU --U --U SYU";
        ReceiverOf: ReceiverOf<Arc<Oneshot<P>>> => "SYU SYU --U --U SYU";
        RecvFuture: RecvFuture<'static, P> => "SY- SY- --- --- SY-";
        OwnedRecvFuture: OwnedRecvFuture<&'static Oneshot<P>> => "SY- SY- --- --- SY-";
        OwnedRecvFuture: OwnedRecvFuture<Arc<Oneshot<P>>> => "SY- SY- --- --- SY-";
        ClosedFuture: ClosedFuture<'static, P> => "SY- SY- --- --- SY-";
        OwnedClosedFuture: OwnedClosedFuture<Arc<Oneshot<P>>> => "SY- SY- --- --- SY-";
        SendError: SendError<P> => "SYU S-U --U -YU SY-";
    };
    table.extend(plain_rows! {
        TryRecvError: TryRecvError => "SYU";
    });
    table
}
