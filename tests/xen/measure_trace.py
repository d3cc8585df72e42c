# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""What strace saw of the backend, sorted by what it was done for.

A turn begins where the event loop has waited, and ends where it waits again;
the frontend has one request under way at a time, so a turn serves one."""
import re
from collections import Counter

from case import expect

_CALL = re.compile(r"\d+\s+([a-z0-9_]+)\((.*)")

# (what a turn is for, what is found in it), the first that fits.
_KINDS = (
    ("create", "IOCTL_GNTDEV_MAP_GRANT_REF"),
    ("destroy", "IOCTL_GNTDEV_UNMAP_GRANT_REF"),
    ("flip", "DRM_IOCTL_MODE_PAGE_FLIP"),
    ("flip", "DRM_IOCTL_MODE_SETPLANE"),
    ("flip", "read(/dev/dri"),
)

# Calls of the kernel's that end in one hypercall: a batch of all pages counts
# once. (Unmapping happens when the pages leave the address space.)
_HYPER = (
    ("evtchn notify", re.compile(r"ioctl\(.*/dev/xen/evtchn>, IOCTL_EVTCHN_NOTIFY")),
    ("evtchn unmask", re.compile(r"write\(.*/dev/xen/evtchn>")),
    ("grant copy", re.compile(r"ioctl\(.*IOCTL_GNTDEV_GRANT_COPY")),
    ("grant map", re.compile(r"mmap\(.*/dev/xen/gntdev>")),
    ("grant unmap", re.compile(r"ioctl\(.*IOCTL_GNTDEV_UNMAP_GRANT_REF")),
)


class _Turn:
    def __init__(self):
        self.calls = Counter()
        self.hyper = Counter()
        self.text = ""

    def add(self, name, line):
        self.calls[name] += 1
        for what, pattern in _HYPER:
            if pattern.search(line):
                self.hyper[what] += 1
        if name == "read":
            line = re.sub(r"read\(\d+<([^>]*)>.*", r"read(\1", line)
        self.text += line

    def kind(self):
        for kind, part in _KINDS:
            if part in self.text:
                return kind
        return "other"


def turns(lines):
    """List of (kind, calls, hypercalls) of a log of strace -f -y."""
    found, turn = [], _Turn()
    for line in lines:
        match = _CALL.match(line)
        if not match or "<unfinished" in line and "epoll_wait" not in line:
            continue
        name = match.group(1)
        turn.add(name, line.split(None, 1)[1])
        if name == "epoll_wait":
            found.append((turn.kind(), turn.calls, turn.hyper))
            turn = _Turn()
    return found


def per(found, kind, count):
    """(calls by name, derived hypercalls by name), each for one of count."""
    calls, hyper = Counter(), Counter()
    for turn_kind, c, h in found:
        if turn_kind == kind:
            calls.update(c)
            hyper.update(h)
    expect(calls, f"strace saw nothing of the kind {kind!r}")
    return ({k: v / count for k, v in calls.items()},
            {k: v / count for k, v in hyper.items()})
