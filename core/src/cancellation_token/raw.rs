//! What a token is made of: a node of a tree, with a flag, the tasks that wait for the flag, and the node's children.
//!
//! # The word
//! The flag alone. It is set once, under the internal lock, and never cleared. A bit "waiters exist" is not needed: only
//! the operation that sets the flag serves waiters, and it takes the lock in any case, for the children.
//!
//! # Why not the core of an event
//! A child that is made while its parent is being cancelled has to find the flag. So the flag is set in one critical
//! section with the last look at the children, and one lock guards the waiters and the children. An event would bring a
//! lock of its own, and generations that a flag which is never cleared does not need.
//!
//! # The tree
//! A node counts the references to it: tokens, guards and futures that own it, and its children. The list of a node's
//! children does not count, so a child that nobody holds is freed, and leaves the list then.
//!
//! ```text
//!   token ──counted──► node ◄────────counted───────── child ◄──counted── token
//!                        └──children, not counted──►───┘
//! ```
//!
//! The links lie in the nodes, so a node joins and leaves in constant time and without an allocation.
//!
//! # Cancelling
//! A walk sets the flag of a node under its lock, wakes the tasks that wait, and takes the children out, each in a
//! critical section of its own. It keeps the children that it has found in a list of its own, linked by the same links,
//! and goes on with the first of them. So the depth of a tree costs no stack, its size no memory, and no two locks are
//! held at once.
//!
//! # Invariants
//! * T1. A node is freed by the thread that gave up its last counted reference, after the node has left the list of its
//!   parent, under the parent's lock. A count of zero never rises. So a counted reference keeps the node valid, and a
//!   thread that finds a child in a list keeps it valid by holding the parent's lock.
//! * T2. `linked` is true exactly while the links of a node are in a list. Links and `linked` belong to the thread that
//!   holds the lock of the parent, as long as the node is in the parent's list, or may be. A walk that takes a node out
//!   counts a reference to it in the same critical section. Links and `linked` belong to the walk then, until it gives
//!   that reference up. So if `linked` is true when the last reference is gone, the node is in the parent's list.
//! * T3. The flag is set under the lock, and a child is linked under the lock if the flag is clear. So a node whose flag
//!   is set gets no child any more, and its walk finds all that it has.
//! * T4. No function takes the internal lock of one node while it holds that of another one. No node is allocated or
//!   freed under an internal lock.

use alloc::boxed::Box;
use core::mem::ManuallyDrop;
use core::ops::Deref;
use core::panic::{RefUnwindSafe, UnwindSafe};
use core::ptr::NonNull;

use crate::sys::atomic::{AtomicBool, AtomicUsize, Ordering, UnsafeCell};
use crate::sys::on_drop::OnDrop;
use crate::wait::handle::{Handle, Primitive, Sealed};
use crate::wait::list::{Links, List};
use crate::wait::queue::{Core, Locked, WaitQueue};
use crate::wait::status::Verdict;
use crate::wait::waiter::ListOf;
use crate::wait::wake::Served;

// SAFETY: W6, it is the only list of waiters of a `Node`, and its requests are `()`.
pub(super) const WAITING: ListOf<()> = unsafe { ListOf::new(0) };

/// The most references that a node counts. Threads that overshoot it at the same time do not reach the end of the count.
const MOST_REFERENCES: usize = usize::MAX / 2;

/// A node of the tree. The state that the lock guards is the list of the children.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Node {
    /// The first field, so that a pointer to the links is one to the node.
    links: Links,
    pub(super) queue: WaitQueue<Self>,
    /// Never changes as long as the node is shared.
    parent: Option<NodeRef>,
    references: AtomicUsize,
    linked: UnsafeCell<bool>,
}

crate::sys::shared! {
    // SAFETY: links and `linked` are touched by one thread at a time (T2), and all else in a node may be sent and shared.
    unsafe impl Send for Node {}
    // SAFETY: T2, as for `Send`: a shared reference alone reaches neither the links nor `linked`.
    unsafe impl Sync for Node {}
}
// A panic leaves no node half changed: no user code runs between the stores to one.
impl UnwindSafe for Node {}
impl RefUnwindSafe for Node {}

impl Core for Node {
    type Word = AtomicBool;
    type State = List;
    type Lists = [List; 1];

    #[inline]
    fn queue(&self) -> &WaitQueue<Self> {
        &self.queue
    }
}

impl Primitive for Node {
    type Core = Self;

    #[inline]
    fn core(&self) -> &Self {
        self
    }
}

/// Whether the flag is set, for a thread that holds the lock.
#[inline]
pub(super) fn is_flagged(locked: &Locked<'_, Node>) -> bool {
    // Ordering: Relaxed, the flag changes under the lock only, which is held (T3).
    locked.word().load(Ordering::Relaxed)
}

impl Node {
    #[inline]
    pub(super) fn is_cancelled(&self) -> bool {
        // Ordering: Acquire synchronizes with the Release in `flag`: what was done before the `cancel` is seen.
        self.queue.word.load(Ordering::Acquire)
    }

    pub(super) fn waiters(&self) -> usize {
        self.queue.lock().count()
    }

    /// Sets the flags of this node and of its descendants, and wakes the tasks that wait for them.
    pub(super) fn cancel(&self) {
        let Some(locked) = self.flag() else { return };
        let mut walk = Walk { found: List::new() };
        walk.visit(self, locked);
        walk.finish();
    }

    /// Sets the flag. Returns the lock, or `None` if the flag was set before.
    #[inline]
    fn flag(&self) -> Option<Locked<'_, Self>> {
        let locked = self.queue.lock();
        if is_flagged(&locked) {
            return None;
        }
        // Ordering: Release synchronizes with the Acquire in `is_cancelled`.
        locked.word().store(true, Ordering::Release);
        Some(locked)
    }

    /// Takes the oldest child that somebody holds out of the list, with a reference to it. `linked` stays true, since the
    /// caller puts the child into another list.
    fn pop_child(&self) -> Option<NodeRef> {
        loop {
            let mut locked = self.queue.lock();
            let front = locked.state().front()?;
            // SAFETY: the front is linked in this list (L1), whose lock is held (T2).
            unsafe { locked.state_mut().remove(front) };
            // SAFETY: `front` points at the links of a node (T2), which is valid as long as the lock is held (T1).
            let child = unsafe { NodeRef::try_from_list(front.cast()) };
            if child.is_some() {
                return child;
            }
            // SAFETY: T1, as before. Another thread has given up the last reference, waits for this lock, and frees the
            // node after that.
            let dying = unsafe { front.cast::<Self>().as_ref() };
            // mistake a_dying_child_stays_linked: unsafe { *linked = false } ~> drop(linked)
            // SAFETY: T2, the lock of the parent is held, and no walk has the node.
            dying.linked.with_mut(|linked| unsafe { *linked = false });
        }
    }

    /// A child to which nobody refers any more leaves the list, if no walk has taken it out before.
    fn remove_child(&self, child: &Self) {
        let mut locked = self.queue.lock();
        // SAFETY: T2, the lock of the parent is held, and no walk has the node, since a walk would count a reference.
        if child.linked.with(|linked| unsafe { *linked }) {
            // SAFETY: linked, so in this list (T2), whose lock is held.
            unsafe { locked.state_mut().remove(NonNull::from(child).cast()) };
        }
    }
}

/// A counted reference to a node.
#[derive(Debug)]
pub(crate) struct NodeRef {
    ptr: NonNull<Node>,
}

crate::sys::shared! {
    // SAFETY: it is a shared reference to a node, which is `Send + Sync`, and whose count is atomic (T1). Any thread may free
    // the node, because nothing in it belongs to a thread.
    unsafe impl Send for NodeRef {}
    // SAFETY: T1, as for `Send`: a shared reference to it can be cloned and so sent.
    unsafe impl Sync for NodeRef {}
}

impl Sealed for NodeRef {
    const OWNED: bool = true;
}
// SAFETY: H1, the pointer never changes, and a node stays in its place while a reference to it is counted (T1).
unsafe impl Handle for NodeRef {}

impl Deref for NodeRef {
    type Target = Node;

    #[inline]
    fn deref(&self) -> &Node {
        // SAFETY: T1, this reference is counted.
        unsafe { self.ptr.as_ref() }
    }
}

impl Clone for NodeRef {
    #[inline]
    fn clone(&self) -> Self {
        // Ordering: Relaxed, the caller has a reference, and hands the new one to another thread by other means that order it.
        if self.references.fetch_add(1, Ordering::Relaxed) >= MOST_REFERENCES {
            self.refuse_reference();
        }
        Self { ptr: self.ptr }
    }
}

impl Drop for NodeRef {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: T1, this reference is counted, and not used any more.
        let mut next = unsafe { release(self.ptr) };
        // A loop, and not a field that is dropped: a chain of any length is freed on one stack frame.
        while let Some(parent) = next {
            // SAFETY: T1, the child that was freed counted as this reference.
            next = unsafe { release(parent) };
        }
    }
}

impl Node {
    #[cold]
    fn refuse_reference(&self) -> ! {
        // Ordering: Relaxed, it takes back what `clone` has just added; the caller still has a reference.
        self.references.fetch_sub(1, Ordering::Relaxed);
        panic!("a cancellation token has too many clones and children");
    }
}

/// Gives up a counted reference. If it was the last one, frees the node, and returns the reference to its parent.
///
/// # Safety
/// The caller owns a counted reference, and does not use it again (T1).
#[inline]
unsafe fn release(ptr: NonNull<Node>) -> Option<NonNull<Node>> {
    // SAFETY: T1, the reference is counted.
    let node = unsafe { ptr.as_ref() };
    // Ordering: AcqRel. Release and Acquire synchronize with each other: all that was done through other references,
    // to `linked` by a walk for one (T2), is done before the thread that gives up the last one frees the node.
    if node.references.fetch_sub(1, Ordering::AcqRel) != 1 {
        return None;
    }
    // SAFETY: T1, it was the last reference.
    unsafe { free(ptr) }
}

/// Frees a node to which nobody refers. Returns the reference to its parent.
///
/// # Safety
/// The caller gave up the last counted reference (T1).
#[inline(never)]
unsafe fn free(ptr: NonNull<Node>) -> Option<NonNull<Node>> {
    // SAFETY: T1, the node is valid until it is freed below.
    let node = unsafe { ptr.as_ref() };
    if let Some(parent) = &node.parent {
        parent.remove_child(node);
    }
    // SAFETY: T1. Nobody refers to the node, which came out of a box in `NodeRef::new`, and it is in no list.
    let node = unsafe { Box::from_raw(ptr.as_ptr()) };
    let Node { parent, .. } = *node;
    parent.map(NodeRef::into_ptr)
}

impl NodeRef {
    pub(super) fn new_root() -> Self {
        Self::new(None, false)
    }

    fn new(parent: Option<Self>, cancelled: bool) -> Self {
        let node = Box::new(Node {
            links: Links::alone_at(NonNull::dangling()),
            queue: WaitQueue::new(AtomicBool::new(cancelled), List::new(), [const { List::new() }; 1]),
            parent,
            references: AtomicUsize::new(1),
            linked: UnsafeCell::new(false),
        });
        Self { ptr: NonNull::from(Box::leak(node)) }
    }

    /// A child of this node: cancelled if this one is, and otherwise when this one will be.
    pub(super) fn child(&self) -> Self {
        if self.is_cancelled() {
            return Self::new(None, true);
        }
        // Before the lock is taken, since it allocates (T4).
        let child = Self::new(Some(self.clone()), false);
        let mut locked = self.queue.lock();
        // mistake a_child_is_linked_without_a_last_look: is_flagged(&locked) ~> false
        if is_flagged(&locked) {
            drop(locked);
            // Ordering: Relaxed, nobody else has the child yet.
            child.queue.word.store(true, Ordering::Relaxed);
            return child;
        }
        // SAFETY: T2, nobody else has the child yet.
        child.linked.with_mut(|linked| unsafe { *linked = true });
        // SAFETY: the child is valid and in no list. It leaves the list before it is freed (T1), so L1 holds.
        unsafe { locked.state_mut().push_back(child.ptr.cast()) };
        drop(locked);
        child
    }

    /// A new reference to a node that was found in a list, or `None` if the last reference is gone.
    ///
    /// # Safety
    /// The node is valid during the call: the caller holds the lock of its parent, and it was in the parent's list (T1).
    unsafe fn try_from_list(ptr: NonNull<Node>) -> Option<Self> {
        // SAFETY: T1, as the caller promises.
        let references = unsafe { &ptr.as_ref().references };
        // Ordering: Relaxed, the exchange checks it.
        let mut count = references.load(Ordering::Relaxed);
        // mistake a_dying_child_is_revived: count != 0 ~> true
        while count != 0 {
            // Ordering: Relaxed. The lock that is held orders the making of the node before this.
            match references.compare_exchange_weak(count, count + 1, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return Some(Self { ptr }),
                Err(now) => count = now,
            }
        }
        None
    }

    /// The reference as a pointer, which still counts.
    fn into_ptr(self) -> NonNull<Node> {
        ManuallyDrop::new(self).ptr
    }
}

/// A cancellation on its way through a tree. Its drop finishes it if a waker has panicked.
struct Walk {
    /// Nodes whose parents are cancelled, and which are not yet. Each is counted once for the walk (T2).
    found: List,
}

impl Walk {
    /// Wakes the tasks that wait for a node whose flag was just set, and finds its children.
    fn visit(&mut self, node: &Node, locked: Locked<'_, Node>) {
        let is_parent = !locked.state().is_empty();
        // Also if a waker panics. (If there is no child now, there will be none: T3.)
        let _find = OnDrop(|| {
            while let Some(child) = if is_parent { node.pop_child() } else { None } {
                self.push(child);
            }
        });
        locked.wake_loop(|locked| {
            if locked.is_empty(WAITING) {
                Served::Nobody
            } else {
                Served::One(locked.decide(WAITING, Verdict::Granted))
            }
        });
    }

    fn push(&mut self, child: NodeRef) {
        // SAFETY: valid, since it stays counted (T1), and out of its parent's list (`pop_child`); its links belong to
        // this walk (T2), which takes the child out again before it gives the reference up. So L1 holds.
        unsafe { self.found.push_back(child.into_ptr().cast()) };
    }

    fn pop(&mut self) -> Option<NodeRef> {
        let front = self.found.front()?;
        // SAFETY: the front is linked in this list (L1), which belongs to this walk (T2).
        unsafe { self.found.remove(front) };
        // The reference that `push` made a pointer of.
        let node = NodeRef { ptr: front.cast() };
        // SAFETY: T2, `linked` belongs to this walk, which has not given the reference up.
        node.linked.with_mut(|linked| unsafe { *linked = false });
        Some(node)
    }

    /// Cancels all that was found, and what is found on the way: parents before their children, the oldest first.
    fn finish(&mut self) {
        while let Some(node) = self.pop() {
            // mistake only_children_are_cancelled: self.visit(&node, locked) ~> drop(locked)
            if let Some(locked) = node.flag() {
                self.visit(&node, locked);
            }
        }
    }
}

impl Drop for Walk {
    fn drop(&mut self) {
        // mistake a_panic_ends_the_walk: self.finish(); ~> while self.pop().is_some() {}
        self.finish();
    }
}
