# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""displif-backend running in dom0: start, signals, end, and what it holds."""
import json
import os
import time

from case import Failure, until

# The shell stays to tell the exit status.
_START = """rm -f /h/{name}.*
setsid sh -c '/h/bin/displif-backend {loud} --stats /h/{name}.json {options} \
>/h/{name}.log 2>&1 & echo $! >/h/{name}.pid; wait $!; \
echo $? >/h/{name}.rc' >/dev/null 2>&1 </dev/null &
n=0
until {ready}; do
	[ ! -e /h/{name}.rc ] && [ $n -lt 200 ] || {{ cat /h/{name}.log; exit 1; }}
	n=$((n + 1)); usleep 50000
done
cat /h/{name}.pid"""

# It says so, or it has taken the signals out of normal delivery, and sleeps.
_READY = 'grep -q "waiting for guests" /h/{name}.log 2>/dev/null'
_READY_QUIET = """[ -s /h/{name}.pid ] && awk '/^SigBlk/ && $2 !~ /^0*$/ { found = 1 }
	END { exit !found }' /proc/$(cat /h/{name}.pid)/status 2>/dev/null"""

_MEMORY = "awk '/^Vm(HWM|RSS)/ { print $2 }' /proc/PID/status"

# All that a process can keep: descriptors, event channels that the kernel has
# bound for it, and mappings of devices with their size in pages.
_HELD = """for f in /proc/{pid}/fd/*; do readlink $f; done |
	sed 's/:.*//; s/backend[0-9]*/backend/' | sort | uniq -c
echo $(grep -c evtchn:displif-backe /proc/interrupts) event channels
awk '$6 ~ "^(/dev|xen)/" {{ n[$6]++; split($1, a, "-")
	b[$6] += ("0x" a[2]) - ("0x" a[1]) }}
END {{ for (f in n) print n[f], "maps of", f, b[f] / 4096 }}' \
	/proc/{pid}/maps | sort"""

# Opened at the first use, and kept.
_KEPT = ("1 /dev/xen/gntdev", "1 /dev/xen/gntalloc", "1 /dev/xen/privcmd",
         "1 /dev/xen/hypercall", "1 maps of /dev/xen/hypercall 1")


class Backend:
    """One run of it. log() and files of the same name lie on the share. quiet:
    without --verbose, as it is used."""

    def __init__(self, rig, number, options, quiet=False):
        self._rig = rig
        self._name = f"backend{number}"
        self.options = options
        self.quiet = quiet
        self.status = None
        ready = (_READY_QUIET if quiet else _READY).replace("{name}", self._name)
        out = rig.check(_START.format(name=self._name, options=options,
                                      loud="" if quiet else "--verbose",
                                      ready=ready))
        self.pid = int(out)

    def _file(self, ending):
        return os.path.join(self._rig.share, self._name + ending)

    def log(self):
        """All that it has said."""
        try:
            with open(self._file(".log"), errors="replace") as f:
                return f.read()
        except FileNotFoundError:
            return ""

    def await_log(self, text, count=1, timeout=20):
        """Wait until it has said something so many times."""
        end = time.monotonic() + timeout
        while self.log().count(text) < count:
            if time.monotonic() > end:
                raise Failure(f"the backend did not say {text!r} "
                              f"in {timeout} s (wanted {count} times)")
            time.sleep(0.05)

    def ended(self):
        """Exit status, or None while it runs."""
        try:
            with open(self._file(".rc")) as f:
                text = f.read().strip()
        except FileNotFoundError:
            return None
        return int(text) if text else None

    def check_alive(self):
        """Raise Failure if it has ended by itself."""
        status = self.ended()
        if status is not None:
            raise Failure(f"the backend has ended with status {status}")

    def signal(self, name):
        self._rig.check(f"kill -{name} {self.pid}")

    def end(self, name, wanted, timeout=15):
        """Send a signal and wait for the end with the wanted status."""
        self.signal(name)
        until(f"exit status of the backend after {name}", self.ended, wanted,
              timeout)
        self.status = wanted

    def held(self):
        """What it holds now, as lines of text that can be compared."""
        self.check_alive()
        lines = self._rig.check(_HELD.format(pid=self.pid)).splitlines()
        return [line.strip() for line in lines if line.strip() not in _KEPT]

    def memory(self):
        """Resident memory in KiB: (the most so far, now)."""
        return tuple(int(n) for n in self._rig.check(
            _MEMORY.replace("PID", str(self.pid))).split())

    def stats(self):
        """Its own figures."""
        path = self._file(".json")
        if os.path.exists(path):
            os.unlink(path)
        self.signal("USR2")
        end = time.monotonic() + 10
        while time.monotonic() < end:
            try:
                with open(path) as f:
                    return json.load(f)
            except (FileNotFoundError, ValueError):
                time.sleep(0.05)
        raise Failure("the backend wrote no figures in 10 s after USR2")

    def flips(self):
        """How many it has shown for the guests that are there."""
        return sum(g["flips"] for g in self.stats()["guests"])

    def kill(self):
        """End it at once, whatever its state."""
        self._rig.cmd(f"kill -9 {self.pid} 2>/dev/null")
