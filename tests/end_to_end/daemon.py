"""Shared parts of the end-to-end tests: a daemon, its responses, its events, its processes."""

import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("COPYBENCH_BINARY", str(ROOT / "build" / "copybenchd"))
# Guards against a hang; no step should take this long.
PATIENCE_S = 60
# The daemon's default limit: it disconnects slower clients.
REQUEST_TIMEOUT_S = 5
# Marks this test in the environment of everything it starts, so that orphans can be found.
TOKEN_NAME = "TEST_OF_COPYBENCH"

FIGURES = [
    "window_s", "throughput_gbps", "latency_us", "latency_p50_us", "latency_p90_us", "latency_p99_us",
    "latency_p999_us", "latency_max_us", "bytes", "messages", "cpu_cycles", "instructions", "cache_misses",
    "l1_dcache_load_misses", "llc_load_misses", "context_switches", "page_faults", "task_clock_ns", "cycles_per_byte",
    "cpu_ns_per_byte", "system_cpu_ns_per_byte", "retransmits", "zerocopy_sends", "zerocopy_completions",
    "zerocopy_copied", "zerocopy_enobufs",
]
COLUMNS = ["experiment_id", "run_id", "engine", "field_bytes", "message_bytes", "threads", "repetition", "state",
           *FIGURES, "zerocopy", "flags"]
ENGINES = ["two_copy", "one_copy", "zero_copy"]


def sweep(**fields):
    """A request that is measured in well under a second a run."""
    return {"engines": ["two_copy"], "field_sizes": [512], "threads": [1], "duration_s": 0.2, "warmup_s": 0.1, **fields}


def wait_until(condition, what, at_most_s=PATIENCE_S):
    """Polls a condition that no event announces; returns its first truthy value."""
    deadline = time.monotonic() + at_most_s
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {at_most_s} s in vain until {what}")
        time.sleep(0.02)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def processes_with(token):
    """Living processes started under this token, children of children included."""
    marker = f"{TOKEN_NAME}={token}".encode()
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            environment = pathlib.Path(f"/proc/{entry}/environ").read_bytes().split(b"\0")
            state = pathlib.Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if marker in environment and state not in "ZX":
            found.append(int(entry))
    return found


def without_settings(environment):
    return {name: value for name, value in environment.items() if not name.startswith("COPYBENCH_")}


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def text(self):
        return self.body.decode()

    @property
    def content_type(self):
        return (self.headers.get("Content-Type") or "").split(";")[0]

    def json(self):
        return json.loads(self.body, parse_constant=lambda word: (_ for _ in ()).throw(ValueError(f"{word} in JSON")))


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=PATIENCE_S)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Process:
    """A copybenchd of any subcommand, configured by its arguments and `environment` alone. Its output is read as it
    comes; leaving the block ends it.
    
    prefix: a command that becomes copybenchd, such as prlimit with its options. pass_fds: descriptors that it inherits.
    """

    def __init__(self, *arguments, environment=None, prefix=(), pass_fds=()):
        self.token = uuid.uuid4().hex
        self.lines = []
        self._news = threading.Condition()
        self._ended = False
        self.process = subprocess.Popen(
            [*prefix, BINARY, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, pass_fds=pass_fds,
            env={**without_settings(os.environ), "COPYBENCH_CONFIG": os.devnull, TOKEN_NAME: self.token, **(environment or {})})
        self.out = []
        self.err = []
        self._readers = [
            threading.Thread(target=self._read, args=(self.process.stdout, self.out), daemon=True),
            threading.Thread(target=self._read, args=(self.process.stderr, self.err), daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    def _read(self, stream, into):
        for line in stream:
            with self._news:
                text = line.decode(errors="replace").rstrip("\n")
                into.append(text)
                self.lines.append(text)
                self._news.notify_all()
        stream.close()
        with self._news:
            self._ended = not any(reader.is_alive() and reader is not threading.current_thread()
                                  for reader in self._readers)
            self._news.notify_all()

    def line_with(self, pattern):
        """Waits for a line in which the pattern is found, past ones included; returns the first match."""
        def found():
            return next((match for line in self.lines if (match := re.search(pattern, line))), None)
        with self._news:
            self._news.wait_for(lambda: found() or self._ended, PATIENCE_S)
            match = found()
        if not match:
            raise AssertionError(f"no line matches {pattern}; printed:\n" + "\n".join(self.lines))
        return match

    def wait(self):
        """Returns the exit status once all output is read."""
        status = self.process.wait(PATIENCE_S)
        for reader in self._readers:
            reader.join(PATIENCE_S)
        return status

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        self.signal(signal.SIGKILL)
        self.wait()

    def stop(self):
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        return self.wait()

    def left_over(self):
        return processes_with(self.token)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()


class Daemon(Process):
    def __init__(self, data_dir=None, listen="127.0.0.1:0", environment=None, arguments=(), headers=None, prefix=(),
                 pass_fds=()):
        # headers: added to every request.
        self.headers = headers or {}
        self._own_data = None if data_dir else tempfile.TemporaryDirectory(prefix="copybench-test-")
        self.data_dir = str(data_dir or self._own_data.name)
        super().__init__("serve", "--listen", listen, "--data-dir", self.data_dir, *arguments, environment=environment,
                         prefix=prefix, pass_fds=pass_fds)
        try:
            self.address = self.line_with(r"listening on (.+), data in").group(1)
        except AssertionError:
            self.process.kill()
            raise
        if not self.address.startswith("unix:"):
            self.host, port = self.address.removeprefix("http://").rsplit(":", 1)
            self.port = int(port)

    def __exit__(self, *arguments):
        super().__exit__(*arguments)
        if self._own_data:
            self._own_data.cleanup()

    def connection(self):
        if self.address.startswith("unix:"):
            return UnixConnection(self.address.removeprefix("unix:"))
        return http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE_S)

    def request(self, method, path, body=None, headers=None):
        headers = {**self.headers, **(headers or {})}
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if body is not None and not any(name.lower() == "content-type" for name in headers):
            headers["Content-Type"] = "application/json"
        connection = self.connection()
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def get(self, path, **headers):
        return self.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def post(self, path, body=None, **headers):
        return self.request("POST", path, body, {name.replace("_", "-"): value for name, value in headers.items()})

    def delete(self, path):
        return self.request("DELETE", path)

    def raw(self, request):
        """Sends raw bytes and returns everything received."""
        with socket.create_connection((self.host, self.port), timeout=PATIENCE_S) as connection:
            connection.sendall(request)
            answer = b""
            while chunk := connection.recv(65536):
                answer += chunk
            return answer

    def queue(self, **fields):
        """Queues a small sweep and returns the experiment."""
        answer = self.post("/experiments", sweep(**fields))
        if answer.status != 202:
            raise AssertionError(f"{answer.status}: {answer.text}")
        return answer.json()

    def experiment(self, number):
        return self.get(f"/experiments/{number}").json()

    def events(self, number):
        """Yields (event, data) as they come, to the end of the stream."""
        connection = self.connection()
        try:
            connection.request("GET", f"/experiments/{number}/events", headers=self.headers)
            response = connection.getresponse()
            if response.status != 200:
                raise AssertionError(f"{response.status}: {response.read().decode()}")
            event, data = "message", []
            while line := response.readline():
                text = line.decode().rstrip("\r\n")
                if text.startswith("event:"):
                    event = text[6:].strip()
                elif text.startswith("data:"):
                    data.append(text[5:].removeprefix(" "))
                elif not text:
                    if data:
                        yield event, json.loads("\n".join(data))
                    event, data = "message", []
        finally:
            connection.close()

    def finished(self, number):
        """Returns the experiment once its stream has sent the end event."""
        for event, _ in self.events(number):
            if event == "end":
                break
        return self.experiment(number)

    def completed(self, number):
        """Like finished(), and checks that every run was measured."""
        done = self.finished(number)
        if done["state"] != "completed":
            raise AssertionError(f"experiment {number}: {done['state']}: {[run['reason'] for run in self.runs(number)]}")
        return done

    def measured(self, **fields):
        """Queues a small sweep and returns the experiment once it is completed. Where other programs hold the CPU for a whole
        window, nothing arrives in it and its run fails: it is then measured again with longer windows."""
        for duration_s in (fields.pop("duration_s", 0.2), 1, 4):
            done = self.finished(self.queue(duration_s=duration_s, **fields)["id"])
            reasons = [run["reason"] or "" for run in self.runs(done["id"]) if run["state"] != "completed"]
            if not reasons or not all("nothing arrived within the window" in reason for reason in reasons):
                break
        if done["state"] != "completed":
            raise AssertionError(f"experiment {done['id']}: {done['state']}: {reasons}")
        return done

    def items(self, path):
        """All items of a list, page by page."""
        found, cursor = [], None
        while True:
            separator = "&" if "?" in path else "?"
            page = self.get(path + (f"{separator}cursor={cursor}" if cursor is not None else "")).json()
            found += page["items"]
            cursor = page["next"]
            if cursor is None:
                return found

    def runs(self, number):
        return self.items(f"/experiments/{number}/runs")

    def running_run(self, number):
        return wait_until(lambda: next((run for run in self.runs(number) if run["state"] == "running"), None),
                          f"a run of experiment {number} is running")


class StagedDaemon(Daemon):
    """A daemon whose runs wait at each stage. scale: factor on the run's limits."""

    def __init__(self, scale=1, **options):
        ours, theirs = socket.socketpair()
        with theirs:
            super().__init__(arguments=("--limit-scale", scale, "--stage-fd", theirs.fileno()), pass_fds=(theirs.fileno(),),
                             **options)
        ours.settimeout(PATIENCE_S)
        self._socket = ours
        self._stages = ours.makefile("r")

    def stage(self):
        """Returns (name, pid of perf or else of the engine, pid of the load) of the stage that the run has reached."""
        name, server, load = self._stages.readline().split()
        return name, int(server), int(load)

    def go_on(self):
        self._socket.sendall(b"\n")

    def go_on_to(self, wanted):
        """Waits for the first stage of that name and returns it; the run waits there."""
        while (reached := self.stage())[0] != wanted:
            self.go_on()
        return reached

    def free_run(self):
        self._stages.close()
        self._socket.close()

    def __exit__(self, *arguments):
        self.free_run()
        super().__exit__(*arguments)
