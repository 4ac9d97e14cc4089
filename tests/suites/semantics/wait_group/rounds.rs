//! A count that rises again from zero: each zero ends the waits that had begun, and no other.

use super::*;

/// More than two batches of wakers.
const CROWD: usize = 40;

/// The waits of tokio-util's `TaskTracker` are as resistant: what was empty once has been seen to be empty.
#[test]
fn a_wait_ends_if_the_group_was_empty_since_it_began_whatever_came_after() {
    let group = WaitGroup::new();
    let token = group.add().unwrap();
    let mut task = queued(group.wait());
    drop(token);
    let _next = group.add().unwrap();
    task.ready();
}

#[test]
fn a_wait_that_was_not_polled_before_the_group_was_empty_has_not_begun() {
    let group = WaitGroup::new();
    let token = group.add().unwrap();
    let mut task = Task::new(group.wait());
    drop(token);
    let token = group.add().unwrap();
    assert_pending!(task.poll());
    drop(token);
    task.ready();
}

#[test]
fn promise_6_each_zero_reaches_its_own_cohort() {
    let group = WaitGroup::new();
    for _ in 0..5 {
        let token = group.add().unwrap();
        let mut tasks = queue_up(CROWD, || group.wait());
        drop(token);
        tasks.iter_mut().for_each(Task::ready);
    }
    assert_eq!((group.waiters(), group.count()), (0, 0));
}

/// The place for what a waker leaves behind.
type Left =
    Arc<Mutex<Vec<(Option<WaitToken<'static>>, Task<anywake_core::wait_group::WaitGroupFuture<'static>>)>>>;

/// Queues a crowd behind a wait whose waker adds a token at its wake, and begins a wait for that token.
fn crowd_with_a_late_comer(
    group: &'static WaitGroup,
    others: usize,
) -> (Left, Vec<Task<anywake_core::wait_group::WaitGroupFuture<'static>>>) {
    let left: Left = Arc::default();
    let hook = {
        let left = left.clone();
        move || {
            let token = group.add().unwrap();
            left.lock().unwrap().push((Some(token), queued(group.wait())));
        }
    };
    let mut tasks = vec![Task::with_waker(group.wait(), CountingWaker::reentrant(Call::Wake, hook))];
    assert_pending!(tasks[0].poll());
    tasks.extend(queue_up(others, || group.wait()));
    (left, tasks)
}

#[test]
fn promise_6_a_zero_for_more_than_a_batch_does_not_wake_a_late_comer_between_batches() {
    for others in [0, 1, 7, 8, 14, 15, 16, 31, CROWD] {
        let group: &'static WaitGroup = leak(WaitGroup::new());
        let token = group.add().unwrap();
        let (left, mut tasks) = crowd_with_a_late_comer(group, others);
        drop(token);
        for task in &mut tasks {
            assert_eq!(task.wakes(), 1);
            task.ready();
        }
        let (token, mut late) = left.lock().unwrap().pop().expect("the late wait began during the wakes");
        assert!(!late.is_woken(), "with {others} others");
        assert_pending!(late.poll());
        assert_eq!((group.waiters(), group.count()), (1, 1));
        drop(token);
        late.ready();
    }
}

#[test]
fn a_zero_inside_a_zero_reaches_its_own_cohort_and_wakes_nobody_twice() {
    let group: &'static WaitGroup = leak(WaitGroup::new());
    let token = group.add().unwrap();
    let caught = Arc::new(Mutex::new(Vec::new()));
    let hook = {
        let caught = caught.clone();
        move || {
            let token = group.add().unwrap();
            let inner = queued(group.wait());
            drop(token);
            caught.lock().unwrap().push(inner);
        }
    };
    let mut tasks = vec![Task::with_waker(group.wait(), CountingWaker::reentrant(Call::Wake, hook))];
    assert_pending!(tasks[0].poll());
    tasks.extend(queue_up(CROWD, || group.wait()));
    drop(token);
    for task in &mut tasks {
        assert_eq!(task.wakes(), 1);
        task.ready();
    }
    let mut inner = caught.lock().unwrap().pop().expect("the first waker began a wait");
    assert_eq!(inner.wakes(), 1);
    inner.ready();
    assert_eq!((group.waiters(), group.count()), (0, 0));
}

#[cfg(not(feature = "local"))]
#[test]
fn tasks_that_add_and_drop_on_threads_are_all_waited_for() {
    use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    let (group, done) = (Arc::new(WaitGroup::new()), Arc::new(AtomicUsize::new(0)));
    let mut threads = Vec::new();
    for round in 1..=50 {
        threads.extend((0..3).map(|_| {
            let (token, done) = (Arc::clone(&group).add_owned().unwrap(), Arc::clone(&done));
            std::thread::spawn(move || {
                let part = token.clone();
                drop(token);
                // Not ordered by itself: the token's drop publishes it.
                done.fetch_add(1, Relaxed);
                drop(part);
            })
        }));
        block_on(group.wait());
        assert_eq!(done.load(Relaxed), 3 * round);
    }
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}
