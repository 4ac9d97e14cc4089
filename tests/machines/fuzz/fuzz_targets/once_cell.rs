//! `tests/machines/fuzz/run.sh 60 once_cell`, or `cd tests && cargo +nightly fuzz run --fuzz-dir machines/fuzz once_cell`.

#![no_main]

use anywake_tests::explorer::once_cell;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|program: &[u8]| once_cell::run(program));
