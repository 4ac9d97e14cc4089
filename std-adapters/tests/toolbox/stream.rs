//! The streams.

use core::cell::Cell;
use core::future::{Future, pending, poll_fn};
use core::pin::{Pin, pin};
use core::task::Poll;
use core::time::Duration;
use std::rc::Rc;
use std::sync::Arc;

use anywake::stream::Emitter;
use anywake::test_util::{Probe, Simulated, Simulation, poll};
use anywake::{Elapsed, Queue, QueueExt as _, Runtime, assert_pending, assert_ready, stream};
use futures_util::{FutureExt as _, SinkExt as _, Stream, StreamExt as _, stream as streams};

use crate::support::{Live, Log, event};

async fn generator_yields_and_ends<R: Runtime>(rt: R) {
    let numbers = stream::generator(|emitter| async move {
        for n in 0..10 {
            rt.yield_now().await;
            emitter.emit(n).await;
        }
    });
    assert_eq!(numbers.collect::<Vec<_>>().await, (0..10).collect::<Vec<_>>());
}

async fn generator_can_be_fed_by_several<R: Runtime>(rt: R) {
    let numbers = stream::generator(|emitter| async move {
        let tasks = [0, 1, 2].map(|task| {
            let emitter = emitter.clone();
            rt.spawn(async move {
                for n in 0..10 {
                    emitter.emit(task * 10 + n).await;
                }
            })
        });
        anywake::gather(tasks).await.unwrap();
    });
    let mut numbers: Vec<_> = numbers.collect().await;
    numbers.sort_unstable();
    assert_eq!(numbers, (0..30).collect::<Vec<_>>());
}

async fn buffered_keeps_items_and_order<R: Runtime>(rt: R) {
    let numbers = stream::buffered(rt, 3, streams::iter(0..50)).unwrap();
    assert_eq!(numbers.collect::<Vec<_>>().await, (0..50).collect::<Vec<_>>());
}

async fn buffered_runs_ahead_only_so_far<R: Runtime>(rt: R) {
    let log = Log::default();
    let noted = log.clone();
    let mut numbers = stream::buffered(rt, 3, streams::iter(0..50).inspect(move |n| noted.add(n))).unwrap();
    while log.lines().len() < 4 {
        rt.yield_now().await;
    }
    for _ in 0..20 {
        rt.yield_now().await;
    }
    assert_eq!(log.lines().len(), 4, "three are waiting and one is in hand");
    assert_eq!(numbers.next().await, Some(0));
    while log.lines().len() < 5 {
        rt.yield_now().await;
    }
}

async fn dropped_buffer_stops_the_producer<R: Runtime>(rt: R) {
    let live = Live::default();
    let token = live.token();
    let endless = streams::repeat_with(move || Arc::clone(&token));
    let mut numbers = stream::buffered(rt, 2, endless).unwrap();
    drop(numbers.next().await);
    drop(numbers);
    live.gone(rt).await;
}

async fn panic_of_a_buffered_stream_comes_after_its_items<R: Runtime>(rt: R) {
    let numbers = streams::iter(0..3).inspect(|&n| assert!(n < 2, "at two"));
    let mut numbers = stream::buffered(rt, 8, numbers).unwrap();
    assert_eq!((numbers.next().await, numbers.next().await), (Some(0), Some(1)));
    let panicked = core::panic::AssertUnwindSafe(numbers.next()).catch_unwind().await;
    assert_eq!(panicked.unwrap_err().downcast_ref(), Some(&"at two"));
}

async fn chunks_over_a_queue<R: Runtime>(rt: R) {
    let queue = Arc::new(Queue::with_capacity(4).unwrap());
    let chunks =
        stream::chunks_timeout(rt, 5, Duration::from_secs(600), stream::from_queue(Arc::clone(&queue)));
    let producer = rt.spawn(async move {
        for n in 0..12 {
            queue.push(n).await.unwrap();
        }
        queue.close();
    });
    let chunks: Vec<_> = chunks.collect().await;
    assert_eq!(chunks, [vec![0, 1, 2, 3, 4], vec![5, 6, 7, 8, 9], vec![10, 11]]);
    producer.await.unwrap();
}

async fn merged_queues_are_all_read<R: Runtime>(rt: R) {
    let queues = [1, 2, 3].map(|capacity| Arc::new(Queue::with_capacity(capacity).unwrap()));
    let mut place = 0;
    let producers = queues.each_ref().map(|queue| {
        let (queue, first) = (Arc::clone(queue), place * 100);
        place += 1;
        rt.spawn(async move {
            let mut sink = pin!(queue.sink());
            for n in first..first + 100 {
                sink.send(n).await.unwrap();
            }
            sink.close().await.unwrap();
        })
    });
    let merged: Vec<_> = stream::merge(queues.iter().map(|queue| queue.stream())).collect().await;
    for producer in producers {
        producer.await.unwrap();
    }
    for place in 0..3 {
        let own: Vec<_> = merged.iter().copied().filter(|n| n / 100 == place).collect();
        assert_eq!(own, (place * 100..(place + 1) * 100).collect::<Vec<_>>(), "in the order of its queue");
    }
}

async fn deadline_ends_a_stream<R: Runtime>(rt: R) {
    let items: Vec<_> =
        stream::within(rt, streams::pending::<u8>(), Duration::from_millis(5)).collect().await;
    assert_eq!(items, [Err(Elapsed(()))]);
    let items: Vec<_> = stream::within(rt, streams::iter([1]), Duration::from_secs(600)).collect().await;
    assert_eq!(items, [Ok(1)]);
}

on_each_runtime! {
    generator_yields_and_ends
    generator_can_be_fed_by_several
    buffered_keeps_items_and_order
    buffered_runs_ahead_only_so_far
    dropped_buffer_stops_the_producer
    panic_of_a_buffered_stream_comes_after_its_items
    chunks_over_a_queue
    merged_queues_are_all_read
    deadline_ends_a_stream
}

#[test]
fn generator_stands_still_between_two_items() {
    let log = Log::default();
    let noted = log.clone();
    let mut numbers = Box::pin(stream::generator(|emitter| async move {
        for n in 0..3 {
            noted.add(format!("makes {n}"));
            emitter.emit(n).await;
            noted.add(format!("goes on after {n}"));
        }
    }));
    assert_eq!(log.lines().len(), 0, "nothing before it is asked");
    assert_eq!(numbers.next().now_or_never(), Some(Some(0)));
    assert_eq!(log.lines(), ["makes 0"]);
    assert_eq!(numbers.next().now_or_never(), Some(Some(1)));
    assert_eq!(log.lines(), ["makes 0", "goes on after 0", "makes 1"]);
    assert_eq!(numbers.next().now_or_never(), Some(Some(2)));
    assert_eq!(numbers.next().now_or_never(), Some(None));
    assert_eq!(numbers.next().now_or_never(), Some(None));
    assert_eq!(log.lines().last().unwrap(), "goes on after 2");
}

#[test]
fn dropped_generator_drops_its_body_where_it_stands() {
    let live = Live::default();
    let (token, deep) = (live.token(), event());
    let waits = Arc::clone(&deep);
    let mut numbers = Box::pin(stream::generator(|emitter| async move {
        let _token = token;
        emitter.emit(1).await;
        waits.wait().await;
    }));
    assert_eq!(numbers.next().now_or_never(), Some(Some(1)));
    assert_eq!(numbers.next().now_or_never(), None);
    assert_eq!((live.count(), deep.waiters()), (1, 1));
    drop(numbers);
    assert_eq!((live.count(), deep.waiters()), (0, 0));
}

#[test]
fn emitter_outside_of_an_ended_generator_does_not_hang() {
    let smuggled = Cell::new(None);
    let numbers = stream::generator(|emitter| {
        smuggled.set(Some(emitter));
        async {}
    });
    let emitter = smuggled.take().unwrap();
    assert_eq!(numbers.collect::<Vec<u8>>().now_or_never(), Some(vec![]));
    assert_eq!(emitter.emit(1).now_or_never(), Some(()));
}

#[test]
fn item_emitted_by_another_task_wakes_the_consumer() {
    let handed = Cell::new(None);
    let mut numbers = Box::pin(stream::generator(|emitter| {
        handed.set(Some(emitter));
        pending()
    }));
    let emitter = handed.take().unwrap();
    let mut next = Probe::new(numbers.next());
    assert_pending!(next.poll());
    let mut emit = Probe::new(emitter.emit(5));
    assert_pending!(emit.poll());
    assert_eq!(next.wakes(), 1);
    assert_eq!(assert_ready!(next.poll()), Some(5));
    assert_pending!(emit.poll(), "until the next one is asked for");
    drop(next);
    assert_pending!(Probe::new(numbers.next()).poll());
    assert_ready!(emit.poll());
}

#[test]
fn queue_stream_that_is_dropped_loses_no_item() {
    let queue = Arc::new(Queue::with_capacity(2).unwrap());
    let mut items = Box::pin(stream::from_queue(Arc::clone(&queue)));
    let mut next = Probe::new(items.next());
    assert_pending!(next.poll());
    queue.try_push(1).unwrap();
    assert_eq!(next.wakes(), 1);
    drop(next);
    drop(items);
    assert_eq!(queue.try_pop(), Ok(1));
}

#[test]
fn merge_takes_nothing_before_it_is_asked() {
    let queues = [Queue::with_capacity(1).unwrap(), Queue::with_capacity(1).unwrap()];
    queues.iter().for_each(|queue| queue.try_push(()).unwrap());
    let mut merged = stream::merge(queues.iter().map(Queue::stream));
    assert!(queues.iter().all(Queue::is_full));
    assert_eq!(merged.next().now_or_never(), Some(Some(())));
    assert_eq!(
        queues.iter().filter(|queue| queue.is_full()).count(),
        1,
        "the other one's producer still waits"
    );
}

/// A chunk is full, or its time is over; the clock runs from its first item, and only while somebody waits.
#[test]
fn chunks_by_time() {
    const STEP: Duration = Duration::from_secs(1);
    Simulation::new().run(async {
        let ticks = stream::generator(|emitter| async move {
            for n in 0..7 {
                Simulated.sleep(STEP).await;
                emitter.emit(n).await;
            }
            Simulated.sleep(10 * STEP).await;
            emitter.emit(7).await;
        });
        let mut chunks = pin!(stream::chunks_timeout(Simulated, 5, 5 * STEP / 2, ticks));
        assert_eq!(chunks.next().await, Some(vec![0, 1, 2]));
        assert_eq!(Simulated.elapsed(), 7 * STEP / 2);
        // Nobody waits.
        Simulated.sleep(100 * STEP).await;
        assert_eq!(chunks.next().await, Some(vec![3, 4, 5]));
        assert_eq!(chunks.next().await, Some(vec![6]));
        assert_eq!(chunks.next().await, Some(vec![7]));
        assert_eq!(chunks.next().await, None);
    });
}

#[test]
fn nothing_is_no_capacity_and_no_chunk() {
    assert!(stream::buffered(Simulated, 0, streams::iter([1])).is_err());
    let zero = std::panic::catch_unwind(|| {
        drop(stream::chunks_timeout(Simulated, 0, Duration::ZERO, streams::iter([1])))
    });
    assert!(zero.is_err());
}

/// A deadline that comes at the given look at it.
fn at_look(look: usize) -> impl Future<Output = ()> {
    let mut looks = 0;
    poll_fn(move |_| {
        looks += 1;
        if looks < look { Poll::Pending } else { Poll::Ready(()) }
    })
}

#[test]
fn stream_that_is_always_ready_ends_at_its_deadline() {
    let items = stream::until(streams::repeat(1).take(9), at_look(4)).collect::<Vec<_>>();
    assert_eq!(items.now_or_never().unwrap(), [Ok(1), Ok(1), Ok(1), Err(Elapsed(()))]);
}

#[test]
fn item_that_is_ready_at_the_deadline_stays_where_it_is() {
    let queue = Queue::with_capacity(2).unwrap();
    (0..2).try_for_each(|n| queue.try_push(n)).unwrap();
    let items = stream::until(queue.stream(), at_look(2)).collect::<Vec<_>>();
    assert_eq!(items.now_or_never().unwrap(), [Ok(0), Err(Elapsed(()))]);
    assert_eq!(queue.try_pop(), Ok(1));
}

#[test]
fn stream_that_ends_before_its_deadline_has_no_last_error() {
    let items = stream::until(streams::iter([1]), at_look(3)).collect::<Vec<_>>();
    assert_eq!(items.now_or_never().unwrap(), [Ok(1)]);
}

#[test]
fn stream_past_its_deadline_is_dropped_at_once() {
    let live = Live::default();
    let forever = live.forever::<u8>();
    let mut until = pin!(stream::until(streams::once(forever), async {}));
    assert_eq!(until.next().now_or_never(), Some(Some(Err(Elapsed(())))));
    assert_eq!(live.count(), 0);
    assert_eq!(until.next().now_or_never(), Some(None));
    assert!(poll(pin!(until.next())).is_ready());
}

#[test]
fn emitter_outside_of_a_generator_that_was_dropped_with_an_item_taken_does_not_hang() {
    let (mut numbers, emitter) = generator_that_waits();
    let mut emit = Probe::new(emitter.emit(5));
    assert_pending!(emit.poll());
    assert_eq!(numbers.next().now_or_never(), Some(Some(5)));
    assert_pending!(emit.poll());
    drop(numbers);
    assert_eq!(emit.wakes(), 1);
    assert_ready!(emit.poll());
}

#[test]
fn item_that_nobody_took_is_dropped_with_the_generator() {
    let live = Live::default();
    let (numbers, emitter) = generator_that_waits();
    let mut emit = Probe::new(emitter.emit(live.token()));
    let mut behind = Probe::new(emitter.emit(live.token()));
    assert_pending!(emit.poll());
    assert_pending!(behind.poll());
    drop(numbers);
    assert_ready!(emit.poll());
    assert_ready!(behind.poll());
    assert_eq!(live.count(), 0);
}

#[test]
fn emit_does_not_wait_for_the_item_of_another_emitter() {
    let (mut numbers, emitter) = generator_that_waits();
    let mut first = Probe::new(emitter.emit(1));
    let mut second = Probe::new(emitter.emit(2));
    assert_pending!(first.poll());
    assert_pending!(second.poll());
    assert_eq!(numbers.next().now_or_never(), Some(Some(1)));
    assert_pending!(second.poll(), "its item is in the slot now");
    assert_eq!(numbers.next().now_or_never(), Some(Some(2)));
    assert_eq!(first.wakes(), 1);
    assert_ready!(first.poll());
    assert_pending!(second.poll());
    assert_eq!(numbers.next().now_or_never(), None);
    assert_ready!(second.poll());
}

#[test]
fn item_of_an_emit_that_was_given_up_holds_up_nobody() {
    let (mut numbers, emitter) = generator_that_waits();
    let mut given_up = Probe::new(emitter.emit(1));
    assert_pending!(given_up.poll());
    drop(given_up);
    let mut emit = Probe::new(emitter.emit(2));
    assert_pending!(emit.poll());
    assert_eq!(numbers.next().now_or_never(), Some(Some(1)));
    assert_eq!(numbers.next().now_or_never(), Some(Some(2)));
    assert_eq!(numbers.next().now_or_never(), None);
    assert_ready!(emit.poll());
}

/// A generator whose items come from elsewhere.
fn generator_that_waits<T: 'static>() -> (Pin<Box<dyn Stream<Item = T>>>, Emitter<T>) {
    let handed = Rc::new(Cell::new(None));
    let hands = Rc::clone(&handed);
    let stream = stream::generator(move |emitter| {
        hands.set(Some(emitter));
        pending()
    });
    (Box::pin(stream), handed.take().unwrap())
}
