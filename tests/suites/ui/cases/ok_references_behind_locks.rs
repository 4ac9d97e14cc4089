// Invariance must not forbid writing references that live long enough.

use anywake_core::{Lock, LockGuard, StaticQueue};

fn main() {
    let local = String::from("outlives the lock");
    let lock: Lock<(u8, &str)> = Lock::new((0, "lives for ever"));
    {
        let mut text = LockGuard::map(lock.try_lock().unwrap(), |pair| &mut pair.1);
        *text = &local;
    }
    lock.try_lock().unwrap().1 = "lives for ever";

    let queue: StaticQueue<&str, 1> = StaticQueue::new();
    queue.try_push(&local).unwrap();
    println!("{} {}", lock.into_inner().1, queue.try_pop().unwrap());
}
