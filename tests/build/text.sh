#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Rules for all files of the tree: shell scripts pass shellcheck, licences pass reuse lint, the SPDX line
# stands first, files are not too long, and nothing is left unfinished.
. "$(dirname -- "$0")/lib.sh"
need git shellcheck reuse

cd "$top"
if git rev-parse --git-dir >/dev/null 2>&1; then
	git ls-files -co --exclude-standard | while read -r f; do [ ! -f "$f" ] || echo "$f"; done
else
	find . -type f ! -path './build*' | sed 's,^\./,,'
fi | sort >"$work/files"
[ -s "$work/files" ] || fail "no files"

mkdir "$work/tree"
tar -cf - -T "$work/files" | tar -xf - -C "$work/tree"
cd "$work/tree"
reuse lint >"$work/log" 2>&1 || { cat "$work/log"; fail "reuse lint"; }

# Inputs of fuzz targets are no text, and many.
grep -v '^tests/fuzz/corpus/' "$work/files" >"$work/read"
mv "$work/read" "$work/files"

while read -r f; do
	case $(head -c 64 "$f" | head -n 1 | tr -d '\0') in
	'#!'*sh) echo "$f" ;;
	*) case $f in *.sh) echo "$f" ;; esac ;;
	esac
done <"$work/files" >"$work/shell"
# shellcheck disable=SC2046
shellcheck $(cat "$work/shell") || fail "shellcheck"

bad=0
while read -r f; do
	case $f in
	*.[ch])
		head -n 1 "$f" | grep -qF '/* SPDX-License-Identifier: MIT OR GPL-2.0-only */' || { echo "$f: no SPDX line"; bad=1; }
		case $f in
		libdisplif/* | glue-* | examples/*) limit=400 ;;
		*) limit=800 ;;
		esac
		[ "$(wc -l <"$f")" -le $limit ] || { echo "$f: longer than $limit lines"; bad=1; }
		! grep -nE '[[:space:]]$' "$f" || { echo "$f: space at a line's end"; bad=1; }
		;;
	*.sh | *.py | *.mk | *CMakeLists.txt | *.cmake)
		head -n 2 "$f" | grep -q 'SPDX-License-Identifier: ' || { echo "$f: no SPDX line"; bad=1; }
		;;
	esac
	case $f in
	LICENSES/*) continue ;;
	esac
	# Brackets keep this line from finding itself.
	! grep -nwIE '[T]ODO|[F]IXME|[X]XX|[H]ACK' "$f" || { echo "$f: unfinished"; bad=1; }
done <"$work/files"
[ $bad = 0 ] || fail "see above"
echo "$(wc -l <"$work/files") files, $(wc -l <"$work/shell") of them shell"
