//! The allocator of all programs here: the system's, with counters of allocations and bytes that can be switched on.
//!
//! Timed rounds run with the counter off, so that a rival pays for its allocations and not for the counting. Separate
//! runs count.

use core::alloc::{GlobalAlloc, Layout};
use core::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::Relaxed};
use std::alloc::System;

static COUNTING: AtomicBool = AtomicBool::new(false);
static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
/// Those allocated minus those freed.
static BYTES: AtomicI64 = AtomicI64::new(0);

struct Counting;

/// Counts a block that changes its size, from or to nothing.
fn count(allocations: u64, before: usize, after: usize) {
    if COUNTING.load(Relaxed) {
        ALLOCATIONS.fetch_add(allocations, Relaxed);
        // A block is smaller than `i64::MAX`.
        BYTES.fetch_add(after as i64 - before as i64, Relaxed);
    }
}

// SAFETY: every call is forwarded to `System` unchanged, and counting does not allocate.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1, 0, layout.size());
        // SAFETY: the caller promises for `layout` what `System` requires.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(0, layout.size(), 0);
        // SAFETY: `block` is from `System`, by `alloc` or `realloc` above.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        count(1, layout.size(), new_size);
        // SAFETY: as in `dealloc`, and the caller promises for `new_size` what `System` requires.
        unsafe { System.realloc(block, layout, new_size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Runs `program`, and returns the number of allocations of all threads meanwhile.
pub fn counted<R>(program: impl FnOnce() -> R) -> (R, u64) {
    let before = ALLOCATIONS.load(Relaxed);
    COUNTING.store(true, Relaxed);
    let result = program();
    COUNTING.store(false, Relaxed);
    (result, ALLOCATIONS.load(Relaxed) - before)
}

/// Runs `program`, and returns the bytes that all threads have allocated meanwhile and not freed.
pub fn held<R>(program: impl FnOnce() -> R) -> (R, i64) {
    let before = BYTES.load(Relaxed);
    let (result, _) = counted(program);
    (result, BYTES.load(Relaxed) - before)
}
