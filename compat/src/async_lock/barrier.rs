//! `Barrier`.

use core::fmt;

use anywake_core::BarrierPass;
use anywake_core::barrier::{BarrierFuture, BrokenBarrier};

use crate::block_on::block_on;
use crate::wrap::futures;

/// Tasks wait for each other, round after round.
pub struct Barrier(anywake_core::Barrier);

/// Whether this task was the last one of its round.
#[derive(Clone, Debug)]
pub struct BarrierWaitResult {
    is_leader: bool,
}

impl Barrier {
    /// A barrier for `n` tasks. One for none is as one for one.
    pub const fn new(n: usize) -> Self {
        Self(anywake_core::Barrier::new(if n == 0 { 1 } else { n }))
    }

    /// Waits until `n` tasks wait.
    pub fn wait(&self) -> BarrierWait<'_> {
        BarrierWait { wait: self.0.wait() }
    }

    /// As [`wait`](Self::wait), for a thread.
    pub fn wait_blocking(&self) -> BarrierWaitResult {
        block_on(self.wait())
    }
}

impl fmt::Debug for Barrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl BarrierWaitResult {
    /// Whether this task was the last one of its round.
    pub fn is_leader(&self) -> bool {
        self.is_leader
    }
}

/// Nothing in this module breaks a barrier.
fn passed(pass: Result<BarrierPass, BrokenBarrier>) -> BarrierWaitResult {
    BarrierWaitResult { is_leader: pass.expect("the barrier is never broken").is_leader() }
}

futures! {
    /// The future of [`Barrier::wait`].
    BarrierWait['a]['a](BarrierFuture<'a>) -> BarrierWaitResult, passed;
}
