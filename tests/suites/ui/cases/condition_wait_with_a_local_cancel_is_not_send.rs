// error: E0277
// RUSTSEC-2026-0221 (event-listener): the future that cancels the wait is sent with it.

use std::future::ready;
use std::rc::Rc;

use anywake_core::{Condition, Lock};

fn send<T: Send>(_: T) {}

fn main() {
    let (lock, condition) = (Lock::new(1), Condition::new());
    send(condition.wait_until(lock.try_lock().unwrap(), ready(Rc::new(1))));
}
