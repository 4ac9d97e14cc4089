// error: E0277
// RUSTSEC-2020-0101 (conquer-once): `T: Sync` is too little where one thread pushes and another pops.

use std::sync::MutexGuard;

use anywake_core::Queue;

fn sync<T: Sync>() {}

fn main() {
    sync::<Queue<MutexGuard<'static, u8>>>();
}
