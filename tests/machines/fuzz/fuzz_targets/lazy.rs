//! `tests/machines/fuzz/run.sh 60 lazy`, or `cd tests && cargo +nightly fuzz run --fuzz-dir machines/fuzz lazy`.

#![no_main]

use anywake_tests::explorer::lazy;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|program: &[u8]| lazy::run(program));
