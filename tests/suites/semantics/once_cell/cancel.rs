//! Waits and initialisers that are dropped or forgotten.

use core::future::{pending, ready};

use anywake_core::{OnceCell, SetError};
use anywake_tests::{Drops, Task, assert_pending, leak, queue_up, queued};

use super::{after_one_poll, running, without_running, yield_now};
use crate::cost;

#[test]
fn an_initialiser_that_is_dropped_at_any_await_leaves_the_cell_empty_and_hands_the_role_on() {
    for polls in 0..5 {
        let cell = OnceCell::new();
        let drops = Drops::new();
        let item = drops.item(0);
        let mut initialiser = Task::new(cell.get_or_init(async move || {
            let _item = item;
            for _ in 0..9 {
                yield_now().await;
            }
            1
        }));
        if polls > 0 {
            assert_pending!(initialiser.poll());
        }
        let mut heir = Task::new(cell.get_or_init(async || 2));
        if polls > 0 {
            assert_pending!(heir.poll());
        }
        for _ in 1..polls {
            assert_pending!(initialiser.poll());
        }
        assert_eq!(drops.count(), 0);
        initialiser.cancel();
        assert_eq!((drops.count(), cell.get()), (1, None));
        assert_eq!(heir.is_woken(), polls > 0);
        assert_eq!(heir.ready(), &2);
    }
}

#[test]
fn a_waiter_for_the_role_that_is_dropped_leaves_no_trace() {
    for dropped in 0..3 {
        let cell = OnceCell::new();
        let mut initialiser = running(&cell, 1);
        let mut line = queue_up(3, || without_running(&cell));
        line.remove(dropped).cancel();
        assert_eq!(cell.waiters(), 2);
        initialiser.ready();
        assert!(line.iter_mut().all(|task| task.ready() == &1));
    }
}

#[test]
fn a_waiter_for_the_value_that_is_dropped_leaves_no_trace() {
    for dropped in 0..3 {
        let cell = OnceCell::new();
        let mut line = queue_up(3, || cell.wait());
        line.remove(dropped).cancel();
        assert_eq!(cell.waiters(), 2);
        cell.set(1).unwrap();
        assert!(line.iter_mut().all(|task| task.ready() == &1));
    }
}

#[test]
fn a_wait_that_is_dropped_with_the_value_loses_nothing() {
    let cell = OnceCell::new();
    let (role, value) = (queued(cell.get_or_init(pending)), queued(cell.wait()));
    role.cancel();
    cell.set(1).unwrap();
    assert!(value.is_woken());
    value.cancel();
    assert_eq!(Task::new(cell.wait()).ready(), &1);
}

#[test]
fn promise_7_a_forgotten_initialiser_keeps_the_role_and_take_frees_the_cell() {
    let mut cell = OnceCell::new();
    let at_work = Box::pin(cell.get_or_init(pending));
    let mut task = Task::new(at_work);
    assert_pending!(task.poll());
    task.forget();
    queued(without_running(&cell)).forget();
    queued(cell.wait()).forget();
    assert_eq!(cell.set(1), Err(SetError::Initializing(1)));
    assert_eq!((cell.get(), cell.waiters()), (None, 2));
    assert_eq!(cell.take(), None);
    assert_eq!((cell.waiters(), cell.set(1)), (0, Ok(())));
    assert_eq!(Task::new(without_running(&cell)).ready(), &1);
}

#[test]
fn promise_7_a_forgotten_heir_keeps_the_role_and_a_cell_with_forgotten_waits_may_be_dropped() {
    let drops = Drops::new();
    let cell = OnceCell::new();
    let initialiser = running(&cell, drops.item(0));
    queued(without_running(&cell)).forget();
    queued(cell.wait()).forget();
    initialiser.cancel();
    assert_eq!(drops.count(), 1);
    let Err(SetError::Initializing(_)) = cell.set(drops.item(1)) else { panic!("the heir owns the role") };
    drop(cell);
    assert_eq!(drops.count(), 2);
}

#[test]
fn promise_4_cancelling_a_wait_for_the_role_is_constant() {
    cost::cancelling_is_constant(|| {
        let cell: &'static OnceCell<u8> = leak(OnceCell::new());
        running(cell, 0).forget();
        || without_running(cell)
    });
}

#[test]
fn promise_4_cancelling_a_wait_for_the_value_is_constant() {
    cost::cancelling_is_constant(|| {
        let cell: &'static OnceCell<u8> = leak(OnceCell::new());
        || cell.wait()
    });
}

#[test]
fn waits_of_both_kinds_may_come_and_go_in_any_order() {
    let cell = OnceCell::<u32>::new();
    let value = queued(cell.wait());
    let first = queued(cell.get_or_try_init(|| after_one_poll(Err(()))));
    let second = queued(cell.get_or_try_init(|| ready(Err(()))));
    value.cancel();
    assert_eq!(cell.waiters(), 1);
    first.cancel();
    assert!(second.is_woken());
    let value = queued(cell.wait());
    second.cancel();
    assert_eq!(cell.waiters(), 1);
    value.cancel();
    assert_eq!((cell.waiters(), cell.set(1)), (0, Ok(())));
}
