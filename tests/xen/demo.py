#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Show a guest's picture: Xen under QEMU, the kernel's own frontend in the
guest, our backend on dom0's screen. Leaves that screen as a PNG file."""
import argparse
import os
import random
import sys
import time

from bed import Bed
from case import Failure
from rig import Rig, RigError
from screen import Screen

SIZE = (1024, 768)
FRAME = 60


def _parse():
    p = argparse.ArgumentParser(description=__doc__)
    for name in ("top", "images", "programs", "picture"):
        p.add_argument(f"--{name}", required=True,
                       help="as for run_cases.py")
    p.add_argument("out", help="the PNG file to write")
    return p.parse_args()


def _show(bed, out):
    begin = time.monotonic()

    def say(text):
        print(f"{time.monotonic() - begin:5.0f} s  {text}", flush=True)

    say("booting Xen and dom0 under QEMU")
    bed.start()
    xen = bed.rig.check("xl info").splitlines()
    version = [w.split()[-1] for w in xen if w.startswith("xen_version")][0]
    bed.need_kms()
    say(f"Xen {version}, displif-backend runs in dom0; starting the guest")
    bed.need_guest(sizes=(SIZE,))
    bed.need_driver()
    kernel = bed.check("uname -r").strip()
    say(f"Linux {kernel} in the guest, drm_xen_front is connected; drawing")
    seed = bed.screen.seed()
    bed.screen.start_kms(seed, FRAME)
    bed.rig.screendump(out)
    bed.screen.check(out, seed, FRAME, SIZE)
    say(f"dom0's screen holds frame {FRAME} of the card of seed {seed},"
        " pixel for pixel")
    figures = bed.screen.end()
    say(f"{figures['events']} page flips, {figures['flips_per_s']:.0f} a"
        " second; ending")


def main():
    args = _parse()
    out = os.path.abspath(args.out)
    rig = Rig("amd64", args.top, args.images)
    rig.stop()
    rng = random.SystemRandom()
    bed = Bed(rig, args.programs, "bochs", rng)
    bed.screen = Screen(bed, os.path.abspath(args.picture), rig.top, rng)
    with rig:
        try:
            _show(bed, out)
        except (Failure, RigError, OSError) as error:
            print(f"demo.py: {error}\n{bed.last_logs()}", file=sys.stderr)
            return 1
    print(out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
