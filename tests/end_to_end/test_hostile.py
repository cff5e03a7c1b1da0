"""Slow, greedy and broken clients by the thousand: each gets an error or is closed, and others are served."""

import collections
import json
import pathlib
import resource
import selectors
import socket
import statistics
import threading
import time
import unittest

import hostile
from daemon import PATIENCE_S, REQUEST_TIMEOUT_S, Daemon, sweep, wait_until

SLOW_CLIENTS = 1000
STREAMS = 200
MALFORMED = 10_000
# Memory that the daemon may keep: sanitizers and allocators make exact bounds meaningless, but not a leak of 10 KiB a client.
MEMORY_BOUND_MIB = 96


def resident_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no VmRSS")


class Bystander:
    """A well-behaved client that sends request after request meanwhile, and records its latency."""

    def __init__(self, daemon, path="/experiments"):
        self.daemon = daemon
        self.path = path
        self.waits_s = []
        self.failures = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._ask)

    def _ask(self):
        while not self._over.wait(0.01):
            asked = time.monotonic()
            try:
                answer = self.daemon.get(self.path)
                if answer.status != 200:
                    self.failures.append(answer.text)
            except OSError as error:
                self.failures.append(repr(error))
            self.waits_s.append(time.monotonic() - asked)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()


def answer_of(sent, address, closes=False):
    """Returns everything received, or b"" if the connection is closed without a response."""
    with socket.create_connection(address, timeout=PATIENCE_S) as connection:
        try:
            connection.sendall(sent)
            if closes:
                connection.shutdown(socket.SHUT_WR)
        except ConnectionError:
            pass  # rejected before all was sent: the response says so
        answer = b""
        try:
            while chunk := connection.recv(65536):
                answer += chunk
        except ConnectionError:
            pass
        return answer


def status_of(answer):
    """Returns the status of a problem document, or 0 without a response; raises for anything else."""
    if not answer:
        return 0
    top, _, body = answer.partition(b"\r\n\r\n")
    lines = top.decode("latin-1").split("\r\n")
    status = int(lines[0].split()[1])
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    if headers.get("content-type") != "application/problem+json":
        raise AssertionError(f"no problem document: {answer[:300]}")
    if int(headers["content-length"]) != len(body):
        raise AssertionError(f"not one whole answer: {answer[:300]}")
    problem = json.loads(body) if body else {"status": status}  # none for HEAD
    if problem["status"] != status:
        raise AssertionError(f"the document tells another status: {answer[:300]}")
    return status


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
        cls.addClassCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))

    def setUp(self):
        # Other tests cover the rate of posts; here each request should get as far as it can.
        self.daemon = self.enterContext(Daemon(arguments=["--post-rate", "0", "--post-rate-total", "0"]))
        self.address = (self.daemon.host, self.daemon.port)
        self.before_mib = resident_mib(self.daemon.process.pid)

    def assert_served(self, bystander, what):
        self.assertEqual(bystander.failures, [])
        p50, p99 = (statistics.quantiles(bystander.waits_s, n=100)[n] * 1000 for n in (49, 98))
        grown = resident_mib(self.daemon.process.pid) - self.before_mib
        print(f"\n{what}: another client waits p50 {p50:.1f} ms, p99 {p99:.1f} ms, at most "
              f"{max(bystander.waits_s) * 1000:.0f} ms over {len(bystander.waits_s)} requests; memory +{grown:.1f} MiB")
        self.assertLess(p50, REQUEST_TIMEOUT_S * 1000)  # a request that waited for one of those clients took that long
        self.assertLess(grown, MEMORY_BOUND_MIB)
        self.assertIsNone(self.daemon.process.poll())

    def test_a_thousand_clients_that_send_a_byte_a_second(self):
        request = f"GET /experiments HTTP/1.1\r\nHost: 127.0.0.1:{self.daemon.port}\r\nX: {'x' * 100}\r\n\r\n".encode()
        statuses = collections.Counter()
        with Bystander(self.daemon) as bystander, selectors.DefaultSelector() as selector:
            for _ in range(SLOW_CLIENTS):
                connection = socket.create_connection(self.address)
                connection.setblocking(False)
                selector.register(connection, selectors.EVENT_READ, bytearray())
            begun = time.monotonic()
            sent = 0
            while selector.get_map() and sent < len(request):
                for key in list(selector.get_map().values()):
                    try:
                        key.fileobj.send(request[sent:sent + 1])
                    except OSError:
                        pass  # closed; its response is read below
                sent += 1
                while (left := begun + sent - time.monotonic()) > 0:
                    for key, _ in selector.select(left):
                        try:
                            part = key.fileobj.recv(65536)
                        except ConnectionError:
                            part = b""
                        key.data.extend(part)
                        if not part:
                            selector.unregister(key.fileobj)
                            key.fileobj.close()
                            statuses[status_of(bytes(key.data))] += 1
                    if not selector.get_map():
                        break
        self.assert_served(bystander, f"{SLOW_CLIENTS} slow clients, answered {dict(statuses)}")
        # Each gets a response: too many connections, even for silent clients, or too slow.
        self.assertEqual(set(statuses), {408, 429})
        self.assertEqual(statuses.total(), SLOW_CLIENTS)

    def test_two_hundred_event_streams(self):
        # Long enough to be running until all have connected.
        number = self.daemon.queue(duration_s=60)["id"]
        request = f"GET /experiments/{number}/events HTTP/1.1\r\nHost: 127.0.0.1:{self.daemon.port}\r\n\r\n".encode()
        streams = [socket.create_connection(self.address, timeout=PATIENCE_S) for _ in range(STREAMS)]
        try:
            with Bystander(self.daemon) as bystander:
                for stream in streams:
                    stream.sendall(request)
                answers = [stream.recv(65536) for stream in streams]
                time.sleep(1)  # the bystander's: all streams are open now
            opened = [answer for answer in answers if answer.startswith(b"HTTP/1.1 200 ")]
            refused = [answer for answer in answers if answer.startswith(b"HTTP/1.1 429 ")]
            self.assert_served(bystander, f"{STREAMS} event streams, {len(opened)} open, {len(refused)} refused")
            self.assertEqual((len(opened), len(opened) + len(refused)), (16, STREAMS))
            for answer in refused:
                self.assertIn(b"\r\nRetry-After: ", answer)
                self.assertIn(b"application/problem+json", answer)
        finally:
            for stream in streams:
                stream.close()
        self.daemon.post(f"/experiments/{number}/cancel")

    def test_clients_that_never_read(self):
        script = next(path for path in self.daemon.get("/").text.split('"') if path.endswith(".js"))
        request = f"GET /{script} HTTP/1.1\r\nHost: 127.0.0.1:{self.daemon.port}\r\n\r\n".encode()
        greedy = []
        try:
            with Bystander(self.daemon) as bystander:
                for _ in range(STREAMS):
                    connection = socket.socket()
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                    connection.connect(self.address)
                    connection.sendall(request)
                    greedy.append(connection)
                time.sleep(1)
            self.assert_served(bystander, f"{STREAMS} clients that read nothing of {script}")
        finally:
            for connection in greedy:
                connection.close()

    def test_ten_thousand_malformed_requests(self):
        kept = self.daemon.queue(name="stays")["id"]
        self.daemon.finished(kept)
        corpus = hostile.corpus(MALFORMED)
        lock = threading.Lock()
        results = collections.defaultdict(collections.Counter)
        wrong = []

        def send_some():
            while True:
                with lock:
                    item = next(corpus, None)
                if item is None:
                    return
                kind, sent, closes = item
                try:
                    status = status_of(answer_of(sent, self.address, closes))
                    if status != 0 and not 400 <= status < 500:
                        wrong.append((kind, status, sent[:200]))
                except (AssertionError, ValueError, KeyError, OSError) as error:
                    status = "wrong"
                    wrong.append((kind, repr(error), sent[:200]))
                with lock:
                    results[kind][status] += 1

        with Bystander(self.daemon) as bystander:
            senders = [threading.Thread(target=send_some) for _ in range(4)]
            for sender in senders:
                sender.start()
            for sender in senders:
                sender.join()
        self.assert_served(bystander, f"{MALFORMED} malformed requests")
        for kind, statuses in sorted(results.items()):
            told = (f"{count} x {status or 'closed'}" for status, count in sorted(statuses.items(), key=str))
            print(f"  {kind}: {', '.join(told)}")
        self.assertEqual(wrong[:5], [])
        # Only silent clients get no response.
        self.assertEqual({kind for kind, statuses in results.items() if statuses[0]}, {"http silence"})
        self.assertEqual([item["id"] for item in self.daemon.items("/experiments")], [kept])

    def test_posts_above_the_rate_get_retry_after(self):
        daemon = self.enterContext(Daemon(arguments=["--post-rate", "2"]))
        answers = [daemon.post("/experiments?dry_run=1", sweep()) for _ in range(40)]
        self.assertEqual({answer.status for answer in answers[:20]}, {200})
        self.assertEqual(answers[-1].status, 429)
        self.assertEqual(answers[-1].json()["status"], 429)
        self.assertGreaterEqual(int(answers[-1].headers["Retry-After"]), 1)
        self.assertEqual(daemon.get("/experiments").status, 200)

    def test_a_client_that_posts_seldom_is_not_rejected_because_others_flood(self):
        daemon = self.enterContext(Daemon(arguments=["--post-rate", "20", "--post-rate-total", "40"]))
        body = json.dumps(sweep())
        request = (f"POST /experiments/validate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                   f"Content-Length: {len(body)}\r\n\r\n{body}").encode()
        over = threading.Event()
        flooded = collections.Counter()

        def flood(source):
            while not over.is_set():
                with socket.create_connection((daemon.host, daemon.port), PATIENCE_S, (source, 0)) as connection:
                    connection.sendall(request)
                    flooded[connection.recv(65536)[9:12]] += 1

        floods = [threading.Thread(target=flood, args=(source,)) for source in ("127.0.0.2", "127.0.0.3", "127.0.0.4")]
        for one in floods:
            one.start()
        wait_until(lambda: flooded[b"429"] > 100, "the flood is more than is allowed")
        answers = []
        for _ in range(40):
            answers.append(daemon.post("/experiments/validate", sweep()).status)
            time.sleep(0.15)
        over.set()
        for one in floods:
            one.join()
        self.assertEqual(collections.Counter(answers), {200: 40}, flooded)

    def test_limits_can_be_set(self):
        daemon = self.enterContext(Daemon(arguments=["--max-request-bytes", "2000", "--max-event-streams", "1"]))
        self.assertEqual(daemon.post("/experiments?dry_run=1", {**sweep(), "name": "x" * 2000}).status, 413)
        self.assertEqual(daemon.post("/experiments?dry_run=1", sweep()).status, 200)
        number = daemon.queue(duration_s=60)["id"]
        with socket.create_connection((daemon.host, daemon.port)) as stream:
            stream.sendall(f"GET /experiments/{number}/events HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            self.assertTrue(stream.recv(100).startswith(b"HTTP/1.1 200 "))
            self.assertEqual(daemon.get(f"/experiments/{number}/events").status, 429)
        daemon.post(f"/experiments/{number}/cancel")


if __name__ == "__main__":
    unittest.main(verbosity=2)
