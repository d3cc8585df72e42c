# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=sh
# Debian packages without installing anything. Sourced, by scripts that have die().
#
# A private apt lives in a folder: it has the host's archives and proxies, an architecture of its own and an empty
# list of installed packages. No root rights are needed.

# apt_make FOLDER ARCH: ... with lists of what there is.
apt_make()
{
	mkdir -p "$1/lists/partial" "$1/cache/archives/partial" "$1/sources"
	: >"$1/status"
	# Both kinds of source lists, without the host's limits to its own architecture.
	for file in /etc/apt/sources.list.d/*.sources; do
		[ ! -f "$file" ] || sed '/^[Aa]rchitectures:/d' "$file" >"$1/sources/${file##*/}"
	done
	for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
		[ ! -f "$file" ] || sed -E '/^deb/s/arch=[^] ]*//; s/\[ *\]//' "$file"
	done >"$1/sources/lists.list"
	# Proxies, retries and validity checks stay as the host has them, and may hold a password; its hooks do not.
	(umask 077 && apt-config dump | grep -E '^Acquire::(http|https|ftp|Retries|Check-)' >"$1/apt.conf") || :
	cat >>"$1/apt.conf" <<EOF
APT::Architecture "$2";
APT::Architectures { "$2"; };
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::GzipIndexes "true";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Dir::State "$1";
Dir::State::status "$1/status";
Dir::State::Lists "$1/lists";
Dir::Cache "$1/cache";
Dir::Etc::Main "/dev/null";
Dir::Etc::Parts "/dev/null";
Dir::Etc::SourceList "/dev/null";
Dir::Etc::SourceParts "$1/sources";
Debug::NoLocking "true";
EOF
	apt_refresh "$1"
}

# apt_with FOLDER COMMAND...: runs an apt command there.
apt_with()
{
	apt_config=$1/apt.conf
	shift
	APT_CONFIG=$apt_config "$@"
}

# An archive in the middle of a sync makes an update fail now and then; what counts is whether packages can be had.
apt_refresh()
{
	apt_with "$1" apt-get -qq update >"$1/log" 2>&1 || :
}

# apt_depends FOLDER PACKAGE PREFIX: the one dependency of PACKAGE that begins so.
apt_depends()
{
	apt_with "$1" apt-cache depends "$2" 2>/dev/null | sed -n "s/^ *Depends: \\($3[^ ]*\\)\$/\\1/p" | head -n 1
}

# apt_get FOLDER closure|alone PACKAGE...: leaves them in FOLDER/cache/archives, with or without what they need, and
# nothing else there.
apt_get()
{
	apt_folder=$1
	apt_how=$2
	shift 2
	rm -f "$apt_folder"/cache/archives/*.deb
	for apt_try in 1 2 3 4; do
		if [ "$apt_how" = closure ]; then
			apt_with "$apt_folder" apt-get -qq -y -d install "$@" >>"$apt_folder/log" 2>&1 && return 0
		else
			(cd "$apt_folder/cache/archives" && apt_with "$apt_folder" apt-get -qq download "$@") \
				>>"$apt_folder/log" 2>&1 && return 0
		fi
		sleep $((apt_try * 3))
		apt_refresh "$apt_folder"
	done
	tail -n 20 "$apt_folder/log" >&2
	die "apt-get cannot fetch: $*"
}
