"""Checks /openapi.json: every route that it names answers as described, and no other route exists."""

import http.client
import json
import os
import signal
import unittest

from daemon import COLUMNS, PATIENCE_S, Daemon, StagedDaemon, sweep
from schema import Schemas

METHODS = {"get", "put", "post", "delete", "patch", "head", "options"}
ROUTES = {
    ("get", "/experiments"), ("post", "/experiments"), ("get", "/experiments/{id}"), ("patch", "/experiments/{id}"),
    ("post", "/experiments/validate"),
    ("delete", "/experiments/{id}"),
    ("get", "/experiments/{id}/runs"), ("get", "/experiments/{id}/results.csv"), ("get", "/experiments/{id}/summary"),
    ("get", "/experiments/{id}/export.ndjson"), ("post", "/experiments/import"),
    ("get", "/experiments/{id}/events"), ("get", "/events"), ("post", "/experiments/{id}/cancel"), ("get", "/runs/{id}"),
    ("get", "/experiments/{id}/circumstances"), ("get", "/experiments/{id}/calibrations"),
    ("get", "/circumstances/diff"),
    ("get", "/experiments/{id}/comparisons"), ("get", "/compare"), ("get", "/history"), ("get", "/history.csv"),
    ("get", "/runs/{id}/perf"), ("get", "/system"), ("get", "/healthz"), ("get", "/openapi.json"),
    ("get", "/readyz"), ("get", "/metrics"),
    ("get", "/experiments/{id}/profiles"), ("get", "/runs/{id}/profile"), ("get", "/runs/{id}/stacks.folded"),
    ("get", "/runs/{id}/flamegraph.svg"),
}
PROFILE_ROUTES = ("/profile", "/stacks.folded", "/flamegraph.svg")


SEARCH = {"find": "crossover", "of": ["one_copy", "zero_copy"], "field_sizes": {"from": 64, "to": 128}}


class OpenApi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = cls.enterClassContext(Daemon())
        cls.document = cls.daemon.get("/openapi.json").json()
        cls.schemas = Schemas(cls.document)
        cls.finished = cls.daemon.queue(engines=["two_copy", "zero_copy"], repetitions=2, profile=True)["id"]
        cls.daemon.completed(cls.finished)
        # /compare rejects an experiment on both sides.
        cls.other = cls.daemon.queue(engines=["two_copy"])["id"]
        cls.daemon.completed(cls.other)
        runs = cls.daemon.runs(cls.finished)
        cls.run_id = runs[0]["run_id"]
        cls.profile_id = runs[-1]["run_id"]

    def operations(self):
        for path, item in self.document["paths"].items():
            for method in METHODS & set(item):
                yield method, path, item[method], item.get("parameters", []) + item[method].get("parameters", [])

    def test_every_keyword_of_a_schema_is_checked(self):
        self.assertEqual(self.schemas.unknown_keywords(), [])

    def path_of(self, path):
        number = self.finished
        if path.startswith("/runs/"):
            number = self.profile_id if path.endswith(PROFILE_ROUTES) else self.run_id
        for parameter in ("{id}", "{experiment_id}", "{run_id}"):
            path = path.replace(parameter, str(number))
        self.assertNotIn("{", path)
        return path

    def assert_described(self, operation, answer):
        described = operation["responses"].get(str(answer.status), operation["responses"].get("default"))
        self.assertIsNotNone(described, f"{answer.status} is not described: {answer.text}")
        described = self.schemas.resolve(described)
        for name, header in described.get("headers", {}).items():
            if self.schemas.resolve(header).get("required"):
                self.assertIn(name, answer.headers)
        content = described.get("content")
        if content is None:
            self.assertEqual(answer.body, b"")
            return
        self.assertIn(answer.content_type, content)
        schema = content[answer.content_type].get("schema")
        if answer.content_type.endswith(("/json", "+json")):
            self.assertIsNotNone(schema)
            self.assertEqual(self.schemas.problems(schema, answer.json()), [])

    def test_it_is_openapi_3_1_and_names_exactly_the_routes(self):
        self.assertRegex(self.document["openapi"], r"^3\.1\.")
        self.assertTrue(self.document["info"]["title"])
        self.assertTrue(self.document["info"]["version"])
        normal = {(method, path.replace("{experiment_id}", "{id}").replace("{run_id}", "{id}"))
                  for method, path, _, _ in self.operations() if method not in ("head", "options")}
        self.assertEqual(normal, ROUTES)

    def test_every_reference_resolves(self):
        def walk(node):
            if isinstance(node, dict):
                if isinstance(node.get("$ref"), str):
                    self.assertIsNotNone(self.schemas.resolve(node), node)
                for value in node.values():
                    walk(value)
            elif isinstance(node, list):
                for value in node:
                    walk(value)
        walk(self.document)

    def test_operations_have_unique_ids(self):
        names = [operation["operationId"] for _, _, operation, _ in self.operations()]
        self.assertEqual(len(names), len(set(names)))
        for _, _, operation, _ in self.operations():
            self.assertTrue(operation.get("summary"))

    def test_every_read_answers_as_described(self):
        for method, path, operation, parameters in self.operations():
            if method == "get":
                with self.subTest(path=path):
                    if path == "/events":  # has no end; see below
                        continue
                    configuration = {"engine": "two_copy", "field_bytes": 512, "threads": 1, "base": self.other}
                    needed = "&".join(f"{one['name']}={configuration.get(one['name'], self.finished)}" for one in parameters
                                      if one["in"] == "query" and one.get("required"))
                    answer = self.daemon.get(self.path_of(path) + (f"?{needed}" if needed else ""))
                    self.assertEqual(answer.status, 200)
                    self.assert_described(operation, answer)

    def read_all(self, daemon, number, run_id, statuses):
        """Every read of one experiment and one of its runs. statuses: by the path's end, where it is not 200."""
        for method, path, operation, parameters in self.operations():
            if method != "get" or "{" not in path or path.endswith("/events"):
                continue
            with self.subTest(path=path, number=number):
                target = path.replace("{id}", str(run_id if path.startswith("/runs/") else number))
                self.assertFalse([one for one in parameters if one["in"] == "query" and one.get("required")])
                answer = daemon.get(target)
                self.assertEqual(answer.status, next((status for end, status in statuses.items() if path.endswith(end)), 200),
                                 answer.text)
                self.assert_described(operation, answer)

    def test_reads_answer_as_described_before_a_run_during_it_and_after_it_failed(self):
        without_profile = {end: 404 for end in PROFILE_ROUTES}
        with StagedDaemon() as daemon:
            first, second = (daemon.queue(repetitions=2)["id"] for _ in range(2))
            load = daemon.go_on_to("window")[2]
            running, queued = (daemon.runs(number)[0]["run_id"] for number in (first, second))
            unfinished = {**without_profile, "/perf": 404, "/export.ndjson": 409}
            self.read_all(daemon, first, running, unfinished)
            self.read_all(daemon, second, queued, {**unfinished, "/circumstances": 404})
            os.kill(load, signal.SIGKILL)
            daemon.free_run()
            daemon.finished(first)
            self.assertEqual(daemon.get(f"/runs/{running}").json()["state"], "failed")
            # A failed run may have what perf printed, or not.
            has_perf = daemon.get(f"/runs/{running}/perf").status
            self.read_all(daemon, first, running, {**without_profile, "/perf": has_perf})

    def test_a_machine_without_perf_is_described(self):
        with Daemon(arguments=("--perf", "no-perf-here")) as daemon:
            answer = daemon.get("/system")
            self.assertEqual(answer.status, 200)
            self.assert_described(self.document["paths"]["/system"]["get"], answer)

    def test_what_is_not_there_answers_as_described(self):
        for method, path, operation, _ in self.operations():
            if "{" in path:
                with self.subTest(method=method, path=path):
                    answer = self.daemon.request(method.upper(), path.replace(path[path.index("{"):path.index("}") + 1], "999999"),
                                                 {} if "requestBody" in operation else None)
                    self.assertEqual(answer.status, 404)
                    self.assert_described(operation, answer)

    def test_writes_answer_as_described(self):
        post = self.document["paths"]["/experiments"]["post"]
        answers = {
            202: self.daemon.post("/experiments", sweep()),
            200: self.daemon.post("/experiments?dry_run=1", sweep()),
            400: self.daemon.post("/experiments", sweep(threads=[0])),
            415: self.daemon.post("/experiments", "preset=quick", Content_Type="text/plain"),
            413: self.daemon.post("/experiments", {"name": "x" * (1 << 20)}),
        }
        for status, answer in answers.items():
            with self.subTest(status=status):
                self.assertEqual(answer.status, status)
                self.assert_described(post, answer)
        number = answers[202].json()["id"]
        item = self.document["paths"]
        for request, valid in ((sweep(events=["task-clock", "no-such-event"]), True), (sweep(threads=[0]), False)):
            judged = self.daemon.post("/experiments/validate", request)
            self.assertEqual(judged.json()["valid"], valid)
            self.assert_described(item["/experiments/validate"]["post"], judged)
        by_id = next(path for path in item if path.startswith("/experiments/{") and path.endswith("}"))
        for status, body in ((200, {"notes": "a note", "tags": ["a"], "pinned": None}), (400, {"seed": 1})):
            patched = self.daemon.request("PATCH", f"/experiments/{number}", body)
            self.assertEqual(patched.status, status)
            self.assert_described(item[by_id]["patch"], patched)
        cancelled = self.daemon.post(f"/experiments/{number}/cancel")
        self.assert_described(item[by_id + "/cancel"]["post"], cancelled)
        self.daemon.finished(number)
        self.assert_described(item[by_id]["delete"], self.daemon.delete(f"/experiments/{number}"))

    def test_the_described_request_is_the_accepted_one(self):
        content = self.document["paths"]["/experiments"]["post"]["requestBody"]["content"]["application/json"]
        schema = self.schemas.resolve(content["schema"])
        self.assertEqual(set(schema["properties"]), {
            "name", "preset", "find", "of", "metric", "engines", "field_sizes", "threads", "duration_s", "warmup_s",
            "repetitions", "order", "seed", "pattern", "receive", "messages_per_s", "tcp_nodelay", "socket_buffer_bytes",
            "server_cpus", "client_cpus", "events", "profile", "notes", "tags", "pinned"})
        good = [{"preset": "quick"}, sweep(notes="two\nlines", tags=["a", "b c"], pinned=True), sweep(), sweep(server_cpus=[0], client_cpus="none", events=["task-clock"]),
                sweep(pattern="request_response", receive="recvmsg", order="sequential", seed=0, tcp_nodelay=False),
                sweep(repetitions={"until_ci_pct": 2}), SEARCH, {**SEARCH, "metric": "latency_p99_us", "threads": [2]}]
        good += [sweep(field_sizes=[64, 4194304]), sweep(warmup_s=0), sweep(socket_buffer_bytes=None)]
        bad = [sweep(threads=[257]), sweep(threads=[]), sweep(threads=[1, 1]), sweep(engines=["three_copy"]),
               sweep(duration_s=0.09), sweep(duration_s=3601), sweep(warmup_s=61), sweep(seed=-1), sweep(socket_buffer_bytes=1),
               sweep(server_cpus="all"), sweep(server_cpus=[]), sweep(events=[]), sweep(name=""), {"preset": "slow"},
               sweep(repetitions={"min": 5}), {**SEARCH, "metric": "bytes"}, {**SEARCH, "field_sizes": {"from": 64}},
               {**SEARCH, "find": "peak"}, sweep(threads=[0]), sweep(engines=[]), sweep(duration_s=0), sweep(colour=1), sweep(field_sizes=[63]),
               sweep(order="random"), sweep(repetitions=101), sweep(field_sizes=["512"]), sweep(tcp_nodelay="no"),
               sweep(tags=["a,b"]), sweep(tags=["a", "a"]), sweep(notes="x" * 10001), sweep(pinned=1)]
        for request, taken in [(request, True) for request in good] + [(request, False) for request in bad]:
            with self.subTest(request=request):
                self.assertEqual(not self.schemas.problems(content["schema"], request), taken)
                answer = self.daemon.post("/experiments?dry_run=1", request)
                self.assertEqual(answer.status, 200 if taken else 400)
                self.assert_described(self.document["paths"]["/experiments"]["post"], answer)

    def test_experiments_whose_runs_depend_on_results_are_described(self):
        for request in (SEARCH, sweep(repetitions={"until_ci_pct": 100, "min": 1})):
            number = self.daemon.post("/experiments", request).json()["id"]
            next(name for name, _ in self.daemon.events(number) if name == "run")
            self.daemon.post(f"/experiments/{number}/cancel")
            self.daemon.finished(number)
            for path in ("/experiments/{id}", "/experiments/{id}/summary"):
                self.assert_described(self.document["paths"][path]["get"], self.daemon.get(path.format(id=number)))

    def test_undescribed_methods_are_rejected(self):
        for path, item in self.document["paths"].items():
            for method in ("get", "put", "post", "delete", "patch"):
                if method in item:
                    continue
                with self.subTest(method=method, path=path):
                    answer = self.daemon.request(method.upper(), self.path_of(path))
                    self.assertEqual(answer.status, 405)
                    allowed = {name.strip().lower() for name in answer.headers["Allow"].split(",")}
                    self.assertEqual(allowed - {"head", "options"}, METHODS & set(item) - {"head", "options"})

    def test_a_run_is_described_with_every_figure(self):
        def names(node):
            node = self.schemas.resolve(node)
            found = set(node.get("properties", {}))
            for part in node.get("allOf", []):
                found |= names(part)
            return found
        runs = next(path for path in self.document["paths"] if path.startswith("/runs/{") and path.endswith("}"))
        schema = self.document["paths"][runs]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        self.assertLessEqual(set(COLUMNS), names(schema))

    def test_events_are_described_and_sent_as_such(self):
        events = list(self.daemon.events(self.finished))
        self.assertEqual(events[-1][0], "end")
        self.assertEqual({name for name, _ in events}, {"run", "progress", "end"})
        for name, data in events:
            schema = {"run": "Run", "progress": "Progress", "end": "Experiment"}[name]
            if name == "progress":  # the description's is part of an experiment, which has these two itself
                data = {key: value for key, value in data.items() if key not in ("experiment_id", "state")}
            self.assertEqual(self.schemas.problems({"$ref": f"#/components/schemas/{schema}"}, data), [], name)
        connection = http.client.HTTPConnection(self.daemon.host, self.daemon.port, timeout=PATIENCE_S)
        connection.request("GET", f"/experiments/{self.finished}/events")
        response = connection.getresponse()
        self.assertEqual(response.headers["Content-Type"].split(";")[0], "text/event-stream")
        for line in response.read().decode().splitlines():
            if line.startswith("data:"):
                json.loads(line[5:])
        connection.close()

    def test_the_events_of_all_experiments_are_sent_as_described(self):
        connection = self.daemon.connection()
        self.addCleanup(connection.close)
        connection.request("GET", "/events")
        response = connection.getresponse()
        content = self.document["paths"]["/events"]["get"]["responses"]["200"]["content"]
        self.assertIn(response.headers["Content-Type"].split(";")[0], content)
        number = self.daemon.queue(repetitions=2)["id"]
        seen, event = {}, None
        while seen.get("experiment", {}).get("state") != "completed":
            line = response.readline().decode()
            if line.startswith("event: "):
                event = line[7:].strip()
            elif line.startswith("data: "):
                seen[event] = json.loads(line[6:])
                self.assertEqual(seen[event].get("id", seen[event].get("experiment_id")), number)
                if event == "experiment":
                    self.assertEqual(self.schemas.problems({"$ref": "#/components/schemas/Experiment"}, seen[event]), [])
        self.assertEqual(set(seen), {"experiment", "progress"})


if __name__ == "__main__":
    unittest.main(verbosity=2)
