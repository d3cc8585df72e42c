# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Our own driver for Linux under programs of others: libdrm's modetest and vbltest, drm_info, Weston."""
import difflib
import json
import os
import re

import describe
from bed import DISPLIF
from case import Failure, expect, same, until
from cases_drm import MODE, _check_quiet as check_quiet, _need as need, _show
from look import Image, near
from rig import HERE

# What docs/design-drm.md tells of, in the driver's order.
FORMATS = ("XR24", "AR24", "RG16", "RG24", "XR12", "AR12", "XR15", "AR15", "YUYV")
_EXACT = ("XR24", "AR24", "RG24")
_ROUNDED = 13  # the most that four bits of a colour are off
# No picture can pass for the one before it.
_SIZES = ((800, 600), (640, 480))

_GREY, _YELLOW, _CYAN, _GREEN = (192, 192, 192), (192, 192, 0), (0, 192, 192), (0, 192, 0)
_MAGENTA, _RED, _BLUE, _DARK = (192, 0, 192), (192, 0, 0), (0, 0, 192), (19, 19, 19)
# SMPTE's colour bars: seven bars above, their castellations, and the signals of the lowest part.
_BARS = [
    (0.3, [((i + 0.5) / 7, c) for i, c in
           enumerate((_GREY, _YELLOW, _CYAN, _GREEN, _MAGENTA, _RED, _BLUE))]),
    (0.72, [((i + 0.5) / 7, c) for i, c in
            enumerate((_BLUE, _DARK, _MAGENTA, _DARK, _CYAN, _DARK, _GREY))]),
    (0.9, [((i + 0.5) * 5 / 28, c) for i, c in
           enumerate(((0, 33, 76), (255, 255, 255), (50, 0, 106), _DARK))]),
]


def _bars_missing(path, size, tolerance):
    """What is not as in SMPTE's bars on a screen of that size, if anything."""
    image = Image(path)
    if image.size != size:
        return f"the screen is {image.size}"
    wrong = [f"at {x:.2f} {y} {image.at(x, y)}, wanted {wanted}" for y, bars in _BARS
             for x, wanted in bars if not near(image.at(x, y), wanted, tolerance)]
    return "; ".join(wrong)


def _connectors(said):
    """Numbers of the connectors, and their first modes."""
    found = []
    for line in said.split("\nCRTCs:")[0].splitlines():
        head = re.match(r"(\d+)\t\d+\t(\w+)\tVirtual-\d", line)
        mode = re.match(r"\s*#0 (\d+)x(\d+) ", line)
        if head:
            same("state of a connector", head.group(2), "connected")
            found.append(int(head.group(1)))
        elif mode:
            found.append((int(mode.group(1)), int(mode.group(2))))
    same("connectors and modes", [type(x) for x in found], [int, tuple] * 2)
    return list(zip(found[0::2], found[1::2]))


def _bars(bed, connector, formats):
    """SMPTE's bars in each format."""
    end = ""
    for number, fourcc in enumerate(formats):
        size = _SIZES[number % 2]
        bed.check(f"{end}keep modetest start modetest -M displif"
                  f" -s {connector}:{size[0]}x{size[1]}@{fourcc}")
        until(f"SMPTE's bars in {fourcc}", lambda s=size, t=0 if fourcc in _EXACT else _ROUNDED:
              _bars_missing(bed.screen.take("user.ppm"), s, t), "", 60)
        end = "keep modetest end 10 && "
    bed.check(end + "true")


def modetest(bed):
    """Connectors and planes; the bars in some formats; flips on both connectors, and vblanks."""
    need(bed, DISPLIF)
    said = bed.check("modetest -M displif -c -p 2>&1")
    connectors = _connectors(said)
    same("formats of the planes", [tuple(line.split()) for line in
                                   re.findall(r"^  formats: (.*)$", said, re.M)], [FORMATS] * 2)
    same("their modifiers", re.findall(r"^\s+(\S{4}): +(.*?)\s*$", said, re.M),
         [(f, "LINEAR") for f in FORMATS] * 2)
    other = bed.rng.choice(FORMATS[1:-1])
    _bars(bed, connectors[0][0], ("XR24", other, "YUYV"))
    flips, vblanks = _flips(bed, connectors, 70), _vblanks(bed)
    check_quiet(bed)
    return f"XR24, {other}, YUYV; flips {flips} Hz, vblanks {vblanks} Hz"


def modetest_formats(bed):
    """The bars in all formats."""
    need(bed, DISPLIF)
    connectors = _connectors(bed.check("modetest -M displif -c 2>&1"))
    _bars(bed, connectors[0][0], FORMATS)
    check_quiet(bed)


def _flips(bed, connectors, count):
    """Until the backend has shown so many of all; the rate that modetest tells last."""
    modes = " ".join(f"-s {c}:{w}x{h}" for c, (w, h) in connectors)
    before = bed.backend.flips()
    bed.check(f"keep modetest start modetest -M displif {modes} -v")
    until("flips for modetest", lambda: bed.backend.flips() - before >= count * len(connectors),
          True, 120)
    said = bed.check("keep modetest end 10")
    rates = re.findall(r"freq: ([0-9.]+)Hz", said)
    expect(rates, f"no flips for modetest:\n{said}")
    # It sets a gamma ramp, too, which there is none of.
    expect("failed" not in said.replace("failed to set gamma", ""), said)
    return rates[-1]


def _vblanks(bed):
    """The rate that vbltest tells, when it has seen 60."""
    for seconds in (2, 4, 8, 16):
        said = bed.check(f"keep vbltest start vbltest -M displif; sleep {seconds};"
                         " keep vbltest end 10")
        rates = re.findall(r"freq: ([0-9.]+)Hz", said)
        if rates:
            return rates[-1]
    raise Failure(f"no vblanks for vbltest:\n{said}")


def info(bed):
    """All that drm_info tells of the device is as it was."""
    need(bed, DISPLIF)
    # It finds devices of buses that libdrm knows only, or that it is given.
    said = bed.check("drm_info -j /dev/dri/card0 2>/dev/null")
    found = describe.lines(json.loads(said)["/dev/dri/card0"])
    with open(os.path.join(bed.rig.top, "drm_info.txt"), "w") as f:
        f.write("\n".join(found) + "\n")
    with open(os.path.join(HERE, "described", "displif.txt")) as f:
        kept = [line for line in f.read().splitlines() if not line.startswith("#")]
    diff = list(difflib.unified_diff(kept, found, "kept", "found", lineterm="", n=2))
    if diff:
        raise Failure("drm_info tells something else:\n" + "\n".join(diff))
    check_quiet(bed)
    return f"{len(found)} lines"


def _await_motion(bed, what, colour):
    """A client's picture, no larger than a quarter of dom0's screen, changes on the background, and
    the backend shows flips."""
    def look():
        image = Image(bed.screen.take("user.ppm"))
        return image.pixels if 0.75 <= image.share(colour) < 1 else None

    until(f"a client {what}", lambda: look() is not None, True, 60)
    before, flips = look(), bed.backend.flips()
    until(f"motion {what}", lambda: look() not in (None, before) and bed.backend.flips() > flips,
          True, 60)


def _await_background(bed, what, colour):
    """It is all that dom0's screen shows."""
    until(f"the background {what}", lambda:
          Image(bed.screen.take("user.ppm")).share(colour), 1, 60)


# It has something to say of each step that does not succeed; of input, too.
_WESTON_FAILED = "fatal|[Cc]ouldn't|pageflip|repaint-|set mode failed|drmMode"


def weston(bed):
    """A Wayland compositor: its background on both connectors, clients that move and that count
    frames; the backend is killed and another one started under it."""
    bed.need_kms()
    bed.need_guest(desktop=True)
    bed.need_driver(DISPLIF)
    colour = tuple(bed.rng.randrange(20, 236) for _ in range(3))
    bed.check("desktop start {:02x}{:02x}{:02x}".format(*colour), 120)
    _await_background(bed, "of Weston", colour)
    bed.check("desktop client shm weston-simple-shm")
    _await_motion(bed, "of Weston's", colour)
    bed.backend.end("KILL", 128 + 9)
    bed.need_headless()
    bed.await_states(4, 4)
    # The client is on the first one, and no larger than a quarter of it.
    for number, part in ((0, 0.75), (1, 1)):
        until(f"the background of connector {number}", lambda n=number, p=part:
              Image(_saved(bed, n)).share(colour) >= p, True, 60)
    bed.need_kms()
    bed.await_states(4, 4)
    _await_motion(bed, "after two other backends", colour)
    bed.check("keep shm end 20 INT")
    _await_background(bed, "without a client", colour)
    told = _presented(bed)
    said = bed.check("desktop end", 40)
    expect(not re.search(_WESTON_FAILED, said), said)
    _show(bed, MODE)
    check_quiet(bed)
    return told


def _presented(bed):
    """Frames that Weston told a client of: each later than the one before, at a vblank, by the
    driver's own clock."""
    before = bed.backend.flips()
    bed.check("desktop client frames weston-presentation-shm -f")
    until("frames of a client", lambda: bed.backend.flips() - before >= 60, True, 60)
    said = bed.check("keep frames end 20 INT")
    seen = re.findall(r"p2p +(-?\d+) us,.* \[(....)\],? seq (\d+)", said)
    expect(len(seen) > 20, f"few frames:\n{said}")
    same("kinds of presentation", {kind for _, kind, _ in seen}, {"sce_"})
    numbers = [int(seq) for _, _, seq in seen]
    expect(all(a < b for a, b in zip(numbers, numbers[1:])), f"numbers of frames: {numbers}")
    return f"{len(seen)} frames in {numbers[-1] - numbers[0]} vblanks"


def _saved(bed, connector):
    """The picture of a headless backend's connector."""
    name = f"/h/shown-{bed.domid()}-0-{connector}.png"
    before = bed.backend.log().count(f"wrote {name}")
    bed.backend.signal("USR1")
    bed.backend.await_log(f"wrote {name}", before + 1)
    return bed.rig.share + name[2:]


CASES = [
    ("user-modetest", modetest),
    ("user-drm-info", info),
]
LONG = [
    ("user-modetest-formats", modetest_formats),
    ("user-weston", weston),
]
