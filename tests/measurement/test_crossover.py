"""The search for a crossover, among engines with planted costs."""

import pathlib
import sys
import unittest

# pylint: disable=wrong-import-position
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "end_to_end"))
from daemon import Daemon

SHORT = {"duration_s": 0.1, "warmup_s": 0}
# perf takes time and counts nothing that this needs.
WITHOUT_PERF = ("--perf", "no-perf-here")


class Crossover(unittest.TestCase):
    def search(self, **fields):
        return {"find": "crossover", "of": ["two_copy", "one_copy"], "field_sizes": {"from": 2048, "to": 8192},
                "threads": [1], **SHORT, **fields}

    def daemon(self, *faults):
        # Engines with a planted cost a message and a planted cost a byte, far above the cost of sending.
        faults = [part for fault in faults for part in ("--test-faults", fault)]
        return self.enterContext(Daemon(arguments=[*WITHOUT_PERF, *faults]))

    def test_a_planted_crossover_is_found_within_its_interval(self):
        planted = 5310  # bytes: one costs 10 ns a byte, the other as much a message as 8 fields of that size cost the first
        daemon = self.daemon("two_copy=burn:byte_ns=10+cpu=1", f"one_copy=burn:message_ns={8 * planted * 10}+cpu=1")
        answer = daemon.post("/experiments", self.search(metric="cpu_ns_per_byte"))
        self.assertEqual(answer.status, 202, answer.text)
        experiment = answer.json()
        self.assertEqual(experiment["spec"]["field_sizes"], {"from": 2048, "to": 8192})
        self.assertEqual(experiment["runs_total"], 2 * 2 * 5)
        paths = [data["crossover"]["path"] for name, data in daemon.events(experiment["id"]) if name == "progress"]
        # Events report it live: the ends first, then the sizes that the search chose.
        self.assertEqual([size["field_bytes"] for size in paths[0]], [2048, 8192])
        self.assertGreater(len({str(path) for path in paths}), 10)
        done = daemon.experiment(experiment["id"])
        found = done["progress"]["crossover"]
        self.assertEqual((done["state"], found["state"]), ("completed", "found"), found)
        self.assertLessEqual(found["interval"]["low"], planted)
        self.assertGreaterEqual(found["interval"]["high"], planted)
        self.assertLess(found["interval"]["high"] / found["interval"]["low"], 2)
        [crossing] = found["crossings"]
        self.assertEqual((crossing["below"], crossing["above"]), ("two_copy", "one_copy"))
        self.assertIn(f"up to fields of {found['interval']['low']} bytes", found["answer"])
        self.assertEqual(daemon.get(f"/experiments/{done['id']}/summary").json()["crossover"], found)
        # The spec of one experiment is the request of another.
        plan = daemon.post("/experiments?dry_run=1", done["spec"])
        self.assertEqual(plan.status, 200, plan.text)
        self.assertEqual(plan.json()["spec"], done["spec"])

    def test_without_one_in_range_the_better_engine_is_reported(self):
        daemon = self.daemon("two_copy=burn:byte_ns=10")
        number = daemon.post("/experiments", self.search(field_sizes={"from": 4096, "to": 8192})).json()["id"]
        found = daemon.finished(number)["progress"]["crossover"]
        self.assertEqual(found["state"], "none", found)
        self.assertIn("one_copy has the better throughput_gbps at all 2 sizes", found["answer"])


if __name__ == "__main__":
    unittest.main()
