# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Runs what is to be measured, and nothing else at the same time.

The virtual clock counts instructions of all processors, so whoever looks on
changes what he sees: clients run in the background of the guest, and dom0
sleeps meanwhile. A sleep is cheap, since that clock leaps while all is idle."""
import json
import os
import re
import shutil

import measure_trace
from case import expect, same
from rig import vdispl

GUEST = "domu"
SHORT = 10  # clients of the short kind
FEW, MANY = 100, 1100  # flips; the difference of two runs is that of flips alone
TRACED = 50
PATIENCE = 300  # seconds of the host, which may be busy

_START = """rm -f /run/measure.json
setsid /run/displif-backend --output OUTPUT --stats /run/measure.json \
>/run/measure.log 2>&1 </dev/null & echo $!
sleep 2
kill -0 $! || { cat /run/measure.log; exit 1; }"""

_STATS = """rm -f /run/measure.json; kill -USR2 PID; n=0
until grep -q '}$' /run/measure.json 2>/dev/null; do
	n=$((n + 1)); [ $n -lt 200 ] || exit 1; usleep 20000
done; cat /run/measure.json"""

# The client begins when the shell that started it is long idle.
_CLIENT = """run() { sh /h/rig/guest.sh run GUEST 60 "$1"; }
run '(sleep 1; LINE) >/tmp/out 2>/tmp/err </dev/null & sleep 0.05'
BEFORE
sleep TIME
AFTER
run 'cat /tmp/out || cat /tmp/err'"""

_HELD = """echo "=status $(grep -E 'VmRSS|Threads' /proc/PID/status | tr '\\n' ' ')"
echo "=fds $(ls /proc/PID/fd | wc -l)" """


class Run:
    def __init__(self, rig, programs, repeat):
        self.rig = rig
        self.programs = os.path.abspath(programs)
        self.repeat = repeat
        self.pid = 0

    def start(self, display_opts=""):
        # The settings of the table: others do not compare.
        self.rig.start(timeout=PATIENCE, icount=True, cpus=2, memory=4096,
                       display_opts=display_opts)
        shutil.copy(os.path.join(self.programs, "displif-backend"),
                    os.path.join(self.rig.share, "displif-backend"))
        # A program on the share would be read over 9p, page by page.
        self._check("cp /h/displif-backend /run/; mp bochs; n=0\n"
                    "until [ -e /dev/dri/card0 ]; do n=$((n + 1));"
                    " [ $n -lt 100 ] || exit 1; usleep 100000; done")

    def _check(self, script):
        return self.rig.check(script.replace("PID", str(self.pid)), PATIENCE)

    def measure(self, size):
        """{figure: value or list of values} for one size of the display."""
        self.start_backend()
        self.rig.guest_create(
            GUEST, [vdispl("Virtual-1:" + size)], timeout=PATIENCE,
            files={"/bin/kmsclient": os.path.join(self.programs, "kmsclient")})
        status, said = self.rig.guest(GUEST, "mp drm_xen_front && kmsclient"
                                      " --flips 3 >/dev/null", PATIENCE)
        expect(status == 0, f"the first pictures: status {status}: {said}")
        found = self._short_runs()
        # Twice the time that the existing pair would take at the larger size.
        found.update(self._long_runs(2 * MANY // 257))
        found.update(self._traced(size))
        self.rig.guest_destroy(GUEST, PATIENCE)
        self.end_backend()
        return found

    def start_backend(self, output="kms"):
        self.pid = int(self._check(_START.replace("OUTPUT", output)))

    def end_backend(self):
        # A zombie has no command line; nobody may have waited for it yet.
        said = self._check("kill PID; sleep 2; cat /run/measure.log;"
                           " ! grep -q . /proc/PID/cmdline 2>/dev/null")
        expect(not said, f"the backend complained:\n{said}")

    # --- one client

    def _client(self, line, seconds, before="", after=""):
        """Run a line in the guest's background. Returns the JSON objects it
        printed, and dom0's lines of before and after as {name: words}."""
        script = (_CLIENT.replace("BEFORE", before).replace("AFTER", after)
                  .replace("TIME", str(seconds)).replace("LINE", line)
                  .replace("GUEST", GUEST))
        out = self._check(script)
        runs = [json.loads(text) for text in out.splitlines()
                if text.startswith("{")]
        expect(runs, f"{line!r} in the guest printed no figures in {seconds} s"
                     f" of the guest's time:\n{out}")
        for run in runs:
            expect(run["ok"] and run["events"] == run["flips"]
                   and not run["events_surplus"], f"a client failed: {run}")
        said = {}
        for text in out.splitlines():
            if text.startswith("="):
                name, _, rest = text[1:].partition(" ")
                said[name] = said.get(name, []) + rest.split()
        return runs, said

    def _stats(self):
        text = self._check(_STATS)
        guests = json.loads(text)["guests"]
        expect(len(guests) == 1, f"the backend has not one guest: {text}")
        return guests[0]["spent"]

    # --- what is measured

    def _many(self, options):
        """Short clients, one after the other: figures of each, and how long
        the backend worked meanwhile, as {kind: (times, microseconds each)}."""
        before = self._stats()
        runs, _ = self._client(
            f"n=0; while [ $n -lt {SHORT} ]; do n=$((n + 1)); kmsclient"
            f" {options} --flips 2 --no-draw --stats-json; done", 3 + SHORT)
        expect(len(runs) == SHORT, f"{len(runs)} of {SHORT} clients ended")
        work = {}
        for kind, after in self._stats().items():
            times = after["n"] - before[kind]["n"]
            ns = after["ns"] - before[kind]["ns"]
            work[kind] = (times, ns / times / 1e3 if times else 0)
        return runs, work

    def _short_runs(self):
        """Binding, creating, destroying."""
        runs, work = self._many("--rebind vdispl-0")
        times, each = work["state"]
        found = {"bind": [r["bind_us"]["median"] for r in runs],
                 "bind share": times * each / SHORT}
        # The guest has work left right after a bind: buffers are timed without.
        runs, work = self._many("")
        for name, kind in (("create", "dbuf_create"), ("addfb2", "fb_attach"),
                           ("destroy", "dbuf_destroy")):
            # Of two values the median is the smaller.
            found[name] = [r[f"{name}_us"][k] for r in runs
                           for k in ("median", "max")]
            times, found[name + " share"] = work[kind]
            same(f"requests {kind}", times, 2 * SHORT)
        return found

    def _flips(self, flips, seconds, hold=0):
        cpu = "echo \"=%s $(cut -d' ' -f1 /proc/PID/schedstat)\""
        return self._client(
            f"kmsclient --flips {flips} --hold {hold} --no-draw --stats-json",
            seconds, cpu % "before",
            cpu % "after" + (f"\n{_HELD}\nsleep {hold}" if hold else ""))

    def _long_runs(self, seconds):
        """Flips, what they cost, and what the backend holds meanwhile."""
        _, said = self._flips(FEW, seconds)
        few = int(said["after"][0]) - int(said["before"][0])
        before = self._stats()["pg_flip"]
        found = {"rate": [], "latency": [], "cpu": []}
        for i in range(self.repeat):
            runs, said = self._flips(MANY, seconds,
                                     2 * seconds if i == self.repeat - 1 else 0)
            found["rate"].append(runs[0]["flips_per_s"])
            found["latency"].append(runs[0]["flip_event_us"]["median"])
            used = int(said["after"][0]) - int(said["before"][0]) - few
            found["cpu"].append(used / (MANY - FEW) / 1e3)
        after = self._stats()["pg_flip"]
        found["latency share"] = ((after["ns"] - before["ns"])
                                  / (after["n"] - before["n"]) / 1e3)
        status = dict(zip(said["status"], said["status"][1:]))
        found["rss"] = int(status["VmRSS:"])
        found["threads"] = int(status["Threads:"])
        found["fds"] = int(said["fds"][0])
        return found

    def _traced(self, size):
        """System calls, by a run whose times mean nothing."""
        log = f"strace.{size}"
        self._client(
            f"kmsclient --flips {TRACED} --no-draw --stats-json", 15,
            f"strace -f -y -o /run/{log} -p PID 2>/run/strace.err &"
            " tracer=$!; sleep 0.5",
            f"kill $tracer; wait $tracer; cp /run/{log} /h/{log}")
        with open(os.path.join(self.rig.share, log)) as f:
            turns = measure_trace.turns(f)
        return {"calls per flip": measure_trace.per(turns, "flip", TRACED),
                "calls per create": measure_trace.per(turns, "create", 2),
                "calls per destroy": measure_trace.per(turns, "destroy", 2)}
