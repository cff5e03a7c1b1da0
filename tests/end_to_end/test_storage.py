"""A full disk, a failing one, a damaged database: what was measured can be read, nothing finished is lost, and measuring
goes on by itself once it can."""

import hashlib
import os
import pathlib
import sqlite3
import subprocess
import tempfile
import unittest

from daemon import Daemon, Process, sweep, wait_until
from shim import Shim

TMPFS = 'mount -t tmpfs -o size=3m tmpfs "$0" && exec "$@"'


class NoWriting:
    """What holds whatever the reason that nothing can be written. break_disk(served), mend_disk(served) and, in between,
    make_some_room(served) and take_it_back(served) are the case's, as is whether really nothing can be written."""

    def daemon(self):
        raise NotImplementedError

    def test_reads_go_on_posts_are_507_and_the_queue_pauses_until_it_passes(self):
        with self.daemon() as served:
            first = served.queue()["id"]
            served.finished(first)
            pages = [f"/experiments/{first}", f"/experiments/{first}/results.csv", f"/experiments/{first}/summary",
                     f"/runs/{served.runs(first)[0]['run_id']}"]
            before = [served.get(page).body for page in pages]
            # While it is measured nothing can be written any more: its figures must be kept until they can.
            second = served.queue(duration_s=1, repetitions=2)["id"]
            under_way = served.running_run(second)
            stream = served.events(second)
            self.break_disk(served)

            health = wait_until(lambda: (health := served.get("/healthz").json())["scheduler"]["paused_reason"] and health,
                                "the queue has paused")
            self.assertEqual((health["status"], served.get("/readyz").status), ("degraded", 503))
            self.assertRegex(health["scheduler"]["paused_reason"], self.reason)
            self.assertEqual(health["store"]["last_write_error"]["kind"], self.kind)
            # The page is told by its stream.
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
    nothing_at_all = False  # what takes room away may be written in what the log leaves when it is folded back

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

    # For a small post, not for what a run leaves.
    def make_some_room(self, served):
        os.truncate(self.filler(served), self.filler(served).stat().st_size - 24 * 1024)

    def take_it_back(self, served):
        self.fill(self.filler(served).with_name("filler-2"))

    def mend_disk(self, served):
        self.filler(served).unlink()
        self.filler(served).with_name("filler-2").unlink()

    def test_an_idle_daemon_is_well_again_by_itself_and_deletions_have_a_reserve(self):
        with self.daemon() as served:
            numbers = [served.queue()["id"] for _ in range(2)]
            for number in numbers:
                served.finished(number)
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

    def test_what_is_posted_leaves_room_for_the_log_to_be_folded_back(self):
        with self.daemon() as served:
            def post():
                return served.post("/experiments", sweep(repetitions=100, notes="x" * 4000))
            number = served.queue(duration_s=2)["id"]
            served.running_run(number)  # meanwhile all that is posted stands in the log alone
            while (answer := post()).status == 202:
                pass
            self.assertEqual((answer.status, answer.json()["type"]), (507, "urn:copybench:problem:disk-full"))
            self.assertRegex(answer.json()["detail"], "There is no room left .* kept for what is queued. Free some")
            self.assertIsNone(served.get("/healthz").json()["scheduler"]["paused_reason"])
            self.assertEqual(served.finished(number)["state"], "completed")
            database = self.filler(served).with_name("copybench.db")
            sizes = [path.stat().st_size for path in (database, database.with_name("copybench.db-wal"))]
            self.assertGreater(sizes[0], 4 * sizes[1], "what was posted is in the database, and not in its log")


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

    def test_what_is_changed_in_place_is_damaged_and_the_daemon_does_not_start(self):
        before = damage(self.database, "runs")
        with Process("serve", "--listen", "127.0.0.1:0", "--data-dir", self.data) as served:
            self.assertNotEqual(served.wait(), 0)
            said = "\n".join(served.lines)
        self.assertIn(self.database, said)
        self.assertRegex(said, "(?s)is damaged.*Keep the file, and restore a copy of it")
        self.assertEqual(digest(self.database), before)

    def test_evidence_is_damaged_and_nothing_is_written(self):
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
