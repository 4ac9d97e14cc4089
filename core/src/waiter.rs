//! A waiter: the node that lies in a future, and the lists that it stands in.
//!
//! How it is used is the protocol's business: the table of states and the invariants cited here are in the
//! header of [`wait_queue`](crate::wait_queue). This file holds the casts and cells that the protocol needs, and
//! keeps the count of the waiters true.

use core::cell::Cell;
use core::fmt;
use core::marker::{PhantomData, PhantomPinned};
use core::mem::MaybeUninit;
use core::ptr::NonNull;
use core::task::Waker;

use crate::list::{Links, List};
use crate::loom::{AtomicU32, Ordering, UnsafeCell, const_fn};
use crate::wait_queue::{Locked, Served};

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

// As wide as the status, so that both are written, and moved with their future, as one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
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
    pub(crate) request: R,
}

impl<R> Waiter<R> {
    const_fn! {
        #[inline]
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

    pub(crate) fn status(&self) -> u32 {
        // Ordering: Acquire synchronizes with the Release in `Node::stand`: with a verdict comes all that the
        // decider, and through the lock those before it, did: the protected data, and the node itself.
        self.node.status.load(Ordering::Acquire)
    }

    pub(crate) fn ticket(&self) -> Ticket {
        NonNull::from(self).cast()
    }

    /// The future has learnt the verdict. One that was moved goes on waiting, elsewhere.
    pub(crate) fn told(&self, verdict: Verdict) {
        if verdict != Verdict::Moved {
            self.finish();
        }
    }

    /// The wait is over. Only its owner may say so, and only while it is in no list.
    pub(crate) fn finish(&self) {
        self.node.phase.set(Phase::Done);
    }

    /// # Safety
    /// The caller holds the lock of the queue that the waiter is in, or it has left every queue.
    pub(crate) unsafe fn with_waker<X>(&self, access: impl FnOnce(&mut Option<Waker>) -> X) -> X {
        // SAFETY: passed on to the caller.
        unsafe { self.node.with_waker(access) }
    }
}

impl Node {
    /// # Safety
    /// The caller holds the lock of the queue that the node is in, or owns the node (invariant 2).
    unsafe fn with_waker<X>(&self, access: impl FnOnce(&mut Option<Waker>) -> X) -> X {
        // SAFETY: the access is exclusive, says the caller, and the waker was written when the node entered.
        let waker = |slot: *mut MaybeUninit<Option<Waker>>| access(unsafe { &mut *slot.cast() });
        self.waker.with_mut(waker)
    }

    /// How it stands from now on; a verdict hands the node back to its future, and is its last use by the
    /// caller (invariant 2). The caller holds the lock.
    #[inline]
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

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(crate) fn front(&self) -> Option<Ticket> {
        self.list.front()
    }

    /// What the longest waiter asks for.
    pub(crate) fn front_request(&self) -> Option<&R> {
        let front = self.list.front()?.cast::<Waiter<R>>();
        // SAFETY: a list of this type is entered by waiters with this request only, and what is linked is
        // valid (invariant 1). A waiter that was moved here is looked at through a list of `()`.
        let waiter = unsafe { front.as_ref() };
        Some(&waiter.request)
    }

    /// Takes the longest waiter's waker and leaves the waiter where it is.
    pub(crate) fn take_front_waker(&mut self) -> Option<Waker> {
        // SAFETY: the front of a list is linked.
        let node = unsafe { node(self.list.front()?) };
        // SAFETY: the list is held by `&mut`, so under its lock.
        unsafe { node.with_waker(Option::take) }
    }

    /// Whether the longest waiter has a waker to be woken by: it has not been woken since it last looked.
    pub(crate) fn front_is_asleep(&self) -> bool {
        // SAFETY: the front of a list is linked.
        let Some(node) = self.list.front().map(|front| unsafe { node(front) }) else { return false };
        // SAFETY: lists are reached under their lock.
        unsafe { node.with_waker(|waker| waker.is_some()) }
    }

    /// The longest waiter, if it was there when `cohort` was turned.
    pub(crate) fn front_of(&self, cohort: Generation) -> Option<Ticket> {
        let front = self.list.front()?;
        // SAFETY: the front of a list is linked.
        let node = unsafe { node(front) };
        // Ordering: Relaxed, it was last written under the lock.
        let status = node.status.load(Ordering::Relaxed);
        Generation(status & !(GENERATION - 1)).is_of(cohort).then_some(front)
    }
}

/// How many wait at a primitive, in all its lists. The only way into and out of them.
#[derive(Debug)]
pub(crate) struct Waiters(u32);

impl Waiters {
    pub(crate) const fn none() -> Self {
        Self(0)
    }

    #[inline]
    pub(crate) fn is_none(&self) -> bool {
        self.0 == 0
    }

    pub(crate) fn count(&self) -> usize {
        self.0 as usize
    }

    /// # Safety
    /// The waiter is pinned and in no list.
    pub(crate) unsafe fn enter<R>(
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
        waiter.node.waker.with_mut(|slot| unsafe { slot.write(MaybeUninit::new(Some(waker))) });
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

    /// Takes a waiter out whose wait is over, and its waker, which is to be dropped without the lock.
    ///
    /// # Safety
    /// The waiter is linked in this list, and undecided.
    pub(crate) unsafe fn withdraw<R>(&mut self, list: &mut WaitList<R>, waiter: &Waiter<R>) -> Option<Waker> {
        // SAFETY: passed on to the caller.
        unsafe { self.leave(list, waiter.ticket()) };
        waiter.finish();
        // SAFETY: out of every list, the node is its future's again.
        unsafe { waiter.with_waker(Option::take) }
    }

    /// Takes the longest waiter out and tells it; gives the waker that it is to be woken by.
    pub(crate) fn decide<R>(&mut self, list: &mut WaitList<R>, verdict: Verdict) -> Option<Waker> {
        let front = list.front()?;
        // SAFETY: the front of a list is linked in it.
        unsafe { self.leave(list, front) };
        // SAFETY: it was linked until now, and has not been told.
        let node = unsafe { node(front) };
        // SAFETY: the caller has the list by `&mut`, so the lock.
        let waker = unsafe { node.with_waker(Option::take) };
        node.stand(verdict.status());
        waker
    }

    /// Decides the longest waiter if it is of `cohort`.
    pub(crate) fn decide_of<R>(
        &mut self,
        list: &mut WaitList<R>,
        cohort: Generation,
        verdict: Verdict,
    ) -> Served {
        if list.front_of(cohort).is_some() { Served::One(self.decide(list, verdict)) } else { Served::Nobody }
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

impl<R> fmt::Debug for Waiter<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiter").field("phase", &self.phase()).finish_non_exhaustive()
    }
}
