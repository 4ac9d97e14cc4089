//! A notification of more waiters than a batch, and others that come while it is under way.

use std::sync::Mutex;

use anywake_tests::Portable;

use super::*;

type Wait = Task<ConditionFuture<'static, &'static Lock<()>>>;

/// A condition that is never dropped, with its lock.
fn never_dropped() -> (&'static Lock<()>, &'static Condition) {
    (leak(Lock::new(())), leak(Condition::new()))
}

fn wait(lock: &'static Lock<()>, condition: &'static Condition) -> Wait {
    queued(condition.wait(lock.try_lock().expect("a wait releases the lock")))
}

/// Queues a crowd, the first of which has a waker that calls `hook`.
fn crowd_with(
    lock: &'static Lock<()>,
    condition: &'static Condition,
    hook: impl Fn() + Portable + 'static,
) -> Vec<Wait> {
    let waker = CountingWaker::reentrant(Call::Wake, hook);
    let mut first = Task::with_waker(condition.wait(lock.try_lock().unwrap()), waker);
    assert_pending!(first.poll());
    let mut tasks = vec![first];
    tasks.extend((1..CROWD).map(|_| wait(lock, condition)));
    tasks
}

/// The notifications that reach the whole crowd.
const OF_ALL: [fn(&Condition) -> usize; 3] =
    [Condition::notify_all, |condition| condition.notify(CROWD), |condition| condition.notify(usize::MAX)];

/// Hazard: a wait that the first notification still has to wake swallows the second one, and a late-comer sleeps.
#[test]
fn a_notification_between_two_batches_goes_to_a_late_comer() {
    for notify in OF_ALL {
        let (lock, condition) = never_dropped();
        let own: &'static Lock<()> = leak(Lock::new(()));
        let late: &'static Mutex<Vec<Wait>> = leak(Mutex::new(Vec::new()));
        let tasks = crowd_with(lock, condition, move || {
            late.lock().unwrap().extend([wait(own, condition), wait(own, condition)]);
            assert_eq!(condition.notify_one(), 1);
        });
        assert_eq!(notify(condition), CROWD);
        let late = core::mem::take(&mut *late.lock().unwrap());
        assert_eq!((late[0].wakes(), late[1].wakes(), condition.waiters()), (1, 0, 1));
        assert!(tasks.iter().all(|task| task.wakes() == 1));
    }
}

#[test]
fn a_notification_of_some_between_two_batches_leaves_the_rest_of_the_first_one() {
    let (lock, condition) = never_dropped();
    let own: &'static Lock<()> = leak(Lock::new(()));
    let late: &'static Mutex<Vec<Wait>> = leak(Mutex::new(Vec::new()));
    let tasks = crowd_with(lock, condition, move || {
        late.lock().unwrap().push(wait(own, condition));
        assert_eq!(condition.notify(2), 2);
    });
    // All but two of the crowd. The two that are left are the ones that wait longest when the second notification comes.
    assert_eq!(condition.notify(CROWD - 2), CROWD - 2);
    assert!(
        tasks[1..].iter().all(|task| task.wakes() == 1),
        "the second notification goes on behind the first"
    );
    assert_eq!(late.lock().unwrap()[0].wakes(), 0);
    assert_eq!(condition.waiters(), 1);
}

#[test]
fn a_late_comer_that_waits_between_two_batches_is_reached_by_neither() {
    let (lock, condition) = never_dropped();
    let own: &'static Lock<()> = leak(Lock::new(()));
    let late: &'static Mutex<Vec<Wait>> = leak(Mutex::new(Vec::new()));
    let tasks = crowd_with(lock, condition, move || late.lock().unwrap().push(wait(own, condition)));
    assert_eq!(condition.notify_all(), CROWD);
    assert_eq!((late.lock().unwrap()[0].wakes(), condition.waiters()), (0, 1));
    assert!(tasks[1..].iter().all(Task::is_woken));
}

#[test]
fn promise_11_a_waker_that_panics_in_the_first_notification_loses_no_second_one() {
    let (lock, condition) = never_dropped();
    let own: &'static Lock<()> = leak(Lock::new(()));
    let late: &'static Mutex<Vec<Wait>> = leak(Mutex::new(Vec::new()));
    let mut tasks = crowd_with(lock, condition, move || {
        late.lock().unwrap().push(wait(own, condition));
        // It serves the rest of the crowd first, one of which has a waker that panics.
        assert_eq!(panic_of(|| condition.notify_one()), "the waker panics in Wake");
    });
    assert_pending!(tasks[CROWD - 1].poll_with(&CountingWaker::panicking(Call::Wake).waker()));
    assert_eq!(condition.notify_all(), CROWD);
    assert_eq!(late.lock().unwrap()[0].wakes(), 1);
    assert!(tasks[1..CROWD - 1].iter().all(Task::is_woken));
    assert_eq!(condition.waiters(), 0);
}
