//! [`Signal`]: the newest value, and the one wait that it is promised to.

use anywake_tests::Arc;

use anywake_core::Signal;
use anywake_tests::{
    Call, CountingWaker, Drops, Task, assert_pending, leak, panic_of, queue_up, queued, run_woken,
};
use futures_util::future::FusedFuture;

use crate::cost;

#[test]
fn a_new_signal_is_empty_and_has_no_waiters() {
    for signal in [Signal::<u32>::new(), Signal::default()] {
        assert!(!signal.is_set());
        assert_eq!((signal.try_take(), signal.reset(), signal.waiters()), (None, None, 0));
    }
}

#[cfg(not(feature = "local"))]
#[test]
fn signals_live_in_statics() {
    static SIGNAL: Signal<u32> = Signal::new();
    let mut task = queued(SIGNAL.wait());
    std::thread::spawn(|| SIGNAL.signal(7)).join().unwrap();
    assert_eq!(task.ready(), 7);
}

#[test]
fn a_value_stays_for_one_wait_that_comes_later() {
    let signal = Signal::new();
    assert_eq!(signal.signal(1), None);
    assert!(signal.is_set());
    assert_eq!(Task::new(signal.wait()).ready(), 1);
    assert!(!signal.is_set());
    assert_pending!(Task::new(signal.wait()).poll());
}

#[test]
fn a_newer_value_displaces_the_one_that_nobody_took() {
    let signal = Signal::new();
    assert_eq!(signal.signal(1), None);
    assert_eq!(signal.signal(2), Some(1));
    assert_eq!(signal.signal(3), Some(2));
    assert_eq!(signal.try_take(), Some(3));
    assert_eq!(signal.try_take(), None);
}

#[test]
fn reset_empties_the_slot_and_returns_what_was_there() {
    let signal = Signal::new();
    signal.signal("old");
    assert_eq!(signal.reset(), Some("old"));
    let mut wait = queued(signal.wait());
    signal.signal("new");
    assert_eq!(wait.ready(), "new");
}

#[test]
fn a_wait_that_finds_a_value_does_not_touch_the_waker() {
    let signal = Signal::new();
    signal.signal(1);
    let waker = CountingWaker::new();
    Task::with_waker(signal.wait(), waker.clone()).ready();
    assert_eq!(waker.count(Call::Clone), 0);
}

/// embassy-rs/embassy #946: a second waiter panicked; today it displaces the first.
#[test]
fn promise_2_many_wait_and_each_value_goes_to_the_longest_waiter() {
    let signal = Signal::new();
    let mut tasks = queue_up(4, || signal.wait());
    tasks.remove(1).cancel();
    for value in 0..3 {
        assert_eq!(signal.signal(value), None);
        let woken: Vec<_> = tasks.iter().map(Task::wakes).collect();
        assert_eq!(woken.iter().sum::<usize>(), value + 1);
        assert_eq!(tasks[value].ready(), value);
    }
    assert_eq!(signal.waiters(), 0);
}

#[test]
fn one_value_wakes_one_task() {
    let signal = Signal::new();
    let mut tasks = queue_up(3, || signal.wait());
    signal.signal(1);
    assert_eq!(tasks.iter().map(Task::wakes).collect::<Vec<_>>(), [1, 0, 0]);
    assert_eq!(tasks[0].ready(), 1);
    assert_pending!(tasks[1].poll());
    assert_eq!(signal.waiters(), 2);
}

#[test]
fn promise_2_nobody_takes_a_value_that_is_promised_to_another() {
    let signal = Signal::new();
    let mut first = queued(signal.wait());
    signal.signal(1);
    assert!(!signal.is_set());
    assert_eq!((signal.try_take(), signal.reset()), (None, None));
    let mut late = Task::new(signal.wait());
    assert_pending!(late.poll(), "it waits behind the promise");
    assert!(!Task::new(signal.wait()).pinned().enable());
    assert_eq!(first.ready(), 1);
    assert_pending!(late.poll());
}

#[test]
fn a_signal_displaces_a_promised_value_and_the_wait_returns_the_newer_one() {
    let signal = Signal::new();
    let mut tasks = queue_up(2, || signal.wait());
    assert_eq!(signal.signal(1), None);
    assert_eq!(signal.signal(2), Some(1), "the first wait has not taken it yet");
    assert_eq!(tasks.iter().map(Task::wakes).collect::<Vec<_>>(), [1, 0], "there is one value, for one task");
    assert_eq!(tasks[0].ready(), 2);
    assert_pending!(tasks[1].poll());
    assert_eq!(signal.signal(3), None);
    assert_eq!(tasks[1].ready(), 3);
}

#[test]
fn a_value_after_the_promised_one_was_taken_goes_to_the_next_wait() {
    let signal = Signal::new();
    let mut tasks = queue_up(2, || signal.wait());
    signal.signal(1);
    assert_eq!(tasks[0].ready(), 1);
    signal.signal(2);
    assert_eq!(tasks[1].ready(), 2);
}

#[test]
fn promise_1_the_value_of_a_dropped_wait_goes_to_the_next_one() {
    let signal = Signal::new();
    let mut tasks = queue_up(3, || signal.wait());
    signal.signal(1);
    tasks.remove(0).cancel();
    assert_eq!(tasks.iter().map(Task::wakes).collect::<Vec<_>>(), [1, 0]);
    tasks.remove(0).cancel();
    assert_eq!(tasks[0].ready(), 1);
}

#[test]
fn promise_1_the_value_of_the_only_wait_that_is_dropped_is_free() {
    let signal = Signal::new();
    let wait = queued(signal.wait());
    signal.signal(1);
    wait.cancel();
    assert!(signal.is_set());
    assert_eq!(signal.try_take(), Some(1));
}

#[test]
fn a_displaced_value_is_not_lost_with_a_dropped_wait() {
    let signal = Signal::new();
    let mut tasks = queue_up(2, || signal.wait());
    signal.signal(1);
    assert_eq!(signal.signal(2), Some(1));
    tasks.remove(0).cancel();
    assert_eq!(tasks[0].ready(), 2);
}

#[test]
fn an_undecided_wait_that_is_dropped_leaves_the_others_in_their_order() {
    let signal = Signal::new();
    let mut tasks = queue_up(3, || signal.wait());
    tasks.remove(0).cancel();
    assert_eq!((signal.waiters(), signal.is_set()), (2, false));
    signal.signal(1);
    assert_eq!(tasks[0].ready(), 1);
}

#[test]
fn an_enabled_wait_takes_a_free_value_and_gives_it_back_if_it_is_dropped() {
    let signal = Signal::new();
    signal.signal(1);
    let mut wait = Task::new(signal.wait());
    assert!(wait.pinned().enable());
    assert!(wait.pinned().enable() && wait.future().is_decided());
    assert_eq!((signal.try_take(), signal.waiters()), (None, 0));
    wait.cancel();
    assert_eq!(signal.try_take(), Some(1));
}

#[test]
fn an_enabled_wait_has_its_place_and_returns_the_newest_value() {
    let signal = Signal::new();
    let mut first = Task::new(signal.wait());
    assert!(!first.pinned().enable());
    let mut second = queued(signal.wait());
    signal.signal(1);
    signal.signal(2);
    assert_eq!(first.ready(), 2);
    assert!(!second.is_woken());
    assert_pending!(second.poll());
}

#[test]
fn a_signal_while_the_waker_is_cloned_ends_the_wait() {
    let signal: &'static Signal<u32> = leak(Signal::new());
    let waker = CountingWaker::reentrant(Call::Clone, || assert_eq!(signal.signal(1), None));
    assert_eq!(Task::with_waker(signal.wait(), waker).ready(), 1);
    assert!(!signal.is_set());
}

#[test]
fn a_wait_is_over_after_its_output() {
    let signal = Signal::new();
    let mut task = queued(signal.wait());
    signal.signal(1);
    assert!(!task.future().is_terminated());
    task.ready();
    assert!(task.future().is_terminated() && !task.future().is_decided());
    assert!(panic_of(|| task.poll()).contains("polled after it had completed"));
    assert!(panic_of(|| task.pinned().enable()).contains("polled after it had completed"));
}

#[test]
fn an_owned_wait_keeps_the_signal_alive() {
    let signal = Arc::new(Signal::new());
    let mut wait = queued(Arc::clone(&signal).wait_owned());
    signal.signal(1);
    let weak = Arc::downgrade(&signal);
    drop(signal);
    assert_eq!(weak.strong_count(), 1);
    assert_eq!(wait.ready(), 1);
    assert_eq!(weak.strong_count(), 0, "it lets go of it when it ends");
}

#[test]
fn a_value_is_dropped_once_wherever_it_ends() {
    let drops = Drops::new();
    let signal = Signal::new();
    assert!(signal.signal(drops.item(1)).is_none());
    drop(signal.signal(drops.item(2)));
    assert_eq!(drops.count(), 1, "the displaced value");
    drop(signal.try_take());
    assert_eq!(drops.count(), 2);
    let wait = queued(signal.wait());
    signal.signal(drops.item(3));
    wait.cancel();
    assert_eq!(drops.count(), 2, "the value of the dropped wait is in its slot");
    drop(signal);
    assert_eq!(drops.count(), 3);
}

#[test]
fn promise_5_a_value_whose_drop_re_enters_does_not_deadlock() {
    struct Reenters(&'static Signal<Option<Reenters>>);
    impl Drop for Reenters {
        fn drop(&mut self) {
            assert_eq!(self.0.waiters(), 0);
            assert!(self.0.signal(None).is_none_or(|displaced| displaced.is_none()));
        }
    }
    anywake_tests::finishes(|| {
        let signal: &'static Signal<Option<Reenters>> = leak(Signal::new());
        signal.signal(Some(Reenters(signal)));
        drop(signal.reset());
        assert!(signal.try_take().is_some_and(|value| value.is_none()));
    });
}

#[test]
fn promise_11_a_panicking_waker_leaves_the_value_for_its_wait() {
    let signal = Signal::new();
    let mut broken = Task::with_waker(signal.wait(), CountingWaker::panicking(Call::Wake));
    assert_pending!(broken.poll());
    let mut behind = queued(signal.wait());
    panic_of(|| signal.signal(1));
    assert_eq!(broken.ready(), 1);
    signal.signal(2);
    assert_eq!(behind.ready(), 2);
}

#[test]
fn a_wait_that_is_kept_unpolled_keeps_its_value_and_no_other() {
    let signal = Signal::new();
    let kept = queued(signal.wait());
    let mut behind = queued(signal.wait());
    for value in 1..5 {
        assert_eq!(signal.signal(value), (value > 1).then(|| value - 1));
    }
    assert!(!behind.is_woken());
    kept.cancel();
    assert_eq!(behind.ready(), 4);
}

#[test]
fn promise_7_a_forgotten_wait_keeps_what_it_was_promised() {
    let signal = Signal::new();
    let mut tasks = queue_up(3, || signal.wait());
    tasks.remove(0).forget();
    signal.signal(1);
    signal.signal(2);
    assert_eq!(signal.try_take(), None);
    run_woken(&mut tasks, |_| panic!("nobody else is woken"));
    assert_eq!((tasks.len(), signal.waiters()), (2, 2));
}

#[test]
fn promise_4_cancelling_takes_the_same_time_however_many_wait() {
    cost::cancelling_is_constant(|| {
        let signal: &'static Signal<u32> = leak(Signal::new());
        move || signal.wait()
    });
}
