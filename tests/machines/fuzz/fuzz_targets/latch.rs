//! `tests/machines/fuzz/run.sh 60 latch`, or `cd tests && cargo +nightly fuzz run --fuzz-dir machines/fuzz latch`.

#![no_main]

use anywake_tests::explorer::latch;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|program: &[u8]| latch::run(program));
