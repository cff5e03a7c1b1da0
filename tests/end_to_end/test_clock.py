"""The clock set forward and back, and the machine suspended, each within a window."""

import datetime
import unittest

from daemon import StagedDaemon, sweep
from shim import Shim

DAY_S = 86400


def moment(text):
    return datetime.datetime.fromisoformat(text)


class InTheWindow(unittest.TestCase):
    def setUp(self):
        self.shim = self.enterContext(Shim())
        self.served = self.enterContext(StagedDaemon(environment=self.shim.environment))

    def measure(self, name, value):
        """Measures an experiment of one run, in whose window the clock of that name jumps."""
        number = self.served.queue(duration_s=0.3)["id"]
        self.served.go_on_to("window")
        self.shim.set(name, value)
        self.served.go_on()
        self.go_through()
        return number

    def go_through(self):
        self.served.go_on_to("end")
        self.served.go_on()

    def test_setting_the_clock_affects_no_measurement(self):
        queued_at = datetime.datetime.now(datetime.timezone.utc)
        numbers = []
        for seconds in (2 * DAY_S, -3 * DAY_S, 0):
            number = self.measure("realtime", seconds)
            numbers.append(number)
            done = self.served.finished(number)
            self.assertEqual(done["state"], "completed", done)
            run = self.served.get(f"/runs/{self.served.runs(number)[0]['run_id']}").json()
            # The window has its length by the monotonic clock, up to the delays of a busy machine.
            self.assertGreaterEqual(run["window_s"], 0.3)
            self.assertLess(run["window_s"], 10)
            for record in (done, run):
                self.assertGreaterEqual(moment(record["finished_at"]), moment(record["started_at"]))
        # Each was queued at a different wall time, but lists are ordered by number.
        expected = [0, 2 * DAY_S, -3 * DAY_S]
        for number, seconds in zip(numbers, expected):
            off = (moment(self.served.experiment(number)["created_at"]) - queued_at).total_seconds()
            self.assertLess(abs(off - seconds), 3600)
        self.assertEqual([item["id"] for item in self.served.items("/experiments")], sorted(numbers, reverse=True))

    def test_an_answer_under_a_key_is_repeated_after_the_clock_was_set_back(self):
        first = self.served.post("/experiments", sweep(), Idempotency_Key="a")
        self.shim.set("realtime", -30 * DAY_S)
        again = self.served.post("/experiments", sweep(), Idempotency_Key="a")
        self.assertEqual((again.status, again.body), (202, first.body))

    def test_a_run_is_measured_again_if_the_machine_was_suspended_in_its_window(self):
        number = self.served.queue(duration_s=0.3)["id"]
        self.served.go_on_to("window")
        self.shim.set("boottime", 3600)
        self.served.go_on()
        self.go_through()  # of the second attempt
        done = self.served.finished(number)
        self.assertEqual(done["state"], "completed", done)
        self.assertEqual(done["progress"]["runs_total"], 1)
        void, measured = sorted(self.served.runs(number), key=lambda run: run["state"], reverse=True)
        self.assertEqual((void["state"], measured["state"]), ("interrupted", "completed"))
        self.assertRegex(void["reason"], r"the machine was suspended for 3600\.\d+ s within the window")
        self.assertIsNone(void["throughput_gbps"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
