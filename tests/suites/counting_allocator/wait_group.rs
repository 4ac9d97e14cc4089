//! The allocations of wait groups: none.

use core::pin::pin;
use std::sync::Arc;

use anywake_core::WaitGroup;
use anywake_tests::assert_ready;

use crate::{CROWD, Crowd, Report, now, poll, wakes};

pub(crate) fn scenarios(report: &mut Report) {
    report.scenario("WaitGroup: adding, cloning, dropping, closing, and a wait when it is empty", || {
        let group = WaitGroup::new();
        let token = group.add().unwrap();
        drop(token.clone());
        group.close();
        assert!(group.add().is_err());
        drop(token);
        now(group.wait());
        assert_eq!((group.count(), group.waiters()), (0, 0));
    });
    report.scenario("WaitGroup: waiting, and the last token", || {
        let group = WaitGroup::new();
        let token = group.add().unwrap();
        let mut waits = pin!(Crowd::new(|_| group.wait()));
        waits.as_mut().wait();
        assert_eq!(wakes(|| drop(token)), CROWD);
        waits.finish(|()| {});
    });
    report.scenario("WaitGroup: cancelling", || {
        let group = WaitGroup::new();
        let _token = group.add().unwrap();
        let mut waits = pin!(Crowd::new(|_| group.wait()));
        waits.as_mut().wait();
        (0..CROWD).for_each(|place| waits.as_mut().cancel((place * 7) % CROWD));
        assert_eq!(group.waiters(), 0);
    });
    let shared = Arc::new(WaitGroup::new());
    report.scenario("WaitGroup: owned tokens and waits", || {
        let token = shared.clone().add_owned().unwrap();
        let mut wait = pin!(shared.clone().wait_owned());
        assert!(poll(wait.as_mut()).is_pending());
        drop(token);
        assert_ready!(poll(wait));
    });
}
