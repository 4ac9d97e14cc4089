//! Promise 11: a panic in an initialiser, a waker or a drop leaves the cell usable.

use core::cell::Cell;
use core::future::ready;
use core::panic::{RefUnwindSafe, UnwindSafe};

use anywake_core::{Lazy, OnceCell};
use anywake_tests::{Call, CountingWaker, Drops, Task, assert_pending, panic_of, queue_up, queued};

use super::{after_one_poll, running, without_running, yield_now};

#[test]
fn promise_11_a_panic_before_the_first_await_of_an_initialiser_hands_the_role_on() {
    let cell = OnceCell::new();
    let mut heir = Task::new(cell.get_or_init(async || 2));
    let mut broken = Task::new(cell.get_or_init(|| {
        assert_pending!(heir.poll());
        panic!("the closure panics");
        #[allow(unreachable_code, reason = "it says what the closure would return")]
        ready(1)
    }));
    assert!(panic_of(|| broken.poll()).contains("the closure panics"));
    // The future that panicked still exists.
    assert!(panic_of(|| broken.poll()).contains("polled after it had completed"));
    drop(broken);
    assert_eq!((heir.wakes(), heir.ready()), (1, &2));
}

#[test]
fn promise_11_a_panic_of_an_initialiser_hands_the_role_on_at_once() {
    let (cell, drops) = (OnceCell::new(), Drops::new());
    let item = drops.item(0);
    let mut broken = Task::new(cell.get_or_init(async || {
        let _item = item;
        yield_now().await;
        panic!("the initialiser panics")
    }));
    assert_pending!(broken.poll());
    let mut heir = queued(cell.get_or_init(async || 2));
    assert!(panic_of(|| broken.poll()).contains("the initialiser panics"));
    assert_eq!(drops.count(), 1, "the future of the initialiser is dropped");
    assert!(heir.is_woken(), "although the future that panicked still exists");
    assert_eq!(heir.ready(), &2);
    assert!(panic_of(|| broken.poll()).contains("polled after it had completed"));
    assert_eq!(cell.get(), Some(&2));
}

#[test]
fn a_panic_without_a_waiter_leaves_the_cell_empty() {
    let cell = OnceCell::<u32>::new();
    panic_of(|| Task::new(cell.get_or_init(async || panic!("at once"))).poll());
    assert_eq!((cell.get(), cell.set(1)), (None, Ok(())));
}

#[test]
fn a_panicking_waker_of_the_heir_does_not_lose_the_role() {
    let cell = OnceCell::new();
    let mut failing = Task::new(cell.get_or_try_init(|| after_one_poll(Err(()))));
    assert_pending!(failing.poll());
    let mut heir = Task::with_waker(cell.get_or_init(async || 1), CountingWaker::panicking(Call::Wake));
    assert_pending!(heir.poll());
    panic_of(|| failing.poll());
    assert_eq!(heir.ready(), &1);
}

#[test]
fn a_panicking_waker_of_one_waiter_does_not_lose_the_value_for_the_others() {
    let cell = OnceCell::new();
    let mut initialiser = running(&cell, 1);
    let mut broken = Task::with_waker(cell.wait(), CountingWaker::panicking(Call::Wake));
    assert_pending!(broken.poll());
    let mut roles = queue_up(20, || without_running(&cell));
    let mut values = queue_up(20, || cell.wait());
    panic_of(|| initialiser.poll());
    assert_eq!((cell.get(), cell.waiters()), (Some(&1), 0));
    assert!(roles.iter_mut().all(|task| task.is_woken() && task.ready() == &1));
    assert!(values.iter_mut().all(|task| task.is_woken() && task.ready() == &1));
    assert_eq!(broken.ready(), &1);
}

#[test]
fn a_panic_in_the_drop_of_an_initialiser_hands_the_role_on() {
    for ends in [true, false] {
        let (cell, drops) = (OnceCell::new(), Drops::new());
        let bomb = drops.bomb(0);
        let mut broken = Task::new(cell.get_or_init(|| {
            let mut polls = 0;
            core::future::poll_fn(move |_| {
                let _bomb = &bomb;
                polls += 1;
                if polls > 1 && ends { core::task::Poll::Ready(1) } else { core::task::Poll::Pending }
            })
        }));
        assert_pending!(broken.poll());
        let mut heir = queued(cell.get_or_init(async || 2));
        panic_of(|| {
            if ends {
                let _ = broken.poll();
            } else {
                broken.cancel();
            }
        });
        assert_eq!((cell.get(), heir.is_woken()), (None, true));
        assert_eq!(heir.ready(), &2);
    }
}

#[test]
fn a_value_whose_drop_panics_is_dropped_once() {
    let drops = Drops::new();
    let cell = OnceCell::with_value(drops.bomb(0));
    assert!(panic_of(|| drop(cell)).contains("panics in its drop"));
    assert_eq!(drops.count(), 1);
}

/// A cell hands out `&T` without a guard, so that it is as safe after a panic as its value. This is checked when the test
/// is compiled.
#[test]
fn a_cell_may_be_used_after_a_panic_if_its_value_may() {
    fn either<T: UnwindSafe>() {}
    fn both<T: UnwindSafe + RefUnwindSafe>() {}
    both::<OnceCell<u8>>();
    both::<Lazy<u8>>();
    either::<OnceCell<Cell<u8>>>();
    either::<Lazy<Cell<u8>>>();
}
