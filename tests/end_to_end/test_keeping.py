"""Backup, restore, retention, export and import beside a real daemon."""

import os
import pathlib
import subprocess
import tempfile
import unittest

from daemon import BINARY, PATIENCE_S, Daemon, Process


def command(*arguments):
    return subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=PATIENCE_S)


class BackupAndRestore(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="copybench-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.data = self.folder / "data"
        self.file = self.folder / "backup.db"

    def test_a_backup_of_a_running_daemon_restores_everything(self):
        with Daemon(self.data) as daemon:
            first = daemon.queue(notes="kept")["id"]
            daemon.finished(first)
            csv = daemon.get(f"/experiments/{first}/results.csv").body
            second = daemon.queue(duration_s=30)["id"]
            daemon.running_run(second)
            modes = {path.name: path.stat().st_mode & 0o777 for path in (self.data, *self.data.iterdir())}
            self.assertEqual(modes.pop("data"), 0o750)
            self.assertEqual(set(modes.values()), {0o640}, modes)
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
            # It continues from the backup: the run of that moment is measured again.
            daemon.running_run(second)

    def test_an_invalid_backup_changes_nothing(self):
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


class Retention(unittest.TestCase):
    def test_old_data_are_removed_between_runs_and_their_space_with_them(self):
        with tempfile.TemporaryDirectory(prefix="copybench-test-") as data:
            with Daemon(data) as daemon:
                for i in range(3):
                    daemon.finished(daemon.queue(repetitions=2, pinned=i == 0)["id"])
            with Daemon(data, environment={"COPYBENCH_RETENTION_SIZE": "1kB"}) as daemon:
                daemon.line_with(r"event=retention_removed experiment_id=2 ")
                daemon.line_with(r"event=retention_removed experiment_id=3 ")
                daemon.line_with(r"event=retention_shortened bytes=")
                self.assertEqual([item["id"] for item in daemon.items("/experiments")], [1])
                fourth = daemon.queue()["id"]
                for event, _ in daemon.events(fourth):
                    pass
                self.assertIn(event, ("end", "deleted"))
                daemon.line_with(rf"event=retention_removed experiment_id={fourth} ")


class Transfer(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="copybench-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def without_ids(self, csv):
        return [line.split(",", 2)[2] for line in csv.text.splitlines()]

    def test_results_move_between_daemons_and_data_directories(self):
        file = self.folder / "one.ndjson"
        with Daemon() as there, Daemon(self.folder / "here") as here:
            number = here.queue(engines=["two_copy", "zero_copy"], repetitions=2, notes="from here")["id"]
            here.finished(number)
            there.queue(duration_s=30)
            done = command("export", number, file, "--data-dir", here.data_dir)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            body = here.get(f"/experiments/{number}/export.ndjson").body
            self.assertEqual(body.splitlines()[:-1], file.read_bytes().splitlines()[:-1])
            imported = there.post("/experiments/import", body, Content_Type="application/x-ndjson")
            self.assertEqual(imported.status, 201, imported.text)
            copy = imported.json()
            self.assertEqual(copy["origin"]["experiment_id"], number)
            self.assertEqual(copy["notes"], "from here")
            csvs = [daemon.get(f"/experiments/{number_there}/results.csv")
                    for daemon, number_there in ((here, number), (there, copy["id"]))]
            self.assertEqual(self.without_ids(csvs[0]), self.without_ids(csvs[1]))
            for mine, theirs in zip(here.runs(number), there.runs(copy["id"])):
                evidence = [daemon.get(f"/runs/{run['run_id']}").json()["evidence"]
                            for daemon, run in ((here, mine), (there, theirs))]
                self.assertEqual(*evidence)
            self.assertEqual(file.stat().st_mode & 0o777, 0o640)
            again = here.post("/experiments/import", body, Content_Type="application/x-ndjson")
            self.assertEqual((again.status, again.json()["id"]), (200, number), "it was measured here")
            refused = command("import", file, "--data-dir", here.data_dir)
            self.assertIn("Or hand the file to it: curl", refused.stderr)
        for said in ("is experiment 1:", "is experiment 1 already:"):
            done = command("import", file, "--data-dir", self.folder / "third")
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn(said, done.stdout)

    def test_unreadable_files_and_numbers_are_reported_with_the_reason(self):
        for arguments, status, said in (
                (["import", self.folder], 1, f"cannot read {self.folder}: Is a directory"),
                (["import", self.folder / "none"], 1, "No such file or directory"),
                (["export", "abc"], 2, '"abc" is no experiment; allowed: its number, from 1'),
                (["bogus"], 2, 'there is no command "bogus"')):
            with self.subTest(arguments=arguments):
                done = command(*arguments)
                self.assertEqual(done.returncode, status, done.stderr)
                self.assertIn(said, done.stderr)

    @unittest.skipIf(os.geteuid() != 0, "only root can hand files over")
    def test_files_that_root_imports_belong_to_the_owner_of_the_folder(self):
        file = self.folder / "one.ndjson"
        with Daemon() as there:
            number = there.queue()["id"]
            there.finished(number)
            file.write_bytes(there.get(f"/experiments/{number}/export.ndjson").body)
        data = self.folder / "data"
        data.mkdir()
        os.chown(data, 4321, 4321)
        done = command("import", file, "--data-dir", data)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual({(path.stat().st_uid, path.stat().st_gid) for path in data.iterdir()}, {(4321, 4321)})


@unittest.skipIf(os.geteuid() != 0, "only root has another user's folder to beware of")
class OfAnotherUser(unittest.TestCase):
    """Root's commands on a data directory whose owner may have placed anything there, below a folder that only root may enter."""

    OWNER = 4321

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="copybench-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        own = self.folder / "own"
        self.export, self.backup = self.folder / "one.ndjson", self.folder / "backup.db"
        with Daemon(own) as served:
            number = served.queue()["id"]
            served.finished(number)
        self.assertEqual(command("export", number, self.export, "--data-dir", own).returncode, 0)
        self.assertEqual(command("backup", self.backup, "--data-dir", own).returncode, 0)
        self.secret = self.folder / "secret"
        self.secret.write_bytes(bytes(600 * 1024))
        self.data = self.folder / "data"
        self.data.mkdir()
        os.chown(self.data, self.OWNER, self.OWNER)

    def owners(self, folder):
        return {path.lstat().st_uid for path in folder.iterdir()}

    def check_secret(self):
        status = self.secret.stat()
        self.assertEqual((status.st_uid, status.st_size, status.st_mode & 0o777), (0, 600 * 1024, self.secret_mode))

    def test_a_link_under_any_name_gives_its_owner_nothing(self):
        self.secret_mode = self.secret.stat().st_mode & 0o777
        names = ["reserve", "lock", "db", "db-wal", "db-shm", "db.new", "db.new-journal", "db.restoring", "db.restoring-journal"]
        for name in names:
            for words in (("import", self.export), ("restore", self.backup)):
                with self.subTest(name=name, command=words[0]):
                    for path in self.data.iterdir():
                        path.unlink()
                    link = self.data / f"copybench.{name}"
                    link.symlink_to(self.secret)
                    os.chown(link, self.OWNER, self.OWNER, follow_symlinks=False)
                    done = command(*words, "--data-dir", self.data)
                    self.check_secret()
                    self.assertEqual(self.owners(self.data), {self.OWNER})
                    self.assertNotIn("/proc/self", done.stderr)
                    if done.returncode:
                        self.assertIn(str(self.data), done.stderr)

    def test_files_that_root_puts_there_belong_to_the_owner_and_those_it_takes_away_to_root(self):
        for words in (("import", self.export), ("restore", self.backup)):
            done = command(*words, "--data-dir", self.data)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertNotIn("/proc/self", done.stdout)
            self.assertEqual(self.owners(self.data), {self.OWNER})
        for words in (("backup", self.folder / "again.db"), ("export", 1, self.folder / "again.ndjson")):
            done = command(*words, "--data-dir", self.data)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertEqual(words[-1].stat().st_uid, 0)
        self.assertEqual((self.folder / "again.db").stat().st_mode & 0o777, 0o600)
        self.assertEqual(self.owners(self.data), {self.OWNER})

    def test_a_file_in_a_third_user_s_folder_belongs_to_that_user(self):
        third = self.folder / "third"
        third.mkdir()
        os.chown(third, 4322, 4322)
        self.assertEqual(command("restore", self.backup, "--data-dir", self.data).returncode, 0)
        for words in (("backup", third / "b.db"), ("export", 1, third / "e.ndjson")):
            done = command(*words, "--data-dir", self.data)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(self.owners(third), {4322})
        self.assertEqual(command("restore", third / "b.db", "--data-dir", self.data).returncode, 0)

    def test_a_pipe_under_any_name_blocks_nobody(self):
        for name in ("db", "db-journal", "lock", "reserve"):
            for words in (("import", self.export), ("restore", self.backup), ("backup", self.folder / "copy"), ("export", 1)):
                with self.subTest(name=name, command=words[0]):
                    for path in self.data.iterdir():
                        path.unlink()
                    pipe = self.data / f"copybench.{name}"
                    os.mkfifo(pipe)
                    os.chown(pipe, self.OWNER, self.OWNER)
                    (self.folder / "copy").unlink(missing_ok=True)
                    command(*words, "--data-dir", self.data)

    def test_nothing_is_written_through_a_dangling_link(self):
        self.assertEqual(command("restore", self.backup, "--data-dir", self.data).returncode, 0)
        nowhere = self.folder / "nowhere"
        for words in (("backup",), ("export", 1)):
            link = self.folder / "link"
            link.unlink(missing_ok=True)
            link.symlink_to(nowhere)
            done = command(*words, link, "--data-dir", self.data)
            self.assertEqual(done.returncode, 1)
            self.assertIn("exists, and nothing is overwritten", done.stderr)
            self.assertFalse(nowhere.exists())

    def test_a_daemon_of_root_leaves_it_alone(self):
        with Process("serve", "--listen", "127.0.0.1:0", "--data-dir", self.data) as served:
            self.assertEqual(served.wait(), 2)
            self.assertRegex("\n".join(served.lines), f"{self.data}: the folder belongs to uid {self.OWNER}.*allowed: a folder of its own")
        self.assertEqual(list(self.data.iterdir()), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
