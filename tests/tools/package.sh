#!/usr/bin/env bash
# Packages the crates as for crates.io, and meets them as a stranger does: the packages are unpacked outside of this
# workspace, new crates depend on them by the commands of the READMEs and consist of the READMEs' first programs, and the
# packages' own tests run. Then the programs and the crates are checked with the oldest dependencies that the manifests
# allow.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
export CARGO_TARGET_DIR=$target
place=$target/package-check

title() { printf -- '-- %s\n' "$*"; }

# block <file> <language> <n>: the n-th code block of that language.
block() {
    awk -v fence="\`\`\`$2" -v n="$3" '
        $0 == fence { if (++seen == n) { inside = 1; next } }
        inside && $0 == "```" { exit }
        inside { print }' "$1"
}

# add <command>: a README's `cargo add`, of the unpacked package.
add() {
    local words
    read -ra words <<<"$1"
    [ "${words[0]} ${words[1]}" = "cargo add" ] || { echo "not a 'cargo add': $1"; return 1; }
    cargo add -q --offline --path "../${words[2]}" "${words[@]:3}"
}

# newcomer <name> <kind> <command> <program>: a crate as a README's reader makes it.
newcomer() {
    (cd "$place" && cargo new -q --vcs none "--$2" "$1")
    (cd "$place/$1" && add "$3")
    [ -n "$4" ] || { echo "the README has no such program"; return 1; }
    printf '%s\n' "$4" >"$place/$1/src/$([ "$2" = bin ] && echo main || echo lib).rs"
}

crates() { # crates <name>: how many crates it depends on, without itself
    (cd "$place" && cargo tree -q --offline -p "$1" -e normal --prefix none | sed 's/ (\*)$//' | sort -u | tail -n +2 | wc -l)
}

title "package"
cargo package -q -p anywake-local -p anywake-core -p anywake --no-verify --allow-dirty
rm -rf "$place"
mkdir -p "$place"
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -1)
for crate in anywake-local anywake-core anywake; do
    tar -xzf "$target/package/$crate-$version.crate" -C "$place"
    mv "$place/$crate-$version" "$place/$crate"
    root=src/lib.rs
    # Its sources are those of the core, with another root.
    [ "$crate" != anywake-local ] || root=src/local.rs
    for file in Cargo.toml CHANGELOG.md LICENSE README.md "$root"; do
        [ -s "$place/$crate/$file" ] || { echo "$crate: $file is missing or empty"; exit 1; }
    done
    for text in "MIT License" "Apache License"; do
        grep -q "$text" "$place/$crate/LICENSE" || { echo "$crate: the $text is missing"; exit 1; }
    done
    others=$(cd "$place/$crate" && find . -type f | grep -vE '^\./(src/.*\.(rs|md)|Cargo\.(toml|toml\.orig|lock)|\.cargo_vcs_info\.json|CHANGELOG\.md|LICENSE|README\.md)$' || true)
    [ -z "$others" ] || { printf '%s: a user does not need\n%s\n' "$crate" "$others"; exit 1; }
    du -h "$target/package/$crate-$version.crate"
done

# A workspace of its own, in which the packages take the place of those on crates.io.
cat >"$place/Cargo.toml" <<'EOF'
[workspace]
resolver = "3"
members = ["anywake-local", "anywake-core", "anywake"]

[patch.crates-io]
anywake = { path = "anywake" }
anywake-core = { path = "anywake-core" }
anywake-local = { path = "anywake-local" }
EOF
cp Cargo.lock "$place"

title "programs of the READMEs"
begin=$SECONDS
newcomer application bin "cargo add anywake --features tokio" "$(block README.md rust 1)"
grep -q "cargo add anywake --features tokio" README.md
newcomer library lib "cargo add anywake-core" "$(block README.md rust 2)"
grep -q "cargo add anywake-core" README.md
newcomer toolbox bin "$(block std-adapters/README.md sh 1)" "$(block std-adapters/README.md rust 1)"
newcomer client lib "$(block core/README.md sh 1)" "$(block core/README.md rust 1)"
newcomer firmware lib "$(block core/README.md sh 2)" "#![no_std]
$(block core/README.md rust 2)"
cd "$place"
for name in application toolbox; do cargo run -q --offline -p "$name"; done
for name in library client firmware; do cargo check -q --offline -p "$name"; done
echo "application: $(crates application) crates; library: $(crates library); both in $((SECONDS - begin)) s"

title "tests of the packages"
cargo test -q --offline -p anywake-core
cargo test -q --offline -p anywake

title "the oldest dependencies"
# The option is one of nightly toolchains. The variable is set for this command only: all code is compiled as stable.
rm Cargo.lock
RUSTC_BOOTSTRAP=1 cargo generate-lockfile -q -Z direct-minimal-versions
for crate in anywake-core anywake; do
    cargo tree -q -p "$crate" --all-features -e normal --depth 1 --prefix none
done
cargo check -q -p anywake-local -p anywake-core -p anywake --all-features
cargo run -q -p application
