// error: unused_must_use
// A value that is not read need not be borrowed.

#![deny(unused_must_use)]

use anywake_core::Watch;

fn main() {
    Watch::new(1).borrow();
}
