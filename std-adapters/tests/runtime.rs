//! What every [`Runtime`] promises, once per runtime: those of the crate, and one that is made here.

use core::cell::Cell;
use core::future::{Future, pending};
use core::pin::Pin;
use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::rc::Rc;
use std::sync::{Arc, Barrier, mpsc};
use std::thread;
use std::time::Instant;

use anywake::{
    BlockOn, Elapsed, Event, Executor, Failure, Lock, Queue, Runtime, Spawn, SpawnBlocking, SpawnLocal, Task,
    TaskError, Timer, Wait, blocking, task_group,
};

/// A runtime from outside the crate: a thread for each task.
#[derive(Clone, Copy, Debug, Default)]
struct Threads;

impl Executor for Threads {
    fn name(self) -> &'static str {
        "threads"
    }
}

impl BlockOn for Threads {
    fn block_on<F: Future>(self, future: F) -> F::Output {
        blocking::wait(future)
    }
}

impl Spawn for Threads {
    fn spawn_detached<F: Future<Output = ()> + Send + 'static>(self, future: F) {
        thread::spawn(|| blocking::wait(future));
    }
}

impl SpawnBlocking for Threads {
    fn spawn_blocking_detached<F: FnOnce() + Send + 'static>(self, job: F) {
        thread::spawn(job);
    }
}

impl Timer for Threads {
    type Instant = Instant;
    type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, duration: Duration) -> Self::Sleep {
        let timer = self.spawn_blocking(move || thread::sleep(duration));
        Box::pin(async move { drop(timer.await) })
    }
}

fn output<T>(task: Task<T>) -> T {
    blocking::wait(task).expect("the task has an output")
}

fn is_cancelled<T>(outcome: &Result<T, TaskError>) -> bool {
    matches!(outcome, Err(TaskError::Cancelled))
}

fn block_on_runs_a_future_that_stays_on_the_thread<R: Runtime>(rt: R) {
    let local = Rc::new(4);
    let sum = rt.block_on(async {
        rt.yield_now().await;
        *local + 1
    });
    assert_eq!(sum, 5);
}

fn task_runs_beside_the_caller<R: Runtime>(rt: R) {
    let (ping, pong) = (Arc::new(Event::new()), Arc::new(Event::new()));
    let (asked, answer) = (Arc::clone(&ping), Arc::clone(&pong));
    let task = rt.spawn(async move {
        asked.wait().await;
        answer.set();
        1
    });
    rt.block_on(async {
        ping.set();
        pong.wait().await;
        assert_eq!(task.await.unwrap(), 1);
    });
}

fn task_can_be_spawned_and_awaited_by_a_plain_thread<R: Runtime>(rt: R) {
    let task = thread::spawn(move || rt.spawn(async move { rt.spawn(async { 3 }).await.unwrap() + 1 }));
    assert_eq!(output(task.join().unwrap()), 4);
}

fn task_outlives_block_on<R: Runtime>(rt: R) {
    let event = Arc::new(Event::new());
    let waits = Arc::clone(&event);
    let mut spawned = None;
    rt.block_on(async { spawned = Some(rt.spawn(async move { waits.wait().await })) });
    let task = spawned.unwrap();
    assert!(!task.is_finished());
    event.set();
    output(task);
}

fn cancelled_task_is_gone_when_its_handle_says_so<R: Runtime>(rt: R) {
    let owned = Arc::new(());
    for _ in 0..50 {
        let inside = Arc::clone(&owned);
        let task = rt.spawn(async move {
            let _inside = inside;
            pending::<()>().await;
        });
        task.cancel();
        assert!(is_cancelled(&blocking::wait(task)));
        assert_eq!(Arc::strong_count(&owned), 1);
    }
}

fn busy_task_is_cancelled_where_it_suspends<R: Runtime>(rt: R) {
    let started = Arc::new(Event::new());
    let starts = Arc::clone(&started);
    let task: Task<()> = rt.spawn(async move {
        loop {
            starts.set();
            rt.yield_now().await;
        }
    });
    blocking::wait(started.wait());
    task.cancel();
    assert!(is_cancelled(&blocking::wait(task)));
    assert_eq!(Arc::strong_count(&started), 1);
}

fn panic_is_an_error_and_the_runtime_goes_on<R: Runtime>(rt: R) {
    for round in 0..5 {
        let outcome = blocking::wait(rt.spawn(async move {
            assert!(round > 9, "round {round}");
        }));
        let Err(TaskError::Panicked(panic)) = outcome else { panic!("it has panicked") };
        assert_eq!(panic.to_string(), format!("round {round}"));
    }
    assert_eq!(output(rt.spawn(async { 6 })), 6);
}

fn dropped_handle_lets_the_task_run<R: Runtime>(rt: R) {
    let (go, done) = (Arc::new(Event::new()), Arc::new(Event::new()));
    let (goes, ends) = (Arc::clone(&go), Arc::clone(&done));
    drop(rt.spawn(async move {
        goes.wait().await;
        ends.set();
    }));
    go.set();
    blocking::wait(done.wait());
}

fn blocking_functions_block_nobody<R: Runtime>(rt: R) {
    // They wait for each other and for a task, so each needs a thread of its own.
    let barrier = Arc::new(Barrier::new(3));
    let meet = || {
        let barrier = Arc::clone(&barrier);
        rt.spawn_blocking(move || barrier.wait().is_leader())
    };
    let both = [meet(), meet()];
    assert_eq!(output(rt.spawn(async { 2 })), 2);
    let leader = barrier.wait().is_leader();
    assert_eq!(both.map(output).into_iter().chain([leader]).filter(|&leader| leader).count(), 1);
}

fn running_blocking_function_is_not_stopped<R: Runtime>(rt: R) {
    let started = Arc::new(Event::new());
    let starts = Arc::clone(&started);
    let (sender, receiver) = mpsc::channel();
    let mut task = rt.spawn_blocking(move || {
        starts.set();
        receiver.recv().unwrap()
    });
    blocking::wait(started.wait());
    task.cancel();
    assert!(blocking::wait_timeout(&mut task, Duration::ZERO).is_err());
    sender.send(11).unwrap();
    assert_eq!(output(task), 11);
}

fn panic_of_a_blocking_function_is_an_error<R: Runtime>(rt: R) {
    let outcome: Result<(), _> = blocking::wait(rt.spawn_blocking(|| panic!("blocked")));
    let Err(TaskError::Panicked(panic)) = outcome else { panic!("it has panicked") };
    assert_eq!(panic.to_string(), "blocked");
}

fn sleep_is_not_early<R: Runtime>(rt: R) {
    let begun = Instant::now();
    rt.block_on(rt.sleep(Duration::from_millis(30)));
    assert!(begun.elapsed() >= Duration::from_millis(30));
}

fn sleep_counts_from_the_call<R: Runtime>(rt: R) {
    const SECOND: Duration = Duration::from_secs(1);
    let begun = Instant::now();
    rt.block_on(async {
        let sleep = rt.sleep(SECOND);
        thread::sleep(SECOND);
        sleep.await;
    });
    assert!(begun.elapsed() < 2 * SECOND);
}

fn endless_sleep_does_not_end<R: Runtime>(rt: R) {
    rt.block_on(async {
        let event = Event::new();
        let outcome = event.wait().within(R::default(), Duration::MAX).until(rt.yield_now()).await;
        assert_eq!(outcome, Err(Elapsed(())), "only the outer deadline has come");
    });
}

fn yielding_lets_others_run<R: Runtime>(rt: R) {
    let flag = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&flag);
    let waits = rt.spawn(async move {
        while !seen.load(Ordering::Acquire) {
            rt.yield_now().await;
        }
    });
    let sets = rt.spawn(async move { flag.store(true, Ordering::Release) });
    output(sets);
    output(waits);
}

fn deadline_gives_up_or_lets_through<R: Runtime>(rt: R) {
    let task = rt.spawn(async {
        let lock = Lock::new(());
        let held = lock.lock().within(R::default(), Duration::from_secs(60)).await.expect("the lock is free");
        let begun = Instant::now();
        assert!(lock.lock().within(R::default(), Duration::from_millis(20)).await.is_err());
        assert!(begun.elapsed() >= Duration::from_millis(20));
        drop(held);

        let queue = Queue::with_capacity(1).unwrap();
        assert_eq!(queue.push(1).within(R::default(), Duration::from_secs(60)).await, Ok(Ok(())));
        assert_eq!(queue.push(2).within(R::default(), Duration::ZERO).await, Err(Elapsed(2)));
    });
    output(task);
}

fn task_that_is_awaited_in_time_survives_a_deadline_before<R: Runtime>(rt: R) {
    let event = Arc::new(Event::new());
    let waits = Arc::clone(&event);
    let mut task = rt.spawn(async move { waits.wait().await });
    rt.block_on(async {
        assert!((&mut task).within(R::default(), Duration::from_millis(1)).await.is_err());
        event.set();
        assert!((&mut task).within(R::default(), Duration::from_secs(60)).await.unwrap().is_ok());
    });
}

fn many_tasks_cancelled_at_any_moment_leave_nothing_behind<R: Runtime>(rt: R) {
    let lock = Arc::new(Lock::new(0));
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let lock = Arc::clone(&lock);
            rt.spawn(async move {
                for _ in 0..20 {
                    let mut count = lock.lock().await;
                    rt.yield_now().await;
                    *count += 1;
                }
            })
        })
        .collect();
    tasks.iter().step_by(2).for_each(Task::cancel);
    let ended = tasks.into_iter().map(blocking::wait).filter(Result::is_ok).count();
    assert!(ended >= 32, "nobody else was cancelled");
    assert_eq!(Arc::strong_count(&lock), 1);
    assert!(!lock.is_locked());
    assert!(*blocking::wait(lock.lock()) >= 32 * 20);
}

#[allow(dead_code, reason = "there may be no adapter of that kind")]
fn local_tasks_end_with_their_block_on<R: SpawnLocal + BlockOn>(rt: R) {
    let owned = Rc::new(());
    let inside = Rc::clone(&owned);
    let mut task = None;
    rt.block_on(async {
        task = Some(rt.spawn_local(async move {
            let _inside = inside;
            pending::<()>().await
        }));
        rt.yield_now().await;
    });
    assert_eq!(Rc::strong_count(&owned), 1);
    assert!(is_cancelled(&blocking::wait(task.expect("it was spawned"))));
}

#[allow(dead_code, reason = "there may be no adapter of that kind")]
fn local_tasks_share_what_is_not_send<R: SpawnLocal + BlockOn>(rt: R) {
    let sum = Rc::new(Lock::new(0));
    let group = rt.block_on(task_group(rt, |group| {
        let sum = Rc::clone(&sum);
        async move {
            for n in 0..10 {
                let sum = Rc::clone(&sum);
                group.spawn_local(async move {
                    let mut sum = sum.lock().await;
                    rt.yield_now().await;
                    *sum += n;
                    // What a child returns need not be `Send` either.
                    Ok::<_, &str>(Rc::new(n))
                });
            }
            let failing = group.clone();
            drop(group);
            Ok(failing.len())
        }
    }));
    assert_eq!((group.unwrap(), *sum.try_lock().unwrap()), (10, 45));

    let failed = rt.block_on(task_group(rt, |group| async move {
        let waits: Task<Rc<()>> = group.spawn_local(pending());
        group.spawn_local(async { Err::<(), _>("this ends the others") });
        assert!(is_cancelled(&waits.await));
        Ok(())
    }));
    assert!(matches!(failed.unwrap_err().failures(), [Failure::Error("this ends the others")]));
}

#[allow(dead_code, reason = "there may be no adapter of that kind")]
fn group_of_local_tasks_gives_them_their_grace<R>(rt: R)
where
    R: SpawnLocal + BlockOn + Timer<Sleep: 'static>,
{
    let flushed = Rc::new(Cell::new(0));
    let begun = Instant::now();
    let group = rt.block_on(task_group(rt, |group| {
        let flushed = Rc::clone(&flushed);
        async move {
            group.set_grace_local(Duration::from_millis(30));
            let stop = group.token();
            group.spawn_local(async move {
                stop.cancelled().await;
                rt.yield_now().await;
                flushed.set(flushed.get() + 1);
                Ok(())
            });
            group.spawn_local(pending::<Result<(), _>>());
            rt.yield_now().await;
            Err::<(), _>("this ends the group")
        }
    }));
    assert!(group.is_err());
    assert_eq!(flushed.get(), 1, "a child that listens ends by itself");
    assert!(
        begun.elapsed() >= Duration::from_millis(30),
        "one that does not is dropped when the time is over"
    );
}

macro_rules! stamp {
    ($runtime:expr; $($test:ident)*) => {$(
        #[test]
        fn $test() {
            super::$test($runtime);
        }
    )*};
}

macro_rules! for_each_runtime {
    ($($test:ident)*) => {
        mod threads {
            stamp!(super::Threads; $($test)*);
        }
        #[cfg(feature = "tokio")]
        mod tokio_shared {
            stamp!(anywake::Tokio; $($test)*);
        }
        #[cfg(feature = "futures-executor")]
        mod thread_pool {
            stamp!(anywake::ThreadPool; $($test)*);
        }
        #[cfg(feature = "async-std")]
        mod async_std {
            stamp!(anywake::AsyncStd; $($test)*);
        }
        #[cfg(feature = "smol")]
        mod smol {
            stamp!(anywake::Smol; $($test)*);
        }
    };
}

for_each_runtime! {
    block_on_runs_a_future_that_stays_on_the_thread
    task_runs_beside_the_caller
    task_can_be_spawned_and_awaited_by_a_plain_thread
    task_outlives_block_on
    cancelled_task_is_gone_when_its_handle_says_so
    busy_task_is_cancelled_where_it_suspends
    panic_is_an_error_and_the_runtime_goes_on
    dropped_handle_lets_the_task_run
    blocking_functions_block_nobody
    running_blocking_function_is_not_stopped
    panic_of_a_blocking_function_is_an_error
    sleep_is_not_early
    sleep_counts_from_the_call
    endless_sleep_does_not_end
    yielding_lets_others_run
    deadline_gives_up_or_lets_through
    task_that_is_awaited_in_time_survives_a_deadline_before
    many_tasks_cancelled_at_any_moment_leave_nothing_behind
}

#[cfg(feature = "tokio")]
mod tokio_of_the_program {
    use super::*;
    use anywake::Tokio;

    fn current_thread() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap()
    }

    #[test]
    fn tasks_run_where_they_are_spawned() {
        current_thread().block_on(async {
            let here = thread::current().id();
            assert_eq!(Tokio.spawn(async { thread::current().id() }).await.unwrap(), here);
            Tokio.sleep(Duration::from_millis(1)).await;
        });
    }

    #[test]
    fn shutdown_cancels_the_tasks() {
        let runtime = current_thread();
        let owned = Arc::new(());
        let inside = Arc::clone(&owned);
        let (never_polled, suspended) = runtime.block_on(async move {
            let suspended = Tokio.spawn(async move {
                let _inside = inside;
                pending::<()>().await;
            });
            Tokio.yield_now().await;
            (Tokio.spawn(async {}), suspended)
        });
        drop(runtime);
        assert_eq!(Arc::strong_count(&owned), 1);
        assert!(is_cancelled(&blocking::wait(suspended)));
        assert!(is_cancelled(&blocking::wait(never_polled)));
    }

    #[test]
    fn blocking_function_that_is_cancelled_in_the_queue_ends_at_once() {
        let runtime = tokio::runtime::Builder::new_current_thread().max_blocking_threads(1).build().unwrap();
        let _inside = runtime.enter();
        let (go, gate) = mpsc::channel::<()>();
        let first = Tokio.spawn_blocking(move || gate.recv().unwrap());
        let owned = Arc::new(());
        let inside = Arc::clone(&owned);
        let queued = Tokio.spawn_blocking(move || drop(inside));
        queued.cancel();
        assert!(queued.is_finished());
        assert_eq!(Arc::strong_count(&owned), 1);
        assert!(is_cancelled(&blocking::wait(queued)));
        go.send(()).unwrap();
        output(first);
    }

    #[test]
    fn block_on_inside_a_task_is_refused() {
        let outcome = blocking::wait(Tokio.spawn(async { Tokio.block_on(async {}) }));
        assert!(matches!(outcome, Err(TaskError::Panicked(_))));
    }
}

#[test]
#[cfg(all(feature = "tokio", feature = "async-std", feature = "smol"))]
fn names_are_those_of_the_projects() {
    let names = [anywake::Tokio.name(), anywake::AsyncStd.name(), anywake::Smol.name()];
    assert_eq!(names, ["tokio", "async-std", "smol"]);
}

// Their tasks belong to the thread, and to its `block_on`. What tasks do in it is in the conformance suite.

#[cfg(feature = "tokio")]
mod tokio_local {
    use anywake::TokioLocal;

    stamp! { TokioLocal;
        block_on_runs_a_future_that_stays_on_the_thread
        task_runs_beside_the_caller
        task_can_be_spawned_and_awaited_by_a_plain_thread
        cancelled_task_is_gone_when_its_handle_says_so
        busy_task_is_cancelled_where_it_suspends
        panic_is_an_error_and_the_runtime_goes_on
        dropped_handle_lets_the_task_run
        blocking_functions_block_nobody
        running_blocking_function_is_not_stopped
        panic_of_a_blocking_function_is_an_error
        sleep_is_not_early
        sleep_counts_from_the_call
        endless_sleep_does_not_end
        yielding_lets_others_run
        deadline_gives_up_or_lets_through
        task_that_is_awaited_in_time_survives_a_deadline_before
        many_tasks_cancelled_at_any_moment_leave_nothing_behind
    }

    #[test]
    fn local_tasks_end_with_their_block_on() {
        super::local_tasks_end_with_their_block_on(TokioLocal);
    }

    #[test]
    fn local_tasks_share_what_is_not_send() {
        super::local_tasks_share_what_is_not_send(TokioLocal);
    }

    #[test]
    fn group_of_local_tasks_gives_them_their_grace() {
        super::group_of_local_tasks_gives_them_their_grace(TokioLocal);
    }
}

#[cfg(feature = "futures-executor")]
mod local_pool {
    use super::*;
    use anywake::LocalPool;

    stamp! { LocalPool;
        block_on_runs_a_future_that_stays_on_the_thread
        running_blocking_function_is_not_stopped
        panic_of_a_blocking_function_is_an_error
        sleep_is_not_early
        sleep_counts_from_the_call
        endless_sleep_does_not_end
    }

    #[test]
    fn local_tasks_end_with_their_block_on() {
        super::local_tasks_end_with_their_block_on(LocalPool);
    }

    #[test]
    fn local_tasks_share_what_is_not_send() {
        super::local_tasks_share_what_is_not_send(LocalPool);
    }

    #[test]
    fn group_of_local_tasks_gives_them_their_grace() {
        super::group_of_local_tasks_gives_them_their_grace(LocalPool);
    }

    #[test]
    #[should_panic(expected = "inside of its `block_on`")]
    fn task_outside_of_a_pool_is_refused() {
        drop(LocalPool.spawn(async {}));
    }

    #[test]
    fn tasks_that_spawn_others_do_not_starve_the_future() {
        fn again(left: Rc<Cell<u32>>) {
            left.set(left.get() - 1);
            if left.get() > 0 {
                LocalPool.spawn_local_detached(async move { again(left) });
            }
        }
        let left = Rc::new(Cell::new(1_000_000));
        LocalPool.block_on(async {
            again(Rc::clone(&left));
            for _ in 0..3 {
                LocalPool.yield_now().await;
            }
        });
        assert!(left.get() > 900_000, "the future had its turn between them");
    }
}
