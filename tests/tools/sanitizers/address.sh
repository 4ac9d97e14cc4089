#!/usr/bin/env bash
# The suites under AddressSanitizer and LeakSanitizer: use after free, after return, out of bounds, leaks.
#
#   tests/tools/sanitizers/address.sh              the suites; what follows goes to the test programs
#   tests/tools/sanitizers/address.sh --self-test  finds the planted bugs, or fails
#
# Needs no more than a Rust toolchain: the sanitizer's runtime comes with it. A nightly is used if rustup has one, else
# the default one is told to allow nightly features.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

if command -v rustup >/dev/null && rustup toolchain list | grep -q ^nightly; then
    cargo=(cargo +nightly)
else
    cargo=(cargo)
    export RUSTC_BOOTSTRAP=1
fi
export CARGO_TARGET_DIR=$work/address
export RUSTFLAGS="-Zsanitizer=address -Cforce-frame-pointers=yes"
export ASAN_OPTIONS="detect_leaks=1:detect_stack_use_after_return=1:${ASAN_OPTIONS:-}"

if [ "${1:-}" = --self-test ]; then
    self_test use_after_free=heap-use-after-free \
        use_after_return=stack-use-after-return \
        leak="LeakSanitizer: detected memory leaks"
else
    check "$@"
fi
