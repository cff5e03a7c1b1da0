"""Power lost at random moments: unsynced data are lost or torn, acknowledged data are not."""

import os
import random
import sqlite3
import tempfile
import time
import unittest

from daemon import Daemon, Process
from power_loss import Contents, Disk
from shim import Shim
from test_kill import KEPT, Lane

ROUNDS = int(os.environ.get("COPYBENCH_POWER_ROUNDS", "16"))
SEED = int(os.environ.get("COPYBENCH_POWER_SEED", random.SystemRandom().randrange(1 << 32)))


SEED_THAT_LOSES = next(seed for seed in range(100) if random.Random(seed).random() > 0.7)


class PowerLane(Lane):
    """Like a lane of kills, but the machine goes down with the daemon. In every fourth round some syncs fail before."""

    def live(self):
        with tempfile.TemporaryDirectory(prefix="copybench-test-") as data, Shim("storage_shim.c") as shim:
            self.shim = shim
            for number in range(self.rounds):
                self.round(data, number)
            with Daemon(data) as served:
                self.check(served)
                self.cancel_most(served)
                return self.drain(served)

    def cancel_most(self, served):
        """Rounds in which cancels were rejected leave long queues, which would take minutes to measure."""
        queued = [each["id"] for each in reversed(served.items("/experiments")) if each["state"] == "queued"]
        for number in queued[KEPT:]:
            self.asked_to_cancel.add(number)
            if served.post(f"/experiments/{number}/cancel").json()["state"] != "completed":
                self.cancelled.add(number)

    def round(self, data, number):
        disk = Disk(data)
        self.shim.set("journal")
        self.environment = {**self.shim.environment, "STORAGE_OF_COPYBENCH": data}
        self.syncs_fail = number % 4 == 3
        if number % 10 == 9:
            self.kill_at_start(data)
        else:
            self.kill_at_work(data, after_a_run=number % 5 == 2)
        self.shim.clear("fault")
        disk.replay(self.shim.folder / "journal", self.random)
        disk.lose_power(self.random)
        self.judge(data)

    def kill_at_start(self, data):
        served = Process("serve", "--listen", "127.0.0.1:0", "--data-dir", data, environment=self.environment)
        time.sleep(self.random.uniform(0, 0.3))
        self.kill(served)

    def start(self, data):
        served = Daemon(data, environment=self.environment)
        if self.syncs_fail:
            self.shim.set("fault", "sync-eio 200")
        return served

    def may_refuse(self, answer):
        return self.syncs_fail and answer.status in (503, 507)

    def judge(self, data):
        """The database is sound before any daemon has opened it."""
        database = os.path.join(data, "copybench.db")
        if not os.path.exists(database):
            if self.accepted:
                raise AssertionError(f"acknowledged {len(self.accepted)} experiments, and there is no database")
            return
        connection = sqlite3.connect(f"file:{database}", uri=True)
        verdict = connection.execute("PRAGMA integrity_check").fetchall()
        there = {number for number, in connection.execute("SELECT id FROM experiments")}
        connection.close()
        if verdict != [("ok",)]:
            raise AssertionError(f"the database is damaged: {verdict}")
        if self.accepted.keys() - there:
            raise AssertionError(f"acknowledged and lost: {sorted(self.accepted.keys() - there)}")


class PowerLostAtRandom(unittest.TestCase):
    def test_nothing_acknowledged_is_lost_and_the_database_is_sound(self):
        print(f"{ROUNDS} rounds, COPYBENCH_POWER_SEED={SEED}", flush=True)
        lane = PowerLane(ROUNDS, SEED)
        interrupted = lane.live()
        print(f"{len(lane.accepted)} experiments acknowledged, {len(lane.finished)} finished runs read, "
              f"{interrupted} runs interrupted", flush=True)
        self.assertGreater(len(lane.accepted), ROUNDS)


class TheModel(unittest.TestCase):
    """Checks that the campaign would find a loss."""

    def left_over(self, contents):
        return {bytes(contents.lost(random.Random(seed))) for seed in range(50)}

    def test_unsynced_data_may_be_lost_or_torn(self):
        contents = Contents(b"a" * 1024)
        contents.change(0, "W", 0, b"b" * 1024)
        self.assertEqual(self.left_over(contents),
                         {first * 512 + second * 512 for first in (b"a", b"b") for second in (b"a", b"b")})
        contents.synced(1)
        self.assertEqual(self.left_over(contents), {b"b" * 1024})

    def test_a_sync_after_a_failed_one_guarantees_nothing_about_earlier_writes(self):
        contents = Contents(b"a")
        contents.change(0, "W", 0, b"b")
        contents.sync_failed(1, random.Random(SEED_THAT_LOSES))
        contents.synced(2)
        self.assertEqual(self.left_over(contents), {b"a"})
        contents.change(3, "W", 0, b"c")
        contents.synced(4)
        self.assertEqual(self.left_over(contents), {b"c"})


if __name__ == "__main__":
    unittest.main(verbosity=2)
