"""Clients that read slowly or not at all: they delay nobody and take bounded memory; one that keeps pace gets everything."""

import contextlib
import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from daemon import PATIENCE_S, ROOT, Daemon, wait_until
from test_hostile import MEMORY_BOUND_MIB, Bystander, resident_mib

UNREAD = 60
EXPORTS = 24
STREAMS = 16


def slow_socket(address, request):
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
    connection.settimeout(PATIENCE_S)
    connection.connect(address)
    connection.sendall(f"GET {request} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return connection


class SlowReaders(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.data = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="copybench-test-"))
        with Daemon(cls.data):
            pass  # creates the database
        database = next(path for path in pathlib.Path(cls.data).iterdir() if path.suffix == ".db")
        subprocess.run([sys.executable, "-B", ROOT / "tests/browser/fill.py", database, "thousand"], check=True, capture_output=True)

    def setUp(self):
        self.daemon = self.enterContext(Daemon(self.data, arguments=self.arguments()))
        self.address = (self.daemon.host, self.daemon.port)

    def arguments(self):
        return ("--request-timeout", "0.5") if "too_slow" in self.id() else ()

    def test_slow_readers_delay_nobody(self):
        self.daemon.get("/experiments/1/export.ndjson")  # memory that malloc and SQLite keep is not theirs
        before = resident_mib(self.daemon.process.pid)
        over = threading.Event()
        paths = ["/experiments/1/runs?limit=500"] * UNREAD + ["/events"] * STREAMS + ["/experiments/1/export.ndjson"] * EXPORTS
        connections = [slow_socket(self.address, path) for path in paths]

        def read_at(connection, bytes_per_s):
            try:
                while not over.wait(0.1) and connection.recv(bytes_per_s // 10):
                    pass
            except OSError:
                pass

        readers = [threading.Thread(target=read_at, args=(connection, 400_000)) for connection in connections[-EXPORTS:]]
        try:
            with Bystander(self.daemon, "/healthz") as bystander:
                for reader in readers:
                    reader.start()
                time.sleep(4)  # the bystander's
            most = resident_mib(self.daemon.process.pid)
            self.assertEqual(bystander.failures, [])
            p50, p99 = (statistics.quantiles(bystander.waits_s, n=100)[n] * 1000 for n in (49, 98))
            print(f"\n{UNREAD} unread lists, {EXPORTS} slow exports, {STREAMS} streams: another client's /healthz p50 {p50:.1f} ms, "
                  f"p99 {p99:.1f} ms over {len(bystander.waits_s)} requests; memory {before:.0f} -> {most:.0f} MiB")
            self.assertLess(p50, 100)
            self.assertLess(most - before, MEMORY_BOUND_MIB)
        finally:
            over.set()
            for reader in readers:
                reader.join()
            for connection in connections:
                connection.close()

    def test_a_reader_that_keeps_pace_gets_everything(self):
        whole = self.daemon.get("/experiments/1/export.ndjson").text
        with slow_socket(self.address, "/experiments/1/export.ndjson") as connection:
            answer = bytearray()
            while chunk := connection.recv(131072):
                answer += chunk
                time.sleep(0.01)
        head, _, body = bytes(answer).partition(b"\r\n\r\n")
        self.assertTrue(head.startswith(b"HTTP/1.1 200 "))
        lines = []
        while body:
            size, _, body = body.partition(b"\r\n")
            lines.append(body[:int(size, 16)])
            body = body[int(size, 16) + 2:]
        # Only the time of the export differs, which is in the last line.
        self.assertEqual(b"".join(lines).decode().splitlines()[:-1], whole.splitlines()[:-1])

    def test_a_reader_that_is_too_slow_is_disconnected(self):
        def connections():
            count = 0
            for link in pathlib.Path(f"/proc/{self.daemon.process.pid}/fd").iterdir():
                with contextlib.suppress(FileNotFoundError):  # closed since it was listed
                    count += "socket:" in str(link.readlink())
            return count

        alone = connections()
        with slow_socket(self.address, "/experiments/1/export.ndjson") as connection:
            self.assertTrue(connection.recv(1000).startswith(b"HTTP/1.1 200 "))
            wait_until(lambda: connections() <= alone, "the client that reads no more is disconnected")
            rest = b""
            try:
                while chunk := connection.recv(65536):
                    rest += chunk
            except ConnectionError:
                pass
        self.assertFalse(rest.endswith(b"\r\n0\r\n\r\n"))
        self.assertEqual(self.daemon.get("/healthz").status, 200)

    def test_a_flood_of_heavy_requests_delays_no_light_one(self):
        over = threading.Event()

        def flood():
            while not over.is_set():
                self.daemon.get("/experiments/1/summary")

        floods = [threading.Thread(target=flood) for _ in range(8)]
        with Bystander(self.daemon, "/healthz") as bystander:
            for one in floods:
                one.start()
            time.sleep(3)  # the bystander's
        over.set()
        for one in floods:
            one.join()
        self.assertEqual(bystander.failures, [])
        p50, p99 = (statistics.quantiles(bystander.waits_s, n=100)[n] * 1000 for n in (49, 98))
        print(f"\n8 clients that ask for a summary: another one's /healthz p50 {p50:.1f} ms, p99 {p99:.1f} ms")
        self.assertLess(p50, 100)

    def test_pages_of_runs_are_complete_however_they_are_made(self):
        first = self.daemon.get("/experiments/1/runs?limit=500").json()
        second = self.daemon.get(f"/experiments/1/runs?limit=500&cursor={first['next']}").json()
        small = self.daemon.get("/experiments/1/runs?limit=7").json()
        self.assertEqual([len(first["items"]), len(second["items"]), second["next"]], [500, 500, None])
        self.assertEqual(first["items"][:7], small["items"])
        self.assertEqual(small["next"], str(small["items"][-1]["run_id"]))
        self.assertEqual(self.daemon.get(f"/experiments/1/runs?limit=100&cursor={second['items'][-50]['run_id']}").json()["items"],
                         second["items"][-49:])


if __name__ == "__main__":
    unittest.main(verbosity=2)
