//! What a batch promises when wakers misbehave.

use core::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::sync::{Arc, Mutex};
use std::task::Wake;
use std::vec::Vec;

use super::*;

type Log = Arc<Mutex<Vec<usize>>>;

/// Writes its number down, and then panics if it is told to.
struct Logged {
    number: usize,
    panics: bool,
    log: Log,
}

impl Wake for Logged {
    fn wake(self: Arc<Self>) {
        self.log.lock().unwrap().push(self.number);
        assert!(!self.panics, "a waker that panics");
    }
}

fn batch_of(count: usize, panicking: Option<usize>, log: &Log) -> WakeBatch {
    let mut batch = WakeBatch::new();
    for number in 0..count {
        let waker = Logged { number, panics: panicking == Some(number), log: Arc::clone(log) };
        batch.push(Some(Arc::new(waker).into()));
    }
    batch
}

fn log_of(log: &Log) -> Vec<usize> {
    log.lock().unwrap().clone()
}

#[test]
fn all_are_woken_in_their_order_and_once() {
    let log = Log::default();
    let mut batch = batch_of(BATCH, None, &log);
    batch.wake();
    batch.wake();
    drop(batch);
    assert_eq!(log_of(&log), (0..BATCH).collect::<Vec<_>>());
    assert_eq!(Arc::strong_count(&log), 1, "no waker is left");
}

#[test]
fn a_waker_that_panics_does_not_keep_the_others_asleep() {
    for panicking in 0..BATCH {
        let log = Log::default();
        let mut batch = batch_of(BATCH, Some(panicking), &log);
        catch_unwind(AssertUnwindSafe(move || batch.wake())).unwrap_err();
        assert_eq!(log_of(&log), (0..BATCH).collect::<Vec<_>>());
        assert_eq!(Arc::strong_count(&log), 1, "no waker is left");
    }
}

#[test]
fn a_batch_that_is_dropped_wakes() {
    let log = Log::default();
    drop(batch_of(2, None, &log));
    assert_eq!(log_of(&log), [0, 1]);
}

#[test]
fn moves_count_like_wakes() {
    let log = Log::default();
    let mut batch = batch_of(BATCH - 1, None, &log);
    assert!(!batch.is_full());
    batch.push(None);
    assert!(batch.is_full());
    batch.wake();
    assert_eq!(log_of(&log).len(), BATCH - 1);
}
