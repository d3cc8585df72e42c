# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""A backend that answers as none may: hostile-backend against our test card.

The test card may give up, with a message, and is started again then; it must not
crash, nor grow, nor keep what it took. Afterwards a sane backend serves the guest
again."""
import json
import re

from bed import SIZES
from case import Failure, expect, same, until

# The test card's resident memory, in KiB, may grow by so much under attack.
GROWN = 1024
ATTACKS = ("strays", "duplicates", "unsolicited", "statuses", "edid", "foreign",
           "jumps", "scribble", "events", "notifications", "keep", "states",
           "nodes", "versions")
ALLOC = ("lie",)

# One line, as the guest's console takes it.
_CARD = (
    "rm -f /run/enough /run/over; : >/run/ends; : >/run/card.options;"
    " (while [ ! -e /run/enough ]; do"
    " displif-testcard --stats-json - --flips 0 --wait 60 $(cat /run/card.options)"
    " >/run/card.json 2>>/run/card.err </dev/null & echo $! >/run/card.pid;"
    " wait $!; echo \"$? $(tr -d '\\n' </run/card.json)\" >>/run/ends; usleep 100000;"
    " done; : >/run/over) >/dev/null 2>&1 &")
_MEMORY = "awk '/^VmHWM/ { print $2 }' /proc/$(cat /run/card.pid)/status"
_NOTHING = {"channels": 0, "shared_pages": 0, "mapped_pages": 0}


def attack(bed, seconds, words):
    """Returns {attack: connections}."""
    out = bed.rig.check(
        f"/h/bin/hostile-backend --domain {bed.domid()} --seed"
        f" {bed.screen.seed()} --seconds {seconds} {words}", 120 + 120 * seconds)
    found = dict(re.findall(r"^(\S+): .* (\d+) connections$", out, re.M))
    expect(len(found) == len(words.split()), f"hostile-backend said:\n{out}")
    return {name: int(n) for name, n in found.items()}


def _end_card(bed):
    """Tell it to end; returns (how often it had given up by itself, the most
    memory in KiB that one of them had)."""
    bed.check("touch /run/enough; kill -TERM $(cat /run/card.pid)")
    until("the end of the test card",
          lambda: bed.line("[ -e /run/over ]")[0], 0, 30)
    _, ends = bed.line("cat /run/ends")
    most = 0
    for line in ends.splitlines():
        status, _, text = line.partition(" ")
        if status == "143" and not text:
            continue  # told to end before it had begun
        try:
            figures = json.loads(text)
        except ValueError:
            figures = {}
        if status not in ("0", "1") or figures.get("left") != _NOTHING:
            raise Failure(f"a test card ended badly: {line}\n"
                          + bed.line("tail -n 20 /run/card.err")[1])
        most = max(most, figures["rss_max_kib"])
    return len(ends.splitlines()) - 1, most


def under(bed, attacks, seconds, options=""):
    bed.need_kms()
    bed.need_guest()
    bed.need_no_driver()
    bed.check(_CARD)
    bed.await_states(4, 4)
    until("flips go on", lambda: bed.backend.flips() > 5, True, 30)
    before = int(bed.check(_MEMORY))
    if options:
        bed.check(f"echo '{options}' >/run/card.options;"
                  " kill -TERM $(cat /run/card.pid)")
    bed.backend.end("TERM", 0)
    met = attack(bed, seconds, " ".join(attacks))
    ends, most = _end_card(bed)
    ends -= bool(options)
    expect(most <= before + GROWN,
           f"a test card had {before} KiB, and {most} under attack")
    bed.need_kms()
    bed.await_waiting(20)
    seed = bed.screen.seed()
    bed.screen.start_card(seed, 3)
    bed.screen.check_screen("hostile.ppm", seed, 3, SIZES[0])
    same("flips", bed.screen.end()["flips"], 3)
    bed.await_states(6, 2)
    return (f"{len(met)} attacks, {sum(met.values())} connections, gave up"
            f" {ends} times, RSS {most - before:+d} KiB")


def attacks(bed):
    return under(bed, ATTACKS, 1)


def directories(bed):
    return under(bed, ALLOC, 2, "--be-alloc")


CASES = [
    ("hostile-backend", attacks),
    ("hostile-backend-alloc", directories),
]
LONG = [
    ("hostile-backend-silent", lambda bed: under(bed, ("silent",), 8)),
    ("hostile-backend-long", lambda bed: under(bed, ATTACKS, 20)),
    ("hostile-backend-late", lambda bed: under(bed, ("late",), 20)),
    ("hostile-backend-stop", lambda bed: under(bed, ("stop",), 11)),
]
