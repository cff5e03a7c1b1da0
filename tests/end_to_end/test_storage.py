"""A full disk, a failing one, a damaged database: stored results can be read, no finished run is lost, and measuring resumes by
itself once it can."""

import hashlib
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

from daemon import Daemon, Process, sweep, wait_until
from shim import Shim

TMPFS = 'mount -t tmpfs -o size=3m tmpfs "$0" && exec "$@"'


class NoWriting:
    """Behaviour common to every reason that prevents writes. Subclasses define break_disk(served), mend_disk(served), in between
    make_some_room(served) and take_it_back(served), and whether really nothing can be written."""

    def daemon(self):
        raise NotImplementedError

    def test_reads_go_on_posts_get_507_and_the_queue_pauses_until_writes_work(self):
        with self.daemon() as served:
            first = served.queue()["id"]
            served.finished(first)
            pages = [f"/experiments/{first}", f"/experiments/{first}/results.csv", f"/experiments/{first}/summary",
                     f"/runs/{served.runs(first)[0]['run_id']}"]
            before = [served.get(page).body for page in pages]
            # Writes start to fail while it is measured: the daemon must keep its figures until they can be stored.
            second = served.queue(duration_s=1, repetitions=2)["id"]
            under_way = served.running_run(second)
            stream = served.events(second)
            self.break_disk(served)

            health = wait_until(lambda: (health := served.get("/healthz").json())["scheduler"]["paused_reason"] and health,
                                "the queue has paused")
            self.assertEqual((health["status"], served.get("/readyz").status), ("degraded", 503))
            self.assertRegex(health["scheduler"]["paused_reason"], self.reason)
            self.assertEqual(health["store"]["last_write_error"]["kind"], self.kind)
            # The page learns of it by its stream.
            paused = next(data["paused_reason"] for name, data in stream if name == "progress" and data["paused_reason"])
            self.assertRegex(paused, self.reason)
            self.assertEqual(served.experiment(second)["progress"]["paused_reason"], paused)

            self.assertEqual([served.get(page).body for page in pages], before)
            self.make_some_room(served)
            self.assertEqual(served.post("/experiments", sweep()).status, 507, "it would fit, but the queue is paused")
            self.take_it_back(served)
            changes = [("POST", "/experiments", sweep())]
            if self.nothing_at_all:
                changes += [("POST", f"/experiments/{second}/cancel", None), ("DELETE", f"/experiments/{first}", None)]
            for method, path, body in changes:
                with self.subTest(method=method, path=path):
                    answer = served.request(method, path, body)
                    self.assertEqual(answer.status, 507, answer.text)
                    self.assertEqual(answer.content_type, "application/problem+json")
                    self.assertRegex(answer.json()["detail"], self.reason)
                    self.assertRegex(answer.json()["detail"], self.remedy)

            self.mend_disk(served)
            done = served.finished(second)
            self.assertEqual(done["state"], "completed", done)
            runs = served.runs(second)
            self.assertEqual([run["state"] for run in runs], ["completed", "completed"])
            self.assertEqual(runs[0]["run_id"], under_way["run_id"])
            self.assertEqual(served.get("/readyz").status, 200, served.get("/readyz").text)
            self.assertIsNone(done["progress"]["paused_reason"])
            self.assertEqual(served.post("/experiments", sweep()).status, 202)


class FullDisk(NoWriting, unittest.TestCase):
    kind, reason, remedy = "full", "no room left", "Free some"
    nothing_at_all = False  # the file that takes the room may use blocks that a checkpoint frees in the log

    def daemon(self):
        mounts = subprocess.run(["unshare", "-m", "sh", "-c", TMPFS, "/mnt", "true"], capture_output=True, text=True)
        if mounts.returncode:
            self.skipTest("no small disk can be mounted here (it takes root): " + mounts.stderr.strip())
        data = self.enterContext(tempfile.TemporaryDirectory(prefix="copybench-test-"))
        return Daemon(data, prefix=("unshare", "-m", "sh", "-c", TMPFS, data))

    def filler(self, served):
        # Seen through the daemon's own mounts.
        return pathlib.Path(f"/proc/{served.process.pid}/root{served.data_dir}/filler")

    def fill(self, path):
        with self.assertRaises(OSError), open(path, "wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))

    def break_disk(self, served):
        self.fill(self.filler(served))

    # Room for a small post, but not for a run's results.
    def make_some_room(self, served):
        os.truncate(self.filler(served), self.filler(served).stat().st_size - 24 * 1024)

    def take_it_back(self, served):
        self.fill(self.filler(served).with_name("filler-2"))

    def mend_disk(self, served):
        self.filler(served).unlink()
        self.filler(served).with_name("filler-2").unlink()

    def test_an_idle_daemon_recovers_by_itself_and_deletions_have_a_reserve(self):
        with self.daemon() as served:
            numbers = [served.queue()["id"] for _ in range(2)]
            for number in numbers:
                served.finished(number)
            # The scheduler's next look for work would checkpoint the log, and free room for the annotation.
            log = self.filler(served).with_name("copybench.db-wal")
            wait_until(lambda: log.stat().st_size == 0, "the log is folded back")
            self.break_disk(served)
            annotation = served.request("PATCH", f"/experiments/{numbers[0]}", {"notes": "x" * 4000})
            self.assertEqual(annotation.status, 507, annotation.text)
            self.assertEqual(served.get("/readyz").status, 503)
            self.assertEqual(served.get("/healthz").json()["status"], "degraded")
            self.filler(served).unlink()
            wait_until(lambda: served.get("/readyz").status == 200, "it is well, though nobody wrote")
            self.assertIsNone(served.get("/healthz").json()["store"]["last_write_error"])

            self.break_disk(served)
            self.assertEqual(served.post("/experiments", sweep()).status, 507)
            health = served.get("/healthz").json()
            self.assertEqual(health["status"], "degraded")
            self.assertRegex(health["store"]["posts_refused_reason"], "There is no room left")
            self.assertRegex(served.get("/readyz").text, "posts are refused for want of room")
            self.assertEqual(served.delete(f"/experiments/{numbers[0]}").status, 204)
            self.assertEqual(served.delete(f"/experiments/{numbers[1]}").status, 204)
            self.assertEqual(served.get("/experiments").json()["items"], [])
            self.filler(served).unlink()
            wait_until(lambda: served.get("/readyz").status == 200, "there is room")

    def test_posts_leave_room_for_a_checkpoint_of_the_log(self):
        with self.daemon() as served:
            def post():
                return served.post("/experiments", sweep(repetitions=100, notes="x" * 4000))
            number = served.queue(duration_s=2)["id"]
            served.running_run(number)  # meanwhile everything posted is in the log alone
            while (answer := post()).status == 202:
                pass
            self.assertEqual((answer.status, answer.json()["type"]), (507, "urn:copybench:problem:disk-full"))
            self.assertRegex(answer.json()["detail"], "There is no room left .* kept for what is queued. Free some")
            self.assertIsNone(served.get("/healthz").json()["scheduler"]["paused_reason"])
            served.completed(number)
            database = self.filler(served).with_name("copybench.db")
            sizes = [path.stat().st_size for path in (database, database.with_name("copybench.db-wal"))]
            self.assertGreater(sizes[0], 4 * sizes[1], "what was posted is in the database, and not in its log")


class SmallDisk:
    """A disk of some MiB that outlives the daemons on it."""

    def __init__(self, test, mebibytes):
        self.data = test.enterContext(tempfile.TemporaryDirectory(prefix="copybench-test-"))
        mount = f'mount -t tmpfs -o size={mebibytes}m tmpfs "$0" && echo mounted && exec sleep infinity'
        self.holder = subprocess.Popen(["unshare", "-m", "sh", "-c", mount, self.data], stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, text=True)
        test.addCleanup(self.end)
        if self.holder.stdout.readline() != "mounted\n":
            test.skipTest("no small disk can be mounted here (it takes root): " + self.holder.stderr.read().strip())
        self.folder = pathlib.Path(f"/proc/{self.holder.pid}/root{self.data}")
        self.inside = ("nsenter", f"--target={self.holder.pid}", "--mount")

    def end(self):
        self.holder.kill()
        self.holder.communicate()

    def daemon(self, **options):
        return Daemon(self.data, prefix=self.inside, **options)

    def fill(self):
        """Fills it to the last byte."""
        try:
            with open(self.folder / "filler", "ab", buffering=0) as file:
                while file.write(bytes(4096)):
                    pass
        except OSError:
            pass

    def empty(self):
        (self.folder / "filler").unlink()


class NoRoomAtTheStart(unittest.TestCase):
    def test_killed_on_a_full_disk_it_starts_reads_deletes_and_resumes_when_there_is_room(self):
        disk = SmallDisk(self, 3)
        served = disk.daemon()
        done = served.queue()["id"]
        served.finished(done)
        number = served.queue(duration_s=30)["id"]
        served.running_run(number)
        disk.fill()
        served.kill()
        disk.fill()
        (disk.folder / "copybench.reserve").unlink()
        disk.fill()
        with disk.daemon() as served:
            served.line_with("event=recovery_postponed")
            self.assertEqual(served.get("/readyz").status, 503)
            self.assertEqual(served.get(f"/experiments/{done}/results.csv").status, 200)
            self.assertEqual(served.post("/experiments", sweep()).status, 507)
            disk.empty()
            # It was running when the daemon was killed, and is measured again.
            wait_until(lambda: [run["state"] for run in served.runs(number)] == ["interrupted", "running"], "it goes on")
            wait_until(lambda: served.get("/readyz").status == 200, "all is well")
            served.post(f"/experiments/{number}/cancel")
            self.assertEqual(served.finished(number)["state"], "cancelled")

    def test_with_its_reserve_it_recovers_at_once_and_a_running_experiment_can_be_cancelled_and_deleted(self):
        disk = SmallDisk(self, 3)
        served = disk.daemon()
        number = served.queue(duration_s=30, repetitions=2)["id"]
        served.running_run(number)
        disk.fill()
        served.kill()
        disk.fill()
        with disk.daemon() as served:
            self.assertEqual(served.post(f"/experiments/{number}/cancel").status, 200)
            served.finished(number)
            self.assertEqual(served.delete(f"/experiments/{number}").status, 204)
            self.assertEqual(served.items("/experiments"), [])

    def test_after_an_orderly_stop_too(self):
        disk = SmallDisk(self, 3)
        with disk.daemon() as served:
            number = served.queue()["id"]
            served.finished(number)
        disk.fill()
        with disk.daemon() as served:
            self.assertEqual(served.get(f"/experiments/{number}/results.csv").status, 200)
            self.assertEqual(served.delete(f"/experiments/{number}").status, 204)


class RoomByDeleting(unittest.TestCase):
    """On a disk that is full to the last byte each deletion frees room, however large it is."""

    RUNS, BYTES = 100, 400_000

    def test_deletions_return_space_to_the_disk_and_the_reserve_is_made_again(self):
        disk = SmallDisk(self, 128)
        with disk.daemon() as served:
            numbers = []
            for _ in range(2):
                numbers.append(served.queue(repetitions=self.RUNS // 2, duration_s=30)["id"])
            for number in numbers:
                served.post(f"/experiments/{number}/cancel")
                served.finished(number)
        enlarge = ("import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('DELETE FROM run_evidence'); "
                   "c.execute('INSERT INTO run_evidence (run_id, evidence_json, perf_raw) SELECT id, ?, ? FROM runs', "
                   "('{}', 'x' * int(sys.argv[2]))); c.commit(); c.execute('PRAGMA wal_checkpoint(TRUNCATE)'); c.close()")
        # Through SQLite's own path: it resolves links, and would leave the disk by a path of /proc.
        subprocess.run([*disk.inside, sys.executable, "-c", enlarge, f"{disk.data}/copybench.db", str(self.BYTES)], check=True)
        with disk.daemon() as served:
            self.assertGreater((disk.folder / "copybench.db").stat().st_size, self.RUNS * self.BYTES)
            for number in numbers:
                disk.fill()
                self.assertEqual(served.post("/experiments", sweep()).status, 507)
                self.assertEqual(served.delete(f"/experiments/{number}").status, 204)
                self.assertTrue((disk.folder / "copybench.reserve").exists())
                posted = served.post("/experiments", sweep())
                self.assertEqual(posted.status, 202, posted.text)
                served.finished(posted.json()["id"])
            self.assertEqual(served.get("/readyz").status, 200, served.get("/readyz").text)


class FilesTaken(unittest.TestCase):
    """The daemon notices another program's changes to its open files before it acknowledges anything more."""

    def refused(self, served, name):
        answer = served.post("/experiments", sweep())
        self.assertEqual(answer.status, 503, f"{name}: {answer.text}")
        self.assertRegex(answer.json()["detail"], f"{re.escape(name)} was (removed|replaced|cut|overwritten)")
        self.assertRegex(answer.json()["detail"], "[Rr]estart copybenchd|start copybenchd")
        self.assertEqual(served.get("/readyz").status, 503)
        self.assertIn(name, served.get("/readyz").text)

    def test_missing_or_replaced_and_back_again(self):
        with Daemon() as served:
            data = pathlib.Path(served.data_dir)
            served.finished(served.queue()["id"])
            for name in ("copybench.db", "copybench.db-wal", "copybench.db-shm", "copybench.lock"):
                for replaced in (False, True):
                    with self.subTest(name=name, replaced=replaced):
                        os.rename(data / name, data / "aside")
                        self.assertEqual(served.get("/readyz").status, 503, "before anybody has written")
                        if replaced:
                            shutil.copy(data / "aside", data / name)
                        self.refused(served, name)
                        os.replace(data / "aside", data / name)
                        wait_until(lambda: served.get("/readyz").status == 200, "it is back")
                        served.measured()

    def test_missing_while_it_measures(self):
        with Daemon() as served:
            number = served.queue(duration_s=1)["id"]
            served.running_run(number)
            database = pathlib.Path(served.data_dir) / "copybench.db"
            os.rename(database, database.with_name("aside"))
            wait_until(lambda: served.get("/healthz").json()["scheduler"]["paused_reason"], "measuring has paused")
            store = served.get("/healthz").json()["store"]
            self.assertEqual(store["last_write_error"]["kind"], "lost")
            self.assertEqual(store["posts_refused_reason"], store["last_write_error"]["message"])
            self.assertIn("export", next(check["remedy"] for check in served.get("/readyz").json()["checks"]
                                         if check["name"] == "store"))
            os.rename(database.with_name("aside"), database)
            served.completed(number)

    def test_missing_while_nothing_is_queued(self):
        with Daemon() as served:
            served.completed(served.queue()["id"])
            database = pathlib.Path(served.data_dir) / "copybench.db"
            os.rename(database, database.with_name("aside"))
            served.line_with("event=(store_failed|measuring_paused) .*was removed while it was in use")
            os.rename(database.with_name("aside"), database)
            served.line_with("event=(store_recovered|measuring_resumed)")
            # Posts get 503 until the store has tried again.
            answer = wait_until(lambda: (again := served.post("/experiments", sweep())).status == 202 and again, "posts are taken")
            served.completed(answer.json()["id"])

    def test_truncated(self):
        for name in ("copybench.db", "copybench.db-wal"):
            with self.subTest(name=name), Daemon() as served:
                served.finished(served.queue()["id"])
                served.running_run(served.queue(duration_s=30)["id"])
                os.truncate(pathlib.Path(served.data_dir) / name, 100)
                ready = served.get("/readyz")
                self.assertEqual(ready.status, 503)
                self.assertRegex(ready.text, f"{re.escape(name)} was cut while it was in use, from .* start copybenchd")
                self.assertEqual(served.post("/experiments", sweep()).status, 503)

    def test_its_index_is_truncated_or_the_database_overwritten(self):
        def idle(served):
            log = pathlib.Path(served.data_dir) / "copybench.db-wal"
            wait_until(lambda: log.stat().st_size == 0, "the log is folded back, and nobody uses the index")
        with Daemon() as served:
            served.finished(served.queue()["id"])
            idle(served)
            os.truncate(pathlib.Path(served.data_dir) / "copybench.db-shm", 0)
            self.assertEqual(served.get("/experiments").status, 503)
            self.assertRegex(served.get("/readyz").text, "copybench.db-shm was cut while it was in use")
            self.assertEqual(served.post("/experiments", sweep()).status, 503)
        self.assertEqual(served.process.returncode, 0)
        with Daemon() as served:
            served.finished(served.queue()["id"])
            database = pathlib.Path(served.data_dir) / "copybench.db"
            idle(served)
            os.utime(database)
            self.assertEqual(served.get("/readyz").status, 200)
            served.finished(served.queue()["id"])
            idle(served)
            with open(database, "r+b") as file:
                file.seek(4096)
                file.write(bytes(database.stat().st_size - 4096))
            # Reads may go on with the pages that their connections hold.
            self.assertEqual(served.post("/experiments", sweep()).status, 503)
            self.assertEqual(served.get("/readyz").status, 503)
            self.assertIn("is damaged", served.get("/readyz").text)

    def test_a_run_that_another_program_ended_is_abandoned(self):
        with Daemon() as served:
            first = served.queue(duration_s=2)["id"]
            run = served.running_run(first)["run_id"]
            log = pathlib.Path(served.data_dir) / "copybench.db-wal"
            with sqlite3.connect(pathlib.Path(served.data_dir) / "copybench.db", timeout=30) as database:
                database.execute("UPDATE runs SET state = 'failed' WHERE id = ?", (run,))
            database.close()
            served.line_with(f"event=run_not_stored run_id={run} ")
            wait_until(lambda: log.stat().st_size == 0, "the log is folded back: another program begins it anew")
            with sqlite3.connect(pathlib.Path(served.data_dir) / "copybench.db", timeout=30) as database:
                database.execute("UPDATE experiments SET state = 'failed' WHERE id = ?", (first,))
            database.close()
            served.measured()

    def test_without_the_lock_file_a_second_daemon_is_still_rejected(self):
        with Daemon() as served:
            os.unlink(pathlib.Path(served.data_dir) / "copybench.lock")
            with Process("serve", "--listen", "127.0.0.1:0", "--data-dir", served.data_dir) as second:
                self.assertEqual(second.wait(), 1)
                self.assertIn("in use by", "\n".join(second.lines))


class FileSizeLimit(unittest.TestCase):
    def test_it_is_a_full_disk(self):
        with tempfile.TemporaryDirectory(prefix="copybench-test-") as data:
            with Daemon(data, prefix=("prlimit", "--fsize=700000")) as served:
                statuses = set()
                while 507 not in statuses and len(statuses) < 2:
                    statuses.add(served.post("/experiments", sweep(duration_s=3000, notes="n" * 9900)).status)
                self.assertEqual(statuses, {202, 507})
                self.assertEqual(served.get("/experiments").status, 200)


class ReadError(unittest.TestCase):
    def test_a_temporary_read_error_is_not_damage(self):
        shim = self.enterContext(Shim("storage_shim.c"))
        data = self.enterContext(tempfile.TemporaryDirectory(prefix="copybench-test-"))
        with Daemon(data, environment={**shim.environment, "STORAGE_OF_COPYBENCH": data}) as served:
            numbers = [served.queue(duration_s=0.1)["id"] for _ in range(3)]
            for number in numbers:
                served.finished(number)
            run = served.runs(numbers[0])[0]["run_id"]
        with Daemon(data, environment={**shim.environment, "STORAGE_OF_COPYBENCH": data}) as served:
            shim.set("fault", "read-eio 1000")
            answers = [served.delete(f"/experiments/{numbers[1]}"), served.post("/experiments", sweep()), served.get(f"/runs/{run}")]
            shim.clear("fault")
            for answer in answers:
                self.assertEqual((answer.status, answer.json()["type"]), (507, "urn:copybench:problem:disk-failed"), answer.text)
            self.assertEqual(served.get(f"/runs/{run}").status, 200)
            self.assertEqual(served.delete(f"/experiments/{numbers[1]}").status, 204)
            served.measured()


class FailingDisk(NoWriting, unittest.TestCase):
    kind, reason, remedy = "io", "disk I/O error", "See to the disk"
    nothing_at_all = True

    def daemon(self):
        self.shim = self.enterContext(Shim())
        return Daemon(environment=self.shim.environment)

    def make_some_room(self, served):
        pass

    def take_it_back(self, served):
        pass

    def break_disk(self, served):
        self.shim.set("eio")

    def mend_disk(self, served):
        self.shim.clear("eio")


def damage(database, table):
    """Overwrites a piece of the table's first page; returns the file's digest."""
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page, = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
        page_bytes, = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    with open(database, "r+b") as file:
        file.seek((page - 1) * page_bytes)
        file.write(b"\xa5" * 256)
    return digest(database)


def digest(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


class Damaged(unittest.TestCase):
    def setUp(self):
        self.data = self.enterContext(tempfile.TemporaryDirectory(prefix="copybench-test-"))
        self.database = os.path.join(self.data, "copybench.db")
        with Daemon(self.data) as served:
            self.number = served.queue()["id"]
            served.finished(self.number)

    def test_a_file_changed_in_place_is_damaged_and_the_daemon_does_not_start(self):
        before = damage(self.database, "runs")
        with Process("serve", "--listen", "127.0.0.1:0", "--data-dir", self.data) as served:
            self.assertNotEqual(served.wait(), 0)
            said = "\n".join(served.lines)
        self.assertIn(self.database, said)
        self.assertRegex(said, "(?s)is damaged.*Keep the file, and restore a copy of it")
        self.assertEqual(digest(self.database), before)

    def test_damaged_evidence_is_reported_and_nothing_is_written(self):
        before = damage(self.database, "run_evidence")
        with Daemon(self.data) as served:
            health = wait_until(lambda: (health := served.get("/healthz").json())["store"]["last_write_error"] and health,
                                "the damage was found")
            self.assertEqual(health["store"]["last_write_error"]["kind"], "corrupt")
            self.assertRegex(health["store"]["last_write_error"]["message"], "Keep the file, and restore a copy of it")
            answer = served.post("/experiments", sweep())
            self.assertEqual(answer.status, 503)
            self.assertRegex(answer.json()["detail"], "Keep the file, and restore a copy of it")
            self.assertEqual(served.get(f"/experiments/{self.number}/results.csv").status, 200)
            self.assertEqual([run["state"] for run in served.runs(self.number)], ["completed"])
            detail = served.get(f"/runs/{served.runs(self.number)[0]['run_id']}")
            self.assertEqual(detail.status, 503)
            self.assertIn("is damaged", detail.json()["detail"])
        self.assertEqual(digest(self.database), before)
        self.assertEqual([name for name in os.listdir(self.data) if name.startswith("copybench.db")], ["copybench.db"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
