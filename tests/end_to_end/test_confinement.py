"""Capabilities, files and environment of a run's children: what they need, and nothing more."""

import contextlib
import os
import pathlib
import tempfile
import unittest

from daemon import Daemon, StagedDaemon, processes_with, sweep, wait_until

CAP_IPC_LOCK = 1 << 14
SECRETS = {"CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET", "WATCHDOG_USEC", "STATE_DIRECTORY", "COPYBENCH_CONFIG", "A_PASSWORD"}


def open_files(process):
    """Lists a process's open files in /proc; skips those closed meanwhile."""
    files = []
    for entry in (process / "fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            files.append(os.readlink(entry))
    return files


class Child:
    def __init__(self, pid):
        self.folder = pathlib.Path(f"/proc/{pid}")
        self.command = (self.folder / "cmdline").read_bytes().decode().split("\0")[:-1]
        environment = (self.folder / "environ").read_bytes().split(b"\0")
        self.environment = {entry.partition(b"=")[0].decode() for entry in environment}
        self.raw_environment = sorted(environment)
        self.umask = self.status("Umask")
        self.capabilities = {name: int(self.status(name), 16) for name in ("CapEff", "CapPrm", "CapInh", "CapAmb")}
        self.cwd = os.readlink(self.folder / "cwd")
        self.files = open_files(self.folder)

    def status(self, name):
        lines = (self.folder / "status").read_text().splitlines()
        return next(line.split()[1] for line in lines if line.startswith(f"{name}:"))

    @property
    def name(self):
        return next((word for word in ("stat", "engine", "load") if word in self.command[1:2]), self.command[0])


class Children(unittest.TestCase):
    def test_children_have_what_they_need_and_no_more(self):
        with tempfile.TemporaryDirectory() as credentials:
            environment = {**dict.fromkeys(SECRETS, "secret"), "CREDENTIALS_DIRECTORY": credentials,
                           "COPYBENCH_CONFIG": os.devnull}
            # Its service manager's socket must not reach the children; this test has none.
            del environment["NOTIFY_SOCKET"], environment["WATCHDOG_USEC"], environment["STATE_DIRECTORY"]
            daemon = self.enterContext(Daemon(environment=environment))
        ours = set(open_files(pathlib.Path(f"/proc/{daemon.process.pid}")))
        asked = ["cpu-clock", "page-faults"]
        number = daemon.queue(duration_s=20, warmup_s=0, events=asked)["id"]

        def both():
            found = {}
            for pid in processes_with(daemon.token):
                try:
                    child = Child(pid)
                except (FileNotFoundError, ProcessLookupError, PermissionError):
                    continue
                if pid != daemon.process.pid:
                    found[child.name] = child
            # Each child begins by dropping what it does not need.
            return found if {"engine", "load"} <= set(found) and not any(found["load"].capabilities.values()) else None
        children = wait_until(both, "engine and load run, the load without capabilities")
        daemon.post(f"/experiments/{number}/cancel")

        self.assertEqual([mask & ~CAP_IPC_LOCK for mask in children["engine"].capabilities.values()], [0] * 4)
        for name, child in children.items():
            with self.subTest(child=name):
                self.assertIn(name, {"stat", "engine", "load"}, "a child of another kind, a shell perhaps")
                self.assertEqual(child.environment & SECRETS, set())
                self.assertEqual(child.umask, "0077")
                self.assertEqual(child.cwd, "/")
                for file in child.files:
                    self.assertNotIn(daemon.data_dir, file)
                    if file.startswith("socket:"):
                        self.assertNotIn(file, ours)
        if "stat" in children:
            command = children["stat"].command
            events = [command[index + 1] for index, word in enumerate(command) if word == "-e"]
            self.assertEqual(events, asked)
            self.assertEqual(command[command.index("--") + 2], "engine")

    def test_command_lines_and_environments_hold_nothing_that_differs_from_run_to_run(self):
        """A run's secret would differ: every local user can read the first, and root's helpers the second."""
        seen = []
        with StagedDaemon() as daemon:
            daemon.queue(repetitions=2)
            for _ in range(2):
                daemon.go_on_to("window")
                found = {}
                for pid in processes_with(daemon.token):
                    child = Child(pid)
                    if pid != daemon.process.pid:
                        port = child.command.index("--port") + 1
                        child.command[port] = "PORT"
                        found[child.name] = (child.command, child.raw_environment)
                seen.append(found)
                daemon.go_on()
            daemon.free_run()
        self.assertLessEqual({"engine", "load"}, set(seen[0]))
        self.assertEqual(seen[0], seen[1])

    def test_a_calibration_has_no_capability(self):
        daemon = self.enterContext(Daemon())
        daemon.queue(repetitions=10)

        def powerless():
            for pid in processes_with(daemon.token):
                try:
                    child = Child(pid)
                except (FileNotFoundError, ProcessLookupError, PermissionError, StopIteration):
                    continue
                # Just after its start it has not dropped them yet.
                if child.command[1:2] == ["calibrate"] and not any(child.capabilities.values()):
                    return True
            return False
        wait_until(powerless, "a calibration without capabilities is seen")

    def test_an_event_cannot_be_an_option_a_path_or_a_command(self):
        daemon = self.enterContext(Daemon())
        for event in ("--help", "-o/tmp/copybench-x", "/etc/passwd", "../x", "$(touch /tmp/copybench-x)", "`id`", "a;b", "a b",
                      "a\nb", "a,b", "@/etc/passwd", "a{b}", "'", '"', "cpu/config=1/;x", "\u2010o", "", "a" * 300):
            with self.subTest(event=event):
                answer = daemon.post("/experiments", sweep(events=[event]))
                self.assertEqual(answer.status, 400, answer.text)
                self.assertEqual(answer.json()["errors"][0]["pointer"].split("/")[1], "events")
        self.assertEqual(daemon.items("/experiments"), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
