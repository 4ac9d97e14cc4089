//! Futures that hold guards, permits, queues or waits across an `await` can be spawned, also if their types have
//! lifetimes.
//!
//! The compiler checks `Send` of an `async` block with each lifetime replaced by a fresh one. A public type that names
//! its `T` twice, say as a parameter and inside the handle that holds the lock, then fails as soon as `T` has a
//! lifetime: "implementation is not general enough". All of this is checked when the tests are compiled. They also run,
//! so that the blocks are known to work.

mod rwlock;

use core::future::{Future, pending, ready};
use core::time::Duration;
use std::sync::Arc;

use anywake::{
    Condition, Event, Lock, LockGuard, OwnedLockGuard, OwnedPermit, Queue, Runtime, Semaphore, StaticQueue,
    Tokio, Wait,
};

const LONG: Duration = Duration::from_secs(60);

/// Spawns a future, with the bounds of `Runtime::spawn`, and runs it to its end.
fn spawned(future: impl Future<Output = ()> + Send + 'static) {
    Tokio.block_on(Tokio.spawn(future)).unwrap();
}

fn text() -> Arc<Lock<&'static str>> {
    Arc::new(Lock::new("text"))
}

/// A helper that is generic over the wait. Whether its future can be spawned is checked at the call.
async fn soon<W: Wait>(wait: W) -> W::Output {
    let Ok(output) = wait.within::<Tokio>(LONG).await else { panic!("the wait is ready at once") };
    output
}

#[test]
fn generic_helper_takes_every_wait() {
    spawned(async {
        let (lock, count, condition, event) = (text(), Lock::new(1), Condition::new(), Event::new());
        let semaphore = Arc::new(Semaphore::new(2));
        let queue = Queue::<&str>::with_capacity(1).unwrap();
        event.set();
        soon(event.wait()).await;
        drop(soon(lock.lock()).await);
        drop(soon(condition.wait_for(count.lock().await, |count| *count > 0)).await);
        drop(soon(lock.lock_owned()).await);
        drop((soon(semaphore.acquire()).await.unwrap(), soon(semaphore.acquire_many(1)).await.unwrap()));
        drop(soon(Arc::clone(&semaphore).acquire_owned()).await.unwrap());
        drop(soon(semaphore.acquire_many_owned(2)).await.unwrap());
        soon(queue.push("item")).await.unwrap();
        assert_eq!(soon(queue.pop()).await, Ok("item"));
        queue.task_done().unwrap();
        soon(queue.join()).await;
    });
}

#[test]
fn lock_guards_across_an_await() {
    spawned(async {
        let lock = text();
        let guard = lock.lock().await;
        ready(()).await;
        drop(guard);
        let mapped = LockGuard::map(lock.lock().await, |text| text);
        ready(()).await;
        drop(mapped);
        let owned = Arc::clone(&lock).lock_owned().await;
        ready(()).await;
        drop(OwnedLockGuard::map(owned, |text| text));
        assert!(lock.lock().within::<Tokio>(LONG).await.is_ok());
        assert!(lock.lock_owned().within::<Tokio>(LONG).await.is_ok());
    });
}

#[test]
fn condition_waits_across_an_await() {
    spawned(async {
        let (lock, condition) = (text(), Condition::new());
        let guard = condition.wait_for(lock.lock().await, |text| !text.is_empty()).await;
        let (guard, notified) = condition.wait_until(guard, ready(())).await;
        assert!(!notified);
        let elapsed = condition.wait(guard).until(ready(())).await;
        assert!(elapsed.is_err());
        let owned = Arc::clone(&lock).lock_owned().await;
        assert!(condition.wait(owned).within::<Tokio>(Duration::ZERO).await.is_err());
        let guard = lock.lock().await;
        let never = condition.wait_until(guard, pending::<()>()).within::<Tokio>(Duration::ZERO);
        assert!(never.await.is_err());
    });
}

#[test]
fn condition_waits_in_two_tasks() {
    let shared = Arc::new((text(), Condition::new(), Event::new()));
    let waiter = Arc::clone(&shared);
    let task = Tokio.spawn(async move {
        let (lock, condition, event) = &*waiter;
        let guard = lock.lock().await;
        event.set();
        let guard = condition.wait_for(guard, |text| *text == "after").await;
        *guard
    });
    spawned(async move {
        let (lock, condition, event) = &*shared;
        event.wait().await;
        *lock.lock().await = "after";
        condition.notify_all();
    });
    assert_eq!(Tokio.block_on(task).unwrap(), "after");
}

#[test]
fn permits_across_an_await() {
    spawned(async {
        let semaphore = Arc::new(Semaphore::new(3));
        let (one, two) = (semaphore.acquire().await.unwrap(), semaphore.acquire_many(2).await.unwrap());
        ready(()).await;
        drop((one, two));
        assert!(semaphore.acquire().within::<Tokio>(LONG).await.is_ok());
        assert!(semaphore.acquire_many(2).within::<Tokio>(LONG).await.is_ok());
        let permits = Queue::<OwnedPermit>::with_capacity(1).unwrap();
        permits.push(Arc::clone(&semaphore).acquire_many_owned(2).await.unwrap()).await.unwrap();
        ready(()).await;
        drop(permits.pop().await.unwrap());
        assert_eq!(semaphore.available_permits(), 3);
        assert!(semaphore.acquire_owned().within::<Tokio>(LONG).await.is_ok());
    });
}

#[test]
fn queues_of_items_with_a_lifetime_across_an_await() {
    spawned(async {
        let queue = Arc::new(Queue::<&'static str>::with_capacity(1).unwrap());
        queue.push("item").await.unwrap();
        assert_eq!(queue.push("late").within::<Tokio>(Duration::ZERO).await.unwrap_err().0, "late");
        assert_eq!(queue.pop().within::<Tokio>(LONG).await.unwrap(), Ok("item"));
        queue.task_done().unwrap();
        queue.join().within::<Tokio>(LONG).await.unwrap();

        static STATIC: StaticQueue<&str, 1> = StaticQueue::new();
        STATIC.push("item").await.unwrap();
        assert_eq!(STATIC.pop().await, Ok("item"));

        // Guards and permits can be items too.
        let guards = Queue::with_capacity(1).unwrap();
        guards.push(text().lock_owned().await).await.unwrap();
        assert_eq!(*guards.pop().await.unwrap(), "text");
    });
}

#[test]
fn events_across_an_await() {
    spawned(async {
        let event = Arc::new(Event::new());
        event.set();
        event.wait().within::<Tokio>(LONG).await.unwrap();
    });
}
