# Faults for the sweep to find, sourced by `run`: seeded mistakes of tests/tools/mutants, each made in a copy of the
# repository.

faults=(
    interrupts_stay_on
    the_lock_is_free_before_the_waiter_is_linked
    the_last_look_misses_a_permit
    cancel_looks_once
    a_granted_acquire_keeps_its_permits
)

plant() { # plant <folder> [<fault>]: makes the copy, or brings an earlier one up to date
    # With the compiler of the host.
    (cd ../../.. && env -u CARGO_TARGET_DIR -u RUSTC cargo run -q -p anywake-tests --bin mutants -- --plant "$@")
}

sweep_in() { # sweep_in <repository>: builds the sweep there and runs it; what it prints is in $STORE/sweep.log
    (cd "$1/tests/machines/firmware" && cargo build -q --release -p anywake-cortex-m --bin sweep --target thumbv7m-none-eabi) \
        || { echo "it does not compile"; exit 1; }
    arm thumbv7m-none-eabi sweep "${semihosting[@]}" >"$STORE/sweep.log" 2>&1
}

# The sweep passes on a copy of the core, and fails on it with each fault.
faults() {
    local copy=$STORE/faulty fault
    compiler_for thumbv7m-none-eabi core
    emulator qemu-system-arm qemu-system-arm
    plant "$copy"
    local begin=$SECONDS
    sweep_in "$copy" || { cat "$STORE/sweep.log"; echo "the sweep fails without a fault"; return 1; }
    # For a program that hangs: long for a machine on which it was built and run in that time.
    patience=$((10 + SECONDS - begin))
    state "ran, but a fault was not found: see above"
    for fault in "${faults[@]}"; do
        plant "$copy" "$fault"
        if sweep_in "$copy"; then
            echo "the sweep does not find this fault: $fault"
            return 1
        fi
        printf '%s:\n' "$fault"
        tail -n 4 "$STORE/sweep.log" | sed 's/^/    /'
    done
}
