// error: unused_must_use
// A guard that is not kept cancels its token where it is made.

#![deny(unused_must_use)]

use anywake_core::CancellationToken;

fn main() {
    let token = CancellationToken::new();
    token.drop_guard();
}
