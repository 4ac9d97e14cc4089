//! What a queue is made of: the items, the waiters of four kinds, how much is promised, and how many ends it has. All of
//! it is under the internal lock, items included, since they move in and out there; so this is the one core that knows
//! `T`.
//!
//! # Invariants, whenever the lock is free
//! * Q1. Claims ≤ items. The difference is free to be taken.
//! * Q2. If a `pop` waits, no item is free to be taken. If a `push` waits, there is no [room](State::has_room).
//! * Q3. `unfinished` = pushed - done, up to its maximum. Items that `close_now` dropped are done; displaced ones were never pushed.
//! * Q4. Once closed, no item enters and no `push` waits; once [over](State::is_over), no `pop` waits.
//! * Q5. Items and reserved slots together are at most as many as the storage has slots, the slack included. Those that are
//!   not promised when they enter are at most as many as the capacity.

use core::fmt;

use super::storage::{Slots, Storage, Store};
use super::unfinished::Unfinished;
use crate::closed::Closed;
use crate::sys::atomic::const_fn;
use crate::sys::on_drop::{OnDrop, sheltered};
use crate::wait::list::List;
use crate::wait::offer::Offer;
use crate::wait::queue::{Core, Locked, WaitQueue};
use crate::wait::status::{Generation, Verdict};
use crate::wait::waiter::ListOf;
use crate::wait::wake::Served;

mod ends;

use ends::Ends;

/// How far a queue is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gate {
    Open,
    /// No item enters; what is there may be taken.
    Draining,
    /// No item enters; what is there, claims apart, is dropped.
    Discarding,
}

/// What the lock guards.
pub(crate) struct State<T, S: Storage<T>> {
    items: S::Of,
    /// Items that are promised to a `pop`.
    claims: usize,
    /// Slots that are promised to a later `send`.
    reserved: usize,
    unfinished: Unfinished,
    generation: Generation,
    gate: Gate,
    ends: Ends,
}

/// The queue of the waiters, and the state that is guarded by its lock. There is no word: all is done under the lock.
pub(crate) struct QueueCore<T, S: Storage<T>> {
    pub(super) queue: WaitQueue<Self>,
}

impl<T, S: Storage<T>> Core for QueueCore<T, S> {
    type Word = ();
    type State = State<T, S>;
    type Lists = [List; 4];

    #[inline]
    fn queue(&self) -> &WaitQueue<Self> {
        &self.queue
    }

    #[inline]
    fn generation(state: &State<T, S>) -> Generation {
        state.generation
    }
}

/// The waits to push, each with its item.
pub(super) const fn pushers<T>() -> ListOf<Offer<T>> {
    // SAFETY: W6, waits with the requests `Offer<T>` enter list 0 of a `QueueCore<T, _>`, and no others.
    unsafe { ListOf::new(0) }
}

// SAFETY: W6, only requests of `()` enter list 1 of a `QueueCore`.
pub(super) const POPPERS: ListOf<()> = unsafe { ListOf::new(1) };
// SAFETY: W6, only requests of `()` enter list 2 of a `QueueCore`.
pub(super) const JOINERS: ListOf<()> = unsafe { ListOf::new(2) };
// SAFETY: W6, only requests of `()` enter list 3 of a `QueueCore`.
pub(super) const LISTENERS: ListOf<()> = unsafe { ListOf::new(3) };

impl<T, S: Storage<T>> State<T, S> {
    #[cfg(feature = "alloc")]
    pub(super) fn slack(&self) -> usize {
        self.items.slack()
    }

    /// The places that a new item may not take: those that are reserved, and the slack beyond what is promised.
    #[inline]
    fn held_back(&self) -> usize {
        // mistake slack_is_for_everybody: self.items.slack().saturating_sub(self.claims) ~> 0
        // mistake slack_is_for_nobody: self.items.slack().saturating_sub(self.claims) ~> self.items.slack()
        self.reserved + self.items.slack().saturating_sub(self.claims)
    }

    /// Adds an item if there is room.
    #[inline]
    fn push(&mut self, item: T) -> Result<(), T> {
        self.items.push_back(item, self.held_back())?;
        self.unfinished.add();
        Ok(())
    }

    /// Adds an item in a place that has just come free. There may be no [room](Self::has_room) beyond it, if claims were
    /// returned and their items fill the slack.
    #[inline]
    fn put(&mut self, item: T) {
        // mistake an_item_for_a_slot_is_lost_beyond_the_capacity: self.items.push_back(item, self.reserved) ~>
        //     self.items.push_back(item, self.held_back())
        let _ = self.items.push_back(item, self.reserved);
        self.unfinished.add();
    }

    /// Whether there is a place that is neither taken nor held back. Asked only of a storage with a bound.
    #[inline]
    fn has_room(&self) -> bool {
        // mistake a_reserved_slot_is_given_away: self.items.len() + self.held_back() < self.items.slots() ~>
        //     self.items.len() < self.items.slots()
        self.items.len() + self.held_back() < self.items.slots()
    }

    /// Gives room, which there is, to a `push` with this item, or reserves a slot for one without.
    #[inline]
    fn admit(&mut self, item: Option<T>) {
        match item {
            // There is room.
            Some(item) => _ = self.push(item),
            None => self.reserved += 1,
        }
    }

    /// Whether an unclaimed `pop` can never succeed. While draining this needs an empty queue, since a dropped claim frees
    /// its item, and no reserved slot, since an item may still come into it.
    #[inline]
    fn is_over(&self) -> bool {
        match self.gate {
            Gate::Open => false,
            // mistake a_closed_queue_is_over_too_soon: self.items.len() + self.reserved == 0 ~>
            //     self.items.len() + self.reserved == self.claims
            // mistake a_closed_queue_forgets_what_is_reserved: self.items.len() + self.reserved == 0 ~>
            //     self.items.len() == 0
            Gate::Draining => self.items.len() + self.reserved == 0,
            Gate::Discarding => true,
        }
    }

    /// Whether an item is there that nobody has claimed.
    #[inline]
    fn has_free_item(&self) -> bool {
        // mistake try_pop_takes_what_is_promised: self.items.len() > self.claims ~> self.items.len() > 0
        self.items.len() > self.claims && self.gate != Gate::Discarding
    }

    /// Takes the first item if not all are claimed. Waits that hold claims take what is first when they run.
    #[inline]
    fn take_free(&mut self) -> Option<T> {
        if self.has_free_item() { self.items.pop_front() } else { None }
    }
}

/// What there is to know about a queue at one moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Figures {
    pub(super) len: usize,
    /// `usize::MAX` without a bound.
    pub(super) capacity: usize,
    pub(super) unfinished: usize,
    pub(super) waiters: usize,
    pub(super) closed: bool,
}

impl<T, S: Storage<T>> QueueCore<T, S> {
    const_fn! {
        pub(super) const fn new(items: S::Of) -> Self {
            let state = State {
                items,
                claims: 0,
                reserved: 0,
                unfinished: Unfinished::NONE,
                generation: Generation::new(),
                gate: Gate::Open,
                ends: Ends::NONE,
            };
            Self { queue: WaitQueue::new((), state, [const { List::new() }; 4]) }
        }
    }

    pub(super) fn figures(&self) -> Figures {
        let locked = self.queue.lock();
        let state = locked.state();
        Figures {
            len: state.items.len(),
            capacity: state.items.slots() - state.items.slack(),
            unfinished: state.unfinished.count(),
            waiters: locked.count(),
            closed: state.gate != Gate::Open,
        }
    }

    /// Adds an item if the queue is open and has room.
    ///
    /// # Errors
    /// Returns the item, and whether the queue is closed.
    #[inline]
    pub(super) fn try_push(&self, item: T) -> Result<(), (T, bool)> {
        let mut locked = self.queue.lock();
        if locked.state().gate != Gate::Open {
            return Err((item, true));
        }
        match locked.state_mut().push(item) {
            Ok(()) => {
                self.serve(locked);
                Ok(())
            }
            Err(item) => {
                drop(locked);
                self.grow_and_push(item)
            }
        }
    }

    /// The rest of `try_push` if there is no place: with more memory, if the storage can grow and there is some.
    #[inline]
    fn grow_and_push(&self, item: T) -> Result<(), (T, bool)> {
        let Some(memory) = S::Of::allocate() else { return Err((item, false)) };
        let mut locked = self.queue.lock();
        // mistake a_closed_queue_grows: locked.state().gate != Gate::Open ~> false
        if locked.state().gate != Gate::Open {
            drop(locked);
            return Err((item, true));
        }
        let surplus = locked.state_mut().items.grow(memory);
        let pushed = locked.state_mut().push(item);
        self.serve(locked);
        drop(surplus);
        pushed.map_err(|item| (item, false))
    }

    /// Reserves a slot if the queue is open and has room.
    ///
    /// # Errors
    /// Returns whether the queue is closed.
    pub(super) fn try_reserve(&self) -> Result<(), bool> {
        let mut locked = self.queue.lock();
        let state = locked.state_mut();
        if state.gate != Gate::Open || !state.has_room() {
            return Err(state.gate != Gate::Open);
        }
        state.reserved += 1;
        Ok(())
    }

    /// A copy of the first item, if not all are claimed: what `try_pop` would take.
    pub(super) fn peek(&self) -> Option<T>
    where
        T: Copy,
    {
        let locked = self.queue.lock();
        let state = locked.state();
        if state.has_free_item() { state.items.first() } else { None }
    }

    /// The last look of a `push` before it waits.
    #[inline]
    pub(super) fn look_to_push<'q>(
        &self,
        mut locked: Locked<'q, Self>,
        slot: &Offer<T>,
    ) -> Result<Verdict, Locked<'q, Self>> {
        if locked.state().gate != Gate::Open {
            return Ok(Verdict::Refused);
        }
        if !locked.state().has_room() {
            return Err(locked);
        }
        // SAFETY: W8, the waiter is in no list, and its future's owner polls it.
        let item = unsafe { slot.take() };
        locked.state_mut().admit(item);
        self.serve(locked);
        Ok(Verdict::Granted)
    }

    #[inline]
    pub(super) fn lock(&self) -> Locked<'_, Self> {
        self.queue.lock()
    }

    /// An item for a slot that was reserved.
    ///
    /// # Errors
    /// Returns it if nobody will take it any more.
    pub(super) fn fill(&self, item: T) -> Result<(), T> {
        let mut locked = self.queue.lock();
        let state = locked.state_mut();
        state.reserved -= 1;
        if state.gate == Gate::Discarding {
            return Err(item);
        }
        // The place was reserved until now.
        state.put(item);
        self.serve(locked);
        Ok(())
    }

    /// A slot that was reserved is free again.
    pub(super) fn return_slot(&self) {
        let mut locked = self.queue.lock();
        locked.state_mut().reserved -= 1;
        // mistake a_returned_slot_wakes_nobody: self.serve(locked); ~> drop(locked);
        self.serve(locked);
    }

    /// Takes the first item that nobody has claimed; `Ok(None)` if there is none now, an error if there never will be.
    #[inline]
    pub(super) fn try_pop(&self) -> Result<Option<T>, Closed> {
        let mut locked = self.queue.lock();
        match locked.state_mut().take_free() {
            Some(item) => {
                let loose = locked.state_mut().items.take_loose();
                // mistake memory_is_freed_under_the_lock: self.serve_with_item_in_hand(locked); drop(loose); ~>
                //     drop(loose); self.serve_with_item_in_hand(locked);
                self.serve_with_item_in_hand(locked);
                drop(loose);
                Ok(Some(item))
            }
            None if locked.state().is_over() => Err(Closed),
            None => Ok(None),
        }
    }

    /// The last look of a `pop` before it waits.
    #[inline]
    pub(super) fn look_to_pop<'q>(&self, mut locked: Locked<'q, Self>) -> Result<Verdict, Locked<'q, Self>> {
        if locked.state().has_free_item() {
            locked.state_mut().claims += 1;
            // mistake a_claim_makes_room_for_nobody: S::Of::HAS_SLACK ~> false
            if S::Of::HAS_SLACK {
                self.serve_after_claim(locked);
            }
            return Ok(Verdict::Granted);
        }
        if locked.state().is_over() { Ok(Verdict::Refused) } else { Err(locked) }
    }

    /// The item that a granted `pop` has claimed.
    #[inline]
    pub(super) fn take_claimed(&self) -> Option<T> {
        let mut locked = self.queue.lock();
        let state = locked.state_mut();
        state.claims -= 1;
        let item = state.items.pop_front();
        let loose = state.items.take_loose();
        self.serve_with_item_in_hand(locked);
        drop(loose);
        item
    }

    /// A `pop` was dropped with its claim: the item is free again.
    pub(super) fn return_claim(&self) {
        let mut locked = self.queue.lock();
        locked.state_mut().claims -= 1;
        let discards = locked.state().gate == Gate::Discarding;
        self.serve(locked);
        if discards {
            self.discard();
        }
    }

    /// Returns whether it was this call that closed the queue.
    pub(super) fn close(&self) -> bool {
        self.close_locked(self.queue.lock())
    }

    fn close_locked(&self, mut locked: Locked<'_, Self>) -> bool {
        let was_open = locked.state().gate == Gate::Open;
        if was_open {
            locked.state_mut().gate = Gate::Draining;
        }
        self.serve(locked);
        was_open
    }

    /// Returns whether it was this call that closed the queue.
    pub(super) fn close_now(&self) -> bool {
        self.close_now_locked(self.queue.lock())
    }

    fn close_now_locked(&self, mut locked: Locked<'_, Self>) -> bool {
        let was_open = locked.state().gate == Gate::Open;
        locked.state_mut().gate = Gate::Discarding;
        drop(locked);
        // Even if the drop of an item panics.
        let _refuse = OnDrop(|| self.serve(self.queue.lock()));
        self.discard();
        was_open
    }

    /// Whether the queue is closed, for a wait for that.
    #[inline]
    pub(super) fn is_closed(locked: &Locked<'_, Self>) -> bool {
        locked.state().gate != Gate::Open
    }

    /// One item fewer is unfinished. Returns whether there was one.
    pub(super) fn task_done(&self) -> bool {
        let mut locked = self.queue.lock();
        let state = locked.state_mut();
        if !state.unfinished.remove() {
            return false;
        }
        self.end_joins(locked);
        true
    }

    /// Whether a `join` ends now.
    #[inline]
    pub(super) fn is_finished(locked: &Locked<'_, Self>) -> bool {
        locked.state().unfinished == Unfinished::NONE
    }

    /// Serves the waiters that are due after a change, and releases the lock.
    #[inline]
    fn serve(&self, locked: Locked<'_, Self>) {
        if locked.count() > 0 {
            self.serve_waiters(locked);
        }
    }

    /// The same for a caller that has taken an item out, which has no place in the queue any more once the room is given
    /// to a `push`. The waker of that push is a stranger's: if it panics, the caller keeps its item.
    #[inline]
    fn serve_with_item_in_hand(&self, locked: Locked<'_, Self>) {
        if locked.count() > 0 {
            self.serve_waiters_sheltered(locked);
        }
    }

    /// The same for a `pop` that has claimed an item in its last look: a claim makes room where there is slack.
    fn serve_after_claim(&self, locked: Locked<'_, Self>) {
        if locked.count() > 0 {
            // Nobody holds the claim yet if a waker panics.
            let claim = OnDrop(|| self.return_claim());
            self.serve_waiters_sheltered(locked);
            core::mem::forget(claim);
        }
    }

    // Not inlined where it catches: with a place to catch a panic in, a `pop` would keep its item in memory.
    #[cfg_attr(feature = "std", inline(never))]
    #[cfg_attr(not(feature = "std"), inline)]
    fn serve_waiters_sheltered(&self, locked: Locked<'_, Self>) {
        // mistake a_strangers_panic_costs_an_item: sheltered(|| self.serve_waiters(locked)); ~>
        //     self.serve_waiters(locked);
        sheltered(|| self.serve_waiters(locked));
    }

    #[inline(never)]
    fn serve_waiters(&self, locked: Locked<'_, Self>) {
        locked.wake_loop(serve_one);
    }

    /// Ends all joins that wait now, if nothing is unfinished.
    fn end_joins(&self, mut locked: Locked<'_, Self>) {
        if locked.state().unfinished != Unfinished::NONE || locked.is_empty(JOINERS) {
            return;
        }
        let waiters = locked.count();
        let cohort = locked.state_mut().generation.begin(waiters);
        locked.wake_loop(|locked| locked.grant_of(JOINERS, cohort));
    }

    /// Drops what a queue that discards holds beyond its claims. Does nothing if it does not discard.
    fn discard(&self) {
        // mistake a_panic_ends_the_discard: while self.discard_one() {} ~> ()
        // The items that the first loop leaves because the drop of one panics.
        let _rest = OnDrop(|| while self.discard_one() {});
        while self.discard_one() {}
    }

    fn discard_one(&self) -> bool {
        let mut locked = self.queue.lock();
        let state = locked.state_mut();
        // mistake close_now_drops_what_is_promised: state.items.len() == state.claims ~> state.items.len() == 0
        if state.gate != Gate::Discarding || state.items.len() == state.claims {
            return false;
        }
        // From the end: claimed items are taken from the front, whatever the order of the storage.
        let item = state.items.pop_back();
        let loose = state.items.take_loose();
        drop(locked);
        drop(loose);
        // mistake a_join_ends_before_the_last_drop: + if mistaken!() { self.task_done(); drop(item); return true; }
        // An item is done when it is gone, and also if its drop panics.
        let _done = OnDrop(|| {
            // mistake a_panic_leaves_the_work_undone: self.task_done(); ~>
            self.task_done();
        });
        drop(item);
        true
    }
}

impl<T, S: Slots<T>> QueueCore<T, S> {
    pub(super) fn is_full(&self) -> bool {
        !self.queue.lock().state().has_room()
    }

    /// As `try_push`, but displaces an item if there is no room. There may be none: all slots are reserved then.
    pub(super) fn force_push(&self, item: T) -> Result<Option<T>, (T, bool)> {
        let mut locked = self.queue.lock();
        let state = locked.state_mut();
        if state.gate != Gate::Open {
            return Err((item, true));
        }
        let (displaced, item) = if state.has_room() {
            (None, item)
        } else {
            let (displaced, item) = state.items.displace(item).map_err(|item| (item, false))?;
            (Some(displaced), item)
        };
        // mistake displaced_work_is_never_done: displaced.is_some() ~> false
        if displaced.is_some() {
            state.unfinished.remove();
        }
        state.put(item);
        self.serve(locked);
        Ok(displaced)
    }
}

/// Serves the next of the waiters that Q2 and Q4 do not let wait.
fn serve_one<T, S: Storage<T>>(locked: &mut Locked<'_, QueueCore<T, S>>) -> Served {
    if let Some(slot) = locked.front_request(pushers::<T>()) {
        if locked.state().gate != Gate::Open {
            return Served::One(locked.decide(pushers::<T>(), Verdict::Refused));
        }
        if locked.state().has_room() {
            // SAFETY: W8, the waiter is linked, and the lock is held.
            let item = unsafe { slot.take() };
            locked.state_mut().admit(item);
            return Served::One(locked.decide(pushers::<T>(), Verdict::Granted));
        }
    }
    if !locked.is_empty(POPPERS) {
        let state = locked.state_mut();
        if state.items.len() > state.claims {
            state.claims += 1;
            return Served::One(locked.decide(POPPERS, Verdict::Granted));
        }
        // mistake a_drained_queue_is_not_closed: state.is_over() ~> state.is_over() && state.items.len() > 0
        if state.is_over() {
            return Served::One(locked.decide(POPPERS, Verdict::Refused));
        }
    }
    if locked.state().gate != Gate::Open && !locked.is_empty(LISTENERS) {
        return Served::One(locked.decide(LISTENERS, Verdict::Granted));
    }
    Served::Nobody
}

impl<T, S: Storage<T>> Drop for State<T, S> {
    fn drop(&mut self) {
        struct Rest<'a, T, S: Storage<T>>(&'a mut State<T, S>);
        impl<T, S: Storage<T>> Drop for Rest<'_, T, S> {
            fn drop(&mut self) {
                while self.0.items.pop_front().is_some() {}
            }
        }
        // If the drop of an item panics, the others are dropped while the panic unwinds.
        let rest = Rest(self);
        while rest.0.items.pop_front().is_some() {}
    }
}

impl<T, S: Storage<T>> fmt::Debug for State<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("len", &self.items.len()).finish_non_exhaustive()
    }
}
