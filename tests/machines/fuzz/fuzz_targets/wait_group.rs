//! `tests/machines/fuzz/run.sh 60 wait_group`, or `cd tests && cargo +nightly fuzz run --fuzz-dir machines/fuzz wait_group`.

#![no_main]

use anywake_tests::explorer::wait_group;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|program: &[u8]| wait_group::run(program));
