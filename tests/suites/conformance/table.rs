//! The table of what has run where: `cargo test -p anywake-tests --test conformance table -- --nocapture`.
//!
//! The rows and the cells are those of the tests that this program has. So a primitive that lacks a runtime is seen.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::process::Command;

/// The modules that are stamped for runtimes of one kind only.
const OF_ONE_KIND: &[(&str, &str)] = &[("local_tasks", "tasks that are not `Send`")];

#[test]
fn table_of_runtimes() {
    let listed = Command::new(env::current_exe().unwrap()).args(["--list", "--format", "terse"]).output();
    let listed = String::from_utf8(listed.unwrap().stdout).unwrap();
    let mut cells: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for test in listed.lines().filter_map(|line| line.strip_suffix(": test")) {
        if let [row, runtime, _] = test.split("::").collect::<Vec<_>>()[..] {
            *cells.entry(row).or_default().entry(runtime).or_default() += 1;
        }
    }
    let runtimes: BTreeSet<_> = cells.values().flat_map(BTreeMap::keys).copied().collect();
    println!("| scenarios | {} |", runtimes.iter().copied().collect::<Vec<_>>().join(" | "));
    println!("|---|{}", "---|".repeat(runtimes.len()));
    for (row, here) in &cells {
        let kind = OF_ONE_KIND.iter().find(|(name, _)| name == row);
        let cells = runtimes.iter().map(|runtime| match (here.get(runtime), kind) {
            (Some(count), _) => format!("ran {count}"),
            (None, Some((_, kind))) => format!("can't: {kind}"),
            (None, None) => panic!("`{row}` has no scenario on {runtime}"),
        });
        println!("| {row} | {} |", cells.collect::<Vec<_>>().join(" | "));
    }
    assert!(runtimes.len() >= 9, "{runtimes:?}");
    assert!(cells.len() >= 18, "a primitive is missing: {:?}", cells.keys());
}
