# Faults for the sweep to find, sourced by `run`: each is planted in a copy of the core by one substitution.

# What is wrong | the file in core/src | what sed does to it
faults=(
    "interrupts stay on|raw_lock/section.rs|s/unsafe { critical_section::acquire() }/critical_section::RestoreState::invalid()/"
    "the internal lock is free before the waiter is linked|wait_queue.rs|s/Err(Locked { state, waiters, raw: _raw }) => {/Err(Locked { state, waiters, raw }) => { drop(raw);/"
    "the last look before an acquire waits misses a permit|semaphore/policy.rs|s/available(seen) >= n/available(seen) > n/"
    "a cancel does not look at what was decided on its way to the lock|wait_queue.rs|/^fn cancel_queued/,/^}/s/P::verdict(waiter.status())/None::<Verdict>/"
    "an acquire that was granted and dropped keeps its permits|semaphore/policy.rs|s/self.semaphore().put_back(n);/let _ = n;/"
)

# plant <what sed does> <file>
plant() {
    sed -i.sound -e "$1" "$2"
    if cmp -s "$2" "$2.sound"; then
        echo "$(basename "$2") has changed: this fault is to be written anew"
        return 1
    fi
}

# Everything but what was built. With new dates, so that cargo does not take what it has built of an earlier copy for it.
copy_repository() { # copy_repository <folder>
    rm -rf "$1"
    mkdir -p "$1"
    tar -C ../../.. --exclude=target --exclude=.git -c . | tar -C "$1" -x -m
}

sweep_in() { # sweep_in <repository>: builds the sweep there and runs it; what it prints is in $STORE/sweep.log
    (cd "$1/tests/machines/firmware" && cargo build -q --release -p anywake-cortex-m --bin sweep --target thumbv7m-none-eabi) \
        || { echo "it does not compile"; exit 1; }
    arm thumbv7m-none-eabi sweep "${semihosting[@]}" >"$STORE/sweep.log" 2>&1
}

# The sweep passes on a copy of the core, and fails on it with each fault.
faults() {
    local copy=$STORE/faulty fault what file substitution source
    compiler_for thumbv7m-none-eabi core
    emulator qemu-system-arm qemu-system-arm
    copy_repository "$copy"
    local begin=$SECONDS
    sweep_in "$copy" || { cat "$STORE/sweep.log"; echo "the sweep fails without a fault"; return 1; }
    # For a program that hangs: long for a machine on which it was built and run in that time.
    patience=$((10 + SECONDS - begin))
    state "ran, but a fault was not found: see above"
    for fault in "${faults[@]}"; do
        IFS='|' read -r what file substitution <<<"$fault"
        source=$copy/core/src/$file
        plant "$substitution" "$source"
        if sweep_in "$copy"; then
            echo "the sweep does not find this fault: $what"
            return 1
        fi
        mv "$source.sound" "$source"
        printf '%s:\n' "$what"
        tail -n 4 "$STORE/sweep.log" | sed 's/^/    /'
    done
}
