//! One side of each primitive on one runtime, the other side on another, for all ordered pairs.
//!
//! A waker belongs to the runtime of the waiting task, and is called on a thread of the other runtime. A primitive that
//! relied on its own runtime would hang here. Plain threads are also paired with themselves, since that pair runs where
//! no runtime does.

use core::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

use anywake::{Condition, Event, Lock, Queue, Runtime, Semaphore, blocking, semaphore::Mode};

const ROUNDS: usize = if cfg!(miri) { 10 } else { 100 };

/// Both sides increment a counter behind a lock.
fn lock<W: Runtime, O: Runtime>() {
    async fn side<R: Runtime>(shared: Arc<(Lock<usize>, AtomicBool)>) {
        let (lock, occupied) = &*shared;
        for _ in 0..ROUNDS {
            let mut count = lock.lock().await;
            assert!(!occupied.swap(true, Ordering::Relaxed), "two tasks own the lock");
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
        blocking::wait(task).expect("the task completes");
    }
    assert_eq!(*shared.0.try_lock().expect("both tasks have unlocked"), 2 * ROUNDS);
}

/// Each time, the lock is held until the task of the other runtime waits for it.
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
        blocking::wait(owner).expect("the waiter queues");
        blocking::wait(waiter).expect("the waiter gets the lock");
    }
}

/// One side only acquires permits, and the other only releases them.
fn semaphore<W: Runtime, O: Runtime>() {
    permits_come_from_elsewhere::<W, O, _>(Semaphore::new(0));
}

fn semaphore_with_bypass<W: Runtime, O: Runtime>() {
    permits_come_from_elsewhere::<W, O, _>(Semaphore::with_bypass(0, 2));
}

fn permits_come_from_elsewhere<W: Runtime, O: Runtime, M: Mode>(semaphore: Semaphore<M>) {
    let semaphore = Arc::new(semaphore);
    let waiter = W::default().spawn({
        let semaphore = Arc::clone(&semaphore);
        async move {
            for round in 0..ROUNDS {
                semaphore.acquire_many(1 + round % 3).await.expect("the semaphore is open").forget();
            }
            semaphore.acquire().await.map(|permit| permit.count())
        }
    });
    let other = O::default().spawn({
        let semaphore = Arc::clone(&semaphore);
        async move {
            for _ in 0..(0..ROUNDS).map(|round| 1 + round % 3).sum() {
                semaphore.release(1).expect("the semaphore has no bound");
                O::default().yield_now().await;
            }
            // With a bypass the waiter may be woken, and not have taken its permits yet: a close would refuse it.
            while semaphore.waiters() == 0 || semaphore.available_permits() > 0 {
                O::default().yield_now().await;
            }
            semaphore.close();
        }
    });
    blocking::wait(other).expect("the task completes");
    assert_eq!(blocking::wait(waiter).expect("the task completes"), Err(anywake::Closed));
    assert_eq!((semaphore.available_permits(), semaphore.waiters()), (0, 0));
}

/// Two runtimes take turns by two events.
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
        blocking::wait(task).expect("the task completes");
    }
    assert!(events[0].is_set() && !events[1].is_set(), "the last turn sets the first event");
}

/// One side waits for stock. The other adds one piece at a time, after the previous one is taken.
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
        blocking::wait(task).expect("the task completes");
    }
    assert_eq!(*shop.stock.try_lock().expect("both tasks have unlocked"), 0);
}

/// The queue has one slot, so that both sides wait again and again.
fn queue<W: Runtime, O: Runtime>() {
    let queue = Arc::new(Queue::with_capacity(1).expect("there is memory for one item"));
    let consumer = W::default().spawn({
        let queue = Arc::clone(&queue);
        async move {
            let mut items = Vec::new();
            while let Ok(item) = queue.pop().await {
                items.push(item);
                queue.task_done().expect("one per item");
            }
            items
        }
    });
    let producer = O::default().spawn({
        let queue = Arc::clone(&queue);
        async move {
            for item in 0..ROUNDS {
                queue.push(item).await.expect("the queue is open");
            }
            queue.join().await;
            queue.close();
        }
    });
    blocking::wait(producer).expect("the task completes");
    let items = blocking::wait(consumer).expect("the consumer ends when the queue is closed");
    assert!(items.into_iter().eq(0..ROUNDS));
}

/// One runtime closes the queue while a push and a join of the other wait. The push returns its item.
fn queue_closed<W: Runtime, O: Runtime>() {
    for _ in 0..ROUNDS / 10 {
        let queue = Arc::new(Queue::with_capacity(1).expect("there is memory for one item"));
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
        blocking::wait(closer).expect("the task completes");
        blocking::wait(joiner).expect("no work is unfinished");
        assert_eq!(blocking::wait(pusher).expect("the task completes"), Err(1));
    }
}

/// Tasks of one runtime are cancelled by the other, while they wait and while they are granted a permit.
fn cancellation<W: Runtime, O: Runtime>() {
    let semaphore = Arc::new(Semaphore::new(1));
    let other = O::default().spawn({
        let semaphore = Arc::clone(&semaphore);
        async move {
            for _ in 0..ROUNDS {
                let permit = semaphore.acquire().await.expect("the semaphore is open");
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
                second.await.expect("the second task gets a permit, whether the first one got it or not");
                drop(first.await);
            }
        }
    });
    blocking::wait(other).expect("the task completes");
    assert_eq!((semaphore.available_permits(), semaphore.waiters()), (1, 0));
}

/// Stamps every scenario for one pair of runtimes.
macro_rules! pairs {
    ($($pair:ident: $waiter:ident, $other:ident;)+) => {$(
        mod $pair {
            pairs! { @tests $waiter, $other,
                [lock lock_handed_over semaphore semaphore_with_bypass event condition queue queue_closed cancellation]
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

// The first runtime is that of the waiter.
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
