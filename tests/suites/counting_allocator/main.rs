//! Promise 3: no operation of a primitive allocates, neither waiting nor granting, broadcasting or cancelling.
//!
//! Every allocation of this program is counted. Each scenario uses futures that are pinned on the stack and a waker in
//! a static, prints the number of its allocations, and fails unless that is 0. A control, which allocates a box, shows
//! that the counter works.

use core::alloc::{GlobalAlloc, Layout};
use core::array;
use core::future::{Future, pending, ready};
use core::pin::{Pin, pin};
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use core::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};
use std::alloc::System;
use std::process::ExitCode;
use std::sync::Arc;

use anywake_core::{
    AcquireError, Condition, Event, Lock, LockGuard, Queue, Semaphore, StaticQueue,
    queue::{BoundedQueue, Slots},
};
use anywake_tests::assert_ready;
use futures_util::Stream;

mod cancellation_token;

/// A number of waiters above two batches of a wake loop.
const CROWD: usize = 40;

struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);
static FREED: AtomicUsize = AtomicUsize::new(0);

// SAFETY: all calls are forwarded to the system's allocator, and counting does not allocate.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
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
    let mut report = Report::default();
    lock(&mut report);
    semaphore(&mut report);
    event(&mut report);
    cancellation_token::scenarios(&mut report);
    condition(&mut report);
    queue(&mut report, "StaticQueue", StaticQueue::<usize, 2>::new);
    queue(&mut report, "Queue, once made", || {
        Queue::with_capacity(2).expect("there is memory for two items")
    });
    println!("{} scenarios, {} of them allocate", report.scenarios, report.failed);
    if report.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn lock(report: &mut Report) {
    report.scenario("Lock: lock, try_lock, unlock, map, waiters", || {
        let lock = Lock::new((1, 2));
        now(lock.lock()).0 = 3;
        let guard = lock.try_lock().unwrap();
        assert!(lock.try_lock().is_none());
        let mut part = LockGuard::map(guard, |pair| &mut pair.1);
        *part = 4;
        drop(part);
        assert_eq!((lock.waiters(), lock.into_inner()), (0, (3, 4)));
    });
    for (name, bypass) in [("Lock", 0), ("Lock with bypass", 2)] {
        report.scenario(&format!("{name}: waiting and handing over"), || {
            let lock = Lock::with_bypass((), bypass);
            let owner = lock.try_lock();
            let mut waits = pin!(Crowd::new(|_| lock.lock()));
            waits.as_mut().wait();
            drop(owner);
            waits.finish(drop);
            assert!(!lock.is_locked());
        });
        report.scenario(&format!("{name}: cancelling before and after the grant"), || {
            let lock = Lock::with_bypass((), bypass);
            let owner = lock.try_lock();
            let mut waits = pin!(Crowd::new(|_| lock.lock()));
            waits.as_mut().wait();
            (10..30).for_each(|place| waits.as_mut().cancel(place));
            drop(owner);
            (0..10).chain(30..CROWD).for_each(|place| waits.as_mut().cancel(place));
            assert!(!lock.is_locked() && lock.waiters() == 0);
        });
    }
    report.scenario("Lock with bypass: overtaking, and being woken again", || {
        let lock = Lock::with_bypass((), 3);
        let owner = lock.try_lock();
        let mut wait = pin!(lock.lock());
        assert!(poll(wait.as_mut()).is_pending());
        drop(owner);
        for _ in 0..3 {
            let _overtaking = lock.try_lock().unwrap();
            assert!(poll(wait.as_mut()).is_pending());
        }
        drop(assert_ready!(poll(wait)));
    });
    report.scenario("Lock: replacing a waker", || {
        let lock = Lock::new(());
        let _owner = lock.try_lock();
        let mut wait = pin!(lock.lock());
        assert!(poll(wait.as_mut()).is_pending());
        assert!(wait.poll(&mut Context::from_waker(&waker(&OTHER))).is_pending());
    });
    let shared = Arc::new(Lock::new(0));
    report.scenario("Lock: owned guards and waits", || {
        let owner = shared.clone().try_lock_owned().unwrap();
        let mut wait = pin!(shared.clone().lock_owned());
        assert!(poll(wait.as_mut()).is_pending());
        drop(owner);
        *assert_ready!(poll(wait)) += 1;
    });
}

fn semaphore(report: &mut Report) {
    report.scenario("Semaphore: acquire, release, split, merge, forget, reduce, errors", || {
        let semaphore = Semaphore::bounded(5);
        let mut permit = now(semaphore.acquire_many(4)).unwrap();
        permit.merge(semaphore.try_acquire().unwrap()).unwrap();
        permit.split(2).unwrap().forget();
        assert!(semaphore.try_acquire().is_err() && semaphore.release(3).is_err());
        drop(permit);
        semaphore.release(2).unwrap();
        assert_eq!(semaphore.reduce(1), 1);
        assert_eq!(now(semaphore.acquire_many(5)).unwrap_err(), AcquireError::TooMany);
    });
    report.scenario("Semaphore: waiting, and one release for all", || {
        let semaphore = Semaphore::new(0);
        let mut waits = pin!(Crowd::new(|_| semaphore.acquire()));
        waits.as_mut().wait();
        assert_eq!(wakes(|| semaphore.release(CROWD).unwrap()), CROWD);
        waits.finish(|permit| assert_eq!(permit.unwrap().forget(), 1));
    });
    report.scenario("Semaphore: waiting for many permits", || {
        let semaphore = Semaphore::new(3);
        let mut waits = pin!(Crowd::new(|place| semaphore.acquire_many(1 + place % 4)));
        let held = semaphore.try_acquire_many(3);
        waits.as_mut().wait();
        semaphore.release(1).unwrap();
        drop(held);
        waits.finish(drop);
        assert_eq!(semaphore.available_permits(), 4);
    });
    report.scenario("Semaphore: cancelling before and after the grant", || {
        let semaphore = Semaphore::new(0);
        let mut waits = pin!(Crowd::new(|_| semaphore.acquire()));
        waits.as_mut().wait();
        semaphore.release(20).unwrap();
        (0..CROWD).for_each(|place| waits.as_mut().cancel((place * 7) % CROWD));
        assert_eq!((semaphore.available_permits(), semaphore.waiters()), (20, 0));
    });
    report.scenario("Semaphore: closing", || {
        let semaphore = Semaphore::new(0);
        let mut waits = pin!(Crowd::new(|_| semaphore.acquire()));
        waits.as_mut().wait();
        assert_eq!(wakes(|| semaphore.close()), CROWD);
        waits.finish(|permit| assert!(permit.is_err()));
    });
    let shared = Arc::new(Semaphore::new(1));
    report.scenario("Semaphore: owned permits and waits", || {
        let permit = shared.clone().try_acquire_owned().unwrap();
        let mut wait = pin!(shared.clone().acquire_many_owned(1));
        assert!(poll(wait.as_mut()).is_pending());
        drop(permit);
        assert!(assert_ready!(poll(wait)).is_ok());
    });
}

fn event(report: &mut Report) {
    report.scenario("Event: set, clear, is_set, and a wait when it is set", || {
        let event = Event::new();
        event.set();
        now(event.wait());
        event.clear();
        assert!(!event.is_set() && event.waiters() == 0);
    });
    report.scenario("Event: waiting, and setting", || {
        let event = Event::new();
        let mut waits = pin!(Crowd::new(|_| event.wait()));
        waits.as_mut().wait();
        assert_eq!(wakes(|| event.set()), CROWD);
        event.clear();
        waits.finish(|()| {});
    });
    report.scenario("Event: cancelling", || {
        let event = Event::new();
        let mut waits = pin!(Crowd::new(|_| event.wait()));
        waits.as_mut().wait();
        (0..CROWD).for_each(|place| waits.as_mut().cancel((place * 7) % CROWD));
        assert_eq!(event.waiters(), 0);
    });
}

fn condition(report: &mut Report) {
    report.scenario("Condition: waiting and notifying, one and several", || {
        let (lock, condition) = (Lock::new(()), Condition::new());
        let mut waits = pin!(Crowd::new(|_| condition_wait(&lock, &condition)));
        waits.as_mut().wait();
        assert_eq!(condition.notify_one() + condition.notify(CROWD), CROWD);
        waits.finish(|()| {});
        assert_eq!(condition.waiters(), 0);
    });
    report.scenario("Condition: notifying all, with the lock owned", || {
        let (lock, condition) = (Lock::new(()), Condition::new());
        let mut waits = pin!(Crowd::new(|_| condition_wait(&lock, &condition)));
        waits.as_mut().wait();
        let owner = lock.try_lock().unwrap();
        assert_eq!(condition.notify_all_with(&owner), CROWD);
        assert_eq!(lock.waiters(), CROWD);
        drop(owner);
        waits.finish(|()| {});
    });
    report.scenario(
        "Condition: cancelling before and after the notification, and in the lock's queue",
        || {
            let (lock, condition) = (Lock::new(()), Condition::new());
            let mut waits = pin!(Crowd::new(|_| condition_wait(&lock, &condition)));
            waits.as_mut().wait();
            (30..CROWD).for_each(|place| waits.as_mut().cancel(place));
            condition.notify(10);
            (0..5).for_each(|place| waits.as_mut().cancel(place));
            let owner = lock.try_lock();
            assert!(waits.as_mut().poll(5).is_pending());
            (5..8).for_each(|place| waits.as_mut().cancel(place));
            drop(owner);
            (8..30).for_each(|place| waits.as_mut().cancel(place));
            assert_eq!((lock.is_locked(), lock.waiters(), condition.waiters()), (false, 0, 0));
        },
    );
    report.scenario("Condition: wait_for", || {
        let (lock, condition) = (Lock::new(0), Condition::new());
        let mut wait = pin!(condition.wait_for(lock.try_lock().unwrap(), |value| *value == 1));
        assert!(poll(wait.as_mut()).is_pending());
        condition.notify_all();
        assert!(poll(wait.as_mut()).is_pending());
        *lock.try_lock().unwrap() = 1;
        condition.notify_all();
        assert_eq!(*assert_ready!(poll(wait)), 1);
    });
    report.scenario("Condition: wait_until, notified and cancelled", || {
        let (lock, condition, stop) = (Lock::new(()), Condition::new(), Event::new());
        for notified in [true, false] {
            let mut wait = pin!(condition.wait_until(lock.try_lock().unwrap(), stop.wait()));
            assert!(poll(wait.as_mut()).is_pending());
            if notified {
                assert_eq!(condition.notify_one(), 1);
            } else {
                stop.set();
            }
            assert_eq!(assert_ready!(poll(wait)).1, notified);
        }
        let mut wait = pin!(condition.wait_until(lock.try_lock().unwrap(), ready(())));
        assert!(!assert_ready!(poll(wait.as_mut())).1);
        drop(condition.wait_until(lock.try_lock().unwrap(), pending::<()>()));
        assert!(!lock.is_locked());
    });
}

/// Waits, and releases the lock afterwards.
async fn condition_wait(lock: &Lock<()>, condition: &Condition) {
    drop(condition.wait(lock.lock().await).await);
}

fn queue<S: Slots>(report: &mut Report, kind: &str, new: impl Fn() -> BoundedQueue<usize, S>) {
    let mut on = |what: &str, body: fn(&BoundedQueue<usize, S>)| {
        let queue = new();
        report.scenario(&format!("{kind}: {what}"), || body(&queue));
    };
    on("push, pop, try_, force_push, len, errors", |queue| {
        now(queue.push(1)).unwrap();
        queue.try_push(2).unwrap();
        assert!(queue.try_push(3).is_err() && queue.is_full());
        assert_eq!(queue.force_push(3), Ok(Some(1)));
        assert_eq!((now(queue.pop()), queue.try_pop()), (Ok(2), Ok(3)));
        assert!(queue.try_pop().is_err() && queue.is_empty());
        assert!(queue.task_done().is_ok() && queue.task_done().is_ok() && queue.task_done().is_err());
    });
    on("waiting pops, and pushing", |queue| {
        let mut pops = pin!(Crowd::new(|_| queue.pop()));
        pops.as_mut().wait();
        for place in 0..CROWD {
            queue.try_push(place).unwrap();
            assert_eq!(assert_ready!(pops.as_mut().poll(place)), Ok(place));
        }
    });
    on("waiting pushes, and popping", |queue| {
        let mut pushes = pin!(Crowd::new(|place| queue.push(place)));
        assert!(queue.try_push(0).is_ok() && queue.try_push(0).is_ok());
        pushes.as_mut().wait();
        (0..CROWD + 2).for_each(|_| assert!(queue.try_pop().is_ok()));
        pushes.finish(|entered| assert!(entered.is_ok()));
    });
    on("cancelling on both sides, before and after the grant", |queue| {
        let mut pops = pin!(Crowd::new(|_| queue.pop()));
        pops.as_mut().wait();
        assert!(queue.try_push(1).is_ok() && queue.try_push(2).is_ok());
        (0..CROWD).for_each(|place| pops.as_mut().cancel(place));
        assert_eq!(queue.len(), 2);
        let mut pushes = pin!(Crowd::new(|place| queue.push(place)));
        pushes.as_mut().wait();
        assert!(queue.try_pop().is_ok());
        (0..CROWD).for_each(|place| pushes.as_mut().cancel((place * 7) % CROWD));
        let mut push = pin!(queue.push(9));
        assert!(poll(push.as_mut()).is_pending());
        assert_eq!((push.cancel(), queue.waiters()), (Some(9), 0));
    });
    on("closing, with waiting pushes", |queue| {
        let mut pushes = pin!(Crowd::new(|place| queue.push(place)));
        assert!(queue.try_push(0).is_ok() && queue.try_push(0).is_ok());
        pushes.as_mut().wait();
        assert_eq!(wakes(|| queue.close()), CROWD);
        pushes.finish(|entered| assert!(entered.is_err()));
        queue.close_now();
        assert!(queue.is_closed() && queue.is_empty());
    });
    on("closing, with waiting pops", |queue| {
        let mut pops = pin!(Crowd::new(|_| queue.pop()));
        pops.as_mut().wait();
        assert_eq!(wakes(|| queue.close_now()), CROWD);
        pops.finish(|item| assert!(item.is_err()));
    });
    on("joining", |queue| {
        now(queue.join());
        queue.try_push(1).unwrap();
        let mut joins = pin!(Crowd::new(|_| queue.join()));
        joins.as_mut().wait();
        joins.as_mut().cancel(20);
        assert_eq!(wakes(|| queue.task_done().unwrap()), CROWD - 1);
        (0..CROWD).filter(|place| *place != 20).for_each(|place| assert_ready!(joins.as_mut().poll(place)));
    });
    on("as a stream", |queue| {
        let mut stream = pin!(queue.stream());
        let mut next = move || stream.as_mut().poll_next(&mut Context::from_waker(&waker(&ONE)));
        assert!(next().is_pending());
        queue.try_push(1).unwrap();
        assert_eq!(next(), Poll::Ready(Some(1)));
        queue.close();
        assert_eq!(next(), Poll::Ready(None));
    });
}
