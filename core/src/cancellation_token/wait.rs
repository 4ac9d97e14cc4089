//! How to wait for a cancellation.

use super::raw::{Node, NodeRef, WAITING, is_flagged};
use crate::wait::future::{Wait, wait_futures};
use crate::wait::policy::{Look, Policy};
use crate::wait::queue::Locked;
use crate::wait::status::Verdict;
use crate::wait::waiter::ListOf;

/// Asks for the flag of a token.
pub(crate) enum CancelWait {}

// SAFETY: `WAITING` is the one list of a `Node` (W6); `look` returns the `Locked` that it was given, and neither it nor
// `after_cancel` takes the lock again.
unsafe impl Policy for CancelWait {
    type Core = Node;
    type Request = ();
    type Grant = ();

    const LIST: ListOf<()> = WAITING;
    const HANDS_OVER: bool = false;
    const IS_KEPT_WAITING: bool = false;

    #[inline]
    fn try_now(node: &Node, (): &()) -> Option<()> {
        node.is_cancelled().then_some(())
    }

    #[inline]
    fn look<'q>(_: &Node, locked: Locked<'q, Node>, (): &()) -> Look<'q, Node> {
        // mistake a_cancel_misses_the_last_look: is_flagged(&locked) ~> false
        if is_flagged(&locked) { Look::Done(Verdict::Granted) } else { Look::Wait(locked) }
    }

    #[inline]
    fn take(_: &Node, _: Verdict, (): &()) {}

    #[inline]
    fn give_back(_: &Node, (): &()) {}

    #[inline]
    fn after_cancel(_: &Node, locked: Locked<'_, Node>, (): &()) {
        drop(locked);
    }
}

wait_futures! {
    /// The future of [`cancelled`](super::CancellationToken::cancelled): waits until the token is cancelled.
    pub struct CancelledFuture['a]['a] waits as Wait<&'a Node, CancelWait> => (), |_, ()| ();

    /// The future of [`cancelled_owned`](super::CancellationToken::cancelled_owned): as [`CancelledFuture`], and owns the
    /// token.
    pub struct OwnedCancelledFuture[][] waits as Wait<NodeRef, CancelWait> => (), |_, ()| ();
}
