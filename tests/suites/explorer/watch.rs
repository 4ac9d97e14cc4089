//! The programs of watches.

use anywake_tests::explorer::watch::{self, WatchKind, WatchOperation, WatchScenario};

use crate::{all_programs, random_programs};

/// Never an older version after a newer one, and the last one as soon as the rule of the slots allows.
#[test]
fn borrows_and_sends_in_all_programs() {
    use WatchKind::{Borrow, Changed, Receiver};
    use WatchOperation::{Close, Modify, Send};

    all_programs(WatchScenario { kinds: &[Borrow], operations: &[Send, Modify] }, 5, 8);
    let kinds = &[Borrow, Receiver, Changed];
    all_programs(WatchScenario { kinds, operations: &[Send, Close] }, 4, 7);
}

#[test]
fn receivers_in_all_programs() {
    use WatchKind::{Borrow, Changed, Closed, Receiver, Unseen, Update, WaitFor};
    use WatchOperation::{Close, Modify, Send};

    let kinds = &[Unseen, Changed, Update, WaitFor, Borrow];
    all_programs(WatchScenario { kinds, operations: &[Send, Modify, Close] }, 3, 6);
    let kinds = &[Receiver, Changed, Closed];
    all_programs(WatchScenario { kinds, operations: &[Send, Close] }, 3, 6);
}

#[test]
fn watch_in_long_programs() {
    random_programs(watch::check);
}
