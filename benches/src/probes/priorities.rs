//! The operations of a semaphore with priorities, and of a queue in the order of keys.

use core::hint::black_box;
use core::pin::pin;

use anywake_core::{PrioritySemaphore, StaticPriorityQueue};
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_sync::priority_channel::{Min, PriorityChannel};

use super::{Probe, add, done, now, repeat, waits};
use crate::contenders::contender;

/// anywake, in the order of keys, or with three levels.
struct Anywake;
contender!(Anywake, "anywake", kind = Ours, order = Fifo);

/// embassy-sync's `PriorityChannel`, a heap of items that are compared by their own code.
struct Embassy;
contender!(Embassy, "embassy-sync");

const SLOTS: usize = 16;
type Queue = StaticPriorityQueue<u64, SLOTS>;
type Channel = PriorityChannel<CriticalSectionRawMutex, (u32, u64), Min, SLOTS>;

/// A key that goes up and down.
const fn key(item: u64) -> u32 {
    (item.wrapping_mul(7) % 16) as u32
}

pub(super) fn all(p: &mut Vec<Probe>) {
    add::<Anywake>(p, "acquire_at, nobody waits", |n| {
        let semaphore = PrioritySemaphore::<3>::with_priorities(1, 100);
        repeat(n, |cx| drop(now(black_box(&semaphore).acquire_at(1, 1), cx)));
    });
    add::<Anywake>(p, "acquire_at, handed over past another level", |n| {
        let semaphore = PrioritySemaphore::<3>::with_priorities(1, 8_000);
        repeat(n, |cx| {
            let permit = now(semaphore.acquire_at(1, 0), cx);
            let mut patient = pin!(semaphore.acquire_at(1, 2));
            let mut urgent = pin!(semaphore.acquire_at(1, 0));
            waits(patient.as_mut(), cx);
            waits(urgent.as_mut(), cx);
            drop(permit);
            drop(done(urgent, cx));
            drop(done(patient, cx));
        });
    });
    add::<Anywake>(p, "queue by key, push and pop, half full", |n| {
        let queue = Queue::new();
        (0..SLOTS as u64 / 2).for_each(|item| queue.try_push_at(item, key(item)).expect("there is room"));
        let mut item = 0;
        repeat(n, |_| {
            item += 1;
            black_box(&queue).try_push_at(item, key(item)).expect("there is room");
            black_box(queue.try_pop().expect("there is an item"));
        });
    });
    add::<Embassy>(p, "queue by key, push and pop, half full", |n| {
        let queue = Channel::new();
        (0..SLOTS as u64 / 2).for_each(|item| queue.try_send((key(item), item)).expect("there is room"));
        let mut item = 0;
        repeat(n, |_| {
            item += 1;
            black_box(&queue).try_send((key(item), item)).expect("there is room");
            black_box(queue.try_receive().expect("there is an item"));
        });
    });
    add::<Anywake>(p, "queue by key, a pop waits for a push", |n| {
        let queue = Queue::new();
        repeat(n, |cx| {
            let mut pop = pin!(queue.pop());
            waits(pop.as_mut(), cx);
            queue.try_push_at(1, 1).expect("there is room");
            black_box(done(pop, cx).expect("the queue is open"));
        });
    });
    add::<Embassy>(p, "queue by key, a pop waits for a push", |n| {
        let queue = Channel::new();
        repeat(n, |cx| {
            let mut pop = pin!(queue.receive());
            waits(pop.as_mut(), cx);
            queue.try_send((1, 1)).expect("there is room");
            black_box(done(pop, cx));
        });
    });
}
