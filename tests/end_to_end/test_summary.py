"""The last lines of tests/run, from the real output of ctest, unittest, Node and doctest; and the handling of busy machines."""

import contextlib
import io
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

from daemon import ROOT

TESTS = ROOT / "tests"
sys.path.insert(0, str(TESTS / "measurement"))
sys.path.insert(0, str(TESTS))
# pylint: disable=wrong-import-position
import judged
import summary

PYTHON = '''
import unittest
import unittest.mock

class Some(unittest.TestCase):
    def test_one(self): print("something between", end="")
    def test_two(self): self.skipTest("it's no machine for it")
    def test_three(self):
        for i in range(2):
            with self.subTest(i=i): self.assertEqual(i, WRONG)
    def test_four(self): raise OSError("x") if WRONG != 5 else unittest.SkipTest("as two")

@unittest.skip("none of it")
class Other(unittest.TestCase):
    def test_one(self): pass

class Third(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise unittest.SkipTest("no root")
    def test_one(self): pass
    def test_two(self): pass

unittest.main(verbosity=2)
'''
NODE = '''
import { test } from 'node:test';
test('one', () => {});
test('two', (context) => context.skip('no perf'));
test('three', () => { if (WRONG) throw new Error('x'); });
'''
DOCTEST = '''[doctest] doctest version is "2.4.9"
skipped: a window can be opened again: perf may not count here
===============================================================================
[doctest] test cases:  9 |  8 passed | 1 failed | 3 skipped
'''


class Summary(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="copybench-test-")))

    def summary_of(self, tests):
        """tests: {name: (text of a script, what runs it)}"""
        lines = []
        for name, (text, *program) in tests.items():
            script = self.folder / (name + (".mjs" if "--test" in program else ".txt"))
            script.write_text(text)
            arguments = " ".join(f'"{part}"' for part in [*program, script])
            lines.append(f'add_test({name} {arguments})\nset_tests_properties({name} PROPERTIES SKIP_RETURN_CODE 77)\n')
        (self.folder / "CTestTestfile.cmake").write_text("".join(lines))
        subprocess.run(["ctest", "--test-dir", self.folder, "--output-junit", self.folder / "results.xml",
                        "--test-output-size-passed", "1000000", "--test-output-size-failed", "1000000"], stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=False, timeout=120)
        return summary.summarize([self.folder / "results.xml"])

    def test_failed_cases_are_counted_and_their_suites_named(self):
        lines, well = self.summary_of({
            "python": (PYTHON.replace("WRONG", "7"), sys.executable, "-B"),
            "cpp": (DOCTEST, "cat"),
            "crash": ("kill -SEGV $$", "sh"),
            "gone": ("", "/nowhere/to/be/found"),
        })
        self.assertFalse(well)
        self.assertEqual(lines[:5], ["Failed:", "  python", "  cpp", "  crash", "  gone"])
        # Python: a test with two failures, and one with an error. The doctest that returned early did not pass.
        self.assertEqual(lines[-1], "8 passed, 5 failed, 4 skipped")

    def test_skipped_suites_are_named_with_their_reason(self):
        lines, well = self.summary_of({
            "python": (PYTHON.replace("WRONG", "5").replace("range(2)", "()"), sys.executable, "-B"),
            "plain": ("echo said; exit 0", "sh"),
            "fuzz": ("echo skipped: there is no clang; exit 77", "sh"),
            "figures": ("echo before; echo not judged: others use 1.00 CPUs; exit 77", "sh"),
        })
        self.assertTrue(well, lines)
        self.assertEqual(lines, [
            "Skipped, and why:",
            "  python: none of it",
            "  python: as two",
            "  python: it's no machine for it",
            "  python: no root",
            "  fuzz: there is no clang",
            "Not judged, and why:",
            "  figures: others use 1.00 CPUs",
            "3 passed, 0 failed, 6 skipped"])

    @unittest.skipUnless(shutil.which("node"), "there is no Node.js")
    def test_node_s_tests(self):
        program = ("node", "--test", "--test-reporter=tap")
        lines, well = self.summary_of({"page": (NODE.replace("WRONG", "false"), *program)})
        self.assertEqual((lines, well), (["Skipped, and why:", "  page: two: no perf", "2 passed, 0 failed, 1 skipped"], True))
        lines, well = self.summary_of({"page": (NODE.replace("WRONG", "true"), *program)})
        self.assertEqual((lines[0], lines[1], lines[-1], well), ("Failed:", "  page", "1 passed, 1 failed, 1 skipped", False))

    def test_failures_outside_of_the_tests_count(self):
        lines, well = summary.summarize([], ["ThreadSanitizer: race.1"])
        self.assertEqual((lines, well), (["Failed:", "  ThreadSanitizer: race.1", "0 passed, 1 failed, 0 skipped"], False))


class Judged(unittest.TestCase):
    def call(self, *command):
        return subprocess.run([sys.executable, "-B", TESTS / "measurement" / "judged.py", *command], capture_output=True, text=True,
                              timeout=60, check=False)

    def test_a_busy_machine_is_not_judged(self):
        burner = subprocess.Popen([sys.executable, "-c", "while True: pass"])
        try:
            done = self.call("sh", "-c", "echo it ran; exit 1")
        finally:
            burner.kill()
            burner.wait()
        self.assertEqual(done.returncode, judged.NOT_JUDGED, done.stdout)
        self.assertRegex(done.stdout, r"^not judged: other programs use \d+\.\d\d CPUs before it starts\n$")

    def test_a_failure_on_a_quiet_machine_is_repeated_once(self):
        for second, status in (("exit 0", 0), ("exit 3", 3)):
            with tempfile.TemporaryDirectory(prefix="copybench-test-") as folder, io.StringIO() as said:
                script = f"echo FAIL: a; [ -e {folder}/tried ] && {second}; touch {folder}/tried; exit 1"
                with unittest.mock.patch.object(judged.Watch, "others", return_value=0.0), contextlib.redirect_stdout(said):
                    self.assertEqual(judged.run(["sh", "-c", script], probe_s=0), status)
                self.assertEqual(said.getvalue(), "| FAIL: a\nit failed on a quiet machine: judged once more\nFAIL: a\n")

    def test_its_own_processes_are_not_counted_as_others(self):
        watch = judged.Watch()
        subprocess.run([sys.executable, "-c", "import time\nwhile time.process_time() < 0.5: pass"], check=True)
        others = watch.others()
        begun, machine, own = watch.start
        # The machine's count since then leaves out at least that half second.
        self.assertGreaterEqual(judged.own_cpu_s() - own, 0.5)
        self.assertGreaterEqual(judged.machine_cpu_s() - machine, others * 0.5)
        self.assertGreater(begun, 0)

    def test_time_that_a_hypervisor_took_counts_and_interrupts_do_not(self):
        text = "cpu  100 20 30 9999 77 5 6 50 8 9\ncpu0 1 1 1 1 1 1 1 1 1 1\n"
        self.assertEqual(judged.machine_cpu_s(text), 200 / judged.os.sysconf("SC_CLK_TCK"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
