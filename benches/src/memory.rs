//! The bytes of each primitive and each channel: idle, after a burst or a crowd is gone, and for each task that waits.
//!
//! What is counted is what a program asks the allocator for, and the values themselves: the primitive, or both ends of a
//! channel, and the future of each wait. It is no time, so it is the same on a busy machine. [`all`] is the list of what is
//! measured, a line for each kind.

use core::fmt::Write as _;
use core::future::Future;
use core::pin::{Pin, pin};
use core::task::{Context, Poll, Waker};

use serde::{Deserialize, Serialize};

use crate::alloc::held;
use crate::contenders::barrier::{Barrier, each_barrier};
use crate::contenders::broadcast::{Broadcast, each_back_pressure};
use crate::contenders::cancellation_token::{Token, each_token};
use crate::contenders::condition::{Condition, each_condition};
use crate::contenders::event::{Event, each_event};
use crate::contenders::latch::{Latch, each_latch};
use crate::contenders::lazy::{Lazy, each_lazy};
use crate::contenders::lock::{Lock, each_queueing_lock};
use crate::contenders::notify::{Notify, each_queueing_notify};
use crate::contenders::once_cell::{OnceCell, each_once_cell};
use crate::contenders::oneshot::{Oneshot, each_oneshot};
use crate::contenders::queue::{Ends, Queue, Shape, each_queue};
use crate::contenders::rwlock::{RwLock, each_queueing_rwlock};
use crate::contenders::semaphore::{AsyncLock, Semaphore, each_queueing};
use crate::contenders::signal::{Signal, each_queueing_signal};
use crate::contenders::unbounded::{Unbounded, each_unbounded};
use crate::contenders::wait_group::{WaitGroup, each_lasting_group};
use crate::contenders::watch::{Watch, each_unlimited_watch};
use crate::harness::{Contender, Kind};
use crate::slots::Slots;

/// The items of a burst.
const BURST: u64 = 100_000;
/// The tasks of a crowd.
const CROWD: usize = 1_000;
/// The capacity of the bounded channels.
const CAPACITY: usize = 16;
/// Each figure is the least of so many, since what a library allocates once for the whole program is not meant.
const TIMES: usize = 3;

/// A primitive or a channel of one library, and its bytes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Row {
    /// What it is.
    pub what: String,
    /// The library.
    pub contender: String,
    /// The side.
    pub kind: Kind,
    /// When nobody uses it.
    pub idle: usize,
    /// When a burst of items, or a crowd of tasks, is gone.
    pub after: usize,
    /// For each task that waits.
    pub waiting: Option<usize>,
}

/// The rows so far.
#[derive(Debug, Default)]
struct Table(Vec<Row>);

/// Measures all there is. To add a kind, add a line.
///
/// Those of embassy-sync that have a place for one waker, or for a fixed number, have no crowd, and take no part.
pub fn all() -> Vec<Row> {
    let mut table = Table::default();
    let t = &mut table;
    each_queue!(CAPACITY, bounded(t));
    each_unbounded!(unbounded(t));
    each_oneshot!(oneshot(t));
    each_unlimited_watch!(watch(t));
    each_back_pressure!(1, broadcast(t));
    each_queueing_signal!(signal(t));
    each_queueing_lock!(lock(t));
    each_queueing_rwlock!(rwlock(t));
    each_queueing!(semaphore(t));
    semaphore::<AsyncLock>(t);
    each_event!(event(t));
    each_queueing_notify!(notify(t));
    each_condition!(condition(t));
    each_once_cell!(once_cell(t));
    each_lazy!(lazy(t));
    each_latch!(latch(t));
    each_lasting_group!(wait_group(t));
    each_barrier!(barrier(t));
    each_token!(token(t));
    table.0
}

impl Table {
    /// A channel of any kind, through which `burst` passes items. Nobody waits.
    fn channel<E>(
        &mut self,
        what: &str,
        contender: (&str, Kind),
        make: impl Fn() -> E,
        burst: impl Fn(&mut E),
    ) {
        let mut idle = usize::MAX;
        let mut after = usize::MAX;
        for _ in 0..TIMES {
            let (mut ends, made) = held(&make);
            let ((), kept) = held(|| burst(&mut ends));
            idle = idle.min(bytes(made));
            after = after.min(bytes(made + kept));
        }
        let (idle, after) = (idle + size_of::<E>(), after + size_of::<E>());
        let (what, contender, kind) = (what.to_owned(), contender.0.to_owned(), contender.1);
        self.0.push(Row { what, contender, kind, idle, after, waiting: None });
    }

    /// The ends of the last row are the elements of two vectors, and so on the heap. The vectors themselves are not meant.
    fn without_the_vectors_of_ends<E>(&mut self) {
        if let Some(row) = self.0.last_mut() {
            row.idle -= size_of::<E>();
            row.after -= size_of::<E>();
        }
    }

    /// A primitive, and what `crowd` says of it.
    fn primitive<C: Contender>(&mut self, what: &str, make: fn() -> C, crowd: impl Fn() -> Crowd) {
        let idle = (0..TIMES).map(|_| bytes(held(make).1)).min().unwrap_or_default() + size_of::<C>();
        let crowds = || (0..TIMES).map(|_| crowd());
        let kept = crowds().map(|crowd| crowd.kept).min().unwrap_or_default();
        let waiting = crowds().map(|crowd| crowd.each).min();
        let (what, contender) = (what.to_owned(), C::NAME.to_owned());
        self.0.push(Row { what, contender, kind: C::KIND, idle, after: idle + kept, waiting });
    }
}

/// The bytes of tasks that wait.
#[derive(Debug, Clone, Copy)]
struct Crowd {
    /// Of each of them, with its future.
    each: usize,
    /// What is left when they are gone.
    kept: usize,
}

impl Crowd {
    /// Waits `count` times, and gives all of it up.
    fn of<F: Future>(count: usize, mut wait: impl FnMut() -> F) -> Self {
        let mut cx = Context::from_waker(Waker::noop());
        let mut slots = Slots::new(count);
        let ((), waiting) = held(|| {
            for place in 0..count {
                slots.put(place, wait());
                assert!(slots.poll(place, &mut cx).is_pending(), "it waits");
            }
        });
        let ((), freed) = held(|| (0..count).for_each(|place| slots.drop(place)));
        Self { each: size_of::<F>() + bytes(waiting).div_ceil(count), kept: bytes(waiting + freed) }
    }
}

/// (More may be freed than was allocated, if something was left from before.)
fn bytes(held: i64) -> usize {
    usize::try_from(held.max(0)).unwrap_or(usize::MAX)
}

/// The output of a future that is ready.
fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it is ready at once"),
    }
}

/// Polls a future that is not ready.
fn begin<F: Future>(future: Pin<&mut F>) {
    assert!(future.poll(&mut Context::from_waker(Waker::noop())).is_pending(), "it waits");
}

fn bounded<Q: Queue>(table: &mut Table) {
    let one = Shape { senders: 1, receivers: 1, capacity: CAPACITY };
    // A channel that is made for many senders or receivers takes no part where its library has one for this shape.
    if Q::ends(one).is_none() {
        return;
    }
    let make = || Q::ends(one).expect("there was one just now");
    table.channel("bounded(16)", (Q::NAME, Q::KIND), make, |ends| {
        let mut sent = 0;
        while sent < BURST {
            while sent < BURST && Q::try_push(&mut ends.senders[0], sent) {
                sent += 1;
            }
            while Q::try_pop(&mut ends.receivers[0]).is_some() {}
        }
    });
    let crowd = || {
        let many = Q::ends(Shape { receivers: CROWD, ..one });
        let mut ends = many.unwrap_or_else(make);
        let (count, mut receivers) = (ends.receivers.len(), ends.receivers.iter_mut());
        Crowd::of(count, || Q::pop(receivers.next().expect("each waits once")))
    };
    table.without_the_vectors_of_ends::<Ends<Q::Sender, Q::Receiver>>();
    if let Some(row) = table.0.last_mut() {
        row.waiting = (0..TIMES).map(|_| crowd().each).min();
    }
}

/// All items of the burst are in the channel at once.
fn unbounded<Q: Unbounded>(table: &mut Table) {
    if Q::ends(1, 1).is_none() {
        return;
    }
    let make = || Q::ends(1, 1).expect("there was one just now");
    table.channel("unbounded", (Q::NAME, Q::KIND), make, |ends| {
        for item in 0..BURST {
            assert!(Q::push(&mut ends.senders[0], item), "it takes every item");
        }
        for item in 0..BURST {
            assert_eq!(Q::try_pop(&mut ends.receivers[0]), Some(item));
        }
    });
    table.without_the_vectors_of_ends::<Ends<Q::Sender, Q::Receiver>>();
}

/// Each item of the burst has a channel of its own.
fn oneshot<O: Oneshot>(table: &mut Table) {
    table.channel("oneshot", (O::NAME, O::KIND), O::channel, |_| {
        for item in 0..BURST {
            let (sender, receiver) = O::channel();
            O::send(sender, item);
            now(O::receive(receiver));
        }
    });
}

fn watch<W: Watch>(table: &mut Table) {
    let make = || {
        let watch = W::new();
        let receiver = watch.receiver();
        (watch, receiver)
    };
    table.channel("watch", (W::NAME, W::KIND), make, |(watch, receiver)| {
        for item in 1..=BURST {
            watch.send(item);
            assert_eq!(now(W::next(receiver)), item);
        }
    });
    let crowd = || {
        let watch = W::new();
        let mut all: Vec<_> = (0..CROWD).map(|_| watch.receiver()).collect();
        let mut receivers = all.iter_mut();
        Crowd::of(CROWD, || W::next(receivers.next().expect("each waits once")))
    };
    if let Some(row) = table.0.last_mut() {
        row.waiting = (0..TIMES).map(|_| crowd().each).min();
    }
}

fn broadcast<B: Broadcast>(table: &mut Table) {
    let make = || {
        let (sender, mut receivers) = B::ends(1);
        (sender, receivers.pop().expect("there is one"))
    };
    table.channel("broadcast(16)", (B::NAME, B::KIND), make, |(sender, receiver)| {
        for item in 0..BURST {
            now(B::publish(sender, item));
            now(B::recv(receiver));
        }
    });
}

fn signal<S: Signal>(table: &mut Table) {
    table.primitive("signal", S::new, || {
        let signal = S::new();
        Crowd::of(CROWD, || signal.wait())
    });
}

fn lock<L: Lock>(table: &mut Table) {
    table.primitive("lock", L::new, || {
        let lock = L::new();
        let _guard = lock.try_lock();
        Crowd::of(CROWD, || lock.lock())
    });
}

fn rwlock<L: RwLock>(table: &mut Table) {
    table.primitive("reader-writer lock", L::new, || {
        let lock = L::new();
        let _guard = lock.try_write();
        Crowd::of(CROWD, || lock.read())
    });
}

fn semaphore<S: Semaphore>(table: &mut Table) {
    table.primitive(
        "semaphore",
        || S::new(0),
        || {
            let semaphore = S::new(0);
            Crowd::of(CROWD, || semaphore.acquire())
        },
    );
}

fn event<E: Event>(table: &mut Table) {
    table.primitive("event", E::new, || {
        let event = E::new();
        Crowd::of(CROWD, || event.wait())
    });
}

fn notify<N: Notify>(table: &mut Table) {
    table.primitive("notify", N::new, || {
        let notify = N::new();
        Crowd::of(CROWD, || notify.notified())
    });
}

fn condition<C: Condition>(table: &mut Table) {
    table.primitive("lock and condition", C::new, || {
        let condition = C::new();
        Crowd::of(CROWD, || condition.wait(now(condition.lock())))
    });
}

fn once_cell<C: OnceCell>(table: &mut Table) {
    table.primitive("cell", C::new, || {
        let cell = C::new();
        let mut initialiser = pin!(cell.init_never());
        begin(initialiser.as_mut());
        Crowd::of(CROWD, || cell.init_never())
    });
}

fn lazy<L: Lazy>(table: &mut Table) {
    table.primitive("lazy value", L::late, || {
        let lazy = L::late();
        let mut first = pin!(lazy.force());
        begin(first.as_mut());
        Crowd::of(CROWD, || lazy.force())
    });
}

fn latch<L: Latch>(table: &mut Table) {
    table.primitive(
        "latch",
        || L::new(1),
        || {
            let latch = L::new(1);
            Crowd::of(CROWD, || latch.wait())
        },
    );
}

fn wait_group<W: WaitGroup>(table: &mut Table) {
    table.primitive("wait group", W::new, || {
        let group = W::new();
        let _token = group.add();
        Crowd::of(CROWD, || group.wait())
    });
}

fn barrier<B: Barrier>(table: &mut Table) {
    table.primitive(
        "barrier",
        || B::new(CROWD + 1),
        || {
            let barrier = B::new(CROWD + 1);
            Crowd::of(CROWD, || barrier.wait())
        },
    );
}

fn token<T: Token>(table: &mut Table) {
    table.primitive("cancellation token", T::new, || {
        let token = T::new();
        Crowd::of(CROWD, || token.wait())
    });
}

/// Returns a Markdown table with up to three lines for each kind.
pub fn markdown(rows: &[Row]) -> String {
    type Figure = fn(&Row) -> Option<usize>;
    const FIGURES: [(&str, Figure); 3] = [
        ("idle", |row| Some(row.idle)),
        ("after", |row| Some(row.after)),
        ("each that waits", |row| row.waiting),
    ];

    let mut text = "| what | bytes | ours | rivals, smallest first |\n|---|---|---|---|\n".to_owned();
    let mut kinds: Vec<&str> = rows.iter().map(|row| &*row.what).collect();
    kinds.dedup();
    for kind in kinds {
        for (name, figure) in FIGURES {
            let of_side = |ours: bool| {
                let mut cells: Vec<_> = rows
                    .iter()
                    .filter(|row| row.what == kind && (row.kind == Kind::Ours) == ours)
                    .filter_map(|row| Some((figure(row)?, &row.contender)))
                    .collect();
                cells.sort_unstable();
                cells.iter().map(|(bytes, contender)| format!("{contender} {bytes}")).collect::<Vec<_>>()
            };
            let (ours, rivals) = (of_side(true), of_side(false));
            if !(ours.is_empty() && rivals.is_empty()) {
                let _ =
                    writeln!(text, "| {kind} | {name} | {} | {} |", ours.join("<br>"), rivals.join(" · "));
            }
        }
    }
    text
}
