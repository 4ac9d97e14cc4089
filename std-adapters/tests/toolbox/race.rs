//! `race` and `wait`.

use core::pin::Pin;
use core::time::Duration;
use std::sync::Arc;

use anywake::scope::When;
use anywake::test_util::{Simulated, Simulation, poll};
use anywake::{Elapsed, Failure, Runtime, Task, Wait, race, wait};

use crate::support::{Live, after, event};

async fn first_to_end_wins_and_the_others_are_gone<R: Runtime>(rt: R) {
    let live = Live::default();
    let tasks = [rt.spawn(live.forever()), rt.spawn(async { "won" }), rt.spawn(live.forever())];
    assert!(matches!(race(tasks).await, (1, Ok("won"))));
    assert_eq!(live.count(), 0);
}

async fn failure_wins_too<R: Runtime>(rt: R) {
    let live = Live::default();
    let won = race([rt.spawn(live.forever::<Result<(), _>>()), rt.spawn(async { Err("lost") })]).await;
    assert!(matches!(won, (1, Err(Failure::Error("lost")))));
    assert_eq!(live.count(), 0);
}

async fn dropped_race_cancels_all<R: Runtime>(rt: R) {
    let live = Live::default();
    let mut running = race([rt.spawn(live.forever::<()>()), rt.spawn(live.forever::<()>())]);
    assert!(poll(Pin::new(&mut running)).is_pending());
    drop(running);
    live.gone(rt).await;
}

async fn first_completed_leaves_the_others_alone<R: Runtime>(rt: R) {
    let gates = [event(), event(), event()];
    let mut tasks: Vec<_> = (0..3).map(|n| rt.spawn(after(&gates[n], n))).collect();
    gates[1].set();
    wait(&mut tasks, When::FirstCompleted).await;
    let (done, pending): (Vec<_>, Vec<_>) = tasks.into_iter().partition(Task::is_finished);
    assert_eq!((done.len(), pending.len()), (1, 2));
    for task in done {
        assert_eq!(task.await.unwrap(), 1);
    }
    gates.iter().for_each(|gate| gate.set());
    for (task, value) in pending.into_iter().zip([0, 2]) {
        assert_eq!(task.await.unwrap(), value, "it was not cancelled");
    }
}

async fn first_failed_does_not_stop_at_a_success<R: Runtime>(rt: R) {
    let (go, never) = (event(), event());
    let mut tasks = vec![
        rt.spawn(after(&never, Ok(()))),
        rt.spawn(async { Ok(()) }),
        rt.spawn(after(&go, Err("failed"))),
    ];
    assert!(wait(&mut tasks, When::FirstFailed).until(rt.yield_now()).await.is_err());
    go.set();
    wait(&mut tasks, When::FirstFailed).await;
    assert!(!tasks[0].is_finished());
    assert!(matches!(tasks.pop().unwrap().await, Ok(Err("failed"))), "the outcome is still there");
    never.set();
    // None fails any more: all are waited for.
    wait(&mut tasks, When::FirstFailed).await;
    assert!(tasks.iter().all(Task::is_finished));
}

async fn panics_and_cancelled_tasks_have_failed<R: Runtime>(rt: R) {
    let live = Live::default();
    let mut tasks = [rt.spawn(live.forever::<()>()), rt.spawn(async { panic!("a failure") })];
    wait(&mut tasks, When::FirstFailed).await;
    assert!(tasks[1].is_finished() && !tasks[0].is_finished());
    tasks[0].cancel();
    wait(&mut tasks[..1], When::FirstFailed).await;
    assert!(tasks[0].is_finished());
}

async fn all_completed_waits_for_all<R: Runtime>(rt: R) {
    let mut tasks: Vec<_> = (0..20)
        .map(|n| {
            rt.spawn(async move {
                rt.yield_now().await;
                if n % 2 == 0 { Ok(n) } else { Err(n) }
            })
        })
        .collect();
    wait(&mut tasks, When::AllCompleted).await;
    assert!(tasks.iter().all(Task::is_finished));
    wait(&mut tasks, When::AllCompleted).await;
    wait(&mut [] as &mut [Task<()>], When::FirstCompleted).await;
}

async fn deadline_cancels_nothing<R: Runtime>(rt: R) {
    let go = event();
    let mut tasks = [rt.spawn(after(&go, 4))];
    let waited = wait(&mut tasks, When::AllCompleted).within(R::default(), Duration::from_millis(5)).await;
    assert_eq!(waited, Err(Elapsed(())));
    go.set();
    let [task] = tasks;
    assert_eq!(task.await.unwrap(), 4);
}

on_each_runtime! {
    first_to_end_wins_and_the_others_are_gone
    failure_wins_too
    dropped_race_cancels_all
    first_completed_leaves_the_others_alone
    first_failed_does_not_stop_at_a_success
    panics_and_cancelled_tasks_have_failed
    all_completed_waits_for_all
    deadline_cancels_nothing
}

#[test]
#[should_panic(expected = "a race needs a task")]
fn race_without_tasks_is_a_panic() {
    drop(race([] as [Task<()>; 0]));
}

#[test]
fn fastest_wins() {
    for seed in 0..32 {
        Simulation::seeded(seed).run(async {
            let live = Live::default();
            let tasks = [3, 1, 2].map(|seconds| {
                let token = live.token();
                Simulated.spawn(async move {
                    let _token = Arc::clone(&token);
                    Simulated.sleep(Duration::from_secs(seconds)).await;
                    seconds
                })
            });
            assert!(matches!(race(tasks).await, (1, Ok(1))));
            assert_eq!((live.count(), Simulated.elapsed()), (0, Duration::from_secs(1)));
        });
    }
}
