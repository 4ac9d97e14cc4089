//! What a watch is made of, without its values: what each of the three slots is, who reads it, and who waits.
//!
//! # The slots
//! A value is written into a slot once and is not changed there, so readers need no lock while they read. Each slot counts
//! its readers.
//!
//! | slot     | has a value | read by                                       |
//! |----------|-------------|-----------------------------------------------|
//! | front    | yes         | those that borrowed since it is the front: any number, or nobody |
//! | older    | yes         | those that borrowed while it was the front; it is empty when the last of them is gone |
//! | pending  | yes, the newest, until a modification takes it out to copy it | nobody          |
//! | free     | no          | nobody                                        |
//!
//! # Where a value goes that is sent
//!
//! | the front is read | another slot is read | the value                                                          |
//! |-------------------|----------------------|--------------------------------------------------------------------|
//! | no                | no matter            | replaces that of the front: it is visible at once                  |
//! | yes               | no                   | goes into a free slot, which is the front now: it is visible at once |
//! | yes               | yes                  | goes into the third slot and is pending; it replaces a pending one |
//!
//! So a send always finds a slot, whoever reads. A borrow always reads the front. The pending value becomes the front when
//! the last reader of one of the two other slots goes. So the newest value can be read at the latest then, and it is
//! hidden only while values of two versions are read.
//!
//! # Invariants, whenever the lock is free
//! * V1. A slot has a value if it is the front, if it is read, or if a value is pending in it. No other slot has one.
//! * V2. Beside the front at most one slot is read. While a value is pending, and not taken out, the front and one other
//!   slot are read, and the third is where the value is.
//! * V3. What is in a slot changes only under the lock, and only while nobody reads the slot. So a thread that is counted as
//!   its reader may read it without the lock.
//! * V4. `visible`, the version of the front, is never lowered. `visible <= newest`, and a value is pending exactly while
//!   `visible < newest`.
//! * V5. A receiver enters its list having seen the visible version. So what the waiting receivers have seen ascends from the
//!   front of the list, and those to which a version is news are the first ones.
//!
//! # Proof of V2
//! Let "others" be the slots that are read and are not the front. At first there are none. A borrow reads the front, which
//! adds no other. A send moves the front only if the front is read and there are no others; then the former front is the
//! one other. It makes a value pending only if the front is read and there is an other. While the value is pending, no
//! borrow and no send changes which slots are read. When the last reader of the front or of the other goes, one slot of the
//! two is read still, and the front moves to the pending value: the slot that is read is the one other. Without a pending
//! value, the front stays, and others only become fewer. (While a modification has the pending value, the front stays in
//! any case. The value comes back as if it were sent, so the same table holds.)
//!
//! # No version is older than one before
//! A borrow returns the version `visible`, which is never lowered (V4): a send and the end of a pending state set it to
//! `newest`, which only grows. The last version is not lost: each send writes the newest value into a slot, and only a newer
//! value replaces it there before it has been the front.

use crate::closed::Closed;
use crate::sys::atomic::const_fn;
use crate::wait::list::List;
use crate::wait::queue::{Core, Locked, WaitQueue};
use crate::wait::status::{Generation, Verdict};
use crate::wait::waiter::ListOf;
use crate::wait::wake::Served;

/// One of the three places for a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Slot {
    A,
    B,
    C,
}

impl Slot {
    #[inline]
    fn others(self) -> [Self; 2] {
        match self {
            Self::A => [Self::B, Self::C],
            Self::B => [Self::C, Self::A],
            Self::C => [Self::A, Self::B],
        }
    }
}

/// A slot that the owner of this is counted as a reader of, and the version of the value in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pinned {
    pub(super) slot: Slot,
    pub(super) version: u64,
}

/// The version that no value has: what a receiver has seen to which every value is news.
pub(super) const NOTHING: u64 = 0;
const FIRST: u64 = 1;

// SAFETY: W6, waits with a request of `u64`, the version that they have seen, enter list 0 of a `WatchCore`, and no others.
pub(super) const RECEIVERS: ListOf<u64> = unsafe { ListOf::new(0) };
// SAFETY: W6, only requests of `()` enter list 1 of a `WatchCore`.
pub(super) const LISTENERS: ListOf<()> = unsafe { ListOf::new(1) };

/// What the lock guards.
#[derive(Debug)]
pub(crate) struct State {
    /// The version of the newest value. (With 64 bits, a send each nanosecond takes it to its end in 584 years.)
    newest: u64,
    /// The version of the front.
    visible: u64,
    readers: [u32; 3],
    senders: u32,
    receivers: u32,
    /// That of the next end of all receivers.
    generation: Generation,
    front: Slot,
    /// A modification has taken the pending value out, to copy it.
    is_taken: bool,
    is_closed: bool,
}

/// Where the newest value is, for a modification of it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Newest {
    /// It is the front, which the caller reads now.
    Front(Pinned),
    /// It was pending in this slot. The caller takes it out, and brings it back.
    Pending(Pinned),
    /// Another modification has taken it out.
    Taken,
}

/// What there is to know about a watch at one moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Figures {
    pub(super) visible: u64,
    pub(super) receivers: usize,
    pub(super) waiters: usize,
    pub(super) is_closed: bool,
}

impl State {
    #[inline]
    fn is_read(&self, slot: Slot) -> bool {
        self.readers[slot as usize] > 0
    }

    #[inline]
    pub(super) fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// Counts the caller as a reader of the front.
    ///
    /// # Panics
    /// At 2^32 - 1 readers of one value. So many can only have been forgotten.
    #[inline]
    pub(super) fn pin(&mut self) -> Pinned {
        let readers = &mut self.readers[self.front as usize];
        *readers = one_more(*readers);
        Pinned { slot: self.front, version: self.visible }
    }

    /// A reader goes. Returns its slot if nobody needs the value in it any more; the caller moves the value out.
    #[inline]
    pub(super) fn unpin(&mut self, slot: Slot) -> Option<Slot> {
        self.readers[slot as usize] -= 1;
        if self.is_read(slot) {
            return None;
        }
        if self.visible < self.newest && !self.is_taken {
            let [a, b] = slot.others();
            // mistake a_pending_value_stays_hidden: self.visible = self.newest; ~> return None;
            // V2: of the other two one is read, and the third has the pending value.
            self.visible = self.newest;
            self.front = if self.is_read(a) { b } else { a };
            return Some(slot);
        }
        (slot != self.front).then_some(slot)
    }

    /// The slot for the newest value, by the table above. The caller writes it there, and owns what was in it.
    #[inline]
    fn place(&mut self) -> Slot {
        self.is_taken = false;
        if self.is_read(self.front) {
            let [a, b] = self.front.others();
            match (self.is_read(a), self.is_read(b)) {
                (false, false) => self.front = a,
                // mistake a_third_version_is_read: return a ~> { self.front = a; self.visible = self.newest; return a }
                (false, true) => return a,
                (true, _) => return b,
            }
        }
        self.visible = self.newest;
        self.front
    }

    /// The slot for a value that is sent now.
    #[inline]
    pub(super) fn advance(&mut self) -> Slot {
        self.newest += 1;
        self.place()
    }

    /// The slot for the pending value of this version, which was taken out, unless a newer one has been sent.
    pub(super) fn bring_back(&mut self, version: u64) -> Option<Slot> {
        // mistake a_copied_value_displaces_a_newer_one: self.newest == version ~> true
        (self.newest == version).then(|| self.place())
    }

    /// Finds the newest value, and lets the caller read it.
    pub(super) fn look_at_newest(&mut self) -> Newest {
        if self.visible == self.newest {
            return Newest::Front(self.pin());
        }
        if self.is_taken {
            return Newest::Taken;
        }
        self.is_taken = true;
        let [a, b] = self.front.others();
        // V2: the front and one of these are read, and the third has the pending value.
        Newest::Pending(Pinned { slot: if self.is_read(a) { b } else { a }, version: self.newest })
    }

    #[inline]
    pub(super) fn is_newest(&self, version: u64) -> bool {
        self.newest == version
    }

    /// The verdict on a receiver that has seen this version, if it need not wait.
    #[inline]
    pub(super) fn verdict(&self, seen: u64) -> Option<Verdict> {
        if seen < self.visible {
            return Some(Verdict::Granted);
        }
        // mistake the_end_comes_before_the_last_value: self.is_closed && self.visible == self.newest ~> self.is_closed
        (self.is_closed && self.visible == self.newest).then_some(Verdict::Refused)
    }

    /// Whether a wait for the end of all receivers ends now.
    #[inline]
    pub(super) fn is_abandoned(&self) -> bool {
        self.is_closed || self.receivers == 0
    }
}

/// The state of a watch, and the queue of those that wait. There is no word: all is done under the lock.
#[derive(Debug)]
pub(crate) struct WatchCore {
    pub(super) queue: WaitQueue<Self>,
}

impl Core for WatchCore {
    type Word = ();
    type State = State;
    type Lists = [List; 2];

    #[inline]
    fn queue(&self) -> &WaitQueue<Self> {
        &self.queue
    }

    #[inline]
    fn generation(state: &State) -> Generation {
        state.generation
    }
}

impl WatchCore {
    const_fn! {
        /// With a value in slot A.
        pub(super) const fn new() -> Self {
            let state = State {
                newest: FIRST,
                visible: FIRST,
                readers: [0; 3],
                senders: 0,
                receivers: 0,
                generation: Generation::new(),
                front: Slot::A,
                is_taken: false,
                is_closed: false,
            };
            Self { queue: WaitQueue::new((), state, [const { List::new() }; 2]) }
        }
    }

    #[inline]
    pub(super) fn lock(&self) -> Locked<'_, Self> {
        self.queue.lock()
    }

    pub(super) fn figures(&self) -> Figures {
        let locked = self.lock();
        let State { visible, receivers, is_closed, .. } = *locked.state();
        Figures { visible, receivers: receivers as usize, waiters: locked.count(), is_closed }
    }

    #[inline]
    pub(super) fn visible(&self) -> u64 {
        self.lock().state().visible
    }

    /// Serves the waiters that are due after a change, and releases the lock.
    #[inline]
    pub(super) fn serve(locked: Locked<'_, Self>) {
        if locked.count() > 0 {
            Self::serve_waiters(locked);
        }
    }

    #[inline(never)]
    fn serve_waiters(locked: Locked<'_, Self>) {
        let visible = locked.state().visible;
        // mistake a_version_wakes_one_receiver: locked.wake_loop(|locked| serve_one(locked, visible)); ~>
        //     let mut first = true;
        //     locked.wake_loop(|locked| if core::mem::take(&mut first) { serve_one(locked, visible) } else {
        //     Served::Nobody });
        locked.wake_loop(|locked| serve_one(locked, visible));
    }

    /// Lets no further value in. Returns whether this call did it.
    pub(super) fn close(&self) -> bool {
        Self::close_locked(self.lock())
    }

    fn close_locked(mut locked: Locked<'_, Self>) -> bool {
        let was_open = !core::mem::replace(&mut locked.state_mut().is_closed, true);
        Self::serve(locked);
        was_open
    }

    /// One more end that sends.
    ///
    /// # Panics
    /// At 2^32 - 1, where the count would wrap.
    pub(super) fn add_sender(&self) {
        let mut locked = self.lock();
        let senders = &mut locked.state_mut().senders;
        *senders = one_more(*senders);
    }

    /// An end that sends is gone. With the last one the watch is closed, in the same critical section.
    pub(super) fn remove_sender(&self) {
        let mut locked = self.lock();
        let senders = &mut locked.state_mut().senders;
        *senders -= 1;
        // mistake the_last_sender_leaves_the_watch_open: *senders == 0 ~> false
        if *senders == 0 {
            Self::close_locked(locked);
        }
    }

    /// One more receiver. Returns the version that can be read now.
    ///
    /// # Panics
    /// At 2^32 - 1, where the count would wrap.
    pub(super) fn add_receiver(&self) -> u64 {
        let mut locked = self.lock();
        let state = locked.state_mut();
        state.receivers = one_more(state.receivers);
        state.visible
    }

    /// A receiver is gone. If it was the last one, all that wait for that now are woken.
    pub(super) fn remove_receiver(&self) {
        let mut locked = self.lock();
        let state = locked.state_mut();
        state.receivers -= 1;
        if state.receivers > 0 || locked.is_empty(LISTENERS) {
            return;
        }
        let waiters = locked.count();
        let cohort = locked.state_mut().generation.begin(waiters);
        locked.wake_loop(|locked| locked.grant_of(LISTENERS, cohort));
    }
}

/// # Panics
/// At 2^32 - 1, where it would wrap. So many can only have been forgotten.
#[inline]
fn one_more(count: u32) -> u32 {
    assert!(count < u32::MAX, "a watch counts to 2^32 - 1");
    count + 1
}

/// Serves the next waiter to which version `visible` is news, or the end of the watch.
///
/// Not those that have seen this version and to which a later one is news: that one's sender serves them, and so this loop
/// ends however many values are sent meanwhile.
fn serve_one(locked: &mut Locked<'_, WatchCore>, visible: u64) -> Served {
    if let Some(&seen) = locked.front_request(RECEIVERS) {
        match locked.state().verdict(seen) {
            Some(Verdict::Granted) if seen >= visible => {}
            Some(verdict) => return Served::One(locked.decide(RECEIVERS, verdict)),
            None => {}
        }
    }
    if locked.state().is_closed && !locked.is_empty(LISTENERS) {
        return Served::One(locked.decide(LISTENERS, Verdict::Granted));
    }
    Served::Nobody
}

impl WatchCore {
    /// What a receiver that has seen this version learns without waiting: a newer version, or the end.
    #[inline]
    pub(super) fn news(&self, seen: u64) -> Option<Result<u64, Closed>> {
        let locked = self.lock();
        match locked.state().verdict(seen)? {
            Verdict::Granted => Some(Ok(locked.state().visible)),
            Verdict::Refused => Some(Err(Closed)),
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests;
