"""Comparisons of real runs: an engine against itself shows no difference, a planted slowdown of 5 % is found."""

import contextlib
import os
import pathlib
import sys
import tempfile
import unittest

# pylint: disable=wrong-import-position
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "end_to_end"))
from daemon import Daemon

# An engine that takes 0.3 ms for each response, like an application with work to do, and one that takes 5 % longer. The median
# latency shows it however busy the machine is: other processes take whole time slices, in which few responses fall.
STEADY = "burn:message_ns=300000"
SLOWER = "burn:message_ns=315000"
ANSWERS = {"pattern": "request_response"}
MEDIAN = "metric=latency_p50_us"

# 5 configurations by 4 figures are 20 tests. The figures of one run are correlated: as many configurations as tests take some
# minutes (COPYBENCH_SAME_TWICE=20).
CONFIGURATIONS = int(os.environ.get("COPYBENCH_SAME_TWICE", "5"))
PAIRS = 8 if CONFIGURATIONS <= 6 else 10  # see core/README.md; up to 25
SIZES = [round(512 * 256 ** (i / (CONFIGURATIONS - 1))) for i in range(CONFIGURATIONS)]


def faults(**engines):
    return [part for engine, fault in engines.items() for part in ("--test-faults", f"{engine}={fault}")]


def measure(daemon, **fields):
    number = daemon.queue(**{"engines": ["two_copy"], "field_sizes": [4096], "duration_s": 0.1, "warmup_s": 0.05,
                             "events": ["task-clock"], **fields})["id"]
    experiment = daemon.finished(number)
    assert experiment["state"] == "completed", experiment
    return number


def compare(daemon, base, head, rest=""):
    return daemon.get(f"/compare?base={','.join(map(str, base))}&head={','.join(map(str, head))}{rest}")


def judged(test, tries):
    """Figures of a busy machine prove nothing: copybench itself flags them then."""
    doubtful = [one["detail"] for one in tries if one["verdict"] == "cannot_tell"]
    if doubtful:
        test.skipTest(f"not judged: {doubtful[0]}")


class SameEngineTwice(unittest.TestCase):
    METRICS = ["throughput_gbps", "latency_us", "cpu_ns_per_byte", "system_cpu_ns_per_byte"]

    def test_nothing_is_found_where_nothing_differs(self):
        """Measured alternately, as the README advises."""
        with Daemon() as daemon:
            numbers = [measure(daemon, field_sizes=SIZES) for _ in range(2 * PAIRS)]
            tries = []
            for metric in self.METRICS:
                answer = compare(daemon, numbers[0::2], numbers[1::2], f"&metric={metric}")
                self.assertEqual(answer.status, 200, answer.text)
                self.assertTrue(answer.json()["paired"])
                self.assertEqual(answer.json()["differences"], [])
                tries += answer.json()["configurations"]
            self.assertEqual(len(tries), 4 * len(SIZES))
            judged(self, tries)
            same = [one for one in tries if one["verdict"] == "no_significant_difference"]
            print(f"no significant difference in {len(same)} of {len(tries)} tries")
            self.assertGreaterEqual(len(same), 0.95 * len(tries), {(one["verdict"], one["detail"]) for one in tries})


class PlantedSlowdown(unittest.TestCase):
    def test_it_is_found_between_experiments_and_fails_the_gate(self):
        with tempfile.TemporaryDirectory(prefix="copybench-test-") as data, contextlib.ExitStack() as stack:
            numbers = []
            for _ in range(8):
                for fault in (STEADY, SLOWER):
                    with Daemon(data_dir=data, arguments=faults(two_copy=fault)) as daemon:
                        numbers.append(measure(daemon, **ANSWERS))
            daemon = stack.enter_context(Daemon(data_dir=data))
            base, head = numbers[0::2], numbers[1::2]
            found = compare(daemon, base, head, f"&{MEDIAN}").json()["configurations"][0]
            judged(self, [found])
            self.assertEqual(found["verdict"], "slower", found)
            self.assertTrue(1.02 < found["ratio"] < 1.08, found)
            closed = compare(daemon, base, head, f"&{MEDIAN}&fail_on=slower")
            self.assertEqual(closed.status, 409, closed.text)
            self.assertEqual(closed.json()["comparison"]["counts"]["slower"], 1)
            self.assertEqual(compare(daemon, head, base, f"&{MEDIAN}&fail_on=slower").status, 200)

    def test_it_is_found_between_engines_of_one_experiment(self):
        with Daemon(arguments=faults(two_copy=STEADY, one_copy=SLOWER)) as daemon:
            number = measure(daemon, engines=["two_copy", "one_copy"], repetitions=14, **ANSWERS)
            cell = daemon.get(f"/experiments/{number}/comparisons?{MEDIAN}").json()["cells"][0]
            self.assertEqual((cell["verdict"], cell["best"]), ("winner", "two_copy"), cell)
            self.assertEqual(cell["pairs"][0]["verdict"], "slower")
            few = measure(daemon, engines=["two_copy", "one_copy"], repetitions=2, **ANSWERS)
            cell = daemon.get(f"/experiments/{few}/comparisons?{MEDIAN}").json()["cells"][0]
            self.assertEqual((cell["verdict"], cell["repetitions_needed"]), ("too_few_repetitions", 6), cell)


if __name__ == "__main__":
    unittest.main()
