# Sourced by `run`. Plants seeded mistakes of tests/tools/mutants in a copy of the repository, for the sweep to find.

faults=(
    interrupts_stay_on
    the_lock_is_free_before_the_waiter_is_linked
    the_last_look_misses_a_permit
    cancel_looks_once
    a_granted_acquire_keeps_its_permits
)

plant() { # plant <folder> [<fault>]: makes the copy, or updates an earlier one
    # The compiler of the host builds this program.
    (cd ../../.. && env -u CARGO_TARGET_DIR -u RUSTC cargo run -q -p anywake-tests --bin mutants -- --plant "$@")
}

sweep_in() { # sweep_in <repository>: builds and runs the sweep of this repository, with its output in $STORE/sweep.log
    (cd "$1/tests/machines/firmware" && cargo build -q --release -p anywake-cortex-m --bin sweep --target thumbv7m-none-eabi) \
        || { echo "it does not compile"; exit 1; }
    arm thumbv7m-none-eabi sweep "${semihosting[@]}" >"$STORE/sweep.log" 2>&1
}

# Asserts that the sweep passes on a copy of the core, and fails with each fault.
faults() {
    local copy=$STORE/faulty fault
    compiler_for thumbv7m-none-eabi core
    emulator qemu-system-arm qemu-system-arm
    plant "$copy"
    local begin=$SECONDS
    sweep_in "$copy" || { cat "$STORE/sweep.log"; echo "the sweep fails without a fault"; return 1; }
    # The time limit of a program that hangs: longer than this machine took to build and run the sweep without a fault.
    patience=$((10 + SECONDS - begin))
    state "ran, but the sweep missed a fault: see above"
    for fault in "${faults[@]}"; do
        plant "$copy" "$fault"
        if sweep_in "$copy"; then
            echo "the sweep missed this fault: $fault"
            return 1
        fi
        printf '%s:\n' "$fault"
        tail -n 4 "$STORE/sweep.log" | sed 's/^/    /'
    done
}
