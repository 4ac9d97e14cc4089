//! `Pool`: a fixed number of connections, none lost.

use core::future::pending;
use core::ops::Deref;
use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::sync::{Arc, Mutex};

use anywake::pool::{Manager, PoolConfig};
use anywake::test_util::poll;
use anywake::{Pool, PoolError, Runtime, TaskError, gather};

use crate::support::{Live, message};

/// Too short for what hangs, and for nothing else that is waited for.
const SHORT: Duration = Duration::from_millis(5);

/// Too long for what does not hang.
const LONG: Duration = Duration::from_secs(20);

/// A server that fails as often as it is told to, and counts who is connected.
#[derive(Clone)]
pub(crate) struct Server<R>(Arc<State<R>>);

pub(crate) struct State<R> {
    pub(crate) runtime: R,
    pub(crate) live: Live,
    pub(crate) most: AtomicUsize,
    /// Attempts to connect.
    pub(crate) begun: AtomicUsize,
    pub(crate) made: AtomicUsize,
    pub(crate) plan: Mutex<Plan>,
}

/// What goes wrong next, how often.
#[derive(Clone, Copy, Default)]
pub(crate) struct Plan {
    pub(crate) refuse: usize,
    pub(crate) hang: usize,
    pub(crate) break_all: bool,
    pub(crate) hang_checks: bool,
    pub(crate) slow_connect: Duration,
    pub(crate) slow_close: Duration,
    pub(crate) hang_close: usize,
    pub(crate) panic_in: Option<Method>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Connect,
    Check,
    Close,
}

#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) number: usize,
    pub(crate) broken: bool,
    _token: Arc<()>,
}

impl<R> Deref for Server<R> {
    type Target = State<R>;

    fn deref(&self) -> &State<R> {
        &self.0
    }
}

impl<R: Runtime> Server<R> {
    /// Suspends, and panics if that is the plan.
    async fn enter(&self, method: Method) {
        self.runtime.yield_now().await;
        let panic_in = self.plan.lock().unwrap().panic_in;
        assert!(panic_in != Some(method), "{method:?}");
    }
}

impl<R: Runtime> Manager for Server<R> {
    type Connection = Connection;
    type Error = &'static str;

    async fn connect(&self) -> Result<Connection, &'static str> {
        let (refused, hangs, pause) = {
            let mut plan = self.plan.lock().unwrap();
            let does = (plan.refuse > 0, plan.hang > 0, plan.slow_connect);
            plan.refuse = plan.refuse.saturating_sub(1);
            plan.hang = plan.hang.saturating_sub(1);
            does
        };
        self.enter(Method::Connect).await;
        self.begun.fetch_add(1, Ordering::SeqCst);
        if hangs {
            pending::<()>().await;
        }
        if pause > Duration::ZERO {
            self.runtime.sleep(pause).await;
        }
        if refused {
            return Err("refused");
        }
        let token = self.live.token();
        self.most.fetch_max(self.live.count(), Ordering::SeqCst);
        Ok(Connection { number: self.made.fetch_add(1, Ordering::SeqCst), broken: false, _token: token })
    }

    async fn check(&self, connection: &mut Connection) -> Result<(), &'static str> {
        self.enter(Method::Check).await;
        let plan = *self.plan.lock().unwrap();
        if plan.hang_checks {
            pending::<()>().await;
        }
        if connection.broken || plan.break_all { Err("broken") } else { Ok(()) }
    }

    async fn close(&self, connection: Connection) {
        let (pause, hangs) = {
            let mut plan = self.plan.lock().unwrap();
            let does = (plan.slow_close, plan.hang_close > 0);
            plan.hang_close = plan.hang_close.saturating_sub(1);
            does
        };
        self.enter(Method::Close).await;
        if hangs {
            pending::<()>().await;
        }
        if pause > Duration::ZERO {
            self.runtime.sleep(pause).await;
        }
        drop(connection);
    }
}

pub(crate) type Setup<R> = (Server<R>, Pool<Server<R>, R>);

pub(crate) fn setup<R: Runtime>(rt: R, config: PoolConfig) -> Setup<R> {
    let server = Server(Arc::new(State {
        runtime: rt,
        live: Live::default(),
        most: AtomicUsize::new(0),
        begun: AtomicUsize::new(0),
        made: AtomicUsize::new(0),
        plan: Mutex::default(),
    }));
    (server.clone(), Pool::new(rt, server, config).unwrap())
}

pub(crate) fn sized(size: usize) -> PoolConfig {
    PoolConfig { size, ..PoolConfig::default() }
}

async fn connections_are_used_again<R: Runtime>(rt: R) {
    let (server, pool) = setup(rt, sized(2));
    for round in 0..5 {
        let connection = pool.get().await.unwrap();
        assert_eq!((connection.number, connection.is_reused()), (0, round > 0));
    }
    let (a, b) = (pool.get().await.unwrap(), pool.get().await.unwrap());
    assert_eq!((a.number, b.number), (0, 1));
    let stats = pool.stats();
    assert_eq!((stats.in_use, stats.idle, stats.connected, stats.checkouts, stats.reused), (2, 0, 2, 7, 5));
    drop((a, b));
    assert_eq!((pool.stats().in_use, pool.stats().idle), (0, 2));
    pool.close().await;
    assert_eq!((server.live.count(), pool.stats().closed), (0, 2));
}

async fn never_more_than_so_many<R: Runtime>(rt: R) {
    let (server, pool) = setup(rt, sized(3));
    let tasks = (0..40).map(|n| {
        let pool = pool.clone();
        rt.spawn(async move {
            let connection = pool.get().await.unwrap();
            rt.yield_now().await;
            if n % 5 == 0 {
                connection.discard();
            }
        })
    });
    gather(tasks).await.unwrap();
    assert!(server.most.load(Ordering::SeqCst) <= 3);
    let stats = pool.stats();
    assert_eq!((stats.checkouts, stats.broken), (40, 8));
    assert!(stats.connected <= 3 + 8);
    pool.close().await;
    assert_eq!(server.live.count(), 0);
}

async fn broken_connection_is_replaced<R: Runtime>(rt: R) {
    let (server, pool) = setup(rt, sized(1));
    pool.get().await.unwrap().broken = true;
    let connection = pool.get().await.unwrap();
    assert_eq!((connection.number, connection.is_reused()), (1, false));
    connection.discard();
    assert_eq!(pool.get().await.unwrap().number, 2);
    let stats = pool.stats();
    assert_eq!((stats.broken, stats.closed, stats.connected), (2, 2, 3));
    assert_eq!(server.live.count(), 1);
    pool.close().await;
}

async fn failed_attempts_are_repeated_so_often<R: Runtime>(rt: R) {
    let config = PoolConfig { retries: 2, backoff: Duration::from_millis(1), ..sized(1) };
    let (server, pool) = setup(rt, config);
    server.plan.lock().unwrap().refuse = 2;
    assert_eq!(pool.get().await.unwrap().number, 0);
    pool.get().await.unwrap().discard();
    server.plan.lock().unwrap().refuse = 3;
    assert!(matches!(pool.get().await, Err(PoolError::Connection("refused"))));
    assert_eq!(pool.get().await.unwrap().number, 1, "the slot is free again");
    let stats = pool.stats();
    assert_eq!((stats.not_connected, stats.failed), (5, 1));
    pool.close().await;
}

async fn cancelled_checkout_loses_nothing<R: Runtime>(rt: R) {
    let (server, pool) = setup(rt, sized(1));
    // Given up after every number of polls: waiting, connecting, checking.
    for polls in 0..12 {
        let mut checkout = Box::pin(pool.get());
        for _ in 0..polls {
            if poll(checkout.as_mut()).is_ready() {
                break;
            }
        }
        drop(checkout);
        // It comes back, by way of a task if it is closed.
        drop(pool.get().await.unwrap());
    }
    let held = pool.get().await.unwrap();
    let mut waits = Box::pin(pool.get());
    let mut behind = Box::pin(pool.get());
    assert!(poll(waits.as_mut()).is_pending() && poll(behind.as_mut()).is_pending());
    assert_eq!(pool.stats().waiting, 2);
    drop(held);
    drop(waits);
    drop(behind.await.unwrap());
    assert_eq!(server.live.count(), 1);
    pool.close().await;
    assert_eq!(server.live.count(), 0);
}

async fn close_waits_for_what_is_in_use<R: Runtime>(rt: R) {
    let (server, pool) = setup(rt, sized(2));
    let (first, second) = (pool.get().await.unwrap(), pool.get().await.unwrap());
    let waits = rt.spawn({
        let pool = pool.clone();
        async move { pool.get().await.map(drop) }
    });
    let closing = rt.spawn({
        let pool = pool.clone();
        async move { pool.close().await }
    });
    while !pool.is_closed() {
        rt.yield_now().await;
    }
    assert!(matches!(waits.await.unwrap(), Err(PoolError::Closed)));
    assert!(matches!(pool.get().await, Err(PoolError::Closed)));
    drop(first);
    rt.yield_now().await;
    assert!(!closing.is_finished());
    drop(second);
    closing.await.unwrap();
    assert_eq!(server.live.count(), 0);
    pool.close().await;
    assert!(matches!(pool.get().await, Err(PoolError::Closed)));
}

async fn close_that_is_given_up_closes_what_it_has_begun<R: Runtime>(rt: R) {
    for polls in 0..6 {
        let (server, pool) = setup(rt, sized(3));
        pool.warm(3).await.unwrap();
        let mut closing = Box::pin(pool.close());
        for _ in 0..polls {
            if poll(closing.as_mut()).is_ready() {
                break;
            }
            rt.yield_now().await;
        }
        drop(closing);
        pool.close().await;
        assert_eq!((server.live.count(), pool.stats().closed, pool.stats().in_use), (0, 3, 0));
    }
}

async fn panic_of_the_manager_costs_no_slot<R: Runtime>(rt: R) {
    let (server, pool) = setup(rt, sized(1));
    let panics_in = |method| server.plan.lock().unwrap().panic_in = method;
    let checkout = async || {
        let pool = pool.clone();
        rt.spawn(async move { pool.get().await.unwrap().number }).await
    };
    for (method, next) in [(Method::Connect, 0), (Method::Check, 1), (Method::Close, 2)] {
        panics_in(Some(method));
        if method == Method::Close {
            pool.get().await.unwrap().discard();
        } else {
            assert!(
                matches!(checkout().await, Err(TaskError::Panicked(panic)) if message(&panic) == format!("{method:?}"))
            );
        }
        panics_in(None);
        assert_eq!(checkout().await.unwrap(), next, "after a panic in {method:?}");
        assert_eq!((pool.stats().in_use, server.live.count()), (0, 1));
    }
    panics_in(Some(Method::Close));
    let closing = rt.spawn({
        let pool = pool.clone();
        async move { pool.close().await }
    });
    assert!(matches!(closing.await, Err(TaskError::Panicked(_))));
    pool.close().await;
    assert_eq!((pool.stats().in_use, server.live.count()), (0, 0));
}

async fn connection_of_a_user_who_panics_comes_back<R: Runtime>(rt: R) {
    let (server, pool) = setup(rt, sized(1));
    let user = rt.spawn({
        let pool = pool.clone();
        async move {
            let _connection = pool.get().await.unwrap();
            panic!("user");
        }
    });
    assert!(matches!(user.await, Err::<(), _>(TaskError::Panicked(_))));
    assert!(pool.get().await.unwrap().is_reused(), "after its check");
    pool.close().await;
    assert_eq!(server.live.count(), 0);
}

async fn what_takes_too_long_is_given_up<R: Runtime>(rt: R) {
    let config = PoolConfig { connect_timeout: Some(SHORT), retries: 1, backoff: SHORT, ..sized(1) };
    let (server, pool) = setup(rt, config);
    server.plan.lock().unwrap().hang = 1;
    assert_eq!(pool.get().await.unwrap().number, 0, "the second attempt");
    server.plan.lock().unwrap().hang_checks = true;
    assert_eq!(pool.get().await.unwrap().number, 1, "in place of one that does not answer");
    server.plan.lock().unwrap().hang = 2;
    assert_eq!(pool.get().await.err(), Some(PoolError::ConnectTimedOut));
    let stats = pool.stats();
    assert_eq!((stats.connected, stats.not_connected, stats.broken, stats.closed), (2, 3, 2, 2));
    assert_eq!((server.live.count(), stats.in_use, stats.failed), (0, 0, 1));
    pool.close().await;
}

async fn checkout_that_waits_too_long_is_given_up<R: Runtime>(rt: R) {
    let (_server, pool) = setup(rt, PoolConfig { checkout_timeout: Some(SHORT), ..sized(1) });
    let held = pool.get().await.unwrap();
    assert_eq!(pool.get().await.err(), Some(PoolError::TimedOut));
    assert_eq!((pool.stats().waiting, pool.stats().failed), (0, 1));
    drop(held);
    pool.close().await;
}

async fn old_connection_is_recycled<R: Runtime>(rt: R) {
    let (server, pool) = setup(rt, PoolConfig { max_age: Some(Duration::ZERO), ..sized(1) });
    for number in 0..3 {
        assert_eq!(pool.get().await.unwrap().number, number);
    }
    let stats = pool.stats();
    assert_eq!((stats.recycled, stats.broken, stats.idle), (3, 0, 0), "when it comes back");
    pool.close().await;
    assert_eq!((pool.stats().closed, server.live.count()), (3, 0));
}

async fn warm_pool_has_its_connections<R: Runtime>(rt: R) {
    let (server, pool) = setup(rt, sized(4));
    pool.warm(3).await.unwrap();
    assert_eq!((pool.stats().idle, server.live.count()), (3, 3));
    pool.warm(100).await.unwrap();
    assert_eq!(pool.stats().idle, 4);
    assert!(pool.get().await.unwrap().is_reused());
    pool.close().await;
}

async fn two_who_warm_a_pool_do_not_wait_for_each_other<R: Runtime>(rt: R) {
    let (server, pool) = setup(rt, PoolConfig { checkout_timeout: Some(LONG), ..sized(4) });
    let warm = || {
        let pool = pool.clone();
        rt.spawn(async move { pool.warm(4).await })
    };
    gather([warm(), warm(), warm()]).await.unwrap();
    assert_eq!((pool.stats().idle, pool.stats().connected, server.live.count()), (4, 4, 4));
    pool.close().await;
}

on_each_runtime! {
    connections_are_used_again
    never_more_than_so_many
    broken_connection_is_replaced
    failed_attempts_are_repeated_so_often
    cancelled_checkout_loses_nothing
    close_waits_for_what_is_in_use
    close_that_is_given_up_closes_what_it_has_begun
    panic_of_the_manager_costs_no_slot
    connection_of_a_user_who_panics_comes_back
    what_takes_too_long_is_given_up
    checkout_that_waits_too_long_is_given_up
    old_connection_is_recycled
    warm_pool_has_its_connections
    two_who_warm_a_pool_do_not_wait_for_each_other
}
