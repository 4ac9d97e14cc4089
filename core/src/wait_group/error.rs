//! What can go wrong with a wait group.

use crate::closed::messages;

/// Why [`WaitGroup::add`](crate::WaitGroup::add) failed; nothing was counted.
// Exhaustive: a token is refused for one of these reasons, and callers match on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AddError {
    /// The group was closed.
    Closed,
    /// There are as many tokens as a group can count.
    TooMany,
}

messages! {
    [] AddError {
        Self::Closed => "the wait group is closed",
        Self::TooMany => "more tokens than a wait group can count",
    }
}
