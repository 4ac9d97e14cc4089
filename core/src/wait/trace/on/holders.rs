//! Who holds what: a table of records, one for each guard, permit, slot and role that exists.
//!
//! A guard moves, so it cannot be linked as a waiter is. It carries the number of its record instead, its [`Ticket`]. A record
//! belongs to a primitive's number and not to its address, so a guard that was forgotten says nothing of what comes to lie
//! where its primitive was.

use core::panic::Location;

use super::{Claim, REGISTRY, Traced};
use crate::diagnose::{self, Holder, TaskId};
use crate::wait::handle::{Handle, Primitive};
use crate::wait::queue::Core;

/// How many records there are. What is held beyond that is not known.
const MOST: usize = if cfg!(feature = "std") { 1024 } else { 32 };

/// No record.
const NONE: u32 = u32::MAX;

/// Who takes what can be held.
#[derive(Clone, Copy)]
pub(crate) struct Taker {
    pub(super) place: &'static Location<'static>,
    pub(super) task: Option<TaskId>,
}

impl Taker {
    /// The caller, which did not wait.
    #[track_caller]
    pub(crate) fn here() -> Self {
        Self { place: Location::caller(), task: None }
    }
}

/// The number of the record of what a guard holds.
#[derive(Debug)]
pub(crate) struct Ticket(u32);

/// Who holds what of one primitive.
#[derive(Clone, Copy)]
pub(super) struct Record {
    pub(super) primitive: u64,
    pub(super) holder: Holder,
    /// A guard that owns its primitive may be sent to another task than the one that took it.
    pub(super) may_move: bool,
}

/// All records. Invariant Y1 holds for them, too.
pub(super) struct Holders {
    records: [Option<Record>; MOST],
    /// Behind all records that were ever used.
    end: usize,
}

impl Holders {
    pub(super) const fn new() -> Self {
        Self { records: [const { None }; MOST], end: 0 }
    }

    /// The records of a primitive.
    pub(super) fn of(&self, primitive: u64) -> impl Iterator<Item = &Record> {
        self.records[..self.end].iter().flatten().filter(move |record| record.primitive == primitive)
    }

    fn add(&mut self, record: Record) -> Ticket {
        let free = self.records.iter().position(Option::is_none);
        let Some(index) = free else { return Ticket(NONE) };
        self.records[index] = Some(record);
        self.end = self.end.max(index + 1);
        Ticket(index as u32)
    }

    fn get(&mut self, ticket: &Ticket) -> Option<&mut Record> {
        self.records.get_mut(ticket.0 as usize)?.as_mut()
    }

    fn take(&mut self, ticket: &mut Ticket) -> Option<Record> {
        let index = core::mem::replace(&mut ticket.0, NONE);
        self.records.get_mut(index as usize)?.take()
    }
}

/// The caller has taken what can be held, and makes the guard of it.
pub(crate) fn holds<H: Handle<Target: Primitive>>(handle: &H, taker: Taker, claim: Claim) -> Ticket {
    let since = diagnose::now();
    REGISTRY.with(|registry| {
        let primitive = registry.number(Traced::of(handle.core()));
        let holder = Holder { place: taker.place, task: taker.task, since, claim };
        registry.holders.add(Record { primitive, holder, may_move: H::OWNED })
    })
}

/// What the ticket stands for is about to be given back.
pub(crate) fn releases(ticket: &mut Ticket) {
    // mistake a_released_guard_is_still_a_holder: REGISTRY.with(|registry| _ = registry.holders.take(ticket)); ~>
    REGISTRY.with(|registry| _ = registry.holders.take(ticket));
}

/// The guard is one of another kind from now on.
pub(crate) fn changes(ticket: &Ticket, claim: Claim) {
    REGISTRY.with(|registry| {
        if let Some(record) = registry.holders.get(ticket) {
            record.holder.claim = claim;
        }
    });
}

fn permits(record: &mut Record) -> Option<&mut usize> {
    match &mut record.holder.claim {
        Claim::Permits(n) => Some(n),
        _ => None,
    }
}

/// So many permits are split off those of this ticket, and get one of their own.
pub(crate) fn splits(ticket: &Ticket, count: usize) -> Ticket {
    REGISTRY.with(|registry| {
        let Some(record) = registry.holders.get(ticket) else { return Ticket(NONE) };
        // mistake split_permits_are_counted_twice: *n -= count ~> _ = n
        if let Some(n) = permits(record) {
            *n -= count;
        }
        let mut new = *record;
        new.holder.claim = Claim::Permits(count);
        registry.holders.add(new)
    })
}

/// The permits of another ticket come to this one.
pub(crate) fn merges(ticket: &mut Ticket, other: &mut Ticket) {
    REGISTRY.with(|registry| {
        let Some(Record { holder: Holder { claim: Claim::Permits(more), .. }, .. }) =
            registry.holders.take(other)
        else {
            return;
        };
        if let Some(n) = registry.holders.get(ticket).and_then(permits) {
            *n += more;
        }
    });
}

/// There are so many permits from now on, free and held.
pub(crate) fn permits_are<C: Core>(core: &C, permits: usize) {
    REGISTRY.with(|registry| {
        let primitive = registry.number(Traced::of(core));
        registry.change_all(primitive, |entry| entry.permits = Some(permits));
    });
}

/// Calls `visit` with everyone who holds something of this primitive, without the registry's lock.
pub(crate) fn walk_holders(primitive: u64, mut visit: impl FnMut(&Holder)) {
    const AT_ONCE: usize = 8;
    let mut from = 0;
    loop {
        let mut batch = [const { None }; AT_ONCE];
        REGISTRY.with(|registry| {
            let holders = &registry.holders;
            let of_it = |record: &Option<Record>| record.filter(|record| record.primitive == primitive);
            let all = holders.records[..holders.end].iter().enumerate().skip(from);
            let found = all.filter_map(|(index, record)| Some((index, of_it(record)?.holder)));
            batch.iter_mut().zip(found).for_each(|(slot, holder)| *slot = Some(holder));
        });
        let Some((last, _)) = batch.iter().flatten().last() else { return };
        from = last + 1;
        batch.iter().flatten().for_each(|(_, holder)| visit(holder));
    }
}
