//! A timer interrupt uses all five primitives thousands of times while tasks use them. No wake, permit or item is lost.
//!
//! The interrupt comes at irregular intervals. Handler and tasks both count their operations, and the sums are compared
//! at the end. If a wake is lost, the program hangs.

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
/// The shortest interval between two interrupts, in instructions.
const SHORTEST: u32 = 2_000;

/// The clocks of the timer in 1024 instructions.
static RATE: AtomicU32 = AtomicU32::new(0);
/// The number of interrupts so far. Only the handler writes to this static and to the next three.
static TICKS: AtomicU32 = AtomicU32::new(0);
static REJECTED: AtomicU32 = AtomicU32::new(0);
static LOCKED: AtomicU32 = AtomicU32::new(0);
static NOTIFIED: AtomicU32 = AtomicU32::new(0);

static FLAG: Event = Event::new();
static PERMITS: Semaphore = Semaphore::new(0);
static NUMBERS: StaticQueue<u32, 4> = StaticQueue::new();
/// Two halves that are equal whenever the lock is free.
static PAIR: Lock<(u32, u32)> = Lock::new((0, 0));
/// Whether the waits for the condition end.
static OVER: Lock<bool> = Lock::new(false);
static CHANGED: Condition = Condition::new();

/// The tasks that have ended: those that end by the last interrupt, the writers among them, and those that wait for the
/// condition.
static ENDED: Semaphore = Semaphore::new(0);
static ENDED_WRITERS: Semaphore = Semaphore::new(0);
static STOPPED: Semaphore = Semaphore::new(0);
/// The writes of both writers, and the notifications received.
static WRITTEN: Semaphore = Semaphore::new(0);
static HEARD: Semaphore = Semaphore::new(0);

fn add(counter: &AtomicU32, amount: u32) {
    counter.store(counter.load(Relaxed) + amount, Relaxed);
}

#[cortex_m_rt::exception]
fn SysTick() {
    // SAFETY: only this handler uses the timer now.
    let timer = unsafe { &*SYST::PTR };
    let tick = TICKS.load(Relaxed) + 1;
    if tick > INTERRUPTS {
        // The interrupt was pending when the timer was stopped.
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
        // SAFETY: any value may be written to this register; this one stops the timer.
        unsafe { timer.csr.write(0) };
    } else {
        // The interval varies, so that every part of the tasks is interrupted.
        let instructions = SHORTEST + tick.wrapping_mul(2_654_435_761) % SHORTEST;
        // SAFETY: any value may be written to this register; it applies from the next wrap.
        unsafe { timer.rvr.write(instructions * RATE.load(Relaxed) / 1024) };
    }
}

/// Waits for the event until it has seen the last interrupt.
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

/// Acquires a permit for every interrupt.
#[embassy_executor::task]
async fn permit_taker() {
    for _ in 0..INTERRUPTS {
        PERMITS.acquire().await.unwrap().forget();
    }
    assert_eq!(PERMITS.available_permits(), 0);
    hprintln!("test semaphore.release from an interrupt ... ok, {} permits", INTERRUPTS);
    ENDED.release(1).unwrap();
}

/// Pops every number that entered the queue, in order.
#[embassy_executor::task]
async fn number_reader() {
    let (mut received, mut last) = (0, 0);
    while let Ok(number) = NUMBERS.pop().await {
        assert!(number > last);
        last = number;
        received += 1;
        NUMBERS.task_done().unwrap();
        if received % 16 == 0 {
            // Pauses for more interrupts than the queue has room for.
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

/// Writes to the pair. Two such tasks and the interrupt share the lock.
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
        // A pause, so that the interrupt sometimes finds the lock free.
        for _ in 0..4 {
            yield_now().await;
        }
    }
    WRITTEN.release(rounds as usize).unwrap();
    let pair = PAIR.lock().await;
    assert_eq!(pair.0, pair.1);
    let by_interrupt = LOCKED.load(Relaxed);
    assert!(by_interrupt > 0);
    // The second of the two writers checks the sum.
    if ENDED_WRITERS.try_acquire().is_ok() {
        assert_eq!(pair.0, by_interrupt + WRITTEN.available_permits() as u32);
        hprintln!("test lock.try_lock from an interrupt ... ok, {} of {}", by_interrupt, INTERRUPTS);
    } else {
        ENDED_WRITERS.release(1).unwrap();
    }
    ENDED.release(1).unwrap();
}

/// Counts the notifications that it receives.
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
    // The first interval is longer than the store takes.
    RATE.store(start_timer(&mut peripherals.SYST, SHORTEST), Relaxed);

    let _all = ENDED.acquire_many(5).await.unwrap();
    // No interrupt comes any more. The waits received its notifications, and those of this `notify_all`.
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
