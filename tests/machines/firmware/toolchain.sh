# Sourced by `run`. Provides compilers and emulators for other targets.
#
# An installed target of rustup and an emulator on the PATH are used if they exist. Everything else comes from Debian.
# `cargo -Zbuild-std` builds a standard library for any target from the sources of Debian's compiler. Cargo and the linker
# `rust-lld` are those of rustup.

# shellcheck source=../../tools/debian.sh
. ../../tools/debian.sh
# The caller's settings are for other builds.
unset RUSTFLAGS CARGO_BUILD_TARGET

# --- The compiler

has_target() { # has_target <compiler> <target>
    compgen -G "$("$1" --print target-libdir --target "$2" 2>/dev/null)/libcore-*.rlib" >/dev/null
}

compiler() {
    local own host
    unpack_rustc rustc "" rust-web-src
    host=$(rustc -vV | sed -n 's/^host: //p')
    own=$(rustc --print sysroot)/lib/rustlib/$host
    mkdir -p "$STORE/rustc/usr/lib/rustlib/$host/bin"
    ln -sf "$own/bin/rust-lld" "$STORE/rustc/usr/lib/rustlib/$host/bin/"
    # Only the sources of the library are needed.
    rm -rf "$STORE"/rustc/usr/src/rustc-*/{compiler,src} "$STORE/rustc/usr/share"
}

sysroot() { # sysroot <target> <crates> [<linker>]
    local work=$STORE/sysroot target=$1 crates=$2 library=$STORE/rustc/usr/lib/rustlib/$1/lib rlib features=()
    mkdir -p "$work" "$library"
    echo '#![no_std]' >"$work/lib.rs"
    printf '%s\n' '[package]' 'name = "nothing"' 'version = "0.0.0"' 'edition = "2024"' '[lib]' 'path = "lib.rs"' \
        '[workspace]' >"$work/Cargo.toml"
    (
        cd "$work"
        if (($# > 2)); then export "$(linker_variable "$target")=$3"; fi
        if [[ $crates == core* ]]; then
            features=(-Zbuild-std-features=compiler-builtins-mem)
            # With bitcode, as in rustup's libraries, for link-time optimisation.
            export RUSTFLAGS=-Cembed-bitcode=yes
        else
            # For tests a short build matters more than speed.
            export CARGO_PROFILE_RELEASE_OPT_LEVEL=1
        fi
        RUSTC_BOOTSTRAP=1 RUSTC="$STORE/bin/rustc" CARGO_TARGET_DIR="$work/target" \
            cargo build --release "-Zbuild-std=$crates" "${features[@]}" --target "$target"
    )
    rm -f "$library"/*.rlib
    for rlib in "$work/target/$target/release/deps"/*.rlib; do
        [[ $rlib == */libnothing-* ]] || cp "$rlib" "$library/"
    done
    rm -r "$work/target/$target"
}

linker_variable() {
    echo "CARGO_TARGET_$(tr a-z- A-Z_ <<<"$1")_LINKER"
}

runner_variable() {
    echo "CARGO_TARGET_$(tr a-z- A-Z_ <<<"$1")_RUNNER"
}

# Sets RUSTC to a compiler that has the target.
compiler_for() { # compiler_for <target> <crates> [<linker>]
    export RUSTC
    RUSTC=$(command -v rustc)
    has_target "$RUSTC" "$1" && return
    once compiler compiler
    RUSTC=$STORE/bin/rustc
    once "sysroot-$1" sysroot "$@"
}

# --- Emulators

emulator() { # emulator <program> <package>: puts the path of the program into EMULATOR
    EMULATOR=$(command -v "$1") && return
    once "$2" unpack "$2" "$2"
    EMULATOR=$STORE/bin/$1
    local firmware=()
    [[ $2 != qemu-system-* ]] || firmware=(-L "$STORE/$2/usr/share/qemu")
    [ -x "$EMULATOR" ] || wrapper "$1" "$2" "usr/bin/$1" "${firmware[@]}"
}

# --- C for other Linux architectures: their linker and their C library

c_toolchain() { # c_toolchain <GNU triple> <Debian architecture>
    unpack "gcc-$1" "gcc-$1" "libc6-dev-$2-cross"
    local gcc
    gcc=$(cd "$STORE/gcc-$1/usr/bin" && compgen -G "$1-gcc-[0-9]*" | grep -E 'gcc-[0-9]+$')
    wrapper "$1-gcc" "gcc-$1" "usr/bin/$gcc" --sysroot="$STORE/gcc-$1"
}
