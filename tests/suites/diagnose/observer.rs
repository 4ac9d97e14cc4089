//! What the observer is told, in which order, and by whom.

use core::pin::pin;
use std::sync::{Mutex, Once};

use anywake_core::diagnose::{self, Step};
use anywake_core::{Condition, Event, Lock, Semaphore};

use crate::OneTask;

type Told = (Step, usize, std::thread::ThreadId);

static TOLD: Mutex<Vec<Told>> = Mutex::new(Vec::new());

fn observe() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        diagnose::set_observer(|step, wait| {
            TOLD.lock().unwrap().push((step, wait.address(), std::thread::current().id()));
        });
    });
}

/// What was told about a primitive since the last call.
fn told_of<P>(primitive: &P) -> Vec<Told> {
    let start = &raw const *primitive as usize;
    let place = start..start + size_of::<P>();
    let mut told = TOLD.lock().unwrap();
    let (of_it, others) = told.drain(..).partition(|(_, address, _)| place.contains(address));
    *told = others;
    of_it
}

fn steps_of<P>(primitive: &P) -> Vec<Step> {
    told_of(primitive).iter().map(|told| told.0).collect()
}

#[test]
fn a_wait_begins_is_granted_by_the_one_that_hands_over_and_settles() {
    observe();
    let task = OneTask::new();
    let lock = Lock::new(());
    drop(task.has(lock.lock()));
    assert!(steps_of(&lock).is_empty(), "it did not wait");
    let held = lock.try_lock();
    let mut wait = pin!(lock.lock());
    assert!(task.poll(wait.as_mut()).is_pending() && task.poll(wait.as_mut()).is_pending());
    assert_eq!(steps_of(&lock), [Step::Begun]);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| drop(held)).thread().id();
        while !wait.is_decided() {
            core::hint::spin_loop();
        }
        other
    });
    let granted = told_of(&lock);
    assert!(matches!(granted[..], [(Step::Granted, _, thread)] if thread != std::thread::current().id()));
    assert!(task.poll(wait.as_mut()).is_ready());
    assert_eq!(steps_of(&lock), [Step::Settled]);
}

#[test]
fn a_grant_that_is_dropped_is_passed_on_and_a_wait_that_is_dropped_is_withdrawn() {
    observe();
    let task = OneTask::new();
    let lock = Lock::new(());
    let held = lock.try_lock();
    let (mut first, mut second) = (Box::pin(lock.lock()), Box::pin(lock.lock()));
    let mut third = Box::pin(lock.lock());
    for wait in [&mut first, &mut second, &mut third] {
        assert!(task.poll(wait.as_mut()).is_pending());
    }
    drop(third);
    drop(held);
    drop(first);
    use Step::{Begun, Granted, PassedOn, Withdrawn};
    assert_eq!(steps_of(&lock), [Begun, Begun, Begun, Withdrawn, Granted, PassedOn, Granted]);
    drop(second);
    assert_eq!(steps_of(&lock), [PassedOn]);
}

#[test]
fn a_grant_without_a_waker_is_told_by_its_own_task() {
    observe();
    let lock = Lock::new(());
    let held = lock.try_lock();
    let mut wait = pin!(lock.lock());
    wait.as_mut().enable();
    drop(held);
    assert_eq!(steps_of(&lock), [Step::Begun]);
    assert!(OneTask::new().poll(wait.as_mut()).is_ready());
    assert_eq!(steps_of(&lock), [Step::Granted, Step::Settled]);
}

#[test]
fn what_is_taken_by_a_bypass_and_what_is_refused_is_told_too() {
    observe();
    let task = OneTask::new();
    let lock = Lock::with_bypass((), 1);
    let held = lock.try_lock();
    let mut wait = pin!(lock.lock());
    assert!(task.poll(wait.as_mut()).is_pending());
    drop(held);
    assert_eq!(steps_of(&lock), [Step::Begun], "it is woken to try");
    assert!(task.poll(wait.as_mut()).is_ready());
    assert_eq!(steps_of(&lock), [Step::Granted, Step::Settled]);

    let semaphore = Semaphore::new(0);
    let mut wait = pin!(semaphore.acquire());
    assert!(task.poll(wait.as_mut()).is_pending());
    semaphore.close();
    assert!(task.poll(wait.as_mut()).is_ready());
    assert_eq!(steps_of(&semaphore), [Step::Begun, Step::Refused, Step::Settled]);
}

#[test]
fn a_broadcast_tells_of_each_wait_once() {
    observe();
    let event = Event::new();
    let tasks: Vec<_> = (0..40).map(|_| OneTask::new()).collect();
    let mut waits: Vec<_> = tasks.iter().map(|_| Box::pin(event.wait())).collect();
    for (task, wait) in tasks.iter().zip(&mut waits) {
        assert!(task.poll(wait.as_mut()).is_pending());
    }
    event.set();
    assert_eq!(steps_of(&event), [[Step::Begun; 40], [Step::Granted; 40]].concat());
    for (task, wait) in tasks.iter().zip(&mut waits) {
        assert!(task.poll(wait.as_mut()).is_ready());
    }
    assert_eq!(steps_of(&event), [Step::Settled; 40]);
}

#[test]
fn a_wait_for_a_condition_is_told_as_two_waits() {
    observe();
    let task = OneTask::new();
    let (lock, condition) = (Lock::new(()), Condition::new());
    let mut wait = pin!(condition.wait(lock.try_lock().unwrap()));
    assert!(task.poll(wait.as_mut()).is_pending());
    let held = lock.try_lock();
    condition.notify_one();
    assert!(task.poll(wait.as_mut()).is_pending());
    assert_eq!(steps_of(&condition), [Step::Begun, Step::Granted, Step::Settled]);
    drop(held);
    assert!(task.poll(wait.as_mut()).is_ready());
    assert_eq!(steps_of(&lock), [Step::Begun, Step::Granted, Step::Settled]);
}
