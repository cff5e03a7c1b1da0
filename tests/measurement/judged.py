"""Runs a suite that tests figures: judged.py COMMAND...

Figures are only reliable on a quiet machine. If other programs use it before the suite starts, the suite is not run; if they
did while it failed, its failure proves nothing. Both end with "not judged: why" and exit status 77 (skipped); otherwise the
status is the command's. Statistical tests may fail by chance, or by time that a hypervisor steals silently: a suite that fails
on a quiet machine is run once more, and that result counts.
"""
import ctypes
import os
import resource
import subprocess
import sys
import time

NOT_JUDGED = 77
PROBE_S = 1.0
# CPUs that others use. A quiet machine's own services take a hundredth or two.
BUSY_BEFORE = 0.25
BUSY_DURING = 0.1
PR_SET_CHILD_SUBREAPER = 36


def machine_cpu_s(text=None):
    """CPU time of all processes on this machine, without interrupts, plus what a hypervisor gave to others."""
    if text is None:
        with open("/proc/stat", encoding="ascii") as file:
            text = file.read()
    user, nice, system, _, _, _, _, steal = (int(ticks) for ticks in text.split("\n", 1)[0].split()[1:9])
    return (user + nice + system + steal) / os.sysconf("SC_CLK_TCK")


def own_cpu_s():
    """CPU time of this process and of all its descendants that have ended."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


class Watch:
    """How many CPUs other programs used on average, from the start to the call of others()."""

    def __init__(self):
        self.start = time.monotonic(), machine_cpu_s(), own_cpu_s()

    def others(self):
        begun, machine, own = self.start
        return max(0.0, machine_cpu_s() - machine - (own_cpu_s() - own)) / (time.monotonic() - begun)


def reap_orphans():
    """Adopts processes whose parents ended first; their time counts once they are waited for."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0] != 0:
            pass
    except ChildProcessError:
        pass


def run(command, probe_s=PROBE_S):
    watch = Watch()
    time.sleep(probe_s)
    if (others := watch.others()) > BUSY_BEFORE:
        print(f"not judged: other programs use {others:.2f} CPUs before it starts")
        return NOT_JUDGED
    for last in (False, True):
        watch = Watch()
        done = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        status = done.returncode
        reap_orphans()
        others = watch.others()
        again = status != 0 and others <= BUSY_DURING and not last
        # summary.py must not count the cases of an attempt that does not count.
        print("".join(f"| {line}\n" for line in done.stdout.splitlines()) if again else done.stdout, end="", flush=True)
        if status != 0 and others > BUSY_DURING:
            print(f"not judged: it failed, and other programs used {others:.2f} CPUs meanwhile")
            return NOT_JUDGED
        if not again:
            break
        print("it failed on a quiet machine: judged once more", flush=True)
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    sys.exit(run(sys.argv[1:]))
