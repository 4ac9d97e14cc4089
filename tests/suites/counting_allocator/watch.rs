//! The allocations of watches: none.

use core::pin::pin;

use anywake_core::Watch;

use crate::{CROWD, Crowd, Report, now, wakes};

pub(crate) fn scenarios(report: &mut Report) {
    report.scenario("Watch: sending, borrowing, and a change that is there", || {
        let watch = Watch::new(1);
        let mut receiver = watch.receiver();
        watch.send(2).unwrap();
        now(receiver.changed()).unwrap();
        assert_eq!(*receiver.borrow_and_update(), 2);
        assert_eq!(*now(receiver.wait_for(|value| *value == 2)).unwrap(), 2);
    });
    report.scenario("Watch: three versions at once, one of them pending", || {
        let watch = Watch::new(1);
        let one = watch.borrow();
        watch.send(2).unwrap();
        let two = watch.borrow();
        watch.send(3).unwrap();
        watch
            .send_if_modified(|value| {
                *value += 1;
                true
            })
            .unwrap();
        drop((one, two));
        assert_eq!(*watch.borrow(), 4);
    });
    report.scenario("Watch: waiting, and sending to all", || {
        let watch = Watch::new(1);
        let mut waits = pin!(Crowd::new(|_| watch.receiver().changed_owned()));
        waits.as_mut().wait();
        assert_eq!(wakes(|| assert_eq!(watch.send(2), Ok(Some(1)))), CROWD);
        waits.finish(|(receiver, changed)| assert_eq!((*receiver.borrow(), changed), (2, Ok(()))));
    });
    report.scenario("Watch: cancelling, and closing", || {
        let watch = Watch::new(1);
        let mut waits = pin!(Crowd::new(|_| watch.receiver().changed_owned()));
        waits.as_mut().wait();
        let mut closed = pin!(watch.closed());
        assert!(!closed.as_mut().enable());
        (0..CROWD / 2).for_each(|place| waits.as_mut().cancel(place));
        assert_eq!(wakes(|| assert!(watch.close())), CROWD / 2);
        now(closed);
    });
}
