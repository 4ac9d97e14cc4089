//! `tests/machines/fuzz/run.sh 60 cancellation_token`, or
//! `cd tests && cargo +nightly fuzz run --fuzz-dir machines/fuzz cancellation_token`.

#![no_main]

use anywake_tests::explorer::cancellation_token;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|program: &[u8]| cancellation_token::run(program));
