//! How many words each type and each future takes, beside its budget. Ends with 1 if one is over.
//!
//! `cargo run -p anywake-tests --bin sizes`

use core::future::Ready;
use core::mem::size_of;
use std::process::ExitCode;

use anywake::{
    Condition, Event, Lock, LockGuard, MappedGuard, OwnedLockGuard, OwnedPermit, Permit, Queue, Semaphore,
    StaticQueue,
    condition::{ConditionForFuture, ConditionFuture, ConditionUntilFuture},
    event::EventFuture,
    lock::{LockFuture, OwnedLockFuture},
    queue::{JoinFuture, PopFuture, PushFuture},
    semaphore::{AcquireFuture, AcquireManyFuture, OwnedAcquireFuture},
};

const WORD: usize = size_of::<usize>();
/// What a wait may take.
const WAIT: usize = 8;
/// What a semaphore may take: a word more where its counters are as narrow as its pointers.
const SEMAPHORE: usize = if WORD == 8 { 5 } else { 6 };
/// What a queue may take besides its slots.
const QUEUE: usize = 14;

/// A type, the bytes that it takes and those that it may take.
struct Size {
    name: &'static str,
    bytes: usize,
    budget: usize,
}

impl Size {
    fn is_over(&self) -> bool {
        self.bytes > self.budget
    }
}

macro_rules! sizes {
    ($($type:ty => $budget:expr;)+) => {
        [$(Size { name: stringify!($type), bytes: size_of::<$type>(), budget: $budget }),+]
    };
}

/// An item of two and a half words, to see that slots are not rounded up more than the item's alignment asks for.
type Item = [u32; 5];
type At<'a> = &'a Lock<()>;

fn sizes() -> impl Iterator<Item = Size> {
    let objects = sizes! {
        Lock<()> => 4 * WORD;
        Lock<usize> => 5 * WORD;
        Semaphore => SEMAPHORE * WORD;
        Event => 4 * WORD;
        Condition => 5 * WORD;
        StaticQueue<(), 1> => QUEUE * WORD;
        StaticQueue<u8, 64> => 64 + QUEUE * WORD;
        StaticQueue<usize, 16> => (16 + QUEUE) * WORD;
        StaticQueue<Item, 3> => 3 * size_of::<Item>() + QUEUE * WORD;
        Queue<Item> => QUEUE * WORD;
    };
    let guards = sizes! {
        LockGuard<'_, ()> => WORD;
        OwnedLockGuard<()> => WORD;
        MappedGuard<'_, ()> => 2 * WORD;
        Permit<'_> => 2 * WORD;
        OwnedPermit => 2 * WORD;
    };
    let waits = sizes! {
        LockFuture<'_, ()> => WAIT * WORD;
        OwnedLockFuture<()> => WAIT * WORD;
        AcquireFuture<'_> => WAIT * WORD;
        AcquireManyFuture<'_> => WAIT * WORD;
        OwnedAcquireFuture => WAIT * WORD;
        EventFuture<'_> => WAIT * WORD;
        ConditionFuture<'_, At<'_>> => WAIT * WORD;
        PopFuture<'_, StaticQueue<usize, 4>> => WAIT * WORD;
        JoinFuture<'_, StaticQueue<usize, 4>> => WAIT * WORD;
        // It has its item with it, and a word that tells whether it still has.
        PushFuture<'_, StaticQueue<(), 4>> => WAIT * WORD;
        PushFuture<'_, StaticQueue<usize, 4>> => WAIT * WORD + size_of::<Option<usize>>();
        PushFuture<'_, StaticQueue<Item, 4>> => WAIT * WORD + size_of::<Option<Item>>();
        // These are made of a wait and something more: the predicate, and what is needed between two rounds; the
        // caller's future, and a second wait, for the lock.
        ConditionForFuture<'_, At<'_>, fn(&mut ()) -> bool> => (WAIT + 4) * WORD;
        ConditionUntilFuture<'_, At<'_>, Ready<()>> => (2 * WAIT + 2) * WORD;
    };
    objects.into_iter().chain(guards).chain(waits)
}

fn main() -> ExitCode {
    println!("{:<64}{:>8}{:>8}", "type (sizes in words)", "size", "budget");
    for size in sizes() {
        let words = |bytes: usize| bytes as f64 / WORD as f64;
        let verdict = if size.is_over() { "over" } else { "ok" };
        println!("{:<64}{:>8}{:>8}  {verdict}", size.name, words(size.bytes), words(size.budget));
    }
    ExitCode::from(u8::from(sizes().any(|size| size.is_over())))
}

#[cfg(test)]
mod tests {
    #[test]
    fn everything_is_within_its_budget() {
        let over: Vec<_> = super::sizes().filter(super::Size::is_over).map(|size| size.name).collect();
        assert_eq!(over, [""; 0]);
    }
}
