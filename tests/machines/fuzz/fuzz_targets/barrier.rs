//! `tests/machines/fuzz/run.sh 60 barrier`, or `cd tests && cargo +nightly fuzz run --fuzz-dir machines/fuzz barrier`.

#![no_main]

use anywake_tests::explorer::barrier;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|program: &[u8]| barrier::run(program));
