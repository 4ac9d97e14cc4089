//! The waiting protocol, and what one kind of wait adds to it: a [`Policy`].
//!
//! # Problem
//! The primitives differ in *what* a waiter asks for. *How* it waits is the same, and that is where the bugs of this
//! field sit: a grant that is lost with a cancelled waiter, a waker that runs under a lock, a broadcast that reaches
//! late-comers. So the protocol is written once, in this folder, and names no primitive. A primitive is a
//! [`Core`](super::queue::Core), its word and its state, and one policy for each kind of wait.
//!
//! # Rejected
//! * A list of wakers beside the state. "Woken" then means "try again": others overtake, and a cancelled waiter cannot
//!   know whether it owes the next one a wake. Here a waiter is *granted* what it asked for.
//! * A waiter type for each primitive. The list would be shared, but not the protocol.
//! * Nodes on the heap. There may be no allocator, and nothing may grow without bound. The node lies in the future.
//!
//! # Ancestry
//! The queue node inside the waiter is that of MCS locks and of the kernel's wait queues; SGX's `WaitVariable` in the
//! Rust standard library keeps a state and its waiters under one short lock, as we do. Hand-over instead of a wake-up
//! is the rule of tokio's batch semaphore. Stamping a cohort is event-listener's and tokio's answer to late-comers.
//!
//! # The life of a wait
//! [`Phase`](super::waiter::Phase) says how far the future has come, and only the future's owner looks at it.
//! [`State`](super::status::State) says where a queued waiter stands; its table says who may touch the node when.
//!
//! ```text
//!            poll: try_now, look             a decision                  poll: take
//!   Idle ───────────────────────► Queued ─────────────────► decided ───────────────────► Done
//!     │                             │ ▲                        │
//!     └─► Done, granted at once     │ └─ poll: another waker   └─ drop: give_back
//!                                   └─ drop: unlink, after_cancel
//! ```
//!
//! # Invariants
//! * W1. A node is linked exactly while its state is `Queued`, in a list of the queue that `REQUEUED` names: the queue
//!   that it entered, or the second one of its wait. It is pinned then, and the drop of its future unlinks it.
//! * W2. While a node is linked, its links, waker and status change only under the internal lock of that queue. The
//!   store that decides it is the decider's last use of the node. A thread that owns the future and sees the decision
//!   owns the node again, without taking the lock. An idle or finished node is its future's.
//! * W3. The phase and the handle of a future are touched by the future's owner only: through `Pin<&mut _>`, or in drop.
//!   The handle is there until the phase is `Done`.
//! * W4. No user code runs under an internal lock. Wakers are cloned before the lock is taken, and woken and dropped
//!   after it is given back; the same holds for values.
//! * W5. A primitive's word says "waiters exist" exactly while anybody waits: see [`word`](super::word).
//! * W6. One waiter is always used with one policy and one core, or, if it is requeued, afterwards with those of the
//!   second queue. So a list holds waiters of one request type, and a `REQUEUED` waiter is unlinked from the right list.
//! * W7. Waiters leave a list from the front, except by cancelling, and by a retry with a bypass. Without a bypass nobody
//!   is granted what an earlier waiter of the same list still waits for.
//! * W8. What a request [offers](super::offer) is touched by its future's owner while the waiter is in no list, and by the
//!   holder of the internal lock while it is linked.
//!
//! # Aliasing
//! An executor polls through `Pin<&mut F>`, and at the same time another thread may reach the node inside `F` through
//! the list, by a shared reference. Four things make that sound:
//! 1. `F` is `!Unpin`, by the `PhantomPinned` in the node. Rust does not treat a `&mut` to such a type as the only way
//!    to its bytes: the compiler emits no `noalias` for it, and Miri no unique retag. This is what every intrusive
//!    future relies on. (It is practice and not yet a guarantee of the language; `UnsafePinned`, RFC 3467, will be one.)
//! 2. The protocol derives `&Waiter` from `Pin<&mut F>`, and nowhere a `&mut` to a node or to its links.
//! 3. All that others write is in an `UnsafeCell` or atomic: links, waker, status. So a `&Node` claims nothing about it.
//! 4. `F` does not move while it is linked (W1), so a pointer into it stays valid.
//!
//! What an internal lock guards is a different matter: state and lists lie in `UnsafeCell`s of the primitive, which
//! threads share by `&`. A `&mut` to them is borrowed from the [`Locked`] token by a method, and ends before the next
//! begins. A struct that *holds* such a `&mut` would be undefined behaviour as soon as it is passed by value to a
//! function that makes another.
//!
//! # Work under the internal lock
//! Linking, unlinking, one waker compared or moved: constant. A wake loop serves at most
//! [`BATCH`](super::wake::BATCH) waiters, then releases the lock, wakes them, and comes back for more. It still
//! reaches exactly its cohort, because waiters are stamped with a [`Generation`](super::status::Generation). One thing is
//! not constant: a semaphore with a bypass, to find the next waiter that it wakes, passes those that it woke before and
//! that have not looked since.

use super::queue::{Core, Locked};
use super::status::Verdict;
use super::trace::Claim;
use super::waiter::{ListOf, Waiter};

/// What a policy found when it looked under the lock.
pub(crate) enum Look<'q, C: Core> {
    /// It is decided, and the lock is given back.
    Done(Verdict),
    /// The waiter has to wait, and is announced in the word (W5). The lock is still held.
    Wait(Locked<'q, C>),
}

impl<'q, C: Core> From<Result<Verdict, Locked<'q, C>>> for Look<'q, C> {
    #[inline]
    fn from(result: Result<Verdict, Locked<'q, C>>) -> Self {
        match result {
            Ok(verdict) => Self::Done(verdict),
            Err(locked) => Self::Wait(locked),
        }
    }
}

/// What one kind of wait asks for: the half of a wait that is not the protocol.
///
/// A policy is a name only, and has no values. It is implemented for the core of a primitive and does not know the type
/// of the data, so the functions that wait exist once for all types of data.
///
/// Mark every method on the way into a queue and out of it `#[inline]`, and its callees too. `poll` is instantiated in
/// the user's crate; without the attribute each callback is a call across crates that spills the lock's guard: 10 to 25 %
/// of the instructions of a wait, and up to half of its time.
///
/// # Safety
/// Unsafe code relies on an implementation:
/// * [`LIST`](Self::LIST) is a list of `Core`, and its waiters have requests of this type (W6; see [`ListOf::new`]). So is
///   what [`list`](Self::list) returns, which is always the same for one request.
/// * [`look`](Self::look) returns the `Locked` that it was given, or one of the same queue.
/// * [`look`](Self::look) and [`after_cancel`](Self::after_cancel) do not release the lock and take it again before
///   they return it.
/// * [`REQUEUES`](Self::REQUEUES) is true if waiters in this list may be requeued to another primitive.
/// * [`retry`](Self::retry) returns true only if the request is granted.
pub(crate) unsafe trait Policy {
    /// The primitive.
    type Core: Core;
    /// What a waiter of this kind shows to the thread that grants.
    type Request;
    /// What a decided wait returns, before the future makes its output of it.
    type Grant;

    /// The list that waits of this kind enter, or the first of them.
    const LIST: ListOf<Self::Request>;

    /// The list that a wait with this request enters.
    #[inline]
    fn list(_request: &Self::Request) -> ListOf<Self::Request> {
        Self::LIST
    }

    /// Whether a grant is kept from others until the waiter takes it or gives it back.
    const HANDS_OVER: bool = true;
    /// Whether what this waits for can be kept from it in that way.
    const IS_KEPT_WAITING: bool = true;
    /// Whether waiters may leave this queue, undecided, for another one.
    const REQUEUES: bool = false;

    /// The fast path: takes what is asked for without waiting. Leaves no trace if it fails.
    fn try_now(core: &Self::Core, request: &Self::Request) -> Option<Self::Grant>;

    /// The last look before the waiter enters its list: decides it now, or announces it.
    fn look<'q>(
        core: &Self::Core,
        locked: Locked<'q, Self::Core>,
        request: &Self::Request,
    ) -> Look<'q, Self::Core>;

    /// Takes what was granted, or says why it never will be.
    fn take(core: &Self::Core, verdict: Verdict, request: &Self::Request) -> Self::Grant;

    /// Gives back what was granted to a wait that was dropped before it took it.
    fn give_back(core: &Self::Core, request: &Self::Request);

    /// A waiter with this request has left the list undecided: grants what is due now, and releases the lock.
    fn after_cancel(core: &Self::Core, locked: Locked<'_, Self::Core>, request: &Self::Request);

    /// What the waiter will hold, if it is something that is given back.
    fn claim(_request: &Self::Request) -> Option<Claim> {
        None
    }

    // For the kinds of wait that may be woken without a decision, to try for themselves.

    /// Whether a queued waiter that is polled tries again.
    const RETRIES: bool = false;

    /// Takes what is asked for on behalf of a queued waiter, which leaves the list then.
    fn retry(
        _core: &Self::Core,
        _locked: &mut Locked<'_, Self::Core>,
        _waiter: &Waiter<Self::Request>,
    ) -> bool {
        false
    }

    /// A waiter has left the list by its retry, with what it asked for: serves who is due behind it, and releases the lock.
    #[inline]
    fn after_retry(_core: &Self::Core, _locked: Locked<'_, Self::Core>, _request: &Self::Request) {}

    /// A hint: a waiter that was woken to retry will fail. Decides only when its waker is cloned.
    fn retry_will_fail(_core: &Self::Core) -> bool {
        false
    }
}
