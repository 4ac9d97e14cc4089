//! What a broadcast is made of: the ring of the values, who has still to read which, the waiters of three kinds, and how
//! many ends there are. Values move in and out under the internal lock, so this core knows `T`. They are cloned and dropped
//! without it.
//!
//! # Positions
//! Each value that is published to somebody has a position, a number that never wraps. A receiver holds the position that it
//! reads next, and nothing of the broadcast points to it. So receivers need no memory here, and their number has no bound
//! but that of a count. The values in the ring have rising positions. A receiver that finds the position of the first value
//! to be later than its own has missed the difference.
//!
//! # The value that is kept back
//! A value that is being cloned can neither be dropped nor moved. If it is the oldest of a full ring, `publish_now` has no
//! place for its value, and does not wait for the clone. It *keeps the value back*, beside the ring. A later `publish_now`
//! displaces the value that is kept back, for which receivers count a missed position as for each other. When the last of
//! the clones that run has ended, the thread that made it displaces the oldest value, if it is not read by all, and lets the
//! newer one in. So each call ends at once, and the newest value is never lost:
//!
//! * While a value is kept back, the clone of the oldest runs. The thread that ends the clone takes the internal lock and
//!   lets the value in (`end_reading`), also if the clone panics.
//! * The wait for that is bounded: a receiver reads the oldest value once, and no receiver is added to its readers.
//! * To take another place instead would take one that no receiver can clone from. All places may be cloned from at once.
//!
//! # Invariants, whenever the lock is free
//! * P1. A place in the ring holds a value exactly while somebody has still to read it (`unread > 0`). A value that is kept
//!   back has no place.
//! * P2. `reading <= unread`: so many receivers clone the value, and each of them is counted in both. While one is, the value
//!   is neither moved nor dropped, and its place not used again.
//! * P3. Each receiver, and each that is being dropped and has not come so far, is counted in `unread` of all places with its
//!   position or a later one, and of no other place that it may look at. (Without `std`, the panic of a waker can unwind
//!   through a receiver that has just taken a value and has not moved on. It finds the place empty, or gone.)
//! * P4. A value is kept back only while the ring is full and its first value is being cloned.
//! * P5. If a receiver waits, there is no value with its position or a later one, and one may still come. If a `publish`
//!   waits, the broadcast is open and has a receiver, and the ring has no room.

use core::mem::ManuallyDrop;

use super::ring::{Place, Ring, Storage, ValueCell};
use crate::sys::atomic::const_fn;
use crate::sys::on_drop::sheltered;
use crate::wait::list::List;
use crate::wait::offer::Offer;
use crate::wait::queue::{Core, Locked, WaitQueue};
use crate::wait::status::Verdict;
use crate::wait::waiter::ListOf;
use crate::wait::wake::Served;

/// What the lock guards.
pub(crate) struct State<T, S: Storage> {
    ring: Ring<S::Of<Place>>,
    /// The newest value, while it has no place.
    kept_back: Option<T>,
    /// The position of the value that is published next.
    next: u64,
    receivers: u32,
    /// None of a broadcast that is used as one object.
    senders: u32,
    is_closed: bool,
}

/// What a receiver found at its position. The receiver moves on before it does anything else.
pub(crate) enum Found<T> {
    /// The value, which nobody else has to read.
    Last(T),
    /// A value that others have to read as well. It lies in this place, where the receiver is counted as cloning it.
    Shared(usize),
    /// So many positions are gone.
    Missed(u64),
    /// Nothing, and nothing will come.
    Closed,
}

/// The queue of the waiters, and the state that is guarded by its lock. There is no word: all is done under the lock.
pub(crate) struct BroadcastCore<T, S: Storage> {
    pub(super) queue: WaitQueue<Self>,
    /// Beside the state, since readers reach them without the lock.
    values: S::Of<ValueCell<T>>,
}

impl<T, S: Storage> Core for BroadcastCore<T, S> {
    type Word = ();
    type State = State<T, S>;
    type Lists = [List; 3];

    #[inline]
    fn queue(&self) -> &WaitQueue<Self> {
        &self.queue
    }
}

/// The waits to publish, each with its value.
pub(super) const fn publishers<T>() -> ListOf<Offer<T>> {
    // SAFETY: W6, waits with the requests `Offer<T>` enter list 0 of a `BroadcastCore<T, _>`, and no others.
    unsafe { ListOf::new(0) }
}

/// The waits to receive, each with the position that it reads next.
// SAFETY: W6, only requests of `u64` enter list 1 of a `BroadcastCore`.
pub(super) const RECEIVERS: ListOf<u64> = unsafe { ListOf::new(1) };
// SAFETY: W6, only requests of `()` enter list 2 of a `BroadcastCore`.
pub(super) const LISTENERS: ListOf<()> = unsafe { ListOf::new(2) };

impl<T, S: Storage> State<T, S> {
    /// Makes a place for the newest value, for which there is room. Returns where it lies.
    #[inline]
    fn make_place(&mut self) -> usize {
        self.ring.push(self.next - 1, self.receivers)
    }

    /// Whether a receiver at this position finds a value, or learns that it missed some.
    #[inline]
    fn has_for(&self, position: u64) -> bool {
        self.ring.end().is_some_and(|end| end > position)
    }

    /// Whether nothing will come for a receiver that finds nothing.
    #[inline]
    fn is_over(&self) -> bool {
        // mistake a_closed_broadcast_forgets_what_is_kept_back: self.is_closed && self.kept_back.is_none() ~>
        //     self.is_closed
        self.is_closed && self.kept_back.is_none()
    }

    /// The position at which a new receiver begins.
    fn newest(&self) -> u64 {
        // A value that is kept back is going to get its place later, for the receivers of then.
        self.next - u64::from(self.kept_back.is_some())
    }
}

/// What there is to know about a broadcast at one moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Figures {
    pub(super) len: usize,
    pub(super) capacity: usize,
    pub(super) receivers: usize,
    pub(super) waiters: usize,
    pub(super) closed: bool,
}

impl<T, S: Storage> BroadcastCore<T, S> {
    const_fn! {
        pub(super) const fn new(values: S::Of<ValueCell<T>>, places: S::Of<Place>) -> Self {
            let state = State {
                ring: Ring::new(places),
                kept_back: None,
                next: 0,
                receivers: 0,
                senders: 0,
                is_closed: false,
            };
            Self { queue: WaitQueue::new((), state, [const { List::new() }; 3]), values }
        }
    }

    pub(super) fn figures(&self) -> Figures {
        let locked = self.queue.lock();
        let state = locked.state();
        Figures {
            len: state.ring.len() + usize::from(state.kept_back.is_some()),
            capacity: state.ring.capacity(),
            receivers: state.receivers as usize,
            waiters: locked.count(),
            closed: state.is_closed,
        }
    }

    #[inline]
    pub(super) fn lock(&self) -> Locked<'_, Self> {
        self.queue.lock()
    }

    #[inline]
    fn cell(&self, index: usize) -> &ValueCell<T> {
        &self.values.as_ref()[index]
    }

    /// Puts the newest value into the ring, which has room.
    #[inline]
    fn put(&self, locked: &mut Locked<'_, Self>, value: T) {
        let index = locked.state_mut().make_place();
        // SAFETY: P1, the lock is held, and the place was not in the ring until now.
        unsafe { self.cell(index).put(value) };
    }

    /// Publishes a value for which there is room.
    #[inline]
    fn publish(&self, locked: &mut Locked<'_, Self>, value: T) {
        locked.state_mut().next += 1;
        self.put(locked, value);
    }

    /// Takes the value out of a place that nobody has to read any more.
    ///
    /// # Safety
    /// The place was unread until now, and nobody clones its value (P1, P2).
    #[inline]
    unsafe fn take(&self, locked: &mut Locked<'_, Self>, index: usize) -> T {
        let state = locked.state_mut();
        state.ring.place_mut(index).unread = 0;
        state.ring.advance();
        // SAFETY: P1 and P2, the lock is held, and the rest is as the caller promises.
        unsafe { self.cell(index).take() }
    }

    /// The last look of a `publish` before it waits. If there is no receiver, the value stays where it is.
    #[inline]
    pub(super) fn look_to_publish<'q>(
        &self,
        mut locked: Locked<'q, Self>,
        offer: &Offer<T>,
    ) -> Result<Verdict, Locked<'q, Self>> {
        let state = locked.state();
        if state.is_closed {
            return Ok(Verdict::Refused);
        }
        if state.receivers == 0 {
            return Ok(Verdict::Granted);
        }
        // Others may wait although there is room, between two batches of a wake loop.
        if !state.ring.has_room() || !locked.is_empty(publishers::<T>()) {
            return Err(locked);
        }
        // SAFETY: W8, the waiter is in no list, and its future's owner polls it.
        if let Some(value) = unsafe { offer.take() } {
            self.publish(&mut locked, value);
        }
        self.serve(locked);
        Ok(Verdict::Granted)
    }

    /// Publishes a value if the broadcast is open and has room.
    ///
    /// # Errors
    /// Returns the value, and whether the broadcast is closed.
    #[inline]
    pub(super) fn try_publish(&self, value: T) -> Result<(), (T, bool)> {
        let mut locked = self.queue.lock();
        let state = locked.state();
        if state.is_closed {
            return Err((value, true));
        }
        if state.receivers == 0 {
            drop(locked);
            drop(value);
            return Ok(());
        }
        if !state.ring.has_room() || !locked.is_empty(publishers::<T>()) {
            return Err((value, false));
        }
        self.publish(&mut locked, value);
        self.serve(locked);
        Ok(())
    }

    /// Publishes a value now. Returns the value that it displaces.
    ///
    /// # Errors
    /// Returns the value if the broadcast is closed.
    pub(super) fn publish_now(&self, value: T) -> Result<Option<T>, T> {
        let mut locked = self.queue.lock();
        let state = locked.state_mut();
        if state.is_closed {
            return Err(value);
        }
        if state.receivers == 0 {
            drop(locked);
            drop(value);
            return Ok(None);
        }
        let displaced = match state.ring.head() {
            Some((index, oldest)) if !state.ring.has_room() => {
                // mistake a_value_is_displaced_under_its_reader: oldest.reading > 0 ~> false
                if oldest.reading > 0 {
                    // It is being cloned, so the new value is kept back (P4).
                    state.next += 1;
                    return Ok(state.kept_back.replace(value));
                }
                // SAFETY: P1 and P2, the first place of a full ring is unread, and nobody clones its value.
                Some(unsafe { self.take(&mut locked, index) })
            }
            _ => None,
        };
        self.publish(&mut locked, value);
        self.serve(locked);
        Ok(displaced)
    }

    /// What a receiver finds at its position; `None` if it has to wait.
    #[inline]
    pub(super) fn receive(&self, position: u64) -> Option<Found<T>> {
        let mut locked = self.queue.lock();
        let state = locked.state_mut();
        let Some((offset, found)) = state.ring.find(position) else {
            return state.is_over().then_some(Found::Closed);
        };
        if found > position {
            return Some(Found::Missed(found - position));
        }
        let index = state.ring.index(offset);
        let place = state.ring.place_mut(index);
        match place.unread {
            // This receiver has taken the value before, and a waker's panic has taken the value from it.
            0 => Some(Found::Missed(1)),
            1 => {
                // SAFETY: P1 and P2. The place is unread by this receiver alone (P3), which is not cloning it.
                let value = unsafe { self.take(&mut locked, index) };
                self.serve_with_value_in_hand(locked);
                Some(Found::Last(value))
            }
            _ => {
                place.reading += 1;
                Some(Found::Shared(index))
            }
        }
    }

    /// The last look of a `recv` before it waits.
    #[inline]
    pub(super) fn look_to_receive<'q>(
        locked: Locked<'q, Self>,
        position: u64,
    ) -> Result<Verdict, Locked<'q, Self>> {
        if locked.state().has_for(position) {
            Ok(Verdict::Granted)
        } else if locked.state().is_over() {
            Ok(Verdict::Refused)
        } else {
            Err(locked)
        }
    }

    /// A clone of the value in this place, or the value itself if nobody else has to read it any more.
    ///
    /// # Safety
    /// The caller is counted among those who clone the value (P2), and is counted no more when this returns or unwinds.
    #[inline]
    pub(super) unsafe fn finish_shared(&self, index: usize) -> T
    where
        T: Clone,
    {
        let reading = Reading { core: self, index };
        // SAFETY: P2, as the caller promises.
        let clone = unsafe { self.cell(index).clone_value() };
        match reading.end() {
            Some(original) => original,
            None => clone,
        }
    }

    /// A receiver that cloned the value in this place has read it. Returns the value if it leaves the ring.
    fn end_reading(&self, index: usize) -> Option<T> {
        let mut locked = self.queue.lock();
        let state = locked.state_mut();
        let is_first = state.ring.head().is_some_and(|(first, _)| first == index);
        let is_displaced = is_first && state.kept_back.is_some();
        let place = state.ring.place_mut(index);
        place.reading -= 1;
        // mistake a_reader_stays_counted: place.unread -= 1; ~>
        place.unread -= 1;
        // mistake what_is_kept_back_never_enters: is_displaced && place.reading == 0 ~> false
        let leaves = place.unread == 0 || (is_displaced && place.reading == 0);
        if !leaves {
            return None;
        }
        let newest = if is_first { state.kept_back.take() } else { None };
        // SAFETY: P1 and P2. The place was unread until now, by this receiver at least, and nobody clones its value: if it is
        // read by all, nobody does (P2).
        let value = unsafe { self.take(&mut locked, index) };
        if let Some(newest) = newest {
            // The first place has become free.
            self.put(&mut locked, newest);
        }
        self.serve_with_value_in_hand(locked);
        Some(value)
    }

    /// One more receiver, of what is published from now on. Returns its position.
    ///
    /// # Panics
    /// At 2^31, where counts might wrap.
    pub(super) fn add_receiver(&self) -> u64 {
        let mut locked = self.queue.lock();
        let state = locked.state_mut();
        state.receivers = one_more(state.receivers);
        state.newest()
    }

    /// One more receiver at the position of another one, which stays there until this returns.
    ///
    /// # Panics
    /// At 2^31, where counts might wrap.
    pub(super) fn add_receiver_at(&self, position: u64) {
        let mut locked = self.queue.lock();
        let state = locked.state_mut();
        state.receivers = one_more(state.receivers);
        // Values that are published meanwhile count the new receiver already.
        let (mut from, end) = (position, state.ring.end().unwrap_or(position));
        loop {
            let count = |place: &mut Place| {
                place.unread += 1;
                false
            };
            locked.state_mut().ring.recount(&mut from, end, count);
            if from >= end {
                return;
            }
            drop(locked);
            locked = self.queue.lock();
        }
    }

    /// A receiver at this position is gone, and reads no more of what is there for it.
    pub(super) fn remove_receiver(&self, position: u64) {
        let mut locked = self.queue.lock();
        let state = locked.state_mut();
        // mistake a_dropped_receiver_is_waited_for: state.receivers -= 1; ~>
        state.receivers -= 1;
        // Values that are published from now on do not count it.
        let end = state.ring.end().unwrap_or(position);
        let mut leaving = Leaving { core: self, from: position, end };
        let mut more = leaving.step(locked);
        while more {
            more = leaving.step(self.queue.lock());
        }
    }

    /// How many values are there for a receiver at this position.
    pub(super) fn len_for(&self, position: u64) -> usize {
        let locked = self.queue.lock();
        let ring = &locked.state().ring;
        ring.find(position).map_or(0, |(offset, _)| ring.len() - offset)
    }

    /// One more end that publishes.
    ///
    /// # Panics
    /// At 2^31, where the count might wrap.
    pub(super) fn add_sender(&self) {
        let mut locked = self.queue.lock();
        let state = locked.state_mut();
        state.senders = one_more(state.senders);
    }

    /// An end that publishes is gone. With the last one the broadcast is closed, in the same critical section.
    pub(super) fn remove_sender(&self) {
        let mut locked = self.queue.lock();
        let state = locked.state_mut();
        state.senders -= 1;
        // mistake the_last_sender_leaves_the_broadcast_open: state.senders == 0 ~> false
        if state.senders == 0 {
            self.close_locked(locked);
        }
    }

    /// Returns whether it was this call that closed the broadcast.
    pub(super) fn close(&self) -> bool {
        self.close_locked(self.queue.lock())
    }

    fn close_locked(&self, mut locked: Locked<'_, Self>) -> bool {
        let state = locked.state_mut();
        let was_open = !core::mem::replace(&mut state.is_closed, true);
        self.serve(locked);
        was_open
    }

    /// Whether the broadcast is closed, for a wait for that.
    #[inline]
    pub(super) fn is_closed(locked: &Locked<'_, Self>) -> bool {
        locked.state().is_closed
    }

    /// Serves the waiters that are due after a change, and releases the lock.
    #[inline]
    fn serve(&self, locked: Locked<'_, Self>) {
        if locked.count() > 0 {
            self.serve_waiters(locked);
        }
    }

    /// The same for a caller that has taken a value out. The wakers are strangers': if one panics, the caller keeps its value.
    #[inline]
    fn serve_with_value_in_hand(&self, locked: Locked<'_, Self>) {
        if locked.count() > 0 {
            // mistake a_strangers_panic_costs_a_value: sheltered(|| self.serve_waiters(locked)); ~>
            //     self.serve_waiters(locked);
            sheltered(|| self.serve_waiters(locked));
        }
    }

    #[inline(never)]
    fn serve_waiters(&self, locked: Locked<'_, Self>) {
        locked.wake_loop(|locked| self.serve_one(locked));
    }

    /// Serves the next of the waiters that P5 does not let wait. Publishers first, so that nobody takes their room while the
    /// loop wakes others.
    fn serve_one(&self, locked: &mut Locked<'_, Self>) -> Served {
        if let Some(offer) = locked.front_request(publishers::<T>()) {
            let state = locked.state();
            if state.is_closed {
                return Served::One(locked.decide(publishers::<T>(), Verdict::Refused));
            }
            if state.receivers == 0 {
                // The value stays with its future: it may not be dropped here.
                return Served::One(locked.decide(publishers::<T>(), Verdict::Granted));
            }
            if state.ring.has_room() {
                // SAFETY: W8, the waiter is linked, and the lock is held.
                if let Some(value) = unsafe { offer.take() } {
                    self.publish(locked, value);
                }
                return Served::One(locked.decide(publishers::<T>(), Verdict::Granted));
            }
        }
        // All receivers that wait have read all that is there, so the first is due if any is.
        if let Some(position) = locked.front_request(RECEIVERS).copied() {
            if locked.state().has_for(position) {
                return Served::One(locked.decide(RECEIVERS, Verdict::Granted));
            }
            if locked.state().is_over() {
                return Served::One(locked.decide(RECEIVERS, Verdict::Refused));
            }
        }
        if locked.state().is_closed && !locked.is_empty(LISTENERS) {
            return Served::One(locked.decide(LISTENERS, Verdict::Granted));
        }
        Served::Nobody
    }

    /// The oldest value of all, when the broadcast is dropped.
    fn take_oldest(&self) -> Option<T> {
        let mut locked = self.queue.lock();
        let state = locked.state_mut();
        while state.ring.head_is_empty() {
            state.ring.advance();
        }
        let Some((index, _)) = state.ring.head() else { return state.kept_back.take() };
        // SAFETY: P1 and P2, the place is unread, and nobody clones a value of a broadcast that is being dropped.
        Some(unsafe { self.take(&mut locked, index) })
    }
}

/// A receiver that clones the value in a place. Its drop ends that, for a clone that panics.
struct Reading<'a, T, S: Storage> {
    core: &'a BroadcastCore<T, S>,
    index: usize,
}

impl<T, S: Storage> Reading<'_, T, S> {
    #[inline]
    fn end(self) -> Option<T> {
        let reading = ManuallyDrop::new(self);
        reading.core.end_reading(reading.index)
    }
}

impl<T, S: Storage> Drop for Reading<'_, T, S> {
    fn drop(&mut self) {
        // mistake a_panic_in_clone_pins_the_place: drop(self.core.end_reading(self.index)); ~>
        drop(self.core.end_reading(self.index));
    }
}

/// A receiver that is being dropped: it is counted no more among the receivers, and in values from `from` to `end` only.
struct Leaving<'a, T, S: Storage> {
    core: &'a BroadcastCore<T, S>,
    from: u64,
    end: u64,
}

impl<'a, T, S: Storage> Leaving<'a, T, S> {
    /// One critical section: up to the first value that leaves the ring, and at most a batch. Returns whether there is more.
    fn step(&mut self, mut locked: Locked<'a, BroadcastCore<T, S>>) -> bool {
        let count = |place: &mut Place| {
            // mistake a_leaver_stays_counted: place.unread -= 1; ~>
            place.unread -= 1;
            place.unread == 0
        };
        let state = locked.state_mut();
        let read_by_all = state.ring.recount(&mut self.from, self.end, count);
        state.ring.advance();
        // SAFETY: P1 and P2. The place was unread until now by the receiver that leaves, and by nobody who clones it.
        let value = read_by_all.map(|index| unsafe { self.core.take(&mut locked, index) });
        // Values that came later may have been read by all, behind one that was not.
        let more = self.from < self.end || locked.state().ring.head_is_empty();
        self.core.serve(locked);
        drop(value);
        more
    }
}

impl<T, S: Storage> Drop for Leaving<'_, T, S> {
    fn drop(&mut self) {
        // The rest that is left because the drop of a value or a waker panics.
        // mistake a_panic_ends_the_leaving: self.from < self.end ~> false
        while self.from < self.end {
            self.step(self.core.queue.lock());
        }
    }
}

impl<T, S: Storage> Drop for BroadcastCore<T, S> {
    fn drop(&mut self) {
        struct Rest<'a, T, S: Storage>(&'a BroadcastCore<T, S>);
        impl<T, S: Storage> Drop for Rest<'_, T, S> {
            fn drop(&mut self) {
                while self.0.take_oldest().is_some() {}
            }
        }
        // If the drop of a value panics, the others are dropped while the panic unwinds. Only receivers that were forgotten
        // leave any.
        let rest = Rest(self);
        while rest.0.take_oldest().is_some() {}
    }
}

/// # Panics
/// At 2^31. So many ends can only have been forgotten. Twice as many fit, so that those which are being dropped do too.
fn one_more(ends: u32) -> u32 {
    assert!(ends < u32::MAX / 2, "a broadcast has at most 2^31 - 1 ends of a kind: they were forgotten");
    ends + 1
}
