//! Models of the wait group: what a count that may rise again adds to the models of the latch.

use std::sync::Arc;

use super::{Shared, WakeCount, block_on, carries_memory, join, model, own, poll, queued, queued_for, spawn};
use crate::wait_group::{AddError, WaitGroup};

/// A token that may go to another thread.
fn token(group: &Arc<WaitGroup>) -> crate::wait_group::OwnedWaitToken {
    Arc::clone(group).add_owned().unwrap()
}

/// The last token goes while another thread adds one and waits for that. The late wait is not ended by the first token.
#[test]
fn the_last_token_meets_a_token_that_is_added_and_waited_for() {
    model(|| {
        let group = Arc::new(WaitGroup::new());
        let last = token(&group);
        let mut early = queued(own(&group, WaitGroup::wait));
        let adding = Arc::clone(&group);
        let dropper = spawn(move || drop(last));
        let adder = spawn(move || {
            let token = token(&adding);
            // Pending, for the token is there.
            let late = queued(own(&adding, WaitGroup::wait));
            (token, late)
        });
        dropper.join().unwrap();
        let (token, mut late) = adder.join().unwrap();
        assert!(poll(&mut late).is_pending(), "ended by a token that was dropped before this wait's");
        drop(token);
        assert!(poll(&mut late).is_ready());
        assert!(poll(&mut early).is_ready());
        assert_eq!((group.count(), group.waiters()), (0, 0));
    });
}

/// The same with more waiters than a batch holds: each of them is woken once.
#[test]
fn a_late_comer_between_two_batches() {
    model(|| {
        let group = Arc::new(WaitGroup::new());
        let last = token(&group);
        let wakes = WakeCount::new();
        let early = [(); 3].map(|()| queued_for(&wakes, own(&group, WaitGroup::wait)));
        let adding = Arc::clone(&group);
        let dropper = spawn(move || drop(last));
        let adder = spawn(move || {
            if adding.count() > 0 {
                return None;
            }
            let token = token(&adding);
            let late = queued(own(&adding, WaitGroup::wait));
            Some((token, late))
        });
        dropper.join().unwrap();
        let late = adder.join().unwrap();
        assert_eq!(wakes.count(), 3);
        for mut wait in early {
            assert!(poll(&mut wait).is_ready());
        }
        if let Some((token, mut late)) = late {
            assert!(poll(&mut late).is_pending(), "ended by a token that was dropped before this wait's");
            drop(token);
            assert!(poll(&mut late).is_ready());
        }
        assert_eq!((group.count(), group.waiters()), (0, 0));
    });
}

/// Two threads bring the count to zero, one of them twice. A task that waits is woken by one of the zeros.
#[test]
fn zero_is_reached_twice() {
    model(|| {
        let group = Arc::new(WaitGroup::new());
        let tokens = [token(&group), token(&group)];
        let waits = [(); 2].map(|()| queued(own(&group, WaitGroup::wait)));
        let [one, other] = tokens;
        let again = Arc::clone(&group);
        let threads = [
            spawn(move || drop(one)),
            spawn(move || {
                drop(other);
                drop(again.add());
            }),
        ];
        waits.into_iter().for_each(block_on);
        join(threads);
        assert_eq!((group.count(), group.waiters()), (0, 0));
    });
}

/// A clone is made, and its original is dropped, while another token goes: the count is never zero in between.
#[test]
fn a_clone_keeps_the_group_from_being_empty() {
    model(|| {
        let (group, value) = (Arc::new(WaitGroup::new()), Shared::new(0));
        let tokens = [token(&group), token(&group)];
        let wait = queued(own(&group, WaitGroup::wait));
        let [one, other] = tokens;
        let written = Arc::clone(&value);
        let threads = [
            spawn(move || drop(one)),
            spawn(move || {
                let clone = other.clone();
                drop(other);
                written.set(1);
                drop(clone);
            }),
        ];
        block_on(wait);
        assert_eq!(value.get(), 1);
        join(threads);
    });
}

/// What runs under a token is over when the wait for a closed group has ended, and nothing begins after that. If it were
/// otherwise, both threads would use the value at once.
#[test]
fn after_a_close_and_a_wait_nothing_runs_and_nothing_begins() {
    model(|| {
        let (group, value) = (Arc::new(WaitGroup::new()), Shared::new(0));
        let threads = [(); 2].map(|()| {
            let (group, value) = (Arc::clone(&group), Arc::clone(&value));
            spawn(move || {
                if let Ok(_token) = group.add() {
                    value.get();
                }
            })
        });
        group.close();
        let mut wait = own(&group, WaitGroup::wait);
        if poll(&mut wait).is_pending() {
            block_on(wait);
        }
        value.set(1);
        join(threads);
        assert_eq!((group.count(), group.waiters()), (0, 0));
    });
}

/// What is refused sees what was done before the close.
#[test]
fn a_close_carries_memory_to_what_it_refuses() {
    model(|| {
        carries_memory(WaitGroup::new(), WaitGroup::close, |group| {
            group.add().is_err_and(|refused| refused == AddError::Closed)
        });
    });
}

/// Also if another thread adds meanwhile, so that the exchange is what finds the close.
#[test]
fn a_close_carries_memory_to_what_it_refuses_at_the_last_moment() {
    model(|| {
        let (group, value) = (Arc::new(WaitGroup::new()), Shared::new(0));
        let (written, closing) = (Arc::clone(&value), Arc::clone(&group));
        let closer = spawn(move || {
            written.set(1);
            closing.close();
        });
        for _ in 0..2 {
            if group.add().is_err() {
                assert_eq!(value.get(), 1);
            }
        }
        closer.join().unwrap();
    });
}

/// A thread that sees the group closed sees what was done before.
#[test]
fn a_close_carries_memory_to_is_closed() {
    model(|| carries_memory(WaitGroup::new(), WaitGroup::close, |group| group.is_closed()));
}
