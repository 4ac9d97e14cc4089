#!/usr/bin/env bash
# The fuzz targets, one after the other: the explorer's programs, made by libFuzzer and run under AddressSanitizer.
#
#   tests/machines/fuzz/run.sh                  each for a minute
#   tests/machines/fuzz/run.sh 600              each for so many seconds
#   tests/machines/fuzz/run.sh 600 lock queue   only these
#   tests/machines/fuzz/run.sh --self-test      each finds a mistake that is made for it in a copy of the sources, or it fails
#
# Needs a nightly toolchain and cargo-fuzz (cargo install cargo-fuzz). What is found and what is learnt is in
# tests/machines/fuzz/artifacts and tests/machines/fuzz/corpus, ignored by git. A program that fails again, which shows
# its steps: `cd tests && cargo +nightly fuzz run --fuzz-dir machines/fuzz lock machines/fuzz/artifacts/lock/crash-...`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."

command -v cargo-fuzz >/dev/null || { echo "cargo-fuzz is missing: cargo install cargo-fuzz"; exit 1; }
work=$(realpath -m "${CARGO_TARGET_DIR:-target}")/fuzz
# Read by cargo-fuzz and by cargo.
export CARGO_TARGET_DIR=$work/build
targets=(lock semaphore event condition queue)

# fuzz <target> <seconds>: in the tests of the current directory. Programs of up to some hundred steps.
fuzz() {
    (cd tests && cargo +nightly fuzz run --fuzz-dir machines/fuzz "$1" -- -max_total_time="$2" -max_len=512 -print_final_stats=1 2>&1)
}

# A seeded mistake for each: tests/tools/mutants knows them.
declare -A mistakes=(
    [lock]=cancel_drops_the_grant
    [semaphore]=try_acquire_overtakes
    [event]=a_broadcast_reaches_none_of_its_own
    [condition]=a_notification_dies_with_its_waiter
    [queue]=a_cancelled_pop_keeps_its_claim
)

self_test() {
    local copy=$work/self-test target report missed=0
    for target in "${targets[@]}"; do
        cargo run -q -p anywake-tests --bin mutants -- --plant "$copy" "${mistakes[$target]}"
        rm -rf "$copy/tests/machines/fuzz/corpus" "$copy/tests/machines/fuzz/artifacts"
        if report=$(cd "$copy" && fuzz "$target" 120); then
            echo "$target: MISSED"; tail -n 20 <<<"$report"; missed=1
        else
            # What the model says, or else what the core or the sanitizer does.
            echo "$target: $(grep -m1 'should be' <<<"$report" || grep -m1 -E 'panicked at|ERROR: Addr' <<<"$report" || {
                echo MISSED; tail -n 20 <<<"$report"
            })"
            grep -qE 'should be|panicked at|ERROR: Addr' <<<"$report" || missed=1
        fi
    done
    return "$missed"
}

if [ "${1:-}" = --self-test ]; then
    self_test
    exit
fi
seconds=${1:-60}
if (($# > 1)); then targets=("${@:2}"); fi
for target in "${targets[@]}"; do
    report=$(fuzz "$target" "$seconds") || { echo "$report"; exit 1; }
    echo "$target: $(awk '/^stat::number_of_executed_units/ { runs = $2 } /^stat::average_exec_per_sec/ { speed = $2 }
        END { printf "%d programs, %d a second", runs, speed }' <<<"$report")"
done
