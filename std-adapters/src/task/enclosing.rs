//! Scopes within scopes: the scope around waits for what a dropped scope leaves behind.
//!
//! A scope is a [`task_group`](crate::task_group) or an [`exit_stack`](crate::exit_stack()). It waits for all that was
//! begun in it. When its future is dropped it cannot, since a drop does not wait; then the scope around it waits instead,
//! and gets the failures. That is the scope in whose body or child the drop happens. [`Inside`] wraps bodies and
//! children, and keeps their scope in a thread-local slot while they are polled or dropped.
//!
//! # Invariants
//!
//! 1. Each thing that a scope waits for is counted in its [`Occupants`]. A scope that finds the count at zero has ended,
//!    under the same lock; nothing enters it afterwards. So nothing is missed.
//! 2. A scope whose future was dropped with occupants has a [`Stay`] in the scope around it until the last of them leaves.
//!    So the scopes of a chain end from the inside to the outside.
//! 3. A task that was spawned by itself belongs to no scope: its job empties the slot.

use core::any::Any;
use core::cell::Cell;
use core::future::Future;
use core::mem;
use core::panic::AssertUnwindSafe;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::CatchUnwind;
use futures_util::task::AtomicWaker;
use pin_project_lite::pin_project;

use super::error::Panic;
use super::outcome::{Failure, ForeignError};
use super::unwind::catch;

thread_local! {
    static CURRENT: Cell<Option<Arc<dyn Enclosing>>> = const { Cell::new(None) };
}

/// A scope, for the scopes in it, whose errors may be of another type.
pub(crate) trait Enclosing: Send + Sync {
    /// Makes the scope wait for one more; `false` if it has ended.
    fn enter(&self) -> bool;

    /// One less.
    fn leave(&self);

    fn fail(&self, failure: Failure<Box<dyn Any + Send>>);
}

/// While it exists the scope waits.
pub(crate) struct Stay(Arc<dyn Enclosing>);

impl Stay {
    /// In the scope that the caller runs in, if there is one and it has not ended.
    pub(crate) fn here() -> Option<Self> {
        let scope = CURRENT.try_with(|current| {
            let scope = current.take();
            current.set(scope.clone());
            scope
        });
        scope.ok().flatten().filter(|scope| scope.enter()).map(Self)
    }

    pub(crate) fn fail<E: Send + 'static>(&self, failure: Failure<E>) {
        self.0.fail(failure.map(|error| -> Box<dyn Any + Send> { Box::new(error) }));
    }
}

impl Drop for Stay {
    fn drop(&mut self) {
        // mistake a_stay_never_ends: self.0.leave(); ~>
        self.0.leave();
    }
}

/// The failure as one of a scope with errors of type `E`.
pub(crate) fn adopted<E: 'static>(failure: Failure<Box<dyn Any + Send>>) -> Failure<E> {
    match failure {
        Failure::Error(error) => match error.downcast() {
            Ok(error) => Failure::Error(*error),
            Err(foreign) => Failure::Foreign(ForeignError::new(foreign)),
        },
        Failure::Foreign(error) => Failure::Foreign(error),
        Failure::Panicked(panic) => Failure::Panicked(panic),
        Failure::Cancelled => Failure::Cancelled,
    }
}

/// What a scope waits for, and how that failed.
pub(crate) struct Occupants<E> {
    state: Mutex<State<E>>,
    /// The waker of the future that waits until nothing is left.
    waiter: AtomicWaker,
}

struct State<E> {
    ended: bool,
    count: usize,
    failures: Vec<Failure<E>>,
    heir: Option<Heir<E>>,
}

/// Where the failures of a dropped scope go.
struct Heir<E> {
    stay: Arc<Stay>,
    /// [`Stay::fail`], made where the type of the error is known to allow that.
    fail: fn(&Stay, Failure<E>),
}

impl<E> Clone for Heir<E> {
    fn clone(&self) -> Self {
        Self { stay: Arc::clone(&self.stay), fail: self.fail }
    }
}

impl<E> Default for Occupants<E> {
    fn default() -> Self {
        let state = State { ended: false, count: 0, failures: Vec::new(), heir: None };
        Self { state: Mutex::new(state), waiter: AtomicWaker::new() }
    }
}

impl<E> Occupants<E> {
    /// No user code runs while this is held.
    fn state(&self) -> MutexGuard<'_, State<E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn enter(&self) -> bool {
        let mut state = self.state();
        if !state.ended {
            state.count += 1;
        }
        !state.ended
    }

    pub(crate) fn leave(&self) {
        let mut state = self.state();
        state.count -= 1;
        let last = state.count == 0;
        let heir = if last { state.heir.take() } else { None };
        drop(state);
        if last {
            self.wake();
        }
        drop(heir);
    }

    /// Keeps a failure for the end of the scope, or for the scope around it if this one was dropped.
    pub(crate) fn fail(&self, failure: Failure<E>) {
        let mut state = self.state();
        let Some(heir) = state.heir.clone() else { return state.failures.push(failure) };
        drop(state);
        (heir.fail)(&heir.stay, failure);
    }

    /// Whether there is nothing to wait for, nor to report.
    pub(crate) fn is_unoccupied(&self) -> bool {
        let state = self.state();
        state.count == 0 && state.failures.is_empty()
    }

    /// Ready when nothing is left; the scope has ended then.
    pub(crate) fn poll_empty(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.register(cx);
        let mut state = self.state();
        if state.count > 0 {
            return Poll::Pending;
        }
        state.ended = true;
        Poll::Ready(())
    }

    pub(crate) fn register(&self, cx: &mut Context<'_>) {
        self.waiter.register(cx.waker());
    }

    pub(crate) fn wake(&self) {
        self.waiter.wake();
    }

    pub(crate) fn take_failures(&self) -> Vec<Failure<E>> {
        mem::take(&mut self.state().failures)
    }
}

impl<E: Send + 'static> Occupants<E> {
    /// The scope's future is being dropped: the scope around it, if there is one, waits for what is left.
    pub(crate) fn bequeath(&self) {
        let mut state = self.state();
        state.ended = state.count == 0;
        if state.ended && state.failures.is_empty() {
            return;
        }
        drop(state);
        let heir = Stay::here().map(|stay| Heir { stay: Arc::new(stay), fail: Stay::fail });
        let mut state = self.state();
        let failures = mem::take(&mut state.failures);
        if state.count > 0 {
            state.heir.clone_from(&heir);
        }
        drop(state);
        if let Some(heir) = heir {
            failures.into_iter().for_each(|failure| (heir.fail)(&heir.stay, failure));
        }
    }
}

/// Makes `scope` that of the thread until the guard is dropped.
pub(crate) fn enter(scope: Option<Arc<dyn Enclosing>>) -> Entered {
    Entered(CURRENT.try_with(|current| current.replace(scope)).ok())
}

/// Holds what was there before. A thread that is being torn down has no slot any more.
pub(crate) struct Entered(Option<Option<Arc<dyn Enclosing>>>);

impl Drop for Entered {
    fn drop(&mut self) {
        if let Some(outer) = self.0.take() {
            let inner = CURRENT.try_with(|current| current.replace(outer));
            drop(inner);
        }
    }
}

pin_project! {
    /// A body or a child of a scope.
    pub(crate) struct Inside<F> {
        scope: Arc<dyn Enclosing>,
        // `None` only while it is dropped.
        #[pin]
        future: Option<F>,
    }

    impl<F> PinnedDrop for Inside<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            // mistake a_destructor_is_in_no_scope: enter(Some(Arc::clone(this.scope))) ~> enter(None)
            let _entered = enter(Some(Arc::clone(this.scope)));
            this.future.set(None);
        }
    }
}

/// The body of a scope, whose panic is a value.
///
/// In a box: a future within a future is stored in every place that it is moved through, so that the size of nested scopes
/// would grow with every level by a factor.
pub(crate) type Body<F> = Pin<Box<Inside<CatchUnwind<AssertUnwindSafe<F>>>>>;

/// Calls `function` for the body of `scope`.
pub(crate) fn body<F: Future>(
    scope: Arc<dyn Enclosing>,
    function: impl FnOnce() -> F,
) -> Result<Body<F>, Panic> {
    let entered = enter(Some(Arc::clone(&scope)));
    let body = catch(function);
    drop(entered);
    Ok(Box::pin(Inside::new(scope, AssertUnwindSafe(body?).catch_unwind())))
}

impl<F> Inside<F> {
    pub(crate) fn new(scope: Arc<dyn Enclosing>, future: F) -> Self {
        Self { scope, future: Some(future) }
    }
}

impl<F: Future> Future for Inside<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _entered = enter(Some(Arc::clone(this.scope)));
        this.future.as_pin_mut().expect("there until it is dropped").poll(cx)
    }
}
