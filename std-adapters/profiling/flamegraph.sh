#!/usr/bin/env bash
# A flame graph of an example: std-adapters/profiling/flamegraph.sh <example> [its arguments]
#
# Paths are those of the repository's root; it prints where the graph is. How to read it: std-adapters/PROFILING.md
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
example=${1:?"flamegraph.sh <example> [its arguments]"}
shift

need() { # need <tool> <how to get it>
    command -v "$1" >/dev/null || { echo "flamegraph.sh: $1 is missing: $2" >&2; exit 2; }
}
need perf "apt-get install linux-perf"
need inferno-flamegraph "cargo install inferno"

# A directory of its own, since the flag rebuilds everything: with frame pointers a stack costs next to nothing to read.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/profiling RUSTFLAGS="-C force-frame-pointers=yes"
if [ "$example" = tour ]; then
    cargo build --release -p anywake --all-features --example tour
    program=$CARGO_TARGET_DIR/release/examples/tour
else
    cargo build --release -p anywake-examples --bin "$example"
    program=$CARGO_TARGET_DIR/release/$example
fi

profile=$CARGO_TARGET_DIR/$example
# Of user code only, so that it needs no privileges, and by the clock, because virtual machines often have no counters.
perf record --quiet -F 4999 -e cpu-clock:u --call-graph fp -o "$profile.perf" \
    "$program" "$@" >&2
perf script -i "$profile.perf" | inferno-collapse-perf >"$profile.folded"
inferno-flamegraph --title "$example" --minwidth 0.1 "$profile.folded" >"$profile.svg"
echo "$profile.svg"
