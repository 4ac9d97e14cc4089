//! `tests/machines/fuzz/run.sh 60 rwlock`, or `cd tests && cargo +nightly fuzz run --fuzz-dir machines/fuzz rwlock`.

#![no_main]

use anywake_tests::explorer::rwlock;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|program: &[u8]| rwlock::run(program));
