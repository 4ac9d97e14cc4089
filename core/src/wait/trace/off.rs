//! Nothing is traced.

use core::task::{Context, Waker};

use super::Claim;
use crate::wait::handle::{Handle, Primitive};
use crate::wait::policy::Policy;
use crate::wait::queue::{Core, WaitQueue};
use crate::wait::status::Verdict;
use crate::wait::waiter::Waiter;

/// The trace of a waiter: nothing.
#[derive(Debug)]
pub(crate) struct Trace;

impl Trace {
    #[inline(always)]
    pub(crate) const fn new() -> Self {
        Self
    }

    #[inline(always)]
    pub(crate) fn taker(&self, _: &Context<'_>) -> Taker {
        Taker
    }

    #[inline(always)]
    pub(crate) fn is_decided(&self) {}

    #[inline(always)]
    pub(crate) fn is_over(&self) {}
}

/// What is known of a primitive: nothing.
#[derive(Debug)]
pub(crate) struct Traced;

impl Traced {
    #[inline(always)]
    pub(crate) const fn new() -> Self {
        Self
    }

    #[inline(always)]
    pub(crate) const fn set_name(&mut self, _: &'static str) {}

    #[inline(always)]
    pub(crate) fn set_name_of(&mut self, _: &Self) {}

    #[cfg(feature = "alloc")]
    #[inline(always)]
    pub(crate) fn rename(&self, _: &'static str) {}
}

/// Who takes what can be held: nothing is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taker;

impl Taker {
    #[inline(always)]
    pub(crate) fn here() -> Self {
        Self
    }
}

/// The record of what a guard holds: none.
#[derive(Debug)]
pub(crate) struct Ticket;

#[inline(always)]
pub(crate) fn holds<H: Handle<Target: Primitive>>(_: &H, _: Taker, _: Claim) -> Ticket {
    let _ = H::OWNED;
    Ticket
}

#[inline(always)]
pub(crate) fn releases(_: &mut Ticket) {}

#[inline(always)]
pub(crate) fn changes(_: &Ticket, _: Claim) {}

#[inline(always)]
pub(crate) fn splits(_: &Ticket, _: usize) -> Ticket {
    Ticket
}

#[inline(always)]
pub(crate) fn merges(_: &mut Ticket, _: &mut Ticket) {}

#[inline(always)]
pub(crate) fn permits_are<C: Core>(_: &C, _: usize) {
    let _ = C::permits;
}

/// The waiters of a primitive, to be formatted: their count.
#[inline(always)]
pub(crate) fn listed<C: Core>(_: &WaitQueue<C>, count: usize) -> usize {
    count
}

/// Polls what initialises a cell.
#[inline(always)]
pub(crate) fn initialises<C: Core, R>(
    _: Option<&C>,
    context: &mut Context<'_>,
    poll: impl FnOnce(&mut Context<'_>) -> R,
) -> R {
    poll(context)
}

#[inline(always)]
pub(crate) fn waits<P: Policy>(_: &P::Core, _: &Waiter<P::Request>, _: Option<&Context<'_>>) {
    let _ = (P::HANDS_OVER, P::IS_KEPT_WAITING, P::claim);
}

#[inline(always)]
pub(crate) fn settles<P: Policy>(_: &Waiter<P::Request>, _: Option<Verdict>) {}

#[inline(always)]
pub(crate) fn gives_up<P: Policy>(_: &Waiter<P::Request>) {}

/// Wakes the task of a waiter that was decided, or is to try for itself.
#[inline(always)]
pub(crate) fn wake(waker: Waker) {
    waker.wake();
}
