# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Cases: functions that take a Bed, and raise Failure or RigError if they fail."""
import time
import traceback

from rig import RigError

# All time limits of cases are multiplied by it: a guest's kernel may be a slow one.
patience = 1


class Failure(Exception):
    """What was wanted and what was found."""


def expect(condition, text):
    if not condition:
        raise Failure(text)


def same(what, found, wanted):
    if found != wanted:
        raise Failure(f"{what}: {found!r}, wanted {wanted!r}")


def until(what, probe, wanted, timeout):
    """Call probe() until it returns wanted, at most timeout seconds."""
    timeout *= patience
    end, pause = time.monotonic() + timeout, 0.1
    while True:
        found = probe()
        if found == wanted:
            return
        if time.monotonic() > end:
            raise Failure(f"{what}: {found!r} after {timeout} s, "
                          f"wanted {wanted!r}")
        time.sleep(pause)
        pause = min(1.2 * pause, 0.25)  # to look is work for who is waited for


def _indent(text):
    return "\n".join("      | " + line for line in text.splitlines())


def _run_one(bed, name, function):
    """(True if it passed, what it has to tell)."""
    begin, cpu = time.monotonic(), bed.rig.cpu()
    try:
        bed.begin()
        note = function(bed)
        bed.check_kernel()
        took = time.monotonic() - begin
        cpu = bed.rig.cpu() - cpu
        print(f"PASS  {name:26s} {took:6.1f} s, CPU {cpu:5.1f} s  {note or ''}",
              flush=True)
        return True, note or ""
    except (Failure, RigError, OSError) as error:
        reason = str(error)
    except Exception:  # a mistake in a case fails it, and no other
        reason = traceback.format_exc()
    took = time.monotonic() - begin
    print(f"FAIL  {name:26s} {took:6.1f} s\n{_indent(reason)}\n"
          f"{_indent(bed.last_logs())}", flush=True)
    bed.reset()
    return False, ""


def run(bed, cases):
    """Run cases, a list of (name, function). A case after a failed one finds
    neither guest nor backend and makes its own. Returns the names of those
    that failed, and {name: what it tells} of the others."""
    begin = time.monotonic()
    failed, notes = [], {}
    for name, function in cases:
        passed, note = _run_one(bed, name, function)
        if passed:
            notes[name] = note
        else:
            failed.append(name)
    print(f"{len(notes)} passed, {len(failed)} failed"
          f" in {time.monotonic() - begin:.0f} s"
          + (": " + ", ".join(failed) if failed else ""))
    return failed, notes
