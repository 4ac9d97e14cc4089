//! `tests/machines/fuzz/run.sh 60 signal`, or `cd tests && cargo +nightly fuzz run --fuzz-dir machines/fuzz signal`.

#![no_main]

use anywake_tests::explorer::signal;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|program: &[u8]| signal::run(program));
