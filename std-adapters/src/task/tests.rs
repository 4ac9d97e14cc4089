//! The two ends of a task, polled by hand: no runtime takes part.

use core::any::Any;
use core::future::{pending, poll_fn, ready};
use core::panic::AssertUnwindSafe;
use core::pin::pin;
use core::sync::atomic::{AtomicBool, Ordering};
use std::panic::{catch_unwind, panic_any};

use super::*;
use crate::scope::{When, wait};
use crate::test_util::{Wakes, poll};
use crate::wait::Wait;

/// Sets its flag when it is dropped.
struct SetOnDrop(Arc<AtomicBool>);

impl Drop for SetOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A future that never ends, and whether it has been dropped.
fn forever() -> (impl Future<Output = ()>, Arc<AtomicBool>) {
    let dropped = Arc::new(AtomicBool::new(false));
    let owned = SetOnDrop(Arc::clone(&dropped));
    let future = async move {
        let _owned = owned;
        pending().await
    };
    (future, dropped)
}

fn outcome<T>(task: &mut Task<T>) -> Result<T, TaskError> {
    match poll(Pin::new(task)) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => panic!("the task is still running"),
    }
}

fn panic_message<T>(outcome: Result<T, TaskError>) -> String {
    match outcome {
        Err(TaskError::Panicked(panic)) => panic.to_string(),
        _ => panic!("the task has not panicked"),
    }
}

#[test]
fn output_arrives_when_the_future_returns() {
    let (mut task, job) = pair(ready(7));
    assert!(!task.is_finished());
    assert!(poll(Pin::new(&mut task)).is_pending());
    assert!(poll(pin!(job)).is_ready());
    assert!(task.is_finished());
    assert!(!task.is_terminated());
    assert_eq!(outcome(&mut task).unwrap(), 7);
    assert!(task.is_finished() && task.is_terminated());
}

#[test]
fn end_wakes_the_last_waker_once() {
    let (mut task, job) = pair(ready(()));
    let (earlier, earlier_waker) = Wakes::new();
    let (last, last_waker) = Wakes::new();
    assert!(Pin::new(&mut task).poll(&mut Context::from_waker(&earlier_waker)).is_pending());
    assert!(Pin::new(&mut task).poll(&mut Context::from_waker(&last_waker)).is_pending());
    assert!(poll(pin!(job)).is_ready());
    assert_eq!((earlier.count(), last.count()), (0, 1));
}

#[test]
fn job_polled_after_the_end_stays_ready() {
    let (mut task, job) = pair(ready(1));
    let mut job = pin!(job);
    assert!(poll(job.as_mut()).is_ready());
    assert!(poll(job.as_mut()).is_ready());
    assert_eq!(outcome(&mut task).unwrap(), 1);
}

#[test]
#[should_panic(expected = "`Task` polled after it gave its outcome")]
fn second_outcome_is_a_panic() {
    let (mut task, job) = pair(ready(()));
    assert!(poll(pin!(job)).is_ready());
    outcome(&mut task).unwrap();
    let _ = poll(Pin::new(&mut task));
}

#[test]
fn cancel_wakes_the_job_and_the_handle_waits_until_the_future_is_gone() {
    let (future, dropped) = forever();
    let (mut task, job) = pair(future);
    let mut job = Box::pin(job);
    let (job_wakes, job_waker) = Wakes::new();
    assert!(job.as_mut().poll(&mut Context::from_waker(&job_waker)).is_pending());

    task.cancel();
    assert_eq!(job_wakes.count(), 1);
    assert!(poll(Pin::new(&mut task)).is_pending(), "the future still exists");
    assert!(!dropped.load(Ordering::Relaxed));

    assert!(poll(job.as_mut()).is_ready());
    assert!(dropped.load(Ordering::Relaxed), "dropped by the poll, although the runtime keeps the job");
    assert!(matches!(outcome(&mut task), Err(TaskError::Cancelled)));
}

#[test]
fn cancelled_before_its_first_poll_it_never_runs() {
    let (mut task, job) = pair(async { unreachable!("it was cancelled") });
    task.cancel();
    assert!(poll(pin!(job)).is_ready());
    let outcome: Result<(), _> = outcome(&mut task);
    assert!(matches!(outcome, Err(TaskError::Cancelled)));
}

#[test]
fn cancel_is_idempotent_and_late_cancels_change_nothing() {
    let (mut task, job) = pair(ready(3));
    let mut job = pin!(job);
    assert!(poll(job.as_mut()).is_ready());
    task.cancel();
    task.cancel();
    assert!(poll(job).is_ready());
    assert_eq!(outcome(&mut task).unwrap(), 3);
}

#[test]
fn future_that_returns_in_the_poll_that_is_cancelled_wins() {
    let task = Arc::new(Mutex::new(None::<Task<u8>>));
    let inside = Arc::clone(&task);
    let (created, job) = pair(async move {
        inside.lock().unwrap().as_ref().unwrap().cancel();
        9
    });
    *task.lock().unwrap() = Some(created);
    assert!(poll(pin!(job)).is_ready());
    let mut created = task.lock().unwrap().take().unwrap();
    assert_eq!(outcome(&mut created).unwrap(), 9);
}

#[test]
fn future_that_waits_in_the_poll_that_is_cancelled_is_dropped_by_it() {
    let task = Arc::new(Mutex::new(None::<Task<()>>));
    let inside = Arc::clone(&task);
    let (created, job) = pair(poll_fn(move |_| {
        inside.lock().unwrap().as_ref().unwrap().cancel();
        Poll::Pending
    }));
    *task.lock().unwrap() = Some(created);
    assert!(poll(pin!(job)).is_ready());
    let mut created = task.lock().unwrap().take().unwrap();
    assert!(matches!(outcome(&mut created), Err(TaskError::Cancelled)));
}

/// A waker that notes, when woken, what the flag says.
struct Witness {
    dropped: Arc<AtomicBool>,
    seen: Mutex<Option<bool>>,
}

impl std::task::Wake for Witness {
    fn wake(self: Arc<Self>) {
        *self.seen.lock().unwrap() = Some(self.dropped.load(Ordering::Relaxed));
    }
}

/// Lets a runtime drop the job after so many polls; gives whether the future was gone when the handle was woken.
fn shut_down_after(polls: usize) -> Option<bool> {
    let (future, dropped) = forever();
    let (mut task, job) = pair(future);
    let witness = Arc::new(Witness { dropped, seen: Mutex::new(None) });
    let waker = Arc::clone(&witness).into();
    assert!(Pin::new(&mut task).poll(&mut Context::from_waker(&waker)).is_pending());

    let mut job = Box::pin(job);
    for _ in 0..polls {
        assert!(poll(job.as_mut()).is_pending());
    }
    drop(job);
    assert!(matches!(outcome(&mut task), Err(TaskError::Cancelled)));
    *witness.seen.lock().unwrap()
}

#[test]
fn runtime_that_drops_the_job_cancels_it_and_the_future_goes_first() {
    assert_eq!(shut_down_after(0), Some(true));
    assert_eq!(shut_down_after(1), Some(true));
}

#[test]
fn panic_of_the_future_is_an_error_with_its_message() {
    let (mut task, job) = pair(async { panic!("number {}", 5) });
    assert!(poll(pin!(job)).is_ready());
    let outcome: Result<(), _> = outcome(&mut task);
    assert_eq!(panic_message(outcome), "number 5");
}

#[test]
fn panic_payload_is_kept_and_can_go_on() {
    let (mut task, job) = pair(async { panic_any(17_u8) });
    assert!(poll(pin!(job)).is_ready());
    let outcome: Result<(), _> = outcome(&mut task);
    let Err(TaskError::Panicked(panic)) = outcome else { panic!("it has panicked") };
    assert_eq!(panic.to_string(), "no message");
    let resumed = catch_unwind(AssertUnwindSafe(|| panic.resume())).unwrap_err();
    assert_eq!(resumed.downcast_ref(), Some(&17_u8));
}

/// Panics when it is dropped.
struct PanicOnDrop;

impl Drop for PanicOnDrop {
    fn drop(&mut self) {
        panic!("in the destructor");
    }
}

#[test]
fn panic_of_a_destructor_replaces_the_outcome() {
    let bomb = PanicOnDrop;
    let (mut returned, job) = pair(poll_fn(move |_| {
        let _owned = &bomb;
        Poll::Ready(())
    }));
    assert!(poll(pin!(job)).is_ready());
    assert_eq!(panic_message(outcome(&mut returned)), "in the destructor");

    let bomb = PanicOnDrop;
    let (mut cancelled, job) = pair(poll_fn(move |_| {
        let _owned = &bomb;
        Poll::<()>::Pending
    }));
    cancelled.cancel();
    assert!(poll(pin!(job)).is_ready());
    assert_eq!(panic_message(outcome(&mut cancelled)), "in the destructor");
}

#[test]
fn dropped_handle_detaches() {
    let ran = Arc::new(AtomicBool::new(false));
    let inside = Arc::clone(&ran);
    let (task, job) = pair(async move { inside.store(true, Ordering::Relaxed) });
    drop(task);
    assert!(poll(pin!(job)).is_ready());
    assert!(ran.load(Ordering::Relaxed));
}

#[test]
fn output_of_a_detached_task_is_dropped_with_it() {
    let dropped = Arc::new(AtomicBool::new(false));
    let (task, job) = pair(ready(SetOnDrop(Arc::clone(&dropped))));
    drop(task);
    assert!(poll(pin!(job)).is_ready());
    assert!(dropped.load(Ordering::Relaxed));
}

#[test]
fn running_task_does_not_keep_the_waker_of_a_dropped_handle() {
    let (mut task, job) = pair(pending::<()>());
    let (wakes, waker) = Wakes::new();
    assert!(Pin::new(&mut task).poll(&mut Context::from_waker(&waker)).is_pending());
    drop(waker);
    assert_eq!(Arc::strong_count(&wakes), 2);
    drop(task);
    assert_eq!(Arc::strong_count(&wakes), 1);
    drop(job);
}

/// Ends the wait by a deadline, after it was found pending.
fn elapse<W: Wait>(wait: W) {
    assert!(matches!(poll(pin!(wait.until(ready(())))), Poll::Ready(Err(_))));
}

#[test]
fn elapsed_wait_for_a_task_leaves_no_waker_in_it() {
    let (mut task, _job) = pair(pending::<()>());
    elapse(&mut task);
    assert!(task.shared.waiter.take().is_none());
    elapse((&mut task).until(pending::<()>()));
    assert!(task.shared.waiter.take().is_none(), "through a deadline within");
}

#[test]
fn wait_for_several_tasks_leaves_no_waker_in_those_that_run_on() {
    let (running, _job) = pair(pending::<()>());
    let (ended, job) = pair(ready(()));
    assert!(poll(pin!(job)).is_ready());
    let mut tasks = [running, ended];
    elapse(wait(&mut tasks, When::AllCompleted));
    assert!(tasks[0].shared.waiter.take().is_none(), "given up");
    assert!(poll(pin!(wait(&mut tasks, When::FirstCompleted))).is_ready());
    assert!(tasks[0].shared.waiter.take().is_none(), "over before this one");
}

#[test]
fn ended_task_does_not_keep_the_waker_of_its_runtime() {
    let (task, job) = pair(forever().0);
    let mut job = Box::pin(job);
    let (wakes, waker) = Wakes::new();
    assert!(job.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    drop(waker);
    drop(job);
    assert!(task.is_finished());
    assert_eq!(Arc::strong_count(&wakes), 1);
}

#[test]
fn blocking_function_runs_once_and_a_cancelled_one_never() {
    let (mut task, queued) = queued(|| 5, ());
    queued.run();
    assert_eq!(outcome(&mut task).unwrap(), 5);

    let (mut task, queued) = super::queued(|| unreachable!("cancelled in the queue"), ());
    task.cancel();
    queued.run();
    let outcome: Result<(), _> = outcome(&mut task);
    assert!(matches!(outcome, Err(TaskError::Cancelled)));
}

#[test]
fn cancel_ends_a_queued_function_with_all_that_it_owns() {
    let [captured, attached] = [(); 2].map(|()| Arc::new(AtomicBool::new(false)));
    let owned = SetOnDrop(Arc::clone(&captured));
    let (mut task, queued) = queued(move || drop(owned), SetOnDrop(Arc::clone(&attached)));
    assert!(!queued.is_over());
    task.cancel();
    assert!(queued.is_over());
    assert!(captured.load(Ordering::Relaxed) && attached.load(Ordering::Relaxed));
    assert!(matches!(outcome(&mut task), Err(TaskError::Cancelled)));
}

#[test]
fn queued_function_that_is_dropped_by_its_runtime_is_cancelled() {
    let captured = Arc::new(AtomicBool::new(false));
    let owned = SetOnDrop(Arc::clone(&captured));
    let (mut task, queued) = queued(move || drop(owned), ());
    drop(queued);
    assert!(captured.load(Ordering::Relaxed));
    assert!(matches!(outcome(&mut task), Err(TaskError::Cancelled)));
    task.cancel();
}

#[test]
fn panic_while_a_queued_function_is_dropped_is_its_outcome() {
    let bomb = PanicOnDrop;
    let (mut task, _queued) = queued(move || drop(bomb), ());
    task.cancel();
    assert_eq!(panic_message(outcome(&mut task)), "in the destructor");
}

#[test]
fn handle_and_error_cross_threads() {
    fn send_sync_unpin<T: Send + Sync + Unpin>() {}
    fn error<E: core::error::Error + Send + Sync + 'static>() {}
    send_sync_unpin::<Task<core::cell::Cell<u8>>>();
    error::<TaskError>();
}

#[test]
fn messages_say_what_happened() {
    assert_eq!(TaskError::Cancelled.to_string(), "the task was cancelled");
    let payload: Box<dyn Any + Send> = Box::new("boom");
    let panicked = TaskError::Panicked(payload.into());
    assert_eq!(panicked.to_string(), "the task panicked: boom");
    assert_eq!(format!("{panicked:?}"), r#"Panicked(Panic("boom"))"#);
    let (task, _job) = pair(ready(()));
    task.cancel();
    assert_eq!(format!("{task:?}"), "Task { finished: false, cancel_asked: true }");
}
