//! `timeout` and `timeout_with`.

use core::future::{pending, ready};
use core::time::Duration;

use anywake::test_util::{Simulated, Simulation};
use anywake::wait::DeadlineOver;
use anywake::{Elapsed, Runtime, Wait as _, timeout, timeout_with};

use crate::support::{Live, after, event};

const SOON: Duration = Duration::from_millis(5);
const LATE: Duration = Duration::from_secs(600);

async fn work_that_is_ready_wins<R: Runtime>(rt: R) {
    assert_eq!(timeout(rt, Duration::ZERO, ready(1)).await, Ok(1));
    assert_eq!(timeout(rt, LATE, rt.yield_now()).await, Ok(()));
    assert_eq!(timeout(rt, Duration::MAX, ready(2)).await, Ok(2));
    assert_eq!(timeout_with(rt, Some(Duration::ZERO), |_| ready(3)).await, Ok(3));
}

async fn late_work_is_dropped<R: Runtime>(rt: R) {
    let live = Live::default();
    assert_eq!(timeout(rt, SOON, live.forever::<()>()).await, Err(Elapsed(())));
    assert_eq!(live.count(), 0);
    assert_eq!(timeout_with(rt, Some(SOON), |_| live.forever::<()>()).await, Err(Elapsed(())));
    assert_eq!(live.count(), 0);
}

async fn task_ends_with_its_timeout_if_it_is_cancelled_on_drop<R: Runtime>(rt: R) {
    let live = Live::default();
    let task = rt.spawn(live.forever::<()>());
    assert!(timeout(rt, SOON, task.cancel_on_drop()).await.is_err());
    live.gone(rt).await;
    let task = rt.spawn(live.forever::<()>());
    assert!(task.cancel_on_drop().within(R::default(), SOON).await.is_err());
    live.gone(rt).await;
}

async fn task_that_a_timeout_only_borrows_runs_on<R: Runtime>(rt: R) {
    let go = event();
    let mut task = rt.spawn(after(&go, 3));
    assert!(timeout(rt, SOON, &mut task).await.is_err());
    go.set();
    assert_eq!(timeout(rt, LATE, task.cancel_on_drop()).await.unwrap().unwrap(), 3);
}

async fn task_that_is_detached_again_runs_on<R: Runtime>(rt: R) {
    let (go, done) = (event(), event());
    let (goes, ends) = (after(&go, ()), std::sync::Arc::clone(&done));
    let handle = rt.spawn(async move {
        goes.await;
        ends.set();
    });
    drop(handle.cancel_on_drop().detach());
    go.set();
    done.wait().await;
}

async fn only_the_one_that_fired_says_so<R: Runtime>(rt: R) {
    let inner = timeout(rt, LATE, async { (timeout(rt, SOON, pending::<()>()).await, "went on") }).await;
    assert_eq!(inner, Ok((Err(Elapsed(())), "went on")));
    let outer = timeout(rt, SOON, timeout(rt, LATE, pending::<()>())).await;
    assert_eq!(outer, Err(Elapsed(())));

    let nested = timeout_with(rt, Some(LATE), |outer| async move {
        let inner = timeout_with(rt, Some(SOON), |_| pending::<()>()).await;
        (inner, outer.is_expired())
    });
    assert_eq!(nested.await, Ok((Err(Elapsed(())), false)));
}

async fn deadline_can_be_moved_to_never_and_back<R: Runtime>(rt: R) {
    let outcome = timeout_with(rt, Some(SOON), |deadline| async move {
        deadline.reschedule(None).unwrap();
        assert_eq!(deadline.when(), None);
        rt.sleep(3 * SOON).await;
        deadline.reschedule(Some(SOON)).unwrap();
        assert!(deadline.when() > Some(rt.now()) && !deadline.is_expired());
        pending::<()>().await
    })
    .await;
    assert_eq!(outcome, Err(Elapsed(())));
}

async fn deadline_can_be_set_later<R: Runtime>(rt: R) {
    let outcome = timeout_with(rt, None, |deadline| async move {
        assert_eq!(deadline.when(), None);
        rt.yield_now().await;
        deadline.reschedule(Some(SOON)).unwrap();
        pending::<()>().await
    });
    assert_eq!(outcome.await, Err(Elapsed(())));
}

async fn another_task_can_move_the_deadline<R: Runtime>(rt: R) {
    let handed = event();
    let hand = std::sync::Arc::clone(&handed);
    let slot = std::sync::Arc::new(std::sync::Mutex::new(None));
    let given = std::sync::Arc::clone(&slot);
    let mover = rt.spawn(async move {
        handed.wait().await;
        let deadline: anywake::wait::Deadline<R> = given.lock().unwrap().take().unwrap();
        deadline.reschedule(Some(Duration::ZERO)).unwrap();
        deadline
    });
    let outcome = timeout_with(rt, Some(LATE), |deadline| async move {
        *slot.lock().unwrap() = Some(deadline);
        hand.set();
        pending::<()>().await
    });
    assert_eq!(outcome.await, Err(Elapsed(())));
    let deadline = mover.await.unwrap();
    assert!(deadline.is_expired());
    assert_eq!(deadline.reschedule(None), Err(DeadlineOver));
}

async fn deadline_of_finished_work_is_over_and_has_not_fired<R: Runtime>(rt: R) {
    let deadline = timeout_with(rt, Some(LATE), |deadline| async move { deadline }).await.unwrap();
    assert!(!deadline.is_expired());
    assert_eq!(deadline.reschedule(Some(LATE)), Err(DeadlineOver));
}

on_each_runtime! {
    work_that_is_ready_wins
    late_work_is_dropped
    task_ends_with_its_timeout_if_it_is_cancelled_on_drop
    task_that_a_timeout_only_borrows_runs_on
    task_that_is_detached_again_runs_on
    only_the_one_that_fired_says_so
    deadline_can_be_moved_to_never_and_back
    deadline_can_be_set_later
    another_task_can_move_the_deadline
    deadline_of_finished_work_is_over_and_has_not_fired
}

/// At the very moment of the deadline, work that is ready has priority, in whichever order the two are woken.
#[test]
fn work_that_ends_in_the_moment_of_the_deadline_wins() {
    for seed in 0..32 {
        let outcome =
            Simulation::seeded(seed).run(timeout(Simulated, LATE, async { Simulated.sleep(LATE).await }));
        assert_eq!(outcome, Ok(()));
    }
}

#[test]
fn deadlines_are_exact() {
    Simulation::new().run(async {
        _ = timeout(Simulated, SOON, pending::<()>()).await;
        assert_eq!(Simulated.elapsed(), SOON);
        _ = timeout_with(Simulated, Some(SOON), |deadline| async move {
            Simulated.sleep(SOON / 2).await;
            deadline.reschedule(Some(LATE)).unwrap();
            pending::<()>().await
        })
        .await;
        assert_eq!(Simulated.elapsed(), SOON + SOON / 2 + LATE);
    });
}
