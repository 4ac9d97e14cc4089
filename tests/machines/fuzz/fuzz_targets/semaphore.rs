//! `tests/machines/fuzz/run.sh 60 semaphore`, or `cd tests && cargo +nightly fuzz run --fuzz-dir machines/fuzz semaphore`.

#![no_main]

use anywake_tests::explorer::semaphore;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|program: &[u8]| semaphore::run(program));
