//! `BlockingPool`.

use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::sync::mpsc;

use anywake::test_util::{Probe, Simulated, Simulation};
use anywake::{BlockingPool, Runtime, TaskError, assert_pending, gather};

use crate::support::{Live, Log};

async fn results_and_panics_come_back<R: Runtime>(rt: R) {
    let pool = BlockingPool::new(rt, 2);
    let values = gather((0..20_u32).map(|n| pool.spawn(move || n * n))).await.unwrap();
    assert_eq!(values, (0..20).map(|n| n * n).collect::<Vec<_>>());
    let panics = pool.spawn(|| panic!("in the pool"));
    assert!(
        matches!(panics.await, Err::<(), _>(TaskError::Panicked(panic)) if panic.to_string() == "in the pool")
    );
    assert_eq!(pool.spawn(|| 1).await.unwrap(), 1, "its slot came back");
}

async fn not_more_than_so_many_run<R: Runtime>(rt: R) {
    let pool = BlockingPool::new(rt, 3);
    let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let tasks = (0..50).map(|_| {
        let (running, most) = (Arc::clone(&running), Arc::clone(&most));
        pool.spawn(move || {
            most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            std::thread::yield_now();
            running.fetch_sub(1, Ordering::SeqCst);
        })
    });
    gather(tasks).await.unwrap();
    assert!(most.load(Ordering::SeqCst) <= 3);
    assert_eq!(pool.threads(), 3);
}

async fn one_thread_keeps_the_order_of_the_calls<R: Runtime>(rt: R) {
    let (pool, log) = (BlockingPool::new(rt, 1), Log::default());
    for n in 0..30 {
        let log = log.clone();
        drop(pool.spawn(move || log.add(n)));
    }
    pool.join().await;
    assert_eq!(log.lines(), (0..30).map(|n| n.to_string()).collect::<Vec<_>>());
}

/// Its captures are gone too, although the only thread is busy.
async fn cancelled_before_its_turn_it_ends_at_once<R: Runtime>(rt: R) {
    let pool = BlockingPool::new(rt, 1);
    let (go, gate) = mpsc::channel::<()>();
    let first = pool.spawn(move || gate.recv());
    let live = Live::default();
    let token = live.token();
    let second = pool.spawn(move || drop(token));
    second.cancel();
    assert!(second.is_finished());
    assert_eq!(live.count(), 0);
    assert!(matches!(second.await, Err(TaskError::Cancelled)));
    go.send(()).unwrap();
    first.await.unwrap().unwrap();
}

async fn join_does_not_wait_for_what_was_cancelled<R: Runtime>(rt: R) {
    let pool = BlockingPool::new(rt, 1);
    pool.join().await;
    let (go, gate) = mpsc::channel::<()>();
    let first = pool.spawn(move || gate.recv());
    pool.spawn(|| unreachable!("it was cancelled")).cancel();
    let mut join = Probe::new(pool.join());
    assert_pending!(join.poll());
    go.send(()).unwrap();
    first.await.unwrap().unwrap();
    join.as_mut().await;
}

async fn handles_that_are_not_polled_hold_up_nobody<R: Runtime>(rt: R) {
    let pool = BlockingPool::new(rt, 1);
    let _unpolled = [pool.spawn(|| 1), pool.spawn(|| 2)];
    assert_eq!(pool.spawn(|| 3).await.unwrap(), 3);
}

on_each_runtime! {
    cancelled_before_its_turn_it_ends_at_once
    join_does_not_wait_for_what_was_cancelled
    handles_that_are_not_polled_hold_up_nobody
    results_and_panics_come_back
    not_more_than_so_many_run
    one_thread_keeps_the_order_of_the_calls
}

/// In a simulation nothing has begun before its spawner waits.
#[test]
fn cancelled_before_its_turn_it_is_never_called() {
    for seed in 0..32 {
        Simulation::seeded(seed).run(async {
            let pool = BlockingPool::new(Simulated, 1);
            let first = pool.spawn(|| 1);
            let second = pool.spawn(|| unreachable!("it was cancelled"));
            let third = pool.spawn(|| 3);
            second.cancel();
            assert_eq!((first.await.unwrap(), third.await.unwrap()), (1, 3));
            let second: Result<(), _> = second.await;
            assert!(matches!(second, Err(TaskError::Cancelled)));
        });
    }
}

#[cfg(feature = "smol")]
#[test]
fn function_that_has_begun_is_not_stopped_and_keeps_its_slot() {
    use anywake::{Smol, blocking};
    let pool = BlockingPool::new(Smol, 1);
    let (go, gate) = mpsc::channel();
    let (begins, begun) = mpsc::channel();
    let running = pool.spawn(move || {
        begins.send(()).unwrap();
        gate.recv().unwrap()
    });
    begun.recv().unwrap();
    running.cancel();
    let cancelled = pool.spawn(|| unreachable!("it was cancelled"));
    let next = pool.spawn(|| 4);
    cancelled.cancel();
    assert!(!next.is_finished());
    go.send(3).unwrap();
    assert_eq!(blocking::wait(running).unwrap(), 3);
    assert_eq!(blocking::wait(next).unwrap(), 4);
    let cancelled: Result<(), _> = blocking::wait(cancelled);
    assert!(matches!(cancelled, Err(TaskError::Cancelled)));
}

/// A pool, a function that runs in it until it is told to go on, and a join that waits for it.
#[cfg(feature = "smol")]
mod joined {
    use core::future::Future;
    use std::sync::{Arc, mpsc};

    use anywake::test_util::Probe;
    use anywake::{BlockingPool, Smol, assert_pending, blocking};

    use crate::support::finishes;

    fn joined(pool: &BlockingPool<Smol>) -> Probe<impl Future<Output = ()>> {
        let mut join = Probe::new(pool.join());
        assert_pending!(join.poll());
        join
    }

    #[test]
    fn function_that_waits_for_another_goes_on_although_somebody_joins() {
        finishes(|| {
            let pool = Arc::new(BlockingPool::new(Smol, 2));
            let (go, gate) = mpsc::channel();
            let inner = Arc::clone(&pool);
            let outer = pool.spawn(move || {
                gate.recv().unwrap();
                blocking::wait(inner.spawn(|| 3)).unwrap()
            });
            let mut join = joined(&pool);
            go.send(()).unwrap();
            assert_eq!(blocking::wait(outer).unwrap(), 3);
            blocking::wait(join.as_mut());
        });
    }

    #[test]
    fn join_waits_for_what_came_before_it_and_for_nothing_else() {
        finishes(|| {
            let pool = BlockingPool::new(Smol, 2);
            let functions = || {
                let (go, gate) = mpsc::channel::<()>();
                let (begins, begun) = mpsc::channel();
                let task = pool.spawn(move || {
                    begins.send(()).unwrap();
                    gate.recv().unwrap();
                });
                begun.recv().unwrap();
                (go, task)
            };
            let (first, ends_first) = functions();
            let mut join = joined(&pool);
            let (second, ends_second) = functions();
            first.send(()).unwrap();
            blocking::wait(ends_first).unwrap();
            blocking::wait(join.as_mut());
            assert!(!ends_second.is_finished());
            second.send(()).unwrap();
            blocking::wait(ends_second).unwrap();
        });
    }
}

#[test]
#[should_panic(expected = "at least one thread")]
fn pool_without_threads_is_a_panic() {
    _ = BlockingPool::new(Simulated, 0);
}
