//! Rounds whose numbers wrap, which they do soon under test.

use core::pin::Pin;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll, Waker};
use std::boxed::Box;
use std::sync::{Arc, Mutex};
use std::task::Wake;
use std::vec::Vec;

use super::FIRST;
use crate::barrier::BarrierFuture;
use crate::wait::wake::BATCH;
use crate::{Barrier, BarrierPass, BrokenBarrier};

/// More than two batches.
const CROWD: usize = 2 * BATCH + 3;

type Passed = Result<BarrierPass, BrokenBarrier>;
type Waits = Vec<Pin<Box<BarrierFuture<'static>>>>;

static BARRIER: Barrier = Barrier::new(CROWD + 1);
static INNER: Mutex<Waits> = Mutex::new(Vec::new());

/// Begins a round within a round when it is woken for the first time: behind a batch that was let go, and before the next.
struct Hook(AtomicBool, fn());

impl Wake for Hook {
    fn wake(self: Arc<Self>) {
        if !self.0.swap(true, Ordering::Relaxed) {
            (self.1)();
        }
    }
}

fn arrive(waits: &mut Waits, waker: &Waker) -> Poll<Passed> {
    waits.push(Box::pin(BARRIER.wait()));
    let last = waits.last_mut().unwrap();
    last.as_mut().poll(&mut Context::from_waker(waker))
}

fn crowd(hook: fn()) -> Waits {
    let waker = Waker::from(Arc::new(Hook(AtomicBool::new(false), hook)));
    let mut waits = Waits::new();
    (0..CROWD).for_each(|_| assert!(arrive(&mut waits, &waker).is_pending()));
    waits
}

fn ends(mut waits: Waits) -> Vec<Option<usize>> {
    let mut end = |wait: &mut Pin<Box<BarrierFuture<'static>>>| {
        let Poll::Ready(passed) = wait.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
            panic!("a wait was forgotten")
        };
        passed.ok().map(|pass| pass.index())
    };
    waits.iter_mut().map(&mut end).collect()
}

#[test]
fn rounds_have_their_own_indices_wherever_their_numbers_wrap() {
    const { assert!(FIRST > u32::MAX - 3) };
    let complete = || assert!(matches!(arrive(&mut Waits::new(), Waker::noop()), Poll::Ready(Ok(_))));
    let all: Vec<_> = (0..CROWD).map(Some).collect();
    for breaks_the_inner in [false, false, true, false, true, true] {
        let outer = crowd(if breaks_the_inner {
            || {
                *INNER.lock().unwrap() = crowd(|| {});
                BARRIER.reset();
            }
        } else {
            || {
                *INNER.lock().unwrap() = crowd(|| {});
                assert!(matches!(arrive(&mut Waits::new(), Waker::noop()), Poll::Ready(Ok(_))));
            }
        });
        complete();
        assert_eq!(ends(outer), all);
        let inner = ends(core::mem::take(&mut *INNER.lock().unwrap()));
        assert_eq!(inner, if breaks_the_inner { Vec::from([None; CROWD]) } else { all.clone() });
        assert_eq!(BARRIER.waiters(), 0);
    }
    // A reset, and a round behind those that it refuses.
    let refused = crowd(|| {
        *INNER.lock().unwrap() = crowd(|| {});
        assert!(matches!(arrive(&mut Waits::new(), Waker::noop()), Poll::Ready(Ok(_))));
    });
    BARRIER.reset();
    assert_eq!(ends(refused), [None; CROWD]);
    assert_eq!(ends(core::mem::take(&mut *INNER.lock().unwrap())), all);
}

#[test]
fn a_barrier_of_ten_rounds_counts_to_the_end_of_each() {
    let barrier = Barrier::new(3);
    for _ in 0..10 {
        let mut waits = [(); 2].map(|()| Box::pin(barrier.wait()));
        assert!(!waits.iter_mut().any(|wait| wait.as_mut().enable()));
        let mut last = Box::pin(barrier.wait());
        assert!(last.as_mut().enable() && waits.iter().all(|wait| wait.is_decided()));
    }
}
