"""Measures copybench's engines, iperf3, nuttcp and sockperf alternately, and compares them with what memcpy allows.

A round measures every point (message size x connections) with every program, one right after another, in a new order
each time. README.md explains which settings are alike, and how to read the table.
"""
import argparse
import json
import os
import random
import sys

import machine
import programs
import report

KIB = 1024


def sizes(text):
    chosen = [int(part) * KIB for part in text.split(",")]
    if not all(KIB <= size <= KIB * KIB for size in chosen):
        raise argparse.ArgumentTypeError("sizes of messages are 1 to 1024 (KiB), joined by commas")
    return chosen


def counts(text):
    chosen = [int(part) for part in text.split(",")]
    if not all(1 <= count <= 64 for count in chosen):
        raise argparse.ArgumentTypeError("connections are 1 to 64, joined by commas")
    return chosen


def chosen_programs(text):
    names = text.split(",")
    known = programs.ENGINES + programs.PEERS
    if not set(names) <= set(known):
        raise argparse.ArgumentTypeError(f"programs are {', '.join(known)}, joined by commas")
    return names


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--binary", required=True, help="copybenchd")
    parser.add_argument("--rounds", type=int, default=7, help="measured now; 0 only prints what --file holds (%(default)s)")
    parser.add_argument("--seconds", type=int, default=1, help="of each measurement, whole ones (%(default)s)")
    parser.add_argument("--sizes", type=sizes, default=sizes("4,16,64,256,1024"), help="in KiB (4,16,64,256,1024)")
    parser.add_argument("--connections", type=counts, default=counts("1,2,4,8"), help="(1,2,4,8)")
    parser.add_argument("--programs", type=chosen_programs, default=list(programs.ENGINES + programs.PEERS),
                        help="some of two_copy,one_copy,iperf3,nuttcp,sockperf (all)")
    parser.add_argument("--file", help="JSON of everything measured; rounds that it holds already count as well")
    return parser.parse_args()


def empty_record(options):
    return {"settings": {"seconds": options.seconds, "sizes": options.sizes, "connections": options.connections,
                         "programs": options.programs},
            "machine": machine.facts() | {"sender_cpus": programs.Placement().sender_cpus},
            "versions": {program: programs.version(options.binary, program) for program in options.programs},
            "rounds": []}


def earlier_or_empty(options):
    record = empty_record(options)
    if not options.file or not os.path.exists(options.file):
        return record
    with open(options.file, encoding="utf-8") as file:
        earlier = json.load(file)
    for key in ("settings", "versions"):
        if options.rounds > 0 and earlier[key] != record[key]:
            raise SystemExit(f"{options.file} has other {key}: {earlier[key]}; give those, or another --file")
    return earlier


def save(options, record):
    if options.file:
        with open(options.file + ".new", "w", encoding="utf-8") as file:
            json.dump(record, file, indent=1)
        os.replace(options.file + ".new", options.file)


def measure_round(options, number):
    place = programs.Placement()
    taken = {"load": machine.load(), "memcpy_gbytes_per_s": machine.calibration(options.binary, place.sender),
             "measurements": []}
    points = [(size, connections) for size in options.sizes for connections in options.connections]
    # Shuffled: the kernel starts a connection with metrics of the previous one to the same host (tcp_metrics).
    shuffle = random.Random(number)
    for size, connections in points:
        for program in shuffle.sample(options.programs, len(options.programs)):
            with machine.Watch() as watch:
                figure = programs.gbps(options.binary, program, place, size, connections, options.seconds)
            taken["measurements"].append({"message_bytes": size, "connections": connections, "program": program,
                                          "gbps": figure, "others_cpus": watch.others, "stolen_cpus": watch.stolen})
    return taken


def main():
    options = arguments()
    missing = [name for name in programs.missing_peers() if name in options.programs]
    if missing and options.rounds > 0:
        raise SystemExit(f"{', '.join(missing)} not found; tests/bench/run installs what is missing")
    record = earlier_or_empty(options)
    for number in range(options.rounds):
        record["rounds"].append(measure_round(options, len(record["rounds"])))
        save(options, record)
        print(f"round {number + 1} of {options.rounds}", file=sys.stderr, flush=True)
    if not record["rounds"]:
        raise SystemExit("no rounds: nothing was measured")
    print(report.text(record))


if __name__ == "__main__":
    sys.exit(main())
