//! Values of several versions that are held at once: which one a borrow returns, and when a pending one becomes visible.

use anywake_core::Watch;
use anywake_core::watch::Ref;
use anywake_tests::{Drops, Item, Task, queued};

#[test]
fn a_value_that_is_borrowed_stays_while_others_are_sent() {
    let watch = Watch::new(1);
    let one = watch.borrow();
    assert_eq!(watch.send(2), Ok(None), "the one is read");
    for value in 3..10 {
        assert_eq!(
            watch.send(value),
            Ok(Some(value - 1)),
            "nobody reads the newest: it is replaced in its slot"
        );
        assert_eq!(*watch.borrow(), value);
    }
    assert_eq!(*one, 1);
}

#[test]
fn the_last_reader_of_an_old_value_drops_it() {
    let drops = Drops::new();
    let watch = Watch::new(drops.item(1));
    let readers = [watch.borrow(), watch.borrow()];
    assert!(watch.send(drops.item(2)).is_ok_and(|displaced| displaced.is_none()));
    let [first, second] = readers;
    drop(first);
    assert_eq!(drops.count(), 0);
    assert_eq!(second.id, 1);
    drop(second);
    assert_eq!(drops.count(), 1);
}

#[test]
fn with_two_versions_held_the_newest_is_pending_and_borrows_return_the_newer_of_the_two() {
    let watch = Watch::new(1);
    let mut receiver = watch.receiver();
    let one = watch.borrow();
    watch.send(2).unwrap();
    let two = receiver.borrow_owned();
    receiver.mark_unchanged();
    assert_eq!(watch.send(3), Ok(None));
    assert_eq!((*watch.borrow(), watch.version(), receiver.has_changed()), (2, 2, false));
    let mut changed = queued(receiver.changed());
    assert_eq!(watch.send(4), Ok(Some(3)), "a newer value replaces the pending one");
    assert!(!changed.is_woken());
    drop(one);
    assert!(changed.is_woken(), "the drop of the older one makes the newest visible, and wakes");
    assert_eq!(changed.ready(), Ok(()));
    assert_eq!((*watch.borrow(), watch.version(), *two), (4, 4, 2));
}

#[test]
fn the_drop_of_the_newer_of_two_makes_the_pending_value_visible_as_well() {
    let watch = Watch::new(1);
    let one = watch.borrow();
    watch.send(2).unwrap();
    let two = watch.borrow();
    watch.send(3).unwrap();
    let mut wait = queued(watch.receiver().changed_owned());
    drop(two);
    assert_eq!((*watch.borrow(), *one), (3, 1));
    wait.ready().1.unwrap();
    // Two older versions again, of which one is the first.
    let three = watch.borrow();
    watch.send(4).unwrap();
    assert_eq!((*watch.borrow(), *one, *three), (3, 1, 3));
    drop(three);
    assert_eq!((*watch.borrow(), *one), (4, 1));
}

#[test]
fn overlapping_borrows_hold_a_version_as_one_long_borrow_does() {
    let watch = Watch::new(1);
    let one = watch.borrow();
    watch.send(2).unwrap();
    let mut two = watch.borrow();
    watch.send(3).unwrap();
    for _ in 0..5 {
        let next = watch.borrow();
        assert_eq!((*two, *next), (2, 2));
        two = next;
    }
    drop(one);
    assert_eq!((*watch.borrow(), *two), (3, 2));
}

#[test]
fn a_pending_value_is_the_last_one_of_a_closed_watch() {
    let watch = Watch::new(1);
    let one = watch.borrow();
    watch.send(2).unwrap();
    let two = watch.borrow();
    watch.send(3).unwrap();
    let mut receiver = watch.receiver();
    let mut changed = queued(receiver.changed());
    watch.close();
    assert!(!changed.is_woken(), "a value is still to come");
    drop((one, two));
    assert_eq!(changed.ready(), Ok(()));
    drop(changed);
    assert_eq!(*receiver.borrow(), 3);
    assert!(Task::new(receiver.changed()).ready().is_err());
}

#[test]
fn all_three_slots_are_dropped_when_they_are_left() {
    let drops = Drops::new();
    let watch: Watch<Item> = Watch::new(drops.item(1));
    let one = watch.borrow();
    drop(watch.send(drops.item(2)));
    let two = watch.borrow();
    drop(watch.send(drops.item(3)));
    assert_eq!(drops.count(), 0);
    drop(one);
    assert_eq!(drops.count(), 1);
    drop(two);
    assert_eq!(drops.count(), 2);
    assert_eq!((watch.borrow().id, Ref::version(&watch.borrow())), (3, 3));
    drop(watch);
    assert_eq!(drops.count(), 3);
}

#[test]
fn the_versions_of_borrows_never_fall() {
    let watch = Watch::new(1_u64);
    let mut held = Vec::new();
    let mut last = 0;
    for value in 2..200 {
        watch.send(value).unwrap();
        if value % 3 != 0 {
            held.push(watch.borrow());
        }
        if value % 5 == 0 {
            drop(held.remove(value as usize % held.len()));
        }
        let now = watch.borrow();
        assert!(*now >= last && Ref::version(&now) == *now);
        last = *now;
    }
    held.clear();
    assert_eq!(*watch.borrow(), 199);
}
