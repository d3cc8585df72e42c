#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Our DRM driver and drm_xen_front in one guest, one boot, on a virtual clock,
with one backend: flips, what they cost the guest, and a first picture. Run it
twice, with --swap in one of them."""
import argparse
import os
import statistics
import sys

from bed import DISPLIF, UPSTREAM
from case import Failure, expect
from measure_run import GUEST, PATIENCE, SHORT, Run
from rig import HERE, Rig, RigError, vdispl

SIZES = ("1024x768", "1920x1080")
FLIPS = 600
RATE = 60.0  # of the modes that are asked for, but for what EDIDs say to the third digit


class DrmRun(Run):
    """module: displif_drm.ko"""

    def __init__(self, rig, programs, module):
        super().__init__(rig, programs, 1)
        self.module = os.path.abspath(module)

    def begin(self, size):
        """A guest with both drivers, and the backend."""
        self.start_backend()
        self.rig.guest_create(
            GUEST, [vdispl("Virtual-1:" + size)], timeout=PATIENCE,
            files={"/bin/kmsclient": os.path.join(self.programs, "kmsclient"),
                   "/bin/frontend": os.path.join(HERE, "domu", "frontend"),
                   "/bin/irqs": os.path.join(HERE, "domu", "irqs"),
                   "/mods/displif_drm.ko": self.module})

    def end(self):
        self.rig.guest_destroy(GUEST, PATIENCE)
        self.end_backend()

    def use(self, driver, size):
        status, said = self.rig.guest(
            GUEST, f"frontend use {driver.bus} {driver.module} && kmsclient"
            f" --wait 20 --mode {size} --flips 3 >/dev/null", PATIENCE)
        expect(status == 0, f"{driver.module}: status {status}: {said}")

    def flips(self, size, options=""):
        """Figures of one client that flips as fast as it may."""
        runs, said = self._client(
            f"irqs; kmsclient --mode {size} --flips {FLIPS} --no-draw {options}"
            " --stats-json; irqs", 2 + 2 * FLIPS // int(RATE))
        before, after = said["irqs"]
        run = runs[0]
        return {"rate": run["flips_per_s"], "ioctl": run["flip_ioctl_us"]["median"],
                "latency": run["flip_event_us"]["median"],
                "irqs": (int(after) - int(before)) / FLIPS,
                "sequence": run["sequence"]}

    def first(self, size):
        """From nothing to a first picture, us: what moves from one call to
        another between drivers must not be seen as a gain."""
        runs, _ = self._client(
            f"n=0; while [ $n -lt {SHORT} ]; do n=$((n + 1)); kmsclient --mode {size}"
            " --buffers 1 --flips 1 --no-draw --stats-json; done", 3 + SHORT)
        expect(len(runs) == SHORT, f"{len(runs)} of {SHORT} clients ended")
        return statistics.median(
            sum(r[f"{part}_us"]["median"] for part in
                ("create", "addfb2", "setcrtc", "flip_event")) for r in runs)


def _measure(run, size, order):
    found = {}
    run.begin(size)
    for driver in order:
        print(f"measuring {driver.module} at {size}", flush=True)
        run.use(driver, size)
        row = {"first": run.first(size), "sync": run.flips(size)}
        row["fast"] = run.flips(size, "--async") if driver is DISPLIF else row["sync"]
        found[driver.module] = row
    run.end()
    return found


def _lines(size, found):
    ours, theirs = found[DISPLIF.module], found[UPSTREAM.module]
    rows = (
        ("flips, not waiting for a vblank, 1/s", ours["fast"]["rate"], theirs["fast"]["rate"]),
        ("flips in time with the mode, 1/s", ours["sync"]["rate"], RATE),
        ("ioctl of such a flip, us", ours["fast"]["ioctl"], theirs["fast"]["ioctl"]),
        ("flip to its event, us", ours["fast"]["latency"], theirs["fast"]["latency"]),
        ("create, ADDFB2, mode, first flip, us", ours["first"], theirs["first"]),
        ("interrupts for a flip", ours["fast"]["irqs"], theirs["fast"]["irqs"]),
    )
    for name, mine, other in rows:
        yield (f"  {size:10s} {name:38s} {mine:10.2f} {other:10.2f}"
               f" {mine / other if other else 0:7.2f}")


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--top", required=True, help="folder of this run")
    p.add_argument("--images", required=True, help="output of mkimages.sh")
    p.add_argument("--programs", required=True, help="folder bin of programs.sh")
    p.add_argument("--module", required=True, help="displif_drm.ko")
    p.add_argument("--swap", action="store_true", help="the other driver first")
    p.add_argument("size", nargs="*", default=SIZES, help="WIDTHxHEIGHT")
    args = p.parse_args()
    order = (UPSTREAM, DISPLIF) if args.swap else (DISPLIF, UPSTREAM)
    rig = Rig("amd64", args.top, args.images)
    rig.stop()  # one that an earlier run left behind
    print(f"  {'':10s} {'':38s} {'displif_drm':>10s} {'upstream':>10s} {'ratio':>7s}")
    try:
        with rig:
            run = DrmRun(rig, args.programs, args.module)
            run.start()
            for size in args.size:
                print("\n".join(_lines(size, _measure(run, size, order))), flush=True)
    except (Failure, RigError) as error:
        print(f"FAIL: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
