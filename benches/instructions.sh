#!/bin/sh
# Instructions per operation and code size against benches/baseline.json; --accept takes what it finds as the new baseline.
set -eu
cd "$(dirname "$0")/.."
if ! command -v valgrind >/dev/null; then
    echo "instructions.sh: valgrind counts the instructions and is not installed" >&2
    exit 2
fi
exec cargo run --release --quiet -p anywake-benches --bin instructions -- "$@"
