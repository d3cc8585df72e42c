# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""The kernel's own frontend with a backend that has no screen."""
from bed import SIZES
from case import expect


def _need(bed):
    bed.need_guest()
    bed.need_headless()
    bed.need_driver()


def now(bed):
    _need(bed)
    seed = bed.screen.seed()
    bed.screen.start_kms(seed, 5)
    path = bed.screen.check_saved(seed, 5)
    bed.screen.end()
    # What is not shown any more must not be in the next picture.
    other = bed.screen.seed()
    bed.screen.start_kms(other, 6)
    bed.screen.check_saved(other, 6)
    good, _ = bed.screen.judge(path, seed, 5, SIZES[0])
    expect(not good, f"{path} was not written again")
    bed.screen.end()
    return f"seeds {seed} {other}"


def two_connectors(bed):
    _need(bed)
    first, second = bed.screen.seed(), bed.screen.seed()
    # A client that drops its mastership keeps its picture: the other one can
    # set a mode on the other connector meanwhile.
    bed.screen.start_kms(first, 7, "--connector Virtual-1 --drop-master")
    bed.screen.start_kms(second, 7, "--connector Virtual-2", "two")
    bed.screen.check_saved(first, 7, 0)
    bed.screen.check_saved(second, 7, 1)
    bed.screen.end(name="two")
    bed.screen.end()
    return f"seeds {first} {second}"


def at_exit(bed):
    """What was shown last, when the backend ends."""
    _need(bed)
    seed = bed.screen.seed()
    name = f"/h/shown-{bed.domid()}-0-0.png"
    bed.screen.start_kms(seed, 4)
    before = bed.backend.log().count(f"wrote {name}")
    bed.backend.end("TERM", 0)
    bed.backend.await_log(f"wrote {name}", before + 1)
    bed.screen.check(bed.rig.share + name[2:], seed, 4, SIZES[0])
    bed.line("kill -9 $(cat /run/show-one.pid)")
    return f"seed {seed}"


CASES = [
    ("picture-headless", now),
    ("two-connectors", two_connectors),
    ("picture-at-exit", at_exit),
]
