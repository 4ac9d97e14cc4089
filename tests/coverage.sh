#!/usr/bin/env bash
# Which lines of core/src the tests run: a line for each file, then those that none runs.
#
#   tests/coverage.sh              what follows goes to `cargo llvm-cov report`, such as --html
#
# Needs cargo-llvm-cov (cargo install cargo-llvm-cov) and LLVM's tools of the compiler's own version: rustup's component
# llvm-tools, or else Debian's packages, which are unpacked below the target directory and not installed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

command -v cargo-llvm-cov >/dev/null || { echo "cargo-llvm-cov is missing: cargo install cargo-llvm-cov"; exit 1; }

fetch_llvm() {
    local version work=$1
    version=$(rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
    [ -e "$work/llvm-$version.complete" ] && return
    command -v apt-get >/dev/null || { echo "rustup component add llvm-tools"; exit 1; }
    mkdir -p "$work/debs" "$work/bin"
    apt-cache show "llvm-$version" >/dev/null 2>&1 || apt-get update
    (
        cd "$work/debs"
        apt-get download -o APT::Sandbox::User= "llvm-$version" "libllvm$version"
        for deb in *.deb; do dpkg -x "$deb" "$work/root"; done
    )
    local tool
    for tool in llvm-cov llvm-profdata; do
        # Their library must not be found by the compiler, which has its own.
        cat >"$work/bin/$tool" <<EOF
#!/bin/sh
LD_LIBRARY_PATH=$work/root/usr/lib/x86_64-linux-gnu:$work/root/usr/lib/llvm-$version/lib exec $work/root/usr/lib/llvm-$version/bin/$tool "\$@"
EOF
        chmod +x "$work/bin/$tool"
    done
    touch "$work/llvm-$version.complete"
}

if ! compgen -G "$(rustc --print target-libdir)/../bin/llvm-cov" >/dev/null; then
    work=$(realpath -m "${CARGO_TARGET_DIR:-target}")/coverage
    fetch_llvm "$work"
    export LLVM_COV=$work/bin/llvm-cov LLVM_PROFDATA=$work/bin/llvm-profdata
fi

cargo llvm-cov clean --workspace
cargo llvm-cov --no-report -p anywake-core --features std,futures --lib
cargo llvm-cov --no-report -p anywake-tests --test semantics --test explorer --test conformance --test mixed --test stress
# Of the core, without its tests, and without the executor of its documentation.
ignore='/(tests|std-adapters|benches)/|/(tests|doctest)\.rs$'
if (($#)); then
    cargo llvm-cov report --ignore-filename-regex "$ignore" "$@"
else
    cargo llvm-cov report --ignore-filename-regex "$ignore" --show-missing-lines
fi
