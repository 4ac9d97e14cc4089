# Unpacks Debian's packages instead of installing them, so that nothing on the machine changes. Sourced with $STORE set:
# everything is stored below it. A step that is done leaves a mark there, so that it is not repeated.
#
# The compiler is the package `rustc-web`, because Debian has several versions of it, with their sources.

mkdir -p "$STORE"/{bin,debs,done}
STORE=$(cd "$STORE" && pwd)

once() { # once <name> <command...>: runs a command unless it was done before
    [ -e "$STORE/done/$1" ] && return
    local begin=$SECONDS status
    echo "-- $1" >&2
    # In a subshell, because errexit is off to the left of a ||, and a failing step must stop at once.
    set +e
    (set -e; "${@:2}") >"$STORE/done/$1.log" 2>&1
    status=$?
    set -e
    if ((status)); then
        tail -n 20 "$STORE/done/$1.log" >&2
        return 1
    fi
    echo "   $((SECONDS - begin)) s" >&2
    mv "$STORE/done/$1.log" "$STORE/done/$1"
}

package_lists() {
    apt-get update -qq || echo "apt-get update needs root: the present lists are used"
}

missing() { # missing <package...>: lists those packages and dependencies that are not installed
    apt-get install -s --no-install-recommends "$@" | awk '/^Inst/ { print $2 }'
}

download() { # download <folder> <package...>: unpacks these packages, without dependencies
    mkdir -p "$STORE/debs/$1" "$STORE/$1"
    (
        cd "$STORE/debs/$1"
        apt-get download -qq -o APT::Sandbox::User= "${@:2}"
        for deb in *.deb; do dpkg -x "$deb" "$STORE/$1"; done
    )
    rm -r "$STORE/debs/$1"
}

unpack() { # unpack <folder> <package...>: unpacks packages and dependencies
    local packages
    once package-lists package_lists
    packages=$(missing "${@:2}")
    [ -n "$packages" ] || { echo "no package to unpack for: ${*:2}"; return 1; }
    # shellcheck disable=SC2086 # split into words
    download "$1" $packages
}

wrapper() { # wrapper <name> <folder> <program in it> [arguments...]: makes a script that runs an unpacked program
    printf '#!/bin/sh\nLD_LIBRARY_PATH="%s${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" exec %s "$@"\n' \
        "$STORE/$2/usr/lib/x86_64-linux-gnu:$STORE/$2/lib/x86_64-linux-gnu" "$STORE/$2/$3 ${*:4}" >"$STORE/bin/$1"
    chmod +x "$STORE/bin/$1"
}

# Unpacks the newest compiler of a version as $STORE/bin/<name>. All its packages must have the same version.
unpack_rustc() { # unpack_rustc <name> <beginning of the version, or ""> [<more packages of that version>...]
    local version series llvm more
    once package-lists package_lists
    version=$(apt-cache madison rustc-web | awk -v beginning="$2" '
        !version && substr($3, 1, length(beginning)) == beginning { version = $3 }
        END { print version }')
    [ -n "$version" ] || { echo "Debian has no rustc-web of version '$2...' here"; return 1; }
    series=$(cut -d. -f1,2 <<<"$version")
    llvm=$(apt-cache show "rustc-web=$version" "libstd-rust-web-$series=$version" | grep -o 'libllvm[0-9]*' | sort -u)
    more=("${@:3}")
    download "$1" "rustc-web=$version" "libstd-rust-web-$series=$version" "libstd-rust-web-dev=$version" "$llvm" \
        "${more[@]/%/=$version}"
    wrapper "$1" "$1" usr/bin/rustc
    "$STORE/bin/$1" -vV
}
