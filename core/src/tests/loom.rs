//! The loom models: small programs of which every interleaving is run, and every value that a weak memory may show.
//!
//! Each has threads of its own and an assertion that can fail; one that ends with a task left asleep fails by
//! itself, as a deadlock. What each has been shown to catch stands in `tests/mutants`.
//!
//! ```text
//! RUSTFLAGS="--cfg loom" LOOM_MAX_PREEMPTIONS=2 CARGO_TARGET_DIR=target/loom \
//!     cargo test --release -p anywake-core --features std --lib loom -- --nocapture --test-threads=1
//! ```
//!
//! Without `LOOM_MAX_PREEMPTIONS` there is no bound, and some take very long. `--nocapture` shows a line of
//! figures for each. They run on [`crate::model`], as those of users do.
//!
//! # How they are written
//! * Futures are queued by the model's main thread where the order matters, and then moved to the thread that
//!   goes on with them ([`own`]): what is left to explore is the race that the model is about.
//! * A wake-up carries memory over, so a wait that ends after one says nothing about the orderings of the
//!   primitive. Models of visibility poll by hand ([`poll`]), with a waker that does nothing.
//! * Counters that only assert something are those of the standard library, which loom does not see, so that
//!   they neither add interleavings nor order anything.

use core::pin::Pin;
use core::sync::atomic::{AtomicUsize, Ordering};
use core::task::{Context, Poll, Waker};
use std::boxed::Box;
use std::sync::Arc;
use std::task::Wake;
use std::vec::Vec;

use crate::model::thread::JoinHandle;
use crate::model::{block_on, model, model_within, spawn};
use crate::sys::atomic::UnsafeCell;

mod barrier;
mod broadcast;
mod cancellation_token;
mod channel;
mod condition;
mod event;
mod latch;
mod list;
mod lock;
mod notify;
mod once_cell;
mod oneshot;
mod queue;
mod queue_storage;
mod raw_lock;
mod rwlock;
mod semaphore;
mod signal;
mod wait_group;
mod wait_queue;
mod watch;

/// A model without a bound on preemptions, whatever the environment says: for a model that a bound would blind, and that
/// is small enough.
fn model_unbounded<F: Fn() + Send + Sync + 'static>(check: F) {
    let mut bounds = loom::model::Builder::new();
    bounds.preemption_bound = None;
    model_within(bounds, check);
}

/// Polls once, for nobody.
fn poll<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

/// How often tasks were woken.
struct WakeCount(AtomicUsize);

impl Wake for WakeCount {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl WakeCount {
    fn new() -> Arc<Self> {
        Arc::new(Self(AtomicUsize::new(0)))
    }

    fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// Polls once, for nobody, and the future must go on waiting.
fn queued<F: Future + Unpin>(mut future: F) -> F {
    assert!(poll(&mut future).is_pending());
    future
}

/// The same, for a task with this waker.
fn queued_for<F: Future + Unpin, W: Wake + Send + Sync + 'static>(waker: &Arc<W>, mut future: F) -> F {
    let waker = Waker::from(Arc::clone(waker));
    assert!(Pin::new(&mut future).poll(&mut Context::from_waker(&waker)).is_pending());
    future
}

/// A wait, pinned, and with a share in what it waits for, so that it may go to another thread.
struct Owned<P, F> {
    // Before what it borrows from.
    future: Pin<Box<F>>,
    _primitive: Arc<P>,
}

/// The wait that `begin` makes of the primitive.
fn own<P: 'static, F>(primitive: &Arc<P>, begin: impl FnOnce(&'static P) -> F) -> Owned<P, F> {
    // SAFETY: the `Arc` beside the future keeps the primitive alive and in its place for longer than that, and
    // the models do not let a reference out of the future that outlives both.
    let borrowed = unsafe { &*Arc::as_ptr(primitive) };
    Owned { future: Box::pin(begin(borrowed)), _primitive: Arc::clone(primitive) }
}

impl<P, F: Future> Future for Owned<P, F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        self.future.as_mut().poll(context)
    }
}

/// What is not synchronised by itself: loom fails if two threads use it without an order between them.
struct Shared<T>(UnsafeCell<T>);

// SAFETY: not so; whether it is used by one thread at a time is what the models find out.
unsafe impl<T: Send> Sync for Shared<T> {}

impl<T: Copy> Shared<T> {
    fn new(value: T) -> Arc<Self> {
        Arc::new(Self(UnsafeCell::new(value)))
    }

    fn set(&self, value: T) {
        // SAFETY: loom watches, and stops the model before two threads are here at once.
        self.0.with_mut(|place| unsafe { *place = value });
    }

    fn get(&self) -> T {
        // SAFETY: loom watches here, too, and stops the model before a thread reads what another one writes.
        self.0.with(|place| unsafe { *place })
    }
}

/// Writes, in a thread of its own, and then does with `it` what is to carry that over.
fn write_and<S: Send + 'static>(
    value: &Arc<Shared<u32>>,
    it: S,
    carry: impl FnOnce(S) + Send + 'static,
) -> JoinHandle<()> {
    let value = Arc::clone(value);
    spawn(move || {
        value.set(1);
        carry(it);
    })
}

/// A thread writes, and then does the change; a thread that has seen the change sees what was written.
fn carries_memory<P: Send + Sync + 'static>(it: P, change: fn(&P), seen: impl FnOnce(&Arc<P>) -> bool) {
    let (it, value) = (Arc::new(it), Shared::new(0));
    let writer = write_and(&value, Arc::clone(&it), move |it| change(&it));
    if seen(&it) {
        assert_eq!(value.get(), 1);
    }
    writer.join().unwrap();
}

/// Joins them all.
fn join(threads: impl IntoIterator<Item = JoinHandle<()>>) {
    for thread in threads.into_iter().collect::<Vec<_>>() {
        thread.join().unwrap();
    }
}
