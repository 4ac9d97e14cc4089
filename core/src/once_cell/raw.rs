//! What a cell is made of, beside the value: who initialises it, and who waits.
//!
//! # The word
//!
//! | bit | name      | meaning                                                                         |
//! |-----|-----------|---------------------------------------------------------------------------------|
//! | 0   | `WAITERS` | a list is not empty (W5; the bit is one for both lists)                           |
//! | 1   | `RUNNING` | the role of the initialiser is taken, or was handed to a waiter that has not run  |
//! | 2   | `FULL`    | the value is there                                                              |
//!
//! | `RUNNING`, `FULL` | state        | left by                                                             |
//! |-------------------|--------------|---------------------------------------------------------------------|
//! | neither           | empty        | `claim`: running                                                    |
//! | `RUNNING`         | running      | `fill`: full; `pass_on`: running by the next in line, or else empty  |
//! | `FULL`            | full         | exclusive access to the cell only                                   |
//!
//! There are two lists. A wait in `ROLES` asks for the role or the value: it is granted the role, or refused because
//! the value is there. A wait in `VALUES` asks for the value, and nothing less decides it.
//!
//! # Invariants
//! * O1. While `RUNNING` is set, the role has exactly one owner: a [`Role`](super::role::Role), or a wait that was
//!   granted it and has not taken it yet. Only the owner writes the value, and only the owner clears `RUNNING`.
//! * O2. `FULL` is set after the value is written, and cleared through exclusive access to the cell only. So a thread
//!   that has seen `FULL` may read the value as long as it borrows the cell.
//! * O3. While a wait is in `ROLES`, the cell is running or full. So a cell that is empty has no waiter for the role,
//!   and a `claim` overtakes nobody.
//! * O4. While `WAITERS` is set, the owner of the role gives it up, or sets `FULL`, under the internal lock only.

use crate::sys::atomic::{AtomicU8, Ordering, const_fn};
use crate::wait::list::List;
use crate::wait::queue::{Core, WaitQueue};
use crate::wait::status::Verdict;
use crate::wait::waiter::ListOf;
use crate::wait::wake::Served;

const RUNNING: u8 = 2;
const FULL: u8 = 4;

/// The waits for the role or the value.
// SAFETY: W6, it is the first of the two lists of a `OnceCore`, and its requests are `()`.
pub(super) const ROLES: ListOf<()> = unsafe { ListOf::new(0) };
/// The waits for the value.
// SAFETY: W6, it is the second of the two lists of a `OnceCore`, and its requests are `()`.
pub(super) const VALUES: ListOf<()> = unsafe { ListOf::new(1) };

/// The word, and the queue of the waiters.
#[derive(Debug)]
pub(crate) struct OnceCore {
    pub(super) queue: WaitQueue<Self>,
}

impl Core for OnceCore {
    type Word = AtomicU8;
    type State = ();
    type Lists = [List; 2];

    #[inline]
    fn queue(&self) -> &WaitQueue<Self> {
        &self.queue
    }
}

/// What an attempt to become the initialiser found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// The role is the caller's.
    Taken,
    /// It is somebody else's.
    Running,
    /// The value is there.
    Full,
}

impl OnceCore {
    const_fn! {
        pub(super) const fn new() -> Self {
            Self { queue: WaitQueue::new(AtomicU8::new(0), (), [const { List::new() }; 2]) }
        }
    }

    const_fn! {
        /// The core of a cell whose value is written already.
        pub(super) const fn full() -> Self {
            Self { queue: WaitQueue::new(AtomicU8::new(FULL), (), [const { List::new() }; 2]) }
        }
    }

    #[inline]
    pub(super) fn is_full(&self) -> bool {
        // Ordering: Acquire synchronizes with the Release in `fill` and `fill_and_wake`: the value is visible.
        self.queue.word.load(Ordering::Acquire) & FULL != 0
    }

    pub(super) fn is_running(&self) -> bool {
        // Ordering: Relaxed, the answer may be old as soon as it is returned; it orders nothing.
        self.queue.word.load(Ordering::Relaxed) & RUNNING != 0
    }

    pub(super) fn waiters(&self) -> usize {
        self.queue.lock().count()
    }

    /// Takes the role if it is free (O1). Nobody waits for it then (O3).
    #[inline]
    pub(super) fn claim(&self) -> Claim {
        if self.is_full() { Claim::Full } else { self.claim_unless_full() }
    }

    /// Apart from `claim`, so that a `get_or_init` of a full cell is a few instructions in its caller.
    #[inline(never)]
    fn claim_unless_full(&self) -> Claim {
        let word = &self.queue.word;
        // Ordering: Acquire as in `is_full`, for a caller that goes on to read the value.
        let mut seen = word.load(Ordering::Acquire);
        loop {
            if seen & FULL != 0 {
                return Claim::Full;
            }
            // mistake a_claim_takes_a_role_that_is_taken: seen & RUNNING != 0 ~> false
            if seen & RUNNING != 0 {
                return Claim::Running;
            }
            let taken = seen | RUNNING;
            // Ordering: Acquire synchronizes with the Release in `pass_on` and `pass_on_or_clear`: an initialiser sees
            // what the one before it did. If the exchange fails, Acquire as for the load above.
            match word.compare_exchange_weak(seen, taken, Ordering::Acquire, Ordering::Acquire) {
                Ok(_) => return Claim::Taken,
                Err(now) => seen = now,
            }
        }
    }

    /// The owner of the role has written the value (O1, O2), and gives up the role. Ends all waits.
    #[inline]
    pub(super) fn fill(&self) {
        // Ordering: Release synchronizes with the Acquire in `is_full` and `claim`: the value is visible.
        // mistake a_fill_forgets_who_waits: self.queue.word.compare_exchange(RUNNING, FULL, Ordering::Release,
        //     Ordering::Relaxed).is_err() ~>
        //     { self.queue.word.fetch_xor(RUNNING | FULL, Ordering::Release); false }
        if self.queue.word.compare_exchange(RUNNING, FULL, Ordering::Release, Ordering::Relaxed).is_err() {
            self.fill_and_wake();
        }
    }

    #[inline(never)]
    fn fill_and_wake(&self) {
        let locked = self.queue.lock();
        // `RUNNING` is set and `FULL` is not, since the caller owns the role (O1, O2). Nobody enters a list from here
        // on, because every last look finds the value. So the loop below serves nobody that comes later.
        // Ordering: Release as in `fill`.
        self.queue.word.fetch_xor(RUNNING | FULL, Ordering::Release);
        locked.wake_loop(|locked| {
            let waker = if !locked.is_empty(ROLES) {
                // mistake a_full_cell_grants_the_role: Verdict::Refused ~> Verdict::Granted
                locked.decide(ROLES, Verdict::Refused)
            } else if !locked.is_empty(VALUES) {
                locked.decide(VALUES, Verdict::Granted)
            } else {
                return Served::Nobody;
            };
            locked.retract_if_nobody_waits();
            Served::One(waker)
        });
    }

    /// The owner of the role gives it up without a value. The longest waiter for the role owns it next (O1).
    #[inline]
    pub(super) fn pass_on(&self) {
        // Ordering: Release synchronizes with the Acquire in `claim`: the next initialiser sees what this one did.
        if self.queue.word.compare_exchange(RUNNING, 0, Ordering::Release, Ordering::Relaxed).is_err() {
            self.pass_on_or_clear();
        }
    }

    #[inline(never)]
    fn pass_on_or_clear(&self) {
        let mut locked = self.queue.lock();
        let heir = if locked.is_empty(ROLES) {
            // Those that wait for the value go on waiting: there is nothing for them yet.
            // Ordering: Release as in `pass_on`.
            self.queue.word.fetch_and(!RUNNING, Ordering::Release);
            None
        } else {
            // mistake a_role_is_free_before_its_heir: locked.decide(ROLES, Verdict::Granted) ~>
            //     { self.queue.word.fetch_and(!RUNNING, Ordering::Release); locked.decide(ROLES, Verdict::Granted) }
            // `RUNNING` stays (O3).
            locked.decide(ROLES, Verdict::Granted)
        };
        locked.retract_if_nobody_waits();
        locked.wake(heir);
    }
}
