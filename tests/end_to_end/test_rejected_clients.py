"""Local users at a run's port: a client that floods, guesses or waits there fails no run, and is reported where it matters."""

import hashlib
import hmac
import os
import pathlib
import socket
import struct
import threading
import unittest

from daemon import PATIENCE_S, Daemon, StagedDaemon, processes_with, wait_until

MAGIC = b"CPYBENCH"
VERSION = 3


def greeting(token, field_bytes=512, nonce=b"n" * 16):
    """Sends what a client with this token would send."""
    said = MAGIC + struct.pack("<IIQ", VERSION, 0, field_bytes) + nonce
    return said + hmac.digest(token, b"client" + said + bytes(16), hashlib.sha256)


def listening_port(pid):
    """Returns the port on which a process listens, if any."""
    try:
        own = {os.readlink(f"/proc/{pid}/fd/{name}") for name in os.listdir(f"/proc/{pid}/fd")}
        table = pathlib.Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]
    except OSError:
        return None
    for fields in map(str.split, table):
        if fields[3] == "0A" and f"socket:[{fields[9]}]" in own:
            return int(fields[1].rpartition(":")[2], 16)
    return None


def engine_port(daemon):
    for pid in processes_with(daemon.token):
        if pid != daemon.process.pid and (port := listening_port(pid)):
            return port
    return None


def connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)


def kinds(run):
    return {flag["kind"] for flag in run["flags"]}


class Flood:
    """Sends wrong greetings, as fast as one thread can, to each port that an engine of this daemon listens on."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.sent = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._go)

    def _go(self):
        while not self._over.is_set():
            port = engine_port(self.daemon)
            while port and not self._over.is_set():
                try:
                    with socket.create_connection(("127.0.0.1", port), timeout=0.05) as stranger:
                        stranger.sendall(greeting(os.urandom(16)))
                        self.sent += 1
                except TimeoutError:
                    pass  # a closed acceptor: the kernel's backlog is full
                except OSError:
                    port = None

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()


class AtTheEnginesPort(unittest.TestCase):
    def test_a_flood_of_wrong_greetings_fails_no_run(self):
        daemon = self.enterContext(Daemon())
        with Flood(daemon) as flood:
            number = daemon.queue(engines=["two_copy", "zero_copy"], threads=[1, 2], repetitions=2)["id"]
            daemon.completed(number)
        self.assertGreater(flood.sent, 100)
        for run in daemon.runs(number):
            self.assertEqual(run["state"], "completed", run["reason"])

    def test_a_client_within_the_window_flags_the_run_and_an_earlier_one_does_not(self):
        with StagedDaemon() as daemon:
            number = daemon.queue(repetitions=2)["id"]
            for stage, later in (("warm_up", "end"), ("window", None)):
                daemon.go_on_to(stage)
                strangers = [connect(engine_port(daemon)) for _ in range(3)]
                for stranger in strangers:
                    self.addCleanup(stranger.close)
                    stranger.sendall(greeting(b"guessed token 16"))
                daemon.go_on()
                if later:
                    daemon.go_on_to(later)
                    daemon.go_on()
            daemon.free_run()
            daemon.completed(number)
            before, within = sorted(daemon.runs(number), key=lambda run: run["run_id"])
            self.assertNotIn("rejected_clients", kinds(before))
            self.assertIn("rejected_clients", kinds(within))
            evidence = daemon.get(f"/runs/{within['run_id']}").json()["evidence"]
            self.assertEqual(evidence["rejected_clients_in_window"], 3)
            self.assertGreaterEqual(evidence["strangers"], 3)

    def test_a_client_with_the_protocol_but_not_the_token_gets_no_answer_and_takes_no_place(self):
        with StagedDaemon() as daemon:
            number = daemon.queue(duration_s=0.2)["id"]
            daemon.go_on_to("start")
            port = wait_until(lambda: engine_port(daemon), "the engine listens")
            for token in (bytes(16), os.urandom(16)):  # the one by hand, and a guess
                with connect(port) as stranger:
                    stranger.sendall(greeting(token))
                    self.assertEqual(stranger.recv(1), b"")
            silent = [connect(port) for _ in range(300)]
            daemon.free_run()
            daemon.completed(number)
            self.assertEqual(daemon.runs(number)[0]["state"], "completed")
            for stranger in silent:
                stranger.close()


if __name__ == "__main__":
    unittest.main(verbosity=2)
