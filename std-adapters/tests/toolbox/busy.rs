//! Work that is always ready: what it must not keep from the deadline, and from its neighbours.
//!
//! Turns are counted, not time.

use core::future::{Future, poll_fn};
use core::pin::pin;
use core::sync::atomic::{AtomicUsize, Ordering};
use core::task::Poll;
use core::time::Duration;
use std::sync::Arc;

use anywake::test_util::{Simulated, Simulation};
use anywake::{
    Queue, QueueExt as _, Runtime, SenderExt as _, TaskError, WaitExt as _, channel, cooperative, stream,
};
use futures_util::future::{Either, select};
use futures_util::{StreamExt as _, stream as streams};

use crate::support::event;

/// So many waits that are granted at once, ..
const WAITS: usize = 10_000;

/// .. and the turns that a neighbour has meanwhile, at least.
const TURNS: usize = WAITS / 128 - 1;

fn queue() -> Arc<Queue<usize>> {
    Arc::new(Queue::with_capacity(WAITS).unwrap())
}

fn full_queue() -> Arc<Queue<usize>> {
    let queue = queue();
    (0..WAITS).try_for_each(|n| queue.try_push(n)).unwrap();
    queue.close();
    queue
}

/// The turns of a sibling while `busy` runs to its end.
async fn turns_beside(busy: impl Future<Output = usize>) -> usize {
    let mut turns = 0;
    let sibling = poll_fn(|_| {
        turns += 1;
        Poll::<()>::Pending
    });
    let Either::Left((items, _)) = select(pin!(busy), pin!(sibling)).await else {
        unreachable!("it never ends")
    };
    assert_eq!(items, WAITS);
    turns
}

/// In a task, and in the future that the test's runtime runs itself.
async fn lets_siblings_run<R: Runtime, F>(rt: R, busy: impl Fn() -> F)
where
    F: Future<Output = usize> + Send + 'static,
{
    assert!(rt.spawn(turns_beside(busy())).await.unwrap() >= TURNS);
    assert!(turns_beside(busy()).await >= TURNS);
}

async fn loop_of_cooperative_waits_lets_siblings_run<R: Runtime>(rt: R) {
    lets_siblings_run(rt, || async {
        let queue = full_queue();
        let mut items = 0;
        while queue.pop().cooperative().await.is_ok() {
            items += 1;
        }
        items
    })
    .await;
}

async fn streams_of_queues_let_siblings_run<R: Runtime>(rt: R) {
    lets_siblings_run(rt, || async {
        let queue = full_queue();
        cooperative(queue.stream()).count().await
    })
    .await;
    lets_siblings_run(rt, || stream::from_queue(full_queue()).count()).await;
    lets_siblings_run(rt, || async {
        let queue = full_queue();
        stream::merge([queue.stream()]).count().await
    })
    .await;
}

async fn sink_that_has_room_lets_siblings_run<R: Runtime>(rt: R) {
    lets_siblings_run(rt, || async {
        let queue = queue();
        streams::iter(0..WAITS).map(Ok).forward(queue.sink()).await.unwrap();
        queue.len()
    })
    .await;
}

async fn sink_of_a_sender_that_has_room_lets_siblings_run<R: Runtime>(rt: R) {
    lets_siblings_run(rt, || async {
        let (sender, receiver) = channel::bounded(WAITS);
        streams::iter(0..WAITS).map(Ok).forward(sender.into_sink()).await.unwrap();
        receiver.len()
    })
    .await;
}

async fn made_streams_let_siblings_run<R: Runtime>(rt: R) {
    lets_siblings_run(rt, || {
        let numbers = stream::generator(|emitter| async move {
            for n in 0..WAITS {
                emitter.emit(n).await;
            }
        });
        numbers.count()
    })
    .await;
    lets_siblings_run(rt, move || async move {
        let numbers = streams::iter(0..WAITS);
        let groups = stream::chunks_timeout(rt, WAITS, Duration::from_secs(600), numbers);
        groups.collect::<Vec<_>>().await.concat().len()
    })
    .await;
}

/// A cancel takes effect where a task suspends; so does a deadline.
async fn endless_loop_can_be_cancelled<R: Runtime>(rt: R) {
    let begun = event();
    let begins = Arc::clone(&begun);
    let endless = rt.spawn(async move {
        let queue = queue();
        begins.set();
        loop {
            queue.try_push(1).unwrap();
            queue.pop().cooperative().await.unwrap();
        }
    });
    begun.wait().await;
    endless.cancel();
    let ended: Result<(), _> = endless.await;
    assert!(matches!(ended, Err(TaskError::Cancelled)));
}

on_each_runtime! {
    loop_of_cooperative_waits_lets_siblings_run
    streams_of_queues_let_siblings_run
    sink_that_has_room_lets_siblings_run
    sink_of_a_sender_that_has_room_lets_siblings_run
    made_streams_let_siblings_run
    endless_loop_can_be_cancelled
}

/// The turns of a task while another one, `busy`, runs to its end.
async fn turns_of_a_neighbour<R: Runtime>(rt: R, busy: impl Future<Output = ()> + Send + 'static) -> usize {
    let (turns, begun) = (Arc::new(AtomicUsize::new(0)), event());
    let (counted, begins) = (Arc::clone(&turns), Arc::clone(&begun));
    let neighbour = rt.spawn(async move {
        begins.set();
        loop {
            counted.fetch_add(1, Ordering::Relaxed);
            rt.yield_now().await;
        }
    });
    begun.wait().await;
    let during = rt.spawn(async move {
        let before = turns.load(Ordering::Relaxed);
        busy.await;
        turns.load(Ordering::Relaxed) - before
    });
    let during = during.await.unwrap();
    neighbour.cancel();
    let ended: Result<(), _> = neighbour.await;
    assert!(matches!(ended, Err(TaskError::Cancelled)));
    during
}

async fn drained() {
    let queue = full_queue();
    while queue.pop().cooperative().await.is_ok() {}
}

#[test]
fn loop_of_cooperative_waits_gives_its_neighbours_turns_in_a_simulation() {
    assert!(Simulation::new().run(turns_of_a_neighbour(Simulated, drained())) >= TURNS);
}

#[test]
fn producer_of_a_buffer_with_room_gives_its_neighbours_turns() {
    // It fills the buffer before the consumer, which runs after the neighbour, has asked for anything.
    let filled = async {
        let last = event();
        let ends = Arc::clone(&last);
        let numbers = (0..WAITS).inspect(move |&n| {
            if n == WAITS - 1 {
                ends.set();
            }
        });
        let numbers = stream::buffered(Simulated, WAITS, streams::iter(numbers)).unwrap();
        last.wait().await;
        drop(numbers);
    };
    assert!(Simulation::new().run(turns_of_a_neighbour(Simulated, filled)) >= TURNS);
}

/// Its global executor has one thread, which other tests use too.
#[cfg(feature = "smol")]
#[test]
fn loop_of_cooperative_waits_gives_its_neighbours_turns_on_smol() {
    use anywake::Smol;
    assert!(Smol.block_on(turns_of_a_neighbour(Smol, drained())) >= TURNS / 2);
}

#[cfg(feature = "tokio")]
mod tokio_budget {
    use core::pin::pin;
    use core::time::Duration;

    use ::tokio::sync::mpsc::unbounded_channel;
    use anywake::{
        Elapsed, Event, Queue, Tokio, Wait, WaitExt as _, blocking, stream, timeout, timeout_with,
    };
    use futures_util::{StreamExt as _, stream as streams};

    use super::{TURNS, drained, turns_of_a_neighbour};
    use crate::support::finishes;

    const SOON: Duration = Duration::from_millis(5);

    /// Uses up tokio's budget in each poll.
    async fn busy() {
        let (sender, mut receiver) = unbounded_channel();
        loop {
            sender.send(()).unwrap();
            receiver.recv().await;
        }
    }

    #[test]
    fn work_that_uses_up_the_budget_does_not_outlive_its_timeout() {
        finishes(|| {
            Tokio.block_on(async {
                assert_eq!(timeout(Tokio, SOON, busy()).await, Err(Elapsed(())));
                assert_eq!(timeout_with(Tokio, Some(SOON), |_| busy()).await, Err(Elapsed(())));
            });
        });
    }

    #[test]
    fn stream_that_uses_up_the_budget_does_not_outlive_its_deadline() {
        finishes(|| {
            Tokio.block_on(async {
                let mut items = pin!(stream::within(Tokio, streams::once(busy()), SOON));
                assert_eq!(items.next().await, Some(Err(Elapsed(()))));
            });
        });
    }

    #[test]
    fn loop_of_cooperative_waits_gives_its_neighbours_turns() {
        let program = ::tokio::runtime::Builder::new_current_thread().build().unwrap();
        assert!(program.block_on(turns_of_a_neighbour(Tokio, drained())) >= TURNS);
    }

    #[test]
    fn endless_loop_of_cooperative_waits_does_not_outlive_its_timeout() {
        finishes(|| {
            Tokio.block_on(async {
                let endless = async {
                    let queue = Queue::with_capacity(1).unwrap();
                    loop {
                        queue.try_push(()).unwrap();
                        queue.pop().cooperative().await.unwrap();
                    }
                };
                assert_eq!(timeout(Tokio, SOON, endless).await, Err::<(), _>(Elapsed(())));
            });
        });
    }

    #[test]
    fn deadline_of_a_wait_needs_no_budget() {
        finishes(|| {
            // As many as the budget has, twice over, and none of them leaves the poll.
            let waits = async {
                let event = Event::new();
                for _ in 0..300 {
                    let wait = event.wait().within(Tokio, Duration::from_micros(1));
                    assert_eq!(blocking::wait(wait), Err(Elapsed(())));
                }
            };
            Tokio.block_on(async { ::tokio::spawn(waits).await.unwrap() });
        });
    }
}
