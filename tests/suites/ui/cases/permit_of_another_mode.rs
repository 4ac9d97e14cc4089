// error: E0308
// Permits of two modes cannot be of one semaphore, so they are not merged.

use anywake_core::Semaphore;

fn main() {
    let (fair, fast) = (Semaphore::new(1), Semaphore::with_bypass(1, 1));
    let mut permit = fair.try_acquire().unwrap();
    permit.merge(fast.try_acquire().unwrap()).unwrap();
}
