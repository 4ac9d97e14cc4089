//! `Pool`: connecting belongs to the pool, and nothing that hangs keeps a slot.

use core::sync::atomic::Ordering;
use core::time::Duration;

use anywake::pool::PoolConfig;
use anywake::test_util::{Probe, Simulated, Simulation};
use anywake::{PoolError, assert_pending, assert_ready, timeout};

use crate::pool::{setup, sized};
use crate::support::simulate;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn checkout_whose_deadline_is_shorter_than_a_connect_succeeds_in_the_end() {
    simulate(|| async {
        let (server, pool) = setup(Simulated, PoolConfig { checkout_timeout: Some(SECOND), ..sized(3) });
        server.plan.lock().unwrap().slow_connect = 5 * SECOND;
        let mut tries = 1;
        let connection = loop {
            match pool.get().await {
                Ok(connection) => break connection,
                Err(error) => assert_eq!(error, PoolError::TimedOut),
            }
            tries += 1;
            assert!(tries < 20, "{} connects begun", server.begun.load(Ordering::SeqCst));
        };
        assert_eq!(connection.number, 0);
        assert!(tries > 4);
        assert_eq!(server.begun.load(Ordering::SeqCst), 1, "the next checkout takes the attempt over");
        drop(connection);
        pool.close().await;
        assert_eq!(server.live.count(), 0);
    });
}

#[test]
fn checkout_that_connects_sees_a_connection_that_comes_back() {
    simulate(|| async {
        let (server, pool) = setup(Simulated, sized(2));
        let held = pool.get().await.unwrap();
        server.plan.lock().unwrap().slow_connect = 5 * SECOND;
        let waits = Simulated.spawn({
            let pool = pool.clone();
            async move { pool.get().await.map(|connection| (connection.number, connection.is_reused())) }
        });
        Simulated.sleep(SECOND).await;
        drop(held);
        assert_eq!(waits.await.unwrap().unwrap(), (0, true));
        assert_eq!(Simulated.elapsed(), SECOND);
        // The attempt is not wasted.
        Simulated.sleep(5 * SECOND).await;
        assert_eq!((pool.stats().idle, pool.stats().connected), (2, 2));
        pool.close().await;
        assert_eq!(server.live.count(), 0);
    });
}

#[test]
fn attempt_that_fails_is_the_error_of_the_checkout_that_took_it_over() {
    simulate(|| async {
        let (server, pool) = setup(Simulated, sized(1));
        {
            let mut plan = server.plan.lock().unwrap();
            (plan.slow_connect, plan.refuse) = (2 * SECOND, 1);
        }
        assert!(timeout(Simulated, SECOND, pool.get()).await.is_err());
        assert_eq!(pool.get().await.err(), Some(PoolError::Connection("refused")));
        assert_eq!(Simulated.elapsed(), 2 * SECOND);
        assert_eq!(pool.get().await.unwrap().number, 0);
        pool.close().await;
    });
}

#[test]
fn error_of_an_attempt_that_nobody_waited_for_is_nobodys() {
    simulate(|| async {
        let (server, pool) = setup(Simulated, sized(1));
        {
            let mut plan = server.plan.lock().unwrap();
            (plan.slow_connect, plan.refuse) = (2 * SECOND, 1);
        }
        assert!(timeout(Simulated, SECOND, pool.get()).await.is_err());
        Simulated.sleep(5 * SECOND).await;
        assert_eq!((pool.stats().not_connected, pool.stats().in_use), (1, 0));
        assert_eq!(pool.get().await.unwrap().number, 0);
        pool.close().await;
    });
}

#[test]
fn close_that_never_ends_does_not_keep_its_slot() {
    simulate(|| async {
        let (server, pool) = setup(Simulated, sized(2));
        server.plan.lock().unwrap().hang_close = 2;
        let (first, second) = (pool.get().await.unwrap(), pool.get().await.unwrap());
        first.discard();
        second.discard();
        // By the limits that are there without anybody asking for them.
        let (first, second) = (pool.get().await.unwrap(), pool.get().await.unwrap());
        assert_eq!((first.number, second.number), (2, 3));
        assert_eq!(server.live.count(), 2);
        server.plan.lock().unwrap().hang_close = 1;
        drop((first, second));
        pool.close().await;
        assert_eq!((server.live.count(), pool.stats().in_use), (0, 0));
    });
}

#[test]
fn connect_and_check_that_never_end_do_not_keep_their_slot() {
    simulate(|| async {
        let (server, pool) = setup(Simulated, sized(1));
        server.plan.lock().unwrap().hang = 1;
        assert!(pool.get().await.is_err());
        drop(pool.get().await.unwrap());
        server.plan.lock().unwrap().hang_checks = true;
        assert_eq!(pool.get().await.unwrap().number, 1);
        pool.close().await;
        assert_eq!(server.live.count(), 0);
    });
}

#[test]
fn checkout_is_limited_without_anybody_asking_for_it() {
    simulate(|| async {
        let (_server, pool) = setup(Simulated, sized(1));
        let held = pool.get().await.unwrap();
        assert_eq!(pool.get().await.err(), Some(PoolError::TimedOut));
        assert_eq!(Simulated.elapsed(), 30 * SECOND);
        drop(held);
        pool.close().await;
    });
}

/// It asks for no more than is there, so nobody queues behind it.
#[test]
fn warm_holds_up_nobody_while_connections_are_in_use() {
    simulate(|| async {
        let (_server, pool) = setup(Simulated, sized(3));
        let held = pool.get().await.unwrap();
        let mut warming = Probe::new(pool.warm(3));
        assert_pending!(warming.poll());
        assert!(timeout(Simulated, SECOND, pool.get()).await.is_ok());
        assert!(timeout(Simulated, SECOND, warming.as_mut()).await.is_ok());
        assert_eq!((pool.stats().idle, pool.stats().connected), (2, 3));
        drop(held);
        assert_eq!(pool.stats().idle, 3);
        pool.close().await;
    });
}

#[test]
fn connection_that_is_made_in_a_closed_pool_is_closed() {
    simulate(|| async {
        let (server, pool) = setup(Simulated, sized(2));
        server.plan.lock().unwrap().slow_connect = SECOND;
        let mut checkout = Probe::new(pool.get());
        assert_pending!(checkout.poll());
        Simulated.yield_now().await;
        let mut closing = Probe::new(pool.close());
        assert_pending!(closing.poll(), "an attempt to connect is under way");
        assert_eq!(assert_ready!(checkout.poll()).err(), Some(PoolError::Closed));
        assert!(timeout(Simulated, 5 * SECOND, closing.as_mut()).await.is_ok());
        assert_eq!((server.live.count(), pool.stats().in_use, pool.stats().idle), (0, 0, 0));
        assert_eq!(pool.get().await.err(), Some(PoolError::Closed));
        assert_eq!(pool.warm(1).await.err(), Some(PoolError::Closed));
    });
}

#[test]
fn attempt_that_was_taken_over_and_ends_with_its_runtime_is_begun_again() {
    let (server, pool) = setup(Simulated, sized(1));
    server.plan.lock().unwrap().slow_connect = SECOND;
    let checkout = || {
        let pool = pool.clone();
        async move { pool.get().await.map(|connection| connection.number) }
    };
    let mut takes_over = Probe::new(checkout());
    Simulation::new().run(async {
        let mut begins = Probe::new(checkout());
        assert_pending!(begins.poll());
        drop(begins);
        assert_pending!(takes_over.poll());
        Simulated.yield_now().await;
        assert_eq!(server.begun.load(Ordering::SeqCst), 1);
    });
    Simulation::new().run(async {
        assert_pending!(takes_over.poll());
        Simulated.sleep(2 * SECOND).await;
        assert_eq!(assert_ready!(takes_over.poll()), Ok(0));
        pool.close().await;
    });
    assert_eq!((server.begun.load(Ordering::SeqCst), server.live.count()), (2, 0));
}
