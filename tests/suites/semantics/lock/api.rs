//! The behaviour of each method, without contention.

use super::*;

#[test]
fn a_new_lock_is_free() {
    let lock = Lock::new(7);
    assert!(!lock.is_locked());
    assert_eq!(lock.waiters(), 0);
    assert_eq!(*lock.try_lock().expect("a new lock is free"), 7);
}

#[test]
fn a_guard_gives_access_and_unlocks_when_dropped() {
    let lock = Lock::new(1);
    let mut guard = lock.try_lock().unwrap();
    *guard += 1;
    assert_eq!(*guard, 2);
    assert!(lock.is_locked());
    drop(guard);
    assert!(!lock.is_locked());
    assert_eq!(lock.into_inner(), 2);
}

#[test]
fn an_uncontended_lock_does_not_touch_the_waker() {
    let lock = Lock::new(());
    let waker = CountingWaker::new();
    let mut task = Task::with_waker(lock.lock(), waker.clone());
    let _guard = task.ready();
    assert_eq!(waker.count(Call::Clone), 0);
}

#[test]
fn get_mut_and_into_inner_need_no_locking() {
    let mut lock = Lock::new(String::from("a"));
    lock.get_mut().push('b');
    assert_eq!(lock.into_inner(), "ab");
}

#[cfg(not(feature = "local"))]
#[test]
fn locks_live_in_statics() {
    static FAIR: Lock<u8> = Lock::new(1);
    static FAST: Lock<u8> = Lock::with_bypass(2, Lock::<u8>::MAX_BYPASS);
    assert_eq!((*FAIR.try_lock().unwrap(), *FAST.try_lock().unwrap()), (1, 2));
}

#[test]
fn default_and_from_make_free_locks() {
    assert_eq!(Lock::<u8>::default().into_inner(), 0);
    let lock = Lock::from("value");
    assert!(!lock.is_locked());
    assert_eq!(lock.into_inner(), "value");
}

#[test]
fn the_value_may_be_unsized() {
    let lock: &Lock<[u8]> = &Lock::new([1, 2, 3]);
    lock.try_lock().unwrap()[1] = 9;
    assert_eq!(lock.try_lock().unwrap().to_vec(), [1, 9, 3]);
    let lock: Arc<Lock<dyn Display + Send>> = Arc::new(Lock::new(5));
    assert_eq!(Task::new(lock.lock_owned()).ready().to_string(), "5");
}

#[test]
fn waiters_counts_those_who_wait_and_not_the_owner() {
    let lock = Lock::new(());
    let (owner, mut tasks) = contended(&lock, 3);
    assert_eq!(lock.waiters(), 3);
    tasks.remove(1).cancel();
    assert_eq!(lock.waiters(), 2);
    drop(owner);
    assert_eq!(lock.waiters(), 1);
}

#[test]
fn a_future_takes_its_place_when_it_is_first_polled() {
    let lock = Lock::new(());
    let owner = lock.try_lock().unwrap();
    let mut made_first = Task::new(lock.lock());
    let mut polled_first = queued(lock.lock());
    assert_eq!(lock.waiters(), 1);
    assert_pending!(made_first.poll());
    drop(owner);
    assert!(polled_first.is_woken() && !made_first.is_woken());
    drop(polled_first.ready());
    drop(made_first.ready());
}

#[test]
fn a_future_that_was_never_polled_asks_for_nothing() {
    let lock = Lock::new(());
    let future = lock.lock();
    assert!(!lock.is_locked());
    drop(future);
    assert!(lock.try_lock().is_some());
}

#[test]
fn a_future_knows_when_it_is_terminated() {
    let lock = Lock::new(());
    let owner = lock.try_lock().unwrap();
    let mut task = Task::new(lock.lock());
    assert!(!task.future().is_terminated());
    assert_pending!(task.poll());
    drop(owner);
    assert!(!task.future().is_terminated());
    let _guard = task.ready();
    assert!(task.future().is_terminated());
}

#[test]
fn a_future_polled_after_its_end_panics_and_changes_nothing() {
    let lock = Lock::new(());
    let mut task = Task::new(lock.lock());
    drop(task.ready());
    assert!(panic_of(|| task.poll()).contains("polled after it had completed"));
    drop(task);
    assert!(!lock.is_locked());
    assert!(lock.try_lock().is_some());
}

#[test]
fn a_spurious_poll_neither_takes_nor_loses_a_place() {
    let lock = Lock::new(());
    let (owner, mut tasks) = contended(&lock, 2);
    assert_pending!(tasks[1].poll());
    assert_pending!(tasks[0].poll());
    assert_eq!(lock.waiters(), 2);
    drop(owner);
    assert!(tasks[0].is_woken() && !tasks[1].is_woken());
}
