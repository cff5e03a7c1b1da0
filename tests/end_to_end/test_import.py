"""Imports and stored rows are not trusted: data that copybench cannot have written are rejected by line and field, and damaged
rows of the database are reported as damaged, while everything else works."""

import copy
import hashlib
import http.client
import json
import os
import pathlib
import sqlite3
import subprocess
import tempfile
import unittest

from daemon import BINARY, PATIENCE_S, Daemon

RUNS = 8  # of the seed
SEED = pathlib.Path(__file__).resolve().parents[1] / "fuzz/corpus/import/profiled.ndjson"
PROFILE = 2  # the only completed run of the seed


def read_seed():
    lines = [json.loads(line) for line in SEED.read_text().splitlines()]
    return lines[:-1]  # without the end, which is made anew


def signed(lines):
    text = "".join(json.dumps(line) + "\n" for line in lines)
    runs = sum("run" in line for line in lines)
    end = {"runs": runs, "exported_at_ms": 1700000000000, "sha256": hashlib.sha256(text.encode()).hexdigest()}
    return (text + json.dumps({"end": end}) + "\n").encode()


def runs_of(lines):
    return [line["run"] for line in lines if "run" in line]


def change(lines, what):
    lines = copy.deepcopy(lines)
    what(lines[1]["experiment"], runs_of(lines), lines)
    return signed(lines)


def post(daemon, body):
    return daemon.post("/experiments/import", body, Content_Type="application/x-ndjson")


def set_in(path, value):
    def apply(_experiment, runs, _lines):
        *way, last = path
        node = runs
        for key in way:
            node = node[key]
        node[last] = value

    return apply


def many_facts(_experiment, _runs, lines):
    facts = [{"name": str(i), "class": "host", "value": i, "unit": None, "reason": None} for i in range(40_000)]
    for line in lines:
        if "circumstances" in line:
            line["circumstances"]["facts"] = facts


def sweep_of(engines, sizes, threads):
    def apply(experiment, _runs, _lines):
        experiment["spec"].update(engines=engines, field_sizes=list(range(64, 64 + sizes)), threads=list(range(1, 1 + threads)))

    return apply


class Refused(unittest.TestCase):
    def test_an_invalid_export_is_rejected_by_line_and_field(self):
        three = ["two_copy", "one_copy", "zero_copy"]
        cases = (
            (set_in([PROFILE, "report"], {}), "line 7: report/event is missing"),
            (set_in([PROFILE, "stacks"], "engine" + ";f" * 19_999 + " 5\n"), "line 7: stacks: a stack has 20000 frames"),
            (set_in([PROFILE, "stacks"], "nonsense\n"), "line 7: stacks: this is no folded stack"),
            (set_in([PROFILE, "report", "copy_share"], {}), "line 7: report/copy_share/busy_samples is missing"),
            (set_in([PROFILE, "report", "copy_share"], [1]), "line 7: report/copy_share is a list of 1"),
            (sweep_of(three, 3000, 3000), "line 2: spec the number of configurations is 27000000; allowed: at most 10000"),
            (sweep_of(three[:1], 1_000_000, 1), "line 2: there are more than 250000 values"),
            (sweep_of(three[:1], 20_000, 1), "line 2: spec field_sizes has 20000 values; allowed: 1 to 10000"),
            (many_facts, "line 3: facts is a list of 40000; allowed: a list of at most 1000"),
            (set_in([0, "task_clock_ns"], 5), "line 5: task_clock_ns is 5; allowed: what counters says"),
            (set_in([0, "bytes"], 10**18), "line 5: bytes is 1000000000000000000; allowed: 0 to"),
            (set_in([0, "throughput_gbps"], 9.5), "line 5: throughput_gbps is 9.5; allowed: what bytes and window_s gives"),
            (set_in([0, "finished_at_ms"], 5), "line 5: finished_at_ms is 5; allowed: from started_at_ms"),
            (set_in([0, "evidence", "server"], 5), "line 5: evidence/server is 5; allowed: an object, or null"),
            (lambda experiment, _runs, _lines: experiment["spec"].update(name="\u200b "), "line 2: name: the name shows nothing"),
            (lambda experiment, _runs, _lines: experiment.update(tags=["\u3164"]), "line 2: tags/0: the tag shows nothing"))
        lines = read_seed()
        with Daemon() as daemon:
            for what, said in cases:
                with self.subTest(said=said):
                    answer = post(daemon, change(lines, what))
                    self.assertEqual(answer.status, 400, answer.text)
                    self.assertIn(said, answer.text.replace('\\"', '"'))
                    self.assertNotIn(":memory:", answer.text)
            self.assertEqual(daemon.items("/experiments"), [])
            self.assertEqual(post(daemon, signed(lines)).status, 201)

    def test_a_name_without_a_visible_character_is_rejected_everywhere(self):
        with Daemon() as daemon:
            number = post(daemon, signed(read_seed())).json()["id"]
            for name in ("  ", "\u200b", "\u2800\u00ad"):
                body = {"name": name, "engines": ["one_copy"], "field_sizes": [64], "threads": [1]}
                self.assertEqual(daemon.post("/experiments?dry_run=1", body).status, 400)
                for field in ({"name": name}, {"tags": [name]}):
                    answer = daemon.request("PATCH", f"/experiments/{number}", json.dumps(field).encode(),
                                            {"Content-Type": "application/merge-patch+json"})
                    self.assertEqual(answer.status, 400, answer.text)
                    self.assertIn("shows nothing", answer.text)

    def test_an_import_is_marked_whatever_machine_it_names(self):
        lines = read_seed()
        with Daemon() as daemon:
            facts = {fact["name"]: fact["value"] for fact in daemon.get("/system").json().get("circumstances", [])}
            here = facts.get("host.machine_id", "0" * 32)
            lines[0]["machine_id"] = here
            for line in lines:
                for fact in line.get("circumstances", {}).get("facts", []):
                    if fact["name"] == "host.machine_id":
                        fact["value"] = here
            copied = post(daemon, signed(lines)).json()
            self.assertEqual(copied["origin"]["machine_id"], here)
            self.assertIsNotNone(copied["origin"]["imported_at"])


class Damaged(unittest.TestCase):
    # Each is written into the row of the second of three experiments, or of its runs.
    CASES = ("UPDATE experiments SET spec_json = '{}' WHERE id = 2",
             "UPDATE experiments SET spec_json = '[[[' WHERE id = 2",
             "UPDATE experiments SET spec_json = json_set(spec_json, '$.repetitions', 4000000000) WHERE id = 2",
             "UPDATE experiments SET state = 'resting' WHERE id = 2",
             "UPDATE experiments SET tags_json = '{\"a\":' WHERE id = 2",
             "UPDATE experiments SET findings_json = '{\"repeats\":5}' WHERE id = 2",
             "UPDATE experiments SET origin_json = '[]' WHERE id = 2",
             "UPDATE experiments SET runs_total = -9223372036854775808 WHERE id = 2",
             "UPDATE runs SET engine = 'five_copy' WHERE experiment_id = 2",
             "UPDATE runs SET flags_json = '[5]' WHERE experiment_id = 2",
             "UPDATE runs SET counters_json = '{\"a\":[[' WHERE experiment_id = 2",
             "UPDATE runs SET started_at_ms = 9223372036854775807 WHERE experiment_id = 2",
             "UPDATE run_evidence SET evidence_json = '5' WHERE run_id IN (SELECT id FROM runs WHERE experiment_id = 2)",
             "UPDATE run_profiles SET report_json = '{}' WHERE run_id IN (SELECT id FROM runs WHERE experiment_id = 2)",
             "UPDATE run_profiles SET report_json = json_set(report_json, '$.copy_share', json('{}'))",
             "UPDATE run_profiles SET stacks = 'nonsense'",
             "UPDATE circumstances SET facts_json = '[{}]' WHERE experiment_id = 2",
             "UPDATE calibrations SET values_json = '[]' WHERE experiment_id = 2")

    def test_a_damaged_row_is_reported_as_damaged_and_harms_no_other(self):
        lines = read_seed()
        for sql in self.CASES:
            with self.subTest(sql=sql), tempfile.TemporaryDirectory(prefix="copybench-test-") as data:
                with Daemon(data) as daemon:
                    for i in range(3):
                        runs_of(lines)[0]["reason"] = f"copy {i}"
                        self.assertEqual(post(daemon, signed(lines)).status, 201)
                database = sqlite3.connect(pathlib.Path(data) / "copybench.db")
                with database:
                    database.execute(sql)
                database.close()
                with Daemon(data) as daemon:
                    said = ""
                    for path in [*self.paths(2), *self.BESIDE]:
                        try:
                            answer = daemon.get(path)
                        except http.client.IncompleteRead:
                            # An export that meets a damaged run after its first bytes is cut off, so that nobody takes it for
                            # complete.
                            self.assertTrue(path.endswith("/export.ndjson"), path)
                            continue
                        self.assertTrue(answer.status in (200, 404, 409) or
                                        (answer.status == 503 and "urn:copybench:problem:damaged" in answer.text),
                                        f"{path}: {answer.status} {answer.text[:300]}")
                        said += answer.text
                    if "counters_json" not in sql:
                        self.assertRegex(said, r'"damaged":\s*"|problem:damaged')
                    for other in (1, 3):
                        if "WHERE" not in sql:
                            break
                        for path in self.paths(other):
                            self.assertIn(daemon.get(path).status, (200, 404), path)
                    self.assertEqual([item["id"] for item in daemon.items("/experiments")], [3, 2, 1])
                    self.assertEqual(daemon.get("/experiments?tag=nothing").json()["items"], [])
                    self.assertEqual(daemon.get("/metrics").status, 200)
                    self.assertEqual(daemon.delete("/experiments/2").status, 204)

    BESIDE = ("/compare?base=1&head=2", "/circumstances/diff?base=1&head=2",
              "/history?engine=two_copy&field_bytes=1024&threads=1")

    def paths(self, number):
        own = [f"/experiments/{number}{part}" for part in
               ("", "/runs", "/results.csv", "/summary", "/comparisons", "/circumstances", "/calibrations", "/profiles",
                "/export.ndjson", "/events")]
        runs = [f"/runs/{RUNS * (number - 1) + 1 + i}{part}" for i in range(RUNS) for part in
                ("", "/perf", "/profile", "/stacks.folded", "/flamegraph.svg")]
        return own + runs


class Commands(unittest.TestCase):
    def test_an_export_whose_reader_closes_reports_that_and_not_a_disk_error(self):
        with tempfile.TemporaryDirectory(prefix="copybench-test-") as data, Daemon(data) as daemon:
            number = post(daemon, signed(read_seed())).json()["id"]
            reading, writing = os.pipe()
            os.close(reading)
            done = subprocess.run([BINARY, "export", str(number), "--data-dir", data], stdout=writing,
                                  stderr=subprocess.PIPE, text=True, timeout=PATIENCE_S)
            os.close(writing)
            self.assertEqual(done.returncode, 1)
            self.assertIn("the program that reads it has ended", done.stderr)
            with open("/dev/full", "wb") as full:
                done = subprocess.run([BINARY, "export", str(number), "--data-dir", data], stdout=full,
                                      stderr=subprocess.PIPE, text=True, timeout=PATIENCE_S)
            self.assertIn("could not be written: No space left on device", done.stderr)

    def test_an_import_beside_a_daemon_names_only_a_known_port(self):
        with tempfile.TemporaryDirectory(prefix="copybench-test-") as data, Daemon(data):
            done = subprocess.run([BINARY, "import", str(SEED), "--data-dir", data], capture_output=True, text=True,
                                  timeout=PATIENCE_S)
            self.assertIn("Or hand the file to it: curl", done.stderr)
            self.assertNotIn("8090", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
