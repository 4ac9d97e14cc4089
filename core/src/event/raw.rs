//! What an event is made of: a flag, and the tasks that wait for it.
//!
//! # The word
//!
//! | bit | name      | meaning                     |
//! |-----|-----------|-----------------------------|
//! | 0   | `WAITERS` | the list is not empty (W5)  |
//! | 1   | `SET`     | the flag                    |
//!
//! # Invariant
//! * E1. While anybody waits, the flag is set under the internal lock only, in the critical section that begins to wake
//!   the cohort.
//!
//! # Why `set` takes the lock before it sets the flag, when somebody waits
//! 1. Thread A sets the flag, sees waiters, and is on its way to the lock.
//! 2. Thread B clears the flag again.
//! 3. Thread C finds it clear and enters the queue.
//! 4. Thread A takes the lock and wakes C, which waited for a later `set`.
//!
//! With the lock taken first, flag and cohort change in one step.

use crate::sys::atomic::{AtomicU8, Ordering, const_fn};
use crate::wait::list::List;
use crate::wait::queue::{Core, WaitQueue};
use crate::wait::status::Generation;
use crate::wait::waiter::ListOf;
use crate::wait::word::WAITERS;

pub(super) const SET: u8 = 2;

// SAFETY: W6, it is the only list of an `EventCore`, and its requests are `()`.
pub(super) const WAITING: ListOf<()> = unsafe { ListOf::new(0) };

/// The flag, and the queue of the waiters. The state that the lock guards is the generation of the next `set`.
#[derive(Debug)]
pub(crate) struct EventCore {
    pub(super) queue: WaitQueue<Self>,
}

impl Core for EventCore {
    type Word = AtomicU8;
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

impl EventCore {
    const_fn! {
        pub(super) const fn new() -> Self {
            Self { queue: WaitQueue::new(AtomicU8::new(0), Generation::new(), [const { List::new() }; 1]) }
        }
    }

    #[inline]
    pub(super) fn set(&self) {
        let word = &self.queue.word;
        // Ordering: Relaxed, the exchange below checks it.
        let mut seen = word.load(Ordering::Relaxed);
        while seen & WAITERS == 0 {
            // Ordering: Release synchronizes with the Acquire in `is_set`, `clear` and `WaitersBit::announce`. Done even
            // if the flag is set, so that this caller's writes are published too.
            match word.compare_exchange_weak(seen, seen | SET, Ordering::Release, Ordering::Relaxed) {
                Ok(_) => return,
                Err(now) => seen = now,
            }
        }
        self.broadcast();
    }

    #[inline(never)]
    fn broadcast(&self) {
        // mistake a_set_before_the_lock: + if mistaken!() { self.queue.word.fetch_or(SET, Ordering::Release); }
        let mut locked = self.queue.lock();
        let waiters = locked.count();
        let cohort = locked.state_mut().begin(waiters);
        // mistake a_set_before_the_lock: self.queue.word.fetch_or(SET, Ordering::Release); ~>
        // mistake a_set_after_the_wakes: self.queue.word.fetch_or(SET, Ordering::Release); ~>
        // Ordering: Release as in `set`.
        self.queue.word.fetch_or(SET, Ordering::Release);
        locked.wake_loop(|locked| {
            let served = locked.grant_of(WAITING, cohort);
            locked.retract_if_nobody_waits();
            served
        });
        // mistake a_set_after_the_wakes: + if mistaken!() { self.queue.word.fetch_or(SET, Ordering::Release); }
    }

    pub(super) fn clear(&self) {
        // Ordering: Acquire synchronizes with the Release of the `set` that it takes back: a loop that clears, looks at
        // what the event stands for, and then waits misses nothing. Release synchronizes with the Acquire in `is_set`: a
        // thread that sees the flag clear sees what was done before.
        self.queue.word.fetch_and(!SET, Ordering::AcqRel);
    }

    #[inline]
    pub(super) fn is_set(&self) -> bool {
        // Ordering: Acquire synchronizes with the Release in `set`, `broadcast` and `clear`.
        self.queue.word.load(Ordering::Acquire) & SET != 0
    }

    pub(super) fn waiters(&self) -> usize {
        self.queue.lock().count()
    }
}
