#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""smoke.py ARCH TOP IMAGES: test the rig itself, with no display backend."""
import os
import signal
import sys
import time

from rig import Rig, RigError, RigTimeout, vdispl


def short(value):
    text = repr(value)
    return text if len(text) < 600 else text[:300] + " ... " + text[-300:]


def same(what, got, wanted):
    if got != wanted:
        raise SystemExit(f"FAIL {what}: {short(got)}, wanted {short(wanted)}")
    print(f"ok   {what}", flush=True)


def has(what, text, part):
    if part not in text:
        raise SystemExit(f"FAIL {what}: no {part!r} in {short(text)}")
    print(f"ok   {what}", flush=True)


def raises(what, kind, part, call):
    try:
        call()
    except kind as error:
        has(what, str(error), part)
        return
    raise SystemExit(f"FAIL {what}: {kind.__name__} was not raised")


def dom0(rig):
    same("status and both outputs of a command",
         rig.cmd("echo out; echo err >&2; exit 7"), (7, "out\nerr\n"))
    raises("a late command is a time-out with its output", RigTimeout,
           "said this", lambda: rig.cmd("echo said this; echo $$ >/h/victim;"
                                        " sleep 4321", 3))
    same("and is no longer there",
         rig.cmd("kill -0 $(cat /h/victim) 2>/dev/null || echo gone"),
         (0, "gone\n"))
    has("Xen runs below", rig.check("cat /proc/xen/capabilities"), "control_d")
    with open(os.path.join(rig.share, "there"), "w") as f:
        f.write("over the share")
    same("the share, inwards", rig.check("cat /h/there"), "over the share")
    rig.check("echo back >/h/there")
    with open(os.path.join(rig.share, "there")) as f:
        same("the share, outwards", f.read(), "back\n")
    other = Rig(rig.arch, rig.top, rig.images)
    same("a second object finds the rig", other.check("echo me too"),
         "me too\n")


def screen(rig):
    rig.check("mp bochs; n=0; until [ -e /dev/dri/card0 ]; do usleep 100000;"
              " n=$((n + 1)); [ $n -lt 50 ] || exit 1; done")
    conn = rig.check("modetest -M bochs-drm -c | awk '$3 == \"connected\""
                     " { print $1; exit }'").strip()
    pid = rig.daemon("modetest", "sh -c 'sleep 60 | modetest -M bochs-drm "
                     f"-s {conn}:1024x768'")
    ppm = os.path.join(rig.run, "smoke.ppm")
    begin = time.monotonic()
    corner = b""
    # The first and the last pixel of the SMPTE bars.
    while corner != (b"\xc0\xc0\xc0", b"\x13\x13\x13"):
        if time.monotonic() > begin + 20:
            raise SystemExit(f"FAIL screendump: corners are {corner}")
        with open(rig.screendump(ppm), "rb") as f:
            head, pixels = f.read().split(b"255\n", 1)
        corner = pixels[:3], pixels[-3:]
        time.sleep(0.2)
    same("screendump of a mode that was set", head, b"P6\n1024 768\n")
    rig.cmd(f"kill -9 -{pid}")


def guest(rig):
    rig.check("setsid sh /h/rig/fake-backend.sh 120 >/h/fake.log 2>&1 &")
    facts = rig.guest_create(
        "domu", [vdispl("one:1024x768;two:800x600", be_alloc=True)],
        {"/bin/extra": __file__, "/data/deep/x": __file__})
    print(f"     {facts}")
    status, tree = rig.guest("domu", "xenstore-ls -f device/vdispl/0")
    same("a guest answers", status, 0)
    for node in ('be-alloc = "1"', '/0/unique-id = "one"',
                 '/1/resolution = "800x600"', 'state = "1"'):
        has(f"xl wrote {node}", tree, node)
    same("status and output of a line in a guest",
         rig.guest("domu", "printf 'a\\nb'; exit 3"), (3, "a\nb\n"))
    status, text = rig.guest("domu", "cat /usr/bin/extra /data/deep/x")
    with open(__file__) as f:
        same("added files are in the guest", text, f.read() * 2)
    same("a late line",
         rig.guest("domu", "echo $$ >/run/victim; sleep 4321", 3)[0], 124)
    same("was killed", rig.guest(
        "domu", "kill -0 $(cat /run/victim) 2>/dev/null || echo gone"),
        (0, "gone\n"))
    same("modules for a user-space frontend load",
         rig.guest("domu", "mp xen-gntalloc limit=8192 xen-gntdev xen-evtchn"
                   " && cat /sys/module/xen_gntalloc/parameters/limit"),
         (0, "8192\n"))
    if rig.arch == "amd64":
        same("the stock frontend is there",
             rig.guest("domu", "ls /mods/drm_xen_front.ko")[0], 0)
    begin = time.monotonic()
    status, text = rig.guest("domu", "echo c >/proc/sysrq-trigger", 60)
    same("a guest that dies is noticed", status, 125)
    same("at once", time.monotonic() - begin < 30, True)
    has("for the right reason", text, "panic")
    has("its console is kept", rig.guest_console("domu"), "sysrq")
    rig.cmd("xl destroy domu")
    same("and no guest is left", rig.check("xl list | wc -l"), "2\n")


def ends(rig, images):
    raises("a second start is refused", RigError, "already", rig.start)
    raises("a panic of dom0 ends a command", RigError, "Kernel panic",
           lambda: rig.cmd("echo c >/proc/sysrq-trigger; sleep 60", 40))
    rig.stop()
    same("stop", rig.alive(), False)
    rig.start(display="none")
    os.kill(rig.pid(), signal.SIGKILL)
    raises("death of QEMU ends a command", RigError, "QEMU is gone",
           lambda: rig.cmd("true"))
    raises("a bad option shows QEMU's own words", RigError, "no-such-device",
           lambda: Rig(rig.arch, rig.top, images).start(
               qemu_opts="-device no-such-device"))


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    arch, top, images = sys.argv[1:]
    with Rig(arch, top, images) as rig:
        rig.start()
        print(f"     {rig.boot_times}")
        dom0(rig)
        screen(rig)
        guest(rig)
        ends(rig, images)
    print("smoke.py: all passed")


if __name__ == "__main__":
    main()
