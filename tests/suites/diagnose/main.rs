//! The feature `diagnose`: which futurelocks are reported, which joined waits are not, and the list of all waits.
//!
//! The hook and the clock belong to the whole program, so the tests share them, and each looks for the reports about its own
//! primitive.

use core::future::Future;
use core::pin::{Pin, pin};
use core::sync::atomic::{AtomicU32, Ordering};
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::sync::{Arc, Mutex, Once};

use anywake_core::diagnose::{self, Claim, Holder, Report, Standing, Step, TaskId, Waiter};
use anywake_core::{
    Broadcast, Condition, Event, Lock, Notify, OnceCell, RwLock, Semaphore, Signal, StaticQueue,
};
use anywake_tests::CountingWaker;

mod circles;
mod holders;
mod names;
mod observer;

static REPORTS: Mutex<Vec<Report>> = Mutex::new(Vec::new());
static TIME: AtomicU32 = AtomicU32::new(0);

fn set_up() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        diagnose::set_hook(|report| REPORTS.lock().unwrap().push(*report));
        diagnose::set_clock(|| TIME.load(Ordering::Relaxed));
    });
}

/// Their rows of auto traits: the table has no features.
const _: () = {
    const fn is<T: Send + Sync + Unpin + core::panic::UnwindSafe + core::panic::RefUnwindSafe>() {}
    is::<Report>();
    is::<Waiter>();
    is::<Holder>();
    is::<Standing>();
    is::<Claim>();
    is::<Step>();
    is::<TaskId>();
};

/// A task: what it polls is polled with its waker.
struct OneTask(Arc<CountingWaker>);

impl OneTask {
    fn new() -> Self {
        set_up();
        let waker = CountingWaker::new();
        // A report stays when its task is gone, so no later task may have the same waker.
        core::mem::forget(Arc::clone(&waker));
        Self(waker)
    }

    fn poll<F: Future>(&self, future: Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(&self.0.waker()))
    }

    fn is(&self, task: Option<TaskId>) -> bool {
        let lock = Lock::new(());
        let _held = lock.try_lock();
        let mut wait = pin!(lock.lock());
        assert!(self.poll(wait.as_mut()).is_pending());
        waits_of(&lock)[0].task() == task
    }

    /// The circles that this task closes.
    fn circles(&self) -> Vec<Waiter> {
        let reports = REPORTS.lock().unwrap().clone();
        let waits = reports.into_iter().filter_map(|report| match report {
            Report::Circle { wait } => Some(wait),
            _ => None,
        });
        waits.filter(|wait| self.is(wait.task())).collect()
    }

    /// The reads of this task that wait behind a writer and a guard of its own.
    fn recursive(&self) -> Vec<(Waiter, Holder)> {
        let reports = REPORTS.lock().unwrap().clone();
        let pairs = reports.into_iter().filter_map(|report| match report {
            Report::Recursive { wait, holder } => Some((wait, holder)),
            _ => None,
        });
        pairs.filter(|(wait, _)| self.is(wait.task())).collect()
    }

    /// What a wait that is not kept waiting returns.
    fn has<F: Future>(&self, future: F) -> F::Output {
        match self.poll(pin!(future)) {
            Poll::Ready(output) => output,
            Poll::Pending => panic!("it need not wait"),
        }
    }

    /// The initialisers of this task that wait for their own cells.
    fn reentrant(&self) -> Vec<Waiter> {
        let reports = REPORTS.lock().unwrap().clone();
        let waits = reports.into_iter().filter_map(|report| match report {
            Report::Reentrant { wait } => Some(wait),
            _ => None,
        });
        waits.filter(|wait| self.is(wait.task())).collect()
    }

    /// The futurelocks of this task.
    fn futurelocks(&self) -> Vec<(Waiter, Waiter)> {
        let reports = REPORTS.lock().unwrap().clone();
        let pairs = reports.into_iter().filter_map(|report| match report {
            Report::Futurelock { wait, grant } => Some((wait, grant)),
            _ => None,
        });
        pairs.filter(|(wait, _)| self.is(wait.task())).collect()
    }
}

/// All listed waits for a primitive.
fn waits_of<P>(primitive: &P) -> Vec<Waiter> {
    let mut waits = Vec::new();
    diagnose::waits(|wait| {
        if wait.is_for(primitive) {
            waits.push(*wait);
        }
    });
    waits
}

/// A task keeps a granted wait aside, and waits behind it.
fn reports_once<A: Future, B: Future>(
    name: &str,
    mut kept: Pin<&mut A>,
    grant: impl FnOnce(),
    mut again: Pin<&mut B>,
) {
    let task = OneTask::new();
    assert!(task.poll(kept.as_mut()).is_pending(), "{name}");
    grant();
    for turn in 1..=5 {
        let wakes = task.0.wakes();
        assert!(task.poll(again.as_mut()).is_pending(), "{name}");
        assert_eq!(
            task.0.wakes() > wakes,
            turn < 3,
            "{name}: the task is woken for another turn until it is sure"
        );
        let found = task.futurelocks();
        assert_eq!(found.len(), usize::from(turn >= 3), "{name}, turn {turn}");
        if let Some((wait, grant)) = found.first() {
            assert_eq!(wait.primitive(), name);
            assert_eq!((wait.standing(), grant.standing()), (Standing::Queued, Standing::Granted));
        }
    }
}

#[test]
fn a_task_behind_its_own_grant_is_reported_once_for_every_primitive_that_hands_over() {
    let lock = Lock::new(());
    let held = lock.try_lock();
    reports_once("lock", pin!(lock.lock()), || drop(held), pin!(lock.lock()));

    let semaphore = Semaphore::new(1);
    let held = semaphore.try_acquire();
    reports_once("semaphore", pin!(semaphore.acquire()), || drop(held), pin!(semaphore.acquire()));

    let rwlock = RwLock::new(());
    let held = rwlock.try_read();
    reports_once("rwlock", pin!(rwlock.write()), || drop(held), pin!(rwlock.read()));

    let queue = StaticQueue::<u8, 1>::new();
    reports_once("queue", pin!(queue.pop()), || queue.try_push(1).unwrap(), pin!(queue.push(2)));

    let queue = StaticQueue::<u8, 1>::new();
    queue.try_push(1).unwrap();
    reports_once("queue", pin!(queue.reserve()), || _ = queue.try_pop(), pin!(queue.push(2)));

    let notify = Notify::new();
    reports_once("notify", pin!(notify.notified()), || notify.notify_one(), pin!(notify.notified()));

    let signal = Signal::new();
    reports_once("signal", pin!(signal.wait()), || assert_eq!(signal.signal(1), None), pin!(signal.wait()));

    // A receiver that does not read keeps publishers from the room.
    let news = Broadcast::<u8, 1>::new();
    let mut receiver = news.receiver();
    reports_once("broadcast", pin!(receiver.recv()), || news.try_publish(1).unwrap(), pin!(news.publish(2)));

    let cell = OnceCell::new();
    let mut first = Box::pin(cell.get_or_init(core::future::pending::<u8>));
    assert!(first.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    let wait = || async { 1 };
    reports_once("once_cell", pin!(cell.get_or_init(wait)), || drop(first), pin!(cell.get_or_init(wait)));
}

#[test]
fn an_initialiser_that_waits_for_its_own_cell_is_reported_at_once() {
    static CELL: OnceCell<u8> = OnceCell::new();
    let task = OneTask::new();
    let mut init = pin!(CELL.get_or_init(|| async { *CELL.wait().await }));
    assert!(task.poll(init.as_mut()).is_pending());
    let [found] = task.reentrant()[..] else { panic!("one report") };
    let text = Report::Reentrant { wait: found }.to_string();
    assert!(text.starts_with("reentrant: an initialiser waits for its own once_cell at "), "{text}");

    // A wait beside the initialiser is not one inside it.
    let cell = OnceCell::new();
    let task = OneTask::new();
    let (mut init, mut wait) = (pin!(cell.get_or_init(core::future::pending::<u8>)), pin!(cell.wait()));
    assert!(task.poll(init.as_mut()).is_pending() && task.poll(wait.as_mut()).is_pending());
    assert!(task.reentrant().is_empty());
}

#[test]
fn the_report_names_both_places() {
    let task = OneTask::new();
    let lock = Lock::new(());
    let held = lock.try_lock();
    let (first, mut kept) = (line!(), pin!(lock.lock()));
    assert!(task.poll(kept.as_mut()).is_pending());
    drop(held);
    let (second, mut again) = (line!(), pin!(lock.lock()));
    for _ in 0..3 {
        assert!(task.poll(again.as_mut()).is_pending());
    }
    let [(wait, grant)] = task.futurelocks()[..] else { panic!("one report") };
    assert_eq!((wait.place().line(), grant.place().line()), (second, first));
    let text = Report::Futurelock { wait, grant }.to_string();
    let here = file!();
    assert!(text.contains(&format!("waits for lock at {here}:{second}:")), "{text}");
    assert!(text.contains(&format!("behind its own wait of {here}:{first}:")), "{text}");
}

#[test]
fn a_wait_that_is_queued_first_and_granted_later_is_reported_too() {
    // The program of RFD 609: both are queued while a third holds the lock.
    let task = OneTask::new();
    let lock = Lock::new(());
    let held = lock.try_lock();
    let (mut kept, mut again) = (pin!(lock.lock()), pin!(lock.lock()));
    assert!(task.poll(kept.as_mut()).is_pending() && task.poll(again.as_mut()).is_pending());
    drop(held);
    for _ in 0..3 {
        assert!(task.futurelocks().is_empty());
        assert!(task.poll(again.as_mut()).is_pending());
    }
    assert_eq!(task.futurelocks().len(), 1);
}

#[test]
fn joined_waits_are_not_reported_in_whatever_order_they_are_polled() {
    for reversed in [false, true] {
        let task = OneTask::new();
        let lock = Lock::new(());
        let mut held = lock.try_lock();
        let mut waits = [Box::pin(lock.lock()), Box::pin(lock.lock())];
        let mut done = [false, false];
        while done != [true, true] {
            let mut order = [0, 1];
            if reversed {
                order.reverse();
            }
            for index in order.into_iter().filter(|&index| !done[index]).collect::<Vec<_>>() {
                done[index] = task.poll(waits[index].as_mut()).is_ready();
            }
            held = None;
        }
        assert!(held.is_none() && task.futurelocks().is_empty());
    }
}

#[test]
fn another_task_a_waker_that_is_no_task_and_a_broadcast_are_not_reported() {
    let (task, other) = (OneTask::new(), OneTask::new());
    let lock = Lock::new(());
    let held = lock.try_lock();
    let (mut kept, mut again) = (pin!(lock.lock()), pin!(lock.lock()));
    assert!(task.poll(kept.as_mut()).is_pending());
    drop(held);
    for _ in 0..5 {
        assert!(other.poll(again.as_mut()).is_pending());
    }
    assert!(task.futurelocks().is_empty() && other.futurelocks().is_empty());

    let lock = Lock::new(());
    let held = lock.try_lock();
    let (mut kept, mut again) = (pin!(lock.lock()), pin!(lock.lock()));
    let mut nobody = Context::from_waker(Waker::noop());
    assert!(kept.as_mut().poll(&mut nobody).is_pending());
    drop(held);
    for _ in 0..5 {
        assert!(again.as_mut().poll(&mut nobody).is_pending());
    }
    assert!(waits_of(&lock).iter().all(|wait| wait.task().is_none()));
    assert!(
        REPORTS
            .lock()
            .unwrap()
            .iter()
            .all(|report| !matches!(report, Report::Futurelock { wait, .. } if wait.task().is_none()))
    );

    // A wait for the end of a queue does not depend on its items.
    let queue = StaticQueue::<u8, 1>::new();
    let (mut kept, mut closed) = (pin!(queue.pop()), pin!(queue.closed()));
    assert!(task.poll(kept.as_mut()).is_pending());
    queue.try_push(1).unwrap();
    for _ in 0..5 {
        assert!(task.poll(closed.as_mut()).is_pending());
    }
    assert!(task.futurelocks().is_empty());

    // The item of a push that was granted is in the queue already. It is popped, whether the push is polled or not.
    let queue = StaticQueue::<u8, 1>::new();
    queue.try_push(1).unwrap();
    let (mut kept, mut again) = (pin!(queue.push(2)), pin!(queue.push(3)));
    assert!(task.poll(kept.as_mut()).is_pending());
    assert_eq!(queue.try_pop(), Ok(1));
    assert_eq!(waits_of(&queue)[0].standing(), Standing::Granted);
    for _ in 0..5 {
        assert!(task.poll(again.as_mut()).is_pending());
    }
    assert!(task.futurelocks().is_empty());

    // What one receiver has not read keeps nothing from another.
    let news = Broadcast::<u8, 2>::new();
    let (mut one, mut other) = (news.receiver(), news.receiver());
    let mut kept = pin!(one.recv());
    assert!(task.poll(kept.as_mut()).is_pending());
    news.try_publish(1).unwrap();
    assert_eq!(other.try_recv(), Ok(1));
    let mut again = pin!(other.recv());
    for _ in 0..5 {
        assert!(task.poll(again.as_mut()).is_pending());
    }
    assert!(task.futurelocks().is_empty());

    // A wait for an event that is not polled keeps nothing from others.
    let event = Event::new();
    let (mut kept, mut again) = (pin!(event.wait()), pin!(event.wait()));
    assert!(task.poll(kept.as_mut()).is_pending());
    event.set();
    event.clear();
    for _ in 0..5 {
        assert!(task.poll(again.as_mut()).is_pending());
    }
    assert!(task.futurelocks().is_empty());
}

#[test]
fn a_wait_is_listed_from_its_first_poll_to_its_end() {
    let task = OneTask::new();
    let lock = Lock::new(());
    let held = lock.try_lock();
    let mut first = pin!(lock.lock());
    let mut second = Box::pin(lock.lock());
    assert!(waits_of(&lock).is_empty());
    second.as_mut().enable();
    assert!(task.poll(first.as_mut()).is_pending() && task.poll(first.as_mut()).is_pending());
    let [enabled, polled] = waits_of(&lock)[..] else { panic!("both are listed") };
    assert_eq!((enabled.polls(), enabled.task()), (0, None));
    assert!(polled.polls() == 2 && task.is(polled.task()));
    assert_eq!(polled.standing(), Standing::Queued);

    drop(held);
    assert_eq!(waits_of(&lock)[0].standing(), Standing::Granted);
    drop(second);
    assert_eq!(waits_of(&lock).len(), 1, "what is dropped is not listed");
    assert!(task.poll(first.as_mut()).is_ready());
    assert!(waits_of(&lock).is_empty(), "nor is what has ended");
}

#[test]
fn more_waits_than_one_look_finds_are_visited_in_order() {
    let task = OneTask::new();
    let event = Event::new();
    let mut waits: Vec<_> = (0..100).map(|_| Box::pin(event.wait())).collect();
    waits.iter_mut().for_each(|wait| assert!(task.poll(wait.as_mut()).is_pending()));
    assert_eq!(waits_of(&event).len(), 100);
    waits.retain({
        let mut keep = false;
        move |_| {
            keep = !keep;
            keep
        }
    });
    assert_eq!(waits_of(&event).len(), 50);
    event.set();
    assert!(waits_of(&event).iter().all(|wait| wait.standing() == Standing::Granted));
    waits.iter_mut().for_each(|wait| assert!(task.poll(wait.as_mut()).is_ready()));
    assert!(waits_of(&event).is_empty());
}

#[test]
fn a_wait_of_a_condition_goes_on_at_its_lock() {
    let task = OneTask::new();
    let (lock, condition) = (Lock::new(()), Condition::new());
    let mut wait = pin!(condition.wait(lock.try_lock().unwrap()));
    assert!(task.poll(wait.as_mut()).is_pending());
    assert_eq!(waits_of(&condition).len(), 1);
    let held = lock.try_lock();
    condition.notify_one();
    assert!(task.poll(wait.as_mut()).is_pending());
    assert_eq!((waits_of(&condition).len(), waits_of(&lock).len()), (0, 1));
    drop(held);
    assert!(task.poll(wait.as_mut()).is_ready());
    assert!(waits_of(&lock).is_empty());
}

#[test]
fn a_grant_that_is_not_polled_is_found_by_its_age() {
    let task = OneTask::new();
    let semaphore = Semaphore::new(1);
    let held = semaphore.try_acquire();
    let mut kept = pin!(semaphore.acquire());
    assert!(task.poll(kept.as_mut()).is_pending());
    let found = |limit| {
        let mut found = 0;
        diagnose::unpolled(Duration::from_millis(limit), |wait| {
            found += usize::from(wait.is_for(&semaphore))
        });
        found
    };
    TIME.fetch_add(1000, Ordering::Relaxed);
    assert_eq!(found(0), 0, "it waits");
    drop(held);
    TIME.fetch_add(500, Ordering::Relaxed);
    assert_eq!((found(400), found(1_000_000)), (1, 0));
    let [granted] = waits_of(&semaphore)[..] else { panic!("one wait") };
    let waited = granted.age() - granted.since_decided().unwrap();
    assert!(waited >= Duration::from_millis(1000), "{waited:?}");
    assert!(task.poll(kept.as_mut()).is_ready());
    assert_eq!(found(0), 0);
}

/// Each task holds one of the locks, and asks for the next one.
fn in_a_circle(tasks: &[OneTask], closed: bool) {
    let locks: Vec<_> = tasks.iter().map(|_| Lock::new(())).collect();
    let mut held: Vec<_> = tasks
        .iter()
        .zip(&locks)
        .map(|(task, lock)| match task.poll(pin!(lock.lock())) {
            Poll::Ready(guard) => guard,
            Poll::Pending => panic!("it is free"),
        })
        .collect();
    let last = tasks.len() - 1;
    let mut waits = Vec::new();
    for (index, task) in tasks.iter().enumerate() {
        if index == last && !closed {
            break;
        }
        let mut wait = Box::pin(locks[(index + 1) % locks.len()].lock());
        assert!(task.poll(wait.as_mut()).is_pending() && task.poll(wait.as_mut()).is_pending());
        assert!(index == last || task.circles().is_empty(), "the circle is still open");
        waits.push(wait);
    }
    let found = tasks[last].circles();
    assert_eq!(found.len(), usize::from(closed), "of {} tasks", tasks.len());
    if let [wait] = found[..] {
        assert!(wait.holder().is_some_and(|holder| tasks[0].is(holder.task())));
        let text = Report::Circle { wait }.to_string();
        assert!(text.starts_with("circle: a task waits for lock at "), "{text}");
    }
    drop(waits);
    held.clear();
}

#[test]
fn tasks_that_wait_for_each_other_are_reported_at_the_poll_that_closes_the_circle() {
    for count in [2, 3, 16] {
        for closed in [false, true] {
            in_a_circle(&(0..count).map(|_| OneTask::new()).collect::<Vec<_>>(), closed);
        }
    }
}

#[test]
fn a_writer_is_a_holder_and_a_reader_when_it_has_downgraded() {
    let task = OneTask::new();
    let lock = RwLock::new(());
    let Poll::Ready(writer) = task.poll(pin!(lock.write())) else { panic!("it is free") };
    let mut wait = pin!(lock.write());
    assert!(OneTask::new().poll(wait.as_mut()).is_pending());
    assert!(waits_of(&lock)[0].holder().is_some_and(|holder| task.is(holder.task())));
    assert_eq!(waits_of(&lock)[0].holder().unwrap().claim(), Claim::Write);
    let reader = anywake_core::WriteGuard::downgrade(writer);
    assert_eq!(waits_of(&lock)[0].holder().unwrap().claim(), Claim::Read);
    drop(reader);
    assert!(waits_of(&lock)[0].holder().is_none());
}

#[test]
fn a_holder_is_found_by_its_age_also_after_the_lock_was_handed_on() {
    let (task, next) = (OneTask::new(), OneTask::new());
    let lock = Lock::new(());
    let (line, guard) = (line!(), lock.try_lock().unwrap());
    let (mut second, mut third) = (pin!(lock.lock()), pin!(lock.lock()));
    assert!(next.poll(second.as_mut()).is_pending() && task.poll(third.as_mut()).is_pending());
    let holders = |limit| {
        let mut found = Vec::new();
        diagnose::held(Duration::from_millis(limit), |wait, holder| {
            if wait.is_for(&lock) {
                found.push(*holder);
            }
        });
        found
    };
    TIME.fetch_add(700, Ordering::Relaxed);
    let by_try_lock = holders(700);
    assert_eq!(by_try_lock.len(), 2);
    assert!(by_try_lock.iter().all(|holder| holder.task().is_none() && holder.place().line() == line));
    drop(guard);
    assert!(holders(0).is_empty(), "it is handed on, and nobody holds it yet");
    let Poll::Ready(_guard) = next.poll(second.as_mut()) else { panic!("it was handed on") };
    assert!(matches!(holders(0)[..], [holder] if next.is(holder.task())));
}
