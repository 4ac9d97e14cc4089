//! The ends of the two counts, which no test reaches by counting.

use super::{CountCore, FREE, LatchError, MAX, ONE, WAITERS};

/// Held and free counts share the word.
fn counts(held: usize, free: usize) -> CountCore {
    CountCore::new(held * ONE + free * FREE)
}

#[test]
fn promise_12_neither_count_reaches_the_bits_of_the_other() {
    for (held, free) in [(0, MAX), (1, MAX - 1), (MAX - 1, 1), (MAX, 0)] {
        let core = counts(held, free);
        assert_eq!(core.remaining(), MAX);
        let refused = Err(LatchError { remaining: free });
        for too_many in [free + 1, MAX + 1, usize::MAX / FREE + 1, usize::MAX / ONE, usize::MAX] {
            assert_eq!(core.count_down(too_many), refused, "{held} held, {free} free, {too_many} too many");
        }
        assert_eq!(core.hold(), if free > 0 { Ok(()) } else { refused });
        assert_eq!(core.remaining(), MAX);
        core.count_down(free - usize::from(free > 0)).unwrap();
        assert_eq!(core.remaining(), held + usize::from(free > 0));
    }
}

#[test]
fn the_last_count_may_be_a_held_one_or_a_free_one() {
    let core = counts(1, 1);
    core.let_go();
    core.count_down(1).unwrap();
    assert_eq!(core.remaining(), 0);
    let core = counts(1, 1);
    core.count_down(1).unwrap();
    core.let_go();
    assert_eq!(core.remaining(), 0);
    assert!(CountCore::is_zero(core.seen()));
}

#[test]
fn a_count_that_falls_under_the_lock_is_checked_again() {
    // As when another thread was quicker.
    let core = CountCore::new(WAITERS);
    assert_eq!(core.lower_to_zero(FREE), Err(WAITERS));
    assert_eq!(core.seen(), WAITERS);
    // And as when a group has grown meanwhile: nobody is due.
    let core = CountCore::new(2 * ONE);
    assert_eq!(core.lower_to_zero(ONE), Ok(()));
    assert_eq!(core.seen(), ONE);
}
