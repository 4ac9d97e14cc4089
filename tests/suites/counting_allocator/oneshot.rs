//! The allocations of oneshots: none once the slot is there. A channel is one block.

use core::future::IntoFuture as _;
use core::pin::pin;

use anywake_core::Oneshot;
use anywake_core::oneshot::channel;

use crate::{CROWD, Crowd, Report, allocations, left_behind, now, poll, wakes};

pub(crate) fn scenarios(report: &mut Report) {
    report.scenario("Oneshot: round after round in one slot", || {
        let mut slot = Oneshot::new();
        for round in 0..CROWD {
            let (sender, receiver) = slot.split();
            sender.send(round).unwrap();
            assert_eq!(now(receiver.into_future()), Ok(round));
        }
    });
    report.scenario("Oneshot: waiting for the value, and cancelling", || {
        let mut slot = Oneshot::new();
        let (sender, mut receiver) = slot.split();
        assert!(poll(pin!(receiver.recv())).is_pending());
        let mut wait = pin!(receiver.into_future());
        assert!(poll(wait.as_mut()).is_pending());
        assert_eq!(wakes(|| sender.send(1).unwrap()), 1);
        assert!(poll(wait).is_ready());
    });
    report.scenario("Oneshot: waiting for the end of the receiver, close and drop", || {
        let mut slot = Oneshot::<u8>::new();
        for by_drop in [false, true] {
            let (sender, mut receiver) = slot.split();
            let mut waits = pin!(Crowd::new(|_| sender.closed()));
            waits.as_mut().wait();
            let ended = wakes(|| if by_drop { drop(receiver) } else { receiver.close() });
            assert_eq!(ended, CROWD);
            waits.finish(|()| {});
        }
    });
    let used = || {
        let (sender, mut receiver) = channel();
        assert!(poll(pin!(receiver.recv())).is_pending());
        sender.send(1).unwrap();
        assert_eq!(now(receiver.into_future()), Ok(1));
    };
    assert_eq!((allocations(used), left_behind(used)), (1, 0), "a channel is one block, which is freed");
}
