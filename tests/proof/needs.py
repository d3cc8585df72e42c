#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Names the sources that a harness file needs, so that a mutant's run reads no more than those.

usage: needs.py HARNESS OBJECT...

OBJECT: the sources, compiled. Prints file names with .c.
"""
import os
import re
import subprocess
import sys


def symbols(path, *options):
    """The names that nm lists."""
    out = subprocess.run(['nm', '--format=posix', *options, path], stdout=subprocess.PIPE, text=True, check=True)
    return {line.split()[0] for line in out.stdout.splitlines()}


def main():
    """Follows undefined names from the harness through the objects."""
    harness, objects = sys.argv[1], sys.argv[2:]
    wanted = set(re.findall(r'\bdispl\w+', open(harness, encoding='utf-8').read()))
    defined = {o: symbols(o, '--defined-only', '--extern-only') for o in objects}
    needed = []
    while more := [o for o in objects if o not in needed and defined[o] & wanted]:
        for o in more:
            needed.append(o)
            wanted |= symbols(o, '--undefined-only')
    for o in sorted(needed):
        print(os.path.basename(o)[:-2] + '.c')


main()
