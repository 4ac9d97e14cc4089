//! A notification for one task, and a broadcast that stores nothing.

use core::future::Future;
use core::hint::black_box;
use core::task::Context;
use std::sync::Arc;
use std::time::Instant;

use crate::contenders::notify::{
    Broadcast, ManyWaiters, Notify, each_broadcast, each_notify, each_queueing_notify,
};
use crate::executor::CountingWaker;
use crate::harness::{Basis, Contender, Run, Suite, Workload, bytes_of};
use crate::runtimes::{AsyncStd, Local, Runtime, Smol, Task, Threads, TokioThreads};
use crate::slots::Slots;

pub(super) fn add(suite: &mut Suite) {
    let workload = |name: String, operation| Workload::new(format!("notify/{name}"), operation, Basis::Min);

    let mut w = workload("stored".into(), "notify_one, and a wait that ends at once");
    each_notify!(stored(&mut w));
    suite.add(w);

    let mut w = workload("notify_waiters nobody waits".into(), "notify_waiters");
    each_broadcast!(notify_nobody(&mut w));
    suite.add(w);

    let mut w = workload("one".into(), "wait, be woken by notify_one, finish");
    each_notify!(one(&mut w));
    suite.add(w);

    for waiters in [1000, 100_000] {
        let mut w = workload(format!("one/{waiters}"), "one waiter: wait, be woken by notify_one, finish");
        each_queueing_notify!(one_of_many(&mut w, waiters));
        suite.add(w);
    }
    for waiters in [1, 1000, 100_000] {
        let name = format!("waiters/{waiters}");
        let mut w = workload(name, "one waiter: wait, be woken by notify_waiters, finish");
        each_broadcast!(waiters_of(&mut w, waiters));
        suite.add(w);
    }

    let mut w =
        workload("passed on".into(), "wait, be notified, and be dropped: the next has the notification");
    each_queueing_notify!(passed_on(&mut w));
    suite.add(w);

    let mut w = workload("ping-pong".into(), "one turn: wait, be notified, notify");
    each_notify!(ping_pong(&mut w, Local));
    suite.add(w);
    on_threads(suite, TokioThreads);
    on_threads(suite, AsyncStd);
    on_threads(suite, Smol);
    on_threads(suite, Threads);
}

fn on_threads<R: Runtime>(suite: &mut Suite, runtime: R) {
    let name = format!("threads/{}/notify/ping-pong", R::NAME);
    let mut w = Workload::new(name, "one turn: wait, be notified, notify", Basis::Median);
    each_notify!(ping_pong(&mut w, runtime));
    suite.add(w);
}

/// Polled by hand, without the cost of an executor.
fn enter<N: Notify>(
    w: &mut Workload,
    program: impl Fn(&N, u64, &mut Context<'_>) -> u64 + Send + Sync + 'static,
) {
    w.enter::<N>(bytes_of(N::new().notified()), move |n| {
        let notify = N::new();
        let (waker, _) = CountingWaker::pair();
        let start = Instant::now();
        let operations = program(&notify, n, &mut Context::from_waker(&waker));
        Run::new(operations, start.elapsed())
    });
}

fn stored<N: Notify>(w: &mut Workload) {
    enter::<N>(w, |notify, n, cx| {
        for _ in 0..n {
            black_box(notify).notify_one();
            assert!(core::pin::pin!(black_box(notify).notified()).poll(cx).is_ready());
        }
        n
    });
}

fn notify_nobody<N: Broadcast>(w: &mut Workload) {
    enter::<N>(w, |notify, n, _| {
        for _ in 0..n {
            black_box(notify).notify_waiters();
        }
        n
    });
}

fn one<N: Notify>(w: &mut Workload) {
    enter::<N>(w, |notify, n, cx| {
        for _ in 0..n {
            let mut wait = core::pin::pin!(notify.notified());
            assert!(wait.as_mut().poll(cx).is_pending());
            notify.notify_one();
            assert!(wait.poll(cx).is_ready());
        }
        n
    });
}

/// Queues `waiters` waits again and again, ends them by `notify`, and finishes them.
fn rounds<N: ManyWaiters>(w: &mut Workload, waiters: usize, notify_all: impl Fn(&N) + Send + Sync + 'static) {
    enter::<N>(w, move |notify, n, cx| {
        let rounds = (n / waiters as u64).max(1);
        let mut slots = Slots::new(waiters);
        for _ in 0..rounds {
            for place in 0..waiters {
                slots.put(place, notify.notified());
                assert!(slots.poll(place, cx).is_pending());
            }
            notify_all(notify);
            for place in 0..waiters {
                assert!(slots.poll(place, cx).is_ready());
            }
        }
        rounds * waiters as u64
    });
}

fn one_of_many<N: ManyWaiters>(w: &mut Workload, waiters: usize) {
    rounds::<N>(w, waiters, move |notify| (0..waiters).for_each(|_| notify.notify_one()));
}

fn waiters_of<N: Broadcast>(w: &mut Workload, waiters: usize) {
    rounds::<N>(w, waiters, N::notify_waiters);
}

/// A notified wait is dropped while another one waits, which then has the notification.
fn passed_on<N: ManyWaiters>(w: &mut Workload) {
    enter::<N>(w, |notify, n, cx| {
        let mut slots = Slots::new(2);
        for _ in 0..n {
            for place in 0..2 {
                slots.put(place, notify.notified());
                assert!(slots.poll(place, cx).is_pending());
            }
            notify.notify_one();
            slots.drop(0);
            assert!(slots.poll(1, cx).is_ready(), "{} has lost a notification", <N as Contender>::NAME);
        }
        n
    });
}

/// Two tasks take turns by two notifies.
fn ping_pong<N: Notify>(w: &mut Workload, runtime: impl Runtime) {
    w.enter::<N>(None, move |n| {
        let turns = (n / 2).max(1);
        let sides = Arc::new([N::new(), N::new()]);
        let player = |me: usize| -> Task {
            let sides = Arc::clone(&sides);
            Box::pin(async move {
                for _ in 0..turns {
                    sides[me].notified().await;
                    sides[1 - me].notify_one();
                }
            })
        };
        let players = vec![player(0), player(1)];
        sides[0].notify_one();
        Run::new(turns * 2, runtime.run(players))
    });
}
