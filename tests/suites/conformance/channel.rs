//! Channels: the end of a conversation, whichever side goes first and however it goes.

use std::sync::Arc;

use anywake::channel::{Sender, bounded, unbounded};
use anywake::{Closed, Event, Lock, PushError, Runtime, SenderExt, StaticQueue, TaskError, Wait};
use anywake_tests::runtimes::until;
use anywake_tests::{Drops, Item, on_every_runtime};
use futures_util::{SinkExt, StreamExt, stream};

use crate::{LONG, cancel, outputs, queue_up, spawn_all};

const ITEMS: usize = 60;

async fn consumers_end_when_the_last_producer_has_returned<R: Runtime>() {
    let (sender, receiver) = bounded(2);
    let producers = spawn_all::<R, _>(3, |producer| {
        let sender = sender.clone();
        async move {
            for number in 0..ITEMS {
                sender.send((producer, number)).await.expect("there are receivers");
            }
        }
    });
    let consumers = spawn_all::<R, _>(3, |_| {
        let receiver = receiver.clone();
        async move {
            let mut count = 0;
            while receiver.recv().await.is_ok() {
                count += 1;
            }
            count
        }
    });
    drop((sender, receiver));
    outputs(producers).await;
    assert_eq!(outputs(consumers).await.into_iter().sum::<usize>(), 3 * ITEMS);
}

async fn a_producer_that_panics_ends_its_consumer<R: Runtime>() {
    let (sender, receiver) = bounded(1);
    let producer = R::default().spawn(async move {
        sender.send(1).await.expect("there is a receiver");
        panic!("the producer fails");
    });
    assert_eq!((receiver.recv().await, receiver.recv().await), (Ok(1), Err(Closed)));
    assert!(matches!(producer.await, Err(TaskError::Panicked(_))));
}

async fn a_producer_that_is_cancelled_ends_its_consumer<R: Runtime>() {
    let (sender, receiver) = bounded::<()>(1);
    let producer = R::default().spawn(async move {
        sender.closed().await;
    });
    until::<R>(|| receiver.queue().waiters() == 1).await;
    let consumer = receiver.clone();
    let consumer = queue_up::<R, _>(
        1,
        || receiver.queue().waiters(),
        |_| {
            let consumer = consumer.clone();
            async move { consumer.recv().await }
        },
    )
    .await;
    cancel(producer).await;
    assert_eq!(outputs(consumer).await, [Err(Closed)]);
}

async fn producers_fail_when_the_last_consumer_is_gone<R: Runtime>() {
    let drops = Drops::new();
    let (sender, receiver) = bounded::<Item>(2);
    sender.send(drops.item(1)).await.expect("there is room");
    sender.send(drops.item(2)).await.expect("there is room");
    let waiting = queue_up::<R, _>(
        3,
        || sender.queue().waiters(),
        |number| {
            let (sender, item) = (sender.clone(), drops.item(3 + number as u32));
            async move { sender.send(item).await.is_err() }
        },
    )
    .await;
    drop(receiver);
    assert_eq!(outputs(waiting).await, [true; 3]);
    assert_eq!(drops.count(), 5, "what is queued goes with the receiver, and what waited came back");
    let Err(PushError(_)) = sender.send(drops.item(9)).await else { panic!("nobody receives") };
}

/// An actor that owns its state, and answers each request: the commonest use of a channel.
async fn an_actor_serves_requests_until_its_handles_are_gone<R: Runtime>() {
    enum Request {
        Add(u32),
        Sum(Sender<u32>),
    }

    let (actor, requests) = bounded(4);
    let task = R::default().spawn(async move {
        let mut sum = 0;
        while let Ok(request) = requests.recv().await {
            match request {
                Request::Add(number) => sum += number,
                // A client that does not wait for the answer any more is no failure of the actor.
                Request::Sum(answer) => drop(answer.try_send(sum)),
            }
        }
        sum
    });
    let clients = spawn_all::<R, _>(4, |client| {
        let actor = actor.clone();
        async move {
            actor.send(Request::Add(client as u32)).await.map_err(|_| "the actor runs").unwrap();
            let (answer, sum) = bounded(1);
            actor.send(Request::Sum(answer)).await.map_err(|_| "the actor runs").unwrap();
            sum.recv().await.expect("the actor answers")
        }
    });
    drop(actor);
    assert!(outputs(clients).await.into_iter().all(|sum| sum <= 6));
    assert_eq!(task.await.expect("the actor ends with its handles"), 6);
}

async fn room_is_reserved_before_an_item_is_made<R: Runtime>() {
    let (sender, receiver) = bounded(1);
    let made = Arc::new(Lock::new(Vec::new()));
    let producers = spawn_all::<R, _>(4, |number| {
        let (sender, made) = (sender.clone(), Arc::clone(&made));
        async move {
            let slot =
                sender.reserve().within(R::default(), LONG).await.expect("in time").expect("it is open");
            // Nobody else has room, so the items are made in the order in which they are received.
            made.lock().await.push(number);
            slot.send(number).expect("there is a receiver");
        }
    });
    drop(sender);
    let received: Vec<_> = receiver.into_stream().collect().await;
    outputs(producers).await;
    assert_eq!(received, *made.lock().await);
}

async fn a_reservation_that_is_cancelled_leaves_its_room<R: Runtime>() {
    let (sender, receiver) = bounded(1);
    let slot = sender.reserve().await.expect("there is room");
    let waiting = queue_up::<R, _>(
        2,
        || sender.queue().waiters(),
        |number| {
            let sender = sender.clone();
            async move { sender.reserve().await.expect("it is open").send(number).is_ok() }
        },
    )
    .await;
    let mut waiting = waiting.into_iter();
    cancel(waiting.next().expect("two wait")).await;
    drop(slot);
    assert_eq!(receiver.recv().await, Ok(1));
    assert_eq!(outputs(waiting.collect()).await, [true]);
}

async fn streams_are_forwarded_into_one_channel<R: Runtime>() {
    let (sender, receiver) = bounded(2);
    let producers = spawn_all::<R, _>(3, |producer| {
        let sink = sender.clone().into_sink();
        async move {
            let numbers = stream::iter((0..ITEMS).map(move |number| (producer, number)));
            numbers.map(Ok).forward(sink).await.expect("there is a receiver");
        }
    });
    drop(sender);
    let received: Vec<_> = receiver.into_stream().collect().await;
    outputs(producers).await;
    for producer in 0..3 {
        let of_one = received.iter().filter(|(by, _)| *by == producer).map(|(_, number)| *number);
        assert!(of_one.eq(0..ITEMS), "each stream keeps its order");
    }
    assert_eq!(received.len(), 3 * ITEMS, "the channel ends when the last sink is closed");
}

/// Each stage owns both of its ends, and passes on what it receives. The middle one is over a queue in a `static`.
async fn a_pipeline_of_sinks_and_streams_ends_from_its_source<R: Runtime>() {
    let middle: &'static StaticQueue<usize, 1> = Box::leak(Box::new(StaticQueue::new()));
    let ((first, to_double), (doubled, to_add)) = (bounded(1), middle.split());
    let double = R::default().spawn(async move {
        to_double.into_stream().map(|number| Ok(2 * number)).forward(doubled.into_sink()).await.is_ok()
    });
    let add = R::default()
        .spawn(async move { to_add.into_stream().fold(0, |sum, number| async move { sum + number }).await });
    stream::iter(1..=ITEMS).map(Ok).forward(first.into_sink()).await.expect("there is a receiver");
    assert!(double.await.expect("the task ends with its source"));
    assert_eq!(add.await.expect("the task ends with its source"), ITEMS * (ITEMS + 1));
}

async fn a_sink_that_is_cancelled_while_it_is_ready_leaves_its_room<R: Runtime>() {
    let (sender, receiver) = bounded(1);
    let waiting = queue_up::<R, _>(
        1,
        || usize::from(sender.try_reserve().is_err()),
        |_| {
            let mut sink = Box::pin(sender.clone().into_sink());
            async move {
                core::future::poll_fn(|context| sink.as_mut().poll_ready_unpin(context))
                    .await
                    .expect("it is open");
                core::future::pending::<()>().await;
                sink.send(9).await.expect("it is open");
            }
        },
    )
    .await;
    let next = queue_up::<R, _>(
        1,
        || receiver.queue().waiters(),
        |_| {
            let sender = sender.clone();
            async move { sender.send(1).await.is_ok() }
        },
    )
    .await;
    for ready in waiting {
        cancel(ready).await;
    }
    assert_eq!(outputs(next).await, [true]);
    assert_eq!(receiver.recv().await, Ok(1));
}

async fn forwarding_fails_when_the_last_receiver_is_gone<R: Runtime>() {
    let (sender, receiver) = bounded(2);
    let forward = R::default().spawn(async move {
        let mut made = 0;
        let numbers = stream::repeat(7).inspect(|_| made += 1);
        let error = numbers.map(Ok).forward(sender.into_sink()).await.expect_err("nobody receives");
        (error.into_inner(), made)
    });
    assert_eq!(receiver.recv().await, Ok(7));
    drop(receiver);
    let (item, made) = forward.await.expect("the task ends when nobody receives");
    assert!(item.is_none_or(|item| item == 7) && made < 9, "it stops at once: {item:?} of {made}");
}

async fn many_are_received_at_once<R: Runtime>() {
    let (sender, receiver) = bounded(8);
    let producer = R::default().spawn(async move {
        for number in 0..ITEMS {
            sender.send(number).await.expect("there is a receiver");
        }
    });
    let mut items = Vec::new();
    while receiver.recv_many(&mut items, 5).await > 0 {}
    assert!(items.into_iter().eq(0..ITEMS));
    producer.await.expect("the task completes");
}

async fn a_sender_without_a_bound_is_no_task<R: Runtime>() {
    let (sender, receiver) = unbounded();
    let consumer = R::default().spawn(async move { receiver.into_stream().collect::<Vec<_>>().await });
    // From a thread that no runtime knows.
    let producer = std::thread::spawn(move || {
        (0..10 * ITEMS).for_each(|number| sender.send_now(number).expect("there is a receiver"));
    });
    let items = consumer.await.expect("the task ends with the last sender");
    assert!(items.into_iter().eq(0..10 * ITEMS));
    producer.join().expect("the thread ends");
}

async fn a_sender_hears_that_nobody_listens<R: Runtime>() {
    let (sender, receiver) = bounded::<()>(1);
    let begun = Arc::new(Event::new());
    let worker = R::default().spawn({
        let begun = Arc::clone(&begun);
        async move {
            begun.set();
            sender.closed().await;
        }
    });
    begun.wait().await;
    drop(receiver);
    worker.await.expect("the task ends when nobody listens");
}

on_every_runtime! {
    consumers_end_when_the_last_producer_has_returned,
    a_producer_that_panics_ends_its_consumer,
    a_producer_that_is_cancelled_ends_its_consumer,
    producers_fail_when_the_last_consumer_is_gone,
    an_actor_serves_requests_until_its_handles_are_gone,
    room_is_reserved_before_an_item_is_made,
    a_reservation_that_is_cancelled_leaves_its_room,
    streams_are_forwarded_into_one_channel,
    a_pipeline_of_sinks_and_streams_ends_from_its_source,
    a_sink_that_is_cancelled_while_it_is_ready_leaves_its_room,
    forwarding_fails_when_the_last_receiver_is_gone,
    many_are_received_at_once,
    a_sender_without_a_bound_is_no_task,
    a_sender_hears_that_nobody_listens,
}
