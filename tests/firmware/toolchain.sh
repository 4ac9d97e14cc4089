# What cross-builds and emulates, sourced by `run`.
#
# Nothing is installed system-wide: Debian packages are downloaded and unpacked into $EMBED, where every step leaves a
# mark when it is done, so that a second call costs nothing. What is there already is used instead: a target that
# `rustup target add` has brought, an emulator on the PATH.
#
# The compiler is Debian's `rustc-web`, because its sources come with it: `cargo -Zbuild-std` makes a standard library
# for any target of them. Cargo, and the linker `rust-lld`, are those of rustup.

mkdir -p "$EMBED"/{bin,debs,done}
EMBED=$(cd "$EMBED" && pwd)
# What the caller set is for other builds.
unset RUSTFLAGS CARGO_BUILD_TARGET

once() { # once <name> <command...>: unless it was done before
    [ -e "$EMBED/done/$1" ] && return
    local begin=$SECONDS status
    echo "-- $1" >&2
    # A shell of its own, because errexit is off in whatever stands left of a ||: half a step is not done.
    set +e
    (set -e; "${@:2}") >"$EMBED/done/$1.log" 2>&1
    status=$?
    set -e
    if ((status)); then
        tail -n 20 "$EMBED/done/$1.log" >&2
        return 1
    fi
    echo "   $((SECONDS - begin)) s" >&2
    mv "$EMBED/done/$1.log" "$EMBED/done/$1"
}

# --- Debian packages

package_lists() {
    apt-get update -qq || echo "apt-get update needs root; the lists are used as they are"
}

missing() { # missing <package...>: they and what they depend on, as far as it is not installed
    apt-get install -s --no-install-recommends "$@" | awk '/^Inst/ { print $2 }'
}

unpack() { # unpack <folder> <package...>
    local folder=$1 packages deb
    shift
    once package-lists package_lists
    packages=$(missing "$@")
    [ -n "$packages" ] || { echo "there is no package for: $*"; return 1; }
    mkdir -p "$EMBED/debs/$folder" "$EMBED/$folder"
    (
        cd "$EMBED/debs/$folder"
        # shellcheck disable=SC2086 # a list
        apt-get download -qq -o APT::Sandbox::User= $packages
        for deb in *.deb; do dpkg -x "$deb" "$EMBED/$folder"; done
    )
    rm -r "$EMBED/debs/$folder"
}

wrapper() { # wrapper <name> <folder> <program in it> [arguments...]
    printf '#!/bin/sh\nLD_LIBRARY_PATH="%s${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" exec %s "$@"\n' \
        "$EMBED/$2/usr/lib/x86_64-linux-gnu:$EMBED/$2/lib/x86_64-linux-gnu" "$EMBED/$2/$3 ${*:4}" >"$EMBED/bin/$1"
    chmod +x "$EMBED/bin/$1"
}

# --- The compiler

has_target() { # has_target <compiler> <target>
    compgen -G "$("$1" --print target-libdir --target "$2" 2>/dev/null)/libcore-*.rlib" >/dev/null
}

compiler() {
    local own host
    unpack rust rustc-web rust-web-src
    wrapper rustc rust usr/bin/rustc
    host=$(rustc -vV | sed -n 's/^host: //p')
    own=$(rustc --print sysroot)/lib/rustlib/$host
    mkdir -p "$EMBED/rust/usr/lib/rustlib/$host/bin"
    ln -sf "$own/bin/rust-lld" "$EMBED/rust/usr/lib/rustlib/$host/bin/"
    # Of the sources only the library is needed.
    rm -rf "$EMBED"/rust/usr/src/rustc-*/{compiler,src} "$EMBED/rust/usr/share"
    "$EMBED/bin/rustc" -vV
}

sysroot() { # sysroot <target> <crates> [<linker>]
    local work=$EMBED/sysroot target=$1 crates=$2 library=$EMBED/rust/usr/lib/rustlib/$1/lib rlib features=()
    mkdir -p "$work" "$library"
    echo '#![no_std]' >"$work/lib.rs"
    printf '%s\n' '[package]' 'name = "nothing"' 'version = "0.0.0"' 'edition = "2024"' '[lib]' 'path = "lib.rs"' \
        '[workspace]' >"$work/Cargo.toml"
    (
        cd "$work"
        if (($# > 2)); then export "$(linker_variable "$target")=$3"; fi
        if [[ $crates == core* ]]; then
            features=(-Zbuild-std-features=compiler-builtins-mem)
            # With bitcode, as rustup's libraries have it, for programs that are optimised as a whole.
            export RUSTFLAGS=-Cembed-bitcode=yes
        else
            # For tests: what is built soonest.
            export CARGO_PROFILE_RELEASE_OPT_LEVEL=1
        fi
        RUSTC_BOOTSTRAP=1 RUSTC="$EMBED/bin/rustc" CARGO_TARGET_DIR="$work/target" \
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
    RUSTC=$EMBED/bin/rustc
    once "sysroot-$1" sysroot "$@"
}

# --- Emulators

emulator() { # emulator <program> <package>: puts the path of the program into EMULATOR
    EMULATOR=$(command -v "$1") && return
    once "$2" unpack "$2" "$2"
    EMULATOR=$EMBED/bin/$1
    local firmware=()
    [[ $2 != qemu-system-* ]] || firmware=(-L "$EMBED/$2/usr/share/qemu")
    [ -x "$EMULATOR" ] || wrapper "$1" "$2" "usr/bin/$1" "${firmware[@]}"
}

# --- C for other Linux architectures: their linker and their C library

c_toolchain() { # c_toolchain <GNU triple> <Debian architecture>
    unpack "gcc-$1" "gcc-$1" "libc6-dev-$2-cross"
    local gcc
    gcc=$(cd "$EMBED/gcc-$1/usr/bin" && compgen -G "$1-gcc-[0-9]*" | grep -E 'gcc-[0-9]+$')
    wrapper "$1-gcc" "gcc-$1" "usr/bin/$gcc" --sysroot="$EMBED/gcc-$1"
}
