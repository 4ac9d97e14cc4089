#!/usr/bin/env bash
# Runs the suites under ThreadSanitizer, which finds data races, also those without an effect on this machine.
#
#   tests/tools/sanitizers/thread.sh              the suites; further arguments are passed to the test programs
#   tests/tools/sanitizers/thread.sh --self-test  fails unless it finds the planted bugs
#
# If the standard library is built without the sanitizer, its synchronization is invisible, and every use of an `Arc`, a
# channel or a join is reported. A list of suppressions would hide real races too. So the standard library is built with the
# sanitizer, by Debian's compiler from the sources of the same version. They are unpacked below the target directory, never
# installed: 150 MB to download, once.
#
# The sanitizer does not understand fences. The core has none.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

STORE=$work
source "$root/tests/tools/debian.sh"

compiler() {
    unpack_rustc rustc "" rust-web-src
    # Debian's packages have no sanitizer runtimes. The runtime of a recent toolchain works, under the expected name.
    cp "$(rustc --print target-libdir)"/librustc-*_rt.tsan.a \
        "$STORE/rustc/usr/lib/rustlib/$triple/lib/librustc-stable_rt.tsan.a"
}

once compiler compiler
export RUSTC=$STORE/bin/rustc RUSTC_BOOTSTRAP=1
export CARGO_TARGET_DIR=$work/thread
export RUSTFLAGS="-Zsanitizer=thread -Cforce-frame-pointers=yes"
# tokio's runtimes in statics end with the process, and their threads are never joined: not a leak to report.
export TSAN_OPTIONS="halt_on_error=1:report_thread_leaks=0:${TSAN_OPTIONS:-}"
cargo=(cargo -Zbuild-std)

if [ "${1:-}" = --self-test ]; then
    self_test data_race="ThreadSanitizer: data race" relaxed_lock="ThreadSanitizer: data race"
else
    check "$@"
fi
