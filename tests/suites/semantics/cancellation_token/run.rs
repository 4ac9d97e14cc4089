//! Futures that run until a token is cancelled.

use anywake_tests::Arc;
use core::future::{Future, pending, poll_fn, ready};
use core::marker::PhantomPinned;
use core::pin::Pin;
use core::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use core::task::{Context, Poll};

use anywake_core::{CancellationToken, Event};
use anywake_tests::{Drops, Task, assert_pending, panic_of, queued};
use futures_util::future::FusedFuture;

#[test]
fn an_output_that_comes_first_is_returned() {
    let (token, event) = (CancellationToken::new(), Event::new());
    let mut task = queued(token.run_until_cancelled(async {
        event.wait().await;
        7
    }));
    event.set();
    assert_eq!(task.ready(), Some(7));
    assert_eq!(Task::new(token.clone().run_until_cancelled_owned(ready(8))).ready(), Some(8));
}

#[test]
fn a_cancellation_that_comes_first_ends_the_future() {
    let token = CancellationToken::new();
    let child = token.child_token();
    let mut borrowed = queued(token.run_until_cancelled(pending::<()>()));
    let mut owned = queued(child.run_until_cancelled_owned(pending::<()>()));
    token.cancel();
    assert!(borrowed.is_woken() && owned.is_woken());
    assert_eq!((borrowed.ready(), owned.ready()), (None, None));
}

/// Counts its polls, and is ready at the second one.
fn counted(polls: &Arc<AtomicUsize>) -> impl Future<Output = usize> + use<> {
    let polls = polls.clone();
    poll_fn(move |_| match polls.fetch_add(1, SeqCst) {
        0 => Poll::Pending,
        before => Poll::Ready(before + 1),
    })
}

#[test]
fn a_future_whose_token_is_cancelled_is_not_polled_again() {
    for before in [0, 1] {
        let (token, polls) = (CancellationToken::new(), Arc::new(AtomicUsize::new(0)));
        let mut task = Task::new(token.run_until_cancelled(counted(&polls)));
        for _ in 0..before {
            assert_pending!(task.poll());
        }
        token.cancel();
        assert_eq!(task.ready(), None);
        assert_eq!(polls.load(SeqCst), before);
    }
}

#[test]
fn a_future_that_cancels_its_own_token_and_ends_has_its_output() {
    let token = CancellationToken::new();
    let mut task = Task::new(token.run_until_cancelled(async {
        token.cancel();
        "done"
    }));
    assert_eq!(task.ready(), Some("done"));
}

#[test]
fn a_future_that_cancels_its_own_token_and_waits_is_ended() {
    let token = CancellationToken::new();
    let mut task = queued(token.run_until_cancelled(async {
        token.cancel();
        pending::<()>().await;
    }));
    assert!(task.is_woken());
    assert_eq!(task.ready(), None);
}

/// Asserts that it is dropped where it was polled, and counts that.
struct Placed {
    place: Option<usize>,
    _counted: anywake_tests::Item,
    _pinned: PhantomPinned,
}

impl Future for Placed {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        // SAFETY: nothing is moved.
        let this = unsafe { self.get_unchecked_mut() };
        this.place = Some(core::ptr::from_mut(this).addr());
        Poll::Pending
    }
}

impl Drop for Placed {
    fn drop(&mut self) {
        let here = core::ptr::from_mut(self).addr();
        assert_eq!(self.place, Some(here), "it has moved since it was polled");
    }
}

#[test]
fn a_cancelled_future_is_dropped_in_place_before_none_is_returned() {
    let (token, drops) = (CancellationToken::new(), Drops::new());
    let placed = Placed { place: None, _counted: drops.item(1), _pinned: PhantomPinned };
    let mut task = queued(token.run_until_cancelled(placed));
    token.cancel();
    assert_eq!(drops.count(), 0);
    assert_eq!(task.ready(), None);
    assert_eq!(drops.count(), 1);
    task.cancel();
    assert_eq!(drops.count(), 1);
}

#[test]
fn a_future_that_has_ended_is_dropped_and_its_wait_has_left_the_queue() {
    let (token, drops, event) = (CancellationToken::new(), Drops::new(), Event::new());
    let item = drops.item(1);
    let mut task = queued(token.run_until_cancelled(async {
        let _item = &item;
        event.wait().await;
    }));
    assert_eq!(token.waiters(), 1);
    event.set();
    task.ready();
    assert_eq!((token.waiters(), task.wakers_alive()), (0, 0));
    token.cancel();
    assert_eq!(task.wakes(), 1, "the event has woken it, and the token does not");
}

#[test]
fn dropping_it_drops_the_future_and_leaves_the_queue() {
    let (token, drops) = (CancellationToken::new(), Drops::new());
    let item = drops.item(1);
    let task = queued(token.run_until_cancelled(async move {
        let _item = item;
        pending::<()>().await;
    }));
    task.cancel();
    assert_eq!((drops.count(), token.waiters()), (1, 0));
}

#[test]
fn it_is_terminated_when_it_has_returned_and_must_not_be_polled_again() {
    for cancelled in [false, true] {
        let (token, event) = (CancellationToken::new(), Event::new());
        let mut task = queued(token.run_until_cancelled(event.wait()));
        assert!(!task.future().is_terminated());
        if cancelled {
            token.cancel();
        } else {
            event.set();
        }
        assert_eq!(task.ready().is_none(), cancelled);
        assert!(task.future().is_terminated());
        assert!(panic_of(|| task.poll()).contains("polled after it had completed"));
    }
}

#[test]
fn a_future_that_panics_leaves_no_wait() {
    let token = CancellationToken::new();
    let mut task = Task::new(token.run_until_cancelled(async { panic!("inside") }));
    assert!(panic_of(|| task.poll()).contains("inside"));
    task.cancel();
    assert_eq!(token.waiters(), 0);
}

#[test]
fn a_future_whose_drop_panics_is_dropped_once() {
    let (token, drops) = (CancellationToken::new(), Drops::new());
    let bomb = drops.bomb(1);
    let mut task = queued(token.run_until_cancelled(async move {
        let _bomb = bomb;
        pending::<()>().await;
    }));
    token.cancel();
    assert!(panic_of(|| task.poll()).contains("panics in its drop"));
    task.cancel();
    assert_eq!((drops.count(), token.waiters()), (1, 0));
}
