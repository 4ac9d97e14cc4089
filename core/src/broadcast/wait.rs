//! The three ways to wait for a broadcast.

#[cfg(feature = "alloc")]
use crate::sys::Arc;
use core::marker::PhantomData;
use core::pin::Pin;

use super::AnyBroadcast;
use super::ends::Exclusive;
use super::error::{PublishError, RecvError};
use super::raw::{BroadcastCore, Found, LISTENERS, RECEIVERS, publishers};
use super::ring::Storage;
use crate::wait::future::{Wait, wait_futures};
use crate::wait::handle::Handle;
use crate::wait::offer::Offer;
use crate::wait::policy::{Look, Policy};
use crate::wait::queue::Locked;
use crate::wait::status::Verdict;
use crate::wait::waiter::ListOf;

/// Asks for room, to publish a value.
pub(crate) struct PublishWait<T, S>(PhantomData<(T, S)>);

// SAFETY: `publishers()` is a list of a `BroadcastCore`, whose waiters have requests `Offer<T>` (W6); `look` returns the
// `Locked` that it was given, and neither it nor `after_cancel` takes the lock again.
unsafe impl<T, S: Storage> Policy for PublishWait<T, S> {
    type Core = BroadcastCore<T, S>;
    type Request = Offer<T>;
    /// The value, if the broadcast is closed.
    type Grant = Result<(), Option<T>>;

    const LIST: ListOf<Offer<T>> = publishers();
    const HANDS_OVER: bool = false;

    #[inline]
    fn try_now(core: &BroadcastCore<T, S>, offer: &Offer<T>) -> Option<Self::Grant> {
        let verdict = core.look_to_publish(core.lock(), offer).ok()?;
        Some(Self::take(core, verdict, offer))
    }

    #[inline]
    fn look<'q>(
        core: &BroadcastCore<T, S>,
        locked: Locked<'q, BroadcastCore<T, S>>,
        offer: &Offer<T>,
    ) -> Look<'q, BroadcastCore<T, S>> {
        core.look_to_publish(locked, offer).into()
    }

    #[inline]
    fn take(_: &BroadcastCore<T, S>, verdict: Verdict, offer: &Offer<T>) -> Self::Grant {
        // SAFETY: W8, the wait is over, and its future's owner polls it.
        let value = unsafe { offer.take() };
        match verdict {
            // It is still there if there was no receiver, and is dropped here.
            Verdict::Granted => Ok(()),
            Verdict::Refused => Err(value),
        }
    }

    /// The value is in the ring; there is nothing to give back.
    fn give_back(_: &BroadcastCore<T, S>, _: &Offer<T>) {}

    /// A cancelled publish frees nothing, so no waiter becomes due.
    fn after_cancel(_: &BroadcastCore<T, S>, _: Locked<'_, BroadcastCore<T, S>>, _: &Offer<T>) {}
}

/// Asks for a value at a position, or for the news that it is gone.
pub(crate) struct RecvWait<T, S>(PhantomData<(T, S)>);

// SAFETY: `RECEIVERS` is a list of a `BroadcastCore`, whose waiters have requests of `u64` (W6); `look` returns the `Locked`
// that it was given, and neither it nor `after_cancel` takes the lock again.
unsafe impl<T, S: Storage> Policy for RecvWait<T, S> {
    type Core = BroadcastCore<T, S>;
    type Request = u64;
    type Grant = Found<T>;

    const LIST: ListOf<u64> = RECEIVERS;
    // What a receiver has not read keeps publishers from the room, and nothing from other receivers.
    const IS_KEPT_WAITING: bool = false;

    #[inline]
    fn try_now(core: &BroadcastCore<T, S>, position: &u64) -> Option<Found<T>> {
        core.receive(*position)
    }

    #[inline]
    fn look<'q>(
        _: &BroadcastCore<T, S>,
        locked: Locked<'q, BroadcastCore<T, S>>,
        position: &u64,
    ) -> Look<'q, BroadcastCore<T, S>> {
        BroadcastCore::look_to_receive(locked, *position).into()
    }

    #[inline]
    fn take(core: &BroadcastCore<T, S>, verdict: Verdict, position: &u64) -> Found<T> {
        match verdict {
            // What was there for a receiver stays until the receiver has read it, or later values are there instead.
            Verdict::Granted => core.receive(*position).unwrap_or(Found::Closed),
            Verdict::Refused => Found::Closed,
        }
    }

    /// Nothing was taken: the receiver is still counted in the value, and reads it later.
    fn give_back(_: &BroadcastCore<T, S>, _: &u64) {}

    /// A cancelled wait frees nothing, so no waiter becomes due.
    fn after_cancel(_: &BroadcastCore<T, S>, _: Locked<'_, BroadcastCore<T, S>>, _: &u64) {}
}

/// Asks for the end of the broadcast.
pub(crate) struct ClosedWait<T, S>(PhantomData<(T, S)>);

// SAFETY: `LISTENERS` is a list of a `BroadcastCore` for requests of `()` (W6); `look` returns the `Locked` that it was
// given, and neither it nor `after_cancel` takes the lock again.
unsafe impl<T, S: Storage> Policy for ClosedWait<T, S> {
    type Core = BroadcastCore<T, S>;
    type Request = ();
    type Grant = ();

    const LIST: ListOf<()> = LISTENERS;
    const HANDS_OVER: bool = false;
    const IS_KEPT_WAITING: bool = false;

    fn try_now(core: &BroadcastCore<T, S>, (): &()) -> Option<()> {
        BroadcastCore::is_closed(&core.lock()).then_some(())
    }

    fn look<'q>(
        _: &BroadcastCore<T, S>,
        locked: Locked<'q, BroadcastCore<T, S>>,
        (): &(),
    ) -> Look<'q, BroadcastCore<T, S>> {
        if BroadcastCore::is_closed(&locked) { Look::Done(Verdict::Granted) } else { Look::Wait(locked) }
    }

    fn take(_: &BroadcastCore<T, S>, _: Verdict, (): &()) {}

    /// Nothing was handed out.
    fn give_back(_: &BroadcastCore<T, S>, (): &()) {}

    /// A cancelled wait frees nothing, so no waiter becomes due.
    fn after_cancel(_: &BroadcastCore<T, S>, _: Locked<'_, BroadcastCore<T, S>>, (): &()) {}
}

type PublishOf<B> = PublishWait<<B as AnyBroadcast>::Value, <B as AnyBroadcast>::Storage>;
type RecvOf<B> = RecvWait<<B as AnyBroadcast>::Value, <B as AnyBroadcast>::Storage>;
type ClosedOf<B> = ClosedWait<<B as AnyBroadcast>::Value, <B as AnyBroadcast>::Storage>;
/// The value of a broadcast that is held by this handle.
type ValueOf<H> = <<H as core::ops::Deref>::Target as AnyBroadcast>::Value;

/// The output of a publish.
#[inline]
fn published<T>(grant: Result<(), Option<T>>) -> Result<(), PublishError<T>> {
    match grant {
        Err(Some(value)) => Err(PublishError(value)),
        Ok(()) | Err(None) => Ok(()),
    }
}

wait_futures! {
    /// The future of [`BroadcastRing::publish`](super::BroadcastRing::publish): waits until the value is in the broadcast.
    pub struct PublishFuture['a, B: AnyBroadcast]['a, B] waits as Wait<&'a B, PublishOf<B>>
    => Result<(), PublishError<B::Value>>, |_, grant| published(grant);

    /// The future of [`ReceiverOf::recv`](super::ReceiverOf::recv): waits for the next value, and returns it.
    pub struct RecvFuture['a, H: Handle<Target: AnyBroadcast<Value: Clone>>]['a, H]
    waits as Wait<Exclusive<'a, H>, RecvOf<H::Target>>
    => Result<ValueOf<H>, RecvError>, |receiver, found| receiver.finish(found);

    /// The future of [`BroadcastRing::closed`](super::BroadcastRing::closed): waits until the broadcast is closed.
    pub struct ClosedFuture['a, B: AnyBroadcast]['a, B] waits as Wait<&'a B, ClosedOf<B>> => (), |_, ()| ();
}

#[cfg(feature = "alloc")]
wait_futures! {
    /// The future of [`BroadcastRing::publish_owned`](super::BroadcastRing::publish_owned): as [`PublishFuture`], and keeps
    /// the broadcast alive.
    pub struct OwnedPublishFuture[B: AnyBroadcast][B] waits as Wait<Arc<B>, PublishOf<B>>
    => Result<(), PublishError<B::Value>>, |_, grant| published(grant);

    /// The future of [`BroadcastRing::closed_owned`](super::BroadcastRing::closed_owned): as [`ClosedFuture`], and keeps the
    /// broadcast alive.
    pub struct OwnedClosedFuture[B: AnyBroadcast][B] waits as Wait<Arc<B>, ClosedOf<B>> => (), |_, ()| ();
}

macro_rules! cancels {
    ($([$($generics:tt)*] $publish:ty;)+) => {$(
        #[allow(single_use_lifetimes, reason = "the macro declares what its caller names")]
        impl<$($generics)*> $publish {
            /// Ends the publish and returns the value, unless it is published already.
            ///
            /// # Examples
            /// ```
            /// # use anywake_core as anywake;
            /// let news = anywake::Broadcast::<&str, 1>::new();
            /// let _receiver = news.receiver();
            /// let publish = core::pin::pin!(news.publish("news"));
            /// assert_eq!(publish.cancel(), Some("news"));
            /// assert!(news.is_empty());
            /// ```
            pub fn cancel(self: Pin<&mut Self>) -> Option<B::Value> {
                // SAFETY: W8, the wait is over, and this owns its future.
                unsafe { self.project().withdraw().1.take() }
            }
        }
    )+};
}

cancels! {
    ['a, B: AnyBroadcast] PublishFuture<'a, B>;
}

#[cfg(feature = "alloc")]
cancels! {
    [B: AnyBroadcast] OwnedPublishFuture<B>;
}
