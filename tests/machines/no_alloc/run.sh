#!/usr/bin/env bash
# Builds the program without an allocator, runs it, and looks for an allocator in it all the same.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

target=$(realpath -m "${CARGO_TARGET_DIR:-../../../target}")/no_alloc
cargo build --release --target-dir "$target"

program=$target/release/anywake-no-alloc
"$program"

# Its own allocator, or that of C.
allocators='__(rust|rdl|rg)_(alloc|realloc|dealloc)|\<(malloc|calloc|realloc|posix_memalign|aligned_alloc|free)\>'
if nm "$program" | grep -E "$allocators"; then
    echo "the program without an allocator has these symbols of one" >&2
    exit 1
fi
echo "all five primitives ran; no allocator in $(stat -c %s "$program") bytes"
