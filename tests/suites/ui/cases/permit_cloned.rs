// error: E0599
// A cloned permit would be released twice.

use anywake_core::Semaphore;

fn main() {
    let semaphore = Semaphore::new(1);
    let permit = semaphore.try_acquire().unwrap();
    let copy = permit.clone();
    drop((permit, copy));
}
