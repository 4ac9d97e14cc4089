//! Measures sizes, the longest time with interrupts off, and the latency from an interrupt to the task that it wakes.
//!
//! Time is counted in instructions: with `-icount` each takes the same time, and a known number of `nop`s shows how
//! many clocks of the timer that is. This program implements the critical section itself, and reads the timer when it
//! turns interrupts off and before it turns them on again.
//!
//! The program asserts which figures do not grow with the number of waiters. It prints all figures as a table.

#![no_std]
#![no_main]

use core::cell::Cell;
use core::future::Future;
use core::mem::size_of;
use core::pin::{Pin, pin};
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use core::task::{Context, Waker};

use anywake_core::{
    Condition, Event, Lock, Semaphore, StaticQueue, condition::ConditionFuture, event::EventFuture,
    lock::LockFuture, semaphore::AcquireFuture,
};
use anywake_minimal::{Executor, Flags};
use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;
use cortex_m::register::primask;
use cortex_m_semihosting::{debug, hprintln};
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_sync::signal::Signal;
use maitake_sync::WaitQueue;

// ---- Time

const FULL: u32 = 0x00ff_ffff;
/// The clocks of the timer in 1024 instructions.
static CLOCKS: AtomicU32 = AtomicU32::new(1024);

/// The timer, which counts down and has 24 bits.
#[inline(always)]
fn now() -> u32 {
    SYST::get_current()
}

#[inline(always)]
fn since(begin: u32) -> u32 {
    begin.wrapping_sub(now()) & FULL
}

fn instructions(clocks: u32) -> u32 {
    (clocks * 1024).div_ceil(CLOCKS.load(Relaxed))
}

fn calibrate() {
    let begin = now();
    // SAFETY: `nop` has no effect.
    unsafe { core::arch::asm!(".rept 1024", "nop", ".endr", options(nostack, preserves_flags)) };
    CLOCKS.store(since(begin), Relaxed);
    assert!(CLOCKS.load(Relaxed) >= 1024, "a clock is longer than an instruction: is -icount set?");
}

// ---- A critical section that measures time

static BEGIN: AtomicU32 = AtomicU32::new(0);
static LONGEST: AtomicU32 = AtomicU32::new(0);

struct Timed;
critical_section::set_impl!(Timed);

// SAFETY: as in cortex-m: interrupts are turned off on the single core, and their former state is restored.
unsafe impl critical_section::Impl for Timed {
    #[inline(never)]
    unsafe fn acquire() -> bool {
        let were_on = primask::read().is_active();
        cortex_m::interrupt::disable();
        if were_on {
            BEGIN.store(now(), Relaxed);
        }
        were_on
    }

    #[inline(never)]
    unsafe fn release(were_on: bool) {
        if were_on {
            let clocks = since(BEGIN.load(Relaxed));
            if clocks > LONGEST.load(Relaxed) {
                LONGEST.store(clocks, Relaxed);
            }
            // SAFETY: interrupts were on outside of this section.
            unsafe { cortex_m::interrupt::enable() };
        }
    }
}

/// The longest critical section within `work`, in instructions, without the cost of the measurement itself.
fn longest(work: impl FnOnce()) -> u32 {
    LONGEST.store(0, Relaxed);
    critical_section::with(|_| ());
    let empty = LONGEST.load(Relaxed);
    work();
    instructions(LONGEST.load(Relaxed) - empty)
}

// ---- Crowds

/// The numbers of waiters: one, a full batch, a hundred, and as many as fit into the memory of this board.
const CROWDS: [usize; 4] = [1, 16, 100, MOST];
const MOST: usize = 1000;

/// The longest critical sections while a number of futures wait.
#[derive(Clone, Copy)]
struct Sections {
    /// One more future is queued.
    enter: u32,
    /// A future in the middle is dropped.
    leave: u32,
    /// The remaining futures are woken.
    wake: u32,
    /// The first future is polled, and all are dropped, with their grants.
    end: u32,
}

/// Measures with `count` waiting futures. The stack frame holds them all, so only one such frame may exist at a time.
#[inline(never)]
fn crowd<F: Future>(make: impl Fn() -> F, count: usize, wake: impl FnOnce()) -> Sections {
    let mut futures = pin!([const { None }; MOST]);
    let mut context = Context::from_waker(Waker::noop());
    for index in 0..count {
        let mut place = at(futures.as_mut(), index);
        place.set(Some(make()));
        assert!(place.as_pin_mut().unwrap().poll(&mut context).is_pending());
    }
    let mut one_more = pin!(Some(make()));
    let enter = longest(|| assert!(one_more.as_mut().as_pin_mut().unwrap().poll(&mut context).is_pending()));
    let leave = longest(|| at(futures.as_mut(), count / 2).set(None));
    let wake = longest(wake);
    let end = longest(|| {
        // If there was a single future, only the additional one is left.
        let first = if count > 1 { at(futures.as_mut(), 0) } else { one_more.as_mut() };
        let _ = first.as_pin_mut().unwrap().poll(&mut context);
        for index in 0..count {
            at(futures.as_mut(), index).set(None);
        }
        one_more.set(None);
    });
    Sections { enter, leave, wake, end }
}

fn at<F>(futures: Pin<&mut [Option<F>; MOST]>, index: usize) -> Pin<&mut Option<F>> {
    // SAFETY: the elements are pinned with the array, and a projection does not move them.
    unsafe { futures.map_unchecked_mut(|futures| &mut futures[index]) }
}

/// A row of the table: crowds of all sizes.
fn row(name: &str, sections: impl Fn(usize) -> Sections) -> [Sections; 4] {
    let row = CROWDS.map(sections);
    let wakes = row.map(|sections| sections.wake);
    let [_, few, _, many] = row;
    hprintln!(
        "off | {} | {} {} | {} {} | {:?} | {} {}",
        name,
        few.enter,
        many.enter,
        few.leave,
        many.leave,
        wakes,
        few.end,
        many.end
    );
    row
}

/// A row of anywake. Asserts that the sections which are promised to be bounded do not grow.
fn bounded(name: &str, sections: impl Fn(usize) -> Sections) {
    let [_, batch, hundred, most] = row(name, sections);
    // A clock is a part of an instruction, so a difference of one is noise.
    let grows = |few: u32, more: u32| more > few + 1;
    assert!(!grows(batch.enter, most.enter), "{name}: beginning a wait is O(1)");
    assert!(!grows(batch.leave, most.leave), "{name}: ending a wait is O(1)");
    // With a hundred waiters a full batch is the longest section, whatever the last batch does besides.
    assert!(!grows(hundred.wake, most.wake), "{name}: waking has no section longer than a batch");
    assert!(!grows(hundred.end, most.end), "{name}: ending all waits has no section longer than a batch");
}

fn interrupts_off() {
    hprintln!("off | the wake-up | begin: 16 1000 | cancel: 16 1000 | wake: {:?} | end: 16 1000", CROWDS);
    bounded("lock, unlock", |count| {
        let lock = Lock::new(());
        let owner = Cell::new(lock.try_lock());
        crowd(|| lock.lock(), count, || drop(owner.take()))
    });
    bounded("semaphore, release(n)", |count| {
        let semaphore = Semaphore::new(0);
        crowd(|| semaphore.acquire(), count, || semaphore.release(count).unwrap())
    });
    bounded("event, set", |count| {
        let event = Event::new();
        crowd(|| event.wait(), count, || event.set())
    });
    let (lock, condition) = (Lock::new(()), Condition::new());
    let wait = || condition.wait(lock.try_lock().unwrap());
    let notify_all = || {
        condition.notify_all();
    };
    bounded("condition, notify_all", |count| crowd(wait, count, notify_all));
    bounded("condition, notify_all, the lock is owned", |count| {
        let owner = Cell::new(None);
        crowd(wait, count, || {
            owner.set(lock.try_lock());
            notify_all();
        })
    });
    bounded("queue, try_push", |count| {
        let queue = StaticQueue::<u32, 8>::new();
        crowd(|| queue.pop(), count, || queue.try_push(1).unwrap())
    });
    bounded("queue, close", |count| {
        let queue = StaticQueue::<u32, 8>::new();
        crowd(|| queue.pop(), count, || _ = queue.close())
    });
    bounded("queue, task_done", |count| {
        let queue = StaticQueue::<u32, 8>::new();
        queue.try_push(1).unwrap();
        crowd(|| queue.join(), count, || queue.task_done().unwrap())
    });
    row("maitake-sync's WaitQueue::wake_all", |count| {
        let queue = WaitQueue::new();
        crowd(|| queue.wait(), count, || queue.wake_all())
    });
}

/// The sections without waiters.
fn interrupts_off_uncontended() {
    let lock = Lock::new(0);
    let semaphore = Semaphore::new(1);
    let event = Event::new();
    let queue = StaticQueue::<u32, 8>::new();
    let figures = [
        ("try_lock and unlock", longest(|| drop(lock.try_lock()))),
        ("try_acquire and drop", longest(|| drop(semaphore.try_acquire()))),
        ("set and clear", {
            longest(|| {
                event.set();
                event.clear();
            })
        }),
        ("try_push", longest(|| queue.try_push(1).unwrap())),
        ("try_pop", longest(|| assert!(queue.try_pop().is_ok()))),
    ];
    for (name, figure) in figures {
        hprintln!("off | {}, without waiters | {}", name, figure);
    }
}

// ---- Sizes

fn sizes() {
    hprintln!("ram | type | bytes | a wait for it");
    let rows = [
        ("Lock<()>", size_of::<Lock<()>>(), size_of::<LockFuture<'static, ()>>()),
        ("Lock<u32>", size_of::<Lock<u32>>(), size_of::<LockFuture<'static, u32>>()),
        ("Semaphore", size_of::<Semaphore>(), size_of::<AcquireFuture<'static>>()),
        ("Event", size_of::<Event>(), size_of::<EventFuture<'static>>()),
        ("Condition", size_of::<Condition>(), size_of::<ConditionFuture<'static, &'static Lock<()>>>()),
        ("StaticQueue<u32, 8>", size_of::<StaticQueue<u32, 8>>(), size_of_wait(|| QUEUE.pop())),
    ];
    for (name, bytes, wait) in rows {
        hprintln!("ram | {} | {} | {}", name, bytes, wait);
    }
}

static QUEUE: StaticQueue<u32, 8> = StaticQueue::new();

fn size_of_wait<F>(_: impl FnOnce() -> F) -> usize {
    size_of::<F>()
}

// ---- From an interrupt to a task

/// The time from the start of the timer to its interrupt, in clocks.
const LATER: u32 = 20_000;
const ROUNDS: u32 = 8;

static WAKE: Event = Event::new();
static PERMIT: Semaphore = Semaphore::new(0);
static ITEM: StaticQueue<u32, 1> = StaticQueue::new();
static SIGNAL: Signal<CriticalSectionRawMutex, ()> = Signal::new();
static WAIT_QUEUE: WaitQueue = WaitQueue::new();
/// The index of the operation that the handler calls.
static ROUTE: AtomicU32 = AtomicU32::new(0);
const ROUTES: [&str; 5] = [
    "Event::set",
    "Semaphore::release",
    "StaticQueue::try_push",
    "embassy-sync's Signal::signal",
    "maitake-sync's WaitQueue::wake",
];

#[cortex_m_rt::exception]
fn SysTick() {
    match ROUTE.load(Relaxed) {
        0 => {
            WAKE.set();
            WAKE.clear();
        }
        1 => PERMIT.release(1).unwrap(),
        2 => ITEM.try_push(1).unwrap(),
        3 => SIGNAL.signal(()),
        _ => WAIT_QUEUE.wake(),
    }
}

/// Waits for the interrupt by each operation in turn. The timer wraps at the interrupt, so the difference to its reload
/// value is the time since then.
async fn latencies(executor: &str) {
    for (route, name) in ROUTES.iter().enumerate() {
        ROUTE.store(route as u32, Relaxed);
        let mut slowest = 0;
        for _ in 0..ROUNDS {
            restart();
            match route {
                0 => WAKE.wait().await,
                1 => {
                    PERMIT.acquire().await.unwrap().forget();
                }
                2 => drop(ITEM.pop().await),
                3 => SIGNAL.wait().await,
                _ => WAIT_QUEUE.wait().await.unwrap(),
            }
            slowest = slowest.max(LATER - now());
        }
        hprintln!("wake | {} | {} | {}", executor, name, instructions(slowest));
    }
}

fn restart() {
    // SAFETY: only the initialisation and then one task at a time use the timer.
    let timer = unsafe { &*SYST::PTR };
    // SAFETY: any value may be written to this register.
    unsafe { timer.rvr.write(LATER) };
    // SAFETY: any value clears this register.
    unsafe { timer.cvr.write(0) };
    // SAFETY: the value enables the timer and its interrupt, with the core's clock.
    unsafe { timer.csr.write(0b111) };
}

#[embassy_executor::task]
async fn on_embassy() {
    latencies("embassy").await;
    hprintln!("test result: ok");
    loop {
        debug::exit(debug::EXIT_SUCCESS);
    }
}

#[cortex_m_rt::entry]
fn main() -> ! {
    let mut timer = cortex_m::Peripherals::take().unwrap().SYST;
    timer.set_clock_source(SystClkSource::Core);
    timer.set_reload(FULL);
    timer.clear_current();
    timer.enable_counter();
    calibrate();
    sizes();
    interrupts_off();
    interrupts_off_uncontended();

    hprintln!("wake | executor | by | instructions");
    static WOKEN: Flags<1> = Flags::new();
    Executor::new([pin!(latencies("minimal"))], &WOKEN).run(cortex_m::asm::wfi);
    let mut executor = embassy_executor::Executor::new();
    // SAFETY: this function does not return, so its stack frame is never freed.
    let executor = unsafe { &mut *(&raw mut executor) };
    executor.run(|spawner| spawner.spawn(on_embassy().unwrap()))
}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    hprintln!("FAILED: {}", info);
    loop {
        debug::exit(debug::EXIT_FAILURE);
    }
}
