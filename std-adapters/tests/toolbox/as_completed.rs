//! `as_completed`: in the order in which they end.

use core::pin::pin;
use core::time::Duration;
use std::sync::Arc;

use anywake::test_util::{Simulated, Simulation};
use anywake::{Elapsed, Event, Failure, Runtime, Task, as_completed, stream};
use futures_util::stream::FusedStream as _;
use futures_util::{Stream as _, StreamExt as _};

use crate::support::{after, event};

/// Tasks that end when their events are set.
fn gated<R: Runtime, const N: usize>(rt: R) -> ([Arc<Event>; N], [Task<usize>; N]) {
    let gates = [(); N].map(|()| event());
    let mut place = 0;
    let tasks = gates.each_ref().map(|gate| {
        place += 1;
        rt.spawn(after(gate, place - 1))
    });
    (gates, tasks)
}

async fn ends_come_in_the_order_in_which_they_happen<R: Runtime>(rt: R) {
    let (gates, tasks) = gated::<R, 3>(rt);
    let mut ends = as_completed(tasks);
    assert_eq!(ends.size_hint(), (3, Some(3)));
    for next in [1, 2, 0] {
        gates[next].set();
        let Some((place, Ok(value))) = ends.next().await else { panic!("one has ended") };
        assert_eq!((place, value), (next, next));
    }
    assert!(ends.is_terminated());
    assert!(ends.next().await.is_none());
}

/// What ends while nobody looks is in order too.
async fn order_is_kept_between_two_looks<R: Runtime>(rt: R) {
    let (gates, tasks) = gated::<R, 3>(rt);
    let (last, watch) = (event(), event());
    let [a, b, c] = tasks;
    // Each is followed by a task that says so.
    let follow = |task: Task<usize>, told: &Arc<Event>| {
        let told = Arc::clone(told);
        rt.spawn(async move {
            let value = task.await.unwrap();
            told.set();
            value
        })
    };
    let mut ends = as_completed([follow(a, &last), follow(b, &watch), c]);
    gates[1].set();
    watch.wait().await;
    rt.yield_now().await;
    gates[0].set();
    last.wait().await;
    let mut places = vec![ends.next().await.unwrap().0, ends.next().await.unwrap().0];
    gates[2].set();
    places.push(ends.next().await.unwrap().0);
    assert_eq!(places[2], 2);
    places.sort_unstable();
    assert_eq!(places, [0, 1, 2]);
}

async fn failures_are_items<R: Runtime>(rt: R) {
    let cancelled = rt.spawn(core::future::pending());
    cancelled.cancel();
    let tasks = [rt.spawn(async { Err::<(), _>("one") }), cancelled, rt.spawn(async { panic!("three") })];
    let mut ends: Vec<_> = as_completed(tasks).collect().await;
    ends.sort_by_key(|&(place, _)| place);
    assert!(matches!(
        ends[..],
        [(0, Err(Failure::Error("one"))), (1, Err(Failure::Cancelled)), (2, Err(Failure::Panicked(_)))]
    ));
}

async fn deadline_is_the_last_item_and_the_rest_run_on<R: Runtime>(rt: R) {
    let (gates, tasks) = gated::<R, 2>(rt);
    let stop = event();
    let mut ends = pin!(stream::until(as_completed(tasks), stop.wait()));
    gates[1].set();
    assert!(matches!(ends.next().await, Some(Ok((1, Ok(1))))));
    stop.set();
    assert!(matches!(ends.next().await, Some(Err(Elapsed(())))));
    assert!(ends.next().await.is_none());
    gates[0].set();
}

async fn deadline_comes_although_nothing_ends<R: Runtime>(rt: R) {
    let (gates, tasks) = gated::<R, 1>(rt);
    let ends = as_completed(tasks).within(R::default(), Duration::from_millis(5)).collect::<Vec<_>>().await;
    assert!(matches!(ends[..], [Err(Elapsed(()))]));
    gates[0].set();
}

async fn pending_tasks_can_be_taken_back<R: Runtime>(rt: R) {
    let (gates, tasks) = gated::<R, 3>(rt);
    let mut ends = as_completed(tasks);
    gates[1].set();
    assert!(matches!(ends.next().await, Some((1, Ok(1)))));
    let pending = ends.into_pending();
    assert_eq!(pending.iter().map(|&(place, _)| place).collect::<Vec<_>>(), [0, 2]);
    gates.iter().for_each(|gate| gate.set());
    for (place, task) in pending {
        assert_eq!(task.await.unwrap(), place);
    }
}

/// The stream looks at the tasks when it is made; what it finds then is not lost if nobody takes it from there.
async fn outcomes_that_had_come_are_given_back_with_the_pending_tasks<R: Runtime>(rt: R) {
    let go = event();
    let tasks = [rt.spawn(async { Ok("a") }), rt.spawn(after(&go, Ok("b"))), rt.spawn(async { Err("c") })];
    while !(tasks[0].is_finished() && tasks[2].is_finished()) {
        rt.yield_now().await;
    }
    let pending = as_completed(tasks).into_pending();
    let finished: Vec<_> = pending.iter().map(|(place, task)| (*place, task.is_finished())).collect();
    assert_eq!(finished, [(0, true), (1, false), (2, true)]);
    go.set();
    let mut outcomes = Vec::new();
    for (_, task) in pending {
        outcomes.push(task.await.unwrap());
    }
    assert_eq!(outcomes, [Ok("a"), Ok("b"), Err("c")]);
}

async fn dropped_stream_lets_the_tasks_run<R: Runtime>(rt: R) {
    let (go, done) = (event(), event());
    let ends = Arc::clone(&done);
    let goes = after(&go, ());
    drop(as_completed([rt.spawn(async move {
        goes.await;
        ends.set();
    })]));
    go.set();
    done.wait().await;
}

on_each_runtime! {
    ends_come_in_the_order_in_which_they_happen
    order_is_kept_between_two_looks
    failures_are_items
    deadline_is_the_last_item_and_the_rest_run_on
    deadline_comes_although_nothing_ends
    pending_tasks_can_be_taken_back
    outcomes_that_had_come_are_given_back_with_the_pending_tasks
    dropped_stream_lets_the_tasks_run
}

/// asyncio's `[2, 3, 1]`.
#[test]
fn order_of_the_delays() {
    for seed in 0..32 {
        let order = Simulation::seeded(seed).run(async {
            let tasks = [3, 1, 2].map(|delay| Simulated.spawn(Simulated.sleep(Duration::from_secs(delay))));
            as_completed(tasks).map(|(place, _)| place + 1).collect::<Vec<_>>().await
        });
        assert_eq!(order, [2, 3, 1]);
    }
}

#[test]
fn ends_that_are_there_do_not_put_the_deadline_off() {
    Simulation::new().run(async {
        let tasks = [0, 0, 9].map(|delay| Simulated.spawn(Simulated.sleep(Duration::from_secs(delay))));
        Simulated.sleep(Duration::from_secs(1)).await;
        let mut ends = as_completed(tasks).within(Simulated, Duration::from_secs(1));
        assert!(matches!(ends.next().await, Some(Ok((0, Ok(()))))));
        Simulated.sleep(Duration::from_secs(1)).await;
        assert!(matches!(ends.next().await, Some(Err(Elapsed(())))));
        assert!(ends.next().await.is_none());
    });
}

#[test]
fn those_that_ended_before_come_first_and_later_ones_in_their_order() {
    Simulation::new().run(async {
        let tasks = [2, 0, 3, 1, 0].map(|delay| Simulated.spawn(Simulated.sleep(Duration::from_secs(delay))));
        Simulated.sleep(Duration::from_millis(1)).await;
        let ends = as_completed(tasks);
        // All end while nobody looks.
        Simulated.sleep(Duration::from_secs(9)).await;
        assert_eq!(ends.map(|(place, _)| place).collect::<Vec<_>>().await, [1, 4, 3, 0, 2]);
    });
}
