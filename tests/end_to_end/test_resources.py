"""Out of descriptors, processes or lockable memory: runs fail with the reason, the daemon survives, and the queue goes on."""

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import unittest

from daemon import BINARY, PATIENCE_S, Daemon, Process, sweep, wait_until

# A user without other processes, since RLIMIT_NPROC counts all processes of a user.
STRANGER = str(40000 + os.getpid() % 20000)
LIMIT_NAMES = {"nofile": "Max open files", "nproc": "Max processes"}  # as /proc spells them


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def highest_descriptor(pid):
    return max(map(int, os.listdir(f"/proc/{pid}/fd")))


class Inherited(unittest.TestCase):
    """Settings that the daemon may inherit from its parent."""

    def test_ignored_SIGCHLD_and_a_raisable_stack_limit_fail_no_run(self):
        ignoring = "import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); os.execvp(sys.argv[1], sys.argv[1:])"
        for prefix in ((sys.executable, "-c", ignoring), ("sh", "-c", 'ulimit -S -s 64 && exec "$@"', "sh")):
            with self.subTest(prefix=prefix), Daemon(prefix=prefix) as served:
                served.completed(served.queue(duration_s=0.1, warmup_s=0)["id"])

    def test_insufficient_limits_are_reported_at_start(self):
        for limit, words in (("-s 64", "the limit of the stack is too low"), ("-n 72", "may open only 72 files, and needs"), ("-d 20000", "not enough memory")):
            with self.subTest(limit=limit), tempfile.TemporaryDirectory(prefix="copybench-test-") as data:
                done = subprocess.run(["sh", "-c", f'ulimit {limit} && exec "$@"', "sh", BINARY, "serve", "--listen", "127.0.0.1:0",
                                       "--data-dir", data], capture_output=True, check=False, text=True, timeout=PATIENCE_S)
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertIn(words, done.stderr)


class Limited(unittest.TestCase):
    prefix = ()  # for commands that set limits: they must run as the daemon's user

    @contextlib.contextmanager
    def limited(self, served, name, value):
        """Sets the daemon's limit of that name for a while."""
        def set_limit(soft, hard):
            subprocess.run([*self.prefix, "prlimit", f"--pid={served.process.pid}", f"--{name}={soft}:{hard}"], check=True)
        with open(f"/proc/{served.process.pid}/limits") as limits:
            soft, hard = next(line for line in limits if line.startswith(LIMIT_NAMES[name])).split()[-3:-1]
        set_limit(value, hard)
        try:
            yield
        finally:
            set_limit(soft, hard)

    def measure(self, served, limit, value, **fields):
        """Measures a run that begins under this limit of the daemon's; lifts the limit once the run is over."""
        with self.limited(served, limit, value):
            number = served.queue(engines=["two_copy"], **fields)["id"]
            served.line_with(rf"run \d+ of experiment {number} ")
        self.assertIn(served.finished(number)["state"], ("completed", "failed"))
        return served.runs(number)[0]

    def judge(self, served, runs, words):
        failed = [run["reason"] for run in runs if run["state"] != "completed"]
        self.assertTrue(failed)
        for reason in failed:
            with self.subTest(reason=reason):
                self.assertRegex(reason, words)
        number = served.queue()["id"]
        served.completed(number)
        self.assertEqual(served.left_over(), [served.process.pid])
        self.assertEqual(served.get("/healthz").status, 200)


class Descriptors(Limited):
    def test_a_run_that_lacks_them_says_so_in_any_stage(self):
        with Daemon() as served:
            served.finished(served.queue()["id"])
            most = highest_descriptor(served.process.pid) + 1
            # Children inherit the daemon's limit; from some number on it suffices for all.
            runs = [self.measure(served, "nofile", most + more, duration_s=0.1, warmup_s=0)
                    for more in (2, 4, 6, 8, 10, 12, 14, 16)]
            self.judge(served, runs, "Too many open files")

    def test_the_api_neither_spins_nor_forgets_waiting_clients(self):
        with Daemon() as served:
            served.get("/healthz")
            with socket.create_connection((served.host, served.port), timeout=30) as waiting:
                with self.limited(served, "nofile", highest_descriptor(served.process.pid) + 1):
                    waiting.sendall(f"GET /healthz HTTP/1.1\r\nHost: {served.host}:{served.port}\r\n\r\n".encode())
                    used = cpu_seconds(served.process.pid)
                    time.sleep(1)  # the span over which CPU time is counted
                    self.assertLess(cpu_seconds(served.process.pid) - used, 0.3)
                self.assertTrue(waiting.recv(64).startswith(b"HTTP/1.1 200 "))


def as_stranger(*more):
    return ["setpriv", f"--reuid={STRANGER}", f"--regid={STRANGER}", "--clear-groups", *more]


class Processes(Limited):
    prefix = as_stranger()

    def test_a_run_that_lacks_them_says_so_in_any_stage(self):
        if os.geteuid() != 0 or subprocess.run(as_stranger("test", "-x", BINARY), capture_output=True).returncode:
            self.skipTest("this takes root, which no such limit holds for, and a build that another user may run")
        with tempfile.TemporaryDirectory(prefix="copybench-test-") as data:
            os.chown(data, int(STRANGER), int(STRANGER))
            with Daemon(data, prefix=as_stranger()) as served:
                served.finished(served.queue()["id"])
                threads = len(os.listdir(f"/proc/{served.process.pid}/task"))
                runs = [self.measure(served, "nproc", threads + more, threads=[2], duration_s=0.1, warmup_s=0)
                        for more in (0, 1, 2, 3, 4)]
                self.judge(served, runs, "Resource temporarily unavailable|thread for one more connection")


    def test_a_daemon_with_too_few_threads_reports_that_and_ends(self):
        if os.geteuid() != 0 or subprocess.run(as_stranger("test", "-x", BINARY), capture_output=True).returncode:
            self.skipTest("this takes root, which no such limit holds for, and a build that another user may run")
        statuses = []
        for most in range(1, 40, 4):
            with self.subTest(most=most), tempfile.TemporaryDirectory(prefix="copybench-test-") as data:
                os.chown(data, int(STRANGER), int(STRANGER))
                served = Process("serve", "--listen", "127.0.0.1:0", "--data-dir", data,
                                 prefix=as_stranger("prlimit", f"--nproc={most}"))
                try:
                    if port := served.line_with(r"listening on http://127.0.0.1:(\d+)|thread").group(1):
                        self.measure_or_end(served, int(port))
                    else:
                        served.wait()
                finally:
                    statuses.append(served.stop())
                if statuses[-1] != 0:
                    self.assertEqual(statuses[-1], 1, served.lines)
                    self.assertRegex("\n".join(served.err), "thread.*(Resource temporarily unavailable|Raise the limit)")
        self.assertEqual(set(statuses), {0, 1})

    def measure_or_end(self, served, port):
        """Measures a run, which may fail for lack of processes and then must say so, unless the daemon has ended meanwhile."""
        def ask(method, path, body=None):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
            try:
                connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
                return json.loads(connection.getresponse().read())
            finally:
                connection.close()

        try:
            ask("POST", "/experiments", json.dumps(sweep()))
            wait_until(lambda: ask("GET", "/experiments/1")["state"] in ("completed", "failed"), "it is measured")
            for run in ask("GET", "/experiments/1/runs")["items"]:
                if run["state"] != "completed":
                    self.assertRegex(run["reason"], "Resource temporarily unavailable|thread")
        except (OSError, http.client.HTTPException):
            served.wait()


class LockedMemory(unittest.TestCase):
    def test_zero_copy_reports_what_it_lacked(self):
        prefix = ["prlimit", "--memlock=65536:65536"]
        if os.geteuid() == 0:
            prefix += ["setpriv", "--bounding-set=-ipc_lock", "--inh-caps=-ipc_lock"]
        with Daemon(prefix=prefix) as served:
            number = served.queue(engines=["zero_copy"], field_sizes=[65536])["id"]
            served.finished(number)
            run = served.get(f"/runs/{served.runs(number)[0]['run_id']}").json()
            if run["state"] == "completed":
                connections = run["evidence"]["server"]["connections"]
                self.assertTrue(any(connection["memory_lock_problem"] for connection in connections) or run["zerocopy_enobufs"])
            else:
                self.assertRegex(run["reason"], "ENOBUFS|lock")
            served.measured(engines=["two_copy"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
