# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Pictures that no seed tells: which colours they have, and where."""
import re
import struct
import zlib
from collections import Counter

from case import Failure


class Image:
    """A PPM or PNG of 8 bits a colour."""

    def __init__(self, path):
        with open(path, "rb") as f:
            data = f.read()
        if data[:8] == b"\x89PNG\r\n\x1a\n":
            self.size, self.pixels = _png(data, path)
        else:
            self.size, self.pixels = _ppm(data, path)

    def at(self, x, y):
        """The colour at a place, of which 0 is left and above, 1 right and below."""
        w, h = self.size
        at = 3 * (int(y * h) * w + int(x * w))
        return tuple(self.pixels[at:at + 3])

    def share(self, colour):
        """Which part of it has that colour."""
        return self.colours()[tuple(colour)] * 3 / len(self.pixels)

    def colours(self):
        """How many pixels have which colour."""
        p = self.pixels
        return Counter(zip(p[0::3], p[1::3], p[2::3]))


def near(found, wanted, tolerance):
    """Whether two colours are alike."""
    return all(abs(a - b) <= tolerance for a, b in zip(found, wanted))


def _ppm(data, path):
    head = re.match(rb"P6\s+(\d+)\s+(\d+)\s+255\s", data)
    if not head:
        raise Failure(f"{path}: neither PNG nor PPM of 8 bits a colour")
    return (int(head.group(1)), int(head.group(2))), data[head.end():]


def _png(data, path):
    at, packed = 8, b""
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"IHDR":
            width, height, depth, colour, _, _, lace = struct.unpack_from(">IIBBBBB", data, at + 8)
        elif kind == b"IDAT":
            packed += data[at + 8:at + 8 + size]
        at += 12 + size
    if (depth, colour, lace) != (8, 2, 0):
        raise Failure(f"{path}: depth {depth}, kind {colour}, interlace {lace}: not known here")
    raw, n = zlib.decompress(packed), 3 * width
    lines, above = [], bytes(n)
    for y in range(height):
        begin = y * (n + 1)
        above = _unfilter(raw[begin], raw[begin + 1:begin + 1 + n], above)
        lines.append(above)
    return (width, height), b"".join(lines)


def _unfilter(kind, line, above):
    """A line of a PNG as it was, by the line above it. What lies left of it is 0."""
    if kind == 0:
        return line
    if kind == 2:
        return bytes((a + b) & 255 for a, b in zip(line, above))
    out = bytearray(3) + bytearray(line)
    up = bytes(3) + above
    for i in range(3, len(out)):
        left = out[i - 3]
        if kind == 1:
            guess = left
        elif kind == 3:
            guess = (left + up[i]) // 2
        else:
            guess = _paeth(left, up[i], up[i - 3])
        out[i] = (out[i] + guess) & 255
    return bytes(out[3:])


def _paeth(left, up, corner):
    """Of the three, the one next to left + up - corner."""
    to_left, to_up = abs(up - corner), abs(left - corner)
    to_corner = abs(left + up - 2 * corner)
    if to_left <= to_up and to_left <= to_corner:
        return left
    return up if to_up <= to_corner else corner
