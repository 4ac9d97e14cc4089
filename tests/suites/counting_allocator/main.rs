//! Promise 3: no operation of a primitive allocates, neither waiting nor granting, broadcasting or cancelling.
//!
//! Every allocation of this program is counted. Each scenario uses futures that are pinned on the stack and a waker in
//! a static, prints the number of its allocations, and fails unless that is 0. A control, which allocates a box, shows
//! that the counter works.

mod barrier;
mod broadcast;
mod cancellation_token;
mod condition;
mod event;
mod latch;
mod lock;
mod notify;
mod once_cell;
mod oneshot;
mod queue;
mod rwlock;
mod semaphore;
mod signal;
mod unbounded;
mod wait_group;
mod watch;

use core::alloc::{GlobalAlloc, Layout};
use core::array;
use core::future::Future;
use core::pin::{Pin, pin};
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use core::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};
use std::alloc::System;
use std::process::ExitCode;

use anywake_core::{Queue, StaticQueue};
use anywake_tests::assert_ready;

/// A number of waiters above two batches of a wake loop.
const CROWD: usize = 40;

struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);
static FREED: AtomicUsize = AtomicUsize::new(0);
/// Whether there is no memory for what is asked for.
static REFUSES: AtomicBool = AtomicBool::new(false);
/// Whether the allocator calls into a queue.
static CALLS_BACK: AtomicBool = AtomicBool::new(false);

fn call_back() {
    if CALLS_BACK.load(Relaxed) {
        unbounded::call_back();
    }
}

// SAFETY: all calls are forwarded to the system's allocator, and counting does not allocate.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        call_back();
        if REFUSES.load(Relaxed) {
            return core::ptr::null_mut();
        }
        // SAFETY: the caller promises what this method requires.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        // SAFETY: the caller promises what this method requires.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        // SAFETY: the caller promises what this method requires.
        unsafe { System.realloc(block, layout, size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        FREED.fetch_add(1, Relaxed);
        call_back();
        // SAFETY: the caller promises what this method requires.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// Wakers that own no memory. There are two, so that one can replace the other. Wakes are counted.

static WAKES: AtomicUsize = AtomicUsize::new(0);
static TABLE: RawWakerVTable = RawWakerVTable::new(|data| RawWaker::new(data, &TABLE), wake, wake, |_| {});
static ONE: u8 = 1;
static OTHER: u8 = 2;

fn wake(_: *const ()) {
    WAKES.fetch_add(1, Relaxed);
}

fn waker(data: &'static u8) -> Waker {
    // SAFETY: the functions of the table do not use the data, which only distinguishes the two wakers.
    unsafe { Waker::new(core::ptr::from_ref(data).cast(), &TABLE) }
}

/// The number of wakes during `body`.
fn wakes(body: impl FnOnce()) -> usize {
    let before = WAKES.load(Relaxed);
    body();
    WAKES.load(Relaxed) - before
}

fn poll<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(&waker(&ONE)))
}

fn now<F: Future>(future: F) -> F::Output {
    assert_ready!(poll(pin!(future)))
}

/// Waits in an array that is pinned on the stack.
struct Crowd<F>([Option<F>; CROWD]);

impl<F: Future> Crowd<F> {
    fn new(mut wait: impl FnMut(usize) -> F) -> Self {
        Self(array::from_fn(|place| Some(wait(place))))
    }

    fn place(self: Pin<&mut Self>, place: usize) -> Pin<&mut Option<F>> {
        // SAFETY: the place is a part of the pinned array. The array is private to this type, whose methods never
        // move out of it.
        unsafe { self.map_unchecked_mut(|crowd| &mut crowd.0[place]) }
    }

    fn poll(self: Pin<&mut Self>, place: usize) -> Poll<F::Output> {
        poll(self.place(place).as_pin_mut().expect("the wait is not cancelled"))
    }

    fn cancel(self: Pin<&mut Self>, place: usize) {
        self.place(place).set(None);
    }

    /// Polls all waits, and asserts that they are pending.
    fn wait(mut self: Pin<&mut Self>) {
        (0..CROWD).for_each(|place| assert!(self.as_mut().poll(place).is_pending()));
    }

    /// Polls all waits in order, and asserts that each is ready.
    fn finish(mut self: Pin<&mut Self>, mut with: impl FnMut(F::Output)) {
        (0..CROWD).for_each(|place| with(assert_ready!(self.as_mut().poll(place))));
    }
}

/// Counts the scenarios, and those that failed.
#[derive(Default)]
struct Report {
    scenarios: usize,
    failed: usize,
}

impl Report {
    fn scenario(&mut self, name: &str, body: impl FnOnce()) {
        let count = allocations(body);
        println!("{count:>4}  {name}");
        self.scenarios += 1;
        self.failed += usize::from(count > 0);
    }
}

fn allocations(body: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.load(Relaxed);
    body();
    ALLOCATIONS.load(Relaxed) - before
}

/// The number of blocks that `body` allocates and does not free.
fn left_behind(body: impl FnOnce()) -> usize {
    let freed = FREED.load(Relaxed);
    let allocated = allocations(body);
    allocated - (FREED.load(Relaxed) - freed)
}

fn main() -> ExitCode {
    println!("allocations by scenario ({CROWD} waiters)");
    let control = allocations(|| drop(core::hint::black_box(Box::new(1))));
    println!("{control:>4}  control: a box");
    if control != 1 {
        println!("the counter does not count the allocation of a box");
        return ExitCode::FAILURE;
    }
    // A build with switches for mistakes reads them at their first use, which allocates.
    assert!(StaticQueue::<u8, 1>::new().try_push(1).is_ok());
    let mut report = Report::default();
    lock::scenarios(&mut report);
    semaphore::scenarios(&mut report);
    event::scenarios(&mut report);
    barrier::scenarios(&mut report);
    broadcast::scenarios(&mut report);
    latch::scenarios(&mut report);
    wait_group::scenarios(&mut report);
    cancellation_token::scenarios(&mut report);
    condition::scenarios(&mut report);
    notify::scenarios(&mut report);
    once_cell::scenarios(&mut report);
    oneshot::scenarios(&mut report);
    signal::scenarios(&mut report);
    queue::by_key(&mut report);
    queue::scenarios(&mut report, "StaticQueue", StaticQueue::<usize, 2>::new);
    queue::scenarios(&mut report, "Queue, once made", || {
        Queue::with_capacity(2).expect("there is memory for two items")
    });
    queue::scenarios(&mut report, "SlackQueue, once made", || {
        Queue::with_slack(2, 1).expect("there is memory for three items")
    });
    unbounded::scenarios(&mut report);
    rwlock::scenarios(&mut report);
    watch::scenarios(&mut report);
    println!("{} scenarios, {} of them allocate", report.scenarios, report.failed);
    if report.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
