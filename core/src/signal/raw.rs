//! What a signal is made of: the newest value, whether it is promised, and the tasks that wait for it. All of it is under
//! the internal lock, the value included, since it moves in and out there; so this core knows `T`, as that of the queue does.
//!
//! # Problem
//! A value is to be taken by one task, and is not to be lost with a wait that is dropped. And a value that comes before the
//! last one is taken replaces it, whatever was promised to whom.
//!
//! # Rejected
//! * To hand the value into the waiting future. If that is dropped, the value has to go back into the slot, and by then a
//!   newer one may be there.
//! * To wake a waiter, and let it look. Then another task may be there first, and a waiter that is dropped between its wake
//!   and its look has to wake the next one.
//!
//! # States
//!
//! | slot       | a wait that begins | `signal`                                                       | `try_take` |
//! |------------|--------------------|----------------------------------------------------------------|------------|
//! | `Empty`    | enters the list    | `Free`; or `Promised` to the first, if any waits               | nothing    |
//! | `Free`     | takes the value    | displaces the value                                            | takes it   |
//! | `Promised` | enters the list    | displaces the value; the promise stays                         | nothing    |
//!
//! # Invariants, whenever the lock is free
//! * X1. While the slot is `Promised`, one wait has been granted the value that has neither taken it nor given it back. Only
//!   that wait takes it.
//! * X2. While the slot is `Free`, nobody waits.

use core::mem;

use crate::sys::atomic::const_fn;
use crate::wait::list::List;
use crate::wait::queue::{Core, Locked, WaitQueue};
use crate::wait::status::Verdict;
use crate::wait::waiter::ListOf;

/// The waits for the value, whatever its type.
// SAFETY: W6, it is the only list of a `SignalCore`, and its requests are `()`.
pub(super) const WAITING: ListOf<()> = unsafe { ListOf::new(0) };

/// What the lock guards. The value stays where it is when it is promised: few paths change the variant, and those move it.
#[derive(Debug)]
pub(crate) enum Slot<T> {
    /// There is no value.
    Empty,
    /// There is one, for whoever comes first.
    Free(T),
    /// There is one, and a wait has been granted it.
    Promised(T),
}

impl<T> Slot<T> {
    #[inline]
    fn is_free(&self) -> bool {
        // mistake a_promised_value_is_taken_by_another: matches!(self, Self::Free(_)) ~> !matches!(self, Self::Empty)
        matches!(self, Self::Free(_))
    }

    /// Puts the value in. Returns the one that it displaces, whose promise it inherits.
    #[inline]
    fn put(&mut self, value: T, promised: bool) -> Option<T> {
        match self {
            Self::Empty => {
                *self = if promised { Self::Promised(value) } else { Self::Free(value) };
                None
            }
            Self::Free(old) | Self::Promised(old) => Some(mem::replace(old, value)),
        }
    }

    #[inline]
    fn take(&mut self) -> Option<T> {
        match mem::replace(self, Self::Empty) {
            Self::Empty => None,
            Self::Free(value) | Self::Promised(value) => Some(value),
        }
    }
}

/// The queue of the waiters, and the slot that is guarded by its lock. There is no word: all is done under the lock.
#[derive(Debug)]
pub(crate) struct SignalCore<T> {
    pub(super) queue: WaitQueue<Self>,
}

impl<T> Core for SignalCore<T> {
    type Word = ();
    type State = Slot<T>;
    type Lists = [List; 1];

    #[inline]
    fn queue(&self) -> &WaitQueue<Self> {
        &self.queue
    }
}

impl<T> SignalCore<T> {
    const_fn! {
        pub(super) const fn new() -> Self {
            Self { queue: WaitQueue::new((), Slot::Empty, [const { List::new() }; 1]) }
        }
    }

    #[inline]
    pub(super) fn signal(&self, value: T) -> Option<T> {
        let mut locked = self.queue.lock();
        let is_waited_for = !locked.is_empty(WAITING);
        let displaced = locked.state_mut().put(value, is_waited_for);
        // If a value is displaced, nobody is woken: its promise stays with the wait that has it, or nobody waits (X2). So no
        // panic of a waker can meet a value in this function's hands.
        // mistake one_value_is_promised_twice: displaced.is_none() && is_waited_for ~> is_waited_for
        if displaced.is_none() && is_waited_for {
            Self::grant_first(locked);
        }
        displaced
    }

    /// Grants the value, which is promised, to the longest wait. Releases the lock, and wakes.
    #[inline]
    fn grant_first(mut locked: Locked<'_, Self>) {
        let waker = locked.decide(WAITING, Verdict::Granted);
        locked.wake(waker);
    }

    #[inline]
    pub(super) fn try_take(&self) -> Option<T> {
        let mut locked = self.queue.lock();
        let slot = locked.state_mut();
        if slot.is_free() { slot.take() } else { None }
    }

    pub(super) fn has_free_value(&self) -> bool {
        self.queue.lock().state().is_free()
    }

    /// Takes the promise if the value is free, for a wait that looks once more before it enters the list.
    #[inline]
    pub(super) fn claim(locked: &mut Locked<'_, Self>) -> bool {
        let slot = locked.state_mut();
        if !slot.is_free() {
            return false;
        }
        if let Some(value) = slot.take() {
            *slot = Slot::Promised(value);
        }
        true
    }

    /// The value that was promised to the caller.
    #[inline]
    pub(super) fn take_promised(&self) -> T {
        match self.queue.lock().state_mut().take() {
            Some(value) => value,
            None => unreachable!("a promised value is in its slot (X1)"),
        }
    }

    /// The caller was promised the value and does not take it: it goes to the next wait, or is free.
    #[inline(never)]
    pub(super) fn return_promise(&self) {
        let mut locked = self.queue.lock();
        // mistake a_returned_value_wakes_nobody: !locked.is_empty(WAITING) ~> false
        if !locked.is_empty(WAITING) {
            return Self::grant_first(locked);
        }
        let slot = locked.state_mut();
        if let Some(value) = slot.take() {
            *slot = Slot::Free(value);
        }
    }

    pub(super) fn waiters(&self) -> usize {
        self.queue.lock().count()
    }
}
