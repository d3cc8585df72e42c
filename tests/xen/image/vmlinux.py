#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""vmlinux.py BZIMAGE OUT: take the ELF kernel out of an x86 bzImage that is
packed by xz or zstd."""
import lzma
import struct
import subprocess
import sys

XZ_MAGIC = b"\xfd7zXZ\0"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"


def payload(image):
    """What the image's own header says is packed in it. Its last four bytes
    are the size of what comes out, which are none of the packer's."""
    if image[0x202:0x206] != b"HdrS" or struct.unpack_from("<H", image, 0x206)[0] < 0x208:
        raise ValueError("no bzImage, or one older than its protocol 2.08")
    code = (image[0x1f1] + 1) * 512
    start, length = struct.unpack_from("<II", image, 0x248)
    packed = image[code + start:code + start + length]
    if len(packed) != length or length < 8:
        raise ValueError("the file is cut off")
    return packed[:-4], struct.unpack("<I", packed[-4:])[0]


def unpack(packed):
    """The kernel. Python knows xz, zstd needs its program."""
    if packed.startswith(XZ_MAGIC):
        return lzma.LZMADecompressor().decompress(packed)
    if packed.startswith(ZSTD_MAGIC):
        return subprocess.run(["zstd", "-dcq"], input=packed, check=True,
                              stdout=subprocess.PIPE).stdout
    raise ValueError("packed neither by xz nor by zstd")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1], "rb") as f:
        image = f.read()
    try:
        packed, size = payload(image)
        elf = unpack(packed)
        if elf[:4] != b"\x7fELF" or len(elf) != size:
            raise ValueError("what is packed in it is no ELF file of the size that it tells")
    except (ValueError, OSError, subprocess.CalledProcessError, lzma.LZMAError) as error:
        sys.exit(f"{sys.argv[1]}: {error}")
    with open(sys.argv[2], "wb") as f:
        f.write(elf)


main()
