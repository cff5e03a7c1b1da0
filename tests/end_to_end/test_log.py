"""Where the log goes, and that nobody waits for it: a pipe that is not read, a file, a journal that hangs."""

import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import unittest

from daemon import BINARY, PATIENCE_S, free_port, sweep, wait_until, without_settings

REQUESTS = 1500  # some 100 bytes of log each: more than a pipe holds


class Unheard:
    """A daemon whose stderr is handed to it and not read here."""

    def __init__(self, test, stderr, prefix=(), environment=None):
        self.port = free_port()
        folder = test.enterContext(tempfile.TemporaryDirectory(prefix="copybench-test-"))
        self.process = subprocess.Popen(
            [*prefix, BINARY, "serve", "--listen", f"127.0.0.1:{self.port}", "--data-dir", folder, "--log-level", "debug"],
            stdin=subprocess.DEVNULL, stderr=stderr,
            env={**without_settings(os.environ), "COPYBENCH_CONFIG": os.devnull, **(environment or {})})
        test.addCleanup(self.process.wait)
        test.addCleanup(self.process.kill)
        wait_until(self.answers, "the daemon answers")

    def answers(self):
        try:
            return self.request("GET", "/healthz")[0] == 200
        except ConnectionRefusedError:
            return False

    def request(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_S)


class Log(unittest.TestCase):
    def serves_and_measures(self, daemon):
        for _ in range(REQUESTS):
            self.assertEqual(daemon.request("GET", "/healthz")[0], 200)
        status, _ = daemon.request("POST", "/experiments", json.dumps(sweep()))
        self.assertEqual(status, 202)
        wait_until(lambda: '"state":"completed"' in daemon.request("GET", "/experiments/1")[1], "it is measured")

    def test_an_unread_pipe_blocks_nothing(self):
        reading, writing = os.pipe()
        self.addCleanup(os.close, reading)
        daemon = Unheard(self, writing)
        os.close(writing)
        self.serves_and_measures(daemon)
        self.assertEqual(daemon.stop(), 0)

    def test_a_pipe_that_is_read_late_has_every_kept_line(self):
        reading, writing = os.pipe()
        daemon = Unheard(self, writing)
        os.close(writing)
        self.serves_and_measures(daemon)
        with os.fdopen(reading) as pipe:
            daemon.process.send_signal(signal.SIGTERM)
            lines = pipe.read().splitlines()
        self.assertEqual(daemon.process.wait(PATIENCE_S), 0)
        self.assertGreater(sum("event=request" in line for line in lines), REQUESTS)
        self.assertRegex(lines[-1], "event=stopped")

    def test_a_file_has_every_line(self):
        with tempfile.TemporaryFile() as file:
            daemon = Unheard(self, file)
            self.assertEqual(daemon.stop(), 0)
            file.seek(0)
            lines = file.read().decode().splitlines()
        self.assertRegex(lines[0], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (info|warning|debug) event=")
        self.assertRegex("\n".join(lines), "event=listening(.|\n)*event=stopped")

    def test_a_reader_that_is_gone_blocks_nothing(self):
        reading, writing = os.pipe()
        daemon = Unheard(self, writing)
        os.close(writing)
        os.close(reading)
        self.serves_and_measures(daemon)
        self.assertEqual(daemon.stop(), 0)

    @unittest.skipIf(os.geteuid() != 0, "this takes root, for a /run of its own")
    def test_a_journal_that_hangs_blocks_nothing(self):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="copybench-test-")))
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal, socket.socket() as stderr:
            journal.bind(str(folder / "socket"))  # never read
            identity = os.fstat(stderr.fileno())
            daemon = Unheard(self, stderr, environment={"JOURNAL_STREAM": f"{identity.st_dev}:{identity.st_ino}"}, prefix=[
                "unshare", "--mount", "sh", "-c",
                f'mount -t tmpfs none /run && mkdir -p /run/systemd/journal && mount --bind {folder} /run/systemd/journal && exec "$@"',
                "sh"])
            self.serves_and_measures(daemon)
            self.assertEqual(daemon.stop(), 0)
            journal.setblocking(False)
            self.assertIn(b"\nEVENT=", b"\n" + journal.recv(65536))


if __name__ == "__main__":
    unittest.main(verbosity=2)
