#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Boot a real Xen once and run all cases on it, or those that are named."""
import argparse
import os
import random
import sys
import time

import case
import cases_card
import cases_compliance
import cases_drm
import cases_drm_idle
import cases_headless
import cases_hostile
import cases_hostile_backend
import cases_hostile_guest
import cases_kms
import cases_life
import cases_limits
import cases_minios
import cases_trace
import cases_user
from bed import Bed
from rig import Rig, RigError
from screen import Screen

SUITES = {
    # The order saves time: it changes backends and guests as rarely as it can.
    "base": cases_kms.CASES + cases_life.CASES + cases_trace.CASES
    + [("card-edid", cases_card.edid),
       ("card-restart", cases_card.restart)]
    + cases_compliance.CASES
    + cases_headless.CASES
    + cases_hostile.CASES
    + cases_hostile_backend.CASES
    + cases_hostile_guest.CASES + cases_hostile_guest.LAST
    + cases_life.LAST
    + [("card-be-alloc", cases_card.be_alloc),
       ("be-alloc", cases_kms.be_alloc),
       ("trace-be-alloc", cases_trace.be_alloc),
       ("destroy-be-alloc", cases_card.destroy_be_alloc)],
    "drm": cases_drm_idle.CASES + cases_user.CASES + cases_drm.CASES + cases_limits.CASES,
    "base-arm64": [
        ("card-picture", cases_card.picture),
        ("card-edid", cases_card.edid),
        ("card-flips", cases_card.flips),
        ("card-restart", cases_card.restart),
        ("card-destroy", cases_card.destroy),
        ("card-large", cases_card.large),
        ("card-be-alloc", cases_card.be_alloc),
        ("destroy-be-alloc", cases_card.destroy_be_alloc)]
    + cases_drm.ARM,
}
# A boot serves one part; they may run side by side.
PARTS = {"amd64": ("base", "drm"), "arm64": ("base-arm64",)}
# Not a part that is always there: its cases depend on the images of Mini-OS that are given.
MINIOS = "minios"
_MINIOS_KINDS = ("pv", "pvh", "pv-console", "pvh-console")
# Run with --long, or when they are named.
LONG = {
    "amd64": [("card-picture", cases_card.picture)] + cases_hostile.LONG
    + cases_hostile_guest.LONG + cases_hostile_backend.LONG + cases_compliance.LONG
    + cases_drm.LONG + cases_limits.LONG + cases_user.LONG,
    "arm64": cases_compliance.LONG[:1],
}
# Run when they are named, only.
BY_HAND = {"amd64": cases_compliance.BY_HAND, "arm64": []}
DISPLAY = {"amd64": "bochs", "arm64": "virtio-gpu"}


def _parse():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("arch", choices=sorted(PARTS))
    p.add_argument("--top", required=True, help="folder of this run")
    p.add_argument("--images", required=True, help="output of mkimages.sh")
    p.add_argument("--programs", required=True,
                   help="folder bin of programs.sh")
    p.add_argument("--module", help="displif_drm.ko for the guest's kernel, for all parts but minios")
    p.add_argument("--minios", action="append", default=[], metavar="KIND=FILE",
                   help="a Mini-OS with examples/minios-demo or minios-console in it, for the part minios: KIND is "
                   + ", ".join(_MINIOS_KINDS) + "; can be given for each of them")
    p.add_argument("--guest-kernel", metavar="FILE",
                   help="what guests boot, by default as in the images")
    p.add_argument("--guest-image", metavar="FILE",
                   help="the initramfs with that kernel's modules")
    p.add_argument("--title", help="what the closing report calls this run")
    p.add_argument("--desktop", help="output of fetch-desktop.sh, for the cases user-...")
    p.add_argument("--picture", required=True,
                   help="the program that compares pictures")
    p.add_argument("--seed", type=int, help="repeat a run's random choices")
    p.add_argument("--part", choices=sorted([*SUITES, MINIOS]),
                   help="of the cases of that architecture; all of them, if none is named")
    p.add_argument("--long", action="store_true",
                   help="attacks and judgements in full length, and nothing else")
    p.add_argument("--list", action="store_true", help="only name the cases")
    p.add_argument("case", nargs="*", help="run only these")
    args = p.parse_intermixed_args()
    _set_suite(p, args)
    return args


def _images(p, words):
    images = dict(word.split("=", 1) if "=" in word else (word, "") for word in words)
    for kind, path in images.items():
        if kind not in _MINIOS_KINDS or not os.path.isfile(path):
            p.error(f"--minios {kind}={path}: wanted is one of {', '.join(_MINIOS_KINDS)}, and a file")
    return {kind: os.path.abspath(path) for kind, path in images.items()}


def _set_suite(p, args):
    """What is to be run, from what was asked for."""
    args.minios = _images(p, args.minios)
    if bool(args.minios) != (args.part == MINIOS):
        p.error(f"--part {MINIOS} and --minios go together")
    if args.part == MINIOS:
        parts, long, hand = {MINIOS: cases_minios.cases(args.minios)}, [], []
        if args.arch != "amd64":
            p.error(f"{args.arch} has no part {MINIOS}")
    else:
        parts, long, hand = SUITES, LONG[args.arch], BY_HAND[args.arch]
        if not args.module:
            p.error("--module is missing")
        if args.part and args.part not in PARTS[args.arch]:
            p.error(f"{args.arch} has the parts {', '.join(PARTS[args.arch])}")
    if bool(args.guest_kernel) != bool(args.guest_image):
        p.error("--guest-kernel and --guest-image go together")
    short = sum((parts[part] for part in ([args.part] if args.part else PARTS[args.arch])), [])
    args.suite = long if args.long else short
    if args.case:
        args.suite = short + long + hand
    unknown = set(args.case) - {name for name, _ in args.suite}
    if unknown:
        p.error(f"no such case: {', '.join(sorted(unknown))}")


def _figures(name, notes, failed, seconds):
    """For the closing report of scripts/test."""
    where = os.environ.get("DISPLIF_FIGURES")
    if not where:
        return
    with open(os.path.join(where, f"xen-{name}.txt"), "w") as f:
        f.write(f"A real Xen, {name}: {len(notes)} cases passed, {failed}"
                f" failed, {seconds:.0f} s\n")
        for name in sorted(notes):
            if "flips/s" in notes[name]:
                f.write(f"  {name}: {notes[name]} (emulated, with the host's"
                        " load of that moment)\n")


def main():
    args = _parse()
    cases = [(name, function) for name, function in args.suite
             if not args.case or name in args.case]
    if args.list:
        print("\n".join(name for name, _ in cases))
        return 0
    seed = args.seed
    if seed is None:
        seed = random.SystemRandom().randrange(1 << 32)
    print(f"run_cases.py {args.arch}: {len(cases)} cases, --seed {seed}",
          flush=True)
    rng = random.Random(seed)
    rig = Rig(args.arch, args.top, args.images, args.guest_kernel,
              args.guest_image)
    rig.stop()  # one that an earlier run left behind
    bed = Bed(rig, args.programs, DISPLAY[args.arch], rng, args.module, args.desktop)
    bed.minios = args.minios
    bed.screen = Screen(bed, os.path.abspath(args.picture), rig.top, rng)
    with rig:
        try:
            bed.start()
        except RigError as error:
            print(f"FAIL  dom0 does not start: {error}\n"
                  f"0 passed, {len(cases)} failed")
            return 1
        print(f"dom0 is there after {rig.boot_times['dom0 ready']:.1f} s",
              flush=True)
        begin = time.monotonic()
        failed, notes = case.run(bed, cases)
        if not args.case:
            title = args.arch + f"-{args.part}" * bool(args.part) + "-long" * args.long
            _figures(args.title or title, notes, len(failed),
                     time.monotonic() - begin)
        return 1 if failed or not notes else 0


if __name__ == "__main__":
    sys.exit(main())
