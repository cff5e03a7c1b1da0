"""perf's counts and samples are evidence beside the figures: whatever happens to perf, throughput and latency stay."""

import os
import pathlib
import shutil
import tempfile
import unittest

from daemon import Daemon, wait_until

PERF = shutil.which("perf")


class Troubled(unittest.TestCase):
    def serve(self, script):
        """A daemon whose perf is the real one after these lines of shell; $how is stat, record, script or a probe."""
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="copybench-test-")))
        perf = folder / "perf"
        perf.write_text(f"""#!/bin/sh
how=$1
case "$*" in *--control*) ;; stat*) how=probe;; esac
{script}
exec {PERF} "$@"
""")
        perf.chmod(0o755)
        os.chmod(folder, 0o755)
        daemon = self.enterContext(Daemon(arguments=("--perf", perf)))
        known = wait_until(lambda: (found := daemon.get("/system").json()["perf"])["state"] == "ready" and found, "perf was tried")
        if not known["usable"]:
            self.skipTest("no perf here: " + known["reason"])
        return daemon

    def measured(self, daemon, **fields):
        """Each run of a small sweep completes with figures."""
        number = daemon.queue(**fields)["id"]
        daemon.completed(number)
        runs = daemon.runs(number)
        for run in runs:
            self.assertEqual(run["state"], "completed", run["reason"])
            self.assertGreater(run["throughput_gbps"], 0)
            self.assertGreater(run["latency_p99_us"], 0)
            self.assertGreater(run["cpu_ns_per_byte"], 0)
        return number, runs

    def counted(self, run):
        """The figures that perf counted; a busy machine that switched its counters too late withholds all of them."""
        reason = run["missing"].get("task_clock_ns", "")
        if reason.startswith("perf counted for"):
            self.skipTest("not judged: " + reason)
        return {name for name, value in run.items() if value is not None and name not in run["missing"]}

    def setUp(self):
        if not PERF:
            self.skipTest("no perf here")

    def test_lines_that_are_not_rows_cost_no_counter(self):
        daemon = self.serve(r"""[ $how = stat ] && printf 'WARNING: the clock is odd\n{"counter-value" : "1", }\n\377\376\n' >&5
[ $how = stat ] && head -c 300000 /dev/zero | tr '\0' x >&5 && echo >&5""")
        for run in self.measured(daemon, duration_s=1)[1]:
            self.assertIn("task_clock_ns", self.counted(run), run["missing"])
            raw = daemon.get(f"/runs/{run['run_id']}/perf")
            self.assertIn("WARNING: the clock is odd", raw.text)

    def test_an_unparsable_row_costs_its_own_figure_and_says_so(self):
        daemon = self.serve("""if [ $how = stat ]; then echo '{"event" : "task-clock", broken' >&5; exec "$0-quiet" "$@"; fi""")
        quiet = pathlib.Path(daemon.process.args[daemon.process.args.index("--perf") + 1] + "-quiet")
        # Runs the engine and counts nothing: the row above is the only one.
        quiet.write_text("""#!/bin/sh
while [ "$1" != -- ]; do shift; done; shift
while read word <&3; do echo ack >&4; done &
exec "$@"
""")
        quiet.chmod(0o755)
        for run in self.measured(daemon)[1]:
            self.assertIsNone(run["task_clock_ns"])
            self.assertIn("line 1 of perf's output is not JSON", run["missing"]["task_clock_ns"])

    def test_perf_that_does_not_start_is_left_out(self):
        daemon = self.serve("[ $how = stat ] && { echo 'mmap: no memory' >&2; exit 1; }")
        for run in self.measured(daemon)[1]:
            self.assertIsNone(run["task_clock_ns"])
            self.assertIn("perf did not start: exit status 1, mmap: no memory", run["missing"]["task_clock_ns"])

    def test_perf_that_is_killed_in_the_window_is_left_out(self):
        daemon = self.serve("[ $how = stat ] && (sleep 0.6; kill -KILL $$) &")
        for run in self.measured(daemon, duration_s=3)[1]:
            self.assertIsNone(run["task_clock_ns"])
            self.assertIn("perf was killed by signal 9", run["missing"]["task_clock_ns"])

    def test_endless_output_is_ignored(self):
        daemon = self.serve(r"[ $how = stat ] && { echo 'a wrapper says hello'; head -c 20000000 /dev/zero | tr '\0' '\377' >&2; }")
        for run in self.measured(daemon, duration_s=1)[1]:
            self.assertIn("task_clock_ns", self.counted(run), run["missing"])

    def test_a_profile_without_samples_says_why(self):
        for script, words in (("[ $how = record ] && { printf 'no \\377 memory\\n' >&2; exit 3; }", "perf record"),
                              ("[ $how = script ] && { echo broken >&2; exit 7; }", "perf script ended with exit status 7"),
                              ("[ $how = script ] && { printf 'a\\n\\nb\\377 1/2\\n'; exit; }", "neither a sample nor a frame")):
            with self.subTest(script=script):
                daemon = self.serve(script)
                number, runs = self.measured(daemon, profile=True)
                self.assertEqual([run["kind"] for run in runs], ["measured", "profile"])
                (item,) = daemon.get(f"/experiments/{number}/profiles").json()["items"]
                self.assertIsNone(item["copy_share"])
                self.assertIn(words, item["reason"])
                for what in ("profile", "stacks.folded", "flamegraph.svg"):
                    self.assertLess(daemon.get(f"/runs/{runs[1]['run_id']}/{what}").status, 500)


if __name__ == "__main__":
    unittest.main(verbosity=2)
