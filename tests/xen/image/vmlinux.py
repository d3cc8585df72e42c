#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""vmlinux.py BZIMAGE OUT: take the ELF kernel out of an xz-compressed bzImage."""
import lzma
import sys

XZ_MAGIC = b"\xfd7zXZ\0"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1], "rb") as f:
        data = f.read()
    start = data.find(XZ_MAGIC)
    if start < 0:
        sys.exit(f"{sys.argv[1]}: no xz stream in it")
    elf = lzma.LZMADecompressor().decompress(data[start:])
    if elf[:4] != b"\x7fELF":
        sys.exit(f"{sys.argv[1]}: its xz stream holds no ELF file")
    with open(sys.argv[2], "wb") as f:
        f.write(elf)


main()
