# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""How many hypercalls each PV domain made, by xentrace's own record of them.

Numbers of events and the layout of records: Xen's public/trace.h. A record has
a word with the event, how many words follow, and whether a time stamp of two
words is among them. Which domain runs on a processor is known from the
scheduler's records."""
import collections
import struct

# Event classes to be recorded: the scheduler's, and those of PV guests.
MASK = 0x0022f000

_CPU = 0x0001f003  # what follows was recorded on this processor
_SWITCH = 0x0002800a  # from (domain, vcpu) to (domain, vcpu)
_HYPERCALL = 0x0020100d

NAMES = {12: "memory_op", 13: "multicall", 14: "update_va_mapping",
         15: "set_timer_op", 20: "grant_table_op", 24: "vcpu_op", 26: "mmuext_op",
         29: "sched_op", 32: "event_channel_op", 1: "mmu_update", 3: "stack_switch",
         5: "fpu_taskswitch", 23: "iret"}


def count(data):
    """{domain: Counter of hypercalls by name}; domain None: not known yet."""
    found = collections.defaultdict(collections.Counter)
    running, cpu, at = {}, None, 0
    while at + 4 <= len(data):
        (head,) = struct.unpack_from("<I", data, at)
        event, extra, timed = head & 0xfffffff, head >> 28 & 7, head >> 31
        at += 4 + 8 * timed
        if at + 4 * extra > len(data):
            break
        words = struct.unpack_from(f"<{extra}I", data, at)
        at += 4 * extra
        if event == _CPU:
            cpu = words[0]
        elif event == _SWITCH:
            running[cpu] = words[2]
        elif event == _HYPERCALL:
            op = words[0] & 0xff
            found[running.get(cpu)][NAMES.get(op, str(op))] += 1
    return found
