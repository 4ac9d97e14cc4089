#!/bin/sh
# Compares instructions per operation and code size with benches/baseline.json. --accept writes the figures as the new baseline.
set -eu
cd "$(dirname "$0")/.."
if ! command -v valgrind >/dev/null; then
    echo "instructions.sh: valgrind, which counts the instructions, is not installed" >&2
    exit 2
fi
exec cargo run --release --quiet -p anywake-benches --bin instructions -- "$@"
