//! A waiter: the node that lies in a future. And the lists of a primitive, which link nodes.
//!
//! This file holds the casts and the cells that the protocol needs, and keeps the count of the waiters true. The
//! invariants W1 to W6 that it cites are those of [`policy`](super::policy), L1 to L3 those of [`list`](super::list).

use core::cell::Cell;
use core::fmt;
use core::marker::{PhantomData, PhantomPinned};
use core::mem::MaybeUninit;
use core::panic::{RefUnwindSafe, UnwindSafe};
use core::ptr::NonNull;
use core::task::{Context, Waker};

use super::list::{Links, List};
use super::status::{Generation, Status, Verdict};
use super::trace::{Taker, Trace};
use crate::sys::atomic::{AtomicU32, Ordering, UnsafeCell, const_fn};

/// How far a future has come.
// As wide as the status, so that the two are written, and moved with their future, as one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Phase {
    /// It has not been polled, or goes on to the second queue of its wait.
    Idle,
    /// It has entered a queue. Its status says what became of it there.
    Queued,
    /// It has returned its output, or was withdrawn.
    Done,
}

/// The part of a waiter that lists and wake loops see, whatever the waiter asks for.
///
/// Links and waker stay uninitialised until the waiter is queued: a future that never waits writes one word.
#[repr(C)]
pub(super) struct Node {
    links: MaybeUninit<Links>,
    waker: UnsafeCell<MaybeUninit<Option<Waker>>>,
    status: AtomicU32,
    phase: Cell<Phase>,
    trace: Trace,
    _pinned: PhantomPinned,
}

crate::sys::shared! {
    // SAFETY: one thread at a time touches links and waker (W1, W2), a waker may change threads, the status is atomic, and
    // the phase is touched through exclusive access to the future only (W3).
    unsafe impl Send for Node {}
    // SAFETY: a shared reference to a future reaches the status, which is atomic, and the phase, which only an exclusive
    // one changes (W3).
    unsafe impl Sync for Node {}
}
// A panic leaves no node half changed: the protocol runs no user code between the stores to one (W4).
impl UnwindSafe for Node {}
impl RefUnwindSafe for Node {}

/// A queued waiter's identity: good for comparing.
pub(crate) type NodePtr = NonNull<Links>;

/// One wait: the node, and what is asked for. It lies in the future.
#[repr(C)]
pub(crate) struct Waiter<R> {
    node: Node,
    pub(crate) request: R,
}

impl<R> Waiter<R> {
    const_fn! {
        #[inline]
        #[cfg_attr(feature = "diagnose", track_caller)]
        pub(crate) const fn new(request: R) -> Self {
            let node = Node {
                links: MaybeUninit::uninit(),
                waker: UnsafeCell::new(MaybeUninit::uninit()),
                status: AtomicU32::new(Status::IDLE.0),
                phase: Cell::new(Phase::Idle),
                trace: Trace::new(),
                _pinned: PhantomPinned,
            };
            Self { node, request }
        }
    }

    #[inline]
    pub(crate) fn phase(&self) -> Phase {
        self.node.phase.get()
    }

    #[inline]
    pub(crate) fn status(&self) -> Status {
        // Ordering: Acquire synchronizes with the Release in `Node::set_status`. With a decision comes all that the
        // decider did, and through the internal lock what those before it did: the protected data, and the node.
        Status(self.node.status.load(Ordering::Acquire))
    }

    #[cfg(all(feature = "diagnose", not(loom)))]
    pub(super) fn status_cell(&self) -> &AtomicU32 {
        &self.node.status
    }

    #[cfg(all(feature = "diagnose", not(loom)))]
    pub(super) fn trace(&self) -> &Trace {
        &self.node.trace
    }

    /// Who takes what this waited for, in this poll.
    #[inline]
    pub(crate) fn taker(&self, context: &Context<'_>) -> Taker {
        self.node.trace.taker(context)
    }

    #[inline]
    pub(crate) fn node_ptr(&self) -> NodePtr {
        NonNull::from(self).cast()
    }

    /// The same waiter, for a policy that does not look at the request.
    #[inline]
    pub(crate) fn without_request(&self) -> &Waiter<()> {
        // SAFETY: `repr(C)` puts the node first in both types, and the `()` behind it takes no room. The reference lives as
        // long as the one to the whole waiter (W1).
        unsafe { NonNull::from(self).cast().as_ref() }
    }

    /// Ends the wait.
    ///
    /// # Safety
    /// The caller is the future's owner, and the waiter is in no list (W1).
    #[inline]
    pub(super) unsafe fn finish(&self) {
        self.node.trace.is_over();
        self.node.phase.set(Phase::Done);
    }

    /// Makes the waiter ready to enter the second queue of its wait.
    ///
    /// # Safety
    /// The caller is the future's owner, and the waiter is in no list (W1).
    pub(crate) unsafe fn restart(&self) {
        // Ordering: Relaxed, the node is the caller's (W2).
        let status = Status(self.node.status.load(Ordering::Relaxed));
        // Ordering: Relaxed, as above; other threads learn of the node through the internal lock that it enters.
        self.node.status.store(status.requeue().0, Ordering::Relaxed);
        self.node.trace.is_over();
        self.node.phase.set(Phase::Idle);
    }

    /// The wait is decided before the waiter has entered a queue; its next poll finds that.
    ///
    /// # Safety
    /// The caller is the future's owner, and the waiter is idle (W2).
    pub(super) unsafe fn decide_idle(&self, verdict: Verdict) {
        // Ordering: Relaxed, the node is the caller's until it enters a queue (W2).
        let status = Status(self.node.status.load(Ordering::Relaxed));
        // Ordering: Relaxed, as above.
        self.node.status.store(status.decide(verdict).0, Ordering::Relaxed);
        self.node.phase.set(Phase::Queued);
        // SAFETY: the node is the caller's (W2), and a decided one has no waker.
        self.node.waker.with_mut(|slot| unsafe { slot.write(MaybeUninit::new(None)) });
    }

    /// # Safety
    /// The waiter has entered a queue, and the caller holds that queue's internal lock or owns the node (W2).
    #[inline]
    pub(crate) unsafe fn with_waker<X>(&self, access: impl FnOnce(&mut Option<Waker>) -> X) -> X {
        // SAFETY: W2, as the caller promises.
        unsafe { self.node.with_waker(access) }
    }
}

impl Node {
    /// # Safety
    /// `ptr` is linked, or was unlinked by the caller under the lock that it still holds and is not decided yet, and
    /// the reference is used no longer than that (W1, W2).
    #[inline]
    unsafe fn from_ptr<'a>(ptr: NodePtr) -> &'a Self {
        // SAFETY: a `NodePtr` points at the links of a whole `Waiter`, and both types are `repr(C)` with the links
        // first; the node is valid and pinned by W1. Shared references to it are sound: see "Aliasing" in `policy`.
        unsafe { ptr.cast::<Self>().as_ref() }
    }

    /// # Safety
    /// The node has entered a queue, and the caller holds that queue's internal lock or owns the node (W2).
    #[inline]
    unsafe fn with_waker<X>(&self, access: impl FnOnce(&mut Option<Waker>) -> X) -> X {
        // SAFETY: nobody else touches the waker (W2), and it was written when the node entered.
        let waker = |slot: *mut MaybeUninit<Option<Waker>>| access(unsafe { &mut *slot.cast() });
        self.waker.with_mut(waker)
    }

    /// Changes the status. A decision hands the node back to its future, and so is the caller's last use of the node.
    ///
    /// # Safety
    /// The caller holds the internal lock of the queue that the node is in, or was in until now (W2).
    #[inline]
    unsafe fn set_status(&self, change: impl FnOnce(Status) -> Status) {
        // Ordering: Relaxed, the status was last written under the same lock.
        let status = Status(self.status.load(Ordering::Relaxed));
        // Ordering: Release synchronizes with the Acquire in `Waiter::status`.
        self.status.store(change(status).0, Ordering::Release);
    }
}

impl<R> fmt::Debug for Waiter<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiter").field("phase", &self.phase()).finish_non_exhaustive()
    }
}

/// Names one list of a primitive, whose waiters have requests of type `R`.
#[derive(Debug)]
pub(crate) struct ListOf<R> {
    index: usize,
    request: PhantomData<fn() -> R>,
}

impl<R> Clone for ListOf<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for ListOf<R> {}

/// Looks at a list. The caller holds the internal lock, or it would not have the lists.
impl<R> ListOf<R> {
    /// # Safety
    /// The primitive has a list of this index, and every waiter that enters or is requeued to it has a request of type
    /// `R`, or `R` is `()` (W6).
    pub(crate) const unsafe fn new(index: usize) -> Self {
        Self { index, request: PhantomData }
    }

    #[inline]
    fn of<L: AsRef<[List]>>(self, lists: &L) -> &List {
        &lists.as_ref()[self.index]
    }

    #[inline]
    fn of_mut<L: AsMut<[List]>>(self, lists: &mut L) -> &mut List {
        &mut lists.as_mut()[self.index]
    }

    #[inline]
    pub(super) fn is_empty<L: AsRef<[List]>>(self, lists: &L) -> bool {
        self.of(lists).is_empty()
    }

    #[inline]
    pub(super) fn front<L: AsRef<[List]>>(self, lists: &L) -> Option<NodePtr> {
        self.of(lists).front()
    }

    /// What the longest waiter asks for.
    #[inline]
    pub(super) fn front_request<L: AsRef<[List]>>(self, lists: &L) -> Option<&R> {
        let front = self.front(lists)?.cast::<Waiter<R>>();
        // SAFETY: the front is linked, so valid (W1), and has this request (W6).
        let waiter = unsafe { front.as_ref() };
        Some(&waiter.request)
    }

    #[inline]
    fn front_node<L: AsRef<[List]>>(self, lists: &L) -> Option<&Node> {
        // SAFETY: the front of a list is linked, and stays so while the lists are borrowed (W1).
        self.front(lists).map(|front| unsafe { Node::from_ptr(front) })
    }

    /// Takes the longest waiter's waker, and leaves the waiter where it is.
    #[inline]
    pub(super) fn take_front_waker<L: AsRef<[List]>>(self, lists: &mut L) -> Option<Waker> {
        let front = self.front_node(lists)?;
        // SAFETY: the node is linked, and a thread that has the lists holds the internal lock (W2).
        unsafe { front.with_waker(Option::take) }
    }

    /// Whether the longest waiter has a waker: it has not been woken since it last looked.
    pub(super) fn front_is_asleep<L: AsRef<[List]>>(self, lists: &L) -> bool {
        // SAFETY: the node is linked, and a thread that has the lists holds the internal lock (W2). A shared reference
        // will do, since `Locked`, the only way to one, is not `Sync`.
        self.front_node(lists).is_some_and(|front| unsafe { front.with_waker(|waker| waker.is_some()) })
    }

    /// How often the longest waiter was overtaken since it is the longest, in a list without broadcasts.
    pub(super) fn front_overtaken<L: AsRef<[List]>>(self, lists: &L) -> u32 {
        // Ordering: Relaxed, the status was last written under the lock that the caller holds.
        self.front_node(lists).map_or(0, |front| Status(front.status.load(Ordering::Relaxed)).overtaken())
    }

    /// Counts that the longest waiter is overtaken, in a list without broadcasts.
    pub(super) fn overtake_front<L: AsRef<[List]>>(self, lists: &mut L) {
        if let Some(front) = self.front_node(lists) {
            // SAFETY: the node is linked, and a thread that has the lists holds the internal lock (W2).
            unsafe { front.set_status(Status::overtake) };
        }
    }

    /// Takes the waker of the longest waiter that has one, as far down the list as `goes_on` says of each request.
    pub(super) fn take_waker_while<L: AsRef<[List]> + AsMut<[List]>>(
        self,
        lists: &mut L,
        mut goes_on: impl FnMut(&R) -> bool,
    ) -> Option<Waker> {
        let mut next = self.front(lists);
        while let Some(ptr) = next {
            // SAFETY: an entry of the list is linked, so valid (W1), and has this request (W6).
            let waiter = unsafe { ptr.cast::<Waiter<R>>().as_ref() };
            if !goes_on(&waiter.request) {
                break;
            }
            // SAFETY: the node is linked, and a thread that has the lists holds the internal lock (W2).
            let waker = unsafe { waiter.with_waker(Option::take) };
            if waker.is_some() {
                return waker;
            }
            // mistake only_the_first_waiter_is_woken: next = unsafe { self.of_mut(lists).after(ptr) }; ~> next = None;
            // SAFETY: L1, the entry was found in this list.
            next = unsafe { self.of_mut(lists).after(ptr) };
        }
        None
    }

    /// Whether there is a longest waiter, and it belongs to this cohort.
    #[inline]
    pub(super) fn front_is_of<L: AsRef<[List]>>(self, lists: &L, cohort: Generation) -> bool {
        self.front_node(lists).is_some_and(|front| {
            // Ordering: Relaxed, the status was last written under the lock that the caller holds.
            Status(front.status.load(Ordering::Relaxed)).is_of(cohort)
        })
    }
}

/// A count of waiters, and one more.
///
/// # Panics
/// At 2^32 - 1, where it would wrap. On 32 bits it cannot: that many futures do not fit into memory.
#[inline]
fn one_more(count: u32) -> u32 {
    assert!(usize::BITS <= u32::BITS || count < u32::MAX, "a primitive has at most 2^32 - 1 waiters");
    count + 1
}

/// The lists of a primitive, and how many waiters are in all of them. Waiters enter and leave only through this type,
/// so that the count stays true.
#[derive(Debug)]
pub(super) struct WaitLists<'l, L> {
    pub(super) count: &'l mut u32,
    pub(super) lists: &'l mut L,
}

impl<L: AsRef<[List]> + AsMut<[List]>> WaitLists<'_, L> {
    /// Adds a waiter behind all others.
    ///
    /// # Panics
    /// If the primitive has 2^32 - 1 waiters already.
    ///
    /// # Safety
    /// The waiter is pinned, idle, and stays until it has left the list (W1); it has the request of the list (W6).
    #[inline]
    pub(super) unsafe fn enter<R>(
        &mut self,
        list: ListOf<R>,
        waiter: &Waiter<R>,
        waker: Option<Waker>,
        stamp: Generation,
    ) {
        *self.count = one_more(*self.count);
        let ptr = waiter.node_ptr();
        // SAFETY: the node is its future's, which is idle (W2). Writing through a pointer that was made from `&Waiter`
        // is allowed, because every byte of the links is inside an `UnsafeCell`.
        unsafe { ptr.write(Links::alone_at(ptr)) };
        // SAFETY: W2, as above; what the slot held before was moved out when the node last left a list.
        waiter.node.waker.with_mut(|slot| unsafe { slot.write(MaybeUninit::new(waker)) });
        // Ordering: Relaxed, the node is its future's, and other threads learn of it through the internal lock.
        let status = Status(waiter.node.status.load(Ordering::Relaxed)).enter(stamp);
        // Ordering: Relaxed, as above.
        waiter.node.status.store(status.0, Ordering::Relaxed);
        waiter.node.phase.set(Phase::Queued);
        // SAFETY: the entry is valid, in no list, and stays where it is (W1, as the caller promises).
        unsafe { list.of_mut(self.lists).push_back(ptr) };
    }

    /// # Safety
    /// The waiter is linked in this list (W1).
    #[inline]
    unsafe fn leave<R>(&mut self, list: ListOf<R>, ptr: NodePtr) {
        // SAFETY: L1, as the caller promises.
        unsafe { list.of_mut(self.lists).remove(ptr) };
        *self.count -= 1;
    }

    /// Takes out a waiter whose wait is over. Returns its waker, which is to be dropped without the lock.
    ///
    /// # Safety
    /// The caller is the waiter's owner (W3), and the waiter is linked in this list (W1).
    #[inline]
    pub(super) unsafe fn withdraw<R>(&mut self, list: ListOf<R>, waiter: &Waiter<R>) -> Option<Waker> {
        // SAFETY: W1, linked in this list, as the caller promises.
        unsafe { self.leave(list, waiter.node_ptr()) };
        // SAFETY: the caller owns the waiter, which has just left its list (W1).
        unsafe { waiter.finish() };
        // SAFETY: out of every list, the node is its owner's (W2).
        unsafe { waiter.with_waker(Option::take) }
    }

    /// Takes out the longest waiter and decides it. Returns the waker that is to be woken without the lock.
    #[inline]
    pub(super) fn decide<R>(
        &mut self,
        list: ListOf<R>,
        change: impl FnOnce(Status) -> Status,
    ) -> Option<Waker> {
        let front = list.front(self.lists)?;
        // SAFETY: W1, the front of a list is linked in it.
        unsafe { self.leave(list, front) };
        // SAFETY: the node was linked until now, and is not decided yet (W1).
        let node = unsafe { Node::from_ptr(front) };
        node.trace.is_decided();
        // mistake a_verdict_before_the_waker: let waker = unsafe { node.with_waker(Option::take) }; unsafe {
        //     node.set_status(change) }; waker ~>
        //     unsafe { node.set_status(change) }; unsafe { node.with_waker(Option::take) }
        // SAFETY: a thread that has the lists holds the internal lock (W2).
        let waker = unsafe { node.with_waker(Option::take) };
        // SAFETY: the internal lock is held, and this is the last use of the node (W2).
        unsafe { node.set_status(change) };
        waker
    }

    /// Moves the longest waiter, still asleep, to the end of a list of another primitive. Its request stays its own.
    pub(super) fn requeue<R, M: AsRef<[List]> + AsMut<[List]>>(
        &mut self,
        list: ListOf<R>,
        to: &mut WaitLists<'_, M>,
        to_list: ListOf<()>,
        change: impl FnOnce(Status) -> Status,
    ) {
        let Some(front) = list.front(self.lists) else { return };
        // mistake a_requeued_waiter_is_not_counted: *to.count = one_more(*to.count); ~>
        *to.count = one_more(*to.count);
        // SAFETY: W1, the front of a list is linked in it.
        unsafe { self.leave(list, front) };
        // SAFETY: the entry is valid, in no list now, and pinned until its future unlinks it. For that the future takes
        // the lock of the queue that the new status names (W1), and a thread that has the lists `to` holds that lock.
        unsafe { to_list.of_mut(to.lists).push_back(front) };
        // SAFETY: the node is linked (W1).
        let node = unsafe { Node::from_ptr(front) };
        // SAFETY: a thread that has both lists holds both internal locks (W2).
        unsafe { node.set_status(|status| change(status).requeue()) };
    }
}
