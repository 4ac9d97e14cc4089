//! Queues, their waits, their streams and the errors that return items.

use anywake::queue::{
    Blocks, Boxed, ByKey, ClosedFuture, InArray, JoinFuture, Keyed, LifoQueue, Newest, OwnedClosedFuture,
    OwnedJoinFuture, OwnedPopFuture, OwnedPushFuture, OwnedReserveFuture, PopFuture, PopStream, PushFuture,
    ReserveFuture, SlackQueue, Slot, StaticPriorityQueue, UnboundedQueue, WithSlack,
};
use anywake::{CapacityError, PushError, Queue, StaticQueue, TaskDoneError, TryPopError, TryPushError};

use crate::probe::Row;

pub(crate) fn rows() -> Vec<Row> {
    let mut table = rows! {
        // Items are pushed and popped on any thread, and never shared in between.
        Queue: Queue<P> => "SYU SYU --U --U SYU";
        StaticQueue: StaticQueue<P, 2> => "SYU SYU --U --U SY-";
        SlackQueue: SlackQueue<P> => "SYU SYU --U --U SYU";
        UnboundedQueue: UnboundedQueue<P> => "SYU SYU --U --U SYU";
        StaticPriorityQueue: StaticPriorityQueue<P, 2> => "SYU SYU --U --U SY-";
        LifoQueue: LifoQueue<P> => "SYU SYU --U --U SYU";
        Keyed: Keyed<P> => "SYU S-U --U -YU SY-";
        PopFuture: PopFuture<'static, Queue<P>> => "SY- SY- --- --- SY-";
        JoinFuture: JoinFuture<'static, Queue<P>> => "SY- SY- --- --- SY-";
        ClosedFuture: ClosedFuture<'static, Queue<P>> => "SY- SY- --- --- SY-";
        OwnedClosedFuture: OwnedClosedFuture<Queue<P>> => "SY- SY- --- --- SY-";
        ReserveFuture: ReserveFuture<'static, Queue<P>> => "SY- SY- --- --- SY-";
        OwnedReserveFuture: OwnedReserveFuture<Queue<P>> => "SY- SY- --- --- SY-";
        Slot: Slot<&'static Queue<P>> => "SYU SYU --U --U SYU";
        OwnedPopFuture: OwnedPopFuture<Queue<P>> => "SY- SY- --- --- SY-";
        OwnedJoinFuture: OwnedJoinFuture<Queue<P>> => "SY- SY- --- --- SY-";
        OwnedPushFuture: OwnedPushFuture<Queue<P>> => "SY- SY- --- --- SY-";
        PopStream: PopStream<'static, Queue<P>> => "SY- SY- --- --- SY-";
        // A push holds an item that another thread may take. The item is never shared.
        PushFuture: PushFuture<'static, Queue<P>> => "SY- SY- --- --- SY-";
        // Errors, with the values that they return.
        PushError: PushError<P> => "SYU S-U --U -YU SY-";
        TryPushError: TryPushError<P> => "SYU S-U --U -YU SY-";
    };
    table.extend(plain_rows! {
        Blocks: Blocks => "SYU";
        Boxed: Boxed => "SYU";
        WithSlack: WithSlack => "SYU";
        Newest: Newest => "SYU";
        ByKey: ByKey<1> => "SYU";
        InArray: InArray<1> => "SYU";
        CapacityError: CapacityError => "SYU";
        TaskDoneError: TaskDoneError => "SYU";
        TryPopError: TryPopError => "SYU";
    });
    table
}
