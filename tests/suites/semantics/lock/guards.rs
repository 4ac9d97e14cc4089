//! Guards, mapped guards, and owned guards.

use super::*;

#[test]
fn a_guard_knows_its_lock() {
    let (one, other) = (Lock::new(1), Lock::new(1));
    let guard = one.try_lock().unwrap();
    assert!(core::ptr::eq(LockGuard::lock(&guard), &one));
    assert!(!core::ptr::eq(LockGuard::lock(&guard), &other));
}

#[test]
fn a_mapped_guard_reaches_its_part_and_keeps_the_lock() {
    let lock = Lock::new(((1, 2), "three"));
    let pair = LockGuard::map(lock.try_lock().unwrap(), |value| &mut value.0);
    let mut second = MappedGuard::map(pair, |pair| &mut pair.1);
    *second = 5;
    assert_eq!(*second, 5);
    assert!(lock.is_locked() && lock.try_lock().is_none());
    drop(second);
    assert_eq!(lock.into_inner(), ((1, 5), "three"));
}

#[test]
fn try_map_gives_the_guard_back_if_there_is_no_such_part() {
    let lock = Lock::new(vec![vec![1]]);
    let guard = lock.try_lock().unwrap();
    let guard = LockGuard::try_map(guard, |rows| rows.get_mut(1)).expect_err("there is one row");
    assert_eq!(guard.len(), 1);
    let row = LockGuard::try_map(guard, |rows| rows.get_mut(0)).expect("there is one row");
    let row = MappedGuard::try_map(row, |row| row.get_mut(7)).expect_err("the row has one cell");
    let mut cell = MappedGuard::try_map(row, |row| row.get_mut(0)).expect("the row has one cell");
    *cell = 4;
    assert!(lock.is_locked());
    drop(cell);
    assert_eq!(lock.into_inner(), [[4]]);
}

#[test]
fn dropping_a_mapped_guard_hands_over_like_any_other() {
    let lock = Lock::new((1, 2));
    let mapped = LockGuard::map(lock.try_lock().unwrap(), |pair| &mut pair.0);
    let mut task = queued(lock.lock());
    drop(mapped);
    assert!(task.is_woken() && lock.is_locked());
    assert_eq!(*task.ready(), (1, 2));
}

#[test]
fn a_panic_while_mapping_unlocks() {
    let lock = Lock::new(1);
    panic_of(|| LockGuard::map(lock.try_lock().unwrap(), |_| -> &mut u8 { panic!("the mapping panics") }));
    assert!(!lock.is_locked());
}

#[cfg(not(feature = "local"))]
#[test]
fn owned_guards_keep_the_lock_alive_and_change_threads() {
    let lock = Arc::new(Lock::new(vec![1]));
    let weak = Arc::downgrade(&lock);
    let mut guard = Task::new(lock.lock_owned()).ready();
    let guard = std::thread::spawn(move || {
        guard.push(2);
        guard
    });
    let guard = guard.join().unwrap();
    assert!(weak.upgrade().is_some_and(|lock| lock.is_locked()));
    assert_eq!(*guard, [1, 2]);
    drop(guard);
    assert!(weak.upgrade().is_none());
}

#[test]
fn an_owned_mapped_guard_keeps_the_lock_alive() {
    let lock = Arc::new(Lock::new((1, 2)));
    let weak = Arc::downgrade(&lock);
    let mut part = OwnedLockGuard::map(lock.try_lock_owned().unwrap(), |pair| &mut pair.1);
    *part += 1;
    assert_eq!(*part, 3);
    assert!(weak.upgrade().is_some_and(|lock| lock.is_locked()));
    drop(part);
    assert!(weak.upgrade().is_none());
}

#[test]
fn try_lock_owned_fails_while_it_is_owned() {
    let lock = Arc::new(Lock::new(()));
    let guard = lock.clone().try_lock_owned().unwrap();
    assert!(lock.clone().try_lock_owned().is_none());
    drop(guard);
    assert!(lock.try_lock_owned().is_some());
}

#[test]
fn owned_and_borrowed_waits_stand_in_one_queue() {
    let lock = Arc::new(Lock::new(()));
    let owner = lock.try_lock().unwrap();
    let mut first = queued(lock.clone().lock_owned());
    let mut second = queued(lock.lock());
    drop(owner);
    assert!(first.is_woken() && !second.is_woken());
    drop(first.ready());
    drop(second.ready());
}

#[test]
fn a_cancelled_owned_wait_drops_its_arc() {
    let lock = Arc::new(Lock::new(()));
    let owner = lock.clone().try_lock_owned().unwrap();
    let task = queued(lock.clone().lock_owned());
    assert_eq!(Arc::strong_count(&lock), 3);
    task.cancel();
    assert_eq!((Arc::strong_count(&lock), lock.waiters()), (2, 0));
    drop(owner);
    assert_eq!(Arc::strong_count(&lock), 1);
}
