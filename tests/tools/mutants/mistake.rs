//! Which mistakes are made: put into the copy of the core that has them all. They are named when the program starts.

extern crate std;

use std::collections::BTreeSet;
use std::string::String;
use std::sync::OnceLock;
use std::vec::Vec;

static MADE: OnceLock<Vec<bool>> = OnceLock::new();

/// With the number of the mistake in the list of their names.
#[inline]
pub(crate) fn is_made_at(number: usize) -> bool {
    // Of the standard library: models do not see it, and it orders nothing in them.
    MADE.get_or_init(read)[number]
}

fn read() -> Vec<bool> {
    let made = std::env::var("ANYWAKE_MISTAKE").unwrap_or_default();
    let made: BTreeSet<&str> = made.split_terminator(',').collect();
    let known = made.iter().all(|name| NAMES.contains(name));
    assert!(known, "there is no such mistake: {made:?}");
    NAMES.iter().map(|name| made.contains(name)).collect()
}
