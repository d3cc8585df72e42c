#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Judges the log of a run of Frama-C, and prints what it covered.

usage: report.py LOG FILES HEADER...

FILES lists the absolute names of the sources. HEADER: where static inline
functions come from; each source has a copy of them and need not use it.
"""
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


def main():
    """Prints the verdict; exit code 1 if it is bad."""
    log = open(sys.argv[1], encoding='utf-8').read()
    files = open(sys.argv[2], encoding='utf-8').read().split()
    inline = set()
    for header in sys.argv[3:]:
        inline.update(words(r'^static inline [^(]*?(\w+)\(', open(header, encoding='utf-8').read()))

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
    total = re.search(r'(\d+) stmts in analyzed functions, (\d+) stmts analyzed', log)
    percent = 100.0 * int(total.group(2)) / int(total.group(1)) if total else 0.0
    if percent < FLOOR:
        bad.append('%.1f %% of statements reached, fewer than %.1f %%' % (percent, FLOOR))

    own = [n for n in reached if base(n) not in inline]
    print('%d files, %d functions reached, %s of %s statements (%.1f %%), %d alarms' % (
        len(files), len(own), total.group(2) if total else '?', total.group(1) if total else '?', percent,
        len(words(r'^\[eva:alarm\]', log))))
    for name, (done, of) in sorted(reached.items()):
        if done < of:
            print('  %s: %d of %d statements' % (name, done, of))
    for line in bad:
        print(line)
    sys.exit(1 if bad else 0)


main()
