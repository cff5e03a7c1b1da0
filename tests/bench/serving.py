"""Measures the daemon with many runs stored: readiness, latency of its lists, rate of results.csv, memory.

Percentiles are over sequential requests, each on its own connection, since the daemon serves one request a connection.
"""
import argparse
import http.client
import json
import signal
import subprocess
import sys
import tempfile
import time

EXPERIMENTS_ASKED = 50
REQUESTS = 500


def request(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        if response.status != 200:
            raise SystemExit(f"GET {path} answered {response.status}: {response.read(500)}")
        return response.read()
    finally:
        connection.close()


def percentiles(port, name, path, goal_ms):
    times = []
    for _ in range(REQUESTS):
        begin = time.perf_counter()
        request(port, path)
        times.append((time.perf_counter() - begin) * 1e3)
    times.sort()
    p99 = times[int(REQUESTS * 0.99)]
    report(name, f"p50 {times[REQUESTS // 2]:.2f} ms, p99 {p99:.2f} ms", f"p99 under {goal_ms} ms", p99 < goal_ms)


def resident_mb(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        fields = dict(line.split(":", 1) for line in status)
    return int(fields["VmRSS"].split()[0]) / 1024, int(fields["VmHWM"].split()[0]) / 1024


def report(name, figure, goal, met):
    print(f"{name:<44} {figure:<36} goal: {goal}, {'met' if met else 'MISSED'}", flush=True)


def csv_rows_per_second(port, largest):
    begin = time.perf_counter()
    rows = sum(request(port, f"/experiments/{number}/results.csv").count(b"\n") - 1 for number in largest)
    seconds = time.perf_counter() - begin
    report("results.csv", f"{rows / seconds:,.0f} rows/s ({rows} rows)", "50,000 rows/s", rows / seconds >= 50_000)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True, help="copybenchd")
    parser.add_argument("--fill", required=True, help="bench_store, which fills the database")
    parser.add_argument("--runs", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="copybench-bench-") as data:
        subprocess.run([options.fill, str(options.runs), data], check=True)
        begin = time.perf_counter()
        daemon = subprocess.Popen([options.binary, "serve", "--config", "/dev/null", "--listen", "127.0.0.1:0", "--data-dir", data],
                                  stderr=subprocess.PIPE, text=True)
        try:
            for line in daemon.stderr:
                if "listening on" in line:
                    break
            else:
                raise SystemExit("the daemon did not start")
            port = int(line.split("listening on ")[1].split(",")[0].rsplit(":", 1)[1])
            request(port, "/healthz")
            ready_ms = (time.perf_counter() - begin) * 1e3
            report(f"ready to answer, {options.runs} runs stored", f"{ready_ms:.0f} ms", "200 ms", ready_ms < 200)
            newest = json.loads(request(port, "/experiments?limit=1"))["items"][0]["id"]
            percentiles(port, f"a page of {EXPERIMENTS_ASKED} experiments", f"/experiments?limit={EXPERIMENTS_ASKED}", 10)
            percentiles(port, "one experiment", f"/experiments/{newest}", 10)
            csv_rows_per_second(port, range(1, newest + 1))
            now, most = resident_mb(daemon.pid)
            report("resident memory after all that", f"{now:.1f} MB (at most {most:.1f})", "under 40 MB", most < 40)
        finally:
            daemon.send_signal(signal.SIGTERM)
            daemon.communicate()


if __name__ == "__main__":
    sys.exit(main())
