//! What a latch and a wait group are made of: a count, and the tasks that wait until it is zero.
//!
//! # The word
//!
//! | bits of 64 | of 32  | name      | meaning                                                                      |
//! |------------|--------|-----------|------------------------------------------------------------------------------|
//! | 0          | 0      | `WAITERS` | the list is not empty (W5)                                                   |
//! | 1          | 1      | –         | the group's own, see `wait_group/raw.rs`; always clear in a latch            |
//! | 2..33      | 2..17  | held      | the counts that guards hold: each is taken off by the drop of its guard      |
//! | 33..64     | 17..32 | free      | the counts that `count_down` may take                                        |
//!
//! The count is zero if nothing is held and nothing is free, that is, if the word is below [`ONE`]. All counts of a group
//! are held, by tokens. So its held counts have all the bits above the flags, and the code below, except for that which is
//! the latch's alone, does not tell the two apart.
//!
//! # Invariants
//! * F1. While `WAITERS` is set, the count becomes zero under the internal lock only, in the critical section that begins
//!   to wake the cohort.
//! * F2. Each guard and each token is one held count, and nothing else takes that count. So [`let_go`](CountCore::let_go)
//!   always finds it.
//! * F3. Held and free counts of a latch are at most [`MAX`] together, since only [`hold`](CountCore::hold) adds to the
//!   held ones, and takes as much from the free ones. So neither reaches the bits of the other.
//!
//! # Why the last count is taken under the lock, when somebody waits
//! A count may rise again, in a group:
//! 1. Thread A takes the last count, sees waiters, and is on its way to the lock.
//! 2. Thread B adds a token.
//! 3. Thread C finds the count above zero and enters the queue.
//! 4. Thread A takes the lock and wakes C, although B's token is not dropped.
//!
//! With the lock taken first, count and cohort change in one step, as in `event/raw.rs`. So there is no `fetch_sub`, which
//! would take the last count before anybody looked at it.

use super::LatchError;
use crate::sys::atomic::{AtomicUsize, Ordering, const_fn};
use crate::wait::list::List;
use crate::wait::queue::{Core, Locked, WaitQueue};
use crate::wait::status::Generation;
use crate::wait::waiter::ListOf;
use crate::wait::word;

const WAITERS: usize = word::WAITERS as usize;
/// One held count.
pub(crate) const ONE: usize = 4;
/// One free count.
const FREE: usize = 1 << (usize::BITS / 2 + 1);
/// The highest count of a latch.
pub(super) const MAX: usize = usize::MAX / FREE;

// SAFETY: W6, it is the only list of a `CountCore`, and its requests are `()`.
pub(super) const WAITING: ListOf<()> = unsafe { ListOf::new(0) };

/// The count, and the queue of the waiters. The state that the lock guards is the generation of the next zero.
#[derive(Debug)]
pub(crate) struct CountCore {
    pub(crate) queue: WaitQueue<Self>,
}

impl Core for CountCore {
    type Word = AtomicUsize;
    type State = Generation;
    type Lists = [List; 1];

    #[inline]
    fn queue(&self) -> &WaitQueue<Self> {
        &self.queue
    }

    #[inline]
    fn generation(state: &Generation) -> Generation {
        *state
    }
}

impl CountCore {
    const_fn! {
        /// A count with this word.
        pub(crate) const fn new(word: usize) -> Self {
            Self { queue: WaitQueue::new(AtomicUsize::new(word), Generation::new(), [const { List::new() }; 1]) }
        }
    }

    const_fn! {
        /// `count` free counts, at most [`MAX`].
        pub(super) const fn counting_down(count: usize) -> Self {
            Self::new(count * FREE)
        }
    }

    #[inline]
    pub(crate) fn word(&self) -> &AtomicUsize {
        &self.queue.word
    }

    /// Whether this word's count is zero.
    #[inline]
    pub(crate) fn is_zero(word: usize) -> bool {
        // mistake what_a_guard_holds_counts_for_nothing: word < ONE ~> word < FREE
        word < ONE
    }

    /// What the word holds, with all that was done before each count was taken off.
    #[inline]
    pub(crate) fn seen(&self) -> usize {
        // Ordering: Acquire synchronizes with the Release of all `lower`s before: each is a read-modify-write, so this
        // look is in the release sequence of each.
        self.word().load(Ordering::Acquire)
    }

    /// Takes off what a guard or token held.
    #[inline]
    pub(crate) fn let_go(&self) {
        let lowered = self.lower(ONE);
        debug_assert!(lowered.is_ok(), "a held count is there until it is let go (F2)");
    }

    /// Takes `amount` off the word. If there is less, nothing changes, and the word comes back.
    #[inline]
    fn lower(&self, amount: usize) -> Result<(), usize> {
        // Ordering: Relaxed, the exchange below checks it.
        let mut word = self.word().load(Ordering::Relaxed);
        loop {
            if word < amount {
                return Err(word);
            }
            let left = word - amount;
            if Self::is_zero(left) && word & WAITERS != 0 {
                // mistake a_zero_before_the_lock: return self.lower_to_zero(amount); ~>
                //     self.word().fetch_sub(amount, Ordering::AcqRel);
                //     Self::wake_cohort(self.queue.lock());
                //     return Ok(());
                return self.lower_to_zero(amount);
            }
            // Ordering: Release synchronizes with the Acquire in `seen` and in `lower_to_zero`.
            match self.word().compare_exchange_weak(word, left, Ordering::Release, Ordering::Relaxed) {
                Ok(_) => return Ok(()),
                Err(now) => word = now,
            }
        }
    }

    /// The same under the lock, since this may be the last count, and somebody waits (F1).
    #[inline(never)]
    fn lower_to_zero(&self, amount: usize) -> Result<(), usize> {
        let locked = self.queue.lock();
        // mistake a_latch_counts_below_zero: word.checked_sub(amount) ~> Some(word.wrapping_sub(amount))
        let lowered = |word: usize| word.checked_sub(amount);
        // Ordering: Release as in `lower`. Acquire synchronizes with the Release in `lower`, of all counts before: the
        // waiters see through this thread what was done before each of them.
        let before = self.word().fetch_update(Ordering::AcqRel, Ordering::Relaxed, lowered)?;
        // Unless a group has grown meanwhile.
        if Self::is_zero(before - amount) {
            Self::wake_cohort(locked);
        }
        Ok(())
    }

    /// The count has just become zero: grants all that wait now, and releases the lock.
    fn wake_cohort(mut locked: Locked<'_, Self>) {
        let waiters = locked.count();
        let cohort = locked.state_mut().begin(waiters);
        locked.wake_loop(|locked| {
            let served = locked.grant_of(WAITING, cohort);
            locked.retract_if_nobody_waits();
            served
        });
    }

    pub(crate) fn waiters(&self) -> usize {
        self.queue.lock().count()
    }
}

/// What is the latch's alone.
impl CountCore {
    #[inline]
    pub(super) fn count_down(&self, n: usize) -> Result<(), LatchError> {
        // The product would wrap, or reach the held counts; and more than `MAX` are never there (F3).
        if n > MAX {
            return Err(Self::too_far(self.seen()));
        }
        // mistake a_count_down_takes_what_a_guard_holds: self.lower(n * FREE) ~>
        //     { let held = self.seen() % FREE / ONE; self.lower(if held > 0 { n * ONE } else { n * FREE }) }
        self.lower(n * FREE).map_err(Self::too_far)
    }

    /// Turns a free count into a held one.
    #[inline]
    pub(super) fn hold(&self) -> Result<(), LatchError> {
        // Ordering: Relaxed, the exchange below checks it.
        let mut word = self.word().load(Ordering::Relaxed);
        loop {
            if word < FREE {
                return Err(Self::too_far(word));
            }
            // Ordering: Relaxed, nothing is counted down. It is a read-modify-write, and so interrupts no release sequence.
            match self.word().compare_exchange_weak(
                word,
                word - FREE + ONE,
                Ordering::Relaxed,
                Ordering::Relaxed,
            ) {
                Ok(_) => return Ok(()),
                Err(now) => word = now,
            }
        }
    }

    #[inline]
    pub(super) fn remaining(&self) -> usize {
        let word = self.seen();
        word / FREE + word % FREE / ONE
    }

    /// What `count_down` could have taken from this word.
    #[inline]
    fn too_far(word: usize) -> LatchError {
        LatchError { remaining: word / FREE }
    }
}

#[cfg(all(test, not(loom)))]
mod tests;
