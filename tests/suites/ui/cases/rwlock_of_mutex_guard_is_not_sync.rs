// error: E0277
// RUSTSEC-2020-0101 (conquer-once): `T: Sync` is too little where a writer may take the value to another thread.

use std::sync::MutexGuard;

use anywake_core::RwLock;

fn sync<T: Sync>() {}

fn main() {
    sync::<RwLock<MutexGuard<'static, u8>>>();
}
