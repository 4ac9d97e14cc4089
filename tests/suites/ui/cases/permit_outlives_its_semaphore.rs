// error: E0597
// A permit returns to its semaphore when it is dropped, so the semaphore must still exist.

use anywake_core::Semaphore;

fn main() {
    let permit;
    {
        let semaphore = Semaphore::new(1);
        permit = semaphore.try_acquire().unwrap();
    }
    drop(permit);
}
