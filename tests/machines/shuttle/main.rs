//! Scenarios too large for loom, on shuttle: four threads or more, and several primitives at once. Each runs 20 000
//! random schedules and 20 000 of PCT, an algorithm for bugs that need a few switches at certain places.
//!
//! shuttle is sequentially consistent, so only loom checks orderings. A schedule fails by an assertion, by two
//! conflicting accesses to a cell, or by a deadlock, which is the effect of a lost wake.
//!
//! `cd tests/machines/shuttle && cargo test --release`, or with more schedules `SHUTTLE_ROUNDS=1000000 cargo test --release`.

#[cfg(not(all(loom, shuttle)))]
compile_error!("run cargo in this folder, where .cargo/config.toml passes `--cfg loom --cfg shuttle`");

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;

use anywake_core::model::sync::atomic::AtomicUsize;
use anywake_core::model::sync::atomic::Ordering::SeqCst;
use anywake_core::model::thread::{self, JoinHandle};
use anywake_core::model::{block_on, model};
use anywake_core::{Condition, Event, Lock, Queue, Semaphore};

macro_rules! scenarios {
    ($($scenario:ident)+) => {
        mod scenarios {$(
            #[test]
            fn $scenario() {
                super::model(super::$scenario);
            }
        )+}
    };
}

scenarios! { tour quitters market broadcast closing_time throughput }

fn spawn<W: Send + Sync + 'static, F: Future<Output = ()>>(
    world: &Arc<W>,
    role: impl FnOnce(Arc<W>) -> F + Send + 'static,
) -> JoinHandle<()> {
    let world = Arc::clone(world);
    thread::spawn(move || block_on(role(world)))
}

fn join(threads: impl IntoIterator<Item = JoinHandle<()>>) {
    for thread in threads {
        thread.join().expect("a thread of the scenario panicked");
    }
}

/// Polls a wait once.
async fn attempt<F: Future>(mut wait: Pin<&mut F>) -> Option<F::Output> {
    poll_fn(|context| match wait.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

/// Polls a wait once and drops it, then waits by another one.
async fn at_second_attempt<F: Future>(wait: impl Fn() -> F) -> F::Output {
    // Not in the scrutinee of the `match`, whose temporaries live longer: the first wait is dropped before the second.
    let first = attempt(pin!(wait())).await;
    match first {
        Some(output) => output,
        None => wait().await,
    }
}

/// A number that is changed in two steps, so that two threads lose a change if both change it at once.
///
/// The steps are a load and a store, between which threads may switch. A `yield_now` between them would count as a wake
/// in shuttle, and under PCT a task that yields in each poll never sleeps.
#[derive(Debug, Default)]
struct Sum(AtomicUsize);

impl Sum {
    fn get(&self) -> usize {
        self.0.load(SeqCst)
    }

    fn add(&self, number: usize) {
        let before = self.get();
        self.0.store(before + number, SeqCst);
    }
}

/// All five primitives: producers, workers that share a desk and a tally, and a thread that waits for the result.
fn tour() {
    #[derive(Debug)]
    struct Office {
        open: Event,
        jobs: Queue<usize>,
        desks: Semaphore,
        tally: Lock<(Sum, usize)>,
        changed: Condition,
    }
    let office = Arc::new(Office {
        open: Event::new(),
        jobs: Queue::with_capacity(1).unwrap(),
        desks: Semaphore::new(1),
        tally: Lock::default(),
        changed: Condition::new(),
    });
    let producers = [1, 10].map(|number| {
        spawn(&office, async move |office: Arc<Office>| {
            office.open.wait().await;
            office.jobs.push(number).await.unwrap();
            office.jobs.push(number).await.unwrap();
        })
    });
    let workers = [(); 2].map(|()| {
        spawn(&office, async |office: Arc<Office>| {
            while let Ok(number) = office.jobs.pop().await {
                let _desk = office.desks.acquire().await.unwrap();
                let mut tally = office.tally.lock().await;
                tally.0.add(number);
                tally.1 += 1;
                drop(tally);
                office.changed.notify_one();
                office.jobs.task_done().unwrap();
            }
        })
    });

    office.open.set();
    block_on(async {
        let tally = office.changed.wait_for(office.tally.lock().await, |tally| tally.1 == 4).await;
        assert_eq!(tally.0.get(), 22);
        drop(tally);
        office.jobs.join().await;
    });
    office.jobs.close();
    join(producers);
    join(workers);
    assert_eq!(office.desks.available_permits(), 1);
    assert_eq!(office.jobs.unfinished(), 0);
    assert!(!office.tally.is_locked());
}

/// Every thread drops a wait before it waits again, at each of the three primitives that grant something.
fn quitters() {
    #[derive(Debug)]
    struct Desk {
        items: Queue<usize>,
        permits: Semaphore,
        sum: Lock<Sum>,
    }
    let desk = Arc::new(Desk {
        items: Queue::with_capacity(1).unwrap(),
        permits: Semaphore::bounded(2),
        sum: Lock::default(),
    });
    let producers = [1, 10].map(|number| {
        spawn(&desk, async move |desk: Arc<Desk>| {
            let _permits = at_second_attempt(|| desk.permits.acquire_many(2)).await.unwrap();
            let mut push = pin!(desk.items.push(number));
            match attempt(push.as_mut()).await {
                Some(pushed) => pushed.unwrap(),
                // The item may have entered the queue meanwhile. Then `cancel` returns none.
                None => match push.cancel() {
                    Some(number) => desk.items.push(number).await.unwrap(),
                    None => {}
                },
            }
        })
    });
    let consumers = [(); 2].map(|()| {
        spawn(&desk, async |desk: Arc<Desk>| {
            let number = at_second_attempt(|| desk.items.pop()).await.unwrap();
            let _permit = at_second_attempt(|| desk.permits.acquire()).await.unwrap();
            at_second_attempt(|| desk.sum.lock()).await.add(number);
        })
    });
    join(producers);
    join(consumers);
    assert_eq!(desk.permits.available_permits(), 2);
    assert_eq!(desk.permits.waiters() + desk.items.waiters() + desk.sum.waiters(), 0);
    assert!(desk.items.is_empty());
    assert_eq!(desk.sum.try_lock().unwrap().get(), 11);
}

/// Sellers that notify one buyer each, buyers that wait in each of the three ways, and a task that drops its wait.
fn market() {
    #[derive(Debug)]
    struct Market {
        stock: Lock<usize>,
        changed: Condition,
        tired: Event,
    }
    let market = Arc::new(Market { stock: Lock::new(0), changed: Condition::new(), tired: Event::new() });
    let sellers = [(); 2].map(|()| {
        spawn(&market, async |market: Arc<Market>| {
            *market.stock.lock().await += 1;
            market.changed.notify_one();
        })
    });
    let patient = spawn(&market, async |market: Arc<Market>| {
        *market.changed.wait_for(market.stock.lock().await, |stock| *stock > 0).await -= 1;
    });
    let tired = spawn(&market, async |market: Arc<Market>| {
        let mut stock = market.stock.lock().await;
        if *stock == 0 {
            // Notified or tired, the task owns the lock again, and checks the stock.
            stock = market.changed.wait_until(stock, market.tired.wait()).await.0;
        }
        while *stock == 0 {
            stock = market.changed.wait(stock).await;
        }
        *stock -= 1;
    });
    let fickle = spawn(&market, async |market: Arc<Market>| {
        let stock = market.stock.lock().await;
        // If the wait was notified before it is dropped, it forwards the notification.
        drop(attempt(pin!(market.changed.wait(stock))).await);
    });
    market.tired.set();
    join(sellers);
    join([patient, tired, fickle]);
    assert_eq!(*market.stock.try_lock().unwrap(), 0);
    assert_eq!(market.changed.waiters() + market.stock.waiters(), 0);
}

/// Three threads wait, more than one batch of a model holds. One set reaches all of them, although a clear follows at
/// once. A later wait needs another set.
fn broadcast() {
    let event = Arc::new(Event::new());
    let early = [(); 3].map(|()| {
        let event = Arc::clone(&event);
        let mut wait = Box::pin(async move { event.wait().await });
        block_on(async { assert!(attempt(wait.as_mut()).await.is_none()) });
        thread::spawn(move || block_on(wait))
    });
    let late = spawn(&event, async |event: Arc<Event>| {
        event.wait().await;
        event.wait().await;
    });
    let setter = spawn(&event, async |event: Arc<Event>| {
        event.set();
        event.clear();
    });
    join(early);
    join([setter]);
    assert!(!event.is_set());
    event.set();
    join([late]);
    assert_eq!(event.waiters(), 0);
}

/// A queue and a semaphore are closed while two threads push, two pop, and the first two acquire permits. All threads
/// end, and every item is popped or returned.
fn closing_time() {
    #[derive(Debug)]
    struct Shop {
        items: Queue<usize>,
        permits: Semaphore,
        sold: Lock<Sum>,
        returned: Lock<Sum>,
    }
    let shop = Arc::new(Shop {
        items: Queue::with_capacity(1).unwrap(),
        permits: Semaphore::new(1),
        sold: Lock::default(),
        returned: Lock::default(),
    });
    let producers = [1, 10].map(|number| {
        spawn(&shop, async move |shop: Arc<Shop>| {
            let _permit = shop.permits.acquire().await;
            for number in [number, 10 * 10 * number] {
                if let Err(back) = shop.items.push(number).await {
                    shop.returned.lock().await.add(back.into_inner());
                }
            }
        })
    });
    let consumers = [(); 2].map(|()| {
        spawn(&shop, async |shop: Arc<Shop>| {
            while let Ok(number) = at_second_attempt(|| shop.items.pop()).await {
                shop.sold.lock().await.add(number);
            }
        })
    });
    shop.permits.close();
    shop.items.close();
    join(producers);
    join(consumers);
    assert_eq!(shop.sold.try_lock().unwrap().get() + shop.returned.try_lock().unwrap().get(), 1111);
    assert_eq!(shop.permits.available_permits(), 1);
    assert_eq!(shop.items.waiters() + shop.permits.waiters(), 0);
}

/// A lock with bypass, owned guards that are dropped on another thread, and a thread that drops a wait.
fn throughput() {
    let sum = Arc::new(Lock::with_bypass(Sum::default(), 1));
    let keepers = [(); 3].map(|()| {
        spawn(&sum, async |sum: Arc<Lock<Sum>>| {
            for _ in 0..2 {
                let guard = Arc::clone(&sum).lock_owned().await;
                guard.add(1);
                thread::spawn(move || drop(guard));
            }
        })
    });
    let quitter = spawn(&sum, async |sum: Arc<Lock<Sum>>| {
        if let Some(guard) = attempt(pin!(sum.lock())).await {
            guard.add(0);
        }
        at_second_attempt(|| sum.lock()).await.add(1);
    });
    join(keepers);
    join([quitter]);
    assert_eq!(block_on(sum.lock()).get(), 7);
    assert_eq!(sum.waiters(), 0);
}
