#!/usr/bin/env bash
# cargo-mutants on the core: changes that a tool makes, hundreds of them, against the suites that need no runtime.
#
#   tests/tools/mutants/cargo-mutants.sh                                   all of core/src: hours
#   tests/tools/mutants/cargo-mutants.sh --file '**/wait/queue.rs'         what follows goes to cargo-mutants
#
# Two at once need a CARGO_TARGET_DIR each, and files of their own; not --shard, which would divide anew what is left.
#
# Needs cargo-mutants (cargo install --locked cargo-mutants). It runs the tests of the package that it changes, and most
# of the core's are in another one; so in a copy they become the core's own. In three rounds, each for what the one
# before has left: units and semantics, the explorer, the models. What each found is in target/cargo-mutants, in
# round-1, round-2 and round-3; those that are left in the end are in round-3/missed.txt. Why, stands in
# core/VERIFICATION.md. Left out are the tests, and sys/atomic.rs, which is what the models stand on.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."

command -v cargo-mutants >/dev/null || { echo "cargo-mutants is missing: cargo install --locked cargo-mutants"; exit 1; }
work=$(realpath -m "${CARGO_TARGET_DIR:-target}")/cargo-mutants
mkdir -p "$work"

# copy <name>: a tree of its own, whose earlier build stays.
copy() {
    mkdir -p "$work/$1"
    for part in Cargo.toml Cargo.lock README.md core std-adapters tests benches; do
        rm -rf "${work:?}/$1/$part"
        cp -r "$part" "$work/$1"
    done
}

# round <number> <tree> <arguments>
round() {
    local number=$1 tree=$2 status=0
    shift 2
    # 2 is its way to say that some are left, 3 that a test hung.
    (
        cd "$work/$tree"
        cargo mutants --in-place --package anywake-core --features std,futures --output "$work" \
            --exclude '**/tests/**' --exclude '**/tests.rs' --exclude '**/doctest.rs' --exclude '**/atomic.rs' "$@"
    ) || status=$?
    [ "$status" = 0 ] || [ "$status" = 2 ] || [ "$status" = 3 ] || exit "$status"
    cp -r "$work/mutants.out" "$work/round-$number"
    # To hang is to be found; without this the next round would try them again.
    cat "$work/mutants.out/timeout.txt" >>"$work/mutants.out/caught.txt"
}

copy suites
copy models
cat >>"$work/suites/core/Cargo.toml" <<'TOML'

[[test]]
name = "semantics"
path = "../tests/suites/semantics/main.rs"

[[test]]
name = "explorer"
path = "../tests/suites/explorer/main.rs"
TOML
sed -i '/^\[dev-dependencies\]/a anywake-tests = { path = "../tests" }\nfutures-util = { workspace = true, features = ["std"] }\nproptest = "1.6"' \
    "$work/suites/core/Cargo.toml"
# Without the runtimes, which these suites do not use, a mutant builds in half the time.
sed -i '/^anywake = /d; /^tokio = /d' "$work/suites/tests/Cargo.toml"
sed -i '/^pub mod runtimes;/d' "$work/suites/tests/support/lib.rs"

rm -rf "$work"/mutants.out* "$work"/round-*
export CARGO_PROFILE_DEV_DEBUG=0 CARGO_PROFILE_RELEASE_DEBUG=0 CARGO_PROFILE_RELEASE_INCREMENTAL=true
CARGO_TARGET_DIR=$work/build round 1 suites --minimum-test-timeout 10 "$@" -C=--lib -C=--test=semantics
CARGO_TARGET_DIR=$work/build CARGO_PROFILE_DEV_OPT_LEVEL=1 round 2 suites --iterate "$@" -C=--test=explorer
RUSTFLAGS="--cfg loom" LOOM_MAX_PREEMPTIONS=2 CARGO_TARGET_DIR=$work/build-loom \
    round 3 models --iterate "$@" -C=--release -C=--lib -- loom
