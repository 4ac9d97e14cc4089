//! What a semaphore is made of: permits in a word, and the requests that wait for them.
//!
//! # The word
//!
//! | bits | name      | meaning                                                                                |
//! |------|-----------|----------------------------------------------------------------------------------------|
//! | 0    | `WAITERS` | the list is not empty (W5)                                                             |
//! | 1    | `CLOSED`  | for good                                                                               |
//! | 2..  | permits   | available ones, *signed*: below zero they are a debt, which returning permits pay      |
//!
//! # Invariants
//! * S1. available + held = `total` ≤ `bound`. `bound` is what can ever be: [`MAX`], unless the semaphore is bounded.
//!   `bound - total` is what `release` may still add. So a permit that is dropped never overflows.
//! * S2. While `WAITERS` is set, permits are taken under the lock only. Without a bypass they are taken for the first
//!   waiter: it collects returning permits until its request is met, and smaller requests stay behind it.
//! * S3. Both flags change under the lock only.
//! * S4. Direct hand-over: if the word holds no permits and the first waiter wants exactly as many as are released, they
//!   go to it without touching the word. The waiters behind it are no worse off than if it had taken them from the word.
//!   With a bypass there is no direct hand-over.
//!
//! With a bypass:
//! * S5. Permits stay in the word while the first waiter may be overtaken. Each time that others take permits before the
//!   first waiter counts one, in the status of that waiter, so the next first waiter begins at zero. When the count has
//!   reached the limit, permits are taken for the first waiter only.
//! * S6. A waiter that is asleep, which is to say has its waker, is one for which the free permits are not enough, after
//!   all waiters before it have taken theirs; or a thread that brought permits is on its way to the lock, and wakes it.
//! * S7. If the free permits are enough for a first waiter that was overtaken as often as it may be, it is granted them,
//!   by the task that overtook it last, or by the thread of S6. So the others wait for permits that are not there, as S6 says.
//! * S8. A first waiter whose request can never be met is refused, by whoever made it the first, or made the request too
//!   large.
//!
//! With priorities, there is a list for each level, and "the first waiter" is the first of one of them:
//! * S9. It is the longest waiter of the most urgent level that has any, unless one of a less urgent level was overtaken as
//!   often as may be. Then it is that one, and if there are several, the one of the least urgent level.
//! * S10. Each time that permits are taken for a request, one is counted in the status of the longest waiter of each less
//!   urgent level. So by S9 that count never exceeds the limit.

use core::task::Waker;

use super::error::{ReleaseError, TryAcquireError};
use super::mode::Mode;
use crate::sys::atomic::{AtomicUsize, Ordering, const_fn};
use crate::sys::on_drop::{OnDrop, sheltered};
use crate::wait::policy::Look;
use crate::wait::queue::{Core, Locked, WaitQueue};
use crate::wait::status::Verdict;
use crate::wait::trace;
use crate::wait::waiter::{ListOf, NodePtr, Waiter};
use crate::wait::wake::Served;
use crate::wait::word;

const WAITERS: usize = word::WAITERS as usize;
pub(super) const CLOSED: usize = 2;
pub(super) const ONE: usize = 4;
pub(super) const MAX: usize = usize::MAX / (2 * ONE);

/// The highest limit of a bypass.
pub(super) const MAX_LIMIT: u16 = 8191;
/// No limit. The count never reaches it.
pub(super) const NO_LIMIT: u16 = u16::MAX;

/// The list of a level. There is one level, unless the mode has priorities.
pub(super) const fn requests<M: Mode>(level: usize) -> ListOf<Request<M::Level>> {
    // SAFETY: W6, there is a list for each level, and the requests in them are of this type.
    unsafe { ListOf::new(level) }
}

/// How many permits a wait asks for, and how urgently.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<L> {
    permits: usize,
    level: L,
}

/// Above every number of permits.
const PATIENT: usize = !(usize::MAX >> 1);

impl<L: Copy> Request<L> {
    /// One permit, however long that takes: waits even if there will never be one.
    #[inline]
    pub(super) const fn one(level: L) -> Self {
        Self { permits: 1 | PATIENT, level }
    }

    /// `n` permits. Refused if there can never be as many.
    #[inline]
    pub(super) const fn many(n: usize, level: L) -> Self {
        // More than `MAX` are too many, whatever the bound.
        Self { permits: if n <= MAX { n } else { MAX + 1 }, level }
    }

    #[inline]
    pub(super) const fn permits(self) -> usize {
        self.permits & !PATIENT
    }

    #[inline]
    pub(super) const fn level(self) -> L {
        self.level
    }

    /// Whether the request can never be met.
    #[inline]
    fn is_too_many(self, bound: usize) -> bool {
        // mistake a_single_acquire_is_refused: self.permits & PATIENT == 0 && self.permits > bound ~>
        //     self.permits() > bound
        self.permits & PATIENT == 0 && self.permits > bound
    }
}

/// What the lock guards.
#[derive(Debug)]
pub(crate) struct State<M: Mode> {
    /// Available and held, debts taken off.
    total: isize,
    bound: usize,
    limit: M::Limit,
}

/// The permits, and the queue of the requests that wait.
#[derive(Debug)]
pub(crate) struct SemaphoreCore<M: Mode> {
    pub(super) queue: WaitQueue<Self>,
}

impl<M: Mode> Core for SemaphoreCore<M> {
    type Word = AtomicUsize;
    type State = State<M>;
    type Lists = M::Lists;

    #[inline]
    fn queue(&self) -> &WaitQueue<Self> {
        &self.queue
    }

    fn permits(&self) -> Option<usize> {
        Some(self.queue.lock().state().total.max(0) as usize)
    }
}

/// The permits in a word. A debt counts as zero.
#[inline]
fn available(word: usize) -> usize {
    ((word as isize) >> ONE.trailing_zeros()).max(0) as usize
}

/// The decision about a first waiter with this request, if there is one.
#[inline]
fn decision<L: Copy>(word: usize, request: Request<L>, bound: usize) -> Option<Verdict> {
    if word & CLOSED != 0 || request.is_too_many(bound) {
        Some(Verdict::Refused)
    } else {
        (available(word) >= request.permits()).then_some(Verdict::Granted)
    }
}

impl<M: Mode> SemaphoreCore<M> {
    const_fn! {
        pub(super) const fn new(permits: usize, bound: usize, limit: M::Limit) -> Self {
            let state = State { total: permits as isize, bound, limit };
            Self { queue: WaitQueue::new(AtomicUsize::new(permits * ONE), state, M::LISTS) }
        }
    }

    /// What there is only one of, unless the mode has priorities.
    const REQUESTS: ListOf<Request<M::Level>> = requests::<M>(0);

    /// Takes the permits if they are there, the semaphore is open, and nobody waits. Zero permits wait for nobody.
    #[inline]
    pub(super) fn try_take(&self, request: Request<M::Level>) -> bool {
        let n = request.permits();
        // Ordering: Relaxed, the exchange below checks it.
        let mut word = self.queue.word.load(Ordering::Relaxed);
        loop {
            // mistake try_acquire_overtakes: WAITERS | CLOSED ~> CLOSED
            let closed_to_it = if n == 0 { CLOSED } else { WAITERS | CLOSED };
            if (M::BYPASS || M::LEVELS > 1) && word & closed_to_it == WAITERS && available(word) >= n {
                if let Some(taken) = self.overtake(request) {
                    return taken;
                }
                // Ordering: Relaxed, as above.
                word = self.queue.word.load(Ordering::Relaxed);
                continue;
            }
            if word & closed_to_it != 0 || available(word) < n {
                return false;
            }
            let taken = word - n * ONE;
            // Ordering: Acquire synchronizes with the Release in `put_back` and `give`: what was done under a permit is
            // seen by its next holder.
            match self.queue.word.compare_exchange_weak(word, taken, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(now) => word = now,
            }
        }
    }

    /// With a bypass or priorities, takes permits although others wait, on behalf of a task that does not wait. Returns
    /// whether it has, or `None` if nobody waits any more.
    #[cold]
    fn overtake(&self, request: Request<M::Level>) -> Option<bool> {
        let mut locked = self.queue.lock();
        if Self::nobody_waits(&locked) {
            return None;
        }
        let taken = if M::BYPASS {
            self.take_past(&mut locked, request.permits(), None)
        } else {
            self.is_before_all(&locked, request.level()) && self.take_first(&mut locked, request)
        };
        if taken {
            self.after_bypass(locked, request.permits());
        }
        Some(taken)
    }

    #[inline]
    fn nobody_waits(locked: &Locked<'_, Self>) -> bool {
        // What there is one list of is known without a load.
        if M::LEVELS == 1 { locked.is_empty(Self::REQUESTS) } else { locked.count() == 0 }
    }

    /// The least urgent level whose longest waiter was overtaken as often as it may be.
    #[inline]
    fn due_level(&self, locked: &Locked<'_, Self>) -> Option<usize> {
        let limit = M::limit(locked.state().limit);
        // mistake the_least_urgent_waits_for_ever: locked.front_overtaken(requests::<M>(*level)) >= limit ~> false
        let is_due = |level: &usize| locked.front_overtaken(requests::<M>(*level)) >= limit;
        // mistake a_due_waiter_is_overtaken_again: (1..M::LEVELS).rev().find(is_due) ~> (1..M::LEVELS).find(is_due)
        (1..M::LEVELS).rev().find(is_due)
    }

    /// The level of the first waiter, if there is one (S9).
    #[inline]
    fn first_level(&self, locked: &Locked<'_, Self>) -> usize {
        if M::LEVELS == 1 {
            return 0;
        }
        let most_urgent = || (0..M::LEVELS).find(|level| !locked.is_empty(requests::<M>(*level)));
        self.due_level(locked).or_else(most_urgent).unwrap_or(0)
    }

    /// With priorities, whether a request of this level that comes now is before all who wait (S9).
    fn is_before_all(&self, locked: &Locked<'_, Self>, level: M::Level) -> bool {
        // mistake an_urgent_request_overtakes_its_own_level: M::index(level) < self.first_level(locked) ~>
        //     M::index(level) <= self.first_level(locked)
        M::LEVELS > 1 && self.due_level(locked).is_none() && M::index(level) < self.first_level(locked)
    }

    /// With priorities, takes the permits for a request that comes before all who wait, if they are there.
    fn take_first(&self, locked: &mut Locked<'_, Self>, request: Request<M::Level>) -> bool {
        let n = request.permits();
        // Ordering: Relaxed, nobody else takes permits meanwhile (S2), or closes (S3).
        let word = self.queue.word.load(Ordering::Relaxed);
        if word & CLOSED != 0 || available(word) < n {
            return false;
        }
        // Ordering: Acquire as in `try_take`.
        self.queue.word.fetch_sub(n * ONE, Ordering::Acquire);
        self.count_served(locked, M::index(request.level()));
        true
    }

    /// With priorities, permits are taken for a request of this level: the less urgent ones are overtaken (S10).
    #[inline]
    fn count_served(&self, locked: &mut Locked<'_, Self>, level: usize) {
        for less_urgent in level + 1..M::LEVELS {
            locked.overtake_front(requests::<M>(less_urgent));
        }
    }

    /// With a bypass, takes `n` free permits while somebody waits, on behalf of `waiter`, if there is one. A task that is not
    /// the first waiter overtakes it (S5).
    fn take_past(&self, locked: &mut Locked<'_, Self>, n: usize, waiter: Option<NodePtr>) -> bool {
        // Ordering: Relaxed, nobody else takes permits meanwhile (S2).
        if available(self.queue.word.load(Ordering::Relaxed)) < n {
            return false;
        }
        let overtakes = locked.front(Self::REQUESTS) != waiter;
        if overtakes && !self.first_may_be_overtaken(locked) {
            return false;
        }
        // Ordering: Acquire as in `try_take`.
        self.queue.word.fetch_sub(n * ONE, Ordering::Acquire);
        // mistake a_permit_taken_in_the_queue_is_not_counted: overtakes ~> overtakes && waiter.is_none()
        if overtakes {
            self.count_overtaking(locked);
        }
        true
    }

    #[inline]
    fn first_may_be_overtaken(&self, locked: &Locked<'_, Self>) -> bool {
        let limit = M::limit(locked.state().limit);
        // mistake one_permit_too_many_goes_past: locked.front_overtaken(Self::REQUESTS) < limit ~>
        //     limit > 0 && locked.front_overtaken(Self::REQUESTS) <= limit
        M::BYPASS && locked.front_overtaken(Self::REQUESTS) < limit
    }

    /// The first waiter is overtaken. If that was the last time, what is left for it becomes its own (S7).
    fn count_overtaking(&self, locked: &mut Locked<'_, Self>) {
        // Without a limit the count stays where no limit is.
        if locked.front_overtaken(Self::REQUESTS) < MAX_LIMIT.into() {
            locked.overtake_front(Self::REQUESTS);
        }
        // mistake a_grant_forgets_to_wake: locked.front_is_asleep(Self::REQUESTS) ~> false
        // A first waiter that is asleep has to be woken without the lock, by the thread that is on its way (S6).
        if self.first_may_be_overtaken(locked) || locked.front_is_asleep(Self::REQUESTS) {
            return;
        }
        // mistake the_last_to_overtake_leaves_permits_to_nobody: self.first_due(locked) ~> None::<(usize, Verdict)>
        if let Some((n, Verdict::Granted)) = self.first_due(locked) {
            // Ordering: Relaxed, as in `grant_due`.
            self.queue.word.fetch_sub(n * ONE, Ordering::Relaxed);
            let _none = self.decide_front(locked, Verdict::Granted);
        }
    }

    /// With a bypass, a queued waiter is polled: takes its permits if they are there, wherever it stands.
    pub(super) fn retry(&self, locked: &mut Locked<'_, Self>, waiter: &Waiter<Request<M::Level>>) -> bool {
        self.take_past(locked, waiter.request.permits(), Some(waiter.node_ptr()))
    }

    /// With a bypass or priorities, somebody has taken `n` permits while others waited, and another waiter may be the first
    /// now. If its request can never be met, it and those behind it are served; with priorities, also if it can be met: it
    /// may be of a less urgent level, and ask for less. Releases the lock.
    #[inline]
    pub(super) fn after_bypass(&self, locked: Locked<'_, Self>, n: usize) {
        // mistake the_last_to_retry_leaves_its_mark: locked.retract_if_nobody_waits(); ~>
        locked.retract_if_nobody_waits();
        // With a bypass, a first waiter whose request can be met takes it itself (S6), or has been granted it (S7).
        // mistake a_waiter_that_became_due_is_forgotten: M::LEVELS > 1 ~> false
        // mistake a_new_first_is_not_refused: verdict == Verdict::Refused ~> false
        if self.first_due(&locked).is_some_and(|(_, verdict)| M::LEVELS > 1 || verdict == Verdict::Refused) {
            self.serve_first(locked, n);
        }
    }

    /// Decides the first waiter. The wakers are strangers': if one panics, the caller keeps its `n` permits, or they come back
    /// where a panic can't be caught.
    #[cold]
    fn serve_first(&self, locked: Locked<'_, Self>, n: usize) {
        let taken = OnDrop(|| self.put_back(n));
        // mistake a_refused_waiters_panic_costs_a_permit: sheltered(|| self.grant_due(locked)); ~> self.grant_due(locked);
        sheltered(|| self.grant_due(locked));
        core::mem::forget(taken);
    }

    #[cold]
    pub(super) fn why_not(&self, n: usize) -> TryAcquireError {
        if self.is_closed() {
            TryAcquireError::Closed
        } else if n > self.queue.lock().state().bound {
            TryAcquireError::TooMany
        } else {
            TryAcquireError::NoPermits
        }
    }

    pub(super) fn available_permits(&self) -> usize {
        // Ordering: Relaxed, the answer may be old as soon as it is returned; it orders nothing.
        available(self.queue.word.load(Ordering::Relaxed))
    }

    pub(super) fn waiters(&self) -> usize {
        self.queue.lock().count()
    }

    #[inline]
    pub(super) fn is_closed(&self) -> bool {
        // Ordering: Acquire synchronizes with the Release in `close`.
        self.queue.word.load(Ordering::Acquire) & CLOSED != 0
    }

    /// Returns whether it was open.
    pub(super) fn close(&self) -> bool {
        let locked = self.queue.lock();
        // Ordering: Release synchronizes with the Acquire in `is_closed`, and with that of the waits that are refused.
        let before = self.queue.word.fetch_or(CLOSED, Ordering::Release);
        self.grant_due(locked);
        // mistake a_second_close_of_a_semaphore_closes_it: before & CLOSED == 0 ~> true
        before & CLOSED == 0
    }

    pub(super) fn release(&self, n: usize) -> Result<(), ReleaseError> {
        let mut locked = self.queue.lock();
        let state = locked.state_mut();
        // Not negative, by S1.
        let room = state.bound as isize - state.total;
        if n > room as usize {
            return Err(ReleaseError);
        }
        state.total += n as isize;
        trace::permits_are(self, state.total.max(0) as usize);
        self.give(locked, n);
        Ok(())
    }

    /// Takes `n` permits out of circulation. Returns how many there were.
    pub(super) fn reduce(&self, n: usize) -> usize {
        let mut locked = self.queue.lock();
        let State { total, bound, .. } = locked.state_mut();
        let n = if *bound == MAX {
            n.min((*total).max(0) as usize)
        } else {
            let n = n.min(*bound);
            // mistake a_reduction_is_not_remembered: *bound -= n; ~>
            *bound -= n;
            n
        };
        *total -= n as isize;
        // Ordering: Relaxed, it takes nothing that others left behind; it carries their Release on.
        self.queue.word.fetch_sub(n * ONE, Ordering::Relaxed);
        self.grant_due(locked);
        n
    }

    /// The holder of `n` permits keeps them from coming back.
    pub(super) fn forget(&self, n: usize) {
        // mistake a_forgotten_permit_still_counts: self.queue.lock().state_mut().total -= n as isize; ~>
        self.queue.lock().state_mut().total -= n as isize;
    }

    /// Takes up to `n` of the available permits for good. Returns how many.
    pub(super) fn forget_available(&self, n: usize) -> usize {
        let mut locked = self.queue.lock();
        // Ordering: Relaxed, the exchange below checks it.
        let mut word = self.queue.word.load(Ordering::Relaxed);
        let taken = loop {
            let taken = available(word).min(n);
            // Ordering: Relaxed, these permits go to nobody.
            let next = word - taken * ONE;
            match self.queue.word.compare_exchange_weak(word, next, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => break taken,
                Err(now) => word = now,
            }
        };
        locked.state_mut().total -= taken as isize;
        taken
    }

    /// Permits come back. They cannot be too many (S1).
    #[inline]
    pub(super) fn put_back(&self, n: usize) {
        // Ordering: Relaxed, a thread that sees the flag looks again under the lock.
        if self.queue.word.load(Ordering::Relaxed) & WAITERS != 0 {
            return self.give_waiters(n);
        }
        // Ordering: Release synchronizes with the Acquire in `try_take`, `look` and `first_due`.
        if self.queue.word.fetch_add(n * ONE, Ordering::Release) & WAITERS != 0 {
            self.grant_due_waiters();
        }
    }

    #[inline(never)]
    fn give_waiters(&self, n: usize) {
        self.give(self.queue.lock(), n);
    }

    #[inline(never)]
    fn grant_due_waiters(&self) {
        self.grant_due(self.queue.lock());
    }

    /// Permits come in: to the first waiter directly (S4), or into the word. Grants what is due then.
    #[inline]
    fn give(&self, mut locked: Locked<'_, Self>, n: usize) {
        let first = requests::<M>(self.first_level(&locked));
        // mistake a_hand_over_forgets_what_is_there: self.queue.word.load(Ordering::Relaxed) == WAITERS ~> true
        // Ordering: Relaxed, nothing is taken from the word: what was done under these permits comes to the waiter with
        // its status.
        let no_others = self.queue.word.load(Ordering::Relaxed) == WAITERS;
        if M::BYPASS || !no_others || locked.front_request(first).is_none_or(|first| first.permits() != n) {
            // Ordering: Release as in `put_back`.
            self.queue.word.fetch_add(n * ONE, Ordering::Release);
            return self.grant_due(locked);
        }
        let first = self.decide_front(&mut locked, Verdict::Granted);
        // No permit is left for the next waiter. But it may be refused now.
        let bound = locked.state().bound;
        let next = requests::<M>(self.first_level(&locked));
        // mistake a_hand_over_serves_one_only: decision(0, *next, bound).is_some() ~> false
        if locked.front_request(next).is_some_and(|next| decision(0, *next, bound).is_some()) {
            self.wake_and_go_on(locked, first);
        } else {
            locked.wake(first);
        }
    }

    #[cold]
    fn wake_and_go_on(&self, locked: Locked<'_, Self>, first: Option<Waker>) {
        let _others = OnDrop(|| self.grant_due_waiters());
        locked.wake(first);
    }

    /// Decides waiters from the front, as far as permits and bound allow.
    #[inline(never)]
    fn grant_due(&self, locked: Locked<'_, Self>) {
        locked.wake_loop(|locked| {
            let Some((n, verdict)) = self.first_due(locked) else { return Served::Nobody };
            if verdict == Verdict::Granted {
                if self.first_may_be_overtaken(locked) {
                    return self.wake_next(locked);
                }
                // Ordering: Relaxed, it follows the load in `first_due` in the same thread. Nobody else takes permits
                // meanwhile (S2), so they are still there.
                self.queue.word.fetch_sub(n * ONE, Ordering::Relaxed);
            }
            Served::One(self.decide_front(locked, verdict))
        });
    }

    /// With a bypass, wakes the first waiter that is asleep, if the permits are enough for it and for all before it (S6).
    ///
    /// This passes the waiters that were woken and have not looked since. There are at most as many as free permits.
    fn wake_next(&self, locked: &mut Locked<'_, Self>) -> Served {
        // Ordering: Relaxed, nothing is taken.
        let mut free = available(self.queue.word.load(Ordering::Relaxed));
        let waker = locked.take_waker_while(Self::REQUESTS, |request| {
            let left = free.checked_sub(request.permits());
            free = left.unwrap_or(0);
            left.is_some()
        });
        if waker.is_some() { Served::One(waker) } else { Served::Nobody }
    }

    /// A waiter has left: grants what is due behind it.
    #[inline]
    pub(super) fn after_cancel(&self, locked: Locked<'_, Self>) {
        locked.retract_if_nobody_waits();
        // Usually nobody is due, and the way to the wake loop, with the lock, costs more than this look.
        if self.first_due(&locked).is_some() {
            self.grant_due(locked);
        }
    }

    /// The first waiter's request and its decision, if it can be decided now.
    #[inline]
    fn first_due(&self, locked: &Locked<'_, Self>) -> Option<(usize, Verdict)> {
        let request = *locked.front_request(requests::<M>(self.first_level(locked)))?;
        // Ordering: Acquire as in `try_take`, on behalf of the waiter.
        let word = self.queue.word.load(Ordering::Acquire);
        let verdict = decision(word, request, locked.state().bound)?;
        Some((request.permits(), verdict))
    }

    #[inline]
    fn decide_front(&self, locked: &mut Locked<'_, Self>, verdict: Verdict) -> Option<Waker> {
        let level = self.first_level(locked);
        let waker = locked.decide(requests::<M>(level), verdict);
        // mistake a_hand_over_is_not_counted: verdict == Verdict::Granted ~> false
        if verdict == Verdict::Granted {
            self.count_served(locked, level);
        }
        locked.retract_if_nobody_waits();
        waker
    }

    /// The last look of a request before it waits: decides it, or announces it.
    #[inline]
    pub(super) fn look<'q>(
        &self,
        mut locked: Locked<'q, Self>,
        request: Request<M::Level>,
    ) -> Look<'q, Self> {
        if request.is_too_many(locked.state().bound) {
            return Look::Done(Verdict::Refused);
        }
        let first = Self::nobody_waits(&locked);
        // From here on returning permits come to the lock, and fast acquires fail.
        let seen = locked.announce();
        let n = request.permits();
        let closed = seen & CLOSED != 0;
        // mistake the_last_look_misses_a_permit: available(seen) >= n ~> available(seen) > n
        // mistake a_request_for_nothing_waits: n == 0 ~> false
        let there = n == 0 || (first && available(seen) >= n);
        if !closed && !there {
            let taken = if M::BYPASS {
                !first && self.take_past(&mut locked, n, None)
            } else {
                // mistake an_urgent_request_waits_behind_others: self.is_before_all(&locked, request.level()) ~> false
                !first
                    && self.is_before_all(&locked, request.level())
                    && self.take_first(&mut locked, request)
            };
            if taken {
                self.after_bypass(locked, n);
                return Look::Done(Verdict::Granted);
            }
            return Look::Wait(locked);
        }
        if first {
            let taken = if closed { 0 } else { n * ONE };
            // Takes the bit back together with the permits. Ordering: Relaxed, it follows the Acquire of `announce`.
            self.queue.word.fetch_sub(taken + WAITERS, Ordering::Relaxed);
        }
        Look::Done(if closed { Verdict::Refused } else { Verdict::Granted })
    }
}
