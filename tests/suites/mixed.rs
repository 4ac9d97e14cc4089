//! One side of each primitive on one runtime, the other side on another, for all ordered pairs.
//!
//! A waker belongs to the runtime of the task that waits, and is called on a thread of the other: this is where a
//! primitive that relies on anything of *its* runtime would hang. Plain threads are paired with themselves too: that part
//! runs where no runtime does.

use core::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

use anywake::{Condition, Event, Lock, Queue, Runtime, Semaphore, blocking};

const ROUNDS: usize = if cfg!(miri) { 10 } else { 100 };

/// Both sides take turns at a lock, which counts for them.
fn lock<W: Runtime, O: Runtime>() {
    async fn side<R: Runtime>(shared: Arc<(Lock<usize>, AtomicBool)>) {
        let (lock, occupied) = &*shared;
        for _ in 0..ROUNDS {
            let mut count = lock.lock().await;
            assert!(!occupied.swap(true, Ordering::Relaxed), "two tasks are inside");
            let before = *count;
            R::default().yield_now().await;
            *count = before + 1;
            occupied.store(false, Ordering::Relaxed);
        }
    }

    let shared = Arc::new((Lock::new(0), AtomicBool::new(false)));
    let tasks = [
        W::default().spawn(side::<W>(Arc::clone(&shared))),
        O::default().spawn(side::<O>(Arc::clone(&shared))),
    ];
    for task in tasks {
        blocking::wait(task).expect("it runs to its end");
    }
    assert_eq!(*shared.0.try_lock().expect("both have unlocked"), 2 * ROUNDS);
}

/// The lock is held until the other runtime's task waits for it, each time.
fn lock_handed_over<W: Runtime, O: Runtime>() {
    let lock = Arc::new(Lock::new(0));
    for round in 0..ROUNDS {
        let guard = blocking::wait(Arc::clone(&lock).lock_owned());
        let waiter = W::default().spawn({
            let lock = Arc::clone(&lock);
            async move { *lock.lock().await += 1 }
        });
        let owner = O::default().spawn({
            let lock = Arc::clone(&lock);
            async move {
                while lock.waiters() == 0 {
                    O::default().yield_now().await;
                }
                assert_eq!(*guard, round);
                drop(guard);
            }
        });
        blocking::wait(owner).expect("somebody comes to wait");
        blocking::wait(waiter).expect("it is given the lock");
    }
}

/// Permits are only ever released on the other side.
fn semaphore<W: Runtime, O: Runtime>() {
    let semaphore = Arc::new(Semaphore::new(0));
    let waiter = W::default().spawn({
        let semaphore = Arc::clone(&semaphore);
        async move {
            for round in 0..ROUNDS {
                semaphore.acquire_many(1 + round % 3).await.expect("it is open").forget();
            }
            semaphore.acquire().await.map(|permit| permit.count())
        }
    });
    let other = O::default().spawn({
        let semaphore = Arc::clone(&semaphore);
        async move {
            for _ in 0..(0..ROUNDS).map(|round| 1 + round % 3).sum() {
                semaphore.release(1).expect("there is no bound");
                O::default().yield_now().await;
            }
            while semaphore.waiters() == 0 {
                O::default().yield_now().await;
            }
            semaphore.close();
        }
    });
    blocking::wait(other).expect("it runs to its end");
    assert_eq!(blocking::wait(waiter).expect("it runs to its end"), Err(anywake::Closed));
    assert_eq!((semaphore.available_permits(), semaphore.waiters()), (0, 0));
}

/// A ball goes to and fro between two runtimes.
fn event<W: Runtime, O: Runtime>() {
    let events = Arc::new([Event::new(), Event::new()]);
    async fn player(events: Arc<[Event; 2]>, side: usize) {
        for _ in 0..ROUNDS {
            events[side].wait().await;
            events[side].clear();
            events[1 - side].set();
        }
    }

    let tasks = [
        W::default().spawn(player(Arc::clone(&events), 0)),
        O::default().spawn(player(Arc::clone(&events), 1)),
    ];
    events[0].set();
    for task in tasks {
        blocking::wait(task).expect("it runs to its end");
    }
    assert!(events[0].is_set() && !events[1].is_set(), "it ends where it began");
}

/// One side waits for a stock, the other brings it, piece by piece, and each piece is asked for.
fn condition<W: Runtime, O: Runtime>() {
    #[derive(Default)]
    struct Shop {
        stock: Lock<usize>,
        more: Condition,
        less: Condition,
    }

    let shop = Arc::new(Shop::default());
    let buyer = W::default().spawn({
        let shop = Arc::clone(&shop);
        async move {
            for _ in 0..ROUNDS {
                let mut stock = shop.more.wait_for(shop.stock.lock().await, |stock| *stock > 0).await;
                *stock -= 1;
                shop.less.notify_one();
            }
        }
    });
    let seller = O::default().spawn({
        let shop = Arc::clone(&shop);
        async move {
            for _ in 0..ROUNDS {
                let mut stock = shop.less.wait_for(shop.stock.lock().await, |stock| *stock == 0).await;
                *stock += 1;
                shop.more.notify_all();
            }
        }
    });
    for task in [buyer, seller] {
        blocking::wait(task).expect("it runs to its end");
    }
    assert_eq!(*shop.stock.try_lock().expect("both have unlocked"), 0);
}

/// Through a queue with one slot, both sides wait all the time.
fn queue<W: Runtime, O: Runtime>() {
    let queue = Arc::new(Queue::with_capacity(1).expect("one item has room"));
    let consumer = W::default().spawn({
        let queue = Arc::clone(&queue);
        async move {
            let mut items = Vec::new();
            while let Ok(item) = queue.pop().await {
                items.push(item);
                queue.task_done().expect("one for each item");
            }
            items
        }
    });
    let producer = O::default().spawn({
        let queue = Arc::clone(&queue);
        async move {
            for item in 0..ROUNDS {
                queue.push(item).await.expect("it is open");
            }
            queue.join().await;
            queue.close();
        }
    });
    blocking::wait(producer).expect("it runs to its end");
    let items = blocking::wait(consumer).expect("it ends when the queue does");
    assert!(items.into_iter().eq(0..ROUNDS));
}

/// The same, with the popping side the one that is woken to find a queue closed, and pushes that come back.
fn queue_closed<W: Runtime, O: Runtime>() {
    for _ in 0..ROUNDS / 10 {
        let queue = Arc::new(Queue::with_capacity(1).expect("one item has room"));
        queue.try_push(0).expect("there is room");
        let pusher = W::default().spawn({
            let queue = Arc::clone(&queue);
            async move { queue.push(1).await.map_err(anywake::PushError::into_inner) }
        });
        let joiner = W::default().spawn({
            let queue = Arc::clone(&queue);
            async move { queue.join().await }
        });
        let closer = O::default().spawn({
            let queue = Arc::clone(&queue);
            async move {
                while queue.waiters() < 2 {
                    O::default().yield_now().await;
                }
                queue.close_now();
            }
        });
        blocking::wait(closer).expect("it runs to its end");
        blocking::wait(joiner).expect("nothing is left to do");
        assert_eq!(blocking::wait(pusher).expect("it runs to its end"), Err(1));
    }
}

/// Tasks of one runtime are cancelled by the other while they wait, and while what they wait for is on its way.
fn cancellation<W: Runtime, O: Runtime>() {
    let semaphore = Arc::new(Semaphore::new(1));
    let other = O::default().spawn({
        let semaphore = Arc::clone(&semaphore);
        async move {
            for _ in 0..ROUNDS {
                let permit = semaphore.acquire().await.expect("it is open");
                let tasks = [(); 2].map(|()| {
                    let semaphore = Arc::clone(&semaphore);
                    W::default().spawn(async move { drop(semaphore.acquire().await) })
                });
                while semaphore.waiters() < 2 {
                    O::default().yield_now().await;
                }
                drop(permit);
                let [first, second] = tasks;
                first.cancel();
                second.await.expect("it gets what the first one got or gave up");
                drop(first.await);
            }
        }
    });
    blocking::wait(other).expect("it runs to its end");
    assert_eq!((semaphore.available_permits(), semaphore.waiters()), (1, 0));
}

/// Stamps every scenario for one pair of runtimes.
macro_rules! pairs {
    ($($pair:ident: $waiter:ident, $other:ident;)+) => {$(
        mod $pair {
            pairs! { @tests $waiter, $other,
                [lock lock_handed_over semaphore event condition queue queue_closed cancellation]
            }
        }
    )+};
    (@tests $waiter:ident, $other:ident, [$($scenario:ident)+]) => {$(
        #[test]
        fn $scenario() {
            use anywake_tests::runtimes;
            anywake_tests::finishes(super::$scenario::<runtimes::$waiter, runtimes::$other>);
        }
    )+};
}

// The waiter's runtime first.
pairs! {
    tokio_by_async_std: TokioMultiThread, AsyncStd;
    tokio_by_smol: TokioMultiThread, Smol;
    tokio_by_threads: TokioMultiThread, Threads;
    async_std_by_tokio: AsyncStd, TokioMultiThread;
    async_std_by_smol: AsyncStd, Smol;
    async_std_by_threads: AsyncStd, Threads;
    smol_by_tokio: Smol, TokioMultiThread;
    smol_by_async_std: Smol, AsyncStd;
    smol_by_threads: Smol, Threads;
    threads_by_tokio: Threads, TokioMultiThread;
    threads_by_async_std: Threads, AsyncStd;
    threads_by_smol: Threads, Smol;
    threads_by_threads: Threads, Threads;
}
