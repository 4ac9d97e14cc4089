#!/usr/bin/env bash
# The suites under ThreadSanitizer: data races, also those that no run on this machine would show.
#
#   tests/sanitizers/thread.sh              the suites; what follows goes to the test programs
#   tests/sanitizers/thread.sh --self-test  finds the planted bugs, or fails
#
# A standard library that was built without the sanitizer hides its synchronisation from it, and everything that goes
# through an `Arc`, a channel or a join is reported. A list of suppressions silences real races too. So the standard
# library is built with it, from Debian's compiler and the sources that belong to it. They are unpacked below the target
# directory, never installed: 150 MB to fetch, once.
#
# The sanitizer does not understand fences; the core has none.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# Debian's versions change with its security updates: the newest there is, in all of them.
fetch_compiler() {
    local debs=$work/debs sysroot=$work/compiler
    [ -e "$work/compiler.complete" ] && return
    command -v apt-get >/dev/null || { echo "this needs Debian's apt-get, to fetch a compiler with its sources"; exit 1; }
    mkdir -p "$debs" "$sysroot"
    apt-cache show rust-web-src >/dev/null 2>&1 || apt-get update
    local version series llvm
    version=$(apt-cache policy rustc-web | awk '/Candidate:/ { print $2 }')
    series=$(cut -d. -f1,2 <<<"$version")
    llvm=$(apt-cache show "rustc-web=$version" "libstd-rust-web-$series=$version" | grep -o 'libllvm[0-9]*' | sort -u)
    (
        cd "$debs"
        apt-get download -o APT::Sandbox::User= "rustc-web=$version" "rust-web-src=$version" \
            "libstd-rust-web-$series=$version" "libstd-rust-web-dev=$version" "$llvm"
        for deb in *.deb; do dpkg -x "$deb" "$sysroot"; done
    )
    # Debian leaves the sanitizers' runtimes out. That of a recent toolchain does, under the name that is looked for.
    cp "$(rustc --print target-libdir)"/librustc-*_rt.tsan.a \
        "$sysroot/usr/lib/rustlib/$triple/lib/librustc-stable_rt.tsan.a"
    touch "$work/compiler.complete"
}

fetch_compiler
compiler=$work/compiler/usr
export LD_LIBRARY_PATH=$compiler/lib/x86_64-linux-gnu${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export RUSTC=$compiler/bin/rustc RUSTDOC=$compiler/bin/rustdoc RUSTC_BOOTSTRAP=1
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
