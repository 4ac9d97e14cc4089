//! One trial: a piece of code, and an interrupt into it.

use core::cell::UnsafeCell;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};

use cortex_m::peripheral::{SCB, SYST};
use portable_atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};

/// Eight instructions. One to a line: from the lines the compiler takes the length, and so how far its constants are.
macro_rules! eight_nops {
    () => {
        "nop\nnop\nnop\nnop\nnop\nnop\nnop\nnop"
    };
}
pub(crate) use eight_nops;

/// A name, and what is tried.
pub(crate) type Case = (&'static str, fn(&mut Trial));

// ---- The interrupt

/// What the handler does, and what came of it. Written while the timer stands still.
struct Action(UnsafeCell<fn() -> u32>);

// SAFETY: written in thread mode while no interrupt can come, read in the handler: never both at once.
unsafe impl Sync for Action {}

static ACTION: Action = Action(UnsafeCell::new(|| 0));
static RESULT: AtomicU32 = AtomicU32::new(0);
static STRUCK: AtomicBool = AtomicBool::new(false);
/// The address of the instruction before which it struck.
pub(crate) static PLACE: AtomicU32 = AtomicU32::new(0);

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
pub(crate) struct Trial {
    pub(crate) delay: u32,
    pub(crate) in_time: bool,
}

impl Trial {
    /// Runs `code`, and `handler` as an interrupt into it or behind it. Gives what both gave.
    #[inline(always)]
    pub(crate) fn run<R>(&mut self, handler: fn() -> u32, code: impl FnOnce() -> R) -> (R, u32) {
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
            // SAFETY: the pointers that come with this table are to statics of this type.
            unsafe { &*woken.cast::<Woken>() }.0.store(true, SeqCst);
        }
        // SAFETY: what the functions touch is atomic and lives for ever.
        let waker = unsafe { Waker::from_raw(RawWaker::new((&raw const *self).cast(), &TABLE)) };
        future.poll(&mut Context::from_waker(&waker))
    }

    /// Polls again what may have been pending, and demands that it was woken and has come to its end.
    pub(crate) fn finish<F: Future>(&'static self, first: Poll<F::Output>, future: Pin<&mut F>) -> F::Output {
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

pub(crate) static A: Woken = Woken::new();
pub(crate) static B: Woken = Woken::new();
pub(crate) static C: Woken = Woken::new();

/// Something that thread mode leaves to the handler.
pub(crate) struct Handed<T>(UnsafeCell<Option<T>>);

// SAFETY: put in while no interrupt can come, taken by the handler: never both at once.
unsafe impl<T> Sync for Handed<T> {}

impl<T> Handed<T> {
    pub(crate) const fn new() -> Self {
        Self(UnsafeCell::new(None))
    }

    pub(crate) fn put(&self, value: T) {
        // SAFETY: see above.
        unsafe { *self.0.get() = Some(value) };
    }

    pub(crate) fn take(&self) -> Option<T> {
        // SAFETY: see above.
        unsafe { (*self.0.get()).take() }
    }
}
