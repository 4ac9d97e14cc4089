//! One waiter among few or many is cancelled. The cost must not grow with their number.
//!
//! Futures are polled by hand, and queue. Then, again and again, one of them is dropped and a new one queues behind the
//! last, so that their number is constant. The dropped one is always at the same position: a new future is the last, so
//! dropping the futures in the places `p, p + 1, ..` and then `p` again always drops the waiter at position `p`.

use core::cell::Cell;
use core::future::Future;
use core::task::Context;
use std::time::Instant;

use crate::contenders::condition::{Condition, each_condition};
use crate::contenders::event::{Event, each_event};
use crate::contenders::lock::{Lock, each_queueing_lock};
use crate::contenders::queue::{Item, Queue, Shape, each_queue};
use crate::contenders::semaphore::{Semaphore, each_queueing};
use crate::executor::CountingWaker;
use crate::harness::{Basis, Run, Suite, Workload, bytes_of};
use crate::slots::Slots;

const OPERATION: &str = "one waiter gives up, another lines up";

/// The number of waiters, and the position of the one to cancel.
#[derive(Clone, Copy)]
struct Quitter {
    waiters: usize,
    position: usize,
}

pub(super) fn add(suite: &mut Suite) {
    let mut quitters = vec![("1".to_owned(), Quitter { waiters: 1, position: 0 })];
    for waiters in [10, 1000, 100_000] {
        for (name, position) in [("front", 0), ("middle", waiters / 2), ("end", waiters - 1)] {
            quitters.push((format!("{waiters}/{name}"), Quitter { waiters, position }));
        }
    }
    macro_rules! family {
        ($family:literal, $each:ident!($f:ident)) => {
            for (name, quitter) in &quitters {
                let mut w = Workload::new(format!("cancel/{}/{name}", $family), OPERATION, Basis::Min);
                $each!($f(&mut w, *quitter));
                suite.add(w);
            }
        };
    }
    family!("lock", each_queueing_lock!(lock));
    family!("semaphore", each_queueing!(semaphore));
    family!("event", each_event!(event));
    family!("condition", each_condition!(condition));
    for (name, quitter) in &quitters {
        let mut w = Workload::new(format!("cancel/queue pop/{name}"), OPERATION, Basis::Min);
        each_queue!(16, pop(&mut w, *quitter));
        suite.add(w);
    }
}

/// Measures `n` cancellations. `wait` makes the future of a place.
fn cancel<F: Future>(
    n: u64,
    Quitter { waiters, position }: Quitter,
    mut wait: impl FnMut(usize) -> F,
) -> Run {
    let (waker, _) = CountingWaker::pair();
    let mut cx = Context::from_waker(&waker);
    let mut slots = Slots::new(waiters);
    let mut line_up = |slots: &mut Slots<F>, place| {
        slots.put(place, wait(place));
        assert!(slots.poll(place, &mut cx).is_pending(), "the future should wait");
    };
    for place in 0..waiters {
        line_up(&mut slots, place);
    }
    let mut place = position;
    let start = Instant::now();
    for _ in 0..n {
        slots.drop(place);
        line_up(&mut slots, place);
        place = if place + 1 == waiters { position } else { place + 1 };
    }
    Run::new(n, start.elapsed())
}

fn lock<L: Lock>(w: &mut Workload, quitter: Quitter) {
    w.enter::<L>(bytes_of(L::new().lock()), move |n| {
        let lock = L::new();
        let _held = lock.try_lock().expect("the lock is free");
        cancel(n, quitter, |_| lock.lock())
    });
}

fn semaphore<S: Semaphore>(w: &mut Workload, quitter: Quitter) {
    w.enter::<S>(bytes_of(S::new(0).acquire()), move |n| {
        let semaphore = S::new(0);
        cancel(n, quitter, |_| semaphore.acquire())
    });
}

fn event<E: Event>(w: &mut Workload, quitter: Quitter) {
    w.enter::<E>(bytes_of(E::new().wait()), move |n| {
        let event = E::new();
        cancel(n, quitter, |_| event.wait())
    });
}

fn condition<C: Condition>(w: &mut Workload, quitter: Quitter) {
    w.enter::<C>(None, move |n| {
        let condition = C::new();
        cancel(n, quitter, |_| async {
            let guard = condition.lock().await;
            drop(condition.wait(guard).await);
        })
    });
}

fn pop<Q: Queue>(w: &mut Workload, quitter: Quitter) {
    let shape = Shape { senders: 1, receivers: quitter.waiters, capacity: 16 };
    // kanal and flume search all waiters. With 100 000 that takes minutes, and the rows with 1000 show it well enough.
    let linear = matches!(Q::NAME, "kanal" | "flume");
    // embassy-sync has no queue of waiters: a new waiter evicts the previous one, and none is left to cancel.
    let queues = Q::NAME != "embassy-sync";
    if !queues || (linear && quitter.waiters > 1000) || Q::ends(shape).is_none() {
        return;
    }
    w.enter::<Q>(None, move |n| {
        let ends = Q::ends(shape).expect("the library has a queue of this shape");
        let homes: Vec<_> = ends.receivers.into_iter().map(|receiver| Cell::new(Some(receiver))).collect();
        cancel(n, quitter, |place| {
            let mut receiver = Lent { receiver: homes[place].take(), home: &homes[place] };
            async move { Q::pop(receiver.get()).await.item() }
        })
    });
}

/// A receiver that is lent to a future and returned when the future is dropped. A clone would cost more than the
/// measured operation.
struct Lent<'a, R> {
    receiver: Option<R>,
    home: &'a Cell<Option<R>>,
}

impl<R> Lent<'_, R> {
    fn get(&mut self) -> &mut R {
        self.receiver.as_mut().expect("the previous future has returned the receiver")
    }
}

impl<R> Drop for Lent<'_, R> {
    fn drop(&mut self) {
        self.home.set(self.receiver.take());
    }
}
