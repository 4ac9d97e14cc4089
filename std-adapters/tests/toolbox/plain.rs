//! `join`, `first`, `first_ok` and `staggered`; intervals.

use core::cell::{Cell, RefCell};
use core::future::{pending, poll_fn, ready};
use core::task::Poll;
use core::time::Duration;
use std::rc::Rc;

use anywake::scope::OneOf;
use anywake::test_util::{Probe, Simulated, Simulation};
use anywake::timer::{MissedTicks, interval, sleep_until};
use anywake::{
    Event, Lock, Queue, assert_pending, assert_ready, first, first_ok, join, staggered, timeout, timeout_at,
    try_join,
};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn joined_futures_borrow_and_share_one_task() {
    let lock = Lock::new(Vec::new());
    let add = |n: i32| {
        let lock = &lock;
        async move { lock.lock().await.push(n) }
    };
    let held = lock.try_lock();
    let mut all = Probe::new(join((add(1), async { "text" }, add(2))));
    assert_pending!(all.poll());
    drop(held);
    assert_eq!(all.wakes(), 1);
    assert_eq!(assert_ready!(all.poll()), ((), "text", ()));
    assert_eq!(*lock.try_lock().unwrap(), [1, 2]);
}

#[test]
fn first_error_drops_the_others() {
    let live = Rc::new(());
    let kept = Rc::clone(&live);
    let waits = async move {
        let _kept = kept;
        pending::<Result<(), &str>>().await
    };
    let mut both = Probe::new(try_join((waits, ready(Err::<u8, _>("no")))));
    assert_eq!(assert_ready!(both.poll()), Err("no"));
    assert_eq!(Rc::strong_count(&live), 1, "although the future still exists");
}

#[test]
fn loser_of_a_first_leaves_its_queue() {
    let (queue, stop) = (Queue::<u8>::with_capacity(1).unwrap(), Event::new());
    let mut first = Probe::new(first((queue.pop(), stop.wait(), pending::<()>())));
    assert_pending!(first.poll());
    assert_eq!(queue.waiters(), 1);
    stop.set();
    assert_eq!(assert_ready!(first.poll()), OneOf::Second(()));
    assert_eq!(queue.waiters(), 0);
}

#[test]
fn earlier_place_wins_a_tie() {
    let mut tie = Probe::new(first((ready(1), ready("one"))));
    assert_eq!(assert_ready!(tie.poll()), OneOf::First(1));
}

#[test]
fn first_success_counts_and_all_failures_are_kept() {
    let (good, bad) = (Event::new(), Event::new());
    let attempts = || {
        let (good, bad) = (&good, &bad);
        [true, false].map(|succeeds| async move {
            if succeeds {
                good.wait().await
            } else {
                bad.wait().await
            }
            if succeeds { Ok("won") } else { Err("lost") }
        })
    };
    let mut any = Probe::new(first_ok(attempts()));
    bad.set();
    assert_pending!(any.poll());
    good.set();
    assert_eq!(assert_ready!(any.poll()), Ok("won"));
    let none = first_ok([ready(Err::<(), _>(1)), ready(Err(2))]);
    assert_eq!(assert_ready!(Probe::new(none).poll()), Err(vec![1, 2]));
    assert_eq!(
        assert_ready!(Probe::new(first_ok::<core::future::Ready<Result<(), ()>>, _, _>([])).poll()),
        Err(vec![])
    );
}

#[test]
fn attempts_begin_after_a_failure_or_the_delay() {
    Simulation::new().run(async {
        let begun = RefCell::new(Vec::new());
        // How long each takes, and whether it succeeds.
        let plan = [(100, false), (1, false), (0, false), (7, true), (50, true)];
        let attempts = plan.into_iter().enumerate().map(|(at, (seconds, succeeds))| {
            let begun = &begun;
            async move {
                begun.borrow_mut().push((at, Simulated.elapsed()));
                Simulated.sleep(seconds * SECOND).await;
                if succeeds { Ok(at) } else { Err(at) }
            }
        });
        assert_eq!(staggered(Simulated, 5 * SECOND, attempts).await, Ok(3));
        // The second waits for the delay. It fails beside the first, which goes on, so the third has its delay too.
        assert_eq!(
            *begun.borrow(),
            [(0, Duration::ZERO), (1, 5 * SECOND), (2, 10 * SECOND), (3, 15 * SECOND), (4, 20 * SECOND)]
        );
        assert_eq!(Simulated.elapsed(), 22 * SECOND);
    });
}

#[test]
fn attempt_after_failures_does_not_wait() {
    Simulation::new().run(async {
        let attempts = (0..5).map(|at| async move { if at < 4 { Err(at) } else { Ok(at) } });
        assert_eq!(staggered(Simulated, SECOND, attempts).await, Ok(4));
        assert_eq!(Simulated.elapsed(), Duration::ZERO);
        let failing = (0..3).map(|at| async move { Err::<(), _>(at) });
        assert_eq!(staggered(Simulated, SECOND, failing).await, Err(vec![0, 1, 2]));
    });
}

/// The times of ticks, in seconds, where the task is busy for some of them after the second one.
fn ticks(missed: MissedTicks) -> Vec<f32> {
    Simulation::new().run(async {
        let begun = Simulated.now();
        let mut interval = interval(Simulated, 2 * SECOND);
        interval.set_missed_ticks(missed);
        let mut times = Vec::new();
        for tick in 0..7 {
            let due = interval.tick().await;
            assert!(due <= Simulated.now());
            times.push((Simulated.now() - begun).as_secs_f32());
            if tick == 1 {
                Simulated.sleep(Duration::from_millis(5500)).await;
            }
        }
        times
    })
}

#[test]
fn missed_ticks_follow_at_once_or_shift_or_are_left_out() {
    assert_eq!(ticks(MissedTicks::Burst), [0., 2., 7.5, 7.5, 8., 10., 12.]);
    assert_eq!(ticks(MissedTicks::Delay), [0., 2., 7.5, 9.5, 11.5, 13.5, 15.5]);
    assert_eq!(ticks(MissedTicks::Skip), [0., 2., 7.5, 8., 10., 12., 14.]);
}

#[test]
fn tick_that_is_given_up_is_not_lost() {
    Simulation::new().run(async {
        let mut interval = interval(Simulated, 2 * SECOND);
        interval.tick().await;
        assert!(timeout(Simulated, SECOND, interval.tick()).await.is_err());
        interval.tick().await;
        assert_eq!(Simulated.elapsed(), 2 * SECOND);
        interval.reset();
        interval.tick().await;
        assert_eq!(Simulated.elapsed(), 4 * SECOND);
    });
}

#[test]
#[should_panic(expected = "a period that is not zero")]
fn interval_without_a_period_is_refused() {
    Simulation::new().run(async { drop(interval(Simulated, Duration::ZERO)) });
}

#[test]
fn deadline_in_the_past_is_over_at_once_and_the_work_still_counts() {
    Simulation::new().run(async {
        let past = Simulated.now();
        Simulated.sleep(SECOND).await;
        sleep_until(Simulated, past).await;
        assert_eq!(timeout_at(Simulated, past, ready(3)).await, Ok(3));
        let polled = Cell::new(0);
        let never = poll_fn(|_| {
            polled.set(polled.get() + 1);
            Poll::<()>::Pending
        });
        assert!(timeout_at(Simulated, past, never).await.is_err());
        assert!(polled.get() > 0);
        assert_eq!(Simulated.elapsed(), SECOND);
    });
}
