//! The least that an executor has to do for anywake, which is the least that any executor does.
//!
//! 1. **Poll a task when it was woken**, and once at first. A task that was not woken need not be polled: anywake has
//!    no wait that hopes for one more poll.
//! 2. **A wake may come at any time**: while the task is polled, by itself, from an interrupt handler. It must not be
//!    lost, and it must cause a poll that begins *after* it. Wakes may merge.
//! 3. **`wake` may be called anywhere**, an interrupt handler included, if the primitives are used there. It need not
//!    poll; here it sets a flag.
//!
//! Nothing else: no allocation, no timer, no queue of tasks, and nothing of anywake is named in this file.

#![no_std]

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};

use portable_atomic::{AtomicBool, Ordering};

/// A task: a future that lies in the stack frame (or the `static`) of whoever runs the executor.
pub type Task<'a> = Pin<&'a mut dyn Future<Output = ()>>;

/// Which tasks were woken. In a `static`, because wakers point into it and may outlive everything else.
#[derive(Debug)]
pub struct Flags<const N: usize>([AtomicBool; N]);

impl<const N: usize> Flags<N> {
    /// All are to be polled at first.
    pub const fn new() -> Self {
        Self([const { AtomicBool::new(true) }; N])
    }

    fn any(&self) -> bool {
        // Ordering: Relaxed, it only asks whether to look again; `Executor::poll` synchronizes.
        self.0.iter().any(|flag| flag.load(Ordering::Relaxed))
    }
}

impl<const N: usize> Default for Flags<N> {
    fn default() -> Self {
        Self::new()
    }
}

/// Runs `N` tasks on one core.
pub struct Executor<'a, const N: usize> {
    tasks: [Option<Task<'a>>; N],
    woken: &'static Flags<N>,
}

impl<'a, const N: usize> Executor<'a, N> {
    /// An executor of these tasks; `woken` is for it alone.
    pub fn new(tasks: [Task<'a>; N], woken: &'static Flags<N>) -> Self {
        Self { tasks: tasks.map(Some), woken }
    }

    /// Polls the tasks that were woken, until none is. Whether all have ended.
    pub fn poll(&mut self) -> bool {
        while self.woken.any() {
            for (slot, flag) in self.tasks.iter_mut().zip(&self.woken.0) {
                // The flag is taken *before* the poll: a wake during the poll sets it again (rule 2).
                // Ordering: Acquire synchronizes with the Release in `wake`, what it announces is seen by the poll;
                // Release keeps the poll behind the swap.
                if !flag.swap(false, Ordering::AcqRel) {
                    continue;
                }
                let Some(task) = slot else { continue };
                if let Poll::Ready(()) = task.as_mut().poll(&mut Context::from_waker(&waker(flag))) {
                    *slot = None;
                }
            }
        }
        self.tasks.iter().all(Option::is_none)
    }

    /// Runs the tasks to their ends, and sleeps by `wait_for_interrupt` while there is nothing to do.
    ///
    /// It is called with interrupts off, because an interrupt between the last look at the flags and the sleep would
    /// go unnoticed. Both `wfi` of Arm and that of RISC-V wake for a pending interrupt all the same, which is then
    /// handled where the critical section ends.
    pub fn run(&mut self, wait_for_interrupt: impl Fn()) {
        while !self.poll() {
            critical_section::with(|_| {
                if !self.woken.any() {
                    wait_for_interrupt();
                }
            });
        }
    }
}

impl<const N: usize> core::fmt::Debug for Executor<'_, N> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let running = self.tasks.iter().filter(|task| task.is_some()).count();
        f.debug_struct("Executor").field("running", &running).field("woken", self.woken).finish()
    }
}

/// A waker that sets a flag: a pointer to it is all there is to clone, and nothing to drop.
fn waker(flag: &'static AtomicBool) -> Waker {
    const TABLE: RawWakerVTable = RawWakerVTable::new(|flag| RawWaker::new(flag, &TABLE), wake, wake, |_| ());

    fn wake(flag: *const ()) {
        // SAFETY: the only pointer that comes with this table is the reference below, which is valid for ever.
        let flag = unsafe { &*flag.cast::<AtomicBool>() };
        // Ordering: Release synchronizes with the Acquire in `Executor::poll`.
        flag.store(true, Ordering::Release);
    }

    // SAFETY: the functions of the table may be called from anywhere, at any time: what they touch is atomic and
    // lives for ever.
    unsafe { Waker::from_raw(RawWaker::new((&raw const *flag).cast(), &TABLE)) }
}
