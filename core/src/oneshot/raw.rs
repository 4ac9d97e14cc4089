//! What a oneshot is made of, beside the value: how far the conversation has come, and who waits.
//!
//! # Problem
//! Two tasks share one value, and either may leave at any time. Two known bugs come from the order of their steps: after a
//! `close`, the sender and the receiver touched the value at once (RUSTSEC-2021-0124); and a receiver that left said so
//! before it had finished with the memory that the sender then freed (RUSTSEC-2026-0005).
//!
//! # Chosen
//! The value has one owner at any time, and one exchange of the word passes it on. There is one sender and one receiver, so
//! a value need not be promised as in a [`Signal`](crate::Signal): nobody but the receiver can take it, and a receive that is
//! dropped, or forgotten, leaves it where it is. What a wait waits for is a bit that is set once and stays set. So each bit
//! may be set without the internal lock. (The memory belongs to neither end: both borrow it, or share it by an `Arc`.)
//!
//! # The word
//!
//! | bit | name      | meaning                                                        | set by       |
//! |-----|-----------|----------------------------------------------------------------|--------------|
//! | 0   | `WAITERS` | a list is not empty (W5; the bit is one for both lists)          |              |
//! | 1   | `SENT`    | the value was sent; the sender is gone                         | `publish`    |
//! | 2   | `GONE`    | the sender was dropped and has sent nothing                    | `hang_up`    |
//! | 3   | `CLOSED`  | the receiver is gone, or wants no value any more               | `close`      |
//!
//! `SENT` and `GONE` exclude each other. `CLOSED` may come with either, and `SENT` never comes after `CLOSED`.
//!
//! # Invariants
//! * U1. Until `SENT` is set, the value belongs to the sender, of which there is one. The sender sets `SENT` after it has
//!   written the value, as its last use of it, and only if `CLOSED` is not set.
//! * U2. Once `SENT` is set, the value belongs to the receiver, of which there is one. It touches the value only after it has
//!   seen `SENT`; `CLOSED` or `GONE` alone allows nothing.
//! * U3. A bit other than `WAITERS` is never cleared, but by exclusive access to the whole.

use crate::sys::atomic::{AtomicU8, Ordering, const_fn};
use crate::wait::list::List;
use crate::wait::queue::{Core, WaitQueue};
use crate::wait::status::Verdict;
use crate::wait::waiter::ListOf;
use crate::wait::wake::Served;
use crate::wait::word::WAITERS;

const SENT: u8 = 2;
const GONE: u8 = 4;
const CLOSED: u8 = 8;

/// The waits for the value, or for the end of the sender.
// SAFETY: W6, it is the first of the two lists of a `OneshotCore`, and its requests are `()`.
pub(super) const RECEIVING: ListOf<()> = unsafe { ListOf::new(0) };
/// The waits for the end of the receiver.
// SAFETY: W6, it is the second of the two lists of a `OneshotCore`, and its requests are `()`.
pub(super) const LISTENING: ListOf<()> = unsafe { ListOf::new(1) };

/// The word, and the queue of the waiters.
#[derive(Debug)]
pub(crate) struct OneshotCore {
    pub(super) queue: WaitQueue<Self>,
}

impl Core for OneshotCore {
    type Word = AtomicU8;
    type State = ();
    type Lists = [List; 2];

    #[inline]
    fn queue(&self) -> &WaitQueue<Self> {
        &self.queue
    }
}

impl OneshotCore {
    const_fn! {
        pub(super) const fn new() -> Self {
            Self { queue: WaitQueue::new(AtomicU8::new(0), (), [const { List::new() }; 2]) }
        }
    }

    /// The sender has written the value (U1), and gives it to the receiver. Returns false if that is gone or has closed: then
    /// the value is the sender's still.
    #[inline]
    pub(super) fn publish(&self) -> bool {
        let mut seen = 0;
        // Ordering: Release synchronizes with the Acquire in `look` and in `WaitersBit::announce`: the value is visible. If
        // it fails, Relaxed: the sender goes on to touch only what it has written itself.
        while let Err(now) =
            self.queue.word.compare_exchange_weak(seen, seen | SENT, Ordering::Release, Ordering::Relaxed)
        {
            // mistake a_value_is_sent_to_nobody: now & CLOSED != 0 ~> false
            if now & CLOSED != 0 {
                return false;
            }
            seen = now;
        }
        // mistake a_send_wakes_nobody: seen & WAITERS != 0 ~> false
        if seen & WAITERS != 0 {
            self.end_waits(RECEIVING);
        }
        true
    }

    /// The sender goes and has sent nothing.
    #[inline]
    pub(super) fn hang_up(&self) {
        // Ordering: Release synchronizes with the Acquire in `look` and in `WaitersBit::announce`: the receiver that learns
        // of it sees what the sender did before.
        let seen = self.queue.word.fetch_or(GONE, Ordering::Release);
        // mistake a_sender_goes_without_a_word: seen & WAITERS != 0 ~> false
        if seen & WAITERS != 0 {
            self.end_waits(RECEIVING);
        }
    }

    /// The receiver goes, or wants no value any more. Returns whether [`tell_listeners`](Self::tell_listeners) is to follow.
    #[inline]
    pub(super) fn close(&self) -> bool {
        if self.is_over() {
            // The sender is gone, and with it all that could ask.
            return false;
        }
        // mistake a_receiver_goes_without_a_word: self.queue.word.fetch_or(CLOSED, Ordering::Release) & WAITERS != 0 ~>
        //     { self.queue.word.fetch_or(CLOSED, Ordering::Release); false }
        // Ordering: Release synchronizes with the Acquire in `look` and in `WaitersBit::announce`: the sender that learns of
        // it sees what the receiver did before.
        self.queue.word.fetch_or(CLOSED, Ordering::Release) & WAITERS != 0
    }

    /// Ends the waits of the sender for the end of the receiver.
    #[inline]
    pub(super) fn tell_listeners(&self) {
        self.end_waits(LISTENING);
    }

    /// Ends all waits of this list. What they wait for is true and stays so (U3), so nobody enters it any more.
    #[inline(never)]
    fn end_waits(&self, list: ListOf<()>) {
        self.queue.lock().wake_loop(|locked| {
            if locked.is_empty(list) {
                return Served::Nobody;
            }
            let waker = locked.decide(list, Verdict::Granted);
            locked.retract_if_nobody_waits();
            Served::One(waker)
        });
    }

    #[inline]
    fn look(&self) -> u8 {
        // Ordering: Acquire synchronizes with the Release in `publish`, `hang_up` and `close`.
        self.queue.word.load(Ordering::Acquire)
    }

    /// Whether the value was sent: then it is the receiver's (U2).
    #[inline]
    pub(super) fn is_sent(&self) -> bool {
        self.look() & SENT != 0
    }

    /// Whether the sender is gone.
    #[inline]
    pub(super) fn is_over(&self) -> bool {
        self.look() & (SENT | GONE) != 0
    }

    /// Whether the receiver is gone, or wants no value any more.
    #[inline]
    pub(super) fn is_closed(&self) -> bool {
        self.look() & CLOSED != 0
    }

    /// Whether a receive ends now: with the value, or because none will come.
    #[inline]
    pub(super) fn is_decided(&self) -> bool {
        self.look() & (SENT | GONE | CLOSED) != 0
    }

    pub(super) fn waiters(&self) -> usize {
        self.queue.lock().count()
    }
}
