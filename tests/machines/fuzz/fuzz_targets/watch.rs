//! `tests/machines/fuzz/run.sh 60 watch`, or `cd tests && cargo +nightly fuzz run --fuzz-dir machines/fuzz watch`.

#![no_main]

use anywake_tests::explorer::watch;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|program: &[u8]| watch::run(program));
