# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Images of Mini-OS with the demos in it, as they are given, PV and PVH."""
from bed import GUEST, LARGE, SIZES
from case import expect, same, until
from glyphs import Glyphs
from minios import Unikernel

# Their line when the last frame is on the screen, one for each connector.
_SHOWN = "shown_frame="


def _demo(bed, kind):
    return Unikernel(bed, kind, bed.minios[kind])


def _end(bed, guest):
    """The guest is told to end; nothing of it is left, and it says so, too."""
    domid = bed.domid()
    bed.rig.check(f"xl shutdown {GUEST}")
    guest.await_gone()
    same("pages that the backend holds", guest.find(r"end, the backend holds (\d+) pages"), "0")
    bed.await_footprint(bed.idle)
    nodes = bed.rig.check(f"xenstore-ls -f | grep vdispl/{domid} || true")
    same("nodes that are left", nodes, "")


def headless(bed, kind):
    """Two connectors of the configured sizes; each has its own card."""
    bed.need_headless()
    guest, seed, frames = _demo(bed, kind), bed.screen.seed() & 0x7fffffff, bed.rng.randrange(5, 15)
    guest.create(f"no-edid frames={frames} seed={seed}")
    guest.await_said(_SHOWN, len(SIZES))
    for i in range(len(SIZES)):
        path = bed.screen.check_saved(seed + i, frames, i)
        wrong, _ = bed.screen.judge(path, seed + i, frames - 1, SIZES[i])
        expect(not wrong, "the card of another frame passes for this one")
    _end(bed, guest)
    return f"seed {seed}, {frames} frames"


def _monitor(guest):
    """The size that the guest took from the EDID of dom0's screen."""
    width, height = guest.find(r"connector 0: [^\n]*?(\d+)x(\d+), [1-9]\d* modes")
    return int(width), int(height)


def kms(bed, kind):
    """On dom0's screen, in the mode that its EDID prefers."""
    bed.need_kms()
    guest, seed = _demo(bed, kind), bed.screen.seed()
    guest.create(f"frames=9 seed={seed}", SIZES[:1])
    guest.await_said(_SHOWN)
    size = _monitor(guest)
    path = bed.screen.check_screen(f"minios-{kind}.ppm", seed, 9, size)
    wrong, _ = bed.screen.judge(path, seed ^ 1, 9, size)
    expect(not wrong, "a picture of another seed passes for this one")
    _end(bed, guest)
    return f"seed {seed}, {size[0]}x{size[1]}"


def restart(bed, kind):
    """The backend ends in two ways while nothing moves: the picture is there again."""
    bed.need_kms()
    guest, seed = _demo(bed, kind), bed.screen.seed()
    guest.create(f"no-edid frames=7 seed={seed}", SIZES[:1])
    guest.await_said(_SHOWN)
    for signal, status in (("KILL", 128 + 9), ("TERM", 0)):
        bed.backend.end(signal, status)
        # Of its console.
        until("grants that are mapped", bed.grants, {**bed.idle["mapped grants"], bed.domid(): 1}, 10)
        wrong, _ = bed.screen.judge(bed.screen.take("gone.ppm"), seed, 7, SIZES[0])
        expect(not wrong, "the picture stays without a backend")
        bed.need_kms()
        bed.await_states(4, 4)
        _await_picture(bed, seed, 7, SIZES[0])
    _end(bed, guest)
    return f"seed {seed}"


def _await_picture(bed, seed, frame, size):
    """What was shown is brought back a moment after the connection."""
    said = []

    def shown():
        good, text = bed.screen.judge(bed.screen.take("back.ppm"), seed, frame, size)
        said[:] = [text]
        return good
    try:
        until("the picture is back", shown, True, 20)
    except Exception as error:
        raise type(error)(f"{error}; {said[0]}") from None


def restart_flipping(bed, kind):
    """The same while it flips: it goes on, and ends with the right picture."""
    bed.need_kms()
    guest, seed = _demo(bed, kind), bed.screen.seed()
    guest.create(f"no-edid frames=1500 seed={seed}", SIZES[:1])
    for signal, status in (("KILL", 128 + 9), ("TERM", 0)):
        until("flips go on", lambda: bed.backend.flips() > 5, True, 30)
        bed.backend.end(signal, status)
        bed.need_kms()
        bed.await_states(4, 4)
    guest.await_said(_SHOWN + "1500", 1, 180)
    _await_picture(bed, seed, 1500, SIZES[0])
    _end(bed, guest)


def be_alloc(bed, kind):
    """The backend's memory goes with it: the guest makes its framebuffers anew."""
    bed.need_kms()
    guest, seed = _demo(bed, kind), bed.screen.seed()
    guest.create(f"no-edid frames=5 seed={seed}", LARGE, be_alloc=True)
    guest.await_said(_SHOWN)
    bed.screen.check_screen("minios-be.ppm", seed, 5, LARGE[0])
    held = bed.backend.stats()["xen"]
    expect(held["share_pages"] >= 2 * 1280, f"the backend shares {held['share_pages']} pages of two buffers")
    bed.backend.end("KILL", 128 + 9)
    bed.need_kms()
    bed.await_states(4, 4)
    _await_picture(bed, seed, 5, LARGE[0])
    _end(bed, guest)


def grants(bed, kind):
    """Two framebuffers that Mini-OS has not enough grants for: the guest says why, and goes on with one of them."""
    bed.need_kms()
    guest, seed = _demo(bed, kind), bed.screen.seed()
    guest.create(f"no-edid frames=4 seed={seed}", LARGE)
    guest.await_said(_SHOWN)
    _await_picture(bed, seed, 4, LARGE[0])
    need, taken, limit = (int(n) for n in guest.find(
        r"one framebuffer only: [^\n]*: needs (\d+) grant references, (\d+) of (\d+) are taken"))
    expect(need > 1280 and taken + need > limit == 2040, f"{taken} + {need} of {limit} grants")
    _end(bed, guest)
    return f"{taken} + {need} of {limit} grants"


def detach(bed, kind):
    """The device is removed while it flips: the guest gives everything back and ends."""
    bed.need_kms()
    guest = _demo(bed, kind)
    guest.create("no-edid frames=0", SIZES[:1])
    until("flips go on", lambda: bed.backend.flips() > 5, True, 30)
    bed.rig.check(f"xl vdispl-detach {GUEST} 0")
    guest.await_gone()
    same("pages that the backend holds", guest.find(r"end, the backend holds (\d+) pages"), "0")
    bed.await_footprint(bed.idle)


def destroy(bed, kind):
    """Killed while it flips: the backend lets go of everything."""
    bed.need_kms()
    guest = _demo(bed, kind)
    guest.create("no-edid frames=0")
    until("flips go on", lambda: bed.backend.flips() > 5, True, 30)
    bed.destroy_guest()
    bed.await_footprint(bed.idle)


def flips(bed, kind):
    """As fast as they go, without drawing."""
    bed.need_kms()
    guest = _demo(bed, kind)
    guest.create("no-edid frames=500 nodraw", SIZES[:1])
    guest.await_said(_SHOWN + "500", 1, 120)
    # One is that of displfront_show().
    same("flips of the backend", bed.backend.flips(), 501)
    took = int(guest.find(r"shown_frame=500, (\d+) ms of flips"))
    _end(bed, guest)
    return f"{500000 // max(took, 1)} flips/s"


def console(bed, kind):
    """What is on the screen is what the guest's console has, letter for letter, after the first lines went out at its top."""
    bed.need_kms()
    guest = Unikernel(bed, kind, bed.minios[f"{kind}-console"])
    guest.create("lines=120 pause=5", SIZES[:1])
    guest.await_said("all lines are shown")
    lines = guest.said().split("console: all lines are shown")[0].splitlines()
    begin = next(i for i, line in enumerate(lines) if line.startswith("Mini-OS on a display"))
    path = bed.screen.take(f"console-{kind}.ppm")
    shown = Glyphs().read(path)
    # The line after the last one is empty.
    wanted = lines[begin:][1 - len(shown):] + [""]
    same("text on the screen", shown, wanted)
    expect(len(lines) - begin > len(shown), f"{len(lines) - begin} lines do not scroll on {len(shown)}")
    _end(bed, guest)
    return f"{len(shown)} lines"


_CASES = [
    ("headless", headless),
    ("kms", kms),
    ("flips", flips),
    ("restart", restart),
    ("restart-flipping", restart_flipping),
    ("be-alloc", be_alloc),
    ("grants", grants),
    ("detach", detach),
    ("destroy", destroy),
]


def _bound(function, kind):
    return lambda bed: function(bed, kind)


def cases(images):
    """Those of the images that are there: pv, pvh and, with the text console, pv-console, pvh-console."""
    found = []
    for kind in ("pv", "pvh"):
        if kind in images:
            found += [(f"minios-{kind}-{name}", _bound(function, kind)) for name, function in _CASES]
        if f"{kind}-console" in images:
            found.append((f"minios-{kind}-console", _bound(console, kind)))
    return found
