//! `tests/machines/fuzz/run.sh 60 event`, or `cd tests && cargo +nightly fuzz run --fuzz-dir machines/fuzz event`.

#![no_main]

use anywake_tests::explorer::event;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|program: &[u8]| event::run(program));
