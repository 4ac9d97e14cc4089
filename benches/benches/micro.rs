//! Measures single operations, polled by hand, with criterion: `cargo bench -p anywake-benches -- 'lock/'`.

use core::time::Duration;
use std::time::Instant;

use anywake_benches::probes;
use criterion::Criterion;

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(500))
        .sample_size(30)
        .configure_from_args();
    for probe in probes::all() {
        criterion.bench_function(&format!("{}/{}", probe.operation, probe.contender), |bencher| {
            bencher.iter_custom(|n| {
                let start = Instant::now();
                (probe.run)(n);
                start.elapsed()
            });
        });
    }
    criterion.final_summary();
}
