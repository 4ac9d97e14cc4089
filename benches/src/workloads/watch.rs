//! A value that is sent, and receivers that wait for it and read it.

use core::future::Future;
use core::hint::black_box;
use core::pin::pin;
use core::task::Context;
use std::sync::Arc;
use std::time::Instant;

use crate::contenders::watch::{ManyReceivers, Watch, each_unlimited_watch, each_watch};
use crate::executor::CountingWaker;
use crate::harness::{Basis, Run, Suite, Workload};
use crate::runtimes::{AsyncStd, Local, Runtime, Smol, Task, Threads, TokioThreads};

pub(super) fn add(suite: &mut Suite) {
    let workload = |name: &str, operation| Workload::new(format!("watch/{name}"), operation, Basis::Min);

    let mut w = workload("send", "send, without a receiver");
    each_watch!(send(&mut w));
    suite.add(w);

    let mut w = workload("read", "read the value of now");
    each_watch!(read(&mut w));
    suite.add(w);

    let mut w = workload("changed", "send, and a wait that ends at once and reads");
    each_watch!(changed(&mut w));
    suite.add(w);

    let mut w = workload("fan-out/1", "one receiver: wait, be woken by a send, read");
    each_watch!(fan_out(&mut w, 1));
    suite.add(w);

    for receivers in [10, 1000] {
        let name = format!("fan-out/{receivers}");
        let mut w = workload(&name, "one receiver: wait, be woken by a send, read");
        each_unlimited_watch!(fan_out_to_many(&mut w, receivers));
        suite.add(w);
    }

    let mut w = workload("ping-pong", "one turn: wait for a value, read it, and send one");
    each_watch!(ping_pong(&mut w, Local));
    suite.add(w);
    on_threads(suite, TokioThreads);
    on_threads(suite, AsyncStd);
    on_threads(suite, Smol);
    on_threads(suite, Threads);
}

fn on_threads<R: Runtime>(suite: &mut Suite, runtime: R) {
    let name = format!("threads/{}/watch/ping-pong", R::NAME);
    let operation = "one turn: wait for a value, read it, and send one";
    let mut w = Workload::new(name, operation, Basis::Median);
    each_watch!(ping_pong(&mut w, runtime));
    suite.add(w);
}

fn send<W: Watch>(w: &mut Workload) {
    w.enter::<W>(None, |n| {
        let watch = W::new();
        let start = Instant::now();
        for value in 0..n {
            black_box(&watch).send(value);
        }
        Run::new(n, start.elapsed())
    });
}

fn read<W: Watch>(w: &mut Workload) {
    w.enter::<W>(None, |n| {
        let watch = W::new();
        watch.send(1);
        let mut receiver = watch.receiver();
        let start = Instant::now();
        let sum: u64 = (0..n).map(|_| W::read(black_box(&mut receiver))).sum();
        let run = Run::new(n, start.elapsed());
        assert_eq!(sum, n);
        run
    });
}

fn changed<W: Watch>(w: &mut Workload) {
    w.enter::<W>(None, |n| {
        let watch = W::new();
        let mut receiver = watch.receiver();
        let (waker, _) = CountingWaker::pair();
        let mut cx = Context::from_waker(&waker);
        let start = Instant::now();
        for value in 1..=n {
            black_box(&watch).send(value);
            assert!(pin!(W::next(&mut receiver)).poll(&mut cx).is_ready());
        }
        Run::new(n, start.elapsed())
    });
}

/// Polled by hand, without the cost of an executor: each receiver waits, a send wakes all, and each reads.
fn fan_out<W: Watch>(w: &mut Workload, receivers: usize) {
    w.enter::<W>(None, move |n| {
        let rounds = (n / receivers as u64).max(1);
        let watch = W::new();
        let (waker, count) = CountingWaker::pair();
        let mut cx = Context::from_waker(&waker);
        let mut tasks: Vec<_> = (0..receivers)
            .map(|_| {
                let mut receiver = watch.receiver();
                Box::pin(async move {
                    loop {
                        let value = W::next(&mut receiver).await;
                        black_box(value);
                        if value == rounds {
                            break;
                        }
                    }
                })
            })
            .collect();
        let start = Instant::now();
        tasks.iter_mut().for_each(|task| assert!(task.as_mut().poll(&mut cx).is_pending()));
        for value in 1..=rounds {
            watch.send(value);
            tasks.iter_mut().for_each(|task| {
                assert_eq!(task.as_mut().poll(&mut cx).is_ready(), value == rounds);
            });
        }
        let operations = rounds * receivers as u64;
        let run = Run::new(operations, start.elapsed());
        assert_eq!(count.wakes(), operations, "each receiver is woken once by each value");
        run
    });
}

fn fan_out_to_many<W: ManyReceivers>(w: &mut Workload, receivers: usize) {
    fan_out::<W>(w, receivers);
}

/// Two tasks take turns by two watches.
fn ping_pong<W: Watch>(w: &mut Workload, runtime: impl Runtime) {
    w.enter::<W>(None, move |n| {
        let turns = (n / 2).max(1);
        let sides = Arc::new([W::new(), W::new()]);
        let player = |me: usize| -> Task {
            let sides = Arc::clone(&sides);
            let mut receiver = sides[me].receiver();
            Box::pin(async move {
                for turn in 1..=turns {
                    assert_eq!(W::next(&mut receiver).await, turn);
                    // The second player answers; the first begins the next turn.
                    if me == 1 {
                        sides[0].send(turn);
                    } else if turn < turns {
                        sides[1].send(turn + 1);
                    }
                }
            })
        };
        let players = vec![player(0), player(1)];
        sides[1].send(1);
        Run::new(turns * 2, runtime.run(players))
    });
}
