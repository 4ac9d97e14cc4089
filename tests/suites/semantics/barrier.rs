//! [`Barrier`]: rounds, indices, and what `abort` and `reset` do.

mod batches;

use anywake_tests::Arc;
use std::sync::Mutex;

use anywake_core::barrier::BarrierFuture;
use anywake_core::{Barrier, BarrierPass, BrokenBarrier};
use anywake_tests::{Call, CountingWaker, Task, assert_pending, leak, panic_of, queue_up, queued};
use futures_util::future::FusedFuture;

use crate::cost;

/// The indices of passes.
fn indices(passes: impl IntoIterator<Item = Result<BarrierPass, BrokenBarrier>>) -> Vec<usize> {
    passes.into_iter().map(|pass| pass.expect("the round is complete").index()).collect()
}

/// Arrives at once, as the last one.
fn arrive(barrier: &Barrier) -> BarrierPass {
    Task::new(barrier.wait()).ready().expect("the barrier is not broken")
}

type Waits<'b> = Vec<Task<BarrierFuture<'b>>>;

fn passes(waits: &mut Waits<'_>) -> Vec<Result<BarrierPass, BrokenBarrier>> {
    waits.iter_mut().map(Task::ready).collect()
}

#[test]
fn a_new_barrier_waits_for_all_its_parties() {
    let barrier = Barrier::new(3);
    assert_eq!((barrier.parties(), barrier.waiters(), barrier.is_broken()), (3, 0, false));
    let tasks = queue_up(2, || barrier.wait());
    assert_eq!(barrier.waiters(), 2);
    assert!(tasks.iter().all(|task| !task.is_woken()));
}

#[cfg(not(feature = "local"))]
#[test]
fn barriers_live_in_statics() {
    static BARRIER: Barrier = Barrier::new(2);
    let mut task = queued(BARRIER.wait());
    std::thread::spawn(|| arrive(&BARRIER)).join().unwrap();
    assert_eq!(task.ready().unwrap().index(), 0);
}

#[test]
fn a_barrier_for_nobody_is_refused_and_not_a_barrier_for_one() {
    assert!(panic_of(|| Barrier::new(0)).contains("at least one party"));
}

#[test]
fn a_barrier_for_one_lets_everybody_pass_as_the_leader() {
    let barrier = Barrier::new(1);
    for _ in 0..3 {
        let pass = arrive(&barrier);
        assert_eq!((pass.index(), pass.is_leader()), (0, true));
    }
}

#[test]
fn indices_are_in_the_order_of_arrival_and_the_last_one_leads_and_does_not_wait() {
    let barrier = Barrier::new(3);
    let [mut second, mut first] = [(); 2].map(|()| Task::new(barrier.wait()));
    assert_pending!(first.poll());
    assert_pending!(second.poll());
    let last = arrive(&barrier);
    assert_eq!((last.index(), last.is_leader()), (2, true));
    assert_eq!((first.wakes(), second.wakes(), barrier.waiters()), (1, 1, 0));
    let [second, first] = [second.ready().unwrap(), first.ready().unwrap()];
    assert_eq!((first.index(), second.index()), (0, 1));
    assert!(!first.is_leader() && !second.is_leader());
}

#[test]
fn each_round_has_every_index_and_one_leader() {
    let barrier = Barrier::new(5);
    for _ in 0..5 {
        let mut tasks = queue_up(4, || barrier.wait());
        let last = arrive(&barrier);
        let mut all = passes(&mut tasks);
        all.push(Ok(last));
        assert_eq!(indices(all.clone()), [0, 1, 2, 3, 4]);
        assert_eq!(all.iter().filter(|pass| pass.is_ok_and(|pass| pass.is_leader())).count(), 1);
    }
}

#[test]
fn the_next_round_begins_while_tasks_of_the_last_one_have_not_run() {
    let barrier = Barrier::new(2);
    let mut slow = queued(barrier.wait());
    arrive(&barrier);
    let mut next = queued(barrier.wait());
    assert_eq!(arrive(&barrier).index(), 1);
    assert_eq!(indices([slow.ready(), next.ready()]), [0, 0]);
}

/// CPython's barrier returns the same index to two tasks here.
#[test]
fn promise_1_a_cancelled_arrival_takes_itself_back_and_the_later_ones_move_up() {
    for cancelled in 0..3 {
        let barrier = Barrier::new(4);
        let mut tasks = queue_up(3, || barrier.wait());
        tasks.remove(cancelled).cancel();
        assert_eq!((barrier.waiters(), barrier.is_broken()), (2, false));
        tasks.push(queued(barrier.wait()));
        assert_eq!(arrive(&barrier).index(), 3);
        assert_eq!(indices(passes(&mut tasks)), [0, 1, 2]);
    }
}

#[test]
fn promise_1_a_wait_that_is_dropped_after_its_round_is_complete_uses_up_its_index() {
    let barrier = Barrier::new(4);
    let mut tasks = queue_up(3, || barrier.wait());
    arrive(&barrier);
    tasks.remove(1).cancel();
    let next = queued(barrier.wait());
    assert_eq!(barrier.waiters(), 1, "the next round is not disturbed");
    assert_eq!(indices(passes(&mut tasks)), [0, 2]);
    next.cancel();
}

#[test]
fn a_waker_that_completes_the_round_while_it_is_cloned_leaves_its_wait_to_the_next_round() {
    let barrier: &'static Barrier = leak(Barrier::new(2));
    let before = Arc::new(Mutex::new(Some(queued(barrier.wait()))));
    let waker = CountingWaker::reentrant(Call::Clone, || _ = arrive(barrier));
    let mut task = Task::with_waker(barrier.wait(), waker);
    assert_pending!(task.poll());
    assert_eq!(before.lock().unwrap().take().unwrap().ready().unwrap().index(), 0);
    assert_eq!(barrier.waiters(), 1);
}

#[test]
fn promise_2_waiters_are_woken_in_the_order_they_came() {
    let barrier = Barrier::new(41);
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut tasks: Vec<_> = (0..40)
        .map(|name| {
            let order = order.clone();
            let waker = CountingWaker::reentrant(Call::Wake, move || order.lock().unwrap().push(name));
            Task::with_waker(barrier.wait(), waker)
        })
        .collect();
    tasks.iter_mut().for_each(|task| assert_pending!(task.poll()));
    arrive(&barrier);
    assert_eq!(*order.lock().unwrap(), Vec::from_iter(0..40));
    assert_eq!(indices(passes(&mut tasks)), Vec::from_iter(0..40));
}

#[test]
fn promise_4_taking_an_arrival_back_takes_the_same_time_however_many_wait() {
    cost::cancelling_is_constant(|| {
        let barrier: &'static Barrier = leak(Barrier::new(usize::MAX));
        move || barrier.wait()
    });
}

#[test]
fn abort_refuses_those_who_wait_and_all_who_come_until_a_reset() {
    let barrier = Barrier::new(3);
    let mut tasks = queue_up(2, || barrier.wait());
    barrier.abort();
    assert_eq!((barrier.waiters(), barrier.is_broken()), (0, true));
    assert_eq!(passes(&mut tasks), [Err(BrokenBarrier); 2]);
    assert_eq!(tasks.iter().map(Task::wakes).sum::<usize>(), 2);
    barrier.abort();
    assert_eq!(Task::new(barrier.wait()).ready(), Err(BrokenBarrier));
    barrier.reset();
    assert!(!barrier.is_broken());
    let mut tasks = queue_up(2, || barrier.wait());
    assert_eq!(arrive(&barrier).index(), 2);
    assert_eq!(indices(passes(&mut tasks)), [0, 1]);
}

#[test]
fn reset_refuses_those_who_wait_and_the_barrier_goes_on() {
    let barrier = Barrier::new(3);
    barrier.reset();
    let mut tasks = queue_up(2, || barrier.wait());
    barrier.reset();
    assert_eq!((barrier.waiters(), barrier.is_broken()), (0, false));
    assert_eq!(passes(&mut tasks), [Err(BrokenBarrier); 2]);
    let mut tasks = queue_up(2, || barrier.wait());
    assert_eq!(arrive(&barrier).index(), 2);
    assert_eq!(indices(passes(&mut tasks)), [0, 1]);
}

#[test]
fn a_barrier_for_one_can_be_broken() {
    let barrier = Barrier::new(1);
    barrier.abort();
    assert_eq!(Task::new(barrier.wait()).ready(), Err(BrokenBarrier));
    barrier.reset();
    arrive(&barrier);
}

/// asyncio breaks those who leave, and a `reset` spares those who wait for the next round.
#[test]
fn a_round_that_is_complete_stays_so_after_an_abort_or_a_reset() {
    for break_it in [Barrier::abort, Barrier::reset] {
        let barrier = Barrier::new(3);
        let mut leaving = queue_up(2, || barrier.wait());
        arrive(&barrier);
        let mut next = queue_up(2, || barrier.wait());
        break_it(&barrier);
        assert_eq!(passes(&mut next), [Err(BrokenBarrier); 2]);
        assert_eq!(indices(passes(&mut leaving)), [0, 1]);
    }
}

#[test]
fn a_refused_wait_that_is_dropped_does_not_disturb_the_next_round() {
    let barrier = Barrier::new(2);
    let refused = queued(barrier.wait());
    barrier.reset();
    let mut next = queued(barrier.wait());
    refused.cancel();
    assert_eq!(barrier.waiters(), 1);
    arrive(&barrier);
    assert_eq!(next.ready().unwrap().index(), 0);
}

#[test]
fn a_last_arrival_that_is_enabled_completes_the_round_and_keeps_its_pass() {
    let barrier = Barrier::new(2);
    let mut first = queued(barrier.wait());
    let mut last = Task::new(barrier.wait());
    assert!(last.pinned().enable());
    assert!(last.future().is_decided() && first.is_woken());
    let mut next = queued(barrier.wait());
    assert_eq!(last.ready().unwrap().index(), 1, "the wait does not arrive a second time");
    assert_eq!(first.ready().unwrap().index(), 0);
    assert_pending!(next.poll());

    let mut dropped = Task::new(barrier.wait());
    assert!(dropped.pinned().enable());
    dropped.cancel();
    assert_eq!(next.ready().unwrap().index(), 0, "the round stays complete without its leader");
}

#[test]
fn a_future_knows_when_it_is_terminated() {
    let barrier = Barrier::new(2);
    let mut task = Task::new(barrier.wait());
    assert!(!task.future().is_terminated());
    assert_pending!(task.poll());
    arrive(&barrier);
    assert!(!task.future().is_terminated());
    task.ready().unwrap();
    assert!(task.future().is_terminated());
    assert!(panic_of(|| task.poll()).contains("polled after it had completed"));
}

#[test]
fn an_owned_wait_keeps_the_barrier_alive() {
    let barrier = Arc::new(Barrier::new(2));
    let mut task = queued(barrier.clone().wait_owned());
    arrive(&barrier);
    let weak = Arc::downgrade(&barrier);
    drop(barrier);
    assert_eq!(task.ready().unwrap().index(), 0);
    assert!(weak.upgrade().is_none(), "a wait that is over holds nothing");
}

#[test]
fn a_barrier_shows_its_parties_and_its_waiters_and_whether_it_is_broken() {
    let barrier = Barrier::new(3);
    let waiting = queue_up(2, || barrier.wait());
    assert_eq!(format!("{barrier:?}"), "Barrier { parties: 3, waiters: 2, broken: false }");
    barrier.abort();
    assert_eq!(format!("{barrier:?}"), "Barrier { parties: 3, waiters: 0, broken: true }");
    drop(waiting);
    assert_eq!(BrokenBarrier.to_string(), "the barrier is broken");
    assert!(format!("{:?}", queued(Barrier::new(2).wait()).future()).contains("Queued"));
}

#[test]
fn promise_7_a_future_may_be_dropped_in_any_state() {
    let barrier = Barrier::new(2);
    drop(barrier.wait());
    queued(barrier.wait()).cancel();
    let granted = queued(barrier.wait());
    arrive(&barrier);
    granted.cancel();
    let refused = queued(barrier.wait());
    barrier.reset();
    refused.cancel();
    let mut done = queued(barrier.wait());
    arrive(&barrier);
    done.ready().unwrap();
    done.cancel();
    assert_eq!(barrier.waiters(), 0);
}

#[test]
fn a_forgotten_arrival_stays_an_arrival() {
    let barrier: &'static Barrier = leak(Barrier::new(2));
    queued(barrier.wait()).forget();
    assert_eq!(arrive(barrier).index(), 1);
    assert_eq!(barrier.waiters(), 0);
}

#[test]
fn promise_11_a_panic_between_the_last_arrival_and_the_poll_loses_nobody() {
    let barrier = Barrier::new(3);
    let mut task = queued(barrier.wait());
    panic_of(|| {
        let _dropped = queued(barrier.wait());
        arrive(&barrier);
        panic!("a panic between the last arrival and the poll");
    });
    assert_eq!(task.ready().unwrap().index(), 0);
    assert_eq!(barrier.waiters(), 0);
}
