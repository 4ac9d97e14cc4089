//! The pool's models: for loom with `--cfg loom`, for shuttle with `--cfg loom --cfg shuttle`.
#![cfg(loom)]

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};

use anywake_core::model::{block_on, model, spawn};
use anywake_kit::Pool;

/// A caller that waits, and is cancelled.
fn give_up<F: Future>(future: F) {
    let _ = pin!(future).poll(&mut Context::from_waker(Waker::noop()));
}

#[test]
fn a_caller_that_gives_up_costs_no_connection() {
    model(|| {
        let pool = Pool::new(["connection"]);
        let in_use = block_on(pool.take());
        let impatient = spawn({
            let pool = pool.clone();
            move || give_up(pool.take())
        });
        let patient = spawn({
            let pool = pool.clone();
            move || drop(block_on(pool.take()))
        });
        drop(in_use);
        impatient.join().unwrap();
        patient.join().unwrap();
        assert_eq!(pool.idle(), 1);
    });
}

/// This one passes with the mistake, too.
#[test]
fn callers_that_wait_in_peace_all_get_a_connection() {
    model(|| {
        let pool = Pool::new(["connection"]);
        let threads = [(); 2].map(|()| {
            let pool = pool.clone();
            spawn(move || drop(block_on(pool.take())))
        });
        drop(block_on(pool.take()));
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(pool.idle(), 1);
    });
}
