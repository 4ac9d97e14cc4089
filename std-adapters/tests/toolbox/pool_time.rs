//! `Pool`: what takes time, to the second.

use core::sync::atomic::Ordering;
use core::time::Duration;

use anywake::pool::PoolConfig;
use anywake::test_util::{Probe, Simulated};
use anywake::{CapacityError, Pool, PoolError, assert_pending, assert_ready, timeout};

use crate::pool::{setup, sized};
use crate::support::simulate;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn pauses_double_up_to_a_limit() {
    simulate(|| async {
        let config = PoolConfig { retries: 4, backoff: SECOND, max_backoff: 3 * SECOND, ..sized(1) };
        let (server, pool) = setup(Simulated, config);
        server.plan.lock().unwrap().refuse = 4;
        drop(pool.get().await.unwrap());
        assert_eq!(Simulated.elapsed(), (1 + 2 + 3 + 3) * SECOND);
    });
}

#[test]
fn attempt_that_hangs_is_given_up_and_repeated() {
    simulate(|| async {
        let config = PoolConfig { connect_timeout: Some(SECOND), retries: 1, backoff: SECOND, ..sized(1) };
        let (server, pool) = setup(Simulated, config);
        server.plan.lock().unwrap().hang = 1;
        drop(pool.get().await.unwrap());
        assert_eq!(Simulated.elapsed(), 2 * SECOND);
        pool.get().await.unwrap().discard();
        server.plan.lock().unwrap().hang = 2;
        assert!(matches!(pool.get().await, Err(PoolError::ConnectTimedOut)));
    });
}

#[test]
fn check_that_hangs_is_a_broken_connection() {
    simulate(|| async {
        let (server, pool) = setup(Simulated, PoolConfig { connect_timeout: Some(SECOND), ..sized(1) });
        drop(pool.get().await.unwrap());
        server.plan.lock().unwrap().hang_checks = true;
        assert_eq!(pool.get().await.unwrap().number, 1);
        assert_eq!((Simulated.elapsed(), server.live.count()), (SECOND, 1));
    });
}

#[test]
fn checkout_as_a_whole_has_a_limit() {
    simulate(|| async {
        let (_server, pool) = setup(Simulated, PoolConfig { checkout_timeout: Some(SECOND), ..sized(1) });
        let held = pool.get().await.unwrap();
        assert!(matches!(pool.get().await, Err(PoolError::TimedOut)));
        assert_eq!((Simulated.elapsed(), pool.stats().failed), (SECOND, 1));
        drop(held);
        assert_eq!(pool.get().await.unwrap().number, 0);
    });
}

#[test]
fn old_connection_is_recycled() {
    simulate(|| async {
        let (server, pool) = setup(Simulated, PoolConfig { max_age: Some(10 * SECOND), ..sized(1) });
        let connection = pool.get().await.unwrap();
        Simulated.sleep(9 * SECOND).await;
        assert_eq!(connection.age(), 9 * SECOND);
        drop(connection);
        assert_eq!(pool.get().await.unwrap().number, 0);
        Simulated.sleep(SECOND).await;
        assert_eq!(pool.get().await.unwrap().number, 1);
        assert_eq!((pool.stats().recycled, pool.stats().broken, server.live.count()), (1, 0, 1));
    });
}

#[test]
fn slot_is_free_only_when_its_connection_is_closed() {
    simulate(|| async {
        let (server, pool) = setup(Simulated, sized(1));
        server.plan.lock().unwrap().slow_close = SECOND;
        pool.get().await.unwrap().discard();
        assert_eq!(pool.stats().in_use, 1);
        // Given up while the old one is still being closed.
        assert!(timeout(Simulated, SECOND / 2, pool.get()).await.is_err());
        server.plan.lock().unwrap().break_all = true;
        drop(pool.get().await.unwrap());
        assert!(timeout(Simulated, SECOND / 2, pool.get()).await.is_err());
        assert_eq!(pool.stats().in_use, 1, "the check failed, and it is being closed");
        drop(pool.get().await.unwrap());
        assert_eq!(server.most.load(Ordering::SeqCst), 1);
    });
}

#[test]
fn connections_are_closed_at_the_same_time() {
    simulate(|| async {
        let (server, pool) = setup(Simulated, sized(4));
        pool.warm(4).await.unwrap();
        server.plan.lock().unwrap().slow_close = SECOND;
        pool.close().await;
        assert_eq!((Simulated.elapsed(), server.live.count()), (SECOND, 0));
    });
}

#[test]
fn close_that_is_given_up_can_be_taken_up_again() {
    simulate(|| async {
        let (server, pool) = setup(Simulated, sized(2));
        pool.warm(2).await.unwrap();
        let held = pool.get().await.unwrap();
        let mut closing = Probe::new(pool.close());
        assert_pending!(closing.poll());
        drop(closing);
        assert!(pool.is_closed());
        drop(held);
        pool.close().await;
        assert_eq!(server.live.count(), 0);
        assert_ready!(Probe::new(pool.close()).poll());
    });
}

#[test]
fn connection_that_comes_late_is_not_given_out_by_a_closed_pool() {
    simulate(|| async {
        let (server, pool) = setup(Simulated, sized(1));
        let mut checkout = Probe::new(pool.get());
        assert_pending!(checkout.poll());
        Simulated.sleep(SECOND).await;
        assert_eq!((server.live.count(), checkout.wakes()), (1, 1), "its connection is there");
        let mut closing = Probe::new(pool.close());
        assert_pending!(closing.poll(), "the checkout has it");
        assert_eq!(assert_ready!(checkout.poll()).err(), Some(PoolError::Closed));
        while closing.poll().is_pending() {
            Simulated.yield_now().await;
        }
        assert_eq!(server.live.count(), 0);
    });
}

#[test]
fn pool_of_nothing_is_refused() {
    let server = || setup(Simulated, sized(1)).0;
    assert_eq!(Pool::new(Simulated, server(), sized(0)).err(), Some(CapacityError::Zero));
    assert_eq!(Pool::new(Simulated, server(), sized(usize::MAX)).err(), Some(CapacityError::TooLarge));
}
