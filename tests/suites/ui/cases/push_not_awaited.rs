// error: unused_must_use
// The item of a push that is never polled is never queued.

#![deny(unused_must_use)]

use anywake_core::StaticQueue;

fn main() {
    let queue = StaticQueue::<u8, 1>::new();
    queue.push(1);
}
