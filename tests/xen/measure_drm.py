#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Our DRM driver and drm_xen_front in one guest, one boot, on a virtual clock,
with one backend: flips, what they cost the guest, and a first picture; a boot for
each size. Run it twice, with --swap in one of them."""
import argparse
import os
import statistics
import sys

import hypercalls
from bed import DISPLIF, UPSTREAM
from case import Failure, expect
from measure_run import GUEST, PATIENCE, SHORT, Run
from rig import HERE, Rig, RigError, vdispl

SIZES = ("1024x768", "1920x1080", "3840x2160")
# No more than this fits into the memory of the rig's screen: the others are shown nowhere.
SCREEN = 2560 * 1600
# drm_xen_front has no larger modes.
THEIRS = (4095, 2047)
# Flips: what is told of one is the difference of two runs.
FEW, MANY = 100, 1100
SLOWEST = 60  # flips a second, at least
PARTS = ("create", "addfb2", "setcrtc")

# A cursor that blinks is flips of the console's.
_STEADY = "for f in /sys/class/graphics/fbcon/cursor_blink; do [ ! -e $f ] || echo 0 >$f; done"

_TRACE = """xentrace -D -e MASK -S 1024 /run/trace >/run/trace.log 2>&1 &
tracer=$!; sleep 0.5"""
_TRACED = "kill -INT $tracer; wait $tracer; cp /run/trace /h/trace; rm /run/trace"


def _sides(size):
    return tuple(int(n) for n in size.split("x"))


class DrmRun(Run):
    """module: displif_drm.ko"""

    def __init__(self, rig, programs, module):
        super().__init__(rig, programs, 1)
        self.module = os.path.abspath(module)
        self.domid = None

    def begin(self, size):
        """A guest with both drivers, and the backend. The screen's own mode is the
        one that is asked for, so that a client need not change it."""
        width, height = _sides(size)
        screen = width * height <= SCREEN
        self.start(f"xres={width},yres={height}" if screen else "")
        self.start_backend("kms" if screen else "headless --refresh 0")
        self.domid = self.rig.guest_create(
            GUEST, [vdispl("Virtual-1:" + size)], timeout=PATIENCE,
            files={"/bin/kmsclient": os.path.join(self.programs, "kmsclient"),
                   "/bin/frontend": os.path.join(HERE, "domu", "frontend"),
                   "/bin/irqs": os.path.join(HERE, "domu", "irqs"),
                   "/mods/displif_drm.ko": self.module})["domid"]

    def end(self):
        self.rig.guest_destroy(GUEST, PATIENCE)
        self.end_backend()

    def use(self, driver, size):
        status, said = self.rig.guest(
            GUEST, f"frontend use {driver.bus} {driver.module} && kmsclient"
            f" --wait 20 --mode {size} --flips 3 >/dev/null && {_STEADY}", PATIENCE)
        expect(status == 0, f"{driver.module}: status {status}: {said}")

    def _flips(self, size, flips, options, traced=True):
        """One client that flips as fast as it may: its figures, and counts of
        interrupts, of flips for the backend and of hypercalls meanwhile."""
        if not traced:
            runs, _ = self._client(
                f"kmsclient --mode {size} --flips {flips} --no-draw {options}"
                " --stats-json", 2 + 2 * MANY // SLOWEST)
            return runs[0], {}
        before = self._stats()["pg_flip"]["n"]
        runs, said = self._client(
            f"irqs; kmsclient --mode {size} --flips {flips} --no-draw {options}"
            " --stats-json; irqs", 2 + 2 * MANY // SLOWEST,
            _TRACE.replace("MASK", f"{hypercalls.MASK:#x}"), _TRACED)
        counts = {"shown": self._stats()["pg_flip"]["n"] - before,
                  "irqs": int(said["irqs"][1]) - int(said["irqs"][0])}
        with open(os.path.join(self.rig.share, "trace"), "rb") as f:
            counts.update(hypercalls.count(f.read())[self.domid])
        return runs[0], counts

    def flips(self, size, options=""):
        run, _ = self._flips(size, MANY, options, False)
        _, few = self._flips(size, FEW, options)
        _, many = self._flips(size, MANY, options)
        more = {name: many[name] - few.get(name, 0) for name in many}
        shown, irqs = more.pop("shown"), more.pop("irqs")
        print(f"  {size} {options}: for {MANY - FEW} flips {shown} of the backend's, {more}",
              flush=True)
        return {"rate": run["flips_per_s"], "mode": run["refresh"], "ioctl": run["flip_ioctl_us"]["median"],
                "latency": run["flip_event_us"]["median"],
                "shown": shown / (MANY - FEW) * run["flips_per_s"],
                "irqs": irqs / (MANY - FEW), "calls": sum(more.values()) / (MANY - FEW),
                "sends": more.get("event_channel_op", 0) / (MANY - FEW)}

    def first(self, size, driver):
        """From nothing to a first picture, us. The guest rests between clients, so
        that none has to wait for the end of the one before. Setting a mode ends with
        the picture here; with drm_xen_front it takes a flip more to know."""
        runs, _ = self._client(
            f"n=0; while [ $n -lt {SHORT} ]; do n=$((n + 1)); kmsclient --mode {size}"
            " --buffers 1 --flips 1 --no-draw --stats-json; sleep 0.5; done", 3 + 2 * SHORT)
        expect(len(runs) == SHORT, f"{len(runs)} of {SHORT} clients ended")
        parts = PARTS if driver is DISPLIF else PARTS + ("flip_event",)
        found = {part: statistics.median(r[f"{part}_us"]["median"] for r in runs)
                 for part in parts}
        print(f"  {size} first picture: {found}", flush=True)
        return sum(found.values())


def _measure(run, size, order):
    found = {}
    if any(n > most for n, most in zip(_sides(size), THEIRS)):
        order = (DISPLIF,)
    run.begin(size)
    for driver in order:
        print(f"measuring {driver.module} at {size}", flush=True)
        run.use(driver, size)
        row = {"first": run.first(size, driver), "sync": run.flips(size)}
        row["fast"] = run.flips(size, "--async") if driver is DISPLIF else row["sync"]
        found[driver.module] = row
    run.end()
    return found


def _lines(size, found):
    ours, theirs = found[DISPLIF.module], found.get(UPSTREAM.module)
    if not theirs:
        theirs = {kind: dict.fromkeys(row, 0) if isinstance(row, dict) else 0
                  for kind, row in ours.items()}
    rows = (
        ("flips, not waiting for a vblank, 1/s", ours["fast"]["rate"], theirs["fast"]["rate"]),
        ("of these the backend showed, 1/s", ours["fast"]["shown"], theirs["fast"]["shown"]),
        ("flips in time with the mode, 1/s", ours["sync"]["rate"], ours["sync"]["mode"]),
        ("ioctl of such a flip, us", ours["fast"]["ioctl"], theirs["fast"]["ioctl"]),
        ("ioctl of one in time with the mode, us", ours["sync"]["ioctl"],
         theirs["sync"]["ioctl"]),
        ("flip to its event, us", ours["fast"]["latency"], theirs["fast"]["latency"]),
        ("create, ADDFB2, mode: first picture, us", ours["first"], theirs["first"]),
        ("interrupts of the display for a flip", ours["fast"]["irqs"], theirs["fast"]["irqs"]),
        ("notifications for a flip", ours["fast"]["sends"], theirs["fast"]["sends"]),
        ("hypercalls for a flip", ours["fast"]["calls"], theirs["fast"]["calls"]),
        ("the same, in time with the mode", ours["sync"]["calls"], theirs["sync"]["calls"]),
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
    lines = []
    try:
        for size in args.size:
            rig = Rig("amd64", args.top, args.images)
            rig.stop()  # one that an earlier run left behind
            with rig:
                run = DrmRun(rig, args.programs, args.module)
                lines.extend(_lines(size, _measure(run, size, order)))
    except (Failure, RigError) as error:
        print(f"FAIL: {error}")
        return 1
    print(f"  {'':10s} {'':38s} {'displif_drm':>10s} {'upstream':>10s} {'ratio':>7s}")
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
