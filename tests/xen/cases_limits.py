# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Our own driver and the number of grants that a guest has: what does not fit is not
offered, and what fits is shown. The output is one without a screen: QEMU's are too small."""
import re

from bed import DISPLIF
from case import expect, same, until

LARGE, SMALL = (7680, 4320), (640, 480)
MIDDLE = (3840, 2160)
# Frames of a page, each with 512 grants: for two buffers of 8K and the console's, which is as
# large as the largest connector. What Xen lets a toolstack ask for is raised, too, and what
# the backend allows a guest.
FRAMES, DEFAULT = 200, 64
PAGES = 131072


def _need(bed, sizes, **guest):
    bed.need_guest(sizes=sizes, **guest)
    bed.need_backend(f"--output headless --picture /h/shown --max-pages {PAGES}")
    bed.need_driver(DISPLIF)


def _modes(bed, number):
    return bed.check(f"cat /sys/class/drm/card0-Virtual-{number}/modes").split()


def _left_out(bed):
    """What the driver says of modes that it does not offer: [(size, grants)]."""
    said = bed.check("dmesg | grep 'displif.*left out' || true")
    return re.findall(r"modes from (\d+x\d+) left out: two buffers exceed (\d+) grants"
                      r" \(max_grant_frames\)", said)


def _mapped(bed):
    """By the backend: Xen would take minutes to tell of so many grants."""
    return bed.backend.stats()["xen"]["map_pages"]


def default(bed):
    """Two buffers of 8K do not fit, two of 4K do."""
    _need(bed, (LARGE, MIDDLE))
    same("modes of 8K", _modes(bed, 1), [])
    same("modes of 4K", _modes(bed, 2), ["3840x2160"])
    left_out = _left_out(bed)
    same("sizes that the log names", [size for size, _ in left_out], ["7680x4320"])
    grants = int(left_out[0][1])
    expect(16200 < grants <= DEFAULT * 512, f"the log speaks of {grants} grants")
    return f"{grants} grants"


def eight_k(bed):
    """Both buffers, one after the other, pixel for pixel."""
    bed.rig.check(f"xl set-parameters gnttab_max_frames={FRAMES}")
    try:
        _need(bed, (LARGE, SMALL), memory=1024, timeout=300,
              config=f"max_grant_frames={FRAMES}")
        same("modes of 8K", _modes(bed, 1), ["7680x4320"])
        same("sizes that the log names", _left_out(bed), [])
        for flips in (1, 2):
            seed = bed.screen.seed()
            bed.screen.start_kms(seed, flips, timeout=240)
            # A machine so slow that flips time out begins a connection anew, and shows it again.
            until("three buffers are mapped", lambda: _mapped(bed) >= 3 * 32400, True, 60)
            bed.screen.check_saved(seed, flips, size=LARGE, timeout=240)
            bed.screen.end(timeout=60)
        bed.need_no_driver()
        bed.await_states(6, 2)
        until("pages that are mapped", lambda: _mapped(bed), 0, 60)
        same("grants that are mapped", bed.grants(), bed.waiting["mapped grants"])
    finally:
        bed.rig.check(f"xl set-parameters gnttab_max_frames={DEFAULT}")
    bed.destroy_guest()


CASES = [
    ("limits-default", default),
]
LONG = [
    ("limits-8k", eight_k),
]
