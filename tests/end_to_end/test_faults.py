"""A disk that fails at random moments, in every way that a disk can: acknowledged data survive, the daemon answers no 5xx but
503 and 507, and it recovers by itself."""

import os
import pathlib
import random
import re
import sqlite3
import tempfile
import unittest

from daemon import Daemon, sweep, wait_until
from shim import FOLDER, Shim

ROUNDS = int(os.environ.get("COPYBENCH_FAULT_ROUNDS", "1"))  # of each kind of fault
SEED = int(os.environ.get("COPYBENCH_FAULT_SEED", random.SystemRandom().randrange(1 << 32)))
KINDS = re.findall(r'\{"([a-z]+-[a-z]+)"', (FOLDER / "storage_shim.c").read_text())
REQUESTS = 40  # in each round
PER_1000 = (20, 200, 1000)  # of a kind's calls fail


class FaultsAtRandom(unittest.TestCase):
    def setUp(self):
        self.random = random.Random(SEED)
        self.there = {}  # id -> name of acknowledged ones
        self.perhaps_gone = set()
        self.gone = set()
        self.statuses = {}

    def test_the_table_has_its_kinds(self):
        self.assertGreaterEqual(len(KINDS), 13, KINDS)

    def test_nothing_acknowledged_is_lost_and_the_daemon_recovers(self):
        print(f"{len(KINDS)} kinds, {ROUNDS} rounds of each, COPYBENCH_FAULT_SEED={SEED}", flush=True)
        with tempfile.TemporaryDirectory(prefix="copybench-test-") as data, Shim("storage_shim.c") as shim:
            environment = {**shim.environment, "STORAGE_OF_COPYBENCH": data}
            with Daemon(data, environment=environment) as served:
                for kind in KINDS * ROUNDS:
                    with self.subTest(kind=kind):
                        self.fail_by(served, shim, kind)
                served.stop()
            self.start_on_faults(data, environment, shim)
            self.judge(data)
        print(f"{len(self.there)} experiments kept, {len(self.gone)} deleted, answers {self.statuses}", flush=True)

    def fail_by(self, served, shim, kind):
        shim.set("fault", f"{kind} {self.random.choice(PER_1000)}")
        for _ in range(REQUESTS):
            self.ask(served)
        shim.clear("fault")
        wait_until(lambda: served.get("/readyz").status == 200 and self.ask_to_queue(served) == 202,
                   f"the daemon is well after {kind}: {served.get('/readyz').text}")

    def ask(self, served):
        number = self.random.choice(list(self.there)) if self.there else None
        action = self.random.random()
        if action < 0.5 or number is None:
            self.ask_to_queue(served)
        elif action < 0.7:
            self.perhaps_gone.add(number)
            if self.answered(served.delete(f"/experiments/{number}")) in (204, 404):
                del self.there[number]
                self.gone.add(number)
        elif action < 0.8:
            self.answered(served.post(f"/experiments/{number}/cancel"))
        else:
            path = self.random.choice(("", "/results.csv", "/summary", "/runs"))
            status = self.answered(served.get(f"/experiments/{number}{path}"))
            if number not in self.perhaps_gone:
                self.assertNotEqual(status, 404, f"experiment {number}{path}")

    def ask_to_queue(self, served):
        name = f"{self.random.getrandbits(64):x}"
        answer = served.post("/experiments", sweep(name=name, duration_s=0.1, warmup_s=0))
        if self.answered(answer) == 202:
            self.there[answer.json()["id"]] = name
        return answer.status

    def answered(self, answer):
        self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1
        self.assertTrue(answer.status < 500 or answer.status in (503, 507), f"{answer.status}: {answer.text}")
        return answer.status

    def start_on_faults(self, data, environment, shim):
        """The stored data survive, whether the daemon starts or reports why it does not."""
        for kind in KINDS:
            shim.set("fault", f"{kind} 100")
            try:
                with Daemon(data, environment=environment) as served:
                    self.ask(served)
            except AssertionError as failure:
                self.assertRegex(str(failure), f"{re.escape(data)}|no line matches", kind)
            shim.clear("fault")

    def judge(self, data):
        with Daemon(data) as served:
            self.assertEqual(served.get("/readyz").status, 200, served.get("/readyz").text)
            names = {experiment["id"]: experiment["name"] for experiment in served.items("/experiments")}
        for number, name in self.there.items():
            if number not in self.perhaps_gone:
                self.assertEqual(names.get(number), name, f"experiment {number} was acknowledged")
        self.assertFalse(self.gone & names.keys(), "deleted, and there again")
        connection = sqlite3.connect(pathlib.Path(data) / "copybench.db")
        self.assertEqual(connection.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        connection.close()


if __name__ == "__main__":
    unittest.main(verbosity=2)
