"""Prints the last lines of tests/run: summary.py FILE... [--failed NAME]... reads ctest's results (--output-junit) and prints the
failed tests, the skipped and not judged ones with reasons, and how many test cases passed, failed and were skipped. Exits
with 1 if one failed. --failed names failures outside of the files.

A test case is one of doctest, unittest or Node; another kind of ctest test counts as one.
"""
import argparse
import dataclasses
import re
import sys
import xml.etree.ElementTree

REASON = re.compile(r"^(skipped|not judged): (.+)$", re.MULTILINE)


@dataclasses.dataclass
class Count:
    passed: int = 0
    failed: int = 0
    skips: list = dataclasses.field(default_factory=list)  # (kind, why)


def number(pattern, text):
    return sum(int(found) for found in re.findall(pattern, text, re.MULTILINE))


def doctest(text):
    """Returns None for output that is not doctest's. A case that returns early prints "skipped: ..." and passes."""
    if not (found := re.search(r"^\[doctest\] test cases: *\d+ *\| *(\d+) passed *\| *(\d+) failed", text, re.MULTILINE)):
        return None
    skips = [("skipped", why) for _, why in REASON.findall(text)]
    return Count(int(found[1]) - len(skips), int(found[2]), skips)


def unittest(text):
    if not (found := re.search(r"^Ran (\d+) tests? in ", text, re.MULTILINE)):
        return None
    ran = int(found[1])
    # Each failing subtest has a heading of its own.
    failed = len(set(re.findall(r"^(?:FAIL|ERROR): (\S+ \(\S+\))", text, re.MULTILINE)))
    skips = []
    # "test_a (__main__.Suite.test_a) ... skipped 'why'"; the test's own output may come between.
    for why in re.findall(r"(?:\.\.\. |^)skipped (?:'(.*)'|\"(.*)\")$", text, re.MULTILINE):
        skips.append(("skipped", why[0] or why[1]))
    of_classes = len(re.findall(r"^setUpClass .*skipped ", text, re.MULTILINE))
    return Count(max(0, ran - failed - (len(skips) - of_classes)), failed, skips)


def node(text):
    if not re.search(r"^# tests \d+$", text, re.MULTILINE):
        return None
    skips = [("skipped", f"{name}: {why}" if why else name)
             for name, why in re.findall(r"^ *ok \d+ - (.*?) # SKIP ?(.*)$", text, re.MULTILINE)]
    return Count(number(r"^# pass (\d+)$", text), number(r"^# (?:fail|cancelled) (\d+)$", text), skips)


def count(case):
    """Counts the cases of one <testcase>."""
    text = case.findtext("system-out") or ""
    status = case.get("status")
    reasons = REASON.findall(text)
    if case.find("skipped") is not None and status == "notrun" and reasons:
        return Count(skips=[reasons[-1]])
    counted = doctest(text) or unittest(text) or node(text)
    if status != "run":  # a crash or a timeout leaves no count of failures
        counted = counted or Count()
        counted.failed = max(1, counted.failed)
        return counted
    return counted or Count(passed=1)


def lines_of(skips, kind):
    """Returns "suite: why" for each, without duplicates."""
    found = {}
    for suite, (what, why) in skips:
        if what == kind:
            line = f"  {suite}: {why}"
            found[line] = found.get(line, 0) + 1
    return [line if times == 1 else f"{line} ({times} tests)" for line, times in found.items()]


def summarize(files, also_failed=()):
    """Returns (the lines, whether all passed)."""
    total, failed, skips = Count(failed=len(also_failed)), [f"  {name}" for name in also_failed], []
    for file in files:
        for case in xml.etree.ElementTree.parse(file).getroot().iter("testcase"):
            counted = count(case)
            total.passed += counted.passed
            total.failed += counted.failed
            skips += [(case.get("name"), skip) for skip in counted.skips]
            if counted.failed:
                failed.append(f"  {case.get('name')}")
    lines = []
    for title, part in (("Failed:", failed), ("Skipped, and why:", lines_of(skips, "skipped")),
                        ("Not judged, and why:", lines_of(skips, "not judged"))):
        if part:
            lines += [title, *part]
    lines.append(f"{total.passed} passed, {total.failed} failed, {len(skips)} skipped")
    return lines, total.failed == 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="*")
    parser.add_argument("--failed", action="append", default=[])
    options = parser.parse_args()
    said, well = summarize(options.files, options.failed)
    print("\n".join(said))
    sys.exit(0 if well else 1)
