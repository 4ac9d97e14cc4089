// A barrier is a static, and its futures and passes go to other threads.

use std::pin::pin;

use anywake_core::{Barrier, BarrierPass, BrokenBarrier};

static BARRIER: Barrier = Barrier::new(2);

fn main() {
    let first = Box::pin(BARRIER.wait());
    let thread = std::thread::spawn(move || drop(first));
    assert!(!pin!(BARRIER.wait()).enable());
    thread.join().unwrap();
    let _passed: fn(Result<BarrierPass, BrokenBarrier>) -> Option<usize> =
        |passed| Some(passed.ok()?.index());
}
