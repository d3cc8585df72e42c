# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Reads the text of examples/minios-console off a picture, with the letters of its own source."""
import os
import re

from case import Failure, expect
from rig import HERE
from screen import read_ppm

_FOLDER = os.path.join(HERE, "..", "..", "examples", "minios-console")
_PER_LINE = 16


def _text(name):
    with open(os.path.join(_FOLDER, name)) as f:
        return f.read()


class Glyphs:
    """read() takes a picture that is nothing but text."""

    def __init__(self):
        head = _text("con.h")

        def number(name):
            return int(re.search(rf"#define CON_{name}\s+(\w+?)u\b", head).group(1), 0)
        self._wide, self._high = number("FONT_WIDTH"), number("FONT_HEIGHT")
        self._colours = {number("TEXT").to_bytes(3, "big"): "#", number("GROUND").to_bytes(3, "big"): "."}
        lines = re.findall(r'^\t"([#. ]+)",$', _text("con_font.c"), re.M)
        self._letters = {}
        for code in range(ord(" "), 127):
            row, column = divmod(code - ord(" "), _PER_LINE)
            dots = tuple(line.split()[column] for line in lines[row * self._high:(row + 1) * self._high])
            self._letters[dots] = chr(code)
        expect(len(self._letters) == 127 - ord(" "), "two letters of the font are alike")

    def _letter(self, pixels, width, x, y, scale):
        """Each pixel of a dot is looked at, and those around the letter."""
        rows = []
        for dy in range((self._high + 1) * scale):
            at = 3 * ((y + dy) * width + x)
            line = bytes(pixels[at:at + 3 * (self._wide + 1) * scale])
            try:
                row = "".join(self._colours[line[i:i + 3]] for i in range(0, len(line), 3))
            except KeyError as error:
                raise Failure(f"a pixel of the colour {error} in the letter at {x}, {y}") from None
            dots = row[::scale]
            expect(row == "".join(d * scale for d in dots), f"half a dot in the letter at {x}, {y + dy}")
            rows.append(dots)
        dots = tuple(row[:-1] for row in rows[::scale])[:-1]
        expect(all(row[-1] == "." for row in rows) and "#" not in rows[-1], f"dots around the letter at {x}, {y}")
        for i, row in enumerate(rows):
            expect(row == rows[i - i % scale], f"half a dot in the letter at {x}, {y + i}")
        if dots not in self._letters:
            raise Failure(f"no letter at {x}, {y}:\n" + "\n".join(dots))
        return self._letters[dots]

    def read(self, path):
        """The lines, without blanks at their ends."""
        _, width, pixels = read_ppm(path)
        height = len(pixels) // (3 * width)
        scale = max(1, width // (80 * (self._wide + 1)))
        wide, high = (self._wide + 1) * scale, (self._high + 1) * scale
        return ["".join(self._letter(pixels, width, x, y, scale)
                        for x in range(0, width - wide + 1, wide)).rstrip()
                for y in range(0, height - high + 1, high)]
