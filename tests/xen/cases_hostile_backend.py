# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""A backend that answers as none may: hostile-backend against our test card.

The test card may give up, with a message; it must not crash, nor keep what it
took. Afterwards a sane backend serves the guest again."""
import re

from bed import SIZES
from case import Failure, expect, same

# The test card's resident memory, in KiB, may grow by so much under attack.
GROWN = 1024
_CARD = "displif-testcard --stats-json - --flips 0 --wait 60"
_RSS = "awk '/^VmRSS/ { print $2 }' /proc/$(cat /run/show-victim.pid)/status" \
    " 2>/dev/null"


def _rss(bed):
    """Of the test card, or 0 if it has ended."""
    status, output = bed.line(_RSS)
    return int(output) if status == 0 and output.strip() else 0


def _attack(bed, seconds, words):
    out = bed.rig.check(
        f"/h/bin/hostile-backend --domain {bed.domid()} --seed"
        f" {bed.screen.seed()} --seconds {seconds} {words}", 200)
    done = re.findall(r"^(\S+): .* (\d+) connections$", out, re.M)
    expect(len(done) == len(words.split()), f"hostile-backend said:\n{out}")
    return done


def _end_card(bed):
    """It has ended, or ends now; whatever it thinks of its display."""
    status, output = bed.line("kill -TERM $(cat /run/show-victim.pid)"
                              " 2>/dev/null; show victim end 20", 40)
    if status not in (0, 1):
        raise Failure(f"the test card ended with {status}:\n{output}")
    left = re.sub(r"\s+", " ", output.split('"left"')[-1])
    for name in ("channels", "shared_pages", "mapped_pages"):
        expect(f'"{name}": 0' in left or f'"{name}":0' in left,
               f"the test card has left something behind:\n{output}")
    return status


def _under(bed, attacks, seconds=3, options=""):
    bed.need_kms()
    bed.need_guest()
    bed.need_no_driver()
    bed.backend.end("TERM", 0)
    grown, ends = 0, []
    for name in attacks:
        bed.check(f"show victim start 0 {_CARD} {options}")
        _attack(bed, 1, "honest")
        before = _rss(bed)
        expect(before, "the test card does not serve a friendly backend:\n"
               + bed.line("cat /run/show-victim.err")[1])
        _attack(bed, seconds, name)
        after = _rss(bed)
        grown = max(grown, after - before)
        ends.append(f"{name} {'gave up' if not after else 'went on'}")
        _end_card(bed)
    expect(grown <= GROWN, f"the test card has grown by {grown} KiB")
    bed.need_kms()
    bed.await_waiting(20)
    seed = bed.screen.seed()
    bed.screen.start_card(seed, 3)
    bed.screen.check_screen("hostile.ppm", seed, 3, SIZES[0])
    same("flips", bed.screen.end()["flips"], 3)
    bed.await_states(6, 2)
    return f"{', '.join(ends)}; RSS +{max(grown, 0)} KiB at most"


def answers(bed):
    return _under(bed, ("strays", "duplicates", "unsolicited", "statuses",
                        "edid"))


def indices(bed):
    return _under(bed, ("jumps", "scribble", "foreign"))


def floods(bed):
    return _under(bed, ("events", "notifications"))


def silence(bed):
    return _under(bed, ("silent",), 5)


def buffers(bed):
    return _under(bed, ("keep",)) + "; " + _under(bed, ("lie",), 3, "--be-alloc")


def store(bed):
    return _under(bed, ("states", "nodes", "versions"))


def late(bed):
    return _under(bed, ("late",), 12)


def stop(bed):
    return _under(bed, ("stop",), 11)


CASES = [
    ("hostile-backend-answers", answers),
    ("hostile-backend-indices", indices),
    ("hostile-backend-floods", floods),
    ("hostile-backend-buffers", buffers),
    ("hostile-backend-store", store),
    ("hostile-backend-silence", silence),
]
LONG = [
    ("hostile-backend-late", late),
    ("hostile-backend-stop", stop),
]
