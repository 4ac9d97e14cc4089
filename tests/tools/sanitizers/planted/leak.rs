//! A forgotten owned guard leaks its lock.

use std::hint::black_box;
use std::sync::Arc;

use anywake_core::Lock;

#[inline(never)]
fn forget() {
    std::mem::forget(Arc::new(Lock::new([1_u8; 64])).try_lock_owned());
}

fn main() {
    forget();
    // Overwrites pointers that the call may have left on the stack.
    black_box([0_u8; 4096]);
}
