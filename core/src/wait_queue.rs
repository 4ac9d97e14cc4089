//! The waiting protocol: the only `poll`, the only `cancel` and the only wake loop of the crate.
//!
//! # Problem
//! Lock, Semaphore, Event, Condition and Queue differ in *what* a waiter asks for. *How* it waits is the same,
//! and that is where the bugs of this field sit: a grant that dies with a cancelled waiter, a waker that runs
//! under a lock, a broadcast that reaches late-comers. So the *how* is written once, here, and a primitive is
//! a [`Policy`]: what can be taken at once, when a queued request is granted, what an unused grant passes on.
//!
//! # Rejected
//! * A list of wakers beside the state: "woken" then means "try again", somebody overtakes, and a cancelled
//!   waiter cannot know whether it still owes the next one a wake. Here a waiter is *given* what it asked for.
//! * A waiter per primitive: the list would be shared, but not the protocol.
//! * Nodes on the heap: no allocator, no unbounded growth. The node lies in the future.
//!
//! # The life of a waiter
//!
//! `phase` belongs to the future, `status` to both sides:
//!
//! | phase    | status     | linked | who may touch the node | left by                                          |
//! |----------|------------|--------|------------------------|--------------------------------------------------|
//! | `Idle`   | –          | no     | its future             | `poll`: granted at once (`Done`), or `Queued`    |
//! | `Queued` | `QUEUED`   | yes    | who holds the lock     | a grant, a move, or `cancel`                     |
//! | `Queued` | `TOLD`     | yes, in a second list  | who holds the lock    | the same                          |
//! | `Queued` | `MOVED`    | yes, in another queue  | who holds *that* lock | the same                          |
//! | `Queued` | `GRANTED`  | no     | its future             | `poll` takes the grant, or `cancel` passes it on |
//! | `Queued` | `REFUSED`  | no     | its future             | the same; there is nothing to pass on            |
//! | `Done`   | –          | no     | its future             | nothing                                          |
//!
//! # Invariants
//! 1. A node is linked exactly while its status is `QUEUED`, `TOLD` or `MOVED`, in a list of the queue that the status
//!    stands for, and then it is pinned; the drop of its future unlinks it.
//! 2. A queued status changes only under the lock of that queue. The store that decides a waiter is the last
//!    thing the decider does with the node: whoever sees it owns the node again, without taking the lock.
//! 3. `phase` and the policy are touched by the future's owner only, through `Pin<&mut _>` or by drop.
//! 4. No user code runs under a lock: wakers are cloned before it is taken, and woken and dropped after it is
//!    given back.
//! 5. A primitive's word says "waiters exist" exactly when its list is not empty, and that bit changes only
//!    under the lock. Whoever may have to wait sets it *before* the last look at the word, so a releaser
//!    either is seen by that look, or sees the bit and comes to the lock.
//! 6. Waiters leave a list from the front, except by cancelling. Nobody is given anything that an earlier
//!    waiter of the same list still waits for.
//!
//! # Work under the lock
//! Linking, unlinking, one waker compared or moved: constant. A wake loop takes out at most
//! [`BATCH`](crate::wake_batch::BATCH) waiters, then lets go of the lock, wakes them, and comes back for more.
//! A broadcast still reaches exactly its cohort: waiters are stamped with a [`Generation`] as they enter.
use core::task::{Context, Poll, Waker};

use crate::loom::{UnsafeCell, const_fn};
use crate::raw_lock::{RawGuard, RawLock};
use crate::waiter::{Generation, Phase, Ticket, Verdict, WaitList, Waiter, Waiters};
use crate::wake_batch::WakeBatch;

/// What one kind of wait asks for: the half of a future that is not the protocol.
///
/// `try_…` take it without waiting, `serve` grants it to those who wait, `settle` and `revoke` are the two
/// ends of a grant.
// What a policy does on the way into a queue and out of it is `#[inline]`, and so is what that calls: the protocol is
// compiled by the crate that waits, and from there each call into this one, with the lock handed over and back
// through memory, cost a tenth to a quarter of a wait's instructions, and up to half of its time.
pub trait Policy {
    /// What is read and changed without the lock.
    type Word;
    /// What the lock guards.
    type State;
    /// What a waiter of this kind shows to whoever grants.
    type Request;
    /// What a granted wait holds before it is made into the output.
    type Grant;
    /// What the future gives.
    type Output;
    /// Whether waiters may be woken to [`retry`](Self::retry), instead of being granted what they wait for.
    const RETRIES: bool = false;

    /// The primitive's queue.
    fn queue(&self) -> &WaitQueue<Self::Word, Self::State>;
    /// The list that this waiter stands in, or will.
    fn list<'s>(
        state: &'s mut Self::State,
        waiter: &Waiter<Self::Request>,
    ) -> &'s mut WaitList<Self::Request>;
    /// The fast path. Leaves no trace when it fails.
    fn try_now(&self, request: &Self::Request) -> Option<Self::Grant>;
    /// The last look before waiting: when it fails, it has announced the waiter (invariant 5), and gives the
    /// lock back to the caller.
    fn try_locked<'a>(
        &self,
        locked: Locked<'a, Self::State>,
        request: &Self::Request,
    ) -> Result<Self::Grant, Locked<'a, Self::State>>;
    /// The stamp for a waiter that enters now.
    fn stamp(_state: &Self::State) -> Generation {
        Generation::new()
    }
    /// Whether a waiter that is queued may take what it was woken for.
    fn retry(&self, _locked: &mut Locked<'_, Self::State>, _waiter: Ticket) -> bool {
        false
    }
    /// Whether it looks as if whoever was woken to retry comes too late.
    fn outrun(&self) -> bool {
        false
    }
    /// What a status means to a wait of this kind; `None`: it goes on.
    fn verdict(status: u32) -> Option<Verdict> {
        Verdict::of(status).filter(|verdict| *verdict != Verdict::Moved)
    }
    /// Takes what was granted, or learns why not.
    fn settle(&self, verdict: Verdict, request: &Self::Request) -> Self::Grant;
    /// Passes on what was granted to a waiter that went away.
    fn revoke(&self, verdict: Verdict, request: &Self::Request);
    /// A waiter has left the list: grants what is due now, and gives the lock back.
    fn serve(&self, locked: Locked<'_, Self::State>);
    /// Makes the output, once, after the lock is given back.
    fn output(&mut self, grant: Self::Grant, request: &Self::Request) -> Self::Output;
}

/// A primitive's word, its state and its waiters: everything but the data that it protects.
#[derive(Debug)]
pub struct WaitQueue<W, S> {
    pub(crate) word: W,
    raw: RawLock,
    waiters: UnsafeCell<Waiters>,
    state: UnsafeCell<S>,
}

// SAFETY: state and waiters are reached through the raw lock only, by one thread at a time, so the state need
// only be `Send`; the word is shared as it is.
unsafe impl<W: Sync, S: Send> Sync for WaitQueue<W, S> {}

/// A queue while its lock is held.
#[derive(Debug)]
pub struct Locked<'a, S> {
    pub(crate) state: &'a mut S,
    pub(crate) waiters: &'a mut Waiters,
    raw: RawGuard<'a>,
}

impl<S> Locked<'_, S> {
    /// Gives the lock back, and wakes whoever was served alone: no loop, and no batch.
    #[inline]
    pub(crate) fn wake(self, only: Option<Waker>) {
        drop(self);
        wake(only);
    }
}

#[inline]
fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}

impl<W, S> WaitQueue<W, S> {
    const_fn! {
        pub(crate) const fn new(word: W, state: S) -> Self {
            Self {
                word,
                raw: RawLock::new(),
                waiters: UnsafeCell::new(Waiters::none()),
                state: UnsafeCell::new(state),
            }
        }
    }

    #[inline]
    pub(crate) fn lock(&self) -> Locked<'_, S> {
        // SAFETY: its own.
        unsafe { self.locked(self.raw.lock()) }
    }

    /// # Safety
    /// `raw` is the guard of this queue's lock.
    #[inline]
    unsafe fn locked<'a>(&'a self, raw: RawGuard<'a>) -> Locked<'a, S> {
        // SAFETY: the raw lock is held, and the reference goes no further than its guard.
        let state = self.state.with_mut(|state| unsafe { &mut *state });
        // SAFETY: likewise.
        let waiters = self.waiters.with_mut(|waiters| unsafe { &mut *waiters });
        Locked { state, waiters, raw }
    }

    /// Serves waiters as long as `next` finds one that is due, and wakes them with the lock given back.
    ///
    /// If a waker panics, all others that are due are woken while the panic unwinds.
    #[inline]
    pub(crate) fn wake_loop(&self, locked: Locked<'_, S>, next: impl FnMut(&mut Locked<'_, S>) -> Served) {
        let section = &mut Serving { queue: self, next };
        // One copy of the loop for all queues, where flash is what counts.
        #[cfg(feature = "critical-section")]
        let section: &mut dyn Section<'_> = section;
        // SAFETY: lock, guard and section are all of this queue.
        unsafe { wake_rounds(&self.raw, locked.raw, section) };
    }
}

/// What has been done for the next waiter that is due.
#[derive(Debug)]
pub(crate) enum Served {
    /// None is.
    Nobody,
    /// It is served, and to be woken by this, if it is to be woken.
    One(Option<Waker>),
}

/// What a wake loop does with a queue.
struct Serving<'q, W, S, F> {
    queue: &'q WaitQueue<W, S>,
    next: F,
}

/// The part of a wake loop that differs from queue to queue. (Not `dyn FnMut`: its table has a `call_once` besides,
/// which takes twenty bytes of flash in each of the loops.)
trait Section<'q> {
    /// Serves one waiter, and gives the lock back to the caller.
    ///
    /// # Safety
    /// `held` is the guard of this queue's lock.
    unsafe fn next(&mut self, held: RawGuard<'q>) -> (RawGuard<'q>, Served);
}

impl<'q, W, S, F: FnMut(&mut Locked<'_, S>) -> Served> Section<'q> for Serving<'q, W, S, F> {
    #[inline]
    unsafe fn next(&mut self, held: RawGuard<'q>) -> (RawGuard<'q>, Served) {
        // SAFETY: passed on to the caller.
        let mut locked = unsafe { self.queue.locked(held) };
        let served = (self.next)(&mut locked);
        (locked.raw, served)
    }
}

/// The one wake loop: section after section, until nobody is due any more.
///
/// # Safety
/// `held` is the guard of `lock`, and `lock` that of the section's queue.
#[inline]
unsafe fn wake_rounds<'q, F: Section<'q> + ?Sized>(lock: &'q RawLock, held: RawGuard<'q>, section: &mut F) {
    // SAFETY: as the caller says.
    let (held, Served::One(first)) = (unsafe { section.next(held) }) else { return };
    // SAFETY: likewise.
    let (held, second) = unsafe { section.next(held) };
    let Served::One(second) = second else {
        // Mostly one was due: it takes neither a batch nor somebody to go on if the waker panics.
        drop(held);
        return wake(first);
    };
    let mut batch = WakeBatch::new();
    batch.push(first);
    batch.push(second);
    let mut rounds = Rounds { lock, section, more: true };
    rounds.round(held, batch);
    rounds.finish();
}

/// A wake loop under way; its drop finishes it when a waker has panicked.
struct Rounds<'r, 'q, F: Section<'q> + ?Sized> {
    lock: &'q RawLock,
    section: &'r mut F,
    more: bool,
}

impl<'q, F: Section<'q> + ?Sized> Rounds<'_, 'q, F> {
    /// One critical section: fills the batch, gives the lock back, and wakes.
    #[inline]
    fn round(&mut self, mut held: RawGuard<'q>, mut batch: WakeBatch) {
        while self.more && !batch.is_full() {
            // SAFETY: of the lock that the loop was given with its section, says its caller.
            let (back, served) = unsafe { self.section.next(held) };
            held = back;
            match served {
                Served::One(waker) => batch.push(waker),
                Served::Nobody => self.more = false,
            }
        }
        drop(held);
        batch.wake();
    }

    #[inline]
    fn finish(&mut self) {
        while self.more {
            self.round(self.lock.lock(), WakeBatch::new());
        }
    }
}

impl<'q, F: Section<'q> + ?Sized> Drop for Rounds<'_, 'q, F> {
    #[inline]
    fn drop(&mut self) {
        self.finish();
    }
}

/// The one `poll`.
///
/// # Safety
/// The waiter is pinned, and its owner calls [`cancel`] before it goes away.
// The fast path goes into the caller, or an uncontended lock costs twice as much. With critical sections flash is
// what counts, and a good part of a microcontroller's goes into copies of this.
#[cfg_attr(not(feature = "critical-section"), inline(always))]
#[cfg_attr(feature = "critical-section", inline)]
pub(crate) unsafe fn poll<P: Policy>(
    policy: &mut P,
    waiter: &Waiter<P::Request>,
    context: &Context<'_>,
) -> Poll<P::Output> {
    let grant = match waiter.phase() {
        Phase::Idle => {
            // SAFETY: passed on to the caller.
            let now = policy.try_now(&waiter.request).or_else(|| unsafe { enqueue(policy, waiter, context) });
            let Some(grant) = now else { return Poll::Pending };
            waiter.finish();
            grant
        }
        Phase::Queued => {
            let decided = P::verdict(waiter.status()).or_else(|| refresh(policy, waiter, context));
            let Some(verdict) = decided else { return Poll::Pending };
            waiter.told(verdict);
            policy.settle(verdict, &waiter.request)
        }
        Phase::Done => polled_again(),
    };
    Poll::Ready(policy.output(grant, &waiter.request))
}

#[cold]
pub(crate) fn polled_again() -> ! {
    panic!("a future was polled after it had completed")
}

/// Looks once more, under the lock, and enters the queue.
///
/// # Safety
/// As for [`poll`].
#[inline(never)]
unsafe fn enqueue<P: Policy>(
    policy: &P,
    waiter: &Waiter<P::Request>,
    context: &Context<'_>,
) -> Option<P::Grant> {
    let waker = context.waker().clone();
    match policy.try_locked(policy.queue().lock(), &waiter.request) {
        Ok(grant) => Some(grant),
        Err(Locked { state, waiters, raw: _raw }) => {
            let stamp = P::stamp(state);
            // SAFETY: pinned, says the caller, and idle until now.
            unsafe { waiters.enter(P::list(state, waiter), waiter, waker, stamp) };
            None
        }
    }
}

/// Polled while queued: is it decided by now, and is the waker still the right one?
#[inline(never)]
fn refresh<P: Policy>(policy: &P, waiter: &Waiter<P::Request>, context: &Context<'_>) -> Option<Verdict> {
    let queue = policy.queue();
    let mut retry = |raw| {
        // SAFETY: it is given this queue's lock.
        let mut locked = unsafe { queue.locked(raw) };
        if !policy.retry(&mut locked, waiter.ticket()) {
            return Ok(locked.raw);
        }
        let _waker = unlink::<P>(&mut locked, waiter);
        drop(locked);
        Err(Verdict::Granted)
    };
    let retry: Option<Retry<'_, '_>> = if P::RETRIES { Some(&mut retry) } else { None };
    look_again(&queue.raw, waiter.without_request(), P::verdict, retry, policy.outrun(), context)
}

/// Takes what the waiter was woken for, or gives the lock back to the caller.
type Retry<'r, 'q> = &'r mut dyn FnMut(RawGuard<'q>) -> Result<RawGuard<'q>, Verdict>;

/// Tells what has been decided; if nothing, sees to it that the waker of this poll is the one to be woken.
fn look_again<'q>(
    lock: &'q RawLock,
    waiter: &Waiter<()>,
    verdict: fn(u32) -> Option<Verdict>,
    mut retry: Option<Retry<'_, 'q>>,
    outrun: bool,
    context: &Context<'_>,
) -> Option<Verdict> {
    // Cloned only when it is needed, and then without the lock: hence the second round. Who comes too late needs one: its
    // own was taken out to wake it.
    let mut fresh = outrun.then(|| context.waker().clone());
    loop {
        let mut raw = lock.lock();
        if let Some(verdict) = verdict(waiter.status()) {
            return Some(verdict);
        }
        if let Some(retry) = &mut retry {
            match retry(raw) {
                Ok(given_back) => raw = given_back,
                Err(verdict) => return Some(verdict),
            }
        }
        // SAFETY: undecided under the lock, so the waker is guarded by it.
        let replaced = unsafe {
            waiter.with_waker(|waker| match waker {
                Some(current) if current.will_wake(context.waker()) => Some(None),
                _ => fresh.take().map(|fresh| waker.replace(fresh)),
            })
        };
        drop(raw);
        if replaced.is_some() {
            return None;
        }
        fresh = Some(context.waker().clone());
    }
}

/// What a wait had come to when it was cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cancelled {
    /// It was not waiting: never polled, or over.
    Idle,
    /// It was queued, and has left the queue.
    Withdrawn,
    /// It had been decided: the caller passes the grant on, or goes on waiting in the other queue.
    Decided(Verdict),
}

/// The one `cancel`: afterwards the waiter is in no list of this policy.
#[inline]
pub(crate) fn cancel<P: Policy>(policy: &P, waiter: &Waiter<P::Request>) -> Cancelled {
    match waiter.phase() {
        Phase::Queued => cancel_queued(policy, waiter),
        Phase::Idle | Phase::Done => Cancelled::Idle,
    }
}

#[inline(never)]
fn cancel_queued<P: Policy>(policy: &P, waiter: &Waiter<P::Request>) -> Cancelled {
    let mut locked = policy.queue().lock();
    if let Some(verdict) = P::verdict(waiter.status()) {
        drop(locked);
        waiter.told(verdict);
        return Cancelled::Decided(verdict);
    }
    let _waker = unlink::<P>(&mut locked, waiter);
    // Those behind it may now be due.
    policy.serve(locked);
    Cancelled::Withdrawn
}

/// Takes a waiter that is undecided, under the lock, out of its list: its wait is over. Its waker is to be dropped
/// without the lock.
fn unlink<P: Policy>(locked: &mut Locked<'_, P::State>, waiter: &Waiter<P::Request>) -> Option<Waker> {
    // SAFETY: undecided under the lock, so linked (invariant 1), in the list that its policy names.
    unsafe { locked.waiters.withdraw(P::list(locked.state, waiter), waiter) }
}
