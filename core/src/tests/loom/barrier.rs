//! Models of the barrier.

use core::task::Poll;
use std::sync::Arc;
use std::vec::Vec;

use super::{Shared, WakeCount, block_on, join, model, own, poll, queued, queued_for, spawn, write_and};
use crate::{Barrier, BarrierPass, BrokenBarrier};

type Passed = Result<BarrierPass, BrokenBarrier>;

fn index(passed: Passed) -> usize {
    passed.unwrap().index()
}

/// Two threads arrive at once: one waits, the other completes the round and leads.
#[test]
fn two_arrivals_meet() {
    model(|| {
        let barrier = Arc::new(Barrier::new(2));
        let other = Arc::clone(&barrier);
        let other = spawn(move || block_on(other.wait()).unwrap());
        let mine = block_on(barrier.wait()).unwrap();
        let other = other.join().unwrap();
        assert_eq!(mine.index() + other.index(), 1);
        assert_eq!(mine.is_leader(), mine.index() == 1);
        assert_eq!(other.is_leader(), other.index() == 1);
        assert_eq!(barrier.waiters(), 0);
    });
}

/// Three threads at a barrier for two. One gives up while the others arrive: it was part of the round, or it was not.
#[test]
fn an_arrival_is_taken_back_while_others_arrive() {
    model(|| {
        let barrier = Arc::new(Barrier::new(2));
        let doomed = queued(own(&barrier, Barrier::wait));
        let arrive = || {
            let barrier = Arc::clone(&barrier);
            spawn(move || {
                let mut wait = own(&barrier, Barrier::wait);
                match poll(&mut wait) {
                    Poll::Ready(passed) => Ok(index(passed)),
                    Poll::Pending => Err(wait),
                }
            })
        };
        let others = [arrive(), arrive()];
        drop(doomed);
        let others = others.map(|other| other.join().unwrap());
        // Either of them met the one that gave up, and then the other one waits; or the two met.
        let mut indices = Vec::new();
        let mut waiting = 0;
        for other in others {
            match other {
                Ok(index) => indices.push(index),
                Err(mut wait) => match poll(&mut wait) {
                    Poll::Ready(passed) => indices.push(index(passed)),
                    Poll::Pending => waiting += 1,
                },
            }
        }
        indices.sort_unstable();
        assert!(
            matches!((&indices[..], waiting), ([0, 1], 0) | ([1], 1)),
            "{indices:?} have passed, and {waiting} wait",
        );
    });
}

/// Two threads meet twice. Nobody passes the second time before both have arrived again.
#[test]
fn two_rounds_in_a_row() {
    model(|| {
        let barrier = Arc::new(Barrier::new(2));
        let values = [Shared::new(0), Shared::new(0)];
        let party = |mine: usize| {
            let (barrier, values) = (Arc::clone(&barrier), values.clone());
            move || {
                let mut sum = 0;
                for round in 1..=2_u32 {
                    if round == 1 {
                        values[mine].set(round);
                    }
                    sum += index(block_on(barrier.wait()));
                    assert_eq!(values[1 - mine].get(), 1);
                }
                sum
            }
        };
        let other = spawn(party(1));
        let mine = party(0)();
        assert_eq!(mine + other.join().unwrap(), 2);
    });
}

/// What was done before the last arrival is seen by a poll that finds itself let go, without a wake-up.
#[test]
fn the_last_arrival_carries_memory_to_a_waiter() {
    model(|| {
        let (barrier, value) = (Arc::new(Barrier::new(2)), Shared::new(0));
        let mut wait = queued(own(&barrier, Barrier::wait));
        let last = write_and(&value, Arc::clone(&barrier), |barrier| {
            assert_eq!(index(block_on(barrier.wait())), 1);
        });
        let passed = match poll(&mut wait) {
            Poll::Ready(passed) => passed,
            Poll::Pending => block_on(wait),
        };
        assert_eq!((value.get(), index(passed)), (1, 0));
        last.join().unwrap();
    });
}

/// And what was done before an earlier arrival is seen by the last one.
#[test]
fn an_arrival_carries_memory_to_the_last_one() {
    model(|| {
        let (barrier, value) = (Arc::new(Barrier::new(2)), Shared::new(0));
        let first = write_and(&value, own(&barrier, Barrier::wait), |wait| _ = poll_or_keep(wait));
        let mut last = own(&barrier, Barrier::wait);
        if let Poll::Ready(passed) = poll(&mut last) {
            if index(passed) == 1 {
                assert_eq!(value.get(), 1);
            }
        }
        first.join().unwrap();
    });
}

/// Polls once. A wait that is pending is leaked, so that it stays an arrival.
fn poll_or_keep<F: Future + Unpin>(mut wait: F) -> Option<F::Output> {
    match poll(&mut wait) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => {
            core::mem::forget(wait);
            None
        }
    }
}

/// Either the last arrival comes first, and all pass; or the abort does, and nobody passes.
#[test]
fn an_abort_meets_the_last_arrival() {
    model(|| {
        let barrier = Arc::new(Barrier::new(2));
        let waits = queued(own(&barrier, Barrier::wait));
        let (arrives, aborts) = (Arc::clone(&barrier), Arc::clone(&barrier));
        let arrives = spawn(move || block_on(arrives.wait()));
        let aborts = spawn(move || aborts.abort());
        let passed = [block_on(waits), arrives.join().unwrap()];
        aborts.join().unwrap();
        assert_eq!(passed[0].is_ok(), passed[1].is_ok(), "the round is torn");
        assert!(barrier.is_broken());
        assert_eq!(block_on(barrier.wait()), Err(BrokenBarrier));
    });
}

/// The same with more waiters than a batch holds: the abort comes while they are let go, or before.
#[test]
fn an_abort_between_two_batches_tears_no_round() {
    model(|| {
        let barrier = Arc::new(Barrier::new(4));
        let waits = [(); 3].map(|()| queued(own(&barrier, Barrier::wait)));
        let (arrives, aborts) = (Arc::clone(&barrier), Arc::clone(&barrier));
        let arrives = spawn(move || block_on(arrives.wait()).ok().map(|pass| pass.index()));
        let aborts = spawn(move || {
            let late = poll_or_keep(own(&aborts, Barrier::wait));
            aborts.abort();
            late.map(index)
        });
        let last = [arrives.join().unwrap(), aborts.join().unwrap()];
        let passed = waits.map(|mut wait| match poll(&mut wait) {
            Poll::Ready(passed) => passed.ok().map(|pass| pass.index()),
            Poll::Pending => panic!("a wait is forgotten"),
        });
        // The abort comes after an arrival, so the round is complete by then, by one of the two.
        assert!(matches!(last, [Some(3), None] | [None, Some(3)]), "{last:?} completed the round");
        assert_eq!(passed, [Some(0), Some(1), Some(2)]);
        assert_eq!(barrier.waiters(), 0);
    });
}

/// A wait enters while a reset is on its way: it is refused, or it belongs to what comes after the reset.
#[test]
fn a_reset_meets_a_waiter() {
    model(|| {
        let barrier = Arc::new(Barrier::new(2));
        let before = queued(own(&barrier, Barrier::wait));
        let resets = Arc::clone(&barrier);
        let resets = spawn(move || resets.reset());
        let mut during = own(&barrier, Barrier::wait);
        let first = poll(&mut during);
        resets.join().unwrap();
        match first {
            // It met the one before the reset.
            Poll::Ready(passed) => {
                assert_eq!((index(passed), index(block_on(before))), (1, 0));
                assert_eq!(barrier.waiters(), 0);
            }
            // It waits for another one, since the reset came before it.
            Poll::Pending => {
                assert_eq!(block_on(before), Err(BrokenBarrier));
                assert_eq!(barrier.waiters(), 1);
                assert_eq!(index(block_on(barrier.wait())), 1);
                assert_eq!(index(block_on(during)), 0);
            }
        }
    });
}

/// One who leaves is cancelled between two batches, while another arrives in the next round.
#[test]
fn one_who_leaves_is_cancelled_between_two_batches() {
    model(|| {
        let barrier = Arc::new(Barrier::new(4));
        let [mut first, mut second, third] = [(); 3].map(|()| queued(own(&barrier, Barrier::wait)));
        let (arrives, cancels) = (Arc::clone(&barrier), Arc::clone(&barrier));
        let arrives = spawn(move || index(block_on(arrives.wait())));
        let cancels = spawn(move || {
            drop(third);
            let mut late = own(&cancels, Barrier::wait);
            let passed = poll(&mut late);
            (late, passed)
        });
        let last = arrives.join().unwrap();
        let (mut late, mut passed) = cancels.join().unwrap();
        assert_eq!(
            [poll(&mut first), poll(&mut second)].map(|passed| passed.map(index)),
            [0, 1].map(Poll::Ready)
        );
        if passed.is_pending() {
            passed = poll(&mut late);
        }
        match passed.map(index) {
            // The third was cancelled before the round was complete.
            Poll::Ready(index) => assert_eq!((last + index, barrier.waiters()), (5, 0)),
            Poll::Pending => assert_eq!((last, barrier.waiters()), (3, 1)),
        }
    });
}

/// Two resets at once refuse each waiter once, and leave the barrier whole.
#[test]
fn two_resets_at_once() {
    model(|| {
        let barrier = Arc::new(Barrier::new(4));
        let wakes = WakeCount::new();
        let waits = [(); 3].map(|()| queued_for(&wakes, own(&barrier, Barrier::wait)));
        let resets = [(); 2].map(|()| {
            let barrier = Arc::clone(&barrier);
            spawn(move || barrier.reset())
        });
        join(resets);
        assert_eq!(wakes.count(), 3);
        assert!(waits.into_iter().all(|mut wait| poll(&mut wait) == Poll::Ready(Err(BrokenBarrier))));
        assert_eq!((barrier.waiters(), barrier.is_broken()), (0, false));
    });
}
