//! Deadlines that are moved in the very poll in which their timer fires.

use core::cell::RefCell;
use core::future::pending;
use core::pin::Pin;
use core::task::{Context, Waker};
use std::rc::Rc;

use futures_util::future::BoxFuture;

use super::*;
use crate::test_util::{Probe, Wakes};
use crate::{assert_pending, assert_ready};

thread_local! {
    /// What a timer of [`Hooked`] does when it fires, which it does at its first poll.
    static FIRES: RefCell<Option<Box<dyn FnOnce()>>> = const { RefCell::new(None) };
}

/// A clock with timers that never fire unless [`FIRES`] says what happens then.
#[derive(Clone, Copy, Debug, Default)]
struct Hooked;

impl Timer for Hooked {
    type Instant = Instant;
    type Sleep = BoxFuture<'static, ()>;

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, _: Duration) -> Self::Sleep {
        Box::pin(poll_fn(|_| match FIRES.take() {
            Some(action) => {
                action();
                Poll::Ready(())
            }
            None => Poll::Pending,
        }))
    }
}

const MINUTE: Duration = Duration::from_secs(60);

type Work = Pin<Box<dyn Future<Output = Result<(), Elapsed>>>>;

/// Work that never ends, and its deadline.
fn endless() -> (Work, Deadline<Hooked>) {
    let slot = Rc::new(RefCell::new(None));
    let handed = Rc::clone(&slot);
    let mut work: Work = Box::pin(timeout_with(Hooked, Some(MINUTE), move |deadline| {
        *handed.borrow_mut() = Some(deadline);
        pending::<()>()
    }));
    assert_pending!(work.as_mut().poll(&mut Context::from_waker(Waker::noop())));
    let deadline = slot.take().expect("the body has begun");
    (work, deadline)
}

#[test]
fn deadline_that_is_moved_while_its_timer_fires_does_not_expire() {
    let (work, deadline) = endless();
    let mut work = Probe::new(work);
    let moved = deadline.clone();
    FIRES.set(Some(Box::new(move || moved.reschedule(Some(MINUTE)).unwrap())));
    assert_pending!(work.poll());
    assert!(!deadline.is_expired());
    assert_eq!(work.wakes(), 1, "it looks for the new time");
    assert_pending!(work.poll());

    FIRES.set(Some(Box::new(|| {})));
    assert_eq!(assert_ready!(work.poll()), Err(Elapsed(())));
    assert!(deadline.is_expired());
}

#[test]
fn deadline_that_outlives_its_work_does_not_keep_the_waker() {
    let (wakes, waker) = Wakes::new();
    let (mut work, deadline) = endless();
    assert_pending!(work.as_mut().poll(&mut Context::from_waker(&waker)));
    drop(waker);
    drop(work);
    assert!(deadline.reschedule(None).is_err());
    assert_eq!(Arc::strong_count(&wakes), 1);
}
