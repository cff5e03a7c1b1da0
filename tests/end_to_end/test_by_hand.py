"""engine and load started by hand, unknown clients on an engine's port, and signals."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

from daemon import BINARY, ENGINES, PATIENCE_S, Process, free_port, wait_until

FIELD = 1024


def engine(mode, port, threads=2):
    started = Process("engine", mode, "--port", port, "--field-bytes", FIELD, "--threads", threads)
    started.line_with(str(port))
    return started


def load(port, threads=2, duration=0.3, **more):
    options = [part for name, value in more.items() for part in (f"--{name.replace('_', '-')}", value)]
    return Process("load", "--host", "127.0.0.1", "--port", port, "--field-bytes", FIELD, "--threads", threads,
                   "--duration", duration, *options)


def result_of(process):
    """Returns the report with which an engine or a load ends."""
    reports = [json.loads(line) for line in process.out]
    if not reports or reports[-1].get("report") != "result":
        raise AssertionError("no result at the end:\n" + "\n".join(process.lines))
    return reports[-1]


class Output(unittest.TestCase):
    """If stdout cannot be written to, the exit status says so; if stderr cannot, nothing else can."""

    def status(self, arguments, **streams):
        with open("/dev/full", "wb") as full:
            given = {name: full if stream == "full" else stream for name, stream in streams.items()}
            return subprocess.run([BINARY, *arguments], stdin=subprocess.DEVNULL, check=False, timeout=PATIENCE_S, **given).returncode

    def test_lost_output_is_reported(self):
        for arguments in (["--version"], ["--help"], ["doctor", "--json"], ["calibrate"], ["completion", "bash"],
                          ["serve", "--check-config", "--config", "/dev/null", "--data-dir", "/nonexistent/below"]):
            with self.subTest(arguments=arguments):
                self.assertNotEqual(self.status(arguments, stdout="full", stderr=subprocess.DEVNULL), 0)
        closed = subprocess.run(["sh", "-c", '"$0" --version >&-', BINARY], stderr=subprocess.PIPE, check=False, text=True)
        self.assertEqual(closed.returncode, 1)
        self.assertIn("what it prints could not be written", closed.stderr)
        port = free_port()
        with engine("two_copy", port, threads=1):
            self.assertEqual(self.status(["load", "--port", str(port), "--field-bytes", str(FIELD), "--duration", "0.1"],
                                         stdout="full", stderr=subprocess.DEVNULL), 1)

    def test_a_failure_keeps_its_status_if_it_cannot_be_reported(self):
        for arguments, status in ((["bogus"], 2), (["serve", "--config", "/nonexistent"], 2), (["import", "/nonexistent"], 1),
                                  (["export", "99", "--data-dir", "/nonexistent"], 1), (["load", "--port", "1"], 1)):
            with self.subTest(arguments=arguments):
                self.assertEqual(self.status(arguments, stdout=subprocess.DEVNULL, stderr="full"), status)

    def test_a_wrong_command_line_has_its_own_status(self):
        for arguments in (["engine", "two_copy", "--cpus", "0-"], ["load", "--duration", "nan"], ["load", "--rate", "5"],
                          ["calibrate", "--cpus", "x"], ["calibrate", "--cpus", "99999"]):
            with self.subTest(arguments=arguments):
                self.assertEqual(self.status(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL), 2)
        for arguments, said in ((["--foo"], "--foo"), ([], "a command is missing"), (["run"], 'no command "run"'),
                                (["engine", "two_copy", "--port", "-1"], "--port: Value -1 not in range"),
                                (["load", "--port", "70000"], "--port: Value 70000 not in range")):
            with self.subTest(arguments=arguments):
                done = subprocess.run([BINARY, *arguments], capture_output=True, check=False, text=True, timeout=PATIENCE_S)
                self.assertEqual((done.returncode, said in done.stderr), (2, True), done.stderr)

    def test_no_file_reuses_the_number_of_a_closed_stream(self):
        with tempfile.TemporaryDirectory(prefix="copybench-test-") as data, \
                Process("serve", "--listen", f"127.0.0.1:{(port := free_port())}", "--data-dir", data, "--log-level", "debug",
                        prefix=("sh", "-c", 'exec "$0" "$@" <&- >&- 2>&-')) as served:
            def answered():
                try:
                    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as client:
                        client.sendall(b"GET /healthz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
                        return client.recv(100).startswith(b"HTTP/1.1 200")
                except ConnectionRefusedError:
                    return False
            wait_until(answered, "it serves")
            for number in range(3):
                self.assertEqual(os.readlink(f"/proc/{served.process.pid}/fd/{number}"), "/dev/null")


# In a network namespace of its own: one user has bound every port from which the kernel chooses, on loopback.
ALL_PORTS_TAKEN = """
import fcntl, pathlib, socket, struct, subprocess, sys
lo = struct.pack("16sh14x", b"lo", 1)  # up
SIOCSIFFLAGS = 0x8914
fcntl.ioctl(socket.socket(), SIOCSIFFLAGS, lo)
pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").write_text("40000 40031")
taken = []
for port in range(40000, 40032):
    taken.append(socket.socket())
    taken[-1].bind(("127.0.0.1", port))
binary, port, field = sys.argv[1:]
run = lambda *arguments: subprocess.run([binary, *arguments], stdout=subprocess.DEVNULL, check=True)
run("calibrate")
run("doctor")
engine = subprocess.Popen([binary, "engine", "zero_copy", "--port", port, "--field-bytes", field, "--threads", "2"],
                          stdout=subprocess.PIPE)
engine.stdout.readline()
run("load", "--port", port, "--field-bytes", field, "--threads", "2", "--duration", "0.2")
engine.terminate()
sys.exit(engine.wait())
"""


class ByHand(unittest.TestCase):
    def test_a_user_with_every_ephemeral_port_fails_nothing(self):
        allowed = subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False, text=True)
        if allowed.returncode != 0:
            self.skipTest("no network namespace may be made here: " + allowed.stderr.strip())
        done = subprocess.run(["unshare", "--net", sys.executable, "-B", "-c", ALL_PORTS_TAKEN, BINARY, "20000", str(FIELD)],
                              capture_output=True, check=False, text=True, timeout=PATIENCE_S)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_each_engine_serves_a_load(self):
        for mode in ENGINES:
            with self.subTest(mode=mode):
                port = free_port()
                with engine(mode, port) as server:
                    with load(port) as client:
                        self.assertEqual(client.wait(), 0, client.lines)
                        result = result_of(client)
                        self.assertGreater(result["bytes"], 0)
                        self.assertAlmostEqual(result["throughput_gbps"], result["bytes"] * 8 / result["window_ns"],
                                               delta=result["throughput_gbps"] * 1e-3)
                    server.signal(signal.SIGINT)
                    self.assertEqual(server.wait(), 0, server.lines)

    def test_an_engine_serves_one_load_after_another(self):
        port = free_port()
        with engine("zero_copy", port) as _:
            for _ in range(3):
                with load(port, duration=0.1) as client:
                    self.assertEqual(client.wait(), 0, client.lines)

    def test_signals_end_an_engine_with_its_totals(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            for mode in ENGINES:
                with self.subTest(signal=number.name, mode=mode):
                    port = free_port()
                    with engine(mode, port) as server:
                        with load(port, duration=0.1) as client:
                            client.wait()
                            received = result_of(client)["bytes"]
                        server.signal(number)
                        self.assertEqual(server.wait(), 0, server.lines)
                        self.assertGreaterEqual(result_of(server)["totals"]["bytes"], received)

    def test_a_signal_during_a_load_ends_the_engine_too(self):
        for mode in ENGINES:
            with self.subTest(mode=mode):
                port = free_port()
                with engine(mode, port) as server, load(port, duration=30) as client:
                    wait_until(lambda: established(port) >= 2, "the load is connected")
                    server.signal(signal.SIGTERM)
                    self.assertEqual(server.wait(), 0, server.lines)
                    self.assertNotEqual(client.wait(), 0)

    def test_a_buffer_that_is_reused_too_early_is_detected(self):
        port = free_port()
        with Process("engine", "zero_copy", "--port", port, "--field-bytes", 16384, "--threads", 1,
                     "--fault", "reuse_early") as server:
            server.line_with(str(port))
            with Process("load", "--port", port, "--field-bytes", 16384, "--threads", 1, "--duration", 0.1) as client:
                self.assertNotEqual(client.wait(), 0)
                self.assertIn("verification", "\n".join(client.err))
                self.assertEqual([line for line in client.out if "result" in line], [])

    def test_people_get_text(self):
        port = free_port()
        with Process("engine", "zero_copy", "--port", port, "--field-bytes", FIELD, "--format", "text") as server:
            server.line_with(str(port))
            with load(port, threads=1, format="text") as client:
                self.assertEqual(client.wait(), 0, client.lines)
                self.assertIn("Gbit/s", "\n".join(client.out))
            server.signal(signal.SIGINT)
            self.assertEqual(server.wait(), 0, server.lines)
            self.assertIn("zero-copy", "\n".join(server.out))
            self.assertNotIn("{", "\n".join(server.out + client.out))

    def test_a_load_without_an_engine_reports_that(self):
        port = free_port()
        with load(port) as client:
            self.assertNotEqual(client.wait(), 0)
            self.assertIn(str(port), "\n".join(client.lines))

    def test_a_load_of_another_field_size_is_rejected(self):
        port = free_port()
        with engine("one_copy", port), Process("load", "--host", "127.0.0.1", "--port", port, "--field-bytes", 2048,
                                               "--threads", 1, "--duration", 0.1) as client:
            self.assertNotEqual(client.wait(), 0)
            self.assertIn(str(FIELD), "\n".join(client.lines))

    def test_an_engine_on_a_taken_port_reports_that(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            with Process("engine", "two_copy", "--port", port, "--field-bytes", FIELD, "--threads", 1) as server:
                self.assertNotEqual(server.wait(), 0)
                self.assertIn(str(port), "\n".join(server.lines))

    def test_bad_arguments_are_rejected(self):
        for arguments in (["engine", "three_copy"], ["engine", "two_copy", "--field-bytes", "1"],
                          ["engine", "two_copy", "--field-bytes", "-5"], ["engine", "two_copy", "--threads", "0"],
                          ["engine", "two_copy", "--threads", "100000"], ["engine", "two_copy", "--port", "70000"],
                          ["load", "--duration", "-1"], ["load", "--duration", "nan"], ["load", "--threads", "x"],
                          ["load", "--field-bytes", "99999999999999999999"], ["serve", "--listen", "nonsense"],
                          ["serve", "--listen", "127.0.0.1:99999"], ["serve", "--no-such-option"], ["dance"], []):
            with self.subTest(arguments=arguments), Process(*arguments) as process:
                self.assertNotEqual(process.wait(), 0)
                self.assertTrue(process.lines, "refused without a word")


def established(port):
    """Established connections of this host to a local port."""
    found = 0
    with open("/proc/net/tcp", encoding="ascii") as table:
        for line in list(table)[1:]:
            fields = line.split()
            if fields[3] == "01" and int(fields[1].rpartition(":")[2], 16) == port:
                found += 1
    return found


class Strangers(unittest.TestCase):
    """An unknown client harms nothing but its own connection."""

    def setUp(self):
        self.port = free_port()
        self.server = self.enterContext(engine("zero_copy", self.port))
        self.sockets = []
        self.addCleanup(lambda: [stranger.close() for stranger in self.sockets])

    def connect(self):
        stranger = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S)
        self.sockets.append(stranger)
        return stranger

    def assert_served(self):
        with load(self.port, duration=0.2) as client:
            self.assertEqual(client.wait(), 0, client.lines)
            self.assertGreater(result_of(client)["bytes"], 0)

    def assert_closed(self, stranger):
        try:
            while stranger.recv(4096):
                pass
        except ConnectionError:
            pass

    def test_a_wrong_greeting_is_closed(self):
        stranger = self.connect()
        stranger.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n" * 4)
        self.assert_closed(stranger)
        self.assert_served()

    def test_random_bytes_are_closed(self):
        stranger = self.connect()
        try:
            stranger.sendall(os.urandom(65536))
        except ConnectionError:
            pass
        self.assert_closed(stranger)
        self.assert_served()

    def test_silent_clients_delay_nobody(self):
        for _ in range(8):
            self.connect()
        self.assert_served()

    def test_silent_clients_are_closed(self):
        self.assert_closed(self.connect())

    def test_half_a_greeting_delays_nobody_and_is_closed(self):
        stranger = self.connect()
        stranger.sendall(b"\0" * 7)
        self.assert_served()
        self.assert_closed(stranger)

    def test_a_client_that_closes_at_once(self):
        for _ in range(50):
            self.connect().close()
        self.assert_served()

    def test_a_flood_while_a_load_runs(self):
        with load(self.port, duration=2) as client:
            wait_until(lambda: established(self.port) >= 2, "the load is connected")
            for number in range(500):
                stranger = self.connect()
                # In turn: silence, a wrong greeting, half a greeting.
                if number % 3:
                    stranger.sendall(b"\0" * (100 if number % 3 == 1 else 7))
            self.assertEqual(client.wait(), 0, client.lines)
            self.assertGreater(result_of(client)["bytes"], 0)
        self.assert_served()

    def test_unknown_clients_do_not_keep_an_engine_from_ending(self):
        for _ in range(20):
            self.connect()
        self.server.signal(signal.SIGTERM)
        self.assertEqual(self.server.wait(), 0, self.server.lines)


if __name__ == "__main__":
    unittest.main(verbosity=2)
