"""Kills, crashes and stops engine, load and perf in each stage of a run: that run ends in time with a reason, or goes on without
perf, and the sweep goes on. The daemon waits at each stage (--stage-fd) until the signal was sent, so that each signal hits."""

import concurrent.futures
import datetime
import os
import pathlib
import signal
import unittest

from daemon import BINARY, Daemon, StagedDaemon, wait_until

STAGES = ["start", "verify", "warm_up", "window", "drain", "end"]
SIGNALS = [signal.SIGKILL, signal.SIGSEGV, signal.SIGSTOP]
# The sum of all limits of core/run/limits.h: a start, ready (with 1 s for the bytes), marks, perf, drains and ends.
LIMITS_S = 10 + 11 + 3 * 10 + 2 * 5 + 2 * 25 + 2 * 5
# Scales these limits, so that a timeout takes a second, not ten.
SCALES = {signal.SIGKILL: 0.5, signal.SIGSEGV: 0.5, signal.SIGSTOP: 0.1}


def text_of(path):
    try:
        return pathlib.Path(path).read_text()
    except OSError:
        return ""


def child_of(pid):
    """Returns the engine under perf once it has called exec: before, it is a second perf."""
    for child in text_of(f"/proc/{pid}/task/{pid}/children").split():
        try:
            if os.path.samefile(f"/proc/{child}/exe", BINARY):
                return int(child)
        except OSError:
            pass  # gone meanwhile
    return None


def seconds_of(run):
    begin, end = (datetime.datetime.fromisoformat(run[name]) for name in ("started_at", "finished_at"))
    return (end - begin).total_seconds()


class InEachStage(unittest.TestCase):
    """A sweep of seven runs: one for each stage, and one undisturbed."""

    def victim(self, who, server, load):
        if who == "engine":
            return wait_until(lambda: child_of(server), "perf has started the engine")
        return load if who == "load" else server

    def hit(self, served, who, number):
        for stage in STAGES:
            # A run whose children got a signal may reach further stages: the next run begins with its start.
            _, server, load = served.go_on_to("start")
            # A run has no load before its second stage, which is the load's start; its verification follows at once.
            wanted = "verify" if who == "load" and stage == "start" else stage
            if wanted != "start":
                served.go_on()
                _, server, load = served.go_on_to(wanted)
            victim = self.victim(who, server, load)
            if who == "load" and stage == "verify":
                served.go_on()
                wait_until(lambda: len(os.listdir(f"/proc/{load}/task")) > 1, "the load has connected")
                os.kill(victim, number)
            else:
                os.kill(victim, number)
                served.go_on()
            if who == "perf" and number != signal.SIGSTOP:
                served.go_on_to("start")  # of the same run, without perf
                served.go_on()
        served.free_run()

    def sweep(self, who, number):
        """Returns its runs, and what was left of its processes."""
        with StagedDaemon(SCALES[number]) as served:
            # Messages large enough for a verification to take a moment.
            experiment = served.queue(field_sizes=[65536], repetitions=len(STAGES) + 1, order="sequential")["id"]
            self.hit(served, who, number)
            served.finished(experiment)
            left_over = [pid for pid in served.left_over() if pid != served.process.pid]
            return served.runs(experiment), left_over

    def test_the_run_ends_in_time_with_a_reason_and_the_sweep_goes_on(self):
        with Daemon() as served:
            perf = wait_until(lambda: (perf := served.get("/system").json()["perf"])["state"] == "ready" and perf, "perf was tried")
            if not perf["usable"]:
                self.skipTest("no perf here, under which engines run: " + perf["reason"])
        cases = [(who, number) for who in ("engine", "load", "perf") for number in SIGNALS]
        with concurrent.futures.ThreadPoolExecutor(len(cases) + 1) as side_by_side:
            given_up = side_by_side.submit(self.engine_stopped_while_the_load_connects)
            sweeps = list(side_by_side.map(lambda case: self.sweep(*case), cases))
        with self.subTest("the load gave up first"):
            self.judge(given_up.result(), "engine", signal.SIGSTOP, None)
        for (who, number), (runs, left_over) in zip(cases, sweeps):
            with self.subTest(who=who, signal=number.name):
                self.assertEqual(runs[-1]["state"], "completed", runs[-1])
                self.assertEqual(left_over, [])
            for stage, run in zip(STAGES, runs):
                with self.subTest(who=who, signal=number.name, stage=stage):
                    self.assertLess(seconds_of(run), SCALES[number] * LIMITS_S)
                    self.judge(run, who, number, stage)

    def engine_stopped_while_the_load_connects(self):
        """The load waits 10 s for the engine's greeting and fails before the run's own limit, 11 s here, is over."""
        with StagedDaemon(1.1) as served:
            number = served.queue()["id"]
            _, server, _ = served.go_on_to("verify")
            os.kill(child_of(server), signal.SIGSTOP)
            served.free_run()
            served.finished(number)
            return served.runs(number)[0]

    def judge(self, run, who, number, stage):
        if who == "load" and stage == "end" and run["state"] == "completed":
            return  # it had reported its result and exited before the signal came
        if who == "perf" and number != signal.SIGSTOP:
            # Only its counters are lost.
            self.assertEqual(run["state"], "completed", run["reason"])
            self.assertGreater(run["throughput_gbps"], 0)
            self.assertRegex(run["missing"]["task_clock_ns"], rf"perf was killed by signal {number.value} .* without it", stage)
            return
        self.assertEqual(run["state"], "timed_out" if number == signal.SIGSTOP else "failed", run["reason"])
        self.assertIn(who, run["reason"])
        if number == signal.SIGSTOP:
            self.assertRegex(run["reason"], rf"{who} was stopped by a signal", stage)
        elif who == "engine":
            # perf's last words are the only trace of the death of its child.
            self.assertRegex(run["reason"], "the engine said: .*(Killed|Segmentation fault)", stage)
        else:
            self.assertRegex(run["reason"], rf"killed by signal {number.value}", stage)
        self.assertIsNone(run["throughput_gbps"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
