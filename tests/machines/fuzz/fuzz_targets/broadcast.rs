//! `tests/machines/fuzz/run.sh 60 broadcast`, or `cd tests && cargo +nightly fuzz run --fuzz-dir machines/fuzz broadcast`.

#![no_main]

use anywake_tests::explorer::broadcast;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|program: &[u8]| broadcast::run(program));
