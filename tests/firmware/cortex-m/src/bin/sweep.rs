//! An interrupt after each instruction in turn.
//!
//! Every case is a piece of code that works on a primitive, an interrupt handler that works on the same one, and what
//! must hold when both are through, wherever the second one came. The timer is set to strike one clock later with every
//! trial, until it strikes behind the code. QEMU's `-icount` makes a run deterministic and, as `run` sets it, an
//! instruction no shorter than a clock: so no instruction is skipped. The first case proves that on a row of `nop`s.
//!
//! All cases run from the first clock on. With two words from the command line, a case and a delay, only this one trial
//! does: what a failure names, such as `run sweep lock-cancel 120`, shows it again.
//!
//! Without a critical section around the internal lock, the first handler that strikes while the lock is held would
//! spin for ever; with a wake or an item lost, a trial fails.

#![no_std]
#![no_main]

use core::cell::UnsafeCell;
use core::future::Future;
use core::pin::{Pin, pin};
use core::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};

use anywake_core::{Condition, Event, Lock, LockGuard, Semaphore, StaticQueue};
use anywake_cortex_m::{TRIAL, arguments, fail, succeed};
use cortex_m::peripheral::{SCB, SYST};
use cortex_m_semihosting::hprintln;
use portable_atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};

/// Eight instructions. One to a line: from the lines the compiler takes the length, and so how far its constants are.
macro_rules! eight_nops {
    () => {
        "nop\nnop\nnop\nnop\nnop\nnop\nnop\nnop"
    };
}

// ---- The interrupt

/// What the handler does, and what came of it. Written while the timer stands still.
struct Action(UnsafeCell<fn() -> u32>);

// SAFETY: written in thread mode while no interrupt can come, read in the handler: never both at once.
unsafe impl Sync for Action {}

static ACTION: Action = Action(UnsafeCell::new(|| 0));
static RESULT: AtomicU32 = AtomicU32::new(0);
static STRUCK: AtomicBool = AtomicBool::new(false);
/// The address of the instruction before which it struck.
static PLACE: AtomicU32 = AtomicU32::new(0);

// The handler gets the stack pointer, above which the core has put what it interrupted.
core::arch::global_asm!(
    ".section .text.SysTick,\"ax\",%progbits",
    ".global SysTick",
    ".type SysTick,%function",
    ".thumb_func",
    ".p2align 2",
    "SysTick:",
    "mov r0, sp",
    "ldr r1, 1f",
    "bx r1",
    ".p2align 2",
    "1: .word systick",
    ".text",
);

#[unsafe(no_mangle)]
unsafe extern "C" fn systick(frame: *const u32) {
    // SAFETY: thread mode leaves the timer alone while it runs; this stops it.
    unsafe { (*SYST::PTR).csr.write(0) };
    // After the shortest delays it is pending again by now.
    SCB::clear_pendst();
    // SAFETY: the frame is eight words, the seventh of which is the return address.
    PLACE.store(unsafe { frame.add(6).read() }, SeqCst);
    // SAFETY: see `Action`.
    let action = unsafe { *ACTION.0.get() };
    RESULT.store(action(), SeqCst);
    STRUCK.store(true, SeqCst);
}

/// One trial: how long after its beginning the interrupt strikes, and whether it struck before the end.
struct Trial {
    delay: u32,
    in_time: bool,
}

impl Trial {
    /// Runs `code`, and `handler` as an interrupt into it or behind it. Gives what both gave.
    #[inline(always)]
    fn run<R>(&mut self, handler: fn() -> u32, code: impl FnOnce() -> R) -> (R, u32) {
        // SAFETY: the timer stands still; see `Action`.
        unsafe { *ACTION.0.get() = handler };
        STRUCK.store(false, SeqCst);
        // SAFETY: there is one trial at a time, and its handler has not begun.
        let timer = unsafe { &*SYST::PTR };
        // SAFETY: any value may be written.
        unsafe { timer.rvr.write(self.delay) };
        // SAFETY: any value clears it.
        unsafe { timer.cvr.write(0) };
        // SAFETY: enabled, with interrupt, by the core's clock.
        unsafe { timer.csr.write(0b111) };
        // The shortest delay takes a few clocks: they pass here, so that it strikes before the code.
        // SAFETY: it does nothing.
        unsafe { core::arch::asm!(eight_nops!(), options(nostack, preserves_flags)) };
        let result = code();
        self.in_time = STRUCK.load(SeqCst);
        while !STRUCK.load(SeqCst) {}
        (result, RESULT.load(SeqCst))
    }
}

// ---- Futures, polled by hand

/// A waker that says whether it was woken.
struct Woken(AtomicBool);

impl Woken {
    const fn new() -> Self {
        Self(AtomicBool::new(false))
    }

    fn take(&self) -> bool {
        self.0.swap(false, SeqCst)
    }

    #[inline(always)]
    fn poll<F: Future>(&'static self, future: Pin<&mut F>) -> Poll<F::Output> {
        const TABLE: RawWakerVTable =
            RawWakerVTable::new(|woken| RawWaker::new(woken, &TABLE), wake, wake, |_| ());
        fn wake(woken: *const ()) {
            // SAFETY: the pointers that come with this table are to statics of this type.
            unsafe { &*woken.cast::<Woken>() }.0.store(true, SeqCst);
        }
        // SAFETY: what the functions touch is atomic and lives for ever.
        let waker = unsafe { Waker::from_raw(RawWaker::new((&raw const *self).cast(), &TABLE)) };
        future.poll(&mut Context::from_waker(&waker))
    }

    /// Polls again what may have been pending, and demands that it was woken and has come to its end.
    fn finish<F: Future>(&'static self, first: Poll<F::Output>, future: Pin<&mut F>) -> F::Output {
        match first {
            Poll::Ready(output) => output,
            Poll::Pending => {
                assert!(self.take(), "it was not woken");
                match self.poll(future) {
                    Poll::Ready(output) => output,
                    Poll::Pending => panic!("woken, but there was nothing for it"),
                }
            }
        }
    }
}

static A: Woken = Woken::new();
static B: Woken = Woken::new();
static C: Woken = Woken::new();

/// Something that thread mode leaves to the handler.
struct Handed<T>(UnsafeCell<Option<T>>);

// SAFETY: put in while no interrupt can come, taken by the handler: never both at once.
unsafe impl<T> Sync for Handed<T> {}

impl<T> Handed<T> {
    const fn new() -> Self {
        Self(UnsafeCell::new(None))
    }

    fn put(&self, value: T) {
        // SAFETY: see above.
        unsafe { *self.0.get() = Some(value) };
    }

    fn take(&self) -> Option<T> {
        // SAFETY: see above.
        unsafe { (*self.0.get()).take() }
    }
}

// ---- The cases

static LOCK: Lock<u32> = Lock::new(0);
static OWNER: Handed<LockGuard<'static, u32>> = Handed::new();

fn lock_is_free() {
    assert!(LOCK.try_lock().is_some());
    assert_eq!(LOCK.waiters(), 0);
}

fn owned_elsewhere() {
    OWNER.put(LOCK.try_lock().unwrap());
}

fn unlock() -> u32 {
    drop(OWNER.take());
    0
}

fn lock_unlock(trial: &mut Trial) {
    *LOCK.try_lock().unwrap() = 0;
    let handler = || {
        LOCK.try_lock().map_or(0, |mut value| {
            *value += 1;
            1
        })
    };
    let ((), got) = trial.run(handler, || {
        let mut lock = pin!(LOCK.lock());
        match A.poll(lock.as_mut()) {
            Poll::Ready(mut value) => {
                let before = *value;
                *value = before + 10;
            }
            Poll::Pending => panic!("a handler has given back what it took when it ends"),
        }
    });
    assert_eq!(*LOCK.try_lock().unwrap(), 10 + got);
    lock_is_free();
}

fn lock_enqueue(trial: &mut Trial) {
    owned_elsewhere();
    let mut lock = pin!(LOCK.lock());
    let (first, _) = trial.run(unlock, || A.poll(lock.as_mut()));
    drop(A.finish(first, lock.as_mut()));
    lock_is_free();
}

fn lock_refresh(trial: &mut Trial) {
    owned_elsewhere();
    let mut lock = pin!(LOCK.lock());
    assert!(A.poll(lock.as_mut()).is_pending());
    let (second, _) = trial.run(unlock, || B.poll(lock.as_mut()));
    // If it waits still, it is the new waker that counts.
    drop(B.finish(second, lock.as_mut()));
    A.take();
    lock_is_free();
}

fn lock_hand_off(trial: &mut Trial) {
    let owner = LOCK.try_lock().unwrap();
    let mut lock = pin!(LOCK.lock());
    assert!(A.poll(lock.as_mut()).is_pending());
    let handler = || u32::from(LOCK.try_lock().is_some());
    let ((), got) = trial.run(handler, || drop(owner));
    assert_eq!(got, 0, "nobody gets between");
    drop(A.finish(Poll::Pending, lock.as_mut()));
    lock_is_free();
}

fn lock_cancel(trial: &mut Trial) {
    owned_elsewhere();
    let mut first = pin!(Some(LOCK.lock()));
    let mut second = pin!(LOCK.lock());
    assert!(A.poll(first.as_mut().as_pin_mut().unwrap()).is_pending());
    assert!(B.poll(second.as_mut()).is_pending());
    trial.run(unlock, || first.set(None));
    A.take();
    drop(B.finish(Poll::Pending, second.as_mut()));
    lock_is_free();
}

static PERMITS: Semaphore = Semaphore::new(0);

fn release_one() -> u32 {
    PERMITS.release(1).unwrap();
    0
}

/// Takes out what is there.
fn permits_are(expected: usize) {
    assert_eq!((PERMITS.available_permits(), PERMITS.waiters()), (expected, 0));
    PERMITS.try_acquire_many(expected).unwrap().forget();
}

fn acquire_release(trial: &mut Trial) {
    PERMITS.release(1).unwrap();
    trial.run(release_one, || {
        let mut acquire = pin!(PERMITS.acquire());
        assert!(matches!(A.poll(acquire.as_mut()), Poll::Ready(Ok(_))));
    });
    permits_are(2);
}

fn acquire_against_try(trial: &mut Trial) {
    PERMITS.release(2).unwrap();
    let handler = || u32::from(PERMITS.try_acquire().is_ok());
    let (first, got) = trial.run(handler, || {
        let mut acquire = pin!(PERMITS.acquire());
        A.poll(acquire.as_mut()).is_ready()
    });
    assert!(first && got == 1, "there were enough for both");
    permits_are(2);
}

fn acquire_enqueue(trial: &mut Trial) {
    let mut acquire = pin!(PERMITS.acquire());
    let (first, _) = trial.run(release_one, || A.poll(acquire.as_mut()));
    drop(A.finish(first, acquire.as_mut()).unwrap());
    permits_are(1);
}

fn acquire_many_enqueue(trial: &mut Trial) {
    PERMITS.release(1).unwrap();
    let mut acquire = pin!(PERMITS.acquire_many(2));
    let (first, _) = trial.run(release_one, || A.poll(acquire.as_mut()));
    assert_eq!(A.finish(first, acquire.as_mut()).unwrap().count(), 2);
    permits_are(2);
}

fn acquire_cancel(trial: &mut Trial) {
    let mut first = pin!(Some(PERMITS.acquire()));
    let mut second = pin!(PERMITS.acquire());
    assert!(A.poll(first.as_mut().as_pin_mut().unwrap()).is_pending());
    assert!(B.poll(second.as_mut()).is_pending());
    trial.run(release_one, || first.set(None));
    A.take();
    drop(B.finish(Poll::Pending, second.as_mut()).unwrap());
    permits_are(1);
}

fn acquire_close(trial: &mut Trial) {
    let gate = Semaphore::new(0);
    static GATE: Handed<&'static Semaphore> = Handed::new();
    // SAFETY: the handler is through before this returns.
    GATE.put(unsafe { &*(&raw const gate) });
    let handler = || {
        GATE.take().unwrap().close();
        0
    };
    let mut acquire = pin!(gate.acquire());
    let (first, _) = trial.run(handler, || A.poll(acquire.as_mut()));
    assert!(A.finish(first, acquire.as_mut()).is_err());
    assert_eq!(gate.waiters(), 0);
}

static FLAG: Event = Event::new();

fn set() -> u32 {
    FLAG.set();
    0
}

fn event_is_clear() {
    FLAG.clear();
    assert_eq!(FLAG.waiters(), 0);
}

fn wait_enqueue(trial: &mut Trial) {
    let mut wait = pin!(FLAG.wait());
    let (first, _) = trial.run(set, || A.poll(wait.as_mut()));
    A.finish(first, wait.as_mut());
    assert!(FLAG.is_set());
    event_is_clear();
}

fn wait_against_pulse(trial: &mut Trial) {
    let handler = || {
        FLAG.set();
        FLAG.clear();
        0
    };
    let mut wait = pin!(FLAG.wait());
    let (first, _) = trial.run(handler, || A.poll(wait.as_mut()));
    assert!(!FLAG.is_set());
    // Woken if it waited by then; else it waits for the next.
    if first.is_pending() && !A.take() {
        assert!(A.poll(wait.as_mut()).is_pending());
        FLAG.set();
        assert!(A.take());
    }
    if first.is_pending() {
        assert!(A.poll(wait.as_mut()).is_ready());
    }
    event_is_clear();
}

fn set_against_pulse(trial: &mut Trial) {
    let (mut first, mut second) = (pin!(FLAG.wait()), pin!(FLAG.wait()));
    assert!(A.poll(first.as_mut()).is_pending());
    assert!(B.poll(second.as_mut()).is_pending());
    let handler = || {
        FLAG.set();
        FLAG.clear();
        0
    };
    trial.run(handler, || FLAG.set());
    A.finish(Poll::Pending, first);
    B.finish(Poll::Pending, second);
    event_is_clear();
}

fn clear_against_set(trial: &mut Trial) {
    FLAG.set();
    let handler = || {
        let was_set = FLAG.is_set();
        FLAG.set();
        u32::from(was_set)
    };
    let ((), was_set) = trial.run(handler, || FLAG.clear());
    // A flag that the handler found clear had been cleared, so what it set stays.
    assert!(FLAG.is_set() || was_set == 1);
    event_is_clear();
}

fn wait_cancel(trial: &mut Trial) {
    let mut first = pin!(Some(FLAG.wait()));
    let mut second = pin!(FLAG.wait());
    assert!(A.poll(first.as_mut().as_pin_mut().unwrap()).is_pending());
    assert!(B.poll(second.as_mut()).is_pending());
    trial.run(set, || first.set(None));
    A.take();
    B.finish(Poll::Pending, second.as_mut());
    event_is_clear();
}

static CHANGED: Condition = Condition::new();

fn notify_one() -> u32 {
    CHANGED.notify_one() as u32
}

fn condition_is_idle() {
    assert_eq!(CHANGED.waiters(), 0);
    lock_is_free();
}

fn condition_enqueue(trial: &mut Trial) {
    let mut wait = pin!(CHANGED.wait(LOCK.try_lock().unwrap()));
    let (first, told) = trial.run(notify_one, || A.poll(wait.as_mut()));
    assert!(first.is_pending());
    if told == 0 {
        assert!(!A.take());
        assert_eq!(CHANGED.notify_one(), 1);
    }
    drop(A.finish(Poll::Pending, wait.as_mut()));
    condition_is_idle();
}

fn condition_unlocks(trial: &mut Trial) {
    // The handler wants the lock that the beginning of the wait gives back.
    let handler = || {
        LOCK.try_lock().map_or(0, |value| {
            assert_eq!(CHANGED.notify_one(), 1, "it waits before it unlocks");
            drop(value);
            1
        })
    };
    let mut wait = pin!(CHANGED.wait(LOCK.try_lock().unwrap()));
    let (first, told) = trial.run(handler, || A.poll(wait.as_mut()));
    assert!(first.is_pending());
    if told == 0 {
        assert_eq!(CHANGED.notify_one(), 1);
    }
    drop(A.finish(Poll::Pending, wait.as_mut()));
    condition_is_idle();
}

fn condition_relock(trial: &mut Trial) {
    // Notified, it goes for the lock, which the handler gives back meanwhile.
    let mut wait = pin!(CHANGED.wait(LOCK.try_lock().unwrap()));
    assert!(A.poll(wait.as_mut()).is_pending());
    owned_elsewhere();
    assert_eq!(CHANGED.notify_one(), 1);
    assert!(A.take());
    let (first, _) = trial.run(unlock, || A.poll(wait.as_mut()));
    drop(A.finish(first, wait.as_mut()));
    condition_is_idle();
}

fn notify_against_notify(trial: &mut Trial) {
    let mut first = pin!(CHANGED.wait(LOCK.try_lock().unwrap()));
    assert!(A.poll(first.as_mut()).is_pending());
    let mut second = pin!(CHANGED.wait(LOCK.try_lock().unwrap()));
    assert!(B.poll(second.as_mut()).is_pending());
    let (by_code, by_handler) = trial.run(notify_one, || CHANGED.notify_one());
    assert_eq!((by_code, by_handler), (1, 1));
    drop(A.finish(Poll::Pending, first.as_mut()));
    drop(B.finish(Poll::Pending, second.as_mut()));
    condition_is_idle();
}

fn notify_all_against_notify(trial: &mut Trial) {
    let mut first = pin!(CHANGED.wait(LOCK.try_lock().unwrap()));
    assert!(A.poll(first.as_mut()).is_pending());
    let mut second = pin!(CHANGED.wait(LOCK.try_lock().unwrap()));
    assert!(B.poll(second.as_mut()).is_pending());
    let (by_code, by_handler) = trial.run(notify_one, || CHANGED.notify_all());
    assert_eq!(by_code as u32 + by_handler, 2);
    drop(A.finish(Poll::Pending, first.as_mut()));
    drop(B.finish(Poll::Pending, second.as_mut()));
    condition_is_idle();
}

fn condition_cancel(trial: &mut Trial) {
    let mut first = pin!(Some(CHANGED.wait(LOCK.try_lock().unwrap())));
    assert!(A.poll(first.as_mut().as_pin_mut().unwrap()).is_pending());
    let mut second = pin!(CHANGED.wait(LOCK.try_lock().unwrap()));
    assert!(B.poll(second.as_mut()).is_pending());
    let ((), told) = trial.run(notify_one, || first.set(None));
    assert_eq!(told, 1);
    A.take();
    drop(B.finish(Poll::Pending, second.as_mut()));
    condition_is_idle();
}

static ITEMS: StaticQueue<u32, 2> = StaticQueue::new();

/// The item that the handler pushes.
const ITS: u32 = 7;

fn push_its() -> u32 {
    u32::from(ITEMS.try_push(ITS).is_ok())
}

/// What `try_pop` gives, or 0.
fn pop_one() -> u32 {
    ITEMS.try_pop().unwrap_or(0)
}

fn queue_is_empty() {
    assert_eq!((ITEMS.len(), ITEMS.waiters()), (0, 0));
    while ITEMS.unfinished() > 0 {
        ITEMS.task_done().unwrap();
    }
}

fn push_pop(trial: &mut Trial) {
    let (mine, pushed) = trial.run(push_its, || {
        let mut push = pin!(ITEMS.push(1));
        assert!(A.poll(push.as_mut()).is_ready());
        let mut pop = pin!(ITEMS.pop());
        A.poll(pop.as_mut())
    });
    assert_eq!(pushed, 1, "there was room for both");
    let Poll::Ready(Ok(mine)) = mine else { panic!("there was an item") };
    assert_eq!(mine + pop_one(), 1 + ITS);
    queue_is_empty();
}

fn push_pop_against_pop(trial: &mut Trial) {
    ITEMS.try_push(5).unwrap();
    let (mine, its) = trial.run(pop_one, || {
        let mut push = pin!(ITEMS.push(1));
        assert!(A.poll(push.as_mut()).is_ready());
        ITEMS.try_pop()
    });
    // Two items, two pops.
    assert_eq!(mine.unwrap() + its, 1 + 5);
    queue_is_empty();
}

fn pop_enqueue(trial: &mut Trial) {
    let mut pop = pin!(ITEMS.pop());
    let (first, pushed) = trial.run(push_its, || A.poll(pop.as_mut()));
    assert_eq!(pushed, 1);
    assert_eq!(A.finish(first, pop.as_mut()), Ok(ITS));
    queue_is_empty();
}

fn push_enqueue(trial: &mut Trial) {
    ITEMS.try_push(1).unwrap();
    ITEMS.try_push(2).unwrap();
    let mut push = pin!(ITEMS.push(3));
    let (first, its) = trial.run(pop_one, || A.poll(push.as_mut()));
    assert_eq!(its, 1);
    assert_eq!(A.finish(first, push.as_mut()), Ok(()));
    assert_eq!((pop_one(), pop_one()), (2, 3));
    queue_is_empty();
}

fn pop_cancel(trial: &mut Trial) {
    let mut first = pin!(Some(ITEMS.pop()));
    let mut second = pin!(ITEMS.pop());
    assert!(A.poll(first.as_mut().as_pin_mut().unwrap()).is_pending());
    assert!(B.poll(second.as_mut()).is_pending());
    trial.run(push_its, || first.set(None));
    A.take();
    assert_eq!(B.finish(Poll::Pending, second.as_mut()), Ok(ITS));
    queue_is_empty();
}

fn push_cancel(trial: &mut Trial) {
    ITEMS.try_push(1).unwrap();
    ITEMS.try_push(2).unwrap();
    let mut push = pin!(ITEMS.push(3));
    assert!(A.poll(push.as_mut()).is_pending());
    let (back, its) = trial.run(pop_one, || push.as_mut().cancel());
    A.take();
    assert_eq!((its, pop_one()), (1, 2));
    // With the caller or in the queue: once.
    assert_eq!(back.unwrap_or(0) + pop_one(), 3);
    queue_is_empty();
}

fn join_enqueue(trial: &mut Trial) {
    ITEMS.try_push(1).unwrap();
    assert_eq!(pop_one(), 1);
    let mut join = pin!(ITEMS.join());
    let handler = || u32::from(ITEMS.task_done().is_ok());
    let (first, done) = trial.run(handler, || A.poll(join.as_mut()));
    assert_eq!(done, 1);
    A.finish(first, join.as_mut());
    queue_is_empty();
}

fn three_waiters_and_a_push(trial: &mut Trial) {
    // The code pushes for waiting pops while the handler does: two of three are served, in order.
    let (mut first, mut second, mut third) = (pin!(ITEMS.pop()), pin!(ITEMS.pop()), pin!(Some(ITEMS.pop())));
    assert!(A.poll(first.as_mut()).is_pending());
    assert!(B.poll(second.as_mut()).is_pending());
    assert!(C.poll(third.as_mut().as_pin_mut().unwrap()).is_pending());
    let (pushed, its) = trial.run(push_its, || ITEMS.try_push(1));
    assert!(pushed.is_ok() && its == 1);
    assert!(!C.take(), "the third was not due");
    let one = A.finish(Poll::Pending, first.as_mut()).unwrap();
    let other = B.finish(Poll::Pending, second.as_mut()).unwrap();
    assert_eq!(one + other, 1 + ITS);
    third.set(None);
    queue_is_empty();
}

const CASES: &[(&str, fn(&mut Trial))] = &[
    ("lock-unlock", lock_unlock),
    ("lock-enqueue", lock_enqueue),
    ("lock-refresh", lock_refresh),
    ("lock-hand-off", lock_hand_off),
    ("lock-cancel", lock_cancel),
    ("acquire-release", acquire_release),
    ("acquire-try_acquire", acquire_against_try),
    ("acquire-enqueue", acquire_enqueue),
    ("acquire_many-enqueue", acquire_many_enqueue),
    ("acquire-cancel", acquire_cancel),
    ("acquire-close", acquire_close),
    ("event-wait", wait_enqueue),
    ("event-wait-pulse", wait_against_pulse),
    ("event-set-pulse", set_against_pulse),
    ("event-clear", clear_against_set),
    ("event-cancel", wait_cancel),
    ("condition-wait", condition_enqueue),
    ("condition-unlocks", condition_unlocks),
    ("condition-relock", condition_relock),
    ("condition-notify", notify_against_notify),
    ("condition-notify_all", notify_all_against_notify),
    ("condition-cancel", condition_cancel),
    ("push-pop-try_push", push_pop),
    ("push-pop-try_pop", push_pop_against_pop),
    ("pop-enqueue", pop_enqueue),
    ("push-enqueue", push_enqueue),
    ("pop-cancel", pop_cancel),
    ("push-cancel", push_cancel),
    ("join-enqueue", join_enqueue),
    ("pops-served", three_waiters_and_a_push),
];

// ---- The sweep

/// Sweeps the interrupt over a case. Gives how many trials struck before its end, and at how many places.
fn sweep(case: fn(&mut Trial), mut at: impl FnMut(u32)) -> (u32, u32) {
    let (mut trials, mut places, mut last) = (0, 0, 0);
    for delay in 1.. {
        TRIAL.store(delay, SeqCst);
        let mut trial = Trial { delay, in_time: false };
        case(&mut trial);
        if !trial.in_time {
            break;
        }
        trials += 1;
        let place = PLACE.load(SeqCst);
        if place != last {
            places += 1;
            last = place;
            at(place);
        }
    }
    (trials, places)
}

/// Without jumps in the addresses, a row of `nop`s shows whether an instruction is skipped.
fn every_instruction_is_hit() {
    const ROW: u32 = 64;
    fn row(trial: &mut Trial) {
        // SAFETY: it does nothing.
        let code = || unsafe {
            core::arch::asm!(
                eight_nops!(),
                eight_nops!(),
                eight_nops!(),
                eight_nops!(),
                eight_nops!(),
                eight_nops!(),
                eight_nops!(),
                eight_nops!(),
                options(nostack, preserves_flags)
            )
        };
        trial.run(|| 0, code);
    }
    // Two bytes each: the longest row of places that lie so.
    let (mut in_a_row, mut longest, mut last) = (0, 0, 0);
    sweep(row, |place| {
        in_a_row = if place == last + 2 { in_a_row + 1 } else { 0 };
        longest = longest.max(in_a_row);
        last = place;
    });
    assert!(longest >= ROW, "only {longest} of {ROW} instructions in a row were hit: is -icount set?");
    hprintln!("test sweep reaches every instruction ... ok");
}

#[cortex_m_rt::entry]
fn main() -> ! {
    let mut buffer = [0; 128];
    let (name, delay) = arguments(&mut buffer);
    if let (Some(name), Some(delay)) = (name, delay) {
        let Some((_, case)) = CASES.iter().find(|case| case.0 == name) else { fail("no such case") };
        let mut trial = Trial { delay, in_time: false };
        case(&mut trial);
        hprintln!("{} {}: struck at {:#x}, in time: {}", name, delay, PLACE.load(SeqCst), trial.in_time);
        succeed()
    }

    every_instruction_is_hit();
    let mut total = 0;
    for (name, case) in CASES {
        hprintln!("test sweep {} ...", name);
        let (trials, places) = sweep(*case, |_| ());
        assert!(places > 9, "it never struck within the code, but in the instructions before it");
        hprintln!("     ok, {} trials, {} places", trials, places);
        total += trials;
    }
    hprintln!("{} trials", total);
    succeed()
}
