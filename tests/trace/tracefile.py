# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Recordings of the backend's option --record (examples/backend/record.h): what
is the same each time, and where two of them differ."""
import difflib

# Where in a request grant references lie, by operation.
_GREFS = {0x10: (36,), 0x16: (12,)}
_HAS_DBUF = (0x10, 0x11, 0x12)
_HAS_FB = {0x12: 16, 0x13: 8, 0x14: 8, 0x15: 8}
_MOST_LINES = 40


class _Names:
    """Cookies are addresses of the frontend's, used again at once: what is the
    same is which creation made them."""

    def __init__(self):
        self._names = {}
        self._made = {}

    def make(self, kind, cookie):
        self._made[kind] = self._made.get(kind, 0) + 1
        self._names[kind, cookie] = f"<{kind}{self._made[kind]:<13}>"

    def of(self, kind, cookie):
        if cookie == "0" * 16:
            return cookie
        return self._names.get((kind, cookie), "<nobody        >")


def _message(kind, words, names):
    """A message's eight words with what differs each time replaced."""
    text = "".join(words)
    op = int(text[4:6], 16)
    fields = list(text)

    def put(offset, what):
        fields[2 * offset:2 * offset + len(what)] = what

    if kind == "evt":
        put(8, names.of("fb", text[16:32]))
    else:
        put(0, "<id>")
    if kind == "req":
        for offset in _GREFS.get(op, ()):
            put(offset, "<gref>  ")
        if op in _HAS_DBUF:
            cookie = text[16:32]
            if op == 0x10:
                names.make("dbuf", cookie)
            put(8, names.of("dbuf", cookie))
        if op in _HAS_FB:
            offset = _HAS_FB[op]
            cookie = text[2 * offset:2 * offset + 16]
            if op == 0x12:
                names.make("fb", cookie)
            put(offset, names.of("fb", cookie))
    return "".join(fields)


def _swap(cookie):
    """A number as "done" prints it, as eight bytes of memory."""
    return int(cookie, 16).to_bytes(8, "little").hex()


def normal(lines):
    """What must be the same in every recording. How the ends meet before a
    connection and part after it depends on who reads how fast; so does when
    the frontend's states are seen in it, how far it has consumed events, and what
    made the backend look."""
    names, peer, last, out = _Names(), None, None, []
    for line in lines:
        w = line.split()
        if w[0] == "device":
            out.append(f"device {w[1]} connectors {w[7]}")
        elif w[0] == "state":
            if peer is not None and w[2] == "own":
                out.append(line)
            elif peer is not None and w[3] != last:
                peer.append(w[3])
            last = w[3] if w[2] == "peer" else last
        elif w[0] in ("req", "rsp", "evt"):
            out.append(" ".join(w[:4] + [_message(w[0], w[4:], names)]))
        elif w[0] == "take":
            out.append(" ".join(w[:3] + w[4:]))
        elif w[0] == "done":
            out.append(" ".join(w[:3] + [names.of("fb", _swap(w[3]))]))
        elif w[0] == "send":
            out.append(" ".join(w[:5]))
        else:
            if w[0] == "end" and peer is not None:
                out.append("the frontend's states: " + " ".join(peer))
                peer = None
            elif w[0] == "bind":
                peer = []
            out.append(line)
    return out


def read(path):
    with open(path) as f:
        return f.read().splitlines()


def compare(golden, found):
    """Text of the differences between two files, "" if there are none."""
    lines = difflib.unified_diff(normal(read(golden)), normal(read(found)),
                                 "before", "now", n=2, lineterm="")
    return "\n".join(list(lines)[:_MOST_LINES])


def count(path):
    """Messages in a file."""
    return sum(line.split()[0] in ("req", "rsp", "evt") for line in read(path))
