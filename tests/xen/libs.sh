# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=sh
# Libraries that programs of an image need. Sourced, by scripts that have die() and TRIPLET; they set
more=		# unpacked packages, where what "root" does not have is looked for; or nothing
present=	# libraries that the image has, the dynamic loader above all
root=${root-}	# unpacked packages

# lib_path LIB: sets path.
lib_path()
{
	path=$root/usr/lib/$TRIPLET/$1
	[ -e "$path" ] || path=$more/usr/lib/$TRIPLET/$1
	[ -e "$path" ]
}

# add_libs FILE IMAGE: what FILE needs, and what that needs (ldd would have to
# run the file, which a foreign architecture cannot).
add_libs()
{
	for lib in $(readelf -d "$1" 2>/dev/null |
		sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
		[ ! -e "$2/usr/lib/$TRIPLET/$lib" ] || continue
		case " $present " in
		*" $lib "*) continue ;;
		esac
		lib_path "$lib" || die "$1 needs $lib, not in usr/lib/$TRIPLET of $root $more"
		cp -L "$path" "$2/usr/lib/$TRIPLET/"
		add_libs "$path" "$2"
	done
}
