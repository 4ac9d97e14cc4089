//! `Debug` shows the state and the number of waiters, and never blocks.

use core::fmt::Debug;
use core::future::pending;

use anywake_core::{
    Broadcast, Condition, Event, Lock, LockGuard, Notify, Oneshot, Queue, Semaphore, Signal, StaticQueue,
};
use anywake_tests::Arc;
use anywake_tests::{Task, queue_up, queued};

/// Asserts that `Debug` shows all parts, on one line and as a block.
#[track_caller]
fn shows(value: &dyn Debug, parts: &[&str]) {
    let (line, block) = (format!("{value:?}"), format!("{value:#?}"));
    for part in parts {
        assert!(line.contains(part), "{part} is missing in {line}");
    }
    assert!(block.starts_with(&line[..line.find([' ', '(']).unwrap_or(line.len())]), "{block}");
}

#[test]
fn a_lock_shows_its_value_or_that_it_is_locked_and_its_waiters() {
    let lock = Lock::new("the value");
    shows(&lock, &["Lock", "\"the value\"", "waiters: 0"]);
    let guard = lock.try_lock().unwrap();
    let _waiting = queue_up(2, || lock.lock());
    shows(&lock, &["Lock", "<locked>", "waiters: 2"]);
    shows(&guard, &["\"the value\""]);
    shows(&Arc::new(Lock::new([1])), &["[1]"]);
    shows(&Lock::with_bypass(3, 5), &["value: 3"]);
}

#[test]
fn formatting_a_lock_leaves_it_free() {
    let lock = Lock::new(1);
    assert_eq!(format!("{lock:?}"), format!("{lock:?}"));
    assert!(!lock.is_locked());
}

#[test]
fn guards_show_what_they_guard() {
    let lock = Lock::new((1, "two"));
    let guard = lock.try_lock().unwrap();
    assert_eq!(format!("{guard:?}"), "(1, \"two\")");
    let part = LockGuard::map(guard, |pair| &mut pair.1);
    assert_eq!((format!("{part:?}"), format!("{part}")), ("\"two\"".to_owned(), "two".to_owned()));
    let lock = Lock::new(7);
    assert_eq!(format!("{:>3}", lock.try_lock().unwrap()), "  7");
}

#[test]
fn a_semaphore_shows_permits_waiters_and_whether_it_is_closed() {
    let semaphore = Semaphore::new(2);
    let mut permit = semaphore.try_acquire_many(2).unwrap();
    shows(&permit, &["Permit", "count: 2"]);
    let waiting = queue_up(3, || semaphore.acquire());
    shows(&semaphore, &["Semaphore", "available_permits: 0", "waiters: 3", "closed: false"]);
    drop(waiting);
    drop(permit.split(1));
    semaphore.close();
    shows(&semaphore, &["available_permits: 1", "waiters: 0", "closed: true"]);
}

#[test]
fn an_event_shows_its_flag_and_waiters() {
    let event = Event::new();
    let waiting = queue_up(2, || event.wait());
    shows(&event, &["Event", "set: false", "waiters: 2"]);
    event.set();
    shows(&event, &["set: true", "waiters: 0"]);
    drop(waiting);
}

#[test]
fn a_notify_shows_whether_a_notification_is_stored_and_its_waiters() {
    let notify = Notify::new();
    let waiting = queue_up(2, || notify.notified());
    shows(&notify, &["Notify", "stored: false", "waiters: 2"]);
    shows(waiting[0].future(), &["NotifiedFuture", "Queued"]);
    drop(waiting);
    notify.notify_one();
    shows(&notify, &["stored: true", "waiters: 0"]);
}

#[test]
fn a_signal_shows_whether_it_has_a_value_and_its_waiters_whatever_it_holds() {
    struct Opaque;

    let signal = Signal::new();
    let waiting = queue_up(2, || signal.wait());
    shows(&signal, &["Signal", "set: false", "waiters: 2"]);
    shows(waiting[0].future(), &["SignalFuture", "Queued"]);
    drop(waiting);
    assert!(signal.signal(Opaque).is_none());
    shows(&signal, &["set: true", "waiters: 0"]);
}

#[test]
fn a_oneshot_and_its_ends_show_how_far_they_are_whatever_is_sent() {
    struct Opaque;

    let mut slot = Oneshot::new();
    shows(&slot, &["Oneshot", "sent: false", "closed: false", "waiters: 0"]);
    let (sender, mut receiver) = slot.split();
    shows(&sender, &["Sender", "closed: false"]);
    shows(&receiver, &["Receiver", "decided: false"]);
    shows(queued(receiver.recv()).future(), &["RecvFuture", "Queued"]);
    assert!(sender.send(Opaque).is_ok());
    shows(&receiver, &["decided: true"]);
    drop(receiver);
    shows(&slot, &["sent: true"]);
}

#[test]
fn a_broadcast_shows_its_fill_its_receivers_and_its_waiters_whatever_it_holds() {
    struct Opaque;

    let news = Broadcast::<Opaque, 2>::new();
    let _receiver = news.receiver();
    assert!(news.try_publish(Opaque).is_ok());
    let waiting = queued(news.closed());
    shows(&news, &["Broadcast", "len: 1", "capacity: 2", "receivers: 1", "closed: false", "waiters: 1"]);
    shows(&news.receiver(), &["Receiver", "receivers: 2"]);
    shows(&news.sender(), &["Sender", "len: 1"]);
    shows(&news, &["closed: true", "waiters: 0"]);
    drop(waiting);
}

#[test]
fn a_condition_shows_its_waiters() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let mut task = queued(condition.wait(lock.try_lock().unwrap()));
    shows(&condition, &["Condition", "waiters: 1"]);
    condition.notify_all();
    drop(task.ready());
    shows(&condition, &["waiters: 0"]);
}

#[test]
fn a_queue_shows_its_fill_its_work_and_its_waiters_whatever_it_holds() {
    struct Opaque;

    let queue = StaticQueue::<Opaque, 2>::new();
    assert!(queue.try_push(Opaque).is_ok());
    assert!(queue.try_pop().is_ok());
    let waiting = [queued(queue.pop()), queued(queue.pop())];
    shows(&queue, &["Queue", "len: 0", "capacity: 2", "unfinished: 1", "closed: false", "waiters: 2"]);
    drop(waiting);
    queue.close();
    shows(&queue, &["closed: true", "waiters: 0"]);
    let queue = Queue::with_capacity(9).unwrap();
    queue.try_push(Opaque).unwrap_or_else(|_| panic!("there is room"));
    shows(&queue, &["len: 1", "capacity: 9", "unfinished: 1"]);
}

#[test]
fn futures_show_how_far_they_are() {
    let lock = Lock::new(());
    let mut task = Task::new(lock.lock());
    shows(task.future(), &["Idle"]);
    let guard = task.ready();
    shows(task.future(), &["Done"]);
    shows(queued(lock.lock()).future(), &["Queued"]);
    drop(guard);

    let (event, queue, semaphore) = (Event::new(), StaticQueue::<u8, 1>::new(), Semaphore::new(0));
    shows(queued(event.wait()).future(), &["Queued"]);
    shows(queued(queue.pop()).future(), &["Queued"]);
    shows(Task::new(queue.push(1)).future(), &["Idle"]);
    shows(queued(semaphore.acquire_many(2)).future(), &["Queued"]);
    shows(&queue.stream(), &["PopStream", "Idle"]);
}

#[test]
fn waits_for_a_condition_show_how_far_they_are() {
    let (lock, condition) = (Lock::new(()), Condition::new());
    let guard = || lock.try_lock().unwrap();
    shows(queued(condition.wait(guard())).future(), &["ConditionFuture", "Queued"]);
    shows(queued(condition.wait_for(guard(), |()| false)).future(), &["ConditionForFuture"]);
    shows(queued(condition.wait_until(guard(), pending::<()>())).future(), &["ConditionUntilFuture"]);
    shows(&condition.wait(guard()), &["Idle"]);
}
