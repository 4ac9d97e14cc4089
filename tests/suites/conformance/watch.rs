//! Watches: receivers that see the last value, borrows over awaits, and ends.

use std::sync::Arc;

use anywake::watch::channel;
use anywake::{Closed, Runtime, Watch};
use anywake_tests::on_every_runtime;
use anywake_tests::runtimes::until;

use crate::{cancel, outputs, queue_up, spawn_all};

/// A number of receivers above one batch.
const CROWD: usize = 40;
const VALUES: u64 = 200;

async fn a_send_wakes_all_receivers<R: Runtime>() {
    let (sender, receiver) = channel(0);
    let tasks = queue_up::<R, _>(
        CROWD,
        || sender.waiters(),
        |_| {
            let mut receiver = receiver.clone();
            async move {
                receiver.changed().await.unwrap();
                *receiver.borrow_and_update()
            }
        },
    )
    .await;
    sender.send(7).unwrap();
    assert_eq!(outputs(tasks).await, [7; CROWD]);
}

async fn every_receiver_sees_rising_values_and_the_last_one<R: Runtime>() {
    let (sender, receiver) = channel(0);
    let tasks = spawn_all::<R, _>(4, |_| {
        let mut receiver = receiver.clone();
        async move {
            let mut last = 0;
            while receiver.changed().await.is_ok() {
                // Held over an await, while the sender goes on.
                let value = receiver.borrow_and_update();
                R::default().yield_now().await;
                assert!(*value > last || *value == last && last == VALUES);
                last = *value;
            }
            last
        }
    });
    for value in 1..=VALUES {
        sender.send(value).unwrap();
        if value % 8 == 0 {
            R::default().yield_now().await;
        }
    }
    drop(sender);
    assert_eq!(outputs(tasks).await, [VALUES; 4]);
}

async fn a_task_waits_for_a_value<R: Runtime>() {
    let (sender, mut receiver) = channel(0);
    let waiter = R::default().spawn(async move {
        let found = *receiver.wait_for(|value| *value >= 50).await.unwrap();
        (found, receiver.wait_for(|value| *value > VALUES).await.is_err())
    });
    for value in 1..=VALUES {
        sender.send(value).unwrap();
        R::default().yield_now().await;
    }
    drop(sender);
    let (found, over) = waiter.await.expect("the task completes");
    assert!(found >= 50 && over);
}

async fn the_drop_of_a_borrow_in_another_task_makes_the_last_value_visible<R: Runtime>() {
    let watch = Arc::new(Watch::new(1));
    let one = Arc::clone(&watch).borrow_owned();
    watch.send(2).unwrap();
    let two = Arc::clone(&watch).borrow_owned();
    watch.send(3).unwrap();
    let mut receiver = Arc::clone(&watch).receiver_owned();
    let waiter = R::default().spawn(async move {
        receiver.changed().await.unwrap();
        *receiver.borrow()
    });
    until::<R>(|| watch.waiters() == 1).await;
    R::default().spawn(async move { drop(one) }).await.expect("the task completes");
    assert_eq!(waiter.await.expect("the task completes"), 3);
    assert_eq!(*two, 2);
}

async fn a_cancelled_receiver_is_counted_no_more<R: Runtime>() {
    let (sender, receiver) = channel(0);
    let mut tasks = queue_up::<R, _>(
        CROWD,
        || sender.waiters(),
        |_| {
            let receiver = receiver.clone();
            async move { receiver.changed_owned().await.1 }
        },
    )
    .await;
    drop(receiver);
    for task in tasks.split_off(CROWD / 2) {
        cancel(task).await;
    }
    assert_eq!((sender.waiters(), sender.receiver_count()), (CROWD / 2, CROWD / 2));
    let ended = R::default().spawn(async move {
        sender.closed().await;
        sender.receiver_count()
    });
    R::default().yield_now().await;
    for task in tasks {
        cancel(task).await;
    }
    assert_eq!(ended.await.expect("the task completes"), 0);
}

async fn no_modification_is_lost<R: Runtime>() {
    let watch = Arc::new(Watch::new(0));
    let tasks = spawn_all::<R, _>(4, |_| {
        let watch = Arc::clone(&watch);
        async move {
            for round in 0..VALUES {
                while watch.send_if_modified(|value| {
                    *value += 1;
                    true
                }) != Ok(true)
                {
                    R::default().yield_now().await;
                }
                if round % 8 == 0 {
                    R::default().yield_now().await;
                }
            }
        }
    });
    outputs(tasks).await;
    assert_eq!(*watch.borrow(), 4 * VALUES);
    let mut receiver = watch.receiver();
    watch.close();
    assert_eq!(receiver.changed().await, Err(Closed));
}

on_every_runtime! {
    a_send_wakes_all_receivers,
    every_receiver_sees_rising_values_and_the_last_one,
    a_task_waits_for_a_value,
    the_drop_of_a_borrow_in_another_task_makes_the_last_value_visible,
    a_cancelled_receiver_is_counted_no_more,
    no_modification_is_lost,
}
