// error: E0521
// The closure of `map` sees the value for as long as the guard lives, which it cannot know.

use anywake_core::{Lock, LockGuard};

fn main() {
    let lock = Lock::new((1, 2));
    let mut kept: Option<&mut i32> = None;
    let one = LockGuard::map(lock.try_lock().unwrap(), |pair| {
        kept = Some(&mut pair.1);
        &mut pair.0
    });
    drop(one);
}
