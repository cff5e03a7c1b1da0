"""How fast copybench's engines send, beside iperf3: ratios, measured side by side.

The same message size and number of connections for each program, the sender bound to one CPU and the receiver to another;
rounds alternate between the programs, and a ratio is the median over the rounds of the ratio within each round.
"""
import argparse
import json
import signal
import socket
import statistics
import subprocess
import sys

KIB = 1024
SIZES = (4 * KIB, 32 * KIB, 256 * KIB)
CONNECTIONS = (1, 2)
ENGINES = ("two_copy", "one_copy")
GOALS = {("two_copy", size): 1.0 for size in SIZES} | {("one_copy", 256 * KIB): 1.1}
SENDER_CPU, RECEIVER_CPU = "0", "1"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def iperf3_gbps(size, connections, seconds):
    port = str(free_port())
    server = subprocess.Popen(
        ["taskset", "-c", RECEIVER_CPU, "iperf3", "--server", "--one-off", "--bind", "127.0.0.1", "--port", port,
         "--forceflush"], stdout=subprocess.PIPE, text=True)
    try:
        for line in server.stdout:
            if "Server listening" in line:
                break
        # iperf3's client is the side that sends.
        client = subprocess.run(
            ["taskset", "-c", SENDER_CPU, "iperf3", "--client", "127.0.0.1", "--port", port, "--length", str(size),
             "--parallel", str(connections), "--time", str(seconds), "--interval", "0", "--json"],
            stdout=subprocess.PIPE, text=True, check=True)
        return json.loads(client.stdout)["end"]["sum_received"]["bits_per_second"] / 1e9
    finally:
        server.terminate()
        server.communicate()


def copybench_gbps(binary, engine, size, connections, seconds):
    shape = ["--field-bytes", str(size // 8), "--threads", str(connections), "--format", "json"]
    server = subprocess.Popen([binary, "engine", engine, "--port", "0", "--cpus", SENDER_CPU, *shape],
                              stdout=subprocess.PIPE, text=True)
    try:
        port = json.loads(server.stdout.readline())["port"]
        load = subprocess.run([binary, "load", "--port", str(port), "--cpus", RECEIVER_CPU, "--duration", str(seconds),
                               *shape], stdout=subprocess.PIPE, text=True, check=True)
        return json.loads(load.stdout.splitlines()[-1])["throughput_gbps"]
    finally:
        server.send_signal(signal.SIGINT)
        server.communicate()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True, help="copybenchd")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=1, help="of each measurement, whole ones as iperf3 takes them")
    options = parser.parse_args()

    print(f"Throughput beside iperf3 on loopback, {options.rounds} rounds of {options.seconds} s each, sender on CPU "
          f"{SENDER_CPU}, receiver on CPU {RECEIVER_CPU}.")
    print(f"{'message':>9} {'connections':>11} {'iperf3':>13} " +
          " ".join(f"{engine:>13} {'ratio':>6} {'(range)':>13} {'goal':>9}" for engine in ENGINES))
    missed = 0
    for size in SIZES:
        for connections in CONNECTIONS:
            rounds = []
            for _ in range(options.rounds):
                result = {"iperf3": iperf3_gbps(size, connections, options.seconds)}
                for engine in ENGINES:
                    result[engine] = copybench_gbps(options.binary, engine, size, connections, options.seconds)
                rounds.append(result)
            cells = [f"{size // KIB:>5} KiB {connections:>11} {statistics.median(r['iperf3'] for r in rounds):>6.2f} Gbit/s"]
            for engine in ENGINES:
                ratios = sorted(r[engine] / r["iperf3"] for r in rounds)
                ratio = statistics.median(ratios)
                goal = GOALS.get((engine, size))
                verdict = "" if goal is None else f"{goal:.1f} {'met' if ratio >= goal else 'missed'}"
                missed += goal is not None and ratio < goal
                cells.append(f"{statistics.median(r[engine] for r in rounds):>6.2f} Gbit/s {ratio:>6.2f} "
                             f"({ratios[0]:>5.2f}-{ratios[-1]:<5.2f}) {verdict:>10}")
            print(" ".join(cells), flush=True)
    print("Every goal was met." if missed == 0 else f"{missed} goals were missed.")


if __name__ == "__main__":
    sys.exit(main())
