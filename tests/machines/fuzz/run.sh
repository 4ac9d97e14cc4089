#!/usr/bin/env bash
# Runs the fuzz targets one after another: libFuzzer generates programs for the explorer, under AddressSanitizer.
#
#   tests/machines/fuzz/run.sh                  every target, for one minute each
#   tests/machines/fuzz/run.sh 600              every target, for 600 seconds each
#   tests/machines/fuzz/run.sh 600 lock queue   only these targets
#   tests/machines/fuzz/run.sh --self-test      fails unless each target finds a mistake seeded in a copy of the sources
#
# Needs a nightly toolchain and cargo-fuzz (cargo install cargo-fuzz). Failing programs are stored in
# tests/machines/fuzz/artifacts, and the corpus in tests/machines/fuzz/corpus. Git ignores both. To repeat a failing program and
# show its steps: `cd tests && cargo +nightly fuzz run --fuzz-dir machines/fuzz lock machines/fuzz/artifacts/lock/crash-...`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."

command -v cargo-fuzz >/dev/null || { echo "cargo-fuzz is missing: cargo install cargo-fuzz"; exit 1; }
work=$(realpath -m "${CARGO_TARGET_DIR:-target}")/fuzz
# Read by cargo-fuzz and by cargo.
export CARGO_TARGET_DIR=$work/build
targets=(lock semaphore event barrier broadcast condition queue notify once_cell lazy latch wait_group cancellation_token rwlock oneshot signal watch)

# fuzz <target> <seconds>: runs a target of the repository in the current directory, with programs of up to some hundred steps.
fuzz() {
    (cd tests && cargo +nightly fuzz run --fuzz-dir machines/fuzz "$1" -- -max_total_time="$2" -max_len=512 -print_final_stats=1 2>&1)
}

# For each target a seeded mistake of tests/tools/mutants.
declare -A mistakes=(
    [lock]=cancel_drops_the_grant
    [semaphore]=try_acquire_overtakes
    [event]=a_broadcast_reaches_none_of_its_own
    [barrier]=a_round_is_complete_too_soon
    [broadcast]=a_leaver_stays_counted
    [condition]=a_notification_dies_with_its_waiter
    [queue]=a_cancelled_pop_keeps_its_claim
    [notify]=a_notification_is_lost_with_its_wait
    [once_cell]=an_heir_keeps_the_role
    [lazy]=a_lazy_forgets_its_progress
    [latch]=a_count_down_takes_what_a_guard_holds
    [wait_group]=a_close_forgets_the_tokens
    [cancellation_token]=only_children_are_cancelled
    [rwlock]=a_cancelled_writer_keeps_readers_out
    [oneshot]=a_send_wakes_nobody
    [signal]=a_value_is_lost_with_its_wait
    [watch]=a_value_becomes_visible_and_wakes_nobody
)

self_test() {
    local copy=$work/self-test target report missed=0
    for target in "${targets[@]}"; do
        cargo run -q -p anywake-tests --bin mutants -- --plant "$copy" "${mistakes[$target]}"
        rm -rf "$copy/tests/machines/fuzz/corpus" "$copy/tests/machines/fuzz/artifacts"
        if report=$(cd "$copy" && fuzz "$target" 120); then
            echo "$target: MISSED"; tail -n 20 <<<"$report"; missed=1
        else
            # The model's report, or else that of the core or the sanitizer.
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
