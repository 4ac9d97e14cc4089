//! Guards that cancel.

use anywake_core::{CancellationToken, DropGuard, OwnedDropGuard};
use anywake_tests::{panic_of, queued};

#[test]
fn a_guard_cancels_its_token_when_it_is_dropped() {
    let token = CancellationToken::new();
    let mut task = queued(token.cancelled());
    let guard: DropGuard<'_> = token.drop_guard();
    assert!(!token.is_cancelled());
    drop(guard);
    task.ready();

    let token = CancellationToken::new();
    let guard: OwnedDropGuard = token.clone().drop_guard_owned();
    assert!(!token.is_cancelled());
    drop(guard);
    assert!(token.is_cancelled());
}

#[test]
fn a_guard_cancels_while_a_panic_unwinds() {
    let token = CancellationToken::new();
    panic_of(|| {
        let _guard = token.drop_guard();
        panic!("in the scope");
    });
    assert!(token.is_cancelled());
}

#[test]
fn a_disarmed_guard_returns_the_token_and_cancels_nothing() {
    let token = CancellationToken::new();
    let same: &CancellationToken = token.drop_guard().disarm();
    assert!(core::ptr::eq(same, &raw const token));
    let clone: CancellationToken = token.clone().drop_guard_owned().disarm();
    assert!(!clone.is_cancelled());
    clone.cancel();
    assert!(token.is_cancelled());
}

#[test]
fn the_guard_of_a_child_spares_the_parent() {
    let token = CancellationToken::new();
    let child = token.child_token();
    drop(child.clone().drop_guard_owned());
    assert!(child.is_cancelled() && !token.is_cancelled());
}

#[test]
fn an_owned_guard_keeps_its_token_alive() {
    let root = CancellationToken::new();
    let child = root.child_token();
    let grandchild = child.child_token();
    let guard = child.drop_guard_owned();
    assert!(!grandchild.is_cancelled());
    drop(guard);
    assert!(grandchild.is_cancelled() && !root.is_cancelled());
}
