"""Keeping results: backup and restore beside a real daemon."""

import pathlib
import subprocess
import tempfile
import unittest

from daemon import BINARY, PATIENCE_S, Daemon


def command(*arguments):
    return subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=PATIENCE_S)


class BackupAndRestore(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="copybench-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.data = self.folder / "data"
        self.file = self.folder / "backup.db"

    def test_a_backup_of_a_running_daemon_brings_everything_back(self):
        with Daemon(self.data) as daemon:
            first = daemon.queue(notes="kept")["id"]
            daemon.finished(first)
            csv = daemon.get(f"/experiments/{first}/results.csv").body
            second = daemon.queue(duration_s=30)["id"]
            daemon.running_run(second)
            made = command("backup", self.file, "--data-dir", self.data)
            self.assertEqual((made.returncode, made.stderr), (0, ""))
            self.assertIn("2 experiments with 2 runs", made.stdout)
            self.assertIn(f"Experiment {second} was being measured meanwhile", made.stdout)
            again = command("backup", self.file, "--data-dir", self.data)
            self.assertEqual(again.returncode, 1)
            self.assertIn("exists, and nothing is overwritten", again.stderr)
            in_use = command("restore", self.file, "--data-dir", self.data)
            self.assertEqual(in_use.returncode, 1)
            self.assertIn(f"in use by process {daemon.process.pid}", in_use.stderr)
            daemon.post(f"/experiments/{second}/cancel")
            daemon.finished(second)
            daemon.delete(f"/experiments/{first}")
            self.assertEqual(daemon.get(f"/experiments/{first}").status, 404)

        done = command("restore", self.file, "--data-dir", self.data)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("is kept; delete it when you need it no more", done.stdout)
        self.assertIn("1 of its experiments had not ended", done.stdout)
        with Daemon(self.data) as daemon:
            self.assertEqual(daemon.get(f"/experiments/{first}/results.csv").body, csv)
            self.assertEqual(daemon.experiment(first)["notes"], "kept")
            # It goes on where the backup was made: the run of that moment is measured again.
            daemon.running_run(second)

    def test_what_is_no_backup_changes_nothing(self):
        with Daemon(self.data) as daemon:
            daemon.finished(daemon.queue()["id"])
        self.file.write_text("no database at all\n" * 100)
        refused = command("restore", self.file, "--data-dir", self.data)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("is not restored, and nothing was changed", refused.stderr)
        with Daemon(self.data) as daemon:
            self.assertEqual(daemon.experiment(1)["state"], "completed")
        nowhere = command("backup", self.file, "--data-dir", self.folder / "nowhere")
        self.assertIn("There is no database in", nowhere.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
