//! The registry of all waits that have been queued and whose end their futures have not learnt.
//!
//! # Shape
//! A waiter enters the registry when it is first queued, and leaves it when its future has learnt the decision, or is
//! dropped. In between it stands in a list that runs through the futures themselves, as the waiters of a primitive do. So
//! the registry needs no allocation either, and a wait costs it two links. What became of a waiter is read from its
//! status, so the deciding thread tells the registry nothing but the time.
//!
//! Who holds what is in a table beside the list: see [`holders`]. A primitive gets a number when it is first traced. The
//! registry knows it by that, and not by its address, which another primitive may have later.
//!
//! # Invariants
//! * Y1. Links and entry of a trace are touched under the registry's lock only, and only while the trace is listed, or by
//!   the future's owner while it is not.
//! * Y2. A listed trace is pinned and valid until [`is_over`](Trace::is_over) has taken it out, which its owner calls
//!   before the future ends.
//! * Y3. The registry's lock is the innermost: nothing else is locked under it, and no user code runs.

use core::cell::Cell;
use core::fmt;
use core::mem::MaybeUninit;
use core::panic::Location;
use core::ptr::NonNull;
use core::task::{Context, Waker};

use super::Claim;
use crate::diagnose::{self, Report, Standing, Step, TaskId};
use crate::sys::atomic::{AtomicU32, Ordering, UnsafeCell};
use crate::sys::on_drop::OnDrop;
use crate::sys::raw_lock::RawLock;
use crate::wait::list::{Links, List};
use crate::wait::policy::Policy;
use crate::wait::queue::{Core, WaitQueue};
use crate::wait::status::{Status, Verdict};
use crate::wait::waiter::Waiter;

mod circle;
mod holders;

use holders::Holders;
pub(crate) use holders::{
    Taker, Ticket, changes, holds, merges, permits_are, releases, splits, walk_holders,
};

/// How many polls in a row have to find a task behind its own grant. The first may come before the granted wait is polled
/// in the same turn of the task, as with `join!`, so the task is woken for another turn, and for one more.
const CONFIRMING_POLLS: u32 = 3;

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
    /// How many permits its primitive has, free and held.
    permits: Option<usize>,
    /// How many polls in a row found a grant of the same task in front.
    behind: u32,
    /// Whether the observer was told the decision.
    is_told: bool,
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

    /// Who takes what this waited for, in this poll.
    pub(crate) fn taker(&self, context: &Context<'_>) -> Taker {
        Taker { place: self.place, task: TaskId::of(context.waker()) }
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

    fn is_kept_from(&self, primitive: u64) -> bool {
        self.hands_over && self.wait.primitive_number == primitive
    }
}

/// An initialiser of a cell that is being polled. It lies on the stack of that poll.
#[repr(C)]
struct Initialiser {
    links: UnsafeCell<MaybeUninit<Links>>,
    primitive: u64,
    task: Option<TaskId>,
}

/// What is known of a primitive.
pub(crate) struct Traced {
    /// Zero until it is first traced. Touched under the registry's lock only (Y1), as the name is once it is shared.
    number: UnsafeCell<u64>,
    name: UnsafeCell<Option<&'static str>>,
}

impl Traced {
    pub(crate) const fn new() -> Self {
        Self { number: UnsafeCell::new(0), name: UnsafeCell::new(None) }
    }

    pub(crate) const fn set_name(&mut self, name: &'static str) {
        self.name = UnsafeCell::new(Some(name));
    }

    pub(crate) fn set_name_of(&mut self, other: &Self) {
        self.name = UnsafeCell::new(other.name());
    }

    fn name(&self) -> Option<&'static str> {
        // SAFETY: Y1, the registry's lock is held.
        REGISTRY.with(|_| self.name.with(|name| unsafe { *name }))
    }

    /// As `set_name`, for a primitive that is shared.
    #[cfg(feature = "alloc")]
    pub(crate) fn rename(&self, name: &'static str) {
        // SAFETY: Y1, the registry's lock is held.
        REGISTRY.with(|_| self.name.with_mut(|slot| unsafe { *slot = Some(name) }));
    }

    fn of<C: Core>(core: &C) -> &Self {
        &core.queue().traced
    }
}

/// All traces that are listed, oldest first, and who holds what.
struct Registry {
    list: List,
    initialisers: List,
    holders: Holders,
    /// How many have ever been listed. A wait's number tells its place in the list, even when others have left.
    entered: u64,
    /// How many primitives have a number.
    primitives: u64,
}

struct Shared {
    lock: RawLock,
    registry: UnsafeCell<Registry>,
}

// SAFETY: Y1, the registry is reached under its lock only.
unsafe impl Sync for Shared {}

static REGISTRY: Shared = Shared {
    lock: RawLock::new(),
    registry: UnsafeCell::new(Registry {
        list: List::new(),
        initialisers: List::new(),
        holders: Holders::new(),
        entered: 0,
        primitives: 0,
    }),
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

    /// The waits, and how they stand.
    fn entries(&mut self) -> impl Iterator<Item = (Entry, Standing)> {
        self.traces().filter_map(|trace| {
            // SAFETY: Y1, it is listed, and whoever has the registry holds its lock.
            let mut entry = unsafe { trace.with_entry(|entry| *entry) }?;
            entry.wait = entry.snapshot(&trace.decided);
            Some((entry, entry.wait.standing))
        })
    }

    /// Changes all waits for this primitive.
    fn change_all(&mut self, primitive: u64, change: impl Fn(&mut Entry)) {
        for trace in self.traces() {
            let change = |entry: &mut Entry| {
                if entry.wait.primitive_number == primitive {
                    change(entry);
                }
            };
            // SAFETY: Y1, it is listed, and whoever has the registry holds its lock.
            unsafe { trace.with_entry(change) };
        }
    }

    /// The number of this primitive, which has none yet if it was not traced before.
    fn number(&mut self, primitive: &Traced) -> u64 {
        // SAFETY: Y1, whoever has the registry holds its lock.
        let number = primitive.number.with_mut(|number| unsafe { &mut *number });
        if *number == 0 {
            self.primitives += 1;
            // mistake a_moved_primitive_loses_its_holders: *number = self.primitives; ~> return self.primitives;
            *number = self.primitives;
        }
        *number
    }

    /// The first that took what is held of this primitive, and how many holders there are.
    fn holder(&self, primitive: u64) -> (Option<diagnose::Holder>, usize) {
        let mut count = 0;
        let first = self.holders.of(primitive).inspect(|_| count += 1).map(|record| record.holder);
        let first = first.reduce(|first, other| {
            // The clock may wrap.
            if (other.since.wrapping_sub(first.since) as i32) < 0 { other } else { first }
        });
        (first, count)
    }

    /// Adds a waiter that has just been queued.
    fn list<P: Policy>(&mut self, waiter: &Waiter<P::Request>, began: u32) {
        let trace = waiter.trace();
        self.entered += 1;
        let wait = diagnose::Waiter {
            number: self.entered,
            primitive_number: 0,
            primitive: core::any::type_name::<P::Core>(),
            name: None,
            address: 0,
            claim: None,
            place: trace.place,
            task: None,
            began,
            polls: 0,
            standing: Standing::Queued,
            decided: None,
            holder: None,
            holders: 0,
        };
        let status = NonNull::from(waiter.status_cell());
        let entry =
            Entry { wait, status, hands_over: P::HANDS_OVER, permits: None, behind: 0, is_told: false };
        // SAFETY: Y1, not listed yet, and its owner is here.
        trace.entry.with_mut(|slot| unsafe { *slot = Some(entry) });
        let ptr = NonNull::from(trace).cast::<Links>();
        // SAFETY: Y1, not listed yet; the links are in an `UnsafeCell`.
        unsafe { ptr.write(Links::alone_at(ptr)) };
        // SAFETY: L1, pinned with its future, which calls `is_over` before it ends (Y2).
        unsafe { self.list.push_back(ptr) };
    }

    /// Whether this task is inside the initialiser of this cell.
    fn is_initialising(&mut self, primitive: u64, task: Option<TaskId>) -> bool {
        let mut next = self.initialisers.front();
        while let Some(ptr) = next {
            // SAFETY: Y2, what is listed is valid; the links are its first field.
            let initialiser = unsafe { ptr.cast::<Initialiser>().as_ref() };
            if initialiser.primitive == primitive && initialiser.task == task {
                return true;
            }
            // SAFETY: L1, it was found in this list.
            next = unsafe { self.initialisers.after(ptr) };
        }
        false
    }
}

/// Polls what initialises a cell. A wait for the cell that is queued by the same task meanwhile is inside the initialiser.
pub(crate) fn initialises<C: Core, R>(
    core: Option<&C>,
    context: &mut Context<'_>,
    poll: impl FnOnce(&mut Context<'_>) -> R,
) -> R {
    let number = |core| REGISTRY.with(|registry| registry.number(Traced::of(core)));
    let initialiser = Initialiser {
        links: UnsafeCell::new(MaybeUninit::uninit()),
        primitive: core.map_or(0, number),
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
    Recursive(diagnose::Waiter, diagnose::Holder),
    Circle(diagnose::Waiter),
    Behind { wait: diagnose::Waiter, grant: diagnose::Waiter, polls: u32 },
}

/// The waiter was queued, or polled while it is. Its owner says so, without the internal lock.
pub(crate) fn waits<P: Policy>(core: &P::Core, waiter: &Waiter<P::Request>, context: Option<&Context<'_>>) {
    let trace = waiter.trace();
    let task = context.and_then(|context| TaskId::of(context.waker()));
    let now = diagnose::now();
    // Not under the registry's lock (Y3).
    let permits = core.permits();
    let begins = !trace.listed.replace(true);
    let (mine, found) = REGISTRY
        .with(|registry| {
            if begins {
                registry.list::<P>(waiter, now);
            }
            let primitive = registry.number(Traced::of(core));
            let (holder, holders) = registry.holder(primitive);
            let update = |entry: &mut Entry| {
                let wait = &mut entry.wait;
                wait.polls = wait.polls.saturating_add(u32::from(context.is_some()));
                // A condition's wait goes on to its lock.
                (wait.primitive, wait.primitive_number) = (core::any::type_name::<P::Core>(), primitive);
                wait.address = core::ptr::from_ref(core.queue()).addr();
                // SAFETY: Y1, under the registry's lock.
                wait.name = Traced::of(core).name.with(|name| unsafe { *name });
                (wait.task, wait.claim) = (task, P::claim(&waiter.request));
                (wait.holder, wait.holders) = (holder, holders);
                (entry.hands_over, entry.permits) = (P::HANDS_OVER, permits);
                entry.wait = entry.snapshot(&trace.decided);
                *entry
            };
            // SAFETY: Y1, listed, under the registry's lock.
            let mine = unsafe { trace.with_entry(update) }?;
            let found = registry.find::<P>(&mine);
            let Found::Behind { wait, grant, .. } = found else {
                // SAFETY: Y1, listed, under the registry's lock.
                unsafe { trace.with_entry(|entry| entry.behind = 0) };
                return Some((mine.wait, found));
            };
            let count = |entry: &mut Entry| {
                // mistake a_joined_wait_is_reported: entry.behind.saturating_add(1) ~> CONFIRMING_POLLS
                entry.behind = entry.behind.saturating_add(1);
                entry.behind
            };
            // SAFETY: Y1, listed, under the registry's lock.
            let polls = unsafe { trace.with_entry(count) }?;
            Some((mine.wait, Found::Behind { wait, grant, polls }))
        })
        .unzip();
    if begins {
        mine.iter().for_each(|wait| diagnose::observe(Step::Begun, wait));
    }
    match (found.unwrap_or(Found::Nothing), context) {
        (Found::Itself(wait), _) => diagnose::report(&Report::Reentrant { wait }),
        (Found::Recursive(wait, holder), _) => diagnose::report(&Report::Recursive { wait, holder }),
        (Found::Circle(wait), _) => diagnose::report(&Report::Circle { wait }),
        (Found::Behind { polls: ..CONFIRMING_POLLS, .. }, Some(context)) => context.waker().wake_by_ref(),
        (Found::Behind { wait, grant, polls: CONFIRMING_POLLS }, _) => {
            diagnose::report(&Report::Futurelock { wait, grant });
        }
        _ => {}
    }
}

impl Registry {
    /// What this wait, which is being polled, waits for in vain.
    fn find<P: Policy>(&mut self, mine: &Entry) -> Found {
        let (primitive, task) = (mine.wait.primitive_number, mine.wait.task);
        let is_new = mine.wait.polls == 1 && task.is_some();
        if is_new && self.is_initialising(primitive, task) {
            return Found::Itself(mine.wait);
        }
        if P::IS_KEPT_WAITING && task.is_some() && mine.wait.standing == Standing::Queued {
            if let Some(grant) = self.own_grant(mine) {
                return Found::Behind { wait: mine.wait, grant, polls: 0 };
            }
        }
        if is_new && mine.wait.claim == Some(Claim::Read) && self.is_behind_a_writer(mine) {
            let own = |record: &&holders::Record| record.holder.task == task && !record.may_move;
            if let Some(record) = self.holders.of(primitive).find(own) {
                return Found::Recursive(mine.wait, record.holder);
            }
        }
        if is_new && self.closes_a_circle(mine) { Found::Circle(mine.wait) } else { Found::Nothing }
    }

    /// A grant of the same task that this wait stands behind. Of permits there must be too few without those.
    fn own_grant(&mut self, mine: &Entry) -> Option<diagnose::Waiter> {
        let primitive = mine.wait.primitive_number;
        let mut first = None;
        let mut granted = 0;
        // mistake a_broadcast_is_taken_for_a_hand_over: entry.is_kept_from(primitive) ~> entry.wait.primitive_number == primitive
        // mistake the_grant_of_another_task_is_reported: entry.wait.task == mine.wait.task ~> true
        let own = |(entry, standing): &(Entry, Standing)| {
            entry.is_kept_from(primitive)
                && entry.wait.task == mine.wait.task
                && *standing == Standing::Granted
        };
        for (grant, _) in self.entries().filter(own) {
            first.get_or_insert(grant.wait);
            granted += if let Some(Claim::Permits(n)) = grant.wait.claim { n } else { 0 };
        }
        if let (Some(Claim::Permits(wanted)), Some(permits)) = (mine.wait.claim, mine.permits) {
            // mistake a_grant_that_leaves_enough_permits_is_reported: permits - granted.min(permits) < wanted ~> true
            let too_few = permits - granted.min(permits) < wanted;
            return first.filter(|_| too_few);
        }
        first
    }
}

/// The future learns the decision in this poll.
pub(crate) fn settles<P: Policy>(waiter: &Waiter<P::Request>, verdict: Option<Verdict>) {
    if P::REQUEUES && waiter.status().is_requeued() {
        // It goes on in another queue.
        return;
    }
    let standing = match verdict {
        Some(Verdict::Granted) => Standing::Granted,
        Some(Verdict::Refused) => Standing::Refused,
        None => Standing::Queued,
    };
    ends(waiter.trace(), Some(standing));
}

/// The wait was given up. Its owner says so, without the internal lock.
pub(crate) fn gives_up<P: Policy>(waiter: &Waiter<P::Request>) {
    ends(waiter.trace(), None);
}

/// Tells the observer of the end of a wait that was queued; first of its decision, if that was not told yet.
fn ends(trace: &Trace, settled: Option<Standing>) {
    if diagnose::is_observed() {
        let now = diagnose::now();
        // Its owner may have taken it out of the list, and nobody else reaches it then (Y1).
        let told = REGISTRY.with(|_| {
            let tell = |entry: &mut Entry| {
                let mut wait = entry.snapshot(&trace.decided);
                wait.standing = settled.unwrap_or(wait.standing);
                // A waiter that took it by itself, with a bypass, was not decided before.
                let decided = wait.standing != Standing::Queued;
                wait.decided = decided.then(|| wait.decided.unwrap_or(now));
                // mistake a_grant_is_told_twice: core::mem::replace(&mut entry.is_told, true) ~> false
                (wait, core::mem::replace(&mut entry.is_told, true))
            };
            // SAFETY: Y1, under the registry's lock, and its owner is here.
            unsafe { trace.with_entry(tell) }
        });
        let Some((wait, is_told)) = told else { return };
        match (wait.standing, is_told) {
            (Standing::Granted, false) => diagnose::observe(Step::Granted, &wait),
            (Standing::Refused, false) => diagnose::observe(Step::Refused, &wait),
            _ => {}
        }
        diagnose::observe(
            match (settled, wait.standing) {
                (Some(_), _) => Step::Settled,
                (None, Standing::Granted) => Step::PassedOn,
                (None, _) => Step::Withdrawn,
            },
            &wait,
        );
    }
}

/// Wakes the task of a waiter that was decided, or is to try for itself. Before that it tells the observer of all waits of
/// the task that were decided, and of which it was not told yet.
pub(crate) fn wake(waker: Waker) {
    tell_decided(&waker);
    waker.wake();
}

fn tell_decided(waker: &Waker) {
    let task = TaskId::of(waker);
    if task.is_none() || !diagnose::is_observed() {
        return;
    }
    while let Some(wait) = REGISTRY.with(|registry| {
        registry.traces().find_map(|trace| {
            let tell = |entry: &mut Entry| {
                let wait = entry.snapshot(&trace.decided);
                let is_due = !entry.is_told && wait.task == task && wait.standing != Standing::Queued;
                entry.is_told |= is_due;
                is_due.then_some(wait)
            };
            // SAFETY: Y1, it is listed, and whoever has the registry holds its lock.
            unsafe { trace.with_entry(tell) }.flatten()
        })
    }) {
        let step = if wait.standing == Standing::Granted { Step::Granted } else { Step::Refused };
        diagnose::observe(step, &wait);
    }
}

/// The waiters of a primitive, to be formatted: their count, or with `{:#?}` each that is listed, with its place and its age.
pub(crate) struct Listed {
    primitive: u64,
    count: usize,
}

pub(crate) fn listed<C: Core>(queue: &WaitQueue<C>, count: usize) -> Listed {
    Listed { primitive: REGISTRY.with(|registry| registry.number(&queue.traced)), count }
}

impl fmt::Debug for Listed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            return write!(f, "{}", self.count);
        }
        let mut list = f.debug_list();
        walk(|wait| {
            if wait.primitive_number == self.primitive {
                let (standing, place, age) = (wait.standing, wait.place, wait.age().as_millis());
                list.entry(&format_args!("{standing:?} since {age} ms: {place}"));
            }
        });
        list.finish()
    }
}

/// Calls `visit` with every wait that is listed now, oldest first, without the registry's lock.
pub(crate) fn walk(mut visit: impl FnMut(&diagnose::Waiter)) {
    const AT_ONCE: usize = 16;
    let mut number = 0;
    loop {
        let mut batch = [const { None }; AT_ONCE];
        REGISTRY.with(|registry| {
            let rest = registry.entries().filter(|(entry, _)| entry.wait.number >= number);
            batch.iter_mut().zip(rest).for_each(|(slot, (entry, _))| *slot = Some(entry.wait));
            for wait in batch.iter_mut().flatten() {
                (wait.holder, wait.holders) = registry.holder(wait.primitive_number);
            }
        });
        let Some(last) = batch.iter().flatten().last() else { return };
        number = last.number + 1;
        batch.iter().flatten().for_each(&mut visit);
    }
}
