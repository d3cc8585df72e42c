#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Measure upstream's frontend with our backend, and compare with the table of
the existing pair: one boot on a virtual clock, each display size in turn."""
import argparse
import os
import sys

import measure_table
from case import Failure
from measure_run import Run
from rig import Rig, RigError

SIZES = ("1024x768", "1920x1080")


def _parse():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--top", required=True, help="folder of this run")
    p.add_argument("--images", required=True, help="output of mkimages.sh")
    p.add_argument("--programs", required=True,
                   help="folder bin of programs.sh")
    p.add_argument("--repeat", type=int, default=2, metavar="N",
                   help="measure flips so often, to see the spread (2)")
    p.add_argument("size", nargs="*", metavar="WIDTHxHEIGHT",
                   help=f"only these of {' '.join(SIZES)}")
    args = p.parse_args()
    unknown = set(args.size) - set(SIZES)
    if unknown:
        p.error(f"nothing to compare with for {', '.join(sorted(unknown))}")
    if args.repeat < 1:
        p.error("--repeat: at least 1")
    return args


def main():
    args = _parse()
    rig = Rig("amd64", args.top, args.images)
    rig.stop()  # one that an earlier run left behind
    measured = {}
    try:
        with rig:
            run = Run(rig, args.programs, args.repeat)
            run.start()
            for size in args.size or SIZES:
                print(f"measuring {size}", flush=True)
                measured[size] = run.measure(size)
    except (Failure, RigError) as error:
        print(f"FAIL: {error}")
        return 1
    text, bad = measure_table.judge(measured)
    print(text)
    folder = os.environ.get("DISPLIF_FIGURES")
    if folder:
        with open(os.path.join(folder, "xen-figures.txt"), "w") as f:
            f.write(text + "\n")
    gates = measure_table.open_gates(measured)
    if bad:
        print(f"FAIL: {', '.join(bad)}")
    if gates:
        print(f"FAIL: a worse figure would pass: {', '.join(gates)}")
    return 1 if bad or gates else 0


if __name__ == "__main__":
    sys.exit(main())
