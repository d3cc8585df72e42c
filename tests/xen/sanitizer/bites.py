# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Mistakes on purpose, each of which the kernel must report, and name who made it."""
from case import expect, same
from reports import names, reports

MODULE = "displif_bites"
LEAKED = 10
MISSED = 3  # at most: a register or a stack may still name one


def bites(bed):
    bed.need_kms()
    bed.need_guest()
    said = bed.log()
    same("what a new kernel reports", reports(said), [])
    bed.check(f"insmod /mods/{MODULE}.ko")
    for name, wanted in bed.kernel.bites.items():
        before = len(said)
        bed.check(f"echo {name} >/sys/module/{MODULE}/parameters/bite; sleep 1")
        said = bed.log()
        found = reports(said[before:])
        expect(any(wanted in "\n".join(report) and names(report, MODULE) for report in found),
               f"{name}: no {wanted!r} of {MODULE}, but\n{found}")
    bed.check(f"echo leak >/sys/module/{MODULE}/parameters/bite")
    found = [leak for leak in bed.kernel.loaded(bed, MODULE) if "bite_leak" in "\n".join(leak)]
    number = sum(bed.kernel.objects(leak) for leak in found)
    expect(LEAKED - MISSED <= number <= LEAKED, f"{number} leaks were found:\n{found}")
    bed.forget()
    return f"{len(bed.kernel.bites)} kinds, {number} of {LEAKED} leaks"
