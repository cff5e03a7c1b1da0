"""Malformed requests by the thousand, over real sockets: the daemon answers no 5xx but 503 and 507, survives, and works
afterwards. COPYBENCH_BENT_REQUESTS sets their number (200000 for a long campaign), COPYBENCH_BENT_SEED the seed."""

import collections
import os
import socket
import threading
import time
import unittest

import bent
from daemon import PATIENCE_S, Daemon

REQUESTS = int(os.environ.get("COPYBENCH_BENT_REQUESTS", "4000"))
SEED = int(os.environ.get("COPYBENCH_BENT_SEED", "1"))
SENDERS = 4
ALLOWED = {503, 507}


def status_of(address, pieces, closes):
    """Returns the status of the first response, or 0 without one. An event stream is not read to its end."""
    with socket.create_connection(address, timeout=PATIENCE_S) as connection:
        try:
            for number, piece in enumerate(pieces):
                if number > 0:
                    time.sleep(0.001)  # so that the pieces arrive separately
                connection.sendall(piece)
            if closes:
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # rejected before all was sent: the response says so
        answer = b""
        try:
            while chunk := connection.recv(65536):
                answer += chunk
                if answer.startswith(b"HTTP/1.1 100 ") and b"\r\n\r\n" in answer:
                    answer = answer.partition(b"\r\n\r\n")[2]
                if b"text/event-stream" in answer and b"\r\n\r\n" in answer:
                    break
        except ConnectionError:
            pass
        if not answer:
            return 0
        line = answer.split(b"\r\n")[0].split(b" ")
        if line[0] != b"HTTP/1.1" or len(line[1]) != 3:
            raise AssertionError(f"no answer of HTTP: {answer[:200]}")
        return int(line[1])


class BentRequests(unittest.TestCase):
    def test_no_request_gets_a_server_fault(self):
        daemon = self.enterContext(Daemon(arguments=["--post-rate", "0", "--post-rate-total", "0", "--request-timeout", "0.5"]))
        for number in (1, 2, 3):  # experiments to read, change and delete
            daemon.finished(daemon.queue(name=f"number {number}", engines=["two_copy", "zero_copy"])["id"])
        document = daemon.get("/openapi.json").json()
        address = (daemon.host, daemon.port)
        statuses = collections.Counter()
        wrong = []
        lock = threading.Lock()

        def send_some(seed, count):
            sendings = bent.campaign(seed, document)
            for _ in range(count):
                method, target, pieces, closes = next(sendings)
                try:
                    status = status_of(address, pieces, closes)
                except (AssertionError, OSError, ValueError) as error:
                    status = repr(error)
                with lock:
                    statuses[status] += 1
                    if isinstance(status, str) or (status >= 500 and status not in ALLOWED):
                        wrong.append((seed, method, target[:200], status, [piece[:400] for piece in pieces]))

        begun = time.monotonic()
        senders = [threading.Thread(target=send_some, args=(SEED * 1000 + number, REQUESTS // SENDERS)) for number in range(SENDERS)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        told = ", ".join(f"{count} x {status}" for status, count in sorted(statuses.items(), key=str))
        print(f"\n{statuses.total()} bent requests in {time.monotonic() - begun:.0f} s: {told}")
        self.assertEqual(wrong[:5], [])
        self.assertIsNone(daemon.process.poll())
        # Most get as far as the API.
        self.assertGreater(statuses[200], REQUESTS // 20)
        # Everything stored can still be read, and a new experiment is measured and stored.
        for item in daemon.items("/experiments"):
            if item["state"] in ("queued", "running"):
                daemon.post(f"/experiments/{item['id']}/cancel")
            for path in ("", "/runs", "/summary", "/results.csv"):
                self.assertEqual(daemon.get(f"/experiments/{item['id']}{path}").status, 200)
        new = daemon.queue()["id"]
        daemon.completed(new)
        self.assertEqual(daemon.stop(), 0)
        with Daemon(daemon.data_dir) as again:
            self.assertEqual(again.experiment(new)["state"], "completed")


if __name__ == "__main__":
    unittest.main(verbosity=2)
