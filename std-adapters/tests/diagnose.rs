//! The programs that people report as futurelocks, on all three runtimes, and what `diagnose` says of them.

#![cfg(all(feature = "tokio", feature = "async-std", feature = "smol", feature = "diagnose"))]

use core::future::{Future, ready};
use core::pin::pin;
use core::time::Duration;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anywake::diagnose::{self, Claim, Report, Waiter};
use anywake::{AsyncStd, Lock, Runtime, RwLock, Semaphore, Smol, Tokio, timeout};
use futures_util::future::{Either, join, select};
use futures_util::stream::{self, StreamExt};

static REPORTS: Mutex<Vec<(Waiter, Waiter)>> = Mutex::new(Vec::new());

/// One program at a time: the hook is the program's.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    diagnose::start();
    diagnose::set_hook(|report| {
        if let Report::Futurelock { wait, grant } = report {
            REPORTS.lock().unwrap().push((*wait, *grant));
        }
    });
    REPORTS.lock().unwrap().clear();
    turn
}

/// Polls until the first report, or until it has ended.
async fn until_reported<R: Runtime>(program: impl Future<Output = ()>) -> Vec<(Waiter, Waiter)> {
    let reported = async {
        while REPORTS.lock().unwrap().is_empty() {
            R::default().sleep(Duration::from_millis(1)).await;
        }
    };
    let (program, reported) = (pin!(program), pin!(reported));
    let ended = timeout(R::default(), Duration::from_secs(30), select(program, reported)).await;
    assert!(ended.is_ok(), "neither reported nor ended:\n{}", diagnose::dump());
    REPORTS.lock().unwrap().clone()
}

fn release_later<R: Runtime, G: Send + 'static>(guard: G) {
    // A task whose handle is dropped goes on.
    drop(R::default().spawn(async move {
        R::default().sleep(Duration::from_millis(20)).await;
        drop(guard);
    }));
}

/// Oxide's RFD 609: a wait loses a race against a timer, is kept, and the task asks again.
async fn rfd_609<R: Runtime>() {
    let lock = Arc::new(Lock::new(()));
    release_later::<R, _>(Arc::clone(&lock).lock_owned().await);
    let mut first = pin!(lock.lock());
    let timer = pin!(R::default().sleep(Duration::from_millis(1)));
    if let Either::Left(_) = select(first.as_mut(), timer).await {
        return;
    }
    drop(lock.lock().await);
}

fn rfd_609_is_reported<R: Runtime>() {
    let _alone = alone();
    let reports = R::default().block_on(until_reported::<R>(rfd_609::<R>()));
    let [(wait, grant)] = &reports[..] else { panic!("one report: {reports:?}") };
    assert!(wait.place().line() > grant.place().line());
    assert!(wait.place().file().ends_with("diagnose.rs"), "{wait:?}");
}

#[test]
fn rfd_609_is_reported_on_every_runtime() {
    rfd_609_is_reported::<Tokio>();
    rfd_609_is_reported::<AsyncStd>();
    rfd_609_is_reported::<Smol>();
}

/// tokio's #6450: two waits of one task are queued, and the second is awaited first.
async fn tokio_6450() {
    let lock = RwLock::new(());
    let held = lock.write().await;
    let (mut first, mut second) = (pin!(lock.write()), pin!(lock.write()));
    let _ = select(first.as_mut(), ready(())).await;
    let _ = select(second.as_mut(), ready(())).await;
    drop(held);
    drop(second.await);
    drop(first.await);
}

fn tokio_6450_is_reported<R: Runtime>() {
    let _alone = alone();
    let reports = R::default().block_on(until_reported::<R>(tokio_6450()));
    let [(wait, grant)] = &reports[..] else { panic!("one report: {reports:?}") };
    assert_eq!((wait.primitive(), wait.claim()), ("rwlock", Some(Claim::Write)));
    assert_eq!(wait.place().line(), grant.place().line());
    assert!(wait.place().column() > grant.place().column());
}

#[test]
fn tokio_6450_is_reported_on_every_runtime() {
    tokio_6450_is_reported::<Tokio>();
    tokio_6450_is_reported::<AsyncStd>();
    tokio_6450_is_reported::<Smol>();
}

/// An honest program: the waits of one task are joined, and all of them are polled.
async fn joined<R: Runtime>(lock: Arc<Lock<u32>>) {
    let add = || async {
        for _ in 0..50 {
            let mut guard = lock.lock().await;
            R::default().sleep(Duration::ZERO).await;
            *guard += 1;
        }
    };
    join(add(), join(add(), add())).await;
}

fn joined_waits_are_not_reported<R: Runtime>() {
    let _alone = alone();
    let lock = Arc::new(Lock::new(0));
    let tasks = [(); 4].map(|()| R::default().spawn(joined::<R>(Arc::clone(&lock))));
    R::default().block_on(async {
        for task in tasks {
            task.await.unwrap();
        }
    });
    assert_eq!(*lock.try_lock().unwrap(), 4 * 3 * 50);
    assert_eq!(REPORTS.lock().unwrap().len(), 0);
}

#[test]
fn joined_waits_are_not_reported_on_any_runtime() {
    joined_waits_are_not_reported::<Tokio>();
    joined_waits_are_not_reported::<AsyncStd>();
    joined_waits_are_not_reported::<Smol>();
}

/// futures-rs #2133's kind: a buffered future is granted a permit while the body of the loop, which polls no buffer, waits
/// for one. The buffer gives its futures wakers of their own, so the grant is found by its age.
async fn buffered<R: Runtime>(semaphore: &Semaphore) {
    let mut buffered = pin!(
        stream::iter(0..2)
            .map(|_| async {
                let permit = semaphore.acquire().await;
                R::default().sleep(Duration::from_millis(1)).await;
                drop(permit);
            })
            .buffer_unordered(2)
    );
    while buffered.next().await.is_some() {
        let _permit = semaphore.acquire().await;
    }
}

fn a_permit_in_a_buffer_is_found<R: Runtime>() {
    let _alone = alone();
    let semaphore = Semaphore::new(1);
    let found = R::default().block_on(async {
        let mut program = pin!(buffered::<R>(&semaphore));
        assert!(
            timeout(R::default(), Duration::from_millis(100), program.as_mut()).await.is_err(),
            "it hangs"
        );
        let mut found = Vec::new();
        diagnose::unpolled(Duration::from_millis(50), |wait| found.push(*wait));
        found
    });
    let [grant] = &found[..] else { panic!("one grant: {found:?}\n{}", diagnose::dump()) };
    assert_eq!(grant.primitive(), "semaphore");
    assert!(REPORTS.lock().unwrap().is_empty(), "the waits are of two tasks, as their wakers say");
}

/// As above, by a buffer that polls its one future with the task's own waker.
async fn one_after_the_other<R: Runtime>(semaphore: &Semaphore) {
    release_later::<R, _>(SEMAPHORE.acquire().await);
    let mut requests = pin!(stream::iter(0..2).then(|_| semaphore.acquire()));
    let _ = select(requests.next(), ready(())).await;
    drop(semaphore.acquire().await);
    drop(requests.next().await);
}

static SEMAPHORE: Semaphore = Semaphore::new(1).named("permits");

fn a_permit_in_a_slot_with_the_tasks_waker_is_reported<R: Runtime>() {
    let _alone = alone();
    let reports = R::default().block_on(until_reported::<R>(one_after_the_other::<R>(&SEMAPHORE)));
    let [(wait, grant)] = &reports[..] else { panic!("one report: {reports:?}") };
    assert_eq!((wait.name(), grant.name()), (Some("permits"), Some("permits")));
    assert!(wait.place().line() > grant.place().line());
}

#[test]
fn a_permit_in_a_slot_that_is_polled_with_the_tasks_waker_is_reported_on_every_runtime() {
    a_permit_in_a_slot_with_the_tasks_waker_is_reported::<Tokio>();
    a_permit_in_a_slot_with_the_tasks_waker_is_reported::<AsyncStd>();
    a_permit_in_a_slot_with_the_tasks_waker_is_reported::<Smol>();
}

#[test]
fn a_permit_in_a_buffer_that_is_not_polled_is_found_on_every_runtime() {
    a_permit_in_a_buffer_is_found::<Tokio>();
    a_permit_in_a_buffer_is_found::<AsyncStd>();
    a_permit_in_a_buffer_is_found::<Smol>();
}

#[test]
fn the_picture_has_the_circle_of_a_task_that_waits_for_itself() {
    let _alone = alone();
    let (text, graph) = Smol.block_on(async {
        let mut program = pin!(rfd_609::<Smol>());
        assert!(timeout(Smol, Duration::from_millis(100), program.as_mut()).await.is_err());
        (diagnose::dump(), diagnose::graph())
    });
    assert!(text.contains("behind a grant of its own task"), "{text}");
    assert!(text.contains(" ms ago, and is not polled"), "{text}");
    let arrows: Vec<_> = graph.lines().filter_map(|line| line.trim().split_once(" -> ")).collect();
    let end = |arrow: &(&str, &str)| arrow.1.split(" [").next().unwrap_or_default().to_owned();
    let circle = arrows.iter().any(|there| {
        arrows.iter().any(|back| end(there) == back.0 && end(back) == there.0 && back.1.contains("color=red"))
    });
    assert!(circle, "{graph}");
}
