//! How to wait for the value, and for the end of the receiver.

use core::ops::Deref;
use core::pin::Pin;

use super::ends::{ReceiverOf, SenderOf};
use super::raw::{LISTENING, OneshotCore, RECEIVING};
use super::{AnyOneshot, Oneshot, Slot as _};
use crate::closed::Closed;
use crate::wait::future::{Wait, wait_futures};
use crate::wait::handle::{Handle, Holds};
use crate::wait::policy::{Look, Policy};
use crate::wait::queue::Locked;
use crate::wait::status::Verdict;
use crate::wait::waiter::ListOf;

/// Waits for something that stays true once it is (U3). Nothing is handed out, so nothing comes back.
macro_rules! waits_until {
    ($($(#[$meta:meta])* $wait:ident in $list:ident, $is_true:ident;)+) => {$(
        $(#[$meta])*
        pub(crate) enum $wait {}

        // SAFETY: it is a list of a `OneshotCore`, whose requests are `()` (W6); `look` returns the `Locked` that it was
        // given, and neither it nor `after_cancel` takes the lock again.
        unsafe impl Policy for $wait {
            type Core = OneshotCore;
            type Request = ();
            type Grant = ();

            const LIST: ListOf<()> = $list;
            const HANDS_OVER: bool = false;
            const IS_KEPT_WAITING: bool = false;

            #[inline]
            fn try_now(core: &OneshotCore, (): &()) -> Option<()> {
                core.$is_true().then_some(())
            }

            #[inline]
            fn look<'q>(core: &OneshotCore, locked: Locked<'q, OneshotCore>, (): &()) -> Look<'q, OneshotCore> {
                // From here on the other side comes to the lock.
                locked.announce();
                if !core.$is_true() {
                    return Look::Wait(locked);
                }
                locked.retract_if_nobody_waits();
                Look::Done(Verdict::Granted)
            }

            #[inline]
            fn take(_: &OneshotCore, _: Verdict, (): &()) {}

            #[inline]
            fn give_back(_: &OneshotCore, (): &()) {}

            #[inline]
            fn after_cancel(_: &OneshotCore, locked: Locked<'_, OneshotCore>, (): &()) {
                locked.retract_if_nobody_waits();
            }
        }
    )+};
}

waits_until! {
    /// Asks for the value, or to learn that none will come. What it is, the receiver finds in the slot.
    ReceiveWait in RECEIVING, is_decided;
    /// Asks for the end of the receiver.
    ClosedWait in LISTENING, is_closed;
}

/// A receiver inside the future that waits for its value: the slot that it waits at, and the end that its drop is.
pub(crate) struct Receiving<H: Handle<Target: AnyOneshot>>(ReceiverOf<H>);

impl<H: Handle<Target: AnyOneshot>> Deref for Receiving<H> {
    type Target = H::Target;

    #[inline]
    fn deref(&self) -> &H::Target {
        self.0.slot()
    }
}

// SAFETY: H1, as its handle promises.
unsafe impl<H: Handle<Target: AnyOneshot>> Holds for Receiving<H> {}

/// A sender inside the future that waits for the end of its receiver.
pub(crate) struct Asking<H: Handle<Target: AnyOneshot>>(SenderOf<H>);

impl<H: Handle<Target: AnyOneshot>> Deref for Asking<H> {
    type Target = H::Target;

    #[inline]
    fn deref(&self) -> &H::Target {
        self.0.slot()
    }
}

// SAFETY: H1, as its handle promises.
unsafe impl<H: Handle<Target: AnyOneshot>> Holds for Asking<H> {}

wait_futures! {
    /// The future of [`ReceiverOf::recv`]: waits for the value, and takes it.
    pub struct RecvFuture['a, T]['a, T] waits as Wait<&'a Oneshot<T>, ReceiveWait> => Result<T, Closed>,
    |slot, ()| {
        // SAFETY: U2, the future borrows the one receiver exclusively.
        unsafe { slot.take() }.ok_or(Closed)
    };

    /// The future of a receiver that is awaited: waits for the value, takes it, and drops the receiver.
    pub struct OwnedRecvFuture[H: Handle<Target: AnyOneshot>][H] waits as Wait<Receiving<H>, ReceiveWait>
    => Result<<H::Target as AnyOneshot>::Value, Closed>, |receiving, ()| receiving.0.finish().ok_or(Closed);

    /// The future of [`SenderOf::closed`](super::SenderOf::closed): waits until the receiver is gone, or has closed the channel.
    pub struct ClosedFuture['a, T]['a, T] waits as Wait<&'a Oneshot<T>, ClosedWait> => (), |_, ()| ();

    /// The future of [`SenderOf::closed_owned`]: as [`ClosedFuture`], owns the sender, and returns it.
    pub struct OwnedClosedFuture[H: Handle<Target: AnyOneshot>][H] waits as Wait<Asking<H>, ClosedWait>
    => SenderOf<H>, |asking, ()| asking.0;
}

impl<H: Handle<Target: AnyOneshot>> OwnedClosedFuture<H> {
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub(super) fn of(sender: SenderOf<H>) -> Self {
        Self::over(Wait::new(Asking(sender), ()))
    }

    /// Ends the wait and returns the sender, unless the output was returned already.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let mut slot = anywake::Oneshot::new();
    /// let (sender, mut receiver) = slot.split();
    /// let mut closed = Box::pin(sender.closed_owned());
    /// assert!(!closed.as_mut().enable());
    /// closed.as_mut().cancel().unwrap().send(1).unwrap();
    /// assert_eq!(receiver.try_recv(), Ok(1));
    /// ```
    pub fn cancel(self: Pin<&mut Self>) -> Option<SenderOf<H>> {
        self.project().withdraw().0.map(|asking| asking.0)
    }
}

impl<H: Handle<Target: AnyOneshot>> OwnedRecvFuture<H> {
    #[inline]
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub(super) fn of(receiver: ReceiverOf<H>) -> Self {
        Self::over(Wait::new(Receiving(receiver), ()))
    }

    /// Ends the wait and returns the receiver, unless the output was returned already. Nothing is lost: a value that has
    /// arrived is received by the next wait.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let mut slot = anywake::Oneshot::new();
    /// let (sender, receiver) = slot.split();
    /// let mut wait = Box::pin(receiver.into_future());
    /// assert!(!wait.as_mut().enable());
    /// sender.send(1).unwrap();
    /// let mut receiver = wait.as_mut().cancel().unwrap();
    /// assert_eq!(receiver.try_recv(), Ok(1));
    /// ```
    pub fn cancel(self: Pin<&mut Self>) -> Option<ReceiverOf<H>> {
        self.project().withdraw().0.map(|receiving| receiving.0)
    }
}
