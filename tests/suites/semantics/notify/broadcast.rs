//! `notify_waiters`: exactly the waits that have begun, in one step, whatever the wakers do meanwhile.

use anywake_tests::{Arc, Portable};
use std::sync::Mutex;

use anywake_core::Notify;
use anywake_core::notify::NotifiedFuture;
use anywake_tests::{Call, CountingWaker, Task, assert_pending, leak, queue_up, queued};

use super::takes_stored;

/// The number of waiters that one critical section removes.
const BATCH: usize = if cfg!(feature = "critical-section") { 8 } else { 16 };

type Waits = Vec<Task<NotifiedFuture<'static>>>;

/// Queues `count` waits. At its wake, the first calls `hook`.
fn crowd(notify: &'static Notify, count: usize, hook: impl Fn() + Portable + 'static) -> Waits {
    let mut first = Task::with_waker(notify.notified(), CountingWaker::reentrant(Call::Wake, hook));
    assert_pending!(first.poll());
    let mut tasks = vec![first];
    tasks.extend(queue_up(count - 1, || notify.notified()));
    tasks
}

/// A place for waits that a waker begins.
fn place() -> Arc<Mutex<Waits>> {
    Arc::default()
}

#[test]
fn promise_6_a_pulse_is_one_step() {
    let notify = Notify::new();
    for _ in 0..5 {
        let mut tasks = queue_up(3, || notify.notified());
        notify.notify_waiters();
        let late = queued(notify.notified());
        tasks.iter_mut().for_each(Task::ready);
        assert!(!late.is_woken());
    }
    assert_eq!(notify.waiters(), 0);
}

#[test]
fn promise_6_a_task_that_waits_again_between_two_batches_does_not_pass_twice() {
    for waiters in [1, BATCH - 1, BATCH, BATCH + 1, 3 * BATCH] {
        let notify = leak(Notify::new());
        let again = place();
        let hook = {
            let again = again.clone();
            move || again.lock().unwrap().push(queued(notify.notified()))
        };
        let mut tasks = crowd(notify, waiters, hook);
        notify.notify_waiters();
        for task in &mut tasks {
            assert_eq!(task.wakes(), 1);
            task.ready();
        }
        let mut again = core::mem::take(&mut *again.lock().unwrap());
        assert_eq!(notify.waiters(), 1, "with {waiters} waiters");
        assert!(!again[0].is_woken());
        notify.notify_waiters();
        again[0].ready();
    }
}

/// Hazard: a wait that the broadcast still has to wake swallows a notification that came after the broadcast.
#[test]
fn a_notification_between_two_batches_goes_to_a_late_comer_and_not_to_a_wait_of_the_broadcast() {
    for waiters in [BATCH, BATCH + 1, 2 * BATCH + 3, 5 * BATCH] {
        let notify = leak(Notify::new());
        let late = place();
        let hook = {
            let late = late.clone();
            move || {
                late.lock().unwrap().extend(queue_up(2, || notify.notified()));
                notify.notify_one();
            }
        };
        let mut tasks = crowd(notify, waiters, hook);
        notify.notify_waiters();
        let mut late = core::mem::take(&mut *late.lock().unwrap());
        assert_eq!((late[0].wakes(), late[1].wakes()), (1, 0), "with {waiters} waiters");
        late[0].ready();
        assert!(tasks.iter().all(|task| task.wakes() == 1));
        // None of them was reached by `notify_one`, so none passes anything on.
        tasks.drain(..).for_each(Task::cancel);
        assert_pending!(late[1].poll());
    }
}

#[test]
fn a_notification_between_two_batches_is_stored_if_nobody_else_waits() {
    for waiters in [1, BATCH, 3 * BATCH] {
        let notify = leak(Notify::new());
        let mut tasks = crowd(notify, waiters, || notify.notify_one());
        notify.notify_waiters();
        tasks.iter_mut().for_each(Task::ready);
        assert!(takes_stored(notify), "with {waiters} waiters");
    }
}

#[test]
fn a_notification_that_goes_on_between_two_batches_goes_to_a_late_comer() {
    let notify = leak(Notify::new());
    let granted = queued(notify.notified());
    notify.notify_one();
    let (granted, late) = (Mutex::new(Some(granted)), place());
    let hook = {
        let late = late.clone();
        move || {
            late.lock().unwrap().push(queued(notify.notified()));
            drop(granted.lock().unwrap().take());
        }
    };
    let mut tasks = crowd(notify, 2 * BATCH, hook);
    notify.notify_waiters();
    assert!(tasks.iter().all(|task| task.wakes() == 1));
    late.lock().unwrap()[0].ready();
    tasks.iter_mut().for_each(Task::ready);
    assert!(!takes_stored(notify));
}

#[test]
fn a_pulse_inside_a_pulse_reaches_its_own_cohort_and_no_other() {
    for waiters in [1, BATCH, 3 * BATCH] {
        let notify = leak(Notify::new());
        let between = place();
        let hook = {
            let between = between.clone();
            move || {
                let caught = queued(notify.notified());
                notify.notify_waiters();
                let missed = queued(notify.notified());
                between.lock().unwrap().extend([caught, missed]);
            }
        };
        let mut tasks = crowd(notify, waiters, hook);
        notify.notify_waiters();
        assert!(tasks.iter().all(|task| task.wakes() == 1));
        tasks.iter_mut().for_each(Task::ready);
        let between = core::mem::take(&mut *between.lock().unwrap());
        assert_eq!((between[0].wakes(), between[1].wakes()), (1, 0), "with {waiters} waiters");
    }
}

#[test]
fn a_wait_of_the_broadcast_that_is_cancelled_between_two_batches_passes_nothing_on() {
    let notify = leak(Notify::new());
    let doomed = place();
    let hook = {
        let doomed = doomed.clone();
        move || doomed.lock().unwrap().clear()
    };
    let mut tasks = crowd(notify, BATCH, hook);
    doomed.lock().unwrap().extend(queue_up(2, || notify.notified()));
    tasks.extend(queue_up(1, || notify.notified()));
    notify.notify_waiters();
    tasks.iter_mut().for_each(Task::ready);
    assert!(!takes_stored(notify));
    assert_eq!(notify.waiters(), 0);
}

/// The generation ends with each broadcast to a full batch: a notification after it is an ordinary one again.
#[test]
fn notifications_after_a_large_broadcast_go_to_the_longest_waiter() {
    let notify = leak(Notify::new());
    for _ in 0..40 {
        let mut tasks = crowd(notify, 2 * BATCH, || ());
        notify.notify_waiters();
        tasks.iter_mut().for_each(Task::ready);
        let mut tasks = queue_up(2, || notify.notified());
        notify.notify_one();
        assert_eq!((tasks[0].wakes(), tasks[1].wakes()), (1, 0));
        tasks.remove(0).cancel();
        tasks[0].ready();
    }
    assert!(!takes_stored(notify));
}
