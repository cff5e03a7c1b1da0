"""Runs that depend on results: repetitions until an interval is narrow enough, and the search for a crossover."""

import os
import signal
import tempfile
import unittest

from daemon import Daemon

SHORT = {"duration_s": 0.1, "warmup_s": 0}
# It takes time and counts nothing that this needs.
WITHOUT_PERF = ("--perf", "no-perf-here")


class UntilInterval(unittest.TestCase):
    def setUp(self):
        self.data = self.enterContext(tempfile.TemporaryDirectory(prefix="copybench-test-"))

    def test_it_repeats_until_the_interval_or_the_cap_and_reports_which(self):
        with Daemon(self.data, arguments=WITHOUT_PERF) as daemon:
            # Six runs or so are within 100 % on any machine; none are within 0.01 %.
            wide = {"until_ci_pct": 100, "min": 2, "max": 100}
            plan = daemon.post("/experiments?dry_run=1", {"engines": ["two_copy"], "field_sizes": [512], "threads": [1],
                                                          "repetitions": wide, **SHORT}).json()
            self.assertEqual((plan["runs_total"], plan["runs_at_most"], len(plan["runs"])), (2, 100, 2))
            self.assertAlmostEqual(plan["estimated_duration_max_s"], 50 * plan["estimated_duration_s"])
            reached = daemon.queue(repetitions=wide, **SHORT)["id"]
            capped = daemon.queue(repetitions={"until_ci_pct": 0.01, "min": 6, "max": 7}, **SHORT)["id"]
            self.assertEqual(daemon.experiment(capped)["progress"]["eta_max_s"] > 0, True)
            told = [data for name, data in daemon.events(reached) if name == "progress"]
            self.assertEqual(told[0]["repeats"]["state"], "running")
            self.assertEqual(told[-1]["repeats"]["state"], "interval_reached")
            needed = told[-1]["runs_total"]
            self.assertGreaterEqual(needed, 6)
            self.assertEqual(told[-1]["runs_at_most"], needed)
            for number, state, runs in ((reached, "interval_reached", needed), (capped, "cap_reached", 7)):
                done = daemon.finished(number)
                self.assertEqual((done["state"], done["runs_total"]), ("completed", runs))
                self.assertEqual(done["progress"]["repeats"]["state"], state)
                [line] = daemon.get(f"/experiments/{number}/summary").json()["configurations"]
                self.assertEqual((line["repeats"]["state"], line["repeats"]["runs"]), (state, runs))
                interval = line["figures"]["throughput_gbps"]["ci95_median"]
                width = 100 * (interval["high"] - interval["low"]) / line["figures"]["throughput_gbps"]["median"]
                self.assertAlmostEqual(line["repeats"]["interval_pct"], width)
                self.assertEqual([run["repetition"] for run in daemon.runs(number)], list(range(1, runs + 1)))

    def test_a_configuration_whose_runs_fail_is_abandoned(self):
        with Daemon(self.data, arguments=(*WITHOUT_PERF, "--test-faults", "two_copy=none-such")) as daemon:
            done = daemon.finished(daemon.queue(repetitions={"until_ci_pct": 2, "min": 1, "max": 50}, **SHORT)["id"])
            self.assertEqual((done["state"], done["runs_total"]), ("failed", 3))
            self.assertEqual(done["progress"]["repeats"]["state"], "given_up")
            [line] = daemon.get(f"/experiments/{done['id']}/summary").json()["configurations"]
            self.assertEqual(line["repeats"]["state"], "given_up")
            self.assertIn("3 runs in a row failed", line["repeats"]["reason"])

    def test_a_killed_daemon_resumes_where_it_was(self):
        with Daemon(self.data, arguments=WITHOUT_PERF) as daemon:
            # Long enough for data to arrive in each window, even where other programs hold the CPU for a while.
            number = daemon.queue(repetitions={"until_ci_pct": 0.01, "min": 2, "max": 6}, duration_s=1, warmup_s=0)["id"]
            ends = (name for name, _ in daemon.events(number) if name == "run")
            for _ in range(3):
                next(ends)
            os.kill(daemon.process.pid, signal.SIGKILL)
            daemon.wait()
        with Daemon(self.data, arguments=WITHOUT_PERF) as daemon:
            self.assertEqual(daemon.finished(number)["progress"]["repeats"]["state"], "cap_reached")
            completed = [run["repetition"] for run in daemon.runs(number) if run["state"] == "completed"]
            self.assertEqual(completed, [1, 2, 3, 4, 5, 6])

    def test_a_cancelled_one_says_so(self):
        with Daemon(self.data, arguments=WITHOUT_PERF) as daemon:
            number = daemon.queue(repetitions={"until_ci_pct": 0.01, "min": 1, "max": 100}, **SHORT)["id"]
            next(name for name, _ in daemon.events(number) if name == "run")
            daemon.post(f"/experiments/{number}/cancel")
            done = daemon.finished(number)
            self.assertEqual((done["state"], done["progress"]["repeats"]["state"]), ("cancelled", "cancelled"))
            self.assertEqual(done["runs_at_most"], done["runs_total"])


class Crossover(unittest.TestCase):
    """tests/measurement checks a search's results."""

    def test_an_invalid_search_names_its_fields(self):
        daemon = self.enterContext(Daemon(arguments=WITHOUT_PERF))
        bad = daemon.post("/experiments", {"find": "crossover", "of": ["one_copy"], "metric": "bytes", "threads": [1, 2],
                                            "repetitions": 5, "field_sizes": {"from": 1, "upto": 3}, **SHORT})
        self.assertEqual(bad.status, 400)
        pointers = {error["pointer"] for error in bad.json()["errors"]}
        self.assertEqual(pointers, {"/of", "/metric", "/threads", "/repetitions", "/field_sizes/upto"})


if __name__ == "__main__":
    unittest.main()
