# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Our own driver for Linux in a guest, shown on dom0's screen."""
import re
import subprocess

from bed import DISPLIF, SIZES, UPSTREAM
from case import Failure, expect, same, until
from cases_hostile_backend import ATTACKS, attack
from rig import RigError

# The screen's EDID goes before what is configured: its own mode first.
MODE = (1280, 800)
FORMATS = ("RG16", "RG24", "AR24", "AR15", "XR15", "AR12", "XR12")
_COMPLAINT = "BUG|WARNING|Oops|refcount_t|Call Trace|general protection|soft lockup"
_CHANNELS = "grep -c displif-drm /proc/interrupts || true"
_INTERRUPTS = "awk '/displif-drm/ { n += $2 } END { print n + 0 }' /proc/interrupts"
_DRIVER = "displif.*(refused|lost|cannot|while one|no connection)"


def _need(bed, driver, **guest):
    bed.need_kms()
    bed.need_guest(**guest)
    bed.need_driver(driver)
    if driver is DISPLIF:
        until("the kernel's console", lambda: bed.line("[ -e /sys/class/graphics/fb0 ]")[0], 0, 20)


def _mode(driver):
    """Upstream's knows no EDID."""
    return MODE if driver is DISPLIF else SIZES[0]


def _show(bed, size, options="", flips=5):
    """A new picture, to see that all works."""
    seed = bed.screen.seed()
    bed.screen.start_kms(seed, flips, options)
    bed.screen.check_screen("drm.ppm", seed, flips, size)
    return bed.screen.end()


def _await_picture(bed, *wanted):
    """It comes back by itself."""
    until("the picture", lambda: bed.screen.judge(bed.screen.take("drm.ppm"), *wanted)[0],
          True, 20)


def _held(bed):
    """Of the guest, by the backend: pages of its buffers, and requests refused; GET_EDID is, where
    there is no screen."""
    guest = bed.backend.stats()["guests"][0]
    return guest["pages"], guest["refused"]


def _await_held(bed, wanted):
    """When all clients have ended."""
    until("pages of the guest's buffers, refused requests", lambda: _held(bed), wanted, 10)


def _complains(bed, about):
    _, said = bed.line(f"dmesg | grep -E '{about}'")
    if said.strip():
        raise Failure("the guest's kernel complains:\n" + said)


def _check_kernel(bed):
    """Whatever the driver may have had to say of its backend."""
    _complains(bed, _COMPLAINT)


def _check_quiet(bed):
    """Neither the guest's kernel nor the driver has anything to complain about."""
    _complains(bed, f"{_COMPLAINT}|{_DRIVER}")


def connect(bed, driver=DISPLIF):
    _need(bed, driver)
    cards = bed.check("ls /sys/class/drm").split()
    for name in ("card0", "card0-Virtual-1", "card0-Virtual-2"):
        expect(name in cards, f"no {name} in the guest: {cards}")
    if driver is DISPLIF:
        wanted = subprocess.run(["/sbin/modinfo", "-F", "srcversion", bed.module],
                                capture_output=True, text=True, check=True).stdout.strip()
        same("srcversion of what is loaded",
             bed.check("cat /sys/module/displif_drm/srcversion").strip(), wanted)
    modes = bed.check(f"modetest -M {driver.drm} -c 2>/dev/null"
                      " | awk '$1 ~ /^#/ { print $1, $2 }'").splitlines()
    modes = [mode.split() for mode in modes]
    same("first modes of the connectors", [mode[1] for mode in modes if mode[0] == "#0"],
         [f"{w}x{h}" for w, h in (_mode(driver), SIZES[1])])
    expect(len(modes) > 10,
           f"the modes of the screen's EDID are not offered: {modes}")
    _check_quiet(bed)
    return "Linux " + bed.check("uname -r").strip()


def picture(bed, driver=DISPLIF):
    _need(bed, driver)
    before = _held(bed)
    # Debian's kernels tell of grants that end too early, when they are asked to.
    bed.check("f=/sys/kernel/debug/dynamic_debug/control; [ ! -e $f ] ||"
              " echo func gnttab_add_deferred +p >$f")
    _show(bed, _mode(driver), "--refused")
    for size, offset in (((800, 600), 0), ((1024, 768), 4160)):
        _show(bed, size, f"--mode {size[0]}x{size[1]} --offset {offset}")
    _check_quiet(bed)
    _await_held(bed, before)
    _complains(bed, "deferring g.e")  # a grant was ended while the backend had its page


def formats(bed, driver=DISPLIF):
    _need(bed, driver)
    for fourcc in FORMATS:
        seed = bed.screen.seed()
        bed.screen.start_kms(seed, 3, f"--mode 800x600 --format {fourcc}")
        bed.screen.check_screen("drm.ppm", seed, 3, (800, 600), fourcc)
        same("format", bed.screen.end()["format"], fourcc)
    _check_quiet(bed)


def flips(bed, driver=DISPLIF):
    """Each with one event; sequence and time rise; at the mode's rate."""
    _need(bed, driver)
    before, irqs = bed.backend.stats()["guests"][0], int(bed.check(_INTERRUPTS))
    seed = bed.screen.seed()
    bed.screen.start_kms(seed, 400, "--no-draw", timeout=150)
    figures = bed.screen.end()
    after, irqs = bed.backend.stats()["guests"][0], int(bed.check(_INTERRUPTS)) - irqs
    if driver is DISPLIF:  # which looks at the ring by the clock, too
        expect(irqs >= 200, f"interrupts of 400 flips: {irqs}")
    same("flips and events in the guest",
         (figures["flips"], figures["events"], figures["events_surplus"]),
         (400, 400, 0))
    same("sequence, times that go back or lie outside",
         (figures["sequence"], figures["timestamps_back"], figures["timestamps_outside"]),
         ("rising", 0, 0))
    expect(after["flips"] - before["flips"] >= 400, f"the backend saw {after} after {before}")
    if driver is DISPLIF:
        # Some are overtaken; what stays is the newest.
        _show(bed, _mode(driver), "--async", 300)
    _check_quiet(bed)
    return f"{figures['flips_per_s']:.1f} flips/s"


def unbind(bed, driver=DISPLIF):
    """With a client that holds the device, and with one that flips."""
    _need(bed, driver)
    _show(bed, _mode(driver))
    bed.check("kmsclient --wait 20 --flips 10000000 >/run/forever 2>&1"
              " </dev/null & echo $! >/run/forever.pid; sleep 1")
    before = bed.backend.flips()
    until("flips go on", lambda: bed.backend.flips() > before, True, 20)
    bed.need_no_driver()
    bed.await_states(6, 2)
    bed.await_waiting()
    bed.line("kill -9 $(cat /run/forever.pid); usleep 200000")
    bed.need_driver(driver)
    _show(bed, _mode(driver))
    _check_quiet(bed)


def _survive(bed, driver, signal, status):
    """The backend goes and returns; the client knows nothing of it."""
    _need(bed, driver)
    channels, before = bed.check(_CHANNELS), _held(bed)
    seed = bed.screen.seed()
    bed.screen.start_kms(seed, 7)
    bed.screen.check_screen("drm.ppm", seed, 7, _mode(driver))
    bed.backend.end(signal, status)
    until("grants that are mapped", bed.grants, bed.waiting["mapped grants"], 10)
    bed.need_kms()
    bed.await_states(4, 4)
    _await_picture(bed, seed, 7, _mode(driver))
    same("event channels of the guest's", bed.check(_CHANNELS), channels)
    bed.screen.end()
    _show(bed, _mode(driver))
    _await_held(bed, before)
    _check_quiet(bed)


def backend_killed(bed, driver=DISPLIF):
    _survive(bed, driver, "KILL", 128 + 9)


def backend_terminated(bed, driver=DISPLIF):
    _survive(bed, driver, "TERM", 0)


def flip_on(bed, driver=DISPLIF):
    """The backend goes while a client flips, which never fails."""
    _need(bed, driver)
    seed = bed.screen.seed()
    bed.screen.start_kms(seed, 1000000, "--no-draw", timeout=0)
    before = bed.backend.flips()
    until("flips go on", lambda: bed.backend.flips() > before, True, 20)
    bed.backend.end("KILL", 128 + 9)
    bed.pause(1)
    bed.need_kms()
    bed.await_states(4, 4)
    until("flips go on", lambda: bed.backend.flips() > 20, True, 20)
    status, said = bed.line("kill -TERM $(cat /run/show-one.pid); show one end 20", 40)
    expect('"events_surplus":0' in said, f"status {status}: {said}")
    _show(bed, _mode(driver))
    _check_quiet(bed)


_RED, _GREEN = (0xaa, 0, 0), (0, 0xaa, 0)
# The kernel's console has the size of the smallest connector; some of it is a cursor.
_CONSOLE = 0.99 * SIZES[1][0] * SIZES[1][1] / (MODE[0] * MODE[1])


def _share_of(path, colour):
    """Which part of a screen has that colour."""
    with open(path, "rb") as f:
        data = f.read()
    head = re.match(rb"P6\s+(\d+)\s+(\d+)\s+255\s", data)
    pixels = data[head.end():]
    count = sum(pixels[i:i + 3] == bytes(colour) for i in range(0, len(pixels), 3))
    return count * 3 / len(pixels)


def console(bed, driver=DISPLIF):
    """The guest's text is on the screen when no client is there, and comes back
    when one ends."""
    _need(bed, driver)
    for number, colour in ((1, _RED), (2, _GREEN)):
        bed.check(f"printf '\\033[4{number}m\\033[2J' >/dev/tty0")
        until("the console's colour", lambda colour=colour:
              _share_of(bed.screen.take("drm.ppm"), colour) > _CONSOLE, True, 10)
        if number == 1:
            _show(bed, _mode(driver))
            until("the console's colour after a client", lambda:
                  _share_of(bed.screen.take("drm.ppm"), _RED) > _CONSOLE, True, 10)
    _check_quiet(bed)


def save_restore(bed, driver=DISPLIF):
    """The client does not redraw."""
    _need(bed, driver)
    seed = bed.screen.seed()
    bed.screen.start_kms(seed, 7)
    bed.screen.check_screen("drm.ppm", seed, 7, _mode(driver))
    bed.save_guest(run_on=True)
    bed.screen.check_screen("drm.ppm", seed, 7, _mode(driver))
    bed.save_guest()
    bed.restore_guest()
    bed.await_states(4, 4)
    _await_picture(bed, seed, 7, _mode(driver))
    bed.screen.end()
    _show(bed, _mode(driver))
    _check_quiet(bed)


def save_alone(bed, driver=DISPLIF):
    """Saved while there is no backend; the next one finds the restored guest, whose
    memory is its own, since it is a PV one."""
    _need(bed, driver, be_alloc=True)
    seed = bed.screen.seed()
    bed.screen.start_kms(seed, 7)
    bed.screen.check_screen("drm.ppm", seed, 7, _mode(driver))
    same("pages of the backend's", _pages(bed, "backend"), 0)
    bed.backend.end("KILL", 128 + 9)
    bed.save_guest()
    bed.need_kms()
    bed.restore_guest()
    bed.await_states(4, 4)
    _await_picture(bed, seed, 7, _mode(driver))
    bed.screen.end()
    _show(bed, _mode(driver))
    _check_quiet(bed)


def _pages(bed, kind):
    """How many the backend holds of that kind of memory, by the driver."""
    text = bed.check("cat /sys/kernel/debug/dri/0/displif")
    return int(re.search(rf"{kind} (\d+)", text).group(1))


def _reload(bed, driver, options):
    bed.check("frontend none; [ ! -d /sys/module/displif_drm ] || rmmod displif_drm")
    bed.need_driver(driver, options)


def contiguous(bed, driver=DISPLIF):
    """A block where the kernel has one; 4 MiB is the most on amd64."""
    _need(bed, driver)
    _reload(bed, driver, "contiguous=1")
    for size, block in (((800, 600), True), ((1280, 1024), False)):
        seed = bed.screen.seed()
        bed.screen.start_kms(seed, 4, f"--mode {size[0]}x{size[1]}")
        bed.screen.check_screen("drm.ppm", seed, 4, size)
        same("buffers in a block", _pages(bed, "contiguous") > 0, block)
        bed.screen.end()
    _reload(bed, driver, "contiguous=0")
    _check_quiet(bed)


def prime(bed, driver=DISPLIF):
    """Buffers of vgem's, imported, with the picture somewhere inside; no flip passes
    a fence. In a PVH guest: in a PV one a program's first access to vgem's memory
    never ends, with any driver."""
    _need(bed, driver, kind="pvh")
    bed.check("mp vgem")
    seed = bed.screen.seed()
    bed.screen.start_kms(seed, 4, "--exporter /dev/dri/card1 --fences --offset 4160")
    bed.screen.check_screen("drm.ppm", seed, 4, _mode(driver))
    expect(_pages(bed, "import") >= 2000, "no imported pages")
    bed.screen.end()
    _check_quiet(bed)


def be_alloc(bed, driver=DISPLIF):
    """The backend's memory, which goes with it: the client's picture does not."""
    _need(bed, driver, be_alloc=True, kind="pvh")
    seed = bed.screen.seed()
    bed.screen.start_kms(seed, 5)
    bed.screen.check_screen("drm.ppm", seed, 5, _mode(driver))
    expect(_pages(bed, "backend") >= 2000, "the backend's memory is not used")
    expect(bed.backend.stats()["xen"]["share_pages"] >= 2000, "the backend shares too little")
    bed.backend.end("KILL", 128 + 9)
    bed.need_kms()
    bed.await_states(4, 4)
    _await_picture(bed, seed, 5, _mode(driver))
    bed.screen.end()
    _show(bed, _mode(driver))
    _check_quiet(bed)
    bed.need_no_driver()
    bed.await_states(6, 2)
    bed.await_waiting()


def save_be_alloc(bed, driver=DISPLIF):
    """The backend's memory does not come along; the client gets other memory."""
    _need(bed, driver, be_alloc=True, kind="pvh")
    seed = bed.screen.seed()
    bed.screen.start_kms(seed, 5)
    bed.screen.check_screen("drm.ppm", seed, 5, _mode(driver))
    bed.save_guest()
    bed.restore_guest()
    bed.await_states(4, 4)
    bed.screen.end()
    _show(bed, _mode(driver))
    _check_quiet(bed)


def loads(bed, driver=DISPLIF):
    """A hundred times; nothing is left of any."""
    _need(bed, driver)
    _show(bed, _mode(driver))
    bed.need_no_driver()
    bed.check("rmmod displif_drm")
    bed.await_waiting()
    before = bed.check("grep -c . /proc/vmallocinfo; grep MemFree /proc/meminfo").split()
    for _ in range(10):
        bed.check("for i in $(seq 10); do insmod /mods/displif_drm.ko || exit 1;"
                  " n=0; until [ -e /sys/class/drm/card0 ]; do n=$((n + 1));"
                  " [ $n -lt 200 ] || exit 2; usleep 50000; done;"
                  " frontend none; rmmod displif_drm || exit 3; done", 200)
    bed.await_states(6, 2)
    bed.await_waiting()
    after = bed.check("grep -c . /proc/vmallocinfo; grep MemFree /proc/meminfo").split()
    lost = int(before[2]) - int(after[2])
    expect(lost < 4096, f"{lost} KiB of memory are gone")
    bed.need_driver(driver)
    _show(bed, _mode(driver))
    _check_quiet(bed)
    return f"{lost} KiB less free"


def _hostile(bed, driver, attacks, seconds):
    _need(bed, driver)
    _show(bed, _mode(driver))
    bed.check("rm -f /run/enough /run/over; (while [ ! -e /run/enough ]; do timeout 20"
              " kmsclient --wait 5 --flips 200 --no-draw --timeout 5; usleep 100000; done;"
              " : >/run/over) >/run/hostile.log 2>&1 </dev/null & usleep 100000")
    bed.backend.end("TERM", 0)
    met = attack(bed, seconds, " ".join(attacks))
    bed.check("touch /run/enough")
    until("the end of the clients", lambda: bed.line("[ -e /run/over ]")[0], 0, 60)
    bed.need_kms()
    bed.await_states(4, 4, 60)
    _show(bed, _mode(driver))
    _check_kernel(bed)
    bed.check("dmesg -c >/dev/null")  # that was no fault of the next case
    return f"{len(met)} attacks, {sum(met.values())} connections"


def hostile(bed, driver=DISPLIF):
    """A backend that answers as none may: the guest's kernel has nothing to complain
    about, and the picture is right when a sane one is back. Some, by the seed."""
    return _hostile(bed, driver, bed.rng.sample(ATTACKS, 4), 1)


def hostile_long(bed, driver=DISPLIF):
    return _hostile(bed, driver, ATTACKS, 10)


# What drm_xen_front is known to get wrong, each with the case that shows it.
KNOWN = {
    "connect": connect,  # no EDID, hence one mode
    "flips": flips,  # no vblank: a sequence that stands still
    "console": console,  # none
    "backend-killed": backend_killed,  # the device goes with the backend
    "save-restore": save_restore,  # no resume
}


def upstream(bed):
    """The cases see the difference: what fails with drm_xen_front is what is
    known to, and its pictures are right."""
    formats(bed, UPSTREAM)
    passed = []
    for name, function in KNOWN.items():
        try:
            function(bed, UPSTREAM)
            passed.append(name)
        except (Failure, RigError):
            bed.reset()
            bed.begin()
    expect(not passed, f"drm_xen_front passes: {', '.join(passed)}")
    return ", ".join(KNOWN)


CASES = [
    ("drm-connect", connect),
    ("drm-picture", picture),
    ("drm-formats", formats),
    ("drm-flips", flips),
    ("drm-unbind", unbind),
    ("drm-backend-killed", backend_killed),
    ("drm-backend-terminated", backend_terminated),
    ("drm-flip-on", flip_on),
    ("drm-console", console),
    ("drm-contiguous", contiguous),
    ("drm-save-restore", save_restore),
    ("drm-hostile", hostile),
    ("drm-loads", loads),
    ("drm-prime", prime),
    ("drm-be-alloc", be_alloc),
]
# A few of them on the other architecture, where Xen cannot save a guest.
ARM = [(name, function) for name, function in CASES
       if name in ("drm-connect", "drm-picture", "drm-flips", "drm-unbind", "drm-backend-killed")]
LONG = [
    ("drm-upstream", upstream),
    ("drm-save-alone", save_alone),
    ("drm-save-be-alloc", save_be_alloc),
    ("drm-hostile-long", hostile_long),
]
