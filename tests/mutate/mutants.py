# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Makes mutants of C sources in the style of this project: one small change each, at the level of tokens.

A mutant is named by its file, its function and the source line with the change in braces, so that the name
stays what it is when other lines come or go.
"""
import bisect
import re
import zlib

TOKEN = re.compile(r'''
    (?P<space>\s+|//[^\n]*|/\*.*?\*/)
  | (?P<pp>^[ \t]*\#(?:\\\n|/\*.*?\*/|[^\n])*)
  | (?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
  | (?P<number>(?:0[xX][0-9a-fA-F]+|\d+)[uUlL]*)
  | (?P<name>[A-Za-z_]\w*)
  | (?P<op><<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|.)
''', re.X | re.S | re.M)

TYPES = {'const', 'static', 'volatile', 'struct', 'union', 'enum', 'void', 'char', 'int', 'unsigned', 'bool', 'size_t',
         'uint8_t', 'uint16_t', 'uint32_t', 'uint64_t', 'int8_t', 'int32_t', 'uintptr_t'}
SWITCHED = {'<': ['<='], '<=': ['<'], '>': ['>='], '>=': ['>'], '==': ['!='], '!=': ['=='],
            '&&': ['||'], '||': ['&&'], '/': ['*'], '%': ['/'], '|': ['&', '^'], '^': ['|'], '<<': ['>>'], '>>': ['<<'],
            '+=': ['-='], '-=': ['+='], '|=': ['=', '&='], '&=': ['=', '|='], '<<=': ['>>='], '>>=': ['<<='],
            '/=': ['*=']}
BINARY = {'+': ['-'], '-': ['+'], '*': ['/'], '&': ['|']}
UNARY = {'!', '~', '-'}
# Constants that one could take for each other, by what their names begin with; by the macro they are given to.
GROUPS = ['DISPLIF_E_', 'DISPLIF_SET_', 'DISPLIF__REQ_', 'DISPLIF_ENTRY_', 'DISPLIF_XEN_', 'DISPLIF_DO_', 'DISPLIF_CHAN_',
          'DISPLIF_EV_', 'DISPLIF_XB_', 'DISPLIF_SHARE_', 'DISPLIF_MODE_', 'XENDISPL_OP_', 'TAKEN_', 'AT_', 'DISPLIF__']
MACROS = {'S', 'IN', 'A', 'DO', 'DISPLIF__OF'}


class Token:
    """A word of the source. flags: what rules must know of its place."""
    __slots__ = ('kind', 'text', 'start', 'end', 'depth', 'mate', 'off', 'typed')

    def __init__(self, kind, text, start):
        self.kind, self.text, self.start, self.end = kind, text, start, start + len(text)
        self.depth, self.mate, self.off, self.typed = 0, None, False, False


class Mutant:
    """text[start:end] of a file becomes @new."""
    __slots__ = ('file', 'line', 'rule', 'name', 'start', 'end', 'new', 'table')

    def __init__(self, file, line, rule, name, start, end, new, table):
        self.file, self.line, self.rule, self.name, self.table = file, line, rule, name, table
        self.start, self.end, self.new = start, end, new

    def rank(self, seed):
        """A number in 0 .. 1 that depends on nothing but the name and the seed."""
        return zlib.crc32(('%d %s' % (seed, self.name)).encode()) / 2.0 ** 32


class Source:
    """One file: its tokens, and all mutants of it."""

    def __init__(self, name, text):
        self.name, self.text, self.found, self.names = name, text, [], {}
        self.lines = [0] + [m.end() for m in re.finditer('\n', text)]
        self.function, self.constant = '', False
        self.tokens = [Token(m.lastgroup, m.group(), m.start()) for m in TOKEN.finditer(text)
                       if m.lastgroup != 'space']
        self.defines()
        self.tokens = [t for t in self.tokens if t.kind != 'pp']
        self.pair()
        self.constants = {}
        for i, t in enumerate(self.tokens):
            group = self.group(i)
            if group:
                self.constants.setdefault(group, set()).add(t.text)
        self.top()

    def add(self, rule, start, end, new):
        """Notes a mutant."""
        line = bisect.bisect_right(self.lines, start)
        left = self.lines[line - 1]
        right = self.text.find('\n', end)
        words = '%s{%s -> %s}%s' % (self.text[left:start], self.text[start:end], new or 'nothing', self.text[end:right])
        name = '%s %s: %s' % (self.name, self.function, ' '.join(words.split()))
        self.names[name] = self.names.get(name, 0) + 1
        if self.names[name] > 1:
            name += ' #%d' % self.names[name]
        self.found.append(Mutant(self.name, line, rule, name, start, end, new, self.constant))

    def defines(self):
        """Limits and sizes that are #defined as numbers."""
        for t in self.tokens:
            m = re.match(r'[ \t]*#[ \t]*define[ \t]+(\w+)[ \t]+(\d\w*|0x\w+)[ \t]*(?:/\*.*\*/)?$', t.text, re.S) \
                if t.kind == 'pp' else None
            if m:
                self.function = '#define'
                self.numbers(m.group(2), t.start + m.start(2))

    def numbers(self, text, start, less=True):
        """One more, one less."""
        m = re.match(r'(0[xX][0-9a-fA-F]+|\d+)([uUlL]*)$', text)
        value = int(m.group(1), 0)
        form = '0x%x%s' if text[:2] in ('0x', '0X') else '%d%s'
        self.add('number', start, start + len(text), form % (value + 1, m.group(2)))
        if value and less:
            self.add('number', start, start + len(text), form % (value - 1, m.group(2)))

    def pair(self):
        """Finds what each bracket belongs to, casts, and what is no expression."""
        stack = []
        for i, t in enumerate(self.tokens):
            if t.kind == 'op' and t.text in '([{':
                t.depth = len(stack)
                stack.append(i)
            elif t.kind == 'op' and t.text in ')]}':
                t.mate = stack.pop()
                self.tokens[t.mate].mate = i
                t.depth = len(stack)
            else:
                t.depth = len(stack)
        for i, t in enumerate(self.tokens):
            if t.text == '(' and self.tokens[i + 1].text in TYPES:
                for k in range(i, t.mate + 1):
                    self.tokens[k].off = True
                self.tokens[t.mate].typed = True
            if t.text in ('sizeof', 'offsetof', '_Static_assert', 'W', 'W2', '__attribute__') and \
                    self.tokens[i + 1].text == '(':
                for k in range(i, self.tokens[i + 1].mate + 1):
                    self.tokens[k].off = True
            if t.text == '[' and self.tokens[i - 1].text in ('{', ','):  # a designator
                for k in range(i, t.mate + 1):
                    self.tokens[k].off = True

    def group(self, i):
        """What a constant could be mistaken for; None for everything else."""
        t = self.tokens[i]
        if t.kind != 'name' or t.off:
            return None
        if i > 1 and self.tokens[i - 1].text == '(' and self.tokens[i - 2].text in MACROS:
            return self.tokens[i - 2].text + '('
        if not re.match(r'[A-Z][A-Z0-9_]+$', t.text) or self.tokens[i + 1].text == '(':
            return None
        for prefix in GROUPS:
            if t.text.startswith(prefix) and not re.search(r'_(COUNT|LEN|MAX|BLOCK|WORDS|GREFS|NODES|SETS|BITS)$', t.text):
                return prefix
        return None

    def top(self):
        """Finds the functions and the tables."""
        i = 0
        while i < len(self.tokens):
            t = self.tokens[i]
            if t.text == '{' and t.depth == 0:
                before = self.tokens[i - 1]
                if before.text == ')' and self.tokens[before.mate - 1].kind == 'name':
                    self.function = self.tokens[before.mate - 1].text
                    self.body(i, t.mate)
                elif before.text == '=':
                    k = i - 2
                    while self.tokens[k].text == ']':
                        k = self.tokens[k].mate - 1
                    self.function = self.tokens[k].text
                    self.constant = True
                    self.table(i, t.mate)
                    self.constant = False
                i = t.mate
            i += 1

    def table(self, first, last):
        """The initialiser of a constant table."""
        for i in range(first + 1, last):
            t = self.tokens[i]
            if t.off:
                continue
            if t.kind == 'number':
                self.numbers(t.text, t.start, less=False)
            elif t.text == '|':
                self.operands(i, '|')
            self.swap(i)

    def swap(self, i):
        """Another constant of the same kind."""
        t, group = self.tokens[i], self.group(i)
        others = sorted(self.constants.get(group, ()))
        if len(others) > 1:
            self.add('constant', t.start, t.end, others[(others.index(t.text) + 1) % len(others)])

    def value_before(self, i):
        """Whether an operator at @i has a left operand."""
        t = self.tokens[i - 1]
        if t.kind == 'op':
            return t.text == ']' or (t.text == ')' and not t.typed)
        return t.text not in ('return', 'case')

    def body(self, first, last):
        """A function."""
        self.declarations(first, last)
        done = set()
        for i in range(first + 1, last):
            t = self.tokens[i]
            if t.off:
                continue
            if t.kind == 'number':
                self.numbers(t.text, t.start)
            elif t.text in SWITCHED:
                rule = 'logical' if t.text in ('&&', '||') else 'operator'
                for new in SWITCHED[t.text]:
                    self.add(rule, t.start, t.end, new)
                if rule == 'logical':
                    self.operands(i, t.text, done)
            elif t.text in BINARY and self.value_before(i):
                for new in BINARY[t.text]:
                    self.add('operator', t.start, t.end, new)
            elif t.text in ('if', 'while') and re.match(r'\((?!!)[\w>.-]+\)', self.text[self.tokens[i + 1].start:]):
                self.add('condition', self.tokens[i + 1].end, self.tokens[i + 1].end, '!')
            elif t.text in UNARY and not self.value_before(i):
                self.add('operator', t.start, t.end, '')
            elif t.text in ('if', 'while'):
                a, b = self.tokens[i + 1].end, self.tokens[self.tokens[i + 1].mate].start
                if not re.match(r'!?[\w>.-]+$|[^=!&|]*(==|!=)[^=!&|]*$', self.text[a:b]):  # those have a shorter one
                    self.add('condition', a, b, '!(%s)' % self.text[a:b])
            elif t.text == 'else':
                self.add('drop', t.start, t.end, '')
            elif t.text == 'case':
                k = i
                while self.tokens[k].text != ':':
                    k += 1
                self.add('drop', t.start, self.tokens[k].end, '')
            self.swap(i)
        self.statements(first, last)

    def declarations(self, first, last):
        """Turns off what is declared; what it is initialised with stays."""
        i = first + 1
        while i < last:
            t = self.tokens[i]
            if t.text in TYPES and not t.off and self.tokens[i - 1].text in ('{', '}', ';', ':'):
                depth, value = t.depth, False
                while self.tokens[i].text != ';' or self.tokens[i].depth > depth:
                    word = self.tokens[i]
                    if word.depth == depth and word.text == ',':
                        value = False
                    if not value:
                        word.off = True
                    if word.depth == depth and word.text == '=':
                        value = True
                    i += 1
            i += 1

    def operands(self, at, op, done=None):
        """An operand of && and || that does not count; a flag that is not there."""
        depth = self.tokens[at].depth
        neutral = {'&&': '1', '||': '0', '|': '0'}[op]
        for step in (-1, 1):
            i = at + step
            while True:
                t = self.tokens[i]
                if t.depth < depth or (t.depth == depth and (
                        t.text in ('&&', '||', '?', ':', '=', ',', ';', '{', '|', '|=') or t.text in ('return', 'if', 'while'))):
                    break
                i += step
            a, b = (i + 1, at - 1) if step < 0 else (at + 1, i - 1)
            where = (self.tokens[a].start, self.tokens[b].end)
            if done is not None:
                if where in done:
                    continue
                done.add(where)
            elif step < 0:
                continue
            self.add('operand', where[0], where[1], neutral)

    def statements(self, first, last):
        """Calls, assignments, jumps that are left out; other results."""
        i = first + 1
        while i < last:
            t, before = self.tokens[i], self.tokens[i - 1]
            starts = before.text in ('{', '}', ';', 'else', 'do') or (before.text == ':' and self.label(i - 1)) or (
                before.text == ')' and self.tokens[before.mate - 1].text in ('if', 'for', 'while', 'switch'))
            if not starts or t.off or t.text in ('{', '}', ';', 'if', 'for', 'while', 'switch', 'do', 'else', 'case', 'default'):
                if t.text in ('for', 'while', 'switch', 'if') and self.tokens[i + 1].text == '(':
                    i = self.tokens[i + 1].mate
                i += 1
                continue
            k = i
            while self.tokens[k].text != ';' or self.tokens[k].depth > t.depth:
                k += 1
            end = self.tokens[k]
            if t.text == 'return' and k > i + 1:
                if self.text[self.tokens[i + 1].start:end.start] not in ('0', '1', 'NULL', 'false', 'true'):
                    self.add('return', self.tokens[i + 1].start, end.start, '0')
            elif not (t.kind == 'name' and k == i + 1 and t.text not in ('return', 'break', 'continue')):
                self.add('barrier' if re.match(r'displif_[rw]?mb$', t.text) else 'drop', t.start, end.end, ';')
            i = k + 1

    def label(self, i):
        """Whether the colon at @i ends a case."""
        while self.tokens[i].text not in (';', '{', '}', '?'):
            if self.tokens[i].text in ('case', 'default'):
                return True
            i -= 1
        return False


def mutants(folder, files):
    """All mutants of the files, in their order."""
    found = []
    for file in files:
        with open('%s/%s' % (folder, file), encoding='utf-8') as source:
            found += Source(file, source.read()).found
    return found
