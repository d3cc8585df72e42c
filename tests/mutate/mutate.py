#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Plants one small bug at a time in the library and says which of them the tests do not notice.

usage: mutate.py FOLDER [--share S | --all] [--only TEXT | --names FILE] [--strict] [--jobs N] [--list]

Each mutant of libdisplif/src is compiled and linked in place of the original into the tests of tests/unit,
tests/loop and tests/fault, the test of its own module first, until one fails. A mutant whose machine code is
the original's is none. What no test notices goes through the unit tests once more with the sanitizers. What is
left must be in survivors.txt with a reason, or this fails.

  --share S   which part of all mutants, 0 .. 1 (default 0.2); of the mutants of constant tables a quarter of that
  --only TEXT those whose "file:line: name" contains TEXT
  --names F   those whose names stand in a file, one a line, other words before them, as in a report
  --strict    the long form: also fails if an entry of survivors.txt is noticed by now, if fewer than 300 mutants
              or not all files were tried, or fewer than 90 % of the mutants that are none other's equal are noticed
"""
import argparse
import collections
import json
import multiprocessing
import os
import resource
import shlex
import signal
import subprocess
import sys
import time

import mutants

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SRC = TOP + '/libdisplif/src'
LISTED = TOP + '/tests/mutate/survivors.txt'
FLOOR, LEAST, SEED = 90.0, 300, 2
PARTS = ('unit', 'loop', 'fault')
LIBS = {'libdisplif.a': 'displif_objects.dir', 'libdisplif_fake_core.a': 'displif_fake_core.dir'}


def fail(text):
    """Ends with a message."""
    sys.exit('FAIL: ' + text)


def run(command, cwd, seconds=None):
    """Runs a command quietly. Exit code (a signal's number negative) and seconds of processor."""
    def limits():
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if seconds:
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, preexec_fn=limits, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return done.returncode, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def symbols(path):
    """The functions and data in a program or an object that have a name in this library."""
    listed = subprocess.run(['nm', '--defined-only', '--format=posix', path], stdout=subprocess.PIPE, text=True, check=True)
    return {name for name in (line.split()[0] for line in listed.stdout.splitlines()) if name.startswith('displif_')}


class Tree:
    """A build of library and tests, and how to put a mutant into it."""

    def __init__(self, folder, flags):
        self.folder, self.tests, self.compilers, self.offered = folder, [], {}, {}
        os.makedirs(folder, exist_ok=True)
        with open(folder + '/log', 'w', encoding='utf-8') as log:
            for command in (['cmake', '-G', 'Unix Makefiles', '-S', TOP, '-B', folder, '-DCMAKE_C_COMPILER=gcc',
                             '-DDISPLIF_BUILD_TESTS=ON', '-DDISPLIF_BUILD_CHECKS=OFF', '-DDISPLIF_BUILD_BENCH=OFF',
                             '-DDISPLIF_BUILD_EXAMPLES=OFF', '-DDISPLIF_BUILD_XEN=OFF', '-DDISPLIF_WERROR=OFF',
                             '-DCMAKE_BUILD_TYPE=None', *flags],
                            *[['make', '-C', '%s/tests/%s' % (folder, part), '-j', str(os.cpu_count())] for part in PARTS]):
                if subprocess.run(command, stdout=log, stderr=log, check=False).returncode:
                    fail('the build; see %s/log' % folder)
        with open(folder + '/compile_commands.json', encoding='utf-8') as commands:
            for entry in json.load(commands):
                for lib, part in LIBS.items():
                    if part in entry['command']:
                        words = shlex.split(entry['command'])
                        del words[words.index('-o'):]
                        self.compilers[lib] = [w for w in words if not w.startswith('-W')] + ['-w']
        self.find_tests()

    def find_tests(self):
        """The tests whose program has the library in it, with the seconds that each takes."""
        listed = subprocess.run(['ctest', '--show-only=json-v1'], cwd=self.folder, stdout=subprocess.PIPE, check=True)
        for test in json.loads(listed.stdout)['tests']:
            # Other parts are not built and have no command.
            if test['name'].split('/')[0] not in PARTS or len(test['command']) > 1:
                continue
            program = test['command'][0]
            place, name = os.path.split(program)
            with open('%s/CMakeFiles/%s.dir/link.txt' % (place, name), encoding='utf-8') as link:
                words = shlex.split(link.read())
            lib = [w for w in words if os.path.basename(w) in LIBS]
            if not lib:
                continue
            code, seconds = run([program], place)
            if code:
                fail('%s fails without a mutant' % test['name'])
            self.tests.append((seconds, test['name'], place, words, os.path.basename(lib[0]), symbols(program)))
        self.tests.sort(key=lambda t: t[0])
        if len(self.tests) < 20:
            fail('only %d tests found' % len(self.tests))

    def compile(self, lib, source, level=None):
        """The object's bytes, or None if it does not compile."""
        out = '%s/%s%s.o' % (os.path.dirname(source), lib, level or '')
        code, _ = run(self.compilers[lib] + ([level] if level else []) + ['-c', os.path.basename(source), '-o', out],
                      os.path.dirname(source))
        if code:
            return None
        with open(out, 'rb') as made:
            return made.read()

    def kills(self, source, first, equal):
        """The test that notices the object made of @source, and how; None if none does. First those of @first; then
        equal() tells whether it is worth while to try the others, of those that have the object in them."""
        compiled, work = {'libdisplif.a'}, os.path.dirname(source)
        order = sorted(self.tests, key=lambda t: first.index(t[1]) if t[1] in first else len(first))
        file = os.path.basename(source)
        if file not in self.offered:
            self.offered[file] = symbols(work + '/libdisplif.a.o')
        offered = self.offered[file]
        for seconds, name, place, words, lib, has in order:
            if not offered & has or (STATE['sanitized'] and not name.startswith('unit/')):
                continue
            if name not in first and equal and equal():
                return None, 'equivalent'
            if name not in first:
                equal = None
            if lib not in compiled:
                compiled.add(lib)
                if self.compile(lib, source) is None:
                    return name, 'killed'
            link = [('%s/%s.o' % (work, lib), w) if os.path.basename(w) == lib else (w,) for w in words]
            link = [w for pair in link for w in pair]
            link[link.index('-o') + 1] = work + '/test'
            if run(link, place)[0]:
                raise RuntimeError('cannot link %s: %s' % (name, ' '.join(link)))
            code, _ = run([work + '/test'], place, 1 + int(4 * seconds))
            if code:
                return name, 'timeout' if code in (-signal.SIGXCPU, -signal.SIGKILL) else 'killed'
        return None, 'equivalent' if equal and equal() else 'survived'


STATE = {}


def judge(mutant):
    """What becomes of one mutant: (mutant, how it ended, the test that noticed it)."""
    tree, work = STATE['tree'], '%s/%d' % (STATE['work'], os.getpid())
    os.makedirs(work, exist_ok=True)
    source = '%s/%s' % (work, mutant.file)
    originals, texts, history = STATE['originals'], STATE['texts'], STATE['history'][mutant.file]

    def write(text):
        with open(source, 'w', encoding='utf-8') as out:
            out.write(text)

    def same(level):
        key = mutant.file, level
        if key not in originals:
            write(texts[mutant.file])
            originals[key] = tree.compile('libdisplif.a', source, level)
            if not originals[key]:
                raise RuntimeError('%s does not compile' % mutant.file)
        write(texts[mutant.file][:mutant.start] + mutant.new + texts[mutant.file][mutant.end:])
        made = tree.compile('libdisplif.a', source, level)
        return None if made is None else made == originals[key]

    equal = same(None)
    if equal is None:
        return mutant, 'invalid', ''
    if equal:
        return mutant, 'equivalent', ''
    test, end = tree.kills(source, ['unit/' + mutant.file[:-2]] + [t for t, _ in history.most_common(3)],
                           None if STATE['sanitized'] else lambda: same('-O2'))
    if test:
        history[test] += 1
    return mutant, end, test or ''


def survivors(path):
    """Names of those that are known to survive; a reason stands above each group of them."""
    known, reason = {}, None
    with open(path, encoding='utf-8') as lines:
        for line in lines:
            line = line.strip()
            if line.startswith('@'):
                reason = line[1:].strip()
            elif line and not line.startswith('#'):
                if not reason:
                    fail('%s: no reason above: %s' % (path, line))
                if line in known:
                    fail('%s: twice: %s' % (path, line))
                known[line] = reason
    return known


def work_off(chosen, tree, args, sanitized):
    """Judges all of them; a list of (mutant, end, test)."""
    STATE.update(tree=tree, work=args.folder + '/work', originals={}, sanitized=sanitized,
                 history=collections.defaultdict(collections.Counter))
    done = []
    with multiprocessing.Pool(args.jobs) as pool, open(args.folder + '/progress', 'a', encoding='utf-8') as progress:
        for result in pool.imap(judge, chosen, chunksize=4):
            done.append(result)
            progress.write('%s\t%s\t%s:%d\t%s\n' % (result[1], result[2], result[0].file, result[0].line, result[0].name))
            progress.flush()
    return done


def main():
    """See above."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('folder')
    parser.add_argument('--share', type=float, default=0.2)
    parser.add_argument('--all', action='store_const', const=1.0, dest='share')
    parser.add_argument('--only', default='')
    parser.add_argument('--names')
    parser.add_argument('--strict', action='store_true')
    parser.add_argument('--jobs', type=int, default=1)
    parser.add_argument('--list', action='store_true')
    args = parser.parse_args()
    args.folder = os.path.abspath(args.folder)
    began = time.process_time()

    with open(TOP + '/libdisplif/sources.mk', encoding='utf-8') as lines:
        files = [line.split()[-1] for line in lines if '_SRCS += ' in line]
    everything = mutants.mutants(SRC, files)
    known = survivors(LISTED)
    names = {m.name for m in everything}
    bad = ['survivors.txt: no such mutant: ' + name for name in known if name not in names]

    wanted = ''
    if args.names:
        with open(args.names, encoding='utf-8') as lines:
            wanted = lines.read() + '\n'

    def chosen(mutant):
        if wanted:
            return mutant.name + '\n' in wanted
        share = args.share / 4 if mutant.table and args.share < 1 else args.share
        return args.only in '%s:%d: %s' % (mutant.file, mutant.line, mutant.name) and \
            (args.only or mutant.rank(SEED) < share)

    some = [m for m in everything if chosen(m)]
    if args.list:
        for m in some:
            print('%s:%d\t%s' % (m.file, m.line, m.name))
        return
    if not some:
        fail('no such mutant')
    STATE['texts'] = {}
    for file in files:
        with open('%s/%s' % (SRC, file), encoding='utf-8') as source:
            STATE['texts'][file] = source.read()

    if os.path.exists(args.folder + '/progress'):
        os.remove(args.folder + '/progress')
    done = work_off(some, Tree(args.folder + '/plain', ['-DCMAKE_C_FLAGS=-O1 -g0']), args, False)
    known = survivors(LISTED)  # once more: what is explained while this runs counts
    left = [m for m, end, _ in done if end == 'survived' and (args.strict or m.name not in known)]
    if left:
        tree = Tree(args.folder + '/sanitized', ['-DCMAKE_C_FLAGS=-O1 -g0', '-DDISPLIF_SANITIZE=address,undefined'])
        again = {m.name: (m, 'sanitizer' if end != 'survived' else end, test)
                 for m, end, test in work_off(left, tree, args, True)}
        done = [again.get(result[0].name, result) for result in done]
    known = survivors(LISTED)
    report(args, files, everything, done, known, bad, began)


def report(args, files, everything, done, known, bad, began):
    """Prints what came out and ends with the exit code for it."""
    count = collections.Counter(end for _, end, _ in done)
    alive = [m for m, end, _ in done if end == 'survived']
    killed = count['killed'] + count['timeout'] + count['sanitizer']
    percent = 100.0 * killed / (killed + len(alive)) if killed else 0.0
    with open(args.folder + '/report', 'w', encoding='utf-8') as out:
        for m, end, test in done:
            out.write('%-10s %-18s %-9s %s:%d %s\n' % (end, test, m.rule, m.file, m.line, m.name))
    print('%-16s %7s %7s %8s %11s %7s' % ('', 'mutants', 'noticed', 'survived', 'no change', 'invalid'))
    for file in files:
        of = collections.Counter(end for m, end, _ in done if m.file == file)
        print('%-16s %7d %7d %8d %11d %7d' % (file, sum(of.values()), of['killed'] + of['timeout'] + of['sanitizer'],
                                              of['survived'], of['equivalent'], of['invalid']))
        if args.strict and not of:
            bad.append('no mutant of %s was tried' % file)
    for m in alive:
        if m.name not in known:
            bad.append('survived, and survivors.txt does not say why: %s:%d\n  %s' % (m.file, m.line, m.name))
    if args.strict:
        bad += ['survivors.txt: is noticed by now: ' + m.name for m, end, _ in done
                if m.name in known and end != 'survived']
        if len(done) < LEAST:
            bad.append('%d mutants, fewer than %d' % (len(done), LEAST))
        if percent < FLOOR:
            bad.append('%.1f %% noticed, fewer than %.1f %%' % (percent, FLOOR))
    for line in bad:
        print(line)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    text = ('%d of %d mutants: %d noticed (%d by a time limit, %d by the sanitizers only), %d survived, %d change '
            'nothing, %d do not compile: %.1f %% noticed' %
            (len(done), len(everything), killed, count['timeout'], count['sanitizer'], len(alive), count['equivalent'],
             count['invalid'], percent))
    print(text)
    print('%.0f s of processor; all results: %s/report' %
          (used.ru_utime + used.ru_stime + time.process_time() - began, args.folder))
    if os.environ.get('DISPLIF_FIGURES'):
        with open(os.environ['DISPLIF_FIGURES'] + '/mutate-mutants.txt', 'w', encoding='utf-8') as figures:
            figures.write(text + '\n')
    sys.exit(1 if bad else 0)


if __name__ == '__main__':
    main()
