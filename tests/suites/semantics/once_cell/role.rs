//! Who initialises, and who is woken when.

use core::cell::RefCell;
use core::future::ready;

use anywake_core::{OnceCell, SetError};
use anywake_tests::{Drops, Task, assert_pending, finishes, leak, queue_up, queued};

use super::{after_one_poll, running, without_running};

#[test]
fn the_first_task_initialises_and_the_others_are_woken_once_with_the_value() {
    let cell = OnceCell::new();
    let mut initialiser = running(&cell, 7);
    let mut others = queue_up(3, || without_running(&cell));
    let mut readers = queue_up(3, || cell.wait());
    assert_eq!(cell.waiters(), 6);
    assert_eq!(initialiser.ready(), &7);
    assert_eq!(cell.waiters(), 0);
    for task in &mut others {
        assert_eq!((task.wakes(), task.ready()), (1, &7));
    }
    for task in &mut readers {
        assert_eq!((task.wakes(), task.ready()), (1, &7));
    }
}

#[test]
fn promise_1_after_an_error_the_role_goes_to_the_next_in_line() {
    let cell = OnceCell::<u32>::new();
    let mut first = Task::new(cell.get_or_try_init(|| after_one_poll(Err("offline"))));
    assert_pending!(first.poll());
    let mut second = queued(cell.get_or_try_init(|| ready(Err("still offline"))));
    let mut third = queued(cell.get_or_try_init(|| ready(Ok::<_, &str>(3))));
    assert_eq!(first.ready(), Err("offline"));
    assert!(second.is_woken() && !third.is_woken());
    assert_eq!(second.ready(), Err("still offline"));
    assert_eq!((third.wakes(), third.ready()), (1, Ok(&3)));
}

#[test]
fn promise_1_a_role_that_is_granted_to_a_waiter_that_is_dropped_goes_on() {
    let cell = OnceCell::new();
    let initialiser = running(&cell, 0);
    let heir = queued(without_running(&cell));
    let mut next = queued(cell.get_or_init(async || 2));
    initialiser.cancel();
    assert!(heir.is_woken() && !next.is_woken());
    heir.cancel();
    assert!(next.is_woken());
    assert_eq!(next.ready(), &2);
}

#[test]
fn promise_1_a_role_that_is_granted_and_given_back_by_the_last_is_free() {
    let cell = OnceCell::new();
    let initialiser = running(&cell, 0);
    let heir = queued(without_running(&cell));
    initialiser.cancel();
    assert_eq!(cell.set(1), Err(SetError::Initializing(1)), "the heir owns the role");
    heir.cancel();
    assert_eq!(cell.set(1), Ok(()));
}

#[test]
fn promise_2_the_role_goes_first_come_first_served_and_nobody_overtakes() {
    let cell = OnceCell::<u32>::new();
    let order = RefCell::new(Vec::new());
    let failing = |name: u32| {
        let order = &order;
        cell.get_or_try_init(move || {
            order.borrow_mut().push(name);
            ready(Err(()))
        })
    };
    let mut first = Task::new(cell.get_or_try_init(|| after_one_poll(Err(()))));
    assert_pending!(first.poll());
    let mut line: Vec<_> = (1..5).map(|name| queued(failing(name))).collect();
    line.remove(1).cancel();
    first.ready().unwrap_err();
    // The role is on its way to the first in line.
    let mut late = queued(failing(9));
    assert_eq!(cell.set(9), Err(SetError::Initializing(9)));
    for task in &mut line {
        assert!(task.is_woken());
        task.ready().unwrap_err();
    }
    late.ready().unwrap_err();
    assert_eq!(order.into_inner(), [1, 3, 4, 9]);
}

#[test]
fn a_failure_does_not_wake_those_that_only_wait_for_the_value() {
    let cell = OnceCell::new();
    let mut readers = queue_up(2, || cell.wait());
    for _ in 0..3 {
        running(&cell, 0).cancel();
        let mut failing = Task::new(cell.get_or_try_init(|| ready(Err(()))));
        failing.ready().unwrap_err();
    }
    assert!(!readers.iter().any(Task::is_woken));
    assert_eq!(cell.waiters(), 2);
    assert_eq!(Task::new(cell.get_or_init(async || 5)).ready(), &5, "the role is free though others wait");
    for task in &mut readers {
        assert_eq!((task.wakes(), task.ready()), (1, &5));
    }
}

#[test]
fn a_failure_wakes_one_waiter_for_the_role_and_no_other() {
    let cell = OnceCell::<u32>::new();
    let initialiser = running(&cell, 0);
    let _reader = queued(cell.wait());
    let line = queue_up(3, || without_running(&cell));
    initialiser.cancel();
    assert_eq!(line.iter().map(Task::wakes).collect::<Vec<_>>(), [1, 0, 0]);
    assert_eq!((_reader.wakes(), cell.waiters()), (0, 3));
}

#[test]
fn an_initialiser_is_polled_by_its_own_task_only() {
    let cell = OnceCell::new();
    let mut initialiser = running(&cell, 1);
    let mut waiter = queued(without_running(&cell));
    for _ in 0..3 {
        assert_pending!(waiter.poll(), "polls of a waiter change nothing");
    }
    assert!(!waiter.is_woken(), "a waiter is not polled in vain");
    initialiser.ready();
    assert_eq!((waiter.wakes(), waiter.ready()), (1, &1));
}

#[test]
fn a_reentrant_initialiser_waits_and_its_drop_frees_the_role() {
    let cell = OnceCell::<u32>::new();
    let mut task = Task::new(cell.get_or_init(async || *cell.get_or_init(async || 1).await));
    assert_pending!(task.poll());
    assert_eq!(cell.waiters(), 1, "it waits for itself");
    assert_pending!(task.poll());
    task.cancel();
    assert_eq!((cell.waiters(), cell.set(2)), (0, Ok(())));
}

#[test]
fn promise_5_an_initialiser_may_use_its_cell_where_that_does_not_wait() {
    finishes(|| {
        let cell: &'static OnceCell<u32> = leak(OnceCell::new());
        let touch = || {
            assert_eq!((cell.get(), cell.waiters()), (None, 1));
            assert_eq!(cell.set(1), Err(SetError::Initializing(1)));
            queued(without_running(cell)).cancel();
        };
        let mut waiter = queued(cell.wait());
        let mut task = Task::new(cell.get_or_init(|| {
            touch();
            async move {
                touch();
                2
            }
        }));
        assert_eq!((task.ready(), waiter.ready()), (&2, &2));
    });
}

#[test]
fn the_future_of_an_initialiser_ends_before_the_next_one_begins() {
    let (cell, drops) = (OnceCell::new(), Drops::new());
    let failing = || {
        let captured = drops.item(0);
        cell.get_or_try_init(async move || {
            after_one_poll(()).await;
            drop(captured);
            Err::<u32, _>(())
        })
    };
    let mut first = Task::new(failing());
    assert_pending!(first.poll());
    let mut second = queued(cell.get_or_init(async || {
        assert_eq!(drops.count(), 1);
        1
    }));
    first.ready().unwrap_err();
    assert_eq!(second.ready(), &1);
}

#[test]
fn the_future_of_an_initialiser_is_dropped_before_its_value_is_seen() {
    let (cell, drops) = (OnceCell::new(), Drops::new());
    struct Seen<'a>(
        &'a OnceCell<u32>,
        #[allow(dead_code, reason = "it counts its drop")] anywake_tests::Item,
    );
    impl Drop for Seen<'_> {
        fn drop(&mut self) {
            assert_eq!(self.0.get(), None);
        }
    }
    let kept = Seen(&cell, drops.item(0));
    let mut held = Some(core::future::ready(1));
    let init = core::future::poll_fn(move |context| {
        let _kept = &kept;
        core::pin::Pin::new(held.as_mut().expect("it is polled once")).poll(context)
    });
    assert_eq!(Task::new(cell.get_or_init(|| init)).ready(), &1);
    assert_eq!(drops.count(), 1);
}

#[test]
fn an_enabled_wait_owns_the_role_until_it_is_polled_to_its_end() {
    let cell = OnceCell::new();
    let mut task = Task::new(cell.get_or_init(|| after_one_poll(1)));
    assert!(task.pinned().enable() && task.future().is_decided());
    assert_eq!(cell.set(2), Err(SetError::Initializing(2)));
    assert_pending!(task.poll());
    assert!(task.pinned().enable() && !task.future().is_decided(), "it runs");
    let mut other = Task::new(without_running(&cell));
    assert!(!other.pinned().enable());
    task.ready();
    assert!(other.future().is_decided() && other.pinned().enable());
    assert_eq!(other.ready(), &1);
}

#[test]
fn two_cells_whose_initialisers_use_each_other_in_one_order_are_initialised() {
    let (config, database) = (OnceCell::new(), OnceCell::new());
    let mut task =
        Task::new(database.get_or_init(async || *config.get_or_init(|| after_one_poll(1)).await + 1));
    let mut other = Task::new(database.get_or_init(async || unreachable!("the first task initialises")));
    assert_pending!(task.poll());
    assert_pending!(other.poll());
    assert_eq!((task.ready(), other.ready()), (&2, &2));
}
