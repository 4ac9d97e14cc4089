// error: E0277
// RUSTSEC-2026-0221 (event-listener): a waiter was Send for any value.

use std::rc::Rc;

use anywake_core::{Condition, Lock};

fn send<T: Send>(_: T) {}

fn main() {
    let (lock, condition) = (Lock::new(Rc::new(1)), Condition::new());
    send(condition.wait(lock.try_lock().unwrap()));
}
