//! Nothing is traced.

use core::task::Context;

use crate::wait::policy::Policy;
use crate::wait::queue::Core;
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
    pub(crate) fn is_decided(&self) {}

    #[inline(always)]
    pub(crate) fn is_over(&self) {}
}

/// Who holds a primitive: nothing is known.
#[derive(Debug)]
pub(crate) struct Owner;

impl Owner {
    #[inline(always)]
    pub(crate) const fn new() -> Self {
        Self
    }
}

#[inline(always)]
pub(crate) fn has<P: Policy>(_: &P::Core, _: &Waiter<P::Request>, _: &Context<'_>) {
    let _ = P::OWNS;
}

#[inline(always)]
pub(crate) fn has_now<C: Core>(_: &C) {}

#[inline(always)]
pub(crate) fn releases<C: Core>(_: &C) {}

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
    let _ = (P::HANDS_OVER, P::IS_KEPT_WAITING);
}
