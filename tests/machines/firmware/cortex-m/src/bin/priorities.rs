//! Two executors on one core: embassy's in thread mode, and one in an interrupt, which preempts it at any instruction.
//! Their tasks share all five primitives.
//!
//! The timer interrupt, above both, paces the upper tasks. The lower tasks rarely sleep, so that the upper tasks
//! interrupt them at any point.

#![no_std]
#![no_main]

use anywake_core::{Condition, Event, Lock, Semaphore, StaticQueue};
use anywake_cortex_m::{fail, start_timer, succeed};
use anywake_scenarios::{on_tick, sleep};
use cortex_m::interrupt::InterruptNumber;
use cortex_m::peripheral::scb::{SystemHandler, VectActive};
use cortex_m::peripheral::{NVIC, SCB};
use cortex_m_semihosting::hprintln;
use embassy_executor::{InterruptExecutor, Spawner};
use embassy_futures::yield_now;

const ROUNDS: u32 = 1_000;

/// An interrupt that nothing else uses. The upper executor runs when it is pending.
#[derive(Clone, Copy)]
struct Software;

const SOFTWARE: u16 = 5;

// SAFETY: the number never changes, and the boards have this interrupt.
unsafe impl InterruptNumber for Software {
    fn number(self) -> u16 {
        SOFTWARE
    }
}

static UPPER: InterruptExecutor = InterruptExecutor::new();

#[cortex_m_rt::exception]
unsafe fn DefaultHandler(number: i16) {
    if number != SOFTWARE as i16 {
        fail(format_args!("unexpected interrupt {number}"));
    }
    // SAFETY: this is the handler of the interrupt that the executor was started with.
    unsafe { UPPER.on_interrupt() };
}

#[cortex_m_rt::exception]
fn SysTick() {
    on_tick();
}

/// Two halves that are equal whenever the lock is free.
static PAIR: Lock<(u32, u32)> = Lock::new((0, 0));
/// From the upper executor to the lower one and back.
static DOWN: StaticQueue<u32, 2> = StaticQueue::new();
static UP: Semaphore = Semaphore::new(0);
/// The number of the turn. The upper executor takes the even ones.
static TURN: Lock<u32> = Lock::new(0);
static TURNED: Condition = Condition::new();
static START: Event = Event::new();
/// Tasks that have ended.
static ENDED: Semaphore = Semaphore::new(0);

fn in_thread_mode() -> bool {
    SCB::vect_active() == VectActive::ThreadMode
}

/// Adds to both halves, with a pause between the writes in which the other executor finds the lock owned.
async fn write_pairs(pause: impl AsyncFn()) {
    for _ in 0..ROUNDS {
        let mut pair = PAIR.lock().await;
        assert_eq!(pair.0, pair.1);
        pair.0 += 1;
        pause().await;
        pair.1 += 1;
        drop(pair);
        pause().await;
    }
    ENDED.release(1).unwrap();
}

/// Takes every second turn, in strict alternation with the other executor.
async fn take_turns(parity: u32) {
    for _ in 0..ROUNDS {
        let mut turn = TURNED.wait_for(TURN.lock().await, |turn| *turn % 2 == parity).await;
        *turn += 1;
        TURNED.notify_one();
    }
    ENDED.release(1).unwrap();
}

#[embassy_executor::task]
async fn upper_writer() {
    START.wait().await;
    assert!(!in_thread_mode());
    write_pairs(|| sleep(1)).await;
}

#[embassy_executor::task]
async fn upper_turns() {
    START.wait().await;
    take_turns(0).await;
}

/// Pushes numbers for the lower executor, each after a permit for the previous one.
#[embassy_executor::task]
async fn upper_sender() {
    START.wait().await;
    for number in 0..ROUNDS {
        DOWN.push(number).await.unwrap();
        UP.acquire().await.unwrap().forget();
        assert!(!in_thread_mode());
    }
    DOWN.close();
    ENDED.release(1).unwrap();
}

#[embassy_executor::task]
async fn lower_writer() {
    write_pairs(yield_now).await;
}

#[embassy_executor::task]
async fn lower_turns() {
    take_turns(1).await;
}

#[embassy_executor::task]
async fn lower_receiver() {
    let mut expected = 0;
    while let Ok(number) = DOWN.pop().await {
        assert!(in_thread_mode());
        assert_eq!(number, expected);
        expected += 1;
        UP.release(1).unwrap();
    }
    assert_eq!(expected, ROUNDS);
    ENDED.release(1).unwrap();
}

#[embassy_executor::main]
async fn main(lower: Spawner) {
    let mut peripherals = cortex_m::Peripherals::take().unwrap();
    // SAFETY: no critical section here relies on priorities.
    unsafe { peripherals.NVIC.set_priority(Software, 0x80) };
    // SAFETY: no critical section here relies on priorities.
    unsafe { peripherals.SCB.set_priority(SystemHandler::SysTick, 0x40) };
    start_timer(&mut peripherals.SYST, 2_000);

    let upper = UPPER.start(Software);
    assert!(NVIC::is_enabled(Software) && in_thread_mode());
    upper.spawn(upper_writer().unwrap());
    upper.spawn(upper_turns().unwrap());
    upper.spawn(upper_sender().unwrap());
    assert_eq!(START.waiters(), 3, "the upper tasks have run, interrupting this function");
    lower.spawn(lower_writer().unwrap());
    lower.spawn(lower_turns().unwrap());
    lower.spawn(lower_receiver().unwrap());
    START.set();

    let _all = ENDED.acquire_many(6).await.unwrap();
    assert_eq!(*PAIR.lock().await, (2 * ROUNDS, 2 * ROUNDS));
    assert_eq!(*TURN.lock().await, 2 * ROUNDS);
    assert_eq!((DOWN.len(), UP.available_permits()), (0, 0));
    hprintln!("test five primitives between two priorities ... ok, {} rounds", ROUNDS);
    succeed()
}
