//! What the methods return.

use anywake_tests::Arc;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use anywake_core::{OnceCell, SetError};
use anywake_tests::{
    Call, CountingWaker, Drops, Task, assert_pending, block_on, finishes, leak, panic_of, queued,
};
use futures_util::future::FusedFuture;

use super::{running, without_running};

#[test]
fn a_new_cell_is_empty() {
    for cell in [OnceCell::<u32>::new(), OnceCell::default(), OnceCell::new().clone()] {
        assert_eq!((cell.get(), cell.is_initialized(), cell.waiters()), (None, false, 0));
        assert_eq!(cell.into_inner(), None);
    }
}

#[test]
fn a_cell_made_with_a_value_has_it() {
    for cell in [OnceCell::with_value(1), OnceCell::from(1), OnceCell::with_value(1).clone()] {
        assert_eq!(cell.get(), Some(&1));
        assert_eq!(Task::new(without_running(&cell)).ready(), &1);
        assert_eq!(Task::new(cell.wait()).ready(), &1);
        assert_eq!(cell.into_inner(), Some(1));
    }
}

#[cfg(not(feature = "local"))]
#[test]
fn cells_live_in_statics() {
    static CELL: OnceCell<String> = OnceCell::new();
    let mut task = queued(CELL.wait());
    std::thread::spawn(|| CELL.set("text".to_owned())).join().unwrap().unwrap();
    assert_eq!(task.ready(), "text");
}

#[test]
fn cells_are_equal_if_their_values_are() {
    let (empty, one, two) = (OnceCell::new(), OnceCell::with_value(1), OnceCell::with_value(2));
    assert_eq!((&empty, &one), (&OnceCell::new(), &one.clone()));
    assert!(empty != one && one != two);
}

#[test]
fn a_clone_has_waiters_and_an_initialiser_of_its_own() {
    let cell = OnceCell::new();
    let _initialiser = running(&cell, 1);
    let _waiter = queued(cell.wait());
    let clone = cell.clone();
    assert_eq!(clone.waiters(), 0);
    assert_eq!(clone.set(2), Ok(()));
    assert_eq!(cell.get(), None);
}

#[test]
fn set_returns_the_value_of_a_cell_that_is_full() {
    let cell = OnceCell::new();
    assert_eq!(cell.set("one"), Ok(()));
    assert_eq!(cell.set("two"), Err(SetError::Initialized("two")));
    assert_eq!(cell.get(), Some(&"one"));
}

#[test]
fn set_while_an_initialiser_is_at_work_returns_the_value_and_disturbs_nobody() {
    let cell = OnceCell::new();
    let mut initialiser = running(&cell, 1);
    let mut others = [queued(without_running(&cell)), queued(without_running(&cell))];
    assert_eq!(cell.set(2), Err(SetError::Initializing(2)));
    assert!(!others.iter().any(Task::is_woken));
    assert_eq!(initialiser.ready(), &1);
    assert_eq!(others.each_mut().map(Task::ready), [&1, &1]);
}

#[test]
fn set_after_a_failed_initialiser_ends_all_waits() {
    let cell = OnceCell::new();
    let initialiser = running(&cell, 1);
    let mut waiter = queued(cell.wait());
    initialiser.cancel();
    assert_eq!(cell.set(2), Ok(()));
    assert_eq!(waiter.ready(), &2);
}

#[test]
fn a_set_error_says_what_is_wrong_and_returns_the_value() {
    struct Opaque(u8);

    let (full, busy) = (SetError::Initialized(Opaque(1)), SetError::Initializing(Opaque(2)));
    assert_eq!(
        (full.to_string(), busy.to_string()),
        ("the cell has a value already".to_owned(), "the cell is being initialised".to_owned())
    );
    assert_eq!(
        (format!("{full:?}"), format!("{busy:?}")),
        ("Initialized(..)".into(), "Initializing(..)".into())
    );
    assert_eq!((full.into_inner().0, busy.into_inner().0), (1, 2));
}

#[test]
fn a_cell_that_is_full_neither_calls_the_closure_nor_touches_the_waker() {
    let cell = OnceCell::with_value(1);
    let waker = CountingWaker::new();
    assert_eq!(Task::with_waker(without_running(&cell), waker.clone()).ready(), &1);
    assert_eq!(Task::with_waker(cell.wait(), waker.clone()).ready(), &1);
    assert_eq!(waker.count(Call::Clone), 0);
}

#[test]
fn the_closure_of_a_wait_that_ends_with_the_value_is_dropped_with_its_end() {
    let (cell, drops) = (OnceCell::new(), Drops::new());
    let mut initialiser = running(&cell, 1);
    let captured = drops.item(0);
    let mut waiter = queued(cell.get_or_init(move || {
        let captured = captured;
        async move { captured.id }
    }));
    initialiser.ready();
    assert_eq!(drops.count(), 0);
    assert_eq!((waiter.ready(), drops.count()), (&1, 1));
}

#[test]
fn get_mut_take_and_into_inner_reach_the_value() {
    let mut cell = OnceCell::<Vec<u32>>::new();
    assert_eq!(cell.get_mut(), None);
    assert_eq!(cell.take(), None);
    cell.set(vec![1]).unwrap();
    cell.get_mut().unwrap().push(2);
    assert_eq!(cell.take(), Some(vec![1, 2]));
    assert_eq!(cell.get(), None);
    assert_eq!(cell.take(), None);
    assert_eq!(Task::new(cell.get_or_init(async || vec![3])).ready(), &[3]);
    assert_eq!(cell.into_inner(), Some(vec![3]));
}

#[test]
fn a_value_is_dropped_once() {
    let drops = Drops::new();
    let mut cell = OnceCell::new();
    drop(cell.set(drops.item(1)));
    drop(cell.set(drops.item(2)));
    assert_eq!(drops.count(), 1, "the value that was not set");
    let value = cell.take();
    drop(cell);
    assert_eq!(drops.count(), 1);
    drop(value);
    assert_eq!(drops.count(), 2);
    drop(OnceCell::with_value(drops.item(3)));
    drop(OnceCell::with_value(drops.item(4)).into_inner());
    assert_eq!(drops.count(), 4);
    assert_eq!(Task::new(OnceCell::new().get_or_init(async || drops.item(5))).ready().id, 5);
    assert_eq!(drops.count(), 5);
}

#[test]
fn futures_know_when_they_are_terminated() {
    let cell = OnceCell::new();
    let mut initialiser = Task::new(cell.get_or_init(async || super::after_one_poll(1).await));
    assert!(!initialiser.future().is_terminated());
    assert_pending!(initialiser.poll());
    let (mut role, mut value) = (queued(without_running(&cell)), queued(cell.wait()));
    assert!(!initialiser.future().is_terminated());
    initialiser.ready();
    assert!(!role.future().is_terminated() && !value.future().is_terminated());
    role.ready();
    value.ready();
    assert!(initialiser.future().is_terminated() && role.future().is_terminated());
    assert!(value.future().is_terminated());
    assert!(panic_of(|| initialiser.poll()).contains("polled after it had completed"));
    assert!(panic_of(|| role.poll()).contains("polled after it had completed"));
}

#[test]
fn a_cell_shows_its_value_whether_it_is_initialised_and_its_waiters() {
    let cell = OnceCell::new();
    assert_eq!(format!("{cell:?}"), "OnceCell { value: None, initializing: false, waiters: 0 }");
    let mut initialiser = running(&cell, "text");
    let waiting = [queued(without_running(&cell)), queued(without_running(&cell))];
    let value = queued(cell.wait());
    assert_eq!(format!("{cell:?}"), "OnceCell { value: None, initializing: true, waiters: 3 }");
    initialiser.ready();
    assert_eq!(format!("{cell:?}"), "OnceCell { value: Some(\"text\"), initializing: false, waiters: 0 }");
    drop((waiting, value));
}

#[test]
fn futures_show_how_far_they_are() {
    let cell = OnceCell::new();
    let mut task = Task::new(cell.get_or_try_init(async || Ok::<_, ()>(super::after_one_poll(1).await)));
    assert_eq!(format!("{:?}", task.future()), "GetOrTryInitFuture { stage: \"waiting\", .. }");
    assert_pending!(task.poll());
    assert!(format!("{:?}", task.future()).contains("running"));
    assert!(format!("{:?}", queued(cell.wait()).future()).contains("Queued"));
    task.ready().unwrap();
    assert!(format!("{:?}", task.future()).contains("done"));
}

#[test]
fn owned_waits_and_their_values_keep_the_cell() {
    let (cell, drops) = (Arc::new(OnceCell::new()), Drops::new());
    let wait = queued(Arc::clone(&cell).wait_owned());
    let init = Task::new(Arc::clone(&cell).get_or_init_owned(async || drops.item(1)));
    let try_init = Task::new(Arc::clone(&cell).get_or_try_init_owned(async || Err(())));
    let weak = Arc::downgrade(&cell);
    drop(cell);
    let (mut init, mut wait, mut try_init) = (init, wait, try_init);
    let values = (init.ready(), wait.ready(), try_init.ready().unwrap());
    assert!([values.0.id, values.1.id, values.2.id] == [1; 3]);
    drop((init, wait, try_init));
    assert_eq!((drops.count(), weak.strong_count()), (0, 3));
    drop(values);
    assert_eq!((drops.count(), weak.strong_count()), (1, 0));
}

#[cfg(not(feature = "local"))]
#[test]
fn a_thread_that_sees_the_value_sees_what_the_initialiser_did() {
    finishes(|| {
        for _ in 0..if cfg!(miri) { 20 } else { 2_000 } {
            let cell: &'static OnceCell<AtomicUsize> = leak(OnceCell::new());
            let before: &'static AtomicUsize = leak(AtomicUsize::new(0));
            let ran: &'static AtomicUsize = leak(AtomicUsize::new(0));
            std::thread::scope(|scope| {
                for _ in 0..2 {
                    scope.spawn(|| {
                        let value = block_on(cell.get_or_init(async || {
                            ran.fetch_add(1, Relaxed);
                            before.store(1, Relaxed);
                            AtomicUsize::new(7)
                        }));
                        assert_eq!((value.load(Relaxed), before.load(Relaxed)), (7, 1));
                    });
                }
                scope.spawn(|| {
                    if let Some(value) = cell.get() {
                        assert_eq!((value.load(Relaxed), before.load(Relaxed)), (7, 1));
                    }
                });
            });
            assert_eq!((ran.load(Relaxed), cell.waiters()), (1, 0), "one initialiser ran");
        }
    });
}
