//! `tests/machines/fuzz/run.sh 60 queue`, or `cd tests && cargo +nightly fuzz run --fuzz-dir machines/fuzz queue`.

#![no_main]

use anywake_tests::explorer::queue;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|program: &[u8]| queue::run(program));
