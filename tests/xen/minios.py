# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""A unikernel of Mini-OS in place of the guest: it has no shell, so it is told what to do when it is created and its
console tells what it did."""
import os
import re
import shutil

from bed import GUEST, SIZES, connectors
from case import Failure, until
from rig import vdispl

_CFG = """name="{name}"
type="{kind}"
kernel="/dev/shm/{name}"
memory=64
extra="{extra}"
on_poweroff="destroy"
on_reboot="destroy"
on_crash="destroy"
vdispl=["{vdispl}"]
"""

_CREATE = """cp /h/rig/{name}.kernel /dev/shm/{name}
: >/var/log/xen/console/guest-{name}.log
xl create -q /h/rig/{name}.cfg && xl domid {name}
rc=$?; rm -f /dev/shm/{name}; exit $rc"""


class Unikernel:
    """The guest of a bed. image: what Mini-OS's build left, kind: pv or pvh, as it was built."""

    def __init__(self, bed, kind, image):
        self._bed = bed
        self._kind = kind
        self._image = image

    def create(self, extra, sizes=SIZES, be_alloc=False):
        """extra: its command line. A backend must be there."""
        bed = self._bed
        if bed.guest:
            bed.destroy_guest()
        bed.idle = bed.footprint()
        base = os.path.join(bed.rig.share, "rig", GUEST)
        shutil.copy(self._image, base + ".kernel")
        with open(base + ".cfg", "w") as f:
            f.write(_CFG.format(name=GUEST, kind=self._kind, extra=extra,
                                vdispl=vdispl(connectors(sizes), be_alloc)))
        out = bed.rig.check(_CREATE.format(name=GUEST), 60)
        bed.guest = {"wanted": "a unikernel", "domid": int(out.splitlines()[-1])}

    def said(self):
        """All of its console."""
        return self._bed.rig.guest_console(GUEST).replace("\r", "")

    def await_said(self, text, count=1, timeout=60):
        until(f"times that the guest said {text!r}", lambda: self.said().count(text) >= count, True, timeout)

    def find(self, pattern):
        """The groups of a pattern in what it said last."""
        found = re.findall(pattern, self.said())
        if not found:
            raise Failure(f"the guest did not say {pattern!r}")
        return found[-1]

    def await_gone(self, timeout=30):
        """It ended by itself: the toolstack has no such domain."""
        rig = self._bed.rig
        until("domains beside dom0", lambda: rig.check("xl list | tail -n +3"), "", timeout)
        self._bed.guest = None
