# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Cases on guests whose kernel watches itself: each guest is asked, before it ends,
what its kernel has reported."""
import os

from bed import GUEST, SIZES, Bed
from case import Failure, expect
from rig import RigError
from reports import names, records, reports

HERE = os.path.dirname(os.path.abspath(__file__))
# All of the log, also what a case takes out of the kernel's own.
_KEEP = "(cat /dev/kmsg >/run/kmsg 2>/run/kmsg.err </dev/null & echo $! >/run/kmsg.pid); sleep 1"
_IDLE = "killall -9 kmsclient 2>/dev/null; sleep 1; frontend none; sleep 3"
_UNLOAD = "[ ! -d /sys/module/displif_drm ] || rmmod displif_drm"


class Watched(Bed):
    """kernel: one of kernels.py. top: folder for what guests' kernels said. extra: more
    of a guest's files."""

    def __init__(self, *args, kernel, top, extra=None):
        super().__init__(*args)
        self.kernel = kernel
        self.guest_options = kernel.options
        self.found = []  # (number of the guest, report), of all that are gone
        self.unknown = []  # guests that could not be asked, and why
        self.made = self.asked = 0
        self._top = top
        self._extra = extra or {}
        self._number = 0

    def files(self, desktop=False):
        return {**super().files(desktop), "/bin/held": os.path.join(HERE, "held"), **self._extra}

    def need_guest(self, sizes=SIZES, be_alloc=False, kind=None, **more):
        before = self.guest
        super().need_guest(sizes, be_alloc, self.kernel.kind or kind, **more)
        if self.guest is not before:
            self._number += 1
            self.made += 1
            self.check(_KEEP)
            self.check(self.kernel.begin, 200)

    def log(self):
        """What the guest's kernel said since it runs."""
        self.check(self.kernel.look, 100)
        status, text = self.line("cat /run/kmsg.err /run/kmsg", 100)
        expect(status == 0, f"no log of the guest's kernel: {text[-500:]}")
        expect(self.line("kill -0 $(cat /run/kmsg.pid)")[0] == 0, "the log was not kept to its end")
        return records(text)

    def ask(self):
        """Everything that the guest's kernel has to report, leaks last."""
        self.check(_IDLE)
        leaks = self.kernel.loaded(self, "displif_drm")
        self.check(_UNLOAD)
        again = self.kernel.unloaded(self, "displif_drm")
        leaks += [leak for leak in again if leak[0] not in {old[0] for old in leaks}]
        said = self.log()
        with open(os.path.join(self._top, f"guest-{self._number}.log"), "w") as f:
            f.write("\n".join(said) + "\n\n" + "\n".join("\n".join(leak) for leak in leaks) + "\n")
        found = reports(said) + leaks
        if not found:
            self.kernel.working(self)
        return found

    def finish(self):
        """Ask the guest, if there is one."""
        if not self.guest:
            return
        try:
            self.found += [(self._number, report) for report in self.ask()]
            self.asked += 1
        except (Failure, RigError, OSError) as error:
            self.unknown.append(f"guest {self._number}: {error}")

    def destroy_guest(self):
        self.finish()
        super().destroy_guest()

    def reset(self):
        self.finish()
        super().reset()

    def forget(self):
        """End a guest unasked: what it says was made on purpose."""
        self.rig.guest_destroy(GUEST)
        self.guest = None
        self.made -= 1

    def verdict(self):
        """Prints all reports; True if there is none, and every guest was asked."""
        for number, report in self.found:
            print(f"--- guest {number}:\n" + "\n".join(report))
        for text in self.unknown:
            print(f"--- not asked: {text}")
        ours = sum(names(report, "displif_drm") for _, report in self.found)
        print(f"{self.asked} of {self.made} guests were asked: {len(self.found)} reports,"
              f" {ours} of them name displif_drm", flush=True)
        return self.asked == self.made and not self.found
