"""SIGKILL of the daemon at random moments: it loses nothing that it acknowledged, and leaves no process behind."""

import http.client
import os
import random
import tempfile
import threading
import time
import unittest
import uuid

from daemon import Daemon, Process, sweep, wait_until

ROUNDS = int(os.environ.get("COPYBENCH_KILL_ROUNDS", "200"))
SEED = int(os.environ.get("COPYBENCH_KILL_SEED", random.SystemRandom().randrange(1 << 32)))
LANES = 2  # daemons that run and die side by side, each on data of its own
KEPT = 3  # experiments left in the queue; newer ones are cancelled, so that the end comes soon
GONE = (OSError, http.client.HTTPException)


class Lane:
    """One data directory and the daemons that are killed on it, with everything that they acknowledged."""

    def __init__(self, rounds, seed):
        self.rounds = rounds
        self.random = random.Random(seed)
        self.accepted = {}  # id -> (key, body of the 202)
        self.unanswered = set()  # keys whose post the kill cut off
        self.open = []  # ids neither cancelled nor seen completed
        self.cancelled = set()  # ids whose cancellation was acknowledged
        self.asked_to_cancel = set()  # ids
        self.finished = {}  # run_id -> the run as read

    def live(self):
        with tempfile.TemporaryDirectory(prefix="copybench-test-") as data:
            for number in range(self.rounds):
                if number % 10 == 9:
                    self.kill_at_start(data)
                else:
                    self.kill_at_work(data, after_a_run=number % 5 == 2)
            with Daemon(data) as served:
                self.check(served)
                return self.drain(served)

    def kill_at_start(self, data):
        served = Process("serve", "--listen", "127.0.0.1:0", "--data-dir", data)
        time.sleep(self.random.uniform(0, 0.05))
        self.kill(served)

    def kill_at_work(self, data, after_a_run):
        """Kills at once or up to 0.35 s later. Few runs end so soon after a start, so some rounds wait for one."""
        served = self.start(data)
        caller = threading.Thread(target=self.call, args=(served,))
        caller.start()
        if after_a_run:
            served.line_with(r"run \d+ of experiment \d+ .* completed")
        time.sleep(self.random.uniform(0, 0.35))
        self.kill(served)
        caller.join()

    def start(self, data):
        return Daemon(data)

    def may_refuse(self, answer):
        """Whether the daemon has a reason to accept nothing."""
        return False

    def kill(self, served):
        served.kill()
        wait_until(lambda: not served.left_over(), "all processes of the killed daemon have ended")

    def call(self, served):
        """Posts, cancels and reads until the daemon is gone."""
        try:
            self.ask_again(served)
            while True:
                key = uuid.uuid4().hex
                self.unanswered.add(key)
                self.post(served, key)
                for number in self.open[KEPT:]:
                    self.asked_to_cancel.add(number)
                    answer = served.post(f"/experiments/{number}/cancel")
                    if self.may_refuse(answer):
                        continue
                    if answer.json()["state"] != "completed":
                        self.cancelled.add(number)
                    self.open.remove(number)
                for number in self.open[:KEPT]:
                    runs = served.runs(number)
                    self.finished |= {run["run_id"]: run for run in runs if run["state"] == "completed"}
                    if all(run["state"] in ("completed", "interrupted") for run in runs):
                        self.open.remove(number)
        except GONE:
            pass

    def post(self, served, key):
        answer = served.post("/experiments", sweep(duration_s=0.1, warmup_s=0, repetitions=2), Idempotency_Key=key)
        if self.may_refuse(answer):
            return
        if answer.status != 202:
            raise AssertionError(f"{answer.status}: {answer.text}")
        number = answer.json()["id"]
        self.accepted[number] = (key, answer.body)
        self.open.append(number)
        self.unanswered.discard(key)

    def ask_again(self, served):
        """A key that was answered gets the same response; a key that was cut off is served now, exactly once."""
        for number, (key, body) in list(self.accepted.items())[-2:]:
            answer = served.post("/experiments", sweep(duration_s=0.1, warmup_s=0, repetitions=2), Idempotency_Key=key)
            if (answer.status, answer.body) != (202, body) and not self.may_refuse(answer):
                raise AssertionError(f"experiment {number} under its key again: {answer.status} {answer.text}")
        for key in list(self.unanswered):
            self.post(served, key)

    def check(self, served):
        """Everything acknowledged is there."""
        there = {experiment["id"]: experiment for experiment in served.items("/experiments")}
        missing = self.accepted.keys() - there.keys()
        if missing:
            raise AssertionError(f"acknowledged and lost: {sorted(missing)}")
        # No post was served twice: each key, answered or cut off, names at most one experiment.
        if len(there) > len(self.accepted) + len(self.unanswered):
            raise AssertionError(f"{len(there)} experiments, {len(self.accepted)} acknowledged, {len(self.unanswered)} cut off")
        for run_id, before in self.finished.items():
            now = served.get(f"/runs/{run_id}").json()
            changed = {name for name, value in before.items() if now.get(name) != value}
            if changed:
                raise AssertionError(f"run {run_id} was {before}, and changed: {changed}")

    def drain(self, served):
        """Waits for the end of the queue. Returns how many runs a kill had interrupted."""
        interrupted = 0
        for experiment in reversed(served.items("/experiments")):
            number = experiment["id"]
            done = served.finished(number)
            allowed = {"cancelled"} if number in self.asked_to_cancel else {"completed"}
            if number not in self.cancelled:
                allowed.add("completed")
            if done["state"] not in allowed:
                raise AssertionError(f"experiment {number} should be {allowed} and is {done}")
            states = [run["state"] for run in served.runs(number)]
            interrupted += states.count("interrupted")
            if len(states) - states.count("interrupted") != done["progress"]["runs_total"]:
                raise AssertionError(f"experiment {number} has the runs {states}")
        return interrupted


class KilledAtRandom(unittest.TestCase):
    def test_nothing_acknowledged_is_lost_and_no_process_stays_behind(self):
        print(f"{ROUNDS} rounds, COPYBENCH_KILL_SEED={SEED}", flush=True)
        lanes = [Lane(ROUNDS // LANES, SEED + lane) for lane in range(LANES)]
        interrupted, failures = [], []

        def live(lane):
            try:
                interrupted.append(lane.live())
            except Exception as failure:  # raised below, by the test's own thread
                failures.append(failure)

        threads = [threading.Thread(target=live, args=(lane,)) for lane in lanes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for failure in failures:
            raise failure
        accepted = sum(len(lane.accepted) for lane in lanes)
        finished = sum(len(lane.finished) for lane in lanes)
        print(f"{accepted} experiments acknowledged, {finished} finished runs read, {sum(interrupted)} runs interrupted", flush=True)
        self.assertGreater(accepted, ROUNDS)
        self.assertGreater(finished, ROUNDS // 20)
        self.assertGreater(sum(interrupted), ROUNDS // 20)


if __name__ == "__main__":
    unittest.main(verbosity=2)
