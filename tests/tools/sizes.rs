//! Prints the size of each type and each future in words, beside its budget. Exits with 1 if one is over its budget.
//!
//! `cargo run -p anywake-tests --bin sizes`

use core::future::Ready;
use core::mem::size_of;
use std::process::ExitCode;
use std::sync::Arc;

use anywake::{
    Barrier, Broadcast, CancellationToken, Condition, DropGuard, Event, Latch, LatchGuard, LifoQueue, Lock,
    LockGuard, MappedGuard, Notify, OnceCell, Oneshot, OwnedDropGuard, OwnedLockGuard, OwnedPermit,
    OwnedWaitToken, Permit, PrioritySemaphore, Queue, Semaphore, Signal, StaticPriorityQueue, StaticQueue,
    WaitGroup, WaitToken, Watch, WatchRef,
    barrier::{BarrierFuture, OwnedBarrierFuture},
    broadcast::{self, HeapBroadcast},
    cancellation_token::{CancelledFuture, OwnedCancelledFuture, RunUntilCancelledFuture},
    channel::RecvManyFuture,
    condition::{ConditionForFuture, ConditionFuture, ConditionUntilFuture},
    event::EventFuture,
    latch::LatchFuture,
    lock::{LockFuture, OwnedLockFuture},
    notify::{NotifiedFuture, OwnedNotifiedFuture},
    once_cell::{GetOrInitFuture, OnceCellFuture, PartOnceCellFuture},
    oneshot::{self, BorrowedReceiver, BorrowedSender, OwnedRecvFuture},
    queue::{JoinFuture, PopFuture, PushFuture, SlackQueue, UnboundedQueue},
    rwlock::{
        MappedReadGuard, OwnedReadFuture, ReadFuture, ReadGuard, RwLock, UpgradableReadFuture, UpgradeFuture,
        WriteFuture, WriteGuard,
    },
    semaphore::{AcquireFuture, AcquireManyFuture, Bypass, OwnedAcquireFuture},
    signal::{OwnedSignalFuture, SignalFuture},
    stream::SenderSink,
    wait_group::WaitGroupFuture,
    watch::{self, ChangedFuture, OwnedChangedFuture, Receiver, Sender, WaitForFuture},
};

const WORD: usize = size_of::<usize>();
/// The budget of a wait, in words.
const WAIT: usize = 8;
/// The budget of a semaphore, in words: one word more where a counter is as wide as a pointer.
const SEMAPHORE: usize = if WORD == 8 { 5 } else { 6 };
/// The budget of a latch and of a wait group, in words: one word more where a counter is as wide as a pointer.
const COUNT: usize = if WORD == 8 { 4 } else { 5 };
/// The budget of a reader-writer lock without its value, in words: four lists, and the phase.
const RWLOCK: usize = 8;
/// The budget of a watch without its values, in words: two lists, two versions, and its counts.
const WATCH: usize = if WORD == 8 { 10 } else { 16 };
/// The budget of a broadcast without its places, in words; and what a place adds to its value, in bytes: its position and
/// two counts.
const BROADCAST: usize = if WORD == 8 { 9 } else { 15 };
const PLACE: usize = 16;
/// The budget of a queue without its slots, in words.
const QUEUE: usize = 14;

/// A type, its size and its budget, in bytes.
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

/// An item of two and a half words, to check that slots are rounded up only to the alignment of the item.
type Item = [u32; 5];
type At<'a> = &'a Lock<()>;

fn sizes() -> impl Iterator<Item = Size> {
    let objects = sizes! {
        Lock<()> => 4 * WORD;
        Lock<usize> => 5 * WORD;
        Semaphore => SEMAPHORE * WORD;
        // It stores its limit, too.
        Semaphore<Bypass> => (SEMAPHORE + 1) * WORD;
        Event => 4 * WORD;
        Notify => 4 * WORD;
        // The numbers of its rounds are as wide as on 64 bits, where two of them take a word.
        Barrier => (if WORD == 8 { 6 } else { 9 }) * WORD;
        Latch => COUNT * WORD;
        WaitGroup => COUNT * WORD;
        CancellationToken => WORD;
        Condition => 5 * WORD;
        OnceCell<()> => 5 * WORD;
        OnceCell<usize> => 6 * WORD;
        Signal<()> => 5 * WORD;
        Signal<usize> => 4 * WORD;
        Oneshot<()> => 4 * WORD;
        Oneshot<usize> => 6 * WORD;
        RwLock<()> => RWLOCK * WORD;
        RwLock<usize> => (RWLOCK + 1) * WORD;
        Watch<()> => WATCH * WORD;
        Watch<&str> => (WATCH - 1 + 3 * 2) * WORD;
        // A list and a count for each level beyond the first, at most, and the limit.
        PrioritySemaphore<3> => (SEMAPHORE + 1 + 2) * WORD;
        // A slot has a number besides; and there is a count of the numbers instead of a place of the first item.
        StaticPriorityQueue<(), 1> => 16 + (if WORD == 8 { QUEUE - 2 } else { QUEUE + 2 }) * WORD;
        StaticPriorityQueue<usize, 16> => 16 * 24 + (if WORD == 8 { QUEUE - 2 } else { QUEUE + 2 }) * WORD;
        LifoQueue<Item> => QUEUE * WORD;
        StaticQueue<(), 1> => QUEUE * WORD;
        StaticQueue<u8, 64> => 64 + QUEUE * WORD;
        StaticQueue<usize, 16> => (16 + QUEUE) * WORD;
        StaticQueue<Item, 3> => 3 * size_of::<Item>() + QUEUE * WORD;
        Queue<Item> => QUEUE * WORD;
        // It stores its slack, too.
        SlackQueue<Item> => (QUEUE + 1) * WORD;
        // Two blocks and two places instead of a ring, the spare block, and one that is on its way out.
        UnboundedQueue<Item> => (QUEUE + 2) * WORD;
        // It has room for one more value, which is kept back while another one is cloned.
        Broadcast<(), 1> => PLACE + BROADCAST * WORD;
        Broadcast<usize, 16> => 16 * (PLACE + WORD) + 2 * WORD + BROADCAST * WORD;
        Broadcast<Item, 3> => 3 * (PLACE + size_of::<Item>()) + 4 * WORD + BROADCAST * WORD;
        HeapBroadcast<()> => (4 + BROADCAST) * WORD;
    };
    let guards = sizes! {
        LockGuard<'_, ()> => WORD;
        OwnedLockGuard<()> => WORD;
        MappedGuard<'_, ()> => 2 * WORD;
        ReadGuard<'_, ()> => WORD;
        WriteGuard<'_, ()> => WORD;
        MappedReadGuard<'_, ()> => 2 * WORD;
        Permit<'_> => 2 * WORD;
        OwnedPermit => 2 * WORD;
        LatchGuard<'_> => WORD;
        WaitToken<'_> => WORD;
        OwnedWaitToken => WORD;
        BorrowedSender<'_, ()> => WORD;
        BorrowedReceiver<'_, ()> => WORD;
        oneshot::Sender<()> => WORD;
        oneshot::Receiver<()> => WORD;
        // How the watch is held, the slot and the version; or what was seen.
        WatchRef<'_, ()> => WORD + 16;
        Sender<()> => WORD;
        Receiver<()> => (if WORD == 8 { 2 } else { 4 }) * WORD;
        watch::StaticReceiver<'_, ()> => (if WORD == 8 { 2 } else { 4 }) * WORD;
        DropGuard<'_> => WORD;
        OwnedDropGuard => WORD;
        // The position, which never wraps.
        broadcast::StaticReceiver<'_, usize, 16> => WORD + 8;
    };
    let waits = sizes! {
        LockFuture<'_, ()> => WAIT * WORD;
        OwnedLockFuture<()> => WAIT * WORD;
        AcquireFuture<'_> => WAIT * WORD;
        AcquireManyFuture<'_> => WAIT * WORD;
        AcquireFuture<'_, Bypass> => WAIT * WORD;
        OwnedAcquireFuture => WAIT * WORD;
        EventFuture<'_> => WAIT * WORD;
        NotifiedFuture<'_> => WAIT * WORD;
        OwnedNotifiedFuture => WAIT * WORD;
        OnceCellFuture<'_, usize> => WAIT * WORD;
        SignalFuture<'_, usize> => WAIT * WORD;
        OwnedSignalFuture<usize> => WAIT * WORD;
        oneshot::RecvFuture<'_, usize> => WAIT * WORD;
        OwnedRecvFuture<&Oneshot<usize>> => WAIT * WORD;
        oneshot::ClosedFuture<'_, usize> => WAIT * WORD;
        PartOnceCellFuture<(), usize> => (WAIT + 1) * WORD;
        BarrierFuture<'_> => WAIT * WORD;
        OwnedBarrierFuture => WAIT * WORD;
        LatchFuture<'_> => WAIT * WORD;
        WaitGroupFuture<'_> => WAIT * WORD;
        CancelledFuture<'_> => WAIT * WORD;
        OwnedCancelledFuture => WAIT * WORD;
        // A wait, and the future that runs meanwhile.
        RunUntilCancelledFuture<'_, Ready<()>> => WAIT * WORD + size_of::<Option<Ready<()>>>();
        ReadFuture<'_, ()> => WAIT * WORD;
        WriteFuture<'_, ()> => WAIT * WORD;
        UpgradableReadFuture<'_, ()> => WAIT * WORD;
        OwnedReadFuture<()> => WAIT * WORD;
        UpgradeFuture<&RwLock<()>> => WAIT * WORD;
        // The version that was seen is as wide as on 64 bits.
        ChangedFuture<'_, &Watch<()>> => (if WORD == 8 { WAIT } else { WAIT + 2 }) * WORD;
        OwnedChangedFuture<&Watch<()>> => (if WORD == 8 { WAIT } else { WAIT + 4 }) * WORD;
        WaitForFuture<'_, &Watch<()>, fn(&()) -> bool> => (if WORD == 8 { WAIT + 1 } else { WAIT + 4 }) * WORD;
        watch::ClosedFuture<'_, ()> => WAIT * WORD;
        ConditionFuture<'_, At<'_>> => WAIT * WORD;
        PopFuture<'_, StaticQueue<usize, 4>> => WAIT * WORD;
        JoinFuture<'_, StaticQueue<usize, 4>> => WAIT * WORD;
        // A pop, the vector and the limit.
        RecvManyFuture<'_, Queue<usize>> => (WAIT + 2) * WORD;
        // A wait for room, with the place of an item as in a push, or the room; and the sender.
        SenderSink<Arc<Queue<usize>>> => (WAIT + 2) * WORD;
        // A push also stores its item, and whether the item is still there.
        PushFuture<'_, StaticQueue<(), 4>> => WAIT * WORD;
        PushFuture<'_, StaticQueue<usize, 4>> => WAIT * WORD + size_of::<Option<usize>>();
        PushFuture<'_, StaticQueue<Item, 4>> => WAIT * WORD + size_of::<Option<Item>>();
        broadcast::PublishFuture<'_, Broadcast<usize, 4>> => WAIT * WORD + size_of::<Option<usize>>();
        broadcast::RecvFuture<'_, &Broadcast<usize, 4>> => WAIT * WORD;
        // An initialisation is a wait with its closure, and then the future of the closure with the role.
        GetOrInitFuture<'_, usize, fn() -> Ready<usize>, Ready<usize>> => (WAIT + 1) * WORD;
        GetOrInitFuture<'_, usize, fn() -> Ready<[usize; 9]>, Ready<[usize; 9]>> => (10 + 2) * WORD;
        // These contain a wait and more: the predicate and the state between two rounds; or the caller's future and a
        // second wait, for the lock.
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
