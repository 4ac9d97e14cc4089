//! Semaphores: limits and fairness, and that no permit is lost.

use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use anywake::semaphore::Mode;
use anywake::{AcquireError, Closed, PrioritySemaphore, Queue, Runtime, Semaphore, TaskError};
use anywake_tests::on_every_runtime;

use crate::{cancel, outputs, queue_up, spawn_all};

const ROUNDS: usize = 40;

/// Counts the permits in use, and their maximum.
#[derive(Default)]
struct Gauge {
    inside: AtomicUsize,
    most: AtomicUsize,
}

impl Gauge {
    fn enter(&self, weight: usize) {
        let inside = self.inside.fetch_add(weight, Ordering::Relaxed) + weight;
        self.most.fetch_max(inside, Ordering::Relaxed);
    }

    fn leave(&self, weight: usize) {
        self.inside.fetch_sub(weight, Ordering::Relaxed);
    }
}

const LIMIT: usize = 3;

async fn the_limit_is_never_exceeded<R: Runtime>() {
    at_most_the_limit_are_inside::<R, _>(Semaphore::new(LIMIT)).await;
}

async fn the_limit_is_never_exceeded_with_bypass<R: Runtime>() {
    for overtakings in [0, 1, 100] {
        at_most_the_limit_are_inside::<R, _>(Semaphore::with_bypass(LIMIT, overtakings)).await;
    }
    at_most_the_limit_are_inside::<R, _>(Semaphore::with_unbounded_bypass(LIMIT)).await;
}

async fn the_limit_is_never_exceeded_with_priorities<R: Runtime>() {
    for overtakings in [1, 100] {
        at_most_the_limit_are_inside::<R, _>(PrioritySemaphore::<3>::with_priorities(LIMIT, overtakings))
            .await;
    }
}

/// Many of three levels ask again and again: all are served, and nobody is overtaken by more than the limit says.
async fn levels_have_their_order_and_their_bound<R: Runtime>() {
    const OVERTAKINGS: u16 = 4;
    let semaphore = Arc::new(PrioritySemaphore::<3>::with_priorities(1, OVERTAKINGS));
    let order = Arc::new(Mutex::new(Vec::new()));
    let permit = semaphore.try_acquire().expect("the permit is there");
    let tasks = queue_up::<R, _>(
        30,
        || semaphore.waiters(),
        |number| {
            let (semaphore, order) = (Arc::clone(&semaphore), Arc::clone(&order));
            async move {
                let _permit = semaphore.acquire_at(1, number % 3).await.expect("the semaphore is open");
                order.lock().expect("nobody panics").push(number % 3);
            }
        },
    )
    .await;
    drop(permit);
    outputs(tasks).await;
    let order = order.lock().expect("nobody panics").clone();
    assert_eq!(order[..6], [0, 0, 0, 0, 2, 1]);
    assert_eq!(order.len(), 30);
}

async fn at_most_the_limit_are_inside<R: Runtime, M: Mode>(semaphore: Semaphore<M>) {
    let (semaphore, gauge) = (Arc::new(semaphore), Arc::new(Gauge::default()));
    let tasks = spawn_all::<R, _>(10, |number| {
        let (semaphore, gauge) = (Arc::clone(&semaphore), Arc::clone(&gauge));
        async move {
            for round in 0..ROUNDS {
                let weight = 1 + (number + round) % LIMIT;
                let permit = semaphore.acquire_many(weight).await.expect("the semaphore is open");
                gauge.enter(weight);
                R::default().yield_now().await;
                gauge.leave(weight);
                drop(permit);
            }
        }
    });
    outputs(tasks).await;
    assert_eq!(
        gauge.most.load(Ordering::Relaxed),
        LIMIT,
        "all permits were in use at some time, and never more"
    );
    assert_eq!(semaphore.available_permits(), LIMIT);
}

async fn a_large_request_is_not_starved<R: Runtime>() {
    large_requests_are_granted::<R, _>(Semaphore::new(4)).await;
}

async fn a_large_request_is_not_starved_with_bounded_bypass<R: Runtime>() {
    large_requests_are_granted::<R, _>(Semaphore::with_bypass(4, 10)).await;
}

/// Small requests never cease, and the large request is still granted.
async fn large_requests_are_granted<R: Runtime, M: Mode>(semaphore: Semaphore<M>) {
    let (semaphore, stop) = (Arc::new(semaphore), Arc::new(AtomicBool::new(false)));
    let small = spawn_all::<R, _>(4, |_| {
        let (semaphore, stop) = (Arc::clone(&semaphore), Arc::clone(&stop));
        async move {
            while !stop.load(Ordering::Relaxed) {
                let permit = semaphore.acquire().await;
                R::default().yield_now().await;
                drop(permit);
            }
        }
    });
    for _ in 0..ROUNDS {
        assert_eq!(semaphore.acquire_many(4).await.expect("the semaphore is open").count(), 4);
    }
    stop.store(true, Ordering::Relaxed);
    outputs(small).await;
    assert_eq!(semaphore.available_permits(), 4);
}

async fn requests_are_granted_in_order<R: Runtime>() {
    let semaphore = Arc::new(Semaphore::new(3));
    let order = Arc::new(Queue::with_capacity(8).expect("there is memory for eight numbers"));
    let permits = semaphore.acquire_many(3).await.expect("the semaphore is open");
    let tasks = queue_up::<R, _>(
        8,
        || semaphore.waiters(),
        |number| {
            let (semaphore, order) = (Arc::clone(&semaphore), Arc::clone(&order));
            async move {
                // All permits, so that no two of these tasks run at once and mix up the order.
                let _all = semaphore.acquire_many(3).await.expect("the semaphore is open");
                order.try_push(number).expect("there is room");
            }
        },
    )
    .await;
    assert!(semaphore.try_acquire().is_err(), "no attempt overtakes a waiter");
    drop(permits);
    outputs(tasks).await;
    order.close();
    for number in 0..8 {
        assert_eq!(order.pop().await, Ok(number));
    }
}

async fn closing_wakes_all_who_wait<R: Runtime>() {
    let semaphore = Arc::new(Semaphore::new(1));
    let permit = semaphore.acquire().await.expect("the semaphore is open");
    let ones = queue_up::<R, _>(
        20,
        || semaphore.waiters(),
        |_| {
            let semaphore = Arc::clone(&semaphore);
            async move { semaphore.acquire().await.map(|permit| permit.count()) }
        },
    )
    .await;
    let many = queue_up::<R, _>(
        20,
        || semaphore.waiters(),
        |_| {
            let semaphore = Arc::clone(&semaphore);
            async move { semaphore.acquire_many_owned(2).await.map(|permit| permit.count()) }
        },
    )
    .await;
    semaphore.close();
    assert_eq!(outputs(ones).await, [Err(Closed); 20]);
    assert_eq!(outputs(many).await, [Err(AcquireError::Closed); 20]);
    drop(permit);
    assert_eq!((semaphore.available_permits(), semaphore.waiters()), (1, 0));
}

const PERMITS: usize = 5;

async fn cancelled_requests_lose_no_permit<R: Runtime>() {
    requests_are_cancelled::<R, _>(Semaphore::new(PERMITS)).await;
}

async fn cancelled_requests_lose_no_permit_with_bypass<R: Runtime>() {
    requests_are_cancelled::<R, _>(Semaphore::bounded_with_bypass(PERMITS, 3)).await;
    requests_are_cancelled::<R, _>(Semaphore::with_unbounded_bypass(PERMITS)).await;
}

async fn requests_are_cancelled<R: Runtime, M: Mode>(semaphore: Semaphore<M>) {
    let semaphore = Arc::new(semaphore);
    for round in 0..ROUNDS {
        let tasks = spawn_all::<R, _>(8, |number| {
            let semaphore = Arc::clone(&semaphore);
            async move {
                let permit = semaphore.acquire_many(1 + (number + round) % PERMITS).await;
                R::default().yield_now().await;
                drop(permit);
            }
        });
        // The tasks may be queued, granted, in the critical section, or completed.
        for task in tasks.iter().step_by(2) {
            task.cancel();
        }
        for task in tasks {
            assert!(matches!(task.await, Ok(()) | Err(TaskError::Cancelled)));
        }
        assert_eq!((semaphore.available_permits(), semaphore.waiters()), (PERMITS, 0));
    }
}

async fn a_request_behind_a_cancelled_large_one_is_granted<R: Runtime>() {
    let semaphore = Arc::new(Semaphore::new(2));
    let one = semaphore.acquire().await.expect("the semaphore is open");
    let mut tasks = queue_up::<R, _>(
        2,
        || semaphore.waiters(),
        |number| {
            let semaphore = Arc::clone(&semaphore);
            async move { semaphore.acquire_many(2 - number).await.map(|permit| permit.count()) }
        },
    )
    .await;
    cancel(tasks.remove(0)).await;
    assert_eq!(outputs(tasks).await, [Ok(1)], "the small request gets the available permit");
    drop(one);
    assert_eq!(semaphore.available_permits(), 2);
}

async fn owned_permits_move_between_tasks<R: Runtime>() {
    let semaphore = Arc::new(Semaphore::bounded(3));
    let permits = Arc::new(Queue::with_capacity(2).expect("there is memory for two permits"));
    let takers = spawn_all::<R, _>(4, |_| {
        let (semaphore, permits) = (Arc::clone(&semaphore), Arc::clone(&permits));
        async move {
            for _ in 0..ROUNDS {
                let permit = Arc::clone(&semaphore).acquire_owned().await.expect("the semaphore is open");
                assert!(permits.push(permit).await.is_ok(), "the queue is open");
            }
        }
    });
    let givers = spawn_all::<R, _>(2, |_| {
        let permits = Arc::clone(&permits);
        async move {
            let mut count = 0;
            while let Ok(permit) = permits.pop().await {
                count += permit.count();
            }
            count
        }
    });
    outputs(takers).await;
    permits.close();
    assert_eq!(outputs(givers).await.into_iter().sum::<usize>(), 4 * ROUNDS);
    assert_eq!(semaphore.available_permits(), 3);
    assert!(semaphore.release(1).is_err(), "all permits are released");
}

/// The number of permits is reduced while permits are held, and raised again.
async fn reducing_and_releasing_under_load<R: Runtime>() {
    let (semaphore, gauge) = (Arc::new(Semaphore::new(4)), Arc::new(Gauge::default()));
    let stop = Arc::new(AtomicBool::new(false));
    let tasks = spawn_all::<R, _>(6, |_| {
        let (semaphore, gauge, stop) = (Arc::clone(&semaphore), Arc::clone(&gauge), Arc::clone(&stop));
        async move {
            while !stop.load(Ordering::Relaxed) {
                let permit = semaphore.acquire().await.expect("the semaphore is open");
                gauge.enter(1);
                R::default().yield_now().await;
                gauge.leave(1);
                drop(permit);
            }
        }
    });
    for _ in 0..ROUNDS {
        assert_eq!(semaphore.reduce(3), 3);
        // The remaining permit is available when the other three are released.
        let only = semaphore.acquire().await.expect("the semaphore is open");
        assert_eq!(gauge.inside.load(Ordering::Relaxed), 0);
        R::default().yield_now().await;
        assert_eq!(gauge.inside.load(Ordering::Relaxed), 0);
        drop(only);
        semaphore.release(3).expect("the semaphore has no bound");
    }
    stop.store(true, Ordering::Relaxed);
    outputs(tasks).await;
    assert_eq!(semaphore.available_permits(), 4);
    assert!(gauge.most.load(Ordering::Relaxed) <= 4);
}

on_every_runtime! {
    the_limit_is_never_exceeded,
    the_limit_is_never_exceeded_with_bypass,
    the_limit_is_never_exceeded_with_priorities,
    levels_have_their_order_and_their_bound,
    a_large_request_is_not_starved,
    a_large_request_is_not_starved_with_bounded_bypass,
    requests_are_granted_in_order,
    closing_wakes_all_who_wait,
    cancelled_requests_lose_no_permit,
    cancelled_requests_lose_no_permit_with_bypass,
    a_request_behind_a_cancelled_large_one_is_granted,
    owned_permits_move_between_tasks,
    reducing_and_releasing_under_load,
}
