#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""The DRM driver's cases in guests whose kernel watches itself. First the kernel has to
notice mistakes that are made on purpose. At the end all reports are printed."""
import argparse
import os
import random
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

import case  # noqa: E402
import run_cases  # noqa: E402
from bites import MODULE, bites  # noqa: E402
from kernels import Built, Debian  # noqa: E402
from rig import Rig, RigError  # noqa: E402
from screen import Screen  # noqa: E402
from watched import Watched  # noqa: E402


def _parse():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--built", metavar="FOLDER",
                   help="output of mkimages.sh --guest: guests boot the kernel of kernel.sh, not Debian's")
    p.add_argument("--top", required=True, help="folder of this run")
    p.add_argument("--images", required=True, help="output of mkimages.sh")
    p.add_argument("--module", required=True, help="displif_drm.ko for that kernel")
    p.add_argument("--bites", required=True, help=f"{MODULE}.ko for that kernel")
    p.add_argument("--programs", required=True, help="folder bin of programs.sh")
    p.add_argument("--picture", required=True, help="the program that compares pictures")
    p.add_argument("--seed", type=int, help="repeat a run's random choices")
    p.add_argument("--patience", type=int, default=4, help="what time limits are multiplied by [4]")
    p.add_argument("case", nargs="*", help="run only these")
    args = p.parse_intermixed_args()
    args.suite = [("bites", bites)] + run_cases.SUITES["drm"] + run_cases.LONG["amd64"]
    unknown = set(args.case) - {name for name, _ in args.suite}
    if unknown:
        p.error(f"no such case: {', '.join(sorted(unknown))}")
    short = {name for name, _ in args.suite[:1] + run_cases.SUITES["drm"]}
    args.suite = [pair for pair in args.suite if pair[0] in (args.case or short)]
    return args


def main():
    args = _parse()
    case.patience = args.patience
    seed = args.seed
    if seed is None:
        seed = random.SystemRandom().randrange(1 << 32)
    print(f"run.py: {len(args.suite)} cases, --seed {seed}", flush=True)
    rng = random.Random(seed)
    guest = [os.path.join(args.built, name) for name in ("guest-kernel", "domu.img")] if args.built else []
    rig = Rig("amd64", args.top, args.images, *guest)
    rig.stop()
    bed = Watched(rig, args.programs, "bochs", rng, args.module, kernel=Built() if args.built else Debian(),
                  top=rig.top, extra={f"/mods/{MODULE}.ko": args.bites})
    bed.screen = Screen(bed, os.path.abspath(args.picture), rig.top, rng)
    with rig:
        try:
            bed.start()
        except RigError as error:
            print(f"FAIL  dom0 does not start: {error}")
            return 1
        failed, notes = case.run(bed, args.suite)
        bed.finish()
        good = bed.verdict()
        return 0 if good and notes and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
