"""/metrics as Prometheus reads it, /healthz and /readyz."""

import math
import re
import unittest

from daemon import Daemon

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
SAMPLE = re.compile(rf"^({NAME})(?:\{{(.*)\}})? (\S+)$")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)')


def parse(text):
    """Parses {name: {labels: value}} and the families' types, strictly by the text format 0.0.4."""
    families, types, helps = {}, {}, set()
    assert text.endswith("\n"), "the last line has no end"
    for line in text.splitlines():
        if line.startswith("# HELP "):
            name = line.split(" ", 3)[2]
            assert name not in helps, f"{name} is explained twice"
            helps.add(name)
            continue
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in types and name not in families, f"the type of {name} comes twice or late"
            assert kind in ("counter", "gauge", "histogram", "summary", "untyped"), line
            types[name] = kind
            continue
        match = SAMPLE.match(line)
        assert match, f"no sample: {line}"
        name, labels, value = match.groups()
        found = LABEL.findall(labels or "")
        assert LABEL.sub("", labels or "") == "", f"labels: {line}"
        assert name in types and name in helps, f"{name} has no type or help"
        samples = families.setdefault(name, {})
        assert tuple(found) not in samples, f"twice: {line}"
        samples[tuple(found)] = float(value)
    assert list(families) == list(types), "families are mixed up"
    return families, types


class Metrics(unittest.TestCase):
    def test_metrics_follow_the_measurements(self):
        daemon = self.enterContext(Daemon())
        before, _ = parse(daemon.get("/metrics").text)
        self.assertNotIn("copybench_last_run_id", before)
        self.assertEqual(before["copybench_queue_runs"], {(): 0})
        number = daemon.queue(engines=["two_copy", "zero_copy"], repetitions=2)["id"]
        daemon.completed(number)
        daemon.get("/nothing")
        answer = daemon.get("/metrics")
        self.assertEqual(answer.headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
        families, types = parse(answer.text)
        self.assertEqual(families["copybench_runs"][("state", "completed"),], 4)
        self.assertEqual(families["copybench_experiments"][("state", "completed"),], 1)
        self.assertEqual(families["copybench_http_requests_total"][("code", "404"),], 1)
        self.assertGreaterEqual(families["copybench_http_requests_total"][("code", "202"),], 1)
        self.assertEqual(families["copybench_paused"], {(): 0})
        last = {run["engine"]: run for run in sorted(daemon.runs(number), key=lambda run: run["run_id"])}
        for engine, run in last.items():
            at = families["copybench_last_run_id"][("engine", engine),]
            self.assertIn(at, [each["run_id"] for each in daemon.runs(number) if each["engine"] == engine])
            detail = daemon.get(f"/runs/{int(at)}").json()
            for figure in ("throughput_gbps", "latency_p50_us", "cpu_cycles", "retransmits"):
                sample = families.get(f"copybench_last_run_{figure}", {}).get((("engine", engine),))
                if detail[figure] is None:
                    self.assertIsNone(sample)
                else:
                    self.assertTrue(math.isclose(sample, detail[figure], rel_tol=1e-6), figure)
        for name, kind in types.items():
            self.assertEqual(kind == "counter", name.endswith("_total"), name)

    def test_liveness_comes_before_readiness(self):
        daemon = self.enterContext(Daemon())
        self.assertEqual(daemon.get("/healthz").json()["status"], "ok")
        ready = daemon.get("/readyz")
        self.assertEqual(ready.status, 200)
        checks = {check["name"]: check for check in ready.json()["checks"]}
        self.assertLessEqual({"store", "disk", "queue", "perf", "locked memory"}, set(checks))
        for check in checks.values():
            self.assertEqual(check["ok"], check["reason"] is None)
            self.assertTrue(check["ok"] or not check["needed"], check)


if __name__ == "__main__":
    unittest.main(verbosity=2)
