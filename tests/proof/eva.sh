# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# The one place that says how Frama-C runs. Sourced after tests/build/lib.sh.

proof=$top/tests/proof

# eva MACHDEP MAIN SRC LOG FILE...: analyses the FILEs, beginning at their function MAIN; SRC has the
# private headers. Options of Frama-C may be among the files. False if there is any alarm.
#
# The options beyond the defaults: unsigned overflow and narrowing are defined, but the bugs of
# size arithmetic live there, so they count as alarms; so does a pointer that leaves its object
# without being read. alarm=error makes alarms show in the exit code. Precision stays lowest:
# code that needs more is written simpler instead.
#
# Two functions are an exception: their loops over the connectors are gone through one by one, or the
# analysis would take the sessions of all connectors for one.
#
# Frama-C takes relative names as relative to $PWD, whatever the working directory is, and then
# finds other files or none. Hence absolute names only.
eva()
{
	machdep=$1 main=$2 from=$3 log=$4
	shift 4
	case " $*" in
	*/port_front.c*) set -- -eva-slevel-function displif_port_front_publish:60,displif_port_back_bind:60 "$@" ;;
	esac
	(cd "$work" && frama-c -eva -eva-precision 0 -machdep "$machdep" -c11 -main "$main" \
		-warn-signed-downcast -warn-right-shift-negative -warn-invalid-pointer \
		-warn-unsigned-overflow -warn-unsigned-downcast -eva-warn-key alarm=error \
		-kernel-warn-key typing:incompatible-types-call=inactive \
		-eva-no-print \
		-cpp-extra-args="-I$top/libdisplif/include -I$from -I$proof -I$work/xen -DDISPLIF_ENV_HEADER=displif_env_proof.h" \
		"$@") >"$log" 2>&1
}
