//! `gather` and `gather_settled`.

use core::future::pending;
use core::pin::Pin;

use anywake::test_util::poll;
use anywake::{Failure, Runtime, Task, gather, gather_settled};

use crate::support::{Live, after, event, message, panic_of};

async fn results_are_in_the_order_of_the_arguments<R: Runtime>(rt: R) {
    let (first, second) = (event(), event());
    let tasks = [rt.spawn(after(&second, "a")), rt.spawn(after(&first, "b")), rt.spawn(async { "c" })];
    let both = async {
        first.set();
        rt.yield_now().await;
        second.set();
    };
    let (values, ()) = futures_util::future::join(gather(tasks), both).await;
    assert_eq!(values.unwrap(), ["a", "b", "c"]);
}

async fn nothing_to_gather_is_there_at_once<R: Runtime>(_: R) {
    let mut none = gather([] as [Task<u8>; 0]);
    assert!(matches!(poll(Pin::new(&mut none)), core::task::Poll::Ready(Ok(values)) if values.is_empty()));
    assert!(gather_settled([] as [Task<u8>; 0]).await.is_empty());
}

async fn first_failure_is_returned_and_the_others_run_on<R: Runtime>(rt: R) {
    let (go, done) = (event(), event());
    let ends = std::sync::Arc::clone(&done);
    let goes = after(&go, ());
    let tasks = [
        rt.spawn(async move {
            goes.await;
            ends.set();
            Ok(())
        }),
        rt.spawn(async { Err("x") }),
    ];
    assert!(matches!(gather(tasks).await, Err(Failure::Error("x"))));
    assert!(!done.is_set());
    go.set();
    done.wait().await;
}

async fn first_failure_is_the_one_that_came_first<R: Runtime>(rt: R) {
    let go = event();
    let mut tasks =
        vec![rt.spawn(after(&go, Err::<(), _>("argument 0"))), rt.spawn(async { Err("argument 1") })];
    while !tasks[1].is_finished() {
        rt.yield_now().await;
    }
    let gathered = gather(tasks.drain(..));
    go.set();
    assert!(matches!(gathered.await, Err(Failure::Error("argument 1"))));
}

async fn panics_and_cancelled_tasks_are_failures<R: Runtime>(rt: R) {
    let panics = gather([rt.spawn(async { panic!("child") })] as [Task<()>; 1]).await;
    assert!(matches!(panics, Err(Failure::Panicked(panic)) if message(&panic) == "child"));
    let task = rt.spawn(pending::<()>());
    task.cancel();
    assert!(matches!(gather([task]).await, Err(Failure::Cancelled)));
}

async fn settled_keeps_the_order_and_waits_for_all<R: Runtime>(rt: R) {
    let cancelled = rt.spawn(pending());
    cancelled.cancel();
    let panics = rt.spawn(async { panic!("four") });
    let tasks = [rt.spawn(async { Ok(1) }), rt.spawn(async { Err("two") }), cancelled, panics];
    let settled = gather_settled(tasks).await;
    let [Ok(1), Err(Failure::Error("two")), Err(Failure::Cancelled), Err(Failure::Panicked(_))] = settled[..]
    else {
        panic!("{settled:?}")
    };
}

async fn dropped_gather_cancels_all<R: Runtime>(rt: R) {
    let live = Live::default();
    let tasks = |count: usize| (0..count).map(|_| rt.spawn(live.forever::<()>())).collect::<Vec<_>>();
    let mut gathered = gather(tasks(3));
    assert!(poll(Pin::new(&mut gathered)).is_pending());
    drop(gathered);
    drop(gather(tasks(3)));
    drop(gather_settled(tasks(3)));
    live.gone(rt).await;
}

async fn thousands_are_no_trouble<R: Runtime>(rt: R) {
    let numbers: Vec<u32> = (0..3000).collect();
    let tasks = numbers.iter().map(|&n| {
        rt.spawn(async move {
            rt.yield_now().await;
            n
        })
    });
    assert_eq!(gather(tasks).await.unwrap(), numbers);
}

/// What says `Ok([])` then is taken for a result.
async fn polled_again_after_the_end_is_a_panic<R: Runtime>(rt: R) {
    let again = |message: String, name: &str| {
        assert_eq!(message, format!("`{name}` polled after it had completed"));
    };
    let mut gathered = gather([rt.spawn(async { 1 })]);
    assert_eq!((&mut gathered).await.unwrap(), [1]);
    again(panic_of(|| poll(Pin::new(&mut gathered)).is_ready()), "Gather");
    let mut failed = gather([rt.spawn(async { Err::<(), _>("x") })]);
    assert!((&mut failed).await.is_err());
    again(panic_of(|| poll(Pin::new(&mut failed)).is_ready()), "Gather");
    let mut none = gather([] as [Task<u8>; 0]);
    assert!((&mut none).await.unwrap().is_empty());
    again(panic_of(|| poll(Pin::new(&mut none)).is_ready()), "Gather");
    let mut settled = gather_settled([rt.spawn(async { 1 })]);
    assert!(matches!((&mut settled).await[..], [Ok(1)]));
    again(panic_of(|| poll(Pin::new(&mut settled)).is_ready()), "GatherSettled");
}

on_each_runtime! {
    polled_again_after_the_end_is_a_panic
    results_are_in_the_order_of_the_arguments
    nothing_to_gather_is_there_at_once
    first_failure_is_returned_and_the_others_run_on
    first_failure_is_the_one_that_came_first
    panics_and_cancelled_tasks_are_failures
    settled_keeps_the_order_and_waits_for_all
    dropped_gather_cancels_all
    thousands_are_no_trouble
}
