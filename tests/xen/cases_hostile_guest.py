# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""A guest that sends raw bytes and means harm: hostile-guest against the backend.

After each attack the backend lives, holds what it held before, has written a
bounded log, and shows a sane frontend's picture."""
import re

from bed import SIZES
from case import Failure, expect, same

OPTIONS = "--output kms"
# What the backend may have grown by, in KiB: for good, and for a moment. The
# heap keeps pages of its tables; mapped pages of guests count as resident.
GROWN, GROWN_MOST = 1024, 4096
# Lines of the log about one guest: at most so many in any 10 s, one of them for
# how many were left out.
LOG_BURST, LOG_SECONDS = 21, 10
_LINE = re.compile(r"^(ok|FAILED) (\S+): .* (\d+) ms$", re.M)


def _need(bed):
    bed.need_kms()
    bed.need_guest()
    bed.need_no_driver()
    bed.need_backend(OPTIONS, quiet=True)
    bed.await_waiting(20)


def _run(bed, words, timeout):
    """One hostile-guest with these words. Returns what it says."""
    status, output = bed.line(f"hostile-guest --seed {bed.screen.seed()} {words}",
                              timeout)
    if status != 0:
        raise Failure(f"hostile-guest {words}: status {status}:\n{output}")
    return output


def _took(output):
    """{attack: ms}"""
    return {name: int(ms) for _, name, ms in _LINE.findall(output)}


def _check_log(lines, seconds):
    limit = LOG_BURST * (seconds // LOG_SECONDS + 2)
    expect(lines <= limit,
           f"{lines} lines of log in {seconds:.0f} s, at most {limit}")


def attack(bed, *runs, timeout=150):
    """Each run is the words of one hostile-guest."""
    _need(bed)
    lines = len(bed.backend.log().splitlines())
    memory = bed.backend.memory()
    took = {}
    for words in runs:
        took.update(_took(_run(bed, words, timeout)))
        bed.backend.check_alive()
    bed.await_waiting(20)
    most, now = bed.backend.memory()
    expect(now <= memory[1] + GROWN,
           f"resident memory {memory[1]} KiB before, {now} after")
    expect(most <= memory[0] + GROWN_MOST,
           f"resident memory at most {memory[0]} KiB before, {most} after")
    lines = len(bed.backend.log().splitlines()) - lines
    _check_log(lines, sum(took.values()) / 1000)
    show(bed)
    times = ", ".join(f"{name} {ms / 1000:.1f}" for name, ms in took.items())
    return f"seconds: {times}; RSS {now - memory[1]:+d} KiB, {lines} lines of log"


def show(bed):
    """A sane frontend in the same guest."""
    seed = bed.screen.seed()
    bed.screen.start_card(seed, 3)
    bed.screen.check_screen("hostile.ppm", seed, 3, SIZES[0])
    same("flips of the sane frontend", bed.screen.end()["flips"], 3)
    bed.await_states(6, 2)


def requests(bed):
    return attack(bed, "sizes offsets directories grefs", "cookies quota revoke")


def rings(bed):
    return attack(bed, "jumps race-index race-slots", "deaf stop")


def floods(bed):
    return attack(bed, "--count 100000 requests", "--count 100000 notifications",
                  "--count 30 storm", "--count 10 storm-alloc",
                  "--count 4 storm-connect")


def store(bed):
    return attack(bed, "--count 100 states states-connected",
                  "--part 8 nodes connecting")


def fill(bed):
    """A backend that starts beside as many connectors as XenStore lets a guest
    make; and one whose device's nodes go away under it."""
    _need(bed)
    memory = bed.backend.memory()
    output = _run(bed, "fill-store", 60)
    connectors = int(re.search(r"connectors made: (\d+)", output).group(1))
    expect(connectors > 100, f"only {connectors} connectors fit into XenStore")
    bed.backend.end("TERM", 0)
    bed.need_backend(OPTIONS, quiet=True)
    bed.backend.stats()
    most, _ = bed.backend.memory()
    expect(most <= memory[0] + GROWN_MOST,
           f"{most} KiB with {connectors} connectors, {memory[0]} before")
    front = f"/local/domain/{bed.domid()}/device/vdispl/0"
    bed.rig.check(f"xenstore-list {front} | grep -x '[0-9]*' | awk '$1 > 1"
                  f" {{ print \"{front}/\" $1 }}' | xargs xenstore-rm", 120)
    bed.backend.end("TERM", 0)
    bed.need_backend(OPTIONS, quiet=True)
    show(bed)
    return f"{connectors} connectors, {most} KiB at most, {sum(_took(output).values())} ms"


def remove(bed):
    """The last one of a guest: it has no display afterwards."""
    _need(bed)
    _run(bed, "remove", 60)
    bed.backend.stats()
    bed.destroy_guest()
    bed.await_footprint(bed.idle)
    bed.need_guest()
    show(bed)


CASES = [
    ("hostile-guest-requests", requests),
    ("hostile-guest-rings", rings),
    ("hostile-guest-floods", floods),
    ("hostile-guest-store", store),
    ("hostile-guest-fill", fill),
]
LAST = [
    ("hostile-guest-remove", remove),
]
LONG = [
    (f"hostile-guest-{name}-long", lambda bed, words=words:
     attack(bed, *words, timeout=1800))
    for name, words in (
        ("requests", [f"--count 1000000 requests-{kind}"
                      for kind in ("good", "bad", "unknown")]),
        ("notifications", ["--count 1000000 notifications"]),
        ("storms", ["--count 1000 storm", "--count 200 storm-alloc",
                    "--count 100 storm-connect"]),
        ("races", ["--seconds 60 race-index", "--seconds 60 race-slots"]),
        ("states", ["--count 10000 states", "--count 10000 states-connected"]),
        ("nodes", ["nodes connecting"]),
        ("waits", ["--seconds 30 deaf", "--seconds 30 stop"]))
]
