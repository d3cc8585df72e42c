# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""The QEMU command lines of the Xen rig, one per architecture.

All paths are relative to the directory in which QEMU runs, so that no path
meets the length limit of a socket or the comma syntax of an option."""
import os
import shlex

ARCHES = ("amd64", "arm64")

_PROGRAM = {"amd64": "qemu-system-x86_64", "arm64": "qemu-system-aarch64"}

# A plain "max" CPU makes a PV dom0 crash (SMAP), and without npt Debian's Xen
# runs no PVH guest.
_MACHINE = {
    "amd64": ["-cpu", "qemu64,+svm,+npt", "-vga", "none"],
    "arm64": ["-machine", "virt,virtualization=on,gic-version=3",
              "-cpu", "cortex-a57",
              "-global", "virtio-mmio.force-legacy=false"],
}

# Measurements of both architectures were made with these sizes.
_MEMORY = {"amd64": 4096, "arm64": 2048}

# On arm64 a PCI device gets no MSI below Xen: virtio devices sit on mmio.
_SUFFIX = {"amd64": "pci", "arm64": "device"}

# Where the arm64 guest-loader puts dom0's kernel and initramfs: inside the
# RAM (from 0x40000000, 2048 MB), far enough apart for a kernel of 128 MB.
_KERNEL_ADDR = 0x60000000
_INITRD_ADDR = 0x68000000

DISPLAYS = ("none", "bochs", "virtio-gpu")


def _display(arch, display, display_opts):
    extra = "," + display_opts if display_opts else ""
    if display == "bochs":
        return ["-device", "VGA,id=video0,vgamem_mb=64,edid=on" + extra]
    if display == "virtio-gpu":
        return ["-device", f"virtio-gpu-{_SUFFIX[arch]},id=video0" + extra]
    if display == "none":
        return []
    raise ValueError(f"display {display!r}: one of {', '.join(DISPLAYS)}")


def _boot(arch, images, xen_opts, dom0_opts):
    kernel = os.path.join(images, "dom0-kernel")
    initrd = os.path.join(images, "dom0.img")
    dom0 = ("console=hvc0 quiet " + dom0_opts).strip()
    for word in (images, dom0):
        if "," in word and arch == "amd64":
            raise ValueError(f"no comma allowed: {word!r}")
    if arch == "amd64":
        xen = "console=com1 dom0_mem=1G,max:1G"
        modules = ["-initrd", f"{kernel} {dom0},{initrd}"]
    else:
        xen = "console=dtuart dom0_mem=1G"
        args = dom0.replace(",", ",,")
        modules = ["-device", f"guest-loader,addr={_KERNEL_ADDR:#x},"
                              f"kernel={kernel},bootargs={args}",
                   "-device", f"guest-loader,addr={_INITRD_ADDR:#x},"
                              f"initrd={initrd}"]
    # Without bootscrub=0 Xen touches all RAM, and QEMU then holds all of it.
    xen += " dom0_max_vcpus=1 bootscrub=0 " + xen_opts
    return ["-kernel", os.path.join(images, "xen.elf"),
            "-append", xen.strip()] + modules


def command(arch, images, *, icount=False, display="bochs", display_opts="",
            memory=None, cpus=None, xen_opts="", dom0_opts="", qemu_opts=""):
    """The argument list that boots images (a path without comma or blank)."""
    if arch not in ARCHES:
        raise ValueError(f"architecture {arch!r}: one of {', '.join(ARCHES)}")
    if icount:
        # One virtual clock, 2 ns an instruction: figures repeat whatever
        # the host does. Xen on arm64 hangs then with a second CPU.
        accel = ["-accel", "tcg,thread=single",
                 "-icount", "shift=1,sleep=off"]
        cpus = cpus or (1 if arch == "arm64" else 2)
    else:
        accel = ["-accel", "tcg,thread=multi"]
        cpus = cpus or 2
    return ([_PROGRAM[arch]] + accel + _MACHINE[arch]
            + ["-m", str(memory or _MEMORY[arch]), "-smp", str(cpus),
               "-display", "none", "-no-reboot", "-nic", "none",
               "-monitor", "none"]
            + _display(arch, display, display_opts)
            + ["-chardev", "socket,id=con,path=serial.sock,server=on,"
                           "wait=off,logfile=console.log",
               "-serial", "chardev:con",
               "-qmp", "unix:qmp.sock,server=on,wait=off",
               "-fsdev", "local,id=share,path=../share,security_model=none",
               "-device", f"virtio-9p-{_SUFFIX[arch]},fsdev=share,"
                          "mount_tag=host"]
            + _boot(arch, images, xen_opts, dom0_opts)
            + shlex.split(qemu_opts))
