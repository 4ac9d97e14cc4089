//! A watch: what a borrow returns, whom a send wakes, and what a receiver has seen.

mod ends;
mod hazards;
mod modify;
mod slots;
mod wait_for;

use anywake_tests::Arc;

use anywake_core::watch::{Ref, SendError, channel};
use anywake_core::{ArcPart, Closed, Watch};
use anywake_tests::{Drops, Task, assert_pending, assert_ready, queue_up, queued};

#[cfg(not(feature = "local"))]
#[test]
fn a_borrow_returns_the_newest_value_and_its_version() {
    static LEVEL: Watch<u32> = Watch::new(1);
    assert_eq!((*LEVEL.borrow(), LEVEL.version()), (1, 1));
    assert_eq!(LEVEL.send(2), Ok(Some(1)), "nobody reads the displaced value, so it comes back");
    let two = LEVEL.borrow();
    assert_eq!((*two, Ref::version(&two), LEVEL.version()), (2, 2, 2));
}

#[test]
fn a_send_without_a_receiver_keeps_the_value() {
    let (sender, receiver) = channel("first");
    drop(receiver);
    assert_eq!(sender.send("second"), Ok(Some("first")));
    assert_eq!(*sender.subscribe().borrow(), "second");
}

#[test]
fn promise_6_a_send_wakes_every_receiver_that_waits_in_their_order() {
    let watch = Watch::new(0);
    let mut waits = queue_up(40, || watch.receiver().changed_owned());
    watch.send(1).unwrap();
    assert_eq!(watch.waiters(), 0);
    for wait in &mut waits {
        let (receiver, changed) = wait.ready();
        assert_eq!((changed, *receiver.borrow(), receiver.has_changed()), (Ok(()), 1, false));
    }
}

#[test]
fn changed_is_ready_at_once_for_a_version_that_was_not_seen() {
    let watch = Watch::new(0);
    let mut receiver = watch.receiver();
    assert_pending!(Task::new(receiver.changed()).poll());
    watch.send(1).unwrap();
    watch.send(2).unwrap();
    assert_eq!(Task::new(receiver.changed()).ready(), Ok(()), "two values are one change");
    assert_pending!(Task::new(receiver.changed()).poll());
    assert_eq!(*receiver.borrow(), 2);
}

#[test]
fn a_dropped_changed_has_marked_nothing_as_seen() {
    let watch = Watch::new(0);
    let mut receiver = watch.receiver();
    let wait = queued(receiver.changed());
    watch.send(1).unwrap();
    assert!(wait.is_woken());
    wait.cancel();
    assert!(receiver.has_changed());
    let mut enabled = Task::new(receiver.changed());
    assert!(enabled.pinned().enable());
    enabled.cancel();
    assert_eq!(Task::new(receiver.changed()).ready(), Ok(()));
}

#[test]
fn a_change_between_the_wake_and_the_poll_does_not_wake_the_receiver_twice() {
    let watch = Watch::new(0);
    let mut receiver = watch.receiver();
    let mut wait = queued(receiver.changed());
    watch.send(1).unwrap();
    watch.send(2).unwrap();
    assert_eq!((wait.wakes(), wait.ready()), (1, Ok(())));
    drop(wait);
    assert!(!receiver.has_changed(), "it saw the version of now, and not that of the wake");
}

#[test]
fn a_receiver_begins_with_the_value_of_now_as_seen() {
    let watch = Watch::new(0);
    watch.send(1).unwrap();
    let mut receiver = watch.receiver();
    assert!(!receiver.has_changed());
    receiver.mark_changed();
    assert!(receiver.has_changed() && receiver.clone().has_changed());
    assert_eq!(Task::new(receiver.changed()).ready(), Ok(()));
    assert!(!receiver.has_changed());
}

#[test]
fn borrow_and_update_marks_what_it_returns_and_borrow_does_not() {
    let watch = Watch::new(0);
    let mut receiver = watch.receiver();
    watch.send(1).unwrap();
    assert_eq!((*receiver.borrow(), receiver.has_changed()), (1, true));
    assert_eq!(*receiver.borrow_and_update(), 1);
    assert!(!receiver.has_changed());
    watch.send(2).unwrap();
    receiver.mark_unchanged();
    assert!(!receiver.has_changed());
}

#[test]
fn a_clone_has_seen_what_its_original_had() {
    let watch = Watch::new(0);
    let mut receiver = watch.receiver();
    watch.send(1).unwrap();
    let clone = receiver.clone();
    receiver.mark_unchanged();
    assert!(clone.has_changed() && !receiver.clone().has_changed());
}

#[test]
fn a_closed_watch_gives_its_last_value_before_the_end() {
    let watch = Watch::new(0);
    let (mut seen, mut unseen) = (watch.receiver(), watch.receiver());
    watch.send(1).unwrap();
    seen.mark_unchanged();
    let mut waiting = queued(seen.changed());
    assert!(watch.close());
    assert!(!watch.close(), "it is closed already");
    assert_eq!(waiting.ready(), Err(Closed));
    assert_eq!(Task::new(unseen.changed()).ready(), Ok(()));
    assert_eq!(Task::new(unseen.changed()).ready(), Err(Closed));
    assert_eq!((*unseen.borrow(), watch.send(2)), (1, Err(SendError(2))));
}

#[test]
fn an_owned_wait_returns_its_receiver() {
    let watch = Watch::new(0);
    queued(watch.receiver().changed_owned()).cancel();
    assert_eq!(watch.receiver_count(), 0, "the receiver is dropped with its wait");
    let mut wait = queued(watch.receiver().changed_owned());
    watch.close();
    let (receiver, changed) = wait.ready();
    assert_eq!((*receiver.borrow(), changed, watch.receiver_count()), (0, Err(Closed), 1));
}

#[test]
fn a_part_of_a_larger_value_has_receivers_that_keep_it_alive() {
    let app = Arc::new((Watch::new(1), "name"));
    let receiver = ArcPart::new(Arc::clone(&app), |app| &app.0).receiver();
    let value = receiver.borrow_owned();
    app.0.send(2).unwrap();
    drop((app, receiver));
    assert_eq!(*value, 1);
}

#[test]
fn values_are_dropped_once_with_the_watch_too() {
    let drops = Drops::new();
    let watch = Watch::new(drops.item(0));
    let first = watch.borrow();
    drop(watch.send(drops.item(1)));
    let second = watch.borrow();
    drop(watch.send(drops.item(2)));
    // As if the two were leaked: all three slots are full.
    core::mem::forget((first, second));
    assert_eq!(drops.count(), 0);
    drop(watch);
    assert_eq!(drops.count(), 3);
}

#[test]
fn debug_shows_the_value_the_version_and_the_counts() {
    let watch = Watch::from("value");
    let mut receiver = watch.receiver();
    assert_eq!(
        format!("{watch:?}"),
        "Watch { value: \"value\", version: 1, receivers: 1, closed: false, waiters: 0 }"
    );
    assert!(format!("{receiver:?}").starts_with("Receiver { watch: Watch { value"));
    assert_eq!(format!("{:?}", watch.borrow()), "\"value\"");
    assert!(format!("{:?}", queued(receiver.changed()).future()).contains("Queued"));
    assert!(format!("{:?}", receiver.wait_for(|_| true)).contains("Idle"));
    assert!(format!("{:?}", watch.split().0).starts_with("Sender { watch:"));
    assert_eq!(*Watch::<u8>::default().borrow(), 0);
}

#[test]
fn a_wait_that_is_done_is_over() {
    let watch = Watch::new(0);
    let mut receiver = watch.receiver();
    receiver.mark_changed();
    let mut wait = Task::new(receiver.changed());
    assert_eq!(assert_ready!(wait.poll()), Ok(()));
    assert!(anywake_tests::panic_of(|| wait.poll()).contains("completed"));
}
