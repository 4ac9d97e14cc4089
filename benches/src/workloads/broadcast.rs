//! One call wakes all waiters.

use core::cell::{Cell, RefCell};
use core::future::{Future, poll_fn};
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::time::Instant;

use crate::contenders::condition::{Condition, each_condition};
use crate::contenders::event::{Event, each_event};
use crate::executor::{CountingWaker, LocalSet, polls, yield_now};
use crate::harness::{Basis, Fold, Run, Suite, Workload, bytes_of};
use crate::slots::Slots;

pub(super) fn add(suite: &mut Suite) {
    for waiters in [1, 1000, 100_000] {
        let name = format!("broadcast/event/{waiters}");
        let mut w = Workload::new(name, "one waiter: wait, be woken by set, finish", Basis::Min);
        each_event!(event(&mut w, waiters));
        suite.add(w);
    }
    for notifier in [Notifier::Anybody, Notifier::Owner] {
        for waiters in [1, 1000, 100_000] {
            let name = format!("broadcast/{}/{waiters}", notifier.name());
            let mut w =
                Workload::new(name, "one waiter: from notify_all until it has had the lock", Basis::Min);
            each_condition!(condition(&mut w, waiters, notifier));
            suite.add(w);
        }
    }
}

/// Whom a condition is notified by, as far as it knows.
#[derive(Clone, Copy, Debug)]
enum Notifier {
    /// It is not told whether the notifier owns the lock.
    Anybody,
    /// It is shown the guard, if the library makes use of that.
    Owner,
}

impl Notifier {
    fn name(self) -> &'static str {
        match self {
            Self::Anybody => "condition",
            Self::Owner => "condition-owner",
        }
    }

    fn notify_all<C: Condition>(self, condition: &C, guard: &C::Guard<'_>) {
        match self {
            Self::Anybody => condition.notify_all(),
            Self::Owner => condition.notify_all_with(guard),
        }
    }
}

/// Polled by hand, without the cost of an executor.
fn event<E: Event>(w: &mut Workload, waiters: usize) {
    w.enter::<E>(bytes_of(E::new().wait()), move |n| {
        let rounds = (n / waiters as u64).max(1);
        let event = E::new();
        let (waker, count) = CountingWaker::pair();
        let mut cx = Context::from_waker(&waker);
        let mut slots = Slots::new(waiters);
        let mut setting = Duration::ZERO;
        let start = Instant::now();
        for _ in 0..rounds {
            event.reset();
            for place in 0..waiters {
                slots.put(place, event.wait());
                assert!(slots.poll(place, &mut cx).is_pending());
            }
            // Reading the clock takes longer than a set with one waiter.
            let before = (waiters > 1).then(Instant::now);
            event.set();
            setting += before.map_or(Duration::ZERO, |before| before.elapsed());
            for place in 0..waiters {
                assert!(slots.poll(place, &mut cx).is_ready());
            }
        }
        let operations = rounds * waiters as u64;
        let run = Run::new(operations, start.elapsed());
        assert_eq!(count.wakes(), operations, "each waiter is woken once");
        match waiters {
            1 => run,
            _ => run.with("set alone, ns", setting.as_secs_f64() * 1e9 / operations as f64, Fold::Median),
        }
    });
}

/// A gate at which tasks wait until it is opened for their round.
#[derive(Default)]
struct Gate {
    round: Cell<u64>,
    waiting: RefCell<Vec<Waker>>,
}

impl Gate {
    fn open(&self, round: u64) {
        self.round.set(round);
        for waker in self.waiting.borrow_mut().drain(..) {
            waker.wake();
        }
    }

    fn pass(&self, round: u64) -> impl Future<Output = ()> {
        poll_fn(move |cx| {
            if self.round.get() >= round {
                return Poll::Ready(());
            }
            self.waiting.borrow_mut().push(cx.waker().clone());
            Poll::Pending
        })
    }
}

/// Counts the tasks that have reached a point, and opens a gate when all have.
struct Roll {
    present: Cell<usize>,
    expected: usize,
    all: Gate,
}

impl Roll {
    fn of(expected: usize) -> Self {
        Self { present: Cell::new(0), expected, all: Gate::default() }
    }

    fn answer(&self, round: u64) {
        self.present.set(self.present.get() + 1);
        if self.present.get() == self.expected {
            self.present.set(0);
            self.all.open(round);
        }
    }
}

/// The notifier calls `notify_all` while it holds the lock, and keeps the lock until all woken waiters have run. A
/// waiter that is woken to ask for the lock does not get it. Time and polls are counted from `notify_all` until the
/// last waiter had the lock.
fn condition<C: Condition>(w: &mut Workload, waiters: usize, notifier: Notifier) {
    w.enter::<C>(None, move |n| {
        let rounds = (n / waiters as u64).max(1);
        let condition = C::new();
        let (start, waiting, done) = (Gate::default(), Roll::of(waiters), Roll::of(waiters));
        let (elapsed, polled) = (Cell::new(Duration::ZERO), Cell::new(0));
        let mut set = LocalSet::new();
        for _ in 0..waiters {
            set.spawn(async {
                for round in 1..=rounds {
                    start.pass(round).await;
                    let mut guard = condition.lock().await;
                    waiting.answer(round);
                    while *guard < round {
                        guard = condition.wait(guard).await;
                    }
                    drop(guard);
                    done.answer(round);
                }
            });
        }
        set.spawn(async {
            for round in 1..=rounds {
                start.open(round);
                waiting.all.pass(round).await;
                let mut guard = condition.lock().await;
                *guard = round;
                let (clock, before) = (Instant::now(), polls());
                notifier.notify_all(&condition, &guard);
                yield_now().await;
                drop(guard);
                done.all.pass(round).await;
                elapsed.set(elapsed.get() + clock.elapsed());
                // Two of the polls are those of this task: after the yield and after the gate.
                polled.set(polled.get() + polls() - before - 2);
            }
        });
        set.run();
        drop(set);
        let operations = rounds * waiters as u64;
        let per_waiter = polled.get() as f64 / operations as f64;
        Run::new(operations, elapsed.get()).with("polls per waiter", per_waiter, Fold::Median)
    });
}
