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

use core::cell::Cell;
use core::fmt;
use core::future::Future;
use core::marker::{PhantomData, PhantomPinned};
use core::mem::MaybeUninit;
use core::pin::Pin;
use core::ptr::NonNull;
use core::task::{Context, Poll, Waker};

use crate::list::{Links, List};
use crate::loom::{AtomicU32, Ordering, UnsafeCell, const_fn};
use crate::raw_lock::{RawGuard, RawLock};
use crate::wake_batch::WakeBatch;

/// What one kind of wait asks for: the half of a future that is not the protocol.
///
/// `try_…` take it without waiting, `serve` grants it to those who wait, `settle` and `revoke` are the two
/// ends of a grant.
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
    /// What a status means to a wait of this kind; `None`: it goes on.
    fn verdict(status: u32) -> Option<Verdict> {
        Verdict::of(status).filter(|verdict| *verdict != Verdict::Moved)
    }
    /// Takes what was granted, or learns why not.
    fn settle(&self, verdict: Verdict, request: &Self::Request) -> Self::Grant;
    /// Passes on what was granted to a waiter that went away.
    fn revoke(&self, verdict: Verdict, request: &Self::Request);
    /// Grants what is due after the state or the list has changed, until the batch is full.
    fn serve(&self, locked: &mut Locked<'_, Self::State>, batch: &mut WakeBatch);
    /// Makes the output, once, after the lock is given back.
    fn output(&mut self, grant: Self::Grant, request: &Self::Request) -> Self::Output;
}

/// How a wait was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The request is granted.
    Granted,
    /// It never will be.
    Refused,
    /// The waiter was moved, still waiting, to another queue.
    Moved,
}

// A status, from the low bits: how it stands, a flag that outlives that, the generation.
const QUEUED: u32 = 0;
const TOLD: u32 = 1;
const GRANTED: u32 = 2;
const REFUSED: u32 = 3;
const MOVED: u32 = 4;
const STANDING: u32 = 7;
const OWES: u32 = 8;
const GENERATION: u32 = 16;

impl Verdict {
    pub(crate) fn of(status: u32) -> Option<Self> {
        match status & STANDING {
            GRANTED => Some(Self::Granted),
            REFUSED => Some(Self::Refused),
            MOVED => Some(Self::Moved),
            _ => None,
        }
    }

    const fn status(self) -> u32 {
        match self {
            Self::Granted => GRANTED,
            Self::Refused => REFUSED,
            Self::Moved => MOVED,
        }
    }
}

/// Tells the waiters that were there when a broadcast began from those that came later.
///
/// Counts broadcasts, in steps that leave the low bits of a status free. It wraps; what is compared is a
/// waiter and a broadcast in progress, which are never half the range apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Generation(u32);

impl Generation {
    pub(crate) const fn new() -> Self {
        Self(0)
    }

    /// Begins a broadcast: whoever enters from now on is of the next generation. Gives the one it is for.
    pub(crate) fn turn(&mut self) -> Self {
        let cohort = *self;
        self.0 = self.0.wrapping_add(GENERATION);
        cohort
    }

    /// Whether a waiter with this stamp was there when `cohort` was turned.
    fn is_of(self, cohort: Self) -> bool {
        self.0.wrapping_sub(cohort.0) as i32 <= 0
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Idle,
    Queued,
    Done,
}

/// The part of a waiter that lists and wake loops see, whatever it asks for.
///
/// Links and waker stay uninitialised until it is queued: a future that never waits writes one word.
#[repr(C)]
struct Node {
    links: MaybeUninit<Links>,
    waker: UnsafeCell<MaybeUninit<Option<Waker>>>,
    status: AtomicU32,
    phase: Cell<Phase>,
    _pinned: PhantomPinned,
}

// SAFETY: links and waker are touched by one thread at a time (invariants 1 and 2), wakers may change threads,
// and the rest is atomic or, the phase, used through exclusive access to the future only (invariant 3).
unsafe impl Send for Node {}
// SAFETY: a shared reference to a future reads the phase and the status, which only an exclusive one changes
// or which is atomic.
unsafe impl Sync for Node {}

/// A queued waiter's identity, good for comparing and for moving it.
pub(crate) type Ticket = NonNull<Links>;

/// # Safety
/// The waiter is linked, or decided by the caller and not yet told (invariant 2), so that it is valid.
unsafe fn node<'a>(waiter: Ticket) -> &'a Node {
    // SAFETY: a ticket points at the links of a whole waiter, and both are `repr(C)` with the links first.
    unsafe { waiter.cast::<Node>().as_ref() }
}

/// One wait: the node and what is asked for. Lies in the future.
#[repr(C)]
pub struct Waiter<R> {
    node: Node,
    request: R,
}

impl<R> Waiter<R> {
    const_fn! {
        #[inline(always)]
        pub(crate) const fn new(request: R) -> Self {
            let node = Node {
                links: MaybeUninit::uninit(),
                waker: UnsafeCell::new(MaybeUninit::uninit()),
                status: AtomicU32::new(QUEUED),
                phase: Cell::new(Phase::Idle),
                _pinned: PhantomPinned,
            };
            Self { node, request }
        }
    }

    pub(crate) fn phase(&self) -> Phase {
        self.node.phase.get()
    }

    /// Whether it waits in the list of those who were told.
    pub(crate) fn is_told(&self) -> bool {
        self.status() & STANDING == TOLD
    }

    /// Whether it waits, or was granted what it waited for, in another queue than the one it entered.
    pub(crate) fn has_left(&self) -> bool {
        Verdict::of(self.status()).is_some()
    }

    /// Whether it was told by somebody who told a number of waiters, so that a waiter that goes away tells the next.
    pub(crate) fn owes(&self) -> bool {
        self.status() & OWES != 0
    }

    /// The same waiter, for a policy that does not look at the request.
    pub(crate) fn without_request(&self) -> &Waiter<()> {
        // SAFETY: `repr(C)` puts the node first in both, and a `()` behind it takes no room.
        unsafe { NonNull::from(self).cast().as_ref() }
    }

    fn status(&self) -> u32 {
        // Ordering: Acquire synchronizes with the Release in `Node::stand`: with a verdict comes all that the
        // decider, and through the lock those before it, did: the protected data, and the node itself.
        self.node.status.load(Ordering::Acquire)
    }

    fn ticket(&self) -> Ticket {
        NonNull::from(self).cast()
    }

    /// The future has learnt the verdict. One that was moved goes on waiting, elsewhere.
    fn told(&self, verdict: Verdict) {
        if verdict != Verdict::Moved {
            self.node.phase.set(Phase::Done);
        }
    }
}

impl Node {
    /// # Safety
    /// The caller holds the lock of the queue that the node is in, or owns the node (invariant 2).
    unsafe fn with_waker<X>(&self, access: impl FnOnce(&mut Option<Waker>) -> X) -> X {
        // SAFETY: the access is exclusive, says the caller, and the waker was written when the node entered.
        self.waker.with_mut(|waker| access(unsafe { (*waker).assume_init_mut() }))
    }

    /// How it stands from now on; a verdict hands the node back to its future, and is its last use by the
    /// caller (invariant 2). The caller holds the lock.
    fn stand(&self, standing: u32) {
        // Ordering: Relaxed, it was last written under the lock.
        let rest = self.status.load(Ordering::Relaxed) & !STANDING;
        // Ordering: Release synchronizes with the Acquire in `Waiter::status`.
        self.status.store(rest | standing, Ordering::Release);
    }
}

/// The waiters of one kind, longest first.
#[derive(Debug)]
pub struct WaitList<R> {
    list: List,
    /// Whoever grants looks at requests, and may take something out of them.
    requests: PhantomData<R>,
}

impl<R> WaitList<R> {
    pub(crate) const fn new() -> Self {
        Self { list: List::new(), requests: PhantomData }
    }

    #[inline(always)]
    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(crate) fn front(&self) -> Option<Ticket> {
        self.list.front()
    }

    /// What the longest waiter asks for.
    pub(crate) fn front_request(&self) -> Option<&R> {
        // SAFETY: a list of this type is entered by waiters with this request only, and what is linked is
        // valid (invariant 1). A waiter that was moved here is looked at through a list of `()`.
        self.list.front().map(|front| unsafe { &front.cast::<Waiter<R>>().as_ref().request })
    }

    /// Takes the longest waiter's waker and leaves the waiter where it is.
    pub(crate) fn take_front_waker(&mut self) -> Option<Waker> {
        // SAFETY: it is linked, and the list is held by `&mut`, so under its lock.
        self.list.front().and_then(|front| unsafe { node(front).with_waker(Option::take) })
    }

    /// Whether the longest waiter has a waker to be woken by: it has not been woken since it last looked.
    pub(crate) fn front_is_asleep(&self) -> bool {
        // SAFETY: the front of a list is linked.
        self.list.front().is_some_and(|front| unsafe { node(front).with_waker(|waker| waker.is_some()) })
    }

    /// The longest waiter, if it was there when `cohort` was turned.
    pub(crate) fn front_of(&self, cohort: Generation) -> Option<Ticket> {
        self.list.front().filter(|front| {
            // SAFETY: the front of a list is linked. Ordering: Relaxed, it was last written under the lock.
            let status = unsafe { node(*front) }.status.load(Ordering::Relaxed);
            Generation(status & !(GENERATION - 1)).is_of(cohort)
        })
    }
}

/// How many wait at a primitive, in all its lists. The only way into and out of them.
#[derive(Debug)]
pub(crate) struct Waiters(u32);

impl Waiters {
    #[inline(always)]
    pub(crate) fn is_none(&self) -> bool {
        self.0 == 0
    }

    pub(crate) fn count(&self) -> usize {
        self.0 as usize
    }

    /// # Safety
    /// The waiter is pinned and in no list.
    unsafe fn enter<R>(
        &mut self,
        list: &mut WaitList<R>,
        waiter: &Waiter<R>,
        waker: Waker,
        stamp: Generation,
    ) {
        let ticket = waiter.ticket();
        // SAFETY: nobody else knows the node yet, and its place is inside a `MaybeUninit` with cells in it.
        unsafe { ticket.write(Links::alone_at(ticket)) };
        // SAFETY: as above.
        waiter.node.waker.with_mut(|slot| unsafe { (*slot).write(Some(waker)) });
        // Ordering: Relaxed, others learn of the node through the lock.
        waiter.node.status.store(stamp.0 | QUEUED, Ordering::Relaxed);
        waiter.node.phase.set(Phase::Queued);
        // SAFETY: passed on to the caller.
        unsafe { list.list.push_back(ticket) };
        self.0 += 1;
    }

    /// # Safety
    /// The waiter is linked in this list.
    unsafe fn leave<R>(&mut self, list: &mut WaitList<R>, waiter: Ticket) {
        // SAFETY: passed on to the caller.
        unsafe { list.list.remove(waiter) };
        self.0 -= 1;
    }

    /// Takes the longest waiter out and tells it.
    pub(crate) fn decide<R>(&mut self, list: &mut WaitList<R>, verdict: Verdict, batch: &mut WakeBatch) {
        let Some(front) = list.front() else { return };
        // SAFETY: the front of a list is linked in it.
        unsafe { self.leave(list, front) };
        // SAFETY: it was linked until now, and has not been told.
        let node = unsafe { node(front) };
        // SAFETY: the caller has the list by `&mut`, so the lock.
        if let Some(waker) = unsafe { node.with_waker(Option::take) } {
            batch.push(waker);
        }
        node.stand(verdict.status());
    }

    /// Decides waiters from the front as long as they are of `cohort` and there is room for their wakers.
    pub(crate) fn decide_cohort<R>(
        &mut self,
        list: &mut WaitList<R>,
        cohort: Generation,
        verdict: Verdict,
        batch: &mut WakeBatch,
    ) {
        while !batch.is_full() && list.front_of(cohort).is_some() {
            self.decide(list, verdict, batch);
        }
    }

    /// Moves the longest waiter, still asleep, to the end of the list of those who were told.
    pub(crate) fn tell<R>(&mut self, list: &mut WaitList<R>, told: &mut WaitList<R>, owes: bool) {
        let Some(front) = list.front() else { return };
        // SAFETY: the front of a list is linked in it.
        unsafe { list.list.remove(front) };
        // SAFETY: valid, in no list now, and pinned until its future unlinks it, under this same lock.
        unsafe { told.list.push_back(front) };
        // SAFETY: linked again.
        let node = unsafe { node(front) };
        node.stand(if owes { TOLD | OWES } else { TOLD });
    }

    /// Moves the longest waiter, still asleep, to the end of another queue's list. Its request stays its own.
    pub(crate) fn move_front<R>(&mut self, list: &mut WaitList<R>, to: &mut Locked<'_, WaitList<()>>) {
        let Some(front) = list.front() else { return };
        // SAFETY: the front of a list is linked in it.
        unsafe { self.leave(list, front) };
        // SAFETY: valid, in no list now, and pinned until its future unlinks it, for which that takes the lock
        // that the new status stands for (invariant 1): it is held, as `to`.
        unsafe { to.state.list.push_back(front) };
        to.waiters.0 += 1;
        // SAFETY: linked again.
        let node = unsafe { node(front) };
        node.stand(MOVED);
    }
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
    _raw: RawGuard<'a>,
}

impl<W, S> WaitQueue<W, S> {
    const_fn! {
        pub(crate) const fn new(word: W, state: S) -> Self {
            Self {
                word,
                raw: RawLock::new(),
                waiters: UnsafeCell::new(Waiters(0)),
                state: UnsafeCell::new(state),
            }
        }
    }

    #[inline(always)]
    pub(crate) fn lock(&self) -> Locked<'_, S> {
        let raw = self.raw.lock();
        // SAFETY: the raw lock is held, and the reference goes no further than its guard.
        let state = self.state.with_mut(|state| unsafe { &mut *state });
        // SAFETY: likewise.
        let waiters = self.waiters.with_mut(|waiters| unsafe { &mut *waiters });
        Locked { state, waiters, _raw: raw }
    }

    /// Lets `serve` take out wakers, batch by batch, and wakes each batch with the lock given back.
    ///
    /// If a waker panics, the others of its batch and all that `serve` still finds due are woken while the
    /// panic unwinds.
    #[inline(always)]
    pub(crate) fn wake_loop(
        &self,
        locked: Locked<'_, S>,
        serve: impl FnMut(&mut Locked<'_, S>, &mut WakeBatch),
    ) {
        let mut rounds = Rounds { queue: self, serve, more: true };
        rounds.round(locked);
        while rounds.more {
            rounds.round(self.lock());
        }
    }
}

/// A wake loop under way; its drop finishes it when a waker has panicked.
struct Rounds<'a, W, S, F: FnMut(&mut Locked<'_, S>, &mut WakeBatch)> {
    queue: &'a WaitQueue<W, S>,
    serve: F,
    more: bool,
}

impl<W, S, F: FnMut(&mut Locked<'_, S>, &mut WakeBatch)> Rounds<'_, W, S, F> {
    #[inline(always)]
    fn round(&mut self, mut locked: Locked<'_, S>) {
        let mut batch = WakeBatch::new();
        (self.serve)(&mut locked, &mut batch);
        self.more = batch.is_full();
        drop(locked);
        batch.wake();
    }
}

impl<W, S, F: FnMut(&mut Locked<'_, S>, &mut WakeBatch)> Drop for Rounds<'_, W, S, F> {
    #[inline(always)]
    fn drop(&mut self) {
        while self.more {
            self.round(self.queue.lock());
        }
    }
}

/// The one `poll`.
///
/// # Safety
/// The waiter is pinned, and its owner calls [`cancel`] before it goes away.
#[inline(always)]
pub(crate) unsafe fn poll<P: Policy>(
    policy: &mut P,
    waiter: &Waiter<P::Request>,
    context: &Context<'_>,
) -> Poll<P::Output> {
    match waiter.phase() {
        Phase::Idle => match policy.try_now(&waiter.request) {
            Some(grant) => Poll::Ready(finish(policy, waiter, grant)),
            // SAFETY: passed on to the caller.
            None => unsafe { enqueue(policy, waiter, context) },
        },
        Phase::Queued => match P::verdict(waiter.status()) {
            Some(verdict) => Poll::Ready(conclude(policy, waiter, verdict)),
            None => refresh(policy, waiter, context),
        },
        Phase::Done => panic!("a future was polled after it had completed"),
    }
}

#[inline(always)]
fn finish<P: Policy>(policy: &mut P, waiter: &Waiter<P::Request>, grant: P::Grant) -> P::Output {
    waiter.node.phase.set(Phase::Done);
    policy.output(grant, &waiter.request)
}

/// Takes what a queued waiter was given.
fn conclude<P: Policy>(policy: &mut P, waiter: &Waiter<P::Request>, verdict: Verdict) -> P::Output {
    waiter.told(verdict);
    let grant = policy.settle(verdict, &waiter.request);
    policy.output(grant, &waiter.request)
}

/// Looks once more, under the lock, and enters the queue.
///
/// # Safety
/// As for [`poll`].
#[inline(never)]
unsafe fn enqueue<P: Policy>(
    policy: &mut P,
    waiter: &Waiter<P::Request>,
    context: &Context<'_>,
) -> Poll<P::Output> {
    let waker = context.waker().clone();
    let grant = match policy.try_locked(policy.queue().lock(), &waiter.request) {
        Ok(grant) => grant,
        Err(Locked { state, waiters, .. }) => {
            let stamp = P::stamp(state);
            // SAFETY: pinned, says the caller, and idle until now.
            unsafe { waiters.enter(P::list(state, waiter), waiter, waker, stamp) };
            return Poll::Pending;
        }
    };
    Poll::Ready(finish(policy, waiter, grant))
}

/// Polled while queued: is it decided by now, and is the waker still the right one?
#[inline(never)]
fn refresh<P: Policy>(policy: &mut P, waiter: &Waiter<P::Request>, context: &Context<'_>) -> Poll<P::Output> {
    // Cloned only when it is needed, and then without the lock: hence the second round.
    let mut fresh = None;
    loop {
        let mut locked = policy.queue().lock();
        let mut verdict = P::verdict(waiter.status());
        if verdict.is_none() && policy.retry(&mut locked, waiter.ticket()) {
            // SAFETY: undecided under the lock, so linked (invariant 1).
            unsafe { locked.waiters.leave(P::list(locked.state, waiter), waiter.ticket()) };
            verdict = Some(Verdict::Granted);
        }
        if let Some(verdict) = verdict {
            drop(locked);
            return Poll::Ready(conclude(policy, waiter, verdict));
        }
        // SAFETY: undecided under the lock, so the waker is guarded by it.
        let replaced = unsafe {
            waiter.node.with_waker(|waker| match waker {
                Some(current) if current.will_wake(context.waker()) => Some(None),
                _ => fresh.take().map(|fresh| waker.replace(fresh)),
            })
        };
        drop(locked);
        if replaced.is_some() {
            return Poll::Pending;
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
#[inline(always)]
pub(crate) fn cancel<P: Policy>(policy: &P, waiter: &Waiter<P::Request>) -> Cancelled {
    match waiter.phase() {
        Phase::Queued => cancel_queued(policy, waiter),
        Phase::Idle | Phase::Done => Cancelled::Idle,
    }
}

#[inline(never)]
fn cancel_queued<P: Policy>(policy: &P, waiter: &Waiter<P::Request>) -> Cancelled {
    let decided = || P::verdict(waiter.status());
    let verdict = match decided() {
        Some(verdict) => verdict,
        None => {
            let locked = policy.queue().lock();
            // Again: it may have been decided on the way to the lock.
            let Some(verdict) = decided() else {
                withdraw(policy, waiter, locked);
                return Cancelled::Withdrawn;
            };
            verdict
        }
    };
    waiter.told(verdict);
    Cancelled::Decided(verdict)
}

/// Takes an undecided waiter out; those behind it may now be due.
fn withdraw<P: Policy>(policy: &P, waiter: &Waiter<P::Request>, locked: Locked<'_, P::State>) {
    // SAFETY: undecided under the lock, so linked (invariant 1).
    unsafe { locked.waiters.leave(P::list(locked.state, waiter), waiter.ticket()) };
    waiter.node.phase.set(Phase::Done);
    // SAFETY: out of every list, the node is its future's again. Kept until the lock is given back.
    let _waker = unsafe { waiter.node.with_waker(Option::take) };
    policy.queue().wake_loop(locked, |locked, batch| policy.serve(locked, batch));
}

/// The future of every wait that this crate knows; the names with meaning are aliases of it.
///
/// It is lazy: it asks for nothing until it is first polled, and takes its place in the queue then. It gives
/// its output once. Dropping it at any point is safe, and passes on what it was given but did not take.
///
/// # Panics
/// Polled again after it has completed, it panics.
#[must_use = "a wait does nothing unless it is awaited"]
pub struct WaitFuture<P: Policy> {
    policy: P,
    waiter: Waiter<P::Request>,
}

impl<P: Policy> WaitFuture<P> {
    const_fn! {
        #[inline(always)]
        pub(crate) const fn new(policy: P, request: P::Request) -> Self {
            Self { policy, waiter: Waiter::new(request) }
        }
    }

    /// Ends the wait as a drop would, and gives access to what is left.
    pub(crate) fn withdraw(self: Pin<&mut Self>) -> &P::Request {
        // SAFETY: nothing is moved out, and the waiter is reached by shared reference only.
        let this = unsafe { self.get_unchecked_mut() };
        this.abandon();
        this.waiter.node.phase.set(Phase::Done);
        &this.waiter.request
    }

    #[inline(always)]
    fn abandon(&self) {
        if let Cancelled::Decided(verdict) = cancel(&self.policy, &self.waiter) {
            self.policy.revoke(verdict, &self.waiter.request);
        }
    }
}

impl<P: Policy> Future for WaitFuture<P> {
    type Output = P::Output;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<P::Output> {
        // SAFETY: the policy is not pinned by it, and the waiter is not moved.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: pinned with the future, whose drop cancels.
        unsafe { poll(&mut this.policy, &this.waiter, context) }
    }
}

impl<P: Policy> Drop for WaitFuture<P> {
    #[inline(always)]
    fn drop(&mut self) {
        self.abandon();
    }
}

#[cfg(feature = "futures")]
impl<P: Policy> futures_core::FusedFuture for WaitFuture<P> {
    fn is_terminated(&self) -> bool {
        self.waiter.phase() == Phase::Done
    }
}

impl<P: Policy> fmt::Debug for WaitFuture<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitFuture").field("phase", &self.waiter.phase()).finish_non_exhaustive()
    }
}

impl<R> fmt::Debug for Waiter<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiter").field("phase", &self.phase()).finish_non_exhaustive()
    }
}
