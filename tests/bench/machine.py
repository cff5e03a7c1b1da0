"""Describes the machine of a benchmark, and what else it did meanwhile."""
import json
import os
import platform
import resource
import subprocess

SETTINGS = ("net/ipv4/tcp_wmem", "net/ipv4/tcp_rmem", "net/ipv4/tcp_congestion_control")


def facts():
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return {"host": platform.node(), "kernel": platform.release(), "cpu": models[0] if models else platform.machine(),
            "cpus": len(os.sched_getaffinity(0)), "load": load(),
            **{name: setting(name) for name in SETTINGS}}


def setting(name):
    with open(f"/proc/sys/{name}", encoding="ascii") as file:
        return " ".join(file.read().split())


def load():
    with open("/proc/loadavg", encoding="ascii") as file:
        return " ".join(file.read().split()[:3])


def calibration(binary, cpus):
    """GB/s of memcpy on the first of these CPUs: in cache and out of memory (see core/host/calibrate.h)."""
    first = cpus.split(",")[0]
    report = subprocess.run([binary, "calibrate", "--cpus", first], stdout=subprocess.PIPE, check=True, timeout=60)
    values = json.loads(report.stdout)
    return {"cached": values["memcpy_cached_gbytes_per_s"], "memory": values["memcpy_memory_gbytes_per_s"]}


class Watch:
    """Within its `with`: how many CPUs other processes used, and how many the hypervisor stole."""

    def __enter__(self):
        self._before = self._now()
        return self

    def __exit__(self, *_):
        self._after = self._now()

    @staticmethod
    def _now():
        ours = 0.0
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
            usage = resource.getrusage(who)
            ours += usage.ru_utime + usage.ru_stime
        with open("/proc/stat", encoding="ascii") as file:
            user, nice, system, _, _, irq, softirq, steal = map(int, file.readline().split()[1:9])
        tick = os.sysconf("SC_CLK_TCK")
        return (user + nice + system + irq + softirq) / tick, steal / tick, ours, os.times().elapsed

    @property
    def others(self):
        busy, _, ours, wall = (after - before for after, before in zip(self._after, self._before))
        return max(0.0, (busy - ours) / wall)

    @property
    def stolen(self):
        _, stolen, _, wall = (after - before for after, before in zip(self._after, self._before))
        return stolen / wall
