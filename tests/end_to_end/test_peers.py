"""The benchmark beside peers: each program measures, and the report of made-up figures says what it should."""

import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

BENCH = pathlib.Path(__file__).parent.parent / "bench"
sys.path.insert(0, str(BENCH))
# pylint: disable=wrong-import-position
import programs
import ratios

BINARY = os.environ.get("COPYBENCH_BINARY", "build/copybenchd")
KIB = 1024


def made_up(rounds):
    """two_copy a quarter faster than iperf3 except at 256 KiB, where it is slower; one_copy half as fast again as iperf3."""
    factors = {"two_copy": {4: 1.25, 256: 0.9}, "one_copy": {4: 1.5, 256: 1.5}, "iperf3": {4: 1, 256: 1}}
    taken = []
    for number in range(rounds):
        measurements = [{"message_bytes": size * KIB, "connections": 1, "program": program, "others_cpus": 0.0,
                         "stolen_cpus": 0.5 if number == 0 else 0.0, "gbps": 10 * factor * (1 + 0.01 * number)}
                        for program, by_size in factors.items() for size, factor in by_size.items()]
        taken.append({"load": "0.10 0.20 0.30", "memcpy_gbytes_per_s": {"cached": 40.0, "memory": 10.0},
                      "measurements": measurements})
    return {"settings": {"seconds": 1, "sizes": [4 * KIB, 256 * KIB], "connections": [1], "programs": list(factors)},
            "machine": {"host": "h", "kernel": "6.1", "cpu": "c", "cpus": 2, "load": "0 0 0", "sender_cpus": 1,
                        "net/ipv4/tcp_wmem": "1 2 3", "net/ipv4/tcp_rmem": "1 2 3",
                        "net/ipv4/tcp_congestion_control": "cubic"},
            "versions": {program: "1.0" for program in factors},
            "rounds": taken}


class Peers(unittest.TestCase):
    def test_each_program_measures(self):
        missing = programs.missing_peers()
        if missing:
            print(f"skipped: {', '.join(missing)}; apt-get install {' '.join(missing)}", file=sys.stderr)
        place = programs.Placement()
        wanted = [name for name in programs.ENGINES + programs.PEERS if name not in missing]
        # In parallel: the figures do not matter here, and this takes a second.
        with concurrent.futures.ThreadPoolExecutor(len(wanted)) as pool:
            for name, figure in zip(wanted, pool.map(
                    lambda name: programs.gbps(BINARY, name, place, 64 * KIB, 2, 1), wanted)):
                with self.subTest(program=name):
                    self.assertGreater(figure, 0)
        if missing:
            self.skipTest(f"without {', '.join(missing)}")

    def test_intervals_are_those_of_the_tables(self):
        # Conover, Practical Nonparametric Statistics, the sign test's order statistics.
        for n, rank, coverage in ((5, 1, 0.9375), (6, 1, 0.96875), (9, 2, 0.9609), (20, 6, 0.9586)):
            low, high, covered = ratios.median_interval(list(range(1, n + 1)))
            self.assertEqual((low, high), (rank, n + 1 - rank))
            self.assertAlmostEqual(covered, coverage, places=4)
        mean, low, high = ratios.geometric_mean_interval([[2.0, 2.0, 2.0], [0.5, 0.5, 0.5]])
        self.assertAlmostEqual(mean, 1.0)
        self.assertAlmostEqual(low, high)
        self.assertEqual(ratios.paired({0: 2.0, 1: 3.0}, {1: 2.0, 2: 9.0}), [1.5])

    def test_the_report_shows_goals_limits_and_disturbance(self):
        with tempfile.TemporaryDirectory(prefix="copybench-peers-") as folder:
            file = pathlib.Path(folder) / "record.json"
            file.write_text(json.dumps(made_up(6)), encoding="utf-8")
            done = subprocess.run([sys.executable, "-B", BENCH / "peers.py", "--binary", BINARY, "--rounds", "0",
                                   "--file", file], capture_output=True, text=True, timeout=60, check=True)
        for expected in ("n = 6 rounds", "(96.9%)", "in 6 of 36 measurements, up to 50%", "1.0 of iperf3: met",
                         "1.0 of iperf3: missed", "1.1 of iperf3: met", "geometric mean over iperf3: 1.061 (1.061-1.061)",
                         "160 (  8%)", "320 (  5%)", "goal 1.1: missed"):
            self.assertIn(expected, done.stdout)


if __name__ == "__main__":
    unittest.main()
