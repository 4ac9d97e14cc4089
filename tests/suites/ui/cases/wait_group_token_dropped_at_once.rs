// error: unused_must_use
// A token that is dropped at once keeps nobody waiting.

#![deny(unused_must_use)]

use anywake_core::WaitGroup;

fn main() {
    let group = WaitGroup::new();
    group.add().unwrap();
}
