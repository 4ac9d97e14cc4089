//! `tests/machines/fuzz/run.sh 60 oneshot`, or `cd tests && cargo +nightly fuzz run --fuzz-dir machines/fuzz oneshot`.

#![no_main]

use anywake_tests::explorer::oneshot;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|program: &[u8]| oneshot::run(program));
