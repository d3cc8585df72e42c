# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Records what the kernel's own frontend says, and compares it with the golden
traces of tests/trace/linux-6.1. The recordings are left in TOP/traces."""
import os
import shutil
import sys

from bed import LARGE, SIZES
from case import Failure

HERE = os.path.dirname(os.path.abspath(__file__))
TRACE = os.path.join(os.path.dirname(HERE), "trace")
sys.path.insert(0, TRACE)
import tracefile  # noqa: E402  (its folder is known only now)

GOLDEN = os.path.join(TRACE, "linux-6.1")
PAGES = (SIZES[0][0] * SIZES[0][1] * 4 + 4095) // 4096


def _record(bed, name, options, lines):
    """Connect to a backend that records, run lines in the guest, let go. The
    case before may have left any backend, the guest is made with one of its
    own: no need for another one in between."""
    bed.need_no_driver()
    bed.need_backend(f"--output headless --record /h/{name}.trace {options}")
    bed.need_driver()
    bed.check(lines, 90)
    bed.need_no_driver()
    bed.await_states(6, 2)
    bed.backend.end("TERM", 0)
    kept = os.path.join(bed.rig.top, "traces")
    os.makedirs(kept, exist_ok=True)
    found = os.path.join(kept, f"{name}.trace")
    shutil.copyfile(os.path.join(bed.rig.share, f"{name}.trace"), found)
    golden = os.path.join(GOLDEN, f"{name}.trace")
    if not os.path.exists(golden):
        raise Failure(f"{golden} is not there; {found} is what it could be")
    difference = tracefile.compare(golden, found)
    if difference:
        raise Failure(f"{found} is not what was recorded before:\n{difference}")
    return f"{tracefile.count(found)} messages"


def modeset(bed):
    """Two connectors and everything that a client can do, each flip shown at
    once. First a buffer too many: its refusal leaves bytes in the ring that come
    back, 32 requests later, in a slot that is not cleared. Buffers of another
    driver, imported. The driver taken away and given back."""
    bed.need_guest()
    return _record(
        bed, "modeset", f"--refresh 0 --max-pages {2 * PAGES + 16}",
        "k='kmsclient --no-draw --wait 20'; mp vgem;"
        " $k --buffers 3 --flips 0 2>&1 | grep 'create dumb' &&"
        " $k --dpms-cycle --flips 40 --disable-at-end &&"
        " $k --connector Virtual-2 --flips 3 --exporter"
        " /dev/dri/$(cd /sys/devices/platform/vgem/drm && ls -d card*) &&"
        " $k --rebind vdispl-0 --flips 2 --format RG16")


def be_alloc(bed):
    """Buffers of the backend's memory, in a PVH guest (cases_kms.be_alloc()).
    At one frame a second each event but the first comes long after its response."""
    bed.need_guest(sizes=LARGE, be_alloc=True, kind="pvh")
    return _record(bed, "be-alloc", "--refresh 1",
                   "kmsclient --no-draw --wait 20 --flips 3")


CASES = [("trace-modeset", modeset)]
