//! The registry of all waits that have been queued and whose end their futures have not learnt.
//!
//! # Shape
//! A waiter enters the registry when it is first queued, and leaves it when its future has learnt the decision, or is
//! dropped. In between it stands in a list that runs through the futures themselves, as the waiters of a primitive do. So
//! the registry needs no allocation either, and a wait costs it two links. What became of a waiter is read from its
//! status, so the deciding thread tells the registry nothing but the time.
//!
//! # Invariants
//! * Y1. Links and entry of a trace are touched under the registry's lock only, and only while the trace is listed, or by
//!   the future's owner while it is not.
//! * Y2. A listed trace is pinned and valid until [`is_over`](Trace::is_over) has taken it out, which its owner calls
//!   before the future ends.
//! * Y3. The registry's lock is the innermost: nothing else is locked under it, and no user code runs.

use core::cell::Cell;
use core::mem::MaybeUninit;
use core::panic::Location;
use core::ptr::NonNull;
use core::task::Context;

use crate::diagnose::{self, Holder, Report, Standing, TaskId};
use crate::sys::atomic::{AtomicU32, Ordering, UnsafeCell};
use crate::sys::on_drop::OnDrop;
use crate::sys::raw_lock::RawLock;
use crate::wait::list::{Links, List};
use crate::wait::policy::Policy;
use crate::wait::queue::Core;
use crate::wait::status::{Status, Verdict};
use crate::wait::waiter::Waiter;

/// How many polls in a row have to find a task behind its own grant. The first may come before the granted wait is polled
/// in the same turn of the task, as with `join!`, so the task is woken for another turn, and for one more.
const CONFIRMING_POLLS: u32 = 3;

/// How many tasks may wait for each other in a circle that is found.
const LONGEST_CIRCLE: usize = 8;

/// The trace of a waiter: its place in the source, and its place in the registry.
#[repr(C)]
pub(crate) struct Trace {
    links: UnsafeCell<MaybeUninit<Links>>,
    entry: UnsafeCell<Option<Entry>>,
    place: &'static Location<'static>,
    /// When it was decided, in milliseconds. Written before the verdict is.
    decided: AtomicU32,
    /// Known to the owner of the future alone.
    listed: Cell<bool>,
}

/// What the registry knows of a waiter.
#[derive(Clone, Copy)]
struct Entry {
    wait: diagnose::Waiter,
    /// The waiter's, which is valid as long as the trace.
    status: NonNull<AtomicU32>,
    hands_over: bool,
    /// How many polls in a row found a grant of the same task in front.
    behind: u32,
}

impl Trace {
    #[inline]
    #[track_caller]
    pub(crate) const fn new() -> Self {
        Self {
            links: UnsafeCell::new(MaybeUninit::uninit()),
            entry: UnsafeCell::new(None),
            place: Location::caller(),
            decided: AtomicU32::new(0),
            listed: Cell::new(false),
        }
    }

    /// The waiter is about to be decided.
    pub(crate) fn is_decided(&self) {
        // mistake a_grant_has_no_age: self.decided.store(diagnose::now(), Ordering::Relaxed); ~>
        // Ordering: Relaxed, the Release of the verdict, which comes next, publishes it.
        self.decided.store(diagnose::now(), Ordering::Relaxed);
    }

    /// The future has learnt the decision, or gives up. Its owner says so.
    pub(crate) fn is_over(&self) {
        if self.listed.replace(false) {
            // SAFETY: Y2, listed until now.
            REGISTRY.with(|registry| unsafe { registry.list.remove(NonNull::from(self).cast()) });
        }
    }

    /// # Safety
    /// The caller holds the registry's lock (Y1).
    unsafe fn with_entry<R>(&self, access: impl FnOnce(&mut Entry) -> R) -> Option<R> {
        // SAFETY: Y1, nobody else reaches it meanwhile.
        self.entry.with_mut(|entry| unsafe { &mut *entry }.as_mut().map(access))
    }
}

impl Entry {
    /// The wait, as it stands.
    fn snapshot(&self, decided: &AtomicU32) -> diagnose::Waiter {
        // SAFETY: Y2, the waiter is valid as long as its trace is listed.
        let status = unsafe { self.status.as_ref() };
        // Ordering: Acquire synchronizes with the Release in `Node::set_status`, for the time of the decision.
        let standing = match Status(status.load(Ordering::Acquire)).verdict() {
            None => Standing::Queued,
            Some(Verdict::Granted) => Standing::Granted,
            Some(Verdict::Refused) => Standing::Refused,
        };
        // Ordering: Relaxed, it was written before the verdict that was acquired.
        let decided = || decided.load(Ordering::Relaxed);
        diagnose::Waiter { standing, decided: (standing != Standing::Queued).then(decided), ..self.wait }
    }
}

/// An initialiser of a cell that is being polled. It lies on the stack of that poll.
#[repr(C)]
struct Initialiser {
    links: UnsafeCell<MaybeUninit<Links>>,
    address: usize,
    task: Option<TaskId>,
}

/// All traces that are listed, oldest first.
struct Registry {
    list: List,
    initialisers: List,
    /// How many have ever been listed. A wait's number tells its place in the list, even when others have left.
    entered: u64,
}

struct Shared {
    lock: RawLock,
    registry: UnsafeCell<Registry>,
}

// SAFETY: Y1, the registry is reached under its lock only.
unsafe impl Sync for Shared {}

static REGISTRY: Shared = Shared {
    lock: RawLock::new(),
    registry: UnsafeCell::new(Registry { list: List::new(), initialisers: List::new(), entered: 0 }),
};

impl Shared {
    fn with<R>(&self, access: impl FnOnce(&mut Registry) -> R) -> R {
        let _held = self.lock.lock();
        // SAFETY: Y1, the lock is held, and `access` does not come here again (Y3).
        self.registry.with_mut(|registry| access(unsafe { &mut *registry }))
    }
}

impl Registry {
    /// The traces that are listed, oldest first.
    fn traces(&mut self) -> impl Iterator<Item = &Trace> {
        let mut next = self.list.front();
        core::iter::from_fn(move || {
            let ptr = next?;
            // SAFETY: L1, the entry was found in this list.
            next = unsafe { self.list.after(ptr) };
            // SAFETY: Y2, what is listed is valid as long as the registry is held; the links are the first field of a trace.
            Some(unsafe { ptr.cast::<Trace>().as_ref() })
        })
    }

    /// The waits as they stand, and whether what they are granted is kept from others.
    fn waits(&mut self) -> impl Iterator<Item = (diagnose::Waiter, bool)> {
        self.traces().filter_map(|trace| {
            // SAFETY: Y1, it is listed, and whoever has the registry holds its lock.
            let entry = unsafe { trace.with_entry(|entry| *entry) }?;
            Some((entry.snapshot(&trace.decided), entry.hands_over))
        })
    }

    /// Adds a waiter that has just been queued.
    fn list<P: Policy>(&mut self, waiter: &Waiter<P::Request>, began: u32) {
        let trace = waiter.trace();
        self.entered += 1;
        let wait = diagnose::Waiter {
            number: self.entered,
            primitive: core::any::type_name::<P::Core>(),
            address: 0,
            place: trace.place,
            task: None,
            began,
            polls: 0,
            standing: Standing::Queued,
            decided: None,
            holder: None,
        };
        let status = NonNull::from(waiter.status_cell());
        let entry = Entry { wait, status, hands_over: P::HANDS_OVER, behind: 0 };
        // SAFETY: Y1, not listed yet, and its owner is here.
        trace.entry.with_mut(|slot| unsafe { *slot = Some(entry) });
        let ptr = NonNull::from(trace).cast::<Links>();
        // SAFETY: Y1, not listed yet; the links are in an `UnsafeCell`.
        unsafe { ptr.write(Links::alone_at(ptr)) };
        // SAFETY: L1, pinned with its future, which calls `is_over` before it ends (Y2).
        unsafe { self.list.push_back(ptr) };
    }

    /// Whether this task is inside the initialiser of the cell at this address.
    fn is_initialising(&mut self, address: usize, task: Option<TaskId>) -> bool {
        let mut next = self.initialisers.front();
        while let Some(ptr) = next {
            // SAFETY: Y2, what is listed is valid; the links are its first field.
            let initialiser = unsafe { ptr.cast::<Initialiser>().as_ref() };
            if initialiser.address == address && initialiser.task == task {
                return true;
            }
            // SAFETY: L1, it was found in this list.
            next = unsafe { self.initialisers.after(ptr) };
        }
        false
    }

    /// Whether the holder of what this waits for waits for the task of this wait, itself or by others.
    fn closes_a_circle(&mut self, wait: &diagnose::Waiter) -> bool {
        let mut holder = wait.holder;
        for _ in 0..LONGEST_CIRCLE {
            let task = holder.and_then(|holder| holder.task);
            if task.is_none() || task == wait.task {
                return false;
            }
            let waits = |(other, _): &(diagnose::Waiter, bool)| {
                other.standing == Standing::Queued && other.task == task
            };
            holder = self.waits().find(waits).and_then(|(other, _)| other.holder);
            if holder.is_some_and(|holder| holder.task.is_some() && holder.task == wait.task) {
                return true;
            }
        }
        false
    }

    /// The primitive at this address is held by another task now, or by none.
    fn is_held(&mut self, address: usize, holder: Option<Holder>) {
        for trace in self.traces() {
            let change = |entry: &mut Entry| {
                if entry.wait.address == address {
                    entry.wait.holder = holder;
                }
            };
            // SAFETY: Y1, it is listed, and whoever has the registry holds its lock.
            unsafe { trace.with_entry(change) };
        }
    }
}

/// Who holds a primitive that one task at a time may hold.
pub(crate) struct Owner(UnsafeCell<Option<Holder>>);

impl Owner {
    pub(crate) const fn new() -> Self {
        Self(UnsafeCell::new(None))
    }
}

fn set_owner<C: Core>(core: &C, holder: Option<Holder>) {
    let address = core::ptr::from_ref(core.queue()).addr();
    REGISTRY.with(|registry| {
        // SAFETY: Y1, the owner is touched under the registry's lock only.
        core.queue().owner.0.with_mut(|owner| unsafe { *owner = holder });
        registry.is_held(address, holder);
    });
}

/// A wait has ended with what it asked for.
pub(crate) fn has<P: Policy>(core: &P::Core, waiter: &Waiter<P::Request>, context: &Context<'_>) {
    if P::OWNS {
        let holder =
            Holder { place: waiter.trace().place, task: TaskId::of(context.waker()), since: diagnose::now() };
        set_owner(core, Some(holder));
    }
}

/// The caller has taken what one at a time may have, without a wait.
#[track_caller]
pub(crate) fn has_now<C: Core>(core: &C) {
    set_owner(core, Some(Holder { place: Location::caller(), task: None, since: diagnose::now() }));
}

/// The holder is about to release it.
pub(crate) fn releases<C: Core>(core: &C) {
    set_owner(core, None);
}

/// Polls what initialises a cell. A wait for the cell that is queued by the same task meanwhile is inside the initialiser.
pub(crate) fn initialises<C: Core, R>(
    core: Option<&C>,
    context: &mut Context<'_>,
    poll: impl FnOnce(&mut Context<'_>) -> R,
) -> R {
    let initialiser = Initialiser {
        links: UnsafeCell::new(MaybeUninit::uninit()),
        address: core.map_or(0, |core| core::ptr::from_ref(core.queue()).addr()),
        task: TaskId::of(context.waker()),
    };
    let ptr = NonNull::from(&initialiser).cast::<Links>();
    REGISTRY.with(|registry| {
        // SAFETY: Y1, not listed yet; the links are in an `UnsafeCell`.
        unsafe { ptr.write(Links::alone_at(ptr)) };
        // SAFETY: L1, it stays on this stack, and is taken out before it goes (Y2).
        unsafe { registry.initialisers.push_back(ptr) };
    });
    let _listed = OnDrop(|| {
        // SAFETY: Y2, listed until now.
        REGISTRY.with(|registry| unsafe { registry.initialisers.remove(ptr) });
    });
    poll(context)
}

/// What a waiter that is polled waits for in vain.
enum Found {
    Nothing,
    Itself(diagnose::Waiter),
    Circle(diagnose::Waiter),
    Behind { wait: diagnose::Waiter, grant: diagnose::Waiter, polls: u32 },
}

/// The waiter was queued, or polled while it is. Its owner says so, without the internal lock.
pub(crate) fn waits<P: Policy>(core: &P::Core, waiter: &Waiter<P::Request>, context: Option<&Context<'_>>) {
    let trace = waiter.trace();
    let task = context.and_then(|context| TaskId::of(context.waker()));
    let address = core::ptr::from_ref(core.queue()).addr();
    let now = diagnose::now();
    let found = REGISTRY.with(|registry| {
        if !trace.listed.replace(true) {
            registry.list::<P>(waiter, now);
        }
        // SAFETY: Y1, under the registry's lock.
        let holder = core.queue().owner.0.with(|holder| unsafe { *holder });
        let update = |entry: &mut Entry| {
            entry.wait.polls = entry.wait.polls.saturating_add(u32::from(context.is_some()));
            // A condition's wait goes on to its lock.
            (entry.wait.primitive, entry.wait.address) = (core::any::type_name::<P::Core>(), address);
            (entry.wait.task, entry.wait.holder) = (task, holder);
            entry.hands_over = P::HANDS_OVER;
            entry.snapshot(&trace.decided)
        };
        // SAFETY: Y1, listed, under the registry's lock.
        let Some(mine) = (unsafe { trace.with_entry(update) }) else { return Found::Nothing };
        // mistake a_broadcast_is_taken_for_a_hand_over: *hands_over ~> true
        // mistake the_grant_of_another_task_is_reported: other.task == task ~> true
        let waits_for_itself = |(other, hands_over): &(diagnose::Waiter, bool)| {
            *hands_over
                && other.address == address
                && other.task == task
                && other.standing == Standing::Granted
        };
        if mine.polls == 1 && task.is_some() && registry.is_initialising(address, task) {
            return Found::Itself(mine);
        }
        let stands_behind = P::IS_KEPT_WAITING && task.is_some() && mine.standing == Standing::Queued;
        let grant = if stands_behind { registry.waits().find(waits_for_itself) } else { None };
        let count = |entry: &mut Entry| {
            // mistake a_joined_wait_is_reported: entry.behind.saturating_add(1) ~> CONFIRMING_POLLS
            entry.behind = if grant.is_some() { entry.behind.saturating_add(1) } else { 0 };
            entry.behind
        };
        // SAFETY: Y1, listed, under the registry's lock.
        let behind = unsafe { trace.with_entry(count) }.unwrap_or(0);
        if let Some((grant, _)) = grant {
            return Found::Behind { wait: mine, grant, polls: behind };
        }
        if mine.polls == 1 && registry.closes_a_circle(&mine) { Found::Circle(mine) } else { Found::Nothing }
    });
    match (found, context) {
        (Found::Itself(wait), _) => diagnose::report(&Report::Reentrant { wait }),
        (Found::Circle(wait), _) => diagnose::report(&Report::Circle { wait }),
        (Found::Behind { polls: ..CONFIRMING_POLLS, .. }, Some(context)) => context.waker().wake_by_ref(),
        (Found::Behind { wait, grant, polls: CONFIRMING_POLLS }, _) => {
            diagnose::report(&Report::Futurelock { wait, grant });
        }
        _ => {}
    }
}

/// Calls `visit` with every wait that is listed now, oldest first, without the registry's lock.
pub(crate) fn walk(mut visit: impl FnMut(&diagnose::Waiter)) {
    const AT_ONCE: usize = 16;
    let mut number = 0;
    loop {
        let mut batch = [const { None }; AT_ONCE];
        REGISTRY.with(|registry| {
            let rest = registry.waits().filter(|(wait, _)| wait.number >= number);
            batch.iter_mut().zip(rest).for_each(|(slot, (wait, _))| *slot = Some(wait));
        });
        let Some(last) = batch.iter().flatten().last() else { return };
        number = last.number + 1;
        batch.iter().flatten().for_each(&mut visit);
    }
}
