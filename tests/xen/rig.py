#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""A real Xen under QEMU: start it, run things in dom0 and in guests, look at
its screen, stop it. As a module see class Rig; as a program see --help."""
import fcntl
import itertools
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import time

import newc
import qemu

HERE = os.path.dirname(os.path.abspath(__file__))

# Lines on the console after which nothing good will come any more.
_FATAL = re.compile(r"Kernel panic|Panic on CPU|Hardware Dom0 (?:crashed|halted)"
                    r"|Domain 0 crashed|[Rr]ebooting machine|RIG dom0 failed.*")

_GUEST_CFG = """name="{name}"
type="{kind}"
kernel="/dev/shm/guest-kernel"
ramdisk="/dev/shm/{name}.img"
memory={memory}
vcpus={vcpus}
extra="console=hvc0 quiet {extra}"
on_poweroff="destroy"
on_reboot="destroy"
on_crash="destroy"
vdispl=[{vdispl}]
{config}
"""


class RigError(Exception):
    """The rig or what runs in it failed; the text ends with the last lines of
    the console or of the command's output."""


class RigTimeout(RigError):
    """A command did not end in time; it was killed, if it could be."""


def vdispl(connectors, be_alloc=False, backend=0):
    """The xl text for one display: connectors as "id0:1024x768;id1:800x600"."""
    return (f"backend={backend},be-alloc={int(be_alloc)},"
            f"connectors={connectors}")


class Rig:
    """One hypervisor under QEMU, with all its files in the directory top.

    top/share is /h in dom0, both ways at once, at any time. top/run holds
    the console's log and the sockets. A Rig made for a top where QEMU runs
    already works with that one; rigs with different tops run side by side.
    images: the output of mkimages.sh, by default top/images. guest_kernel,
    guest_image: files that guests boot instead of those in images/share.
    Every time-out is in seconds of the host."""

    def __init__(self, arch, top, images=None, guest_kernel=None,
                 guest_image=None):
        if arch not in qemu.ARCHES:
            raise ValueError(f"architecture {arch!r}: one of "
                             f"{', '.join(qemu.ARCHES)}")
        self.arch = arch
        self.top = os.path.abspath(top)
        self.images = os.path.abspath(images or os.path.join(top, "images"))
        shared = os.path.join(self.images, "share")
        self.guest_kernel = guest_kernel or os.path.join(shared, "guest-kernel")
        self.guest_image = guest_image or os.path.join(shared, "domu.img")
        self.share = os.path.join(self.top, "share")
        self.run = os.path.join(self.top, "run")
        self.boot_times = {}
        self._child = None
        self._ids = itertools.count()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    # --- life of the emulator

    def start(self, timeout=180, **options):
        """Boot to a working dom0. options: those of qemu.command() (icount,
        display, display_opts, memory, cpus, xen_opts, dom0_opts, qemu_opts).
        Leaves the seconds it took in self.boot_times."""
        if self.alive():
            raise RigError(f"{self.top}: a rig runs here already")
        self._prepare()
        argv = qemu.command(self.arch, "images", **options)
        begin = time.monotonic()
        with open(os.path.join(self.run, "qemu.log"), "wb") as out:
            self._child = subprocess.Popen(
                argv, cwd=self.run, stdin=subprocess.DEVNULL, stdout=out,
                stderr=subprocess.STDOUT, start_new_session=True)
        pid = self._child.pid
        with open(os.path.join(self.run, "rig.json"), "w") as f:
            json.dump({"arch": self.arch, "pid": pid,
                       "born": _born(pid)}, f)
        self.boot_times = {}
        try:
            for mark in ("dom0 init", "dom0 ready"):
                self._wait(lambda m=mark: f"RIG {m}" in self.console(),
                           begin + timeout, f"no \"RIG {mark}\"")
                self.boot_times[mark] = time.monotonic() - begin
        except BaseException:
            self.stop()
            raise

    def _prepare(self):
        if not os.path.exists(os.path.join(self.images, "stamp")):
            raise RigError(f"{self.images}: no images, run mkimages.sh")
        shutil.rmtree(self.run, ignore_errors=True)
        shutil.rmtree(os.path.join(self.share, "rig"), ignore_errors=True)
        os.makedirs(self.run)
        os.makedirs(os.path.join(self.share, "rig"))
        os.symlink(self.images, os.path.join(self.run, "images"))
        kernel = os.path.join(self.share, "guest-kernel")
        if os.path.lexists(kernel):
            os.unlink(kernel)
        try:
            os.link(self.guest_kernel, kernel)
        except OSError:  # another file system
            shutil.copy(self.guest_kernel, kernel)
        for name in os.listdir(os.path.join(HERE, "dom0")):
            shutil.copy(os.path.join(HERE, "dom0", name),
                        os.path.join(self.share, "rig", name))

    def pid(self):
        """Process id of this rig's QEMU, or 0. A process that only got the
        same number later does not count."""
        try:
            with open(os.path.join(self.run, "rig.json")) as f:
                state = json.load(f)
        except (OSError, ValueError):
            return 0
        if state["arch"] != self.arch:
            raise RigError(f"{self.top}: holds a rig for {state['arch']}")
        if self._child and self._child.pid == state["pid"]:
            self._child.poll()  # take a dead child off the process table
        return state["pid"] if _born(state["pid"]) == state["born"] else 0

    def alive(self):
        """True while QEMU runs."""
        return self.pid() != 0

    def cpu(self):
        """CPU seconds that QEMU has used, or 0 if none runs."""
        return _cpu(self.pid())

    def stop(self):
        """End QEMU: asked first, then killed. Harmless if none runs."""
        pid = self.pid()
        if not pid:
            return
        try:
            self.qmp("quit")
        except (OSError, RigError, ValueError):
            pass
        end = time.monotonic() + 5
        while self.alive() and time.monotonic() < end:
            time.sleep(0.05)
        if self.alive():
            os.kill(pid, signal.SIGKILL)
            while self.alive():
                time.sleep(0.05)

    # --- what it says

    def console(self):
        """All that Xen and dom0 wrote to the serial console."""
        try:
            with open(os.path.join(self.run, "console.log"), "rb") as f:
                text = f.read().decode(errors="replace")
        except FileNotFoundError:
            return ""
        return text.replace("\r", "")

    def last_lines(self, count=25):
        """The end of the console and what QEMU itself complained about."""
        lines = self.console().splitlines()[-count:]
        try:
            with open(os.path.join(self.run, "qemu.log"),
                      errors="replace") as f:
                lines += [f"qemu: {line}" for line in
                          f.read().splitlines()[-count:]]
        except FileNotFoundError:
            pass
        return "\n".join(lines)

    def check_health(self):
        """Raise RigError if QEMU, Xen or dom0 died."""
        fatal = _FATAL.search(self.console())
        if fatal:
            raise RigError(f"{self.arch} rig: \"{fatal.group(0)}\"; console:\n"
                           f"{self.last_lines()}")
        if not self.alive():
            raise RigError(f"{self.arch} rig: QEMU is gone; console:\n"
                           f"{self.last_lines()}")

    def _wait(self, done, end, what, step=lambda: None):
        next_check = 0
        while not done():
            now = time.monotonic()
            if now >= next_check:
                self.check_health()
                next_check = now + 0.25
            if now > end:
                raise RigTimeout(f"{self.arch} rig: {what}; console:\n"
                                 f"{self.last_lines()}")
            step()
            time.sleep(0.02)

    # --- dom0

    def cmd(self, script, timeout=60):
        """Run a shell script in dom0, at most timeout seconds; any number at
        the same time. Returns (exit status, output with errors). What is to
        outlive the script must be started with setsid, or see daemon()."""
        ident = f"{os.getpid()}-{time.monotonic_ns()}-{next(self._ids)}"
        where = os.path.join(self.share, "rig", ident)
        os.mkdir(where)
        with open(os.path.join(where, "script"), "w") as f:
            f.write(script + "\n")
        end = time.monotonic() + timeout
        try:
            self._order(f"run {ident}", os.path.join(where, "taken"), end)
            self._wait(lambda: os.path.exists(os.path.join(where, "rc")), end,
                       f"after {timeout} s still running: {script!r}")
            with open(os.path.join(where, "rc")) as f:
                status = int(f.read())
            return status, _slurp(os.path.join(where, "out"))
        except RigTimeout as late:
            if os.path.exists(os.path.join(where, "pid")):
                self._send(f"kill {ident}")
                time.sleep(0.5)
            output = _slurp(os.path.join(where, "out"))
            raise RigTimeout(f"{late}\noutput so far:\n{output}") from None
        finally:
            shutil.rmtree(where, ignore_errors=True)

    def check(self, script, timeout=60):
        """Like cmd(), but a status other than 0 raises. Returns the output."""
        status, output = self.cmd(script, timeout)
        if status != 0:
            raise RigError(f"status {status} from {script!r}:\n{output}")
        return output

    def daemon(self, name, command):
        """Start a command that stays in dom0; output in share/NAME.log.
        Returns its process id in dom0."""
        return int(self.check(
            f"setsid sh -c {shlex.quote('exec ' + command)} "
            f">/h/{name}.log 2>&1 </dev/null & echo $!"))

    def _send(self, line, stay=lambda: False):
        """Write a line to the console and drain it while stay() is true: what
        QEMU has not read when we hang up would be lost, and a full socket
        would stop dom0."""
        lock = os.open(self.run, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with _connect(self.run, "serial.sock") as s:
                s.sendall(line.encode() + b"\n")
                s.settimeout(0.02)
                begin = time.monotonic()
                while stay() or time.monotonic() < begin + 0.1:
                    try:
                        s.recv(65536)
                    except TimeoutError:
                        pass
        finally:
            os.close(lock)

    def _order(self, line, receipt, end):
        """Repeat line until the file receipt appears."""
        while not os.path.exists(receipt):
            self.check_health()
            if time.monotonic() > end:
                raise RigTimeout(f"{self.arch} rig: dom0 does not take "
                                 f"\"{line}\"; console:\n{self.last_lines()}")
            until = min(time.monotonic() + 3, end)
            self._send(line, lambda u=until: time.monotonic() < u
                       and not os.path.exists(receipt))

    # --- guests

    def guest_create(self, name="domu", displays=(), files=None, kind=None,
                     memory=256, vcpus=1, extra="", config="", timeout=120):
        """Create a guest and wait for its prompt. displays: xl texts, see
        vdispl(); a backend must be there already, or xl fails. files: more
        files for its initramfs, {path there: path here}. kind: pv or pvh.
        config: more lines for xl.
        Returns {"domid": .., "called": .., "created": .., "ready": ..}, the
        times in seconds of dom0's uptime."""
        kind = kind or ("pv" if self.arch == "amd64" else "pvh")
        base = os.path.join(self.share, "rig", name)
        newc.append(self.guest_image, files or {}, base + ".img")
        with open(base + ".cfg", "w") as f:
            f.write(_GUEST_CFG.format(
                name=name, kind=kind, memory=memory, vcpus=vcpus, extra=extra,
                config=config, vdispl=",".join(f'"{d}"' for d in displays)))
        out = self.check(f"sh /h/rig/guest.sh create {name} {timeout}",
                         timeout + 15)
        facts = dict(w.split("=") for w in out.splitlines()[-1].split())
        return {k: int(v) if k == "domid" else float(v)
                for k, v in facts.items()}

    def guest(self, name, line, timeout=60):
        """Run a shell line in a guest. Returns (exit status, output); 124: it
        did not end in time, 125: the guest is gone."""
        return self.cmd(f"sh /h/rig/guest.sh run {name} {timeout} "
                        f"{shlex.quote(line)}", timeout + 15)

    def guest_save(self, name, run_on=False, timeout=200):
        """Keep all of a guest in dom0. run_on: it is not ended."""
        self.check(f"sh /h/rig/guest.sh save {name} {timeout} {'-c' * run_on}", timeout + 15)

    def guest_restore(self, name, timeout=200):
        """The guest that was saved goes on; returns its number."""
        out = self.check(f"sh /h/rig/guest.sh restore {name} {timeout}", timeout + 15)
        return int(out.splitlines()[-1].split("=")[1])

    def guest_console(self, name):
        """All that a guest wrote to its console, even one that is gone."""
        return self.check(f"cat /var/log/xen/console/guest-{name}.log")

    def guest_destroy(self, name="domu", timeout=60):
        """xl destroy; returns when the toolstack is done."""
        self.check(f"sh /h/rig/guest.sh destroy {name} 0", timeout)

    # --- the machine

    def qmp(self, command, **arguments):
        """One QMP command; returns its answer or raises RigError."""
        with _connect(self.run, "qmp.sock") as s, s.makefile("rw") as f:
            f.readline()
            answer = {}
            for order in ({"execute": "qmp_capabilities"},
                          {"execute": command, "arguments": arguments}):
                f.write(json.dumps(order) + "\n")
                f.flush()
                while True:
                    text = f.readline()
                    if not text:
                        raise RigError(f"QMP {command}: QEMU hung up")
                    answer = json.loads(text)
                    if "return" in answer or "error" in answer:
                        break
        if "error" in answer:
            raise RigError(f"QMP {command}: {answer['error']['desc']}")
        return answer["return"]

    def interleave(self):
        """With icount and qemu_opts "-rtc clock=vm": processors take turns of
        at most 122 us. One that has begun goes on to the next timer of any device,
        else, which is up to 4 ms, by chance: so is what two guests that share dom0
        then get. The real-time clock's periodic timer, 8192 a second, cuts that;
        dom0's driver, which would answer to it, goes."""
        self.check("for d in /sys/bus/pnp/drivers/rtc_cmos/0*; do"
                   " echo ${d##*/} >${d%/*}/unbind; done")
        for line in ("o /b 0x70 0x0a", "o /b 0x71 0x23",  # register A: the rate
                     "o /b 0x70 0x0b", "o /b 0x71 0x42"):  # B: periodic, 24 h
            self.qmp("human-monitor-command", **{"command-line": line})

    def screendump(self, path, head=0):
        """The exact pixels of an output of dom0's display, as PPM, or as PNG
        if path ends so."""
        path = os.path.abspath(path)
        if os.path.exists(path):
            os.unlink(path)
        self.qmp("screendump", filename=path, device="video0", head=head,
                 format="png" if path.endswith(".png") else "ppm")
        return path


def _slurp(path):
    try:
        with open(path, errors="replace") as f:
            return f.read()
    except FileNotFoundError:
        return ""


def _stat(pid):
    """Fields of /proc/PID/stat from the state on, or None if it is dead."""
    try:
        with open(f"/proc/{pid}/stat") as f:
            fields = f.read().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else fields


def _born(pid):
    """Start time of a living process in clock ticks, or 0."""
    fields = _stat(pid)
    return int(fields[19]) if fields else 0


def _cpu(pid):
    """CPU seconds of a living process, user and system, or 0."""
    fields = _stat(pid)
    if not fields:
        return 0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _connect(directory, name):
    """A socket by directory handle: its own path may be too long."""
    handle = os.open(directory, os.O_RDONLY)
    s = socket.socket(socket.AF_UNIX)
    try:
        s.settimeout(10)
        s.connect(f"/proc/self/fd/{handle}/{name}")
    except OSError:
        s.close()
        raise
    finally:
        os.close(handle)
    return s


if __name__ == "__main__":
    import cli
    cli.main()
