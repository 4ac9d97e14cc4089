//! `tests/machines/fuzz/run.sh 60 lock`, or `cd tests && cargo +nightly fuzz run --fuzz-dir machines/fuzz lock`.

#![no_main]

use anywake_tests::explorer::lock;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|program: &[u8]| lock::run(program));
