#!/usr/bin/env bash
# Shows the page of the comparison in a headless browser, and checks what is drawn.
#
#   benches/page.sh [results.json]
#
# Without results it measures a few quick workloads, whose figures mean nothing. The page that is made by the run and the
# one that is made from its saved results have to be the same. Pictures, for a light and a dark, a wide and a narrow screen,
# go into target/page. It needs Chromium: apt-get install chromium-headless-shell (or chromium).
set -euo pipefail
results=${1:+$(realpath "$1")}
cd "$(dirname "${BASH_SOURCE[0]}")/.."

pictures=$(realpath -m "${CARGO_TARGET_DIR:-target}/page")
mkdir -p "$pictures"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
page="page of the comparison"
. tests/machines/page/browser

compare() {
    cargo run --quiet --release -p anywake-benches --bin compare -- "$@" >"$scratch/tables"
}
file=$pictures/report.html
if [ -n "$results" ]; then
    compare --from "$results" --html "$file"
else
    results=$scratch/results.json
    compare --filter uncontended/lock --filter cancel/queue --filter 'fan-out/10 ' --filter 'fan-out/1 ' --filter 'tokio/lock' \
        --filter across --rounds 9 --round-ms 1 --json "$results" --html "$file"
    compare --from "$results" --html "$scratch/again.html"
    cmp "$file" "$scratch/again.html" || fail "the saved results make another page"
fi

load() { # load <query> <arguments...>: the page after its script has run, a tag per line
    local query=$1
    shift
    browse "$@" --enable-logging=stderr --dump-dom "file://$scratch/probe.html$query" >"$scratch/dom" ||
        fail "$(cat "$scratch/browser")"
    sed -i 's/</\n</g' "$scratch/dom"
}
quiet() { # after a load
    ! grep CONSOLE "$scratch/browser" || fail "the browser complains"
}
count() { # count <extended pattern>: in how many tags it is
    { grep -E "$1" "$scratch/dom" || true; } | wc -l
}
# It tells if something is wider than the screen, outside of what can be scrolled.
probe="document.body.dataset.wide = document.documentElement.scrollWidth > innerWidth;"
sed "s|^apply();\$|apply(); $probe|" "$file" >"$scratch/probe.html"

load '' --window-size=1300,900
quiet
all=$(count '^<details ')
locks=$(count '^<details .*data-primitive="Lock"')
[ "$all" -gt 0 ] && [ "$locks" -gt 0 ] || fail "no workloads, or none of a lock"
[ "$(count '^<details .*hidden')" -eq 0 ] || fail "a workload is hidden although no filter is set"
[ "$(count '^<form id="filters">')" -eq 1 ] || fail "the filters are not shown"
[ "$(count '^<body data-wide="false"')" -eq 1 ] || fail "the page is wider than a wide screen"
load '?primitive=Lock' --window-size=420,900
quiet
[ "$(count '^<details [^>]*hidden')" -eq $((all - locks)) ] || fail "the filter does not hide all others than locks"
[ "$(count '^<details [^>]*data-primitive="Lock"[^>]*hidden')" -eq 0 ] || fail "the filter hides a lock"
[ "$(count "^<output id=\"shown\">$locks of $all workloads")" -eq 1 ] || fail "the number of workloads is wrong"
[ "$(count '^<body data-wide="false"')" -eq 1 ] || fail "the page is wider than a narrow screen"
# The page's own policy forbids its script here.
sed "s|script-src 'unsafe-inline'|script-src 'none'|" "$file" >"$scratch/probe.html"
load ''
[ "$(count '^<form id="filters" hidden')" -eq 1 ] || fail "filters are shown that do nothing"
[ "$(count '^<details ')" -eq "$all" ] || fail "there are no tables without the script"

for screen in wide:1300 narrow:420; do
    name=${screen%:*}
    browse --window-size="${screen#*:},1800" --screenshot="$pictures/report-$name-light.png" "file://$file" >/dev/null ||
        fail "$(cat "$scratch/browser")"
    browse --window-size="${screen#*:},1800" "$dark" --screenshot="$pictures/report-$name-dark.png" "file://$file" >/dev/null ||
        fail "$(cat "$scratch/browser")"
    [ "$(wc -c <"$pictures/report-$name-dark.png")" -gt 20000 ] || fail "the $name picture is empty"
    ! cmp --quiet "$pictures/report-$name-light.png" "$pictures/report-$name-dark.png" ||
        fail "a dark screen makes no difference"
done

echo "$page: tables, filters, light and dark, wide and narrow; $file, and pictures beside it"
