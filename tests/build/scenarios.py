#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Every scenario in the tables of docs/testing.md has a test, and every test named there exists and is run.

A test exists if its function is in the file that its name stands for, and is run if it is in that file's list
for cmocka and the file in its folder's CMakeLists.txt. A case on a real Xen is run if run_cases.py's lists
have it. At the end doctored copies of tables and tests are tried: each must fail.
"""
import os
import re
import shutil
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DOC = "docs/testing.md"
SECTION = "## Scenarios and their tests"
HEAD = ["Scenario", "Frontend", "Backend"]
NOT_ITS_MATTER = "-"
# Fewer rows than that: the tables were not found, or someone cut them short.
LEAST_ROWS = 120


class Tree:
    """Files below a folder. changed: {path: text} of what shall read otherwise."""

    def __init__(self, top, changed=None):
        self._top = top
        self._changed = changed or {}

    def read(self, path):
        """The text, or None if there is no such file."""
        if path in self._changed:
            return self._changed[path]
        try:
            with open(os.path.join(self._top, path), encoding="utf-8") as f:
                return f.read()
        except FileNotFoundError:
            return None

    def cases(self):
        """All of tests/xen/cases_*.py and the lists that use them."""
        folder = os.path.join(self._top, "tests/xen")
        names = sorted(n for n in os.listdir(folder)
                       if re.fullmatch(r"(cases_\w+|run_cases)\.py", n))
        return "\n".join(self.read(f"tests/xen/{n}") for n in names)


def rows(text):
    """(line number, cells) of each row of the section's tables."""
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("## "):
            inside = line == SECTION
        if not inside or not line.startswith("|"):
            continue
        cells = [c.strip() for c in line.strip().strip("|").split("|")]
        if cells != HEAD and not set(line) <= set("|- "):
            yield number, cells


def without_comments(text):
    return re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.S)


def judge_test(tree, suite, name):
    """What is wrong with a test's name, or None."""
    if suite == "xen":
        return None if f'("{name}",' in tree.cases() else \
            "no case of tests/xen has that name"
    folder, _, file = suite.rpartition("/")
    folder = f"tests/{folder or 'unit'}"
    path = f"{folder}/test_{file}.c"
    code = tree.read(path)
    if code is None:
        return f"there is no {path}"
    code = without_comments(code)
    if not re.search(rf"^static void {name}\(void \*\*state\)\n\{{", code, re.M):
        return f"{path} has no such function"
    main = code[code.find("\nint main("):]
    if not re.search(rf"\b(cmocka_unit_test\w*|TEST)\(\s*{name}\s*[,)]", main):
        return f"{path} does not run it"
    lists = re.sub(r"#.*", "", tree.read(f"{folder}/CMakeLists.txt") or "")
    if not re.search(rf"(?<![\w-]){file}(?![\w-])", lists):
        return f"{folder}/CMakeLists.txt does not have {file}"
    return None


def judge_cell(tree, cell):
    """(number of tests, complaints)."""
    if cell == NOT_ITS_MATTER:
        return 0, []
    count, bad = 0, []
    for group in cell.split(";"):
        suite, colon, names = group.strip().partition(": ")
        if not colon or not re.fullmatch(r"[a-z_]+(/[a-z_]+)?", suite):
            bad.append(f"{group.strip()!r} names no test")
            continue
        for name in names.split(","):
            name = name.strip()
            wrong = judge_test(tree, suite, name) \
                if re.fullmatch(r"[a-z0-9_-]+", name) else "that is no name"
            count += not wrong
            if wrong:
                bad.append(f"{suite}: {name}: {wrong}")
    return count, bad


def judge(tree):
    """(rows, tests, complaints) of a whole tree."""
    bad, seen, tests = [], {}, set()
    for number, cells in rows(tree.read(DOC)):
        where = f"{DOC}:{number}: {cells[0]}"
        if len(cells) != 3:
            bad.append(f"{where}: {len(cells)} cells instead of 3")
            continue
        if cells[0] in seen:
            bad.append(f"{where}: line {seen[cells[0]]} says that already")
        seen[cells[0]] = number
        count = 0
        for cell in cells[1:]:
            found, wrong = judge_cell(tree, cell)
            bad += [f"{where}: {text}" for text in wrong]
            count += found
            if found:
                tests.add(cell)
        if not count:
            bad.append(f"{where}: no test")
    if len(seen) < LEAST_ROWS:
        bad.append(f"{DOC}: {len(seen)} rows, {LEAST_ROWS} at least are wanted")
    return len(seen), tests, bad


def swap(text, old, new):
    if text.count(old) < 1:
        sys.exit(f"FAIL: the self-check finds no {old!r} to change")
    return text.replace(old, new, 1)


def doctored():
    """(what was done, {path: text}): copies that must fail."""
    doc = Tree(TOP).read(DOC)
    path = "tests/loop/test_storm.c"
    name = "test_no_answer_40_times"
    code = Tree(TOP).read(path)
    listed = f"cmocka_unit_test({name})"
    number, cells = next(r for r in rows(doc) if name in r[1][1])
    line = doc.splitlines()[number - 1]
    lists = "tests/loop/CMakeLists.txt"
    return [
        ("a row without a test", {DOC: swap(doc, line, f"| {cells[0]} | - | - |")}),
        ("an empty cell", {DOC: swap(doc, line, f"| {cells[0]} | | - |")}),
        ("a test that does not exist", {DOC: swap(doc, name, name + "_more")}),
        ("a file that does not exist", {DOC: swap(doc, "loop/storm: ", "loop/strom: ")}),
        ("a case that does not exist", {DOC: swap(doc, "xen: flips", "xen: flops")}),
        ("a row too many", {DOC: swap(doc, line, line + "\n" + line)}),
        ("a table cut short", {DOC: doc[:doc.find("### Events")]}),
        ("a test that was renamed", {path: code.replace(name, "test_other")}),
        ("a test that is not in the list", {path: swap(code, listed + ",", "")}),
        ("a test that is listed in a comment",
         {path: swap(code, listed + ",", f"/* {listed}, */")}),
        ("a test without a body", {path: swap(code, f"static void {name}(void **state)\n{{",
                                              f"static void {name}(void **state);\n{{")}),
        ("a file that is not built",
         {lists: Tree(TOP).read(lists).replace("storm", "")}),
    ]


def main():
    work = sys.argv[1]
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    count, tests, bad = judge(Tree(TOP))
    for line in bad:
        print(line)
    if bad:
        sys.exit(f"FAIL: {len(bad)} complaints")
    for what, changed in doctored():
        if not judge(Tree(TOP, changed))[2]:
            sys.exit(f"FAIL: nobody noticed {what}")
    print(f"{count} scenarios, {len(tests)} different sets of tests,"
          f" {len(doctored())} doctored copies noticed")


if __name__ == "__main__":
    main()
