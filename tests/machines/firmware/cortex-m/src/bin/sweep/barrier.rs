//! Arriving at a barrier, giving up, and breaking it.

use core::future::Future;
use core::pin::{Pin, pin};
use core::task::Poll;

use anywake_core::barrier::BarrierFuture;
use anywake_core::{Barrier, BarrierPass, BrokenBarrier};

use crate::trial::{A, B, C, Case, Trial};

pub(crate) const CASES: &[Case] = &[
    ("barrier-arrive", arrive_against_arrival),
    ("barrier-arrive-abort", arrive_against_abort),
    ("barrier-last-reset", last_against_reset),
    ("barrier-cancel", cancel_against_arrival),
    ("barrier-reset", reset_against_arrival),
    ("barrier-batches", batches_against_reset),
];

static PAIR: Barrier = Barrier::new(2);

type Passed = Result<BarrierPass, BrokenBarrier>;

/// A number that tells an interrupt's arrival: the index plus 1, or 0 for a wait that is taken back.
fn arrive() -> u32 {
    let wait = pin!(PAIR.wait());
    match C.poll(wait) {
        Poll::Ready(Ok(pass)) => pass.index() as u32 + 1,
        Poll::Ready(Err(BrokenBarrier)) => 9,
        Poll::Pending => 0,
    }
}

fn abort() -> u32 {
    PAIR.abort();
    0
}

fn reset() -> u32 {
    PAIR.reset();
    0
}

fn nobody_waits() {
    PAIR.reset();
    assert_eq!(PAIR.waiters(), 0);
    A.take();
    B.take();
    C.take();
}

fn arrive_against_arrival(trial: &mut Trial) {
    let mut wait = pin!(PAIR.wait());
    let (first, other) = trial.run(arrive, || A.poll(wait.as_mut()));
    // The handler arrived after it and completed the round, or before it and took its arrival back.
    match other {
        2 => assert_eq!(A.finish(first, wait.as_mut()).unwrap().index(), 0),
        _ => assert!(other == 0 && first.is_pending() && PAIR.waiters() == 1),
    }
    nobody_waits();
}

fn arrive_against_abort(trial: &mut Trial) {
    let mut wait = pin!(PAIR.wait());
    let (first, _) = trial.run(abort, || A.poll(wait.as_mut()));
    assert_eq!(A.finish(first, wait.as_mut()), Err(BrokenBarrier));
    assert!(PAIR.is_broken());
    nobody_waits();
}

/// Of a round that is complete both pass, and of one that is not neither.
fn last_against_reset(trial: &mut Trial) {
    let mut first = pin!(PAIR.wait());
    let mut last = pin!(PAIR.wait());
    assert!(A.poll(first.as_mut()).is_pending());
    let (passed, _) = trial.run(reset, || B.poll(last.as_mut()));
    let first: Passed = A.finish(Poll::Pending, first.as_mut());
    match passed {
        Poll::Ready(last) => assert_eq!((first.unwrap().index(), last.unwrap().index()), (0, 1)),
        Poll::Pending => assert_eq!((first, PAIR.waiters()), (Err(BrokenBarrier), 1)),
    }
    last.set(PAIR.wait());
    nobody_waits();
}

fn cancel_against_arrival(trial: &mut Trial) {
    let mut doomed = pin!(Some(PAIR.wait()));
    assert!(A.poll(doomed.as_mut().as_pin_mut().unwrap()).is_pending());
    let ((), other) = trial.run(arrive, || doomed.set(None));
    // It was part of the handler's round, or it was not.
    assert!(other == 2 || other == 0);
    nobody_waits();
}

fn reset_against_arrival(trial: &mut Trial) {
    let mut first = pin!(PAIR.wait());
    assert!(A.poll(first.as_mut()).is_pending());
    let ((), other) = trial.run(arrive, || PAIR.reset());
    let first = A.finish(Poll::Pending, first.as_mut());
    match other {
        2 => assert_eq!(first.unwrap().index(), 0),
        _ => assert_eq!((first, other), (Err(BrokenBarrier), 0)),
    }
    nobody_waits();
}

/// More waiters than one critical section lets go.
const CROWD: usize = 10;
static MANY: Barrier = Barrier::new(CROWD + 1);

fn batches_against_reset(trial: &mut Trial) {
    let mut waits = pin!(Waits([const { None }; CROWD]));
    for place in 0..CROWD {
        waits.as_mut().place(place).set(Some(MANY.wait()));
        assert!(A.poll(waits.as_mut().wait(place)).is_pending());
    }
    // The handler arrives in the next round, or completes this one itself, and then breaks what it finds.
    let handler = || {
        let mut late = pin!(MANY.wait());
        let completed = match C.poll(late.as_mut()) {
            Poll::Ready(passed) => passed.unwrap().index() as u32,
            Poll::Pending => 0,
        };
        MANY.reset();
        assert!(completed > 0 || C.poll(late) == Poll::Ready(Err(BrokenBarrier)));
        completed
    };
    let mut last = pin!(MANY.wait());
    let (passed, completed) = trial.run(handler, || B.poll(last.as_mut()));
    for place in 0..CROWD {
        let Poll::Ready(passed) = A.poll(waits.as_mut().wait(place)) else { panic!("a wait was forgotten") };
        assert_eq!(passed.unwrap().index(), place);
    }
    match passed {
        Poll::Ready(Ok(pass)) => assert_eq!((pass.index(), completed), (CROWD, 0)),
        // It came after the handler's arrival: it waits for the next round, or was refused there.
        _ => assert_eq!(completed, CROWD as u32),
    }
    last.set(MANY.wait());
    MANY.reset();
    A.take();
    B.take();
    C.take();
    assert_eq!(MANY.waiters(), 0);
}

/// Waits that are pinned together.
struct Waits([Option<BarrierFuture<'static>>; CROWD]);

impl Waits {
    fn place(self: Pin<&mut Self>, place: usize) -> Pin<&mut Option<BarrierFuture<'static>>> {
        // SAFETY: the array is pinned with this, and its places are never moved.
        unsafe { self.map_unchecked_mut(|waits| &mut waits.0[place]) }
    }

    fn wait(self: Pin<&mut Self>, place: usize) -> Pin<&mut impl Future<Output = Passed>> {
        self.place(place).as_pin_mut().unwrap()
    }
}
