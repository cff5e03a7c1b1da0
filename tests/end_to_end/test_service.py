"""The daemon as an administrator sees it: configuration, reload, service manager."""

import pathlib
import tempfile
import unittest

from daemon import Process


class Configuration(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="copybench-test-")
        self.addCleanup(folder.cleanup)
        self.file = pathlib.Path(folder.name) / "copybench.toml"

    def check(self, *flags, **environment):
        process = Process("serve", "--check-config", *flags, environment={"COPYBENCH_CONFIG": str(self.file), **environment})
        with process:
            return process.wait(), "\n".join(process.out), "\n".join(process.err)

    def test_a_flag_wins_over_the_environment_and_that_over_the_file(self):
        self.file.write_text('log-level = "debug"\nperf = "from-file"\nlisten = "127.0.0.1:1234"\n')
        status, text, _ = self.check("--listen", "127.0.0.1:4321", COPYBENCH_PERF="from-environment")
        self.assertEqual(status, 0)
        self.assertRegex(text, rf"{self.file} is in order")
        self.assertRegex(text, rf"log-level +debug +{self.file} line 1")
        self.assertRegex(text, r"perf +from-environment +COPYBENCH_PERF")
        self.assertRegex(text, r"listen +127\.0\.0\.1:4321 +flag --listen")

    def test_what_is_wrong_is_refused_with_its_line_by_the_check_and_at_start(self):
        self.file.write_text('lissten = "127.0.0.1:1234"\nlog-level = "loud"\n')
        for flags in (["--check-config"], []):
            with Process("serve", *flags, "--config", self.file) as process:
                self.assertEqual(process.wait(), 2)
                text = "\n".join(process.err)
                self.assertIn(f"{self.file} line 1: lissten: no such key; there are listen, ", text)
                self.assertIn(f"{self.file} line 2: --log-level: loud not in {{debug,info,warning,error}}", text)

    def test_a_file_that_is_named_must_be_there(self):
        status, _, text = self.check("--config", "/nonexistent.toml")
        self.assertEqual(status, 2)
        self.assertIn("/nonexistent.toml: No such file or directory", text)


if __name__ == "__main__":
    unittest.main()
