//! Broadcasts: every receiver has every value in one order, slow ones hold publishers back or miss values, and the end.

use std::sync::Arc;

use anywake::broadcast::{Receiver, RecvError, channel};
use anywake::{Broadcast, Runtime, TaskError, Wait};
use anywake_tests::on_every_runtime;
use anywake_tests::runtimes::until;

use crate::{LONG, cancel, outputs, spawn_all};

const VALUES: usize = 60;
/// A number of receivers above one batch.
const CROWD: usize = 40;

/// Receives until the end. Returns the values, and how many were missed.
async fn drain<T: Clone>(mut receiver: Receiver<T>) -> (Vec<T>, u64) {
    let (mut values, mut missed) = (Vec::new(), 0);
    loop {
        match receiver.recv().await {
            Ok(value) => values.push(value),
            Err(RecvError::Lagged(more)) => missed += more,
            Err(RecvError::Closed) => return (values, missed),
        }
    }
}

async fn all_receivers_have_all_values_in_one_order<R: Runtime>() {
    let (sender, receiver) = channel(3);
    let receivers = spawn_all::<R, _>(5, |_| drain(receiver.clone()));
    let publishers = spawn_all::<R, _>(3, |publisher| {
        let sender = sender.clone();
        async move {
            for number in 0..VALUES {
                sender.publish((publisher, number)).await.expect("nobody closes it");
            }
        }
    });
    drop((sender, receiver));
    outputs(publishers).await;
    let received = outputs(receivers).await;
    for publisher in 0..3 {
        let of_one = received[0].0.iter().filter(|(from, _)| *from == publisher).map(|(_, number)| *number);
        assert!(of_one.eq(0..VALUES), "the values of one publisher keep their order");
    }
    assert!(received.iter().all(|of_one| *of_one == received[0] && of_one.1 == 0));
}

async fn a_crowd_of_receivers_is_woken_by_one_value<R: Runtime>() {
    let news = Arc::new(Broadcast::<usize, 1>::new());
    let receivers: Vec<_> = (0..CROWD)
        .map(|_| {
            let mut receiver = Arc::clone(&news).receiver_owned();
            R::default().spawn(async move { receiver.recv().await })
        })
        .collect();
    until::<R>(|| news.waiters() == CROWD).await;
    news.publish(7).await.expect("it is open");
    assert!(outputs(receivers).await.into_iter().all(|received| received == Ok(7)));
    assert!(news.is_empty());
}

async fn what_is_received_and_what_is_missed_is_all_that_was_published<R: Runtime>() {
    let (sender, receiver) = channel(4);
    let receivers = spawn_all::<R, _>(4, |pace| {
        let mut receiver = receiver.clone();
        async move {
            let mut next = 0;
            loop {
                match receiver.recv().await {
                    Ok(value) => {
                        assert_eq!(value, next, "nothing is lost silently");
                        next += 1;
                    }
                    Err(RecvError::Lagged(missed)) => next += missed,
                    Err(RecvError::Closed) => return next,
                }
                for _ in 0..pace {
                    R::default().yield_now().await;
                }
            }
        }
    });
    drop(receiver);
    let publisher = R::default().spawn(async move {
        for value in 0..500_u64 {
            sender.publish_now(value).expect("it is open");
            if value % 8 == 0 {
                R::default().yield_now().await;
            }
        }
    });
    outputs(vec![publisher]).await;
    assert_eq!(outputs(receivers).await, [500; 4]);
}

async fn a_receiver_whose_task_is_cancelled_holds_nobody_back<R: Runtime>() {
    let (sender, mut receiver) = channel(1);
    let mut slow = sender.subscribe();
    let task = R::default().spawn(async move {
        slow.recv().await.expect("one value is published");
        // It has one more to read, and never does.
        core::future::pending::<()>().await;
    });
    sender.publish(0).await.expect("it is open");
    assert_eq!(receiver.recv().await, Ok(0));
    sender.publish(1).await.expect("it is open");
    assert_eq!(receiver.recv().await, Ok(1));
    let waiting = sender.clone();
    let publisher = R::default().spawn(async move { waiting.publish(2).await });
    until::<R>(|| sender.broadcast().waiters() == 1).await;
    cancel(task).await;
    assert_eq!(outputs(vec![publisher]).await, [Ok(())]);
    assert_eq!(receiver.recv().within(R::default(), LONG).await, Ok(Ok(2)));
}

async fn a_publisher_that_panics_ends_its_receivers<R: Runtime>() {
    let (sender, receiver) = channel(1);
    let receivers = spawn_all::<R, _>(3, |_| drain(receiver.clone()));
    drop(receiver);
    let publisher = R::default().spawn(async move {
        sender.publish(1).await.expect("it is open");
        panic!("the publisher fails");
    });
    assert!(matches!(publisher.await, Err(TaskError::Panicked(_))));
    assert!(outputs(receivers).await.into_iter().all(|received| received == (vec![1], 0)));
}

async fn closing_ends_every_wait<R: Runtime>() {
    let (sender, receiver) = channel(1);
    sender.publish(0).await.expect("there is room");
    let publishers = spawn_all::<R, _>(3, |value| {
        let sender = sender.clone();
        async move { sender.publish(value).await.is_err() }
    });
    let listener = sender.clone();
    let listener = R::default().spawn(async move { listener.closed().await });
    until::<R>(|| sender.broadcast().waiters() == 4).await;
    assert!(receiver.close());
    assert_eq!(outputs(publishers).await, [true; 3]);
    outputs(vec![listener]).await;
    assert_eq!(drain(receiver).await, (vec![0], 0));
}

on_every_runtime! {
    all_receivers_have_all_values_in_one_order,
    a_crowd_of_receivers_is_woken_by_one_value,
    what_is_received_and_what_is_missed_is_all_that_was_published,
    a_receiver_whose_task_is_cancelled_holds_nobody_back,
    a_publisher_that_panics_ends_its_receivers,
    closing_ends_every_wait,
}
