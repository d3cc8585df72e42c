# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""What a kernel that watches itself has reported, taken out of all that it said."""
import re

# The first line of a report, or of its second paragraph.
_START = re.compile(
    r"^(?:\[ )?(?:BUG: |WARNING: |BUG \S+ \(|[Kk]ernel BUG|UBSAN: |ODEBUG: |INFO: |refcount_t: "
    r"|list_(?:add|del)(?:_\w+)?(?: corruption| double)|general protection|Oops: |Kernel panic|stack segment"
    r"|DEBUG_LOCKS_WARN_ON|DMA-API: .*(?:driver|leak|pending|overlap|error)|pagealloc: |turning off the locking"
    r"|kmemleak: (?:Cannot|Kernel memory leak detector disabled)|Bad rss|page dumped because"
    r"|\S+ invoked oom-killer|Out of memory)")
# These begin with the same words.
_HARMLESS = re.compile(r"^INFO: lockdep is turned off")
# Paragraphs of one report are no farther from each other, in lines.
_NEAR = 4
_LONGEST = 90


def records(text):
    """Lines of the kernel's log, out of what /dev/kmsg tells."""
    lines = []
    for line in text.replace("\r", "").splitlines():
        if line.startswith(" ") or not line:
            continue  # a record's properties
        head, sep, said = line.partition(";")
        if sep and re.fullmatch(r"\d+,\d+,\d+,.*", head):
            lines.append(said)
    return lines


def reports(lines):
    """Reports among lines of the kernel's log, each as a list of lines: from one
    report's first line to the next one's."""
    starts = []
    last = -_NEAR - 1
    for at, line in enumerate(lines):
        if _START.match(line) and not _HARMLESS.match(line):
            if at - last > _NEAR:
                starts.append(at)
            last = at
    ends = starts[1:] + [len(lines)]
    return [lines[a:min(b, a + _LONGEST)] for a, b in zip(starts, ends)]


def blocks(text, first):
    """Lists of lines, each beginning with one that matches first."""
    found = []
    for line in text.replace("\r", "").splitlines():
        if re.match(first, line):
            found.append([])
        if found and line.strip():
            found[-1].append(line)
    return found


def names(report, module):
    """Whether a function of the module stands in it."""
    return any(f"[{module}]" in line for line in report)
