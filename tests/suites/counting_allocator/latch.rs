//! The allocations of latches: none.

use core::pin::pin;
use std::sync::Arc;

use anywake_core::Latch;
use anywake_tests::assert_ready;

use crate::{CROWD, Crowd, Report, now, poll, wakes};

pub(crate) fn scenarios(report: &mut Report) {
    report.scenario("Latch: counting down, guards, errors, and a wait when it is open", || {
        let latch = Latch::new(3);
        let guard = latch.guard().unwrap();
        latch.count_down(2).unwrap();
        assert!(latch.count_down(1).is_err() && latch.guard().is_err());
        drop(guard);
        now(latch.wait());
        assert_eq!((latch.remaining(), latch.waiters()), (0, 0));
    });
    report.scenario("Latch: waiting, and the last count", || {
        let latch = Latch::new(1);
        let mut waits = pin!(Crowd::new(|_| latch.wait()));
        waits.as_mut().wait();
        assert_eq!(wakes(|| latch.count_down(1).unwrap()), CROWD);
        waits.finish(|()| {});
    });
    report.scenario("Latch: cancelling", || {
        let latch = Latch::new(1);
        let mut waits = pin!(Crowd::new(|_| latch.wait()));
        waits.as_mut().wait();
        (0..CROWD).for_each(|place| waits.as_mut().cancel((place * 7) % CROWD));
        assert_eq!(latch.waiters(), 0);
    });
    let shared = Arc::new(Latch::new(1));
    report.scenario("Latch: owned guards and waits", || {
        let guard = shared.clone().guard_owned().unwrap();
        let mut wait = pin!(shared.clone().wait_owned());
        assert!(poll(wait.as_mut()).is_pending());
        drop(guard);
        assert_ready!(poll(wait));
    });
}
