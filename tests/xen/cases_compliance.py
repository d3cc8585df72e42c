# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""displif-compliance: our ends judged on a real Xen, each from the other side, and
the kernel's own frontend, whose deviations are known by name."""
import json
import os

from case import expect, same

# In a guest nobody tells what a peer has mapped: the case itself looks.
NOT_HERE = {"dbuf.destroy-unmaps"}

# All that judges a backend, but for states and nodes: each of those takes
# connections of their own, seconds in an emulation.
SHORT = ("state.initwait", "xs.versions", "state.connects", "state.front-closes", "ring.*",
         "dbuf.*", "dir.*", "alloc.*", "fb.*", "config.*", "edid.*", "flip.*", "evt.*", "rsp.*")

# What drm_xen_front of Linux 6.1 does otherwise.
KNOWN = {"xs.version"}

# A client that opens, draws, flips and closes until told to end.
_LOOP = (": >/run/loop; (while [ -e /run/loop ]; do {command}; usleep 100000; done)"
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
    return f"{result['ok']} ok, {result['warn']} known deviations, {result['n/a']} n/a; {took:.0f} s"


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
    return _judge_backend(bed, SHORT)


def backend_whole(bed):
    return _judge_backend(bed, ())


def _judge_frontend(bed, name, command, names, options=""):
    """What a guest's client makes its frontend do, judged from dom0."""
    bed.need_kms()
    bed.need_guest()
    bed.backend.end("TERM", 0)
    bed.check(_LOOP.format(command=command))
    try:
        text = bed.rig.check(f"/h/bin/displif-compliance --backend {bed.domid()}/0 --json - {options}"
                             f" {_only(names)} 2>/h/compliance.err || true", 600)
    finally:
        bed.check("rm -f /run/loop")
    return _result(bed, name, text)


def card(bed):
    """displif-testcard."""
    bed.need_kms()
    bed.need_guest()
    bed.need_no_driver()
    result = _judge_frontend(bed, "card", "displif-testcard --flips 30 --wait 5", ())
    bad = _named(result, "FAIL", "warn")
    expect(not bad, _tell(result, bad))
    return _note(result)


def driver(bed):
    """drm_xen_front of Linux 6.1."""
    bed.need_kms()
    bed.need_guest()
    bed.need_driver()
    result = _judge_frontend(bed, "driver", "kmsclient --wait 5 --flips 30", ())
    found = _named(result, "FAIL", "warn")
    expect(found == KNOWN, f"known deviations: {sorted(KNOWN)}, found:\n{_tell(result, found)}")
    return _note(result)


CASES = [
    ("compliance-backend", backend),
    ("compliance-card", card),
    ("compliance-driver", driver),
]
