#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# clang-tidy finds nothing in any C file of the tree (checks: .clang-tidy).
. "$(dirname -- "$0")/lib.sh"
need cmake clang clang-tidy nproc xargs python3

# Nothing that is looked at is made by a build: to configure is enough.
cmake -S "$top" -B "$work/build" -DCMAKE_C_COMPILER=clang -DDISPLIF_BUILD_CHECKS=OFF -DDISPLIF_BUILD_TESTS=ON \
	>"$work/log" 2>&1 || { cat "$work/log"; fail "cmake"; }
# Of a file that is compiled several times the first, which is the product's: clang-tidy would look at it for each.
python3 - "$work" <<'END' >"$work/files"
import json
import sys

work = sys.argv[1]
first = {}
with open(work + '/build/compile_commands.json', encoding='utf-8') as file:
    for entry in json.load(file):
        if not entry['file'].startswith(work + '/'):
            first.setdefault(entry['file'], entry)
with open(work + '/compile_commands.json', 'w', encoding='utf-8') as file:
    json.dump(list(first.values()), file)
for name in sorted(first):
    print(name)
END
[ -s "$work/files" ] || fail "no files to look at"
# One file at a time: with several, version 14 takes va_lists for uninitialised.
xargs -P "$(nproc)" -n 1 clang-tidy --quiet -p "$work" <"$work/files" >"$work/found" 2>"$work/log" ||
	{ grep -E ': (warning|error): ' "$work/found" | sort -u; fail "clang-tidy found this; in full: $work/found"; }
echo "$(wc -l <"$work/files") files"
