//! A timer interrupt works on all five primitives, thousands of times, while tasks use them: nothing is lost.
//!
//! The interrupt comes in irregular intervals. What it did and what the tasks saw of it is counted on both sides,
//! and the sums are compared at the end. A wake that is lost shows as a program that does not end.

#![no_std]
#![no_main]

use anywake_core::{Condition, Event, Lock, Semaphore, StaticQueue};
use anywake_cortex_m::{start_timer, succeed};
use cortex_m::peripheral::SYST;
use cortex_m_semihosting::hprintln;
use embassy_executor::Spawner;
use embassy_futures::yield_now;
use portable_atomic::{AtomicU32, Ordering::Relaxed};

const INTERRUPTS: u32 = 5_000;
/// From one to the next, in instructions.
const SHORTEST: u32 = 2_000;

/// Clocks of the timer in 1024 instructions.
static RATE: AtomicU32 = AtomicU32::new(0);
/// How often the interrupt has come. Only the handler writes to it, and to the next three.
static TICKS: AtomicU32 = AtomicU32::new(0);
static REJECTED: AtomicU32 = AtomicU32::new(0);
static LOCKED: AtomicU32 = AtomicU32::new(0);
static NOTIFIED: AtomicU32 = AtomicU32::new(0);

static FLAG: Event = Event::new();
static PERMITS: Semaphore = Semaphore::new(0);
static NUMBERS: StaticQueue<u32, 4> = StaticQueue::new();
/// Two halves that are equal whenever nobody owns the lock.
static PAIR: Lock<(u32, u32)> = Lock::new((0, 0));
/// Whether waiting is over.
static OVER: Lock<bool> = Lock::new(false);
static CHANGED: Condition = Condition::new();

/// Tasks that have ended: those that the last interrupt ends; the writers among them; those that wait for the condition.
static ENDED: Semaphore = Semaphore::new(0);
static ENDED_WRITERS: Semaphore = Semaphore::new(0);
static STOPPED: Semaphore = Semaphore::new(0);
/// What was written by both writers, and how often the condition was heard.
static WRITTEN: Semaphore = Semaphore::new(0);
static HEARD: Semaphore = Semaphore::new(0);

fn add(counter: &AtomicU32, amount: u32) {
    counter.store(counter.load(Relaxed) + amount, Relaxed);
}

#[cortex_m_rt::exception]
fn SysTick() {
    // SAFETY: the tasks leave the timer to this handler.
    let timer = unsafe { &*SYST::PTR };
    let tick = TICKS.load(Relaxed) + 1;
    if tick > INTERRUPTS {
        // It was pending when the timer was stopped.
        return;
    }
    TICKS.store(tick, Relaxed);

    FLAG.set();
    PERMITS.release(1).unwrap();
    if NUMBERS.try_push(tick).is_err() {
        add(&REJECTED, 1);
    }
    if let Some(mut pair) = PAIR.try_lock() {
        assert_eq!(pair.0, pair.1);
        *pair = (pair.0 + 1, pair.1 + 1);
        add(&LOCKED, 1);
    }
    add(&NOTIFIED, CHANGED.notify_one() as u32);

    if tick == INTERRUPTS {
        NUMBERS.close();
        // SAFETY: any value may be written; this one stops the timer.
        unsafe { timer.csr.write(0) };
    } else {
        // So that every part of the tasks is hit.
        let instructions = SHORTEST + tick.wrapping_mul(2_654_435_761) % SHORTEST;
        // SAFETY: any value may be written; it counts from the next wrap.
        unsafe { timer.rvr.write(instructions * RATE.load(Relaxed) / 1024) };
    }
}

/// Sees every change that a `set` announced.
#[embassy_executor::task]
async fn event_waiter() {
    let mut seen = 0;
    while seen < INTERRUPTS {
        FLAG.wait().await;
        FLAG.clear();
        let now = TICKS.load(Relaxed);
        assert!(now >= seen);
        seen = now;
    }
    hprintln!("test event.set from an interrupt ... ok, the last of {} was seen", seen);
    ENDED.release(1).unwrap();
}

/// Gets a permit for every interrupt.
#[embassy_executor::task]
async fn permit_taker() {
    for _ in 0..INTERRUPTS {
        PERMITS.acquire().await.unwrap().forget();
    }
    assert_eq!(PERMITS.available_permits(), 0);
    hprintln!("test semaphore.release from an interrupt ... ok, {} permits", INTERRUPTS);
    ENDED.release(1).unwrap();
}

/// Gets every number that was let in, in order.
#[embassy_executor::task]
async fn number_reader() {
    let (mut received, mut last) = (0, 0);
    while let Ok(number) = NUMBERS.pop().await {
        assert!(number > last);
        last = number;
        received += 1;
        NUMBERS.task_done().unwrap();
        if received % 16 == 0 {
            // Away for more interrupts than the queue has room for.
            let back = INTERRUPTS.min(TICKS.load(Relaxed) + 6);
            while TICKS.load(Relaxed) < back {
                yield_now().await;
            }
        }
    }
    let rejected = REJECTED.load(Relaxed);
    assert_eq!(received + rejected, INTERRUPTS);
    assert!(received > rejected && rejected > 0, "{received} received, {rejected} rejected");
    NUMBERS.join().await;
    hprintln!("test queue.try_push from an interrupt ... ok, {} received, {} rejected", received, rejected);
    ENDED.release(1).unwrap();
}

/// Share the lock with each other and with the interrupt.
#[embassy_executor::task(pool_size = 2)]
async fn pair_writer() {
    let mut rounds = 0;
    while TICKS.load(Relaxed) < INTERRUPTS {
        let mut pair = PAIR.lock().await;
        assert_eq!(pair.0, pair.1);
        pair.0 += 1;
        if rounds % 2 == 0 {
            yield_now().await;
        }
        pair.1 += 1;
        drop(pair);
        rounds += 1;
        // Long enough that neither writer has the lock now and then, and the interrupt finds it free.
        for _ in 0..4 {
            yield_now().await;
        }
    }
    WRITTEN.release(rounds as usize).unwrap();
    let pair = PAIR.lock().await;
    assert_eq!(pair.0, pair.1);
    let by_interrupt = LOCKED.load(Relaxed);
    assert!(by_interrupt > 0);
    // The last of the two writers sees the whole.
    if ENDED_WRITERS.try_acquire().is_ok() {
        assert_eq!(pair.0, by_interrupt + WRITTEN.available_permits() as u32);
        hprintln!("test lock.try_lock from an interrupt ... ok, {} of {}", by_interrupt, INTERRUPTS);
    } else {
        ENDED_WRITERS.release(1).unwrap();
    }
    ENDED.release(1).unwrap();
}

/// Waits to be notified, as often as somebody is.
#[embassy_executor::task(pool_size = 2)]
async fn condition_waiter() {
    let mut times = 0;
    let mut over = OVER.lock().await;
    while !*over {
        over = CHANGED.wait(over).await;
        times += 1;
    }
    drop(over);
    HEARD.release(times).unwrap();
    STOPPED.release(1).unwrap();
}

#[embassy_executor::main]
async fn main(spawner: Spawner) {
    let mut peripherals = cortex_m::Peripherals::take().unwrap();
    spawner.spawn(event_waiter().unwrap());
    spawner.spawn(permit_taker().unwrap());
    spawner.spawn(number_reader().unwrap());
    for _ in 0..2 {
        spawner.spawn(pair_writer().unwrap());
        spawner.spawn(condition_waiter().unwrap());
    }
    // Longer than it takes to write it down.
    RATE.store(start_timer(&mut peripherals.SYST, SHORTEST), Relaxed);

    let _all = ENDED.acquire_many(5).await.unwrap();
    // The interrupt comes no more: what it has notified is what was heard, but for those that this ends.
    let mut over = OVER.lock().await;
    *over = true;
    let waiting = CHANGED.notify_all();
    drop(over);
    let _both = STOPPED.acquire_many(2).await.unwrap();
    let notified = NOTIFIED.load(Relaxed) as usize;
    assert_eq!(HEARD.available_permits(), notified + waiting);
    assert!(notified > INTERRUPTS as usize / 4);
    hprintln!("test condition.notify_one from an interrupt ... ok, {} heard", notified);
    succeed()
}
