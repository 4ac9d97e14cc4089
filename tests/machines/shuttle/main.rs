//! Scenarios too big for loom, on shuttle: four threads and more, several primitives at once, 20 000 schedules each by
//! chance and by PCT, which is good at bugs that need few switches at the right places.
//!
//! The machine is sequentially consistent, so orderings are loom's business. Three mistakes of any size end a schedule:
//! an assertion, two threads in one cell, and nobody who can go on, which is what a lost wake comes to.
//!
//! `cd tests/machines/shuttle && cargo test --release`; with `ROUNDS=1000000` before it, longer.

#[cfg(not(loom))]
compile_error!("run it in its own folder, where .cargo/config.toml passes `--cfg loom`");

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;

use anywake_core::{Condition, Event, Lock, Queue, Semaphore};
use shuttle::future::block_on;
use shuttle::sync::atomic::AtomicUsize;
use shuttle::sync::atomic::Ordering::SeqCst;
use shuttle::thread::{self, JoinHandle};

fn rounds() -> usize {
    std::env::var("ROUNDS").map_or(20_000, |rounds| rounds.parse().expect("ROUNDS is a number"))
}

macro_rules! scenarios {
    ($($scenario:ident)+) => {$(
        mod $scenario {
            #[test]
            fn by_chance() {
                shuttle::check_random(super::$scenario, super::rounds());
            }

            #[test]
            fn by_pct() {
                shuttle::check_pct(super::$scenario, super::rounds(), 3);
            }
        }
    )+};
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

/// Polls once.
async fn attempt<F: Future>(mut wait: Pin<&mut F>) -> Option<F::Output> {
    poll_fn(|context| match wait.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

/// Polls once and gives up, then begins again and stays.
async fn with_second_thoughts<F: Future>(wait: impl Fn() -> F) -> F::Output {
    // Not in the condition, whose temporaries live longer: the first wait is over when the second begins.
    let first = attempt(pin!(wait())).await;
    match first {
        Some(output) => output,
        None => wait().await,
    }
}

/// A number whose change takes two steps, so that two threads that change it at once lose one of the changes.
///
/// A look and a store, where threads switch; not a `yield_now`, which counts as a wake of the task in shuttle, and under
/// PCT a task that yields in each poll never sleeps.
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

/// Producers, workers with a desk to share, one tally, and somebody who waits for the end of it: all five together.
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

/// Everybody gives up a wait before the one that counts, at each of the three primitives that grant something.
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
            let _permits = with_second_thoughts(|| desk.permits.acquire_many(2)).await.unwrap();
            let mut push = pin!(desk.items.push(number));
            match attempt(push.as_mut()).await {
                Some(pushed) => pushed.unwrap(),
                // It may have been taken at the last moment; then there is nothing to give back.
                None => match push.cancel() {
                    Some(number) => desk.items.push(number).await.unwrap(),
                    None => {}
                },
            }
        })
    });
    let consumers = [(); 2].map(|()| {
        spawn(&desk, async |desk: Arc<Desk>| {
            let number = with_second_thoughts(|| desk.items.pop()).await.unwrap();
            let _permit = with_second_thoughts(|| desk.permits.acquire()).await.unwrap();
            with_second_thoughts(|| desk.sum.lock()).await.add(number);
        })
    });
    join(producers);
    join(consumers);
    assert_eq!(desk.permits.available_permits(), 2);
    assert_eq!(desk.permits.waiters() + desk.items.waiters() + desk.sum.waiters(), 0);
    assert!(desk.items.is_empty());
    assert_eq!(desk.sum.try_lock().unwrap().get(), 11);
}

/// Sellers who tell one buyer each, buyers who wait in each of the three ways, and one who walks away when told.
fn market() {
    #[derive(Debug)]
    struct Market {
        stock: Lock<usize>,
        news: Condition,
        tired: Event,
    }
    let market = Arc::new(Market { stock: Lock::new(0), news: Condition::new(), tired: Event::new() });
    let sellers = [(); 2].map(|()| {
        spawn(&market, async |market: Arc<Market>| {
            *market.stock.lock().await += 1;
            market.news.notify_one();
        })
    });
    let patient = spawn(&market, async |market: Arc<Market>| {
        *market.news.wait_for(market.stock.lock().await, |stock| *stock > 0).await -= 1;
    });
    let tired = spawn(&market, async |market: Arc<Market>| {
        let mut stock = market.stock.lock().await;
        if *stock == 0 {
            // Whether it was told or is tired, it has the lock again, and looks.
            stock = market.news.wait_until(stock, market.tired.wait()).await.0;
        }
        while *stock == 0 {
            stock = market.news.wait(stock).await;
        }
        *stock -= 1;
    });
    let fickle = spawn(&market, async |market: Arc<Market>| {
        let stock = market.stock.lock().await;
        // If it was told by then, it has to tell another.
        drop(attempt(pin!(market.news.wait(stock))).await);
    });
    market.tired.set();
    join(sellers);
    join([patient, tired, fickle]);
    assert_eq!(*market.stock.try_lock().unwrap(), 0);
    assert_eq!(market.news.waiters() + market.stock.waiters(), 0);
}

/// Three wait, which is more than one batch of a model; one set reaches them all although a clear follows at once, and
/// whoever comes later needs another.
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

/// Queue and semaphore are closed while two push, two pop and both want permits: everybody goes home, and every item is
/// popped or given back.
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
            while let Ok(number) = with_second_thoughts(|| shop.items.pop()).await {
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

/// A lock that may be overtaken, owned guards that are dropped on another thread, and one who gives up.
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
        with_second_thoughts(|| sum.lock()).await.add(1);
    });
    join(keepers);
    join([quitter]);
    assert_eq!(block_on(sum.lock()).get(), 7);
    assert_eq!(sum.waiters(), 0);
}
