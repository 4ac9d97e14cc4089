//! Futures that hold a guard, a permit, a queue or a wait of ours across an `await` can be spawned, also if what
//! they carry has a lifetime.
//!
//! The compiler looks at the body of an `async` block with each lifetime on its own. A type that names one of
//! them twice and relies on their being equal is "not general enough" there, so these tests are that it compiles.

use std::sync::Arc;

use anywake_core::{
    Condition, Event, Lock, LockGuard, OwnedLockGuard, OwnedPermit, Queue, Semaphore, StaticQueue,
};
use anywake_tests::{Task, block_on};
use core::future::{Future, pending, ready};

/// What runtimes ask of a task.
fn spawn<F: Future<Output: Send> + Send + 'static>(future: F) -> Task<F> {
    Task::new(future)
}

/// A moment at which a task may be moved to another thread.
async fn elsewhere() {
    ready(()).await;
}

#[test]
fn guards_are_held_across_awaits() {
    static LOCK: Lock<&'static str> = Lock::new("borrowed");
    spawn(async {
        let guard = LOCK.lock().await;
        elsewhere().await;
        let part = LockGuard::map(guard, |text| text);
        elsewhere().await;
        assert_eq!(*part, "borrowed");
    })
    .ready();
    let lock = Arc::new(Lock::new(("owned", 1)));
    spawn(async move {
        let guard = lock.clone().lock_owned().await;
        elsewhere().await;
        let part = OwnedLockGuard::map(guard, |pair| &mut pair.0);
        elsewhere().await;
        assert_eq!(*part, "owned");
        drop(part);
        assert_eq!(lock.lock().await.1, 1);
    })
    .ready();
}

#[test]
fn permits_are_held_across_awaits_and_passed_on() {
    let semaphore = Arc::new(Semaphore::new(3));
    let queue = Arc::new(Queue::<OwnedPermit>::with_capacity(2).unwrap());
    spawn(async move {
        let one = semaphore.acquire().await.unwrap();
        let two = semaphore.clone().acquire_many_owned(2).await.unwrap();
        queue.push(two).await.unwrap();
        elsewhere().await;
        drop((one, queue.pop().await.unwrap()));
        assert_eq!(semaphore.available_permits(), 3);
    })
    .ready();
}

#[test]
fn queues_carry_what_has_a_lifetime() {
    static QUEUE: StaticQueue<&'static str, 2> = StaticQueue::new();
    let queue: Arc<Queue<&'static str>> = Arc::new(Queue::with_capacity(2).unwrap());
    spawn(async move {
        for queued in ["one", "two"] {
            queue.push(queued).await.unwrap();
            QUEUE.push(queue.pop().await.unwrap()).await.unwrap();
            elsewhere().await;
        }
        (0..2).for_each(|_| queue.task_done().unwrap());
        queue.join().await;
        assert_eq!((QUEUE.pop().await, QUEUE.pop().await), (Ok("one"), Ok("two")));
    })
    .ready();
}

#[test]
fn waits_for_a_condition_and_an_event_are_held_across_awaits() {
    let shared = Arc::new((Lock::new("before"), Condition::new(), Event::new()));
    let waiter = shared.clone();
    let mut task = spawn(async move {
        let (lock, condition, event) = &*waiter;
        let guard = condition.wait_for(lock.lock().await, |text| *text == "after").await;
        let (guard, notified) = condition.wait_until(guard, event.wait()).await;
        elsewhere().await;
        (*guard, notified)
    });
    assert!(task.poll().is_pending());
    *block_on(shared.0.lock()) = "after";
    shared.1.notify_all();
    assert!(task.poll().is_pending());
    shared.2.set();
    assert_eq!(task.ready(), ("after", false));
    drop(spawn(async move {
        let (lock, condition, _) = &*shared;
        drop(condition.wait_until(lock.lock().await, pending::<()>()).await);
    }));
}
