#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# The README's example compiles without a warning and says what the README says, and every path and command
# that README.md and docs/ name as `...` exists, and every function of the library that they name as
# `file.c:function()` is in that file.
# shellcheck disable=SC2016	# backquotes are Markdown's
. "$(dirname -- "$0")/lib.sh"
need gcc

sed -n '/^```c$/,/^```$/{/^```/d;p}' "$top/README.md" >"$work/example.c"
[ -s "$work/example.c" ] || fail "README.md has no C example"
# shellcheck disable=SC2086
gcc -std=c11 -O2 $warnings $includes -o "$work/example" "$work/example.c" "$src"/*.c || fail "the example"
sed -n '/^```output$/,/^```$/{/^```/d;p}' "$top/README.md" >"$work/said"
[ -s "$work/said" ] || fail "README.md does not say what the example prints"
"$work/example" >"$work/printed" || fail "the example does not run"
diff -u "$work/said" "$work/printed" || fail "README.md (-) and the example's output (+) differ"

missing=0
for doc in "$top"/*.md "$top"/docs/*.md; do
	[ -f "$doc" ] || continue
	grep -oE '`(libdisplif|glue-linux|examples|tests|docs|scripts)/[A-Za-z0-9_./-]*`' "$doc" | tr -d '`' | sort -u >"$work/paths"
	while read -r path; do
		[ -e "$top/$path" ] || { echo "${doc#"$top/"} names $path, which does not exist"; missing=1; }
	done <"$work/paths"
	grep -oE '`[a-z_]+\.c:[a-z_]+\(\)' "$doc" | tr -d '`()' | sort -u >"$work/functions"
	while IFS=: read -r file function; do
		grep -q "\b$function(" "$src/$file" 2>/dev/null ||
			{ echo "${doc#"$top/"} names $function() of $file, which is not there"; missing=1; }
	done <"$work/functions"
done
[ $missing = 0 ] || fail "see above"
