# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Our own driver for Linux in a guest, shown on dom0's screen."""
import re
import subprocess

from bed import DISPLIF, SIZES
from case import Failure, expect, same, until
from cases_hostile_backend import ATTACKS, attack

# The screen's EDID goes before what is configured: its own mode first.
MODE = (1280, 800)
FORMATS = ("RG16", "RG24", "AR24", "AR15", "XR15", "AR12", "XR12")
_COMPLAINT = "BUG|WARNING|Oops|refcount_t|Call Trace|general protection|soft lockup"
_DRIVER = "displif.*(refused|lost|cannot|while one|no connection)"


def _need(bed):
    bed.need_kms()
    bed.need_guest()
    bed.need_driver(DISPLIF)


def _show(bed, options="", size=MODE, flips=5):
    """A new picture, to see that all works."""
    seed = bed.screen.seed()
    bed.screen.start_kms(seed, flips, options)
    bed.screen.check_screen("drm.ppm", seed, flips, size)
    return bed.screen.end()


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


def connect(bed):
    _need(bed)
    cards = bed.check("ls /sys/class/drm").split()
    for name in ("card0", "card0-Virtual-1", "card0-Virtual-2"):
        expect(name in cards, f"no {name} in the guest: {cards}")
    wanted = subprocess.run(["/sbin/modinfo", "-F", "srcversion", bed.module],
                            capture_output=True, text=True, check=True).stdout.strip()
    same("srcversion of what is loaded",
         bed.check("cat /sys/module/displif_drm/srcversion").strip(), wanted)
    modes = bed.check(f"modetest -M {DISPLIF.drm} -c 2>/dev/null"
                      " | awk '$1 == \"#0\" { print $2 }'").split()
    same("first modes of the connectors", modes,
         [f"{w}x{h}" for w, h in (MODE, SIZES[1])])
    _check_quiet(bed)


def picture(bed):
    _need(bed)
    _show(bed)
    _show(bed, "--mode 800x600", (800, 600))
    _show(bed, "--mode 1024x768", (1024, 768))
    _check_quiet(bed)


def formats(bed):
    _need(bed)
    for fourcc in FORMATS:
        seed = bed.screen.seed()
        bed.screen.start_kms(seed, 3, f"--mode 800x600 --format {fourcc}")
        bed.screen.check_screen("drm.ppm", seed, 3, (800, 600), fourcc)
        same("format", bed.screen.end()["format"], fourcc)
    _check_quiet(bed)


def flips(bed):
    """Each with one event; sequence and time rise; at the mode's rate."""
    _need(bed)
    before = bed.backend.stats()["guests"][0]
    seed = bed.screen.seed()
    bed.screen.start_kms(seed, 400, "--no-draw", timeout=150)
    figures = bed.screen.end()
    after = bed.backend.stats()["guests"][0]
    same("flips and events in the guest",
         (figures["flips"], figures["events"], figures["events_surplus"]),
         (400, 400, 0))
    same("sequence, times that go back or lie outside",
         (figures["sequence"], figures["timestamps_back"], figures["timestamps_outside"]),
         ("rising", 0, 0))
    expect(after["flips"] - before["flips"] >= 400, f"the backend saw {after} after {before}")
    _check_quiet(bed)
    return f"{figures['flips_per_s']:.1f} flips/s"


def dpms(bed):
    _need(bed)
    _show(bed, "--dpms-cycle")
    _check_quiet(bed)


def unbind(bed):
    """With a client that holds the device, and with one that flips."""
    _need(bed)
    _show(bed)
    bed.check("kmsclient --wait 20 --flips 10000000 >/run/forever 2>&1"
              " </dev/null & echo $! >/run/forever.pid; sleep 1")
    before = bed.backend.flips()
    until("flips go on", lambda: bed.backend.flips() > before, True, 20)
    bed.need_no_driver()
    bed.await_states(6, 2)
    bed.await_waiting()
    bed.line("kill -9 $(cat /run/forever.pid); usleep 200000")
    bed.need_driver(DISPLIF)
    _show(bed)
    _check_quiet(bed)


def _survive(bed, signal, status):
    """The backend goes and returns; the client knows nothing of it."""
    _need(bed)
    seed = bed.screen.seed()
    bed.screen.start_kms(seed, 7)
    bed.screen.check_screen("drm.ppm", seed, 7, MODE)
    bed.backend.end(signal, status)
    until("grants that are mapped", bed.grants, bed.waiting["mapped grants"], 10)
    bed.need_kms()
    bed.await_states(4, 4)
    until("the picture", lambda: bed.screen.judge(bed.screen.take("drm.ppm"), seed, 7, MODE)[0],
          True, 20)
    bed.screen.end()
    _show(bed)
    _check_quiet(bed)


def backend_killed(bed):
    _survive(bed, "KILL", 128 + 9)


def backend_terminated(bed):
    _survive(bed, "TERM", 0)


def flip_on(bed):
    """The backend goes while a client flips, which never fails."""
    _need(bed)
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
    _show(bed)
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


def console(bed):
    """The guest's text is on the screen when no client is there, and comes back
    when one ends."""
    _need(bed)
    for number, colour in ((1, _RED), (2, _GREEN)):
        bed.check(f"printf '\\033[4{number}m\\033[2J' >/dev/tty0")
        until("the console's colour", lambda colour=colour:
              _share_of(bed.screen.take("drm.ppm"), colour) > _CONSOLE, True, 10)
        if number == 1:
            _show(bed)
            until("the console's colour after a client", lambda:
                  _share_of(bed.screen.take("drm.ppm"), _RED) > _CONSOLE, True, 10)
    _check_quiet(bed)


def save_restore(bed):
    """The client does not redraw."""
    _need(bed)
    seed = bed.screen.seed()
    bed.screen.start_kms(seed, 7)
    bed.screen.check_screen("drm.ppm", seed, 7, MODE)
    bed.save_guest(run_on=True)
    bed.screen.check_screen("drm.ppm", seed, 7, MODE)
    bed.save_guest()
    bed.restore_guest()
    bed.await_states(4, 4)
    until("the picture", lambda: bed.screen.judge(bed.screen.take("drm.ppm"), seed, 7, MODE)[0],
          True, 20)
    bed.screen.end()
    _show(bed)
    _check_quiet(bed)


def _pages(bed, kind):
    """How many the backend holds of that kind of memory, by the driver."""
    text = bed.check("cat /sys/kernel/debug/dri/0/displif")
    return int(re.search(rf"{kind} (\d+)", text).group(1))


def _reload(bed, options):
    bed.check("frontend none; [ ! -d /sys/module/displif_drm ] || rmmod displif_drm")
    bed.need_driver(DISPLIF, options)


def contiguous(bed):
    """A block where the kernel has one; 4 MiB is the most on amd64."""
    _need(bed)
    _reload(bed, "contiguous=1")
    for size, block in (((800, 600), True), ((1280, 1024), False)):
        seed = bed.screen.seed()
        bed.screen.start_kms(seed, 4, f"--mode {size[0]}x{size[1]}")
        bed.screen.check_screen("drm.ppm", seed, 4, size)
        same("buffers in a block", _pages(bed, "contiguous") > 0, block)
        bed.screen.end()
    _reload(bed, "contiguous=0")
    _check_quiet(bed)


def prime(bed):
    """Buffers of vgem's, imported. In a PVH guest: in a PV one a program's first
    access to vgem's memory never ends, with any driver."""
    bed.need_kms()
    bed.need_guest(kind="pvh")
    bed.need_driver(DISPLIF)
    bed.check("mp vgem")
    seed = bed.screen.seed()
    bed.screen.start_kms(seed, 4, "--exporter /dev/dri/card1")
    bed.screen.check_screen("drm.ppm", seed, 4, MODE)
    expect(_pages(bed, "import") >= 2000, "no imported pages")
    bed.screen.end()
    _check_quiet(bed)


def be_alloc(bed):
    """The backend's memory, which goes with it: the client's picture does not."""
    bed.need_kms()
    bed.need_guest(be_alloc=True, kind="pvh")
    bed.need_driver(DISPLIF)
    seed = bed.screen.seed()
    bed.screen.start_kms(seed, 5)
    bed.screen.check_screen("drm.ppm", seed, 5, MODE)
    expect(_pages(bed, "backend") >= 2000, "the backend's memory is not used")
    expect(bed.backend.stats()["xen"]["share_pages"] >= 2000, "the backend shares too little")
    bed.backend.end("KILL", 128 + 9)
    bed.need_kms()
    bed.await_states(4, 4)
    until("the picture", lambda: bed.screen.judge(bed.screen.take("drm.ppm"), seed, 5, MODE)[0],
          True, 20)
    bed.screen.end()
    _show(bed)
    _check_quiet(bed)
    bed.need_no_driver()
    bed.await_states(6, 2)
    bed.await_waiting()


def loads(bed):
    """A hundred times; nothing is left of any."""
    _need(bed)
    _show(bed)
    bed.need_no_driver()
    bed.check("rmmod displif_drm")
    bed.await_waiting()
    before = bed.check("grep -c . /proc/vmallocinfo; grep MemFree /proc/meminfo").split()
    bed.check("for i in $(seq 100); do mp displif_drm || exit 1;"
              " n=0; until [ -e /sys/class/drm/card0 ]; do n=$((n + 1));"
              " [ $n -lt 200 ] || exit 2; usleep 50000; done;"
              " frontend none; rmmod displif_drm || exit 3; done", 400)
    bed.await_states(6, 2)
    bed.await_waiting()
    after = bed.check("grep -c . /proc/vmallocinfo; grep MemFree /proc/meminfo").split()
    lost = int(before[2]) - int(after[2])
    expect(lost < 4096, f"{lost} KiB of memory are gone")
    bed.need_driver(DISPLIF)
    _show(bed)
    _check_quiet(bed)
    return f"{lost} KiB less free"


def hostile(bed):
    """A backend that answers as none may: the guest's kernel has nothing to complain about, and the picture
    is right when a sane one is back."""
    _need(bed)
    _show(bed)
    bed.check("rm -f /run/enough /run/over; (while [ ! -e /run/enough ]; do timeout 20"
              " kmsclient --wait 5 --flips 200 --no-draw --timeout 5; usleep 100000; done;"
              " : >/run/over) >/run/hostile.log 2>&1 </dev/null & usleep 100000")
    bed.backend.end("TERM", 0)
    met = attack(bed, 1, " ".join(ATTACKS))
    bed.check("touch /run/enough")
    until("the end of the clients", lambda: bed.line("[ -e /run/over ]")[0], 0, 60)
    bed.need_kms()
    bed.await_states(4, 4, 60)
    _show(bed)
    _check_kernel(bed)
    return f"{len(met)} attacks, {sum(met.values())} connections"


CASES = [
    ("drm-connect", connect),
    ("drm-picture", picture),
    ("drm-formats", formats),
    ("drm-flips", flips),
    ("drm-dpms", dpms),
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
