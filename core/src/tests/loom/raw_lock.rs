//! Models of the spin lock, which the other models replace by loom's mutex.
//!
//! Two threads contend, and not three: two that spin for a third can yield to each other without end, and loom
//! follows them.

use std::sync::Arc;

use super::{Shared, model_unbounded, spawn};
use crate::sys::raw_lock::spin::RawLock;

fn add_one((lock, value): &(RawLock, Arc<Shared<u32>>)) {
    let _held = lock.lock();
    value.set(value.get() + 1);
}

/// One holder at a time, and each sees what the one before it did. Without a bound: a contended lock that took the look
/// before its swap for the swap would pass with two preemptions.
#[test]
fn holders_exclude_each_other() {
    model_unbounded(|| {
        let both = Arc::new((RawLock::new(), Shared::new(0)));
        let other = Arc::clone(&both);
        let thread = spawn(move || {
            add_one(&other);
            add_one(&other);
        });
        add_one(&both);
        thread.join().unwrap();
        add_one(&both);
        assert_eq!(both.1.get(), 4);
    });
}
