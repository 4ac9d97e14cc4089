// error: E0277
// RUSTSEC-2020-0101 (conquer-once): `T: Sync` is too little where one thread publishes and another receives.

use std::sync::MutexGuard;

use anywake_core::broadcast::HeapBroadcast;

fn sync<T: Sync>() {}

fn main() {
    sync::<HeapBroadcast<MutexGuard<'static, u8>>>();
}
