//! The allocations of notifies: none.

use core::pin::pin;

use anywake_core::Notify;

use crate::{CROWD, Crowd, Report, now, wakes};

pub(crate) fn scenarios(report: &mut Report) {
    report.scenario("Notify: a stored notification, taken by a wait", || {
        let notify = Notify::new();
        notify.notify_one();
        now(notify.notified());
        notify.notify_waiters();
        assert_eq!(notify.waiters(), 0);
    });
    report.scenario("Notify: waiting, and notifying one after another", || {
        let notify = Notify::new();
        let mut waits = pin!(Crowd::new(|_| notify.notified()));
        waits.as_mut().wait();
        assert_eq!(wakes(|| (0..CROWD).for_each(|_| notify.notify_one())), CROWD);
        waits.finish(|()| {});
    });
    report.scenario("Notify: waiting, and notifying all", || {
        let notify = Notify::new();
        let mut waits = pin!(Crowd::new(|_| notify.notified()));
        waits.as_mut().wait();
        assert_eq!(wakes(|| notify.notify_waiters()), CROWD);
        waits.finish(|()| {});
    });
    report.scenario("Notify: cancelling, with a notification that goes on", || {
        let notify = Notify::new();
        let mut waits = pin!(Crowd::new(|_| notify.notified()));
        waits.as_mut().wait();
        notify.notify_one();
        (0..CROWD).for_each(|place| waits.as_mut().cancel(place));
        assert_eq!(notify.waiters(), 0);
        now(notify.notified());
    });
}
