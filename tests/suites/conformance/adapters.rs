//! The additions of the adapters: deadlines, and waits from ordinary threads.

use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::sync::Arc;
use std::thread;

use anywake::{
    Condition, Elapsed, Event, Lock, Queue, Runtime, Semaphore, SpawnBlocking as _, Task, Wait, blocking,
};
use anywake_tests::on_every_runtime;
use anywake_tests::runtimes::{Threads, until};
use futures_util::StreamExt;

use crate::{LONG, SHORT, outputs, queue_up, spawn_all};

/// The number of threads, and of tasks, that share one object.
const EACH: usize = 3;
const ROUNDS: usize = 40;

async fn within_ends_every_wait<R: Runtime>() {
    let (lock, semaphore, event) = (Arc::new(Lock::new(())), Arc::new(Semaphore::new(0)), Event::new());
    let (condition, queue) =
        (Condition::new(), Queue::with_capacity(1).expect("there is memory for one item"));
    let guard = lock.lock().await;
    assert_eq!(lock.lock().within(R::default(), SHORT).await.err(), Some(Elapsed(())));
    assert_eq!(Arc::clone(&lock).lock_owned().within(R::default(), SHORT).await.err(), Some(Elapsed(())));
    assert_eq!(semaphore.acquire().within(R::default(), SHORT).await.err(), Some(Elapsed(())));
    assert_eq!(semaphore.acquire_many(2).within(R::default(), SHORT).await.err(), Some(Elapsed(())));
    assert_eq!(
        Arc::clone(&semaphore).acquire_owned().within(R::default(), SHORT).await.err(),
        Some(Elapsed(()))
    );
    assert_eq!(event.wait().within(R::default(), SHORT).await, Err(Elapsed(())));
    assert_eq!(condition.wait(guard).within(R::default(), SHORT).await.err(), Some(Elapsed(())));
    let guard = lock.try_lock().expect("an elapsed wait does not lock again");
    assert_eq!(
        condition.wait_for(guard, |()| false).within(R::default(), SHORT).await.err(),
        Some(Elapsed(()))
    );
    assert_eq!(queue.pop().within(R::default(), SHORT).await, Err(Elapsed(())));
    queue.try_push(1).expect("there is room");
    assert_eq!(
        queue.push(2).within(R::default(), SHORT).await,
        Err(Elapsed(2)),
        "the error returns the item"
    );
    assert_eq!(queue.join().within(R::default(), SHORT).await, Err(Elapsed(())));
    let waiters =
        (lock.waiters(), semaphore.waiters(), event.waiters(), condition.waiters(), queue.waiters());
    assert_eq!(waiters, (0, 0, 0, 0, 0), "no waiter is left");
}

async fn within_lets_a_wait_through_that_is_granted<R: Runtime>() {
    let (lock, semaphore, event) = (Lock::new(5), Semaphore::new(1), Event::new());
    let queue = Queue::with_capacity(1).expect("there is memory for one item");
    event.set();
    for deadline in [Duration::ZERO, LONG] {
        assert_eq!(lock.lock().within(R::default(), deadline).await.map(|guard| *guard), Ok(5));
        let acquired =
            semaphore.acquire().within(R::default(), deadline).await.expect("the wait is granted in time");
        assert_eq!(acquired.map(|permit| permit.count()), Ok(1));
        assert_eq!(event.wait().within(R::default(), deadline).await, Ok(()));
        assert_eq!(queue.push(1).within(R::default(), deadline).await, Ok(Ok(())));
        assert_eq!(queue.pop().within(R::default(), deadline).await, Ok(Ok(1)));
    }
}

async fn a_task_is_waited_for_within_a_time<R: Runtime>() {
    let event = Arc::new(Event::new());
    let mut task = R::default().spawn({
        let event = Arc::clone(&event);
        async move { event.wait().await }
    });
    assert!((&mut task).within(R::default(), SHORT).await.is_err(), "the task waits for the event");
    event.set();
    assert!(matches!((&mut task).within(R::default(), LONG).await, Ok(Ok(()))));
}

async fn until_ends_a_wait_at_any_event<R: Runtime>() {
    let queue = Arc::new(Queue::with_capacity(1).expect("there is memory for one item"));
    let stop = Arc::new(Event::new());
    queue.try_push(usize::MAX).expect("there is room");
    let tasks = queue_up::<R, _>(
        6,
        || queue.waiters(),
        |number| {
            let (queue, stop) = (Arc::clone(&queue), Arc::clone(&stop));
            async move { queue.push(number).until(stop.wait()).await }
        },
    )
    .await;
    assert_eq!(queue.pop().await, Ok(usize::MAX));
    stop.set();
    let mut ends = outputs(tasks).await.into_iter();
    assert_eq!(ends.next(), Some(Ok(Ok(()))), "the first item was pushed before the stop");
    assert!(ends.eq((1..6).map(|number| Err(Elapsed(number)))), "each error returns its own item");
    assert_eq!(queue.try_pop(), Ok(0));
}

/// Waits whose deadline passes while they are queued do not hold up the waits behind them.
async fn an_elapsed_wait_makes_way_for_the_next<R: Runtime>() {
    let lock = Arc::new(Lock::new(()));
    let guard = lock.lock().await;
    let hasty = spawn_all::<R, _>(3, |_| {
        let lock = Arc::clone(&lock);
        async move { lock.lock().within(R::default(), SHORT).await.is_err() }
    });
    let patient = R::default().spawn({
        let lock = Arc::clone(&lock);
        async move { drop(lock.lock().await) }
    });
    assert_eq!(outputs(hasty).await, [true; 3]);
    drop(guard);
    patient.await.expect("the patient task gets the lock");
    assert_eq!(lock.waiters(), 0);
}

/// Deadlines that pass while a grant is under way: each item is pushed or returned, and no item is lost in a pop.
async fn deadlines_that_race_with_grants_lose_nothing<R: Runtime>() {
    let queue = Arc::new(Queue::with_capacity(1).expect("there is memory for one item"));
    let pushers = spawn_all::<R, _>(EACH, |pusher| {
        let queue = Arc::clone(&queue);
        async move {
            let mut pushed = Vec::new();
            for number in 0..ROUNDS {
                let item = pusher * ROUNDS + number;
                match queue.push(item).until(R::default().yield_now()).await {
                    Ok(end) => {
                        end.expect("the queue is open");
                        pushed.push(item);
                    }
                    Err(Elapsed(back)) => assert_eq!(back, item),
                }
            }
            pushed
        }
    });
    let poppers = spawn_all::<R, _>(EACH, |_| {
        let queue = Arc::clone(&queue);
        async move {
            let mut popped = Vec::new();
            loop {
                match queue.pop().until(R::default().yield_now()).await {
                    Ok(Ok(item)) => popped.push(item),
                    Ok(Err(_)) => return popped,
                    Err(Elapsed(())) => R::default().yield_now().await,
                }
            }
        }
    });
    let mut pushed = outputs(pushers).await.concat();
    queue.close();
    let mut popped = outputs(poppers).await.concat();
    pushed.sort_unstable();
    popped.sort_unstable();
    assert_eq!(pushed, popped);
}

/// Starts ordinary threads that work on a shared object, and returns handles that a task can await.
fn on_threads<T, O>(shared: &Arc<T>, work: fn(Arc<T>) -> O) -> Vec<Task<O>>
where
    T: Send + Sync + 'static,
    O: Send + 'static,
{
    (0..EACH)
        .map(|_| {
            let shared = Arc::clone(shared);
            Threads.spawn_blocking(move || work(shared))
        })
        .collect()
}

async fn threads_and_tasks_share_a_lock<R: Runtime>() {
    let lock = Arc::new(Lock::new(0));
    let tasks = spawn_all::<R, _>(EACH, |_| {
        let lock = Arc::clone(&lock);
        async move {
            for _ in 0..ROUNDS {
                let mut count = lock.lock().await;
                let before = *count;
                R::default().yield_now().await;
                *count = before + 1;
            }
        }
    });
    let threads = on_threads(&lock, |lock| {
        for _ in 0..ROUNDS {
            let mut count = blocking::wait(lock.lock());
            let before = *count;
            thread::yield_now();
            *count = before + 1;
        }
    });
    outputs(tasks).await;
    outputs(threads).await;
    assert_eq!(*lock.lock().await, 2 * EACH * ROUNDS);
}

async fn threads_and_tasks_share_a_semaphore<R: Runtime>() {
    let shared = Arc::new((Semaphore::new(2), AtomicUsize::new(0)));
    let tasks = spawn_all::<R, _>(EACH, |_| {
        let shared = Arc::clone(&shared);
        async move {
            for _ in 0..ROUNDS {
                let _permit = shared.0.acquire().await.expect("the semaphore is open");
                assert!(shared.1.fetch_add(1, Ordering::Relaxed) < 2);
                R::default().yield_now().await;
                shared.1.fetch_sub(1, Ordering::Relaxed);
            }
        }
    });
    let threads = on_threads(&shared, |shared| {
        for _ in 0..ROUNDS {
            let _permit = blocking::wait(shared.0.acquire()).expect("the semaphore is open");
            assert!(shared.1.fetch_add(1, Ordering::Relaxed) < 2);
            thread::yield_now();
            shared.1.fetch_sub(1, Ordering::Relaxed);
        }
    });
    outputs(tasks).await;
    outputs(threads).await;
    assert_eq!(shared.0.available_permits(), 2);
}

async fn items_pass_between_threads_and_tasks<R: Runtime>() {
    let queues = Arc::new((
        Queue::with_capacity(2).expect("there is memory for two items"),
        Queue::with_capacity(2).expect("there is memory for two items"),
    ));
    // Tasks feed threads, which feed tasks.
    let feeders = spawn_all::<R, _>(EACH, |feeder| {
        let queues = Arc::clone(&queues);
        async move {
            for number in 0..ROUNDS {
                queues.0.push(feeder * ROUNDS + number).await.expect("the queue is open");
            }
        }
    });
    let threads = on_threads(&queues, |queues| {
        while let Ok(item) = blocking::wait(queues.0.pop()) {
            blocking::wait(queues.1.push(item)).expect("the queue is open");
        }
    });
    let eaters = spawn_all::<R, _>(EACH, |_| {
        let queues = Arc::clone(&queues);
        async move { queues.1.stream().collect::<Vec<_>>().await }
    });
    outputs(feeders).await;
    queues.0.close();
    outputs(threads).await;
    queues.1.close();
    let mut eaten = outputs(eaters).await.concat();
    eaten.sort_unstable();
    assert!(eaten.into_iter().eq(0..EACH * ROUNDS), "each item is popped exactly once");
}

async fn threads_wait_for_tasks<R: Runtime>() {
    let shared = Arc::new((Event::new(), Lock::new(0), Condition::new()));
    let threads = on_threads(&shared, |shared| {
        let (event, lock, condition) = &*shared;
        blocking::wait(event.wait());
        let mut count = blocking::wait(condition.wait_for(blocking::wait(lock.lock()), |count| *count > 0));
        *count -= 1;
    });
    until::<R>(|| shared.0.waiters() == EACH).await;
    shared.0.set();
    for _ in 0..EACH {
        *shared.1.lock().await += 1;
        shared.2.notify_one();
        R::default().yield_now().await;
    }
    outputs(threads).await;
    assert_eq!(*shared.1.lock().await, 0);
}

async fn a_thread_waits_no_longer_than_its_timeout<R: Runtime>() {
    let queue = Arc::new(Queue::with_capacity(1).expect("there is memory for one item"));
    queue.push(0).await.expect("the queue is open");
    let threads =
        on_threads(&queue, |queue| blocking::wait_timeout(queue.push(1), SHORT).map_err(|end| end.0));
    assert_eq!(outputs(threads).await, [Err(1); EACH]);
    assert_eq!((queue.pop().await, queue.waiters()), (Ok(0), 0));
    let threads = on_threads(&queue, |queue| blocking::wait_timeout(queue.pop(), LONG));
    until::<R>(|| queue.waiters() == EACH).await;
    for item in 0..EACH {
        queue.push(item).await.expect("the queue is open");
    }
    let mut popped: Vec<_> = outputs(threads).await.into_iter().flatten().flatten().collect();
    popped.sort_unstable();
    assert!(popped.into_iter().eq(0..EACH));
}

on_every_runtime! {
    within_ends_every_wait,
    within_lets_a_wait_through_that_is_granted,
    a_task_is_waited_for_within_a_time,
    until_ends_a_wait_at_any_event,
    an_elapsed_wait_makes_way_for_the_next,
    deadlines_that_race_with_grants_lose_nothing,
    threads_and_tasks_share_a_lock,
    threads_and_tasks_share_a_semaphore,
    items_pass_between_threads_and_tasks,
    threads_wait_for_tasks,
    a_thread_waits_no_longer_than_its_timeout,
}
