# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Write a cpio archive (newc) which the kernel unpacks over an initramfs."""
import os
import stat

# Directories and links of the images made by mkimages.sh. A directory entry
# where the image has a link would remove the link.
_MERGED = ("bin", "sbin", "lib", "lib64")
_PRESENT = {"usr", "usr/bin", "usr/sbin", "usr/lib", "usr/lib64",
            "etc", "tmp", "mods", "var", "var/log"}


def _entry(ino, name, mode, data=b""):
    fields = (ino, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0)
    out = b"070701" + b"".join(b"%08X" % f for f in fields)
    out += name.encode() + b"\0"
    out += b"\0" * (-len(out) % 4)
    return out + data + b"\0" * (-len(data) % 4)


def archive(files):
    """The archive of files: {path in the image: path on the host}."""
    parts = []
    seen = set(_PRESENT)
    for dest, src in sorted(files.items()):
        names = [n for n in dest.split("/") if n]
        if not names or ".." in names:
            raise ValueError(f"not a path inside an image: {dest!r}")
        if names[0] in _MERGED:
            names.insert(0, "usr")
        for depth in range(1, len(names)):
            parent = "/".join(names[:depth])
            if parent not in seen:
                seen.add(parent)
                parts.append(_entry(len(parts) + 1, parent,
                                    stat.S_IFDIR | 0o755))
        with open(src, "rb") as f:
            data = f.read()
        mode = stat.S_IFREG | (0o755 if os.access(src, os.X_OK) else 0o644)
        parts.append(_entry(len(parts) + 1, "/".join(names), mode, data))
    parts.append(_entry(0, "TRAILER!!!", 0))
    return b"".join(parts)


def append(image, files, out):
    """Write to out: image (itself not compressed), then the archive of files;
    the kernel unpacks one after the other."""
    with open(image, "rb") as f:
        data = f.read()
    with open(out, "wb") as f:
        f.write(data)
        f.write(b"\0" * (-len(data) % 4))
        f.write(archive(files))
