//! What a wait group adds to the count of a latch: the count may rise, until it is closed.
//!
//! # The word
//! It is that of `latch/raw.rs`. Bit 1 is `CLOSED`, for good. All counts are held, one by each token (F2), and have all the
//! bits above the flags.

use super::AddError;
use crate::latch::{CountCore, ONE};
use crate::sys::atomic::Ordering;

const CLOSED: usize = 2;

impl CountCore {
    /// Adds a token, unless the group is closed.
    #[inline]
    pub(super) fn add(&self) -> Result<(), AddError> {
        self.raise(CLOSED)
    }

    /// Adds a token beside one that is there, so even if the group is closed.
    #[inline]
    pub(super) fn add_another(&self) -> Result<(), AddError> {
        self.raise(0)
    }

    /// Adds a held count, unless the word has the flag `barred`.
    #[inline]
    fn raise(&self, barred: usize) -> Result<(), AddError> {
        // Ordering: Acquire synchronizes with the Release in `close`: what is refused knows what was done before that.
        let mut word = self.word().load(Ordering::Acquire);
        loop {
            if word & barred != 0 {
                return Err(AddError::Closed);
            }
            // mistake tokens_wrap: word.checked_add(ONE) ~> Some(word.wrapping_add(ONE))
            let Some(raised) = word.checked_add(ONE) else { return Err(AddError::TooMany) };
            // Ordering: Relaxed if it succeeds. It is a read-modify-write, and so interrupts no release sequence of tokens
            // that were dropped before. Acquire if it fails, as above.
            match self.word().compare_exchange_weak(word, raised, Ordering::Relaxed, Ordering::Acquire) {
                Ok(_) => return Ok(()),
                Err(now) => word = now,
            }
        }
    }

    pub(super) fn close(&self) {
        // mistake a_close_forgets_the_tokens: self.word().fetch_or(CLOSED, Ordering::Release); ~>
        //     self.word().store(CLOSED, Ordering::Release);
        // Ordering: Release synchronizes with the Acquire in `raise` and `is_closed`.
        self.word().fetch_or(CLOSED, Ordering::Release);
    }

    pub(super) fn is_closed(&self) -> bool {
        self.seen() & CLOSED != 0
    }

    #[inline]
    pub(super) fn tokens(&self) -> usize {
        self.seen() / ONE
    }
}

#[cfg(all(test, not(loom)))]
mod tests;
