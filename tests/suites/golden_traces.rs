//! The scenarios P1 to P9 of `golden/asyncio.txt` on anywake's types.
//!
//! Each test writes its observations in the same format as the probe of the same name in `golden/asyncio_probes.py`,
//! and compares the text with the output of CPython's asyncio. Where anywake deliberately behaves otherwise, the name
//! of the test says so, and [`Golden::but`] names asyncio's text and anywake's.

use core::cell::RefCell;
use core::fmt::Debug;
use core::future::Future;
use core::pin::Pin;

use anywake_core::{
    Closed, Condition, Event, Lock, Permit, PushError, Queue, Semaphore, StaticQueue, TooManyPermits,
    TryPopError, TryPushError,
};
use anywake_tests::{Task, assert_pending, queue_up, queued, run_woken};

const ASYNCIO: &str = include_str!("golden/asyncio.txt");

/// The probes that have a test here.
const PROBES: [&str; 28] = [
    "P1", "P2", "P2b", "P3", "P3b", "P3c", "P4", "P4b", "P4c", "P4d", "P5", "P5b", "P6", "P6b", "P6c", "P6d",
    "P6e", "P6f", "P7", "P7b", "P7c", "P7d", "P8", "P8b", "P8c", "P8d", "P8e", "P9",
];

/// The output of asyncio for one probe, its lines joined by newlines.
struct Golden(String);

fn golden(probe: &str) -> Golden {
    assert!(PROBES.contains(&probe));
    let text = ASYNCIO.lines().filter_map(|line| line.strip_prefix(probe)?.strip_prefix(' '));
    let lines: Vec<&str> = text.collect();
    assert!(!lines.is_empty(), "asyncio.txt has no line of {probe}");
    Golden(lines.join("\n"))
}

impl Golden {
    /// Replaces asyncio's text by ours, at a deliberate difference.
    #[track_caller]
    fn but(self, asyncio: &str, ours: &str) -> Self {
        assert_eq!(self.0.matches(asyncio).count(), 1, "{asyncio} in {}", self.0);
        Self(self.0.replacen(asyncio, ours, 1))
    }

    #[track_caller]
    fn is(self, ours: impl AsRef<str>) {
        assert_eq!(self.0, ours.as_ref());
    }
}

#[test]
fn every_probe_has_its_test() {
    let mut names: Vec<&str> = ASYNCIO
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .filter_map(|line| line.split(' ').next())
        .collect();
    names.dedup();
    assert_eq!(names, PROBES);
}

// Python's notation.

fn truth(truth: bool) -> &'static str {
    if truth { "True" } else { "False" }
}

fn text(text: &str) -> String {
    format!("'{text}'")
}

/// A list of observations, in order, in Python's notation.
#[derive(Default)]
struct Log(RefCell<Vec<String>>);

impl Log {
    fn push(&self, seen: impl ToString) {
        self.0.borrow_mut().push(seen.to_string());
    }

    fn show(&self) -> String {
        format!("[{}]", self.0.borrow().join(", "))
    }
}

fn list<T: Debug>(items: &[T]) -> String {
    format!("{items:?}")
}

/// The value, or the name of the exception that asyncio raises for the error.
fn outcome<T: ToString, E>(result: Result<T, E>, exception: &str) -> String {
    result.map_or_else(|_| text(exception), |value| value.to_string())
}

// Tasks like those of asyncio. They start in order, and each runs until it has to wait. A cancelled task logs `c` and
// its name.

type Running<'a> = Task<Pin<Box<dyn Future<Output = ()> + 'a>>>;

fn spawn<'a>(body: impl Future<Output = ()> + 'a) -> Running<'a> {
    let mut task: Running<'a> = Task::new(Box::pin(body));
    let _ = task.poll();
    task
}

/// Logs a cancellation when it is dropped. A task that was not cancelled forgets it.
struct Cancelled<'a>(&'a Log, String);

impl Drop for Cancelled<'_> {
    fn drop(&mut self) {
        self.0.push(text(&self.1));
    }
}

async fn unless_cancelled<T>(log: &Log, name: impl ToString, wait: impl Future<Output = T>) -> T {
    let cancelled = Cancelled(log, format!("c{}", name.to_string()));
    let output = wait.await;
    core::mem::forget(cancelled);
    log.push(name);
    output
}

/// Acquires the lock and releases it.
async fn pass_through(lock: &Lock<()>, name: impl ToString, log: &Log) {
    drop(unless_cancelled(log, name, lock.lock()).await);
}

/// Acquires a permit and forgets it.
async fn take(semaphore: &Semaphore, name: u32, log: &Log) {
    unless_cancelled(log, name, semaphore.acquire()).await.unwrap().forget();
}

// Lock.

/// Releases a lock for which three tasks wait. Returns whether the lock was still locked right afterwards.
fn release_with_waiters<'a>(lock: &'a Lock<()>, log: &'a Log) -> (bool, Vec<Running<'a>>) {
    let owner = lock.try_lock().unwrap();
    let tasks = (0..3).map(|name| spawn(pass_through(lock, name, log))).collect();
    drop(owner);
    (lock.is_locked(), tasks)
}

#[test]
fn p1_is_locked_stays_true_in_between_where_asyncio_says_false() {
    let (lock, order) = (Lock::new(()), Log::default());
    let (locked, mut tasks) = release_with_waiters(&lock, &order);
    tasks.push(spawn(pass_through(&lock, text("me"), &order)));
    run_woken(&mut tasks, drop);
    golden("P1").but("waiters: False", "waiters: True").is(format!(
        "lock: locked() just after release with waiters: {} ; order when releaser re-acquires at once: {}",
        truth(locked),
        order.show()
    ));
}

#[test]
fn p2_a_lock_granted_to_a_cancelled_waiter_goes_to_the_next() {
    let (lock, order) = (Lock::new(()), Log::default());
    let (_, mut tasks) = release_with_waiters(&lock, &order);
    tasks.remove(0).cancel();
    run_woken(&mut tasks, drop);
    golden("P2").is(format!("lock: head woken then cancelled -> {}", order.show()));
}

#[test]
fn p2b_only_a_guard_releases_and_it_does_so_once_where_asyncio_raises() {
    let lock = Lock::new(());
    let owner = lock.try_lock().unwrap();
    assert!(lock.try_lock().is_none(), "the lock has one guard");
    drop(owner);
    let second = if lock.is_locked() { "still locked" } else { "there is nothing left to release" };
    golden("P2b")
        .but("RuntimeError('Lock is not acquired.')", "there is nothing left to release")
        .is(format!("release unlocked: {second}"));
}

// Semaphore.

#[test]
fn p3_a_permit_is_handed_over_and_survives_a_cancel() {
    let (semaphore, order) = (Semaphore::new(1), Log::default());
    let permit = semaphore.try_acquire().unwrap();
    let mut tasks: Vec<_> = (0..2).map(|name| spawn(take(&semaphore, name, &order))).collect();
    drop(permit);
    let value = semaphore.available_permits();
    let locked = truth(semaphore.try_acquire().is_err());
    tasks.remove(0).cancel();
    run_woken(&mut tasks, drop);
    golden("P3").is(format!(
        "sem: value/locked right after release w/ waiters ({value}, {locked}) ; head cancelled after grant -> \
         {} value {}",
        order.show(),
        semaphore.available_permits()
    ));
}

#[test]
fn p3b_release_may_add_permits() {
    let semaphore = Semaphore::new(1);
    semaphore.release(1).unwrap();
    semaphore.release(1).unwrap();
    golden("P3b").is(format!("Semaphore over-release value: {}", semaphore.available_permits()));
}

#[test]
fn p3c_a_number_below_zero_cannot_be_written_and_what_it_wraps_to_is_refused() {
    let TooManyPermits = Semaphore::try_new(-1_isize as usize).unwrap_err();
    golden("P3c")
        .but("Semaphore initial value must be >= 0", "more permits than a semaphore can count")
        .is(TooManyPermits.to_string());
}

/// The result of a release, in asyncio's words.
fn release(semaphore: &Semaphore) -> &'static str {
    match semaphore.release(1) {
        Ok(()) => "no error",
        Err(_) => "BoundedSemaphore released too many times",
    }
}

#[test]
fn p4_a_bounded_semaphore_refuses_an_over_release() {
    golden("P4").is(format!("bounded: {}", release(&Semaphore::bounded(1))));
}

/// A semaphore with bound 1 and one waiter. The permit was released and granted to the waiter, which has not run.
fn bounded_with_a_granted_waiter(test: impl FnOnce(&Semaphore)) {
    let semaphore = Semaphore::bounded(1);
    let permit = semaphore.try_acquire().unwrap();
    let mut waiter = queued(semaphore.acquire());
    drop(permit);
    assert!(waiter.is_woken());
    test(&semaphore);
    let _permit: Permit<'_> = waiter.ready().unwrap();
    assert_eq!(semaphore.available_permits(), 0, "the refused releases change nothing");
}

#[test]
fn p4b_a_bogus_release_is_refused_even_while_a_grant_is_under_way_where_asyncio_lets_it_pass() {
    bounded_with_a_granted_waiter(|semaphore| {
        let second = release(semaphore);
        golden("P4b").but("no error; value 1", "BoundedSemaphore released too many times; value 0").is(
            format!(
                "2nd release while granted waiter has not run: {second}; value {}",
                semaphore.available_permits()
            ),
        );
    });
}

#[test]
fn p4c_a_third_release_is_refused_too() {
    bounded_with_a_granted_waiter(|semaphore| {
        release(semaphore);
        golden("P4c").is(format!("third release -> {}", release(semaphore)));
    });
}

#[test]
fn p4d_an_empty_bounded_semaphore_refuses_any_release() {
    let verdict = Semaphore::bounded(0).release(1).map_or("ValueError", |()| "no error");
    golden("P4d").is(format!("BoundedSemaphore(0).release(): {verdict}"));
}

// Event.

#[test]
fn p5_set_then_clear_wakes_all_waiters() {
    let (event, seen) = (Event::new(), Log::default());
    let wait = async |name| {
        event.wait().await;
        seen.push(format!("({name}, True, {})", truth(event.is_set())));
    };
    let mut tasks: Vec<_> = (0..3).map(|name| spawn(wait(name))).collect();
    event.set();
    event.clear();
    run_woken(&mut tasks, drop);
    golden("P5").is(format!("event set();clear(): {}", seen.show()));
}

#[test]
fn p5b_a_late_waiter_is_not_woken() {
    let event = Event::new();
    let mut early = queued(event.wait());
    event.set();
    event.clear();
    let mut late = queued(event.wait());
    let pending = early.poll_if_woken().is_ready() && late.poll_if_woken().is_pending();
    golden("P5b").is(format!("late waiter pending: {}", truth(pending)));
}

// Condition.

/// Waits once, with asyncio's rule: the wait reacquires the lock before it returns, also if `stop` ended it.
async fn wait_once(lock: &Lock<()>, condition: &Condition, stop: &Event, name: u32, log: &Log) {
    let (guard, notified) = condition.wait_until(lock.lock().await, stop.wait()).await;
    let entry =
        if notified { format!("n{name}") } else { format!("c{name} locked={}", truth(lock.is_locked())) };
    log.push(text(&entry));
    drop(guard);
}

/// Waits once, with Rust's rule: a dropped wait ends at once.
async fn wait_or_drop(lock: &Lock<()>, condition: &Condition, name: u32, log: &Log) {
    let cancelled = Cancelled(log, format!("c{name}"));
    let _guard = condition.wait(lock.lock().await).await;
    core::mem::forget(cancelled);
    log.push(text(&format!("n{name}")));
}

#[test]
fn p6_notify_needs_no_lock_where_asyncio_raises_and_wait_takes_a_guard() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let allowed = |notified: usize| format!("reached {notified}");
    // A wait without the lock does not compile: it takes the guard, and returns it.
    let mut wait = queued(condition.wait(lock.try_lock().unwrap()));
    assert!(!lock.is_locked());
    let (one, all) = (allowed(condition.notify_one()), allowed(condition.notify_all()));
    drop(wait.ready());
    golden("P6")
        .but(
            "cannot notify on un-acquired lock\ncannot notify on un-acquired lock\ncannot wait on un-acquired lock",
            "reached 1\nreached 0",
        )
        .is(format!("{one}\n{all}"));
}

#[test]
fn p6b_a_dropped_notification_goes_on_without_taking_the_lock_where_asyncio_takes_it_first() {
    let (lock, condition, log) = (Lock::new(()), Condition::new(), Log::default());
    let mut tasks: Vec<_> = (0..2).map(|name| spawn(wait_or_drop(&lock, &condition, name, &log))).collect();
    let owner = lock.try_lock().unwrap();
    condition.notify_one();
    tasks.remove(0).cancel();
    run_woken(&mut tasks, drop);
    let held = log.show();
    drop(owner);
    run_woken(&mut tasks, drop);
    golden("P6b")
        .but("held []", "held ['c0']")
        .but("'c0 locked=True'", "'c0'")
        .is(format!("notified-then-cancelled: while lock held {held} ; after {}", log.show()));
}

#[test]
fn p6b_a_wait_until_that_was_notified_first_keeps_the_notification_where_asyncio_passes_it_on() {
    let (lock, condition, log) = (Lock::new(()), Condition::new(), Log::default());
    let stops = [Event::new(), Event::new()];
    let mut tasks: Vec<_> = (0..2)
        .zip(&stops)
        .map(|(name, stop)| spawn(wait_once(&lock, &condition, stop, name, &log)))
        .collect();
    let owner = lock.try_lock().unwrap();
    condition.notify_one();
    stops[0].set();
    run_woken(&mut tasks, drop);
    let held = log.show();
    drop(owner);
    run_woken(&mut tasks, drop);
    golden("P6b")
        .but("['c0 locked=True', 'n1']", "['n0']")
        .is(format!("notified-then-cancelled: while lock held {held} ; after {}", log.show()));
}

#[test]
fn p6c_anyone_may_notify_while_someone_owns_the_lock() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let _wait = queued(condition.wait(lock.try_lock().unwrap()));
    let _owner = lock.try_lock().unwrap();
    let verdict = if condition.notify_one() == 1 { "allowed" } else { "no waiter was reached" };
    golden("P6c").is(format!("notify by non-owner while locked: {verdict}"));
}

#[test]
fn p6d_wait_for_returns_the_guard_where_asyncio_returns_the_value_of_the_predicate() {
    let (lock, condition) = (Lock::new(0), Condition::new());
    let mut task = queued(condition.wait_for(lock.try_lock().unwrap(), |value| *value != 0));
    condition.notify_one();
    assert_pending!(task.poll());
    *lock.try_lock().unwrap() = 7;
    condition.notify_one();
    golden("P6d").is(format!("wait_for returns val{}", *task.ready()));
}

#[test]
fn p6e_a_wait_that_was_not_notified_wakes_nobody_where_asyncio_wakes_another() {
    let (lock, condition, log) = (Lock::new(()), Condition::new(), Log::default());
    let stops = [Event::new(), Event::new()];
    let mut tasks: Vec<_> = (0..2)
        .zip(&stops)
        .map(|(name, stop)| spawn(wait_once(&lock, &condition, stop, name, &log)))
        .collect();
    stops[0].set();
    run_woken(&mut tasks, drop);
    golden("P6e")
        .but("['c0 locked=True', 'n1']", "['c0 locked=True']")
        .is(format!("cancel un-notified waiter; other woken spuriously? {}", log.show()));

    let (condition, log) = (Condition::new(), Log::default());
    let mut tasks: Vec<_> = (0..2).map(|name| spawn(wait_or_drop(&lock, &condition, name, &log))).collect();
    tasks.remove(0).cancel();
    run_woken(&mut tasks, drop);
    golden("P6e")
        .but("['c0 locked=True', 'n1']", "['c0']")
        .is(format!("cancel un-notified waiter; other woken spuriously? {}", log.show()));
}

#[test]
fn p6f_a_cancelled_wait_until_still_takes_the_lock_first() {
    let (lock, condition, log) = (Lock::new(()), Condition::new(), Log::default());
    let stop = Event::new();
    let mut tasks = vec![spawn(wait_once(&lock, &condition, &stop, 5, &log))];
    let owner = lock.try_lock().unwrap();
    for _ in 0..3 {
        stop.set();
        run_woken(&mut tasks, drop);
        tasks.iter_mut().for_each(|task| assert_pending!(task.poll()));
    }
    let early = truth(tasks.is_empty());
    drop(owner);
    run_woken(&mut tasks, drop);
    golden("P6f").is(format!(
        "cancelled 3x while lock held by other: done early? {early} ; after release {} {}",
        log.show(),
        truth(tasks.is_empty())
    ));
}

// Queue.

#[test]
fn p7_a_push_is_not_overtaken_where_asyncio_lets_a_putter_lose_its_place() {
    let queue = StaticQueue::<String, 1>::new();
    queue.try_push(text("first")).unwrap();
    let mut pushes = vec![queued(queue.push(text("x"))), queued(queue.push(text("y")))];
    queue.try_pop().unwrap();
    let Err(TryPushError::Full(barge)) = queue.try_push(text("barge")) else {
        panic!("x has entered the queue already")
    };
    pushes.push(queued(queue.push(barge)));
    let delivery = Log::default();
    while let Ok(item) = queue.try_pop() {
        delivery.push(item);
    }
    run_woken(&mut pushes, |entered| entered.unwrap());
    let place = |item| delivery.0.borrow().iter().position(|delivered| *delivered == text(item));
    let lost = truth(place("y") < place("x"));
    golden("P7").but("['barge', 'y', 'x']", "['x', 'y', 'barge']").but("place: True", "place: False").is(format!(
        "queue: woken putter overtaken by put_nowait; delivery {} (x woken first, lost its place: {lost} )",
        delivery.show()
    ));
}

#[test]
fn p7b_a_pop_is_not_overtaken_where_asyncio_lets_a_getter_lose_its_place() {
    let (queue, got) = (StaticQueue::<u32, 4>::new(), Log::default());
    let pop = async |name| {
        let item = queue.pop().await.unwrap();
        got.push(format!("({name}, {item})"));
    };
    let mut tasks = vec![spawn(pop(0)), spawn(pop(1))];
    queue.try_push(1).unwrap();
    let stolen = outcome(queue.try_pop(), "QueueEmpty");
    run_woken(&mut tasks, drop);
    for item in [2, 3] {
        queue.try_push(item).unwrap();
        run_woken(&mut tasks, drop);
    }
    golden("P7b")
        .but("1 [(1, 2), (0, 3)]", "'QueueEmpty' [(0, 1), (1, 2)]")
        .is(format!("getter overtaken: {stolen} {}", got.show()));
    assert_eq!(queue.try_pop(), Ok(3));
}

#[test]
fn p7c_one_task_done_too_many_is_an_error() {
    let error = StaticQueue::<u32, 1>::new().task_done().unwrap_err();
    golden("P7c")
        .but("task_done() called too many times", "task_done() called more often than items were pushed")
        .is(error.to_string());
}

#[test]
fn p7d_every_queue_has_a_bound_where_asyncio_takes_none_as_endless() {
    let error = Queue::<u32>::with_capacity(0).unwrap_err();
    golden("P7d")
        .but("maxsize<0 full(): False maxsize -5", "a capacity is at least one")
        .is(error.to_string());
}

const SHUT: &str = "QueueShutDown";

#[test]
fn p8_close_lets_the_rest_be_taken() {
    let (queue, seen) = (StaticQueue::<u32, 1>::new(), Log::default());
    let none = |()| "None";
    queue.try_push(1).unwrap();
    let mut put = queued(queue.push(2));
    queue.close();
    let put2 = |item| Task::new(queue.push(item)).ready().map_err(|PushError(back)| assert_eq!(back, item));
    let get = || Task::new(queue.pop()).ready().map_err(|Closed| ());
    seen.push(format!("('put', {})", outcome(put.ready().map(none), SHUT)));
    seen.push(format!("('get', {})", outcome(get(), SHUT)));
    seen.push(format!("('get2', {})", outcome(get(), SHUT)));
    seen.push(format!("('put2', {})", outcome(put2(3).map(none), SHUT)));
    let get_nowait = queue.try_pop().map_err(|error| assert_eq!(error, TryPopError::Closed));
    seen.push(format!("('gn', {})", outcome(get_nowait, SHUT)));
    let mut join = Task::new(queue.join());
    seen.push(format!("('join pending', {})", truth(join.poll().is_pending())));
    queue.task_done().unwrap();
    join.ready();
    seen.push("('join', None)");
    golden("P8").is(format!("shutdown(): {}", seen.show()));
}

/// A queue after three pushes and a pop, without a `task_done`.
fn three_pushed_one_in_work() -> StaticQueue<u32, 3> {
    let queue = StaticQueue::new();
    (0..3).for_each(|item| queue.try_push(item).unwrap());
    queue.try_pop().unwrap();
    queue
}

#[test]
fn p8b_close_now_still_counts_items_in_work() {
    let queue = three_pushed_one_in_work();
    let mut join = queued(queue.join());
    queue.close_now();
    let state = (queue.len(), queue.unfinished(), truth(join.poll_if_woken().is_ready()));
    queue.task_done().unwrap();
    golden("P8b").is(format!(
        "shutdown(immediate) 3 put,1 in work: qsize,unfinished,join done = ({}, {}, {}) ; after task_done join done {}",
        state.0,
        state.1,
        state.2,
        truth(join.poll_if_woken().is_ready())
    ));
}

#[test]
fn p8c_task_done_is_refused_once_all_is_done() {
    let queue = three_pushed_one_in_work();
    queue.close_now();
    queue.task_done().unwrap();
    golden("P8c")
        .but("task_done() called too many times", "task_done() called more often than items were pushed")
        .is(queue.task_done().unwrap_err().to_string());
}

#[test]
fn p8d_close_ends_pops_that_wait() {
    let (queue, seen) = (StaticQueue::<u32, 1>::new(), Log::default());
    let mut pops = queue_up(3, || queue.pop());
    queue.close();
    for (name, pop) in pops.iter_mut().enumerate() {
        seen.push(format!("({name}, {})", outcome(pop.ready(), SHUT)));
    }
    golden("P8d").is(format!("blocked getters on shutdown {}", seen.show()));
}

#[test]
fn p8e_close_may_be_repeated() {
    let queue = StaticQueue::<u32, 1>::new();
    queue.close();
    queue.close();
    let verdict = if queue.is_closed() { "ok" } else { "open again" };
    golden("P8e").is(format!("2nd shutdown {verdict}"));
}

#[test]
fn p9_items_keep_their_order_where_asyncios_other_queues_change_it() {
    let queue = StaticQueue::<u32, 3>::new();
    [3, 1, 2].into_iter().for_each(|item| queue.try_push(item).unwrap());
    let order: Vec<u32> = core::iter::from_fn(|| queue.try_pop().ok()).collect();
    golden("P9").but("[1, 2, 3] [2, 1, 3]", "[3, 1, 2]").is(list(&order));
}
