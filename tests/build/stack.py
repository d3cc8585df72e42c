#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""The stack that any call chain of the library takes, from gcc's call graph; more than 1 KiB fails.

Recursion and stack frames of unknown size are errors. Calls through pointers (the port's ops) end a
chain: what they call is the glue's. So do memcpy, memmove, memset and memcmp.
"""
import os
import re
import shlex
import shutil
import subprocess
import sys

LIMIT = 1024
TARGETS = {
    "x86-64": "gcc -m64 -mno-red-zone",  # as kernels do: else 128 bytes go uncounted
    "i386": "gcc -m32",
    "aarch64": "aarch64-linux-gnu-gcc-12",
    "armhf": "arm-linux-gnueabihf-gcc-12 -march=armv7ve+fp",
}
OUTSIDE = {"memcpy", "memmove", "memset", "memcmp"}
INDIRECT = "__indirect_call"

NODE = re.compile(r'node: \{ title: "([^"]+)" label: "([^"]*)"')
EDGE = re.compile(r'edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"')
FRAME = re.compile(r"\\n(\d+) bytes \(([a-z,]+)\)")


def fail(text):
    sys.exit("FAIL: " + text)


def compile_graph(target, level, files, includes, folder):
    """Returns the frame of each function and the functions that each calls."""
    frames, calls = {}, {}
    os.makedirs(folder)
    for path in files:
        out = os.path.join(folder, os.path.basename(path)[:-2] + ".o")
        command = shlex.split(TARGETS[target]) + [
            "-std=c11", level, "-ffreestanding", "-fno-pic", "-fcallgraph-info=su", *includes, "-c", path, "-o", out]
        if subprocess.run(command).returncode:
            fail(f"{target}: cannot compile {path}")
        with open(out[:-2] + ".ci", encoding="utf-8") as graph:
            text = graph.read()
        for name, label in NODE.findall(text):
            frame = FRAME.search(label)
            if not frame:
                continue  # only declared here
            if frame.group(2) not in ("static", "dynamic,bounded"):
                fail(f"{target} {level}: {name} has a stack frame of unknown size ({frame.group(2)})")
            frames[name] = int(frame.group(1))
        for caller, callee in EDGE.findall(text):
            calls.setdefault(caller, set()).add(callee)
    return frames, calls


def deepest(frames, calls, where):
    """Returns (bytes, chain) of the deepest chain."""
    best, state = {}, {}

    def visit(name, trail):
        if state.get(name) == "open":
            fail(f"{where}: recursion: {' -> '.join(trail[trail.index(name):] + [name])}")
        if name in best:
            return best[name]
        state[name] = "open"
        below = (0, [])
        for callee in sorted(calls.get(name, ())):
            if callee in frames:
                below = max(below, visit(callee, trail + [name]))
            elif callee != INDIRECT and callee not in OUTSIDE:
                fail(f"{where}: {name} calls {callee}, which is not in the library")
        state[name] = "done"
        best[name] = (frames[name] + below[0], [name] + below[1])
        return best[name]

    return max(visit(name, []) for name in frames)


def main():
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} FOLDER")
    work = os.path.abspath(sys.argv[1])
    top = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(os.path.join(work, "xen"))
    os.symlink(os.path.join(os.environ.get("DISPLIF_XEN_INCLUDE_DIR", "/usr/include"), "xen"),
               os.path.join(work, "xen", "xen"))
    includes = ["-I" + os.path.join(top, "libdisplif", "include"), "-isystem", os.path.join(work, "xen")]
    with open(os.path.join(top, "libdisplif", "sources.mk"), encoding="utf-8") as listing:
        names = re.findall(r"^DISPLIF_(?:CORE|PORT)_SRCS \+= (\S+)$", listing.read(), re.M)
    files = [os.path.join(top, "libdisplif", "src", name) for name in names]
    if not files:
        fail("sources.mk names no file")

    lines = [f"Deepest call chain, bytes of stack (limit {LIMIT}; ops and mem functions not counted)"]
    bad = []
    for target in TARGETS:
        for level in ("-Os", "-O2"):
            where = f"{target} {level}"
            frames, calls = compile_graph(target, level, files, includes, os.path.join(work, target + level))
            if not frames:
                fail(f"{where}: no function found")
            indirect = sum(INDIRECT in callees for callees in calls.values())
            size, chain = deepest(frames, calls, where)
            chain = " > ".join(name.rsplit(":", 1)[-1] for name in chain)
            lines.append(f"  {where:12} {size:5}  {chain} ({len(frames)} functions, {indirect} with calls of ops)")
            if size > LIMIT:
                bad.append(where)
    print("\n".join(lines))
    if "DISPLIF_FIGURES" in os.environ:
        with open(os.path.join(os.environ["DISPLIF_FIGURES"], "stack.txt"), "w", encoding="utf-8") as out:
            out.write("\n".join(lines) + "\n")
    if bad:
        fail("over the limit: " + ", ".join(bad))


main()
