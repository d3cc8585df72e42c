#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# The command line of displif-compliance: choices, exit status, JSON. $1: displif-compliance-fake, $2: a folder.
set -eu

tool=$1
work=$2
mkdir -p "$work"

fail() { echo "FAIL: $*" >&2; exit 1; }

# status WANTED ARGUMENT...
status()
{
	wanted=$1
	shift
	found=0
	"$tool" "$@" >"$work/out" 2>"$work/err" || found=$?
	[ "$found" = "$wanted" ] || fail "$*: exit status $found, wanted $wanted: $(cat "$work/err")"
}

command -v python3 >/dev/null || fail "no python3"

# Wrong command lines.
for args in "" "--frontend" "--frontend x" "--backend 1" "--backend 1/x" "--backend 70000/0" "--frontend 0 --backend 1/0" \
	"--frontend 0 more" "--frontend 0 --timeout 0" "--banana"; do
	# shellcheck disable=SC2086	# words
	status 121 $args
	grep -q "try --help" "$work/err" || fail "'$args': no hint at --help"
done
# A name of the other mode, or of none.
status 121 --frontend 0 --only 'dbuf.*' --only req.ids
grep -q "req.ids: there is no such check" "$work/err" || fail "no word of req.ids"
status 121 --list --only banana
status 122 --frontend 0 --json /nonexistent/x
status 122 --frontend 0 --connector 2
status 0 --help
status 0 --version

# Names are stable and unique, at least as many as there should be.
status 0 --list
[ "$(grep -c '^frontend ' "$work/out")" -ge 60 ] || fail "fewer than 60 checks of a backend"
[ "$(grep -c '^backend ' "$work/out")" -ge 35 ] || fail "fewer than 35 checks of a frontend"
cut -c1-40 "$work/out" | sort | uniq -d >"$work/twice"
[ ! -s "$work/twice" ] || fail "names that are there twice: $(cat "$work/twice")"
grep -vq ' \[.*: .*\]$' "$work/out" && fail "a check without a source"

# Choices.
status 0 --frontend 0 --only 'dir.*' --only fb.empty
[ "$(grep -c '^ok ' "$work/out")" = "$(($("$tool" --list --frontend 0 --only 'dir.*' | wc -l) + 1))" ] ||
	fail "--only chose something else"
grep -q '^total: .* 0 FAIL, 0 warn, 0 n/a$' "$work/out" || fail "no totals"

# Failures are counted; what is said is told as JSON, too.
status 2 --bad create-small --frontend 0 --only dbuf.bpp-7 --only dbuf.size-0 --only dbuf.destroy --json "$work/json"
grep -q '^FAIL dbuf.bpp-7: .* was answered 0 instead of -22; wanted: -EINVAL \[displif.h: ' "$work/out" || fail "no line"
python3 - "$work/json" <<'P' || fail "JSON"
import json, sys
r = json.load(open(sys.argv[1]))
assert (r["ok"], r["FAIL"], r["warn"], r["n/a"]) == (1, 2, 0, 0), r
assert {c["name"]: c["result"] for c in r["checks"]} == {
    "dbuf.bpp-7": "FAIL", "dbuf.size-0": "FAIL", "dbuf.destroy": "ok"}, r
assert all(c["wanted"] and c["source"] and isinstance(c["ms"], int) for c in r["checks"]), r
P
status 0 --bad no-version --backend 1/0 --only xs.version --json -
python3 -c 'import json, sys; assert json.load(open(sys.argv[1]))["warn"] == 1' "$work/out" || fail "JSON on standard output"
