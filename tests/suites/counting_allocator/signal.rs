//! The allocations of signals: none.

use core::pin::pin;

use anywake_core::Signal;

use crate::{CROWD, Crowd, Report, now, wakes};

pub(crate) fn scenarios(report: &mut Report) {
    report.scenario("Signal: a value that waits, and is displaced, taken or reset", || {
        let signal = Signal::new();
        assert_eq!((signal.signal(1), signal.signal(2)), (None, Some(1)));
        assert_eq!(now(signal.wait()), 2);
        signal.signal(3);
        assert_eq!((signal.is_set(), signal.try_take(), signal.reset()), (true, Some(3), None));
    });
    report.scenario("Signal: waiting, and one value after another", || {
        let signal = Signal::new();
        let mut waits = pin!(Crowd::new(|_| signal.wait()));
        waits.as_mut().wait();
        for place in 0..CROWD {
            assert_eq!(wakes(|| assert_eq!(signal.signal(place), None)), 1);
            assert!(waits.as_mut().poll(place).is_ready());
        }
        assert_eq!(signal.waiters(), 0);
    });
    report.scenario("Signal: cancelling, with a value that goes on", || {
        let signal = Signal::new();
        let mut waits = pin!(Crowd::new(|_| signal.wait()));
        waits.as_mut().wait();
        signal.signal(1);
        (0..CROWD).for_each(|place| waits.as_mut().cancel(place));
        assert_eq!((signal.waiters(), signal.try_take()), (0, Some(1)));
    });
}
