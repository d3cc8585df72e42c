#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Executes litmus tests and compares each verdict with what the file expects.

usage: litmus.py [-v] FILE.litmus...

Reads the part of herd7's C syntax that litmus/ uses: READ_ONCE, WRITE_ONCE of a
constant, smp_mb, smp_rmb, smp_wmb, if (register == constant). Enumerates all
candidate executions (who reads from whom, order of the stores to each location)
and keeps those that a model allows:

  SC     sequential consistency
  TSO    x86: only a store and a later load of another location may change places
  ARM    ARMv8, multi-copy atomic; barriers as Linux has them: dmb ish, ishld, ishst
  NODEP  the same without control dependencies, which C does not know

A file says "(* SC: Never, TSO: Never, ARM: Sometimes, NODEP: Sometimes *)": whether
what stands behind "exists" is ever seen.
"""

import itertools
import re
import sys

MODELS = ("SC", "TSO", "ARM", "NODEP")
BARRIERS = {"smp_mb": "mb", "smp_rmb": "rmb", "smp_wmb": "wmb"}
STATEMENT = re.compile(
    r"int \w+;|(?P<reg>\w+) = READ_ONCE\(\*(?P<from>\w+)\);|WRITE_ONCE\(\*(?P<to>\w+), (?P<value>\d+)\);"
    r"|(?P<barrier>smp_\w+)\(\);|if \((?P<tested>\w+) == (?P<equals>\d+)\) \{|(?P<end>\})")


class Event:
    """An access: kind R, W or a barrier's; branches: the reads whose value decided that it happens."""

    def __init__(self, thread, kind, loc=None, value=None, reg=None, branches=()):
        self.thread, self.kind, self.loc, self.value, self.reg = thread, kind, loc, value, reg
        self.branches = branches


def parse(text, name):
    """Threads as lists of statements, the condition, what is expected."""
    found = re.search(r"\(\* ((?:\w+: (?:Never|Sometimes),? ?)+)\*\)", text)
    if not found:
        raise ValueError(f"{name}: says not what is expected")
    expected = dict(part.split(": ") for part in found.group(1).strip().split(", "))
    text = re.sub(r"\(\*.*?\*\)", " ", text, flags=re.S)
    body, condition = text.split("exists")
    threads = []
    for block in re.split(r"\bP\d+\(.*?\)\s*\{", body, flags=re.S)[1:]:
        statements, at = [], 0
        block = " ".join(block.split())
        while at < len(block):
            found = STATEMENT.match(block, at)
            if not found:
                raise ValueError(f"{name}: cannot read: {block[at:]}")
            statements.append(found)
            at = found.end() + (block[found.end():found.end() + 1] == " ")
        threads.append(statements)
    return threads, " ".join(condition.split()), expected


def paths(thread, statements, values):
    """Every list of events that the thread may have, whatever its reads give."""
    done = []

    def go(at, regs, events, open_ifs, skipping):
        if at == len(statements):
            done.append(events)
            return
        st = statements[at]
        if st["end"]:
            if skipping:
                go(at + 1, regs, events, open_ifs, skipping - 1)
            else:
                go(at + 1, regs, events, open_ifs[:-1], 0)
        elif st["tested"]:
            if skipping or regs[st["tested"]].value != int(st["equals"]):
                go(at + 1, regs, events, open_ifs, skipping + 1)
            else:
                go(at + 1, regs, events, open_ifs + (regs[st["tested"]],), 0)
        elif skipping or not (st["reg"] or st["to"] or st["barrier"]):
            go(at + 1, regs, events, open_ifs, skipping)
        elif st["reg"]:
            for value in values[st["from"]]:
                e = Event(thread, "R", st["from"], value, st["reg"], open_ifs)
                go(at + 1, {**regs, st["reg"]: e}, events + [e], open_ifs, 0)
        elif st["to"]:
            e = Event(thread, "W", st["to"], int(st["value"]), None, open_ifs)
            go(at + 1, regs, events + [e], open_ifs, 0)
        else:
            e = Event(thread, BARRIERS[st["barrier"]], branches=open_ifs)
            go(at + 1, regs, events + [e], open_ifs, 0)

    # The bracket that ends the thread closes nothing: it is dropped.
    statements = statements[:-1]
    go(0, {}, [], (), 0)
    return done


def acyclic(edges):
    after = {}
    for a, b in edges:
        after.setdefault(a, set()).add(b)
    state = {}

    def visit(a):
        state[a] = 1
        for b in after.get(a, ()):
            if state.get(b) == 1 or (b not in state and not visit(b)):
                return False
        state[a] = 2
        return True

    return all(a in state or visit(a) for a in list(after))


def ordered_locally(model, a, b, between):
    """Does the model keep the accesses a and b of one thread in order? between: the barriers there."""
    if model == "SC" or "mb" in between:
        return True
    if model == "TSO":
        return not (a.kind == "W" and b.kind == "R")
    if "rmb" in between and a.kind == "R":
        return True
    if "wmb" in between and a.kind == "W" and b.kind == "W":
        return True
    return model == "ARM" and b.kind == "W" and a in b.branches


def allowed(model, threads, rf, co):
    """co: the stores of each location in their order, the initial one first."""
    place = {w: i for order in co.values() for i, w in enumerate(order)}
    com, external = [], []
    for read, write in rf.items():
        com.append((write, read))
        com += [(read, w) for w in co[read.loc][place[write] + 1:]]
    for order in co.values():
        com += itertools.combinations(order, 2)
    external = [(a, b) for a, b in com if a.thread != b.thread]
    per_location, local = [], []
    for events in threads:
        for i, a in enumerate(events):
            for k in range(i + 1, len(events)):
                b = events[k]
                if not (a.loc and b.loc):
                    continue
                if a.loc == b.loc:
                    per_location.append((a, b))
                between = {e.kind for e in events[i + 1:k] if not e.loc}
                if ordered_locally(model, a, b, between):
                    local.append((a, b))
    if not acyclic(per_location + com):
        return False
    return acyclic(local + (com if model == "SC" else external))


def holds(condition, threads, co):
    """Whether an execution is what stands behind "exists"."""
    seen = {f"{e.thread}:{e.reg}": e.value for events in threads for e in events if e.reg}
    seen.update({loc: order[-1].value for loc, order in co.items()})

    def fact(found):
        return str(seen.get(found.group(1)) == int(found.group(2)))

    text = re.sub(r"([\w:]+)=(\d+)", fact, condition)
    text = text.replace("/\\", " and ").replace("\\/", " or ").replace("~", " not ")
    if re.sub(r"True|False|and|or|not|[() ]", "", text):
        raise ValueError(f"cannot read the condition: {condition}")
    return eval(text)  # pylint: disable=eval-used; nothing but the words above


def executions(programs):
    """All candidates: events of each thread, reads-from, order of stores."""
    locations = {st["from"] or st["to"] for p in programs for st in p if st["from"] or st["to"]}
    values = {loc: {0} | {int(st["value"]) for p in programs for st in p if st["to"] == loc}
              for loc in locations}
    init = {loc: Event(None, "W", loc, 0) for loc in locations}
    for threads in itertools.product(*(paths(i, p, values) for i, p in enumerate(programs))):
        events = [e for t in threads for e in t]
        writes = {loc: [e for e in events if e.kind == "W" and e.loc == loc] for loc in locations}
        reads = [e for e in events if e.kind == "R"]
        sources = [[w for w in [init[r.loc]] + writes[r.loc] if w.value == r.value] for r in reads]
        for chosen in itertools.product(*sources):
            orders = [[[init[loc], *p] for p in itertools.permutations(writes[loc])]
                      for loc in locations]
            for order in itertools.product(*orders):
                yield threads, dict(zip(reads, chosen)), dict(zip(locations, order))


def main(argv):
    verbose = "-v" in argv
    bad = count = 0
    for name in (a for a in argv if a != "-v"):
        with open(name, encoding="utf-8") as file:
            programs, condition, expected = parse(file.read(), name)
        if sorted(expected) != sorted(MODELS):
            raise ValueError(f"{name}: expectations for {', '.join(expected)}")
        candidates = list(executions(programs))
        for model in MODELS:
            seen = any(holds(condition, t, co) and allowed(model, t, rf, co) for t, rf, co in candidates)
            verdict = "Sometimes" if seen else "Never"
            count += 1
            if verdict != expected[model]:
                bad += 1
                print(f"{name}: {model}: {verdict}, expected {expected[model]}")
            elif verbose:
                print(f"{name}: {model}: {verdict}")
    print(f"{len(argv) - verbose} litmus tests, {count} verdicts, {bad} of them unexpected")
    return 1 if bad or not count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
