#!/usr/bin/env bash
# Measures which lines of core/src the tests run. Prints a line for each file, then the lines that no test runs.
#
#   tests/tools/coverage.sh              further arguments, such as --html, are passed to `cargo llvm-cov report`
#
# Needs cargo-llvm-cov (cargo install cargo-llvm-cov), and LLVM's tools of the same version as the compiler's: rustup's
# component llvm-tools, or Debian's packages, which are unpacked below the target directory and not installed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

command -v cargo-llvm-cov >/dev/null || { echo "cargo-llvm-cov is missing: cargo install cargo-llvm-cov"; exit 1; }

llvm() { # llvm <version>
    local tool
    download "llvm-$1" "llvm-$1" "libllvm$1"
    # The wrappers keep Debian's library from the compiler, which has its own.
    for tool in llvm-cov llvm-profdata; do wrapper "$tool-$1" "llvm-$1" "usr/lib/llvm-$1/bin/$tool"; done
}

if ! compgen -G "$(rustc --print target-libdir)/../bin/llvm-cov" >/dev/null; then
    command -v apt-get >/dev/null || { echo "llvm-cov is missing: rustup component add llvm-tools"; exit 1; }
    STORE=$(realpath -m "${CARGO_TARGET_DIR:-target}")/coverage
    source tests/tools/debian.sh
    version=$(rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
    once package-lists package_lists
    once "llvm-$version" llvm "$version"
    export LLVM_COV=$STORE/bin/llvm-cov-$version LLVM_PROFDATA=$STORE/bin/llvm-profdata-$version
fi

cargo llvm-cov clean --workspace
cargo llvm-cov --no-report -p anywake-core --features std,futures --lib
cargo llvm-cov --no-report -p anywake-tests --test semantics --test explorer --test conformance --test mixed --test stress
# Only the core, without its tests and without the executor of its documentation.
ignore='/(tests|std-adapters|benches)/|/(tests|doctest)\.rs$'
if (($#)); then
    cargo llvm-cov report --ignore-filename-regex "$ignore" "$@"
else
    cargo llvm-cov report --ignore-filename-regex "$ignore" --show-missing-lines
fi
