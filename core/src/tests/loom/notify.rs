//! Models of the notify.

use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use core::task::Poll;
use std::sync::Arc;

use crate::sys::atomic::{AtomicBool, Ordering};

use super::{Shared, WakeCount, block_on, join, model, own, poll, queued, queued_for, spawn, write_and};
use crate::notify::Notify;

/// Whether a notification is stored. Takes it.
fn takes_stored(notify: &Arc<Notify>) -> bool {
    poll(&mut own(notify, Notify::notified)).is_ready()
}

/// `notify_one` between the first look and the last one before waiting: the notification is seen there, or wakes; and
/// brings what was done before it. It is used once.
#[test]
fn a_notification_meets_the_last_look() {
    model(|| {
        let (notify, value) = (Arc::new(Notify::new()), Shared::new(0));
        let notifier = write_and(&value, Arc::clone(&notify), |notify| notify.notify_one());
        let mut wait = own(&notify, Notify::notified);
        if poll(&mut wait).is_pending() {
            block_on(wait);
        }
        assert_eq!(value.get(), 1);
        notifier.join().unwrap();
        assert_eq!(notify.waiters(), 0);
        assert!(!takes_stored(&notify));
    });
}

/// A poll that finds itself notified, without a wake-up, sees what was done before.
#[test]
fn a_notification_carries_memory_to_a_waiter() {
    for notification in [Notify::notify_one, Notify::notify_waiters] {
        model(move || {
            let (notify, value) = (Arc::new(Notify::new()), Shared::new(0));
            let mut wait = queued(own(&notify, Notify::notified));
            let notifier = write_and(&value, Arc::clone(&notify), move |notify| notification(&notify));
            if poll(&mut wait).is_ready() {
                assert_eq!(value.get(), 1);
            }
            notifier.join().unwrap();
        });
    }
}

/// A stored notification brings what was done before, also before a call that found one stored.
#[test]
fn a_stored_notification_carries_the_memory_of_each_notifier() {
    model(|| {
        let (notify, there) = (Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
        notify.notify_one();
        let notifier = {
            let (notify, there) = (Arc::clone(&notify), Arc::clone(&there));
            spawn(move || {
                there.store(true, Ordering::Relaxed);
                notify.notify_one();
            })
        };
        // The loop that every user writes: wait, and look what there is. The work is seen in the end.
        block_on(notify.notified());
        if !there.load(Ordering::Relaxed) {
            block_on(notify.notified());
            assert!(there.load(Ordering::Relaxed));
        }
        notifier.join().unwrap();
    });
}

/// Two waits, one polled for the first time and one enabled, want the one stored notification: one of them has it.
#[test]
fn a_stored_notification_is_taken_once() {
    model(|| {
        let notify = Arc::new(Notify::new());
        notify.notify_one();
        let taken = Arc::new(AtomicUsize::new(0));
        let enabling = {
            let (notify, taken) = (Arc::clone(&notify), Arc::clone(&taken));
            spawn(move || {
                let mut wait = own(&notify, Notify::notified);
                if wait.future.as_mut().enable() {
                    assert_eq!(poll(&mut wait), Poll::Ready(()));
                    taken.fetch_add(1, Relaxed);
                }
            })
        };
        if poll(&mut own(&notify, Notify::notified)).is_ready() {
            taken.fetch_add(1, Relaxed);
        }
        enabling.join().unwrap();
        let left = usize::from(takes_stored(&notify));
        assert_eq!(taken.load(Relaxed) + left, 1);
        assert_eq!(notify.waiters(), 0);
    });
}

/// `notify_one`, and at the same time the wait that it would reach is cancelled: the notification goes to the second
/// waiter.
#[test]
fn a_notification_of_a_cancelled_wait_goes_on() {
    model(|| {
        let notify = Arc::new(Notify::new());
        let [first, second] = [(); 2].map(|()| queued(own(&notify, Notify::notified)));
        let notifier = Arc::clone(&notify);
        let threads = [spawn(move || notifier.notify_one()), spawn(move || drop(first))];
        block_on(second);
        join(threads);
        assert_eq!(notify.waiters(), 0);
        assert!(!takes_stored(&notify));
    });
}

/// The same without a second waiter: the notification is stored.
#[test]
fn a_notification_of_the_only_wait_that_is_cancelled_is_stored() {
    model(|| {
        let notify = Arc::new(Notify::new());
        let wait = queued(own(&notify, Notify::notified));
        let notifier = Arc::clone(&notify);
        let threads = [spawn(move || notifier.notify_one()), spawn(move || drop(wait))];
        join(threads);
        assert_eq!(notify.waiters(), 0);
        assert!(takes_stored(&notify));
        assert!(!takes_stored(&notify));
    });
}

/// The notifier sees a waiter and comes to the lock, and the waiter has left: what it stores then brings what was done
/// before, to a wait that takes it without the lock.
#[test]
fn a_notification_that_is_stored_under_the_lock_carries_memory() {
    model(|| {
        let (notify, value) = (Arc::new(Notify::new()), Shared::new(0));
        let wait = queued(own(&notify, Notify::notified));
        let notifier = write_and(&value, Arc::clone(&notify), |notify| notify.notify_one());
        spawn(move || drop(wait)).join().unwrap();
        if takes_stored(&notify) {
            assert_eq!(value.get(), 1);
        }
        notifier.join().unwrap();
    });
}

/// A notified wait is cancelled while another one begins: that one finds the notification, or is woken by it.
#[test]
fn a_notification_of_a_cancelled_wait_meets_one_that_begins() {
    model(|| {
        let notify = Arc::new(Notify::new());
        let wait = queued(own(&notify, Notify::notified));
        notify.notify_one();
        let dropping = spawn(move || drop(wait));
        block_on(notify.notified());
        dropping.join().unwrap();
        assert!(!takes_stored(&notify));
    });
}

/// A broadcast and `notify_one` at once, with one waiter: it ends, and at most one notification is left.
#[test]
fn a_broadcast_meets_a_notification() {
    model(|| {
        let notify = Arc::new(Notify::new());
        let wait = queued(own(&notify, Notify::notified));
        let (one, all) = (Arc::clone(&notify), Arc::clone(&notify));
        let threads = [spawn(move || all.notify_waiters()), spawn(move || one.notify_one())];
        block_on(wait);
        join(threads);
        assert_eq!(notify.waiters(), 0);
        takes_stored(&notify);
        assert!(!takes_stored(&notify));
    });
}

/// A notification after a broadcast to more than a batch, which may still be at work: it goes to the late-comer, and none
/// of the cohort is notified twice.
#[test]
fn a_notification_during_a_broadcast_goes_to_a_late_comer() {
    model(|| {
        let notify = Arc::new(Notify::new());
        let wakes = WakeCount::new();
        let early = [(); 3].map(|()| queued_for(&wakes, own(&notify, Notify::notified)));
        let (broadcaster, other) = (Arc::clone(&notify), Arc::clone(&notify));
        let broadcaster = spawn(move || broadcaster.notify_waiters());
        let other = spawn(move || {
            // The broadcast has begun if the list is shorter than it was.
            if other.waiters() == 3 {
                return None;
            }
            let late = queued(own(&other, Notify::notified));
            other.notify_one();
            Some(late)
        });
        broadcaster.join().unwrap();
        let late = other.join().unwrap();
        assert_eq!(wakes.count(), 3);
        for mut wait in early {
            assert_eq!(poll(&mut wait), Poll::Ready(()));
        }
        if let Some(mut late) = late {
            assert_eq!(poll(&mut late), Poll::Ready(()), "a wait of the broadcast took its notification");
        }
        assert_eq!(notify.waiters(), 0);
        assert!(!takes_stored(&notify));
    });
}

/// A wait that begins while a broadcast is at work is not ended by it.
#[test]
fn a_late_comer_between_two_batches() {
    model(|| {
        let notify = Arc::new(Notify::new());
        let early = [(); 3].map(|()| queued(own(&notify, Notify::notified)));
        let (broadcaster, other) = (Arc::clone(&notify), Arc::clone(&notify));
        let broadcaster = spawn(move || broadcaster.notify_waiters());
        let other = spawn(move || {
            if other.waiters() == 3 {
                return None;
            }
            Some(queued(own(&other, Notify::notified)))
        });
        early.into_iter().for_each(block_on);
        broadcaster.join().unwrap();
        if let Some(mut late) = other.join().unwrap() {
            assert!(poll(&mut late).is_pending(), "woken by a broadcast that had begun before");
            assert_eq!(notify.waiters(), 1);
        }
    });
}

/// Enable, look, wait: a broadcast between the steps is not missed. Either it reaches the wait, or the look sees what was
/// done before it.
#[test]
fn a_broadcast_meets_enable_look_and_wait() {
    model(|| {
        let (notify, there) = (Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
        let broadcaster = {
            let (notify, there) = (Arc::clone(&notify), Arc::clone(&there));
            spawn(move || {
                there.store(true, Ordering::Relaxed);
                notify.notify_waiters();
            })
        };
        let mut wait = own(&notify, Notify::notified);
        wait.future.as_mut().enable();
        if there.load(Ordering::Relaxed) {
            drop(wait);
        } else {
            block_on(wait);
            assert!(there.load(Ordering::Relaxed));
        }
        broadcaster.join().unwrap();
        assert_eq!(notify.waiters(), 0);
    });
}

/// A notification is stored while a wait is enabled and dropped: it is there afterwards, for a wait or stored.
#[test]
fn a_stored_notification_survives_enable_and_drop() {
    model(|| {
        let notify = Arc::new(Notify::new());
        let (notifier, enabling) = (Arc::clone(&notify), Arc::clone(&notify));
        let threads = [
            spawn(move || notifier.notify_one()),
            spawn(move || {
                own(&enabling, Notify::notified).future.as_mut().enable();
            }),
        ];
        block_on(notify.notified());
        join(threads);
        assert_eq!(notify.waiters(), 0);
        assert!(!takes_stored(&notify));
    });
}

/// Two notify at once, and two wait: each has one of the notifications.
#[test]
fn two_notify_at_once() {
    model(|| {
        let notify = Arc::new(Notify::new());
        let waits = [(); 2].map(|()| queued(own(&notify, Notify::notified)));
        let threads = [(); 2].map(|()| {
            let notify = Arc::clone(&notify);
            spawn(move || notify.notify_one())
        });
        waits.into_iter().for_each(block_on);
        join(threads);
        assert_eq!(notify.waiters(), 0);
        assert!(!takes_stored(&notify));
    });
}
