//! A slot for the newest value: from one task to another, with one waiter and with a crowd.

use core::future::Future;
use core::hint::black_box;
use core::task::{Context, Poll};
use std::sync::Arc;
use std::time::Instant;

use crate::contenders::queue::Item as _;
use crate::contenders::signal::{ManyWaiters, Signal, each_queueing_signal, each_signal};
use crate::executor::CountingWaker;
use crate::harness::{Basis, Contender, Run, Suite, Workload, bytes_of};
use crate::runtimes::{AsyncStd, Local, Runtime, Smol, Task, Threads, TokioThreads};
use crate::slots::Slots;

pub(super) fn add(suite: &mut Suite) {
    let workload = |name: String, operation| Workload::new(format!("signal/{name}"), operation, Basis::Min);

    let mut w = workload("stored".into(), "signal, and a wait that ends at once");
    each_signal!(stored(&mut w));
    suite.add(w);

    let mut w = workload("displaced".into(), "signal, and a value is displaced");
    each_signal!(displaced(&mut w));
    suite.add(w);

    let mut w = workload("one".into(), "wait, be woken by a value, finish");
    each_signal!(one(&mut w));
    suite.add(w);

    let mut w =
        workload("one/1000".into(), "the first of 1000 waiters: be woken by a value, finish, wait again");
    each_queueing_signal!(one_of_many(&mut w, 1000));
    suite.add(w);

    let mut w = workload("passed on".into(), "wait, be woken, and be dropped: the next has the value");
    each_queueing_signal!(passed_on(&mut w));
    suite.add(w);

    let mut w = workload("ping-pong".into(), "one turn: wait for a value, signal another");
    each_signal!(ping_pong(&mut w, Local));
    suite.add(w);
    on_threads(suite, TokioThreads);
    on_threads(suite, AsyncStd);
    on_threads(suite, Smol);
    on_threads(suite, Threads);
}

fn on_threads<R: Runtime>(suite: &mut Suite, runtime: R) {
    let name = format!("threads/{}/signal/ping-pong", R::NAME);
    let mut w = Workload::new(name, "one turn: wait for a value, signal another", Basis::Median);
    each_signal!(ping_pong(&mut w, runtime));
    suite.add(w);
}

/// Polled by hand, without the cost of an executor.
fn enter<S: Signal>(
    w: &mut Workload,
    program: impl Fn(&S, u64, &mut Context<'_>) -> u64 + Send + Sync + 'static,
) {
    w.enter::<S>(bytes_of(S::new().wait()), move |n| {
        let signal = S::new();
        let (waker, _) = CountingWaker::pair();
        let start = Instant::now();
        let operations = program(&signal, n, &mut Context::from_waker(&waker));
        Run::new(operations, start.elapsed())
    });
}

/// The value of a wait that is over.
fn taken<T: crate::contenders::queue::Item>(polled: Poll<T>) -> u64 {
    match polled {
        Poll::Ready(value) => value.item(),
        Poll::Pending => panic!("the wait is over"),
    }
}

fn stored<S: Signal>(w: &mut Workload) {
    enter::<S>(w, |signal, n, cx| {
        for value in 0..n {
            black_box(signal).signal(value);
            assert_eq!(taken(core::pin::pin!(black_box(signal).wait()).poll(cx)), value);
        }
        n
    });
}

fn displaced<S: Signal>(w: &mut Workload) {
    enter::<S>(w, |signal, n, _| {
        for value in 0..n {
            black_box(signal).signal(value);
        }
        n
    });
}

fn one<S: Signal>(w: &mut Workload) {
    enter::<S>(w, |signal, n, cx| {
        for value in 0..n {
            let mut wait = core::pin::pin!(signal.wait());
            assert!(wait.as_mut().poll(cx).is_pending());
            signal.signal(value);
            assert_eq!(taken(wait.poll(cx)), value);
        }
        n
    });
}

/// Each value wakes the first of a crowd, which then waits again.
fn one_of_many<S: ManyWaiters>(w: &mut Workload, waiters: usize) {
    enter::<S>(w, move |signal, n, cx| {
        let mut slots = Slots::new(waiters);
        for place in 0..waiters {
            slots.put(place, signal.wait());
            assert!(slots.poll(place, cx).is_pending());
        }
        for (value, place) in (0..n).zip((0..waiters).cycle()) {
            signal.signal(value);
            assert!(slots.poll(place, cx).is_ready());
            slots.put(place, signal.wait());
            assert!(slots.poll(place, cx).is_pending());
        }
        n
    });
}

/// A wait that a value has woken is dropped while another one waits, which then has the value.
fn passed_on<S: ManyWaiters>(w: &mut Workload) {
    enter::<S>(w, |signal, n, cx| {
        let mut slots = Slots::new(2);
        for value in 0..n {
            for place in 0..2 {
                slots.put(place, signal.wait());
                assert!(slots.poll(place, cx).is_pending());
            }
            signal.signal(value);
            slots.drop(0);
            assert!(slots.poll(1, cx).is_ready(), "{} has lost a value", <S as Contender>::NAME);
        }
        n
    });
}

/// Two tasks take turns by two signals.
fn ping_pong<S: Signal>(w: &mut Workload, runtime: impl Runtime) {
    w.enter::<S>(None, move |n| {
        let turns = (n / 2).max(1);
        let sides = Arc::new([S::new(), S::new()]);
        let player = |me: usize| -> Task {
            let sides = Arc::clone(&sides);
            Box::pin(async move {
                for turn in 0..turns {
                    let value = sides[me].wait().await.item();
                    assert_eq!(value, 2 * turn + me as u64);
                    sides[1 - me].signal(value + 1);
                }
            })
        };
        let players = vec![player(0), player(1)];
        sides[0].signal(0);
        Run::new(turns * 2, runtime.run(players))
    });
}
