//! `Pool`: what is idle, to the second.

use core::future::Future;
use core::panic::AssertUnwindSafe;
use core::pin::Pin;
use core::task::{Context, Waker};
use core::time::Duration;
use std::panic::catch_unwind;
use std::sync::{Arc, Mutex};
use std::task::Wake;

use anywake::pool::PoolConfig;
use anywake::test_util::{Probe, Simulated, Simulation};
use anywake::{PoolError, assert_pending};

use crate::pool::{Setup, setup, sized};
use crate::support::simulate;

const SECOND: Duration = Duration::from_secs(1);

/// A pool with so many idle connections.
async fn filled(idle: usize, config: PoolConfig) -> Setup<Simulated> {
    let (server, pool) = setup(Simulated, config);
    pool.warm(idle).await.unwrap();
    assert_eq!(pool.stats().idle, idle);
    (server, pool)
}

#[test]
fn connection_that_was_used_last_is_used_next() {
    simulate(|| async {
        let (_server, pool) = filled(3, sized(3)).await;
        let (first, second) = (pool.get().await.unwrap(), pool.get().await.unwrap());
        let used = [first.number, second.number];
        Simulated.sleep(SECOND).await;
        drop(first);
        Simulated.sleep(SECOND).await;
        drop(second);
        for _ in 0..3 {
            assert_eq!(pool.get().await.unwrap().number, used[1]);
        }
        pool.close().await;
    });
}

#[test]
fn idle_connections_that_nobody_needs_are_closed_in_the_background() {
    simulate(|| async {
        let config = PoolConfig { idle_timeout: Some(10 * SECOND), min_idle: 1, ..sized(4) };
        let (server, pool) = filled(4, config).await;
        for _ in 0..9 {
            Simulated.sleep(SECOND).await;
            drop(pool.get().await.unwrap());
        }
        assert_eq!(server.live.count(), 4);
        Simulated.sleep(2 * SECOND).await;
        assert_eq!((server.live.count(), pool.stats().retired), (1, 3), "the one that is used stays");
        Simulated.sleep(60 * SECOND).await;
        assert_eq!((server.live.count(), pool.stats().retired), (1, 3), "and is the minimum");
        pool.close().await;
        assert_eq!(server.live.count(), 0);
    });
}

#[test]
fn old_connections_are_closed_and_replaced_in_the_background() {
    simulate(|| async {
        let config = PoolConfig { max_age: Some(10 * SECOND), min_idle: 2, ..sized(4) };
        let (server, pool) = filled(3, config).await;
        Simulated.sleep(11 * SECOND).await;
        let stats = pool.stats();
        assert_eq!((stats.recycled, stats.connected, stats.idle, server.live.count()), (3, 5, 2, 2));
        assert!(pool.get().await.unwrap().number >= 3);
        pool.close().await;
    });
}

#[test]
fn reaper_looks_earlier_if_an_older_connection_comes_back() {
    simulate(|| async {
        let config = PoolConfig { max_age: Some(10 * SECOND), ..sized(2) };
        let (server, pool) = setup(Simulated, config);
        let old = pool.get().await.unwrap();
        Simulated.sleep(5 * SECOND).await;
        drop(pool.get().await.unwrap());
        Simulated.sleep(SECOND).await;
        drop(old);
        Simulated.sleep(5 * SECOND).await;
        assert_eq!((server.live.count(), pool.stats().recycled), (1, 1));
        // The reaper does not keep the pool, nor outlive it.
        drop(pool);
        Simulated.sleep(SECOND / 1000).await;
        assert_eq!((server.live.count(), Simulated.live_tasks()), (0, 0));
    });
}

#[test]
fn no_more_are_kept_than_may_be_idle() {
    simulate(|| async {
        let (server, pool) = setup(Simulated, PoolConfig { max_idle: Some(1), ..sized(3) });
        let all = [pool.get().await.unwrap(), pool.get().await.unwrap(), pool.get().await.unwrap()];
        let mut waits = Probe::new(pool.get());
        assert_pending!(waits.poll());
        drop(all);
        Simulated.sleep(SECOND).await;
        drop(waits);
        assert_eq!((pool.stats().idle, pool.stats().retired), (2, 1), "one was promised to the checkout");
        assert_eq!(server.live.count(), 2);
        pool.close().await;
    });
}

#[test]
fn minimum_of_idle_connections_is_made_and_kept() {
    simulate(|| async {
        let (server, pool) = setup(Simulated, PoolConfig { min_idle: 2, ..sized(4) });
        let first = pool.get().await.unwrap();
        Simulated.sleep(SECOND).await;
        assert_eq!((pool.stats().idle, pool.stats().in_use), (2, 1));
        let second = pool.get().await.unwrap();
        Simulated.sleep(SECOND).await;
        assert_eq!((pool.stats().idle, pool.stats().in_use), (2, 2));
        let third = pool.get().await.unwrap();
        third.discard();
        Simulated.sleep(SECOND).await;
        assert_eq!((pool.stats().idle, server.live.count()), (2, 4));
        // What cannot be made is left, until it is tried again.
        server.plan.lock().unwrap().refuse = 100;
        first.discard();
        second.discard();
        pool.retain(|_, _| false);
        Simulated.sleep(60 * SECOND).await;
        let refused = pool.stats().not_connected;
        assert!((1..20).contains(&refused), "{refused}");
        server.plan.lock().unwrap().refuse = 0;
        drop(pool.get().await.unwrap());
        Simulated.sleep(SECOND).await;
        assert!(pool.stats().idle >= 2);
        pool.close().await;
        assert_eq!(server.live.count(), 0);
    });
}

#[test]
fn retain_closes_what_is_not_to_be_kept() {
    simulate(|| async {
        let (server, pool) = filled(3, sized(4)).await;
        Simulated.sleep(2 * SECOND).await;
        let held = pool.get().await.unwrap();
        drop(pool.get().await.unwrap());
        let mut seen = Vec::new();
        let closed = pool.retain(|connection, idle| {
            seen.push(idle);
            connection.broken = false;
            idle < SECOND
        });
        assert_eq!((closed, seen), (1, vec![2 * SECOND, Duration::ZERO]));
        Simulated.sleep(SECOND).await;
        assert_eq!((pool.stats().idle, pool.stats().retired, server.live.count()), (1, 1, 2));
        // It was only looked at: it is idle since its last use.
        assert_eq!(pool.retain(|_, idle| idle == SECOND), 0);
        drop(held);
        assert!(catch_unwind(AssertUnwindSafe(|| pool.retain(|_, _| panic!("keep")))).is_err());
        Simulated.sleep(SECOND).await;
        assert_eq!((pool.stats().idle, pool.stats().in_use, server.live.count()), (1, 0, 1));
        pool.close().await;
        assert_eq!(server.live.count(), 0);
    });
}

#[test]
fn what_a_runtime_leaves_unclosed_is_counted() {
    let kept = Simulation::new().run(async {
        let (server, pool) = filled(3, sized(3)).await;
        let kept = pool.get().await.unwrap();
        // One has begun to close, one has not.
        server.plan.lock().unwrap().hang_close = 1;
        pool.get().await.unwrap().discard();
        Simulated.sleep(SECOND).await;
        pool.get().await.unwrap().discard();
        (server, pool, kept)
    });
    let (server, pool, _) = &kept;
    assert_eq!((server.live.count(), pool.stats().not_closed, pool.stats().in_use), (1, 2, 1));
    // What comes back now finds no runtime to be closed on, but a place.
    Simulation::new().run(async {
        let (_, pool, kept) = kept;
        drop(kept);
        assert_eq!((pool.stats().idle, pool.stats().in_use), (1, 0));
        pool.close().await;
        assert_eq!(pool.stats().closed, 1);
    });
}

/// Polls what it wakes at once, as nothing forbids.
struct Inline<F>(Mutex<Option<Pin<Box<F>>>>);

impl<F: Future<Output = ()> + Send + 'static> Inline<F> {
    fn begin(future: F) {
        Arc::new(Self(Mutex::new(Some(Box::pin(future))))).wake();
    }
}

impl<F: Future<Output = ()> + Send + 'static> Wake for Inline<F> {
    fn wake(self: Arc<Self>) {
        let Some(mut future) = self.0.lock().unwrap().take() else { return };
        let waker = Waker::from(Arc::clone(&self));
        if future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
            *self.0.lock().unwrap() = Some(future);
        }
    }
}

#[test]
fn slot_is_not_free_before_its_permit_of_work() {
    simulate(|| async {
        let (server, pool) = setup(Simulated, sized(1));
        let held = pool.get().await.unwrap();
        let got = Arc::new(Mutex::new(None));
        let (noted, waits) = (Arc::clone(&got), pool.clone());
        // It is woken by the slot itself, while that is being released.
        Inline::begin(async move {
            let number = waits.get().await.map(|connection| connection.number);
            *noted.lock().unwrap() = Some(number);
        });
        held.discard();
        Simulated.sleep(SECOND).await;
        assert_eq!(got.lock().unwrap().take(), Some(Ok::<_, PoolError<_>>(1)));
        pool.close().await;
        assert_eq!(server.live.count(), 0);
    });
}
