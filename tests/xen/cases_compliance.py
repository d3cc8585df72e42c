# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""displif-compliance: our ends judged on a real Xen, each from the other side, and
the kernel's own frontend, whose deviations are known by name."""
import json
import os
import re

from bed import GUEST
from case import Failure, expect, same

# In a guest nobody tells what a peer has mapped: the case itself looks.
NOT_HERE = {"dbuf.destroy-unmaps"}

# In short, whatever needs no connections of its own, which take seconds each in
# an emulation, and some of what does. The -whole cases leave nothing out.
SHORT_BACKEND = ("state.initwait", "xs.versions", "state.connects", "state.front-closes",
                 "ring.*", "dbuf.*", "dir.*", "alloc.*", "fb.*", "config.*", "edid.*",
                 "flip.*", "evt.*", "rsp.*")
WATCHED = ("state.connects", "state.waits-*", "state.follows-4", "xs.*", "req.*", "cookie.*",
           "order.*", "dbuf.*", "fb.*", "config.*", "edid.*", "evt.in-cons", "evt.consumes")
SHORT_CARD = WATCHED + ("rsp.never", "rsp.twice", "rsp.out-of-order", "rsp.status-*",
                        "evt.early", "evt.no-flip", "state.back-dies")
SHORT_DRIVER = WATCHED + ("rsp.status-*", "evt.early", "evt.no-flip",
                          "state.back-restarts")

# What drm_xen_front of Linux 6.1 does otherwise: no "version", request slots that
# are not cleared, pointers as cookies. Whether one of them comes back soon is
# up to the guest's allocator.
KNOWN = {"xs.version", "req.reserved-zero", "req.unused-zero", "req.flags", "cookie.no-address"}
BY_CHANCE = {"cookie.not-again"}
# It never asks for an EDID, nor for two things at once.
NOT_ASKED = {"edid.buffer", "rsp.edid-fails", "rsp.out-of-order"}

# ... and its end: nobody has the device then.
_LOOP_END = ("rm -f /run/loop; n=0; until [ -e /run/loop.done ] || [ $n -ge 200 ];"
             " do n=$((n + 1)); usleep 100000; done; [ $n -lt 200 ]")

# A client that opens, draws, flips and closes until told to end.
_LOOP = ("rm -f /run/loop.done; : >/run/loop; (while [ -e /run/loop ]; do {command};"
         " usleep 100000; done; : >/run/loop.done)"
         " >/run/loop.log 2>&1 </dev/null & usleep 100000")


def _only(names):
    return " ".join(f"--only '{n}'" for n in names)


def _result(bed, name, text):
    """The checks of a run, from its JSON, which is kept for a look."""
    begin, end = text.find("{\n"), text.rfind("}")
    expect(begin >= 0, f"no results:\n{text}")
    result = json.loads(text[begin:end + 1])
    with open(os.path.join(bed.rig.top, f"compliance-{name}.json"), "w") as f:
        json.dump(result, f, indent=1)
    return result


def _named(result, *words):
    return {c["name"] for c in result["checks"] if c["result"] in words}


def _tell(result, names):
    return "\n".join(f"{c['result']} {c['name']}: {c['found']}; wanted: {c['wanted']}"
                     for c in result["checks"] if c["name"] in names)


def _note(result):
    took = sum(c["ms"] for c in result["checks"]) / 1000
    return (f"{result['ok']} ok, {result['warn']} known deviations, {result['n/a']} n/a;"
            f" {took:.0f} s")


def _judge_backend(bed, names):
    """displif-backend, judged from a guest's user space."""
    bed.need_kms()
    bed.need_guest()
    bed.need_no_driver()
    status, text = bed.line(f"displif-compliance --frontend 0 --json - {_only(names)} 2>/dev/null",
                            400)
    result = _result(bed, "backend", text)
    bad = _named(result, "FAIL", "warn")
    expect(not bad, _tell(result, bad))
    same("checks that could not be made", _named(result, "n/a"), NOT_HERE)
    same("exit status", status, 0)
    bed.await_waiting()
    return _note(result)


def backend(bed):
    return _judge_backend(bed, SHORT_BACKEND)


def backend_whole(bed):
    return _judge_backend(bed, ())


def _judge_frontend(bed, name, command, names):
    """What a guest's client makes its frontend do, judged from dom0."""
    bed.backend.end("TERM", 0)
    bed.check(_LOOP.format(command=command))
    text = bed.rig.check(f"/h/bin/displif-compliance --backend {bed.domid()}/0 --json - --verbose"
                         f" {_only(names)} 2>/h/compliance-{name}.err || true", 600)
    result = _result(bed, name, text)
    status, _ = bed.line(_LOOP_END)
    if status >= 124:
        words = [line for line in bed.rig.guest_console(GUEST).splitlines()
                 if re.search(r"BUG|RIP|Oops|panic|fault|WARNING", line)]
        raise Failure("the guest did not survive:\n" + "\n".join(words[-12:]) + "\n"
                      + _tell(result, _named(result, "FAIL", "n/a")))
    same("status of the client's loop, told to end", status, 0)
    return result


def _judge_card(bed, names):
    """displif-testcard."""
    bed.need_kms()
    bed.need_guest()
    bed.need_no_driver()
    result = _judge_frontend(bed, "card", "displif-testcard --flips 30 --wait 5", names)
    bad = _named(result, "FAIL", "warn", "n/a")
    expect(not bad, _tell(result, bad))
    return _note(result)


def card(bed):
    return _judge_card(bed, SHORT_CARD)


def card_whole(bed):
    return _judge_card(bed, ())


def _judge_driver(bed, names):
    """drm_xen_front of Linux 6.1."""
    bed.need_kms()
    bed.need_guest()
    bed.need_driver()
    # The test card may have left it there.
    bed.rig.check(f"xenstore-rm /local/domain/{bed.domid()}/device/vdispl/0/version"
                  " 2>/dev/null || true")
    result = _judge_frontend(bed, "driver", "kmsclient --wait 5 --flips 30", names)
    found = _named(result, "FAIL", "warn")
    expect(found - BY_CHANCE == KNOWN,
           f"known deviations: {sorted(KNOWN)}, found:\n{_tell(result, found)}")
    asked = _named(result, "n/a") - NOT_ASKED
    expect(not asked, _tell(result, asked))
    return _note(result)


def driver(bed):
    return _judge_driver(bed, SHORT_DRIVER)


def driver_whole(bed):
    """By hand only: of three such runs the guest's kernel did not survive one."""
    return _judge_driver(bed, ())


CASES = [
    ("compliance-backend", backend),
    ("compliance-card", card),
    ("compliance-driver", driver),
]
LONG = [
    ("compliance-backend-whole", backend_whole),
    ("compliance-card-whole", card_whole),
]
BY_HAND = [
    ("compliance-driver-whole", driver_whole),
]
