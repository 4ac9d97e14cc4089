# What address.sh and thread.sh share. They set `RUSTFLAGS` and what else cargo needs, and the array `cargo`: the command,
# with the flags that come before the subcommand's own.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
triple=x86_64-unknown-linux-gnu
# Ignored by git, as all of the target directory.
work=$(realpath -m "${CARGO_TARGET_DIR:-$root/target}")/sanitizers

[ "$(uname -sm)" = "Linux x86_64" ] || { echo "the sanitizers are set up for Linux on x86_64 only"; exit 1; }

# Every suite in which memory changes hands: polled by hand, on each runtime, across them, and in storms.
suites=(--test semantics --test conformance --test mixed --test stress)

# To print where a task panicked, as some do on purpose, takes a program with a sanitizer in it a minute.
export RUST_BACKTRACE=0

# check [arguments of the test programs]
check() {
    cd "$root"
    "${cargo[@]}" test --no-fail-fast --target "$triple" -p anywake-tests "${suites[@]}" -- "$@"
}

# self_test <program>=<what its report must say>...: the programs in planted/ have a bug each, and one has none.
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
