//! `BlockingPool`.

use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
#[cfg(feature = "smol")]
use std::sync::mpsc;

use anywake::test_util::{Simulated, Simulation};
use anywake::{BlockingPool, Runtime, TaskError, gather};

use crate::support::Log;

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

on_each_runtime! {
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

#[test]
#[should_panic(expected = "at least one thread")]
fn pool_without_threads_is_a_panic() {
    _ = BlockingPool::new(Simulated, 0);
}
