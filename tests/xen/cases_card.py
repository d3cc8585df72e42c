# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Our own frontend in a guest's user space: the same on every architecture."""
from bed import LARGE, SIZES
from case import expect, same, until

NOTHING = {"channels": 0, "shared_pages": 0, "mapped_pages": 0}
FORMATS = ("RG16", "RG24", "AR24")


def _need(bed, **guest):
    bed.need_kms()
    bed.need_guest(**guest)
    bed.need_no_driver()


def _end(bed, flips):
    figures = bed.screen.end()
    same("flips, events, failed and lost",
         [figures[k] for k in ("flips", "events", "failed", "lost")],
         [flips, flips, 0, 0])
    same("what the test card has left behind", figures["left"], NOTHING)
    bed.await_states(6, 2)
    bed.await_waiting()
    return figures


def _picture(bed, size, flips=6, options="", fourcc="XR24"):
    seed = bed.screen.seed()
    bed.screen.start_card(seed, flips, f"--format {fourcc} {options}")
    bed.screen.check_screen("card.ppm", seed, flips, size, fourcc)
    return _end(bed, flips)


def picture(bed):
    _need(bed)
    other = bed.rng.choice(FORMATS)  # in time, all of them
    for fourcc in ("XR24", other):
        same("format", _picture(bed, SIZES[0], 4, "", fourcc)["format"], fourcc)
    return f"XR24 {other}"


def edid(bed):
    """GET_EDID is answered with the EDID of the screen that dom0 has."""
    _need(bed)
    figures = _picture(bed, SIZES[0], 3)
    answer = figures["edid"]
    expect(answer, f"no EDID: {figures.get('edid_error')}")
    expect(answer["size"] >= 128 and answer["size"] % 128 == 0, f"an EDID of {answer['size']} bytes")
    expect(answer["modes"], "an EDID without modes")
    return f"{answer['name']}, {answer['size']} bytes, first mode {answer['modes'][0]}"


def flips(bed):
    _need(bed)
    seed = bed.screen.seed()
    bed.screen.start_card(seed, 400, timeout=200)
    # It counts from the beginning of a connection.
    same("flips of the backend", bed.backend.flips(), 400)
    bed.screen.check_screen("card.ppm", seed, 400, SIZES[0])
    figures = _end(bed, 400)
    return (f"{figures['flips_per_s']:.0f} flips/s, median"
            f" {figures['flip_us']['median'] / 1000:.1f} ms")


def be_alloc(bed):
    _need(bed, sizes=LARGE, be_alloc=True, kind="pvh")
    seed = bed.screen.seed()
    bed.screen.start_card(seed, 5)
    bed.screen.check_screen("card.ppm", seed, 5, LARGE[0])
    held = bed.backend.stats()["xen"]
    expect(held["share_pages"] >= 2 * 1280,
           f"the backend shares {held['share_pages']} pages of two buffers")
    same("be_alloc", _end(bed, 5)["be_alloc"], True)


def large(bed):
    """Directories of two pages, of the guest's own memory."""
    _need(bed, sizes=LARGE)
    _picture(bed, LARGE[0], 3)


def _flip_forever(bed):
    bed.screen.start_card(bed.screen.seed(), 0, timeout=0)
    bed.await_states(4, 4)
    until("flips go on", lambda: bed.backend.flips() > 5, True, 30)


def restart(bed):
    """The test card goes on by itself when its backend comes back."""
    _need(bed)
    _flip_forever(bed)
    for signal, status in (("TERM", 0), ("KILL", 128 + 9)):
        bed.backend.end(signal, status)
        bed.need_kms()
        bed.await_states(4, 4)
        until("flips go on", lambda: bed.backend.flips() > 5, True, 30)
    figures = bed.screen.end()
    same("connections", figures["connects"], 3)
    same("what the test card has left behind", figures["left"], NOTHING)
    bed.await_waiting()


def _destroy(bed):
    _flip_forever(bed)
    domid = bed.domid()
    bed.destroy_guest()
    bed.await_footprint(bed.idle)
    same("states", bed.states(domid), ("-", "-"))
    nodes = bed.rig.check(f"xenstore-ls -f | grep vdispl/{domid} || true")
    same("nodes that are left", nodes, "")


def destroy(bed):
    _need(bed)
    _destroy(bed)


def destroy_be_alloc(bed):
    _need(bed, sizes=LARGE, be_alloc=True, kind="pvh")
    _destroy(bed)
