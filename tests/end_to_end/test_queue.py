"""The queue: cancelling, deleting, a killed daemon, two daemons, and a machine without perf."""

import json
import os
import signal
import tempfile
import time
import unittest

from daemon import PATIENCE_S, Daemon, Process, processes_with, wait_until

LONG = {"duration_s": 60, "repetitions": 2}


class Cancelling(unittest.TestCase):
    def setUp(self):
        self.daemon = self.enterContext(Daemon())

    def test_a_running_experiment_ends_at_once_and_keeps_its_finished_runs(self):
        number = self.daemon.queue(field_sizes=[512, 1024], repetitions=50, duration_s=0.5)["id"]
        for name, _ in self.daemon.events(number):
            if name == "run":
                break
        self.daemon.running_run(number)
        asked = time.monotonic()
        answer = self.daemon.post(f"/experiments/{number}/cancel")
        self.assertIn(answer.status, (200, 202), answer.text)
        done = self.daemon.finished(number)
        self.assertLess(time.monotonic() - asked, PATIENCE_S / 2)
        self.assertEqual(done["state"], "cancelled")
        states = [run["state"] for run in self.daemon.runs(number)]
        self.assertIn("completed", states)
        self.assertEqual(set(states), {"completed", "cancelled"})
        self.assertEqual(self.daemon.left_over(), [self.daemon.process.pid])

    def test_a_long_window_does_not_delay_it(self):
        number = self.daemon.queue(**LONG)["id"]
        self.daemon.running_run(number)
        asked = time.monotonic()
        self.daemon.post(f"/experiments/{number}/cancel")
        self.assertEqual(self.daemon.finished(number)["state"], "cancelled")
        self.assertLess(time.monotonic() - asked, PATIENCE_S / 2)

    def test_it_is_idempotent(self):
        number = self.daemon.queue(**LONG)["id"]
        for _ in range(3):
            self.assertIn(self.daemon.post(f"/experiments/{number}/cancel").status, (200, 202))
        done = self.daemon.finished(number)
        again = self.daemon.post(f"/experiments/{number}/cancel")
        self.assertIn(again.status, (200, 202))
        self.assertEqual(again.json()["state"], "cancelled")
        self.assertEqual(self.daemon.experiment(number)["finished_at"], done["finished_at"])

    def test_it_needs_no_body(self):
        number = self.daemon.queue(**LONG)["id"]
        asked = time.monotonic()
        answer = self.daemon.raw(
            f"POST /experiments/{number}/cancel HTTP/1.1\r\nHost: 127.0.0.1:{self.daemon.port}\r\n\r\n".encode())
        self.assertRegex(answer.split(b"\r\n")[0], rb"^HTTP/1\.1 20[02] ")
        # The library alone would wait 5 s for a body that never comes.
        self.assertLess(time.monotonic() - asked, 5)

    def test_a_queued_experiment_is_cancelled_in_the_queue(self):
        first = self.daemon.queue(**LONG)["id"]
        second = self.daemon.queue()["id"]
        third = self.daemon.queue()["id"]
        self.daemon.running_run(first)
        self.assertEqual(self.daemon.experiment(second)["progress"]["queue_position"], 1)
        self.assertEqual(self.daemon.experiment(third)["progress"]["queue_position"], 2)
        self.daemon.post(f"/experiments/{second}/cancel")
        self.assertEqual(self.daemon.experiment(second)["state"], "cancelled")
        self.assertEqual(self.daemon.experiment(third)["progress"]["queue_position"], 1)
        self.assertEqual(self.daemon.experiment(first)["state"], "running")
        self.daemon.post(f"/experiments/{first}/cancel")
        self.daemon.completed(third)

    def test_a_finished_experiment_stays_completed(self):
        number = self.daemon.queue()["id"]
        self.daemon.completed(number)
        self.assertEqual(self.daemon.post(f"/experiments/{number}/cancel").json()["state"], "completed")


class Deleting(unittest.TestCase):
    def setUp(self):
        self.daemon = self.enterContext(Daemon())

    def test_a_running_experiment_is_rejected(self):
        number = self.daemon.queue(**LONG)["id"]
        self.daemon.running_run(number)
        answer = self.daemon.delete(f"/experiments/{number}")
        self.assertEqual(answer.status, 409)
        self.assertEqual(answer.content_type, "application/problem+json")
        self.assertEqual(self.daemon.experiment(number)["state"], "running")

    def test_a_finished_one_is_deleted_with_its_runs(self):
        number = self.daemon.queue()["id"]
        self.daemon.finished(number)
        run = self.daemon.runs(number)[0]["run_id"]
        self.assertEqual(self.daemon.delete(f"/experiments/{number}").status, 204)
        for path in (f"/experiments/{number}", f"/experiments/{number}/runs", f"/experiments/{number}/results.csv",
                     f"/experiments/{number}/summary", f"/experiments/{number}/events", f"/runs/{run}", f"/runs/{run}/perf"):
            with self.subTest(path=path):
                self.assertEqual(self.daemon.get(path).status, 404)
        self.assertEqual(self.daemon.delete(f"/experiments/{number}").status, 404)
        self.assertEqual(self.daemon.items("/experiments"), [])

    def test_ids_are_not_reused(self):
        number = self.daemon.queue()["id"]
        self.daemon.finished(number)
        self.daemon.delete(f"/experiments/{number}")
        self.assertGreater(self.daemon.queue()["id"], number)


class Restarting(unittest.TestCase):
    def setUp(self):
        self.data = self.enterContext(tempfile.TemporaryDirectory(prefix="copybench test "))

    def test_a_killed_daemon_resumes_where_it_was(self):
        first = Daemon(self.data)
        with first:
            # Long enough to be running still when the daemon is killed.
            number = first.queue(field_sizes=[512, 1024], repetitions=2, duration_s=2)["id"]
            waiting = first.queue()["id"]
            finished = {}
            for name, data in first.events(number):
                if name == "run":
                    finished[data["run_id"]] = data
                    break
            under_way = first.running_run(number)["run_id"]
            first.kill()
        wait_until(lambda: not processes_with(first.token), "the killed daemon's children have ended")

        with Daemon(self.data) as second:
            done = second.finished(number)
            self.assertEqual(done["state"], "completed", done)
            runs = {run["run_id"]: run for run in second.runs(number)}
            self.assertEqual(runs[under_way]["state"], "interrupted")
            for run_id, before in finished.items():
                for name, value in before.items():
                    self.assertEqual(runs[run_id].get(name), value, name)
            completed = [(run["field_bytes"], run["repetition"]) for run in runs.values() if run["state"] == "completed"]
            self.assertEqual(sorted(completed), [(512, 1), (512, 2), (1024, 1), (1024, 2)])
            self.assertEqual(done["progress"]["runs_total"], 4)
            self.assertEqual(done["progress"]["runs_done"], 4)
            second.completed(waiting)

    def test_a_stopped_daemon_ends_in_order_and_resumes_later(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(signal=number.name), tempfile.TemporaryDirectory() as data:
                with Daemon(data) as first:
                    experiment = first.queue(duration_s=1, repetitions=2)["id"]
                    first.running_run(experiment)
                    asked = time.monotonic()
                    first.signal(number)
                    self.assertEqual(first.wait(), 0)
                    self.assertLess(time.monotonic() - asked, PATIENCE_S / 2)
                    self.assertEqual(first.left_over(), [])
                with Daemon(data) as second:
                    second.completed(experiment)
                    states = [run["state"] for run in second.runs(experiment)]
                    self.assertEqual(sorted(states), ["completed", "completed", "interrupted"])

    def test_an_event_stream_is_ended_when_the_daemon_stops(self):
        with Daemon(self.data) as served:
            number = served.queue(**LONG)["id"]
            stream = served.events(number)
            next(stream)
            served.signal(signal.SIGTERM)
            for _ in stream:
                pass
            self.assertEqual(served.wait(), 0)

    def test_a_hung_or_dead_child_fails_its_run_only(self):
        with Daemon(self.data) as served:
            number = served.queue(duration_s=5, field_sizes=[512], repetitions=1)["id"]
            second = served.queue()["id"]
            served.running_run(number)
            victim = wait_until(lambda: [pid for pid in served.left_over() if command_of(pid).split(b"\0")[1:2] == [b"engine"]],
                                "an engine runs")
            os.kill(victim[0], signal.SIGKILL)
            done = served.finished(number)
            self.assertEqual(done["state"], "failed")
            run = served.runs(number)[0]
            self.assertEqual(run["state"], "failed")
            self.assertTrue(run["reason"])
            self.assertIsNone(run["throughput_gbps"])
            served.completed(second)


def command_of(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read()
    except OSError:
        return b""


class Twice(unittest.TestCase):
    def test_a_second_daemon_on_the_same_data_is_rejected(self):
        with Daemon() as first, Process("serve", "--listen", "127.0.0.1:0", "--data-dir", first.data_dir) as second:
            self.assertNotEqual(second.wait(), 0)
            self.assertIn(first.data_dir, "\n".join(second.lines))
            self.assertEqual(first.get("/healthz").status, 200)

    def test_a_second_daemon_on_the_same_port_is_rejected(self):
        with Daemon() as first, tempfile.TemporaryDirectory() as data, \
                Process("serve", "--listen", f"127.0.0.1:{first.port}", "--data-dir", data) as second:
            self.assertNotEqual(second.wait(), 0)
            self.assertRegex("\n".join(second.lines), rf"{first.port}.*in use|in use.*{first.port}")
            self.assertEqual(first.get("/healthz").status, 200)

    def test_an_unwritable_data_directory_is_rejected(self):
        with tempfile.NamedTemporaryFile() as file, Process("serve", "--listen", "127.0.0.1:0", "--data-dir", file.name) as served:
            self.assertNotEqual(served.wait(), 0)
            self.assertIn(file.name, "\n".join(served.lines))

    def test_a_damaged_database_is_kept_and_named(self):
        with tempfile.TemporaryDirectory() as data:
            path = os.path.join(data, "copybench.db")
            with open(path, "wb") as file:
                file.write(b"no database at all " * 500)
            with Process("serve", "--listen", "127.0.0.1:0", "--data-dir", data) as served:
                self.assertNotEqual(served.wait(), 0)
                self.assertIn("copybench.db", "\n".join(served.lines))
            with open(path, "rb") as file:
                self.assertTrue(file.read().startswith(b"no database at all"))


class WithoutPerf(unittest.TestCase):
    def test_runs_continue_without_counters_and_say_so(self):
        with tempfile.TemporaryDirectory() as empty, Daemon(environment={"PATH": empty}) as served:
            number = served.queue()["id"]
            served.completed(number)
            run = served.get(f"/runs/{served.runs(number)[0]['run_id']}").json()
            self.assertGreater(run["throughput_gbps"], 0)
            self.assertGreater(run["cpu_ns_per_byte"], 0)
            for name in ("cpu_cycles", "instructions", "cache_misses", "context_switches", "task_clock_ns"):
                self.assertIsNone(run[name])
                self.assertIn("perf", run["missing"][name])
            perf = served.get("/system").json()["perf"]
            self.assertFalse(perf["usable"])
            self.assertTrue(perf["reason"])

    def test_the_daemon_reports_everything_that_doctor_does(self):
        with Process("doctor", "--json") as doctor, Daemon() as served:
            doctor.wait()
            told = json.loads("\n".join(doctor.out))["checks"]
            system = wait_until(lambda: (found := served.get("/system").json())["perf"]["state"] == "ready" and found, "probed")
            self.assertEqual([(one["code"], one["what"]) for one in system["checks"]],
                             [(one["code"], one["what"]) for one in told])
            ready = {one["name"]: one for one in served.get("/readyz").json()["checks"]}
            for one in system["checks"]:
                check = ready[one["what"]]
                self.assertEqual((check["code"], check["needed"]), (one["code"], one["needed"]))
                self.assertEqual(check["ok"], one["note"] or one["state"] == "ok", check)
                self.assertEqual(check["reason"] or check["note"], one["detail"])

    def test_doctor_reports_it_with_the_remedy(self):
        with tempfile.TemporaryDirectory() as empty, Process("doctor", environment={"PATH": empty}) as doctor:
            doctor.wait()
            text = "\n".join(doctor.lines)
            self.assertIn("perf", text)
            self.assertIn("mend:", text)


if __name__ == "__main__":
    unittest.main(verbosity=2)
