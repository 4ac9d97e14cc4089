//! The ends of channels, and their waits. An end is a handle of its queue: items are received on any thread, and never
//! shared in between.

use anywake::channel::{
    Receiver, ReceiverOf, ReceiverStream, RecvManyFuture, Sender, SenderOf, StaticReceiver, StaticSender,
    UnboundedReceiver, UnboundedSender, UnboundedWeakReceiver, UnboundedWeakSender, WeakReceiver,
    WeakReceiverOf, WeakSender, WeakSenderOf,
};
use anywake::{Queue, StaticQueue};

use crate::probe::Row;

pub(crate) fn rows() -> Vec<Row> {
    rows! {
        Sender: Sender<P> => "SYU SYU --U --U SYU";
        Receiver: Receiver<P> => "SYU SYU --U --U SYU";
        WeakSender: WeakSender<P> => "SYU SYU --U --U SYU";
        WeakReceiver: WeakReceiver<P> => "SYU SYU --U --U SYU";
        UnboundedSender: UnboundedSender<P> => "SYU SYU --U --U SYU";
        UnboundedReceiver: UnboundedReceiver<P> => "SYU SYU --U --U SYU";
        UnboundedWeakSender: UnboundedWeakSender<P> => "SYU SYU --U --U SYU";
        UnboundedWeakReceiver: UnboundedWeakReceiver<P> => "SYU SYU --U --U SYU";
        StaticSender: StaticSender<'static, P, 2> => "SYU SYU --U --U SYU";
        StaticReceiver: StaticReceiver<'static, P, 2> => "SYU SYU --U --U SYU";
        SenderOf: SenderOf<&'static StaticQueue<P, 1>> => "SYU SYU --U --U SYU";
        ReceiverOf: ReceiverOf<&'static StaticQueue<P, 1>> => "SYU SYU --U --U SYU";
        WeakSenderOf: WeakSenderOf<&'static StaticQueue<P, 1>> => "SYU SYU --U --U SYU";
        WeakReceiverOf: WeakReceiverOf<&'static StaticQueue<P, 1>> => "SYU SYU --U --U SYU";
        ReceiverStream: ReceiverStream<&'static Queue<P>> => "SY- SY- --- --- SY-";
        // It adds to a `Vec` of the caller's.
        RecvManyFuture: RecvManyFuture<'static, Queue<P>> => "SY- S-- --- --- SY-";
    }
}
