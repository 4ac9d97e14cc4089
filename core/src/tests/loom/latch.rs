//! Models of the latch.

use std::sync::Arc;

use super::{
    Shared, WakeCount, block_on, carries_memory, join, model, own, poll, queued, queued_for, spawn, write_and,
};
use crate::latch::Latch;

fn count_down(latch: &Latch) {
    latch.count_down(1).unwrap();
}

/// The last count between the first look and the last one before waiting: it is seen there, or wakes; and brings what was
/// done before it.
#[test]
fn the_last_count_meets_the_last_look() {
    model(|| {
        let (latch, value) = (Arc::new(Latch::new(1)), Shared::new(0));
        let counter = write_and(&value, Arc::clone(&latch), |latch| count_down(&latch));
        let mut wait = own(&latch, Latch::wait);
        if poll(&mut wait).is_pending() {
            block_on(wait);
        }
        assert_eq!(value.get(), 1);
        counter.join().unwrap();
        assert_eq!((latch.waiters(), latch.remaining()), (0, 0));
    });
}

/// Two count down, and one waits already. A poll that finds the wait over, without a wake-up, sees what was done before
/// each of the counts, also before the one that was not the last.
#[test]
fn two_counts_carry_memory_to_a_waiter() {
    model(|| {
        let latch = Arc::new(Latch::new(2));
        let values = [Shared::new(0), Shared::new(0)];
        let mut wait = queued(own(&latch, Latch::wait));
        let threads = [0, 1].map(|it| write_and(&values[it], Arc::clone(&latch), |latch| count_down(&latch)));
        if poll(&mut wait).is_pending() {
            block_on(wait);
        }
        assert_eq!(values.each_ref().map(|value| value.get()), [1, 1]);
        join(threads);
        assert_eq!(latch.waiters(), 0);
    });
}

/// The same for a wait that never has to wait.
#[test]
fn two_counts_carry_memory_to_a_late_wait() {
    model(|| {
        let latch = Arc::new(Latch::new(2));
        let values = [Shared::new(0), Shared::new(0)];
        let threads = [0, 1].map(|it| write_and(&values[it], Arc::clone(&latch), |latch| count_down(&latch)));
        if poll(&mut own(&latch, Latch::wait)).is_ready() {
            assert_eq!(values.each_ref().map(|value| value.get()), [1, 1]);
        }
        join(threads);
    });
}

/// A thread that sees that nothing remains sees what was done before.
#[test]
fn a_count_carries_memory_to_remaining() {
    model(|| carries_memory(Latch::new(1), count_down, |latch| latch.remaining() == 0));
}

/// Also if somebody waits, and the last count is taken under the lock.
#[test]
fn the_last_count_carries_memory_to_remaining_if_somebody_waits() {
    model(|| {
        let (latch, value) = (Arc::new(Latch::new(1)), Shared::new(0));
        let _waiter = queued(own(&latch, Latch::wait));
        let counter = write_and(&value, Arc::clone(&latch), |latch| count_down(&latch));
        if latch.remaining() == 0 {
            assert_eq!(value.get(), 1);
        }
        counter.join().unwrap();
    });
}

/// A wait goes away while the last count is taken. The other one is woken.
#[test]
fn the_last_count_meets_a_cancelled_wait() {
    model(|| {
        let latch = Arc::new(Latch::new(1));
        let [first, second] = [(); 2].map(|()| queued(own(&latch, Latch::wait)));
        let counter = Arc::clone(&latch);
        let threads = [spawn(move || count_down(&counter)), spawn(move || drop(first))];
        block_on(second);
        join(threads);
        assert_eq!((latch.waiters(), latch.remaining()), (0, 0));
    });
}

/// The only wait goes away while the last two counts are taken: nobody is left to be woken, and the latch is open.
#[test]
fn two_counts_meet_the_only_wait_going_away() {
    model(|| {
        let latch = Arc::new(Latch::new(2));
        let wait = queued(own(&latch, Latch::wait));
        let threads = [(); 2].map(|()| {
            let latch = Arc::clone(&latch);
            spawn(move || count_down(&latch))
        });
        drop(wait);
        join(threads);
        assert!(poll(&mut own(&latch, Latch::wait)).is_ready());
        assert_eq!((latch.waiters(), latch.remaining()), (0, 0));
    });
}

/// Two take the last count: one of them is told that there is none, and changes nothing.
#[test]
fn two_take_the_last_count() {
    model(|| {
        let latch = Arc::new(Latch::new(1));
        let wait = queued(own(&latch, Latch::wait));
        let threads = [(); 2].map(|()| {
            let latch = Arc::clone(&latch);
            spawn(move || latch.count_down(1).is_ok())
        });
        block_on(wait);
        let taken = threads.map(|thread| thread.join().unwrap());
        assert_eq!(taken.iter().filter(|taken| **taken).count(), 1);
        assert_eq!(latch.remaining(), 0);
    });
}

/// A guard and a count ask for the same last one. The first has it, and while the guard has it, the latch is closed.
#[test]
fn a_guard_and_a_count_ask_for_the_last_one() {
    model(|| {
        let latch = Arc::new(Latch::new(1));
        let wait = queued(own(&latch, Latch::wait));
        let (guarding, counting) = (Arc::clone(&latch), Arc::clone(&latch));
        let guard = spawn(move || {
            let guard = guarding.guard();
            if guard.is_ok() {
                assert_eq!(guarding.remaining(), 1, "the latch is open, although a guard lives");
            }
            guard.is_ok()
        });
        let count = spawn(move || counting.count_down(1).is_ok());
        block_on(wait);
        assert!(guard.join().unwrap() != count.join().unwrap());
        assert_eq!(latch.remaining(), 0);
    });
}

/// More waiters than a batch holds, of which one goes away while they are woken, and one comes late: it need not wait.
#[test]
fn waits_come_and_go_between_two_batches() {
    model(|| {
        let latch = Arc::new(Latch::new(1));
        let wakes = WakeCount::new();
        let [first, second, third] = [(); 3].map(|()| queued_for(&wakes, own(&latch, Latch::wait)));
        let (counter, late) = (Arc::clone(&latch), Arc::clone(&latch));
        let counter = spawn(move || count_down(&counter));
        let other = spawn(move || {
            drop(third);
            block_on(late.wait());
        });
        join([counter, other]);
        for mut wait in [first, second] {
            assert!(poll(&mut wait).is_ready());
        }
        assert!((2..=3).contains(&wakes.count()));
        assert_eq!(latch.waiters(), 0);
    });
}
