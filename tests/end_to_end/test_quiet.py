"""The daemon's work for its clients while a window is open: heavy answers wait, and the rest of its CPU time is reported."""

import threading
import unittest

from daemon import Daemon, StagedDaemon


class Quiet(unittest.TestCase):
    def test_a_client_that_asks_without_pause_flags_the_run(self):
        daemon = self.enterContext(Daemon())
        number = daemon.queue(duration_s=1.5)["id"]
        over = threading.Event()

        def ask():
            while not over.is_set():
                daemon.get("/experiments")

        clients = [threading.Thread(target=ask) for _ in range(2)]
        for client in clients:
            client.start()
        try:
            daemon.finished(number)
        finally:
            over.set()
            for client in clients:
                client.join()
        run = daemon.runs(number)[0]
        flags = {flag["kind"]: flag["detail"] for flag in run["flags"]}
        self.assertIn("api", flags)
        self.assertRegex(flags["api"], r"^copybenchd itself used [0-9.]+ % of a CPU within the window, in which [0-9]+ requests came\.$")
        evidence = daemon.get(f"/runs/{run['run_id']}").json()["evidence"]
        self.assertGreater(evidence["daemon"]["cpu_ns"], 0.01 * 1.5e9)
        self.assertIn("api", daemon.get(f"/experiments/{number}/results.csv").text.splitlines()[1].rpartition(",")[2])

    def test_a_heavy_answer_waits_for_the_window_s_end_and_a_light_one_does_not(self):
        daemon = self.enterContext(StagedDaemon())
        number = daemon.queue()["id"]
        daemon.go_on_to("window")
        answered = threading.Event()

        def ask():
            daemon.get(f"/experiments/{number}/summary")
            answered.set()

        heavy = threading.Thread(target=ask)
        heavy.start()
        self.assertEqual(daemon.get("/healthz").status, 200)
        self.assertEqual(daemon.get(f"/experiments/{number}").json()["progress"]["runs_done"], 0)
        self.assertFalse(answered.wait(0.5))
        daemon.free_run()
        heavy.join()
        self.assertTrue(answered.is_set())


if __name__ == "__main__":
    unittest.main(verbosity=2)
