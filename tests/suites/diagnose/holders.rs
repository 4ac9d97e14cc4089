//! Who holds what, of every primitive of which something can be held.

use core::pin::pin;
use core::sync::atomic::Ordering;
use core::time::Duration;
use std::sync::Arc;

use anywake_core::diagnose::{self, Claim, Holder, Report};
use anywake_core::rwlock::UpgradableGuard;
use anywake_core::{Lock, OnceCell, ReadGuard, RwLock, Semaphore, StaticQueue, WriteGuard};

use crate::{OneTask, TIME, waits_of};

/// Everyone who holds something of a primitive for which somebody waits.
pub(crate) fn holders_of<P>(primitive: &P) -> Vec<Holder> {
    let wait = waits_of(primitive)[0];
    let mut holders = Vec::new();
    wait.holders(|holder| holders.push(*holder));
    assert_eq!(wait.holder_count(), holders.len());
    holders
}

fn claims_of<P>(primitive: &P) -> Vec<Claim> {
    holders_of(primitive).iter().map(Holder::claim).collect()
}

#[test]
fn permits_are_held_until_they_are_dropped_merged_or_forgotten() {
    let (task, other) = (OneTask::new(), OneTask::new());
    let semaphore = Semaphore::new(5);
    let (line, mut three) = (line!(), task.has(semaphore.acquire_many(3)).unwrap());
    let two = semaphore.try_acquire_many(2).unwrap();
    let mut wait = pin!(semaphore.acquire());
    assert!(other.poll(wait.as_mut()).is_pending());
    let holders = holders_of(&semaphore);
    assert_eq!(claims_of(&semaphore), [Claim::Permits(3), Claim::Permits(2)]);
    assert!(task.is(holders[0].task()) && holders[0].place().line() == line);
    assert!(holders[1].task().is_none(), "no task is known of what was taken without a wait");

    let one = three.split(1).unwrap();
    assert_eq!(claims_of(&semaphore), [Claim::Permits(2), Claim::Permits(2), Claim::Permits(1)]);
    assert_eq!(holders_of(&semaphore)[2].place().line(), line);
    three.merge(two).unwrap();
    assert_eq!(claims_of(&semaphore), [Claim::Permits(4), Claim::Permits(1)]);
    one.forget();
    assert_eq!(claims_of(&semaphore), [Claim::Permits(4)]);
    core::mem::forget(three);
    assert_eq!(claims_of(&semaphore), [Claim::Permits(4)], "nobody gives them back");
}

#[test]
fn readers_the_upgradable_reader_and_the_writer_are_holders() {
    let (task, other) = (OneTask::new(), OneTask::new());
    let lock = RwLock::new(0);
    let readers = [task.has(lock.read()), lock.try_read().unwrap()];
    let upgradable = other.has(lock.upgradable_read());
    let mut wait = pin!(lock.write());
    assert!(other.poll(wait.as_mut()).is_pending());
    assert_eq!(claims_of(&lock), [Claim::Read, Claim::Read, Claim::UpgradableRead]);

    let shared = ReadGuard::share(&readers[0]);
    let mapped = ReadGuard::map(shared, |value| value);
    assert_eq!(claims_of(&lock).len(), 4, "each guard is one, however it is mapped");
    drop(mapped);
    drop(readers);
    assert_eq!(claims_of(&lock), [Claim::UpgradableRead]);
    let writer = other.has(UpgradableGuard::upgrade(upgradable));
    assert_eq!(claims_of(&lock), [Claim::Write]);
    let upgradable = WriteGuard::downgrade_to_upgradable(writer);
    assert_eq!(claims_of(&lock), [Claim::UpgradableRead]);
    let Ok(writer) = UpgradableGuard::try_upgrade(upgradable) else { panic!("it is alone") };
    assert_eq!(claims_of(&lock), [Claim::Write]);
    drop(writer);
}

#[test]
fn a_reserved_slot_and_the_role_of_an_initialiser_are_held() {
    let task = OneTask::new();
    let queue = StaticQueue::<u8, 1>::new();
    let slot = task.has(queue.reserve()).unwrap();
    let mut push = pin!(queue.push(1));
    assert!(OneTask::new().poll(push.as_mut()).is_pending());
    assert_eq!(claims_of(&queue), [Claim::Slot]);
    assert!(task.is(holders_of(&queue)[0].task()));
    slot.send(2).unwrap();
    assert!(claims_of(&queue).is_empty());

    let cell = OnceCell::new();
    let mut init = Box::pin(cell.get_or_init(core::future::pending::<u8>));
    assert!(task.poll(init.as_mut()).is_pending());
    let mut wait = pin!(cell.wait());
    assert!(OneTask::new().poll(wait.as_mut()).is_pending());
    assert_eq!(claims_of(&cell), [Claim::Initialise]);
    assert!(task.is(holders_of(&cell)[0].task()));
    drop(init);
    assert!(claims_of(&cell).is_empty());
    cell.set(1).unwrap();
}

#[test]
fn owned_guards_and_permits_are_holders_wherever_they_are_dropped() {
    let task = OneTask::new();
    let (lock, semaphore) = (Arc::new(Lock::new(())), Arc::new(Semaphore::new(1)));
    let guard = task.has(Arc::clone(&lock).lock_owned());
    let permit = task.has(Arc::clone(&semaphore).acquire_owned()).unwrap();
    let (mut one, mut other) = (pin!(lock.lock()), pin!(semaphore.acquire()));
    assert!(task.poll(one.as_mut()).is_pending() && task.poll(other.as_mut()).is_pending());
    assert_eq!((claims_of(&*lock), claims_of(&*semaphore)), (vec![Claim::Lock], vec![Claim::Permits(1)]));
    std::thread::spawn(move || drop((guard, permit))).join().unwrap();
    assert!(claims_of(&*lock).is_empty() && claims_of(&*semaphore).is_empty());
}

#[test]
fn permits_that_are_held_too_long_are_found_with_each_holder() {
    let task = OneTask::new();
    let semaphore = Semaphore::new(2);
    let first = task.has(semaphore.acquire());
    TIME.fetch_add(600, Ordering::Relaxed);
    let second = task.has(semaphore.acquire());
    let mut wait = pin!(semaphore.acquire());
    assert!(OneTask::new().poll(wait.as_mut()).is_pending());
    let found = |limit| {
        let mut found = 0;
        diagnose::held(Duration::from_millis(limit), |wait, _| found += usize::from(wait.is_for(&semaphore)));
        found
    };
    assert_eq!((found(0), found(600), found(1_000_000)), (2, 1, 0));
    drop((first, second));
    assert_eq!(found(0), 0);
}

#[test]
fn a_primitive_that_is_moved_keeps_its_holders_and_another_in_its_place_has_none() {
    let task = OneTask::new();
    let lock = Lock::new(());
    core::mem::forget(lock.try_lock());
    let moved = Box::new(lock);
    let mut wait = pin!(moved.lock());
    assert!(task.poll(wait.as_mut()).is_pending());
    assert_eq!(claims_of(&*moved), [Claim::Lock], "it is locked for ever");

    let mut slot = Lock::new(());
    core::mem::forget(slot.try_lock());
    slot = Lock::new(());
    let guard = slot.try_lock();
    let mut wait = Box::pin(slot.lock());
    assert!(task.poll(wait.as_mut()).is_pending());
    assert_eq!(claims_of(&slot).len(), 1, "what was forgotten belongs to the lock that lay here before");
    drop((wait, guard));
}

#[test]
fn a_read_behind_a_writer_and_a_guard_of_its_own_task_is_reported_at_that_poll() {
    let (task, writer) = (OneTask::new(), OneTask::new());
    let lock = RwLock::new(()).named("routes");
    let (line, guard) = (line!(), task.has(lock.read()));
    assert!(task.poll(pin!(lock.read())).is_ready(), "no writer waits");
    let mut write = pin!(lock.write());
    assert!(writer.poll(write.as_mut()).is_pending());
    let mut again = pin!(lock.read());
    assert!(task.poll(again.as_mut()).is_pending() && task.poll(again.as_mut()).is_pending());
    let [(wait, holder)] = task.recursive()[..] else { panic!("one report") };
    assert_eq!(holder.place().line(), line);
    let text = Report::Recursive { wait, holder }.to_string();
    assert!(text.starts_with("recursive: a task waits for rwlock \"routes\" at "), "{text}");
    assert!(
        text.contains(&format!("behind a writer, and holds a read guard of {}:{line}:", file!())),
        "{text}"
    );
    diagnose::panic(&Report::Recursive { wait, holder });
    drop(guard);

    // Another reader behind the writer has no guard of its own.
    let other = OneTask::new();
    let lock = RwLock::new(());
    let guard = task.has(lock.read());
    let (mut write, mut read) = (pin!(lock.write()), pin!(lock.read()));
    assert!(writer.poll(write.as_mut()).is_pending() && other.poll(read.as_mut()).is_pending());
    assert!(other.recursive().is_empty());
    drop(guard);
}
