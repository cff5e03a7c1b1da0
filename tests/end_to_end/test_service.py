"""The daemon as an administrator sees it: configuration, reload, service manager."""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import unittest

from daemon import BINARY, PATIENCE_S, ROOT, Daemon, Process, StagedDaemon, wait_until


class ServiceManager:
    """Stands in for systemd: collects a daemon's notifications, datagram by datagram."""

    def __init__(self, test, watchdog_s=None):
        folder = tempfile.TemporaryDirectory(prefix="copybench-test-")
        test.addCleanup(folder.cleanup)
        path = str(pathlib.Path(folder.name) / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        test.addCleanup(self.socket.close)
        self.socket.bind(path)
        self.socket.settimeout(PATIENCE_S)
        self.environment = {"NOTIFY_SOCKET": path}
        if watchdog_s:
            self.environment["WATCHDOG_USEC"] = str(int(watchdog_s * 1e6))
        self.told = []

    def hear_until(self, words):
        """Returns all notifications since the last call, up to the first datagram with these words."""
        heard = []
        while not heard or words not in heard[-1]:
            heard.append(self.socket.recv(65536).decode())
        self.told += heard
        return heard

    def hear_all(self):
        """Reads pending datagrams: a daemon that sends more than the socket's ten blocks entirely."""
        self.socket.settimeout(0)
        with contextlib.suppress(BlockingIOError):
            while True:
                self.told.append(self.socket.recv(65536).decode())
        self.socket.settimeout(PATIENCE_S)


class Configuration(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="copybench-test-")
        self.addCleanup(folder.cleanup)
        self.file = pathlib.Path(folder.name) / "copybench.toml"

    def check(self, *flags, **environment):
        process = Process("serve", "--check-config", *flags, environment={"COPYBENCH_CONFIG": str(self.file), **environment})
        with process:
            return process.wait(), "\n".join(process.out), "\n".join(process.err)

    def test_a_flag_wins_over_the_environment_and_that_over_the_file(self):
        self.file.write_text('log-level = "debug"\nperf = "from-file"\nlisten = "127.0.0.1:1234"\n')
        status, text, _ = self.check("--listen", "127.0.0.1:4321", COPYBENCH_PERF="from-environment")
        self.assertEqual(status, 0)
        self.assertRegex(text, rf"{self.file} is in order")
        self.assertRegex(text, rf"log-level +debug +{self.file} line 1")
        self.assertRegex(text, r"perf +from-environment +COPYBENCH_PERF")
        self.assertRegex(text, r"listen +127\.0\.0\.1:4321 +flag --listen")

    def test_errors_are_rejected_with_their_line_by_the_check_and_at_start(self):
        self.file.write_text('lissten = "127.0.0.1:1234"\nlog-level = "loud"\n')
        for flags in (["--check-config"], []):
            with Process("serve", *flags, "--config", self.file) as process:
                self.assertEqual(process.wait(), 2)
                text = "\n".join(process.err)
                self.assertIn(f"{self.file} line 1: lissten: no such key; there are listen, ", text)
                self.assertIn(f"{self.file} line 2: --log-level: loud not in {{debug,info,warning,error}}", text)

    def test_faults_that_prevent_a_start_are_rejected_by_the_check_and_at_start_alike(self):
        folder = self.file.parent
        cases = {'listen = "0.0.0.0:0"': "so a token is needed",
                 f'listen = "unix:{folder}/none/socket"': "there is no folder",
                 'allowed-host = ["*"]': "allowed is a host's name",
                 'allowed-host = "bench.lan:8090"': "without a port: bench.lan",
                 f'data-dir = "{self.file}"': "is no folder",
                 f'token-file = "{folder}/none"': "No such file",
                 "request-timeout = nan": "nan not in range",
                 'public-read = "maybe"': "allowed is true, false",
                 'retention-size = "-5GB"': "allowed are bytes"}
        for text, words in cases.items():
            self.file.write_text(text + "\n")
            environment = {"COPYBENCH_CONFIG": str(self.file), "XDG_STATE_HOME": str(folder)}
            for flags in (["--check-config"], []):
                with self.subTest(text=text, flags=flags), Process("serve", *flags, environment=environment) as process:
                    self.assertEqual(process.wait(), 2)
                    self.assertIn(words, "\n".join(process.err))
                    self.assertNotIn("in order", "\n".join(process.out))

    def test_an_option_with_an_empty_value_is_refused(self):
        # As a flag without a value --public-read= would open the API to every reader.
        for option in ("--public-read=", "--perf=", "--token-file="):
            with self.subTest(option=option), Process("serve", option, "--config", self.file) as process:
                self.assertEqual(process.wait(), 2)
                self.assertIn(f"{option}: there is no value", "\n".join(process.err))

    def test_a_misspelt_variable_is_refused_by_the_check_and_warned_of_at_start(self):
        self.file.write_text("")
        status, _, text = self.check(COPYBENCH_LOGLEVEL="debug")
        self.assertEqual(status, 2)
        self.assertRegex(text, "COPYBENCH_LOGLEVEL: there is no such variable; there are .*COPYBENCH_LOG_LEVEL")
        with Daemon(environment={"COPYBENCH_LOGLEVEL": "debug"}) as daemon:
            daemon.line_with("warning event=unknown_variable message=\"COPYBENCH_LOGLEVEL: there is no such variable")

    def test_without_perf_the_check_passes_and_says_so(self):
        self.file.write_text('perf = "no-perf-here"\n')
        status, text, _ = self.check()
        self.assertEqual(status, 0)
        self.assertIn("Note: there is no program no-perf-here", text)

    def test_a_named_file_must_exist(self):
        status, _, text = self.check("--config", "/nonexistent.toml")
        self.assertEqual(status, 2)
        self.assertIn("/nonexistent.toml: No such file or directory", text)


class Manual(unittest.TestCase):
    def test_the_manual_page_has_each_subcommand(self):
        said = subprocess.run([BINARY, "--help"], capture_output=True, text=True, timeout=PATIENCE_S, check=True).stdout
        commands = re.findall(r"^  (\w+) ", said.partition("Subcommands:")[2], re.MULTILINE)
        self.assertIn("serve", commands)
        page = (ROOT / "systemd" / "copybenchd.8").read_text()
        synopsis = page.partition(".SH SYNOPSIS")[2].partition(".SH DESCRIPTION")[0]
        for command in commands:
            self.assertIn(f".B copybenchd {command}\n", synopsis)
            self.assertRegex(page.partition(".SH DESCRIPTION")[2], rf"(?m)^\.B {command}$")


class Supervision(unittest.TestCase):
    def test_the_service_manager_gets_the_state_of_the_daemon(self):
        manager = ServiceManager(self)
        with Daemon(environment=manager.environment) as daemon:
            self.assertIn("checking the database", manager.hear_until("READY=1")[0])
            self.assertEqual(daemon.get("/healthz").status, 200)
            manager.hear_until("STATUS=idle: nothing is queued")
            number = daemon.queue(repetitions=2)["id"]
            daemon.finished(number)
            told = manager.hear_until("STATUS=idle")
            self.assertEqual(told, [
                *(f"STATUS=measuring experiment {number}, run {n} of 2: two_copy, fields of 512 bytes, threads 1, "
                  f"repetition {n}" for n in (1, 2)), "STATUS=idle: nothing is queued"])
            daemon.stop()
            self.assertEqual(manager.hear_until("STOPPING=1")[:-1], [])

    def test_the_watchdog_is_fed_while_everything_works(self):
        manager = ServiceManager(self, watchdog_s=0.4)
        with Daemon(environment=manager.environment) as daemon:
            daemon.finished(daemon.queue()["id"])
            for _ in range(3):
                manager.hear_until("WATCHDOG=1")
            daemon.kill()

    def test_the_watchdog_is_not_fed_while_the_scheduler_hangs(self):
        manager = ServiceManager(self, watchdog_s=0.4)
        # A run's limits are scaled to a thousandth, so that one that waits at its first stage is overdue soon.
        with StagedDaemon(scale=0.001, environment=manager.environment) as daemon:
            daemon.queue()
            self.assertEqual(daemon.stage()[0], "start")
            stalled = re.compile("error event=stalled reason=\"a run should have ended .* s ago\"")
            wait_until(lambda: manager.hear_all() or any(map(stalled.search, daemon.lines)), "the stall is reported")
            manager.hear_all()
            self.assertEqual(daemon.get("/experiments/1").status, 200)  # the rest of it survives
            manager.socket.settimeout(1)
            with self.assertRaises(TimeoutError):
                for _ in range(10):
                    manager.hear_until("WATCHDOG=1")
            daemon.kill()

    def test_a_hangup_reloads_what_can_change_and_names_what_cannot(self):
        manager = ServiceManager(self)
        folder = tempfile.TemporaryDirectory(prefix="copybench-test-")
        self.addCleanup(folder.cleanup)
        file = pathlib.Path(folder.name) / "copybench.toml"
        file.write_text('log-level = "info"\n')
        with Daemon(environment={**manager.environment, "COPYBENCH_CONFIG": str(file)}) as daemon:
            manager.hear_until("READY=1")
            daemon.finished(daemon.queue()["id"])
            file.write_text('log-level = "debug"\nperf = "another"\nretention-size = "1kB"\npost-rate = 0.1\n')
            daemon.signal(signal.SIGHUP)
            manager.hear_until("RELOADING=1")
            manager.hear_until("READY=1")
            daemon.line_with('event=reloaded applied="post-rate = 0.1, log-level = debug, retention-size = 1(?:000|kB)" '
                             'needs_restart="perf = another"')
            daemon.line_with("event=retention_removed experiment_id=1 ")
            self.assertEqual([daemon.delete("/experiments/1").status for _ in range(3)], [404, 404, 429])
            daemon.get("/healthz")
            daemon.line_with("debug event=request request=\"GET /healthz\" status=200")
            file.write_text('log-level = "loud"\n')
            daemon.signal(signal.SIGHUP)
            manager.hear_until("READY=1")
            daemon.line_with(f"error event=reload_refused .*{file} line 1: --log-level: loud not in")
            self.assertEqual(daemon.get("/healthz").status, 200)

    def test_a_reload_reports_a_change_of_the_token_but_never_the_token(self):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="copybench-test-")))
        file, token = folder / "copybench.toml", folder / "token"
        token.touch(0o600)
        token.write_text("a" * 40)
        file.write_text(f'token-file = "{token}"\n')
        with Daemon(environment={"COPYBENCH_CONFIG": str(file)}) as daemon:
            token.write_text("b" * 40)
            daemon.signal(signal.SIGHUP)
            daemon.line_with('event=reloaded applied="token = another one" ')
            file.write_text("")
            daemon.signal(signal.SIGHUP)
            daemon.line_with("warning event=token_dropped .*everyone who reaches http://127.0.0.1:[0-9]+ may now write")
            daemon.line_with('event=reloaded applied="token-file = .*token = none any more" ')
            self.assertFalse([line for line in daemon.lines if "aaaa" in line or "bbbb" in line])

    def test_each_run_has_a_line_with_its_ids(self):
        with Daemon() as daemon:
            number = daemon.queue()["id"]
            daemon.finished(number)
            run = daemon.runs(number)[0]
            daemon.line_with(rf"info event=run_finished run_id={run['run_id']} experiment_id={number} engine=two_copy "
                             r"field_bytes=512 threads=1 repetition=1 state=completed throughput_gbps=[\d.]+ message=")


class Upgrade(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="copybench-test-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def database(self):
        return contextlib.closing(sqlite3.connect(pathlib.Path(self.folder) / "copybench.db"))

    def test_an_older_database_is_migrated_and_a_running_run_is_measured_again(self):
        with self.database() as database:
            database.executescript((ROOT / "tests" / "data" / "database-v1.sql").read_text())
        with Daemon(data_dir=self.folder) as daemon:
            daemon.line_with("warning event=runs_recovered runs=1")
            self.assertEqual(daemon.experiment(1)["name"], "before the upgrade")
            self.assertEqual([round(run["throughput_gbps"], 3) for run in daemon.runs(1)], [3.519, 4.34])
            daemon.completed(2)
            self.assertEqual([run["state"] for run in daemon.runs(2)], ["interrupted", "completed"])
        with self.database() as database:
            self.assertGreater(database.execute("PRAGMA user_version").fetchone()[0], 1)

    def test_a_newer_database_is_rejected_and_kept_unchanged(self):
        with Daemon(data_dir=self.folder):
            pass
        with self.database() as database:
            database.execute("PRAGMA user_version=9999")
        with Process("serve", "--listen", "127.0.0.1:0", "--data-dir", self.folder) as process:
            self.assertEqual(process.wait(), 1)
            self.assertRegex(process.err[-1], "schema version 9999; this copybenchd knows versions up to .* Start the newer")
        with self.database() as database:
            self.assertEqual(database.execute("PRAGMA user_version").fetchone(), (9999,))


@unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is missing: install systemd to judge the units")
class Units(unittest.TestCase):
    UNITS = ["copybenchd.service", "copybench-nightly.service", "copybench-nightly.timer"]

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="copybench-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        for name in self.UNITS:
            text = (ROOT / "systemd" / name).read_text()
            self.folder.joinpath(name).write_text(re.sub(r"@\w+@/[\w/-]+", "/usr/bin/true", text))

    def analyze(self, *arguments):
        return subprocess.run(["systemd-analyze", *map(str, arguments)], capture_output=True, text=True, timeout=PATIENCE_S,
                              env={**os.environ, "SYSTEMD_PAGER": "cat"})

    def test_they_are_units_without_a_fault(self):
        answer = self.analyze("verify", "--man=no", *(self.folder / name for name in self.UNITS))
        self.assertEqual((answer.returncode, answer.stdout + answer.stderr), (0, ""))

    def test_they_are_hardened(self):
        for name in self.UNITS[:2]:
            with self.subTest(unit=name):
                answer = self.analyze("security", "--offline=true", "--threshold=20", self.folder / name)
                self.assertEqual(answer.returncode, 0, answer.stdout[-300:])


if __name__ == "__main__":
    unittest.main()
