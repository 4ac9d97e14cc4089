//! The allocations of barriers: none.

use core::pin::pin;

use anywake_core::Barrier;

use crate::{CROWD, Crowd, Report, now, wakes};

pub(crate) fn scenarios(report: &mut Report) {
    report.scenario("Barrier: a round of one, is_broken, abort, reset", || {
        let barrier = Barrier::new(1);
        assert!(now(barrier.wait()).unwrap().is_leader());
        barrier.abort();
        assert!(now(barrier.wait()).is_err() && barrier.is_broken());
        barrier.reset();
        assert_eq!((barrier.parties(), barrier.waiters()), (1, 0));
    });
    report.scenario("Barrier: waiting, and completing rounds", || {
        let barrier = Barrier::new(CROWD + 1);
        for _ in 0..2 {
            let mut waits = pin!(Crowd::new(|_| barrier.wait()));
            waits.as_mut().wait();
            assert_eq!(wakes(|| assert_eq!(now(barrier.wait()).unwrap().index(), CROWD)), CROWD);
            let mut indices = 0..CROWD;
            waits.finish(|pass| assert_eq!(pass.ok().map(|pass| pass.index()), indices.next()));
        }
    });
    report.scenario("Barrier: cancelling, and breaking a round", || {
        let barrier = Barrier::new(CROWD + 1);
        let mut waits = pin!(Crowd::new(|_| barrier.wait()));
        waits.as_mut().wait();
        (0..CROWD).for_each(|place| waits.as_mut().cancel((place * 7) % CROWD));
        assert_eq!(barrier.waiters(), 0);
        let mut waits = pin!(Crowd::new(|_| barrier.wait()));
        waits.as_mut().wait();
        assert_eq!(wakes(|| barrier.reset()), CROWD);
        waits.finish(|pass| assert!(pass.is_err()));
    });
}
