# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""The kernel's own frontend, shown on dom0's screen."""
from bed import LARGE, SIZES
from case import expect, same
from screen import plant_lines, plant_pixel

FORMATS = ("RG16", "RG24", "AR24", "XR12", "XR15")


def connect(bed):
    bed.need_kms()
    bed.need_guest()
    bed.need_driver()
    cards = bed.check("ls /sys/class/drm").split()
    for name in ("card0", "card0-Virtual-1", "card0-Virtual-2"):
        expect(name in cards, f"no {name} in the guest: {cards}")
    modes = bed.check("modetest -M xendrm-du -c 2>/dev/null"
                      " | awk '$1 == \"#0\" { print $2 }'").split()
    same("modes of the connectors", modes, [f"{w}x{h}" for w, h in SIZES])


def picture(bed):
    bed.need_kms()
    bed.need_guest()
    bed.need_driver()
    seed = bed.screen.seed()
    bed.screen.start_kms(seed, 12)
    path = bed.screen.check_screen("kms.ppm", seed, 12, SIZES[0])
    for plant, word in ((plant_pixel, ": 1 of "), (plant_lines, "on 2 of ")):
        bad = path.replace("kms.ppm", "planted.ppm")
        plant(path, bad, bed.rng)
        good, said = bed.screen.judge(bad, seed, 12, SIZES[0])
        expect(not good, f"{plant.__name__}: the comparer saw nothing")
        expect(word in said, f"{plant.__name__}: the comparer said {said!r}")
    wrong, said = bed.screen.judge(path, seed ^ 1, 12, SIZES[0])
    expect(not wrong, "a picture of another seed passes for this one")
    bed.screen.end()
    return f"seed {seed}"


def flips(bed):
    bed.need_kms()
    bed.need_guest()
    bed.need_driver()
    before = bed.backend.stats()["guests"][0]
    seed = bed.screen.seed()
    bed.screen.start_kms(seed, 400, "--no-draw", timeout=150)
    figures = bed.screen.end()
    after = bed.backend.stats()["guests"][0]
    same("flips and events in the guest",
         (figures["flips"], figures["events"], figures["events_surplus"]),
         (400, 400, 0))
    same("flips and events of the backend",
         tuple(after[k] - before[k] for k in ("flips", "events")),
         (400, 400))
    return (f"{figures['flips_per_s']:.0f} flips/s, median"
            f" {figures['flip_event_us']['median'] / 1000:.1f} ms")


def formats(bed):
    bed.need_kms()
    bed.need_guest()
    bed.need_driver()
    for fourcc in FORMATS:
        seed = bed.screen.seed()
        bed.screen.start_kms(seed, 3, f"--format {fourcc}")
        bed.screen.check_screen("format.ppm", seed, 3, SIZES[0], fourcc)
        same("format", bed.screen.end()["format"], fourcc)
    return " ".join(FORMATS)


def be_alloc(bed):
    """In a PVH guest: this frontend cannot map foreign memory into programs of
    a PV guest, their first access to the buffer kills them."""
    bed.need_kms()
    bed.need_guest(sizes=LARGE, be_alloc=True, kind="pvh")
    bed.need_driver()
    seed = bed.screen.seed()
    bed.screen.start_kms(seed, 5)
    bed.screen.check_screen("be-alloc.ppm", seed, 5, LARGE[0])
    held = bed.backend.stats()["xen"]
    expect(held["share_pages"] >= 2 * 1280,
           f"the backend shares {held['share_pages']} pages of two buffers")
    bed.screen.end()
    bed.need_no_driver()
    bed.await_states(6, 2)
    bed.await_waiting()


CASES = [
    ("connect", connect),
    ("picture-kms", picture),
    ("flips", flips),
    ("formats", formats),
]
