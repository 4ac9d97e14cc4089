//! Which circles are reported that lead through several holders, and which are not certain.

use core::pin::{Pin, pin};
use std::sync::Arc;

use anywake_core::diagnose::Claim;
use anywake_core::{Event, Lock, OnceCell, RwLock, Semaphore};

use crate::OneTask;

/// Two tasks. The first asks for what the second holds, and then the second for what the first holds.
fn closes<A: Future, B: Future>(
    (first, mut asks): (&OneTask, Pin<&mut A>),
    (second, mut closes): (&OneTask, Pin<&mut B>),
) -> bool {
    assert!(first.poll(asks.as_mut()).is_pending() && first.circles().is_empty());
    assert!(second.poll(closes.as_mut()).is_pending());
    second.circles().len() == 1
}

#[test]
fn a_circle_through_any_reader_is_reported_at_the_writer() {
    let (one, two, bystander) = (OneTask::new(), OneTask::new(), OneTask::new());
    let (lock, rwlock) = (Lock::new(()), RwLock::new(()));
    let guard = two.has(lock.lock());
    let readers = (bystander.has(rwlock.read()), one.has(rwlock.read()));
    assert!(closes((&one, pin!(lock.lock())), (&two, pin!(rwlock.write()))));
    drop((guard, readers));
}

#[test]
fn a_reader_behind_a_writer_closes_a_circle_by_another_reader() {
    let (one, two, writer) = (OneTask::new(), OneTask::new(), OneTask::new());
    let (lock, rwlock) = (Lock::new(()), RwLock::new(()));
    let (guard, reader) = (two.has(lock.lock()), one.has(rwlock.read()));
    let mut write = pin!(rwlock.write());
    assert!(writer.poll(write.as_mut()).is_pending());
    assert!(closes((&one, pin!(lock.lock())), (&two, pin!(rwlock.read()))));
    drop((guard, reader));

    // What a mere reader holds keeps no upgradable reader out.
    let (one, two, third) = (OneTask::new(), OneTask::new(), OneTask::new());
    let (lock, rwlock) = (Lock::new(()), RwLock::new(()));
    let (guard, reader, other) =
        (two.has(lock.lock()), one.has(rwlock.read()), third.has(rwlock.upgradable_read()));
    assert!(!closes((&one, pin!(lock.lock())), (&two, pin!(rwlock.upgradable_read()))));
    drop((guard, reader, other));
}

#[test]
fn a_circle_through_permits_is_reported_if_too_few_are_left_without_them() {
    for (permits, wanted, others, is_certain) in [
        (1, 1, 0, true),
        (3, 3, 0, true),
        (3, 3, 1, true),
        // Two of three come back when the others are done.
        (3, 1, 2, false),
        (3, 2, 2, false),
        (3, 3, 2, true),
    ] {
        let (one, two, bystander) = (OneTask::new(), OneTask::new(), OneTask::new());
        let (lock, semaphore) = (Lock::new(()), Semaphore::new(permits));
        let guard = two.has(lock.lock());
        let others = (0..others).map(|_| bystander.has(semaphore.acquire())).collect::<Vec<_>>();
        let rest = one.has(semaphore.acquire_many(permits - others.len())).unwrap();
        let found = closes((&one, pin!(lock.lock())), (&two, pin!(semaphore.acquire_many(wanted))));
        assert_eq!(found, is_certain, "{wanted} of {permits}, of which others have {}", others.len());
        drop((guard, others, rest));
    }
}

#[test]
fn permits_that_anybody_may_add_close_no_circle() {
    // It waits for one that nobody has: it comes by `release`.
    let (one, two) = (OneTask::new(), OneTask::new());
    let (lock, semaphore) = (Lock::new(()), Semaphore::new(0));
    let guard = one.has(lock.lock());
    assert!(!closes((&one, pin!(semaphore.acquire())), (&two, pin!(lock.lock()))));
    drop(guard);

    // One was added, and is held by a task that is not known.
    let (lock, semaphore) = (Lock::new(()), Semaphore::new(1));
    let (guard, permit) = (two.has(lock.lock()), one.has(semaphore.acquire()));
    semaphore.release(1).unwrap();
    let added = semaphore.try_acquire();
    assert!(!closes((&one, pin!(lock.lock())), (&two, pin!(semaphore.acquire()))));
    drop((guard, permit, added));

    // As above, but it is added while the first waits already.
    let (one, two) = (OneTask::new(), OneTask::new());
    let (lock, semaphore) = (Lock::new(()), Semaphore::new(2));
    let (guard, permits) = (one.has(lock.lock()), two.has(semaphore.acquire_many(2)));
    let mut asks = pin!(semaphore.acquire_many(2));
    assert!(one.poll(asks.as_mut()).is_pending());
    semaphore.release(2).unwrap();
    let mut behind = pin!(lock.lock());
    assert!(two.poll(behind.as_mut()).is_pending());
    assert!(two.circles().is_empty());
    drop((guard, permits));
}

#[test]
fn an_initialiser_that_waits_for_a_task_that_waits_for_its_cell_is_reported() {
    let (one, two) = (OneTask::new(), OneTask::new());
    let (lock, cell) = (Lock::new(()), OnceCell::new());
    let guard = two.has(lock.lock());
    let init = cell.get_or_init(|| async {
        drop(lock.lock().await);
        1
    });
    assert!(closes((&one, pin!(init)), (&two, pin!(cell.wait()))));
    drop(guard);
}

#[test]
fn a_guard_that_may_have_been_sent_to_another_task_closes_no_circle() {
    let (one, two) = (OneTask::new(), OneTask::new());
    let (lock, other) = (Arc::new(Lock::new(())), Lock::new(()));
    let (owned, guard) = (one.has(Arc::clone(&lock).lock_owned()), two.has(other.lock()));
    assert!(!closes((&one, pin!(other.lock())), (&two, pin!(lock.lock()))));
    drop((owned, guard));
}

#[test]
fn a_task_that_waits_for_something_else_too_closes_no_circle() {
    let (one, two) = (OneTask::new(), OneTask::new());
    let (a, b, event) = (Lock::new(()), Lock::new(()), Event::new());
    let guards = (one.has(a.lock()), two.has(b.lock()));
    // `one` selects between the two.
    let mut gives_up = pin!(event.wait());
    assert!(one.poll(gives_up.as_mut()).is_pending());
    assert!(!closes((&one, pin!(b.lock())), (&two, pin!(a.lock()))));
    drop(guards);
}

#[test]
fn a_task_that_waits_for_a_circle_is_not_in_it() {
    let (one, two, three) = (OneTask::new(), OneTask::new(), OneTask::new());
    let (a, b) = (Lock::new(()), Lock::new(()));
    let guards = (one.has(a.lock()), two.has(b.lock()));
    let (mut asks, mut closing) = (pin!(b.lock()), pin!(a.lock()));
    assert!(closes((&one, asks.as_mut()), (&two, closing.as_mut())));
    let mut behind = pin!(a.lock());
    assert!(three.poll(behind.as_mut()).is_pending() && three.poll(behind.as_mut()).is_pending());
    assert!(three.circles().is_empty());
    drop(guards);
}

#[test]
fn a_grant_that_leaves_enough_permits_is_no_futurelock() {
    let (task, other) = (OneTask::new(), OneTask::new());
    let semaphore = Semaphore::new(2);
    let held = [other.has(semaphore.acquire()), other.has(semaphore.acquire())];
    let (mut kept, mut again) = (pin!(semaphore.acquire()), pin!(semaphore.acquire()));
    assert!(task.poll(kept.as_mut()).is_pending());
    let [first, second] = held;
    drop(first);
    for _ in 0..5 {
        assert!(task.poll(again.as_mut()).is_pending());
    }
    assert!(task.futurelocks().is_empty(), "the other task drops its permit");
    drop(second);
    assert!(task.poll(again.as_mut()).is_ready());

    // Both permits are kept aside, so one is enough.
    let semaphore = Semaphore::new(2);
    let held = other.has(semaphore.acquire_many(2));
    let (mut kept, mut again) = (pin!(semaphore.acquire_many(2)), pin!(semaphore.acquire()));
    assert!(task.poll(kept.as_mut()).is_pending());
    drop(held);
    for _ in 0..5 {
        assert!(task.poll(again.as_mut()).is_pending());
    }
    let [(wait, grant)] = task.futurelocks()[..] else { panic!("one report") };
    assert_eq!((wait.claim(), grant.claim()), (Some(Claim::Permits(1)), Some(Claim::Permits(2))));
}
