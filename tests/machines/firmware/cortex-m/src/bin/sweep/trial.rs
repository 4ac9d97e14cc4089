//! One trial: a piece of code, and an interrupt into it.

use core::cell::UnsafeCell;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};

use cortex_m::peripheral::{SCB, SYST};
use portable_atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};

/// Eight instructions, one per line: the compiler estimates the length from the lines, and places constants by it.
macro_rules! eight_nops {
    () => {
        "nop\nnop\nnop\nnop\nnop\nnop\nnop\nnop"
    };
}
pub(crate) use eight_nops;

/// The name of a case, and its function.
pub(crate) type Case = (&'static str, fn(&mut Trial));

// ---- The interrupt

/// The action of the handler. It is written only while the timer is stopped.
struct Action(UnsafeCell<fn() -> u32>);

// SAFETY: the function is written in thread mode while no interrupt can come, and read in the handler.
unsafe impl Sync for Action {}

static ACTION: Action = Action(UnsafeCell::new(|| 0));
static RESULT: AtomicU32 = AtomicU32::new(0);
static STRUCK: AtomicBool = AtomicBool::new(false);
/// The address of the instruction before which the interrupt came.
pub(crate) static PLACE: AtomicU32 = AtomicU32::new(0);

// The handler passes the stack pointer on, which points to the registers that the core has saved.
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
    // SAFETY: thread mode does not use the timer while it runs. This stops the timer.
    unsafe { (*SYST::PTR).csr.write(0) };
    // After the shortest delays the interrupt is pending again by now.
    SCB::clear_pendst();
    // SAFETY: the frame is eight words, the seventh of which is the return address.
    PLACE.store(unsafe { frame.add(6).read() }, SeqCst);
    // SAFETY: see `Action`: thread mode does not write now.
    let action = unsafe { *ACTION.0.get() };
    RESULT.store(action(), SeqCst);
    STRUCK.store(true, SeqCst);
}

/// One trial: the delay of the interrupt, and whether the interrupt came before the end of the code.
pub(crate) struct Trial {
    pub(crate) delay: u32,
    pub(crate) in_time: bool,
}

impl Trial {
    /// Runs `code`, and `handler` in an interrupt during or after it. Returns the results of both.
    #[inline(always)]
    pub(crate) fn run<R>(&mut self, handler: fn() -> u32, code: impl FnOnce() -> R) -> (R, u32) {
        // SAFETY: the timer is stopped; see `Action`.
        unsafe { *ACTION.0.get() = handler };
        STRUCK.store(false, SeqCst);
        // SAFETY: there is one trial at a time, and its handler has not begun.
        let timer = unsafe { &*SYST::PTR };
        // SAFETY: any value may be written to this register.
        unsafe { timer.rvr.write(self.delay) };
        // SAFETY: any value clears this register.
        unsafe { timer.cvr.write(0) };
        // SAFETY: the value enables the timer and its interrupt, with the core's clock.
        unsafe { timer.csr.write(0b111) };
        // The shortest delay takes a few clocks. They pass here, so that the first interrupt comes before the code.
        // SAFETY: `nop` has no effect.
        unsafe { core::arch::asm!(eight_nops!(), options(nostack, preserves_flags)) };
        let result = code();
        self.in_time = STRUCK.load(SeqCst);
        while !STRUCK.load(SeqCst) {}
        (result, RESULT.load(SeqCst))
    }
}

// ---- Futures, polled by hand

/// A waker that records whether it was woken.
pub(crate) struct Woken(AtomicBool);

impl Woken {
    const fn new() -> Self {
        Self(AtomicBool::new(false))
    }

    pub(crate) fn take(&self) -> bool {
        self.0.swap(false, SeqCst)
    }

    #[inline(always)]
    pub(crate) fn poll<F: Future>(&'static self, future: Pin<&mut F>) -> Poll<F::Output> {
        const TABLE: RawWakerVTable =
            RawWakerVTable::new(|woken| RawWaker::new(woken, &TABLE), wake, wake, |_| ());
        fn wake(woken: *const ()) {
            // SAFETY: the pointers that are used with this table are references to statics of this type.
            unsafe { &*woken.cast::<Woken>() }.0.store(true, SeqCst);
        }
        // SAFETY: the functions of the table only access an atomic in a static.
        let waker = unsafe { Waker::from_raw(RawWaker::new((&raw const *self).cast(), &TABLE)) };
        future.poll(&mut Context::from_waker(&waker))
    }

    /// Returns the output of a first poll. If that was pending, asserts a wake, polls again, and asserts that the
    /// future is ready.
    pub(crate) fn finish<F: Future>(&'static self, first: Poll<F::Output>, future: Pin<&mut F>) -> F::Output {
        match first {
            Poll::Ready(output) => output,
            Poll::Pending => {
                assert!(self.take(), "the task was not woken");
                match self.poll(future) {
                    Poll::Ready(output) => output,
                    Poll::Pending => panic!("the task was woken, but is still pending"),
                }
            }
        }
    }
}

pub(crate) static A: Woken = Woken::new();
pub(crate) static B: Woken = Woken::new();
pub(crate) static C: Woken = Woken::new();

/// A value that thread mode hands to the handler.
pub(crate) struct Handed<T>(UnsafeCell<Option<T>>);

// SAFETY: the value is put in while no interrupt can come, and taken by the handler: never at once.
unsafe impl<T> Sync for Handed<T> {}

impl<T> Handed<T> {
    pub(crate) const fn new() -> Self {
        Self(UnsafeCell::new(None))
    }

    pub(crate) fn put(&self, value: T) {
        // SAFETY: no handler can run now; see the `impl` of `Sync`.
        unsafe { *self.0.get() = Some(value) };
    }

    pub(crate) fn take(&self) -> Option<T> {
        // SAFETY: thread mode does not put a value in now; see the `impl` of `Sync`.
        unsafe { (*self.0.get()).take() }
    }
}
