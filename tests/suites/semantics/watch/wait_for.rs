//! `wait_for`: what the predicate sees, and what is marked as seen.

use core::cell::Cell;

use anywake_core::{Closed, Watch};
use anywake_tests::{Task, assert_pending, panic_of, queued};

#[test]
fn wait_for_looks_at_the_value_of_now_first() {
    let watch = Watch::new(5);
    let mut receiver = watch.receiver();
    let mut wait = Task::new(receiver.wait_for(|value| *value == 5));
    assert_eq!(*wait.ready().unwrap(), 5);
}

#[test]
fn wait_for_looks_at_each_value_once_and_marks_the_one_that_it_returns() {
    let watch = Watch::new(1);
    let mut receiver = watch.receiver();
    let looks = Cell::new(0);
    let mut wait = queued(receiver.wait_for(|value| {
        looks.set(looks.get() + 1);
        *value > 2
    }));
    assert_pending!(wait.poll());
    assert_eq!(looks.get(), 1, "a poll without a new value does not look again");
    watch.send(2).unwrap();
    assert!(wait.is_woken());
    assert_pending!(wait.poll());
    watch.send(3).unwrap();
    let three = wait.ready().unwrap();
    assert_eq!((*three, looks.get()), (3, 3));
    drop(three);
    drop(wait);
    assert!(!receiver.has_changed());
}

#[test]
fn a_dropped_wait_for_has_marked_nothing_as_seen() {
    let watch = Watch::new(1);
    let mut receiver = watch.receiver();
    watch.send(2).unwrap();
    queued(receiver.wait_for(|_| false)).cancel();
    assert!(receiver.has_changed());
    assert_eq!((watch.waiters(), watch.receiver_count()), (0, 1));
}

#[test]
fn wait_for_of_a_closed_watch_looks_at_the_last_value_and_then_fails() {
    let watch = Watch::new(1);
    let mut receiver = watch.receiver();
    let mut wait = queued(receiver.wait_for(|value| *value == 3));
    watch.send(2).unwrap();
    watch.close();
    assert_eq!(wait.ready().unwrap_err(), Closed);
    drop(wait);
    assert_eq!(*Task::new(receiver.wait_for(|value| *value == 2)).ready().unwrap(), 2);
}

/// tokio #6021: a panic in the predicate poisoned the lock of the channel.
#[test]
fn tokio_6021_a_predicate_that_panics_leaves_all_usable() {
    let watch = Watch::new(1);
    let mut receiver = watch.receiver();
    let mut wait = queued(receiver.wait_for(|value| if *value == 2 { panic!("no") } else { false }));
    watch.send(2).unwrap();
    assert_eq!(panic_of(|| wait.poll()), "no");
    drop(wait);
    assert!(receiver.has_changed(), "nothing was marked as seen");
    assert_eq!(watch.send(3), Ok(Some(2)), "nobody reads the value that the predicate looked at");
    assert_eq!(*Task::new(receiver.wait_for(|value| *value == 3)).ready().unwrap(), 3);
}

#[test]
fn promise_5_a_predicate_may_use_its_watch() {
    anywake_tests::finishes(|| {
        let watch = Watch::new(1);
        let mut receiver = watch.receiver();
        let mut wait = Task::new(receiver.wait_for(|value| {
            // It may send, too: then it is called again for that value.
            let next = *watch.borrow() + 1;
            watch.send(next).unwrap();
            *value == 4
        }));
        assert_eq!(*wait.ready().unwrap(), 4);
        assert_eq!(*watch.borrow(), 5);
    });
}
