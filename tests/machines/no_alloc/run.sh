#!/usr/bin/env bash
# Builds the program without an allocator, runs it, and asserts that its symbols include no allocator.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

target=$(realpath -m "${CARGO_TARGET_DIR:-../../../target}")/no_alloc
cargo build --release --target-dir "$target"

program=$target/release/anywake-no-alloc
"$program"

# Symbols of Rust's allocator and of C's.
allocators='__(rust|rdl|rg)_(alloc|realloc|dealloc)|\<(malloc|calloc|realloc|posix_memalign|aligned_alloc|free)\>'
if nm "$program" | grep -E "$allocators"; then
    echo "the program has these symbols of an allocator" >&2
    exit 1
fi
echo "all primitives ran, without an allocator, in $(stat -c %s "$program") bytes"
