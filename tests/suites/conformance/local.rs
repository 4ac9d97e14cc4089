//! Tasks that stay on their thread and share what is not `Send`: on a `LocalSet`, a `LocalPool`, and by
//! `tests/machines/thread_per_core` on a runtime with a thread per core.

use core::time::Duration;
use std::rc::Rc;
use std::sync::Arc;
use std::thread;

use anywake::{
    BlockOn, Elapsed, Event, Failure, Lock, Notify, Queue, RwLock, Semaphore, SpawnLocal, TaskError, Timer,
    Wait, gather, gather_outputs, task_group, timeout,
};

/// A runtime whose tasks stay on the thread.
pub(crate) trait Local: SpawnLocal + BlockOn + Timer<Sleep: 'static> {}

impl<R: SpawnLocal + BlockOn + Timer<Sleep: 'static>> Local for R {}

const SHORT: Duration = Duration::from_millis(3);
const LONG: Duration = Duration::from_secs(3_600);

async fn until<R: Local>(rt: R, condition: impl Fn() -> bool) {
    while !condition() {
        rt.yield_now().await;
    }
}

pub(crate) async fn a_lock_and_a_semaphore_are_shared_by_rc<R: Local>(rt: R) {
    let shared = Rc::new((Lock::new(0), Semaphore::new(2), RwLock::new(1)));
    let tasks = (0..8).map(|_| {
        let shared = Rc::clone(&shared);
        rt.spawn_local(async move {
            for _ in 0..10 {
                let _permit = shared.1.acquire().await.unwrap();
                let mut count = shared.0.lock().await;
                let before = *count;
                rt.yield_now().await;
                *count = before + *shared.2.read().await;
            }
        })
    });
    gather(tasks.collect::<Vec<_>>()).await.unwrap();
    assert_eq!(*shared.0.lock().await, 80);
}

pub(crate) async fn items_need_not_be_send<R: Local>(rt: R) {
    let queue = Rc::new(Queue::with_capacity(2).unwrap());
    let pushes = Rc::clone(&queue);
    let producer = rt.spawn_local(async move {
        for n in 0..20 {
            pushes.push(Rc::new(n)).await.unwrap();
        }
        pushes.close();
    });
    let mut popped = Vec::new();
    while let Ok(item) = queue.pop().await {
        popped.push(*item);
    }
    producer.await.unwrap();
    assert!(popped.into_iter().eq(0..20));
}

pub(crate) async fn deadlines_return_the_item_and_leave_no_waiter<R: Local>(rt: R) {
    let (queue, lock) = (Queue::with_capacity(1).unwrap(), Lock::new(()));
    queue.try_push(Rc::new(1)).unwrap();
    let begun = rt.now();
    let Err(Elapsed(item)) = queue.push(Rc::new(2)).within(rt, SHORT).await else { panic!("it is full") };
    assert!(rt.now() - begun >= SHORT);
    assert_eq!((*item, queue.waiters()), (2, 0));
    let held = lock.lock().within(rt, LONG).await.unwrap();
    assert!(lock.lock().before(rt, rt.now() + SHORT).await.is_err());
    drop(held);
    assert!(timeout(rt, SHORT, core::future::pending::<()>()).await.is_err());
    assert_eq!(timeout(rt, LONG, async { 3 }).await, Ok(3));
}

pub(crate) async fn a_broadcast_and_a_cancel_reach_tasks<R: Local>(rt: R) {
    let event = Rc::new(Event::new());
    let waits: Vec<_> = (0..40)
        .map(|_| {
            let event = Rc::clone(&event);
            rt.spawn_local(async move {
                event.wait().await;
                Rc::new(1)
            })
        })
        .collect();
    until(rt, || event.waiters() == 40).await;
    event.set();
    assert_eq!(gather_outputs(waits).await.unwrap().len(), 40);

    let notify = Rc::new(Notify::new());
    let awaited = Rc::clone(&notify);
    let cancelled = rt.spawn_local(async move { awaited.notified().await });
    until(rt, || notify.waiters() == 1).await;
    cancelled.cancel();
    assert!(matches!(cancelled.await, Err(TaskError::Cancelled)));
    assert_eq!((notify.waiters(), Rc::strong_count(&notify)), (0, 1));
}

pub(crate) async fn a_group_of_local_tasks_ends_as_one<R: Local>(rt: R) {
    let live = Rc::new(());
    let kept = Rc::clone(&live);
    let failed = task_group(rt, |group| async move {
        let _waits = group.spawn_local(async move {
            let _kept = kept;
            core::future::pending::<Result<Rc<()>, &str>>().await
        });
        rt.yield_now().await;
        group.spawn_local(async { Err::<(), _>("no") });
        core::future::pending::<Result<(), &str>>().await
    });
    assert!(matches!(failed.await.unwrap_err().failures(), [Failure::Error("no")]));
    assert_eq!(Rc::strong_count(&live), 1);
}

pub(crate) async fn a_thread_wakes_a_task<R: Local>(rt: R) {
    let (ask, answer) = (Arc::new(Event::new()), Arc::new(Event::new()));
    let (asked, answers) = (Arc::clone(&ask), Arc::clone(&answer));
    let other = thread::spawn(move || {
        anywake::blocking::wait(asked.wait());
        answers.set();
    });
    let local = Rc::new(());
    let task = rt.spawn_local(async move {
        ask.set();
        answer.wait().await;
        drop(local);
    });
    task.await.unwrap();
    other.join().unwrap();
}

/// The scenarios, by name.
macro_rules! each_local_scenario {
    ($with:ident) => {
        $with! {
            a_lock_and_a_semaphore_are_shared_by_rc
            items_need_not_be_send
            deadlines_return_the_item_and_leave_no_waiter
            a_broadcast_and_a_cancel_reach_tasks
            a_group_of_local_tasks_ends_as_one
            a_thread_wakes_a_task
        }
    };
}
