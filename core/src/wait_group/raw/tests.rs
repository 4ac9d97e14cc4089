//! The end of the count, which no test reaches by counting.

use super::{AddError, CLOSED, CountCore, ONE};

const FULL: usize = usize::MAX / ONE;

#[test]
fn promise_12_a_token_too_many_is_refused_and_changes_nothing() {
    for flags in [0, 1, CLOSED] {
        let core = CountCore::new((FULL - 1) * ONE + flags);
        core.add_another().unwrap();
        assert_eq!(core.tokens(), FULL);
        assert_eq!(core.add_another(), Err(AddError::TooMany));
        assert_eq!((core.tokens(), core.seen() % ONE), (FULL, flags));
    }
}

#[test]
fn a_full_group_that_is_closed_says_that_it_is_closed() {
    let core = CountCore::new(FULL * ONE);
    assert_eq!(core.add(), Err(AddError::TooMany));
    core.close();
    assert_eq!(core.add(), Err(AddError::Closed));
    assert_eq!(core.tokens(), FULL);
}

#[test]
fn a_full_group_counts_down() {
    let core = CountCore::new(FULL * ONE);
    core.let_go();
    assert_eq!(core.tokens(), FULL - 1);
    core.add().unwrap();
    assert_eq!(core.tokens(), FULL);
}
