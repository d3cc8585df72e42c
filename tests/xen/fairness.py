#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""The frame rate of an honest guest beside a hostile one: one boot on a virtual
clock, one backend, two guests. The honest one flips as measure.py's client does;
the hostile one attacks, or does as much that is not the backend's affair, which is
what is compared with."""
import argparse
import json
import os
import shutil
import sys

from case import Failure, expect
from rig import Rig, RigError, vdispl

HONEST, HOSTILE = "honest", "hostile"
SIZE = "1024x768"
FLIPS = 300
CPUS = 3
PATIENCE = 300  # seconds of the host, which may be busy
# The honest guest may lose so much of the rate that it has beside a guest that
# does the same, but not to the display backend.
MAY_LOSE = 0.20

SPIN = "spin"
# Writes nodes that no display backend looks at: XenStore lets any guest take that
# much of dom0. It is what attacks by writes to XenStore are compared with.
HAMMER = "hammer"
ATTACKS = {"requests": SPIN, "storm": SPIN, "states": HAMMER}
MORE = {"notifications": SPIN, "race-index": SPIN, "storm-connect": SPIN,
        "states-connected": HAMMER, "requests-bad": SPIN, "storm-alloc": SPIN,
        "deaf": SPIN}

_START = """echo 16384 >/sys/module/xen_gntalloc/parameters/limit
setsid /run/displif-backend --output kms --stats /run/fair.json \
>/run/fair.log 2>&1 </dev/null & echo $!
sleep 2
kill -0 $! || { cat /run/fair.log; exit 1; }"""

# Both run in the background of their guests while dom0 sleeps: whoever looks on
# takes time from the backend, which shares dom0's processor. The honest client
# begins when the shell that started it is long idle, and says on its console that
# it has ended, where that costs little to see. The hostile one is told to end
# then, and must not have ended by itself.
_ROUND = """run() { sh /h/rig/guest.sh run $1 60 "$2"; }
cpu() { echo "=$1 $(cut -d' ' -f1 /proc/PID/schedstat) $(cut -d' ' -f1 \
/proc/$(cat /run/xen/xenstored.pid)/schedstat) $(cut -d' ' -f1 /proc/uptime)"; }
log=/var/log/xen/console/guest-HONEST.log
run HOSTILE 'rm -f /tmp/out; (hostile-guest --hard --seconds 600 ATTACK \
>/tmp/out.new 2>&1; echo "status $?" >>/tmp/out.new; mv /tmp/out.new /tmp/out) \
>/dev/null 2>&1 </dev/null & sleep 0.05'
run HONEST 'rm -f /tmp/out; (sleep 0.4; kmsclient --flips FLIPS --no-draw \
--stats-json >/tmp/out 2>/tmp/err; echo "=ended" >/dev/hvc0) \
>/dev/null 2>&1 </dev/null & sleep 0.05'
from=$(wc -c <$log)
sleep 0.6
cpu before
sleep 0.4
cpu after
n=0
until tail -c +$from $log | grep -q =ended; do
	n=$((n + 1)); [ $n -lt 60 ] || break
	sleep 0.4
done
run HONEST 'cat /tmp/out /tmp/err'
run HOSTILE '[ ! -e /tmp/out ] || echo "=over"; killall hostile-guest'
n=0
until run HOSTILE 'cat /tmp/out' | grep 'status'; do
	n=$((n + 1)); [ $n -lt 30 ] || exit 1; sleep 0.5
done
run HOSTILE 'cat /tmp/out'"""


class Fair:
    def __init__(self, rig, programs):
        self.rig = rig
        self.programs = os.path.abspath(programs)
        self.pid = 0

    def start(self):
        """Scheduler and weights are Xen's own. A processor for each domain: with
        fewer, Xen's scheduler decides the honest guest's rate, and its figures
        do not repeat (61 to 180 flips/s beside a guest that spins)."""
        self.rig.start(timeout=PATIENCE, icount=True, cpus=CPUS, memory=4096,
                       qemu_opts="-rtc clock=vm")
        shutil.copy(os.path.join(self.programs, "displif-backend"),
                    os.path.join(self.rig.share, "displif-backend"))
        self._check("cp /h/displif-backend /run/; mp bochs; n=0\n"
                    "until [ -e /dev/dri/card0 ]; do n=$((n + 1));"
                    " [ $n -lt 100 ] || exit 1; usleep 100000; done")
        self.pid = int(self._check(_START))
        # The first one gets the screen.
        for name, program in ((HONEST, "kmsclient"), (HOSTILE, "hostile-guest")):
            self.rig.guest_create(
                name, [vdispl("Virtual-1:" + SIZE)], timeout=PATIENCE,
                files={"/bin/" + program: os.path.join(self.programs, program)})
        self._guest(HONEST, "mp drm_xen_front && kmsclient --flips 3 >/dev/null")
        self._guest(HOSTILE, "mp xen-gntalloc limit=16384 xen-gntdev xen-evtchn")
        self.rig.interleave()

    def _check(self, script):
        return self.rig.check(script, PATIENCE)

    def _guest(self, name, line):
        status, said = self.rig.guest(name, line, PATIENCE)
        expect(status == 0, f"{line!r} in {name}: status {status}: {said}")

    def weights(self):
        """As Xen's scheduler has them: {domain: weight}, and its name."""
        words = self._check("xl info | grep xen_scheduler; xl sched-credit2"
                            " || xl sched-credit")
        scheduler = words.split()[2]
        weight = {line.split()[0]: int(line.split()[2])
                  for line in words.splitlines()
                  if len(line.split()) > 2 and line.split()[2].isdigit()}
        return scheduler, weight

    def measure(self, attack):
        """{rate, latency, backend, store}: flips each second, their median in
        us, parts of dom0's time that went to the backend and to xenstored."""
        script = _ROUND
        for word, value in (("PID", str(self.pid)), ("HOSTILE", HOSTILE),
                            ("HONEST", HONEST), ("FLIPS", str(FLIPS)),
                            ("ATTACK", attack)):
            script = script.replace(word, value)
        out = self._check(script)
        lines = out.splitlines()
        runs = [json.loads(text) for text in lines if text.startswith("{")]
        expect(runs, f"{attack}: no figures of the honest guest:\n{out}")
        run = runs[0]
        expect(run["ok"] and run["events"] == FLIPS,
               f"{attack}: the honest guest failed: {run}")
        expect("=over" not in lines, f"{attack}: it ended before the honest"
                                     f" guest had measured:\n{out}")
        expect("status 0" in lines, f"{attack} failed:\n{out}")
        said = {text.split()[0]: [float(w) for w in text.split()[1:]]
                for text in lines if text.startswith("=")}
        before, after = said["=before"], said["=after"]
        seconds = after[2] - before[2]
        print(f"  {attack}: {run['flips_per_s']:.0f} flips/s; "
              + " ".join(text for text in lines if text.startswith("ok ")),
              flush=True)
        return {"rate": run["flips_per_s"],
                "latency": run["flip_event_us"]["median"],
                "backend": (after[0] - before[0]) / 1e9 / seconds,
                "store": (after[1] - before[1]) / 1e9 / seconds}


def middle(rows):
    """The round with the median rate."""
    return sorted(rows, key=lambda row: row["rate"])[len(rows) // 2]


def judge(found, against, scheduler, weight):
    """(table, names of attacks that cost the honest guest too much)"""
    weights = ", ".join(f"{name} {value}" for name, value in weight.items())
    lines = ["An honest guest's page flips beside a hostile guest, one backend"
             f" (output kms, {SIZE}), virtual time;",
             f"  scheduler {scheduler}, weights: {weights}; {CPUS} processors, one"
             " for each domain",
             f"  {'hostile guest':16s} {'flips/s':>8s} {'ratio':>6s} {'to':>6s}"
             f" {'median ms':>10s} {'backend':>8s} {'xenstored':>10s}"]
    bad = []
    for attack, row in found.items():
        base = against.get(attack, SPIN)
        ratio = row["rate"] / found[base]["rate"]
        verdict = ""
        if attack in against and ratio < 1 - MAY_LOSE:
            bad.append(attack)
            verdict = "  TOO LITTLE"
        lines.append(f"  {attack:16s} {row['rate']:8.0f} {ratio:6.2f} {base:>6s}"
                     f" {row['latency'] / 1000:10.3f} {row['backend']:8.2f}"
                     f" {row['store']:10.2f}{verdict}")
    lines.append(f"  ratio of an attack: at least {1 - MAY_LOSE:.2f}; backend,"
                 " xenstored: parts of one CPU in a window of 0.4 s; hammer: writes"
                 " to")
    lines.append("  XenStore that no display backend looks at, which is XenStore's"
                 " own to limit")
    return "\n".join(lines), bad


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--top", required=True, help="folder of this run")
    p.add_argument("--images", required=True, help="output of mkimages.sh")
    p.add_argument("--programs", required=True, help="folder bin of programs.sh")
    p.add_argument("--long", action="store_true", help="more attacks")
    every = {**ATTACKS, **MORE}
    p.add_argument("attack", nargs="*", help=f"only these of {' '.join(every)}")
    args = p.parse_args()
    for name in args.attack:
        if name not in every:
            p.error(f"attack {name!r}: one of {' '.join(every)}")
    against = {name: every[name] for name in
               args.attack or (every if args.long else ATTACKS)}
    rig = Rig("amd64", args.top, args.images)
    rig.stop()  # one that an earlier run left behind
    try:
        with rig:
            fair = Fair(rig, args.programs)
            fair.start()
            scheduler, weight = fair.weights()
            rounds = {name: [] for name in (SPIN, HAMMER, *against)}
            for name in rounds:
                rounds[name].append(fair.measure(name))
            found = {name: middle(rows) for name, rows in rounds.items()}
            # If something seems to cost too much, it is measured twice more, as
            # is what it is compared with; medians count.
            bad = judge(found, against, scheduler, weight)[1]
            again = [*bad, *{against[name] for name in bad}]
            for name in 2 * again:
                rounds[name].append(fair.measure(name))
            found = {name: middle(rows) for name, rows in rounds.items()}
    except (Failure, RigError) as error:
        print(f"FAIL: {error}")
        return 1
    text, bad = judge(found, against, scheduler, weight)
    print(text)
    folder = os.environ.get("DISPLIF_FIGURES")
    if folder:
        name = "xen-fairness-long.txt" if args.long else "xen-fairness.txt"
        with open(os.path.join(folder, name), "w") as f:
            f.write(text + "\n")
    if bad:
        print(f"FAIL: beside {', '.join(bad)} the honest guest loses more than"
              f" {100 * MAY_LOSE:.0f} % of its rate")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
