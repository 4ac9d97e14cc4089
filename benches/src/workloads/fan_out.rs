//! One publisher, and receivers that all have each value.

use std::time::Instant;

use crate::contenders::broadcast::{Broadcast, Item, each_back_pressure, each_broadcast};
use crate::executor::{run_one, yield_now};
use crate::harness::{Basis, Run, Suite, Workload};
use crate::runtimes::{AsyncStd, Local, Runtime, Smol, Task, Threads, TokioThreads};

pub(super) fn add(suite: &mut Suite) {
    let mut w = Workload::new(
        "uncontended/fan-out/publish+recv".to_owned(),
        "publish, and receive by the only receiver",
        Basis::Min,
    );
    each_broadcast!(1, publish_recv(&mut w));
    suite.add(w);

    macro_rules! receivers {
        ($($count:literal)+) => {$(
            let name = concat!("fan-out/", $count).to_owned();
            let mut w = Workload::new(name, "one receiver: wait, be woken, receive one value", Basis::Min);
            each_broadcast!($count, fan_out(&mut w, $count, Local, true));
            suite.add(w);
        )+};
    }
    receivers! { 1 10 1000 }

    on_threads(suite, TokioThreads);
    on_threads(suite, AsyncStd);
    on_threads(suite, Smol);
    on_threads(suite, Threads);
}

/// Only broadcasts with back-pressure: with the others receivers miss values, and do less.
fn on_threads<R: Runtime>(suite: &mut Suite, runtime: R) {
    macro_rules! receivers {
        ($($count:literal)+) => {$(
            let name = format!("threads/{}/fan-out/{}", R::NAME, $count);
            let mut w = Workload::new(name, "one receiver: receive one value", Basis::Median);
            each_back_pressure!($count, fan_out(&mut w, $count, runtime, false));
            suite.add(w);
        )+};
    }
    receivers! { 1 10 }
}

fn publish_recv<B: Broadcast>(w: &mut Workload) {
    w.enter::<B>(None, |n| {
        let (mut sender, mut receivers) = B::ends(1);
        run_one(async {
            let start = Instant::now();
            for value in 0..n {
                B::publish(&mut sender, value).await;
                assert_eq!(B::recv(&mut receivers[0]).await.item(), value);
            }
            Run::new(n, start.elapsed())
        })
    });
}

/// With `yields` the receivers have each value before the next one is published.
fn fan_out<B: Broadcast>(w: &mut Workload, receivers: usize, runtime: impl Runtime, yields: bool) {
    w.enter::<B>(None, move |n| {
        let values = (n / receivers as u64).max(1);
        let (mut sender, ends) = B::ends(receivers);
        let receive = |mut receiver: B::Receiver| -> Task {
            Box::pin(async move {
                for value in 0..values {
                    assert_eq!(B::recv(&mut receiver).await.item(), value);
                }
            })
        };
        let mut tasks: Vec<Task> = ends.into_iter().map(receive).collect();
        tasks.push(Box::pin(async move {
            for value in 0..values {
                B::publish(&mut sender, value).await;
                if yields {
                    yield_now().await;
                }
            }
        }));
        Run::new(values * receivers as u64, runtime.run(tasks))
    });
}
