//! [`LocalPool`] and [`ThreadPool`]: the adapters for the executors of futures.

use core::cell::RefCell;
use core::future::{Future, poll_fn};
use core::mem;
use core::pin::pin;
use core::task::Poll;
use core::time::Duration;
use std::rc::Rc;
use std::sync::LazyLock;
use std::thread;
use std::time::Instant;

use ::futures_executor as executor;
use anywake_core::Timer;
use futures_util::task::{AtomicWaker, LocalFutureObj, LocalSpawn as _};

use super::clock::ThreadSleep;
use super::{BlockOn, Executor, Spawn, SpawnBlocking, SpawnLocal, local_methods, methods};
use crate::task::turn::refuse_in_a_task;

/// The `LocalPool` of [futures](https://docs.rs/futures-executor): all tasks run on the thread that is in its
/// [`block_on`](BlockOn::block_on), and need not be `Send`.
///
/// The tasks belong to the `block_on` that they are spawned in, and those that still run are dropped when it returns.
/// Outside of it there is nothing that could run a task, so that spawning one panics. The executor has no timers and no
/// pool of threads: sleeps are ended by a thread of this crate, and each blocking function has a thread of its own.
#[derive(Clone, Copy, Debug, Default)]
pub struct LocalPool;

methods!(LocalPool);
local_methods!(LocalPool);

thread_local! {
    static ENTRANCE: RefCell<Option<Rc<Entrance>>> = const { RefCell::new(None) };
}

/// Where new tasks wait until the future of `block_on` is polled next, which takes them into the pool.
///
/// A pool goes on as long as its tasks spawn others, and does not poll that future in between. So nothing is spawned into it
/// while it runs.
#[derive(Default)]
struct Entrance {
    tasks: RefCell<Vec<LocalFutureObj<'static, ()>>>,
    /// Of the future of `block_on`.
    waker: AtomicWaker,
}

/// When this is dropped, the thread has the entrance that it had before.
struct Before(Option<Rc<Entrance>>);

impl Drop for Before {
    fn drop(&mut self) {
        ENTRANCE.set(self.0.take());
    }
}

impl Executor for LocalPool {
    fn name(self) -> &'static str {
        "futures local pool"
    }
}

impl BlockOn for LocalPool {
    fn block_on<F: Future>(self, future: F) -> F::Output {
        refuse_in_a_task();
        let mut pool = executor::LocalPool::new();
        let (spawner, entrance) = (pool.spawner(), Rc::<Entrance>::default());
        let _before = Before(ENTRANCE.replace(Some(Rc::clone(&entrance))));
        let mut future = pin!(future);
        pool.run_until(poll_fn(|cx| {
            entrance.waker.register(cx.waker());
            for task in entrance.tasks.take() {
                spawner.spawn_local_obj(task).expect("the pool of this thread runs");
            }
            future.as_mut().poll(cx)
        }))
    }
}

impl Spawn for LocalPool {
    fn spawn_detached<F: Future<Output = ()> + Send + 'static>(self, future: F) {
        self.spawn_local_detached(future);
    }
}

impl SpawnLocal for LocalPool {
    fn spawn_local_detached<F: Future<Output = ()> + 'static>(self, future: F) {
        let entrance = ENTRANCE.with_borrow(Clone::clone);
        let entrance = entrance.expect("a task of `LocalPool` is spawned inside of its `block_on`");
        entrance.tasks.borrow_mut().push(LocalFutureObj::new(Box::new(future)));
        entrance.waker.wake();
    }
}

impl SpawnBlocking for LocalPool {
    fn spawn_blocking_detached<F: FnOnce() + Send + 'static>(self, job: F) {
        thread::spawn(job);
    }
}

impl Timer for LocalPool {
    type Instant = Instant;
    type Sleep = ThreadSleep;

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, duration: Duration) -> ThreadSleep {
        ThreadSleep::new(duration)
    }
}

/// A `ThreadPool` of [futures](https://docs.rs/futures-executor), which belongs to the process and has a thread for each
/// processor.
///
/// The executor has no timers and no threads for blocking functions: sleeps are ended by a thread of this crate, and each
/// blocking function has a thread of its own.
#[derive(Clone, Copy, Debug, Default)]
pub struct ThreadPool;

methods!(ThreadPool);

static POOL: LazyLock<executor::ThreadPool> =
    LazyLock::new(|| executor::ThreadPool::new().expect("the threads of a pool"));

impl Executor for ThreadPool {
    fn name(self) -> &'static str {
        "futures thread pool"
    }

    fn yield_now(self) -> impl Future<Output = ()> + Send + 'static {
        let mut yielded = false;
        poll_fn(move |cx| {
            if mem::replace(&mut yielded, true) {
                return Poll::Ready(());
            }
            // A worker polls a task that wakes itself again at once. So another one wakes it, from behind in the queue.
            let waker = cx.waker().clone();
            POOL.spawn_ok(async move { waker.wake() });
            Poll::Pending
        })
    }
}

impl BlockOn for ThreadPool {
    fn block_on<F: Future>(self, future: F) -> F::Output {
        refuse_in_a_task();
        executor::block_on(future)
    }
}

impl Spawn for ThreadPool {
    fn spawn_detached<F: Future<Output = ()> + Send + 'static>(self, future: F) {
        POOL.spawn_ok(future);
    }
}

impl SpawnBlocking for ThreadPool {
    fn spawn_blocking_detached<F: FnOnce() + Send + 'static>(self, job: F) {
        thread::spawn(job);
    }
}

impl Timer for ThreadPool {
    type Instant = Instant;
    type Sleep = ThreadSleep;

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, duration: Duration) -> ThreadSleep {
        ThreadSleep::new(duration)
    }
}
