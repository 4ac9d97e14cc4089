//! The ends of a queue, which are counted: with the last one of a kind the queue is closed.

use super::{Gate, QueueCore};
use crate::queue::storage::Storage;

/// How many ends there are, of each kind. None of a queue that is used as one object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ends {
    senders: u32,
    receivers: u32,
}

impl Ends {
    pub(super) const NONE: Self = Self { senders: 0, receivers: 0 };
}

impl<T, S: Storage> QueueCore<T, S> {
    /// One more end that sends.
    ///
    /// # Panics
    /// At 2^32 - 1, where the count would wrap.
    pub(crate) fn add_sender(&self) {
        let mut locked = self.queue.lock();
        let senders = &mut locked.state_mut().ends.senders;
        *senders = one_more(*senders);
    }

    /// One more end that sends, if there is one yet and the queue is open.
    pub(crate) fn add_sender_to_others(&self) -> bool {
        let mut locked = self.queue.lock();
        let state = locked.state_mut();
        let is_used = state.ends.senders > 0 && state.gate == Gate::Open;
        if is_used {
            state.ends.senders = one_more(state.ends.senders);
        }
        is_used
    }

    /// One more end that receives.
    ///
    /// # Panics
    /// At 2^32 - 1, where the count would wrap.
    pub(crate) fn add_receiver(&self) {
        let mut locked = self.queue.lock();
        let receivers = &mut locked.state_mut().ends.receivers;
        *receivers = one_more(*receivers);
    }

    /// An end that sends is gone. With the last one the queue is closed, in the same critical section.
    pub(crate) fn remove_sender(&self) {
        let mut locked = self.queue.lock();
        let senders = &mut locked.state_mut().ends.senders;
        *senders -= 1;
        // mistake the_last_sender_leaves_the_queue_open: *senders == 0 ~> false
        if *senders == 0 {
            self.close_locked(locked);
        }
    }

    /// An end that receives is gone. With the last one the queue is closed, in the same critical section, and what it
    /// holds is dropped.
    pub(crate) fn remove_receiver(&self) {
        let mut locked = self.queue.lock();
        let receivers = &mut locked.state_mut().ends.receivers;
        *receivers -= 1;
        // mistake the_last_receiver_leaves_the_items: self.close_now_locked(locked) ~> self.close_locked(locked)
        if *receivers == 0 {
            self.close_now_locked(locked);
        }
    }
}

/// # Panics
/// At 2^32 - 1, where it would wrap. So many ends can only have been forgotten.
fn one_more(ends: u32) -> u32 {
    assert!(ends < u32::MAX, "a queue has at most 2^32 - 1 ends of a kind: they were forgotten");
    ends + 1
}
