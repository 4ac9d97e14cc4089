// error: E0277
// A value that is read may be read by other threads at the same time.

use std::cell::Cell;

use anywake_core::WatchRef;

fn send<T: Send>() {}

fn main() {
    send::<WatchRef<'static, Cell<u8>>>();
}
