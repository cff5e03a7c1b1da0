"""A sweep of all engines, from the request to each form of its results."""

import csv
import io
import platform
import unittest

import daemon
from daemon import COLUMNS, ENGINES, FIGURES, Daemon

FIELD_SIZES = [512, 16384]
THREADS = [1, 2]
CONFIGURATIONS = {(engine, size, threads) for engine in ENGINES for size in FIELD_SIZES for threads in THREADS}


class Sweep(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = cls.enterClassContext(Daemon())
        answer = cls.daemon.post("/experiments", daemon.sweep(
            name="all engines", engines=ENGINES, field_sizes=FIELD_SIZES, threads=THREADS, seed=7))
        assert answer.status == 202, answer.text
        cls.queued = answer
        cls.id = answer.json()["id"]
        cls.events = list(cls.daemon.events(cls.id))
        cls.experiment = cls.daemon.experiment(cls.id)
        cls.runs = cls.daemon.runs(cls.id)
        cls.details = [cls.daemon.get(f"/runs/{run['run_id']}").json() for run in cls.runs]

    def test_the_acknowledgement_has_the_queued_experiment(self):
        queued = self.queued.json()
        self.assertEqual(self.queued.headers["Location"], f"/experiments/{self.id}")
        self.assertEqual(queued["progress"]["runs_total"], 12)
        # 12 runs of 0.1 s warm-up and 0.2 s window, and each run's time beside them.
        self.assertGreater(queued["estimated_duration_s"], 12 * 0.3)
        self.assertLess(queued["estimated_duration_s"], 12 * 1.3)

    def test_links_resolve(self):
        links = self.experiment["links"]
        self.assertEqual(set(links), {"self", "runs", "csv", "summary", "events", "circumstances", "export", "page"})
        for name, link in links.items():
            if name == "events":
                continue
            with self.subTest(link=name):
                self.assertEqual(self.daemon.get(link.split("#")[0]).status, 200)

    def test_every_run_completed(self):
        self.assertEqual(self.experiment["state"], "completed", self.experiment)
        self.assertEqual([run["state"] for run in self.runs], ["completed"] * 12, [run.get("reason") for run in self.runs])
        self.assertEqual({(run["engine"], run["field_bytes"], run["threads"]) for run in self.runs}, CONFIGURATIONS)

    def test_the_spec_is_shown_as_expanded(self):
        spec = self.experiment["spec"]
        self.assertEqual(spec["engines"], ENGINES)
        self.assertEqual(spec["field_sizes"], FIELD_SIZES)
        self.assertEqual(spec["threads"], THREADS)
        self.assertEqual(spec["seed"], 7)
        self.assertEqual(spec["order"], "shuffled")
        self.assertEqual(spec["pattern"], "stream")
        self.assertEqual(spec["tcp_nodelay"], False)
        self.assertEqual(spec["repetitions"], 1)
        self.assertEqual(len(spec["events"]), 8)

    def test_events_carry_each_run_once_and_then_the_end(self):
        names = [name for name, _ in self.events]
        self.assertEqual(names.count("end"), 1)
        self.assertEqual(names[-1], "end")
        self.assertEqual(self.events[-1][1]["state"], "completed")
        told = [data["run_id"] for name, data in self.events if name == "run"]
        self.assertEqual(sorted(told), sorted(run["run_id"] for run in self.runs))
        done = [data["runs_done"] for name, data in self.events if name == "progress"]
        self.assertEqual(done, sorted(done))
        self.assertEqual(done[-1], 12)

    def test_the_circumstances_are_this_machine_s_and_did_not_change(self):
        circumstances = self.experiment["circumstances"]
        self.assertEqual(circumstances, self.daemon.get(self.experiment["links"]["circumstances"]).json())
        self.assertEqual(circumstances["changes"], [])
        self.assertEqual(circumstances["from_run_id"], min(run["run_id"] for run in self.runs))
        facts = {fact["name"]: fact["value"] for fact in circumstances["facts"]}
        self.assertEqual(facts["kernel.release"], platform.release())
        self.assertEqual(facts["perf.version"], self.daemon.get("/system").json()["versions"]["perf"])
        same = self.daemon.get(f"/circumstances/diff?base={self.id}&head={self.id}").json()
        self.assertEqual(same["differences"], [])

    def test_progress_ends_with_nothing_left(self):
        progress = self.experiment["progress"]
        self.assertEqual((progress["runs_done"], progress["runs_failed"], progress["runs_total"]), (12, 0, 12))

    def test_figures_agree_with_each_other(self):
        for run in self.runs:
            with self.subTest(engine=run["engine"], field=run["field_bytes"], threads=run["threads"]):
                self.assertEqual(run["message_bytes"], 8 * run["field_bytes"])
                self.assertGreaterEqual(run["window_s"], 0.2)
                self.assertAlmostEqual(run["throughput_gbps"], run["bytes"] * 8 / run["window_s"] / 1e9,
                                       delta=run["throughput_gbps"] * 1e-3)
                # A message across an edge of the window counts its bytes in part.
                self.assertLessEqual(abs(run["bytes"] - run["messages"] * run["message_bytes"]),
                                     2 * run["threads"] * run["message_bytes"])
                latencies = [run[f"latency_{name}_us"] for name in ("p50", "p90", "p99", "p999", "max")]
                self.assertEqual(latencies, sorted(latencies))
                self.assertGreater(latencies[0], 0)
                self.assertLessEqual(run["latency_us"], run["latency_max_us"])
                self.assertGreater(run["cpu_ns_per_byte"], 0)
                self.assertGreaterEqual(run["retransmits"], 0)
                if run["cpu_cycles"] is not None:
                    self.assertAlmostEqual(run["cycles_per_byte"], run["cpu_cycles"] / run["bytes"],
                                           delta=run["cycles_per_byte"] * 1e-3)
                else:
                    self.assertIsNone(run["cycles_per_byte"])

    def test_every_missing_figure_has_its_reason(self):
        for detail in self.details:
            for name in FIGURES:
                with self.subTest(run=detail["run_id"], figure=name):
                    if detail[name] is None:
                        self.assertTrue(detail["missing"].get(name), "no reason")
                    else:
                        self.assertIsInstance(detail[name], (int, float))
                        self.assertNotIn(name, detail["missing"])

    def test_zero_copy_is_copied_on_loopback_and_labelled(self):
        for detail in self.details:
            with self.subTest(engine=detail["engine"]):
                counters = [detail[name] for name in FIGURES if name.startswith("zerocopy_")]
                if detail["engine"] != "zero_copy":
                    self.assertEqual(counters, [None] * 4)
                    continue
                self.assertGreater(detail["zerocopy_sends"], 0)
                self.assertEqual(detail["zerocopy_completions"], detail["zerocopy_sends"])
                self.assertEqual(detail["zerocopy_copied"], detail["zerocopy_completions"])
                self.assertIn("requested, copied by the kernel", str(detail["zerocopy"]))

    def test_the_csv_has_the_columns_in_order_and_the_values_of_the_json(self):
        answer = self.daemon.get(f"/experiments/{self.id}/results.csv")
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.content_type, "text/csv")
        rows = list(csv.reader(io.StringIO(answer.text, newline="")))
        self.assertEqual(rows[0], COLUMNS)
        self.assertEqual(len(rows), 13)
        by_id = {str(run["run_id"]): run for run in self.runs}
        for row in rows[1:]:
            self.assertEqual(len(row), len(COLUMNS))
            run = by_id[row[1]]
            for name, cell in zip(COLUMNS, row):
                with self.subTest(run=row[1], column=name):
                    if run[name] is None:
                        self.assertEqual(cell, "")
                    elif name == "flags":
                        self.assertEqual(cell, ";".join(flag["kind"] for flag in run["flags"]))
                    elif isinstance(run[name], str):
                        self.assertEqual(cell, run[name])
                    else:
                        self.assertAlmostEqual(float(cell), run[name], delta=abs(run[name]) * 1e-6)
        self.assertNotIn("nan", answer.text.lower())

    def test_a_window_too_short_to_judge_says_so(self):
        for detail in self.details:
            steadiness = detail["evidence"]["steadiness"]
            self.assertFalse(steadiness["judged"])
            self.assertIn("too few", steadiness["reason"])

    def test_json_carries_the_same_names(self):
        for run in self.runs:
            self.assertEqual([name for name in run if name in COLUMNS], COLUMNS)

    def test_the_summary_names_each_configuration_and_the_peaks(self):
        summary = self.daemon.get(f"/experiments/{self.id}/summary").json()
        lines = {(line["engine"], line["field_bytes"], line["threads"]): line for line in summary["configurations"]}
        self.assertEqual(set(lines), CONFIGURATIONS)
        for run in self.runs:
            line = lines[run["engine"], run["field_bytes"], run["threads"]]
            self.assertEqual(line["runs_completed"], 1)
            self.assertEqual(line["runs_flagged"], 1 if run["flags"] else 0)
            self.assertAlmostEqual(line["figures"]["throughput_gbps"]["median"], run["throughput_gbps"], places=6)
            self.assertEqual(line["figures"]["throughput_gbps"]["n"], 1)
        self.assertEqual([peak["engine"] for peak in summary["engines"]], ENGINES)
        for peak in summary["engines"]:
            best = max((run for run in self.runs if run["engine"] == peak["engine"]), key=lambda run: run["throughput_gbps"])
            self.assertEqual(peak["configuration"]["field_bytes"], best["field_bytes"])
            self.assertEqual(peak["configuration"]["threads"], best["threads"])
            self.assertAlmostEqual(peak["throughput_gbps"]["median"], best["throughput_gbps"], places=6)

    def test_the_daemon_sleeps_during_each_window(self):
        # An event stream is open throughout. The only wake-up is the window's end.
        for run in self.details:
            used = run["evidence"]["daemon"]
            self.assertLessEqual(used["wake_ups"], 1 + 2 * run["window_s"], used)
            self.assertEqual(used["block_writes"], 0)

    def test_perf_text_is_kept_raw(self):
        answer = self.daemon.get(f"/runs/{self.runs[0]['run_id']}/perf")
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.content_type, "text/plain")
        if self.daemon.get("/system").json()["perf"]["usable"]:
            self.assertIn("context-switches", answer.text)

    def test_no_process_stays_behind(self):
        self.assertEqual(self.daemon.left_over(), [self.daemon.process.pid])


class Patterns(unittest.TestCase):
    def test_request_response_measures_round_trips(self):
        with Daemon() as served:
            queued = served.queue(pattern="request_response", engines=ENGINES, receive="recvmsg")
            served.completed(queued["id"])
            self.assertTrue(served.experiment(queued["id"])["spec"]["tcp_nodelay"])
            for run in served.runs(queued["id"]):
                with self.subTest(engine=run["engine"]):
                    self.assertEqual(run["state"], "completed", run.get("reason"))
                    # One message at a time: together they cannot take longer than the window.
                    self.assertLessEqual(run["messages"] * run["latency_us"] / 1e6, run["window_s"] * 1.05)
                    self.assertGreater(run["messages"], 0)

    def test_options_reach_the_runs(self):
        with Daemon() as served:
            queued = served.queue(tcp_nodelay=True, socket_buffer_bytes=262144, server_cpus=[0], client_cpus="none",
                                  receive="recvmsg", order="sequential", repetitions=2,
                                  events=["task-clock", "context-switches"])
            done = served.finished(queued["id"])
            self.assertEqual(done["state"], "completed", done)
            spec = done["spec"]
            self.assertEqual((spec["server_cpus"], spec["client_cpus"]), ([0], "none"))
            self.assertEqual(spec["events"], ["task-clock", "context-switches"])
            self.assertEqual([run["repetition"] for run in served.runs(queued["id"])], [1, 2])


if __name__ == "__main__":
    unittest.main(verbosity=2)
