//! User code that panics where nobody expects it costs nobody else anything.

use core::convert::Infallible;
use core::future::pending;
use core::panic::AssertUnwindSafe;
use std::sync::Arc;

use anywake::scope::When;
use anywake::task::{Outcome, Panic};
use anywake::test_util::{Simulated, Simulation};
use anywake::{Failure, Runtime, Task, TaskError, gather, wait};
use futures_util::FutureExt as _;

use crate::support::{PanicOnDrop, after, event, message};

async fn output_of_a_detached_task_that_panics_in_its_drop_hits_nobody_else<R: Runtime>(rt: R) {
    for _ in 0..4 {
        let (go, ended) = (event(), event());
        let (goes, ends) = (after(&go, ()), Arc::clone(&ended));
        drop(rt.spawn(async move {
            goes.await;
            ends.set();
            PanicOnDrop("output")
        }));
        go.set();
        ended.wait().await;
        rt.yield_now().await;
    }
}

/// Does not like to be looked at.
struct Shy(u8);

impl Outcome for Shy {
    type Value = u8;
    type Error = Infallible;

    fn into_result(self) -> Result<u8, Infallible> {
        Ok(self.0)
    }

    fn is_failure(&self) -> bool {
        panic!("looked at")
    }
}

async fn is_failure_that_panics_does_not_lose_the_outcome<R: Runtime>(rt: R) {
    let mut tasks: [Task<Shy>; 1] = [rt.spawn(async { Shy(7) })];
    let looked = AssertUnwindSafe(wait(&mut tasks, When::FirstFailed)).catch_unwind().await;
    let panic = Panic::from(looked.unwrap_err());
    assert_eq!(message(&panic), "looked at");
    let [task] = tasks;
    assert!(task.is_finished());
    let gathered: Result<Vec<u8>, Failure<Infallible>> = gather([task]).await;
    assert_eq!(gathered.unwrap(), [7]);
}

on_each_runtime! {
    output_of_a_detached_task_that_panics_in_its_drop_hits_nobody_else
    is_failure_that_panics_does_not_lose_the_outcome
}

#[test]
fn destructor_that_panics_at_the_end_of_the_runtime_is_the_outcome_of_its_task() {
    let mut task = None;
    Simulation::new().run(async {
        task = Some(Simulated.spawn(async {
            let _bomb = PanicOnDrop("destructor");
            pending::<()>().await
        }));
        Simulated.yield_now().await;
    });
    let ended = task.unwrap().now_or_never().unwrap();
    assert!(matches!(ended, Err(TaskError::Panicked(panic)) if message(&panic) == "destructor"));
}
