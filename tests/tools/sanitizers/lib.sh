# Sourced by address.sh and thread.sh. They set `RUSTFLAGS` and the other variables of cargo, and the array `cargo`: the
# command, with its flags.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
triple=x86_64-unknown-linux-gnu
# Below the target directory, which git ignores.
work=$(realpath -m "${CARGO_TARGET_DIR:-$root/target}")/sanitizers

[ "$(uname -sm)" = "Linux x86_64" ] || { echo "this script supports the sanitizers only on Linux on x86_64"; exit 1; }

# The suites that share memory: polled by hand, on each runtime, across runtimes, and in storms.
suites=(--test semantics --test conformance --test mixed --test stress)

# A program with a sanitizer takes a minute to print a backtrace, and some tests panic on purpose.
export RUST_BACKTRACE=0

# check [arguments of the test programs]
check() {
    cd "$root"
    "${cargo[@]}" test --no-fail-fast --target "$triple" -p anywake-tests "${suites[@]}" -- "$@"
}

# self_test <program>=<text of its report>...: each of these programs in planted/ has a bug; the program `clean` has none.
self_test() {
    cd "$root/tests/tools/sanitizers/planted"
    "${cargo[@]}" build --target "$triple"
    local bin=$CARGO_TARGET_DIR/$triple/debug one program expected report status missed=0

    if ! report=$("$bin/clean" 2>&1) || [ -n "$report" ]; then
        echo "clean: FALSE ALARM"; echo "$report"; missed=1
    else
        echo "clean: nothing reported"
    fi
    for one in "$@"; do
        program=${one%%=*} expected=${one#*=} status=0
        report=$("$bin/$program" 2>&1) || status=$?
        if ((status)) && grep -qF "$expected" <<<"$report"; then
            echo "$program: $expected"
        else
            echo "$program: MISSED (status $status)"; echo "$report"; missed=1
        fi
    done
    return "$missed"
}
