"""systemd/install and uninstall, below a folder that stands for the root of a machine. test_boot.py covers the package."""

import pathlib
import subprocess
import tempfile
import unittest

from daemon import BINARY, ROOT


@unittest.skipUnless(pathlib.Path(BINARY) == ROOT / "build" / "copybenchd", "it installs what is built in build/")
class Install(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="copybench-test-")
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def call(self, script, *options):
        no_packages = ["--no-install"] if script == "install" else []
        done = subprocess.run([ROOT / "systemd" / script, *no_packages, "--root", self.root, *options], capture_output=True, text=True,
                              timeout=600)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def files(self):
        return {str(path.relative_to(self.root)) for path in self.root.rglob("*") if path.is_file()}

    def test_it_is_installed_and_removed_and_leaves_data_and_configuration(self):
        self.assertIn("Installed copybench", self.call("install", "--prefix", "/opt/bench"))
        first = self.files()
        self.assertLessEqual({"opt/bench/bin/copybenchd", "opt/bench/lib/systemd/system/copybenchd.service",
                              "opt/bench/share/man/man8/copybenchd.8.gz", "opt/bench/share/man/man5/copybench.toml.5.gz",
                              "opt/bench/share/doc/copybench/examples/prometheus.yml",
                              "etc/copybench/copybench.toml", "etc/copybench/nightly.json"}, first)
        unit = (self.root / "opt/bench/lib/systemd/system/copybenchd.service").read_text()
        self.assertIn("ExecStart=/opt/bench/bin/copybenchd serve\n", unit)

        (self.root / "etc/copybench/copybench.toml").write_text("# mine\n")
        data = self.root / "var/lib/copybench/copybench.db"
        data.parent.mkdir(parents=True)
        data.write_text("measured")
        self.call("install", "--prefix", "/opt/bench")
        self.assertEqual((self.root / "etc/copybench/copybench.toml").read_text(), "# mine\n")

        self.call("uninstall", "--prefix", "/opt/bench")
        self.assertEqual(self.files(), {"etc/copybench/copybench.toml", "etc/copybench/nightly.json", "var/lib/copybench/copybench.db"})
        self.assertEqual(list(self.root.glob("opt/bench/**/copybench*")), [])
        self.call("install", "--prefix", "/opt/bench")
        self.call("uninstall", "--prefix", "/opt/bench", "--purge")
        self.assertEqual(self.files(), set())


if __name__ == "__main__":
    unittest.main()
