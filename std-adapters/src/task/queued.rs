//! A blocking function between its spawn and its thread.
//!
//! The job of such a function is polled twice. The first poll, by the spawning side, only leaves a waker in it; the
//! second one, on the thread, calls the function. A cancel in between wakes that waker, which takes the job out of the
//! queue and ends it, wherever in the queue it is: what the function owns is not kept until its turn.

use core::future::poll_fn;
use core::mem;
use core::task::{Context, Poll, Waker};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::Wake;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::{Task, job, turn};

/// A task for a blocking function: the handle, and what a thread has to run.
///
/// `attached` is dropped when the task is over.
pub(crate) fn queued<F, T, A>(function: F, attached: A) -> (Task<T>, Queued)
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
    A: Send + 'static,
{
    let (mut function, mut has_thread) = (Some(function), false);
    let function = poll_fn(move |_| {
        if !mem::replace(&mut has_thread, true) {
            return Poll::Pending;
        }
        let function = function.take().expect("a job is not polled after its end");
        Poll::Ready(function())
    });
    let (task, job) = job(function, false);
    let mut job = async move {
        job.await;
        drop(attached);
    }
    .boxed();
    let place = Arc::new(Place::default());
    let on_cancel = Waker::from(Arc::new(OnCancel(Arc::downgrade(&place))));
    let waits = job.as_mut().poll(&mut Context::from_waker(&on_cancel)).is_pending();
    debug_assert!(waits, "it has no thread yet, and nobody has the handle to cancel it");
    place.put(job);
    (task, Queued(place))
}

/// A blocking function that waits for its thread. Dropped, it is cancelled.
pub(crate) struct Queued(Arc<Place>);

impl Queued {
    /// Whether it was cancelled, so that it needs no thread.
    pub(crate) fn is_over(&self) -> bool {
        self.0.job().is_none()
    }

    /// Calls the function, which may block, unless it was cancelled.
    pub(crate) fn run(self) {
        let _turn = turn::of_a_blocking_function();
        self.0.end();
    }
}

/// Where the job is until it is run or cancelled, whichever comes first.
#[derive(Default)]
struct Place(Mutex<Option<BoxFuture<'static, ()>>>);

impl Place {
    /// No user code runs while this is held.
    fn job(&self) -> MutexGuard<'_, Option<BoxFuture<'static, ()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, job: BoxFuture<'static, ()>) {
        *self.job() = Some(job);
    }

    fn end(&self) {
        let job = self.job().take();
        let ended = job.map_or(Some(()), FutureExt::now_or_never);
        debug_assert!(ended.is_some(), "the second poll is the last");
    }
}

/// The waker of the job. It does not own the place: the job, which is there, owns the waker.
struct OnCancel(Weak<Place>);

impl Wake for OnCancel {
    fn wake(self: Arc<Self>) {
        if let Some(place) = self.0.upgrade() {
            // mistake a_cancelled_function_stays_in_the_queue: place.end(); ~> drop(place);
            place.end();
        }
    }
}
