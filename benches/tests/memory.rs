//! The table of bytes. The only test of its program, because it counts what all threads allocate.

use anywake_benches::harness::Kind;
use anywake_benches::memory::{all, markdown};

#[test]
fn our_primitives_keep_nothing_of_a_burst_or_a_crowd() {
    let rows = all();
    let ours: Vec<_> = rows.iter().filter(|row| row.kind == Kind::Ours).collect();
    for row in &ours {
        // A channel without a bound keeps one block of 32 items of eight bytes, and its two links.
        let block = if row.what == "unbounded" { 32 * 8 + 2 * size_of::<usize>() } else { 0 };
        assert_eq!(row.idle + block, row.after, "{} of {} keeps bytes", row.what, row.contender);
        assert!(row.idle > 0 && row.waiting != Some(0), "{row:?}");
    }
    let table = markdown(&rows);
    for row in ours {
        let idle = format!("{} {}", row.contender, row.idle);
        assert!(
            table.lines().any(|line| line.contains(&row.what) && line.contains(&idle)),
            "{idle}\n{table}"
        );
    }
}
