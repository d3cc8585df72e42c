# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""What cases work on: a rig, a backend in its dom0, guests. The need_...()
methods make what a case starts from, and do nothing if it is there already."""
import os
import re
import time

import case
from backend import Backend
from case import Failure, same, until
from rig import HERE, RigError, vdispl

GUEST = "domu"
SIZES = ((800, 600), (640, 480))  # a guest's connectors, if it asks for none
LARGE = ((1280, 1024),)  # more pages than one page of a directory can name

# Lines of a kernel after which what follows cannot be believed.
_COMPLAINT = ("BUG:|WARNING:|Oops|general protection|refcount_t|Bad rss"
              "|Call [Tt]race|soft lockup")

_STATES = """for n in /local/domain/{d}/device/vdispl/0/state \
/local/domain/0/backend/vdispl/{d}/0/state; do
xenstore-read $n 2>/dev/null || echo -; done"""

_GRANTS = """xl dmesg -c >/dev/null; xl debug-keys g
n=0; until xl dmesg >/run/grants; grep -q 'print_all ] done' /run/grants; do
	n=$((n + 1)); [ $n -lt 50 ] || exit 1; usleep 100000
done
cat /run/grants"""


def connectors(sizes):
    """As xl wants them."""
    return ";".join(f"Virtual-{i + 1}:{w}x{h}"
                    for i, (w, h) in enumerate(sizes))


def _tree(folder):
    """All files below a folder, for a guest."""
    if not os.path.isdir(folder):
        raise Failure(f"{folder}: no such folder, run fetch-desktop.sh")
    return {"/" + os.path.relpath(os.path.join(at, name), folder): os.path.join(at, name)
            for at, _, names in os.walk(folder) for name in names}


class Driver:
    """A frontend in a guest's kernel: its module, its name on the xen bus, and
    what DRM calls it."""

    def __init__(self, module, bus, drm):
        self.module = module
        self.bus = bus
        self.drm = drm


UPSTREAM = Driver("drm_xen_front", "vdispl", "xendrm-du")
DISPLIF = Driver("displif_drm", "displif_drm", "displif")


class Bed:
    """rig: not started yet. programs: folder of what runs in the rig. display:
    dom0's, as qemu.py names it. rng: source of all random choices. module:
    displif_drm.ko, for cases that want it. desktop: output of fetch-desktop.sh."""

    def __init__(self, rig, programs, display, rng, module=None, desktop=None):
        self.rig = rig
        self.programs = programs
        self.module = module
        self.desktop = desktop
        self.display = display
        self.rng = rng
        # More for Rig.guest_create(), for a kernel that is not Debian's.
        self.guest_options = {}
        # Images of Mini-OS: {kind: file}.
        self.minios = {}
        self.screen = None
        self.backend = None
        self.guest = None
        # What is held: by a backend without guests, the same beside a guest
        # without display, and with a device that nobody has connected to.
        self.idle = self.alone = self.waiting = None
        self._backends = 0
        self._complaints = 0

    # --- the whole

    def start(self):
        self.rig.start(display=self.display)
        self._complaints = self._count_complaints()
        bin_dir = os.path.join(self.rig.share, "bin")
        os.makedirs(bin_dir, exist_ok=True)
        for name in os.listdir(self.programs):
            with open(os.path.join(self.programs, name), "rb") as f:
                data = f.read()
            with open(os.path.join(bin_dir, name), "wb") as f:
                f.write(data)
            os.chmod(os.path.join(bin_dir, name), 0o755)
        # be-alloc takes the memory of whole pictures out of gntalloc.
        self.rig.check(f"mp {self.display}; n=0; until [ -e /dev/dri/card0 ];"
                       " do n=$((n + 1)); [ $n -lt 100 ] || exit 1;"
                       " usleep 100000; done\necho 16384 "
                       ">/sys/module/xen_gntalloc/parameters/limit")

    def begin(self):
        """Before each case."""
        if not self.rig.alive():
            self.start()

    def reset(self):
        """After a failed case: no guest, no backend; a new dom0 if needed."""
        try:
            self.rig.check("for d in $(xl list | awk 'NR > 2 { print $1 }');"
                           " do xl destroy $d; done", 90)
            if self.backend:
                self.backend.kill()
            self.rig.check_health()
            self.check_kernel()
        except (RigError, Failure, OSError):
            self.rig.stop()
        self.backend = self.guest = None

    def _count_complaints(self):
        return int(self.rig.check(f"dmesg | grep -cE '{_COMPLAINT}' || true"))

    def check_kernel(self):
        """Raise Failure if dom0's kernel complains."""
        if self._count_complaints() > self._complaints:
            raise Failure("dom0's kernel complains:\n"
                          + self.rig.check("dmesg | tail -n 40"))

    def last_logs(self):
        """What to look at after a failure."""
        parts = []
        if self.backend:
            parts += ["backend:"] + self.backend.log().splitlines()[-20:]
        try:
            if self.guest:
                lines = self.rig.guest_console(GUEST).splitlines()
                parts += ["guest:"] + lines[-12:]
            parts += ["dom0:", self.rig.check("dmesg | tail -n 6")]
        except RigError as error:
            parts += ["console:", str(error)]
        return "\n".join(parts)

    # --- what a case starts from

    def need_backend(self, options, quiet=False):
        """A backend that was started with these options."""
        if self.backend and self.backend.ended() is None:
            if (self.backend.options, self.backend.quiet) == (options, quiet):
                return
            self.backend.end("TERM", 0)
        self._backends += 1
        self.backend = Backend(self.rig, self._backends, options, quiet)

    def need_kms(self):
        self.need_backend("--output kms")

    def need_headless(self):
        self.need_backend("--output headless --picture /h/shown")

    def need_guest(self, sizes=SIZES, be_alloc=False, kind=None, desktop=False, **more):
        """The guest; more: as Rig.guest_create() takes it. It is made for a
        backend with output kms, so that all guests begin alike; ask for another
        backend afterwards. desktop: with Weston in it."""
        if desktop:
            more["memory"] = 512
        wanted = {"sizes": sizes, "be_alloc": be_alloc, "kind": kind, "desktop": desktop, **more}
        if self.guest and self.guest["wanted"] == wanted:
            return
        if self.guest:
            self.destroy_guest()
        self.need_kms()
        self.idle = self.footprint()
        options = {"timeout": 120, **self.guest_options, **more}
        options["timeout"] *= case.patience
        facts = self.rig.guest_create(GUEST, [vdispl(connectors(sizes), be_alloc)],
                                      self.files(desktop), kind=kind, **options)
        self.guest = {"wanted": wanted, "domid": facts["domid"]}
        self.check("mp xen-gntalloc limit=16384 xen-gntdev xen-evtchn")
        same("states before there is a driver", self.states(), ("1", "2"))
        self.waiting = self.footprint()
        self.alone = {"backend": self.idle["backend"],
                      "mapped grants": self.waiting["mapped grants"]}

    def files(self, desktop=False):
        """What goes into a guest's initramfs: {path there: path here}."""
        files = {f"/bin/{name}": os.path.join(self.programs, name)
                 for name in os.listdir(self.programs)}
        for name in ("show", "frontend", "keep", "desktop"):
            files[f"/bin/{name}"] = os.path.join(HERE, "domu", name)
        if self.desktop:
            for tree in ("tools", "desktop")[:1 + desktop]:
                files.update(_tree(os.path.join(self.desktop, tree)))
        if self.module:
            files["/mods/displif_drm.ko"] = self.module
        return files

    def need_driver(self, driver=UPSTREAM, options=""):
        """A frontend in the guest's kernel, connected. options: the module's,
        if this loads it."""
        self.check(f"frontend use {driver.bus} {driver.module} {options}")
        self.await_states(4, 4)

    def need_no_driver(self):
        """Nobody has the device."""
        self.check("frontend none", 30)

    def destroy_guest(self):
        self.rig.guest_destroy(GUEST)
        self.guest = None

    def save_guest(self, run_on=False):
        self.rig.guest_save(GUEST, run_on)

    def restore_guest(self):
        """The saved one goes on, with a device that is new to the backend."""
        old, new = self.domid(), self.rig.guest_restore(GUEST)
        self.guest["domid"] = new
        for held in (self.waiting, self.alone):
            grants = held["mapped grants"]
            held["mapped grants"] = {new if d == old else d: n for d, n in grants.items()}

    # --- acting and looking

    def domid(self):
        return self.guest["domid"]

    def line(self, text, timeout=60):
        """A shell line in the guest: (status, output)."""
        return self.rig.guest(GUEST, text, timeout * case.patience)

    def check(self, text, timeout=60):
        """The same, where another status than 0 is a failure."""
        status, output = self.line(text, timeout)
        if status != 0:
            raise Failure(f"in the guest, status {status} from {text!r}:\n"
                          f"{output}")
        return output

    def states(self, domid=None):
        """States of frontend and backend as texts; "-": no node."""
        d = self.domid() if domid is None else domid
        return tuple(self.rig.check(_STATES.format(d=d)).splitlines())

    def await_states(self, front, back, timeout=30):
        until("states of frontend and backend", self.states,
              (str(front), str(back)), timeout)

    def grants(self):
        """{domain: number of its grants that others have mapped}, by Xen."""
        count, domain = {}, None
        for text in self.rig.check(_GRANTS).splitlines():
            head = re.search(r"grant-table for remote d(\d+)", text)
            if head:
                domain = int(head.group(1))
            elif domain is not None and re.search(r"\[0x[0-9a-f]+\] ", text):
                count[domain] = count.get(domain, 0) + 1
        return count

    def footprint(self):
        """All that display devices take in dom0, and what of guests is mapped."""
        return {"backend": self.backend.held(), "mapped grants": self.grants()}

    def await_footprint(self, wanted, timeout=15):
        """Wait for things to be given back."""
        until("what the backend holds", self.backend.held,
              wanted["backend"], timeout)
        until("grants that are mapped", self.grants, wanted["mapped grants"],
              timeout)

    def await_waiting(self, timeout=15):
        """The same, for a device without a frontend. A screen's own buffers
        stay as long as the device exists."""
        def held():
            return [line for line in self.backend.held()
                    if "maps of /dev/dri/" not in line]
        until("what the backend holds", held, self.waiting["backend"], timeout)
        until("grants that are mapped", self.grants,
              self.waiting["mapped grants"], timeout)

    def pause(self, seconds):
        """Only where a time is part of what is tested."""
        time.sleep(seconds)
