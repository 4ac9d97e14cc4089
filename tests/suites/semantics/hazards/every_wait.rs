//! Hazards of any wait, tested with every kind of wait.

use anywake_tests::{Arc, Sendable};
use core::future::Future;
use core::mem::ManuallyDrop;
use core::panic::AssertUnwindSafe;
use core::pin::{Pin, pin};
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use core::task::{Context, Poll, Waker};
use std::panic::catch_unwind;
use std::sync::Mutex;

use anywake_tests::{
    Call, CountingWaker, Task, assert_pending, assert_ready, panic_of, poll_once, queue_up, queued, run_woken,
};

use crate::subjects::Subject;

/// Stamps a module of tests for each kind of wait.
macro_rules! for_every_wait {
    ($($module:ident: $subject:ty,)+) => {$(
        mod $module {
            every_hazard!($subject);
        }
    )+};
}

macro_rules! every_hazard {
    ($subject:ty) => {
        every_hazard!($subject:
            a_grant_does_not_die_with_a_cancelled_waiter,
            waker_clone_that_re_enters_does_not_deadlock,
            a_grant_while_the_first_waker_is_cloned_is_seen,
            a_grant_while_a_new_waker_is_cloned_is_seen,
            waker_wake_that_re_enters_does_not_deadlock,
            waker_drop_that_re_enters_does_not_deadlock,
            waker_that_polls_inline_gets_through,
            waker_that_cancels_another_waiter_does_no_harm,
            a_panicking_waker_does_not_lose_the_others,
            a_waker_whose_clone_panics_leaves_no_trace,
            a_waker_whose_drop_panics_leaves_no_trace,
            no_waker_is_kept_after_cancel,
            no_waker_is_kept_after_the_grant,
            replaced_waker_is_dropped_and_not_woken,
            the_same_waker_is_not_cloned_again,
            forgotten_queued_future_is_harmless,
            an_enabled_wait_has_its_place_before_it_is_polled,
            an_enabled_wait_keeps_what_it_was_granted,
            an_enabled_wait_that_is_dropped_passes_its_grant_on,
        );
    };
    ($subject:ty: $($hazard:ident,)+) => {$(
        #[test]
        fn $hazard() {
            anywake_tests::finishes(super::$hazard::<$subject>);
        }
    )+};
}

for_every_wait! {
    lock: crate::subjects::LockWait<0>,
    lock_with_bypass: crate::subjects::LockWait<3>,
    semaphore: crate::subjects::AcquireWait,
    semaphore_with_bypass: crate::subjects::AcquireWait<anywake_core::semaphore::Bypass>,
    semaphore_with_priorities: crate::subjects::AcquireWait<anywake_core::semaphore::Priorities<3>>,
    event: crate::subjects::EventWait,
    barrier: crate::subjects::WaitAtBarrier,
    broken_barrier: crate::subjects::WaitAtBrokenBarrier,
    latch: crate::subjects::LatchWait,
    wait_group: crate::subjects::WaitGroupWait,
    cancellation_token: crate::subjects::CancelledWait,
    condition: crate::subjects::NotifiedWait,
    notify_one: crate::subjects::WaitAtNotify,
    notify_waiters: crate::subjects::WaitersAtNotify,
    pop: crate::subjects::PopWait,
    push: crate::subjects::PushWait,
    join: crate::subjects::JoinWait,
    pop_without_a_bound: crate::subjects::UnboundedPopWait,
    pop_with_slack: crate::subjects::SlackPopWait,
    push_with_slack: crate::subjects::SlackPushWait,
    pop_by_key: crate::subjects::KeyedPopWait,
    push_by_key: crate::subjects::KeyedPushWait,
    publish: crate::subjects::PublishWait,
    recv: crate::subjects::RecvWait,
    role: crate::subjects::RoleWait,
    value: crate::subjects::ValueWait,
    signal: crate::subjects::SignalWait,
    receive: crate::subjects::ReceiveWait,
    end_of_receiver: crate::subjects::EndOfReceiverWait,
    read: crate::subjects::ReadWait,
    write: crate::subjects::WriteWait,
    upgradable: crate::subjects::UpgradableWait,
    changed: crate::subjects::ChangedWait,
    watch_closed: crate::subjects::WatchClosedWait,
}

/// A waker that re-enters the subject at `call`, and a counter of these calls.
fn touching<S: Subject>(subject: &'static S, call: Call) -> (Arc<CountingWaker>, Arc<AtomicUsize>) {
    let times = Arc::new(AtomicUsize::new(0));
    let counter = times.clone();
    let waker = CountingWaker::reentrant(call, move || {
        subject.touch();
        counter.fetch_add(1, SeqCst);
    });
    (waker, times)
}

fn a_grant_does_not_die_with_a_cancelled_waiter<S: Subject>() {
    let subject = S::closed();
    let mut tasks = queue_up(3, || subject.wait());
    subject.open(2);
    let head = tasks.remove(0);
    assert!(head.is_woken());
    head.cancel();
    let mut through = 0;
    run_woken(&mut tasks, |_| through += 1);
    if S::FORWARDS {
        assert_eq!(through, 2);
    }
    if !tasks.is_empty() {
        subject.open(1);
        run_woken(&mut tasks, |_| through += 1);
    }
    assert_eq!((through, subject.waiters()), (2, 0));
}

fn waker_clone_that_re_enters_does_not_deadlock<S: Subject>() {
    let subject = S::closed();
    let (waker, times) = touching(subject, Call::Clone);
    let mut task = Task::with_waker(subject.wait(), waker);
    assert_pending!(task.poll());
    assert_eq!(times.load(SeqCst), 1);
    subject.open(1);
    task.ready();
}

/// A waker whose clone lets a waiter through. The clone happens between two checks of the primitive.
fn opening<S: Subject>(subject: &'static S) -> Arc<CountingWaker> {
    CountingWaker::reentrant(Call::Clone, || subject.open(1))
}

fn a_grant_while_the_first_waker_is_cloned_is_seen<S: Subject>() {
    let subject = S::closed();
    let mut task = Task::with_waker(subject.wait(), opening(subject));
    if !S::STORES {
        assert_pending!(task.poll());
        assert_eq!(subject.waiters(), 1);
        subject.open(1);
    }
    drop(task.ready());
    assert_eq!(subject.waiters(), 0);
}

fn a_grant_while_a_new_waker_is_cloned_is_seen<S: Subject>() {
    let subject = S::closed();
    let mut task = queued(subject.wait());
    drop(assert_ready!(task.poll_with(&opening(subject).waker())));
    assert_eq!(subject.waiters(), 0);
}

fn waker_wake_that_re_enters_does_not_deadlock<S: Subject>() {
    let subject = S::closed();
    let (waker, times) = touching(subject, Call::Wake);
    let mut task = Task::with_waker(subject.wait(), waker);
    assert_pending!(task.poll());
    let mut behind = queued(subject.wait());
    subject.open(2);
    assert_eq!(times.load(SeqCst), 1);
    drop(task.ready());
    drop(behind.ready());
}

fn waker_drop_that_re_enters_does_not_deadlock<S: Subject>() {
    let subject = S::closed();
    let (first, times) = touching(subject, Call::Drop);
    let waker = first.waker();
    let mut task = Task::new(subject.wait());
    assert_pending!(task.poll_with(&waker));
    assert_eq!(times.load(SeqCst), 0);
    assert_pending!(task.poll_with(Waker::noop()));
    assert_eq!(times.load(SeqCst), 1, "the replaced waker is dropped");
    assert_pending!(task.poll_with(&waker));
    task.cancel();
    assert_eq!(times.load(SeqCst), 2, "the waker is dropped with its wait");
    assert_eq!(subject.waiters(), 0);
}

/// A task that polls itself when it is woken, as under an executor that runs tasks inside `wake`.
struct Inline<F: Future> {
    future: Mutex<Option<Pin<Box<F>>>>,
    done: AtomicBool,
}

impl<F: Future<Output: Sendable> + Sendable + 'static> Inline<F> {
    fn start(future: F) -> Arc<Self> {
        let task =
            Arc::new(Self { future: Mutex::new(Some(Box::pin(future))), done: AtomicBool::new(false) });
        task.run();
        task
    }

    fn run(self: &Arc<Self>) {
        // Taken out, so that a wake from inside the poll finds nothing to do.
        let Some(mut future) = self.future.lock().unwrap().take() else { return };
        let this = self.clone();
        let waker = CountingWaker::reentrant(Call::Wake, move || this.run()).waker();
        let output = future.as_mut().poll(&mut Context::from_waker(&waker));
        match output {
            Poll::Pending => *self.future.lock().unwrap() = Some(future),
            Poll::Ready(_) => self.done.store(true, SeqCst),
        }
    }
}

fn waker_that_polls_inline_gets_through<S: Subject>() {
    let subject = S::closed();
    let tasks: Vec<_> = (0..20).map(|_| Inline::start(subject.wait())).collect();
    assert_eq!(subject.waiters(), 20);
    subject.open(20);
    assert!(tasks.iter().all(|task| task.done.load(SeqCst)));
    assert_eq!(subject.waiters(), 0);
}

fn waker_that_cancels_another_waiter_does_no_harm<S: Subject>() {
    for victim in 0..3 {
        let subject = S::closed();
        let doomed = Arc::new(Mutex::new(None));
        let killer = CountingWaker::reentrant(Call::Wake, {
            let doomed = doomed.clone();
            move || drop(doomed.lock().unwrap().take())
        });
        let mut tasks = vec![Task::with_waker(subject.wait(), killer)];
        assert_pending!(tasks[0].poll());
        let mut others = queue_up(3, || subject.wait());
        *doomed.lock().unwrap() = Some(others.remove(victim));
        tasks.extend(others);
        subject.open(4);
        run_woken(&mut tasks, drop);
        assert_eq!((tasks.len(), subject.waiters()), (0, 0));
        assert!(doomed.lock().unwrap().is_none());
    }
}

fn a_panicking_waker_does_not_lose_the_others<S: Subject>() {
    for place in 0..5 {
        let subject = S::closed();
        let mut tasks = Vec::new();
        for name in 0..5 {
            let waker =
                if name == place { CountingWaker::panicking(Call::Wake) } else { CountingWaker::new() };
            let mut task = Task::with_waker(subject.wait(), waker);
            assert_pending!(task.poll());
            tasks.push(task);
        }
        // Where one waiter lets the next one through, the panic may come out of any of these steps.
        let step = |step: &mut dyn FnMut()| {
            let _ = catch_unwind(AssertUnwindSafe(step));
        };
        step(&mut || subject.open(5));
        for _ in 0..5 {
            step(&mut || run_woken(&mut tasks, drop));
        }
        assert_eq!((tasks.len(), subject.waiters()), (0, 0), "waker {place} panics");
    }
}

fn a_waker_whose_clone_panics_leaves_no_trace<S: Subject>() {
    let subject = S::closed();
    let broken = CountingWaker::panicking(Call::Clone);
    let mut task = Task::with_waker(subject.wait(), broken.clone());
    panic_of(|| task.poll());
    assert_eq!((subject.waiters(), broken.alive()), (0, 0));
    assert_pending!(task.poll_with(Waker::noop()), "the future can still be polled");
    task.cancel();

    let mut tasks = queue_up(1, || subject.wait());
    panic_of(|| tasks[0].poll_with(&broken.waker()));
    assert_eq!((subject.waiters(), broken.alive()), (1, 0));
    subject.open(1);
    run_woken(&mut tasks, drop);
    assert!(tasks.is_empty(), "the old waker is kept if the new one cannot be cloned");
}

fn a_waker_whose_drop_panics_leaves_no_trace<S: Subject>() {
    let subject = S::closed();
    let broken = CountingWaker::panicking(Call::Drop);
    let waker = ManuallyDrop::new(broken.waker());
    let mut tasks = vec![Task::new(subject.wait())];
    assert_pending!(tasks[0].poll_with(&waker));
    tasks.push(queued(subject.wait()));
    panic_of(|| tasks[0].poll_with(Waker::noop()));
    assert_eq!(subject.waiters(), 2, "the waker is replaced although its drop panics");
    assert_pending!(tasks[0].poll_with(&waker));
    panic_of(|| tasks.remove(0).cancel());
    assert_eq!(subject.waiters(), 1, "the wait is cancelled although the drop of its waker panics");
    subject.open(1);
    run_woken(&mut tasks, drop);
    assert!(tasks.is_empty());
    panic_of(|| drop(ManuallyDrop::into_inner(waker)));
}

fn no_waker_is_kept_after_cancel<S: Subject>() {
    let subject = S::closed();
    let waker = CountingWaker::new();
    let mut task = Task::with_waker(subject.wait(), waker.clone());
    assert_pending!(task.poll());
    assert_eq!(waker.alive(), 1);
    let mut behind = Task::with_waker(subject.wait(), waker.clone());
    assert_pending!(behind.poll());
    drop((task, behind));
    assert_eq!(waker.alive(), 0);
    subject.open(1);
    assert_eq!(waker.wakes(), 0);
}

fn no_waker_is_kept_after_the_grant<S: Subject>() {
    let subject = S::closed();
    let mut tasks = queue_up(3, || subject.wait());
    subject.open(3);
    while let Some(place) = tasks.iter().position(Task::is_woken) {
        let mut task = tasks.remove(place);
        assert_eq!(task.wakers_alive(), 0);
        drop(task.ready());
        assert_eq!(task.wakers_alive(), 0);
    }
    assert!(tasks.is_empty());
}

fn replaced_waker_is_dropped_and_not_woken<S: Subject>() {
    let subject = S::closed();
    let (old, new) = (CountingWaker::new(), CountingWaker::new());
    let mut task = Task::new(subject.wait());
    assert_pending!(task.poll_with(&old.waker()));
    assert_eq!(old.alive(), 1);
    assert_pending!(task.poll_with(&new.waker()));
    assert_eq!((old.alive(), new.alive()), (0, 1));
    subject.open(1);
    assert_eq!((old.wakes(), new.wakes()), (0, 1));
    drop(assert_ready!(task.poll_with(&old.waker())));
    assert_eq!((old.alive(), new.alive()), (0, 0));
}

fn the_same_waker_is_not_cloned_again<S: Subject>() {
    let subject = S::closed();
    let waker = CountingWaker::new();
    let mut task = Task::with_waker(subject.wait(), waker.clone());
    for _ in 0..3 {
        assert_pending!(task.poll());
    }
    assert_eq!(waker.count(Call::Clone), 1);
}

fn forgotten_queued_future_is_harmless<S: Subject>() {
    let subject = S::closed();
    let mut tasks = queue_up(4, || subject.wait());
    tasks.remove(1).forget();
    tasks.remove(2).cancel();
    assert_eq!(subject.waiters(), 3, "the forgotten wait is still queued");
    subject.touch();
    tasks.remove(0).cancel();
    tasks.push(queued(subject.wait()));
    subject.open(3);
    // A forgotten wait keeps its grant, so the waits behind it may stay pending. They can be dropped in any case.
    run_woken(&mut tasks, drop);
    drop(tasks);
    subject.touch();
}

fn an_enabled_wait_has_its_place_before_it_is_polled<S: Subject>() {
    let subject = S::closed();
    let mut enabled = pin!(subject.wait());
    assert!(!S::enable(enabled.as_mut()));
    assert_eq!(subject.waiters(), 1);
    assert!(!S::enable(enabled.as_mut()), "enabling again changes nothing");
    assert_eq!(subject.waiters(), 1);
    subject.open(1);
    drop(assert_ready!(poll_once(enabled)));
    assert_eq!(subject.waiters(), 0);
}

/// Opens the subject for one waiter, then enables the wait. Only for subjects that store an `open`.
fn enable_after_open<S: Subject>(subject: &'static S, mut wait: Pin<&mut S::Wait>) {
    subject.open(1);
    assert!(S::enable(wait.as_mut()));
    assert!(S::enable(wait), "enabling again takes nothing");
}

fn an_enabled_wait_keeps_what_it_was_granted<S: Subject>() {
    if !S::STORES {
        return;
    }
    let subject = S::closed();
    let mut wait = pin!(subject.wait());
    enable_after_open(subject, wait.as_mut());
    // The subject was opened for one waiter.
    drop(assert_ready!(poll_once(wait)));
}

fn an_enabled_wait_that_is_dropped_passes_its_grant_on<S: Subject>() {
    if !S::STORES {
        return;
    }
    let subject = S::closed();
    let mut wait = Box::pin(subject.wait());
    enable_after_open(subject, wait.as_mut());
    drop(wait);
    let next = pin!(subject.wait());
    if S::FORWARDS {
        drop(assert_ready!(poll_once(next)));
    }
    assert_eq!(subject.waiters(), 0);
}
