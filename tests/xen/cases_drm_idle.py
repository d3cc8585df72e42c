# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Our own driver for Linux in a guest, while its display is off, or its backend stands still."""
from bed import DISPLIF
from case import expect, until
from cases_drm import MODE
from cases_drm import _CONSOLE as CONSOLE
from cases_drm import _RED as RED
from cases_drm import _await_held as await_held
from cases_drm import _check_quiet as check_quiet
from cases_drm import _held as held
from cases_drm import _need as need
from cases_drm import _share_of as share_of
from cases_drm import _show as show

_BLACK = (0, 0, 0)


def dpms(bed):
    """By a client, then by the console, whose text is back when the display is on again."""
    need(bed, DISPLIF)
    before = held(bed)
    show(bed, MODE, "--dpms-cycle")
    bed.check("printf '\\033[41m\\033[2J' >/dev/tty0")
    for blank, colour, part in ((0, RED, CONSOLE), (4, _BLACK, 1), (0, RED, CONSOLE)):
        bed.check(f"echo {blank} >/sys/class/graphics/fb0/blank")
        until(f"colour {colour} on the screen with blank {blank}", lambda colour=colour, part=part:
              share_of(bed.screen.take("drm.ppm"), colour) >= part, True, 10)
    await_held(bed, before)
    check_quiet(bed)


def stopped(bed):
    """A client flips on while the backend stands still: no flip fails or lacks its event, and
    the backend is asked to start over when it moves again."""
    need(bed, DISPLIF)
    bed.screen.start_kms(bed.screen.seed(), 1000000, "--no-draw", timeout=0)
    before = bed.backend.flips()
    until("flips go on", lambda: bed.backend.flips() > before, True, 20)
    bed.backend.signal("STOP")
    bed.pause(6)  # four flips are given up by then
    bed.backend.signal("CONT")
    bed.await_states(4, 4)
    before = bed.backend.flips()
    until("flips go on", lambda: bed.backend.flips() > before + 20, True, 20)
    status, said = bed.line("kill -TERM $(cat /run/show-one.pid); show one end 20", 40)
    expect('"events_surplus":0' in said and "no event for" not in said,
           f"status {status}: {said}")
    show(bed, MODE)
    check_quiet(bed)


CASES = [
    ("drm-dpms", dpms),
    ("drm-backend-stopped", stopped),
]
