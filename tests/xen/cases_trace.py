# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Records what the kernel's own frontend says, and compares it with the golden
traces of tests/trace/linux-6.1. The recordings are left in TOP/traces."""
import os
import shutil
import sys

from bed import LARGE, SIZES
from case import Failure, expect, same

HERE = os.path.dirname(os.path.abspath(__file__))
TRACE = os.path.join(os.path.dirname(HERE), "trace")
sys.path.insert(0, TRACE)
import tracefile  # noqa: E402  (its folder is known only now)

GOLDEN = os.path.join(TRACE, "linux-6.1")
# Each flip is shown at once, so that no clock decides about the order.
OPTIONS = "--output headless --refresh 0 --record /h/{name}.trace {more}"
PAGES = (SIZES[0][0] * SIZES[0][1] * 4 + 4095) // 4096


def _begin(bed, name, more="", **guest):
    bed.need_kms()
    bed.need_guest(**guest)
    bed.need_no_driver()
    bed.need_backend(OPTIONS.format(name=name, more=more))
    bed.need_driver()


def _client(bed, options, status=0):
    found, said = bed.line(f"kmsclient --no-draw --wait 20 {options}")
    same(f"status of kmsclient {options}", found, status)
    return said


def _end(bed, name):
    """Keep the recording and compare it."""
    bed.need_no_driver()
    bed.await_states(6, 2)
    bed.backend.end("TERM", 0)
    kept = os.path.join(bed.rig.top, "traces")
    os.makedirs(kept, exist_ok=True)
    found = os.path.join(kept, f"{name}.trace")
    shutil.copyfile(os.path.join(bed.rig.share, f"{name}.trace"), found)
    golden = os.path.join(GOLDEN, f"{name}.trace")
    difference = tracefile.compare(golden, found)
    if difference:
        raise Failure(f"{found} is not what was recorded before:\n{difference}")
    return f"{tracefile.count(found)} messages"


def modeset(bed):
    """Two connectors, everything that a client can do, and an end that comes
    without notice. A third buffer is one too many: its refusal leaves bytes in
    the ring that come back, 32 requests later, in a slot not cleared."""
    _begin(bed, "modeset", f"--max-pages {2 * PAGES + 16}")
    said = _client(bed, "--buffers 3 --flips 0", 1)
    expect("create dumb buffer" in said, f"not refused: {said}")
    _client(bed, "--dpms-cycle --flips 40 --disable-at-end")
    _client(bed, "--connector Virtual-2 --flips 6")
    bed.need_no_driver()
    bed.await_states(6, 2)
    bed.need_driver()
    _client(bed, "--flips 2 --format RG16")
    return _end(bed, "modeset")


def prime(bed):
    """Buffers of another driver, imported."""
    _begin(bed, "prime")
    bed.check("[ -d /sys/module/vgem ] || mp vgem")
    card = bed.check("cd /sys/devices/platform/vgem/drm && ls -d card*"
                     ).split()[0]
    _client(bed, f"--exporter /dev/dri/{card} --flips 3")
    return _end(bed, "prime")


def be_alloc(bed):
    """Buffers of the backend's memory; PVH, see cases_kms.be_alloc()."""
    _begin(bed, "be-alloc", sizes=LARGE, be_alloc=True, kind="pvh")
    _client(bed, "--flips 3")
    return _end(bed, "be-alloc")


CASES = [("trace-modeset", modeset), ("trace-prime", prime)]
