//! Room in a queue that was reserved, and its owned form, which is the same type.

use core::fmt;

use super::AnyQueue;
use super::error::PushError;
use crate::wait::handle::{Handle, Primitive};
use crate::wait::trace::{self, Claim, Taker, Ticket};

/// Room for one item in a queue, reserved by [`reserve`](super::QueueOf::reserve); given back when it is dropped.
///
/// It holds a place and not yet an item. So an item can be made when there is room for it, and a task that waits for
/// several things at once has no item to lose when it drops one of the waits.
///
/// `H` is how the queue is held: by reference, or by `Arc` after `reserve_owned`.
///
/// # A slot that is kept
/// While it exists the queue has room for one item fewer, and after [`close`](super::QueueOf::close) the queue does not
/// end: a `pop` waits for the item that may still come.
#[must_use = "a slot that is dropped at once is given back at once"]
pub struct Slot<H: Handle<Target: AnyQueue>> {
    queue: H,
    /// An item has taken the room.
    is_filled: bool,
    ticket: Ticket,
}

impl<H: Handle<Target: AnyQueue>> Slot<H> {
    /// The caller has reserved a slot, and gives it away.
    #[inline]
    pub(super) fn new(queue: H, taker: Taker) -> Self {
        let ticket = trace::holds(&queue, taker, Claim::Slot);
        Self { queue, is_filled: false, ticket }
    }

    /// Adds the item at the end of the queue. There is room; and a queue that was closed meanwhile still takes it.
    ///
    /// # Errors
    /// [`PushError`], with the item, after [`close_now`](super::QueueOf::close_now): nobody will take it.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// let jobs = anywake::StaticQueue::<_, 1>::new();
    /// let slot = jobs.try_reserve().unwrap();
    /// jobs.close();
    /// slot.send("reserved in time").unwrap();
    /// assert_eq!(jobs.try_pop(), Ok("reserved in time"));
    /// ```
    pub fn send(
        mut self,
        item: <H::Target as AnyQueue>::Item,
    ) -> Result<(), PushError<<H::Target as AnyQueue>::Item>> {
        self.is_filled = true;
        self.queue.core().fill(item).map_err(PushError)
    }
}

impl<H: Handle<Target: AnyQueue>> Drop for Slot<H> {
    fn drop(&mut self) {
        trace::releases(&mut self.ticket);
        if !self.is_filled {
            self.queue.core().return_slot();
        }
    }
}

impl<H: Handle<Target: AnyQueue>> fmt::Debug for Slot<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Slot")
    }
}
