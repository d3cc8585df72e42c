# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""The command line of rig.py."""
import argparse
import sys

import qemu
import rig as rigmod


def _start(rig, args):
    rig.start(timeout=args.timeout, icount=args.icount, display=args.display,
              display_opts=args.display_opts, xen_opts=args.xen_opts,
              dom0_opts=args.dom0_opts, qemu_opts=args.qemu_opts)
    for mark, seconds in rig.boot_times.items():
        print(f"{mark}: {seconds:.1f} s")


def _cmd(rig, args):
    status, output = rig.cmd(" ".join(args.line), args.timeout)
    sys.stdout.write(output)
    return status


def _create(rig, args):
    files = dict(word.split("=", 1) for word in args.file)
    displays = [rigmod.vdispl(c, args.be_alloc) for c in args.connectors]
    print(rig.guest_create(args.name, displays, files, kind=args.kind,
                           timeout=args.timeout))


def _guest(rig, args):
    status, output = rig.guest(args.name, " ".join(args.line), args.timeout)
    sys.stdout.write(output)
    return status


def _shot(rig, args):
    rig.screendump(args.file)


def _stop(rig, _):
    rig.stop()


def _status(rig, _):
    pid = rig.pid()
    print(f"{rig.arch} in {rig.top}:",
          f"running, process {pid}" if pid else "not running")
    return 0 if pid else 1


def _parser():
    p = argparse.ArgumentParser(
        prog="rig.py", description="a real Xen under QEMU")
    p.add_argument("--arch", choices=qemu.ARCHES, default="amd64")
    p.add_argument("--top", required=True, help="directory of this rig")
    p.add_argument("--images", help="output of mkimages.sh [TOP/images]")
    sub = p.add_subparsers(dest="verb", required=True)

    s = sub.add_parser("start", help="boot to a working dom0")
    s.add_argument("--icount", action="store_true",
                   help="one virtual clock: figures that repeat")
    s.add_argument("--display", choices=qemu.DISPLAYS, default="bochs")
    for name in ("display", "xen", "dom0", "qemu"):
        s.add_argument(f"--{name}-opts", default="")
    s.add_argument("-t", "--timeout", type=float, default=180)
    s.set_defaults(call=_start)

    s = sub.add_parser("cmd", help="run a script in dom0")
    s.add_argument("-t", "--timeout", type=float, default=60)
    s.add_argument("line", nargs="+")
    s.set_defaults(call=_cmd)

    s = sub.add_parser("create", help="create a guest with displays")
    s.add_argument("-t", "--timeout", type=int, default=120)
    s.add_argument("--name", default="domu")
    s.add_argument("--kind", choices=("pv", "pvh"))
    s.add_argument("--be-alloc", action="store_true")
    s.add_argument("--file", action="append", default=[],
                   metavar="THERE=HERE", help="one more file in its initramfs")
    s.add_argument("connectors", nargs="*", help="as id0:1024x768;id1:800x600")
    s.set_defaults(call=_create)

    s = sub.add_parser("guest", help="run a line in a guest")
    s.add_argument("-t", "--timeout", type=int, default=60)
    s.add_argument("--name", default="domu")
    s.add_argument("line", nargs="+")
    s.set_defaults(call=_guest)

    s = sub.add_parser("shot", help="dom0's screen as PPM or PNG")
    s.add_argument("file")
    s.set_defaults(call=_shot)
    sub.add_parser("stop").set_defaults(call=_stop)
    sub.add_parser("status").set_defaults(call=_status)
    return p


def main():
    args = _parser().parse_args()
    rig = rigmod.Rig(args.arch, args.top, args.images)
    try:
        sys.exit(args.call(rig, args))
    except rigmod.RigError as error:
        sys.exit(f"rig.py: {error}")
