//! A minimal executor. anywake requires of an executor only what every executor does:
//!
//! 1. **A task is polled after each wake**, and once at the start. Other polls are not needed: no wait of anywake
//!    relies on one.
//! 2. **A wake may happen at any time**: during a poll of the task, by the task itself, or in an interrupt handler. The
//!    wake must not be lost, and must cause a poll that begins *after* it. Wakes may merge.
//! 3. **`wake` may be called anywhere**, also in an interrupt handler, if the primitives are used there. It need not
//!    poll. Here it sets a flag.
//!
//! An executor needs no allocation, no timer and no queue of tasks. This file does not refer to anywake at all.

#![no_std]

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};

use portable_atomic::{AtomicBool, Ordering};

/// A task: a future that is pinned in the caller's stack frame or in a `static`.
pub type Task<'a> = Pin<&'a mut dyn Future<Output = ()>>;

/// For each task whether it was woken. It is a `static`, because wakers point into it and may outlive everything else.
#[derive(Debug)]
pub struct Flags<const N: usize>([AtomicBool; N]);

impl<const N: usize> Flags<N> {
    /// All tasks are due for their first poll.
    pub const fn new() -> Self {
        Self([const { AtomicBool::new(true) }; N])
    }

    fn any(&self) -> bool {
        // Ordering: Relaxed, since the result only decides whether to poll; `Executor::poll` synchronizes.
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
    /// An executor of these tasks. No other executor may use `woken`.
    pub fn new(tasks: [Task<'a>; N], woken: &'static Flags<N>) -> Self {
        Self { tasks: tasks.map(Some), woken }
    }

    /// Polls the woken tasks, until no task is woken. Returns whether all tasks are complete.
    pub fn poll(&mut self) -> bool {
        while self.woken.any() {
            for (slot, flag) in self.tasks.iter_mut().zip(&self.woken.0) {
                // The flag is cleared *before* the poll, so that a wake during the poll sets it again (rule 2).
                // Ordering: Acquire synchronizes with the Release in `wake`, so that the poll sees the writes before
                // the wake. It also keeps the poll after the swap.
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

    /// Runs the tasks to their ends. Calls `wait_for_interrupt` to sleep while no task is woken.
    ///
    /// That call is made with interrupts off, because an interrupt between the last check of the flags and the sleep
    /// would go unnoticed. The instruction `wfi`, of Arm and of RISC-V, ends at a pending interrupt all the same, which
    /// is then handled at the end of the critical section.
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

/// A waker that sets a flag. A clone copies the pointer to the flag, and a drop does nothing.
fn waker(flag: &'static AtomicBool) -> Waker {
    const TABLE: RawWakerVTable = RawWakerVTable::new(|flag| RawWaker::new(flag, &TABLE), wake, wake, |_| ());

    fn wake(flag: *const ()) {
        // SAFETY: the only pointer that is used with this table is the static reference below, which is always valid.
        let flag = unsafe { &*flag.cast::<AtomicBool>() };
        // Ordering: Release synchronizes with the Acquire in `Executor::poll`.
        flag.store(true, Ordering::Release);
    }

    // SAFETY: the functions of the table may be called anywhere and at any time, since they only access an atomic in a
    // static.
    unsafe { Waker::from_raw(RawWaker::new((&raw const *flag).cast(), &TABLE)) }
}
