#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Does the comparer of recordings see what matters, and nothing else?"""
import glob
import os
import random
import re
import sys
import tempfile

import tracefile

HERE = os.path.dirname(os.path.abspath(__file__))


def _renamed(lines, rng):
    """The same conversation with other cookies, ids, grants and timing."""
    names = {}

    def other(cookie):
        if cookie == "0" * 16:
            return cookie
        return names.setdefault(cookie, f"{rng.randrange(1, 1 << 64):016x}")

    out = []
    for line in lines:
        w = line.split()
        if w[0] in ("req", "rsp", "evt"):
            op = int(w[4][4:6], 16)
            if w[0] != "evt":
                w[4] = f"{rng.randrange(1 << 16):04x}" + w[4][4:]
            if w[0] != "rsp":
                w[5] = other(w[5])
            if w[0] == "req" and op == 0x12:
                w[6] = other(w[6])
            if w[0] == "req" and op == 0x10:
                w[8] = w[8][:8] + f"{rng.randrange(1 << 32):08x}"
        elif w[0] == "done":
            turned = other(int(w[3], 16).to_bytes(8, "little").hex())
            w[3] = f"{int.from_bytes(bytes.fromhex(turned), 'little'):x}"
        elif w[0] == "device":
            w[3] = str(rng.randrange(1, 1000))
        elif w[0] == "send":
            w[6] = str(rng.randrange(1000))
        out.append(" ".join(w))
        if w[0] == "state" and w[2] == "peer":  # seen twice
            out.append(" ".join(w))
    return out


def _doctored(lines, rng):
    """(what, lines) with one thing that matters changed."""
    at = rng.randrange(len(lines))
    while not re.match("req|rsp|evt|sent|take|pages|bind", lines[at]):
        at = rng.randrange(len(lines))
    w = lines[at].split()
    if rng.randrange(3) == 0:
        return f"line {at + 1} left out", lines[:at] + lines[at + 1:]
    if w[0] in ("req", "rsp", "evt"):
        i = rng.choice([7, 9, 10, 11])
        w[i] = w[i][:9] + f"{int(w[i][9], 16) ^ 4:x}" + w[i][10:]
    else:
        i = rng.choice([i for i, word in enumerate(w) if i > 1
                        and word.isdigit()])
        w[i] = str(int(w[i]) + 1)
    return f"line {at + 1}", lines[:at] + [" ".join(w)] + lines[at + 1:]


def main():
    rng = random.Random(1)
    failed = 0
    paths = sorted(glob.glob(os.path.join(HERE, "*", "*.trace")))
    with tempfile.TemporaryDirectory() as folder:
        other = os.path.join(folder, "other.trace")

        def compare(path, lines):
            with open(other, "w") as f:
                f.write("\n".join(lines) + "\n")
            return tracefile.compare(path, other)

        for path in paths:
            lines = tracefile.read(path)
            difference = compare(path, _renamed(lines, rng))
            if difference:
                print(f"{path}: the same, and not seen as such:\n{difference}")
                failed += 1
            for _ in range(100):
                what, changed = _doctored(lines, rng)
                if not compare(path, changed):
                    print(f"{path}: {what} changed, and nobody noticed")
                    failed += 1
    print(f"{len(paths)} recordings, {failed} failures")
    return 1 if failed or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
