"""Measures the daemon's latency with much data and much load: 1,000,000 runs, 300 queued sweeps, 16 event streams, 60 clients
that read slowly, and a flood on one endpoint after another.

Prints p50, p99 and the maximum for each endpoint, and the daemon's memory, beside the goals of 100 ms and 200 MB. Never fails
on a figure. The first run waits at its first stage throughout: nothing is measured beside the load, and no response waits for
the end of a window. One of the other clients changes an experiment's notes again and again, so that no heavy answer is cached
for long.
"""
import argparse
import http.client
import json
import os
import pathlib
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

from serving_clients import Cpus, Flood, Held, ask, request

ENGINES = ("two_copy", "one_copy", "zero_copy")
LARGEST = 10_000  # runs of one experiment
GOAL_MS = 100
GOAL_MB = 200
QUEUED = 300
STREAMS = 16
SLOW_READERS = 60
SLOW_BYTES = (4 << 10, 96 << 10)  # bytes a second: too slow and disconnected; just fast enough
FLOODERS = 8
SECONDS = 5  # of each flood
EVIDENCE_BYTES = 8000  # of a run that has evidence

SPEC = {"name": "bench", "preset": "full", "engines": list(ENGINES), "field_sizes": [512, 1024, 2048, 4096],
        "threads": [1, 2, 4, 8], "duration_s": 6.0, "warmup_s": 1.0, "repetitions": 5, "seed": 7}
FIRST = {"preset": "quick", "name": "held"}


def answer(port, path, method="GET", body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


class Daemon:
    def __init__(self, binary, data):
        self.stages, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [binary, "serve", "--config", "/dev/null", "--listen", "127.0.0.1:0", "--data-dir", data, "--post-rate", "0",
                 "--post-rate-total", "0", "--stage-fd", str(theirs.fileno())],
                stderr=subprocess.PIPE, text=True, pass_fds=[theirs.fileno()])
        for line in self.process.stderr:
            if "listening on" in line:
                break
        else:
            raise SystemExit("the daemon did not start")
        self.port = int(line.split("listening on ")[1].split(",")[0].rsplit(":", 1)[1])
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def memory_mb(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        fields = dict(line.split(":", 1) for line in status.splitlines())
        return int(fields["VmRSS"].split()[0]) / 1024, int(fields["VmHWM"].split()[0]) / 1024

    def stop(self):
        self.stages.close()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


def stored_spec(database):
    """A spec of a queued experiment as this version stores it."""
    return json.loads(database.execute("SELECT spec_json FROM experiments ORDER BY id LIMIT 1").fetchone()[0])


def add_experiment(database, spec, runs):
    """runs: (engine, field_bytes, threads, repetition) of each. Writes rows as the store would, without evidence and
    circumstances."""
    cursor = database.execute(
        "INSERT INTO experiments (state, spec_json, created_at_ms, started_at_ms, finished_at_ms, runs_total, runs_completed) "
        "VALUES ('completed', ?, 1700000000000, 1700000000000, 1700000000000, ?, ?)", (json.dumps(spec), len(runs), len(runs)))
    number = cursor.lastrowid
    sequence = database.execute("SELECT last FROM sequences WHERE name = 'finish_sequence'").fetchone()[0]
    database.executemany(
        "INSERT INTO runs (experiment_id, position, engine, field_bytes, threads, repetition, state, finish_sequence, "
        "started_at_ms, finished_at_ms, window_s, throughput_gbps, latency_us, bytes, messages, cpu_ns_per_byte, "
        "system_cpu_ns_per_byte) VALUES (?, ?, ?, ?, ?, ?, 'completed', ?, 1700000000000, 1700000006000, 6.0, ?, 31.25, "
        "14000000000, 3400000, ?, 0.82)",
        ((number, i + 1, engine, size, threads, repetition, sequence + i + 1, 18 + (i * 7919 % 1000) / 997, 0.4 + (i % 13) / 100)
         for i, (engine, size, threads, repetition) in enumerate(runs)))
    database.execute("UPDATE sequences SET last = last + ? WHERE name = 'finish_sequence'", (len(runs),))
    database.execute("INSERT OR REPLACE INTO last_runs SELECT engine, experiment_id, max(id) FROM runs WHERE experiment_id = ? "
                     "GROUP BY engine", (number,))
    return number


def add_evidence(database, number):
    samples = {"every_ms": 100, "bytes": [233_333_333 + i for i in range(60)]}
    evidence = {"samples": samples, "neighbours": "x" * (EVIDENCE_BYTES - len(json.dumps(samples)))}
    database.execute("INSERT INTO run_evidence SELECT id, ?, 'perf said this' FROM runs WHERE experiment_id = ?",
                     (json.dumps(evidence), number))
    facts = [{"name": f"fact.{i}", "class": "kernel", "value": f"value {number} of {i}", "unit": None, "reason": None}
             for i in range(150)]
    database.execute("INSERT INTO circumstances SELECT ?1, min(id), 1700000000000, ?2 FROM runs WHERE experiment_id = ?1",
                     (number, json.dumps(facts)))


def fill(binary, data, runs):
    """Returns the ids of two experiments of 10,000 repetitions, which have evidence and circumstances, two of 10,000
    configurations, and one common sweep."""
    daemon = Daemon(binary, data)  # creates the tables
    answer(daemon.port, "/experiments", "POST", json.dumps(FIRST), {"Content-Type": "application/json"})
    daemon.stop()
    database = sqlite3.connect(pathlib.Path(data) / "copybench.db", isolation_level=None)
    database.execute("PRAGMA synchronous=OFF")
    database.execute("PRAGMA foreign_keys=ON")
    database.execute("BEGIN")
    common = {**stored_spec(database), **SPEC}
    database.execute("DELETE FROM experiments")
    one = {**common, "engines": ["one_copy"], "field_sizes": [4096], "threads": [1], "repetitions": LARGEST}
    repeated = [add_experiment(database, one, [("one_copy", 4096, 1, i + 1) for i in range(LARGEST)]) for _ in range(2)]
    for number in repeated:
        add_evidence(database, number)
    sizes = [64 * (i + 1) for i in range(LARGEST // 2)]
    wide = {**common, "engines": ["two_copy", "one_copy"], "field_sizes": sizes, "threads": [1], "repetitions": 1}
    broad = [add_experiment(database, wide, [(engine, size, 1, 1) for size in sizes for engine in wide["engines"]])
             for _ in range(2)]
    cells = [(engine, size, threads) for engine in ENGINES for size in SPEC["field_sizes"] for threads in SPEC["threads"]]
    sweep = [(*cell, repetition) for repetition in range(1, 6) for cell in cells]
    newest = 0
    for _ in range((runs - 4 * LARGEST) // len(sweep)):
        newest = add_experiment(database, common, sweep)
    database.execute("COMMIT")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return repeated, broad, newest


def leave_as_filled(data, newest):
    """Removes what an earlier call queued."""
    with sqlite3.connect(pathlib.Path(data) / "copybench.db") as database:
        database.execute("PRAGMA foreign_keys=ON")
        database.execute("DELETE FROM experiments WHERE id > ?", (newest,))
    database.close()


class Percentiles:
    """Sends requests in turn, each on its own connection."""

    def __init__(self, port, requests):
        self.port = port
        self.times = {name: [] for name in requests}
        self.refused = {name: 0 for name in requests}
        self.requests = requests

    def ask(self, seconds):
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            for name, sent in self.requests.items():
                begin = time.perf_counter()
                status = ask(self.port, sent)
                self.times[name].append((time.perf_counter() - begin) * 1e3)
                self.refused[name] += status != 200

    def worst(self, heavy):
        """Returns the highest p99 and its endpoint, of the heavy answers or of the others."""
        return max((sorted(times)[int(len(times) * 0.99)], name) for name, times in self.times.items()
                   if name.endswith("of a sweep") == heavy)

    def report(self):
        for name, times in self.times.items():
            times.sort()
            p99 = times[int(len(times) * 0.99)]
            print(f"  {name:<34} p50 {times[len(times) // 2]:8.2f}  p99 {p99:8.2f}  longest {times[-1]:8.2f} ms  "
                  f"({len(times)}{f', {self.refused[name]} refused' if self.refused[name] else ''})"
                  f"{'' if p99 < GOAL_MS else '  MISSED'}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True, help="copybenchd")
    parser.add_argument("--runs", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each flood")
    parser.add_argument("--data", help="a directory that is filled and kept, or was filled before")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="copybench-bench-") as own:
        data = options.data or own
        known = pathlib.Path(data) / "filled.json"
        begin = time.perf_counter()
        if known.exists():
            repeated, broad, newest = json.loads(known.read_text(encoding="ascii"))
        else:
            repeated, broad, newest = fill(options.binary, data, options.runs)
            known.write_text(json.dumps([repeated, broad, newest]), encoding="ascii")
        leave_as_filled(data, newest)
        print(f"filled with {options.runs:,} runs in {time.perf_counter() - begin:.1f} s", flush=True)
        measure(options, data, repeated, broad, newest)


def requests_of(port, runs, repeated, broad, newest):
    """Endpoints that every client asks for, and those of the largest experiments."""
    light = {"/healthz": "/healthz", "/readyz": "/readyz", "/experiments": "/experiments?limit=50",
             "/experiments/ID": f"/experiments/{newest}", "/metrics": "/metrics", "/runs/ID": f"/runs/{runs // 2}",
             "/experiments?tag=": "/experiments?tag=none", "/summary of a sweep": f"/experiments/{newest}/summary",
             "/comparisons of a sweep": f"/experiments/{newest}/comparisons",
             "/runs of a sweep": f"/experiments/{newest}/runs?limit=50"}
    heavy = {"/history": "/history?engine=one_copy&field_bytes=4096&threads=1",
             "/compare of 10,000 repetitions": f"/compare?base={repeated[0]}&head={repeated[1]}",
             "/summary of 10,000 repetitions": f"/experiments/{repeated[0]}/summary",
             "/summary of 10,000 configurations": f"/experiments/{broad[0]}/summary",
             "/comparisons of 5,000 sizes": f"/experiments/{broad[0]}/comparisons",
             "/compare of 10,000 configurations": f"/compare?base={broad[0]}&head={broad[1]}",
             "/runs of 10,000": f"/experiments/{broad[0]}/runs?limit=500",
             "results.csv of 10,000": f"/experiments/{broad[0]}/results.csv",
             "export of 10,000": f"/experiments/{repeated[0]}/export.ndjson",
             "/circumstances/diff": f"/circumstances/diff?base={repeated[0]}&head={repeated[1]}"}
    light, heavy = ({name: request(port, path) for name, path in paths.items()} for paths in (light, heavy))
    light["PATCH /experiments/ID"] = request(port, f"/experiments/{newest}", "PATCH", json.dumps({"notes": "measured"}))
    return light, heavy


def give_heavy_answers(daemon, heavy):
    print("heavy answers, the first and the second time:")
    for name, sent in heavy.items():
        times = []
        for _ in range(2):
            begin = time.perf_counter()
            status = ask(daemon.port, sent)
            times.append((time.perf_counter() - begin) * 1e3)
        print(f"  {name:<34} {times[0]:8.1f}  {times[1]:8.1f} ms  {status}, memory {daemon.memory_mb()[1]:.0f} MB at most",
              flush=True)


def queue_sweeps(daemon):
    begin = time.perf_counter()
    statuses = [answer(daemon.port, "/experiments", "POST", json.dumps({"preset": "full", "name": f"queued {i}"}),
                       {"Content-Type": "application/json"})[0] for i in range(QUEUED - 1)]
    print(f"{QUEUED} sweeps are queued: {(time.perf_counter() - begin) * 1e3 / QUEUED:.1f} ms each, "
          f"{sum(status != 202 for status in statuses)} refused")


def flood_each(daemon, held, light, heavy, seconds):
    """Returns the daemon's peak memory in MB."""
    post = {"POST /experiments/validate": request(daemon.port, "/experiments/validate", "POST", json.dumps({"preset": "full"})),
            "POST /experiments": request(daemon.port, "/experiments", "POST", json.dumps({"preset": "none"}))}
    Percentiles(daemon.port, light).ask(seconds)  # until the slow readers have spread out
    quiet = Percentiles(daemon.port, light)
    quiet.ask(seconds)
    quiet.report()
    print(f"while {FLOODERS} clients at once flood one endpoint:")
    for name, sent in {**light, **heavy, **post}.items():
        others = Percentiles(daemon.port, {other: of for other, of in light.items() if other != name})
        with Flood(daemon.port, sent, FLOODERS) as flood:
            with Cpus(daemon=daemon.process.pid, flood=flood.process.pid, held=held.process.pid,
                      client=os.getpid()) as cpus:
                others.ask(seconds)
            answers = flood.count
        light_p99, of_light = others.worst(heavy=False)
        heavy_p99, of_heavy = others.worst(heavy=True)
        print(f"  {name:<34} p99 of others at worst {light_p99:6.1f} ms ({of_light}), {heavy_p99:6.1f} ms ({of_heavy}); "
              f"{sum(others.refused.values())} refused, {answers} answers to the flood; memory {daemon.memory_mb()[0]:.0f} MB; "
              f"CPUs: {cpus}{'' if max(light_p99, heavy_p99) < GOAL_MS else '  MISSED'}", flush=True)
    return daemon.memory_mb()[1]


def measure(options, data, repeated, broad, newest):
    begin = time.perf_counter()
    daemon = Daemon(options.binary, data)
    try:
        print(f"listening after {(time.perf_counter() - begin) * 1e3:.0f} ms")
        answer(daemon.port, "/experiments", "POST", json.dumps(FIRST), {"Content-Type": "application/json"})
        light, heavy = requests_of(daemon.port, options.runs, repeated, broad, newest)
        print("while the file is checked, with a run queued:")
        start = Percentiles(daemon.port, light)
        start.ask(options.seconds)
        start.report()
        give_heavy_answers(daemon, heavy)
        queue_sweeps(daemon)
        paths = [f"/experiments/{repeated[i % 2]}/{('export.ndjson', 'results.csv', 'runs?limit=500')[i % 3]}"
                 for i in range(SLOW_READERS)]
        slow = [(path, SLOW_BYTES[i // 6 % 2]) for i, path in enumerate(paths)]
        print(f"with {STREAMS} event streams and {SLOW_READERS} slow readers:")
        with Held(daemon.port, STREAMS, slow) as held:
            most = flood_each(daemon, held, light, heavy, options.seconds)
            print(f"the streams and slow readers have asked {held.count} times")
        print(f"resident memory: {most:.0f} MB at most, goal: under {GOAL_MB} MB, {'met' if most < GOAL_MB else 'MISSED'}")
    finally:
        daemon.stop()


if __name__ == "__main__":
    sys.exit(main())
