"""daemon/run, as a person at a terminal uses it."""

import fcntl
import os
import pathlib
import pty
import re
import signal
import subprocess
import tempfile
import termios
import threading
import unittest
import uuid

from daemon import BINARY, ROOT, TOKEN_NAME, Daemon, processes_with, wait_until

SCRIPT_PATIENCE_S = 400


class Terminal:
    """A command on a terminal of its own, so that Ctrl-C reaches its foreground group."""

    def __init__(self, *command):
        self.token = uuid.uuid4().hex
        self.data = tempfile.TemporaryDirectory(prefix="copybench test ")
        self.screen = ""
        self._news = threading.Condition()
        self._ended = False
        ours, theirs = pty.openpty()
        self._keyboard = ours
        self.process = subprocess.Popen(
            [*command, "--data-dir", self.data.name], stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0), cwd="/",
            env={**os.environ, "COPYBENCH_CONFIG": os.devnull, TOKEN_NAME: self.token})
        os.close(theirs)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        while True:
            try:
                chunk = os.read(self._keyboard, 4096)
            except OSError:  # the other end is closed
                chunk = b""
            with self._news:
                self.screen += chunk.decode(errors="replace").replace("\r\n", "\n")
                self._ended = not chunk
                self._news.notify_all()
            if not chunk:
                return

    def wait_for(self, pattern):
        with self._news:
            self._news.wait_for(lambda: re.search(pattern, self.screen) or self._ended, SCRIPT_PATIENCE_S)
            match = re.search(pattern, self.screen)
        if not match:
            raise AssertionError(f"{pattern} did not appear; the screen:\n{self.screen}")
        return match

    def type_ctrl_c(self):
        os.write(self._keyboard, b"\x03")

    def wait(self):
        status = self.process.wait(SCRIPT_PATIENCE_S)
        self._reader.join(SCRIPT_PATIENCE_S)
        return status

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.wait()
        os.close(self._keyboard)
        self.data.cleanup()


@unittest.skipUnless(pathlib.Path(BINARY).resolve() == ROOT / "build" / "copybenchd",
                     "daemon/run builds into build/, and the tests run another binary")
class RunScript(unittest.TestCase):
    SCRIPT = str(ROOT / "daemon" / "run")

    def assert_nothing_left(self, token):
        wait_until(lambda: not processes_with(token), "all that the script started has ended")

    def test_quick_measures_prints_and_serves(self):
        with Terminal(self.SCRIPT, "--no-install", "--quick", "--listen", "127.0.0.1:0") as terminal:
            terminal.wait_for(r"Serving until Ctrl-C")
            screen = terminal.screen
            self.assertEqual(len(re.findall(r"^ +\d+ of 12 .* Gbit/s", screen, re.MULTILINE)), 12, screen)
            rows = re.findall(r"^(?:two|one|zero)_copy +(?:512|4096) +(?:4096|32768) +[12] +\d+\.\d{3} .*$", screen, re.MULTILINE)
            self.assertEqual(len(rows), 12, screen)
            self.assertEqual(len({len(row) for row in rows}), 1, "the columns are not aligned")
            self.assertIn("requested, copied by the kernel", screen)
            self.assertRegex(screen, r"http://127\.0\.0\.1:\d+/experiments/1/results\.csv")
            terminal.type_ctrl_c()
            terminal.wait_for("Stopped")
            terminal.wait()
            self.assert_nothing_left(terminal.token)

    def test_ctrl_c_in_a_sweep_stops_the_daemon_in_order(self):
        with Terminal(self.SCRIPT, "--no-install", "--quick", "--listen", "127.0.0.1:0") as terminal:
            terminal.wait_for(r" 1 of 12 ")
            terminal.type_ctrl_c()
            terminal.wait_for("Stopped")
            self.assertNotEqual(terminal.wait(), 0)
            self.assert_nothing_left(terminal.token)
            with Daemon(terminal.data.name) as served:
                states = [run["state"] for run in served.runs(1)]
                self.assertIn("completed", states)
                self.assertLessEqual(states.count("interrupted"), 1)

    def test_without_quick_it_serves(self):
        with Terminal(self.SCRIPT, "--no-install", "--listen", "127.0.0.1:0") as terminal:
            terminal.wait_for(r"listening on http://127\.0\.0\.1:\d+")
            terminal.type_ctrl_c()
            self.assertEqual(terminal.wait(), 0, terminal.screen)
            self.assert_nothing_left(terminal.token)

    def test_a_daemon_that_already_serves_there_is_named(self):
        with Daemon() as served, Terminal(self.SCRIPT, "--no-install", "--quick", "--listen", f"127.0.0.1:{served.port}") as terminal:
            self.assertEqual(terminal.wait(), 1)
            self.assertIn("already serves", terminal.screen)
            self.assertEqual(served.items("/experiments"), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
