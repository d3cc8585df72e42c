#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Compares the library's list of modes with what edid-decode reads in the same EDIDs.

usage: edid_decode.py [--seed N] [--count N] COMMAND...

COMMAND runs edid_list, through an emulator if need be. Composes EDIDs from the
seed (base block, CTA-861 and other extensions, up to 256 blocks), all timings
plausible, and asks both programs. Each mode of the one must be a mode of the
other; detailed timings agree in every number and polarity.
"""
import argparse
import random
import re
import shutil
import subprocess
import sys
import tempfile

LINE = re.compile(r'^\s+(\S.*?):?\s+(\d+)x(\d+)(i?)\s+([\d.]+) Hz\s.*?([\d.]+) MHz')
MODELINE = re.compile(r'Modeline "\S+"\s+([\d.]+)\s+(\d+) (\d+) (\d+) (\d+)\s+'
                      r'(\d+) (\d+) (\d+) (\d+)\s+([+-])HSync ([+-])VSync')


def detailed(rng):
    """A plausible detailed timing, progressive or interlaced."""
    interlaced = rng.random() < 0.2
    width, height = rng.choice([(640, 480), (1920, 1080), (1366, 768), (3840, 2160), (2560, 1440),
                                (rng.randrange(64, 4096), rng.randrange(64, 2161))])
    if interlaced:
        height //= 2
    hofs, hsync = rng.randrange(8, 1024), rng.randrange(8, 1024)
    vofs, vsync = rng.randrange(1, 64), rng.randrange(1, 64)
    hblank = min(hofs + hsync + rng.randrange(8, 500), 4095)
    vblank = min(vofs + vsync + rng.randrange(1, 500), 4095)
    lines = (height + vblank) * 2 + 1 if interlaced else height + vblank
    # edid-decode has no opinion on the rate, so that of a screen: 24 to 120 frames
    clock = int((width + hblank) * lines * rng.uniform(24, 120) / 10000)
    clock = max(1, min(clock, 65535))
    flags = 0x18 | rng.randrange(4) << 1 | (0x80 if interlaced else 0)
    return bytes([clock & 255, clock >> 8, width & 255, hblank & 255, width >> 8 << 4 | hblank >> 8,
                  height & 255, vblank & 255, height >> 8 << 4 | vblank >> 8, hofs & 255, hsync & 255,
                  (vofs & 15) << 4 | vsync & 15, hofs >> 8 << 6 | hsync >> 8 << 4 | vofs >> 4 << 2 | vsync >> 4,
                  0, 0, 0, 0, 0, flags])


def standard(rng):
    """Two bytes of a standard timing, sometimes unused."""
    if rng.random() < 0.3:
        return b'\x01\x01'
    return bytes([rng.randrange(9, 256), rng.randrange(256)])


def closed(block):
    """The block with its checksum."""
    return bytes(block[:127]) + bytes([-sum(block[:127]) & 255])


def compose(rng, blocks):
    """An EDID of so many blocks."""
    base = bytearray(128)
    base[0:8] = b'\0\xff\xff\xff\xff\xff\xff\0'
    vendor = [rng.randrange(1, 27) for _ in range(3)]
    base[8:10] = (vendor[0] << 10 | vendor[1] << 5 | vendor[2]).to_bytes(2, 'big')
    base[10:16] = rng.randbytes(6)
    base[16:21] = bytes([1, 30, 1, rng.choice([3, 4]), 0x80])
    base[35:38] = bytes([rng.randrange(256), rng.randrange(256), rng.choice([0, 0x80])])
    base[38:54] = b''.join(standard(rng) for _ in range(8))
    base[54:72] = detailed(rng)
    base[72:90] = detailed(rng) if rng.random() < 0.5 else b'\0\0\0\x10' + bytes(14)
    base[90:108] = b'\0\0\0\xfc\0' + b'Screen %d\n' % rng.randrange(10) + b'   '
    base[108:126] = b'\0\0\0\xfa\0' + b''.join(standard(rng) for _ in range(6)) + b'\n'
    base[126] = blocks - 1
    out = closed(base)
    for _ in range(blocks - 1):
        ext = bytearray(128)
        if rng.random() < 0.8:
            data = rng.choice([b'', b'\x23\x09\x07\x07', b'\x83\x01\x00\x00'])  # audio, speakers
            ext[0:3] = bytes([2, 3, 4 + len(data)])
            ext[4:4 + len(data)] = data
            at = 4 + len(data)
            for _ in range(rng.randrange(7)):
                if at + 18 <= 127:
                    ext[at:at + 18] = detailed(rng)
                    at += 18
        else:
            ext[0] = 0xff  # a manufacturer's own
            ext[1:127] = rng.randbytes(126)
        out += closed(ext)
    return out


def ask_theirs(path):
    """edid-decode's modes: kind, width, height, scan, Hz of a frame, and for detailed ones the numbers."""
    run = subprocess.run(['edid-decode', '--skip-hex-dump', '--skip-sha', '-X', path],
                         stdout=subprocess.PIPE, text=True, check=False)
    modes = []
    for line in run.stdout.splitlines():
        if found := LINE.match(line):
            name, width, height, scan, rate, mhz = found.groups()
            hz = float(rate) / 2 if scan else float(rate)
            modes.append({'kind': 'dtd' if name.startswith('DTD') else 'other', 'w': int(width),
                          'h': int(height), 'scan': 'i' if scan else 'p', 'hz': hz,
                          'khz': round(float(mhz) * 1000), 'line': line.strip(), 'numbers': None})
        elif found := MODELINE.search(line):
            group = found.groups()
            modes[-1]['numbers'] = [int(n) for n in group[2:5] + group[6:9]] + list(group[9:11])
    return modes, run.stdout


def ask_ours(program, path):
    """The library's modes, in the same terms, and the line of identity."""
    run = subprocess.run(program + [path], stdout=subprocess.PIPE, text=True, check=True)
    lines = run.stdout.splitlines()
    modes = []
    for line in lines[1:]:
        f = line.split()
        modes.append({'kind': 'dtd' if int(f[4]) else 'other', 'w': int(f[0]), 'h': int(f[1]), 'scan': f[2],
                      'hz': int(f[3]) / 1000, 'khz': int(f[4]), 'line': line,
                      'numbers': [int(n) for n in f[5:11]] + f[11:13]})
    return modes, lines[0]


def same(ours, theirs):
    """Whether these may be one mode; standard timings are rounded to whole Hz on the wire."""
    near = 0.5011 if theirs['kind'] == 'dtd' else 1.01
    return (ours['w'], ours['h'], ours['scan']) == (theirs['w'], theirs['h'], theirs['scan']) and \
        abs(ours['hz'] - theirs['hz']) <= near


def exact(ours, theirs):
    """Whether two detailed timings agree in all that edid-decode prints.

    Its vertical numbers of interlaced modes mix fields and frames, so those are left out."""
    if ours['kind'] != 'dtd' or not same(ours, theirs) or ours['khz'] != theirs['khz'] or \
            abs(ours['hz'] - theirs['hz']) > 0.00051:
        return False
    a, b = ours['numbers'], theirs['numbers']
    return a == b if ours['scan'] == 'p' else a[:3] + a[6:] == b[:3] + b[6:]


def compare(program, path):
    """Returns what is wrong with this file, and how many modes were compared."""
    ours, identity = ask_ours(program, path)
    theirs, text = ask_theirs(path)
    wrong = []
    for mode in theirs:
        if not any(same(o, mode) for o in ours):
            wrong.append('only edid-decode has ' + mode['line'])
    for mode in ours:
        if mode['kind'] == 'dtd':
            if not any(exact(mode, t) for t in theirs):
                wrong.append('no detailed timing of edid-decode is ' + mode['line'])
        elif not any(same(mode, t) for t in theirs):
            wrong.append('only the library has ' + mode['line'])
    vendor, product, serial, _, name = identity.split(' ', 4)
    for what, value in (('Manufacturer', vendor), ('Model', product), ('Serial Number', serial),
                        ('Display Product Name', "'%s'" % name)):
        found = re.search(r'%s: (.*?)( \(0x.*\))?$' % what, text, re.M)
        if not found and what == 'Serial Number' and value == '0':
            continue
        if not found or found.group(1).strip() != value:
            wrong.append('%s: %s, edid-decode: %s' % (what, value, found and found.group(1)))
    return wrong, len(ours), len([m for m in ours if m['kind'] == 'dtd'])


def main():
    """Composes and compares; the first difference ends it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--count', type=int, default=60)
    parser.add_argument('command', nargs=argparse.REMAINDER)
    args = parser.parse_args()
    if not shutil.which('edid-decode'):
        sys.exit('edid-decode is missing: install the package of that name')
    rng = random.Random(args.seed)
    count = args.count
    modes = timings = 0
    with tempfile.NamedTemporaryFile(suffix='.edid') as f:
        for i in range(count):
            edid = compose(rng, 256 if i == 0 else 2 if i < count // 3 else rng.randrange(1, 6))
            f.seek(0)
            f.truncate()
            f.write(edid)
            f.flush()
            wrong, all_of_it, detailed_ones = compare(args.command, f.name)
            if wrong:
                print('EDID %d of seed %d: %s' % (i, args.seed, edid.hex()))
                sys.exit('\n'.join(wrong))
            modes += all_of_it
            timings += detailed_ones
    print('%d EDIDs, %d modes, %d of them detailed: edid-decode agrees' % (count, modes, timings))
    if timings < count or modes < 10 * count:
        sys.exit('too few modes to mean anything')


main()
