//! The names of primitives.

use core::pin::pin;
use std::sync::Arc;

use anywake_core::diagnose::Report;
use anywake_core::{
    Barrier, Broadcast, CancellationToken, Condition, Event, Latch, Lock, Notify, OnceCell, Oneshot, Queue,
    RwLock, Semaphore, Signal, StaticQueue, WaitGroup, Watch, channel,
};

use crate::{OneTask, waits_of};

static NAMED: (Lock<u8>, RwLock<u8>, Semaphore, Event, Notify, Condition, Latch, WaitGroup, Barrier) = (
    Lock::new(0).named("lock"),
    RwLock::new(0).named("rwlock"),
    Semaphore::new(0).named("semaphore"),
    Event::new().named("event"),
    Notify::new().named("notify"),
    Condition::new().named("condition"),
    Latch::new(1).named("latch"),
    WaitGroup::new().named("wait_group"),
    Barrier::new(2).named("barrier"),
);

static CELL: OnceCell<u8> = OnceCell::new().named("once_cell");
static QUEUE: StaticQueue<u8, 1> = StaticQueue::new().named("queue");
static SIGNAL: Signal<u8> = Signal::new().named("signal");
static WATCH: Watch<u8> = Watch::new(0).named("watch");
static BROADCAST: Broadcast<u8, 1> = Broadcast::new().named("broadcast");

/// Each name here is that of the primitive.
fn shows_its_name<P, F: Future>(primitive: &P, wait: F) {
    let task = OneTask::new();
    let mut wait = pin!(wait);
    assert!(task.poll(wait.as_mut()).is_pending());
    let [listed] = waits_of(primitive)[..] else { panic!("one wait") };
    assert_eq!(listed.name(), Some(listed.primitive()));
}

#[test]
fn a_wait_has_the_name_of_its_primitive() {
    let (lock, rwlock, semaphore, event, notify, condition, latch, wait_group, barrier) = &NAMED;
    let held = lock.try_lock();
    shows_its_name(lock, lock.lock());
    drop(held);
    let held = rwlock.try_write();
    shows_its_name(rwlock, rwlock.read());
    drop(held);
    shows_its_name(semaphore, semaphore.acquire());
    shows_its_name(event, event.wait());
    shows_its_name(notify, notify.notified());
    shows_its_name(condition, condition.wait(lock.try_lock().unwrap()));
    shows_its_name(barrier, barrier.wait());
    let task = OneTask::new();
    let token = wait_group.add().unwrap();
    let (mut one, mut other) = (pin!(latch.wait()), pin!(wait_group.wait()));
    assert!(task.poll(one.as_mut()).is_pending() && task.poll(other.as_mut()).is_pending());
    // They have one core.
    assert_eq!(
        (waits_of(latch)[0].name(), waits_of(wait_group)[0].name()),
        (Some("latch"), Some("wait_group"))
    );
    drop(token);

    shows_its_name(&CELL, CELL.wait());
    shows_its_name(&QUEUE, QUEUE.pop());
    shows_its_name(&SIGNAL, SIGNAL.wait());
    let mut receiver = WATCH.receiver();
    shows_its_name(&WATCH, receiver.changed());
    let mut receiver = BROADCAST.receiver();
    shows_its_name(&BROADCAST, receiver.recv());
}

#[test]
fn what_is_shared_from_the_start_can_be_named_too() {
    let task = OneTask::new();
    let queue = Arc::new(Queue::with_capacity(1).unwrap().named("jobs"));
    let (_sender, receiver) = channel::over::<Arc<Queue<u8>>>(Arc::clone(&queue));
    let mut wait = pin!(receiver.recv());
    assert!(task.poll(wait.as_mut()).is_pending());
    assert_eq!(waits_of(&*queue)[0].name(), Some("jobs"));

    let mut oneshot = const { Oneshot::<u8>::new().named("reply") };
    let (_sender, receiver) = oneshot.split();
    let mut wait = pin!(receiver.into_future());
    assert!(task.poll(wait.as_mut()).is_pending());

    let token = CancellationToken::new().named("shutdown");
    let clone = token.clone();
    let mut wait = pin!(clone.cancelled());
    assert!(task.poll(wait.as_mut()).is_pending());
    let mut names = Vec::new();
    anywake_core::diagnose::waits(|wait| names.extend(wait.name()));
    assert!(names.contains(&"reply") && names.contains(&"shutdown"), "{names:?}");
}

#[test]
fn a_name_stands_in_the_report_and_none_without_one() {
    let lock = Lock::new(()).named("table \"a\"");
    let held = lock.try_lock();
    let mut wait = pin!(lock.lock());
    assert!(OneTask::new().poll(wait.as_mut()).is_pending());
    let text = Report::Circle { wait: waits_of(&lock)[0] }.to_string();
    assert!(text.starts_with(r#"circle: a task waits for lock "table \"a\"" at "#), "{text}");
    drop(held);
    let event = Event::new();
    let mut wait = pin!(event.wait());
    assert!(OneTask::new().poll(wait.as_mut()).is_pending());
    assert_eq!(waits_of(&event)[0].name(), None);
}

#[test]
fn the_debug_text_of_a_primitive_lists_its_waits_with_place_and_age() {
    let task = OneTask::new();
    let lock = Lock::new(1);
    assert_eq!(format!("{lock:?}"), "Lock { value: 1, waiters: 0 }");
    let held = lock.try_lock();
    let (line, mut wait) = (line!(), pin!(lock.lock()));
    assert!(task.poll(wait.as_mut()).is_pending());
    assert_eq!(format!("{lock:?}"), "Lock { value: <locked>, waiters: 1 }");
    let text = format!("{lock:#?}");
    let (start, place) = ("waiters: [\n        Queued since ", format!(" ms: {}:{line}:", file!()));
    assert!(text.contains(start) && text.contains(&place), "{text}");
    drop(held);
    assert!(format!("{lock:#?}").contains("Granted since "), "it is not polled yet");
}
