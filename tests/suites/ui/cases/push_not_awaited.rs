// error: unused_must_use
// An item in a future that nobody polls is never queued.

#![deny(unused_must_use)]

use anywake_core::StaticQueue;

fn main() {
    let queue = StaticQueue::<u8, 1>::new();
    queue.push(1);
}
