//! The allocations of events: none.

use core::pin::pin;

use anywake_core::Event;

use crate::{CROWD, Crowd, Report, now, wakes};

pub(crate) fn scenarios(report: &mut Report) {
    report.scenario("Event: set, clear, is_set, and a wait when it is set", || {
        let event = Event::new();
        event.set();
        now(event.wait());
        event.clear();
        assert!(!event.is_set() && event.waiters() == 0);
    });
    report.scenario("Event: waiting, and setting", || {
        let event = Event::new();
        let mut waits = pin!(Crowd::new(|_| event.wait()));
        waits.as_mut().wait();
        assert_eq!(wakes(|| event.set()), CROWD);
        event.clear();
        waits.finish(|()| {});
    });
    report.scenario("Event: cancelling", || {
        let event = Event::new();
        let mut waits = pin!(Crowd::new(|_| event.wait()));
        waits.as_mut().wait();
        (0..CROWD).for_each(|place| waits.as_mut().cancel((place * 7) % CROWD));
        assert_eq!(event.waiters(), 0);
    });
}
