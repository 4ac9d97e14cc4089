// A wait takes the guard, and returns the same kind of guard.

use std::future::ready;

use anywake_core::{Condition, Lock, LockGuard};

async fn count(lock: &Lock<u8>, condition: &Condition) -> u8 {
    let guard: LockGuard<'_, u8> = condition.wait_for(lock.lock().await, |value| *value > 0).await;
    let guard = condition.wait(guard).await;
    let (guard, _notified): (LockGuard<'_, u8>, bool) = condition.wait_until(guard, ready(())).await;
    *guard
}

fn send<T: Send>(_: T) {}

fn main() {
    let (lock, condition) = (Lock::new(1), Condition::new());
    send(count(&lock, &condition));
}
