//! `tests/machines/fuzz/run.sh 60 notify`, or `cd tests && cargo +nightly fuzz run --fuzz-dir machines/fuzz notify`.

#![no_main]

use anywake_tests::explorer::notify;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|program: &[u8]| notify::run(program));
