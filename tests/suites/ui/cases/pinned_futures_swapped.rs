// error: E0596
// unsafe-code-guidelines #133: there is no `&mut` to a linked node.

use std::mem::swap;
use std::pin::pin;

use anywake_core::Semaphore;

fn main() {
    let semaphore = Semaphore::new(1);
    let (mut one, mut other) = (pin!(semaphore.acquire()), pin!(semaphore.acquire()));
    swap(&mut *one, &mut *other);
}
