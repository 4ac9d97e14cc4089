//! Oneshots: answers to requests, and what happens if either side goes.

use anywake::channel::bounded;
use anywake::oneshot::{Sender, channel};
use anywake::{Closed, Oneshot, Runtime, TaskError, Wait};
use anywake_tests::runtimes::until;
use anywake_tests::{Drops, on_every_runtime};

use crate::{SHORT, cancel, outputs, spawn_all};

/// An actor that owns its state, and answers each request by the sender that came with it.
async fn an_actor_answers_each_request<R: Runtime>() {
    enum Request {
        Add(u32),
        Sum(Sender<u32>),
    }
    const CLIENTS: usize = 4;
    let (actor, requests) = bounded(2);
    let task = R::default().spawn(async move {
        let mut sum = 0;
        while let Ok(request) = requests.recv().await {
            match request {
                Request::Add(number) => sum += number,
                // A client that does not wait for the answer any more is no failure of the actor.
                Request::Sum(answer) => drop(answer.send(sum)),
            }
        }
        sum
    });
    let clients = spawn_all::<R, _>(CLIENTS, |client| {
        let actor = actor.clone();
        async move {
            for _ in 0..20 {
                actor.send(Request::Add(client as u32)).await.map_err(|_| "the actor runs").unwrap();
                let (answer, sum) = channel();
                actor.send(Request::Sum(answer)).await.map_err(|_| "the actor runs").unwrap();
                assert!(sum.await.expect("the actor answers") >= client as u32);
            }
        }
    });
    drop(actor);
    outputs(clients).await;
    assert_eq!(task.await.expect("the actor ends with its handles"), 20 * 6);
}

async fn a_task_that_panics_ends_the_wait_for_its_answer<R: Runtime>() {
    let (sender, receiver) = channel::<u32>();
    let task = R::default().spawn(async move {
        let _sender = sender;
        panic!("the task fails");
    });
    assert_eq!(receiver.await, Err(Closed));
    assert!(matches!(task.await, Err(TaskError::Panicked(_))));
}

async fn a_task_that_is_cancelled_ends_the_wait_for_its_answer<R: Runtime>() {
    let (sender, receiver) = channel::<u32>();
    let (begun, begins) = channel();
    let task = R::default().spawn(async move {
        begun.send(()).expect("the test waits");
        sender.closed().await;
    });
    begins.await.expect("the task runs");
    cancel(task).await;
    assert_eq!(receiver.await, Err(Closed));
}

async fn a_worker_stops_when_nobody_waits_for_its_answer<R: Runtime>() {
    let drops = Drops::new();
    let (sender, receiver) = channel();
    let item = drops.item(1);
    let client = R::default().spawn(async move { receiver.await });
    let worker = R::default().spawn(async move {
        sender.closed().await;
        sender.send(item).is_err()
    });
    cancel(client).await;
    assert_eq!(worker.await.ok(), Some(true));
    assert_eq!(drops.count(), 1);
}

async fn a_receive_with_a_deadline_can_be_tried_again<R: Runtime>() {
    let (sender, mut receiver) = channel();
    for _ in 0..2 {
        assert!(receiver.recv().within(R::default(), SHORT).await.is_err());
    }
    let answers = R::default().spawn(async move { sender.send(1).is_ok() });
    assert_eq!(receiver.recv().await, Ok(1));
    assert_eq!(answers.await.ok(), Some(true));
}

async fn one_slot_serves_many_rounds<R: Runtime>() {
    let mut slot = Oneshot::new();
    for round in 0..50 {
        let (sender, mut receiver) = slot.split();
        if round % 2 == 0 {
            sender.send(round).unwrap();
        } else {
            drop(sender);
        }
        R::default().yield_now().await;
        assert_eq!(receiver.recv().await, if round % 2 == 0 { Ok(round) } else { Err(Closed) });
    }
}

async fn many_answers_at_once_all_arrive<R: Runtime>() {
    let (senders, receivers): (Vec<_>, Vec<_>) = (0..40).map(|_| channel()).unzip();
    let waiting: Vec<_> =
        receivers.into_iter().map(|receiver| R::default().spawn(async move { receiver.await })).collect();
    until::<R>(|| senders.iter().all(|sender: &Sender<usize>| sender.waiters() == 1)).await;
    for (number, sender) in senders.into_iter().enumerate() {
        sender.send(number).expect("its receiver waits");
    }
    let answers: Result<Vec<_>, _> = outputs(waiting).await.into_iter().collect();
    assert_eq!(answers, Ok(Vec::from_iter(0..40)));
}

on_every_runtime! {
    an_actor_answers_each_request,
    a_task_that_panics_ends_the_wait_for_its_answer,
    a_task_that_is_cancelled_ends_the_wait_for_its_answer,
    a_worker_stops_when_nobody_waits_for_its_answer,
    a_receive_with_a_deadline_can_be_tried_again,
    one_slot_serves_many_rounds,
    many_answers_at_once_all_arrive,
}
