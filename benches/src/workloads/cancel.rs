//! A waiter gives up, among few and among many: its cost must not grow with their number.
//!
//! Futures polled by hand queue up; then one of them is dropped and a new one queues behind the last, so that the
//! number stays. The place that is left is always the same distance from the front: whoever lines up anew is the last,
//! so dropping the places `p, p + 1, ..` and then `p` again always hits the waiter at position `p`.

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

/// Who gives up: so many wait, and it is the one at this position.
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

/// Times `n` cancellations among the futures that `wait` makes for each place.
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
        assert!(slots.poll(place, &mut cx).is_pending(), "there is nothing to have");
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
        let _held = lock.try_lock().expect("nobody holds it");
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
    // kanal and flume look through all that wait: 100 000 of them take minutes, the rows with 1000 tell the tale.
    let linear = matches!(Q::NAME, "kanal" | "flume");
    // embassy-sync has no queue of waiters: the next one evicts the one that waits, and nothing is left to cancel.
    let queues = Q::NAME != "embassy-sync";
    if !queues || (linear && quitter.waiters > 1000) || Q::ends(shape).is_none() {
        return;
    }
    w.enter::<Q>(None, move |n| {
        let ends = Q::ends(shape).expect("it had one before");
        let homes: Vec<_> = ends.receivers.into_iter().map(|receiver| Cell::new(Some(receiver))).collect();
        cancel(n, quitter, |place| {
            let mut receiver = Lent { receiver: homes[place].take(), home: &homes[place] };
            async move { Q::pop(receiver.get()).await.item() }
        })
    });
}

/// A receiver inside a future, back at its place when the future is dropped: to clone one would cost more than what is timed.
struct Lent<'a, R> {
    receiver: Option<R>,
    home: &'a Cell<Option<R>>,
}

impl<R> Lent<'_, R> {
    fn get(&mut self) -> &mut R {
        self.receiver.as_mut().expect("its last future was dropped")
    }
}

impl<R> Drop for Lent<'_, R> {
    fn drop(&mut self) {
        self.home.set(self.receiver.take());
    }
}
