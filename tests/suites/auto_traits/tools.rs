//! The tools of the adapters, built from the primitives without `unsafe`. The rows document how tasks may share them.

use core::cell::Cell;
use core::future::Ready;
use std::sync::Arc;

use anywake::ordered_queue::*;
use anywake::pool::*;
use anywake::scope::*;
use anywake::task::*;
use anywake::wait::{Cooperative, Deadline, DeadlineOver};
use anywake::*;

use crate::probe::Row;

pub(crate) fn rows() -> Vec<Row> {
    let mut table = rows! {
        // A handle moves the output to the task that awaits it.
        Task: Task<P> => "SYU SYU --U --U SYU";
        CancelOnDrop: CancelOnDrop<P> => "SYU SYU --U --U SYU";
        Cooperative: Cooperative<P> => "SYU S-U --U -YU SY-";
        // These hold outputs, and tasks with outputs to come.
        Gather: Gather<Result<P, ()>> => "SYU S-U --U --U SYU";
        GatherOutputs: GatherOutputs<P> => "SYU S-U --U --U SYU";
        Started: Started<P> => "SYU SYU --U --U SYU";
        OneOf: OneOf<P, P, P, P> => "SYU S-U --U -YU SY-";
        GatherSettled: GatherSettled<Result<P, ()>> => "SYU S-U --U --U SYU";
        AsCompleted: AsCompleted<Result<P, ()>> => "SYU S-U --U --U SYU";
        Race: Race<Result<P, ()>> => "SYU S-U --U --U SYU";
        WaitTasks: WaitTasks<'static, Result<P, ()>> => "SYU SYU --U --U SYU";
        Shield: Shield<P> => "SYU SYU --U --U SYU";
        Failure: Failure<P> => "SYU S-U --U -YU SY-";
        GroupError: GroupError<P> => "SYU S-U --U -YU SY-";
        TaskGroup: TaskGroup<Tokio, P> => "SYU SYU --U --U SYU";
        SharedState: SharedState<P> => "SYU SYU --U --U SY-";
        OrderedQueue: OrderedQueue<Least<P>> => "SYU SYU --U --U SY-";
        PriorityQueue: PriorityQueue<P> => "SYU SYU --U --U SY-";
        Least: Least<P> => "SYU S-U --U -YU SY-";
        // A value is cloned by several threads at once. A key is only compared, under a lock.
        Cache: Cache<u32, P, Tokio> => "SYU --U --U --U SYU";
        Cache: Cache<P, u32, Tokio> => "SYU SYU --U --U SY-";
        PoolError: PoolError<P> => "SYU S-U --U -YU SY-";
        // A variable is a key. Its values are stored elsewhere.
        ContextVar: ContextVar<P> => "SYU SYU SYU SYU SYU";
        Scope: context::Scope<P> => "SYU S-U --U -YU SY-";
        Emitter: stream::Emitter<P> => "SYU SYU --U --U SYU";
        QueueSink: stream::QueueSink<'static, P, queue::Boxed> => "SY- SY- --- --- SY-";
        SenderSink: stream::SenderSink<Arc<Queue<P>>> => "SY- SY- --- --- SY-";
        SenderSink: stream::SenderSink<&'static StaticQueue<P, 1>> => "SY- SY- --- --- SY-";
        SinkError: stream::SinkError<P> => "SYU S-U --U -YU SY-";
        // The items come out of a boxed stream, which is only ever `Send`.
        Buffered: stream::Buffered<P> => "S-U S-U S-U S-U S-U";
        Until: stream::Until<P, Ready<()>> => "SYU S-U --U -YU SY-";
    };
    table.extend(plain_rows! {
        TaskError: TaskError => "SYU";
        Panic: Panic => "SYU";
        Tokio: Tokio => "SYU";
        TokioLocal: TokioLocal => "SYU";
        LocalPool: LocalPool => "SYU";
        ThreadPool: ThreadPool => "SYU";
        NotStarted: NotStarted => "SYU";
        AsyncStd: AsyncStd => "SYU";
        Smol: Smol => "SYU";
        BlockingPool: BlockingPool<Tokio> => "SYU";
        Context: context::Context => "SYU";
        Deadline: Deadline<Tokio> => "SYU";
        DeadlineOver: DeadlineOver => "SYU";
        // The callbacks in a stack are `Send` by their bounds.
        ExitStack: ExitStack<Tokio, Cell<u32>> => "SYU";
        Exit: Exit => "SYU";
        ForeignError: ForeignError => "SYU";
        // Connections are `Send` by their bound, and need not be `Sync`.
        Pool: Pool<Connections, Tokio> => "SYU";
        Pooled: Pooled<Connections, Tokio> => "S-U";
        PoolConfig: PoolConfig => "SYU";
        PoolStats: PoolStats => "SYU";
        SafeCounter: SafeCounter => "SYU";
        When: When => "SYU";
    });
    table
}

/// A manager of connections that are `Send` and not `Sync`.
struct Connections;

impl Manager for Connections {
    type Connection = Cell<u32>;
    type Error = Closed;

    async fn connect(&self) -> Result<Cell<u32>, Closed> {
        Ok(Cell::new(0))
    }
}
