//! The three ways to wait for a queue.

use core::pin::Pin;

use crate::error::{Closed, PushError};
use crate::wait_future::WaitFuture;
use crate::wait_queue::{Locked, Policy, WaitQueue};
use crate::waiter::{Generation, Verdict, WaitList, Waiter};

use super::state::{Gate, Parcel, State};
use super::{BoundedQueue, Slots};

/// The future of [`BoundedQueue::push`].
pub type PushFuture<'a, T, S> = WaitFuture<PushPolicy<'a, T, S>>;
/// The future of [`BoundedQueue::pop`].
pub type PopFuture<'a, T, S> = WaitFuture<PopPolicy<'a, T, S>>;
/// The future of [`BoundedQueue::join`].
pub type JoinFuture<'a, T, S> = WaitFuture<JoinPolicy<'a, T, S>>;

impl<T, S: Slots> PushFuture<'_, T, S> {
    /// Ends the push and gives the item back, unless it is in the queue already.
    ///
    /// # Examples
    /// ```
    /// let queue = anywake_core::StaticQueue::<&str, 1>::new();
    /// let push = core::pin::pin!(queue.push("item"));
    /// assert_eq!(push.cancel(), Some("item"));
    /// assert!(queue.is_empty());
    /// ```
    pub fn cancel(self: Pin<&mut Self>) -> Option<T> {
        // SAFETY: the wait is over, so nobody but the future reaches the parcel.
        self.withdraw().with_mut(|item| unsafe { (*item).take() })
    }
}

/// Asks for a slot.
#[derive(Debug)]
pub struct PushPolicy<'a, T, S: Slots>(pub(super) &'a BoundedQueue<T, S>);

impl<T, S: Slots> Policy for PushPolicy<'_, T, S> {
    type Word = ();
    type State = State<T, S>;
    type Request = Parcel<T>;
    type Grant = Result<(), Closed>;
    type Output = Result<(), PushError<T>>;

    #[inline]
    fn queue(&self) -> &WaitQueue<(), State<T, S>> {
        &self.0.queue
    }

    fn list<'s>(state: &'s mut State<T, S>, _: &Waiter<Parcel<T>>) -> &'s mut WaitList<Parcel<T>> {
        &mut state.pushers
    }

    #[inline]
    fn try_now(&self, parcel: &Parcel<T>) -> Option<Self::Grant> {
        self.try_locked(self.0.queue.lock(), parcel).ok()
    }

    #[inline]
    fn try_locked<'q>(
        &self,
        locked: Locked<'q, State<T, S>>,
        parcel: &Parcel<T>,
    ) -> Result<Self::Grant, Locked<'q, State<T, S>>> {
        if locked.state.gate != Gate::Open {
            return Ok(Err(Closed));
        }
        let ring = &locked.state.ring;
        if ring.len() == ring.capacity() {
            return Err(locked);
        }
        // SAFETY: not in the list, so only the future and its policy reach the parcel.
        if let Some(item) = parcel.with_mut(|item| unsafe { (*item).take() }) {
            let _ = locked.state.push(item);
        }
        self.0.serve_waiters(locked);
        Ok(Ok(()))
    }

    #[inline]
    fn settle(&self, verdict: Verdict, _: &Parcel<T>) -> Self::Grant {
        if verdict == Verdict::Granted { Ok(()) } else { Err(Closed) }
    }

    /// The item is in the queue; there is nothing to pass on.
    fn revoke(&self, _: Verdict, _: &Parcel<T>) {}

    /// It left no room, and no item, that was not there for others before.
    fn serve(&self, _: Locked<'_, State<T, S>>) {}

    #[inline]
    fn output(&mut self, grant: Self::Grant, parcel: &Parcel<T>) -> Self::Output {
        // SAFETY: the wait is over, so nobody but the future reaches the parcel.
        match (grant, parcel.with_mut(|item| unsafe { (*item).take() })) {
            (Err(Closed), Some(item)) => Err(PushError(item)),
            _ => Ok(()),
        }
    }
}

/// Asks for an item.
#[derive(Debug)]
pub struct PopPolicy<'a, T, S: Slots>(pub(super) &'a BoundedQueue<T, S>);

impl<T, S: Slots> Policy for PopPolicy<'_, T, S> {
    type Word = ();
    type State = State<T, S>;
    type Request = ();
    type Grant = Result<T, Closed>;
    type Output = Result<T, Closed>;

    #[inline]
    fn queue(&self) -> &WaitQueue<(), State<T, S>> {
        &self.0.queue
    }

    fn list<'s>(state: &'s mut State<T, S>, _: &Waiter<()>) -> &'s mut WaitList<()> {
        &mut state.poppers
    }

    #[inline]
    fn try_now(&self, (): &()) -> Option<Self::Grant> {
        self.try_locked(self.0.queue.lock(), &()).ok()
    }

    #[inline]
    fn try_locked<'q>(
        &self,
        locked: Locked<'q, State<T, S>>,
        (): &(),
    ) -> Result<Self::Grant, Locked<'q, State<T, S>>> {
        match locked.state.take_free() {
            Some(item) => {
                self.0.serve_waiters(locked);
                Ok(Ok(item))
            }
            None if locked.state.is_over() => Ok(Err(Closed)),
            None => Err(locked),
        }
    }

    #[inline]
    fn settle(&self, verdict: Verdict, (): &()) -> Self::Grant {
        if verdict == Verdict::Granted { self.0.take_claimed().ok_or(Closed) } else { Err(Closed) }
    }

    fn revoke(&self, verdict: Verdict, (): &()) {
        if verdict == Verdict::Granted {
            self.0.return_claim();
        }
    }

    fn serve(&self, _: Locked<'_, State<T, S>>) {}

    #[inline]
    fn output(&mut self, grant: Self::Grant, (): &()) -> Self::Output {
        grant
    }
}

/// Asks for the end of all work.
#[derive(Debug)]
pub struct JoinPolicy<'a, T, S: Slots>(pub(super) &'a BoundedQueue<T, S>);

impl<T, S: Slots> Policy for JoinPolicy<'_, T, S> {
    type Word = ();
    type State = State<T, S>;
    type Request = ();
    type Grant = ();
    type Output = ();

    fn queue(&self) -> &WaitQueue<(), State<T, S>> {
        &self.0.queue
    }

    fn list<'s>(state: &'s mut State<T, S>, _: &Waiter<()>) -> &'s mut WaitList<()> {
        &mut state.joiners
    }

    fn try_now(&self, (): &()) -> Option<()> {
        self.try_locked(self.0.queue.lock(), &()).ok()
    }

    fn try_locked<'q>(
        &self,
        locked: Locked<'q, State<T, S>>,
        (): &(),
    ) -> Result<(), Locked<'q, State<T, S>>> {
        if locked.state.unfinished == 0 { Ok(()) } else { Err(locked) }
    }

    fn stamp(state: &State<T, S>) -> Generation {
        state.generation
    }

    fn settle(&self, _: Verdict, (): &()) {}

    fn revoke(&self, _: Verdict, (): &()) {}

    fn serve(&self, _: Locked<'_, State<T, S>>) {}

    fn output(&mut self, (): (), (): &()) {}
}
