"""A machine to install on: a Debian tree with systemd, booted in systemd-nspawn. The tree is made once and cached; a test's
changes to it live in memory and vanish with the machine."""

import contextlib
import fcntl
import os
import pathlib
import platform
import shutil
import subprocess
import tempfile
import time
import unittest

from daemon import wait_until

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "copybench"
SYSTEM = platform.freedesktop_os_release()
# The build depends on this machine's libraries, so the tree has the same release.
SUITE = SYSTEM.get("VERSION_CODENAME", "")
# perf and mlock need these two in addition to a container's own.
NSPAWN = ["systemd-nspawn", "--quiet", "--boot", "--volatile=overlay", "--private-network", "--register=no", "--keep-unit",
          "--console=pipe", "--capability=CAP_IPC_LOCK,CAP_PERFMON", "--system-call-filter=@memlock perf_event_open"]


def run(*command, **options):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)


def need_privileges_and_tools():
    if os.geteuid() != 0:
        raise unittest.SkipTest("booting a tree needs root: sudo tests/run --only boot")
    if SYSTEM["ID"] != "debian" or not SUITE:
        raise unittest.SkipTest(f"the machine is a tree of Debian, and what is built here is for {SYSTEM['ID']}")
    for program, package in (("systemd-nspawn", "systemd-container"), ("debootstrap", "debootstrap"), ("cpack", "cmake"),
                             ("dpkg-shlibdeps", "dpkg-dev"), ("file", "file")):
        if not shutil.which(program):
            raise unittest.SkipTest(f"{program} is missing: apt-get install {package}")


def make_package(build, version, folder, environment=None):
    """Makes the package of the build under this version, or the build's own; compiles nothing."""
    made = run("cpack", "-G", "DEB", "-B", folder, "--config", build / "CPackConfig.cmake", "-D", "CPACK_CMAKE_GENERATOR=Ninja",
               *(["-D", f"CPACK_COPYBENCH_VERSION={version}"] if version else []), env=environment)
    if made.returncode != 0:
        raise AssertionError(made.stdout + made.stderr)
    return next(folder.glob(f"*_{version or ''}*.deb"))


def tree_for(package):
    """Returns the cached tree: everything that the package depends on and recommends, but not the package."""
    CACHE.mkdir(parents=True, exist_ok=True)
    tree = CACHE / f"tree-{SUITE}"
    with open(CACHE / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not tree.exists():
            unfinished = CACHE / f"tree-{SUITE}.new"
            shutil.rmtree(unfinished, ignore_errors=True)
            made = run("debootstrap", "--variant=minbase", "--include=systemd,systemd-sysv,dbus,curl,python3-minimal", SUITE,
                       unfinished, timeout=600)
            if made.returncode != 0:
                raise unittest.SkipTest(f"debootstrap could not make a tree (no network?): {(made.stdout + made.stderr)[-300:]}")
            unfinished.rename(tree)
        install_dependencies(tree, package)
    return tree


def install_dependencies(tree, package):
    wanted = ["libpython3-stdlib"]
    for field in ("Depends", "Recommends"):
        relations = run("dpkg-deb", "--field", package, field).stdout.split(",")
        wanted += [relation.split("|")[0].split()[0] for relation in relations if relation.strip()]
    status = run("dpkg-query", f"--admindir={tree}/var/lib/dpkg", "-W", "-f", "${Package} ${db:Status-Status}\n", *wanted).stdout
    missing = [name for name in wanted if f"{name} installed" not in status.splitlines()]
    if not missing:
        return
    shutil.copy("/etc/resolv.conf", tree / "etc/resolv.conf")
    apt = ["chroot", tree, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"]
    run(*apt, "update", timeout=300)
    added = run(*apt, "install", "--no-install-recommends", *missing, timeout=600)
    if added.returncode != 0:
        raise unittest.SkipTest(f"{', '.join(missing)} could not be installed in the tree: {added.stderr[-300:]}")


class Machine:
    """A booted tree. Leaving the block shuts it down."""

    def __init__(self, tree, share):
        self._log = tempfile.TemporaryFile()
        name = f"copybench-{os.getpid()}"
        self.process = subprocess.Popen([*NSPAWN, f"--directory={tree}", f"--machine={name}", f"--bind-ro={share}:/share"],
                                        stdin=subprocess.DEVNULL, stdout=self._log, stderr=subprocess.STDOUT,
                                        start_new_session=True)
        try:
            self.leader = wait_until(self._find_leader, "the tree boots")
            wait_until(lambda: self.run("systemctl", "is-system-running").stdout.strip() in ("running", "degraded"),
                       "the tree has booted")
        except AssertionError as error:
            self.stop()
            raise AssertionError(f"{error}\n{self.console()}") from None

    def _find_leader(self):
        if self.process.poll() is not None:
            raise AssertionError("systemd-nspawn has ended")
        with contextlib.suppress(OSError):
            for child in pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split():
                # Until then it is a process that has yet to become the machine's init.
                if pathlib.Path(f"/proc/{child}/comm").read_text() == "systemd\n":
                    return child
        return None

    def console(self):
        self._log.seek(0)
        return self._log.read().decode(errors="replace")[-3000:]

    def run(self, *command, text=None):
        """Runs a command in the machine, as root, outside of any unit."""
        return run("nsenter", "--target", self.leader, "--mount", "--uts", "--ipc", "--net", "--pid", "--root", "--wd=/",
                   "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", *command, input=text, timeout=60)

    def do(self, *command, text=None):
        """Returns its output; the command must succeed."""
        done = self.run(*command, text=text)
        if done.returncode != 0:
            raise AssertionError(f"{' '.join(map(str, command))}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def write(self, path, text):
        self.do("sh", "-c", 'mkdir -p "$(dirname "$0")" && cat >"$0"', path, text=text)

    def stop(self):
        """Shuts down in order; returns the seconds that this took."""
        started = time.monotonic()
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return time.monotonic() - started

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        self._log.close()
