//! Broadcasts, their ends and their waits. Several threads clone one value at once, so sharing takes `Send` and `Sync`.

use anywake::broadcast::{
    ClosedFuture, HeapBroadcast, OwnedClosedFuture, OwnedPublishFuture, PublishFuture, Receiver, ReceiverOf,
    RecvError, RecvFuture, Sender, SenderOf, StaticReceiver, StaticSender, TryRecvError,
};
use anywake::{Broadcast, PublishError, TryPublishError};

use crate::probe::Row;

/// A payload that a `recv` can name: it has to be `Clone`, whatever it is inside.
struct Shown<P>(P);

impl<P> Clone for Shown<P> {
    fn clone(&self) -> Self {
        unreachable!("only its traits count")
    }
}

pub(crate) fn rows() -> Vec<Row> {
    let mut table = rows! {
        Broadcast: Broadcast<P, 2> => "SYU S-U --U --U SY-";
        HeapBroadcast: HeapBroadcast<P> => "SYU S-U --U --U SY-";
        Sender: Sender<P> => "SYU --U --U --U SYU";
        Receiver: Receiver<P> => "SYU --U --U --U SYU";
        StaticSender: StaticSender<'static, P, 2> => "SYU --U --U --U SYU";
        StaticReceiver: StaticReceiver<'static, P, 2> => "SYU --U --U --U SYU";
        SenderOf: SenderOf<&'static Broadcast<P, 1>> => "SYU --U --U --U SYU";
        ReceiverOf: ReceiverOf<&'static Broadcast<P, 1>> => "SYU --U --U --U SYU";
        PublishFuture: PublishFuture<'static, HeapBroadcast<P>> => "SY- --- --- --- SY-";
        OwnedPublishFuture: OwnedPublishFuture<HeapBroadcast<P>> => "SY- --- --- --- SY-";
        ClosedFuture: ClosedFuture<'static, HeapBroadcast<P>> => "SY- --- --- --- SY-";
        OwnedClosedFuture: OwnedClosedFuture<HeapBroadcast<P>> => "SY- --- --- --- SY-";
        RecvFuture: RecvFuture<'static, &'static HeapBroadcast<Shown<P>>> => "SY- --- --- --- SY-";
        PublishError: PublishError<P> => "SYU S-U --U -YU SY-";
        TryPublishError: TryPublishError<P> => "SYU S-U --U -YU SY-";
    };
    table.extend(plain_rows! {
        RecvError: RecvError => "SYU";
        TryRecvError: TryRecvError => "SYU";
    });
    table
}
