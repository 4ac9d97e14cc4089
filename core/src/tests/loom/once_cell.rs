//! Models of the cell.

use core::future::{pending, ready};
use core::sync::atomic::{AtomicUsize, Ordering};
use core::task::Poll;
use std::boxed::Box;
use std::sync::Arc;

use super::{
    Shared, WakeCount, block_on, carries_memory, join, model, own, poll, queued, queued_for, spawn, write_and,
};
use crate::once_cell::{Lazy, OnceCell, SetError};

/// Two tasks that ask at once: one initialises, and both see its value and what it did before.
#[test]
fn two_initialisers() {
    model(|| {
        let (cell, written) = (Arc::new(OnceCell::new()), Shared::new(0));
        let runs = Arc::new(AtomicUsize::new(0));
        let task = {
            let (cell, written, runs) = (Arc::clone(&cell), Arc::clone(&written), Arc::clone(&runs));
            move || {
                let value = *block_on(cell.get_or_init(|| {
                    runs.fetch_add(1, Ordering::Relaxed);
                    written.set(1);
                    ready(7)
                }));
                assert_eq!((value, written.get()), (7, 1));
            }
        };
        let other = spawn(task.clone());
        task();
        other.join().unwrap();
        assert_eq!((runs.load(Ordering::Relaxed), cell.waiters()), (1, 0));
    });
}

/// The initialiser ends while a task is on its way into the queue: the task finds the value, or is woken.
#[test]
fn an_end_meets_the_last_look() {
    model(|| {
        let cell = Arc::new(OnceCell::new());
        let mut running = Box::pin(own(&cell, |cell| cell.get_or_init(|| ready(1))));
        assert!(running.future.as_mut().enable());
        let ender = spawn(move || assert_eq!(*block_on(running), 1));
        assert_eq!(*block_on(cell.get_or_init(|| ready(2))), 1);
        ender.join().unwrap();
        assert_eq!(cell.waiters(), 0);
    });
}

/// The initialiser is dropped while a task is on its way into the queue: the task finds the role, or is woken.
#[test]
fn a_failure_meets_the_last_look() {
    model(|| {
        let cell = Arc::new(OnceCell::new());
        let running = queued(own(&cell, |cell| cell.get_or_init(pending::<u32>)));
        let failing = spawn(move || drop(running));
        assert_eq!(*block_on(cell.get_or_init(|| ready(2))), 2);
        failing.join().unwrap();
        assert_eq!(cell.waiters(), 0);
    });
}

/// The initialiser is dropped, and its heir too, at the same time: the role reaches the third, with what the first did.
#[test]
fn a_failed_initialiser_and_a_dropped_heir() {
    model(|| {
        let (cell, value) = (Arc::new(OnceCell::new()), Shared::new(0));
        let running = queued(own(&cell, |cell| cell.get_or_init(pending::<u32>)));
        let heir = queued(own(&cell, |cell| cell.get_or_init(pending::<u32>)));
        let third = queued(own(&cell, |cell| cell.get_or_init(|| ready(3))));
        let threads = [write_and(&value, running, drop), spawn(move || drop(heir))];
        assert_eq!(*block_on(third), 3);
        assert_eq!(value.get(), 1);
        join(threads);
        assert_eq!(cell.waiters(), 0);
    });
}

/// The failing initialiser has the role and writes. An initialiser that begins after it sees what was written, before it
/// can have taken the internal lock.
fn a_failure_carries_memory(cell: &Arc<OnceCell<u32>>) {
    let value = Shared::new(0);
    let running = queued(own(cell, |cell| cell.get_or_init(pending::<u32>)));
    let failing = write_and(&value, running, drop);
    let seen = Arc::clone(&value);
    let mut next = own(cell, |cell| {
        cell.get_or_init(move || {
            assert_eq!(seen.get(), 1);
            ready(2)
        })
    });
    let _ = poll(&mut next);
    failing.join().unwrap();
}

/// An initialiser that begins after another has failed sees what that one did, without a wake-up.
#[test]
fn a_failure_carries_memory_to_the_next_initialiser() {
    model(|| a_failure_carries_memory(&Arc::new(OnceCell::new())));
}

/// The same if others wait, and the role is given up under the lock.
#[test]
fn a_failure_before_a_reader_carries_memory_to_the_next_initialiser() {
    model(|| {
        let cell = Arc::new(OnceCell::new());
        let _reader = queued(own(&cell, OnceCell::wait));
        a_failure_carries_memory(&cell);
    });
}

/// The same if the whole failure comes between the look of the next initialiser and its exchange.
#[test]
fn a_short_failure_carries_memory_to_the_next_initialiser() {
    model(|| {
        let (cell, value) = (Arc::new(OnceCell::new()), Shared::new(0));
        let runs = Arc::new(AtomicUsize::new(0));
        let failing = {
            let (cell, value, runs) = (Arc::clone(&cell), Arc::clone(&value), Arc::clone(&runs));
            spawn(move || {
                let attempt = own(&cell, |cell| {
                    cell.get_or_try_init(move || {
                        value.set(1);
                        runs.fetch_add(1, Ordering::Relaxed);
                        ready(Err(()))
                    })
                });
                let _ = poll(&mut { attempt });
            })
        };
        // If both ran, the one that fails was the first, for nobody initialises a full cell.
        if cell.set(1).is_ok() && runs.load(Ordering::Relaxed) == 1 {
            assert_eq!(value.get(), 1);
        }
        failing.join().unwrap();
    });
}

/// `set` between the first look of a wait and its last one: the wait finds the value, or is woken.
#[test]
fn a_set_meets_the_last_look() {
    model(|| {
        let (cell, value) = (Arc::new(OnceCell::new()), Shared::new(0));
        let setter = write_and(&value, Arc::clone(&cell), |cell| cell.set(7).unwrap());
        assert_eq!(*block_on(cell.wait()), 7);
        assert_eq!(value.get(), 1);
        setter.join().unwrap();
        assert_eq!(cell.waiters(), 0);
    });
}

/// A poll that finds the wait decided, without a wake-up, may read the value.
#[test]
fn a_set_carries_the_value_to_a_waiter() {
    model(|| {
        let (cell, value) = (Arc::new(OnceCell::new()), Shared::new(0));
        let mut wait = queued(own(&cell, OnceCell::wait));
        let setter = write_and(&value, Arc::clone(&cell), |cell| cell.set(7).unwrap());
        let seen = match poll(&mut wait) {
            Poll::Ready(seen) => *seen,
            Poll::Pending => *block_on(wait),
        };
        assert_eq!((seen, value.get()), (7, 1));
        setter.join().unwrap();
    });
}

/// A thread that finds the value sees what was done before it was set.
#[test]
fn a_set_carries_memory_to_get() {
    model(|| carries_memory(OnceCell::new(), |cell| cell.set(7).unwrap(), |cell| cell.get() == Some(&7)));
}

/// The same if others wait, and the cell becomes full under the lock.
#[test]
fn a_broadcast_carries_memory_to_get() {
    model(|| {
        let (cell, value) = (Arc::new(OnceCell::new()), Shared::new(0));
        let _reader = queued(own(&cell, OnceCell::wait));
        let setter = write_and(&value, Arc::clone(&cell), |cell| cell.set(7).unwrap());
        if let Some(seen) = cell.get() {
            assert_eq!((*seen, value.get()), (7, 1));
        }
        setter.join().unwrap();
    });
}

/// A `get_or_init` that finds the cell full at once may read the value.
#[test]
fn a_set_carries_the_value_to_get_or_init() {
    model(|| {
        let (cell, value) = (Arc::new(OnceCell::new()), Shared::new(0));
        let setter = write_and(&value, Arc::clone(&cell), |cell| {
            let _ = cell.set(7);
        });
        let mut wait = own(&cell, |cell| cell.get_or_try_init(|| ready(Err(()))));
        if let Poll::Ready(Ok(seen)) = poll(&mut wait) {
            assert_eq!((*seen, value.get()), (7, 1));
        }
        setter.join().unwrap();
    });
}

/// `set` and an initialiser at once: one of them makes the value, and `set` says which.
#[test]
fn a_set_meets_an_initialiser() {
    model(|| {
        let cell = Arc::new(OnceCell::new());
        let setter = Arc::clone(&cell);
        let setter = spawn(move || setter.set(1));
        let value = *block_on(cell.get_or_init(|| ready(2)));
        match setter.join().unwrap() {
            Ok(()) => assert_eq!(value, 1),
            Err(SetError::Initialized(back) | SetError::Initializing(back)) => {
                assert_eq!((back, value), (1, 2))
            }
        }
        assert_eq!(cell.get(), Some(&value));
    });
}

/// Waiters of both kinds, more than a batch, while one of them goes away: the others have the value, and one wake each.
#[test]
fn a_waiter_goes_away_while_an_initialiser_ends() {
    model(|| {
        let cell = Arc::new(OnceCell::new());
        let wakes = WakeCount::new();
        let mut running = Box::pin(own(&cell, |cell| cell.get_or_init(|| ready(1))));
        assert!(running.future.as_mut().enable());
        let role = queued_for(&wakes, own(&cell, |cell| cell.get_or_init(pending::<u32>)));
        let [value, leaving] = [(); 2].map(|()| queued_for(&wakes, own(&cell, OnceCell::wait)));
        let threads = [spawn(move || assert_eq!(*block_on(running), 1)), spawn(move || drop(leaving))];
        join(threads);
        assert!((2..=3).contains(&wakes.count()));
        let (mut role, mut value) = (role, value);
        assert_eq!((poll(&mut role), poll(&mut value)), (Poll::Ready(&1), Poll::Ready(&1)));
        assert_eq!(cell.waiters(), 0);
    });
}

/// A wait for the value goes away while the role of the initialiser is given up: the bit for waiters stays true.
#[test]
fn a_reader_goes_away_while_an_initialiser_fails() {
    model(|| {
        let cell = Arc::new(OnceCell::new());
        let running = queued(own(&cell, |cell| cell.get_or_init(pending::<u32>)));
        let (leaving, staying) = (queued(own(&cell, OnceCell::wait)), queued(own(&cell, OnceCell::wait)));
        let threads = [spawn(move || drop(running)), spawn(move || drop(leaving))];
        join(threads);
        assert_eq!(cell.set(1), Ok(()));
        assert_eq!(block_on(staying), &1);
    });
}

/// The stored future of a `Lazy` goes from a task that is dropped to the next one, which may touch it.
#[test]
fn a_lazy_goes_on_in_another_task() {
    model(|| {
        let polls = Shared::new(0);
        let begin = {
            let polls = Arc::clone(&polls);
            move || {
                let polls = Arc::clone(&polls);
                Box::pin(core::future::poll_fn(move |_| {
                    polls.set(polls.get() + 1);
                    if polls.get() > 1 { Poll::Ready(7) } else { Poll::Pending }
                }))
            }
        };
        let lazy = Arc::new(Lazy::new(begin));
        let first = queued(own(&lazy, Lazy::force));
        let other = Arc::clone(&lazy);
        let threads = [spawn(move || drop(first)), spawn(move || assert_eq!(*block_on(other.force()), 7))];
        assert_eq!(*block_on(lazy.force()), 7);
        join(threads);
        assert_eq!(polls.get(), 2);
    });
}
