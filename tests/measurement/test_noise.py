"""Doubtful figures are flagged: a busy process on the run's CPUs is, a quiet machine is not."""

import csv
import os
import pathlib
import subprocess
import sys
import unittest

# pylint: disable=wrong-import-position
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "end_to_end"))
from daemon import ENGINES, Daemon

# Flags caused outside copybench. Where others use this machine, a quiet run may need another try.
FROM_OUTSIDE = {"steal", "neighbours"}
TRIES = 5


class Burner:
    """Uses one CPU within its block, or a share of each 10 ms."""

    def __init__(self, cpu, share=1):
        code = ("import os, time\n"
                f"os.sched_setaffinity(0, [{cpu}])\n"
                "print(flush=True)\n"
                "while True:\n"
                f"    end = time.process_time() + {0.01 * share}\n"
                "    while time.process_time() < end: pass\n"
                f"    time.sleep({0.01 * (1 - share)})\n")
        self.process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
        self.process.stdout.readline()
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Unsteady(unittest.TestCase):
    """Engines with a planted unsteady throughput, each in its own way."""

    PLANTED = {"two_copy": ("warm_up", "message_ns=30000+until_s=0.5"),
               "one_copy": ("step", "message_ns=30000+until_s=1.4"),
               "zero_copy": ("drift", "message_ns=20000+grow_s=2.2")}

    def test_a_short_warm_up_a_step_and_a_drift_are_distinguished_everywhere(self):
        faults = [part for engine, (_, burn) in self.PLANTED.items() for part in ("--test-faults", f"{engine}=burn:{burn}")]
        daemon = self.enterContext(Daemon(arguments=faults))
        left = dict(self.PLANTED)
        for _ in range(TRIES):  # other users of this machine cause steps of their own
            number = daemon.queue(engines=list(left), duration_s=2.1)["id"]
            self.assertEqual(daemon.finished(number)["state"], "completed")
            table = daemon.get(f"/experiments/{number}/results.csv").text
            lines = {row["run_id"]: row for row in csv.DictReader(table.splitlines())}
            for run in daemon.runs(number):
                self.assertEqual(lines[str(run["run_id"])]["flags"], ";".join(flag["kind"] for flag in run["flags"]))
                evidence = daemon.get(f"/runs/{run['run_id']}").json()["evidence"]
                if left[run["engine"]][0] in {flag["kind"] for flag in run["flags"]}:
                    self.assertTrue(evidence["steadiness"]["judged"])
                    del left[run["engine"]]
            if not left:
                return
        self.fail(f"not told: {left}")


class Noise(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = cls.enterClassContext(Daemon())
        cls.cpus = sorted(os.sched_getaffinity(0))

    def measure(self, **fields):
        """One run on the first CPU, with its client on the last one."""
        number = self.daemon.queue(server_cpus=[self.cpus[0]], client_cpus=[self.cpus[-1]], **fields)["id"]
        self.assertEqual(self.daemon.finished(number)["state"], "completed")
        return self.daemon.runs(number)[0]

    def kinds(self, run):
        return {flag["kind"] for flag in run["flags"]}

    def test_a_busy_process_on_the_server_s_cpu_is_flagged_by_name(self):
        with Burner(self.cpus[0]) as burner:
            run = self.measure(duration_s=1)
        self.assertIn("neighbours", self.kinds(run))
        detail = next(flag["detail"] for flag in run["flags"] if flag["kind"] == "neighbours")
        self.assertIn(f"(pid {burner.pid})", detail)
        shown = self.daemon.get(f"/runs/{run['run_id']}").json()["evidence"]["noise"]
        self.assertIn(burner.pid, [one["pid"] for one in shown["neighbours"]])
        self.assertGreater(shown["neighbours_share"], 0.1)
        summary = self.daemon.get(f"/experiments/{run['experiment_id']}/summary").json()
        self.assertEqual(summary["configurations"][0]["runs_flagged"], 1)

    def test_a_process_with_a_quarter_of_a_cpu_is_flagged_in_every_engine(self):
        for engine in ENGINES:
            with self.subTest(engine=engine), Burner(self.cpus[-1], 0.25) as burner:
                run = self.measure(engines=[engine], field_sizes=[16384], duration_s=1)
                self.assertIn("neighbours", self.kinds(run))
                noise = self.daemon.get(f"/runs/{run['run_id']}").json()["evidence"]["noise"]
                used = sum(one["cpu_ns"] for one in noise["neighbours"] if one["pid"] == burner.pid)
                self.assertGreater(noise["neighbours_share"] * 1e9 * 2, 0.5 * used)  # two CPUs at most, for 1 s

    def test_a_quiet_run_is_not_flagged(self):
        seen = []
        for _ in range(TRIES):
            run = self.measure(duration_s=1)
            if not FROM_OUTSIDE & self.kinds(run):
                return
            seen.append(run["flags"])
        own = [flag for flags in seen for flag in flags if "copybenchd" in flag["detail"]]
        self.assertEqual(own, [], "its own processes count as neighbours")
        self.skipTest(f"others use this machine: {seen[-1]}")

    def test_the_machine_is_calibrated_before_the_first_run_and_after_each(self):
        number = self.daemon.queue(repetitions=3)["id"]
        self.daemon.finished(number)
        runs = [run["run_id"] for run in self.daemon.runs(number)]
        taken = self.daemon.get(f"/experiments/{number}/calibrations").json()["items"]
        self.assertEqual([(one["run_id"], one["place"]) for one in taken],
                         [(runs[0], "before")] + [(run, "after") for run in runs])
        self.assertEqual([one["at"] for one in taken], sorted(one["at"] for one in taken))
        for one in taken:
            for name in ("memcpy_cached_gbytes_per_s", "memcpy_memory_gbytes_per_s", "syscall_ns", "round_trip_us"):
                self.assertGreater(one[name], 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
