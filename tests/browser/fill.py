"""fill.py DATABASE KIND: writes an experiment into a stopped daemon's database that would take too long to measure.

thousand: 1,000 completed runs with all figures, counters included, in plain engine order; some figures missing.
failed:   12 runs, all of them failed.
mixed:    two engines, one of which fails at the larger size; one run lacks its page faults, one is flagged.
searched: a search that found its crossover; the interval of one ratio spans the whole axis.
profiled: one configuration of three runs, and its profile.
levels:   16 experiments of one configuration, slower by a quarter from the ninth on; a run of the third is flagged.
"""

import json
import random
import sqlite3
import sys

NOW_MS = 1_760_000_000_000
STEP = {"kind": "step", "detail": "Throughput changed by -21.0 % at 0.1 s into the window and stayed there (Pettitt)."}
DOUBTFUL = {("Some runs failed", "two_copy", 4096, 3), ("Level 3", "zero_copy", 2048, 2)}
REASON = "the server ended before its window was over: exit status 1"


def spec(name, engines, field_sizes, threads, repetitions):
    return {"name": name, "preset": None, "engines": engines, "field_sizes": field_sizes, "threads": threads,
            "duration_s": 0.2, "warmup_s": 0.1, "repetitions": repetitions, "order": "shuffled", "seed": 7,
            "pattern": "stream", "receive": "recv", "tcp_nodelay": False, "socket_buffer_bytes": None,
            "server_cpus": "auto", "client_cpus": "auto", "events": ["cpu-cycles", "cache-misses"]}


def figures(engine, field_bytes, threads, rng):
    """Plausible figures: larger messages are faster, the lead among modes changes with the size."""
    slow = {"two_copy": 1.0, "one_copy": 0.7, "zero_copy": 0.3}[engine]
    fast = {"two_copy": 20.0, "one_copy": 27.0, "zero_copy": 24.0}[engine]
    size = field_bytes * 8
    gbps = (slow * 6 + fast * size / (size + 60_000)) * threads ** 0.5 * rng.uniform(0.98, 1.02)
    moved = int(gbps * 0.2e9 / 8)
    latency = 40 * threads * rng.uniform(0.9, 1.1)
    row = {
        "window_s": 0.2, "throughput_gbps": gbps, "latency_us": latency, "latency_p50_us": latency * 0.9,
        "latency_p90_us": latency * 1.6, "latency_p99_us": latency * 4, "latency_p999_us": latency * 12,
        "latency_max_us": latency * 40, "bytes": moved, "messages": moved // size, "cpu_cycles": int(moved * 0.9),
        "instructions": int(moved * 1.2), "cache_misses": moved // 90, "l1_dcache_load_misses": moved // 40,
        "llc_load_misses": moved // 200, "context_switches": int(300 * rng.uniform(0.5, 2)), "page_faults": 0,
        "task_clock_ns": 180_000_000, "cycles_per_byte": 0.9 / (0.5 + slow), "cpu_ns_per_byte": 0.3 / (0.5 + slow),
        "system_cpu_ns_per_byte": 0.6, "retransmits": rng.choice([0, 0, 0, 2]),
    }
    if engine == "zero_copy":
        row |= {"zerocopy_sends": moved // size, "zerocopy_completions": moved // size, "zerocopy_copied": moved // size,
                "zerocopy_enobufs": 0}
    return row


def counters(row):
    """perf's message for the events without a value."""
    return [{"event": event, "value": None, "unit": "count", "reason": reason}
            for event, figure, reason in (("LLC-load-misses", "llc_load_misses", "not supported"),
                                          ("page-faults", "page_faults", "counted for 0.31 s of 0.2 s"))
            if row[figure] is None]


def evidence(row):
    window = 200_000_000
    return {"windows_ns": {"client": window, "server": window},
            "counters": counters(row),
            "server": {"cpu_ns": 150_000_000, "bytes": row["bytes"], "messages": row["messages"]},
            "machine_cpu": {"user_ns": 90_000_000, "nice_ns": 0, "system_ns": 160_000_000, "idle_ns": 100_000_000,
                            "iowait_ns": 0, "irq_ns": 0, "softirq_ns": 40_000_000, "steal_ns": 10_000_000, "guest_ns": 0,
                            "busy_ns": 290_000_000},
            "latency_histogram": [[20_000 + 500 * i, 1 + 400_000 // (1 + i * i)] for i in range(900)],
            "samples": {"every_ms": 100, "bytes": [row["bytes"] // 2, row["bytes"]]}}


def levels():
    rng = random.Random(2)
    for number in range(1, 17):
        whole = spec(f"Level {number}", ["zero_copy"], [2048], [1], 3)
        rows = [figures("zero_copy", 2048, 1, rng) for _ in range(3)]
        for row in rows:
            row["throughput_gbps"] *= 1 if number < 9 else 0.75
        yield whole, [(("zero_copy", 2048, 1, repetition), row) for repetition, row in enumerate(rows, 1)]


def searched():
    rng = random.Random(3)
    engines, metric, pairs = ["one_copy", "zero_copy"], "cpu_ns_per_byte", 3
    whole = spec("Searched", engines, {"from": 64, "to": 1024}, [1], pairs)
    whole |= {"find": "crossover", "of": engines, "metric": metric}
    del whole["engines"], whole["repetitions"]
    runs = [((engine, size, 1, repetition), figures(engine, size, 1, rng))
            for size in (64, 256, 1024) for repetition in range(1, pairs + 1) for engine in engines]
    path = [{"field_bytes": size, "pairs": pairs, "failed_pairs": 0, "ratio": ratio, "p": p,
             "ci95": {"low": ratio / wide, "high": ratio * wide, "coverage": 0.95, "method": "Student's t"},
             "verdict": "better" if better else "no_difference", "better": better}
            for size, ratio, wide, p, better in ((64, 0.5, 1.1, 0.001, "one_copy"), (256, 1.1, 1e6, 0.6, None),
                                                 (1024, 2.5, 1.2, 0.002, "zero_copy"))]
    interval = {"low": 64, "high": 1024, "coverage": 0.95, "method": "t tests"}
    crossing = {"below": "one_copy", "above": "zero_copy", "size_bytes": 250, "interval": interval}
    answer = (f"one_copy has the better {metric} up to fields of 64 bytes, zero_copy from 1024 bytes on, and the change is "
              "at about 250 bytes, a message of 2000 (64 to 1024 bytes with 95 % confidence).")
    found = {"state": "found", "of": engines, "metric": metric, "confidence": 0.95, "size_bytes": 250, "interval": interval,
             "crossings": [crossing], "path": path, "answer": answer}
    return whole, runs, {"crossover": found}


def plan(kind):
    """Returns the spec and, for each run, its configuration with figures, or with None if it failed."""
    rng = random.Random(1)
    engines = ["two_copy", "one_copy", "zero_copy"]
    if kind == "thousand":
        whole = spec("A thousand runs", engines, [256, 512, 1024, 4096, 16384, 65536, 262144], [1, 2, 4, 8], 12)
    elif kind == "failed":
        whole = spec("All runs failed", engines, [512, 4096], [1, 2], 1)
    elif kind == "profiled":
        whole = spec("With a profile", ["one_copy"], [4096], [1], 3) | {"profile": True}
    else:
        whole = spec("Some runs failed", ["two_copy", "one_copy"], [512, 4096], [1], 3)
    # A profile is one repetition after the last.
    repetitions = whole["repetitions"] + whole.get("profile", False)
    runs = [(engine, field, thread, repetition) for repetition in range(1, repetitions + 1)
            for field in whole["field_sizes"] for thread in whole["threads"] for engine in whole["engines"]]
    result = []
    for engine, field, thread, repetition in runs[:1000]:
        failed = kind == "failed" or (kind == "mixed" and engine == "one_copy" and field == 4096)
        row = None if failed else figures(engine, field, thread, rng)
        if row and kind == "thousand":
            row["llc_load_misses"] = None
        if row and kind == "mixed" and engine == "two_copy" and field == 4096 and repetition == 2:
            row["page_faults"] = None
        result.append(((engine, field, thread, repetition), row))
    return whole, result


def fill(path, whole, runs, findings=None):
    failed = sum(row is None for _, row in runs)
    with sqlite3.connect(path) as database:
        experiment = database.execute(
            "INSERT INTO experiments (state, spec_json, created_at_ms, started_at_ms, finished_at_ms, reason, runs_total,"
            " runs_completed, runs_failed, findings_json) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            ("failed" if failed == len(runs) else "completed", json.dumps(whole), NOW_MS, NOW_MS, NOW_MS + len(runs) * 400,
             "no run completed" if failed == len(runs) else None, len(runs), len(runs) - failed, failed,
             json.dumps(findings) if findings else None)).lastrowid
        sequence = database.execute("SELECT last FROM sequences").fetchone()[0]
        for position, ((engine, field, thread, repetition), row) in enumerate(runs):
            sequence += 1
            doubtful = (whole["name"], engine, field, repetition) in DOUBTFUL
            fixed = {"experiment_id": experiment, "position": position, "engine": engine, "field_bytes": field,
                     "threads": thread, "repetition": repetition, "state": "completed" if row else "failed",
                     "finish_sequence": sequence, "started_at_ms": NOW_MS + position * 400,
                     "finished_at_ms": NOW_MS + position * 400 + 350, "reason": None if row else REASON,
                     "counters_json": json.dumps(counters(row)) if row else None,
                     "flags_json": json.dumps([STEP] if doubtful else []),
                     "kind": "profile" if repetition > whole.get("repetitions", repetition) else "measured"}
            columns = fixed | (row or {})
            run = database.execute(f"INSERT INTO runs ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
                                   list(columns.values())).lastrowid
            if row:
                database.execute("INSERT INTO run_evidence VALUES (?, ?, '')", (run, json.dumps(evidence(row))))
        database.execute("UPDATE sequences SET last = ?", (sequence,))
    database.close()
    print(experiment)


if __name__ == "__main__":
    kind = sys.argv[2]
    for one in levels() if kind == "levels" else [searched() if kind == "searched" else plan(kind)]:
        fill(sys.argv[1], *one)
