"""Prints the table of a peers benchmark from its record. Pure."""
import statistics

import programs
import ratios

KIB = 1024
GOAL_EACH = {"two_copy": 1.0, "one_copy": 1.1}
GOAL_MEAN = {"two_copy": 1.1}
ONE_COPY_FROM = 256 * KIB
# Copies of the payload by the sender's CPUs: gather and send, or send alone. The receiver copies on other CPUs.
SENDER_COPIES = {"two_copy": 2, "one_copy": 1}
# A measurement counts as disturbed above this many CPUs of others' or stolen time.
DISTURBED = 0.1


class Figures:
    """Returns the record's measurements by program and point."""

    def __init__(self, record):
        self.programs = record["settings"]["programs"]
        self.points = [(size, connections) for size in record["settings"]["sizes"]
                       for connections in record["settings"]["connections"]]
        self._by_round = {}
        for number, taken in enumerate(record["rounds"]):
            for one in taken["measurements"]:
                key = one["program"], (one["message_bytes"], one["connections"])
                self._by_round.setdefault(key, {})[number] = one["gbps"]

    def median(self, program, point):
        return statistics.median(self._by_round[program, point].values())

    def ratios(self, engine, peer, point):
        return ratios.paired(self._by_round[engine, point], self._by_round[peer, point])

    def best_peer(self, point):
        peers = [name for name in self.programs if name in programs.PEERS]
        return max(peers, key=lambda peer: self.median(peer, point)) if peers else None


def goal(engine, point, figures):
    """Returns the (peer, ratio) goal of this point, if it has one."""
    if engine == "two_copy":
        peer = figures.best_peer(point)
    else:
        peer = "iperf3" if point[0] >= ONE_COPY_FROM and "iperf3" in figures.programs else None
    return (peer, GOAL_EACH[engine]) if peer else None


def verdict(median, low, high, wanted):
    if median >= wanted:
        return "met" if low >= wanted else "met, barely"
    return "missed" if high < wanted else "missed, barely"


def limits_gbps(engine, connections, memcpy, sender_cpus):
    """The limit by memcpy, in cache and out of memory: each sending CPU makes the sender's copies of its bytes, while as many
    receiving CPUs make one."""
    at_once = min(connections, sender_cpus)
    return {name: at_once * gbytes * 8 / SENDER_COPIES[engine] for name, gbytes in memcpy.items()}


def cell(values):
    low, high, _ = ratios.median_interval(values)
    return f"{statistics.median(values):>5.2f} ({low:.2f}-{high:.2f})"


def engine_table(engine, figures, memcpy, sender_cpus):
    peers = [name for name in figures.programs if name in programs.PEERS]
    yield f"{engine}, {SENDER_COPIES[engine] + 1} copies, {SENDER_COPIES[engine]} of them by the sender"
    yield (f"{'message':>8} {'conn.':>5} {'Gbit/s':>7} " + " ".join(f"{'/ ' + peer:<18}" for peer in peers) +
           f" {'limit in cache':>15} {'out of memory':>15}  goal")
    for point in figures.points:
        size, connections = point
        median = figures.median(engine, point)
        row = f"{size // KIB:>4} KiB {connections:>5} {median:>7.2f} "
        row += " ".join(f"{cell(figures.ratios(engine, peer, point)):<18}" for peer in peers)
        for limit in limits_gbps(engine, connections, memcpy, sender_cpus).values():
            row += f" {limit:>7.0f} ({median / limit:>4.0%})"
        wanted = goal(engine, point, figures)
        if wanted:
            of_peer = figures.ratios(engine, wanted[0], point)
            low, high, _ = ratios.median_interval(of_peer)
            row += f"  {wanted[1]:.1f} of {wanted[0]}: {verdict(statistics.median(of_peer), low, high, wanted[1])}"
        yield row
    for peer, name in [(peer, peer) for peer in peers] + [(None, "the best peer of each point")]:
        if not peers:
            break
        of_points = [figures.ratios(engine, peer or figures.best_peer(point), point) for point in figures.points]
        mean, low, high = ratios.geometric_mean_interval(of_points)
        line = f"geometric mean over {name}: {mean:.3f} ({low:.3f}-{high:.3f})"
        if peer is None and engine in GOAL_MEAN:
            line += f", goal {GOAL_MEAN[engine]:.1f}: {verdict(mean, low, high, GOAL_MEAN[engine])}"
        yield line


def text(record):
    figures = Figures(record)
    rounds = record["rounds"]
    facts = record["machine"]
    memcpy = {name: statistics.median(taken["memcpy_gbytes_per_s"][name] for taken in rounds)
              for name in ("cached", "memory")}
    measurements = [one for taken in rounds for one in taken["measurements"]]
    disturbed = [one for one in measurements if one["others_cpus"] > DISTURBED or one["stolen_cpus"] > DISTURBED]
    coverage = ratios.median_interval(list(range(len(rounds))))[2]
    lines = [
        f"{facts['host']}, Linux {facts['kernel']}, {facts['cpus']} x {facts['cpu']}, loopback",
        "versions: " + ", ".join(f"{name} {version}" for name, version in record["versions"].items()),
        f"socket buffers the kernel's (tcp_wmem {facts['net/ipv4/tcp_wmem']}, tcp_rmem {facts['net/ipv4/tcp_rmem']}), "
        f"{facts['net/ipv4/tcp_congestion_control']}; load at each round: " + "; ".join(taken["load"] for taken in rounds),
        f"memcpy on one CPU: {memcpy['cached']:.1f} GB/s in cache, {memcpy['memory']:.1f} GB/s out of memory (median of "
        f"a calibration a round)",
        f"n = {len(rounds)} rounds of {record['settings']['seconds']} s a program; a ratio is the median of those within "
        f"each round, its interval by order statistics ({coverage:.1%}); of geometric means by bootstrap over rounds (95 %)",
    ]
    if disturbed:
        most = max(max(one["others_cpus"], one["stolen_cpus"]) for one in disturbed)
        lines.append(f"WARNING: other processes, or the hypervisor, took more than {DISTURBED:.0%} of a CPU in "
                     f"{len(disturbed)} of {len(measurements)} measurements, up to {most:.0%}: repeat on a quiet machine.")
    for engine in programs.ENGINES:
        if engine in figures.programs:
            lines += ["", *engine_table(engine, figures, memcpy, facts["sender_cpus"])]
    return "\n".join(lines)
