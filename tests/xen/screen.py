# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Pictures: put one on the guest's display, take dom0's screen, compare."""
import json
import os
import re
import subprocess

import case
from bed import SIZES
from case import Failure, expect, same

PLANTED = 7  # what is added to a colour to plant a wrong pixel


class Screen:
    """tool: the program "picture". Files go to the folder work."""

    def __init__(self, bed, tool, work, rng):
        self._bed = bed
        self._tool = tool
        self._work = work
        self._rng = rng

    def seed(self):
        """A new seed, so that no old picture can pass for this one."""
        return self._rng.randrange(1, 1 << 32)

    # --- programs that show

    def start(self, command, name, timeout):
        """Start a program in the guest and wait for its last frame; time-out
        0: do not wait."""
        self._bed.check(f"show {name} start {timeout * case.patience} {command}", timeout + 20)

    def start_kms(self, seed, flips=8, options="", name="one", timeout=60):
        self.start(f"kmsclient --stats-json --hold 600 --wait 20 --seed {seed}"
                   f" --flips {flips} {options}", name, timeout)

    def start_card(self, seed, flips=8, options="", name="one", timeout=60):
        self.start(f"displif-testcard --verbose --stats-json - --hold 600"
                   f" --seed {seed} --flips {flips} {options}", name, timeout)

    def end(self, signal="TERM", name="one", timeout=20):
        """End it; returns its figures, which must be good."""
        status, output = self._bed.line(
            f"show {name} end {timeout * case.patience} {signal}", timeout + 20)
        found = re.search(r"^\{.*\}$", output, re.S | re.M)
        if status != 0 or not found:
            raise Failure(f"the program in the guest ended with {status}:\n"
                          f"{output}")
        figures = json.loads(found.group(0))
        same("ok in its figures", figures["ok"], True)
        return figures

    # --- pictures

    def take(self, name):
        """dom0's screen, as a file."""
        return self._bed.rig.screendump(os.path.join(self._work, name))

    def judge(self, path, seed, frame, size, fourcc="XR24"):
        """(True if every pixel is right, what the comparer said)."""
        run = subprocess.run(
            [self._tool, "compare", "--seed", str(seed), "--frame", str(frame),
             "--size", f"{size[0]}x{size[1]}", "--format", fourcc, path],
            capture_output=True, text=True, check=False)
        said = (run.stdout + run.stderr).strip()
        if run.returncode not in (0, 1):
            raise Failure(f"the comparer failed with {run.returncode}: {said}")
        return run.returncode == 0, said

    def check(self, path, seed, frame, size, fourcc="XR24"):
        """Raise Failure if the picture is not the wanted one."""
        good, said = self.judge(path, seed, frame, size, fourcc)
        expect(good, said)

    def check_screen(self, name, seed, frame, size, fourcc="XR24"):
        path = self.take(name)
        self.check(path, seed, frame, size, fourcc)
        return path

    def check_saved(self, seed, frame, connector=0, size=None, timeout=20):
        """Ask a headless backend for its pictures, compare that of a connector."""
        bed = self._bed
        name = f"/h/shown-{bed.domid()}-0-{connector}.png"
        path = bed.rig.share + name[2:]
        before = bed.backend.log().count(f"wrote {name}")
        bed.backend.signal("USR1")
        bed.backend.await_log(f"wrote {name}", before + 1, timeout)
        self.check(path, seed, frame, size or SIZES[connector])
        return path


def read_ppm(path):
    with open(path, "rb") as f:
        data = f.read()
    head = re.match(rb"P6\s+(\d+)\s+(\d+)\s+255\s", data)
    if not head:
        raise Failure(f"{path}: no PPM of 8 bits a colour")
    return head.group(0), int(head.group(1)), bytearray(data[head.end():])


def plant_pixel(path, out, rng):
    """A copy of a PPM with one pixel a little different."""
    head, _, pixels = read_ppm(path)
    at = rng.randrange(len(pixels))
    pixels[at] = (pixels[at] + PLANTED) % 256
    with open(out, "wb") as f:
        f.write(head + pixels)


def plant_lines(path, out, rng):
    """A copy of a PPM with two different lines swapped."""
    head, width, pixels = read_ppm(path)
    n = 3 * width
    lines = [bytes(pixels[i:i + n]) for i in range(0, len(pixels), n)]
    pairs = [i for i in range(len(lines) - 1) if lines[i] != lines[i + 1]]
    expect(pairs, f"{path}: all lines are the same")
    i = rng.choice(pairs)
    lines[i], lines[i + 1] = lines[i + 1], lines[i]
    with open(out, "wb") as f:
        f.write(head + b"".join(lines))
