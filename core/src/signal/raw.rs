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
//! | `value` | `promised` | a wait that begins | `signal`                                                | `try_take` |
//! |---------|------------|--------------------|---------------------------------------------------------|------------|
//! | none    | no         | enters the list    | puts the value in; promises it to the first, if any waits | nothing    |
//! | there   | no         | takes it           | displaces the value                                     | takes it   |
//! | there   | yes        | enters the list    | displaces the value; the promise stays                  | nothing    |
//!
//! # Invariants, whenever the lock is free
//! * X1. While `promised` is set, a value is there, and one wait has been granted it that has neither taken it nor given it
//!   back. Only that wait takes it.
//! * X2. If a task waits, the value is promised or there is none.

use crate::sys::atomic::const_fn;
use crate::wait::list::List;
use crate::wait::queue::{Core, Locked, WaitQueue};
use crate::wait::status::Verdict;
use crate::wait::waiter::ListOf;

/// The waits for the value, whatever its type.
// SAFETY: W6, it is the only list of a `SignalCore`, and its requests are `()`.
pub(super) const WAITING: ListOf<()> = unsafe { ListOf::new(0) };

/// What the lock guards.
#[derive(Debug)]
pub(crate) struct State<T> {
    value: Option<T>,
    promised: bool,
}

/// The queue of the waiters, and the state that is guarded by its lock. There is no word: all is done under the lock.
#[derive(Debug)]
pub(crate) struct SignalCore<T> {
    queue: WaitQueue<Self>,
}

impl<T> Core for SignalCore<T> {
    type Word = ();
    type State = State<T>;
    type Lists = [List; 1];

    #[inline]
    fn queue(&self) -> &WaitQueue<Self> {
        &self.queue
    }
}

impl<T> State<T> {
    /// Whether a value is there that no wait has been promised.
    #[inline]
    fn has_free_value(&self) -> bool {
        // mistake a_promised_value_is_taken_by_another: self.value.is_some() && !self.promised ~> self.value.is_some()
        self.value.is_some() && !self.promised
    }
}

impl<T> SignalCore<T> {
    const_fn! {
        pub(super) const fn new() -> Self {
            let state = State { value: None, promised: false };
            Self { queue: WaitQueue::new((), state, [const { List::new() }; 1]) }
        }
    }

    #[inline]
    pub(super) fn signal(&self, value: T) -> Option<T> {
        let mut locked = self.queue.lock();
        let displaced = locked.state_mut().value.replace(value);
        // If a value is displaced, nobody is woken (X2): so no panic of a waker can meet it in this function's hands.
        Self::promise(locked);
        displaced
    }

    /// Promises the value to the longest wait, if it is free and somebody waits. Releases the lock, and wakes.
    #[inline]
    fn promise(mut locked: Locked<'_, Self>) {
        // mistake one_value_is_promised_twice: locked.state().has_free_value() ~> locked.state().value.is_some()
        if locked.is_empty(WAITING) || !locked.state().has_free_value() {
            return;
        }
        locked.state_mut().promised = true;
        let waker = locked.decide(WAITING, Verdict::Granted);
        locked.wake(waker);
    }

    #[inline]
    pub(super) fn try_take(&self) -> Option<T> {
        let mut locked = self.queue.lock();
        let state = locked.state_mut();
        if state.has_free_value() { state.value.take() } else { None }
    }

    pub(super) fn has_free_value(&self) -> bool {
        self.queue.lock().state().has_free_value()
    }

    /// Takes the promise if the value is free, for a wait that looks once more before it enters the list.
    #[inline]
    pub(super) fn claim(locked: &mut Locked<'_, Self>) -> bool {
        let state = locked.state_mut();
        let is_free = state.has_free_value();
        state.promised |= is_free;
        is_free
    }

    /// The value that was promised to the caller.
    #[inline]
    pub(super) fn take_promised(&self) -> T {
        let mut locked = self.queue.lock();
        let state = locked.state_mut();
        state.promised = false;
        match state.value.take() {
            Some(value) => value,
            None => unreachable!("a promised value is in its slot (X1)"),
        }
    }

    /// The caller was promised the value and does not take it: it goes to the next wait, or is free.
    #[inline(never)]
    pub(super) fn return_promise(&self) {
        let mut locked = self.queue.lock();
        locked.state_mut().promised = false;
        // mistake a_returned_value_wakes_nobody: Self::promise(locked); ~> drop(locked);
        Self::promise(locked);
    }

    pub(super) fn waiters(&self) -> usize {
        self.queue.lock().count()
    }
}
