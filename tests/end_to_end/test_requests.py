"""Requests that the API accepts and rejects, and its messages."""

import http.client
import json
import os
import re
import socket
import tempfile
import time
import unittest

from daemon import PATIENCE_S, REQUEST_TIMEOUT_S, Daemon, sweep, wait_until


class Served(unittest.TestCase):
    """One daemon for all tests of a class."""

    @classmethod
    def setUpClass(cls):
        cls.daemon = cls.enterClassContext(Daemon())

    def assert_problem(self, answer, status):
        self.assertEqual(answer.status, status, answer.text)
        self.assertEqual(answer.content_type, "application/problem+json")
        problem = answer.json()
        self.assertEqual(problem["status"], status)
        for name in ("type", "title", "detail"):
            self.assertTrue(problem[name], name)
        for error in problem["errors"]:
            self.assertEqual(set(error), {"pointer", "detail"})
            self.assertTrue(error["detail"])
        return problem


class BadExperiments(Served):
    def assert_refused(self, request, *pointers):
        problem = self.assert_problem(self.daemon.post("/experiments", request), 400)
        self.assertEqual(sorted(error["pointer"] for error in problem["errors"]), sorted(pointers), problem["errors"])
        return problem

    def tearDown(self):
        self.assertEqual(self.daemon.items("/experiments"), [], "something was stored")

    def test_each_bad_value_is_named(self):
        cases = [
            ("/engines", sweep(engines=["two_copy", "three_copy"])),
            ("/engines", sweep(engines=["Two_Copy"])),
            ("/engines", sweep(engines="two_copy")),
            ("/engines", sweep(engines=[])),
            ("/engines", sweep(engines=[1])),
            ("/engines", sweep(engines=None)),
            ("/engines", sweep(engines=["two_copy", "two_copy"])),
            ("/field_sizes", sweep(field_sizes=[63])),
            ("/field_sizes", sweep(field_sizes=[4194305])),
            ("/field_sizes", sweep(field_sizes=[-512])),
            ("/field_sizes", sweep(field_sizes=[0])),
            ("/field_sizes", sweep(field_sizes=[512.5])),
            ("/field_sizes", sweep(field_sizes=["512"])),
            ("/field_sizes", sweep(field_sizes=512)),
            ("/field_sizes", sweep(field_sizes=[])),
            ("/field_sizes", sweep(field_sizes=[512, 512])),
            ("/field_sizes", sweep(field_sizes=[1 << 63])),
            ("/field_sizes", sweep(field_sizes=[1 << 64])),
            ("/threads", sweep(threads=[0])),
            ("/threads", sweep(threads=[257])),
            ("/threads", sweep(threads=[True])),
            ("/threads", sweep(threads=[None])),
            ("/threads", sweep(threads=[1, 2, 1])),
            ("/duration_s", sweep(duration_s=0.09)),
            ("/duration_s", sweep(duration_s=3601)),
            ("/duration_s", sweep(duration_s=-1)),
            ("/duration_s", sweep(duration_s="3")),
            ("/duration_s", sweep(duration_s=1e308)),
            ("/warmup_s", sweep(warmup_s=-0.1)),
            ("/warmup_s", sweep(warmup_s=61)),
            ("/repetitions", sweep(repetitions=0)),
            ("/repetitions", sweep(repetitions=101)),
            ("/repetitions", sweep(repetitions=1.5)),
            ("/order", sweep(order="random")),
            ("/seed", sweep(seed=-1)),
            ("/seed", sweep(seed="7")),
            ("/seed", sweep(seed=1 << 60)),
            ("/pattern", sweep(pattern="burst")),
            ("/receive", sweep(receive="read")),
            ("/tcp_nodelay", sweep(tcp_nodelay="yes")),
            ("/tcp_nodelay", sweep(tcp_nodelay=1)),
            ("/socket_buffer_bytes", sweep(socket_buffer_bytes=0)),
            ("/socket_buffer_bytes", sweep(socket_buffer_bytes=-4096)),
            ("/server_cpus", sweep(server_cpus=[4095])),
            ("/client_cpus", sweep(client_cpus=[-1])),
            ("/server_cpus", sweep(server_cpus="all")),
            ("/server_cpus", sweep(server_cpus=[])),
            ("/server_cpus", sweep(server_cpus=[0, 0])),
            ("/events", sweep(events=[])),
            ("/events", sweep(events=["--help"])),
            ("/events", sweep(events=["cycles; rm"])),
            ("/events", sweep(events=["cycles", "cycles"])),
            ("/events", sweep(events=[7])),
            ("/name", sweep(name="")),
            ("/name", sweep(name="x" * 201))
            , ("/name", sweep(name="a\nb")),
            ("/name", sweep(name=5)),
            ("/preset", {"preset": "slow"}),
            ("/preset", {"preset": 1}),
        ]
        for pointer, request in cases:
            with self.subTest(request=request):
                problem = self.assert_problem(self.daemon.post("/experiments", request), 400)
                self.assertTrue(problem["errors"])
                for error in problem["errors"]:
                    self.assertEqual(f"/{error['pointer'].split('/')[1]}", pointer, error)

    def test_all_errors_are_reported_at_once(self):
        self.assert_refused(sweep(engines=[], threads=[0], duration_s=-1, colour="red", order="random"),
                            "/engines", "/threads/0", "/duration_s", "/colour", "/order")

    def test_one_bad_element_hides_no_other(self):
        self.assert_refused(sweep(field_sizes=[63, 64, 4194304, 4194305, 64.5, "64", 1e3, -1, 18446744073709551616]),
                            *(f"/field_sizes/{index}" for index in (0, 3, 4, 5, 7, 8)))
        self.assert_refused(sweep(threads=[1, "x", 999]), "/threads/1", "/threads/2")
        problem = self.assert_problem(self.daemon.get("/experiments?limit=x&cursor=y&foo=1"), 400)
        self.assertEqual({error["pointer"] for error in problem["errors"]}, {"?limit", "?cursor", "?foo"})

    def test_cpus_as_text_are_validated_like_a_list(self):
        self.assert_refused(sweep(server_cpus="0,0"), "/server_cpus")
        self.assert_refused(sweep(client_cpus="0-4095"), "/client_cpus")

    def test_without_a_preset_the_sweep_must_be_given(self):
        self.assert_refused({}, "/engines", "/field_sizes", "/threads")
        self.assert_refused({"engines": ["two_copy"]}, "/field_sizes", "/threads")

    def test_unknown_keys_are_named_with_their_pointer_escaped(self):
        self.assert_refused(sweep(duration=3), "/duration")
        self.assert_refused(sweep(**{"a/b~c": 1}), "/a~1b~0c")
        self.assert_refused(sweep(**{"": 1}), "/")

    def test_sweeps_that_are_too_large_are_rejected(self):
        request = sweep(field_sizes=list(range(64, 64 + 101)), repetitions=100)
        problem = self.assert_problem(self.daemon.post("/experiments", request), 400)
        self.assertIn("10", problem["errors"][0]["detail"])

    def test_unavailable_cpus(self):
        problem = self.assert_problem(self.daemon.post("/experiments", sweep(server_cpus=list(range(5000)))), 400)
        # Too many errors to list; the last entry counts the rest.
        self.assertTrue(all(error["pointer"].startswith("/server_cpus/") for error in problem["errors"][:-1]))
        self.assertGreater(len(problem["errors"]), 1)

    def test_broken_json(self):
        for body in ("", "{", "nonsense", "[]", '"quick"', "null", "7", '{"preset":"quick"} x', "{'preset':'quick'}",
                     '{"preset":"quick",}', '{"duration_s":NaN}', '{"duration_s":1e999}', b'{"name":"\xff"}',
                     '{"name":"\\ud800"}', "[" * 100000, '{"a":' * 100000):
            with self.subTest(body=body[:40]):
                self.assert_problem(self.daemon.request("POST", "/experiments", body), 400)

    def test_a_duplicate_key_is_rejected(self):
        self.assert_problem(self.daemon.request("POST", "/experiments", '{"preset":"quick","preset":"full"}'), 400)

    def test_other_content_types(self):
        for given in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "json", ""):
            with self.subTest(content_type=given):
                self.assert_problem(self.daemon.request("POST", "/experiments", '{"preset":"quick"}',
                                                        {"Content-Type": given}), 415)

    def test_large_bodies(self):
        body = json.dumps({"preset": "quick", "name": "x" * (1 << 20)})
        self.assert_problem(self.daemon.request("POST", "/experiments", body), 413)

    def test_a_large_body_is_rejected_before_it_is_sent(self):
        answer = self.daemon.raw(
            f"POST /experiments HTTP/1.1\r\nHost: 127.0.0.1:{self.daemon.port}\r\nContent-Type: application/json\r\n"
            "Content-Length: 99999999999\r\n\r\n".encode())
        self.assertRegex(answer.split(b"\r\n")[0], b" 413 ")

    def test_chunked_and_compressed_bodies(self):
        head = f"POST /experiments HTTP/1.1\r\nHost: 127.0.0.1:{self.daemon.port}\r\nContent-Type: application/json\r\n"
        chunked = self.daemon.raw((head + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n").encode())
        self.assertRegex(chunked.split(b"\r\n")[0], b" 411 ")
        for coding in ("gzip", "br", "deflate"):
            packed = self.daemon.raw((head + f"Content-Encoding: {coding}\r\nContent-Length: 5\r\n\r\nhello").encode())
            self.assertRegex(packed.split(b"\r\n")[0], b" 415 ")

    def test_bad_query_parameters(self):
        for path in ("/experiments?limit=0", "/experiments?limit=-1", "/experiments?limit=x", "/experiments?limit=1e9",
                     "/experiments?cursor=x", "/experiments?cursor=-1", "/experiments?colour=red"):
            with self.subTest(path=path):
                self.assert_problem(self.daemon.get(path), 400)
        self.assert_problem(self.daemon.post("/experiments?dry_run=perhaps", sweep()), 400)


class Paths(Served):
    def test_unknown_paths(self):
        for path in ("/nothing", "/experiments/1", "/experiments/999999", "/experiments/1/runs", "/experiments/1/results.csv",
                     "/experiments/1/summary", "/experiments/1/events", "/runs/1", "/runs/1/perf", "/experiments/x",
                     "/experiments/-1", "/experiments/0", "/experiments/1.0", "/experiments/99999999999999999999",
                     "/experiments/1/nothing", "/experiments/", "/../etc/passwd", "/%2e%2e/etc/passwd", "//", "/app.jsx",
                     "/static/app.js"):
            with self.subTest(path=path):
                self.assert_problem(self.daemon.get(path), 404)
        self.assert_problem(self.daemon.post("/experiments/1/cancel"), 404)
        self.assert_problem(self.daemon.delete("/experiments/1"), 404)

    def test_wrong_methods_name_the_right_ones(self):
        for method, path, allowed in (
                ("DELETE", "/experiments", {"GET", "POST"}), ("PUT", "/experiments", {"GET", "POST"}),
                ("POST", "/experiments/1", {"GET", "PATCH", "DELETE"}), ("PUT", "/experiments/1", {"GET", "PATCH", "DELETE"}),
                ("GET", "/experiments/1/cancel", {"POST"}), ("POST", "/healthz", {"GET"}), ("DELETE", "/system", {"GET"}),
                ("POST", "/experiments/1/runs", {"GET"}), ("POST", "/", {"GET"}), ("PUT", "/openapi.json", {"GET"}),
                ("FOO", "/healthz", {"GET"}), ("get", "/experiments", {"GET", "POST"})):
            with self.subTest(method=method, path=path):
                answer = self.daemon.request(method, path)
                self.assert_problem(answer, 405)
                named = {name.strip() for name in answer.headers["Allow"].split(",")}
                self.assertEqual(named - {"HEAD", "OPTIONS"}, allowed)

    def test_head_is_get_without_a_body(self):
        for path in ("/", "/experiments", "/healthz"):
            answer = self.daemon.request("HEAD", path)
            self.assertEqual((answer.status, answer.body), (200, b""))

    def test_foreign_hosts(self):
        for host in ("evil.example", "evil.example:8090", "127.0.0.1.evil.example", "localhost.evil.example", ""):
            with self.subTest(host=host):
                self.assert_problem(self.daemon.request("GET", "/experiments", headers={"Host": host}), 421)
        for host in (f"localhost:{self.daemon.port}", f"127.0.0.1:{self.daemon.port}", f"[::1]:{self.daemon.port}"):
            with self.subTest(host=host):
                self.assertEqual(self.daemon.request("GET", "/experiments", headers={"Host": host}).status, 200)

    def test_foreign_origins_change_nothing(self):
        for origin in ("http://evil.example", "null", "https://127.0.0.1.evil.example", "file://",
                       "http://127.0.0.1:9999", f"https://127.0.0.1:{self.daemon.port}"):
            with self.subTest(origin=origin):
                self.assert_problem(self.daemon.get("/healthz", Origin=origin), 403)
                self.assert_problem(self.daemon.post("/experiments", sweep(), Origin=origin), 403)
                self.assert_problem(self.daemon.post("/experiments/1/cancel", Origin=origin), 403)
        self.assertEqual(self.daemon.items("/experiments"), [])
        own = f"http://{self.daemon.host}:{self.daemon.port}"
        self.assertEqual(self.daemon.get("/healthz", Origin=own).status, 200)

    def test_invalid_http_hurts_nobody(self):
        for bytes_sent in (b"\0" * 1000, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", os.urandom(4096) + b"\r\n\r\n",
                           b"GET / HTTP/1.1\r\n" + b"X: " + b"a" * 200000 + b"\r\n\r\n",
                           b"POST /experiments HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
                           b"POST /experiments HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n"):
            with self.subTest(sent=bytes_sent[:20]):
                try:
                    answer = self.daemon.raw(bytes_sent)
                except ConnectionError:
                    continue
                self.assertNotRegex(answer.split(b"\r\n")[0], b" [25]0[0-4] ")
        self.assertEqual(self.daemon.get("/healthz").status, 200)

    def test_stalled_clients_delay_nobody(self):
        body = (f"POST /experiments HTTP/1.1\r\nHost: 127.0.0.1:{self.daemon.port}\r\n"
                "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{").encode()
        for begin in (b"", b"GET /healthz HT", body):
            stalled = [socket.create_connection((self.daemon.host, self.daemon.port)) for _ in range(200)]
            try:
                for connection in stalled:
                    connection.sendall(begin)
                asked = time.monotonic()
                self.assertEqual(self.daemon.get("/healthz").status, 200)
                self.assertLess(time.monotonic() - asked, REQUEST_TIMEOUT_S)  # a request that waited for one takes that long
            finally:
                for connection in stalled:
                    connection.close()

    def test_one_request_a_connection(self):
        host = f"Host: 127.0.0.1:{self.daemon.port}\r\n"
        answer = self.daemon.raw(f"GET /healthz HTTP/1.1\r\n{host}Content-Length: 40\r\n\r\n"
                                 f"DELETE /experiments/1 HTTP/1.1\r\n{host}\r\n".encode())
        self.assertEqual(answer.count(b"HTTP/1.1 "), 1)


class Accepted(Served):
    def test_a_dry_run_expands_and_queues_nothing(self):
        before = len(self.daemon.items("/experiments"))
        answer = self.daemon.post("/experiments?dry_run=1", {"preset": "full"})
        self.assertEqual(answer.status, 200, answer.text)
        plan = answer.json()
        self.assertEqual(plan["runs_total"], 3 * 4 * 4 * 5)
        self.assertEqual(len(plan["runs"]), 3 * 4 * 4 * 5)
        self.assertEqual(plan["spec"]["field_sizes"], [512, 1024, 2048, 4096])
        # 48 configurations of 30 s each, and each run's time beside its window.
        self.assertGreater(plan["estimated_duration_s"], 48 * 30)
        self.assertLess(plan["estimated_duration_s"], 48 * 45)
        self.assertEqual(len(self.daemon.items("/experiments")), before)
        problem = self.assert_problem(self.daemon.post("/experiments?dry_run=1", sweep(threads=[0])), 400)
        self.assertEqual(problem["errors"][0]["pointer"], "/threads/0")

    def test_an_event_that_perf_does_not_know_is_reported_before_it_is_queued(self):
        perf = wait_until(lambda: (perf := self.daemon.get("/system").json()["perf"])["state"] == "ready" and perf, "perf was tried")
        if not perf["usable"]:
            self.skipTest("perf may not count here")
        for path in ("/experiments?dry_run=1", "/experiments/validate"):
            answer = self.daemon.post(path, sweep(events=["task-clock", "no-such-event"])).json()
            warnings = answer.get("plan", answer)["warnings"]
            self.assertEqual([one["pointer"] for one in warnings], ["/events/1"])
            self.assertRegex(warnings[0]["detail"], "^no-such-event (will have no value: unknown to perf|may have no value: perf is not asked)")

    def test_presets_may_be_overridden(self):
        answer = self.daemon.post("/experiments?dry_run=1", {"preset": "quick", "threads": [2], "duration_s": 0.5, "seed": 3})
        plan = answer.json()
        self.assertEqual(plan["spec"]["threads"], [2])
        self.assertEqual(plan["spec"]["duration_s"], 0.5)
        self.assertEqual(plan["spec"]["field_sizes"], [512, 4096])

    def test_an_idempotency_key_repeats_the_first_answer(self):
        first = self.daemon.post("/experiments", sweep(), Idempotency_Key="a key")
        self.assertEqual(first.status, 202)
        again = self.daemon.post("/experiments", sweep(), Idempotency_Key="a key")
        self.assertEqual((again.status, again.body, again.headers["Location"]),
                         (202, first.body, first.headers["Location"]))
        other = self.daemon.post("/experiments", sweep(threads=[2]), Idempotency_Key="a key")
        self.assertEqual(self.assert_problem(other, 422)["type"], "urn:copybench:problem:idempotency-key")
        self.assertEqual(len([item for item in self.daemon.items("/experiments") if item["id"] == first.json()["id"]]), 1)
        self.daemon.finished(first.json()["id"])
        late = self.daemon.post("/experiments", sweep(), Idempotency_Key="a key")
        self.assertEqual(late.body, first.body)

    def test_lists_are_paged_newest_first(self):
        made = [self.daemon.queue(name=f"number {n}")["id"] for n in range(5)]
        listed = [item["id"] for item in self.daemon.items("/experiments?limit=2")]
        self.assertEqual(listed, sorted(listed, reverse=True))
        self.assertEqual(listed[:5], made[::-1])
        page = self.daemon.get("/experiments?limit=2").json()
        self.assertEqual(len(page["items"]), 2)
        self.assertIsNotNone(page["next"])
        self.daemon.finished(made[-1])

    def test_names_keep_their_characters(self):
        name = 'größe "8 × 512", <b>&amp;</b> 測試'
        number = self.daemon.queue(name=name)["id"]
        self.assertEqual(self.daemon.experiment(number)["name"], name)
        self.daemon.finished(number)

    def test_times_are_utc(self):
        number = self.daemon.queue()["id"]
        done = self.daemon.finished(number)
        for field in ("created_at", "started_at", "finished_at"):
            self.assertRegex(done[field], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")

    def test_the_system_is_described(self):
        system = self.daemon.get("/system").json()
        for name in ("kernel", "cpu", "perf"):
            self.assertIn(name, system)
        self.assertIn("usable", system["perf"])

    def test_many_event_streams_leave_the_api_answering(self):
        number = self.daemon.queue(duration_s=1)["id"]
        streams = []
        try:
            statuses = []
            for _ in range(40):
                connection = http.client.HTTPConnection(self.daemon.host, self.daemon.port, timeout=PATIENCE_S)
                connection.request("GET", f"/experiments/{number}/events")
                response = connection.getresponse()
                statuses.append(response.status)
                if response.status == 429:
                    self.assertTrue(response.headers["Retry-After"])
                streams.append((connection, response))
            self.assertLessEqual(set(statuses), {200, 429})
            asked = time.monotonic()
            self.assertEqual(self.daemon.get("/healthz").status, 200)
            self.assertLess(time.monotonic() - asked, PATIENCE_S / 2)
        finally:
            for connection, response in streams:
                response.close()
                connection.close()
        self.daemon.completed(number)

    def test_the_page_and_its_files(self):
        page = self.daemon.get("/")
        self.assertEqual((page.status, page.content_type), (200, "text/html"))
        self.assertIn("default-src 'self'", page.headers["Content-Security-Policy"])
        bundled = re.findall(r'(?:src|href)="((?:app|style)-[0-9A-Z]{8}\.(?:js|css))"', page.text)
        self.assertEqual(len(bundled), 2)
        for path in ["/icon.svg"] + ["/" + name for name in bundled]:
            with self.subTest(path=path):
                answer = self.daemon.get(path)
                self.assertEqual(answer.status, 200)
                unchanged = self.daemon.get(path, If_None_Match=answer.headers["ETag"])
                self.assertEqual((unchanged.status, unchanged.body), (304, b""))


class UnixSocket(unittest.TestCase):
    def test_the_api_on_a_unix_socket(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "api.sock")
            with Daemon(listen=f"unix:{path}") as served:
                number = served.queue()["id"]
                served.completed(number)
            self.assertFalse(os.path.exists(path), "the socket's file stayed")

    def test_a_leftover_socket_file_is_no_obstacle(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "api.sock")
            with Daemon(listen=f"unix:{path}") as first:
                first.kill()
            self.assertTrue(os.path.exists(path))
            with Daemon(listen=f"unix:{path}") as second:
                self.assertEqual(second.get("/healthz").status, 200)


if __name__ == "__main__":
    unittest.main(verbosity=2)
