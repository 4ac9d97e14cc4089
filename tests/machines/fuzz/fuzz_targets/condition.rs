//! `tests/machines/fuzz/run.sh 60 condition`, or `cd tests && cargo +nightly fuzz run --fuzz-dir machines/fuzz condition`.

#![no_main]

use anywake_tests::explorer::condition;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|program: &[u8]| condition::run(program));
