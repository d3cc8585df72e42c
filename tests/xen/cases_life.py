# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Beginnings and ends with the kernel's own frontend: everything that was taken
must have been given back after each."""
from bed import GUEST, SIZES, connectors
from case import expect, same, until
from rig import vdispl

# After a shorter pause the upstream frontend may write its Closed into the new
# directory, and never connect.
_REATTACH_PAUSE = 10


def _need(bed):
    bed.need_kms()
    bed.need_guest()
    bed.need_driver()


def _show(bed):
    """A new picture on dom0's screen, to see that all works."""
    seed = bed.screen.seed()
    bed.screen.start_kms(seed, 4)
    bed.screen.check_screen("life.ppm", seed, 4, SIZES[0])
    bed.screen.end()


def _flip_forever(bed):
    bed.check("kmsclient --wait 20 --flips 10000000 >/run/forever 2>&1"
              " </dev/null & echo $! >/run/forever.pid; sleep 1")
    before = bed.backend.flips()
    until("flips go on", lambda: bed.backend.flips() > before, True, 20)


def _end_forever(bed):
    """However it may end: its device may be gone, and it says so."""
    bed.line("kill -9 $(cat /run/forever.pid); usleep 200000")


def unbind(bed):
    _need(bed)
    _show(bed)
    connected = bed.footprint()
    expect(connected != bed.waiting, "a connection takes nothing?")
    for _ in range(2):
        bed.need_no_driver()
        bed.await_states(6, 2)
        bed.await_waiting()
        bed.need_driver()
        bed.await_footprint(connected)
    _show(bed)


def detach(bed):
    _need(bed)
    _show(bed)
    connected = bed.footprint()
    _flip_forever(bed)
    bed.rig.check(f"xl vdispl-detach {GUEST} 0")
    bed.await_footprint(bed.alone)
    same("states without a device", bed.states(), ("-", "-"))
    _end_forever(bed)
    bed.pause(_REATTACH_PAUSE)
    words = vdispl(connectors(SIZES)).replace(",", " ").replace(";", "\\;")
    bed.rig.check(f"xl vdispl-attach {GUEST} {words}")
    bed.await_states(4, 4)
    _show(bed)
    bed.await_footprint(connected)


def _leave_and_return(bed, signal, status, states):
    _need(bed)
    _show(bed)
    connected = bed.footprint()
    _flip_forever(bed)
    bed.backend.end(signal, status)
    until("grants that are mapped", bed.grants,
          bed.waiting["mapped grants"], 10)
    same("states without a backend", bed.states()[1], states)
    log = bed.backend.log()
    _end_forever(bed)
    bed.need_kms()
    bed.await_states(4, 4)
    _show(bed)
    bed.await_footprint(connected)
    return log


def terminate(bed):
    log = _leave_and_return(bed, "TERM", 0, "6")
    last = [line.split(": ")[-1] for line in log.splitlines()
            if ": state " in line][-2:]
    same("last states of the backend", [w.split()[1] for w in last],
         ["Closing", "Closed"])


def kill(bed):
    _leave_and_return(bed, "KILL", 128 + 9, "4")


def destroy(bed):
    _need(bed)
    _flip_forever(bed)
    domid = bed.domid()
    bed.destroy_guest()
    bed.await_footprint(bed.idle)
    same("states", bed.states(domid), ("-", "-"))
    nodes = bed.rig.check(f"xenstore-ls -f | grep vdispl/{domid} || true")
    same("nodes that are left", nodes, "")


CASES = [
    ("unbind-bind", unbind),
    ("detach-attach", detach),
    ("backend-killed", kill),
    ("backend-terminated", terminate),
]
LAST = [
    ("destroy-flipping", destroy),
]
