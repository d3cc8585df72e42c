# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Two kernels that watch themselves: what starts them, what they are asked, and which
of the mistakes in bites/ they must notice."""
import re

from case import expect
from reports import blocks

# MiB, of which the checks take a part. A guest that is saved must find room in dom0.
_MEMORY = 320
_KASAN = "BUG: KASAN: {} in bite_{}"
_LOCKS = r"debug_locks:\s+1"


class Debian:
    """Debian's own, started with the checks of memory that it has: what is written beyond
    or after an object's life, and who has not given back what. Knows nothing of locks."""

    options = {"memory": _MEMORY, "extra": "slub_debug=FZPU page_poison=1"}
    kind = None  # as a case wants it
    bites = {"beyond": "Redzone overwritten", "freed": "Poison overwritten"}
    begin = "true"
    # A log of freed memory that was written to comes with the next use, or now.
    look = "for c in /sys/kernel/slab/*/validate; do echo 1 >$c; done"
    # Asked for in a call of the driver's, and somebody else's by now: its registration, while it is loaded; the
    # grant table's list of what the other side still maps, worked off at ten a second; areas of vfree(), given
    # back when there are many; the console's text.
    _others = ("ddrm_module_init", "gnttab_end_foreign_access", "alloc_vmap_area", "vc_do_resize")

    def loaded(self, bed, module):
        """Leaks that can be told while the module is loaded, but not at work."""
        # Names of files that were looked at keep them.
        found = bed.check(f"echo 3 >/proc/sys/vm/drop_caches; held {module}", 100)
        return [leak for leak in blocks(found, "held, by ")
                if not any(name in "\n".join(leak) for name in self._others)]

    unloaded = loaded

    def objects(self, leak):
        """How many it is about."""
        return int(leak[1].split()[0])

    def working(self, bed):
        traces = bed.check("ls /sys/kernel/debug/slab | wc -l; cat /proc/cmdline").splitlines()
        expect(int(traces[0]) > 10 and "page_poison=1" in traces[1], f"no checks of memory: {traces}")


class Built:
    """The one that kernel.sh makes."""

    options = {"memory": _MEMORY, "extra": "kasan_multi_shot"}
    kind = "pvh"  # it can be nothing else
    # Lockdep is the first: it ends with its first report, and with one of KASAN's.
    bites = {
        "order": "possible circular locking dependency detected",
        "atomic": "BUG: sleeping function called from invalid context",
        "shift": "UBSAN: shift-out-of-bounds",
        "list": "list_add double add",
        "timer": "ODEBUG: free active",
        "beyond": _KASAN.format("slab-out-of-bounds", "beyond"),
        "freed": _KASAN.format("use-after-free", "freed"),
    }
    look = "true"
    # What the kernel lost while it booted is forgotten: ACPI, which such a guest has no tables for.
    begin = ("sleep 6; for i in 1 2 3; do echo scan >/sys/kernel/debug/kmemleak || exit 1; sleep 1; done;"
             " echo clear >/sys/kernel/debug/kmemleak")
    # An object must be some seconds old.
    _scan = ("sleep 6; for i in 1 2 3; do echo scan >/sys/kernel/debug/kmemleak || exit 1; sleep 1; done;"
             " cat /sys/kernel/debug/kmemleak")

    def loaded(self, bed, _):
        return blocks(bed.check(self._scan, 200), "unreferenced object")

    unloaded = loaded

    def objects(self, _):
        return 1

    def working(self, bed):
        locks = bed.check("cat /proc/lockdep_stats")
        expect(re.search(_LOCKS, locks), f"lockdep does not work:\n{locks}")
