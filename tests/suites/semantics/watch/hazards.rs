//! What other watches got wrong, by number. A lock around the value made each of these hang.

use anywake_tests::Arc;
use core::cell::Cell;
use core::pin::pin;
use core::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::Mutex;

use anywake_core::Watch;
use anywake_core::watch::channel;
use anywake_tests::{Call, CountingWaker, Task, block_on, finishes, leak, poll_once, queue_up, queued};

#[test]
fn tokio_4246_a_send_by_a_task_that_borrows_does_not_deadlock() {
    finishes(|| {
        let (sender, receiver) = channel(1);
        let one = receiver.borrow();
        sender.send(2).unwrap();
        assert_eq!((*one, *receiver.borrow()), (1, 2));
    });
}

#[cfg(not(feature = "local"))]
#[test]
fn tokio_4360_two_borrows_of_one_task_with_a_send_between_do_not_deadlock() {
    finishes(|| {
        let (sender, receiver) = channel(0);
        for round in 0..1_000 {
            let first = receiver.borrow();
            std::thread::scope(|scope| {
                scope.spawn(|| sender.send(round + 1).unwrap());
                // With a lock that prefers writers this waits for the send, and the send for `first`.
                let second = receiver.borrow();
                assert!(*second >= *first);
            });
        }
    });
}

#[cfg(not(feature = "local"))]
#[test]
fn zebra_3378_a_borrow_held_over_an_await_keeps_nobody_from_sending() {
    finishes(|| {
        let (sender, mut receiver) = channel(1);
        let reader = std::thread::spawn(move || {
            block_on(async {
                receiver.changed().await.unwrap();
                let held = receiver.borrow_owned();
                while receiver.changed().await.is_ok() {}
                (*held, *receiver.borrow())
            })
        });
        sender.send(2).unwrap();
        while sender.waiters() == 0 && !reader.is_finished() {
            std::thread::yield_now();
        }
        (3..100).for_each(|value| _ = sender.send(value).unwrap());
        drop(sender);
        let (held, last) = reader.join().unwrap();
        assert!(held >= 2 && last == 99);
    });
}

#[test]
fn graph_node_2982_a_borrow_in_a_condition_lives_as_long_as_its_block_and_blocks_nobody() {
    finishes(|| {
        let (sender, receiver) = channel(Some(1));
        // The borrow lives until the end of the block.
        if let Some(value) = *receiver.borrow() {
            sender.send(None).unwrap();
            assert_eq!((value, *receiver.borrow()), (1, None));
        }
    });
}

#[test]
fn a_wait_between_two_batches_is_not_woken_by_the_version_that_it_has_seen() {
    let watch: &'static Watch<u32> = leak(Watch::new(0));
    let late = Arc::new(Mutex::new(None));
    let hook = {
        let late = Arc::clone(&late);
        move || *late.lock().unwrap() = Some(queued(watch.receiver().changed_owned()))
    };
    let waker = CountingWaker::reentrant(Call::Wake, hook);
    let mut first = Task::with_waker(watch.receiver().changed_owned(), waker);
    assert!(first.poll().is_pending());
    let others = queue_up(40, || watch.receiver().changed_owned());
    watch.send(1).unwrap();
    assert!(others.iter().all(Task::is_woken));
    let mut late = late.lock().unwrap().take().expect("it began between two batches");
    assert!(!late.is_woken());
    watch.send(2).unwrap();
    assert_eq!(late.ready().1, Ok(()));
}

/// A value whose drop uses its watch.
struct ReEntering(Option<&'static Watch<ReEntering>>, &'static AtomicUsize);

impl Drop for ReEntering {
    fn drop(&mut self) {
        self.1.fetch_add(1, SeqCst);
        if let Some(watch) = self.0 {
            drop(watch.borrow());
            let mut receiver = watch.receiver();
            assert!(poll_once(pin!(receiver.changed())).is_pending() || watch.is_closed());
        }
    }
}

#[test]
fn promise_5_a_value_whose_drop_uses_its_watch_does_not_deadlock() {
    finishes(|| {
        let drops: &'static AtomicUsize = leak(AtomicUsize::new(0));
        let watch: &'static Watch<ReEntering> = leak(Watch::new(ReEntering(None, drops)));
        let value = || ReEntering(Some(watch), drops);
        let send = || drop(watch.send(value()));
        send();
        let one = watch.borrow();
        send();
        let two = watch.borrow();
        send();
        send();
        assert_eq!(drops.load(SeqCst), 2, "the first value, and a pending one");
        drop(one);
        drop(two);
        assert_eq!(drops.load(SeqCst), 4);
        watch.close();
        send();
        assert_eq!(drops.load(SeqCst), 5, "a refused value comes back");
    });
}

#[test]
fn promise_11_a_waker_that_panics_costs_no_value_and_no_wake() {
    let watch = Watch::new(1);
    let (one, mut tasks) = (watch.borrow(), Vec::new());
    watch.send(2).unwrap();
    let two = watch.borrow();
    watch.send(3).unwrap();
    for place in 0..3 {
        let waker = if place == 1 { CountingWaker::panicking(Call::Wake) } else { CountingWaker::new() };
        let mut task = Task::with_waker(watch.receiver().changed_owned(), waker);
        assert!(task.poll().is_pending());
        tasks.push(task);
    }
    // The drop of a borrow makes a value visible, and so wakes.
    assert!(anywake_tests::panic_of(|| drop(one)).contains("panics"));
    assert!(tasks.iter().all(|task| task.wakes() == 1));
    tasks.iter_mut().for_each(|task| assert_eq!(*task.ready().0.borrow(), 3));
    assert_eq!(*two, 2);
}

#[test]
fn promise_7_forgotten_borrows_keep_their_values_and_block_no_send() {
    let watch = Watch::new(1);
    for value in 2..10 {
        core::mem::forget(watch.borrow());
        watch.send(value).unwrap();
    }
    // Two versions are held for ever, so the newest can never be read.
    assert_eq!((*watch.borrow(), watch.version()), (2, 2));
}

#[cfg(not(feature = "local"))]
#[test]
fn receivers_on_threads_see_rising_values_and_the_last_one() {
    const LAST: u64 = if cfg!(miri) { 30 } else { 10_000 };
    finishes(|| {
        let (sender, receiver) = channel(0_u64);
        std::thread::scope(|scope| {
            for _ in 0..3 {
                let mut receiver = receiver.clone();
                scope.spawn(move || {
                    block_on(async {
                        let last = Cell::new(0);
                        let mut held = None;
                        while receiver.changed().await.is_ok() {
                            let value = receiver.borrow_owned();
                            assert!(*value >= last.get(), "an older value after a newer one");
                            last.set(*value);
                            // Now and then one is held over the next change.
                            held = (*value % 3 == 0).then_some(value);
                        }
                        drop(held);
                        assert_eq!(last.get(), LAST);
                    });
                });
            }
            for value in 1..=LAST {
                sender.send(value).unwrap();
            }
            drop(sender);
        });
    });
}
