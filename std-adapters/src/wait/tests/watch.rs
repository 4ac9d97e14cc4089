//! Deadlines for the waits of a watch.

use anywake_core::watch::channel;
use core::future::ready;
use std::sync::Arc;

use crate::{Wait, Watch, blocking};

#[test]
fn waits_for_a_watch_have_deadlines() {
    let (sender, mut receiver) = channel(1);
    assert!(blocking::wait(receiver.changed().until(ready(()))).is_err());
    assert!(blocking::wait(receiver.wait_for(|value| *value == 2).until(ready(()))).is_err());
    assert!(blocking::wait(receiver.clone().changed_owned().until(ready(()))).is_err());
    assert!(blocking::wait(sender.closed().until(ready(()))).is_err());
    assert_eq!((sender.waiters(), sender.receiver_count()), (0, 1));
    sender.send(2).unwrap();
    assert!(receiver.has_changed(), "a wait that has elapsed has marked nothing as seen");
    assert_eq!(*blocking::wait(receiver.wait_for(|value| *value == 2).until(ready(()))).unwrap().unwrap(), 2);
    let watch = Arc::new(Watch::new(()));
    assert!(blocking::wait(watch.closed_owned().until(ready(()))).is_ok(), "it has no receiver");
}
