#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Judges the log of a run of Frama-C, and prints what it covered.

usage: report.py LOG FILES PROOF SRC INCLUDE

FILES lists the absolute names of the sources. PROOF, SRC, INCLUDE: the folders
of the harness, of the private and of the public headers. Static inline functions
come from headers; each source has a copy of them and need not use it. What the
public headers export must be called by a harness file.
"""
import glob
import re
import sys

FLOOR = 98.5  # percent of statements
# What the library calls and Frama-C models, and the harness's own.
MODELLED = {'memcpy', 'memmove', 'memset', 'memcmp',
            'Frama_C_make_unknown', 'Frama_C_unsigned_int_interval'}


def words(pattern, text):
    """All that a pattern finds."""
    return re.findall(pattern, text, re.M)


def base(name):
    """A function's name without the number that tells copies apart."""
    return re.sub(r'_\d+$', '', name)


def content(pattern):
    """The text of all files that a pattern names, comments left out."""
    text = ''
    for name in sorted(glob.glob(pattern)):
        with open(name, encoding='utf-8') as file:
            text += file.read()
    return re.sub(r'/\*.*?\*/', ' ', text, flags=re.S)


def exported(headers):
    """The functions that the public headers declare for users."""
    return words(r'^DISPLIF_API [^;(]*?\b(\w+)\(', headers)


def main():
    """Prints the verdict; exit code 1 if it is bad."""
    with open(sys.argv[1], encoding='utf-8') as file:
        log = file.read()
    with open(sys.argv[2], encoding='utf-8') as file:
        files = file.read().split()
    proof, src, include = sys.argv[3:]
    headers = content(include + '/displif/*.h')
    inline = set(words(r'^static inline [^(]*?(\w+)\(', content(proof + '/harness.h') + content(src + '/*.h') + headers))

    bad = []
    for alarm in words(r'^\[eva:alarm\] ((?:.*\n)(?:  .*\n)*)', log):
        bad.append('alarm: ' + ' '.join(alarm.split()))
    if not re.search(r'^  (No alarms? w\w+ generated|0 alarms generated)', log, re.M):
        bad.append('the log does not say that there are no alarms')
    parsed = words(r'^\[kernel\] Parsing (\S+)', log)
    bad += ['not analysed: ' + f for f in files if f not in parsed]
    called = set(words(r'using specification for function (\w+)', log) +
                 words(r'[Nn]either code nor specification for function (\w+)', log))
    bad += ['neither code nor model: ' + f for f in sorted(called - MODELLED)]
    bad += words(r'^.*(?:NON TERMINATING|degenerat|unsupported feature|user error).*', log)

    defined = re.search(r'Defined functions \((\d+)\)\n +=+\n(.*?)\n *\n', log, re.S)
    names = words(r'(\w+) (?:\(address taken\) )?\(\d+ calls?\)', defined.group(2)) if defined else []
    if not defined or len(names) != int(defined.group(1)):
        bad.append('cannot read the list of functions')
    reached = {name: (int(done), int(of)) for name, done, of in
               words(r'^  (\w+): (\d+) stmts out of (\d+) \(', log)}
    bad += ['not reached: ' + name for name in names if name not in reached and base(name) not in inline]
    public = exported(headers)
    if len(public) < 60 or len(public) != len(words(r'\bDISPLIF_API\b', re.sub(r'(?m)^#.*', '', headers))):
        bad.append('cannot read what the headers export')
    calls = content(proof + '/h_*.c')
    bad += ['no harness calls ' + name for name in public if not re.search(r'\b%s\(' % name, calls)]
    bad += ['exported and not reached: ' + name for name in public if name not in reached]
    total = re.search(r'(\d+) stmts in analyzed functions, (\d+) stmts analyzed', log)
    percent = 100.0 * int(total.group(2)) / int(total.group(1)) if total else 0.0
    if percent < FLOOR:
        bad.append('%.1f %% of statements reached, fewer than %.1f %%' % (percent, FLOOR))

    own = [n for n in reached if base(n) not in inline]
    print('%d files, all %d public functions, %d functions reached, %s of %s statements (%.1f %%), %d alarms' % (
        len(files), len([n for n in public if n in reached]), len(own), total.group(2) if total else '?', total.group(1) if total else '?', percent,
        len(words(r'^\[eva:alarm\]', log))))
    for name, (done, of) in sorted(reached.items()):
        if done < of:
            print('  %s: %d of %d statements' % (name, done, of))
    for line in bad:
        print(line)
    sys.exit(1 if bad else 0)


main()
