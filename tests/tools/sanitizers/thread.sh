#!/usr/bin/env bash
# The suites under ThreadSanitizer: data races, also those that no run on this machine would show.
#
#   tests/tools/sanitizers/thread.sh              the suites; what follows goes to the test programs
#   tests/tools/sanitizers/thread.sh --self-test  finds the planted bugs, or fails
#
# A standard library that was built without the sanitizer hides its synchronisation from it, and everything that goes
# through an `Arc`, a channel or a join is reported. A list of suppressions silences real races too. So the standard
# library is built with it, from Debian's compiler and the sources that belong to it. They are unpacked below the target
# directory, never installed: 150 MB to fetch, once.
#
# The sanitizer does not understand fences; the core has none.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

STORE=$work
source "$root/tests/tools/debian.sh"

compiler() {
    unpack_rustc rustc "" rust-web-src
    # Debian leaves the sanitizers' runtimes out. That of a recent toolchain does, under the name that is looked for.
    cp "$(rustc --print target-libdir)"/librustc-*_rt.tsan.a \
        "$STORE/rustc/usr/lib/rustlib/$triple/lib/librustc-stable_rt.tsan.a"
}

once compiler compiler
export RUSTC=$STORE/bin/rustc RUSTC_BOOTSTRAP=1
export CARGO_TARGET_DIR=$work/thread
export RUSTFLAGS="-Zsanitizer=thread -Cforce-frame-pointers=yes"
# tokio's runtimes in statics end with the process, and nobody joins their threads; that is not what is looked for.
export TSAN_OPTIONS="halt_on_error=1:report_thread_leaks=0:${TSAN_OPTIONS:-}"
cargo=(cargo -Zbuild-std)

if [ "${1:-}" = --self-test ]; then
    self_test data_race="ThreadSanitizer: data race" relaxed_lock="ThreadSanitizer: data race"
else
    check "$@"
fi
