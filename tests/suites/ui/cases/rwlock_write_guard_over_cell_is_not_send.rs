// error: E0277
// async-lock 3.5: a writer that was sent and downgraded there reads a Cell beside a reader on the first thread.

use std::cell::Cell;

use anywake_core::WriteGuard;

fn send<T: Send>() {}

fn main() {
    send::<WriteGuard<'static, Cell<u8>>>();
}
