//! Futures that hold guards, permits, queues or waits across an `await` can be spawned, also if their types have
//! lifetimes.
//!
//! The compiler checks `Send` of an `async` block with each lifetime replaced by a fresh one. A public type that names
//! its `T` twice, say as a parameter and inside the handle that holds the lock, then fails as soon as `T` has a
//! lifetime: "implementation is not general enough". All of this is checked when the tests are compiled. They also run,
//! so that the blocks are known to work.

mod barrier;
mod broadcast;
mod cancellation_token;
mod condition;
mod event;
mod latch;
mod lock;
mod notify;
mod once_cell;
mod oneshot;
mod queue;
mod rwlock;
mod semaphore;
mod signal;
mod wait_group;
mod watch;

use core::future::Future;
use core::time::Duration;
use std::sync::Arc;

use anywake::{Condition, Event, Lock, Queue, Semaphore, Tokio, Wait};

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
    let Ok(output) = wait.within(Tokio, LONG).await else { panic!("the wait is ready at once") };
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
        let bypassed = Arc::new(Semaphore::with_bypass(2, 1));
        drop((soon(bypassed.acquire()).await.unwrap(), soon(bypassed.acquire_many(1)).await.unwrap()));
        drop(soon(bypassed.acquire_many_owned(2)).await.unwrap());
        soon(queue.push("item")).await.unwrap();
        assert_eq!(soon(queue.pop()).await, Ok("item"));
        queue.task_done().unwrap();
        soon(queue.join()).await;
    });
}
