#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Plants one bug after the other in our driver for Linux: does the case that should see it do so?

A bug is mutants/NAME.sed. Its second line is "# FILE CASE: what is wrong", its third
"# " and a regular expression that a line of CASE's failure must match, so that no other trouble
passes for it. Each case must pass without a bug before its bugs are planted, in the same boot; and once
more afterwards, if the failure of one was that something did not come in time."""
import argparse
import os
import random
import re
import subprocess
import sys
import time
import traceback

from bed import Bed
from case import Failure
from rig import HERE, Rig, RigError
from run_cases import DISPLAY, SUITES
from screen import Screen

FOLDER = os.path.join(HERE, "mutants")
CASES = dict(SUITES["drm"])
LEAST = 10
# The words of case.until(), and of a guest that does not answer.
_LATE = re.compile(r"(after|in) \d+ s|within \d+ ms|status 124")


class Mutant:
    """One of the files."""

    def __init__(self, name):
        self.name = name
        with open(os.path.join(FOLDER, name + ".sed")) as f:
            lines = f.read().splitlines()
        head = re.fullmatch(r"# (\S+) (\S+): (.+)", lines[1])
        if not head or head.group(2) not in CASES or not lines[2].startswith("# "):
            raise ValueError(f"{name}.sed: its head must name a file, a case, a message")
        self.file, self.case, self.what = head.groups()
        self.message = re.compile(lines[2][2:])

    def line(self, reason):
        """That of the failure that tells of this bug, or None."""
        return next((text.strip() for text in reason.splitlines() if self.message.search(text)), None)


def _parse():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--top", required=True, help="folder of this run")
    p.add_argument("--root", help="filled by fetch-root.sh --headers")
    p.add_argument("--modules", help="instead of --root: what mutants.sh has made before")
    p.add_argument("--images", required=True, help="output of mkimages.sh")
    p.add_argument("--programs", required=True, help="folder bin of programs.sh")
    p.add_argument("--picture", required=True, help="the program that compares pictures")
    p.add_argument("--seed", type=int, help="repeat a run's random choices")
    p.add_argument("name", nargs="*", help="only these, and however few")
    args = p.parse_args()
    if (args.root is None) == (args.modules is None):
        p.error("either --root or --modules")
    return args


def _mutants(names):
    """In the order of their cases, which changes guests as rarely as it can."""
    found = [Mutant(name) for name in names or
             [f[:-4] for f in os.listdir(FOLDER) if f.endswith(".sed")]]
    order = list(CASES)
    return sorted(found, key=lambda m: (order.index(m.case), m.name))


def _run(bed, name, module):
    """Why the case fails, or None."""
    try:
        bed.begin()
        if bed.guest and bed.module != module:
            bed.destroy_guest()
        bed.module = module
        CASES[name](bed)
        bed.check_kernel()
        return None
    except (Failure, RigError, OSError) as error:
        reason = str(error)
    except Exception:  # odd figures may surprise a case
        reason = traceback.format_exc()
    with open(os.path.join(bed.rig.top, "failures.log"), "a") as f:
        f.write(f"=== {name}, {os.path.basename(module)}\n{reason}\n{bed.last_logs()}\n")
    bed.reset()
    return reason


def _control(bed, modules, case, when):
    """Whether it passes without a bug. Twice, since a loaded machine may miss a limit of time."""
    for _ in range(2):
        begin = time.monotonic()
        reason = _run(bed, case, os.path.join(modules, "good.ko"))
        print(f"{'FAIL' if reason else 'pass':6s} {case} without a bug, {when},"
              f" {time.monotonic() - begin:.0f} s\n{reason or ''}".rstrip(), flush=True)
        if not reason:
            return True
    return False


def _plant(bed, modules, mutant):
    """A word, what the case says, and whether that something was late."""
    begin = time.monotonic()
    reason = _run(bed, mutant.case, os.path.join(modules, mutant.name + ".ko"))
    line = mutant.line(reason) if reason else None
    if line:
        word, said = "found", line
    elif reason:
        word, said = "OTHER", reason.splitlines()[0]
    else:
        word, said = "MISSED", "passes"
    print(f"{word:6s} {mutant.name}: {mutant.what}, {time.monotonic() - begin:.0f} s\n       {said}", flush=True)
    return word, said, bool(_LATE.search(reason or ""))


def _try(bed, modules, mutants):
    """All of one case; their rows of the table, and how many have not been found."""
    case = mutants[0].case
    told = [("UNTOLD", "it fails without a bug", False)] * len(mutants)
    if _control(bed, modules, case, "before"):
        told = [_plant(bed, modules, m) for m in mutants]
    if any(late for _, _, late in told) and not _control(bed, modules, case, "afterwards"):
        told = [("UNTOLD", "it fails without a bug, too", False)] * len(mutants)
    rows = [f"{word:6s} {m.name:18s} {m.file:17s} {case:20s} {said[:100]}" for m, (word, said, _) in zip(mutants, told)]
    return rows, sum(word != "found" for word, _, _ in told)


def _figures(rows):
    where = os.environ.get("DISPLIF_FIGURES")
    if where:
        with open(os.path.join(where, "xen-drm-mutants.txt"), "w") as f:
            f.write("Bugs planted in displif_drm, and what the cases say\n  " + "\n  ".join(rows) + "\n")


def main():
    args = _parse()
    mutants = _mutants(args.name)
    rig = Rig("amd64", args.top, args.images)
    rig.stop()  # one that an earlier run left behind
    modules = args.modules or os.path.join(rig.top, "modules")
    if args.root:
        subprocess.run([os.path.join(HERE, "mutants.sh"), modules, args.root]
                       + [m.name for m in mutants], check=True)
    os.makedirs(rig.top, exist_ok=True)
    open(os.path.join(rig.top, "failures.log"), "w").close()
    seed = args.seed
    if seed is None:
        seed = random.SystemRandom().randrange(1 << 32)
    print(f"mutants.py: {len(mutants)} bugs, --seed {seed}", flush=True)
    rng = random.Random(seed)
    bed = Bed(rig, args.programs, DISPLAY["amd64"], rng)
    bed.screen = Screen(bed, os.path.abspath(args.picture), rig.top, rng)
    rows, missed = [], 0
    with rig:
        for case in dict.fromkeys(m.case for m in mutants):
            more = _try(bed, modules, [m for m in mutants if m.case == case])
            rows += more[0]
            missed += more[1]
    print("\n".join(["", "What, the bug, where, the case that must see it, and what it says:"] + rows))
    _figures(rows)
    print(f"{len(rows) - missed} of {len(rows)} found")
    return 1 if missed or len(rows) < (1 if args.name else LEAST) else 0


if __name__ == "__main__":
    sys.exit(main())
