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

impl<T, S: Storage<T>> QueueCore<T, S> {
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
        self.add_to_others(|ends| &mut ends.senders)
    }

    /// One more end that receives, if there is one yet and the queue is open.
    pub(crate) fn add_receiver_to_others(&self) -> bool {
        self.add_to_others(|ends| &mut ends.receivers)
    }

    fn add_to_others(&self, kind: impl FnOnce(&mut Ends) -> &mut u32) -> bool {
        let mut locked = self.queue.lock();
        let state = locked.state_mut();
        // mistake a_closed_channel_gets_an_end: state.gate == Gate::Open ~> true
        let is_open = state.gate == Gate::Open;
        let ends = kind(&mut state.ends);
        let is_used = is_open && *ends > 0;
        if is_used {
            *ends = one_more(*ends);
        }
        is_used
    }

    /// How many ends send.
    pub(crate) fn senders(&self) -> usize {
        self.queue.lock().state().ends.senders as usize
    }

    /// How many ends receive.
    pub(crate) fn receivers(&self) -> usize {
        self.queue.lock().state().ends.receivers as usize
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
