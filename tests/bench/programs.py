"""The compared programs. Each sends over loopback for a while and reports its payload in Gbit/s.

Common settings: the sender is bound to one half of the CPUs and the receiver to the other, the kernel tunes the socket
buffers, Nagle's algorithm is on, and the receiver copies every byte out of the kernel. README.md has each program's
differences and which side counts the bytes.
"""
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time

START_LIMIT_S = 10
ENGINES = ("two_copy", "one_copy")
PEERS = ("iperf3", "nuttcp", "sockperf")
SOCKPERF_MOST_BYTES = (1 << 20) - 1


class Placement:
    """The CPUs that senders and receivers are bound to: halves of the allowed ones, like copybench's `auto`."""

    def __init__(self):
        allowed = sorted(os.sched_getaffinity(0))
        half = len(allowed) // 2
        self.sender = ",".join(map(str, allowed[:half] or allowed))
        self.receiver = ",".join(map(str, allowed[half:]))
        self.sender_cpus = half or 1


def missing_peers():
    return [peer for peer in PEERS if shutil.which(peer) is None]


def version(binary, program):
    if program in ENGINES:
        command = [binary, "--version"]
    else:
        if program in missing_peers():
            return "not installed"
        command = [program, "-V"] if program == "nuttcp" else [program, "--version"]
    text = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False).stdout
    found = re.search(r"\d+(\.\d+)+(-[\w.+]+)?", text)
    return found.group() if found else "unknown"


def free_ports(count):
    """Returns the first port of a range of that many free ports."""
    while True:
        with contextlib.ExitStack() as probes:
            first = probes.enter_context(socket.socket())
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                for other in range(port + 1, port + count):
                    probes.enter_context(socket.socket()).bind(("127.0.0.1", other))
            except (OSError, OverflowError):
                continue
            return port


def listens(port):
    state_listen = "0A"
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with open(table, encoding="ascii") as lines:
            for line in lines:
                columns = line.split()
                if columns[3] == state_listen and int(columns[1].rsplit(":", 1)[1], 16) == port:
                    return True
    return False


@contextlib.contextmanager
def server(command, port):
    """Starts it, waits until it listens, and stops it afterwards. No peer reports readiness, so this asks the kernel."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + START_LIMIT_S
        while not listens(port):
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                raise SystemExit(f"{' '.join(command)} does not listen: {process.communicate()[1].strip()[-500:]}")
            time.sleep(0.005)
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=START_LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def output(command, seconds):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False,
                          timeout=seconds + 3 * START_LIMIT_S)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed: {(done.stderr or done.stdout).strip()[-500:]}")
    return done.stdout


def on(cpus, *command):
    return ["taskset", "--cpu-list", cpus, *map(str, command)]


def number_after(pattern, text):
    found = re.search(pattern + r"([0-9.]+)", text)
    if not found:
        raise SystemExit(f"no {pattern} in: {text.strip()[-500:]}")
    return float(found.group(1))


def iperf3(place, size, connections, seconds):
    port = free_ports(1)
    with server(on(place.receiver, "iperf3", "--server", "--one-off", "--bind", "127.0.0.1", "--port", port), port):
        # iperf3's client is the sender.
        report = output(on(place.sender, "iperf3", "--client", "127.0.0.1", "--port", port, "--length", size,
                           "--parallel", connections, "--time", seconds, "--interval", 0, "--json"), seconds)
    return json.loads(report)["end"]["sum_received"]["bits_per_second"] / 1e9


def nuttcp(place, size, connections, seconds):
    port = free_ports(1 + connections)
    with server(on(place.receiver, "nuttcp", "-S", "-1", "--nofork", "-P", port), port):
        report = output(on(place.sender, "nuttcp", "-t", "-P", port, "-p", port + 1, f"-N{connections}", f"-l{size}",
                           f"-T{seconds}", "-fparse", "127.0.0.1"), seconds)
    return number_after("rate_Mbps=", report) / 1e3


def sockperf(place, size, connections, seconds):
    # Its connection lists (-f) reject messages of these sizes, so each connection has a pair of processes.
    size = min(size, SOCKPERF_MOST_BYTES)
    first = free_ports(connections)
    ports = range(first, first + connections)
    address = ("--tcp", "-i", "127.0.0.1", "-m", size, "-p")
    with contextlib.ExitStack() as servers:
        for port in ports:
            servers.enter_context(server(on(place.receiver, "sockperf", "server", *address, port), port))
        clients = [subprocess.Popen(on(place.sender, "sockperf", "throughput", *address, port, "-t", seconds),
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for port in ports]
        reports = [client.communicate(timeout=seconds + 3 * START_LIMIT_S)[0] for client in clients]
    # Its MBps are mebibytes; the message count is unambiguous.
    return sum(number_after("Message Rate is ", report) for report in reports) * size * 8 / 1e9


def copybench(binary, engine, place, size, connections, seconds):
    shape = ["--field-bytes", str(size // 8), "--threads", str(connections), "--format", "json"]
    process = subprocess.Popen([binary, "engine", engine, "--port", "0", "--cpus", place.sender, *shape],
                               stdout=subprocess.PIPE, text=True)
    try:
        port = json.loads(process.stdout.readline())["port"]
        # Without a warm-up, like the others.
        report = output([binary, "load", "--port", str(port), "--cpus", place.receiver, "--warmup", "0",
                         "--duration", str(seconds), *shape], seconds)
        return json.loads(report.splitlines()[-1])["throughput_gbps"]
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=START_LIMIT_S)


def gbps(binary, program, place, size, connections, seconds):
    if program in ENGINES:
        return copybench(binary, program, place, size, connections, seconds)
    return {"iperf3": iperf3, "nuttcp": nuttcp, "sockperf": sockperf}[program](place, size, connections, seconds)
