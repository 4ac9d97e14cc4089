#!/usr/bin/env bash
# Runs the suites under AddressSanitizer and LeakSanitizer, which find use after free and after return, accesses out of
# bounds, and leaks.
#
#   tests/tools/sanitizers/address.sh              the suites; further arguments are passed to the test programs
#   tests/tools/sanitizers/address.sh --self-test  fails unless it finds the planted bugs
#
# Needs only a Rust toolchain, which includes the sanitizer's runtime. Uses rustup's nightly if there is one, and otherwise
# enables nightly features in the default toolchain.
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
