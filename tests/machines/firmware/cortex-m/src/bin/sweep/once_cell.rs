//! Initialising a cell, failing to, and waiting for it.
//!
//! A full cell stays full, so each trial has a cell of its own. The handler finds it, and an initialiser at work, by
//! pointers.

use core::future::{Ready, ready};
use core::pin::{Pin, pin};
use core::ptr;
use core::task::Poll;

use anywake_core::OnceCell;
use anywake_core::once_cell::GetOrInitFuture;
use portable_atomic::{AtomicPtr, Ordering::SeqCst};

use crate::trial::{A, B, C, Case, Trial};

pub(crate) const CASES: &[Case] = &[
    ("once_cell-wait", wait_enqueue),
    ("once_cell-init", init_against_set),
    ("once_cell-set", set_against_set),
    ("once_cell-heir", failure_against_set),
    ("once_cell-failure", |trial| role_enqueue(trial, fail, 2)),
    ("once_cell-end", |trial| role_enqueue(trial, end, 1)),
    ("once_cell-cancel", cancel_against_failure),
];

type Initialiser = GetOrInitFuture<'static, u32, fn() -> Ready<u32>, Ready<u32>>;

/// The cell of the trial.
static CELL: AtomicPtr<OnceCell<u32>> = AtomicPtr::new(ptr::null_mut());
/// The initialiser that has the role. It is pinned.
static RUNNING: AtomicPtr<Option<Initialiser>> = AtomicPtr::new(ptr::null_mut());

/// Runs a trial with a new cell.
fn with_cell(body: impl FnOnce(&'static OnceCell<u32>)) {
    let cell = OnceCell::new();
    CELL.store((&raw const cell).cast_mut(), SeqCst);
    // SAFETY: all that is made of this reference, here and in the handler, is dropped before `body` returns.
    body(unsafe { &*(&raw const cell) });
    assert_eq!((cell.waiters(), cell.is_initialized()), (0, true));
}

/// For the handler: the cell of the trial.
fn cell() -> &'static OnceCell<u32> {
    // SAFETY: a handler runs only within `Trial::run`, and so within `with_cell`.
    unsafe { &*CELL.load(SeqCst) }
}

fn initialiser(cell: &'static OnceCell<u32>, init: fn() -> Ready<u32>) -> Initialiser {
    cell.get_or_init(init)
}

/// Gives the role to an initialiser, which the handler finds.
fn runs(mut running: Pin<&mut Option<Initialiser>>) {
    assert!(running.as_mut().as_pin_mut().is_some_and(|running| running.enable()));
    // SAFETY: nothing is moved out. Thread mode does not use the initialiser while the handler may.
    RUNNING.store(unsafe { running.get_unchecked_mut() }, SeqCst);
}

fn running() -> Pin<&'static mut Option<Initialiser>> {
    // SAFETY: see `runs`: it is pinned, and thread mode does not use it now.
    unsafe { Pin::new_unchecked(&mut *RUNNING.load(SeqCst)) }
}

/// The initialiser is dropped.
fn fail() -> u32 {
    running().set(None);
    0
}

/// The initialiser ends, with 1.
fn end() -> u32 {
    assert!(running().as_pin_mut().is_some_and(|running| C.poll(running) == Poll::Ready(&1)));
    0
}

fn set() -> u32 {
    u32::from(cell().set(1).is_ok())
}

fn wait_enqueue(trial: &mut Trial) {
    with_cell(|cell| {
        let mut wait = pin!(cell.wait());
        let (first, set) = trial.run(set, || A.poll(wait.as_mut()));
        assert_eq!((A.finish(first, wait.as_mut()), set), (&1, 1));
    });
}

fn init_against_set(trial: &mut Trial) {
    with_cell(|cell| {
        let mut init = pin!(initialiser(cell, || ready(2)));
        let (first, set) = trial.run(set, || A.poll(init.as_mut()));
        // Neither waits for the other.
        assert_eq!(first, Poll::Ready(&(2 - set)));
    });
}

fn set_against_set(trial: &mut Trial) {
    with_cell(|cell| {
        let mut wait = pin!(cell.wait());
        assert!(A.poll(wait.as_mut()).is_pending());
        let (first, second) = trial.run(set, || u32::from(cell.set(2).is_ok()));
        assert_eq!(first + second, 1, "one of them wins");
        assert_eq!(A.finish(Poll::Pending, wait), &(2 - second));
    });
}

/// The role passes from an initialiser to its heir. It is free at no time.
fn failure_against_set(trial: &mut Trial) {
    with_cell(|cell| {
        let mut wait = pin!(cell.wait());
        let mut first = pin!(Some(initialiser(cell, || ready(1))));
        runs(first.as_mut());
        let mut heir = pin!(initialiser(cell, || ready(2)));
        assert!(A.poll(wait.as_mut()).is_pending());
        assert!(B.poll(heir.as_mut()).is_pending());
        let ((), set) = trial.run(set, || first.set(None));
        assert_eq!(set, 0);
        assert!(!A.take(), "there is no value yet");
        assert_eq!(B.finish(Poll::Pending, heir), &2);
        assert_eq!(A.finish(Poll::Pending, wait), &2);
    });
}

fn role_enqueue(trial: &mut Trial, handler: fn() -> u32, value: u32) {
    with_cell(|cell| {
        let mut first = pin!(Some(initialiser(cell, || ready(1))));
        runs(first.as_mut());
        let mut next = pin!(initialiser(cell, || ready(2)));
        let (polled, _) = trial.run(handler, || A.poll(next.as_mut()));
        assert_eq!(A.finish(polled, next), &value);
    });
}

fn cancel_against_failure(trial: &mut Trial) {
    with_cell(|cell| {
        let mut first = pin!(Some(initialiser(cell, || ready(1))));
        runs(first.as_mut());
        let mut next = pin!(Some(initialiser(cell, || ready(2))));
        assert!(next.as_mut().as_pin_mut().is_some_and(|next| A.poll(next).is_pending()));
        trial.run(fail, || next.set(None));
        A.take();
        assert_eq!(cell.set(3), Ok(()), "the role is free");
    });
}
