//! Hazards of waking many waiters at once: in batches, with wakers running between the batches.

use anywake_tests::{Arc, Portable, Sendable};
use core::cell::Cell;
use core::future::Future;
use core::pin::Pin;
use core::task::Poll;
use std::sync::Mutex;

use anywake_core::{
    CancellationToken, Condition, Event, Latch, Lock, Notify, OnceCell, Oneshot, RwLock, Semaphore,
    StaticQueue, WaitGroup, Watch,
};
use anywake_tests::{
    Call, CountingWaker, Task, assert_pending, assert_ready, finishes, leak, leak_mut, panic_of, queue_up,
    queued, run_woken,
};

/// The number of waiters that one critical section removes.
const BATCH: usize = if cfg!(feature = "critical-section") { 8 } else { 16 };
/// A number of waiters above two batches.
const CROWD: usize = 40;

#[cfg(not(feature = "local"))]
type Wait = Pin<Box<dyn Future<Output = ()> + Send>>;
#[cfg(not(feature = "local"))]
type Waiters = dyn Fn() -> usize + Send + Sync;
#[cfg(feature = "local")]
type Wait = Pin<Box<dyn Future<Output = ()>>>;
#[cfg(feature = "local")]
type Waiters = dyn Fn() -> usize;

/// An operation that ends all waits at a primitive at once. The primitive is never dropped.
struct Broadcast {
    name: &'static str,
    wait: Box<dyn Fn() -> Wait>,
    fire: Box<dyn Fn()>,
    waiters: Arc<Waiters>,
}

fn broadcast<F>(
    name: &'static str,
    wait: impl Fn() -> F + 'static,
    fire: impl Fn() + 'static,
    waiters: impl Fn() -> usize + Portable + 'static,
) -> Broadcast
where
    F: Future<Output: Sendable> + Sendable + 'static,
{
    let wait = move || -> Wait {
        let wait = wait();
        Box::pin(async move { drop(wait.await) })
    };
    Broadcast { name, wait: Box::new(wait), fire: Box::new(fire), waiters: Arc::new(waiters) }
}

/// Waits for one poll.
async fn yield_now() {
    let mut yielded = false;
    core::future::poll_fn(|_| {
        if core::mem::replace(&mut yielded, true) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

fn broadcasts() -> Vec<Broadcast> {
    let (set, pulsed) = (leak(Event::new()), leak(Notify::new()));
    let (cancelled, parent) = (leak(CancellationToken::new()), leak(CancellationToken::new()));
    let child = leak(parent.child_token());
    let (released, closed) = (leak(Semaphore::new(0)), leak(Semaphore::new(0)));
    let reduced = leak(Semaphore::bounded(2));
    reduced.try_acquire_many(2).expect("two permits are available").forget();
    let popped: &StaticQueue<u8, 1> = leak(StaticQueue::new());
    let [pushed, dropped, joined]: [&StaticQueue<u8, 1>; 3] = core::array::from_fn(|_| {
        let queue = leak(StaticQueue::new());
        queue.try_push(0).expect("there is room");
        queue
    });
    let (set_cell, cell): (&OnceCell<()>, &OnceCell<()>) = (leak(OnceCell::new()), leak(OnceCell::new()));
    // It is polled once to begin, and once to end.
    let initialiser = Mutex::new(queued(async {
        cell.get_or_init(yield_now).await;
    }));
    let (sender, receiver) = leak_mut(Oneshot::<()>::new()).split();
    let (sender, receiver) = (leak(sender), Cell::new(Some(receiver)));
    let (latch, group) = (leak(Latch::new(1)), leak(WaitGroup::new()));
    let token = Mutex::new(group.add().ok());
    let written: &RwLock<()> = leak(RwLock::new(()));
    let given_up: &RwLock<()> = leak(RwLock::new(()));
    core::mem::forget(given_up.try_read());
    let (inside, waiting) = (Cell::new(written.try_write()), Cell::new(Some(queued(given_up.write()))));
    let (sent, read, over): (&Watch<u32>, &Watch<u32>, &Watch<u32>) =
        (leak(Watch::new(0)), leak(Watch::new(0)), leak(Watch::new(0)));
    let one = read.borrow();
    read.send(1).unwrap();
    let two = Cell::new(Some((read.borrow(), one)));
    read.send(2).unwrap();
    let (left, last) = (leak(Watch::new(())), Cell::new(None));
    last.set(Some(left.receiver()));
    vec![
        broadcast(
            "Watch::send",
            || sent.receiver().changed_owned(),
            || assert!(sent.send(1).is_ok()),
            || sent.waiters(),
        ),
        broadcast(
            "Watch, a borrow is dropped",
            || read.receiver().changed_owned(),
            move || drop(two.take()),
            || read.waiters(),
        ),
        broadcast(
            "Watch::close",
            || over.receiver().changed_owned(),
            || assert!(over.close()),
            || over.waiters(),
        ),
        broadcast("Watch, the last receiver", || left.closed(), move || drop(last.take()), || left.waiters()),
        broadcast(
            "RwLock, a writer leaves",
            || written.read(),
            move || drop(inside.take()),
            || written.waiters(),
        ),
        broadcast(
            "RwLock, a writer gives up",
            || given_up.read(),
            move || drop(waiting.take()),
            || given_up.waiters(),
        ),
        broadcast("Event::set", || set.wait(), || set.set(), || set.waiters()),
        broadcast(
            "Notify::notify_waiters",
            || pulsed.notified(),
            || pulsed.notify_waiters(),
            || pulsed.waiters(),
        ),
        broadcast(
            "Latch::count_down",
            || latch.wait(),
            || latch.count_down(1).expect("one remains"),
            || latch.waiters(),
        ),
        broadcast(
            "WaitGroup, the last token",
            || group.wait(),
            move || drop(token.lock().unwrap().take()),
            || group.waiters(),
        ),
        broadcast(
            "CancellationToken::cancel",
            || cancelled.cancelled(),
            || cancelled.cancel(),
            || cancelled.waiters(),
        ),
        broadcast(
            "CancellationToken::cancel of the parent",
            || child.cancelled(),
            || parent.cancel(),
            || child.waiters(),
        ),
        broadcast(
            "Semaphore::release",
            || released.acquire(),
            || released.release(CROWD).expect("the semaphore has no bound"),
            || released.waiters(),
        ),
        broadcast("Semaphore::close", || closed.acquire(), || _ = closed.close(), || closed.waiters()),
        broadcast(
            "Semaphore::reduce",
            || reduced.acquire_many(2),
            || assert_eq!(reduced.reduce(1), 1),
            || reduced.waiters(),
        ),
        broadcast("Queue::close, pops", || popped.pop(), || assert!(popped.close()), || popped.waiters()),
        broadcast("Queue::close, pushes", || pushed.push(1), || assert!(pushed.close()), || pushed.waiters()),
        broadcast(
            "Queue::close_now",
            || dropped.push(1),
            || assert!(dropped.close_now()),
            || dropped.waiters(),
        ),
        broadcast(
            "Queue::task_done",
            || joined.join(),
            || joined.task_done().expect("one item is unfinished"),
            || joined.waiters(),
        ),
        broadcast("OnceCell::set", || set_cell.wait(), || set_cell.set(()).unwrap(), || set_cell.waiters()),
        broadcast(
            "the end of an initialiser",
            || cell.get_or_init(async || unreachable!("the cell is initialised")),
            move || assert_ready!(initialiser.lock().unwrap().poll(), "the gate is open"),
            || cell.waiters(),
        ),
        broadcast(
            "Oneshot, the receiver goes",
            || sender.closed(),
            move || drop(receiver.take()),
            || sender.waiters(),
        ),
    ]
}

/// Queues [`CROWD`] waits, each with the waker that `waker` makes for its place.
fn crowd(broadcast: &Broadcast, waker: impl Fn(usize) -> Arc<CountingWaker>) -> Vec<Task<Wait>> {
    let begin = |place| {
        let mut task = Task::with_waker((broadcast.wait)(), waker(place));
        assert_pending!(task.poll(), "{}", broadcast.name);
        task
    };
    (0..CROWD).map(begin).collect()
}

#[test]
fn a_broadcast_wakes_each_waiter_once_and_in_order() {
    for broadcast in broadcasts() {
        let order = Arc::new(Mutex::new(Vec::new()));
        let mut tasks = crowd(&broadcast, |place| {
            let order = order.clone();
            CountingWaker::reentrant(Call::Wake, move || order.lock().unwrap().push(place))
        });
        (broadcast.fire)();
        let order = core::mem::take(&mut *order.lock().unwrap());
        assert_eq!(order, Vec::from_iter(0..CROWD), "{}", broadcast.name);
        tasks.iter_mut().for_each(Task::ready);
    }
}

#[test]
fn promise_8_one_critical_section_takes_out_one_batch_at_most() {
    finishes(|| {
        for broadcast in broadcasts() {
            let left = Arc::new(Mutex::new(Vec::new()));
            let _tasks = crowd(&broadcast, |_| {
                let (left, waiters) = (left.clone(), broadcast.waiters.clone());
                CountingWaker::reentrant(Call::Wake, move || left.lock().unwrap().push(waiters()))
            });
            (broadcast.fire)();
            let expected: Vec<usize> =
                (0..CROWD).map(|place| CROWD.saturating_sub(place / BATCH * BATCH + BATCH)).collect();
            let left = core::mem::take(&mut *left.lock().unwrap());
            assert_eq!(left, expected, "{}", broadcast.name);
        }
    });
}

#[test]
fn a_panicking_waker_still_wakes_the_others_of_all_batches() {
    for place in [0, BATCH - 1, BATCH, BATCH + 1, CROWD - 1] {
        for broadcast in broadcasts() {
            let mut tasks = crowd(&broadcast, |name| {
                if name == place { CountingWaker::panicking(Call::Wake) } else { CountingWaker::new() }
            });
            assert!(panic_of(|| (broadcast.fire)()).contains("panics"), "{}", broadcast.name);
            for task in &mut tasks {
                assert_eq!(task.wakes(), 1, "{}, waker {place} panics", broadcast.name);
                task.ready();
            }
            assert_eq!((broadcast.waiters)(), 0, "{}", broadcast.name);
        }
    }
}

#[test]
fn a_waiter_cancelled_between_batches_is_not_woken() {
    for broadcast in broadcasts() {
        let doomed = Arc::new(Mutex::new(None));
        let mut tasks = crowd(&broadcast, |place| match place {
            0 => {
                let doomed = doomed.clone();
                CountingWaker::reentrant(Call::Wake, move || drop(doomed.lock().unwrap().take()))
            }
            _ => CountingWaker::new(),
        });
        let waker = CountingWaker::new();
        let mut last = Task::with_waker((broadcast.wait)(), waker.clone());
        assert_pending!(last.poll());
        *doomed.lock().unwrap() = Some(last);
        (broadcast.fire)();
        assert_eq!((waker.wakes(), waker.alive()), (0, 0), "{}", broadcast.name);
        tasks.iter_mut().for_each(Task::ready);
    }
}

/// The place for a wait that a waker begins.
type LateComer<F> = Arc<Mutex<Option<Task<F>>>>;

/// Makes such a place, and a waker that begins the wait at its wake.
fn late_comer<F: Future + Sendable + 'static>(
    begin: impl Fn() -> F + Portable + 'static,
) -> (LateComer<F>, Arc<CountingWaker>) {
    let place: LateComer<F> = Arc::default();
    let hook = {
        let place = place.clone();
        move || *place.lock().unwrap() = Some(queued(begin()))
    };
    (place, CountingWaker::reentrant(Call::Wake, hook))
}

/// Queues one wait with `first` as its waker, then [`CROWD`] waits.
fn crowd_behind<F: Future>(first: Arc<CountingWaker>, wait: impl Fn() -> F) -> Vec<Task<F>> {
    let mut tasks = vec![Task::with_waker(wait(), first)];
    assert_pending!(tasks[0].poll());
    tasks.extend(queue_up(CROWD, wait));
    tasks
}

#[test]
fn broadcast_of_more_than_a_batch_does_not_wake_a_late_comer_between_batches() {
    let event = leak(Event::new());
    let (late, waker) = late_comer(|| {
        event.clear();
        event.wait()
    });
    let mut tasks = crowd_behind(waker, || event.wait());
    event.set();
    assert!(tasks.iter().all(|task| task.wakes() == 1));
    tasks.iter_mut().for_each(Task::ready);
    let mut late = late.lock().unwrap().take().expect("the late wait began between two batches");
    assert!(!late.is_woken());
    assert_pending!(late.poll());
    assert_eq!(event.waiters(), 1);
    event.set();
    late.ready();
}

/// Whether a broadcast changes the generation depends on the number of waiters: tested around the size of a batch.
#[test]
fn broadcast_to_exactly_a_batch_does_not_wake_a_late_comer() {
    for waiters in [1, BATCH - 1, BATCH, BATCH + 1, 2 * BATCH] {
        let event = leak(Event::new());
        let (late, waker) = late_comer(|| {
            event.clear();
            event.wait()
        });
        let mut first = Task::with_waker(event.wait(), waker);
        assert_pending!(first.poll());
        let others = queue_up(waiters - 1, || event.wait());
        event.set();
        assert!(first.is_woken() && others.iter().all(|task| task.wakes() == 1), "with {waiters} waiters");
        let late = late.lock().unwrap().take().expect("the late wait began during the first wake");
        assert!(!late.is_woken(), "with {waiters} waiters");
        assert_eq!(event.waiters(), 1, "with {waiters} waiters");
    }
}

#[test]
fn end_of_work_for_more_than_a_batch_does_not_end_a_late_join_between_batches() {
    let queue = leak(StaticQueue::<u8, 1>::new());
    queue.try_push(0).unwrap();
    queue.try_pop().unwrap();
    let (late, waker) = late_comer(|| {
        queue.try_push(1).unwrap();
        queue.join()
    });
    let mut joins = crowd_behind(waker, || queue.join());
    queue.task_done().unwrap();
    joins.iter_mut().for_each(Task::ready);
    let mut late = late.lock().unwrap().take().expect("the late wait began between two batches");
    assert!(!late.is_woken());
    queue.task_done().unwrap();
    late.ready();
}

#[test]
fn notify_all_of_more_than_a_batch_does_not_reach_a_late_comer_between_batches() {
    let lock = leak(Lock::new(()));
    let condition = leak(Condition::new());
    let wait = || condition.wait(lock.try_lock().unwrap());
    let (late, waker) = late_comer(wait);
    let mut tasks = crowd_behind(waker, wait);
    assert_eq!(condition.notify_all(), CROWD + 1);
    run_woken(&mut tasks, drop);
    assert!(tasks.is_empty());
    let late = late.lock().unwrap().take().expect("the late wait began between two batches");
    assert!(!late.is_woken());
    assert_eq!(condition.waiters(), 1);
}

#[test]
fn release_for_more_than_a_batch_does_not_serve_a_late_comer_before_those_who_wait() {
    let semaphore = leak(Semaphore::new(0));
    let (late, waker) = late_comer(|| semaphore.acquire());
    let mut tasks = crowd_behind(waker, || semaphore.acquire());
    semaphore.release(CROWD + 1).unwrap();
    tasks.iter_mut().for_each(|task| assert_eq!(task.ready().unwrap().forget(), 1));
    let mut late = late.lock().unwrap().take().expect("the late wait began between two batches");
    assert!(!late.is_woken());
    semaphore.release(1).unwrap();
    late.ready().unwrap().forget();
}

#[test]
fn a_broadcast_inside_a_broadcast_reaches_its_own_cohort_and_no_other() {
    let event = leak(Event::new());
    let between = Arc::new(Mutex::new(Vec::new()));
    let hook = {
        let between = between.clone();
        move || {
            event.clear();
            let caught = queued(event.wait());
            event.set();
            event.clear();
            let missed = queued(event.wait());
            between.lock().unwrap().extend([caught, missed]);
        }
    };
    let mut tasks = crowd_behind(CountingWaker::reentrant(Call::Wake, hook), || event.wait());
    event.set();
    assert!(tasks.iter().all(|task| task.wakes() == 1));
    tasks.iter_mut().for_each(Task::ready);
    let mut between = between.lock().unwrap();
    assert_eq!((between[0].wakes(), between[1].wakes()), (1, 0));
    between[0].ready();
    assert!(!event.is_set(), "the inner clear came after the outer set");
}

#[test]
fn a_panicking_waker_does_not_stop_notify_all() {
    let lock = leak(Lock::new(()));
    let condition = leak(Condition::new());
    let mut tasks =
        crowd_behind(CountingWaker::panicking(Call::Wake), || condition.wait(lock.try_lock().unwrap()));
    panic_of(|| condition.notify_all());
    assert!(tasks[0].is_woken());
    run_woken(&mut tasks, drop);
    assert!(tasks.is_empty(), "every waiter was notified");
}
