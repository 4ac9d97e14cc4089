//! The measurement of a row. It is a separate test program, because allocations are counted on all threads.

use core::time::Duration;

use anywake_benches::harness::{Basis, Contender, Fold, Run, Suite, Workload};

struct Steady;
impl Contender for Steady {
    const NAME: &'static str = "steady";
}

/// A program that takes 100 ns per operation, and allocates once per operation and three times for its set-up.
fn steady(n: u64) -> Run {
    let boxes: Vec<_> = (0..n + 3).map(Box::new).collect();
    core::hint::black_box(&boxes);
    Run::new(n, Duration::from_nanos(n * 100)).with("boxes", boxes.len() as f64, Fold::Max)
}

#[test]
fn a_round_is_filled_and_the_set_up_does_not_count_as_allocations() {
    let mut workload = Workload::new("steady", "nothing", Basis::Min);
    workload.enter::<Steady>(Some(8), steady);
    let mut suite = Suite::default();
    suite.add(workload);
    suite.add(Workload::new("no contenders", "nothing", Basis::Min));
    let outcomes = suite.measure(3, Duration::from_millis(1), |_, _| {});
    assert_eq!(outcomes.len(), 1);
    let row = &outcomes[0].rows[0];
    assert_eq!(row.nanoseconds.len(), 3);
    assert!((row.min() - 100.0).abs() < 0.1, "{row:?}");
    assert!((row.allocations - 1.0).abs() < 0.01, "{row:?}");
    assert!(
        (9_000.0..=10_003.0).contains(&row.extras[0].value),
        "a round of 1 ms has 10 000 operations: {row:?}"
    );
}
