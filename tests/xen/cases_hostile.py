# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""A guest that writes nonsense into its own nodes hurts nobody but itself. Some of
the values, by the seed; hostile-guest writes others."""
from bed import SIZES
from case import expect

STATES = ("0", "7", "8", "9", "15", "255", "4294967296", "-1", "3x", "x", "")
RESOLUTIONS = ("banana", "0x0", "99999x1", "1920", "", "800x600x32",
               "18446744073709551616x1")
NUMBERS = ("4294967295", "0", "1", "8", "99999999999", "-5", "x", "")
RINGS = ("req-ring-ref", "evt-ring-ref", "req-event-channel",
         "evt-event-channel")


def _half(bed, values):
    return bed.rng.sample(values, (len(values) + 1) // 2)


def _front(bed):
    return f"/local/domain/{bed.domid()}/device/vdispl/0"


def _write(bed, **nodes):
    bed.rig.check("\n".join(
        f"xenstore-write -- {_front(bed)}/{name.replace('_', '-')} '{value}'"
        for name, value in nodes.items()))


def _check_backend(bed):
    """It lives, answers, and has not connected to what is there."""
    bed.backend.stats()
    back = bed.states()[1]
    expect(back in ("2", "5", "6"), f"the backend went to state {back!r}")


def states(bed):
    """Each state that a guest can think of, with no ring behind it."""
    bed.need_kms()
    bed.need_guest()
    bed.need_driver()
    bed.need_no_driver()
    for value in _half(bed, STATES) + ["3", "4", "1"]:
        _write(bed, state=value)
        bed.pause(0.1)
        _check_backend(bed)
    bed.rig.check(f"for i in $(seq 60); do xenstore-write {_front(bed)}/state"
                  " $((i % 10)); done", 120)
    _check_backend(bed)
    _write(bed, state="6")
    bed.await_states(6, 2)
    bed.await_waiting()


def rings(bed):
    """Ring references and ports that do not exist, or belong to others."""
    bed.need_kms()
    bed.need_guest()
    bed.need_driver()
    bed.need_no_driver()
    for value in _half(bed, NUMBERS):
        bed.rig.check("".join(
            f"xenstore-write -- {_front(bed)}/{i}/{node} '{value}'\n"
            for i in range(len(SIZES)) for node in RINGS))
        _write(bed, state="1")
        bed.pause(0.1)
        _write(bed, state="3")
        bed.pause(0.3)
        _check_backend(bed)
    bed.rig.check("".join(f"xenstore-rm {_front(bed)}/{i}/{node}\n"
                          for i in range(len(SIZES)) for node in RINGS))
    _write(bed, state="6")
    bed.await_states(6, 2)
    bed.await_waiting()
    bed.need_driver()
    seed = bed.screen.seed()
    bed.screen.start_kms(seed, 3)
    bed.screen.check_screen("hostile.ppm", seed, 3, SIZES[0])
    bed.screen.end()


def configuration(bed):
    """A backend that finds nonsense in the configuration at its start."""
    bed.need_kms()
    bed.need_guest()
    bed.need_driver()
    bed.need_no_driver()
    node = f"{_front(bed)}/0/resolution"
    good = f"{SIZES[0][0]}x{SIZES[0][1]}"
    for value in bed.rng.sample(RESOLUTIONS, 2):
        bed.backend.end("TERM", 0)
        bed.rig.check(f"xenstore-write -- {node} '{value}'")
        bed.need_kms()
        bed.backend.await_log("resolution")
        _check_backend(bed)
    bed.backend.end("TERM", 0)
    bed.rig.check(f"xenstore-write -- {node} {good}")
    bed.need_kms()
    bed.need_driver()
    seed = bed.screen.seed()
    bed.screen.start_kms(seed, 3)
    bed.screen.check_screen("hostile.ppm", seed, 3, SIZES[0])
    bed.screen.end()


CASES = [
    ("hostile-configuration", configuration),
]
# hostile-guest's attacks states, nodes and connecting cover most of it.
LONG = [
    ("hostile-states", states),
    ("hostile-rings", rings),
]
